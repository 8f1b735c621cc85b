"""The reconciliation report and the audit trail."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from rappro.domain.access import Permission
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT, REPORT_ROWS_MAX
from rappro.edge.api.models.reports import AuditOutput, AuditPage, ReportOutput
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import (
    CompanyPath,
    Cursor,
    JournalPath,
    Limit,
    OptionalDay,
    OptionalKey,
)
from rappro.use_cases.audit_reading import TrailAsk, list_audit_events
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
        permission=Permission.READ,
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
        "Who did what, when, before and after (piste d'audit), newest first. A line's rows are its"
        " own and those of its matches, the undone ones too; an entry's are those of its match. At"
        " most one of `line`, `entry` and `subject` may be given. By author, and for an entry that"
        " is gone, a page may be short or empty and still have a cursor. What is asked by neither"
        " line, entry nor subject may lag a moment behind.",
        permission=Permission.READ,
        tag="reports",
        answer="One page of the audit trail",
    ),
)
def list_audit(
    scope: ScopeGiven,
    company: CompanyPath,
    *,
    line: Annotated[
        OptionalKey, Query(description="a line: its statement's id, a slash, its position")
    ] = None,
    entry: Annotated[
        OptionalKey, Query(description="the id of a journal entry or of a bank entry")
    ] = None,
    subject: Annotated[
        OptionalKey, Query(description="anything that rows are about: a match, a run, a journal")
    ] = None,
    author: Annotated[OptionalKey, Query(description="a user, or `engine`")] = None,
    first: Annotated[
        OptionalDay, Query(alias="from", description="the first day, in the company's time zone")
    ] = None,
    last: Annotated[OptionalDay, Query(alias="to", description="the last day, included")] = None,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> AuditPage:
    """List the audit trail."""
    ask = TrailAsk(line, entry, subject, author, first, last)

    def read(count: int) -> AuditPage:
        page = list_audit_events(
            scope.ports, scope.tenant, company, ask, limit=count, cursor=cursor
        )
        items = [AuditOutput.of(event) for event in page.items]
        return AuditPage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)
