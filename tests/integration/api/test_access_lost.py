"""Access that is lost while a request works: what was not committed by then never is (SPEC POS-5).

Between the way in and a commit, somebody else may take a membership away, or its time may end. So
every operation that makes or posts entries is disturbed right before its first commit, and once
more right before its last one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rappro.adapters.memory import MemoryStore
from rappro.domain.access import (
    GRANTABLE,
    HELD_UNTIL_DONE,
    TENANT_KEY,
    Membership,
    Permission,
    Tenant,
)
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.operations import Lease
from rappro.domain.records import StatementRecord, StatementStatus
from rappro.domain.writes import Fence, Held, Write, change, remove
from rappro.edge.api import sample_ids as ids
from rappro.edge.api.documented import PERMISSION
from rappro.use_cases import access
from rappro.use_cases.access import require
from rappro.use_cases.companies import COMMON
from rappro.use_cases.works import perform

from .client import Answer, Client
from .seeds import NOW, World, empty_world, seed
from .test_tasks import request_of as task_of
from .test_tenants import operations, request_of

ALPHA = TenantId("alpha")
MEMBER = "u-member"
HELD = [
    each
    for each in operations()
    if each.values[2][PERMISSION] in HELD_UNTIL_DONE
    and each.values[0] != "GET"
    and each.values[2][PERMISSION] not in {Permission.MEMBERS, Permission.ADMINISTER}
]


class Disturbed(MemoryStore):
    """A store in which something happens right before a commit of records."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.at: int | None = None
        self.meanwhile: Callable[[], None] | None = None

    def commit(
        self, tenant: TenantId, company: CompanyId, writes: Sequence[Write],
        *, fence: Fence | None = None, held: Sequence[Held] = (),
    ) -> None:  # fmt: skip
        if not all(isinstance(write.after, Lease) for write in writes):
            self.count += 1
            meanwhile = self.meanwhile
            if self.count == self.at and meanwhile is not None:
                self.meanwhile = None
                meanwhile()
        super().commit(tenant, company, writes, fence=fence, held=held)


def world_of(store: MemoryStore) -> World:
    made = replace(empty_world(), store=store)
    seed(made, "alpha", "ALPHA")
    member = Membership(MEMBER, ids.COMPANY, tuple(sorted(GRANTABLE)), valid_until=LATER)
    store.load(ALPHA, ids.COMPANY, [member])
    return made


LATER = NOW + timedelta(hours=1)


def ask(world: World, method: str, path: str, operation: dict[str, Any]) -> Answer:
    method, path, body = request_of(method, path, operation)
    client = Client(world.ports, "alpha", MEMBER, is_administrator=False)
    return client.send(method, path, body=body)


def membership(store: MemoryStore) -> Membership:
    found = store.get(ALPHA, ids.COMPANY, Membership, MEMBER)
    assert found is not None
    return found


def kept(world: World) -> dict[Any, Any]:
    """Return everything of the tenant but the lease and the membership itself."""
    records = world.of_tenant("alpha")["records"]
    return {
        company: {key: each for key, each in found.items() if key[0] not in {"Lease", "Membership"}}
        for company, found in records.items()
    }


def take_away(store: MemoryStore) -> None:
    store.commit(ALPHA, ids.COMPANY, [remove(membership(store))])


def narrow(store: MemoryStore) -> None:
    found = membership(store)
    store.commit(ALPHA, ids.COMPANY, [change(found, replace(found, permissions=()))])


@pytest.mark.parametrize(("method", "path", "operation"), HELD)
@pytest.mark.parametrize("loss", [take_away, narrow])
def test_access_that_is_lost_before_the_first_commit_leaves_everything_as_it_was(
    method: str, path: str, operation: dict[str, Any], loss: Callable[[MemoryStore], None]
) -> None:
    store = Disturbed()
    world = world_of(store)
    before = kept(world)
    store.count, store.at = 0, 1
    store.meanwhile = lambda: loss(store)

    answer = ask(world, method, path, operation)

    if store.count and answer.status < 300:  # a batch tells it of each of its parts
        assert answer.body["refused"] == len(answer.body["results"]) > 0
        assert answer.text.count("forbidden") == answer.body["refused"]
    elif store.count:
        assert answer.problem == "forbidden"
    else:
        assert answer.status < 300  # nothing was there to commit
    assert kept(world) == before
    lease = store.get(ALPHA, ids.COMPANY, Lease, "WRITER")
    assert lease is None or lease.holder is None


