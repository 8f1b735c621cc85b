"""Entries that the accounting package sends in bulk, and which of their lines wait for the bank."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final, Self

from pydantic import ConfigDict, Field

from rappro.domain.books import (
    BankEntry,
    Company,
    EntryLine,
    EntrySource,
    EntryStatus,
    Journal,
    JournalEntry,
    JournalType,
    PaymentMethod,
)
from rappro.domain.errors import InvalidRequest
from rappro.domain.frozen import dataclass
from rappro.domain.opening.accounts import is_bank, is_transit
from rappro.edge.api.models.shapes import Amount, Day, Input, Key, Name, amount_in
from rappro.edge.api.sample_ids import JOURNAL, OPEN_ITEM
from rappro.edge.books_models import Currency
from rappro.edge.books_records import currency_at
from rappro.use_cases.bulk import ITEMS_MAX
from rappro.use_cases.bulk_kinds import References, entry_id_of, party_of, side_id

LINES_MAX: Final = 200
"""Lines of one entry."""

ExternalVersion = Annotated[
    int,
    Field(ge=0, le=2**53 - 1, description="rises with each change in the accounting package"),
]


class BulkEntryLineInput(Input):
    """One debit or credit (ligne d'écriture), in the company's currency.

    What tells a payment (`method` and the rest) counts on a bank account, or one that clears one.
    """

    account: Key
    label: Name | None = None
    debit: Amount | None = None
    credit: Amount | None = None
    third_party: Key | None = None
    letter: Annotated[str, Field(min_length=1, max_length=10)] | None = None
    foreign_amount: Amount | None = Field(
        default=None, description="in a currency of its own, + is a debit"
    )
    foreign_currency: Currency | None = None
    method: Annotated[PaymentMethod, Field(strict=False)] | None = None
    cheque_no: Key | None = None
    remittance_no: Key | None = None
    batch_ref: Key | None = None
    end_to_end_id: Key | None = None
    card_contract: Key | None = None

    def line(self, company: Company, references: References, at: str) -> EntryLine:
        """Return the line. Raises InvalidRequest."""
        debit, credit = (
            0 if text is None else amount_in(text, company.currency, f"{at}/{name}")
            for name, text in (("debit", self.debit), ("credit", self.credit))
        )
        if min(debit, credit) < 0 or bool(debit) == bool(credit):
            raise InvalidRequest(
                "a line is either a debit or a credit, never negative", position=at
            )
        foreign, currency = None, currency_at(self.foreign_currency, "foreign_currency")
        if (self.foreign_amount is None) is not (currency is None):
            raise InvalidRequest("an amount and its currency go together", position=at)
        if self.foreign_amount is not None and currency is not None:
            foreign = amount_in(self.foreign_amount, currency, f"{at}/foreign_amount")
        return EntryLine(
            account=self.account,
            label=self.label or "",
            debit_minor=debit,
            credit_minor=credit,
            third_party=party_of(references, self.third_party),
            letter=self.letter,
            foreign_amount_minor=foreign,
            foreign_currency=currency,
        )


class BulkEntryInput(Input):
    """An entry (écriture) of the accounting package: a draft, or validated on a day for good."""

    external_id: Key
    external_version: ExternalVersion
    journal: Key
    date: Day
    piece_ref: Name
    piece_date: Day | None = Field(default=None, description="default: the entry's date")
    label: Name
    number: Key | None = Field(default=None, description="its number there (EcritureNum)")
    validated_on: Day | None = Field(default=None, description="none: a draft (brouillard)")
    lines: Annotated[list[BulkEntryLineInput], Field(min_length=2, max_length=LINES_MAX)]

    def entry(
        self, company: Company, references: References, made_at: datetime | None
    ) -> JournalEntry:
        """Return the entry. Raises InvalidRequest, UnbalancedEntry."""
        lines = tuple(
            line.line(company, references, f"/lines/{index}")
            for index, line in enumerate(self.lines)
        )
        return JournalEntry(
            id=entry_id_of(self.external_id),
            journal=self.journal,
            date=self.date,
            piece_ref=self.piece_ref,
            piece_date=self.piece_date or self.date,
            label=self.label,
            lines=lines,
            source=EntrySource.API,
            status=EntryStatus.DRAFT if self.validated_on is None else EntryStatus.VALIDATED,
            source_number=self.number,
            validated_on=self.validated_on,
            fiscal_year=company.fiscal_year(self.date),
            created_at=made_at,
            external_id=self.external_id,
        )

    def sides(self, entry: JournalEntry, books: BankAccounts) -> list[BankEntry]:
        """Return the lines on bank accounts, and on those that clear one, as bank entries."""
        parties = {line.third_party for line in entry.lines} - {None}
        party = next(iter(parties)) if len(parties) == 1 else None
        return [
            BankEntry(
                id=side_id(entry.id, index),
                journal=entry.journal,
                account=line.account,
                date=entry.date,
                amount_minor=books.amount(line),
                currency=books.currency_of(line),
                label=line.label or entry.label,
                method=said.method or PaymentMethod.OTHER,
                third_party=party,
                cheque_no=said.cheque_no,
                remittance_no=said.remittance_no,
                batch_ref=said.batch_ref,
                end_to_end_id=said.end_to_end_id,
                card_contract=said.card_contract,
                piece_ref=entry.piece_ref,
                entry_id=entry.id,
                entry_line=index,
                is_in_ledger=entry.status is EntryStatus.VALIDATED,
                is_carried_over=line.letter is not None,
            )
            for index, (line, said) in enumerate(zip(entry.lines, self.lines, strict=True))
            if books.holds(line.account)
        ]


@dataclass(frozen=True, slots=True)
class BankAccounts:
    """Which ledger accounts wait for the bank, and in which currency each is kept."""

    home: str
    currencies: Mapping[str, str]

    @classmethod
    def of(cls, company: Company, journals: Mapping[str, Journal]) -> Self:
        """Return those of the treasury journals, and every account of the bank's classes."""
        treasury = [one for one in journals.values() if one.type is JournalType.TREASURY]
        return cls(company.currency, {one.account: one.currency for one in treasury if one.account})

    def holds(self, account: str) -> bool:
        """Say whether what is booked there waits for the bank."""
        return account in self.currencies or is_bank(account) or is_transit(account)

    def currency_of(self, line: EntryLine) -> str:
        """Return the currency in which a line waits for the bank."""
        return self.currencies.get(line.account, self.home)

    def amount(self, line: EntryLine) -> int:
        """Return a line's amount as the bank will show it."""
        currency = self.currency_of(line)
        if currency == line.foreign_currency and line.foreign_amount_minor is not None:
            return line.foreign_amount_minor
        return line.balance_minor


class BulkEntriesInput(Input):
    """Entries (écritures) of one call."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "external_id": "2025-BQ1-118",
                            "external_version": 1,
                            "journal": JOURNAL,
                            "date": "2025-01-30",
                            "piece_ref": OPEN_ITEM,
                            "label": "Frais de tenue",
                            "number": "118",
                            "validated_on": "2025-01-31",
                            "lines": [
                                {"account": "627000", "debit": "12.00"},
                                {"account": "512100", "credit": "12.00", "method": "other"},
                            ],
                        }
                    ]
                }
            ]
        }
    )

    items: Annotated[list[BulkEntryInput], Field(min_length=1, max_length=ITEMS_MAX)]
