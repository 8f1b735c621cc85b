"""Lettering of any opened books, paid in any order: an upper-case letter always balances."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from rappro.domain.books import (
    EntryLine,
    EntrySource,
    EntryStatus,
    JournalEntry,
    OpenItem,
    ThirdParty,
)
from rappro.domain.ids import EntryId
from rappro.domain.opening import OpenedBooks
from rappro.domain.posting.lettering import letter_items
from tests.fixtures.fec.builder import books, entry

DAY = date(2024, 6, 1)
PIECES = ("FA2024-0001", "FA2024-0002", "FA2024-0003")
AMOUNTS = st.integers(1, 20).map(lambda hundreds: hundreds * 100)
ROWS = st.lists(
    st.tuples(st.sampled_from(PIECES), st.booleans(), AMOUNTS, st.sampled_from(["", "", "AAC"])),
    min_size=1,
    max_size=6,
)


def opened(rows: list[tuple[str, bool, int, str]]) -> OpenedBooks:
    """Return books of one customer: sales and receipts that carry an invoice's piece."""
    made = []
    for rank, (piece, is_sale, amount, letter) in enumerate(rows, start=1):
        other, sign = ("706000", 1) if is_sale else ("512000", -1)
        lines = (("411000", sign * amount), (other, -sign * amount))
        made.append(entry(str(rank), *lines, piece_ref=piece, letter=letter))
    return books(*made)


def payment(item: OpenItem, rank: int, amount: int, *, is_draft: bool) -> JournalEntry:
    label = f"{item.number} VIR"
    lines = (
        EntryLine("512000", label, max(amount, 0), max(-amount, 0)),
        EntryLine(
            item.account, label, max(-amount, 0), max(amount, 0), third_party=item.third_party
        ),
    )
    return JournalEntry(
        EntryId(f"en_pay{rank}"), "BQ", DAY, item.number, DAY, label, lines, EntrySource.ENGINE,
        EntryStatus.DRAFT if is_draft else EntryStatus.VALIDATED,
    )  # fmt: skip


def unbalanced(entries: dict[str, JournalEntry]) -> set[str]:
    """Return the upper-case letters of the customer's account whose lines do not balance."""
    sums: dict[str, int] = defaultdict(int)
    for made in entries.values():
        for line in made.lines:
            if line.account == "411000" and line.letter and line.letter.isupper():
                sums[line.letter] += line.balance_minor
    return {letter for letter, gap in sums.items() if gap}


def paid(item: OpenItem, amount: int, by: JournalEntry) -> OpenItem:
    left = item.residual_minor - amount
    return replace(
        item, residual_minor=left, company_residual_minor=left, settled_by=(*item.settled_by, by.id)
    )


@given(
    rows=ROWS,
    payments=st.lists(st.tuples(st.integers(0, 2), AMOUNTS, st.booleans()), max_size=8),
    is_whole=st.booleans(),
)
def test_an_upper_case_letter_always_balances(
    rows: list[tuple[str, bool, int, str]],
    payments: list[tuple[int, int, bool]],
    is_whole: bool,
) -> None:
    start = opened(rows)
    items: dict[str, OpenItem] = {item.id: item for item in start.open_items}
    entries: dict[str, JournalEntry] = {made.id: made for made in start.entries}
    party: ThirdParty = start.third_parties[0]
    at_source = unbalanced(entries)
    for rank, (which, amount, is_draft) in enumerate(payments):
        if which >= len(items):
            continue
        item = items[list(items)[which]]
        most = abs(item.residual_minor)
        taken = (most if is_whole else min(amount, most)) * (1 if item.residual_minor > 0 else -1)
        if not taken:
            continue
        by = payment(item, rank, taken, is_draft=is_draft)
        entries[by.id], items[item.id] = by, paid(item, taken, by)
        lettered = letter_items(party, [items[item.id]], entries, on=DAY)
        party, entries = lettered.third_party, lettered.entries
        items |= lettered.open_items

        assert unbalanced(entries) <= at_source


@given(rows=ROWS)
def test_what_was_unlettered_and_is_paid_whole_is_lettered_whole(
    rows: list[tuple[str, bool, int, str]],
) -> None:
    start = opened([(piece, is_sale, amount, "") for piece, is_sale, amount, _ in rows])
    entries: dict[str, JournalEntry] = {made.id: made for made in start.entries}
    party = start.third_parties[0]
    letters = []
    for rank, item in enumerate(start.open_items):
        by = payment(item, rank, item.residual_minor, is_draft=False)
        entries[by.id] = by
        done = letter_items(party, [paid(item, item.residual_minor, by)], entries, on=DAY)
        party, entries = done.third_party, done.entries
        letters.append(done.open_items[item.id].letter)

    assert [letter and letter.isupper() for letter in letters] == [True] * len(start.open_items)
