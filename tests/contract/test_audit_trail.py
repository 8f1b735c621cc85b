"""The audit trail in both stores: written once, read by subject, period, author and name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rappro.adapters.trails import SCAN_ROWS_MAX
from rappro.domain.errors import InvalidRequest, StoreConflict
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.operations import AuditEvent
from rappro.domain.trail import TrailQuery
from rappro.domain.writes import Write, change, create, remove
from rappro.ports import WRITES_MAX_PER_COMMIT, Store

NOON = datetime(2024, 3, 1, 12, 0, tzinfo=UTC)
LINE, MATCH = "st_1/7", "ma_1"


def event(number: int, subject: str = LINE, *, author: str = "lea", **said: Any) -> AuditEvent:
    """A row of the trail, `number` minutes after noon."""
    at = NOON + timedelta(minutes=number)
    return AuditEvent(f"au_{number}", at, author, "edit_line", subject, after=said or None)


def keep(store: Store, tenant: TenantId, company: CompanyId, events: list[AuditEvent]) -> None:
    for start in range(0, len(events), WRITES_MAX_PER_COMMIT):
        part = events[start : start + WRITES_MAX_PER_COMMIT]
        store.commit(tenant, company, [create(each) for each in part])


def all_pages(store: Store, tenant: TenantId, company: CompanyId, **asked: Any) -> list[list[str]]:
    """Return the ids of every page."""
    found: list[list[str]] = []
    cursor: str | None = None
    while True:
        page = store.audit_events(tenant, company, cursor=cursor, **asked)
        found.append([each.id for each in page.items])
        cursor = page.cursor
        if cursor is None:
            return found


def test_a_row_is_read_by_its_key_as_it_was_written(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    written = event(1, "a/b#c d é", before={"x": [1, None]})

    keep(store, tenant, company, [written])

    kept = replace(written, version=1)
    assert store.get(tenant, company, AuditEvent, written.key) == kept
    assert store.get_many(tenant, company, AuditEvent, [written.key]) == {written.key: kept}
    assert store.audit_events(tenant, company, subjects=["a/b#c d é"]).items == (kept,)


@pytest.mark.parametrize("key", ["au_1", "st_1/7/au_1", "/2024-03-01T12:00:00+00:00/au_1"])
def test_what_is_no_key_of_a_row_is_refused(
    store: Store, tenant: TenantId, company: CompanyId, key: str
) -> None:
    with pytest.raises(InvalidRequest):
        store.get(tenant, company, AuditEvent, key)


def test_no_write_changes_or_removes_a_row(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    """Neither a commit nor a load, also not beside other writes; the row stays as it was."""
    keep(store, tenant, company, [event(1)])
    kept = replace(event(1), version=1)
    forged = replace(kept, author="someone else")
    attempts = [change(kept, forged), change(kept, kept), remove(kept), Write(event(1), forged)]

    for attempt in attempts:
        with pytest.raises(InvalidRequest, match="once"):
            store.commit(tenant, company, [attempt])
        with pytest.raises(InvalidRequest, match="once"):
            store.commit(tenant, company, [create(event(2)), attempt])
    with pytest.raises(StoreConflict):
        store.commit(tenant, company, [create(replace(event(1), author="someone else"))])
    with pytest.raises(InvalidRequest, match="committed"):
        store.load(tenant, company, [forged])

    assert store.audit_events(tenant, company).items == (kept,)
    assert store.audit_events(tenant, company, subjects=[LINE]).items == (kept,)


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_the_rows_of_several_subjects_are_one_list_newest_first(
    store: Store, tenant: TenantId, company: CompanyId, limit: int
) -> None:
    subjects = [LINE, MATCH, LINE, "ma_2", MATCH, "other", LINE]
    events = [event(number, subject) for number, subject in enumerate(subjects)]
    keep(store, tenant, company, events)

    asked: dict[str, Any] = {"subjects": [LINE, MATCH, MATCH, "ma_2", "never"], "limit": limit}
    pages = all_pages(store, tenant, company, **asked)

    ids = ["au_6", "au_4", "au_3", "au_2", "au_1", "au_0"]
    assert pages == [ids[start : start + limit] for start in range(0, len(ids), limit)]


@pytest.mark.parametrize("subjects", [(), (LINE, MATCH)])
def test_a_period_starts_at_its_first_instant_and_ends_before_its_last(
    store: Store, tenant: TenantId, company: CompanyId, subjects: tuple[str, ...]
) -> None:
    keep(store, tenant, company, [event(n, (LINE, MATCH)[n % 2]) for n in range(8)])
    query = TrailQuery(since=NOON + timedelta(minutes=2), until=NOON + timedelta(minutes=5))

    asked: dict[str, Any] = {"query": query, "subjects": subjects}

    assert all_pages(store, tenant, company, limit=2, **asked) == [["au_4", "au_3"], ["au_2"]]
    assert all_pages(store, tenant, company, limit=3, **asked) == [["au_4", "au_3", "au_2"]]


def test_rows_are_chosen_by_author_and_by_what_they_name(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    events = [
        event(0, MATCH, entries=[{"id": "je_1"}, {"id": "je_2"}]),
        event(1, author="paul"),
        event(2, "je_1", author="paul"),
        event(3, note="je_10"),
    ]
    keep(store, tenant, company, events)

    def ids(**wanted: Any) -> list[str]:
        page = store.audit_events(tenant, company, query=TrailQuery(**wanted))
        assert page.cursor is None
        return [each.id for each in page.items]

    assert ids(author="paul") == ["au_2", "au_1"]
    assert ids(author="pau") == []
    assert ids(names=("je_1",)) == ["au_2", "au_0"]
    assert ids(names=("je_2", LINE)) == ["au_3", "au_1", "au_0"]
    assert ids(author="lea", names=("je_1",)) == ["au_0"]


def test_a_page_looks_at_so_many_rows_and_its_cursor_goes_on_behind_them(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    rare = {0: "paul", SCAN_ROWS_MAX + 1: "paul"}
    events = [event(n, author=rare.get(n, "lea")) for n in range(SCAN_ROWS_MAX + 2)]
    keep(store, tenant, company, events)

    pages = all_pages(store, tenant, company, query=TrailQuery(author="paul"), limit=10)

    assert pages == [[f"au_{SCAN_ROWS_MAX + 1}"], ["au_0"]]


def test_a_cursor_is_of_one_question(store: Store, tenant: TenantId, company: CompanyId) -> None:
    keep(store, tenant, company, [event(n) for n in range(3)])
    questions: list[dict[str, Any]] = [
        {}, {"subjects": [LINE]}, {"subjects": [MATCH, LINE]},
        {"query": TrailQuery(author="lea")}, {"query": TrailQuery(names=(LINE,))},
    ]  # fmt: skip
    cursors = [
        store.audit_events(tenant, company, limit=1, **question).cursor for question in questions
    ]

    for asked, question in enumerate(questions):
        for given, cursor in enumerate(cursors):
            if asked == given:
                store.audit_events(tenant, company, limit=1, cursor=cursor, **question)
            else:
                with pytest.raises(InvalidRequest):
                    store.audit_events(tenant, company, limit=1, cursor=cursor, **question)


def test_more_subjects_than_are_read_together_are_refused(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    with pytest.raises(InvalidRequest, match="200"):
        store.audit_events(tenant, company, subjects=[f"s{n}" for n in range(201)])
