"""Bank entries of a FEC, and which of them wait after a reconciled point."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from rappro.domain.bank import Finding, Severity
from rappro.domain.books import (
    BankEntry,
    BankEntrySource,
    PaymentMethod,
)
from rappro.domain.ids import MatchId
from rappro.domain.opening import FecRow, OpenedBooks, carry_over
from tests.fixtures.fec.builder import books, codes, entry

JANUARY, FEBRUARY = date(2024, 1, 31), date(2024, 2, 29)


def bank(number: str, amount: int, on: date = date(2024, 1, 15), /, **more: Any) -> list[FecRow]:
    shared = {"journal": "BQ", "journal_label": "Banque", "piece_ref": f"P{number}", **more}
    return entry(number, ("512000", amount), ("471000", -amount), entry_date=on, **shared)


def opening(amount: int, **more: Any) -> list[FecRow]:
    shared = {"journal": "AN", "journal_label": "A nouveaux", "label": "Report", **more}
    return entry("AN", ("512000", amount), ("101000", -amount), piece_ref="RAN",
                 entry_date=date(2024, 1, 1), **shared)  # fmt: skip


def waiting(opened: OpenedBooks) -> list[int]:
    return [made.amount_minor for made in opened.bank_entries if made.is_waiting]


def test_every_line_of_a_bank_or_transit_account_is_returned() -> None:
    accounts = ("512000", "514000", "517100", "511200", "511500")
    others = ("511300", "513000", "530000", "580000", "519000")
    opened = books(
        *(entry(account, (account, 100), ("471000", -100), journal="OD")
          for account in accounts + others)
    )  # fmt: skip

    assert sorted(made.account for made in opened.bank_entries) == sorted(accounts)


def test_a_bank_entry_is_its_ledger_line() -> None:
    opened = books(
        entry("8", ("411000", -12000), ("512000", 12000), journal="BQ", piece_ref="VIR31",
              label="VIR DURAND FA2024-0001", entry_date=JANUARY)
    )  # fmt: skip

    made = opened.bank_entries[0]

    assert (made.journal, made.account, made.date, made.amount_minor, made.currency) == (
        "BQ", "512000", JANUARY, 12000, "EUR",
    )  # fmt: skip
    assert (made.label, made.piece_ref) == ("VIR DURAND FA2024-0001", "VIR31")
    assert (made.entry_id, made.entry_line) == (opened.entries[0].id, 1)
    assert made.third_party == opened.third_parties[0].id
    assert made.is_waiting
    assert made.is_in_ledger


def test_an_entry_of_two_third_parties_names_none() -> None:
    opened = books(
        entry("1", ("512000", 300), journal="BQ"),
        entry("1", ("411000", -100), journal="BQ", auxiliary="C01"),
        entry("1", ("411000", -200), journal="BQ", auxiliary="C02"),
    )

    assert opened.bank_entries[0].third_party is None


def test_without_a_point_lettered_lines_are_carried_over_and_the_others_wait() -> None:
    opened = books(bank("1", 100, letter="A"), bank("2", 200), bank("3", 0))

    assert waiting(opened) == [200]
    assert [made.is_carried_over for made in opened.bank_entries] == [True, False, True]


def test_a_balance_carried_forward_never_waits() -> None:
    """It is the account's balance, not a movement that the bank could show."""
    opened = books(opening(50000), bank("1", 100))

    assert waiting(opened) == [100]


def test_what_an_opening_journal_details_beside_the_balance_waits() -> None:
    opened = books(
        opening(50000, label="REPRISE A NOUVEAU"),
        opening(-700, label="CHQ 1234567 BRETON"),
        opening(30, label="Compte 512000"),
    )

    assert waiting(opened) == [-700]


def test_up_to_the_reconciled_point_everything_is_carried_over() -> None:
    opened = books(
        opening(50000), bank("1", 100), bank("2", -300), bank("3", 200, FEBRUARY),
        bank("4", 70, FEBRUARY, letter="A"), reconciled={"BQ": (JANUARY, 49800)},
    )  # fmt: skip

    assert waiting(opened) == [200]
    assert "opening_gap" not in codes(opened)
    treasury = {j.code: (j.reconciled_on, j.reconciled_balance_minor) for j in opened.journals}
    assert treasury == {"AN": (None, None), "BQ": (JANUARY, 49800)}


def test_unlettered_lines_that_explain_the_gap_go_on_waiting() -> None:
    opened = books(
        opening(50000), bank("1", 100, letter="A"), bank("2", -300), bank("3", -40),
        bank("4", 200, FEBRUARY), reconciled={"512000": (JANUARY, 50100)},
    )  # fmt: skip

    assert waiting(opened) == [-300, -40, 200]
    assert "opening_gap" not in codes(opened)


