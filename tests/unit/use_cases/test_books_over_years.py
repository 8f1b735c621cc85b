"""A FEC a year, and exports of the same year again: nothing is doubled, nothing is undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest

from rappro.adapters.memory import MemoryStore
from rappro.domain.books import (
    BankEntry,
    Company,
    Journal,
    JournalEntry,
    JournalType,
    OpenItem,
    ThirdParty,
)
from rappro.domain.errors import StoreConflict
from rappro.domain.matching.model import Settle, TargetType
from rappro.domain.operations import BooksLoad, ImportOutcome, ImportTrace
from rappro.domain.settings import ImportProfile
from rappro.domain.writes import change
from rappro.use_cases.companies import save_company, save_journal
from rappro.use_cases.export_fec import export_fec
from rappro.use_cases.load_books import BookRecords, load_document
from rappro.use_cases.match_by_hand import ManualMatch, match_by_hand
from tests.fixtures.fec import years
from tests.fixtures.fec.years import entry, fec, lettered, receipt, sale
from tests.unit.use_cases.acts import edit, keys
from tests.unit.use_cases.desk import COMPANY, IBAN, Desk, camt, item


class Books:
    """A company whose books come as FEC files."""

    def __init__(self) -> None:
        self.desk = Desk()
        company = Company(COMPANY, "Garage du Port", siren="732829320")
        self.company = save_company(self.desk.ports, self.desk.tenant, company, "comptable")

    def load(self, *files: bytes | Sequence[Sequence[years.Line]]) -> ImportTrace:
        """Drop the files in order; return the trace of the last."""
        for content in files:
            data = content if isinstance(content, bytes) else fec(content)
            name = f"732829320FEC{len(self.desk.store.all(self.desk.tenant, COMPANY, BooksLoad))}"
            (trace,) = self.desk.drop(data, f"{name}.txt")
        return trace

    def open_items(self) -> list[tuple[str, int]]:
        found = self.desk.store.backlog(self.desk.tenant, COMPANY).open_items
        return sorted((item.number, item.residual_minor) for item in found)

    def item(self, number: str) -> OpenItem:
        found = self.desk.store.backlog(self.desk.tenant, COMPANY).open_items
        return next(item for item in found if item.number == number)

    def ledger(self, on: date = date.max) -> list[BankEntry]:
        rows = self.desk.store.ledger(self.desk.tenant, COMPANY, "512100")
        return [row for row in rows if row.date <= on]

    def balance(self, on: date = date.max) -> int:
        return sum(row.amount_minor for row in self.ledger(on))

    def entries(self) -> list[JournalEntry]:
        return list(self.desk.store.entries(self.desk.tenant, COMPANY, limit=500).items)

    def parties(self) -> list[str]:
        return [party.name for party in self.desk.store.all(self.desk.tenant, COMPANY, ThirdParty)]


@pytest.fixture
def books() -> Books:
    return Books()


def codes(trace: ImportTrace) -> set[str]:
    return {finding.code for finding in trace.findings}


AFTER_BOTH = [("FA2024-0002", 60000), ("FA2024-0003", 30000), ("FA2025-0001", 45000)]


def test_carried_invoices_are_the_ones_of_the_year_before(books: Books) -> None:
    trace = books.load(years.FIRST, years.SECOND)

    assert trace.outcome is ImportOutcome.BOOKS_LOADED
    assert books.open_items() == AFTER_BOTH
    assert "carry_forward_differs" not in codes(trace)
    assert len(books.entries()) == 7
    assert sorted(books.parties()) == ["Durand SARL", "Martin SA", "Petit SAS"]


def test_the_bank_balance_is_not_counted_twice(books: Books) -> None:
    books.load(years.FIRST, years.SECOND)

    assert books.balance(date(2024, 12, 31)) == books.balance(date(2025, 1, 1)) == 220_000


def test_balances_carried_by_customer_are_the_invoices_of_the_year_before(books: Books) -> None:
    books.load(years.FIRST, [years.BY_CUSTOMER, years.SALE_2025])

    assert books.open_items() == AFTER_BOTH


@pytest.mark.parametrize("carried", [years.CARRIED, years.BY_CUSTOMER])
@pytest.mark.parametrize("order", [*permutations("12"), *permutations("121"), *permutations("122")])
def test_the_order_of_the_years_makes_no_difference(
    books: Books, order: tuple[str, ...], carried: list[years.Line]
) -> None:
    files = {"1": years.FIRST, "2": [carried, years.SALE_2025]}

    for position, year in enumerate(order):
        content = fec(files[year]) + b"\r\n" * position  # the same books in other bytes
        books.load(content)

    assert books.open_items() == AFTER_BOTH
    assert books.balance() == 220_000
    assert len(books.entries()) == 7


def test_a_newer_export_settles_what_was_lettered_there_and_brings_what_is_new(
    books: Books,
) -> None:
    trace = books.load(years.FIRST, years.SECOND, years.PAID_LATER)

    assert books.open_items() == [
        ("FA2024-0003", 30000), ("FA2025-0001", 45000), ("FA2025-0002", 8000),
    ]  # fmt: skip
    assert "item_followed" in codes(trace)
    assert len(books.entries()) == 9
    assert books.balance() == 280_000


@pytest.mark.parametrize("order", list(permutations("123")))
def test_exports_in_any_order_end_alike(books: Books, order: tuple[str, ...]) -> None:
    files = {"1": years.FIRST, "2": years.SECOND, "3": years.PAID_LATER}

    for each in (*order, *order):
        books.load(fec(files[each]) + b"\r\n" * len(books.entries()))

    assert books.open_items() == [
        ("FA2024-0003", 30000), ("FA2025-0001", 45000), ("FA2025-0002", 8000),
    ]  # fmt: skip
    assert len(books.entries()) == 9
    assert books.balance() == 280_000


def test_what_was_settled_here_stays_settled_and_pointed(books: Books) -> None:
    books.load(years.FIRST)
    desk = books.desk
    journal = Journal("BQ1", "Banque", JournalType.TREASURY, "512100", iban=IBAN)
    save_journal(desk.ports, desk.tenant, COMPANY, journal, "comptable")
    desk.drop(camt([("2024-12-05", "600.00", "VIR DURAND SARL FA2024-0002")]))
    assert desk.levels() == ["A"]
    waiting = [row.id for row in books.ledger() if row.is_waiting]

    trace = books.load(years.SECOND, fec(years.FIRST) + b"\r\n")

    assert books.open_items() == [("FA2024-0003", 30000), ("FA2025-0001", 45000)]
    assert "item_differs" not in codes(trace)
    assert [row.id for row in books.ledger() if row.is_waiting] == waiting


def test_a_date_of_lettering_that_was_corrected_is_taken_over(books: Books) -> None:
    corrected = [lettered(lines, "AAA", "20240229") for lines in years.PAID]

    books.load(years.FIRST, [years.CAPITAL, *corrected, *years.OPEN])

    days = {line.lettered_on for each in books.entries() for line in each.lines if line.letter}
    assert days == {date(2024, 2, 29)}
    assert len(books.entries()) == 5


def test_an_entry_that_changed_and_one_that_is_gone_are_named(books: Books) -> None:
    changed = sale(4, "20240215", "FA2024-0002", "C01", "660.00")
    other = sale(9, "20241220", "FA2024-0009", "C03", "10.00")

    trace = books.load(years.FIRST, [years.CAPITAL, changed, years.OPEN[1], other])

    named = {f.code: f.message for f in trace.findings if f.code.startswith("entry_")}
    assert set(named) == {"entry_changed", "entry_gone"}
    assert "entry 4 of journal VE on 2024-02-15" in named["entry_changed"]
    assert books.item("FA2024-0002").residual_minor == 60_000
    assert books.item("FA2024-0009").residual_minor == 1_000


def test_entries_that_a_package_numbers_anew_are_the_same(books: Books) -> None:
    anew = [
        [{**line, "EcritureNum": str(100 - int(line["EcritureNum"]))} for line in lines]
        for lines in years.FIRST
    ]

    books.load(years.FIRST, anew)

    assert len(books.entries()) == 5
    assert books.open_items() == AFTER_BOTH[:2]


def test_a_twin_of_an_entry_is_an_entry_of_its_own(books: Books) -> None:
    twin = entry("BQ1", 7, "20240120", "VIR1", ("512100", "1200.00"), ("411000 C01", "-1200.00"))

    books.load(years.FIRST, [years.CAPITAL, twin, *years.PAID, *years.OPEN])

    assert len(books.entries()) == 6
    assert books.balance() == 340_000
    assert ("VIR1", -120_000) in books.open_items()


def test_the_fec_that_rappro_writes_comes_back_without_doubling(books: Books) -> None:
    books.load(years.FIRST, years.PAID_LATER)
    before = books.open_items(), books.balance(), len(books.entries()), books.parties()

    for year in ("2024", "2025"):
        made = export_fec(books.desk.ports, books.desk.tenant, books.company, year)
        blobs = books.desk.blobs
        books.load(blobs.open_source(books.desk.tenant, COMPANY, made.file.sha256).read())

    assert (books.open_items(), books.balance(), len(books.entries()), books.parties()) == before


def test_a_credit_note_on_an_invoice_that_was_settled_here_is_an_item(books: Books) -> None:
    books.load(years.FIRST)
    credit = entry(
        "VE", 8, "20240301", "FA2024-0001", ("411000 C01", "-50.00"), ("706000", "50.00")
    )

    books.load([*years.FIRST, credit])

    assert ("FA2024-0001", -5000) in books.open_items()


def test_a_part_payment_booked_elsewhere_lowers_the_invoice(books: Books) -> None:
    paid = receipt(8, "20241201", "FA2024-0003", "C02", "100.00")

    books.load(years.FIRST, [*years.FIRST, paid])

    assert books.open_items() == [("FA2024-0002", 60000), ("FA2024-0003", 20000)]


def test_a_carry_forward_that_does_not_add_up_is_named(books: Books) -> None:
    trace = books.load(years.FIRST[:-1], years.SECOND)

    assert "carry_forward_differs" in codes(trace)
    assert books.open_items() == AFTER_BOTH


ONE = sale(2, "20240110", "FA2024-0001", "C01", "600.00")
TWO = sale(3, "20240910", "FA2024-0002", "C01", "300.00")
THREE = sale(4, "20241010", "FA2024-0003", "C01", "300.00")


def carried_lines(*lines: tuple[str, str]) -> list[years.Line]:
    """Return C01's carry-forward from pieces (none: no detail) and amounts."""
    return [
        line
        for piece, amount in lines
        for line in entry(
            "AN", 1, "20250101", piece, ("411000 C01", amount), ("110000", f"-{amount}"),
            **({} if piece else {"EcritureLib": "Report"}),
        )
    ]  # fmt: skip


