"""Manual pointing (pointage manuel): what is asked, and the sheet that comes back."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import ConfigDict, Field

from rappro.domain.money import format_amount
from rappro.edge.api.models.shapes import (
    Amount,
    Day,
    Input,
    Key,
    Money,
    Name,
    Output,
    amount_in,
)
from rappro.use_cases.pointing import (
    ENTRIES_MAX_PER_REQUEST,
    Marking,
    Period,
    PointingSheet,
)

Entries = Annotated[list[Key], Field(min_length=1, max_length=ENTRIES_MAX_PER_REQUEST)]


class PointingInput(Input):
    """A period, the bank's balance at its end, and which entries are marked or freed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"until": "2025-01-31", "balance": "1125.00", "entries": ["be_waiting"]},
            ]
        }
    )

    until: Day = Field(description="the last day of the period, that of the statement's balance")
    since: Day | None = Field(default=None, description="the first day; default: all that waits")
    balance: Amount = Field(description="the statement's balance, in the account's currency")
    account: Key | None = Field(default=None, description="default: the journal's own")
    entries: Entries | None = Field(default=None, description="bank entries (écritures)")
    remittance: Name | None = Field(default=None, description="numéro de remise")
    date: Day | None = Field(default=None, description="date de pointage; default: `until`")
    marked: bool = Field(default=True, description="false: the mark is taken off")

    def period(self, journal: str, currency: str) -> Period:
        """Return the period. Raises InvalidRequest."""
        minor = amount_in(self.balance, currency, "/balance")
        return Period(journal, self.until, minor, self.since, self.account)

    def marking(self) -> Marking:
        """Return what is marked."""
        return Marking(tuple(self.entries or ()), self.remittance, self.date, self.marked)


class PointingValidationInput(Input):
    """The period whose pointing is validated, at the bank's balance."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"until": "2025-01-31", "balance": "-40.00"}]}
    )

    until: Day
    balance: Amount

    def period(self, journal: str, currency: str) -> Period:
        """Return the period. Raises InvalidRequest."""
        return Period(journal, self.until, amount_in(self.balance, currency, "/balance"))


class PointingErasureInput(Input):
    """What is erased: all of an account, from a day on, or some entries' marks."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"since": "2025-01-01"}]})

    since: Day | None = Field(default=None, description="marks of this day and after")
    account: Key | None = Field(default=None, description="default: the journal's own")
    entries: Entries | None = None


class PointingRowOutput(Output):
    """An entry (écriture) of the sheet; `mark` is X and the day once it is pointed."""

    id: str
    date: Day
    label: str
    piece_ref: str | None
    amount: Money
    remittance: str | None
    cheque: str | None
    mark: str | None = Field(examples=["X 31/01/2025"])


class PointingOutput(Output):
    """The sheet of a manual pointing (pointage manuel), with what is missing to the balance."""

    account: str
    currency: str
    balance: Money
    pointed: Money = Field(description="what is on the bank already: its entries' sum")
    difference: Money = Field(description="the balance minus what is pointed")
    unvalidated: int = Field(description="entries that must be validated first")
    rows: list[PointingRowOutput]

    @classmethod
    def of(cls, sheet: PointingSheet) -> Self:
        """Show a sheet."""

        def shown(minor: int) -> str:
            return format_amount(minor, sheet.currency)

        rows = [
            PointingRowOutput(
                id=row.id,
                date=row.date,
                label=row.label,
                piece_ref=row.piece_ref,
                amount=shown(row.amount_minor),
                remittance=row.remittance_no,
                cheque=row.cheque_no,
                mark=f"X {row.marked_on:%d/%m/%Y}" if row.marked_on else None,
            )
            for row in sheet.rows
        ]
        return cls(
            account=sheet.account,
            currency=sheet.currency,
            balance=shown(sheet.period.balance_minor),
            pointed=shown(sheet.pointed_minor),
            difference=shown(sheet.difference_minor),
            unvalidated=sheet.unvalidated_count,
            rows=rows,
        )


class ErasedOutput(Output):
    """The entries whose marks were erased."""

    entries: list[str]
