"""The reconciliation report and the audit trail."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT, REPORT_ROWS_MAX
from rappro.edge.api.models.reports import AuditOutput, AuditPage, ReportOutput
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import CompanyPath, Cursor, JournalPath, Limit, OptionalDay
from rappro.use_cases import reads
from rappro.use_cases.report import reconciliation_report

router = new_router()


@router.get(
    "/companies/<company>/journals/<journal>/reconciliation-report",
    **documented(
        "getReconciliationReport",
        "Get the reconciliation report",
        "The reconciliation report (état de rapprochement) of a treasury journal at a date: both"
        " balances, the entries that are not on the bank, the lines that are not in the books, and"
        " what neither explains.",
        tag="reports",
        answer="The report",
        may_conflict=True,
    ),
)
def get_report(
    scope: ScopeGiven,
    company: CompanyPath,
    journal: JournalPath,
    on: Annotated[
        OptionalDay, Query(description="default: the day of the last closing balance")
    ] = None,
) -> ReportOutput:
    """Get the reconciliation report."""
    report = reconciliation_report(scope.ports, scope.tenant, company, journal, on)
    return fitting(REPORT_ROWS_MAX, lambda rows: ReportOutput.of(report, rows))


@router.get(
    "/companies/<company>/audit",
    **documented(
        "listAuditEvents",
        "List the audit trail",
        "Who did what, when, before and after (piste d'audit), newest first. The list may lag a"
        " moment behind.",
        tag="reports",
        answer="One page of the audit trail",
    ),
)
def list_audit(
    scope: ScopeGiven,
    company: CompanyPath,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> AuditPage:
    """List the audit trail."""

    def read(count: int) -> AuditPage:
        page = reads.list_audit_events(
            scope.ports, scope.tenant, company, limit=count, cursor=cursor
        )
        items = [AuditOutput.of(event) for event in page.items]
        return AuditPage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)
