"""A period that is closed while somebody posts into it: the commit looks at it, not only before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import pytest

from rappro.adapters.memory import MemoryStore
from rappro.domain.books import Company
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.operations import Lease, PieceCounter
from rappro.domain.writes import Fence, Held, Write, change
from rappro.edge.api import sample_ids as ids

from .client import Answer, Client
from .seeds import VALIDATED_MATCH, empty_world, seed

ALPHA = TenantId("alpha")
ROOT = f"/v1/companies/{ids.COMPANY}"


class Closing(MemoryStore):
    """A store in which the period is closed right before the commit that takes numbers."""

    closes = False

    def commit(
        self, tenant: TenantId, company: CompanyId, writes: Sequence[Write],
        *, fence: Fence | None = None, held: Sequence[Held] = (),
    ) -> None:  # fmt: skip
        if self.closes and not all(isinstance(write.after, Lease) for write in writes):
            self.closes = False
            found = self.get(ALPHA, ids.COMPANY, Company, "COMPANY")
            assert found is not None
            closed = replace(found, closed_until=date(2027, 12, 31))
            super().commit(ALPHA, ids.COMPANY, [change(found, closed)])
        super().commit(tenant, company, writes, fence=fence, held=held)


@pytest.mark.parametrize(
    "post",
    [
        pytest.param(
            lambda client: client.post(f"{ROOT}/statements/{ids.STATEMENT}/validation", {}),
            id="validation",
        ),
        pytest.param(
            lambda client: client.post(
                f"{ROOT}/matches/{VALIDATED_MATCH}/reversal", {"reason": "wrong customer"}
            ),
            id="reversal",
        ),
    ],
)
def test_nothing_is_posted_into_a_period_that_is_closed_meanwhile(
    post: Callable[[Client], Answer],
) -> None:
    store = Closing()
    world = replace(empty_world(), store=store)
    seed(world, "alpha", "ALPHA")
    client = Client(world.ports, "alpha")
    entries = store.entries(ALPHA, ids.COMPANY).items
    store.closes = True

    first, second = post(client), post(client)

    assert first.problem == "store_conflict"
    assert second.problem == "period_closed"
    assert store.entries(ALPHA, ids.COMPANY).items == entries
    assert store.all(ALPHA, ids.COMPANY, PieceCounter) == []


def test_both_are_posted_while_the_period_stays_open() -> None:
    store = Closing()
    world = replace(empty_world(), store=store)
    seed(world, "alpha", "ALPHA")
    client = Client(world.ports, "alpha")

    assert client.post(f"{ROOT}/statements/{ids.STATEMENT}/validation", {}).status == 200
    reversal = client.post(f"{ROOT}/matches/{VALIDATED_MATCH}/reversal", {"reason": "wrong"})
    assert reversal.status == 200
