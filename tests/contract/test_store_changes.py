"""Rows of the trail in the order they were written in, runs and long works of a company."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from rappro.domain.ids import CompanyId, RunId, StatementId, TenantId
from rappro.domain.operations import AuditEvent, Run, RunState
from rappro.domain.tasks import Task, TaskKind
from rappro.domain.writes import change, create
from rappro.ports import Store

AT = datetime(2025, 2, 1, 8, 30, tzinfo=UTC)


def row(name: str, seconds: int) -> AuditEvent:
    return AuditEvent(name, AT + timedelta(seconds=seconds), "user-1", "edit_line", "st_1/1")


def test_rows_newer_than_one_come_oldest_first(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    """Rows of one instant stand by id, the last one first; none is passed over between pages."""
    rows = [row("au_a", 0), row("au_b", 1), row("au_c", 1), row("au_d", 2)]
    store.commit(tenant, company, [create(each) for each in rows])

    first = store.audit_events_since(tenant, company, limit=2)
    second = store.audit_events_since(
        tenant, company, at=first[-1].at, event_id=first[-1].id, limit=2
    )
    later = store.audit_events_since(tenant, company, at=AT + timedelta(seconds=1))

    assert [each.id for each in first] == ["au_a", "au_c"]
    assert [each.id for each in second] == ["au_b", "au_d"]
    assert [each.id for each in later] == ["au_c", "au_b", "au_d"]
    assert store.audit_events_since(tenant, CompanyId("other"), limit=5) == []


def test_runs_and_tasks_of_a_company_are_listed_newest_first_as_they_are_now(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    for number in (1, 2, 3):
        at = AT + timedelta(seconds=number)
        run = Run(RunId(f"run_{number}"), StatementId("st_1"), number, RunState.STARTED, at)
        task = Task(f"tk_{number}", TaskKind.VALIDATION, {"statement": "st_1"}, "user-1", at)
        store.commit(tenant, company, [create(run), create(task)])
    known = store.get(tenant, company, Task, "tk_2")
    assert known is not None
    store.commit(tenant, company, [change(known, known.begun(AT))])

    runs, tasks = store.runs(tenant, company, limit=2), store.tasks(tenant, company, limit=2)
    rest = store.tasks(tenant, company, limit=2, cursor=tasks.cursor)

    assert [each.id for each in runs.items] == ["run_3", "run_2"]
    assert [(each.id, each.attempts) for each in tasks.items] == [("tk_3", 0), ("tk_2", 1)]
    assert [each.id for each in rest.items] == ["tk_1"]
    assert store.runs(tenant, CompanyId("other")).items == ()
