"""What stands on both sides of a statement, bank entries, and payments reconciled before."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from rappro.domain.books import BankEntry, BankEntrySource, PastPayment, PaymentMethod
from rappro.domain.money import format_amount
from rappro.edge.api.models.books import EntryOutput
from rappro.edge.api.models.lines import LineOutput
from rappro.edge.api.models.matches import MatchOutput
from rappro.edge.api.models.shapes import Day, Money, Output, PageOf, Version
from rappro.edge.api.models.statements import StatementOutput
from rappro.use_cases.statement_view import MatchedPart, Side, StatementView


class BankEntryOutput(Output):
    """An entry on a bank account (écriture de trésorerie), or an existing payment."""

    id: str
    journal: str
    account: str
    date: Day
    amount: Money
    currency: str
    label: str
    source: BankEntrySource
    method: PaymentMethod
    third_party: str | None
    cheque: str | None
    remittance: str | None
    batch: str | None
    end_to_end_id: str | None
    piece_ref: str | None
    entry: str | None = Field(description="the entry that it is a line of")
    waiting: bool = Field(description="the bank has not shown it, and nobody pointed it")
    draft: bool = Field(description="its entry is not validated")
    pointed_on: Day | None = Field(description="date de pointage")
    match: str | None
    version: Version

    @classmethod
    def of(cls, entry: BankEntry) -> Self:
        """Show a bank entry."""
        return cls(
            id=entry.id,
            journal=entry.journal,
            account=entry.account,
            date=entry.date,
            amount=format_amount(entry.amount_minor, entry.currency),
            currency=entry.currency,
            label=entry.label,
            source=entry.source,
            method=entry.method,
            third_party=entry.third_party,
            cheque=entry.cheque_no,
            remittance=entry.remittance_no,
            batch=entry.batch_ref,
            end_to_end_id=entry.end_to_end_id,
            piece_ref=entry.piece_ref,
            entry=entry.entry_id,
            waiting=entry.is_waiting,
            draft=not entry.is_in_ledger,
            pointed_on=entry.pointed_on or entry.marked_on,
            match=entry.match_id,
            version=entry.version,
        )


class BankEntryPage(PageOf[BankEntryOutput]):
    """Bank entries by date."""


class PastPaymentOutput(Output):
    """A payment (paiement) that was reconciled before, which the bank may still return."""

    id: str
    third_party: str | None
    amount: Money
    date: Day
    method: PaymentMethod
    invoice_number: str | None
    end_to_end_id: str | None
    mandate: str | None
    version: Version

    @classmethod
    def of(cls, payment: PastPayment, currency: str) -> Self:
        """Show a payment."""
        return cls(
            id=payment.id,
            third_party=payment.third_party,
            amount=format_amount(payment.amount_minor, currency),
            date=payment.date,
            method=payment.method,
            invoice_number=payment.invoice_number,
            end_to_end_id=payment.end_to_end_id,
            mandate=payment.mandate,
            version=payment.version,
        )


class PastPaymentPage(PageOf[PastPaymentOutput]):
    """Payments that were reconciled before, by id."""


class MatchedOutput(Output):
    """A match with its lines here, the bank entries that it points, and the entries it made."""

    match: MatchOutput
    lines: list[LineOutput]
    bank_entries: list[BankEntryOutput]
    entries: list[EntryOutput]

    @classmethod
    def of(cls, part: MatchedPart, currency: str) -> Self:
        """Show a match."""
        return cls(
            match=MatchOutput.of(part.match, currency),
            lines=[LineOutput.of(line, currency) for line in part.lines],
            bank_entries=[BankEntryOutput.of(entry) for entry in part.bank_entries],
            entries=[EntryOutput.of(entry, currency) for entry in part.entries],
        )


class SideOutput(Output):
    """How many there are in all, and their sum."""

    count: int
    total: Money
    complete: bool = Field(description="false when the statement is too long to be counted here")

    @classmethod
    def of(cls, side: Side, currency: str) -> Self:
        """Show a side."""
        total = format_amount(side.sum_minor, currency)
        return cls(count=side.count, total=total, complete=side.is_whole)


class StatementViewOutput(Output):
    """Both sides of a statement (relevé): what waits, what is matched, what is left between them.

    Lists hold their first items; totals are of all.
    """

    statement: StatementOutput
    unmatched_lines: list[LineOutput]
    unmatched_lines_total: SideOutput
    matched: list[MatchedOutput]
    matched_lines_total: SideOutput
    unmatched_entries: list[BankEntryOutput]
    unmatched_entries_total: SideOutput
    difference: Money = Field(description="unmatched lines minus unmatched entries (écart)")

    @classmethod
    def of(cls, view: StatementView, company_currency: str) -> Self:
        """Show a view."""
        own = view.statement.currency
        return cls(
            statement=StatementOutput.of(view.statement),
            unmatched_lines=[LineOutput.of(line, company_currency) for line in view.lines],
            unmatched_lines_total=SideOutput.of(view.waiting_lines, own),
            matched=[MatchedOutput.of(part, company_currency) for part in view.matched],
            matched_lines_total=SideOutput.of(view.matched_lines, own),
            unmatched_entries=[BankEntryOutput.of(entry) for entry in view.entries],
            unmatched_entries_total=SideOutput.of(view.waiting_entries, own),
            difference=format_amount(view.difference_minor, own),
        )
