"""The demo's ledger while it is being written: entries, lettering, and what the banks showed.

Only what a FEC needs; amounts are debit minus credit in cents.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from devstack.demo_data.days import RECONCILED_ON, STATEMENT_TO
from devstack.demo_data.model import Movement


@dataclass(slots=True, eq=False)
class Leg:
    """One line of an entry; `piece_ref` and `piece_date` override the entry's (opening entry).

    `shown_on` is when the bank showed it, for legs on a bank account or an account it clears.
    """

    account: str
    amount_minor: int
    auxiliary: str | None = None
    label: str = ""
    piece_ref: str = ""
    piece_date: date | None = None
    letter: str = ""
    lettered_on: date | None = None
    shown_on: date | None = None


@dataclass(slots=True, eq=False)
class Entry:
    """A balanced entry (écriture)."""

    journal: str
    on: date
    piece_ref: str
    piece_date: date
    label: str
    legs: list[Leg]


def letters(rank: int) -> str:
    """Return the lettering code of a 0-based rank: AAA, AAB, ..."""
    code = ""
    for _ in range(3):
        rank, digit = divmod(rank, 26)
        code = chr(ord("A") + digit) + code
    return code


@dataclass(slots=True)
class Book:
    """Entries in the order they were written, and the movements that banks showed in October."""

    entries: list[Entry] = field(default_factory=list)
    opening: list[Leg] = field(default_factory=list)
    shown: dict[str, list[Movement]] = field(default_factory=lambda: defaultdict(list))
    _letter_counts: dict[tuple[str, str | None], int] = field(
        default_factory=lambda: defaultdict(int)
    )

    def post(
        self,
        journal: str,
        on: date,
        *,
        piece: str,
        label: str,
        legs: Sequence[Leg],
        piece_date: date | None = None,
    ) -> Entry:
        """Write a balanced entry; a gap is a bug of the generator."""
        gap = sum(leg.amount_minor for leg in legs)
        if gap:
            raise ValueError(f"entry {piece} {label}: debits minus credits is {gap}")
        entry = Entry(journal, on, piece, piece_date or on, label, list(legs))
        self.entries.append(entry)
        return entry

    def letter(self, legs: Sequence[Leg], on: date) -> None:
        """Letter legs of one account and third party that settle each other (lettrage)."""
        keys = {(leg.account, leg.auxiliary) for leg in legs}
        if len(keys) != 1 or sum(leg.amount_minor for leg in legs) != 0:
            raise ValueError(f"legs of {keys} do not settle each other")
        key = keys.pop()
        code = letters(self._letter_counts[key])
        self._letter_counts[key] += 1
        for leg in legs:
            leg.letter, leg.lettered_on = code, on

    def legs_on(self, account: str) -> Iterator[tuple[Entry, Leg]]:
        """Yield every leg on an account with its entry."""
        for entry in self.entries:
            for leg in entry.legs:
                if leg.account == account:
                    yield entry, leg

    def show(self, journal: str, leg: Leg, movement: Movement) -> None:
        """Note when the bank shows a leg; in the statement's month the movement is kept."""
        leg.shown_on = movement.booked_on
        if RECONCILED_ON < movement.booked_on <= STATEMENT_TO:
            self.shown[journal].append(movement)
