"""Two tenants with the same company and the same ids never see anything of each other."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from rappro.domain.access import Membership, Permission, Tenant
from rappro.domain.books import (
    BankEntry,
    Company,
    Journal,
    JournalEntry,
    OpenItem,
)
from rappro.domain.errors import InvalidRequest, StoreConflict
from rappro.domain.feeds import FeedRun, StagedTransaction
from rappro.domain.ids import CompanyId, MatchId, StatementId, TenantId, ThirdPartyId
from rappro.domain.matching.model import Lookups
from rappro.domain.matching.references import item_tokens
from rappro.domain.operations import (
    AuditEvent,
    ImportTrace,
    Lease,
    Run,
)
from rappro.domain.records import (
    LineRecord,
    StatementRecord,
    UnfinishedMatch,
)
from rappro.domain.tasks import Task
from rappro.domain.unfinished import UnfinishedValidation
from rappro.domain.writes import (
    Fence,
    change,
    create,
    remove,
)
from rappro.ports import Evidence, Store
from tests.contract.samples import (
    bank_entry,
    filled,
    journal_entry,
    line,
    open_item,
    statement,
)  # fmt: skip

ITEM = open_item("i1", 500)
EVERYTHING = Lookups(
    amounts=frozenset({("EUR", 500), ("EUR", 700)}),
    references=item_tokens(ITEM),
    third_parties=frozenset({ThirdPartyId("C1")}),
)

READS: dict[str, Callable[[Store, TenantId, CompanyId], Any]] = {
    "get": lambda s, t, c: [
        s.get(t, c, kind, key)
        for kind, key in (
            (OpenItem, "i1"), (BankEntry, "e1"), (StatementRecord, "s1"), (LineRecord, "s1/1"),
            (Journal, "BQ"), (JournalEntry, "j1"), (Company, "COMPANY"), (Lease, "WRITER"),
        )
    ],
    "get_many": lambda s, t, c: s.get_many(t, c, OpenItem, ["i1", "i2"]),
    "all": lambda s, t, c: s.all(t, c, Journal),
    "find": lambda s, t, c: s.find(
        t, [(c, Company, "COMPANY"), (c, Membership, "u1"), (c, Tenant, "TENANT")]
    ),
    "memberships": lambda s, t, c: s.memberships(t, "u1"),
    "under_way": lambda s, t, c: [s.under_way(t, c).matches, s.under_way(t, c).validations],
    "companies": lambda s, t, c: s.companies(t),
    "statements": lambda s, t, c: [
        s.statements(t, c).items, s.statements(t, c, journal="BQ").items,
    ],
    "statements_of_journal": lambda s, t, c: s.statements_of_journal(t, c, "BQ"),
    "lines": lambda s, t, c: list(s.lines(t, c, StatementId("s1"))),
    "lines_of": lambda s, t, c: list(s.lines_of(t, c, [(statement("s1"), 0)])),
    "ledger": lambda s, t, c: s.ledger(t, c, "512000"),
    "entries": lambda s, t, c: [s.entries(t, c).items, s.entries(t, c, journal="BQ").items],
    "open_items": lambda s, t, c: [
        s.open_items(t, c).items, s.open_items(t, c, third_party=ThirdPartyId("C1")).items,
    ],
    "evidence": lambda s, t, c: s.evidence(t, c, EVERYTHING),
    "backlog": lambda s, t, c: s.backlog(t, c),
    "audit_events": lambda s, t, c: [
        s.audit_events(t, c).items,
        s.audit_events(t, c, subjects=[filled(AuditEvent).subject]).items,
    ],
    "audit_events_since": lambda s, t, c: s.audit_events_since(t, c),
    "runs": lambda s, t, c: s.runs(t, c).items,
    "tasks": lambda s, t, c: s.tasks(t, c).items,
    "import_traces": lambda s, t, c: s.import_traces(t, c).items,
    "feed_runs": lambda s, t, c: s.feed_runs(t, c, "f1").items,
    "staged": lambda s, t, c: s.staged(t, c, "fa1"),
}  # fmt: skip
WRITES = ("commit", "load", "clear_lines")
BLIND = ("weight",)  # reads and writes nothing


def records(mark: str) -> list[Any]:
    """Return records under the same ids for everybody; `mark` says whose they are."""
    return [
        replace(ITEM, label=mark),
        replace(bank_entry("e1", 700, third_party="C1"), label=mark),
        replace(statement("s1"), source_name=mark),
        line("s1", 1, label=mark),
        Journal("BQ", mark),
        Membership("u1", CompanyId("company-1"), (Permission.READ,)),
        Tenant((mark,)),
        UnfinishedMatch(MatchId("m1"), mark),
        UnfinishedValidation(StatementId("s1")),
        replace(journal_entry("j1"), label=mark),
        Company(CompanyId("company-1"), mark),
        Lease(token=3, holder=mark),
        replace(filled(ImportTrace), name=mark),
        replace(filled(Run), error_detail=mark),
        replace(filled(Task), author=mark),
        replace(filled(FeedRun), connection_id="f1", detail=mark),
        replace(filled(StagedTransaction), account_id="fa1", doubt=mark),
        replace(filled(AuditEvent), author=mark),
    ]


def load(store: Store, tenant: TenantId, company: CompanyId, mark: str) -> None:
    """Load the records; a row of the trail is committed."""
    *loaded, event = records(mark)
    store.load(tenant, company, loaded)
    store.commit(tenant, company, [create(event)])


def seen(store: Store, tenant: TenantId, company: CompanyId) -> dict[str, Any]:
    return {name: read(store, tenant, company) for name, read in READS.items()}


def test_every_method_of_the_store_is_held_to_it() -> None:
    methods = {name for name, _ in inspect.getmembers(Store, inspect.isfunction) if name[0] != "_"}

    assert methods == {*READS, *WRITES, *BLIND}
    for name in methods - {"weight"}:
        assert list(inspect.signature(getattr(Store, name)).parameters)[1] == "tenant"


@pytest.mark.parametrize("is_loaded", [True, False], ids=["loaded", "committed"])
def test_a_tenant_sees_nothing_of_another(
    store: Store, tenant: TenantId, other_tenant: TenantId, company: CompanyId, is_loaded: bool
) -> None:
    empty = seen(store, tenant, company)
    assert empty["backlog"] == Evidence((), ())

    for owner in (other_tenant, tenant):
        if is_loaded:
            load(store, owner, company, owner)
        else:
            store.commit(owner, company, [create(record) for record in records(owner)])
        if owner == other_tenant:
            assert seen(store, tenant, company) == empty

    for owner, stranger in ((tenant, other_tenant), (other_tenant, tenant)):
        for name, found in seen(store, owner, company).items():
            text = repr(found)
            assert stranger not in text, name
            assert owner in text or name in {"companies", "memberships"}, name


def test_a_company_sees_nothing_of_another_of_its_tenant(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    neighbour = CompanyId("company-10")
    kept = [each for each in records("mine") if not isinstance(each, Company | Membership)]
    store.commit(tenant, company, [create(record) for record in kept])
    before = seen(store, tenant, company)

    assert all(not any(found) for found in map(_flat, seen(store, tenant, neighbour).values()))
    store.load(tenant, neighbour, [replace(ITEM, label="theirs")])
    assert seen(store, tenant, company) == before


def _flat(found: Any) -> list[Any]:
    if isinstance(found, Evidence):
        return [*found.open_items, *found.bank_entries]
    return [part for part in found if part]


def test_what_one_tenant_writes_changes_nothing_of_another(
    store: Store, tenant: TenantId, other_tenant: TenantId, company: CompanyId
) -> None:
    for owner in (tenant, other_tenant):
        store.commit(owner, company, [create(record) for record in records(owner)])
    before = seen(store, other_tenant, company)

    store.load(tenant, company, [replace(ITEM, label="loaded over")])
    for kind, key in ((BankEntry, "e1"), (Journal, "BQ"), (JournalEntry, "j1")):
        record = store.get(tenant, company, kind, key)
        assert record is not None
        store.commit(tenant, company, [remove(record)])
    header = store.get(tenant, company, StatementRecord, "s1")
    assert header is not None
    store.commit(tenant, company, [change(header, replace(header, journal="CA"))])
    store.clear_lines(tenant, company, StatementId("s1"))

    assert seen(store, other_tenant, company) == before


def test_a_record_read_by_one_tenant_is_no_key_to_another(
    store: Store, tenant: TenantId, other_tenant: TenantId, company: CompanyId
) -> None:
    """A write made from what somebody else stored fails like any write of something absent."""
    store.commit(tenant, company, [create(record) for record in records("mine")])
    item = store.get(tenant, company, OpenItem, "i1")
    assert item is not None

    with pytest.raises(StoreConflict):
        store.commit(other_tenant, company, [change(item, item)])
    with pytest.raises(StoreConflict):
        store.commit(other_tenant, company, [remove(item)])
    with pytest.raises(StoreConflict):
        store.commit(other_tenant, company, [create(ITEM)], fence=Fence("mine", 3))

    assert store.get(other_tenant, company, OpenItem, "i1") is None
    assert store.get(tenant, company, OpenItem, "i1") == item


BAD_IDS = [
    "",
    "a",
    "A1",
    "a#b",
    "t1#",
    "-a",
    "a/b",
    "a b",
    "a.b",
    "é1",
    "a" * 41,
    "a\n",
    "..",
    "ab\x00",
]


@pytest.mark.parametrize("bad", BAD_IDS)
def test_an_id_that_could_lead_out_of_a_tenant_is_refused_by_every_method(
    store: Store, tenant: TenantId, company: CompanyId, bad: str
) -> None:
    load(store, tenant, company, "mine")

    for name, read in READS.items():
        with pytest.raises(InvalidRequest):
            read(store, TenantId(bad), company)
        if name not in {"companies", "memberships"}:
            with pytest.raises(InvalidRequest):
                read(store, tenant, CompanyId(bad))
    for scope in ((TenantId(bad), company), (tenant, CompanyId(bad))):
        with pytest.raises(InvalidRequest):
            store.commit(*scope, [create(ITEM)])
        with pytest.raises(InvalidRequest):
            store.commit(*scope, [])
        with pytest.raises(InvalidRequest):
            store.load(*scope, [ITEM])
        with pytest.raises(InvalidRequest):
            store.load(*scope, [])


def test_names_that_run_into_each_other_stay_apart(store: Store) -> None:
    """Tenant "ab" with company "c1" is not tenant "ab-c1"; a prefix of an id is another id."""
    scopes = [
        (TenantId("run-ab"), CompanyId("c1")),
        (TenantId("run-ab"), CompanyId("c1-c2")),
        (TenantId("run-ab-c1"), CompanyId("c2")),
        (TenantId("run-a"), CompanyId("b-c1")),
    ]
    for number, scope in enumerate(scopes):
        store.load(*scope, [open_item("i1", number + 1)])

    for number, scope in enumerate(scopes):
        assert [item.amount_minor for item in store.backlog(*scope).open_items] == [number + 1]
        assert len(store.open_items(*scope).items) == 1
