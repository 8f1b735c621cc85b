"""The truth beside each statement line agrees with the books and with the line."""

from collections import Counter, defaultdict

from devstack.demo_data import DemoData, Target, TruthLine
from rappro.domain.books import (
    BankEntry,
    OpenItem,
)
from rappro.domain.opening import OpenedBooks

REAL_FILES = 2


def _lines(demo: DemoData) -> list[TruthLine]:
    names = {file.name for file in demo.statements[:REAL_FILES]}
    return [line for line in demo.truth if line.file in names]


def _items(books: OpenedBooks) -> dict[tuple[str | None, str], OpenItem]:
    codes = {party.id: party.auxiliary for party in books.third_parties}
    items = {(codes[item.third_party], item.number): item for item in books.open_items}
    assert len(items) == len(books.open_items)
    return items


def _entries(books: OpenedBooks) -> dict[tuple[str, str | None], BankEntry]:
    waiting = [entry for entry in books.bank_entries if entry.is_waiting]
    entries = {(entry.account, entry.piece_ref): entry for entry in waiting}
    assert len(entries) == len(waiting)
    return entries


def test_every_line_of_every_statement_has_its_truth(demo: DemoData) -> None:
    expected = [
        (file.name, ordinal, position, movement.booked_on, movement.amount_minor)
        for file in demo.statements
        for ordinal, statement in enumerate(file.statements, 1)
        for position, movement in enumerate(statement.movements, 1)
    ]

    told = [
        (line.file, line.statement, line.position, line.booked_on, line.amount_minor)
        for line in demo.truth
    ]
    assert told == expected


def test_what_is_settled_is_in_the_books_and_never_more_than_is_left(
    demo: DemoData, books: OpenedBooks
) -> None:
    items, entries = _items(books), _entries(books)
    settled: dict[str, int] = defaultdict(int)
    for line in _lines(demo):
        for part in line.truth.settles:
            if part.target is Target.OPEN_ITEM:
                item = items[part.third_party, part.number]
                assert item.issue_date <= line.booked_on
                settled[item.id] += part.amount_minor
            else:
                assert part.account is not None
                entry = entries[part.account, part.number]
                assert entry.amount_minor == part.amount_minor
                settled[entry.id] += part.amount_minor

    left: dict[str, int] = {item.id: item.residual_minor for item in items.values()}
    left |= {entry.id: entry.amount_minor for entry in entries.values()}
    for key, amount in settled.items():
        assert amount * left[key] > 0
        assert abs(amount) <= abs(left[key])


def test_what_a_line_settles_and_its_adjustment_add_up_to_the_line(demo: DemoData) -> None:
    for line in _lines(demo):
        if line.truth.settles:
            total = sum(part.amount_minor for part in line.truth.settles)
            assert total + line.truth.adjustment_minor == line.amount_minor


def test_what_waits_for_the_bank_is_shown_but_for_a_few_explained_entries(
    demo: DemoData, books: OpenedBooks
) -> None:
    """The lost cheque, cheques of the last days, the last run, slips and cheques of the 30th."""
    shown = {
        (part.account, part.number)
        for line in _lines(demo)
        for part in line.truth.settles
        if part.target is Target.BANK_ENTRY
    }
    outstanding = [entry for key, entry in _entries(books).items() if key not in shown]

    assert 3 <= len(outstanding) <= 10
    assert any(entry.cheque_no and entry.date.month == 8 for entry in outstanding)
    assert all(entry.date.month == 8 or entry.date.day >= 15 for entry in outstanding)


def test_most_lines_are_decidable_and_some_are_traps(demo: DemoData) -> None:
    lines = _lines(demo)
    undecidable = Counter(line.truth.kind for line in lines if not line.truth.is_decidable)

    assert sum(line.truth.is_decidable for line in lines) >= len(lines) * 85 // 100
    assert set(undecidable) == {
        "card_purchase", "charged_transfer", "collection_return", "mistyped_number",
        "not_in_books", "overpaid", "paid_twice", "two_for_three", "unknown_payer",
        "unknown_receipt",
    }  # fmt: skip


def test_every_kind_of_evidence_is_there(demo: DemoData) -> None:
    kinds = Counter(line.truth.kind for line in _lines(demo) if line.truth.is_decidable)

    assert kinds["full_number"] >= 40
    assert kinds["several_numbers"] == 11
    assert kinds["cut_number"] == 11
    assert kinds["known_payer"] == 19
    assert kinds["subset"] == 3
    assert kinds["part_payment"] == 5
    assert kinds["twin"] == 4
    assert kinds["card_remittance"] >= 10
    assert kinds["cheque_paid"] >= 10
    assert kinds["salary"] == 7
    assert {
        "bill", "bank_fee", "cash_deposit", "cents_short", "charge_in_books", "cheque_remittance",
        "collection_batch", "credit_note_refund", "interest", "internal_transfer",
        "internal_transfer_in_books", "loan_in_books", "supplier_debit", "supplier_transfer",
        "transfer_in_books", "transfer_run_in_books",
    } < set(kinds)  # fmt: skip
