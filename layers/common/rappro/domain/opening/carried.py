"""Balances carried forward (à-nouveaux) that repeat what the books of the other year hold.

    books of N known, N+1 comes    a carried line whose piece, number or whole balance is known is
                                   no second item; the bank's balance is not counted twice
    books of N+1 known, N comes    a line whose piece is carried forward there is that item; what
                                   was carried without detail gives way to the detail
    books of N come once more      what an earlier export of N was found to be stays found: the
                                   carried line that stands for it gives way to nothing

Either way the same items are open. What does not add up is the finding `carry_forward_differs`.
Where only an amount says which line a carried one stands for, it stays: `carried_line_kept`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from rappro.domain.books import EntryPlace, JournalEntry
from rappro.domain.frozen import dataclass
from rappro.domain.ids import EntryId
from rappro.domain.opening.accounts import is_bank, is_transit, plain, side_of
from rappro.domain.opening.bank import says_balance
from rappro.domain.opening.entries import EntryRows
from rappro.domain.opening.known import KnownBooks, Recognised, held_places
from rappro.domain.opening.notes import Notes
from rappro.domain.opening.numbers import Piece, label_number, piece_kind, piece_text
from rappro.domain.opening.parties import Parties
from rappro.domain.opening.rows import FecRow

_GAP_DAYS_MAX: Final = 365
"""Books that end longer before the carry-forward are not those of the year before it."""

_Account = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Line:
    """A line on a third party's, bank or transit account, of the file or of the books."""

    day: date
    balance_minor: int
    is_opening: bool
    tokens: frozenset[str]
    is_balance: bool = False  # of a bank, by its label
    row: int | None = None
    place: EntryPlace | None = None
    is_lettered: bool = False
    is_held: bool = False  # an open item or a bank entry stands for it


@dataclass(frozen=True, slots=True)
class Carried:
    """What the other year's books say of a file's rows, and of known carried lines.

    `repeated` rows bring nothing; `places` gives the known lines of those whose piece is known.
    `superseded` are known carried lines of which the file has the detail.
    """

    repeated: frozenset[int]
    places: dict[int, tuple[EntryPlace, ...]]
    superseded: frozenset[EntryPlace]


def carried_forward(
    recognised: Recognised, parties: Parties, known: KnownBooks, notes: Notes
) -> Carried:
    """Return which rows of a file repeat, or are repeated by, carried balances in the books."""
    if not known.entries:
        return Carried(frozenset(), {}, frozenset())
    looked = _Look(notes)
    ours = _known_lines(known)
    theirs = _file_lines(recognised, parties)
    for account in sorted(theirs):
        looked.at(account, theirs[account], ours.get(account, []), recognised.told)
    looked.close(ours, theirs)
    return Carried(frozenset(looked.repeated), looked.places, frozenset(looked.superseded))


