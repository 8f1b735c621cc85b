"""Actions on unmatched lines: what each is asked with, and what became of a batch's lines."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import ConfigDict, Field, JsonValue

from rappro.domain.bank import Nature
from rappro.domain.ids import StatementId
from rappro.domain.posting.slips import Leg
from rappro.edge.api.limits import POSITION_MAX
from rappro.edge.api.models.matches import LineRef, LineRefOutput
from rappro.edge.api.models.shapes import Amount, Day, Input, Key, Name, Output, amount_in
from rappro.edge.api.sample_ids import DIFFERENCE_TYPE, STATEMENT, TEMPLATE
from rappro.edge.problem import TYPE_PREFIX
from rappro.use_cases.acting import (
    LINES_MAX_PER_BATCH,
    LINES_MAX_PER_ENTRY,
    LineKey,
    LineResult,
)
from rappro.use_cases.cash_movements import LEGS_MAX, UndefinedMovement
from rappro.use_cases.generate_entries import TemplateEntry
from rappro.use_cases.settle_by_ledger import ENTRIES_MAX, Settlement

_LINE: dict[str, JsonValue] = {"statement": STATEMENT, "position": 2}

Position = Annotated[int, Field(ge=1, le=POSITION_MAX)]
Positions = Annotated[list[Position], Field(min_length=1, max_length=LINES_MAX_PER_ENTRY)]
BatchLines = Annotated[list[LineRef], Field(min_length=1, max_length=LINES_MAX_PER_BATCH)]


class CounterpartInput(Input):
    """A counterpart (contrepartie): an account and what it takes, signed as the bank sees it."""

    account: Key
    amount: Amount
    label: Name | None = None


Counterparts = Annotated[list[CounterpartInput], Field(min_length=1, max_length=LEGS_MAX)]


def legs_of(parts: list[CounterpartInput], currency: str) -> tuple[Leg, ...]:
    """Return the counterparts. Raises InvalidRequest for an amount that is none."""
    return tuple(
        Leg(
            part.account,
            amount_in(part.amount, currency, f"/counterparts/{index}/amount"),
            part.label,
        )
        for index, part in enumerate(parts)
    )


class CashMovementInput(Input):
    """What a receipt or disbursement (encaissement, décaissement) of one line is made with."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"operation_date": "2025-01-31"}]})

    operation_date: Day | None = Field(
        default=None, description="date d'opération; default: the line's booking date"
    )


class CashMovementsInput(Input):
    """The lines that a receipt or disbursement is made of, each."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"lines": [_LINE]}]})

    lines: BatchLines
    operation_date: Day | None = Field(
        default=None, description="date d'opération of all; default: each line's booking date"
    )

    def keys(self) -> tuple[LineKey, ...]:
        """Return the lines by statement and position."""
        return keys_of(self.lines)


def keys_of(lines: list[LineRef]) -> tuple[LineKey, ...]:
    """Return lines by statement and position."""
    return tuple((StatementId(line.statement), line.position) for line in lines)


class UndefinedMovementInput(Input):
    """One receipt or disbursement of lines that no third party is known for.

    Its amount is the lines' total; the counterparts come to it, to the cent.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "positions": [3],
                    "counterparts": [
                        {"account": "627000", "amount": "20.00"},
                        {"account": "471000", "amount": "100.00"},
                    ],
                    "operation_date": "2025-01-31",
                    "drawer": "Garage du Port",
                }
            ]
        }
    )

    positions: Positions
    counterparts: Counterparts
    operation_date: Day | None = Field(
        default=None, description="date d'opération; default: the latest line's booking date"
    )
    drawer: Name | None = Field(
        default=None, description="nom du tireur; default: the label of the largest line"
    )
    piece: Name | None = Field(
        default=None, description="pièce: the number of the invoice that is paid"
    )

    def request(self, statement: StatementId, currency: str) -> UndefinedMovement:
        """Return what is asked for. Raises InvalidRequest for an amount that is none."""
        return UndefinedMovement(
            statement=statement,
            positions=tuple(self.positions),
            legs=legs_of(self.counterparts, currency),
            operation_date=self.operation_date,
            drawer=self.drawer,
            piece=self.piece,
        )