def test_what_an_export_was_found_to_be_stays_found_when_the_next_one_is_whole(
    books: Books,
) -> None:
    """A half-year after the carry-forward, then the year: the first half stays open."""
    carried = carried_lines(
        ("FA2024-0001", "600.00"), ("FA2024-0002", "300.00"), ("FA2024-0003", "300.00")
    )

    trace = books.load([carried], [ONE, TWO], [ONE, TWO, THREE])

    assert books.open_items() == [
        ("FA2024-0001", 60000), ("FA2024-0002", 30000), ("FA2024-0003", 30000),
    ]  # fmt: skip
    assert "carried_line_kept" not in codes(trace)


def test_a_bank_line_carried_with_its_piece_is_not_lost_to_the_year_s_next_export(
    books: Books,
) -> None:
    first = entry("BQ1", 2, "20240110", "CHQ1234", ("512100", "600.00"), ("706000", "-600.00"))
    second = entry("BQ1", 3, "20240910", "CHQ1235", ("512100", "300.00"), ("706000", "-300.00"))
    carried = [
        *entry("AN", 1, "20250101", "CHQ1234", ("512100", "600.00"), EcritureLib="Remise"),
        *entry("AN", 1, "20250101", "CHQ1235", ("512100", "300.00"), EcritureLib="Remise"),
        *entry("AN", 1, "20250101", "", ("120000", "-900.00"), EcritureLib="Report"),
    ]

    books.load([carried], [first], [first, second])

    assert books.balance() == 90_000


