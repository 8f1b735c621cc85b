"""What really lies in the tables: the items of the records as they are, and nothing else."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest

from rappro.adapters.dynamodb.items import placed_entry, placed_marker, placed_record
from rappro.adapters.dynamodb.lines import LineState, placed_state
from rappro.adapters.dynamodb.store import DynamoStore
from rappro.adapters.indexing import entries_of, hints_of
from rappro.domain.errors import StoreConflict
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.records import (
    LineRecord,
)
from rappro.domain.writes import (
    Record,
    change,
    create,
    remove,
)
from tests.contract.conftest import TABLES
from tests.contract.samples import bank_entry, filled, journal_entry, line, open_item, statement
from tests.contract.test_store_evidence import World

pytestmark = pytest.mark.emulator


def everything_of(dynamodb: Any, tenant: TenantId) -> dict[tuple[str, str, str], Any]:
    """Return every item of a tenant in all tables, by table and key."""
    found = {}
    for table in (TABLES.books, TABLES.statements, TABLES.feeds):
        for page in dynamodb.get_paginator("scan").paginate(TableName=table):
            for item in page["Items"]:
                if item["pk"]["S"].startswith(f"{tenant}#"):
                    found[table, item["pk"]["S"], item["sk"]["S"]] = item
    return found


def items_of(
    tenant: str, company: str, records: list[Any], *, has_hints: bool = False
) -> dict[tuple[str, str, str], Any]:
    """Return what should be there for some records, perhaps with the hints that items left."""
    placed = []
    for record in records:
        own = placed_record(tenant, company, record)
        placed.append(own)
        entries = {*entries_of(record), *(hints_of(record) if has_hints else ())}
        placed += [placed_entry(tenant, company, record, entry, own) for entry in entries]
        if isinstance(record, LineRecord):
            placed.append(placed_marker(tenant, company, record))
    return {(TABLES.name(p.key.table), p.key.pk, p.key.sk): p.item for p in placed}


def test_the_tables_hold_the_records_and_their_index_items_and_nothing_else(
    dynamo_store: DynamoStore, dynamodb: Any, tenant: TenantId, company: CompanyId
) -> None:
    """After many changes: no index item is missing, stale or left over, but for hints."""
    world = World(seed=21)
    for number in range(80):
        dynamo_store.commit(tenant, company, [world.next_write(number)])

    records: list[Any] = [*world.items.values(), *world.entries.values()]
    expected = items_of(tenant, company, records, has_hints=True)
    assert everything_of(dynamodb, tenant) == expected

    for start in range(0, len(records), 8):
        dynamo_store.commit(tenant, company, [remove(r) for r in records[start : start + 8]])
    assert everything_of(dynamodb, tenant) == {}


def test_a_load_leaves_exactly_the_items_of_what_it_loaded(
    dynamo_store: DynamoStore, dynamodb: Any, tenant: TenantId, company: CompanyId
) -> None:
    """Over what was there before, twice, in another order."""
    older: list[Record] = [
        open_item("i1", 500, party="C1"), open_item("i2", 600),
        bank_entry("e1", 5, cheque_no="77123"),
        statement("s1", journal="BQ"), journal_entry("j1", journal="BQ"),
    ]  # fmt: skip
    newer: list[Any] = [
        open_item("i1", 900, party="C2"), open_item("i2", 600, residual=0),
        bank_entry("e1", 6, account="511200"), statement("s1", journal="CA", to=date(2024, 5, 5)),
        journal_entry("j1", journal="VE"), line("s1", 1), line("s1", 2), line("s1", 700),
    ]  # fmt: skip
    dynamo_store.load(tenant, company, older)

    dynamo_store.load(tenant, company, newer)
    dynamo_store.load(tenant, company, newer[::-1])

    stored = [replace(record, version=1) for record in newer]
    assert everything_of(dynamodb, tenant) == items_of(tenant, company, stored)


def test_the_state_of_a_line_has_the_fields_that_may_change_and_no_other() -> None:
    """With the defaults that the line has: what is left out of the state reads the same."""
    changing = {field.name: field for field in fields(LineState)}
    of_line = {field.name: field for field in fields(LineRecord)}
    assert of_line.keys() - changing.keys() == {"id", "statement_id", "line"}
    assert changing.keys() < of_line.keys()
    for name in changing.keys() - {"journal"}:
        assert changing[name].default == of_line[name].default

    said = filled(LineRecord)
    state = placed_state("t1", "company-1", replace(said, version=2))
    assert said.line.label not in state.item["doc"]["S"]


def test_a_refused_commit_leaves_no_item(
    dynamo_store: DynamoStore, dynamodb: Any, tenant: TenantId, company: CompanyId
) -> None:
    item = open_item("i1", 500)
    dynamo_store.commit(tenant, company, [create(item)])
    before = everything_of(dynamodb, tenant)
    stale = replace(item, version=2)

    for writes in (
        [create(line("s1", 1)), create(bank_entry("e1", 5)), change(stale, stale)],
        [remove(stale)],
        [create(item)],
    ):
        with pytest.raises(StoreConflict):
            dynamo_store.commit(tenant, company, writes)

    assert everything_of(dynamodb, tenant) == before
    assert before == items_of(tenant, company, [replace(item, version=1)])