class SettlementInput(Input):
    """Lines and bank entries whose totals differ, and by what the difference is settled.

    The counterparts go with the type "other" alone: they come to the difference, lines minus
    entries, to the cent.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "positions": [3],
                    "entries": ["be_waiting"],
                    "type": DIFFERENCE_TYPE,
                    "operation_date": "2025-01-31",
                }
            ]
        }
    )

    positions: Positions
    entries: list[Key] = Field(default_factory=list, max_length=ENTRIES_MAX)
    type: Key = Field(description="code of a difference type (type d'écart), or other")
    counterparts: list[CounterpartInput] = Field(default_factory=list, max_length=LEGS_MAX)
    operation_date: Day | None = Field(
        default=None, description="date d'opération; default: the latest line's booking date"
    )
    journal: Key | None = Field(default=None, description="default: the statement's journal")

    def request(self, statement: StatementId, currency: str) -> Settlement:
        """Return what is asked for. Raises InvalidRequest for an amount that is none."""
        return Settlement(
            statement=statement,
            positions=tuple(self.positions),
            entries=tuple(self.entries),
            type=self.type,
            legs=legs_of(self.counterparts, currency),
            operation_date=self.operation_date,
            journal=self.journal,
        )


class TemplateEntryInput(Input):
    """An entry from a template (modèle d'écriture); what is left out is the template's.

    Counterparts replace the template's split; they come to the line's amount, to the cent.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"template": TEMPLATE}]})

    template: Key | None = Field(default=None, description="default: the one set on the line")
    counterparts: Counterparts | None = None
    operation_date: Day | None = Field(
        default=None, description="date d'opération; default: the line's booking date"
    )
    label: Name | None = None
    piece: Name | None = None

    def request(self, line: LineKey, currency: str) -> TemplateEntry:
        """Return what is asked for. Raises InvalidRequest for an amount that is none."""
        given = self.counterparts
        return TemplateEntry(
            line=line,
            template=self.template,
            legs=None if given is None else legs_of(given, currency),
            operation_date=self.operation_date,
            label=self.label,
            piece=self.piece,
        )


class TemplateEntriesInput(Input):
    """Lines that have a template each (modèle d'écriture)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"lines": [_LINE]}]})

    lines: BatchLines


class NaturesInput(Input):
    """The nature (moyen de règlement) that many unmatched lines get."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"lines": [_LINE], "nature": "transfer"}]}
    )

    lines: BatchLines
    nature: Annotated[Nature, Field(strict=False)]


class NaturesOutput(Output):
    """How many lines have the nature now, and how many had it before."""

    changed_count: int
    unchanged_count: int


class LineResultOutput(Output):
    """What became of one line of a batch: its match, or the problem that it met."""

    line: LineRefOutput
    match: str | None
    problem: str | None = Field(description="the type that a problem document would have")
    detail: str | None

    @classmethod
    def of(cls, result: LineResult) -> Self:
        """Show a line's result."""
        error = result.error
        return cls(
            line=LineRefOutput.of(result.line),
            match=result.match_id,
            problem=None if error is None else f"{TYPE_PREFIX}{error.code}",
            detail=None if error is None else error.detail,
        )


class BatchOutput(Output):
    """What became of each line of a batch, in the order they were asked in."""

    made_count: int
    results: list[LineResultOutput]

    @classmethod
    def of(cls, results: tuple[LineResult, ...]) -> Self:
        """Show the results of a batch."""
        return cls(
            made_count=sum(1 for one in results if one.error is None),
            results=[LineResultOutput.of(one) for one in results],
        )
