"""Matches (rapprochements) by hand, confirmed and undone."""

from __future__ import annotations

from rappro.domain.access import Permission
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.matches import MatchInput, MatchOutput, MatchPage
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import CompanyPath, Cursor, Limit, MatchPath, StatementPath
from rappro.use_cases import match_by_hand, reads
from rappro.use_cases.undo_match import undo_match

router = new_router()


@router.get(
    "/companies/<company>/statements/<statement>/matches",
    **documented(
        "listMatches",
        "List the matches of a statement",
        "Matches (rapprochements) that stand on the statement's lines, each once, in line order."
        " A page may hold fewer items than asked for and still have a next one.",
        permission=Permission.READ,
        tag="matches",
        answer="One page of matches",
    ),
)
def list_matches(
    scope: ScopeGiven,
    company: CompanyPath,
    statement: StatementPath,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> MatchPage:
    """List matches."""

    def read(count: int) -> MatchPage:
        page = reads.list_matches(
            scope.ports, scope.tenant, company, statement, limit=count, cursor=cursor
        )
        items = [MatchOutput.of(match, scope.currency) for match in page.items]
        return MatchPage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)


@router.post(
    "/companies/<company>/matches",
    **documented(
        "matchByHand",
        "Match lines by hand",
        "Matches lines with open items (échéances), bank entries, past payments, accounts or third"
        " parties (rapprochement manuel); both totals must be equal. All or nothing.",
        permission=Permission.MATCH,
        tag="matches",
        answer="The match",
        status=201,
        has_body=True,
        may_conflict=True,
    ),
)
def post_match(scope: ScopeGiven, company: CompanyPath, body: MatchInput) -> MatchOutput:
    """Match by hand."""
    request = body.request(scope.currency)
    match = match_by_hand.match_by_hand(scope.ports, scope.tenant, company, request, scope.author)
    return MatchOutput.of(match, scope.currency)


@router.get(
    "/companies/<company>/matches/<match>",
    **documented(
        "getMatch",
        "Get a match",
        "One match (rapprochement), undone ones too.",
        permission=Permission.READ,
        tag="matches",
        answer="The match",
    ),
)
def get_match(scope: ScopeGiven, company: CompanyPath, match: MatchPath) -> MatchOutput:
    """Get a match."""
    found = reads.get_match(scope.ports, scope.tenant, company, match)
    return MatchOutput.of(found, scope.currency)


@router.post(
    "/companies/<company>/matches/<match>/confirmation",
    **documented(
        "confirmMatch",
        "Confirm a match",
        "Confirms a match (rapprochement) that waits for it.",
        permission=Permission.MATCH,
        tag="matches",
        answer="The match as it is now",
        may_conflict=True,
    ),
)
def confirm_match(scope: ScopeGiven, company: CompanyPath, match: MatchPath) -> MatchOutput:
    """Confirm a match."""
    confirmed = match_by_hand.confirm(scope.ports, scope.tenant, company, match, scope.author)
    return MatchOutput.of(confirmed, scope.currency)


@router.post(
    "/companies/<company>/matches/<match>/undo",
    **documented(
        "undoMatch",
        "Undo a match",
        "Undoes a match (annulation du rapprochement) before the statement is validated: its lines"
        " wait again, the drafts made for it go, the pair is not matched again by itself. The draft"
        " of an action on a line stays, waits for the bank, and goes on paying its invoice, until"
        " it is deleted.",
        permission=Permission.UNDO_MATCH,
        tag="matches",
        answer="The match, undone",
        may_conflict=True,
    ),
)
def post_undo(scope: ScopeGiven, company: CompanyPath, match: MatchPath) -> MatchOutput:
    """Undo a match."""
    undone = undo_match(scope.ports, scope.tenant, company, match, scope.author)
    return MatchOutput.of(undone, scope.currency)
