"""Lists come whole and in order, page after page, and a cursor is good for its own list only."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from rappro.domain.books import (
    Company,
    JournalEntry,
    OpenItem,
)
from rappro.domain.errors import InvalidRequest
from rappro.domain.feeds import FeedRun
from rappro.domain.ids import CompanyId, TenantId, ThirdPartyId
from rappro.domain.operations import (
    AuditEvent,
    ImportTrace,
)
from rappro.domain.records import (
    StatementRecord,
)
from rappro.domain.writes import (
    Page,
    change,
    create,
    remove,
)
from rappro.ports import Store
from tests.contract.samples import (
    bank_entry,
    filled,
    journal_entry,
    open_item,
    settled,
    statement,
)  # fmt: skip

DAY = date(2024, 3, 1)
NOON = datetime(2024, 3, 1, 12, 0, tzinfo=UTC)

List = Callable[..., Page[Any]]


def lists_of(store: Store, tenant: TenantId, company: CompanyId) -> dict[str, List]:
    """Return every list of the store, by name, each taking a limit and a cursor."""
    party = ThirdPartyId("C1")

    def bound(method: Callable[..., Page[Any]], *more: Any, **named: Any) -> List:
        return lambda **page: method(tenant, company, *more, **named, **page)

    return {
        "statements": bound(store.statements),
        "statements of a journal": bound(store.statements, journal="BQ"),
        "entries": bound(store.entries),
        "entries of a journal": bound(store.entries, journal="BQ"),
        "open items": bound(store.open_items),
        "open items of a third party": bound(store.open_items, third_party=party),
        "audit events": bound(store.audit_events),
        "import traces": bound(store.import_traces),
        "feed runs": bound(store.feed_runs, "f1"),
    }


LISTS = (
    "statements", "statements of a journal", "entries", "entries of a journal", "open items",
    "open items of a third party", "audit events", "import traces", "feed runs",
)  # fmt: skip


def fill(
    store: Store, tenant: TenantId, company: CompanyId, count: int = 13
) -> dict[str, list[str]]:
    """Put `count` records on each list, others beside them, and return the ids as lists show them.

    Days and instants come in no order and some twice, so that ids decide.
    """
    order = Random(4).sample(range(count), count)
    days = [DAY + timedelta(days=number // 2) for number in order]
    instants = [NOON + timedelta(microseconds=number // 2) for number in order]
    statements = [statement(f"s{n}", to=days[n]) for n in range(count)]
    entries = [journal_entry(f"j{n:02d}", on=days[n]) for n in range(count)]
    items = [open_item(f"i{n:02d}", 100 + n, due=days[n]) for n in range(count)]
    audit = [replace(filled(AuditEvent), id=f"a{n}", at=instants[n]) for n in range(count)]
    traces = [replace(filled(ImportTrace), id=f"t{n}", at=instants[n]) for n in range(count)]
    runs = [
        replace(filled(FeedRun), id=f"r{n}", connection_id="f1", at=instants[n])
        for n in range(count)
    ]
    beside: list[Any] = [
        statement("other", journal="CA"),
        statement("none", journal=None),
        journal_entry("other", journal="VE"),
        open_item("other", 5, party="C2"),
        open_item("settled", 5, residual=0),
        bank_entry("e1", 5, third_party="C1"),
        replace(runs[0], connection_id="f2"),
    ]
    store.load(tenant, company, [*statements, *entries, *items, *traces, *runs, *beside])
    store.commit(tenant, company, [create(event) for event in audit])

    def newest(records: Sequence[Any], when: str) -> list[str]:
        first = sorted(records, key=lambda record: record.id)
        return [r.id for r in sorted(first, key=lambda r: getattr(r, when), reverse=True)]

    def oldest(records: Sequence[Any], when: str) -> list[str]:
        return [r.id for r in sorted(records, key=lambda r: (getattr(r, when), r.id))]

    return {
        "statements": newest([*statements, *beside[:2]], "period_to"),
        "statements of a journal": newest(statements, "period_to"),
        "entries": oldest([*entries, beside[2]], "date"),
        "entries of a journal": oldest(entries, "date"),
        "open items": oldest([*items, beside[3]], "due_date"),
        "open items of a third party": oldest(items, "due_date"),
        "audit events": newest(audit, "at"),
        "import traces": newest(traces, "at"),
        "feed runs": newest(runs, "at"),
    }


def pages(list_: List, limit: int) -> list[list[str]]:
    """Return the ids of every page."""
    found: list[list[str]] = []
    cursor: str | None = None
    while True:
        page = list_(limit=limit, cursor=cursor)
        found.append([record.id for record in page.items])
        cursor = page.cursor
        if cursor is None:
            return found


@pytest.mark.parametrize("limit", [2, 13, 14, 100])
def test_pages_together_are_the_whole_list_in_order(
    store: Store, tenant: TenantId, company: CompanyId, limit: int
) -> None:
    """Every page but the last is full; none is empty; the last one has no cursor."""
    expected = fill(store, tenant, company)
    assert tuple(expected) == LISTS

    for name, list_ in lists_of(store, tenant, company).items():
        ids = expected[name]
        assert pages(list_, limit) == [
            ids[start : start + limit] for start in range(0, len(ids), limit)
        ], name


def test_an_empty_list_is_one_empty_page(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    for list_ in lists_of(store, tenant, company).values():
        assert pages(list_, 10) == [[]]


@pytest.mark.parametrize("name", LISTS)
def test_a_cursor_is_refused_everywhere_but_in_its_own_list(
    store: Store, tenant: TenantId, other_tenant: TenantId, company: CompanyId, name: str
) -> None:
    """Of another list, another journal, another company, another tenant: all are refused."""
    scopes = [
        (tenant, company), (tenant, CompanyId("company-2")), (other_tenant, company),
    ]  # fmt: skip
    for scope in scopes:
        fill(store, *scope, count=3)
    cursors = {
        (scope, list_name): list_(limit=1).cursor
        for scope in scopes
        for list_name, list_ in lists_of(store, *scope).items()
    }
    narrower = [
        store.feed_runs(tenant, company, "f1", limit=1).cursor,
        store.entries(tenant, company, journal="BQ", limit=1).cursor,
    ]
    list_ = lists_of(store, tenant, company)[name]

    for (scope, list_name), cursor in cursors.items():
        assert cursor is not None
        if (scope, list_name) == ((tenant, company), name):
            assert len(list_(limit=1, cursor=cursor).items) == 1
        else:
            with pytest.raises(InvalidRequest):
                list_(limit=1, cursor=cursor)
    for cursor in narrower:
        with pytest.raises(InvalidRequest):
            store.feed_runs(tenant, company, "f2", cursor=cursor)
        with pytest.raises(InvalidRequest):
            store.entries(tenant, company, journal="VE", cursor=cursor)


@pytest.mark.parametrize("name", LISTS)
def test_a_made_up_cursor_is_refused(
    store: Store, tenant: TenantId, company: CompanyId, name: str
) -> None:
    fill(store, tenant, company, count=3)
    list_ = lists_of(store, tenant, company)[name]
    real = list_(limit=1).cursor
    assert real is not None
    key = base64.urlsafe_b64encode(f'{{"pk":"{tenant}#{company}#I#i1"}}'.encode()).decode()
    other = "B" if real[0] == "A" else "A"
    forged = [
        "", "x", "é", "====", "a" * 500, key, real[1:], real[:10], other + real[1:], real[:16],
    ]  # fmt: skip

    for cursor in forged:
        with pytest.raises(InvalidRequest):
            list_(limit=1, cursor=cursor)


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_page_has_bounds(store: Store, tenant: TenantId, company: CompanyId, limit: int) -> None:
    for list_ in lists_of(store, tenant, company).values():
        with pytest.raises(InvalidRequest):
            list_(limit=limit)


def test_a_list_goes_on_after_a_record_that_is_gone(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    """The cursor says after where, not after what."""
    store.load(tenant, company, [open_item(f"i{n}", 5, due=DAY) for n in range(4)])
    page = store.open_items(tenant, company, limit=2)
    last = page.items[-1]
    store.commit(tenant, company, [remove(last)])

    rest = store.open_items(tenant, company, limit=2, cursor=page.cursor)

    assert [item.id for item in rest.items] == ["i2", "i3"]
    assert rest.cursor is None


def test_lists_follow_changes(store: Store, tenant: TenantId, company: CompanyId) -> None:
    """A settled item leaves, a moved entry moves, a re-dated statement changes place."""
    item, entry = open_item("i1", 500), journal_entry("j1")
    old, new = statement("s1", to=DAY), statement("s2", to=DAY + timedelta(days=9))
    store.commit(tenant, company, [create(record) for record in (item, entry, old, new)])
    assert [s.id for s in store.statements(tenant, company, journal="BQ").items] == ["s2", "s1"]

    read = [
        store.get(tenant, company, kind, key)
        for kind, key in ((OpenItem, "i1"), (JournalEntry, "j1"), (StatementRecord, "s1"))
    ]
    item, entry, old = read  # type: ignore[assignment]
    store.commit(
        tenant,
        company,
        [
            change(item, settled(item)),
            change(entry, replace(entry, journal="VE")),
            change(old, replace(old, period_to=DAY + timedelta(days=20), journal="CA")),
        ],
    )

    assert store.open_items(tenant, company).items == ()
    assert store.open_items(tenant, company, third_party=item.third_party).items == ()
    assert store.entries(tenant, company, journal="BQ").items == ()
    assert [e.id for e in store.entries(tenant, company, journal="VE").items] == ["j1"]
    assert [s.id for s in store.statements(tenant, company).items] == ["s1", "s2"]
    assert [s.id for s in store.statements(tenant, company, journal="BQ").items] == ["s2"]
    assert [s.id for s in store.statements_of_journal(tenant, company, "CA")] == ["s1"]


def test_the_statements_of_a_journal_come_oldest_first(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    """Without a period, a statement counts as the oldest."""
    days = [DAY + timedelta(days=number) for number in (5, 3, 9, 3)]
    made = [statement(f"s{n}", to=day) for n, day in enumerate(days)]
    undated = statement("undated", to=None)
    store.load(tenant, company, [*made, undated, statement("x", journal="CA")])

    found = store.statements_of_journal(tenant, company, "BQ")

    assert [record.id for record in found] == ["undated", "s1", "s3", "s0", "s2"]
    assert found[1] == replace(made[1], version=1)
    listed = store.statements(tenant, company, journal="BQ").items
    assert [record.id for record in listed] == ["s2", "s0", "s1", "s3", "undated"]
    assert store.statements_of_journal(tenant, company, "VE") == []


def test_a_list_of_statements_may_begin_past_the_place_of_one(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    """A place is a period's end and an id, whether a statement stands there or not."""
    days = [DAY + timedelta(days=number) for number in (5, 3, 9, 3)]
    made = [statement(f"s{n}", to=day) for n, day in enumerate(days)]
    store.load(tenant, company, [*made, statement("undated", to=None)])

    def listed(past: tuple[date | None, str], journal: str | None = None) -> list[str]:
        found: list[str] = []
        page = store.statements(tenant, company, journal=journal, past=past, limit=2)
        while True:
            found += [record.id for record in page.items]
            if page.cursor is None:
                return found
            page = store.statements(tenant, company, journal=journal, limit=2, cursor=page.cursor)

    assert listed((days[0], "s0")) == ["s1", "s3", "undated"]
    assert listed((days[1], "s1"), "BQ") == ["s3", "undated"]
    assert listed((days[2], "")) == ["s2", "s0", "s1", "s3", "undated"]
    assert listed((date.min, ""), "BQ") == ["undated"]
    assert listed((None, "undated")) == []


def test_companies_are_listed_by_id(store: Store, tenant: TenantId) -> None:
    ids = [CompanyId(text) for text in ("zeta", "alpha-2", "alpha")]
    for id_ in ids:
        store.commit(tenant, id_, [create(Company(id_, "name"))])
    store.commit(tenant, CompanyId("no-record"), [create(journal_entry("j1"))])
    assert store.companies(tenant) == ["alpha", "alpha-2", "zeta"]

    company = store.get(tenant, ids[0], Company, "COMPANY")
    assert company is not None
    store.commit(tenant, ids[0], [remove(company)])
    assert store.companies(tenant) == ["alpha", "alpha-2"]


def test_a_company_record_is_kept_in_its_own_company(store: Store, tenant: TenantId) -> None:
    with pytest.raises(InvalidRequest):
        store.commit(tenant, CompanyId("c1"), [create(Company(CompanyId("c2"), "name"))])

    assert store.companies(tenant) == []
