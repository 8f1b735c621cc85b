"""The lines of a statement: all of them, in order, and none before their statement is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from rappro.adapters.dynamodb.store import DynamoStore
from rappro.domain.errors import InvalidRequest, StoreConflict
from rappro.domain.ids import CompanyId, LineId, MatchId, StatementId, TenantId
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
from tests.contract.conftest import TABLES
from tests.contract.samples import filled, line, statement

if TYPE_CHECKING:
    from tests.contract.conftest import Aws

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


def matched(store: Store, tenant: TenantId, company: CompanyId, position: int) -> LineRecord:
    """Change a line as a match does, and return it as it is then."""
    read = store.get(tenant, company, LineRecord, f"s1/{position}")
    assert read is not None
    after = replace(read, match_id=MatchId("m1"), vetoes=("b", "a"), known_as="s0/1")
    store.commit(tenant, company, [change(read, after)])
    return replace(after, version=read.version + 1)


def test_a_load_that_comes_late_does_not_undo_what_became_of_the_lines(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    """As by a worker that stood still while another one imported and matched the same file."""
    lines = [line("s1", position) for position in (1, 2, 3, 500, 501)]
    store.load(tenant, company, lines)
    store.commit(tenant, company, [create(statement("s1"))])
    once, far = matched(store, tenant, company, 2), matched(store, tenant, company, 500)
    twice = replace(once, match_id=None, generation=1)
    store.commit(tenant, company, [change(once, twice)])
    removed = store.get(tenant, company, LineRecord, "s1/3")
    assert removed is not None
    store.commit(tenant, company, [remove(removed), remove(far)])

    store.load(tenant, company, lines)

    first, last = replace(lines[0], version=1), replace(lines[-1], version=1)
    left = [first, replace(twice, version=3), last]
    assert list(store.lines(tenant, company, S1)) == left
    assert list(store.lines(tenant, company, S1, after=1, limit=2)) == left[1:]
    assert list(store.lines(tenant, company, S1, after=2, limit=1)) == left[2:]
    assert store.get(tenant, company, LineRecord, "s1/2") == left[1]
    assert store.get(tenant, company, LineRecord, "s1/3") is None
    keys = [each.key for each in lines]
    assert list(store.get_many(tenant, company, LineRecord, keys).values()) == left
    again = matched(store, tenant, company, 2)
    assert store.get(tenant, company, LineRecord, "s1/2") == again


def test_lines_that_were_cleared_are_loaded_as_new(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    """Whatever became of them before, changed or removed."""
    lines = [line("s1", position) for position in (1, 2)]
    store.load(tenant, company, lines)
    store.commit(tenant, company, [create(statement("s1"))])
    matched(store, tenant, company, 1)
    store.commit(tenant, company, [remove(matched(store, tenant, company, 2))])

    store.clear_lines(tenant, company, S1)
    assert list(store.lines(tenant, company, S1)) == []
    store.load(tenant, company, lines)

    assert list(store.lines(tenant, company, S1)) == [replace(read, version=1) for read in lines]


def test_a_removed_line_may_be_created_again(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    store.commit(tenant, company, [create(statement("s1")), create(line("s1", 1))])
    store.commit(tenant, company, [remove(matched(store, tenant, company, 1))])

    store.commit(tenant, company, [create(line("s1", 1))])

    assert list(store.lines(tenant, company, S1)) == [replace(line("s1", 1), version=1)]


@pytest.mark.parametrize("is_cleared", [True, False])
def test_a_line_that_is_gone_is_neither_changed_nor_removed(
    store: Store, tenant: TenantId, company: CompanyId, *, is_cleared: bool
) -> None:
    """By somebody who read it while it was there: as it was loaded, or changed since."""
    store.load(tenant, company, [line("s1", 1), line("s1", 2)])
    store.commit(tenant, company, [create(statement("s1"))])
    loaded = store.get(tenant, company, LineRecord, "s1/1")
    changed = matched(store, tenant, company, 2)
    assert loaded is not None
    if is_cleared:
        store.clear_lines(tenant, company, S1)
    else:
        store.commit(tenant, company, [remove(loaded), remove(changed)])

    for read in (loaded, changed):
        for write in (change(read, read), remove(read)):
            with pytest.raises(StoreConflict):
                store.commit(tenant, company, [write])
    assert list(store.lines(tenant, company, S1)) == []


@pytest.mark.emulator
@pytest.mark.parametrize("call", range(4))
def test_no_line_is_changed_while_its_statement_is_cleared(
    database: Aws, dynamo_store: DynamoStore, tenant: TenantId, company: CompanyId, call: int
) -> None:
    """By somebody who read it before, between any two writes of the clearing; or it counts not."""
    lines = [line("s1", 1), line("s1", 2)]
    dynamo_store.load(tenant, company, lines)
    dynamo_store.commit(tenant, company, [create(statement("s1"))])
    read = dynamo_store.get(tenant, company, LineRecord, "s1/1")
    assert read is not None
    matched(dynamo_store, tenant, company, 2)
    client: Any = database.client("dynamodb")
    number, refused = count(), []

    def step(**_: Any) -> None:
        if next(number) == call:
            try:
                dynamo_store.commit(tenant, company, [change(read, replace(read, generation=7))])
            except StoreConflict:
                refused.append(call)

    client.meta.events.register("before-call.dynamodb.BatchWriteItem", step)
    DynamoStore(client, TABLES).clear_lines(tenant, company, S1)

    assert next(number) == 4  # closed, lines, what became of them, its mark
    assert refused == ([call] if call else [])
    dynamo_store.load(tenant, company, lines)
    again = list(dynamo_store.lines(tenant, company, S1))
    assert again == [replace(each, version=1) for each in lines]


def test_many_first_changes_of_a_block_share_one_check(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    """Its mark stands for the lines that were read; of a block that is not there, none changes."""
    lines = [replace(line("s1", position), version=1) for position in (1, 2, 3, 500)]
    store.load(tenant, company, lines)
    writes = [change(each, replace(each, generation=4)) for each in lines]
    assert [store.weight(writes[:3]), store.weight(writes)] == [4, 6]

    far = replace(line("s1", 5_000), version=1)
    with pytest.raises(StoreConflict):
        store.commit(tenant, company, [*writes, change(far, replace(far, generation=4))])
    store.commit(tenant, company, [*writes, create(line("s1", 4))])
    store.commit(tenant, company, [create(statement("s1"))])

    found = {each.line.position: each.generation for each in store.lines(tenant, company, S1)}
    assert found == {1: 4, 2: 4, 3: 4, 4: 0, 500: 4}


def test_pages_of_changed_lines_are_as_long_as_of_others(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    """Any start, any length; some lines changed, some removed."""
    store.load(tenant, company, [line("s1", position) for position in range(490, 511)])
    store.commit(tenant, company, [create(statement("s1"))])
    for position in (490, 491, 495, 497, 499, 500, 503, 508):
        touched = matched(store, tenant, company, position)
        if position in {491, 495, 499, 500}:
            store.commit(tenant, company, [remove(touched)])
    there = positions(store, tenant, company)
    assert there == sorted(set(range(490, 511)) - {491, 495, 499, 500})

    for after in range(488, 512):
        behind = [position for position in there if position > after]
        for limit in range(1, 9):
            assert positions(store, tenant, company, after=after, limit=limit) == behind[:limit]


def test_what_the_bank_said_is_not_changed(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    said = line("s1", 1)
    store.load(tenant, company, [said])
    read = replace(said, version=1)

    for other in (
        replace(said, line=replace(said.line, amount_minor=5)),
        replace(said, id=LineId("another")),
    ):
        with pytest.raises(InvalidRequest):
            store.commit(tenant, company, [change(read, other)])


def test_lines_of_several_statements_come_one_statement_after_another(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    """Of each as many as its record counts, past its own position; what is removed is not there."""
    counts = {"s1": 3, "s2": 1_203, "s3": 0, "s4": 2}
    made = [
        replace(statement(id_), line_count=count, deleted_count=0) for id_, count in counts.items()
    ]
    lines = [line(id_, n) for id_, count in counts.items() for n in range(1, count + 1)]
    store.load(tenant, company, [*lines, *made])
    second = store.get(tenant, company, LineRecord, "s1/2")
    assert second is not None
    store.commit(tenant, company, [remove(second)])

    parts = zip(made, (0, 400, 0, 1), strict=True)
    found = [record.key for record in store.lines_of(tenant, company, parts)]

    wanted = ["s1/1", "s1/3", *(f"s2/{n}" for n in range(401, 1_204)), "s4/2"]
    assert found == wanted


def test_lines_of_several_statements_are_asked_for_as_they_are_needed(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    """Who stops at the first line has asked for one statement."""
    made = [replace(statement(f"s{n}"), line_count=1, deleted_count=0) for n in range(9)]
    store.load(tenant, company, [*made, *(line(f"s{n}", 1) for n in range(9))])
    asked: list[str] = []

    def parts() -> Iterator[tuple[StatementRecord, int]]:
        for one in made:
            asked.append(one.id)
            yield one, 0

    assert next(store.lines_of(tenant, company, parts())).key == "s0/1"
    assert asked == ["s0"]