class _Look:
    """Collects what is found, account by account."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self.repeated: set[int] = set()
        self.places: dict[int, tuple[EntryPlace, ...]] = {}
        self.superseded: set[EntryPlace] = set()
        self._gaps: dict[_Account, tuple[date, int, int | None]] = {}

    def at(
        self, account: _Account, lines: Sequence[_Line], known: Sequence[_Line],
        told: Collection[int],
    ) -> None:  # fmt: skip
        """Look at one account: carried lines of the file, then those that the books have."""
        for day in sorted({line.day for line in lines if line.is_opening}):
            carried = [line for line in lines if line.is_opening and line.day == day]
            self._forward(account, carried, known, told)
        done = self.repeated.union(told)
        left = [line for line in lines if line.row not in done]
        start = date.min
        known = _held_later(known)
        for day in sorted({line.day for line in known if line.is_opening}):
            carried = [line for line in known if line.is_opening and line.day == day]
            before = [line for line in left if start <= line.day < day]
            if before:
                self._backward(account, carried, before, _year_before(known, day))
            start = day

    def _forward(
        self, account: _Account, carried: Sequence[_Line], known: Sequence[_Line],
        told: Collection[int],
    ) -> None:  # fmt: skip
        day = carried[0].day
        new = [line for line in carried if line.row not in told]
        before = _year_before(known, day)
        if not before and new:  # one that came before, for the time being (provisoires)
            before = [line for line in known if line.is_opening and line.day == day]
        gap = _sum(carried) - _sum(before)
        if gap and new:
            self._gaps[account] = (day, gap, new[0].row)
        if not before:
            return
        pairs = _pairs(carried, before, is_by_amount=not gap)
        for line in carried:
            assert line.row is not None  # a line of the file
            other = pairs.get(id(line))
            if other is not None:
                self.places[line.row] = tuple(_origins(line, other, known))
            if other is not None or not gap or _is_balance(line, carried):
                self.repeated.add(line.row)

    def _backward(
        self, account: _Account, carried: Sequence[_Line], before: Sequence[_Line],
        others: Sequence[_Line],
    ) -> None:  # fmt: skip
        gap = _sum(carried) - _sum(before) - _sum(others)
        pairs = _by_number(before, carried)
        stays = {id(other) for other in (*pairs.values(), *_by_number(others, carried).values())}
        if not gap and len(carried) > 1:
            left = [other for other in carried if id(other) not in stays]
            kept, taken = self._kept(account, left, others)
            stays |= kept
            left = [other for other in left if id(other) not in taken]
            pairs |= _by_amount([line for line in before if id(line) not in pairs], left)
            stays |= {id(other) for other in pairs.values()}
        for line in before:
            other = pairs.get(id(line))
            # A carried line that was taken for another one, of its amount, stands for nothing.
            if other is not None and line.row is not None and (other.is_held or other.is_lettered):
                self.repeated.add(line.row)
        for other in carried:
            is_detailed = not gap or _is_balance(other, carried)
            if id(other) not in stays and other.place is not None and is_detailed:
                self.superseded.add(other.place)
        if gap:
            self._gaps[account] = (carried[0].day, gap, None)

    def _kept(
        self, account: _Account, carried: Sequence[_Line], others: Sequence[_Line]
    ) -> tuple[set[int], set[int]]:
        """Return the carried lines that stay for a known one, and those that known ones are.

        An export before brought the known ones. One for which no item stands may have been found
        to be the carried line of its amount, whose item would be lost: in doubt it stays.
        """
        plain_ones = [each for each in others if not each.is_opening and not each.is_lettered]
        pairs = _by_amount(plain_ones, carried)
        kept = {id(pairs[id(each)]) for each in plain_ones if id(each) in pairs
                and not each.is_held and pairs[id(each)].is_held}  # fmt: skip
        if kept:
            said = (
                f"{_name(account)} is carried forward at {carried[0].day} in {len(kept)} lines that"
                " may be loaded ones of their amount: they stay"
            )
            self._notes.info("carried_line_kept", said)
        return kept, {id(other) for other in pairs.values()}

    def close(self, ours: dict[_Account, list[_Line]], theirs: dict[_Account, list[_Line]]) -> None:
        """Note the balances that differ, of years that follow each other."""
        days = [line.day for lines in (*ours.values(), *theirs.values()) for line in lines
                if not line.is_opening]  # fmt: skip
        for account, (day, gap, row) in self._gaps.items():
            last = max((each for each in days if each < day), default=None)
            if last is None or (day - last).days > _GAP_DAYS_MAX:
                continue
            said = (
                f"{_name(account)} is carried forward at {day} with {self._notes.amount(gap)} more"
                " than the books of the year before hold"
            )
            self._notes.warn("carry_forward_differs", said, row)


def _name(account: _Account) -> str:
    return " ".join(part for part in account if part)


def _year_before(lines: Iterable[_Line], day: date) -> list[_Line]:
    """Return the lines that make the balance before a day: from the last carry-forward on."""
    earlier = [line for line in lines if line.day < day]
    start = max((line.day for line in earlier if line.is_opening), default=date.min)
    return [line for line in earlier if line.day >= start]


def _held_later(known: Sequence[_Line]) -> list[_Line]:
    """Return the lines; a carried one is held when one that carries it on, years later, is."""
    standing = [line for line in known if line.is_opening and (line.is_held or line.is_lettered)]
    by_token: dict[str, date] = {}
    by_amount: dict[int, date] = {}
    for line in standing:
        for token in line.tokens:
            by_token[token] = max(line.day, by_token.get(token, date.min))
        by_amount[line.balance_minor] = max(line.day, by_amount.get(line.balance_minor, date.min))
    made = []
    for line in known:
        last = [by_token[token] for token in line.tokens if token in by_token]
        if not line.tokens:
            last = [by_amount.get(line.balance_minor, date.min)]
        is_later = line.is_opening and any(day > line.day for day in last)
        made.append(replace(line, is_held=True) if is_later else line)
    return made


def _origins(line: _Line, other: _Line, known: Sequence[_Line]) -> Iterator[EntryPlace]:
    """Yield the known lines that a carried line stands for, back through the years."""
    same = [other]
    while same:
        yield from (each.place for each in same if each.place is not None)
        day = min(each.day for each in same)
        if not any(each.is_opening for each in same):
            return
        same = [each for each in _year_before(known, day) if each.tokens & line.tokens]


def _pairs(
    lines: Sequence[_Line], others: Sequence[_Line], *, is_by_amount: bool
) -> dict[int, _Line]:
    """Return which other line each line repeats: by a number both show, else by its amount."""
    pairs = _by_number(lines, others)
    if not is_by_amount:
        return pairs
    used = {id(other) for other in pairs.values()}
    left = [line for line in lines if id(line) not in pairs]
    return pairs | _by_amount(left, [other for other in others if id(other) not in used])


def _by_number(lines: Iterable[_Line], others: Iterable[_Line]) -> dict[int, _Line]:
    by_token: dict[str, list[_Line]] = defaultdict(list)
    for other in others:
        for token in other.tokens:
            by_token[token].append(other)
    pairs: dict[int, _Line] = {}
    for line in lines:
        same = [other for token in sorted(line.tokens) for other in by_token[token]]
        if same:
            alike = [other for other in same if other.balance_minor == line.balance_minor]
            pairs[id(line)] = (alike or same)[0]
    return pairs


def _by_amount(lines: Iterable[_Line], others: Iterable[_Line]) -> dict[int, _Line]:
    """Return which other line each line is, each other once, in their order."""
    by_amount: dict[int, list[_Line]] = defaultdict(list)
    for other in others:
        by_amount[other.balance_minor].append(other)
    return {
        id(line): by_amount[line.balance_minor].pop(0)
        for line in lines
        if by_amount[line.balance_minor]
    }


def _is_balance(line: _Line, carried: Sequence[_Line]) -> bool:
    """Say whether a carried line is the whole of its account, without detail."""
    return line.is_balance or (len(carried) == 1 and not line.tokens)


def _sum(lines: Iterable[_Line]) -> int:
    return sum(line.balance_minor for line in lines)


def _file_lines(recognised: Recognised, parties: Parties) -> dict[_Account, list[_Line]]:
    found: dict[_Account, list[_Line]] = defaultdict(list)
    for group in recognised.groups:
        for row in group.rows:
            party = parties.of(row)
            if party is not None or is_bank(row.account) or is_transit(row.account):
                found[row.account, party or ""].append(_of_row(row, group))
    return found


def _of_row(row: FecRow, group: EntryRows) -> _Line:
    day = group.entry_date if group.is_opening else row.entry_date
    is_balance = group.is_opening and is_bank(row.account) and says_balance(row)
    return _Line(
        day, row.balance_minor, group.is_opening, _tokens(row), is_balance, row=row.line
    )  # fmt: skip


def _known_lines(known: KnownBooks) -> dict[_Account, list[_Line]]:
    found: dict[_Account, list[_Line]] = defaultdict(list)
    held = held_places(known)
    for entry in known.entries:
        is_opening = entry.journal in known.openings
        for index, line in enumerate(entry.lines):
            is_listed = is_bank(line.account) or is_transit(line.account)
            if not is_listed and (line.third_party is None or side_of(line.account) is None):
                continue
            row = _as_row(entry, index)
            place = EntryPlace(EntryId(entry.id), index)
            is_balance = is_opening and is_bank(line.account) and says_balance(row)
            made = _Line(
                entry.date, line.balance_minor, is_opening, _tokens(row), is_balance, place=place,
                is_lettered=bool(line.letter), is_held=place in held,
            )  # fmt: skip
            found[line.account, line.third_party or ""].append(made)
    return found


def _as_row(entry: JournalEntry, index: int) -> FecRow:
    line = entry.lines[index]
    return FecRow(
        index, entry.journal, entry.date, line.account, line.balance_minor,
        number=entry.source_number or "", label=line.label,
        piece_ref=entry.piece_ref if line.piece_ref is None else line.piece_ref,
    )  # fmt: skip


def _tokens(row: FecRow) -> frozenset[str]:
    """Return the numbers by which a line is found in another year's books."""
    if is_bank(row.account) or is_transit(row.account):
        piece = piece_text(row)
        return frozenset({f"{plain(piece)} {row.balance_minor}"} if piece else ())
    shown = label_number(row.label, any_token=True)
    tokens = {plain(shown)} if shown else set()
    if piece_kind(row, is_shared=False) is Piece.DOCUMENT:
        tokens.add(plain(piece_text(row)))
    return frozenset(tokens)
