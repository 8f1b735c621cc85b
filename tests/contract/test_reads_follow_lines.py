"""What a run reads of the books grows with its lines, not with the backlog; counted, not timed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.matching.backlog import COMPANY, ITEMS_PER_PARTY, PRICES, RUN, STATEMENT, item
from benchmarks.matching.metering import EVIDENCE, Meter, MeteredStore, watch
from benchmarks.matching.reads import desk, fill, measure
from rappro.adapters.dynamodb import evidence
from rappro.adapters.dynamodb.keys import AMOUNT_SHARDS
from rappro.adapters.dynamodb.store import DynamoStore
from rappro.domain.ids import TenantId
from rappro.domain.matching.model import ENTRIES_OF_AMOUNT_MAX, ITEMS_OF_AMOUNT_MAX, Lookups
from rappro.use_cases.run_requests import RunRequest
from tests.contract.conftest import TABLES

if TYPE_CHECKING:
    from tests.contract.conftest import Aws

Measured = dict[str, Any]
KEYS = 80
"""What the fifty lines are looked up by: amounts, numbers, third parties."""
ITEMS_OF_PRICES_MAX = len(PRICES) * (2 * (ITEMS_OF_AMOUNT_MAX + 1) + ENTRIES_OF_AMOUNT_MAX + 1)
"""Of each price: a first look, then as many items and entries as the bounds allow."""


def in_process(size: int) -> Measured:
    meter = Meter()
    store = MeteredStore(meter)
    fill(store, size)
    return measure(desk(store), meter)


def test_fifty_lines_read_no_more_of_a_backlog_three_times_as_large() -> None:
    """Only what the bounds of a price leave may grow, and these are bounds."""
    smaller, larger = in_process(1_500), in_process(5_000)

    assert smaller["keys"] == larger["keys"] == KEYS
    assert smaller["matched"] > 20
    for found in (smaller[EVIDENCE], larger[EVIDENCE]):
        assert found["requests"] <= KEYS + 2 * len(PRICES)
        assert found["items"] <= KEYS * ITEMS_PER_PARTY + ITEMS_OF_PRICES_MAX
    assert larger[EVIDENCE]["units"] < smaller[EVIDENCE]["units"] * 1.2
    assert larger[EVIDENCE]["items"] < 5_500 / 3.5


def test_a_backlog_that_costs_less_than_its_lookups_is_read_whole() -> None:
    """A query costs a read unit whatever it finds; a unit holds about seven items."""
    found = in_process(300)

    assert found["keys"] == 64
    assert found[EVIDENCE]["requests"] == AMOUNT_SHARDS
    assert found[EVIDENCE]["items"] == 330
    assert found[EVIDENCE]["units"] < found["keys"]


@pytest.mark.emulator
@pytest.mark.parametrize("size", [300, 800])
def test_dynamodb_is_asked_what_the_store_in_process_is_charged_for(
    database: Aws, dynamo_store: DynamoStore, tenant: TenantId, size: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """But for the query by which DynamoDB's store sees for itself whether the backlog is small."""
    monkeypatch.setattr(evidence, "FEW_LOOKUPS", KEYS)
    fill(dynamo_store, size, tenant)
    meter, client = Meter(), database.client("dynamodb")
    watch(client, meter)

    found = measure(
        desk(DynamoStore(client, TABLES)), meter, RunRequest(tenant, COMPANY, STATEMENT, RUN, 1)
    )

    same = in_process(size)
    assert found["matched"] == same["matched"]
    asked, charged = found[EVIDENCE], same[EVIDENCE]
    assert asked["requests"] == charged["requests"]
    assert asked["items"] == charged["items"]
    assert abs(asked["units"] - charged["units"]) <= charged["units"] * 0.1


@pytest.mark.emulator
def test_a_backlog_of_one_price_is_not_taken_for_a_small_one(
    database: Aws, dynamo_store: DynamoStore, tenant: TenantId
) -> None:
    """All of them are in one part of the index: the other parts look as if there were nothing."""
    items = [
        replace(item(n), amount_minor=PRICES[0], residual_minor=PRICES[0],
                company_amount_minor=PRICES[0], company_residual_minor=PRICES[0])
        for n in range(700)
    ]  # fmt: skip
    dynamo_store.load(tenant, COMPANY, items)
    meter, client = Meter(), database.client("dynamodb")
    watch(client, meter)
    amounts = frozenset(("EUR", PRICES[0] + n) for n in range(evidence.FEW_LOOKUPS + 2))

    found = DynamoStore(client, TABLES).evidence(tenant, COMPANY, Lookups(amounts))

    assert len(found.open_items) == ITEMS_OF_AMOUNT_MAX + 1
    sampled = len(amounts) * evidence.ITEMS_PER_QUERY
    assert meter.items[EVIDENCE] <= sampled + 2 * (ITEMS_OF_AMOUNT_MAX + 1)
