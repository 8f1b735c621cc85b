"""One worker a bank connection, and what becomes of one that was paused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from rappro.adapters.memory.clock import FixedClock
from rappro.adapters.memory.store import MemoryStore
from rappro.domain.errors import LeaseHeld, StoreConflict
from rappro.domain.feeds import FeedMail
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.writes import create
from rappro.ports import Ports
from rappro.use_cases.feed_lease import LEASE_SECONDS, acquire, ask_again, release, was_asked

TENANT, COMPANY = TenantId("alpha"), CompanyId("acme")
NOW = datetime(2026, 11, 2, 7, 30, tzinfo=UTC)
MAIL = FeedMail("m1", "bnp", ("compta@example.test",), "Objet", "Texte", NOW)


@pytest.fixture
def ports() -> Ports:
    absent: Any = None  # nothing else is asked
    return Ports(MemoryStore(), absent, absent, absent, absent, FixedClock(NOW))


def wait(ports: Ports, seconds: int) -> None:
    cast("FixedClock", ports.clock).advance(timedelta(seconds=seconds))


def test_two_workers_never_have_a_connection_at_once(ports: Ports) -> None:
    acquire(ports, TENANT, COMPANY, "bnp", "w1")

    with pytest.raises(LeaseHeld):
        acquire(ports, TENANT, COMPANY, "bnp", "w2")


def test_a_worker_that_was_paused_beyond_its_lease_commits_nothing(ports: Ports) -> None:
    paused = acquire(ports, TENANT, COMPANY, "bnp", "w1")
    wait(ports, LEASE_SECONDS + 1)
    acquire(ports, TENANT, COMPANY, "bnp", "w2")

    with pytest.raises(StoreConflict):
        paused.commit([create(MAIL)])

    assert ports.store.all(TENANT, COMPANY, FeedMail) == []


def test_a_worker_that_was_paused_leaves_the_lease_of_the_next_one_alone(ports: Ports) -> None:
    paused = acquire(ports, TENANT, COMPANY, "bnp", "w1")
    wait(ports, LEASE_SECONDS + 1)
    following = acquire(ports, TENANT, COMPANY, "bnp", "w2")

    release(paused)

    following.commit([create(MAIL)])
    assert [mail.id for mail in ports.store.all(TENANT, COMPANY, FeedMail)] == ["m1"]


def test_a_released_connection_is_free_at_once(ports: Ports) -> None:
    release(acquire(ports, TENANT, COMPANY, "bnp", "w1"))

    assert acquire(ports, TENANT, COMPANY, "bnp", "w2").lease.holder == "w2"


def test_who_asks_meanwhile_is_remembered_once(ports: Ports) -> None:
    work = acquire(ports, TENANT, COMPANY, "bnp", "w1")
    ask_again(ports, TENANT, COMPANY, "bnp")
    ask_again(ports, TENANT, COMPANY, "bnp")

    assert (was_asked(work), was_asked(work)) == (True, False)
