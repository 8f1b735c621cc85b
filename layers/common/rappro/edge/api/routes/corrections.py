"""Corrections: a line closed by hand, and a validated match taken back by reversal entries."""

from __future__ import annotations

from rappro.domain.access import Permission
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.models.corrections import ClosingInput, ReversalInput
from rappro.edge.api.models.lines import LineOutput
from rappro.edge.api.models.matches import MatchOutput
from rappro.edge.api.parameters import CompanyPath, MatchPath, PositionPath, StatementPath
from rappro.use_cases.close_line import close_line
from rappro.use_cases.reverse_match import reverse_match

router = new_router()


@router.post(
    "/companies/<company>/statements/<statement>/lines/<position>/closing",
    **documented(
        "closeLine",
        "Close a line by hand",
        "Closes a matched line that is not validated (clôture manuelle), with the other lines of"
        " its match: it was settled outside, nothing is posted for it. There is no way back.",
        permission=Permission.CLOSE,
        tag="statements",
        answer="The line as it is now",
        has_body=True,
        may_conflict=True,
    ),
)
def post_closing(
    scope: ScopeGiven,
    company: CompanyPath,
    statement: StatementPath,
    position: PositionPath,
    body: ClosingInput,
) -> LineOutput:
    """Close a line."""
    closed = close_line(
        scope.ports, scope.tenant, company, statement, position,
        reason=body.reason, author=scope.author,
    )  # fmt: skip
    return LineOutput.of(closed, scope.currency)


@router.post(
    "/companies/<company>/matches/<match>/reversal",
    **documented(
        "reverseMatch",
        "Reverse a validated match",
        "Takes the validated entries of a match back by reversal entries (contre-passation) in an"
        " open period: items are open again, lines are `reversed` and may be matched again, their"
        " statements are open until they are validated once more. Again: nothing more happens.",
        permission=Permission.VALIDATE,
        tag="matches",
        answer="The match, reversed",
        has_body=True,
        may_conflict=True,
    ),
)
def post_reversal(
    scope: ScopeGiven, company: CompanyPath, match: MatchPath, body: ReversalInput
) -> MatchOutput:
    """Reverse a match."""
    reversed_match = reverse_match(
        scope.ports, scope.tenant, company, match, body.reversal(), scope.author
    )
    return MatchOutput.of(reversed_match, scope.currency)
