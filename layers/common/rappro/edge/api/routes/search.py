"""Search of lines over all statements of a company (SPEC IMP-14)."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from rappro.domain.access import Permission
from rappro.edge.api import searching as asked
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.lines import LineOutput, LinePage
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import CompanyPath, Cursor, Limit, OptionalDay
from rappro.use_cases.filters import LineFilter, LineSearch, LineSort
from rappro.use_cases.searching import search_lines

router = new_router()


@router.get(
    "/companies/<company>/lines",
    **documented(
        "listCompanyLines",
        "Search lines over all statements",
        "Lines (lignes de relevé) of any statement of the company, the newest period first, then in"
        " position order. Filters go together. `matched=false` is the work list: the lines that"
        " wait, of statements that may still be matched; statements with nothing to do are not"
        " read. A page looks at 1,000 statements, and at 5,000 lines of 50 of them: it may hold"
        " fewer items than asked for, even none, and still have a next one. With `sort`, up to"
        " 5,000 lines of 100 statements are put in order; beyond, the search is `too_large`. What"
        " is equal stays newest period first. The list may lag a moment behind.",
        permission=Permission.READ,
        tag="statements",
        answer="One page of lines",
        may_exceed=True,
    ),
)
def list_company_lines(
    scope: ScopeGiven,
    company: CompanyPath,
    *,
    journal: asked.JournalAsked = None,
    from_: Annotated[
        OptionalDay,
        Query(alias="from", description="booked that day or later; in periods that reach it"),
    ] = None,
    to: Annotated[
        OptionalDay, Query(description="booked that day or earlier; in periods that reach it")
    ] = None,
    level: asked.LevelAsked = None,
    status: asked.StatusAsked = None,
    matched: asked.MatchedAsked = None,
    known: asked.KnownAsked = None,
    third_party: asked.ThirdPartyAsked = None,
    nature: asked.NatureAsked = None,
    text: asked.LineText = None,
    amount: asked.ExactAmount = None,
    amount_min: asked.Amount = None,
    amount_max: asked.Amount = None,
    direction: asked.DirectionAsked = None,
    sort: Annotated[
        LineSort | None,
        Query(description="by booking date, or by magnitude; `-`: the latest or largest first"),
    ] = None,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> LinePage:
    """Search lines over all statements."""
    lines = LineFilter(
        level=level,
        is_matched=matched,
        is_known=known,
        status=status,
        third_party=asked.party(third_party),
        nature=nature,
        text=text,
        sign=asked.sign(direction),
    )
    low, high = asked.bounds(amount, amount_min, amount_max)
    wanted = LineSearch(journal, from_, to, lines, low, high, sort)

    def read(count: int) -> LinePage:
        page = search_lines(scope.ports, scope.tenant, company, wanted, limit=count, cursor=cursor)
        items = [LineOutput.of(line, scope.currency) for line in page.items]
        return LinePage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)
