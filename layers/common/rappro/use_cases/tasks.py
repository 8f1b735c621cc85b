"""Long works that people ask for: begun, found again, listed (decision 0017).

    ask ─► the task's record, with a row of the trail ─► the machine of works, by the task's id
        ─► use_cases/works.py does it ─► the record says how it ended

A task that was stored and not started is started by the same request again.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Final

from rappro.domain.errors import NotFound, StoreConflict
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId, derive_id
from rappro.domain.tasks import Task, TaskKind
from rappro.domain.writes import Page, change, create
from rappro.ports import Ports
from rappro.use_cases.acting import Actor
from rappro.use_cases.audit import audit

_NOTE_ATTEMPTS_MAX: Final = 3


@dataclass(frozen=True, slots=True)
class TaskRequest:
    """Which task, by names alone; `failure` is the class of what its machine could not get done."""

    tenant: TenantId
    company: CompanyId
    task_id: str
    failure: str | None = None


def begin(
    actor: Actor, kind: TaskKind, arguments: dict[str, Any], *, total: int | None = None,
    once: str | None = None,
) -> Task:  # fmt: skip
    """Begin a long work and return its task.

    `once` tells two askings of the same apart: the same again is the same task. By default the
    instant does.
    """
    ports, now = actor.ports, actor.ports.clock.now()
    said = json.dumps(arguments, sort_keys=True)
    mark = now.isoformat() if once is None else once
    key = derive_id("tk", actor.tenant, actor.company, kind.value, said, mark)
    known = ports.store.get(actor.tenant, actor.company, Task, key)
    if known is None:
        made = Task(key, kind, arguments, actor.author, now, total=total)
        told = audit(now, actor.author, "begin_task", key, after={"kind": kind.value, **arguments})
        ports.store.commit(actor.tenant, actor.company, [create(made), told])
        known = replace(made, version=1)
    return known if known.execution is not None else _started(actor, known)


def _started(actor: Actor, task: Task) -> Task:
    """Start the machine for a stored task and note the execution's reference on it."""
    ports, (tenant, company) = actor.ports, (actor.tenant, actor.company)
    names = {"tenant": tenant, "company": company, "task_id": task.id}
    execution = ports.runs.start_work(tenant, company, task.id, names)
    for _ in range(_NOTE_ATTEMPTS_MAX):
        noted = replace(task, execution=execution)
        try:
            ports.store.commit(tenant, company, [change(task, noted)])
        except StoreConflict:  # it is under way already
            task = ports.store.get(tenant, company, Task, task.id) or task
            continue
        return replace(noted, version=task.version + 1)
    return replace(task, execution=execution)


def get_task(ports: Ports, tenant: TenantId, company: CompanyId, task_id: str) -> Task:
    """Return a task. Raises NotFound."""
    found = ports.store.get(tenant, company, Task, task_id)
    if found is None:
        raise NotFound(f"no task {task_id}")
    return found


def list_tasks(
    ports: Ports, tenant: TenantId, company: CompanyId, *, limit: int, cursor: str | None
) -> Page[Task]:
    """Return one page of the company's tasks, newest first."""
    return ports.store.tasks(tenant, company, limit=limit, cursor=cursor)


def file_link(ports: Ports, tenant: TenantId, company: CompanyId, task: Task) -> str | None:
    """Return a link to the file that a task wrote, valid a few minutes; None for none."""
    file = (task.result or {}).get("file")
    if file is None:
        return None
    return ports.blobs.source_url(tenant, company, file["sha256"], file["name"])