def test_a_gap_that_they_do_not_explain_is_a_finding() -> None:
    opened = books(
        opening(50000), bank("1", 100), bank("2", -300), bank("3", 200, FEBRUARY),
        reconciled={"BQ": (JANUARY, 50099)},
    )  # fmt: skip

    assert waiting(opened) == [200]
    assert [f for f in opened.findings if f.code == "opening_gap"] == [
        Finding(
            "opening_gap",
            Severity.WARNING,
            "512000 at 2024-01-31: the books are -2.99 above the bank, and the lines that wait do "
            "not explain it",
            "account 512000",
        )
    ]


@pytest.mark.parametrize("key", ["VE", "530000", "999"])
def test_a_point_of_no_bank_account_is_noted_and_not_used(key: str) -> None:
    opened = books(
        bank("1", 100), entry("1", ("411000", 5), ("706000", -5)),
        entry("2", ("530000", 5), ("706000", -5)), reconciled={key: (JANUARY, 0)},
    )  # fmt: skip

    assert codes(opened)["reconciled_point_unused"] == 1
    assert waiting(opened) == [100]


def entry_at(amount: int, on: date, **changed: Any) -> BankEntry:
    made = BankEntry(f"be-{amount}-{on}", "BQ", "512000", on, amount, "EUR", "x")
    return replace(made, **changed)


def test_carry_over_is_the_same_rule_when_the_point_comes_later() -> None:
    """Given the entries without their point, it gives what the point would have given."""
    made = [opening(50000), bank("1", 100, letter="A"), bank("2", -300), bank("3", 9, FEBRUARY)]
    for balance in (50100, 49800, 1):
        late = carry_over(books(*made).bank_entries, JANUARY, balance)
        early = books(*made, reconciled={"BQ": (JANUARY, balance)})

        assert late.entries == early.bank_entries
        assert late.gap_minor == 49800 - balance
        assert list(late.findings) == [f for f in early.findings if f.code == "opening_gap"]


def test_carry_over_leaves_matched_entries_and_drafts_alone() -> None:
    before = (
        entry_at(100, JANUARY, match_id=MatchId("m1")),
        entry_at(200, JANUARY, is_in_ledger=False),
        entry_at(300, JANUARY),
        entry_at(400, FEBRUARY),
    )

    after = carry_over(before, JANUARY, 400)

    assert after.gap_minor == 0
    assert [made.is_carried_over for made in after.entries] == [False, False, True, False]


def test_carry_over_of_nothing_is_a_gap_of_the_whole_balance() -> None:
    after = carry_over((), JANUARY, 400)

    assert (after.entries, after.gap_minor, len(after.findings)) == ((), -400, 1)


def transit(number: str, account: str, amount: int, on: date, **more: Any) -> list[FecRow]:
    return entry(number, (account, amount), ("471000", -amount), journal="OD", entry_date=on,
                 piece_ref=f"R{number}", **more)  # fmt: skip


def test_what_a_transit_account_cleared_itself_does_not_wait() -> None:
    """A remittance that the bank credited is the debit and the credit of the same amount."""
    opened = books(
        transit("1", "511200", 500, date(2024, 1, 5)),
        transit("2", "511200", 500, date(2024, 1, 6)),
        transit("3", "511200", -500, date(2024, 1, 9)),
        transit("4", "511200", 900, date(2024, 1, 10), letter="A"),
        transit("5", "511200", -700, date(2024, 1, 2)),
        transit("6", "511200", 700, date(2024, 1, 20)),
    )

    assert [(e.date.day, e.amount_minor) for e in opened.bank_entries if e.is_waiting] == [
        (6, 500), (2, -700), (20, 700),
    ]  # fmt: skip


def test_a_transit_account_that_nets_to_zero_waits_for_nothing() -> None:
    opened = books(
        transit("1", "511500", 300, date(2024, 1, 5)),
        transit("2", "511500", 200, date(2024, 1, 5)),
        transit("3", "511500", -500, date(2024, 1, 9)),
    )

    assert waiting(opened) == []


