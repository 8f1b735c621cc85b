"""A validated statement's report is frozen once, and stays as it was whatever comes later."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from typing import BinaryIO

import pytest

from rappro.adapters.memory import MemoryBlobs
from rappro.domain.books import BankEntry
from rappro.domain.errors import NotFound, StoreUnavailable
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.records import StatementStatus
from rappro.domain.report_snapshot import ReportSnapshot, report_bytes
from rappro.domain.settings import ImportProfile
from rappro.domain.writes import create
from rappro.use_cases.report import reconciliation_report
from rappro.use_cases.report_snapshots import get_snapshot, list_snapshots
from rappro.use_cases.validate_statement import validate_statement

from .desk import AUTHOR, COMPANY, NOVEMBER, NOW, Desk, camt
from .faulty import Faulty


def opened(store: Faulty | None = None) -> Desk:
    """A company whose statement holds a line that stays open."""
    profile = ImportProfile(is_intermediate_posting_skipped=True)
    desk = Desk(store=store).open_company(profile)
    desk.drop(camt(NOVEMBER))
    return desk


def validated(desk: Desk) -> Desk:
    validate_statement(desk.ports, desk.tenant, COMPANY, desk.statement().id, AUTHOR)
    return desk


def snapshots(desk: Desk) -> list[ReportSnapshot]:
    page = list_snapshots(desk.ports, desk.tenant, COMPANY, "BQ1", limit=50, cursor=None)
    return list(page.items)


def later_entry(name: str, amount_minor: int) -> BankEntry:
    return BankEntry(name, "BQ1", "512100", date(2026, 11, 2), amount_minor, "EUR", "OUBLI")


def test_the_report_at_the_closing_day_is_frozen_and_the_statement_links_to_it() -> None:
    desk = validated(opened())

    (found,) = snapshots(desk)
    statement = desk.statement()
    assert statement.report_id == found.id
    assert statement.closing is not None
    assert (found.statement_id, found.journal, found.on) == (
        statement.id, "BQ1", statement.closing.on,
    )  # fmt: skip
    assert (found.author, found.at) == (AUTHOR, NOW)
    assert (found.lines_count, found.entries_count, found.difference_minor) == (1, 0, 0)
    record, report = get_snapshot(desk.ports, desk.tenant, COMPANY, found.id)
    assert record == found
    assert report == reconciliation_report(desk.ports, desk.tenant, COMPANY, "BQ1", found.on)
    assert hashlib.sha256(report_bytes(report)).hexdigest() == found.sha256


def test_later_entries_change_the_report_and_not_the_frozen_one() -> None:
    desk = validated(opened())
    (found,) = snapshots(desk)
    _, before = get_snapshot(desk.ports, desk.tenant, COMPANY, found.id)

    desk.store.commit(desk.tenant, COMPANY, [create(later_entry("be_late", -777))])

    _, after = get_snapshot(desk.ports, desk.tenant, COMPANY, found.id)
    now = reconciliation_report(desk.ports, desk.tenant, COMPANY, "BQ1", found.on)
    assert after == before
    assert now.entries_minor == before.entries_minor - 777


def test_a_statement_that_is_not_validated_has_no_frozen_report() -> None:
    desk = opened()

    assert snapshots(desk) == []
    assert desk.statement().report_id is None
    with pytest.raises(NotFound):
        get_snapshot(desk.ports, desk.tenant, COMPANY, "rr_none")


def test_validating_again_freezes_nothing_again() -> None:
    desk = validated(opened())
    before = snapshots(desk)
    desk.store.commit(desk.tenant, COMPANY, [create(later_entry("be_late", -777))])

    assert snapshots(validated(desk)) == before


@pytest.mark.parametrize("is_after", [False, True])
def test_a_validation_that_dies_at_any_commit_ends_with_the_same_one(*, is_after: bool) -> None:
    expected, died = snapshots(validated(opened())), 0
    for step in range(1, 40):
        store = Faulty()
        desk = opened(store)
        store.fail_at, store.is_after, store.count = step, is_after, 0
        try:
            validated(desk)
        except StoreUnavailable:
            died += 1
            is_validated = desk.statement().status is StatementStatus.VALIDATED
            assert len(snapshots(desk)) == is_validated
            store.fail_at = None
            validated(desk)

        assert snapshots(desk) == expected
        if store.count < step:
            break
    assert died >= 3


class _DyingBlobs(MemoryBlobs):
    """Keeps a file and dies before saying so, once."""

    died = False

    def archive(self, tenant: TenantId, company: CompanyId, sha256: str, content: BinaryIO) -> str:
        is_report = b"rappro-reconciliation-report" in content.read()
        content.seek(0)
        name = super().archive(tenant, company, sha256, content)
        if is_report and not self.died:
            self.died = True
            raise StoreUnavailable("planned, after it was kept")
        return name


def test_what_comes_in_between_two_attempts_is_in_the_one_that_counts() -> None:
    """The first attempt died after its file was kept: no record names that file."""
    desk = opened()
    dying = _DyingBlobs()
    desk.ports = replace(desk.ports, blobs=dying)
    dying._sources, dying._documents = desk.blobs._sources, desk.blobs._documents
    with pytest.raises(StoreUnavailable):
        validated(desk)
    assert snapshots(desk) == []
    desk.store.commit(desk.tenant, COMPANY, [create(later_entry("be_between", -55))])

    (found,) = snapshots(validated(desk))

    _, report = get_snapshot(desk.ports, desk.tenant, COMPANY, found.id)
    assert [item.id for item in report.entries_not_on_bank] == ["be_between"]


def test_a_file_that_is_not_the_one_that_was_frozen_is_not_shown() -> None:
    desk = validated(opened())
    (found,) = snapshots(desk)
    desk.blobs._sources[desk.tenant, COMPANY, found.sha256] = b"{}"

    with pytest.raises(StoreUnavailable):
        get_snapshot(desk.ports, desk.tenant, COMPANY, found.id)
