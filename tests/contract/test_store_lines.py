"""The lines of a statement: all of them, in order, and none before their statement is there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rappro.domain.ids import CompanyId, StatementId, TenantId
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
from tests.contract.samples import filled, line, statement

S1 = StatementId("s1")


def positions(
    store: Store, tenant: TenantId, company: CompanyId, *, after: int = 0, limit: int | None = None
) -> list[int]:
    return [
        record.line.position
        for record in store.lines(tenant, company, S1, after=after, limit=limit)
    ]


def test_lines_are_invisible_until_their_statement_is_there(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    lines = [line("s1", position) for position in (1, 2, 3)]
    store.load(tenant, company, lines)
    assert list(store.lines(tenant, company, S1)) == []

    store.commit(tenant, company, [create(statement("s1"))])
    assert list(store.lines(tenant, company, S1)) == [replace(read, version=1) for read in lines]

    header = store.get(tenant, company, StatementRecord, "s1")
    assert header is not None
    store.commit(tenant, company, [remove(header)])
    assert list(store.lines(tenant, company, S1)) == []


def test_a_long_statement_comes_whole_and_in_order(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    """Over several blocks of keys; loaded in no order, and twice."""
    count = 1203
    lines = [line("s1", position) for position in range(count, 0, -1)]
    store.load(tenant, company, lines)
    store.load(tenant, company, lines[:700])
    store.commit(tenant, company, [create(statement("s1"))])

    assert positions(store, tenant, company) == list(range(1, count + 1))
    assert positions(store, tenant, company, after=499, limit=3) == [500, 501, 502]
    assert positions(store, tenant, company, after=500, limit=1) == [501]
    assert positions(store, tenant, company, limit=601) == list(range(1, 602))
    assert positions(store, tenant, company, after=1000) == list(range(1001, count + 1))
    assert positions(store, tenant, company, after=count) == []
    assert positions(store, tenant, company, after=5000) == []
    assert positions(store, tenant, company, limit=0) == []


def test_lines_with_gaps_are_all_found(store: Store, tenant: TenantId, company: CompanyId) -> None:
    """Whatever the header says: lines may have been deleted, or added by hand far behind."""
    store.load(tenant, company, [line("s1", position) for position in (3, 499, 500, 4000)])
    store.commit(tenant, company, [create(replace(statement("s1"), line_count=1))])
    store.commit(tenant, company, [create(line("s1", 9_999_999)), create(line("s1", 1500))])
    assert positions(store, tenant, company) == [3, 499, 500, 1500, 4000, 9_999_999]

    gone = store.get(tenant, company, LineRecord, "s1/1500")
    assert gone is not None
    store.commit(tenant, company, [remove(gone)])
    assert positions(store, tenant, company) == [3, 499, 500, 4000, 9_999_999]


def test_a_changed_line_is_read_as_it_is_now(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    before = filled(LineRecord)
    before = replace(before, statement_id=S1, line=replace(before.line, position=7))
    store.load(tenant, company, [before])
    store.commit(tenant, company, [create(statement("s1"))])

    read = store.get(tenant, company, LineRecord, "s1/7")
    assert read is not None
    store.commit(tenant, company, [change(read, replace(read, generation=9))])

    assert list(store.lines(tenant, company, S1)) == [replace(before, generation=9, version=2)]


def test_lines_of_statements_with_names_alike_stay_apart(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    for id_ in ("s1", "s1#00000", "00000#s1", "s"):
        store.load(tenant, company, [line(id_, position) for position in range(1, 4)])
        store.commit(tenant, company, [create(statement(id_))])

    for id_ in ("s1", "s1#00000", "00000#s1", "s"):
        found = list(store.lines(tenant, company, StatementId(id_)))
        assert [record.key for record in found] == [f"{id_}/1", f"{id_}/2", f"{id_}/3"]


@pytest.mark.parametrize("after", [-1, -1000])
def test_a_start_before_the_first_line_is_the_first_line(
    store: Store, tenant: TenantId, company: CompanyId, after: int
) -> None:
    store.load(tenant, company, [line("s1", 1)])
    store.commit(tenant, company, [create(statement("s1"))])

    assert positions(store, tenant, company, after=after) == [1]


def test_all_lines_of_a_statement_are_cleared_and_no_other_s(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    """Over several blocks of keys, the header still there or gone; and again."""
    store.load(tenant, company, [line("s1", position) for position in (1, 2, 499, 500, 1200)])
    store.load(tenant, company, [line("s2", 1)])
    store.commit(tenant, company, [create(statement("s1")), create(statement("s2"))])

    store.clear_lines(tenant, company, S1)
    store.clear_lines(tenant, company, S1)

    assert list(store.lines(tenant, company, S1)) == []
    assert store.get(tenant, company, LineRecord, "s1/500") is None
    assert len(list(store.lines(tenant, company, StatementId("s2")))) == 1
    assert store.get(tenant, company, StatementRecord, "s1") is not None

    store.commit(tenant, company, [create(line("s1", 1))])
    assert positions(store, tenant, company) == [1]