def test_lines_carried_without_a_piece_stay_for_what_they_were_found_to_be(books: Books) -> None:
    """The next export adds a sale and its payment: no carried line is one of those."""
    carried = carried_lines(("", "600.00"), ("", "300.00"))
    added = [THREE, receipt(5, "20241101", "VIR3", "C01", "300.00")]

    trace = books.load([carried], [ONE, TWO], [ONE, TWO, *added])

    assert sorted(amount for _, amount in books.open_items()) == [-30000, 30000, 30000, 60000]
    assert "carried_line_kept" in codes(trace)


def test_a_carried_line_taken_for_an_invoice_of_its_amount_does_not_hide_its_own(
    books: Books,
) -> None:
    """The half-year ends with what the carry-forward has by chance; then TWO is paid in it."""
    carried = carried_lines(("FA2024-0003", "300.00"))
    payment = receipt(5, "20241101", "VIR3", "C01", "300.00")
    paid = [lettered(each, "AAA", "20241101") for each in (TWO, payment)]

    books.load([TWO], [carried], [*paid, THREE])

    assert books.open_items() == [("FA2024-0003", 30000)]


def test_lines_carried_without_a_piece_give_way_to_items_that_came_meanwhile(
    books: Books,
) -> None:
    carried = carried_lines(("", "600.00"), ("", "300.00"), ("", "300.00"))

    books.load([carried], [ONE, TWO], [ONE, TWO, THREE])

    assert sorted(amount for _, amount in books.open_items()) == [30000, 30000, 60000]


