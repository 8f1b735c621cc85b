"""What lists and searches of lines and statements may be asked for, and how it is read."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final, Literal

from aws_lambda_powertools.event_handler.openapi.params import Query

from rappro.domain.bank import Nature
from rappro.domain.errors import InvalidRequest
from rappro.domain.ids import ThirdPartyId
from rappro.domain.matching.model import Level
from rappro.domain.records import LineStatus
from rappro.edge.api.limits import NAME_CHARS_MAX
from rappro.edge.api.parameters import OptionalKey
from rappro.use_cases.filters import StatementSort

_SIGNS: Final = {"in": 1, "out": -1}
_AMOUNT: Final = r"^[0-9]{1,18}(\.[0-9]{1,4})?$"

Amount = Annotated[
    str | None,
    Query(
        pattern=_AMOUNT,
        description="a magnitude in the statement's currency, as a decimal string",
        examples=["120.00"],
    ),
]
ExactAmount = Annotated[
    str | None,
    Query(
        pattern=_AMOUNT,
        description="that magnitude exactly; instead of `amount_min` and `amount_max`",
        examples=["120.00"],
    ),
]
JournalAsked = Annotated[OptionalKey, Query(description="a journal's code")]
LevelAsked = Annotated[Level | None, Query(description="only this level")]
StatusAsked = Annotated[LineStatus | None, Query(description="only this status")]
MatchedAsked = Annotated[
    bool | None,
    Query(description="matched lines, or those that wait to be: booked, known from no other one"),
]
KnownAsked = Annotated[
    bool | None, Query(description="lines that another statement brought first, or the others")
]
ThirdPartyAsked = Annotated[OptionalKey, Query(description="a third party's id")]
NatureAsked = Annotated[
    Nature | None, Query(description="the nature that a person set, else the bank's")
]
DirectionAsked = Annotated[
    Literal["in", "out"] | None, Query(description="money in (crédit) or out (débit)")
]
LineText = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=NAME_CHARS_MAX,
        description="stands in one of the five texts or the counterparty's name, whatever the case"
        " and accents",
    ),
]
StatementText = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=NAME_CHARS_MAX,
        description="stands in the statement's number or its file's name, whatever the case and"
        " accents",
    ),
]
StatementOrder = Literal["-period", "period", "-imported", "imported", "-booked", "booked"]


def statement_sort(order: StatementOrder) -> StatementSort | None:
    """Return the order that is asked for; None for that of the list itself."""
    return None if order == "-period" else StatementSort(order)


def party(asked: str | None) -> ThirdPartyId | None:
    """Return the third party that is asked for."""
    return None if asked is None else ThirdPartyId(asked)


def sign(direction: str | None) -> int | None:
    """Return 1 for money in, -1 for money out."""
    return None if direction is None else _SIGNS[direction]


def bounds(
    exact: str | None, low: str | None, high: str | None
) -> tuple[Decimal | None, Decimal | None]:
    """Return the least and the largest magnitude in major units. Raises InvalidRequest."""
    if exact is not None:
        if low is not None or high is not None:
            raise InvalidRequest("amount goes without amount_min and amount_max", position="amount")
        return Decimal(exact), Decimal(exact)
    return None if low is None else Decimal(low), None if high is None else Decimal(high)
