"""Shapes that several resources share, and the types of their fields.

A shape's checks are built when it is first used (defer_build): a request pays for those of its own
route, and a new container not for all of them. That is not safe in several threads at once; a
container answers one request at a time, and no other thread reads a shape.
"""

from __future__ import annotations

from typing import Annotated, Final, Generic, Self, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from rappro.domain.bank import Balance, BankAccountRef, Finding, Severity
from rappro.domain.errors import InputError, InvalidRequest
from rappro.domain.money import format_amount, parse_amount
from rappro.edge.api.limits import NAME_CHARS_MAX, PATH_ID_CHARS_MAX, TEXT_CHARS_MAX
from rappro.edge.books_models import Amount, BankCode, Day

MONEY_PATTERN: Final = r"^-?\d{1,19}(\.\d{1,4})?$"


class Input(BaseModel):
    """What a caller sends: unknown fields and implicit conversions are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class Output(BaseModel):
    """What we answer: exactly these fields, always all of them."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


Money = Annotated[
    str,
    StringConstraints(pattern=MONEY_PATTERN),
    Field(description="a decimal string; + is money in for the company", examples=["-1234.56"]),
]
Magnitude = Annotated[
    str,
    StringConstraints(pattern=r"^\d{1,19}(\.\d{1,4})?$"),
    Field(description="a decimal string, never negative", examples=["1234.56"]),
]
Name = Annotated[str, StringConstraints(min_length=1, max_length=NAME_CHARS_MAX)]
Text = Annotated[str, StringConstraints(max_length=TEXT_CHARS_MAX)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=PATH_ID_CHARS_MAX)]
Instant = Annotated[AwareDatetime, Field(description="an instant, UTC, ISO 8601")]
Version = Annotated[int, Field(ge=0, description="raised by one at each change")]

__all__ = [
    "Amount", "BalanceOutput", "BankAccountOutput", "BankCode", "Day", "FindingOutput", "Input",
    "Instant", "Key", "Magnitude", "Money", "Name", "Output", "PageOf", "Text", "Version",
    "amount_in", "findings_out",
]  # fmt: skip

I = TypeVar("I", bound=Output)  # noqa: E741 - the item of a page


class PageOf(Output, Generic[I]):
    """One page of a list. A page may hold fewer items than asked for, even none, and go on."""

    items: list[I]
    next_cursor: str | None = Field(description="`cursor` of the next page; null at the end")


class FindingOutput(Output):
    """A named observation (constat) about a file, a statement or a line."""

    code: str = Field(examples=["balance_gap"])
    severity: Severity
    message: str
    position: str | None

    @classmethod
    def of(cls, finding: Finding) -> Self:
        """Show a finding."""
        return cls(
            code=finding.code,
            severity=finding.severity,
            message=finding.message,
            position=finding.position,
        )


class BankAccountOutput(Output):
    """A bank account as the file names it (compte bancaire)."""

    iban: str | None
    number: str | None
    bic: str | None
    currency: str | None
    holder: str | None

    @classmethod
    def of(cls, account: BankAccountRef) -> Self:
        """Show an account."""
        return cls(
            iban=account.iban,
            number=account.number,
            bic=account.bic,
            currency=account.currency,
            holder=account.holder,
        )


class BalanceOutput(Output):
    """A booked balance (solde) at the end of a day."""

    date: Day
    amount: Money

    @classmethod
    def of(cls, balance: Balance | None, currency: str) -> Self | None:
        """Show a balance, when there is one."""
        if balance is None:
            return None
        return cls(date=balance.on, amount=format_amount(balance.amount_minor, currency))


def findings_out(findings: tuple[Finding, ...]) -> list[FindingOutput]:
    """Show findings in their order."""
    return [FindingOutput.of(finding) for finding in findings]


def amount_in(text: str, currency: str, at: str) -> int:
    """Return the minor units of an amount that stands at a pointer. Raises InvalidRequest."""
    try:
        return parse_amount(text, currency)
    except InputError as error:
        raise InvalidRequest(error.detail, position=at) from error
