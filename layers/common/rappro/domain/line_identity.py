"""Which lines of a statement are there already, brought by another feed or file (SPEC IMP-8).

    same booking date, amount, currency          a kind; lines of two kinds are never the same
    same reference of the bank, same family      the same line
    two references of one family that differ     two lines, whatever else agrees
    two end-to-end ids that differ               two lines
    else                                         the k-th of a kind here is the k-th there

The best evidence pairs first, each line once, so two equal payments stay two as long as each source
tells of two. No store is read here, and nothing is ever dropped: a known line is kept and marked.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import date
from hashlib import blake2b
from typing import Final

from rappro.domain.bank import StatementLine
from rappro.domain.frozen import dataclass
from rappro.domain.ids import StatementId

SCANNED_MAX: Final = 1_000
"""Lines of a kind looked at for one line; beyond, it counts as new, which is the safe side."""

_SEQUENCE_DIGITS_MAX: Final = 6
"""A shorter run of digits numbers the entries of one file: it is no reference of the bank."""
_TEXT_HASH_BYTES: Final = 8
_NO_REFERENCE: Final = frozenset({"", "NONREF", "NOREF", "NOTPROVIDED", "NOTAVAILABLE"})
_NUMBERED = re.compile(r"^([a-z]+)[.\d]*$", re.ASCII)


@dataclass(frozen=True, slots=True)
class LineKey:
    """What tells a line from others, compact: a line of 1 KB is held in some 200 bytes.

    `bank_ref` is None where the source gives none that means anything outside of its file; it is
    only ever compared within a `family` of formats, as each family has references of its own.
    """

    statement_id: StatementId
    position: int
    booking_date: date
    amount_minor: int
    currency: str
    value_date: date | None
    family: str
    bank_ref: str | None
    end_to_end_id: str | None
    text: bytes | None

    @property
    def at(self) -> str:
        """The record key of the line."""
        return f"{self.statement_id}/{self.position}"


def family_of(format_name: str) -> str:
    """Return the family of a format: camt.052 and camt.053 are "camt", mt940 and mt942 "mt"."""
    found = _NUMBERED.match(format_name)
    return found.group(1) if found else format_name


def line_key(line: StatementLine, statement_id: StatementId, format_name: str) -> LineKey:
    """Return the compact key of a line of a statement of a format."""
    return LineKey(
        statement_id=statement_id,
        position=line.position,
        booking_date=line.booking_date,
        amount_minor=line.amount_minor,
        currency=line.currency,
        value_date=line.value_date,
        family=family_of(format_name),
        bank_ref=_reference(line.entry_ref),
        end_to_end_id=_identifier(line.end_to_end_id),
        text=_text_hash(line),
    )


def _identifier(text: str | None) -> str | None:
    plain = "".join((text or "").split()).upper()
    return None if plain in _NO_REFERENCE or not plain.strip("0") else plain


def _reference(text: str | None) -> str | None:
    plain = _identifier(text)
    if plain is not None and plain.isdecimal() and len(plain) <= _SEQUENCE_DIGITS_MAX:
        return None
    return plain


def _text_hash(line: StatementLine) -> bytes | None:
    """Return a hash of the label's letters and digits; formats differ in case, accents, breaks."""
    spelt = unicodedata.normalize("NFKD", f"{line.label}{line.label_more}").upper()
    plain = "".join(char for char in spelt if char.isalnum())
    return blake2b(plain.encode(), digest_size=_TEXT_HASH_BYTES).digest() if plain else None


def may_be_same(one: LineKey, other: LineKey) -> bool:
    """Say whether nothing speaks against two lines being one."""
    if _kind(one) != _kind(other):
        return False
    if one.bank_ref is not None and other.bank_ref is not None and one.family == other.family:
        return one.bank_ref == other.bank_ref
    ids = {one.end_to_end_id, other.end_to_end_id} - {None}
    return len(ids) < 2


def pair(incoming: Iterable[LineKey], existing: Iterable[LineKey]) -> dict[int, LineKey]:
    """Return which existing line each incoming one is, by the incoming line's position.

    `incoming` are lines of one statement. Neither order matters; a line is paired once at most, and
    never with one that something speaks against.
    """
    there: dict[Hashable, list[LineKey]] = defaultdict(list)
    for line in sorted(existing, key=_order):
        there[_kind(line)].append(line)
    here: dict[Hashable, list[LineKey]] = defaultdict(list)
    for line in sorted(incoming, key=_order):
        if _kind(line) in there:
            here[_kind(line)].append(line)
    return {
        line.position: other
        for kind, lines in here.items()
        for line, other in _pairs(lines, there[kind])
    }


def _kind(line: LineKey) -> Hashable:
    return line.booking_date, line.amount_minor, line.currency


def _order(line: LineKey) -> tuple[str, int]:
    return line.statement_id, line.position


_Evidence = Callable[[LineKey], Hashable | None]

_EVIDENCE: Final[tuple[_Evidence, ...]] = (
    lambda line: line.bank_ref and (line.family, line.bank_ref),
    lambda line: line.end_to_end_id,
    lambda line: line.text and (line.text, line.value_date),
    lambda line: line.text,
    lambda line: line.value_date,
    lambda _: True,
)
"""What two lines of a kind have in common, from the strongest to nothing but their kind."""


def _pairs(lines: list[LineKey], there: list[LineKey]) -> Iterator[tuple[LineKey, LineKey]]:
    """Yield pairs within one kind, the best evidence first."""
    for evidence in _EVIDENCE:
        found = list(_pairs_by(evidence, lines, there))
        yield from found
        paired = {line.position for line, _ in found}
        taken = {other.at for _, other in found}
        lines = [line for line in lines if line.position not in paired]
        there = [other for other in there if other.at not in taken]
        if not lines or not there:
            return


def _pairs_by(
    evidence: _Evidence, lines: Sequence[LineKey], there: Sequence[LineKey]
) -> Iterator[tuple[LineKey, LineKey]]:
    waiting: dict[Hashable, deque[LineKey]] = defaultdict(deque)
    for other in there:
        found = evidence(other)
        if found is not None:
            waiting[found].append(other)
    for line in lines:
        found = evidence(line)
        taken = _take(waiting[found], line) if found is not None and found in waiting else None
        if taken is not None:
            yield line, taken


def _take(queue: deque[LineKey], line: LineKey) -> LineKey | None:
    """Take the first line out of the queue that may be the same; the others keep their order."""
    passed: list[LineKey] = []
    taken = None
    while queue and taken is None and len(passed) < SCANNED_MAX:
        candidate = queue.popleft()
        if may_be_same(line, candidate):
            taken = candidate
        else:
            passed.append(candidate)
    queue.extendleft(reversed(passed))
    return taken
