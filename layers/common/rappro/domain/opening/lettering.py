"""What the lettering (lettrage) of a FEC leaves open on third-party accounts.

A letter whose lines balance is settled. One that does not leaves its residual on its oldest lines
of that sign: the rest of the group settled each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from rappro.domain.frozen import dataclass
from rappro.domain.ids import ThirdPartyId
from rappro.domain.opening.notes import Notes
from rappro.domain.opening.parties import Parties
from rappro.domain.opening.rows import FecRow


@dataclass(frozen=True, slots=True)
class OpenPart:
    """A row, and how much of its balance is not settled (same sign, never more)."""

    row: FecRow
    open_minor: int

    @property
    def is_whole(self) -> bool:
        return self.open_minor == self.row.balance_minor


def open_parts(rows: Iterable[FecRow], parties: Parties, notes: Notes) -> list[OpenPart]:
    """Return what is open of the third-party rows: the unlettered, and residuals of letters.

    A letter belongs to one account and auxiliary; one that balances only over all accounts of its
    third party (an invoice on 411 with its deposit on 4191) is settled too.
    """
    parts: list[OpenPart] = []
    groups: dict[tuple[str, str, str], list[FecRow]] = defaultdict(list)
    has_third_party = has_letter = False
    for row in rows:
        if parties.of(row) is None:
            continue
        has_third_party = True
        if row.letter:
            has_letter = True
            groups[row.account, row.auxiliary, row.letter].append(row)
        elif row.balance_minor:
            parts.append(OpenPart(row, row.balance_minor))
    parts += _residuals(groups, parties, notes)
    if has_third_party and not has_letter:
        notes.warn(
            "no_lettering",
            "no third-party line is lettered: what was paid in the period still looks open",
        )
    return sorted(parts, key=lambda part: part.row.line)


def _residuals(
    groups: dict[tuple[str, str, str], list[FecRow]], parties: Parties, notes: Notes
) -> list[OpenPart]:
    by_party: dict[tuple[ThirdPartyId | None, str], int] = defaultdict(int)
    unbalanced = []
    for key, rows in groups.items():
        gap = sum(row.balance_minor for row in rows)
        if gap:
            unbalanced.append((key, rows, gap))
            by_party[parties.of(rows[0]), key[2]] += gap
    parts: list[OpenPart] = []
    for (account, auxiliary, letter), rows, gap in unbalanced:
        if not by_party[parties.of(rows[0]), letter]:
            continue
        name = f"{account} {auxiliary}".strip()
        said = f"letter {letter} of {name} leaves {notes.amount(gap)} open"
        notes.warn("letter_unbalanced", said, rows[0].line)
        parts += _oldest(rows, gap)
    return parts


def _oldest(rows: list[FecRow], gap: int) -> list[OpenPart]:
    """Return the residual put on the oldest rows of its sign, up to the amount of each."""
    sign = 1 if gap > 0 else -1
    left = abs(gap)
    parts = []
    for row in sorted(rows, key=lambda row: (row.entry_date, row.journal, row.line)):
        taken = min(left, max(sign * row.balance_minor, 0))
        if taken:
            parts.append(OpenPart(row, sign * taken))
            left -= taken
    return parts
