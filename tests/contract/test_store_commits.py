"""A commit is applied whole or not at all, on what was read, while its lease lasts."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

import pytest

from rappro.domain.books import (
    BankEntry,
    Journal,
    JournalEntry,
    OpenItem,
)
from rappro.domain.errors import InvalidRequest, StoreConflict, TooLarge
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.matching.model import Lookups
from rappro.domain.operations import (
    AuditEvent,
    Lease,
)
from rappro.domain.records import (
    LineRecord,
    Match,
)
from rappro.domain.writes import (
    Fence,
    Record,
    Write,
    change,
    create,
    put,
    remove,
)
from rappro.ports import ACTIONS_MAX_PER_COMMIT, WRITES_MAX_PER_COMMIT, Store
from tests.contract.samples import bank_entry, filled, journal_entry, line, open_item, settled

R = TypeVar("R", bound=Record)

FENCE = Fence(holder="run-1", token=7)


def stored(store: Store, tenant: TenantId, company: CompanyId, record: R) -> R:
    """Create a record and return it as it is stored."""
    store.commit(tenant, company, [create(record)])
    read = store.get(tenant, company, type(record), record.key)
    assert read is not None
    return read


def test_a_record_is_created_once(store: Store, tenant: TenantId, company: CompanyId) -> None:
    store.commit(tenant, company, [create(Journal("BQ", "first"))])

    with pytest.raises(StoreConflict):
        store.commit(tenant, company, [create(Journal("BQ", "second"))])

    assert store.get(tenant, company, Journal, "BQ") == Journal("BQ", "first", version=1)


def test_a_change_of_what_was_changed_meanwhile_is_refused(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    read = stored(store, tenant, company, Journal("BQ", "first"))
    store.commit(tenant, company, [change(read, replace(read, label="second"))])

    with pytest.raises(StoreConflict):
        store.commit(tenant, company, [change(read, replace(read, label="third"))])
    with pytest.raises(StoreConflict):
        store.commit(tenant, company, [remove(read)])

    assert store.get(tenant, company, Journal, "BQ") == Journal("BQ", "second", version=2)


def test_what_is_not_there_is_neither_changed_nor_removed(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    never = Journal("BQ", "never stored", version=1)

    with pytest.raises(StoreConflict):
        store.commit(tenant, company, [change(never, never)])
    with pytest.raises(StoreConflict):
        store.commit(tenant, company, [remove(never)])

    assert store.get(tenant, company, Journal, "BQ") is None


def test_a_version_that_is_yet_to_come_is_no_better_than_an_old_one(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    read = stored(store, tenant, company, Journal("BQ", "first"))
    ahead = replace(read, version=5)

    with pytest.raises(StoreConflict):
        store.commit(tenant, company, [change(ahead, ahead)])
    with pytest.raises(StoreConflict):
        store.commit(tenant, company, [remove(ahead)])

    assert store.get(tenant, company, Journal, "BQ") == read


def test_a_change_of_a_record_that_was_never_stored_creates_it(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    """Version 0 means that nothing is stored, whoever holds it."""
    fresh = Journal("BQ", "new")
    store.commit(tenant, company, [change(fresh, fresh)])
    assert store.get(tenant, company, Journal, "BQ") == Journal("BQ", "new", version=1)

    with pytest.raises(StoreConflict):
        store.commit(tenant, company, [change(fresh, fresh)])


@pytest.mark.parametrize("position", [0, 3, 6])
def test_one_conflict_anywhere_leaves_everything_as_it_was(
    store: Store, tenant: TenantId, company: CompanyId, position: int
) -> None:
    """No record, no index item and no list shows anything of a commit that was refused."""
    item = stored(store, tenant, company, open_item("i1", 500))
    entry = stored(store, tenant, company, bank_entry("e1", 500, third_party="C1"))
    taken = stored(store, tenant, company, Journal("BQ", "taken"))
    writes: list[Write] = [
        change(item, settled(item)),
        remove(entry),
        create(open_item("i2", 600)),
        create(bank_entry("e2", 700)),
        create(journal_entry("j1")),
        create(line("s1", 1)),
    ]
    writes.insert(position, create(taken))
    before = store.backlog(tenant, company)

    with pytest.raises(StoreConflict):
        store.commit(tenant, company, writes)

    assert store.backlog(tenant, company) == before
    assert store.ledger(tenant, company, "512000") == [entry]
    assert store.get(tenant, company, OpenItem, "i1") == item
    assert store.get(tenant, company, OpenItem, "i2") is None
    assert store.get(tenant, company, BankEntry, "e2") is None
    assert store.get(tenant, company, JournalEntry, "j1") is None
    assert store.get(tenant, company, LineRecord, "s1/1") is None
    assert store.entries(tenant, company).items == ()
    assert store.open_items(tenant, company).items == (item,)


def test_many_records_of_several_kinds_change_together(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    item = stored(store, tenant, company, open_item("i1", 500))
    match, entry, event = filled(Match), journal_entry("j1"), filled(AuditEvent)

    store.commit(
        tenant,
        company,
        [change(item, settled(item)), create(match), create(entry), create(event)],
    )

    assert store.backlog(tenant, company).open_items == ()
    assert store.get(tenant, company, Match, match.key) == replace(match, version=1)
    assert store.get(tenant, company, JournalEntry, "j1") == replace(entry, version=1)
    assert store.audit_events(tenant, company).items == (replace(event, version=1),)


def test_the_holder_of_the_lease_commits(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    stored(store, tenant, company, Lease(token=7, holder="run-1"))

    store.commit(tenant, company, [create(Journal("BQ", "a"))], fence=FENCE)
    store.commit(tenant, company, [], fence=FENCE)

    assert store.get(tenant, company, Journal, "BQ") is not None


@pytest.mark.parametrize(
    "lease",
    [
        None,
        Lease(token=8, holder="run-1"),
        Lease(token=6, holder="run-1"),
        Lease(token=7, holder="run-2"),
        Lease(token=7, holder=None),
    ],
    ids=["no lease", "taken again", "older", "another holder", "released"],
)
def test_a_passed_fence_blocks_the_whole_commit(
    store: Store, tenant: TenantId, company: CompanyId, lease: Lease | None
) -> None:
    if lease is not None:
        stored(store, tenant, company, lease)

    with pytest.raises(StoreConflict):
        store.commit(tenant, company, [create(Journal("BQ", "a"))], fence=FENCE)
    with pytest.raises(StoreConflict):
        store.commit(tenant, company, [], fence=FENCE)

    assert store.get(tenant, company, Journal, "BQ") is None


def test_the_lease_itself_may_be_written_under_its_own_fence(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    lease = stored(store, tenant, company, Lease(token=7, holder="run-1"))
    other = Fence("run-2", 7)

    with pytest.raises(StoreConflict):
        store.commit(tenant, company, [change(lease, lease)], fence=other)
    store.commit(
        tenant,
        company,
        [change(lease, replace(lease, holder=None)), create(Journal("BQ", "a"))],
        fence=FENCE,
    )

    assert store.get(tenant, company, Lease, "WRITER") == Lease(token=7, holder=None, version=2)
    with pytest.raises(StoreConflict):
        store.commit(tenant, company, [create(Journal("VE", "b"))], fence=FENCE)


def test_a_fence_of_another_company_proves_nothing(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    stored(store, tenant, company, Lease(token=7, holder="run-1"))

    with pytest.raises(StoreConflict):
        store.commit(tenant, CompanyId("company-2"), [create(Journal("BQ", "a"))], fence=FENCE)


def test_a_commit_of_nothing_does_nothing(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    store.commit(tenant, company, [])

    assert store.backlog(tenant, company).open_items == ()


JOURNAL = Journal("BQ", "bank")


@pytest.mark.parametrize(
    "writes",
    [
        [Write(None, None)],
        [Write(JOURNAL, None)],
        [create(JOURNAL), create(JOURNAL)],
        [Write(None, replace(JOURNAL, version=2))],
        [Write(None, JOURNAL)],
        [Write(replace(JOURNAL, version=1), replace(JOURNAL, version=1))],
        [Write(replace(JOURNAL, version=1), replace(JOURNAL, version=3))],
        [change(replace(JOURNAL, version=1), Journal("VE", "sales"))],
        [change(replace(JOURNAL, version=1), open_item("BQ", 5))],
    ],
    ids=[
        "nothing", "removes what was never stored", "twice the same", "created at version 2",
        "created at version 0", "version stays", "version jumps", "another key", "another kind",
    ],
)  # fmt: skip
def test_a_write_that_makes_no_sense_is_refused(
    store: Store, tenant: TenantId, company: CompanyId, writes: Sequence[Write]
) -> None:
    with pytest.raises(InvalidRequest):
        store.commit(tenant, company, writes)

    assert store.all(tenant, company, Journal) == []


def test_the_number_of_writes_is_bounded(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    writes = [create(Journal(f"J{number}", "x")) for number in range(WRITES_MAX_PER_COMMIT + 1)]

    with pytest.raises(TooLarge):
        store.commit(tenant, company, writes)
    assert store.all(tenant, company, Journal) == []

    store.commit(tenant, company, writes[:-1])
    assert len(store.all(tenant, company, Journal)) == WRITES_MAX_PER_COMMIT


def test_the_weight_of_writes_is_bounded(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    """The fence's check counts as one action more."""
    stored(store, tenant, company, Lease(token=7, holder="run-1"))
    writes: list[Write] = []
    while store.weight(writes) < ACTIONS_MAX_PER_COMMIT - 10:
        writes.append(create(bank_entry(f"e{len(writes)}", 5, cheque_no=f"{len(writes)}0012345")))
    while store.weight(writes) < ACTIONS_MAX_PER_COMMIT:
        writes.append(create(Journal(f"J{len(writes)}", "x")))
    assert len(writes) <= WRITES_MAX_PER_COMMIT
    assert store.weight(writes) == ACTIONS_MAX_PER_COMMIT

    with pytest.raises(TooLarge):
        store.commit(tenant, company, writes, fence=FENCE)
    assert store.all(tenant, company, Journal) == []

    store.commit(tenant, company, writes)
    assert len(store.backlog(tenant, company).bank_entries) == len(
        [write for write in writes if isinstance(write.after, BankEntry)]
    )


