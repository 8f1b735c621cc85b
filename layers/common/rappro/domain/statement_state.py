"""What the lines of a statement make of its status (SPEC IMP-5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from rappro.domain.bank import LineStatusAtBank
from rappro.domain.errors import NotAllowedInState
from rappro.domain.records import (
    LineRecord,
    LineStatus,
    StatementRecord,
    StatementStatus,
)

RUNNABLE = frozenset(
    {
        StatementStatus.IMPORTED,
        StatementStatus.PARTLY_MATCHED,
        StatementStatus.MATCHED,
        StatementStatus.RUN_FAILED,
    }
)
"""Statuses in which lines may be matched, edited and undone, by a run or a person."""


def with_line_totals(
    statement: StatementRecord, lines: Iterable[LineRecord], *, is_reopened: bool = False
) -> StatementRecord:
    """Return the statement with its counts by level, its matched amount and its status.

    `matched_minor` adds up magnitudes. Lines that are not booked need no match, and neither do
    lines that are known from another statement. Only a reversal reopens a validated statement.
    Raises NotAllowedInState from a status that no run may change.
    """
    if statement.status is StatementStatus.VALIDATED and not is_reopened:
        raise NotAllowedInState(f"statement {statement.id} is {statement.status}")
    levels: Counter[str] = Counter()
    matched_minor = matched = waiting = known = 0
    for line in lines:
        if line.known_as is not None:
            known += 1
            continue
        if line.level is not None:
            levels[line.level.value] += 1
        if line.match_id is not None or line.status is LineStatus.CLOSED_MANUALLY:
            matched += 1
            matched_minor += abs(line.line.amount_minor)
        elif line.line.status is LineStatusAtBank.BOOKED:
            waiting += 1
    return replace(
        statement.moved_to(_status(statement, matched, waiting)),
        level_counts=dict(sorted(levels.items())),
        matched_minor=matched_minor,
        known_count=known,
    )


def _status(statement: StatementRecord, matched: int, waiting: int) -> StatementStatus:
    if statement.status is StatementStatus.RECONCILED and not waiting:
        return StatementStatus.RECONCILED  # there still is nothing to do
    if not waiting:
        return StatementStatus.MATCHED
    return StatementStatus.PARTLY_MATCHED if matched else StatementStatus.IMPORTED
