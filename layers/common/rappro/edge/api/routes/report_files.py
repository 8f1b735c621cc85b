"""The reconciliation report as files, and the reports that were frozen (états arrêtés)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Annotated, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from rappro.documents.report_csv import report_csv
from rappro.documents.report_pdf import Seal, report_pdf
from rappro.domain.access import Permission
from rappro.domain.report import ReconciliationReport
from rappro.domain.report_snapshot import ReportSnapshot
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import (
    PAGE_BYTES_MAX,
    PAGE_ITEMS_DEFAULT,
    REPORT_CSV_ROWS_MAX,
    REPORT_ROWS_MAX,
)
from rappro.edge.api.models.reports import (
    FrozenReportContentOutput,
    FrozenReportOutput,
    FrozenReportPage,
)
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import (
    CompanyPath,
    Cursor,
    JournalPath,
    Limit,
    OptionalDay,
    ReportPath,
)
from rappro.use_cases import reads
from rappro.use_cases.report import reconciliation_report
from rappro.use_cases.report_snapshots import get_snapshot, list_snapshots

router = new_router()

CSV: Final = "text/csv"
PDF: Final = "application/pdf"
_ZONE: Final = ZoneInfo("Europe/Paris")
_PDF_BYTES_MAX: Final = PAGE_BYTES_MAX * 3 // 4
"""It travels as base64."""
_FORMS: Final = (
    " Of each list a bounded number of rows is shown, the rest as one row with its sum: totals are"
    " always of all."
)
_CSV_WORDS: Final = (
    "Semicolons, decimal commas, UTF-8 with a byte order mark; a text that a spreadsheet would run"
    " as a formula is led by an apostrophe." + _FORMS
)
_ON = Query(description="default: the day of the last closing balance")


@router.get(
    "/companies/<company>/journals/<journal>/reconciliation-report.csv",
    **documented(
        "getReconciliationReportCsv",
        "Download the reconciliation report as CSV",
        "The reconciliation report (état de rapprochement) at a date for a spreadsheet. "
        + _CSV_WORDS,
        permission=Permission.PRINT_RECONCILIATION,
        tag="reports",
        answer="The report, a row an item",
        may_conflict=True,
        media_type=CSV,
    ),
)
def get_report_csv(
    scope: ScopeGiven,
    company: CompanyPath,
    journal: JournalPath,
    on: Annotated[OptionalDay, _ON] = None,
) -> Response[str]:
    """Download the report as CSV."""
    return _csv(reconciliation_report(scope.ports, scope.tenant, company, journal, on))


@router.get(
    "/companies/<company>/journals/<journal>/reconciliation-report.pdf",
    **documented(
        "getReconciliationReportPdf",
        "Download the reconciliation report as PDF",
        "The reconciliation report (état de rapprochement) at a date, to print and sign: both"
        " balances, what each lacks with its age, their picture over a quarter." + _FORMS,
        permission=Permission.PRINT_RECONCILIATION,
        tag="reports",
        answer="The report on A4 sheets",
        may_conflict=True,
        media_type=PDF,
    ),
)
def get_report_pdf(
    scope: ScopeGiven,
    company: CompanyPath,
    journal: JournalPath,
    on: Annotated[OptionalDay, _ON] = None,
) -> Response[str]:
    """Download the report as PDF."""
    return _pdf(reconciliation_report(scope.ports, scope.tenant, company, journal, on))


@router.get(
    "/companies/<company>/journals/<journal>/reconciliation-reports",
    **documented(
        "listFrozenReports",
        "List the frozen reports of a journal",
        "Reports that were frozen as statements were validated (états de rapprochement arrêtés),"
        " newest period first. A page may hold fewer items than asked for, even none, and still"
        " have a next one. The list may lag a moment behind.",
        permission=Permission.READ,
        tag="reports",
        answer="One page of frozen reports, without their lists",
    ),
)
def list_frozen_reports(
    scope: ScopeGiven,
    company: CompanyPath,
    journal: JournalPath,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> FrozenReportPage:
    """List the frozen reports."""
    reads.get_journal(scope.ports, scope.tenant, company, journal)
    page = list_snapshots(
        scope.ports, scope.tenant, company, journal, limit=limit, cursor=cursor
    )  # fmt: skip
    items = [FrozenReportOutput.of(snapshot) for snapshot in page.items]
    return FrozenReportPage(items=items, next_cursor=page.cursor)


@router.get(
    "/companies/<company>/reconciliation-reports/<report>",
    **documented(
        "getFrozenReport",
        "Get a frozen report",
        "A report (état de rapprochement) as it was when its statement was validated, whatever was"
        " entered or matched since; with its hash, author and instant.",
        permission=Permission.READ,
        tag="reports",
        answer="The frozen report",
    ),
)
def get_frozen_report(
    scope: ScopeGiven, company: CompanyPath, report: ReportPath
) -> FrozenReportContentOutput:
    """Get a frozen report."""
    snapshot, found = get_snapshot(scope.ports, scope.tenant, company, report)
    return fitting(
        REPORT_ROWS_MAX, lambda rows: FrozenReportContentOutput.of(snapshot, found, rows)
    )


@router.get(
    "/companies/<company>/reconciliation-reports/<report>/report.csv",
    **documented(
        "getFrozenReportCsv",
        "Download a frozen report as CSV",
        "A report (état de rapprochement) as it was when its statement was validated. "
        + _CSV_WORDS,
        permission=Permission.PRINT_RECONCILIATION,
        tag="reports",
        answer="The frozen report, a row an item",
        media_type=CSV,
    ),
)
def get_frozen_csv(scope: ScopeGiven, company: CompanyPath, report: ReportPath) -> Response[str]:
    """Download a frozen report as CSV."""
    _, found = get_snapshot(scope.ports, scope.tenant, company, report)
    return _csv(found)


@router.get(
    "/companies/<company>/reconciliation-reports/<report>/report.pdf",
    **documented(
        "getFrozenReportPdf",
        "Download a frozen report as PDF",
        "A report (état de rapprochement) as it was when its statement was validated, to print and"
        " sign; each sheet names its hash, who validated and when." + _FORMS,
        permission=Permission.PRINT_RECONCILIATION,
        tag="reports",
        answer="The frozen report on A4 sheets",
        media_type=PDF,
    ),
)
def get_frozen_pdf(scope: ScopeGiven, company: CompanyPath, report: ReportPath) -> Response[str]:
    """Download a frozen report as PDF."""
    snapshot, found = get_snapshot(scope.ports, scope.tenant, company, report)
    return _pdf(found, snapshot)


def _csv(report: ReconciliationReport) -> Response[str]:
    content = _bounded(
        lambda rows: report_csv(report, rows_max=rows).encode(), REPORT_CSV_ROWS_MAX, PAGE_BYTES_MAX
    )
    headers = _attached(report, "csv")
    return Response(200, f"{CSV}; charset=utf-8", content.decode(), headers=headers)


def _pdf(report: ReconciliationReport, snapshot: ReportSnapshot | None = None) -> Response[str]:
    seal = None
    if snapshot is not None:
        made_on = snapshot.at.astimezone(_ZONE).date()
        seal = Seal(made_on, snapshot.author, snapshot.sha256)
    content = _bounded(
        lambda rows: report_pdf(report, rows_max=rows, seal=seal), REPORT_ROWS_MAX, _PDF_BYTES_MAX
    )
    text = base64.b64encode(content).decode()
    answer: Response[str] = Response(200, PDF, text, headers=_attached(report, "pdf"))
    answer.base64_encoded = True  # the gateway sends the bytes
    return answer


def _bounded(write: Callable[[int], bytes], rows: int, bytes_max: int) -> bytes:
    """Return what is written of at most so many rows a list, fewer until it is small enough."""
    content = write(rows)
    while rows > 1 and len(content) > bytes_max:
        rows //= 2
        content = write(rows)
    return content


def _attached(report: ReconciliationReport, ending: str) -> dict[str, str | list[str]]:
    """Return the header that names the file (RFC 6266): a plain name, and the real one."""
    name = f"etat-de-rapprochement-{report.journal}-{report.on.isoformat()}.{ending}"
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
    real = quote(name, safe="")
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{real}"
    }  # fmt: skip
