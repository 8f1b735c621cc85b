"""Lettering: letters per third party, full groups in upper case, partial ones in lower case."""

from dataclasses import replace
from datetime import date

import pytest

from rappro.domain.books import (
    EntryLine,
    EntryPlace,
    EntrySource,
    EntryStatus,
    JournalEntry,
    OpenItem,
    OpenItemType,
    ThirdParty,
    ThirdPartyKind,
)
from rappro.domain.errors import TooLarge
from rappro.domain.ids import EntryId, OpenItemId, ThirdPartyId
from rappro.domain.posting.lettering import letter_at, letter_items

DAY = date(2026, 11, 3)
CLIENT = ThirdParty(ThirdPartyId("tp"), ThirdPartyKind.CUSTOMER, "Garage du Port", "411000")


def entry(entry_id: str, debit: int, credit: int, label: str) -> JournalEntry:
    party = EntryLine("411000", label, debit, credit, CLIENT.id)
    other = EntryLine("512000", label, credit, debit)
    return JournalEntry(
        EntryId(entry_id), "BQ", DAY, "P", DAY, label, (party, other), EntrySource.ENGINE,
        EntryStatus.VALIDATED,
    )  # fmt: skip


def invoice(number: str, amount: int, residual: int, *payments: str) -> OpenItem:
    return OpenItem(
        OpenItemId(number), OpenItemType.INVOICE, CLIENT.id, "411000", number, DAY, DAY, "EUR",
        amount, residual, amount, residual, entry_id=EntryId(f"sale-{number}"), entry_line=0,
        settled_by=tuple(EntryId(p) for p in payments),
    )  # fmt: skip


def test_letters_count_from_aaa_and_end_at_zzz() -> None:
    assert [letter_at(n) for n in (0, 1, 26, 26 * 26)] == ["AAA", "AAB", "ABA", "BAA"]
    with pytest.raises(TooLarge):
        letter_at(26**3)


def test_a_settled_invoice_and_its_payment_share_the_next_letter() -> None:
    sale, payment = entry("sale-F1", 120, 0, "F1"), entry("pay", 0, 120, "F1 VIR")
    item = invoice("F1", 120, 0, "pay")

    lettered = letter_items(
        replace(CLIENT, letter_count=2), [item], {sale.id: sale, payment.id: payment}, on=DAY
    )

    assert lettered.open_items["F1"].letter == "AAC"
    assert lettered.entries["sale-F1"].lines[0].letter == "AAC"
    assert lettered.entries["pay"].lines[0].letter == "AAC"
    assert lettered.entries["pay"].lines[1].letter is None
    assert lettered.third_party.letter_count == 3


def test_a_partial_group_has_a_lower_case_letter_and_a_new_one_when_it_becomes_full() -> None:
    sale, first = entry("sale-F1", 120, 0, "F1"), entry("pay1", 0, 50, "F1 VIR")
    partial = letter_items(
        CLIENT, [invoice("F1", 120, 70, "pay1")], {sale.id: sale, first.id: first}, on=DAY
    )
    assert partial.open_items["F1"].letter == "aaa"

    second = entry("pay2", 0, 70, "F1 VIR")
    full_item = replace(invoice("F1", 120, 0, "pay1", "pay2"), letter="aaa")
    full = letter_items(
        partial.third_party, [full_item], {**partial.entries, second.id: second}, on=DAY
    )

    assert full.open_items["F1"].letter == "AAB"
    assert {e.lines[0].letter for e in full.entries.values()} == {"AAB"}


def test_two_invoices_paid_at_once_are_two_groups() -> None:
    lines = (
        EntryLine("512000", "VIR", 300, 0),
        EntryLine("411000", "F1 VIR", 0, 100, CLIENT.id),
        EntryLine("411000", "F2 VIR", 0, 200, CLIENT.id),
    )
    payment = JournalEntry(
        EntryId("pay"), "BQ", DAY, "P", DAY, "VIR", lines, EntrySource.ENGINE,
        EntryStatus.VALIDATED,
    )  # fmt: skip
    sales = [entry("sale-F1", 100, 0, "F1"), entry("sale-F2", 200, 0, "F2")]

    lettered = letter_items(
        CLIENT,
        [invoice("F2", 200, 0, "pay"), invoice("F1", 100, 0, "pay")],
        {e.id: e for e in (payment, *sales)},
        on=DAY,
    )

    assert [line.letter for line in lettered.entries["pay"].lines] == [None, "AAA", "AAB"]


def test_a_payment_that_is_a_draft_does_not_complete_a_group() -> None:
    """Its entry can still go; the group is full when it is validated."""
    sale, draft = entry("sale-F1", 120, 0, "F1"), entry("pay", 0, 120, "F1 VIR")
    draft = replace(draft, status=EntryStatus.DRAFT)
    item = invoice("F1", 120, 0, "pay")

    lettered = letter_items(CLIENT, [item], {sale.id: sale, draft.id: draft}, on=DAY)

    assert lettered.open_items["F1"].letter == "aaa"
    assert [line.letter for line in lettered.entries["pay"].lines] == [None, None]


def test_an_invoice_and_the_deposit_on_its_piece_are_one_group_with_the_payment() -> None:
    """What was open is 120 of a sale less 50 of a deposit: all three lines settle each other."""
    sale, deposit = entry("sale-F1", 120, 0, "F1"), entry("deposit", 0, 50, "ACOMPTE F1")
    payment = entry("pay", 0, 70, "F1 SOLDE")
    item = replace(
        invoice("F1", 120, 0, "pay"),
        sources=(EntryPlace(sale.id, 0), EntryPlace(deposit.id, 0)),
    )

    lettered = letter_items(CLIENT, [item], {e.id: e for e in (sale, deposit, payment)}, on=DAY)

    assert {e.lines[0].letter for e in lettered.entries.values()} == {"AAA"}


def test_a_settled_invoice_of_which_the_books_hold_no_entry_keeps_a_partial_letter() -> None:
    payment = entry("pay", 0, 120, "F1 VIR")
    item = replace(invoice("F1", 120, 0, "pay"), entry_id=None, entry_line=None)

    lettered = letter_items(CLIENT, [item], {payment.id: payment}, on=DAY)

    assert lettered.entries["pay"].lines[0].letter == "aaa"


def test_a_movement_that_names_no_invoice_is_lettered_by_its_account() -> None:
    """An invoice allocated to a movement that the books held already."""
    sale, movement = entry("sale-F1", 120, 0, "F1"), entry("move", 0, 120, "VIR GARAGE")
    item = invoice("F1", 120, 0, "move")

    lettered = letter_items(CLIENT, [item], {sale.id: sale, movement.id: movement}, on=DAY)

    assert {e.lines[0].letter for e in lettered.entries.values()} == {"AAA"}
