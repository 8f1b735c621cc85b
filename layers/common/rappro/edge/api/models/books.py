"""What the books hold: entries, open items, and how they were loaded."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from rappro.domain.books import (
    Discount,
    EntryLine,
    EntrySource,
    EntryStatus,
    JournalEntry,
    OpenItem,
    OpenItemType,
)
from rappro.domain.money import format_amount
from rappro.domain.operations import (
    BooksLoad,
    LoadState,
)
from rappro.edge.api.models.shapes import (
    Day,
    FindingOutput,
    Instant,
    Magnitude,
    Money,
    Output,
    PageOf,
    Version,
    findings_out,
)


class ForeignAmountOutput(Output):
    """The same amount in the currency of the deal (montant en devise)."""

    amount: Money
    currency: str


class EntryLineOutput(Output):
    """One debit or credit, in the company's currency (ligne d'écriture)."""

    account: str
    label: str
    debit: Magnitude
    credit: Magnitude
    third_party: str | None
    letter: str | None = Field(description="lettrage: upper case balanced, lower case partial")
    lettered_on: Day | None
    foreign: ForeignAmountOutput | None
    piece_ref: str | None = Field(description="when the line's piece is not the entry's")
    piece_date: Day | None

    @classmethod
    def of(cls, line: EntryLine, company_currency: str) -> Self:
        """Show an entry line."""
        return cls(
            account=line.account,
            label=line.label,
            debit=format_amount(line.debit_minor, company_currency),
            credit=format_amount(line.credit_minor, company_currency),
            third_party=line.third_party,
            letter=line.letter,
            lettered_on=line.lettered_on,
            foreign=_foreign(line),
            piece_ref=line.piece_ref,
            piece_date=line.piece_date,
        )


def _foreign(line: EntryLine) -> ForeignAmountOutput | None:
    if line.foreign_amount_minor is None or line.foreign_currency is None:
        return None
    return ForeignAmountOutput(
        amount=format_amount(line.foreign_amount_minor, line.foreign_currency),
        currency=line.foreign_currency,
    )


class EntryOutput(Output):
    """An entry (écriture): a draft (brouillard), then validated and immutable."""

    id: str
    journal: str
    date: Day
    piece_ref: str
    piece_date: Day
    label: str
    lines: list[EntryLineOutput]
    source: EntrySource
    status: EntryStatus
    number: int | None = Field(description="gap-free number in journal and fiscal year")
    source_number: str | None = Field(description="EcritureNum of the imported file")
    validated_on: Day | None
    fiscal_year: str | None
    statement: str | None
    match: str | None
    unbalanced_at_source: bool
    transaction_code: str | None = Field(description="SCRAP for a settled difference")
    created_at: Instant | None
    version: Version

    @classmethod
    def of(cls, entry: JournalEntry, company_currency: str) -> Self:
        """Show an entry."""
        return cls(
            id=entry.id,
            journal=entry.journal,
            date=entry.date,
            piece_ref=entry.piece_ref,
            piece_date=entry.piece_date,
            label=entry.label,
            lines=[EntryLineOutput.of(line, company_currency) for line in entry.lines],
            source=entry.source,
            status=entry.status,
            number=entry.number,
            source_number=entry.source_number,
            validated_on=entry.validated_on,
            fiscal_year=entry.fiscal_year,
            statement=entry.statement_id,
            match=entry.match_id,
            unbalanced_at_source=entry.is_unbalanced_at_source,
            transaction_code=entry.transaction_code,
            created_at=entry.created_at,
            version=entry.version,
        )


class EntryPage(PageOf[EntryOutput]):
    """Entries by date."""


class DiscountOutput(Output):
    """An early-payment discount (escompte), allowed until a day, included."""

    rate_percent: str
    until: Day

    @classmethod
    def of(cls, discount: Discount) -> Self:
        """Show a discount."""
        return cls(rate_percent=discount.rate_percent, until=discount.until)


class OpenItemOutput(Output):
    """An open item (échéance): an unsettled invoice, credit note or prepayment."""

    id: str
    type: OpenItemType
    third_party: str
    account: str
    number: str
    label: str
    issue_date: Day
    due_date: Day
    currency: str
    amount: Money
    residual: Money
    company_amount: Money
    company_residual: Money
    settled: bool
    discount: DiscountOutput | None
    vat: Money | None
    vat_rate_percent: str | None
    external_id: str | None
    entry: str | None
    letter: str | None
    version: Version

    @classmethod
    def of(cls, item: OpenItem, company_currency: str) -> Self:
        """Show an open item."""
        return cls(
            id=item.id,
            type=item.type,
            third_party=item.third_party,
            account=item.account,
            number=item.number,
            label=item.label,
            issue_date=item.issue_date,
            due_date=item.due_date,
            currency=item.currency,
            amount=format_amount(item.amount_minor, item.currency),
            residual=format_amount(item.residual_minor, item.currency),
            company_amount=format_amount(item.company_amount_minor, company_currency),
            company_residual=format_amount(item.company_residual_minor, company_currency),
            settled=item.is_settled,
            discount=None if item.discount is None else DiscountOutput.of(item.discount),
            vat=None if item.vat_minor is None else format_amount(item.vat_minor, item.currency),
            vat_rate_percent=item.vat_rate_percent,
            external_id=item.external_id,
            entry=item.entry_id,
            letter=item.letter,
            version=item.version,
        )


class OpenItemPage(PageOf[OpenItemOutput]):
    """Unsettled open items by due date."""


class BookCounts(Output):
    """How many rows of each kind a load brought; `records_new` were not there before."""

    accounts: int = 0
    journals: int = 0
    third_parties: int = 0
    entries: int = 0
    open_items: int = 0
    bank_entries: int = 0
    bank_entries_waiting: int = 0
    records_new: int = 0


class BooksLoadOutput(Output):
    """A load of books, by API or from a dropped file; while it is `loading`, runs wait."""

    id: str
    name: str
    state: LoadState
    at: Instant
    counts: BookCounts
    findings: list[FindingOutput]
    version: Version

    @classmethod
    def of(cls, load: BooksLoad) -> Self:
        """Show a load."""
        counts = {name: load.counts.get(name, 0) for name in BookCounts.model_fields}
        return cls(
            id=load.sha256,
            name=load.name,
            state=load.state,
            at=load.at,
            counts=BookCounts(**counts),
            findings=findings_out(load.findings),
            version=load.version,
        )


class BooksLoadPage(PageOf[BooksLoadOutput]):
    """Loads of books, newest first."""