@pytest.mark.parametrize(("method", "path", "operation"), HELD)
def test_a_membership_whose_time_ends_meanwhile_ends_what_it_began(
    monkeypatch: pytest.MonkeyPatch, method: str, path: str, operation: dict[str, Any]
) -> None:
    store = Disturbed()
    world = world_of(store)
    before, store.count = kept(world), 0

    def let_in(*given: Any, **named: Any) -> None:
        require(*given, **named)
        world.clock.set(LATER)

    monkeypatch.setattr(access, "require", let_in)

    answer = ask(world, method, path, operation)

    if answer.status >= 300:  # else there was nothing to commit
        assert answer.problem == "forbidden"
    assert store.count == 0
    assert kept(world) == before


@pytest.mark.parametrize(("method", "path", "operation"), HELD)
def test_a_change_that_leaves_the_permission_stops_nothing(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    store = Disturbed()
    world = world_of(store)
    store.count, store.at = 0, 1

    def widen() -> None:
        found = membership(store)
        store.commit(ALPHA, ids.COMPANY, [change(found, replace(found, valid_until=None))])

    store.meanwhile = widen

    answer = ask(world, method, path, operation)

    assert 200 <= answer.status < 300, answer.text


def test_a_validation_that_loses_its_access_half_way_is_finished_by_who_may() -> None:
    """What was posted until then is not shown; the next validation goes on where it stopped."""
    path = f"/v1/companies/{ids.COMPANY}/statements/{ids.STATEMENT}/validation"
    quiet = Disturbed()
    undisturbed = Client(world_of(quiet).ports, "alpha", MEMBER, is_administrator=False)
    quiet.count = 0
    undisturbed.post(path, {})
    commits = quiet.count
    store = Disturbed()
    world = world_of(store)
    store.count, store.at = 0, commits
    store.meanwhile = lambda: take_away(store)

    refused = Client(world.ports, "alpha", MEMBER, is_administrator=False).post(path, {})
    half = store.get(ALPHA, ids.COMPANY, StatementRecord, ids.STATEMENT)
    finished = Client(world.ports, "alpha").post(path, {})

    assert commits >= 2
    assert refused.problem == "forbidden"
    assert half is not None
    assert half.status is StatementStatus.VALIDATING
    assert finished.status == 200, finished.text
    done = store.get(ALPHA, ids.COMPANY, StatementRecord, ids.STATEMENT)
    assert done is not None
    assert done.status is StatementStatus.VALIDATED


def test_an_administrator_who_is_removed_meanwhile_posts_nothing() -> None:
    store = Disturbed()
    world = world_of(store)
    client = Client(world.ports, "alpha", "user-9")
    before = kept(world)
    store.count, store.at = 0, 1

    def remove_him() -> None:
        found = store.get(ALPHA, COMMON, Tenant, TENANT_KEY)
        assert found is not None
        left = tuple(each for each in found.administrators if each != "user-9")
        store.commit(ALPHA, COMMON, [change(found, replace(found, administrators=left))])

    store.meanwhile = remove_him
    answer = client.post(f"/v1/companies/{ids.COMPANY}/statements/{ids.STATEMENT}/validation", {})

    assert answer.problem == "forbidden"
    assert kept(world)[ids.COMPANY] == before[ids.COMPANY]


@pytest.mark.parametrize("loss", [take_away, narrow])
def test_a_task_whose_author_lost_his_access_meanwhile_does_nothing(
    loss: Callable[[MemoryStore], None],
) -> None:
    """A task outlives the request in which its author was asked."""
    store = MemoryStore()
    world = world_of(store)
    client = Client(world.ports, "alpha", MEMBER, is_administrator=False)
    path = f"/v1/companies/{ids.COMPANY}/statements/{ids.STATEMENT}/validation"
    begun = client.send("POST", path, headers={"prefer": "respond-async"})
    before = store.get(ALPHA, ids.COMPANY, StatementRecord, ids.STATEMENT)
    loss(store)

    perform(world.ports, task_of(world.runs.works[0]))

    task = Client(world.ports, "alpha").get(f"/v1/companies/{ids.COMPANY}/tasks/{begun.body['id']}")
    assert begun.status == 202
    assert task.body["state"] == "failed"
    assert store.get(ALPHA, ids.COMPANY, StatementRecord, ids.STATEMENT) == before


def test_who_only_reads_is_not_led_to_an_export(world: World) -> None:
    begun = Client(world.ports, "alpha").send(
        "POST", f"/v1/companies/{ids.COMPANY}/journal-export", body="{}"
    )
    perform(world.ports, task_of(world.runs.works[0]))
    member = Membership(MEMBER, ids.COMPANY, ())
    world.store.load(ALPHA, ids.COMPANY, [member])
    path = f"/v1/companies/{ids.COMPANY}/tasks/{begun.body['id']}"

    reader = Client(world.ports, "alpha", MEMBER, is_administrator=False).get(path)

    mine = Client(world.ports, "alpha").get(path)
    assert reader.status == mine.status == 200
    different = {name for name in mine.body if mine.body[name] != reader.body[name]}
    assert different == {"file"}
