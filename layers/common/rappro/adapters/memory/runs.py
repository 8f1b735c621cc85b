"""The state machines, the queue and the schedules in process: they note what was asked of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from rappro.adapters.executions import execution_input, execution_name
from rappro.adapters.scope import check_interval, check_key, check_scope
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
        reference = f"memory:runs:{execution_name(tenant, company, name)}"
        execution = Started(tenant, company, name, json.loads(execution_input(payload)))
        with self._lock:
            is_new = self._started.setdefault(reference, execution) is execution
        if is_new and self.on_start is not None:
            self.on_start(execution)
        return reference

    def start_import(
        self, tenant: TenantId, company: CompanyId, name: str, payload: dict[str, Any]
    ) -> str:
        reference = f"memory:imports:{execution_name(tenant, company, name)}"
        execution = Started(tenant, company, name, json.loads(execution_input(payload)))
        with self._lock:
            is_new = self._imports.setdefault(reference, execution) is execution
        if is_new and self.on_import is not None:
            self.on_import(execution)
        return reference

    def start_work(
        self, tenant: TenantId, company: CompanyId, name: str, payload: dict[str, Any]
    ) -> str:
        reference = f"memory:works:{execution_name(tenant, company, name)}"
        execution = Started(tenant, company, name, json.loads(execution_input(payload)))
        with self._lock:
            is_new = self._works.setdefault(reference, execution) is execution
        if is_new and self.on_work is not None:
            self.on_work(execution)
        return reference


@dataclass(frozen=True, slots=True)
class Schedule:
    """A connection's schedule."""

    interval_minutes: int
    is_on: bool


class MemoryFeeds:
    """Port Feeds."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.requests: list[tuple[TenantId, CompanyId, str]] = []
        self.schedules: dict[tuple[TenantId, CompanyId, str], Schedule] = {}

    def enqueue_sync(self, tenant: TenantId, company: CompanyId, connection_id: str) -> None:
        check_scope(tenant, company)
        check_key(connection_id)
        with self._lock:
            self.requests.append((tenant, company, connection_id))

    def save_schedule(
        self, tenant: TenantId, company: CompanyId, connection_id: str, *, interval_minutes: int,
        is_on: bool,
    ) -> None:  # fmt: skip
        check_scope(tenant, company)
        check_key(connection_id)
        check_interval(interval_minutes)
        with self._lock:
            self.schedules[tenant, company, connection_id] = Schedule(interval_minutes, is_on)
