"""Shapes of what invokes a function (the HTTP API apart), checked before anything else happens.

What AWS sends may grow fields, so unknown ones are ignored there; our own messages are closed.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from rappro.domain.ids import CompanyId, RunId, StatementId, TenantId
from rappro.domain.webhooks import Parcel

Identifier = StringConstraints(min_length=1, max_length=128)

_OURS = ConfigDict(frozen=True, extra="forbid", defer_build=True)
_THEIRS = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, defer_build=True)


class _Bucket(BaseModel):
    model_config = _THEIRS

    name: str = Field(min_length=1)


class _Object(BaseModel):
    model_config = _THEIRS

    key: str = Field(min_length=1)
    size: int = Field(ge=0)
    version_id: str = Field(alias="version-id", min_length=1)


class _ObjectCreatedDetail(BaseModel):
    model_config = _THEIRS

    bucket: _Bucket
    object: _Object


class ObjectCreated(BaseModel):
    """EventBridge's "Object Created" of S3; the key comes as it is, not URL-encoded.

    The version is required: the inbox is versioned, and an object is only ever read at the version
    that the event speaks of.
    """

    model_config = _THEIRS

    source: Literal["aws.s3"]
    detail_type: Literal["Object Created"] = Field(alias="detail-type")
    detail: _ObjectCreatedDetail

    @property
    def tenant(self) -> TenantId:
        """Below whose prefix the object lies; the bucket lets nobody else write there."""
        return TenantId(self.detail.object.key.partition("/")[0])

    def drop(self) -> dict[str, Any]:
        """Return the fields of a drop."""
        dropped = self.detail.object
        return {
            "object_key": dropped.key,
            "object_version": dropped.version_id,
            "size_bytes": dropped.size,
        }


class Gathered(BaseModel):
    """What the first step left to be read side by side: the numbers of batches."""

    model_config = _OURS

    batches: tuple[Annotated[int, Field(ge=1)], ...] = ()


class StepInput(BaseModel):
    """What goes from state to state of the reconcile machine: names, never data.

    `conflicts` counts how often posting met books that had moved, and sent the run back to match.
    `gathered` and `batch`: see use_cases/gathering.py.
    """

    model_config = _OURS

    tenant: Annotated[TenantId, Identifier]
    company: Annotated[CompanyId, Identifier]
    statement_id: Annotated[StatementId, Identifier]
    run_id: Annotated[RunId, Identifier]
    run_number: int = Field(ge=1)
    conflicts: int = Field(default=0, ge=0)
    gathered: Gathered = Gathered()
    batch: int | None = Field(default=None, ge=1)

    @property
    def batches(self) -> tuple[int, ...]:
        return self.gathered.batches

    def request(self) -> dict[str, Any]:
        """Return the fields of a run request."""
        return {
            "tenant": self.tenant,
            "company": self.company,
            "statement_id": self.statement_id,
            "run_id": self.run_id,
            "run_number": self.run_number,
        }


class Failure(BaseModel):
    """What a Catch of the state machine caught: the error's class name and Lambda's report."""

    model_config = _THEIRS

    error: str = Field(alias="Error")
    cause: str = Field(alias="Cause", default="")


class FailureInput(StepInput):
    """A run that ended in an error."""

    failure: Failure


class StoringInput(BaseModel):
    """What goes from state to state of the import machine: names and the numbers of chunks."""

    model_config = _OURS

    tenant: Annotated[TenantId, Identifier]
    company: Annotated[CompanyId, Identifier]
    import_id: Annotated[str, Identifier]
    sha256: Annotated[str, Identifier]
    trace_id: Annotated[str, Identifier]
    chunks: tuple[Annotated[int, Field(ge=1)], ...] = ()

    def request(self) -> dict[str, Any]:
        """Return the fields of a storing request."""
        return {
            "tenant": self.tenant,
            "company": self.company,
            "import_id": self.import_id,
            "sha256": self.sha256,
            "trace_id": self.trace_id,
        }


class ChunkInput(StoringInput):
    """One chunk to store."""

    chunk: int = Field(ge=1)


class StoringFailedInput(StoringInput):
    """An import of a large file that ended in an error."""

    failure: Failure


class WorkInput(BaseModel):
    """A long work to do; with a failure, what its machine could not get done."""

    model_config = _OURS

    tenant: Annotated[TenantId, Identifier]
    company: Annotated[CompanyId, Identifier]
    task_id: Annotated[str, Identifier]
    failure: Failure | None = None

    def request(self) -> dict[str, Any]:
        """Return the fields of a task request."""
        error = None if self.failure is None else self.failure.error
        return {"tenant": self.tenant, "company": self.company, "task_id": self.task_id,
                "failure": error}  # fmt: skip


class SyncMessage(BaseModel):
    """Asks for one synchronisation of a bank connection; sent by its schedule or by a person."""

    model_config = _OURS

    tenant: Annotated[TenantId, Identifier]
    company: Annotated[CompanyId, Identifier]
    connection_id: Annotated[str, Identifier]
    cause: Literal["schedule", "asked", "webhook", "callback", "again"] = "schedule"


class _EventDetail(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)

    id: Annotated[str, Identifier]
    type: Annotated[str, Identifier]
    tenant: Annotated[TenantId, Identifier]
    company: Annotated[CompanyId, Identifier]
    at: str
    subject: str


class PublishedEvent(BaseModel):
    """A domain event as a rule of the bus gives it (docs/events.md)."""

    model_config = _THEIRS

    source: Literal["rappro"]
    detail: _EventDetail

    @property
    def tenant(self) -> TenantId:
        return self.detail.tenant

    @property
    def event(self) -> dict[str, Any]:
        return self.detail.model_dump()


class ParcelMessage(BaseModel):
    """One event on its way to one webhook; sent by the fan-out, a retry, a test or a replay."""

    model_config = _OURS

    tenant: Annotated[TenantId, Identifier]
    webhook: Annotated[str, Identifier]
    number: int = Field(ge=1)
    asked_at: AwareDatetime | None
    event: _EventDetail

    def parcel(self) -> Parcel:
        """Return the parcel."""
        return Parcel(
            self.tenant, self.webhook, self.event.model_dump(), self.number, self.asked_at
        )


class _Change(BaseModel):
    model_config = _THEIRS

    sequence: str = Field(alias="SequenceNumber", min_length=1)
    image: dict[str, Any] = Field(alias="NewImage")


class _StreamRecord(BaseModel):
    model_config = _THEIRS

    name: Literal["INSERT"] = Field(alias="eventName")
    change: _Change = Field(alias="dynamodb")


class StreamBatch(BaseModel):
    """Items that are new in a table, as DynamoDB's stream gives them, in the order of a shard."""

    model_config = _THEIRS

    records: tuple[_StreamRecord, ...] = Field(alias="Records")
