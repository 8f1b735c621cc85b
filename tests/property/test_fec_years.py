"""Exports of one company's books, of any year and moment, imported in any order and number."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rappro.domain.books import Company
from rappro.domain.operations import ImportOutcome
from rappro.use_cases.companies import save_company
from tests.fixtures.fec.years import Line, entry, fec, lettered, receipt, sale
from tests.unit.use_cases.desk import COMPANY, Desk

YEARS = (2023, 2024, 2025)
CUSTOMERS = ("C01", "C02", "C03")
LAST_MONTH = 12 * len(YEARS) - 1
BOOKS: Final = int(os.environ.get("RAPPRO_BOOKS", "15"))
"""How many books each property opens: more than the suite's, for who has the time."""


@dataclass(frozen=True)
class Invoice:
    """An invoice of some month (0 is January 2023), paid in another, or never."""

    number: int
    customer: str
    units: int
    month: int
    paid: int | None

    @property
    def piece(self) -> str:
        return f"FA{YEARS[0] + self.month // 12}-{self.number:04}"

    @property
    def amount(self) -> str:
        return f"{self.units}.00"

    def is_open_before(self, month: int) -> bool:
        return self.month < month and (self.paid is None or self.paid >= month)


@st.composite
def invoices(draw: st.DrawFn) -> list[Invoice]:
    made = []
    for number in range(1, draw(st.integers(1, 7)) + 1):
        month = draw(st.integers(0, LAST_MONTH))
        made.append(
            Invoice(
                number, draw(st.sampled_from(CUSTOMERS)), draw(st.integers(1, 4)) * 10, month,
                draw(st.none() | st.integers(month, LAST_MONTH)),
            )
        )  # fmt: skip
    return made


def day(month: int, number: int) -> str:
    return f"{YEARS[0] + month // 12}{month % 12 + 1:02}{number:02}"


def export(books: Sequence[Invoice], year: int, until: int, *, is_detailed: bool) -> bytes:
    """Return the FEC of a year as exported after a month, lettered as the books then were."""
    start = (year - YEARS[0]) * 12
    entries = [carried(books, start, until, is_detailed=is_detailed)]
    for each in books:
        is_paid = each.paid is not None and each.paid <= until
        if start <= each.month <= until:
            made = sale(each.number, day(each.month, 10), each.piece, each.customer, each.amount)
            entries.append(letter(made, each, is_told=is_paid))
        if each.paid is not None and start <= each.paid <= until:
            made = receipt(
                100 + each.number, day(each.paid, 20), f"VIR{each.number}", each.customer,
                each.amount,
            )  # fmt: skip
            is_known = is_detailed or each.month >= start
            entries.append(letter(made, each, is_told=is_known))
    return fec([lines for lines in entries if lines]) if any(entries) else b""


def letter(lines: list[Line], invoice: Invoice, *, is_told: bool) -> list[Line]:
    code = f"AA{chr(ord('A') + invoice.number)}"
    return lettered(lines, code, day(invoice.paid or 0, 25)) if is_told else lines


def carried(books: Sequence[Invoice], start: int, until: int, *, is_detailed: bool) -> list[Line]:
    """Return the carry-forward: each open invoice, or one balance a customer; and the bank's."""
    first = day(start, 1)
    bank = sum(each.units for each in books if each.paid is not None and each.paid < start)
    rows = entry("AN", 1, first, "", ("512100", f"{bank}.00"), EcritureLib="Solde") if bank else []
    due = [each for each in books if each.is_open_before(start)]
    if is_detailed:
        for each in due:
            line = entry("AN", 1, first, each.piece, (f"411000 {each.customer}", each.amount))
            is_paid = each.paid is not None and each.paid <= until
            rows += letter(line, each, is_told=is_paid)
    else:
        for customer in CUSTOMERS:
            total = sum(each.units for each in due if each.customer == customer)
            if total:
                whole = (f"411000 {customer}", f"{total}.00")
                rows += entry("AN", 1, first, "", whole, EcritureLib="Solde client")
    total = bank + sum(each.units for each in due)
    if total:
        rows += entry("AN", 1, first, "", ("110000", f"-{total}.00"), EcritureLib="Report")
    return rows


def state_after(files: Sequence[bytes]) -> tuple[list[tuple[str, int]], int, int]:
    """Return what is open, the bank's balance and the number of entries after some imports."""
    desk = Desk()
    save_company(desk.ports, desk.tenant, Company(COMPANY, "Garage du Port"), "comptable")
    for position, content in enumerate(files):
        (trace,) = desk.drop(content + b"\r\n" * position, f"books-{position}.txt")
        assert trace.outcome is ImportOutcome.BOOKS_LOADED
    items = desk.store.backlog(desk.tenant, COMPANY).open_items
    ledger = desk.store.ledger(desk.tenant, COMPANY, "512100")
    entries = desk.store.entries(desk.tenant, COMPANY, limit=500).items
    return (
        sorted((item.number, item.residual_minor) for item in items),
        sum(row.amount_minor for row in ledger),
        len([each for each in entries if each.date >= date(2023, 1, 1)]),
    )


@settings(deadline=None, max_examples=BOOKS, suppress_health_check=[HealthCheck.too_slow])
@given(invoices(), st.data())
def test_any_order_and_number_of_exports_gives_the_same_books(
    books: list[Invoice], data: st.DataObject
) -> None:
    """Every year's last export is among them, each with the carried invoices one by one."""
    last = [
        export(books, year, 12 * index + 11, is_detailed=True) for index, year in enumerate(YEARS)
    ]
    halves = [
        export(books, year, 12 * index + 5, is_detailed=True) for index, year in enumerate(YEARS)
    ]
    full = [content for content in last if content]
    others = [content for content in halves if content]
    again = data.draw(st.lists(st.sampled_from([*full, *others]), max_size=3))
    files = data.draw(st.permutations([*full, *again]))

    opened, balance, _ = state_after(files)

    assert opened == sorted((b.piece, b.units * 100) for b in books if b.paid is None)
    assert balance == sum(b.units * 100 for b in books if b.paid is not None)
    assert state_after([*files, *files]) == state_after(files)


@settings(deadline=None, max_examples=BOOKS, suppress_health_check=[HealthCheck.too_slow])
@given(invoices(), st.permutations(range(len(YEARS))))
def test_balances_carried_without_detail_make_no_item_beside_the_invoices(
    books: list[Invoice], order: list[int]
) -> None:
    """Invoices never paid are open once; payments of carried balances stay to be lettered."""
    files = [export(books, YEARS[index], 12 * index + 11, is_detailed=False) for index in order]
    files = [content for content in files if content]

    opened, balance, _ = state_after(files)

    total = sum(b.units * 100 for b in books if b.paid is None)
    assert sum(residual for _, residual in opened) == total
    assert balance == sum(b.units * 100 for b in books if b.paid is not None)
