"""Records go in and come back equal, whatever their kind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rappro.adapters.indexing import SMALL_KINDS
from rappro.adapters.scope import KEY_BYTES_MAX
from rappro.domain.books import (
    Journal,
    OpenItem,
)
from rappro.domain.errors import InvalidRequest
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.operations import AuditEvent
from rappro.domain.records import (
    LineRecord,
    StatementRecord,
)
from rappro.domain.writes import (
    change,
    create,
    remove,
)
from rappro.ports import Store
from tests.contract.samples import KINDS, filled, line, open_item

CHANGEABLE = [kind for kind in KINDS if kind is not AuditEvent]  # see test_audit_trail.py


@pytest.mark.parametrize("kind", CHANGEABLE, ids=[kind.__name__ for kind in CHANGEABLE])
def test_a_record_of_any_kind_lives_its_life(
    store: Store, tenant: TenantId, company: CompanyId, kind: type[Any]
) -> None:
    """Created, read alone and among others, changed, removed: always exactly what was written."""
    record = filled(kind)
    assert store.get(tenant, company, kind, record.key) is None

    store.commit(tenant, company, [create(record)])
    created = store.get(tenant, company, kind, record.key)
    assert created == replace(record, version=1)
    assert store.get_many(tenant, company, kind, [record.key]) == {record.key: created}

    store.commit(tenant, company, [change(created, created)])
    changed = store.get(tenant, company, kind, record.key)
    assert changed == replace(record, version=2)

    store.commit(tenant, company, [remove(changed)])
    assert store.get(tenant, company, kind, record.key) is None
    assert store.get_many(tenant, company, kind, [record.key]) == {}


@pytest.mark.parametrize("kind", CHANGEABLE, ids=[kind.__name__ for kind in CHANGEABLE])
def test_a_loaded_record_is_there_once_at_version_one(
    store: Store, tenant: TenantId, company: CompanyId, kind: type[Any]
) -> None:
    record = filled(kind)

    store.load(tenant, company, [record])
    store.load(tenant, company, [record])

    assert store.get(tenant, company, kind, record.key) == replace(record, version=1)


@pytest.mark.parametrize("kind", sorted(SMALL_KINDS, key=str))
def test_all_records_of_a_small_kind_are_read_by_key(
    store: Store, tenant: TenantId, company: CompanyId, kind: type[Any]
) -> None:
    records = [filled(kind, number) for number in (3, 1, 2, 20)]

    store.load(tenant, company, records)

    ordered = sorted(records, key=lambda record: str(record.key))
    assert store.all(tenant, company, kind) == [replace(record, version=1) for record in ordered]


@pytest.mark.parametrize("kind", [OpenItem, LineRecord, StatementRecord])
def test_all_records_of_a_large_kind_are_never_read_at_once(
    store: Store, tenant: TenantId, company: CompanyId, kind: type[Any]
) -> None:
    with pytest.raises(InvalidRequest):
        store.all(tenant, company, kind)


def test_many_keys_are_read_at_once_and_absent_ones_are_left_out(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    """More than one batch of DynamoDB (100), asked twice for some, with strangers among them."""
    records = [line("s1", position) for position in range(1, 231)]
    store.load(tenant, company, records)
    keys = [record.key for record in records]

    found = store.get_many(tenant, company, LineRecord, [*keys, "s1/999", "s2/1", *keys[:5]])

    assert found == {record.key: replace(record, version=1) for record in records}
    assert list(found) == keys
    assert store.get_many(tenant, company, LineRecord, []) == {}


def test_a_load_of_many_records_is_whole(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    records = [open_item(f"i{number}", number + 1) for number in range(300)]

    store.load(tenant, company, iter(records))
    store.load(tenant, company, iter(records))

    assert {item.id for item in store.backlog(tenant, company).open_items} == {
        item.id for item in records
    }
    assert len(store.backlog(tenant, company).open_items) == len(records)


def test_a_load_over_older_records_leaves_nothing_of_them(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    """Index items of what was there before would show an item that no longer is."""
    older = [open_item("i1", 500, party="C1"), open_item("i2", 700, party="C1")]
    newer = [open_item("i1", 900, party="C2"), open_item("i2", 700, residual=0, party="C1")]

    store.load(tenant, company, older)
    store.load(tenant, company, newer)

    backlog = store.backlog(tenant, company)
    assert backlog.open_items == (replace(newer[0], version=1),)
    assert store.open_items(tenant, company, third_party=older[0].third_party).items == ()


def test_the_last_of_a_record_given_twice_to_a_load_stays(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    journals = [Journal("BQ", "first"), Journal("BQ", "last")]

    store.load(tenant, company, journals)

    assert store.all(tenant, company, Journal) == [Journal("BQ", "last", version=1)]


def test_what_was_read_cannot_be_changed_through_it(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    """Some records hold a dict; changing it in hand changes nothing that is stored."""
    record = filled(StatementRecord)
    store.commit(tenant, company, [create(record)])

    read = store.get(tenant, company, StatementRecord, record.key)
    assert read is not None
    assert read.level_counts is not None
    read.level_counts["A"] = 99
    assert record.level_counts is not None
    record.level_counts["B"] = 99

    again = store.get(tenant, company, StatementRecord, record.key)
    assert again is not None
    assert again.level_counts == {"A": 3, "B": 0}


@pytest.mark.parametrize("key", ["", "x" * 1001, "é" * 501])
def test_a_key_that_cannot_be_one_is_refused(
    store: Store, tenant: TenantId, company: CompanyId, key: str
) -> None:
    with pytest.raises(InvalidRequest):
        store.get(tenant, company, OpenItem, key)
    with pytest.raises(InvalidRequest):
        store.get_many(tenant, company, OpenItem, [key])
    with pytest.raises(InvalidRequest):
        store.commit(tenant, company, [create(open_item(key, 5))])
    with pytest.raises(InvalidRequest):
        store.load(tenant, company, [open_item(key, 5)])


@pytest.mark.parametrize("key", ["s1", "s1/", "s1/0", "s1/01", "s1/-1", "/1", "s1/1 "])
def test_a_line_is_asked_for_by_statement_and_position(
    store: Store, tenant: TenantId, company: CompanyId, key: str
) -> None:
    with pytest.raises(InvalidRequest):
        store.get(tenant, company, LineRecord, key)


@pytest.mark.parametrize("key", ["a#b", "a/b", "#", "..", "é €", "%23", "x" * KEY_BYTES_MAX, " "])
def test_any_other_text_may_be_a_key(
    store: Store, tenant: TenantId, company: CompanyId, key: str
) -> None:
    item = open_item(key, -(2**63), number="N1")
    store.commit(tenant, company, [create(item)])

    assert store.get(tenant, company, OpenItem, key) == replace(item, version=1)
    assert store.backlog(tenant, company).open_items == (replace(item, version=1),)
