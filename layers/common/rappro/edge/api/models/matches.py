"""Matches (rapprochements): lines on one side, what they settle on the other."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import ConfigDict, Field

from rappro.domain.ids import StatementId
from rappro.domain.matching.model import Adjustment, AdjustmentKind, Level, Settle, TargetType
from rappro.domain.money import format_amount
from rappro.domain.records import (
    Allocation,
    LineSettle,
    Match,
    MatchStatus,
)
from rappro.edge.api.limits import MATCH_LINES_MAX, MATCH_TARGETS_MAX, POSITION_MAX
from rappro.edge.api.models.shapes import (
    Amount,
    Day,
    Input,
    Instant,
    Key,
    Money,
    Output,
    PageOf,
    Version,
    amount_in,
)
from rappro.edge.api.sample_ids import OPEN_ITEM, POSITION, STATEMENT
from rappro.use_cases.match_by_hand import ManualMatch

Position = Annotated[int, Field(ge=1, le=POSITION_MAX)]


class LineRef(Input):
    """A line by its place."""

    statement: Key
    position: Position


class TargetInput(Input):
    """What is settled and by how much, in the company's currency, signed as the bank sees it."""

    type: Annotated[TargetType, Field(strict=False)]
    id: Key
    amount: Amount


class MatchInput(Input):
    """A manual match (rapprochement manuel): the lines and the targets add up to the same total."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "lines": [{"statement": STATEMENT, "position": POSITION}],
                    "targets": [{"type": "open_item", "id": OPEN_ITEM, "amount": "120.00"}],
                    "pointed_on": "2025-01-31",
                }
            ]
        }
    )

    lines: Annotated[list[LineRef], Field(min_length=1, max_length=MATCH_LINES_MAX)]
    targets: Annotated[list[TargetInput], Field(min_length=1, max_length=MATCH_TARGETS_MAX)]
    pointed_on: Day | None = Field(
        default=None, description="date de pointage; default: the latest line's booking date"
    )

    def request(self, company_currency: str) -> ManualMatch:
        """Return what is asked for. Raises InvalidRequest for an amount that is none."""
        return ManualMatch(
            lines=tuple((StatementId(line.statement), line.position) for line in self.lines),
            targets=tuple(
                Settle(
                    target.type,
                    target.id,
                    amount_in(target.amount, company_currency, f"/targets/{index}/amount"),
                )
                for index, target in enumerate(self.targets)
            ),
            pointed_on=self.pointed_on,
        )


class LineRefOutput(Output):
    """A line by its place."""

    statement: str
    position: int

    @classmethod
    def of(cls, key: str) -> Self:
        """Show a line's key, "statement/position"."""
        statement, _, position = key.rpartition("/")
        return cls(statement=statement, position=int(position))


class LineSettleOutput(Output):
    """What one line of the match settles."""

    line_id: str
    type: TargetType
    id: str
    amount: Money

    @classmethod
    def of(cls, settled: LineSettle, company_currency: str) -> Self:
        """Show what is settled."""
        return cls(
            line_id=settled.line_id,
            type=settled.settle.type,
            id=settled.settle.id,
            amount=format_amount(settled.settle.amount_minor, company_currency),
        )


class AdjustmentOutput(Output):
    """A named difference between the lines and what they settle (écart)."""

    kind: AdjustmentKind
    amount: Money
    account: str | None

    @classmethod
    def of(cls, adjustment: Adjustment, company_currency: str) -> Self:
        """Show an adjustment."""
        return cls(
            kind=adjustment.kind,
            amount=format_amount(adjustment.amount_minor, company_currency),
            account=adjustment.account,
        )


class AllocationOutput(Output):
    """What is allocated of an invoice to an existing cash movement (imputation)."""

    open_item: str
    entry: str
    amount: Money

    @classmethod
    def of(cls, allocation: Allocation, company_currency: str) -> Self:
        """Show an allocation."""
        return cls(
            open_item=allocation.item,
            entry=allocation.entry_id,
            amount=format_amount(allocation.amount_minor, company_currency),
        )


class MatchOutput(Output):
    """A match (rapprochement); kept after an undo. Amounts in the company's currency."""

    id: str
    statements: list[str]
    lines: list[LineRefOutput]
    settles: list[LineSettleOutput]
    adjustments: list[AdjustmentOutput]
    level: Level
    status: MatchStatus
    amount: Money
    pointed_on: Day = Field(description="date de pointage")
    entries: list[str] = Field(description="entries made for it, drafts until validation")
    reversals: list[str] = Field(
        description="entries that took them back after validation (contre-passation)"
    )
    template: str | None
    mark: str | None = Field(
        description="letter of a difference settled through the ledger (lettrage de type M)"
    )
    difference_type: str | None
    allocations: list[AllocationOutput] = Field(
        description="invoices allocated to the cash movement that the match points"
    )
    engine: str | None = Field(description="version of the engine that made it; null: a person")
    author: str
    created_at: Instant
    undone_by: str | None
    undone_at: Instant | None
    version: Version

    @classmethod
    def of(cls, match: Match, company_currency: str) -> Self:
        """Show a match."""
        return cls(
            id=match.id,
            statements=list(match.statement_ids),
            lines=[LineRefOutput.of(key) for key in match.lines],
            settles=[LineSettleOutput.of(settle, company_currency) for settle in match.settles],
            adjustments=[AdjustmentOutput.of(one, company_currency) for one in match.adjustments],
            level=match.level,
            status=match.status,
            amount=format_amount(match.amount_minor, company_currency),
            pointed_on=match.pointed_on,
            entries=list(match.entry_ids),
            reversals=list(match.reversal_ids),
            template=match.template,
            mark=match.mark,
            difference_type=match.difference_type,
            allocations=[AllocationOutput.of(one, company_currency) for one in match.allocations],
            engine=match.engine,
            author=match.author,
            created_at=match.created_at,
            undone_by=match.undone_by,
            undone_at=match.undone_at,
            version=match.version,
        )


class MatchPage(PageOf[MatchOutput]):
    """Matches that stand on a statement's lines, in line order."""
