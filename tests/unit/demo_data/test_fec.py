"""The demo's FEC is one that any accounting package could have exported, and says what it must."""

from collections import defaultdict
from datetime import date

import pytest
from stdnum.fr import siren

from devstack.demo_data import DemoData
from devstack.demo_data.fec_writer import COLUMNS
from rappro.domain.books import (
    JournalType,
    OpenItemType,
    ThirdPartyKind,
)
from rappro.domain.opening import OpenedBooks

Row = dict[str, str]


@pytest.fixture(scope="module")
def rows(demo: DemoData) -> list[Row]:
    header, *lines, end = demo.fec.content.decode("iso-8859-15").split("\r\n")
    assert tuple(header.split("\t")) == COLUMNS
    assert end == ""
    return [dict(zip(COLUMNS, line.split("\t"), strict=True)) for line in lines]


def _minor(amount: str) -> int:
    whole, cents = amount.split(",")
    assert len(cents) == 2
    return int(whole) * 100 + int(cents)


def _balance(row: Row) -> int:
    return _minor(row["Debit"]) - _minor(row["Credit"])


def test_the_file_is_named_by_a_valid_siren_of_an_unassigned_range_and_its_closing_day(
    demo: DemoData,
) -> None:
    assert demo.fec.name == f"{demo.company.siren}FEC20261031.txt"
    assert siren.is_valid(demo.company.siren)
    assert demo.company.siren.startswith("000")


def test_every_mandatory_field_is_filled_and_dates_lie_in_the_exercise(
    demo: DemoData, rows: list[Row]
) -> None:
    optional = {
        "CompAuxNum", "CompAuxLib", "EcritureLet", "DateLet", "Montantdevise", "Idevise"
    }  # fmt: skip
    for row in rows:
        assert all(value for column, value in row.items() if column not in optional)
        day = date.fromisoformat(row["EcritureDate"])
        assert demo.company.fiscal_start <= day <= demo.company.fiscal_end


def test_twelve_months_of_entries_each_balanced_and_numbered_in_order(rows: list[Row]) -> None:
    gaps: dict[int, int] = defaultdict(int)
    for row in rows:
        gaps[int(row["EcritureNum"])] += _balance(row)
    numbers = [int(row["EcritureNum"]) for row in rows]
    validations = [row["ValidDate"] for row in rows]

    assert set(gaps.values()) == {0}
    assert sorted(gaps) == list(range(1, len(gaps) + 1))
    assert numbers == sorted(numbers)
    assert validations == sorted(validations)
    assert len({row["EcritureDate"][:6] for row in rows}) == 12
    assert {row["JournalCode"] for row in rows if row["EcritureNum"] == "1"} == {"AN"}


def test_letters_settle_one_third_party_and_the_letter_pairs_with_its_date(rows: list[Row]) -> None:
    groups: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in rows:
        assert bool(row["EcritureLet"]) == bool(row["DateLet"])
        assert bool(row["CompAuxNum"]) == row["CompteNum"].startswith(("401", "411"))
        if row["EcritureLet"] and not row["CompteNum"].startswith("512"):
            groups[row["CompteNum"], row["CompAuxNum"], row["EcritureLet"]] += _balance(row)

    assert len(groups) > 800
    assert set(groups.values()) == {0}
    assert min(code for _, _, code in groups) == "AAA"


def test_vat_is_charged_at_the_three_rates(rows: list[Row]) -> None:
    sold = {row["CompteNum"] for row in rows if row["JournalCode"] == "VE"}

    assert {"445711", "445712", "445713"} < sold


def test_internal_transfers_return_to_zero_and_no_bank_goes_below(rows: list[Row]) -> None:
    assert sum(_balance(row) for row in rows if row["CompteNum"] == "580000") == 0
    for account in ("512100", "512200"):
        moves = sorted((r["EcritureDate"], _balance(r)) for r in rows if r["CompteNum"] == account)
        running = [sum(amount for _, amount in moves[: n + 1]) for n in range(0, len(moves), 20)]
        assert min(running) > 0


def test_the_opening_reads_it_without_a_finding(books: OpenedBooks) -> None:
    """No gap with the banks either: what is outstanding explains the difference to the cent."""
    assert books.finding_counts == {}
    assert not books.is_blocked


def test_sixty_third_parties_and_about_four_hundred_open_items_come_out(
    demo: DemoData, books: OpenedBooks
) -> None:
    kinds = [party.kind for party in books.third_parties]
    types = [item.type for item in books.open_items]

    assert kinds.count(ThirdPartyKind.CUSTOMER) == 40
    assert kinds.count(ThirdPartyKind.SUPPLIER) == 20
    assert len(books.open_items) == demo.open_item_count
    assert 380 <= len(books.open_items) <= 420
    assert types.count(OpenItemType.CREDIT_NOTE) >= 5
    assert types.count(OpenItemType.PREPAYMENT) == 3
    partly_paid = [i for i in books.open_items if i.residual_minor != i.amount_minor]
    assert len(partly_paid) == 6


def test_the_entries_that_wait_for_the_bank_come_out(demo: DemoData, books: OpenedBooks) -> None:
    waiting = [entry for entry in books.bank_entries if entry.is_waiting]
    point = {j.code: j for j in books.journals if j.type is JournalType.TREASURY}

    assert len(waiting) == demo.waiting_entry_count
    assert {entry.account for entry in waiting} == {"512100", "512200", "511200", "511500"}
    for code, account in (("BQ1", "512100"), ("BQ2", "512200")):
        reconciled_on = point[code].reconciled_on
        assert reconciled_on is not None
        before = [e for e in books.bank_entries if e.account == account and e.date <= reconciled_on]
        ledger = sum(entry.amount_minor for entry in before)
        outstanding = sum(entry.amount_minor for entry in before if entry.is_waiting)
        assert outstanding != 0
        assert ledger - outstanding == point[code].reconciled_balance_minor
