"""A run over an unchanged world writes nothing of the books or of the statement; counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from benchmarks.matching.backlog import COMPANY, NOW, RUN, STATEMENT
from benchmarks.matching.reads import desk, fill
from rappro.domain.ids import RunId, TenantId
from rappro.domain.operations import AuditEvent, Lease, Run, RunState
from rappro.domain.records import LineRecord, Match
from rappro.domain.writes import Write, create
from rappro.ports import Ports, Store
from rappro.use_cases.gathering import gather_evidence
from rappro.use_cases.post_run import post
from rappro.use_cases.run_requests import RunRequest
from rappro.use_cases.run_steps import decide

ITEMS = 150


class Counted:
    """Counts what a store is asked to write, by kind."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.writes: Counter[type] = Counter()
        self.loads = 0
        commit, load = store.commit, store.load

        def counting(tenant: Any, company: Any, writes: Sequence[Write], **more: Any) -> None:
            self.writes.update(type(write.after or write.before) for write in writes)
            commit(tenant, company, writes, **more)

        def loading(*arguments: Any) -> None:
            self.loads += 1
            load(*arguments)

        monkeypatch.setattr(store, "commit", counting)
        monkeypatch.setattr(store, "load", loading)


def run_once(ports: Ports, tenant: TenantId, run: RunId, number: int) -> None:
    request = RunRequest(tenant, COMPANY, STATEMENT, run, number)
    gather_evidence(ports, request)
    decide(ports, request)
    post(ports, request)


def test_a_second_run_writes_itself_the_lease_and_that_it_ran(
    store: Store, tenant: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, ITEMS, tenant)
    ports = desk(store)
    first = Counted(store, monkeypatch)
    run_once(ports, tenant, RUN, 1)
    assert first.writes[LineRecord] == 50
    assert first.writes[Match] > 0

    again = RunId("run_again")
    store.commit(tenant, COMPANY, [create(Run(again, STATEMENT, 2, RunState.STARTED, NOW))])
    second = Counted(store, monkeypatch)
    run_once(ports, tenant, again, 2)

    # Gathered, decided, posted; taken twice (renewed for posting) and given back.
    # Its one row on the trail says that it ran.
    assert second.writes == {Run: 3, Lease: 3, AuditEvent: 1}
    assert second.loads == 0
