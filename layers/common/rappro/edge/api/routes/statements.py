"""Statements (relevés), their source and their runs."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from rappro.domain.access import Permission
from rappro.domain.records import (
    StatementStatus,
)
from rappro.edge.api import searching as asked
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.statements import (
    RunOutput,
    RunPage,
    SourceOutput,
    StatementOutput,
    StatementPage,
)
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import (
    CompanyPath,
    Cursor,
    Limit,
    OptionalDay,
    RunPath,
    StatementPath,
)
from rappro.use_cases import launching, reads
from rappro.use_cases.filters import StatementFilter, StatementSearch
from rappro.use_cases.searching import search_statements
from rappro.use_cases.start_run import start_run

router = new_router()


@router.get(
    "/companies/<company>/statements",
    **documented(
        "listStatements",
        "List the statements",
        "Statements (relevés), newest period first. Filters go together. An amount is one of its"
        " totals: its opening or closing balance, or the sum of its booked lines. A third party is"
        " one of any of its lines; only then are lines read. A page looks at 1,000 statements, and"
        " at 5,000 lines of 50 of them: it may hold fewer items than asked for, even none, and"
        " still have a next one. Any other order than `-period` is that of up to 1,000 statements,"
        " of 100 with 5,000 lines where lines are read; beyond, the search is `too_large`. The list"
        " may lag a moment behind.",
        permission=Permission.READ,
        tag="statements",
        answer="One page of statements",
        may_exceed=True,
    ),
)
def list_statements(
    scope: ScopeGiven,
    company: CompanyPath,
    *,
    journal: asked.JournalAsked = None,
    status: Annotated[StatementStatus | None, Query(description="only this status")] = None,
    from_: Annotated[
        OptionalDay, Query(alias="from", description="periods that end that day or later")
    ] = None,
    to: Annotated[OptionalDay, Query(description="periods that begin that day or earlier")] = None,
    text: asked.StatementText = None,
    amount: asked.ExactAmount = None,
    amount_min: asked.Amount = None,
    amount_max: asked.Amount = None,
    third_party: asked.ThirdPartyAsked = None,
    sort: Annotated[
        asked.StatementOrder,
        Query(
            description="by the end of the period, the instant of the import or the sum of the"
            " booked lines; `-`: the latest or largest first"
        ),
    ] = "-period",
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> StatementPage:
    """List statements."""
    low, high = asked.bounds(amount, amount_min, amount_max)
    statements = StatementFilter(journal, status, from_, to, text, low, high)
    wanted = StatementSearch(statements, asked.party(third_party), asked.statement_sort(sort))

    def read(count: int) -> StatementPage:
        page = search_statements(
            scope.ports, scope.tenant, company, wanted, limit=count, cursor=cursor
        )
        items = [StatementOutput.of(statement) for statement in page.items]
        return StatementPage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)


@router.get(
    "/companies/<company>/statements/<statement>",
    **documented(
        "getStatement",
        "Get a statement",
        "One statement (relevé) with its status, findings (constats) and counts by level.",
        permission=Permission.READ,
        tag="statements",
        answer="The statement",
    ),
)
def get_statement(
    scope: ScopeGiven, company: CompanyPath, statement: StatementPath
) -> StatementOutput:
    """Get a statement."""
    found = reads.get_statement(scope.ports, scope.tenant, company, statement)
    return StatementOutput.of(found)


@router.get(
    "/companies/<company>/statements/<statement>/source",
    **documented(
        "getStatementSource",
        "Get a link to the source file",
        "A short-lived link to the file that the statement was made from (fichier source), byte for"
        " byte. A link and no redirect: the token must not follow to the file store.",
        permission=Permission.READ,
        tag="statements",
        answer="The source file's name, hash and link",
    ),
)
def get_source(scope: ScopeGiven, company: CompanyPath, statement: StatementPath) -> SourceOutput:
    """Get a link to the source file."""
    source, url = reads.source_link(scope.ports, scope.tenant, company, statement)
    return SourceOutput.of(source, url)


@router.post(
    "/companies/<company>/statements/<statement>/runs",
    **documented(
        "startRun",
        "Match a statement",
        "Starts a run (traitement) of the matching over the statement's unmatched lines; what a"
        " person decided is never touched. Follow it by its id.",
        permission=Permission.MATCH,
        tag="statements",
        answer="The run that was started",
        status=202,
        may_conflict=True,
    ),
)
def post_run(scope: ScopeGiven, company: CompanyPath, statement: StatementPath) -> RunOutput:
    """Start a run."""
    return RunOutput.of(start_run(scope.ports, scope.tenant, company, statement, scope.author))


@router.get(
    "/companies/<company>/statements/<statement>/runs",
    **documented(
        "listRuns",
        "List a statement's runs",
        "Runs (traitements) of the matching over the statement, newest first.",
        permission=Permission.READ,
        tag="statements",
        answer="One page of runs",
    ),
)
def list_runs(
    scope: ScopeGiven,
    company: CompanyPath,
    statement: StatementPath,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> RunPage:
    """List runs."""
    page = launching.list_runs(
        scope.ports, scope.tenant, company, statement, limit=limit, cursor=cursor
    )
    return RunPage(items=[RunOutput.of(run) for run in page.items], next_cursor=page.cursor)


@router.get(
    "/companies/<company>/runs",
    **documented(
        "listCompanyRuns",
        "List the company's runs",
        "Runs (traitements) of the matching over any statement of the company, newest first: their"
        " state, when they began and ended, how many lines they matched. The list may lag a moment"
        " behind.",
        permission=Permission.READ,
        tag="statements",
        answer="One page of runs",
    ),
)
def list_company_runs(
    scope: ScopeGiven,
    company: CompanyPath,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> RunPage:
    """List the company's runs."""
    page = launching.company_runs(scope.ports, scope.tenant, company, limit=limit, cursor=cursor)
    return RunPage(items=[RunOutput.of(run) for run in page.items], next_cursor=page.cursor)


@router.get(
    "/companies/<company>/runs/<run>",
    **documented(
        "getRun",
        "Get a run",
        "One run (traitement) of the matching and how far it got.",
        permission=Permission.READ,
        tag="statements",
        answer="The run",
    ),
)
def get_run(scope: ScopeGiven, company: CompanyPath, run: RunPath) -> RunOutput:
    """Get a run."""
    return RunOutput.of(reads.get_run(scope.ports, scope.tenant, company, run))
