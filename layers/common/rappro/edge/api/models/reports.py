"""The reconciliation report and the audit trail."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Self

from pydantic import Field

from rappro.domain.aging import AgeBucket, Subtotal, by_age, subtotal
from rappro.domain.money import format_amount
from rappro.domain.operations import (
    AuditEvent,
)
from rappro.domain.report import ReconciliationReport, ReportHolder, ReportItem
from rappro.domain.report_balances import BalancePoint
from rappro.domain.report_snapshot import ReportSnapshot
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
    age_bucket: AgeBucket
    carried_in: bool = Field(description="open since before the statement's period")

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
            age_bucket=item.bucket,
            carried_in=item.is_carried_in,
        )


class SubtotalOutput(Output):
    """How many rows and what they add up to."""

    count: int
    total: Money

    @classmethod
    def of(cls, found: Subtotal, currency: str) -> Self:
        """Show a subtotal."""
        return cls(count=found.count, total=format_amount(found.amount_minor, currency))


class AgeOutput(Output):
    """The rows of one class of age (tranche d'ancienneté), in days."""

    bucket: AgeBucket
    count: int
    total: Money


class ReportSide(Output):
    """One list of the report: its rows, up to a bound, and the count and total of all of them."""

    count: int
    total: Money
    by_age: list[AgeOutput] = Field(description="every class of age, the youngest first")
    carried_in: SubtotalOutput = Field(description="open since before the statement's period")
    of_period: SubtotalOutput
    items: list[ReportItemOutput] = Field(max_length=REPORT_ROWS_MAX)

    @classmethod
    def of(cls, items: Sequence[ReportItem], total_minor: int, currency: str, rows: int) -> Self:
        """Show a list, its first rows."""
        return cls(
            count=len(items),
            total=format_amount(total_minor, currency),
            by_age=[
                AgeOutput(
                    bucket=bucket,
                    count=found.count,
                    total=format_amount(found.amount_minor, currency),
                )
                for bucket, found in by_age(items).items()
            ],
            carried_in=SubtotalOutput.of(subtotal(i for i in items if i.is_carried_in), currency),
            of_period=SubtotalOutput.of(
                subtotal(i for i in items if not i.is_carried_in), currency
            ),
            items=[ReportItemOutput.of(item, currency) for item in items[:rows]],
        )


class ReportHolderOutput(Output):
    """Whose account the report is of."""

    company_name: str
    siren: str | None
    journal_label: str
    iban: str | None
    bank_number: str | None

    @classmethod
    def of(cls, holder: ReportHolder) -> Self:
        """Show the holder."""
        return cls(
            company_name=holder.company_name,
            siren=holder.siren,
            journal_label=holder.journal_label,
            iban=holder.iban,
            bank_number=holder.bank_number,
        )


class BalancePointOutput(Output):
    """Both balances at the end of a day."""

    date: Day
    bank: Money
    ledger: Money

    @classmethod
    def of(cls, point: BalancePoint, currency: str) -> Self:
        """Show a day."""
        return cls(
            date=point.on,
            bank=format_amount(point.bank_minor, currency),
            ledger=format_amount(point.ledger_minor, currency),
        )


class ReportOutput(Output):
    """The reconciliation report (état de rapprochement) of a treasury journal at a date.

    bank balance = ledger balance + lines not in the books − entries not on the bank + difference.
    """

    journal: str
    account: str
    currency: str
    on: Day
    holder: ReportHolderOutput
    statement_number: str | None = Field(description="the last statement that counts")
    period_from: Day | None = Field(description="the first day of that statement's period")
    bank_balance: Money
    ledger_balance: Money
    lines_not_in_books: ReportSide
    entries_not_on_bank: ReportSide
    reconciled_ledger: Money = Field(description="the ledger's balance with the lines it lacks")
    reconciled_bank: Money = Field(description="the bank's balance with the entries it lacks")
    difference: Money = Field(description="what neither list explains; 0 when all is well")
    balances: list[BalancePointOutput] = Field(
        description="both balances of each day, a quarter back at most"
    )

    @classmethod
    def of(cls, report: ReconciliationReport, rows: int = REPORT_ROWS_MAX) -> Self:
        """Show a report with at most so many rows of each list."""
        currency = report.currency
        return cls(
            journal=report.journal,
            account=report.account,
            currency=currency,
            on=report.on,
            holder=ReportHolderOutput.of(report.holder),
            statement_number=report.statement_number,
            period_from=report.period_from,
            bank_balance=format_amount(report.bank_balance_minor, currency),
            ledger_balance=format_amount(report.ledger_balance_minor, currency),
            lines_not_in_books=ReportSide.of(
                report.lines_not_in_books, report.lines_minor, currency, rows
            ),
            entries_not_on_bank=ReportSide.of(
                report.entries_not_on_bank, report.entries_minor, currency, rows
            ),
            reconciled_ledger=format_amount(report.reconciled_ledger_minor, currency),
            reconciled_bank=format_amount(report.reconciled_bank_minor, currency),
            difference=format_amount(report.difference_minor, currency),
            balances=[BalancePointOutput.of(point, currency) for point in report.history],
        )


class FrozenReportOutput(Output):
    """A frozen report (état de rapprochement arrêté), without its lists."""

    id: str
    statement: str
    journal: str
    on: Day
    statement_number: str | None
    currency: str
    bank_balance: Money
    ledger_balance: Money
    difference: Money
    lines_not_in_books_count: int
    entries_not_on_bank_count: int
    sha256: str = Field(description="SHA-256 of what is kept, canonical JSON")
    size_bytes: int
    author: str = Field(description="who validated the statement")
    at: Instant

    @classmethod
    def of(cls, snapshot: ReportSnapshot) -> Self:
        """Show a frozen report's record."""
        currency = snapshot.currency
        return cls(
            id=snapshot.id,
            statement=snapshot.statement_id,
            journal=snapshot.journal,
            on=snapshot.on,
            statement_number=snapshot.statement_number,
            currency=currency,
            bank_balance=format_amount(snapshot.bank_balance_minor, currency),
            ledger_balance=format_amount(snapshot.ledger_balance_minor, currency),
            difference=format_amount(snapshot.difference_minor, currency),
            lines_not_in_books_count=snapshot.lines_count,
            entries_not_on_bank_count=snapshot.entries_count,
            sha256=snapshot.sha256,
            size_bytes=snapshot.size_bytes,
            author=snapshot.author,
            at=snapshot.at,
        )


class FrozenReportPage(PageOf[FrozenReportOutput]):
    """Frozen reports, newest period first."""


class FrozenReportContentOutput(Output):
    """A frozen report with its lists."""

    frozen: FrozenReportOutput
    report: ReportOutput

    @classmethod
    def of(cls, snapshot: ReportSnapshot, report: ReconciliationReport, rows: int) -> Self:
        """Show a frozen report with at most so many rows of each list."""
        return cls(frozen=FrozenReportOutput.of(snapshot), report=ReportOutput.of(report, rows))


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