@pytest.mark.parametrize(
    ("amount", "said", "method"),
    [
        (-100, {"label": "CHQ 2802488 BRETON"}, PaymentMethod.CHEQUE),
        (100, {"label": "REM CHEQUES"}, PaymentMethod.CHEQUE_IN),
        (-100, {"label": "PRLV SEPA EDF"}, PaymentMethod.DIRECT_DEBIT),
        (-100, {"label": "Prélèvement EDF"}, PaymentMethod.DIRECT_DEBIT),
        (100, {"piece_ref": "VIR", "label": "Durand"}, PaymentMethod.TRANSFER),
        (-100, {"label": "Virement salaires"}, PaymentMethod.TRANSFER),
        (-100, {"label": "CB CARREFOUR"}, PaymentMethod.CARD),
        (100, {"label": "REM CB"}, PaymentMethod.CARD),
        (100, {"label": "CARTE 063331101"}, PaymentMethod.CARD),
        (-100, {"label": "VIROFLAY"}, PaymentMethod.OTHER),
        (-100, {"label": "Frais"}, PaymentMethod.OTHER),
    ],
)
def test_the_means_of_payment_is_read_in_the_label_or_the_piece(
    amount: int, said: dict[str, Any], method: PaymentMethod
) -> None:
    assert books(bank("1", amount, **said)).bank_entries[0].method is method


def test_a_payment_mode_is_believed_unless_it_is_the_same_everywhere() -> None:
    told = books(
        bank("1", -100, payment_mode="PRL", label="EDF"),
        bank("2", -200, payment_mode="CH", label="Breton"),
        bank("3", 300, payment_mode="CHQ", label="Durand"),
    )
    default = books(
        bank("1", -100, payment_mode="CH", label="EDF"),
        bank("2", -200, payment_mode="CH", label="VIR Breton"),
    )

    assert [e.method for e in told.bank_entries] == [
        PaymentMethod.DIRECT_DEBIT, PaymentMethod.CHEQUE, PaymentMethod.CHEQUE_IN,
    ]  # fmt: skip
    assert [e.method for e in default.bank_entries] == [
        PaymentMethod.OTHER, PaymentMethod.TRANSFER,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "cheque", "remittance"),
    [
        ({"label": "CHQ 2802488 BRETON"}, "2802488", None),
        ({"label": "CHEQUE NO 4020038"}, "4020038", None),
        ({"label": "Chèque n° 0001234"}, "0001234", None),
        ({"piece_ref": "CHQ0001234", "label": "Breton"}, "0001234", None),
        ({"label": "REM CHQ 8601211"}, None, "8601211"),
        ({"label": "REMISE N° 447788"}, None, "447788"),
        ({"label": "REMISE DE CHEQUES 447788"}, None, "447788"),
        ({"label": "VIR 12345678"}, None, None),
        ({"label": "CHQ DURAND"}, None, None),
    ],
)
def test_cheques_and_remittances_have_the_number_beside_the_word(
    said: dict[str, Any], cheque: str | None, remittance: str | None
) -> None:
    made = books(bank("1", 100, **said)).bank_entries[0]

    assert (made.cheque_no, made.remittance_no) == (cheque, remittance)


def test_an_account_kept_in_dollars_has_dollar_entries() -> None:
    dollars = {"foreign_currency": "USD"}
    opened = books(
        bank("1", 9000, foreign_minor=10000, **dollars),
        bank("2", -900, foreign_minor=-1000, **dollars),
    )

    assert [(e.amount_minor, e.currency) for e in opened.bank_entries] == [
        (10000, "USD"), (-1000, "USD"),
    ]  # fmt: skip
    assert [j.currency for j in opened.journals] == ["USD"]


def test_an_account_with_some_dollars_is_kept_in_the_company_s_currency() -> None:
    opened = books(bank("1", 9000, foreign_minor=10000, foreign_currency="USD"), bank("2", -900))

    assert [(e.amount_minor, e.currency) for e in opened.bank_entries] == [
        (9000, "EUR"), (-900, "EUR"),
    ]  # fmt: skip


def test_ids_stay_when_a_longer_file_comes_and_twins_are_two() -> None:
    january = [bank("1", 100, piece_ref="REM"), bank("2", 100, piece_ref="REM")]
    before = [made.id for made in books(*january).bank_entries]

    after = [made.id for made in books(opening(5), *january, bank("3", 9, FEBRUARY)).bank_entries]

    assert len(set(before)) == 2
    assert after[1:3] == before


def test_money_against_a_third_party_is_a_cash_movement_and_a_carried_balance_is_none() -> None:
    opened = books(
        entry("8", ("411000", -12000), ("512000", 12000), journal="BQ"),
        bank("9", 500),
        entry("AN", ("512000", 700), ("411000", -700), journal="AN", journal_label="A nouveaux"),
    )

    assert {made.amount_minor: made.source for made in opened.bank_entries} == {
        12000: BankEntrySource.PAYMENT, 500: BankEntrySource.ENTRY, 700: BankEntrySource.ENTRY,
    }  # fmt: skip
