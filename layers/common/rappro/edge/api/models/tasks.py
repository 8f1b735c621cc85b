"""Long works (tâches): what they are, how far, how they ended; matches dealt with in batches."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, StringConstraints

from rappro.domain.bank import Severity
from rappro.domain.ids import MatchId, StatementId
from rappro.domain.tasks import Task, TaskKind, TaskState
from rappro.edge.api.models.exchange import ExchangeReport
from rappro.edge.api.models.exports import ExportedFile
from rappro.edge.api.models.matches import LineRef
from rappro.edge.api.models.shapes import Day, FindingOutput, Input, Instant, Key, Output, PageOf
from rappro.edge.api.sample_ids import JOURNAL, STATEMENT
from rappro.edge.problem import TYPE_PREFIX
from rappro.use_cases.acting import LineKey
from rappro.use_cases.match_batches import MATCHES_MAX, MatchResult, match_result


class MatchResultOutput(Output):
    """What became of one match of a batch; a problem left it as it was."""

    match: str
    changed: bool = Field(description="false when it was so before, or for a problem")
    problem: str | None = Field(description="the type that a problem document would have")
    detail: str | None

    @classmethod
    def of(cls, result: MatchResult) -> Self:
        """Show a result."""
        return cls.kept(match_result(result))

    @classmethod
    def kept(cls, said: dict[str, Any]) -> Self:
        """Show a result as a task keeps it."""
        code = said["code"]
        return cls(
            match=said["match"],
            changed=said["changed"],
            problem=None if code is None else f"{TYPE_PREFIX}{code}",
            detail=said["detail"],
        )


class MatchBatchInput(Input):
    """Matches (rapprochements), by their ids or by lines that they match."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"lines": [{"statement": STATEMENT, "position": 1}]}]}
    )

    matches: list[Key] = Field(default_factory=list, max_length=MATCHES_MAX)
    lines: list[LineRef] = Field(default_factory=list, max_length=MATCHES_MAX)

    def match_ids(self) -> list[MatchId]:
        """Return the matches that are named."""
        return [MatchId(each) for each in self.matches]

    def line_keys(self) -> list[LineKey]:
        """Return the lines that are named."""
        return [(StatementId(line.statement), line.position) for line in self.lines]


class MatchBatchOutput(Output):
    """What became of each match, in the order they were asked in."""

    changed: int
    refused: int
    results: list[MatchResultOutput]

    @classmethod
    def of(cls, results: list[MatchResult]) -> Self:
        """Show the results of a batch."""
        return cls(
            changed=sum(one.is_changed for one in results),
            refused=sum(one.error is not None for one in results),
            results=[MatchResultOutput.of(one) for one in results],
        )


class FecInput(Input):
    """Which fiscal year's FEC is written."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"fiscal_year": "2025"}]})

    fiscal_year: Annotated[str, StringConstraints(max_length=20)] | None = Field(
        default=None, description="its name; default: the present one"
    )


class JournalExportInput(Input):
    """Which entries are written; by default the validated ones of the present fiscal year."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"journal": JOURNAL}]})

    journal: Key | None = None
    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None
    drafts: bool = False

    def arguments(self) -> dict[str, Any]:
        """Return what a task keeps of it."""
        return {
            "journal": self.journal,
            "from": None if self.from_ is None else self.from_.isoformat(),
            "to": None if self.to is None else self.to.isoformat(),
            "drafts": self.drafts,
        }


class TaskOutput(Output):
    """A long work (tâche): poll it until it is `done` or `failed`.

    A validation leads to its `statement`, an export to its `file`, a batch to its `matches`.
    """

    id: str
    kind: TaskKind
    state: TaskState
    author: str
    created_at: Instant
    started_at: Instant | None
    ended_at: Instant | None
    attempts: int
    done: int = Field(description="parts that are behind it")
    total: int | None = Field(description="parts in all, when that is known")
    statement: str | None
    file: ExportedFile | None
    rows: int | None
    findings: list[FindingOutput]
    matches: list[MatchResultOutput]
    exchange: list[ExchangeReport] = Field(description="one an archive that was dealt with")
    problem: str | None = Field(description="of a failed one: the type of the problem")
    detail: str | None

    @classmethod
    def of(cls, task: Task, url: str | None) -> Self:
        """Show a task; `url` leads to the file that it wrote."""
        result = task.result or {}
        said = result.get("file")
        return cls(
            id=task.id,
            kind=task.kind,
            state=task.state,
            author=task.author,
            created_at=task.created_at,
            started_at=task.started_at,
            ended_at=task.ended_at,
            attempts=task.attempts,
            done=task.done,
            total=task.total,
            statement=result.get("statement") or task.arguments.get("statement"),
            file=None if said is None or url is None else ExportedFile(**said, url=url),
            rows=result.get("rows"),
            findings=[_finding(one) for one in result.get("findings", [])],
            matches=[MatchResultOutput.kept(one) for one in result.get("matches", [])],
            exchange=[ExchangeReport.kept(one) for one in result.get("exchange", [])],
            problem=None if task.error_code is None else f"{TYPE_PREFIX}{task.error_code}",
            detail=task.error_detail,
        )


def _finding(said: dict[str, Any]) -> FindingOutput:
    return FindingOutput(**{**said, "severity": Severity(said["severity"])})


class TaskPage(PageOf[TaskOutput]):
    """Long works, newest first."""
