"""Statement lines (lignes de relevé)."""

from __future__ import annotations

from rappro.domain.access import Permission
from rappro.edge.api import searching as asked
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.lines import DecisionOutput, LineEditInput, LineOutput, LinePage
from rappro.edge.api.models.shapes import amount_in
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import (
    CompanyPath,
    Cursor,
    Limit,
    PositionPath,
    StatementPath,
)
from rappro.use_cases import reads
from rappro.use_cases.edit_line import edit_line
from rappro.use_cases.explaining import explain_line
from rappro.use_cases.filters import LineFilter
from rappro.use_cases.mark_known import mark_known

router = new_router()


@router.get(
    "/companies/<company>/statements/<statement>/lines",
    **documented(
        "listLines",
        "List the lines of a statement",
        "Lines (lignes de relevé) in position order, with their level (niveau de rapprochement),"
        " candidates and explanation. Filters go together. A page may hold fewer items than asked"
        " for, even none, and still have a next one.",
        permission=Permission.READ,
        tag="statements",
        answer="One page of lines",
    ),
)
def list_lines(
    scope: ScopeGiven,
    company: CompanyPath,
    statement: StatementPath,
    *,
    level: asked.LevelAsked = None,
    status: asked.StatusAsked = None,
    matched: asked.MatchedAsked = None,
    known: asked.KnownAsked = None,
    third_party: asked.ThirdPartyAsked = None,
    nature: asked.NatureAsked = None,
    text: asked.LineText = None,
    amount_min: asked.Amount = None,
    amount_max: asked.Amount = None,
    direction: asked.DirectionAsked = None,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> LinePage:
    """List lines."""
    currency = scope.currency
    if amount_min is not None or amount_max is not None:
        currency = reads.get_statement(scope.ports, scope.tenant, company, statement).currency
    wanted = LineFilter(
        level=level,
        is_matched=matched,
        is_known=known,
        status=status,
        third_party=asked.party(third_party),
        nature=nature,
        text=text,
        amount_minor_min=_minor(amount_min, currency, "amount_min"),
        amount_minor_max=_minor(amount_max, currency, "amount_max"),
        sign=asked.sign(direction),
    )

    def read(count: int) -> LinePage:
        page = reads.list_lines(
            scope.ports, scope.tenant, company, statement, wanted=wanted, limit=count, cursor=cursor
        )
        items = [LineOutput.of(line, scope.currency) for line in page.items]
        return LinePage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)


def _minor(text: str | None, currency: str, name: str) -> int | None:
    return None if text is None else amount_in(text, currency, name)


@router.get(
    "/companies/<company>/statements/<statement>/lines/<position>",
    **documented(
        "getLine",
        "Get a line",
        "One statement line (ligne de relevé).",
        permission=Permission.READ,
        tag="statements",
        answer="The line",
    ),
)
def get_line(
    scope: ScopeGiven, company: CompanyPath, statement: StatementPath, position: PositionPath
) -> LineOutput:
    """Get a line."""
    found = reads.get_line(scope.ports, scope.tenant, company, statement, position)
    return LineOutput.of(found, scope.currency)


@router.get(
    "/companies/<company>/statements/<statement>/lines/<position>/explanation",
    **documented(
        "explainLine",
        "Explain a line",
        "What the last run (traitement) that decided the line said: the evidence, what else was"
        " thought of and why it lost, and the version of the engine. `not_found` when no run"
        " decided it or its decisions are not kept any more.",
        permission=Permission.READ,
        tag="statements",
        answer="The decision",
        may_exceed=True,
    ),
)
def explain(
    scope: ScopeGiven, company: CompanyPath, statement: StatementPath, position: PositionPath
) -> DecisionOutput:
    """Explain a line."""
    found = explain_line(scope.ports, scope.tenant, company, statement, position)
    return DecisionOutput.of(found, scope.currency)


@router.patch(
    "/companies/<company>/statements/<statement>/lines/<position>",
    **documented(
        "editLine",
        "Edit an unmatched line",
        "Sets the third party (tiers), the invoice, the template (modèle d'écriture) or the nature"
        " of an unmatched line by hand, or takes it off; that survives every recomputation."
        " Or marks the line as known from another statement"
        " (doublon), or releases it with null.",
        permission=Permission.MODIFY,
        permission_of_field={"nature": Permission.UPDATE_NATURES},
        tag="statements",
        answer="The line as it is now",
        has_body=True,
        may_conflict=True,
    ),
)
def patch_line(
    scope: ScopeGiven,
    company: CompanyPath,
    statement: StatementPath,
    position: PositionPath,
    body: LineEditInput,
) -> LineOutput:
    """Edit a line."""
    if body.is_about_known:
        marked = mark_known(
            scope.ports, scope.tenant, company, statement, position, body.known_as, scope.author
        )
        return LineOutput.of(marked, scope.currency)
    edited = edit_line(
        scope.ports, scope.tenant, company, statement, position, body.edit(), scope.author
    )
    return LineOutput.of(edited, scope.currency)
