"""Statements made by hand, as they come in (création manuelle d'un relevé)."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import ConfigDict, Field, JsonValue

from rappro.domain.bank import Balance, Counterparty, Nature, StatementLine
from rappro.domain.errors import InvalidRequest
from rappro.edge.api.models.shapes import (
    Amount,
    BankCode,
    Day,
    Input,
    Key,
    Name,
    Text,
    Version,
    amount_in,
)
from rappro.edge.api.sample_ids import JOURNAL
from rappro.use_cases.manual_document import ManualStatement
from rappro.use_cases.manual_statement import LINES_ADDED_MAX, LINES_MAX

_AMOUNT_MINOR_MAX: Final = 10**15

_LINE_EXAMPLE: Final[dict[str, JsonValue]] = {
    "booking_date": "2025-01-30",
    "amount": "-48.00",
    "label": "PRLV ASSURANCE",
    "label_more": "CONTRAT 4711",
    "nature": "direct_debit",
}


class BalanceInput(Input):
    """A booked balance (solde) at the end of a day."""

    date: Day
    amount: Amount

    def balance(self, currency: str, at: str) -> Balance:
        """Return the balance; `at` is where it stands."""
        return Balance(self.date, _amount(self.amount, currency, f"{at}/amount"))


class CounterpartyInput(Input):
    """The other side of a line."""

    name: Name | None = None
    iban: BankCode = None
    bic: BankCode = None
    id: Name | None = None


class LineInput(Input):
    """One movement; + is money in. The five texts are searched by the matching."""

    booking_date: Day
    amount: Amount
    value_date: Day | None = None
    label: Text = ""
    label_more: Text = ""
    comment: Text = ""
    remittance_ref: Text = ""
    ordering_account: Text = ""
    entry_ref: Name | None = None
    end_to_end_id: Name | None = None
    mandate_id: Name | None = None
    counterparty: CounterpartyInput | None = None
    nature: Annotated[Nature, Field(strict=False)] | None = None

    def line(self, position: int, currency: str, at: str) -> StatementLine:
        """Return the line; `at` is where it stands."""
        party = self.counterparty or CounterpartyInput()
        return StatementLine(
            position=position,
            booking_date=self.booking_date,
            amount_minor=_amount(self.amount, currency, f"{at}/amount"),
            currency=currency,
            value_date=self.value_date,
            entry_ref=self.entry_ref,
            label=self.label,
            label_more=self.label_more,
            comment=self.comment,
            remittance_ref=self.remittance_ref,
            ordering_account=self.ordering_account,
            counterparty=Counterparty(party.name, party.iban, party.bic, party.id),
            end_to_end_id=self.end_to_end_id,
            mandate_id=self.mandate_id,
            nature=self.nature,
        )


def _amount(text: str, currency: str, at: str) -> int:
    amount_minor = amount_in(text, currency, at)
    if abs(amount_minor) >= _AMOUNT_MINOR_MAX:
        raise InvalidRequest("at most 15 digits", position=at)
    return amount_minor


def _balance(given: BalanceInput | None, currency: str, at: str) -> Balance | None:
    return None if given is None else given.balance(currency, at)


class ManualStatementInput(Input):
    """A statement (relevé) made by hand; amounts are in the journal's currency.

    Without both balances the statement is taken in uncontrolled (`balance_missing`). The period is
    that of its lines unless it is given.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "journal": JOURNAL,
                    "number": "2025-01 bis",
                    "opening": {"date": "2025-01-29", "amount": "1250.00"},
                    "closing": {"date": "2025-01-30", "amount": "1202.00"},
                    "lines": [_LINE_EXAMPLE],
                }
            ]
        }
    )

    journal: Key
    number: Name | None = None
    period_from: Day | None = None
    period_to: Day | None = None
    opening: BalanceInput | None = None
    closing: BalanceInput | None = None
    lines: Annotated[list[LineInput], Field(max_length=LINES_MAX)]
    import_profile: Key | None = Field(default=None, description="an import profile's code")

    def statement(self, currency: str) -> ManualStatement:
        """Return what is to be taken in. Raises InvalidRequest at what does not fit."""
        return ManualStatement(
            journal=self.journal,
            lines=tuple(self._line(n, line, currency) for n, line in enumerate(self.lines)),
            number=self.number,
            period_from=self.period_from,
            period_to=self.period_to,
            opening=_balance(self.opening, currency, "/opening"),
            closing=_balance(self.closing, currency, "/closing"),
        )

    def _line(self, index: int, line: LineInput, currency: str) -> StatementLine:
        at, day = f"/lines/{index}", line.booking_date
        is_early = self.period_from is not None and day < self.period_from
        if is_early or (self.period_to is not None and day > self.period_to):
            raise InvalidRequest("outside of the period", position=f"{at}/booking_date")
        return line.line(index + 1, currency, at)


class ManualLinesInput(Input):
    """Lines to add; `version` is the statement's, so that a repeated request adds them once."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"version": 1, "lines": [_LINE_EXAMPLE]}]}
    )

    version: Version
    lines: Annotated[list[LineInput], Field(min_length=1, max_length=LINES_ADDED_MAX)]

    def added(self, currency: str) -> list[StatementLine]:
        """Return the lines; they get their positions when they are added."""
        return [line.line(n + 1, currency, f"/lines/{n}") for n, line in enumerate(self.lines)]
