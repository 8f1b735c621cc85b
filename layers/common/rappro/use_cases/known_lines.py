"""Finds and marks the lines of a new statement that are there already (SPEC IMP-8).

Only statements of the same journal whose periods overlap are looked at, and of those only the days
that both cover; where nothing overlaps, nothing is read. What is not compared:

- statements of one file: a bank does not tell the same twice in one message;
- a statement that begins with the balance the other ends with: it goes on where that one stopped.

A known line is kept and marked. When every line is known, and one other statement says of the same
days what this one says, it is that statement again and is quarantined. A statement that says more
(the balances behind a report during the day, a month over its days) is taken in, with nothing to
match.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import field, replace
from datetime import date
from typing import Final

from rappro.domain.bank import Finding, LineStatusAtBank, Severity
from rappro.domain.errors import TooLarge
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.line_identity import LineKey, line_key, pair
from rappro.domain.records import (
    LineRecord,
    StatementRecord,
    StatementStatus,
)
from rappro.domain.writes import (
    Write,
    change,
)
from rappro.ports import ACTIONS_MAX_PER_COMMIT, Ports

COMPARED_MAX: Final = 100_000
"""Lines of either side held in memory at once, 200 bytes each; beyond, a finding says so."""
NAMED_MAX: Final = 5
_LINES_PER_READ: Final = 500
_FIRST: Final = 1
_MARKS_A_COMMIT: Final = ACTIONS_MAX_PER_COMMIT // 2
"""A line takes an action, and one more when it is the only one of its block."""
_NOT_TAKEN_IN: Final = frozenset({StatementStatus.QUARANTINED, StatementStatus.DELETING})


@dataclass(frozen=True, slots=True)
class Known:
    """Which lines are there already: the key of the first one, by position."""

    keys: dict[int, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    is_compared: bool = False


def recognise(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementRecord,
    *, there: Iterable[StatementRecord], lines: Iterable[LineRecord],
    taken: Collection[str] = frozenset(),
) -> Known:  # fmt: skip
    """Say which of a statement's lines are there already.

    `there` are the statements of its journal; its own `lines` are read only where one overlaps.
    `taken` are the keys of lines that other lines of the statement are known as.
    """
    overlapping = [other for other in there if is_overlapping(statement, other)]
    if not overlapping:
        return Known()
    try:
        found = _existing(ports, tenant, company, statement, overlapping)
        existing = _bounded(key for key in found if key.at not in taken)
        incoming = _bounded(
            _key(line, statement)
            for line in lines
            if line.line.status is LineStatusAtBank.BOOKED
            and any(_covers(other, line.line.booking_date) for other in overlapping)
        )
    except TooLarge:
        return Known({}, (_not_compared(statement),), is_compared=True)
    pairs = pair(incoming, existing)
    paired = {other.statement_id for other in pairs.values()}
    named = [other for other in overlapping if other.id in paired]
    finding = known_finding(statement, len(pairs), named)
    keys = {at: other.at for at, other in pairs.items()}
    return Known(keys, (finding,) if pairs else (), is_compared=True)


def is_overlapping(statement: StatementRecord, other: StatementRecord) -> bool:
    """Say whether two statements tell of the same days, and may tell of the same movements."""
    if other.status in _NOT_TAKEN_IN or other.currency != statement.currency:
        return False
    if other.id == statement.id or other.source_sha256 == statement.source_sha256:
        return False
    own, theirs = _period(statement), _period(other)
    if own is None or theirs is None or own[0] > theirs[1] or theirs[0] > own[1]:
        return False
    return not (_goes_on(statement, other) or _goes_on(other, statement))


def _period(statement: StatementRecord) -> tuple[date, date] | None:
    if statement.period_from is None or statement.period_to is None:
        return None
    return statement.period_from, statement.period_to


def _goes_on(statement: StatementRecord, before: StatementRecord) -> bool:
    """Say whether the balances prove that a statement starts where another one stopped.

    They share a day at most. A statement that moves nothing in sum proves nothing.
    """
    if statement.opening is None or before.opening is None or before.closing is None:
        return False
    if statement.period_from is None or before.period_to is None:
        return False
    is_next = before.period_to <= statement.period_from
    is_continued = statement.opening.amount_minor == before.closing.amount_minor
    return is_next and is_continued and before.opening.amount_minor != before.closing.amount_minor


def known_finding(
    statement: StatementRecord, count: int, named: Sequence[StatementRecord]
) -> Finding:
    """Return the finding that some lines, or all of them, are there already."""
    names = ", ".join(f"{other.number or 'without number'} ({other.id})"
                      for other in named[:NAMED_MAX])  # fmt: skip
    more = f" and {len(named) - NAMED_MAX} more" if len(named) > NAMED_MAX else ""
    where = f"statement {statement.ordinal}"
    if count == statement.line_count and len(named) == 1 and _says_no_more(statement, named[0]):
        return Finding("duplicate_statement", Severity.BLOCKING,
                       f"every line is there already, from statement {names}{more}",
                       where)  # fmt: skip
    return Finding("known_lines", Severity.WARNING,
                   f"{count} of {statement.line_count} lines are there already, from statement"
                   f" {names}{more}", where)  # fmt: skip


def _says_no_more(statement: StatementRecord, other: StatementRecord) -> bool:
    """Say whether another statement covers its days and has every balance that it has."""
    own, theirs = _period(statement), _period(other)
    if own is None or theirs is None or own[0] < theirs[0] or own[1] > theirs[1]:
        return False
    return all(
        mine is None or (theirs is not None and mine.amount_minor == theirs.amount_minor)
        for mine, theirs in (
            (statement.opening, other.opening), (statement.closing, other.closing)
        )
    )  # fmt: skip


def _not_compared(statement: StatementRecord) -> Finding:
    return Finding("lines_not_compared", Severity.WARNING,
                   f"more than {COMPARED_MAX} lines overlap with other statements; lines that"
                   " came before are not looked for", f"statement {statement.ordinal}")  # fmt: skip


def _existing(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementRecord,
    overlapping: Iterable[StatementRecord],
) -> Iterator[LineKey]:  # fmt: skip
    """Yield the booked lines that came first, on days that both statements cover."""
    for other in overlapping:
        for line in ports.store.lines(tenant, company, other.id):
            is_first = line.line.status is LineStatusAtBank.BOOKED and line.known_as is None
            if is_first and _covers(statement, line.line.booking_date):
                yield _key(line, other)


def _key(line: LineRecord, statement: StatementRecord) -> LineKey:
    return line_key(line.line, line.statement_id, statement.format)


def _covers(statement: StatementRecord, day: date) -> bool:
    period = _period(statement)
    return period is not None and period[0] <= day <= period[1]


def _bounded(keys: Iterable[LineKey]) -> list[LineKey]:
    found: list[LineKey] = []
    for key in keys:
        found.append(key)
        if len(found) > COMPARED_MAX:
            raise TooLarge(f"more than {COMPARED_MAX} lines to compare")
    return found


def hidden_lines(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementRecord
) -> Iterator[LineRecord]:
    """Yield the lines of a statement whose header is not there yet: nobody else sees them."""
    for start in range(1, statement.line_count + 1, _LINES_PER_READ):
        positions = range(start, min(start + _LINES_PER_READ, statement.line_count + 1))
        keys = [f"{statement.id}/{position}" for position in positions]
        yield from ports.store.get_many(tenant, company, LineRecord, keys).values()


def is_marked(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementRecord
) -> bool:
    """Say whether an earlier attempt marked lines of a statement that is not there yet."""
    first = ports.store.get(tenant, company, LineRecord, f"{statement.id}/{_FIRST}")
    return first is not None and first.version > 1


def save_marks(
    ports: Ports, tenant: TenantId, company: CompanyId, lines: Iterable[LineRecord],
    known: Known, journal: str | None,
) -> None:  # fmt: skip
    """Store the lines' journal and what they are known as, while nobody may act on them.

    Lines that say so already are not written, but for the first one, which is written before any
    other: by its version is_marked knows. Repeating it is harmless. Raises StoreConflict when
    another import of the same bytes marked them meanwhile, or finished and they are matched.
    """
    writes: list[Write] = []
    for line in lines:
        after = replace(line, journal=journal, known_as=known.keys.get(line.line.position))
        is_sign = line.line.position == _FIRST and line.version == 1 and bool(known.keys)
        if after != line or is_sign:
            writes.append(change(line, after))
        if len(writes) == _MARKS_A_COMMIT:
            ports.store.commit(tenant, company, writes)
            writes = []
    if writes:
        ports.store.commit(tenant, company, writes)