def test_a_line_that_names_an_invoice_pays_it_by_the_receipt_that_the_fec_brought(
    books: Books,
) -> None:
    """The receipt is not lettered in the file: it and the invoice are lettered here."""
    unlettered = receipt(8, "20241206", "VIR8", "C02", "300.00")
    books.load([*years.FIRST, unlettered])
    desk = books.desk
    journal = Journal(
        "BQ1", "Banque", JournalType.TREASURY, "512100", iban=IBAN,
        profile=ImportProfile(is_matched_on_import=False),
        reconciled_on=date(2024, 11, 30), reconciled_balance_minor=220_000,
    )  # fmt: skip
    save_journal(desk.ports, desk.tenant, COMPANY, journal, "comptable")
    desk.drop(camt([("2024-12-05", "300.00", "REMISE")]))
    edit(desk, 1, invoice=books.item("FA2024-0003").id)
    (row,) = [row for row in books.ledger() if row.piece_ref == "VIR8"]
    settles = (Settle(TargetType.BANK_ENTRY, row.id, 30_000),)

    made = match_by_hand(
        desk.ports, desk.tenant, COMPANY, ManualMatch(keys(desk, 1), settles), "comptable"
    )

    assert [each.amount_minor for each in made.allocations] == [30_000]
    assert "FA2024-0003" not in dict(books.open_items())


class Interrupted(MemoryStore):
    """A store whose commits stand still once, while something else happens."""

    def __init__(self) -> None:
        super().__init__()
        self.at = 0
        self.meanwhile: Callable[[], None] | None = None

    def commit(self, *args: Any, **more: Any) -> None:
        """Let the other thing happen before the commit of that number."""
        self.at -= 1
        if not self.at and self.meanwhile is not None:
            self.meanwhile()
        super().commit(*args, **more)


def test_of_two_large_loads_at_once_the_late_one_writes_over_nothing() -> None:
    """The first stands still for longer than its lease; the same books come again and are used."""
    store = Interrupted()
    desk = Desk(store=store).open_company()
    many = [item(f"FX{number}", 1_000 + number) for number in range(1_200)]
    settled = many[900].key

    def meanwhile() -> None:
        desk.clock.advance(timedelta(hours=1))
        records = BookRecords(open_items=(*many, item("FX-other", 1)))
        load_document(desk.ports, desk.tenant, COMPANY, records, "other")
        before = store.get(desk.tenant, COMPANY, OpenItem, settled)
        assert before is not None
        done = replace(before, residual_minor=0, company_residual_minor=0)
        store.commit(desk.tenant, COMPANY, [change(before, done)])

    store.at, store.meanwhile = 20, meanwhile
    with pytest.raises(StoreConflict):
        load_document(desk.ports, desk.tenant, COMPANY, BookRecords(open_items=tuple(many)), "one")

    kept = store.get(desk.tenant, COMPANY, OpenItem, settled)
    assert kept is not None
    assert kept.is_settled