def test_a_write_weighs_its_record_and_its_index_items(store: Store) -> None:
    item = replace(open_item("i1", 500, number="no digits"), version=1)
    entry = replace(bank_entry("e1", 500), version=1)

    assert store.weight([]) == 0
    assert store.weight([create(Journal("BQ", "x"))]) == 1
    assert store.weight([create(item)]) == 3  # itself, its amount, its third party
    assert store.weight([change(item, settled(item))]) == 3  # both index items go
    assert store.weight([change(item, settled(item, by=100))]) == 4  # amount goes, comes; party
    assert store.weight([create(entry)]) == 3  # itself, the ledger, its amount
    assert store.weight([create(line("s1", 1)), create(line("s1", 2))]) == 5  # one block
    assert store.weight([create(line("s1", 1)), create(line("s1", 2000))]) == 6
    loaded = replace(line("s1", 1), version=1)
    changed = replace(loaded, version=2)
    assert store.weight([change(loaded, loaded)]) == 2  # its state, and that the line is there
    assert store.weight([change(changed, changed)]) == 1
    assert store.weight([remove(loaded)]) == store.weight([remove(changed)]) == 2


def test_a_record_too_large_to_be_kept_is_refused(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    large = replace(filled(AuditEvent), before={"text": "é" * 160_000})
    long = replace(open_item("i1", 500), label="x" * 300_001)
    fits = replace(open_item("i2", 500), label="x" * 290_000)

    for record in (large, long):
        with pytest.raises(TooLarge):
            store.commit(tenant, company, [create(Journal("BQ", "x")), create(record)])
    store.commit(tenant, company, [create(fits)])

    assert store.get(tenant, company, Journal, "BQ") is None
    assert store.get(tenant, company, OpenItem, "i2") == replace(fits, version=1)


def test_an_amount_that_is_no_integer_is_never_stored(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    wrong = replace(bank_entry("e1", 500), amount_minor=5.5)  # type: ignore[arg-type]

    with pytest.raises(InvalidRequest):
        store.commit(tenant, company, [create(wrong)])
    with pytest.raises(InvalidRequest):
        store.load(tenant, company, [wrong])

    assert store.ledger(tenant, company, "512000") == []


def attempt(store: Store, tenant: TenantId, company: CompanyId, writes: Sequence[Write]) -> bool:
    """Commit until somebody wins: say whether it was us."""
    try:
        store.commit(tenant, company, writes)
    except StoreConflict:
        return False
    return True


def test_fifty_at_once_on_one_open_item_have_one_winner(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    """Everything of the winner is there, nothing of the others, and the residual went down once."""
    item = stored(store, tenant, company, open_item("i1", 500))
    half = settled(item, by=200)

    with ThreadPoolExecutor(16) as pool:
        wins = list(
            pool.map(
                lambda number: attempt(
                    store,
                    tenant,
                    company,
                    [change(item, half), create(journal_entry(f"j{number}"))],
                ),
                range(50),
            )
        )

    assert wins.count(True) == 1
    assert store.get(tenant, company, OpenItem, "i1") == replace(half, version=2)
    found = store.entries(tenant, company).items
    assert [entry.id for entry in found] == [f"j{wins.index(True)}"]
    whole, left = (Lookups(amounts=frozenset({("EUR", minor)})) for minor in (500, 300))
    assert store.evidence(tenant, company, whole).open_items == ()
    assert store.evidence(tenant, company, left).open_items == (replace(half, version=2),)


def test_fifty_alike_at_once_have_one_winner(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    """Even when all want to write the very same thing, only one is told that it did."""
    read = stored(store, tenant, company, Journal("BQ", "first"))
    same = [change(read, replace(read, label="second"))]

    with ThreadPoolExecutor(16) as pool:
        wins = list(pool.map(lambda _: attempt(store, tenant, company, same), range(50)))

    assert wins.count(True) == 1
    assert store.get(tenant, company, Journal, "BQ") == Journal("BQ", "second", version=2)


def test_a_record_may_be_created_again_after_its_removal(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    """The same creation within minutes is a new one, not a repeat of the first."""
    for _ in range(3):
        item = stored(store, tenant, company, open_item("i1", 500))
        assert store.backlog(tenant, company).open_items == (item,)
        store.commit(tenant, company, [remove(item)])
        assert store.backlog(tenant, company).open_items == ()


def test_put_creates_then_changes(store: Store, tenant: TenantId, company: CompanyId) -> None:
    store.commit(tenant, company, [put(None, Journal("BQ", "a"))])
    read = store.get(tenant, company, Journal, "BQ")
    store.commit(tenant, company, [put(read, Journal("BQ", "b"))])

    assert store.get(tenant, company, Journal, "BQ") == Journal("BQ", "b", version=2)
