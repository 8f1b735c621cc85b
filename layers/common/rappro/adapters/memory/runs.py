"""The state machines, the queue and the schedules in process: they note what was asked of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from threading import Lock
from typing import Any

from rappro.adapters.executions import execution_input, execution_name
from rappro.adapters.scope import check_interval, check_key, check_scope
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId


@dataclass(frozen=True, slots=True)
class Started:
    """An execution that was started."""

    tenant: TenantId
    company: CompanyId
    name: str
    payload: dict[str, Any]


class MemoryRuns:
    """Port Runs. The callbacks may run the state machines in process; once a name."""

    def __init__(
        self,
        on_start: Callable[[Started], object] | None = None,
        on_import: Callable[[Started], object] | None = None,
        on_work: Callable[[Started], object] | None = None,
    ) -> None:
        self.on_start, self.on_import, self.on_work = on_start, on_import, on_work
        self._lock = Lock()
        self._started: dict[str, Started] = {}
        self._imports: dict[str, Started] = {}
        self._works: dict[str, Started] = {}

    @property
    def started(self) -> list[Started]:
        """What runs were started so far, in order."""
        with self._lock:
            return list(self._started.values())

    @property
    def imports(self) -> list[Started]:
        """What imports of large files were started so far, in order."""
        with self._lock:
            return list(self._imports.values())

    @property
    def works(self) -> list[Started]:
        """What long works were started so far, in order."""
        with self._lock:
            return list(self._works.values())

    def start(
        self, tenant: TenantId, company: CompanyId, name: str, payload: dict[str, Any]
    ) -> str:
        execution = Started(tenant, company, name, json.loads(execution_input(payload)))
        return self._begun("runs", self._started, execution, self.on_start)

    def start_import(
        self, tenant: TenantId, company: CompanyId, name: str, payload: dict[str, Any]
    ) -> str:
        execution = Started(tenant, company, name, json.loads(execution_input(payload)))
        return self._begun("imports", self._imports, execution, self.on_import)

    def start_work(
        self, tenant: TenantId, company: CompanyId, name: str, payload: dict[str, Any]
    ) -> str:
        execution = Started(tenant, company, name, json.loads(execution_input(payload)))
        return self._begun("works", self._works, execution, self.on_work)

    def _begun(
        self, machine: str, known: dict[str, Started], execution: Started,
        tell: Callable[[Started], object] | None,
    ) -> str:  # fmt: skip
        """Keep an execution that is new and tell of it; return its reference in any case."""
        named = execution_name(execution.tenant, execution.company, execution.name)
        reference = f"memory:{machine}:{named}"
        with self._lock:
            is_new = known.setdefault(reference, execution) is execution
        if is_new and tell is not None:
            tell(execution)
        return reference


@dataclass(frozen=True, slots=True)
class Schedule:
    """A connection's schedule."""

    interval_minutes: int
    is_on: bool
    starts_at: datetime | None = None


class MemoryFeeds:
    """Port Feeds."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.requests: list[tuple[TenantId, CompanyId, str, str]] = []
        self.schedules: dict[tuple[TenantId, CompanyId, str], Schedule] = {}

    def enqueue_sync(
        self, tenant: TenantId, company: CompanyId, connection_id: str, *, cause: str = "asked"
    ) -> None:
        check_scope(tenant, company)
        check_key(connection_id)
        with self._lock:
            self.requests.append((tenant, company, connection_id, cause))

    def save_schedule(
        self, tenant: TenantId, company: CompanyId, connection_id: str, *, interval_minutes: int,
        is_on: bool, starts_at: datetime | None = None,
    ) -> None:  # fmt: skip
        check_scope(tenant, company)
        check_key(connection_id)
        check_interval(interval_minutes)
        with self._lock:
            self.schedules[tenant, company, connection_id] = Schedule(
                interval_minutes, is_on, starts_at
            )

    def remove_schedule(self, tenant: TenantId, company: CompanyId, connection_id: str) -> None:
        check_scope(tenant, company)
        check_key(connection_id)
        with self._lock:
            self.schedules.pop((tenant, company, connection_id), None)
