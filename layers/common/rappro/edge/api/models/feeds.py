"""Bank connections (connexions bancaires) and the log of their runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field

from rappro.domain.errors import InvalidRequest
from rappro.domain.feeds import FeedConnection, FeedRun
from rappro.edge.api.models.shapes import Input, Instant, Name, Output, PageOf, Version
from rappro.use_cases.feeds import INTERVAL_SECONDS_DEFAULT, interval_minutes

Provider = Literal["bridge", "powens", "saltedge", "ponto"]
INTERVAL_SECONDS_MAX = 366 * 24 * 3600


class ConnectionInput(Input):
    """What to change of a connection; a field that is left out keeps its value.

    A new one needs a provider and a label; it then synchronises every 12 hours.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "provider": "bridge",
                    "label": "BNP, compte courant",
                    "interval_seconds": 43200,
                    "on": True,
                }
            ]
        }
    )

    provider: Provider | None = None
    label: Name | None = None
    interval_seconds: Annotated[int, Field(ge=60, le=INTERVAL_SECONDS_MAX)] | None = None
    on: bool | None = None

    def applied_to(self, stored: FeedConnection | None, connection: str) -> FeedConnection:
        """Return the connection with what is said here. Raises InvalidRequest."""
        base = stored or self._new(connection)
        return replace(
            base,
            provider=self.provider or base.provider,
            label=self.label or base.label,
            interval_seconds=self.interval_seconds or base.interval_seconds,
            is_on=base.is_on if self.on is None else self.on,
        )

    def _new(self, connection: str) -> FeedConnection:
        if self.provider is None:
            raise InvalidRequest("a new connection needs a provider", position="/provider")
        if self.label is None:
            raise InvalidRequest("a new connection needs a label", position="/label")
        return FeedConnection(connection, self.provider, self.label, INTERVAL_SECONDS_DEFAULT)


class ConnectionOutput(Output):
    """A bank connection through a provider, on a schedule."""

    id: str
    provider: str
    label: str
    interval_seconds: int
    effective_interval_seconds: int = Field(description="rounded up to whole minutes")
    on: bool
    state: str
    last_run_at: Instant | None
    version: Version

    @classmethod
    def of(cls, connection: FeedConnection) -> Self:
        """Show a connection."""
        return cls(
            id=connection.id,
            provider=connection.provider,
            label=connection.label,
            interval_seconds=connection.interval_seconds,
            effective_interval_seconds=60 * interval_minutes(connection.interval_seconds),
            on=connection.is_on,
            state=connection.state,
            last_run_at=connection.last_run_at,
            version=connection.version,
        )


class ConnectionPage(PageOf[ConnectionOutput]):
    """Bank connections by id."""


class FeedRunOutput(Output):
    """One row of a connection's log (journal d'exécution)."""

    id: str
    connection: str
    at: Instant
    state: str
    detail: str

    @classmethod
    def of(cls, run: FeedRun) -> Self:
        """Show a row."""
        return cls(
            id=run.id,
            connection=run.connection_id,
            at=run.at,
            state=run.state,
            detail=run.detail,
        )


class FeedRunPage(PageOf[FeedRunOutput]):
    """A connection's log, newest first."""
