"""Frozen reports (états arrêtés): made as a statement is validated, read later as they were."""

from __future__ import annotations

import hashlib
from datetime import date
from io import BytesIO

from rappro.domain.errors import NotFound, StoreUnavailable
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.records import LineRecord, StatementRecord, StatementStatus
from rappro.domain.report import ReconciliationReport
from rappro.domain.report_snapshot import (
    ReportSnapshot,
    read_report,
    report_bytes,
    snapshot_of,
)
from rappro.domain.writes import Page
from rappro.ports import Ports
from rappro.use_cases import reads
from rappro.use_cases.filters import StatementFilter
from rappro.use_cases.report import reconciliation_report


def freeze_report(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementRecord,
    *, lines: tuple[LineRecord, ...], author: str, validation_round: int,
) -> ReportSnapshot:  # fmt: skip
    """Keep the report at a statement's closing day; return its record, for the caller to commit.

    It is kept under its hash, so that another attempt writes it again or beside it, never over it:
    the record that is committed names the one that counts.
    """
    on = _closing_day(statement, lines)
    report = reconciliation_report(
        ports, tenant, company, statement.journal or "", on, validating=statement.id
    )
    content = report_bytes(report)
    made = snapshot_of(
        report, content, statement.id, author=author, at=ports.clock.now(),
        validation_round=validation_round,
    )  # fmt: skip
    ports.blobs.archive(tenant, company, made.sha256, BytesIO(content))
    return made


def _closing_day(statement: StatementRecord, lines: tuple[LineRecord, ...]) -> date | None:
    """Return the day of the closing balance; without one the period's end, else the last line's."""
    if statement.closing is not None:
        return statement.closing.on
    return statement.period_to or max((line.line.booking_date for line in lines), default=None)


def get_snapshot(
    ports: Ports, tenant: TenantId, company: CompanyId, snapshot: str
) -> tuple[ReportSnapshot, ReconciliationReport]:
    """Return a frozen report and its record.

    Raises NotFound, and StoreUnavailable when what is kept is not what was frozen.
    """
    found = ports.store.get(tenant, company, ReportSnapshot, snapshot)
    if found is None:
        raise NotFound(f"no frozen report {snapshot}")
    with ports.blobs.open_source(tenant, company, found.sha256) as file:
        content = file.read()
    if hashlib.sha256(content).hexdigest() != found.sha256:
        raise StoreUnavailable(f"frozen report {snapshot} is not the one that was kept")
    return found, read_report(content)


def list_snapshots(
    ports: Ports, tenant: TenantId, company: CompanyId, journal: str,
    *, limit: int, cursor: str | None,
) -> Page[ReportSnapshot]:  # fmt: skip
    """Return one page of a journal's frozen reports, the newest period first."""
    wanted = StatementFilter(journal, StatementStatus.VALIDATED)
    page = reads.list_statements(ports, tenant, company, wanted, limit=limit, cursor=cursor)
    keys = [s.report_id for s in page.items if s.report_id is not None]
    found = ports.store.get_many(tenant, company, ReportSnapshot, keys)
    return Page([found[key] for key in keys if key in found], page.cursor)
