"""Statements (relevés), their runs and their source."""

from __future__ import annotations

from typing import Self

from pydantic import ConfigDict, Field

from rappro.domain.money import format_amount
from rappro.domain.operations import (
    Run,
    RunState,
)
from rappro.domain.records import (
    Origin,
    SourceFile,
    StatementRecord,
    StatementStatus,
)
from rappro.edge.api.models.journals import ProfileOutput
from rappro.edge.api.models.shapes import (
    BalanceOutput,
    BankAccountOutput,
    Day,
    FindingOutput,
    Input,
    Instant,
    Magnitude,
    Money,
    Output,
    PageOf,
    Text,
    Version,
    findings_out,
)


class LevelCounts(Output):
    """How many lines have each level; see the levels of a line."""

    A: int = 0
    AC: int = 0
    AS: int = 0
    AM: int = 0
    AD: int = 0
    B: int = 0
    BC: int = 0
    C: int = 0


class SourceRef(Output):
    """The file a statement was made from (fichier source)."""

    sha256: str
    name: str
    statement_ordinal: int = Field(description="which statement of the file, from 1")


class StatementOutput(Output):
    """A statement (relevé): one bank account, one period."""

    id: str
    journal: str | None
    account: BankAccountOutput
    currency: str
    number: str | None
    period_from: Day | None
    period_to: Day | None
    opening: BalanceOutput | None
    closing: BalanceOutput | None
    line_count: int
    booked: Money = Field(description="sum of the booked lines")
    known_line_count: int = Field(
        description="lines that another statement brought first; they take part in nothing"
    )
    deleted_line_count: int
    deleted: Money = Field(
        description="sum of the booked lines that were deleted; opening + booked + deleted is the"
        " closing of a bank's statement"
    )
    origin: Origin = Field(description="a bank's file, made by hand, or by a connector")
    format: str
    source: SourceRef
    imported_at: Instant
    status: StatementStatus
    profile: ProfileOutput
    findings: list[FindingOutput]
    level_counts: LevelCounts
    matched: Magnitude = Field(description="sum of the matched lines' magnitudes")
    run_number: int
    last_run_error: str | None
    override_reason: str | None
    reconciliation_report: str | None = Field(
        description="id of the report that was frozen as it was validated (état arrêté)"
    )
    version: Version

    @classmethod
    def of(cls, statement: StatementRecord) -> Self:
        """Show a statement."""
        return cls(
            id=statement.id,
            journal=statement.journal,
            account=BankAccountOutput.of(statement.account),
            currency=statement.currency,
            number=statement.number,
            period_from=statement.period_from,
            period_to=statement.period_to,
            opening=BalanceOutput.of(statement.opening, statement.currency),
            closing=BalanceOutput.of(statement.closing, statement.currency),
            line_count=statement.line_count,
            booked=format_amount(statement.booked_minor, statement.currency),
            known_line_count=statement.known_count,
            deleted_line_count=statement.deleted_count,
            deleted=format_amount(statement.deleted_minor, statement.currency),
            origin=statement.origin,
            format=statement.format,
            source=SourceRef(
                sha256=statement.source_sha256,
                name=statement.source_name,
                statement_ordinal=statement.ordinal,
            ),
            imported_at=statement.imported_at,
            status=statement.status,
            profile=ProfileOutput.of(statement.profile),
            findings=findings_out(statement.findings),
            level_counts=LevelCounts(**(statement.level_counts or {})),
            matched=format_amount(statement.matched_minor, statement.currency),
            run_number=statement.run_number,
            last_run_error=statement.last_run_error,
            override_reason=statement.override_reason,
            reconciliation_report=statement.report_id,
            version=statement.version,
        )


class StatementPage(PageOf[StatementOutput]):
    """Statements, newest period first."""


class SourceOutput(Output):
    """The file a statement was made from, and a link to its very bytes."""

    sha256: str
    name: str
    size_bytes: int
    url: str = Field(description="a link that is valid a few minutes and needs no token")

    @classmethod
    def of(cls, source: SourceFile, url: str) -> Self:
        """Show a source file."""
        return cls(sha256=source.sha256, name=source.name, size_bytes=source.size_bytes, url=url)


class OverrideInput(Input):
    """Why a quarantined statement is taken in all the same."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "Balance confirmed by the bank on the phone"}]}
    )

    reason: Text


class RunOutput(Output):
    """One run of the matching over a statement (traitement)."""

    id: str
    statement: str
    number: int
    state: RunState
    match: bool = Field(description="false: third parties are resolved, nothing is matched")
    started_at: Instant
    ended_at: Instant | None
    error_code: str | None
    matched_count: int
    execution: str | None = Field(description="the state machine's execution, to quote to support")
    version: Version

    @classmethod
    def of(cls, run: Run) -> Self:
        """Show a run; what an error said stays in the logs."""
        return cls(
            id=run.id,
            statement=run.statement_id,
            number=run.number,
            state=run.state,
            match=run.is_matching,
            started_at=run.started_at,
            ended_at=run.ended_at,
            error_code=run.error_code,
            matched_count=run.matched_count,
            execution=run.execution,
            version=run.version,
        )


class RunPage(PageOf[RunOutput]):
    """One page of a statement's runs."""
