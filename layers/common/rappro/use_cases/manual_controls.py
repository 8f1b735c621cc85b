"""The controls of a statement made by hand, done again whenever its lines change."""

from __future__ import annotations

from dataclasses import replace

from rappro.domain.bank import StatementClosed
from rappro.domain.controls import LineTotals, control_file
from rappro.domain.records import StatementRecord

_OF_BALANCES = frozenset({"balance_mismatch", "balance_missing"})


def controlled(statement: StatementRecord) -> StatementRecord:
    """Return the statement with the findings about its balances as they are now."""
    closed = StatementClosed(
        statement.account, statement.ordinal, statement.currency, statement.number,
        statement.period_from, statement.period_to, statement.opening, statement.closing,
        statement.line_count,
    )  # fmt: skip
    kept = [finding for finding in statement.findings if finding.code not in _OF_BALANCES]
    now = control_file(closed, LineTotals(booked_minor=statement.booked_minor))
    balances = [finding for finding in now if finding.code in _OF_BALANCES]
    return replace(statement, findings=(*kept, *balances))
