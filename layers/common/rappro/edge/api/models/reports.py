"""The reconciliation report and the audit trail."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Self

from pydantic import Field

from rappro.domain.money import format_amount
from rappro.domain.operations import (
    AuditEvent,
)
from rappro.domain.report import ReconciliationReport, ReportItem
from rappro.edge.api.limits import REPORT_ROWS_MAX
from rappro.edge.api.models.shapes import Day, Instant, Money, Output, PageOf

CHANGE_CHARS_MAX = 2_000


class ReportItemOutput(Output):
    """One open row of either side, signed as the bank account sees it."""

    id: str
    date: Day
    label: str
    amount: Money
    reference: str | None
    age_days: int

    @classmethod
    def of(cls, item: ReportItem, currency: str) -> Self:
        """Show a row."""
        return cls(
            id=item.id,
            date=item.date,
            label=item.label,
            amount=format_amount(item.amount_minor, currency),
            reference=item.reference,
            age_days=item.age_days,
        )


class ReportSide(Output):
    """One list of the report: its rows, up to a bound, and the count and total of all of them."""

    count: int
    total: Money
    items: list[ReportItemOutput] = Field(max_length=REPORT_ROWS_MAX)

    @classmethod
    def of(cls, items: Sequence[ReportItem], total_minor: int, currency: str, rows: int) -> Self:
        """Show a list, its first rows."""
        return cls(
            count=len(items),
            total=format_amount(total_minor, currency),
            items=[ReportItemOutput.of(item, currency) for item in items[:rows]],
        )


class ReportOutput(Output):
    """The reconciliation report (état de rapprochement) of a treasury journal at a date.

    bank balance = ledger balance + lines not in the books − entries not on the bank + difference.
    """

    journal: str
    account: str
    currency: str
    on: Day
    statement_number: str | None = Field(description="the last statement that counts")
    bank_balance: Money
    ledger_balance: Money
    lines_not_in_books: ReportSide
    entries_not_on_bank: ReportSide
    difference: Money = Field(description="what neither list explains; 0 when all is well")

    @classmethod
    def of(cls, report: ReconciliationReport, rows: int = REPORT_ROWS_MAX) -> Self:
        """Show a report with at most so many rows of each list."""
        currency = report.currency
        return cls(
            journal=report.journal,
            account=report.account,
            currency=currency,
            on=report.on,
            statement_number=report.statement_number,
            bank_balance=format_amount(report.bank_balance_minor, currency),
            ledger_balance=format_amount(report.ledger_balance_minor, currency),
            lines_not_in_books=ReportSide.of(
                report.lines_not_in_books, report.lines_minor, currency, rows
            ),
            entries_not_on_bank=ReportSide.of(
                report.entries_not_on_bank, report.entries_minor, currency, rows
            ),
            difference=format_amount(report.difference_minor, currency),
        )


class ChangeOutput(Output):
    """One field before and after; a value that is no text is written as JSON."""

    field: str
    before: str | None
    after: str | None


class AuditOutput(Output):
    """One row of the audit trail (piste d'audit): who, when, what, before and after."""

    id: str
    at: Instant
    author: str
    action: str
    subject: str
    changes: list[ChangeOutput]

    @classmethod
    def of(cls, event: AuditEvent) -> Self:
        """Show a row."""
        before, after = event.before or {}, event.after or {}
        return cls(
            id=event.id,
            at=event.at,
            author=event.author,
            action=event.action,
            subject=event.subject,
            changes=[
                ChangeOutput(field=name, before=_text(before, name), after=_text(after, name))
                for name in sorted({*before, *after})
            ],
        )


def _text(values: Mapping[str, Any], name: str) -> str | None:
    value = values.get(name)
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    return text[:CHANGE_CHARS_MAX]


class AuditPage(PageOf[AuditOutput]):
    """The audit trail, newest first."""
