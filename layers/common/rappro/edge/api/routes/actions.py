"""Actions on unmatched lines: receipts and disbursements, differences, entries from templates."""

from __future__ import annotations

from rappro.domain.access import Permission
from rappro.edge.api.caller import Scope, ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.actions import (
    BatchOutput,
    CashMovementInput,
    CashMovementsInput,
    NaturesInput,
    NaturesOutput,
    SettlementInput,
    TemplateEntriesInput,
    TemplateEntryInput,
    UndefinedMovementInput,
    keys_of,
)
from rappro.edge.api.models.books import OpenItemOutput, OpenItemPage
from rappro.edge.api.models.matches import MatchOutput
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import CompanyPath, Cursor, Limit, PositionPath, StatementPath
from rappro.use_cases import batch_edit, cash_movements, generate_entries, settle_by_ledger
from rappro.use_cases.acting import Actor
from rappro.use_cases.line_invoices import invoices_for_line

router = new_router()


def _actor(scope: Scope) -> Actor:
    return Actor(scope.ports, scope.tenant, scope.company.id, scope.author)


@router.post(
    "/companies/<company>/statements/<statement>/lines/<position>/cash-movement",
    **documented(
        "createCashMovement",
        "Make a receipt or disbursement of a line",
        "Makes the receipt (encaissement) or disbursement (décaissement) of the line's customer or"
        " supplier. A line that names an invoice pays it as far as its residual goes, the rest is"
        " on account. The match waits for confirmation.",
        permission=Permission.GENERATE_CASH_MOVEMENTS,
        tag="matches",
        answer="The match, which waits for confirmation",
        status=201,
        has_body=True,
        may_conflict=True,
    ),
)
def post_cash_movement(
    scope: ScopeGiven,
    company: CompanyPath,  # noqa: ARG001 - the scope has it
    statement: StatementPath,
    position: PositionPath,
    body: CashMovementInput,
) -> MatchOutput:
    """Make a cash movement of one line."""
    match = cash_movements.create_cash_movement(
        _actor(scope), (statement, position), operation_date=body.operation_date
    )
    return MatchOutput.of(match, scope.currency)


@router.post(
    "/companies/<company>/cash-movements",
    **documented(
        "createCashMovements",
        "Make the receipts and disbursements of many lines",
        "Makes the receipt (encaissement) or disbursement (décaissement) of each line. One line"
        " without a third party refuses them all; else each line has its own result. Lines that"
        " name one invoice take from it while a residual remains, the earliest first.",
        permission=Permission.GENERATE_CASH_MOVEMENTS,
        tag="matches",
        answer="What became of each line",
        has_body=True,
        may_conflict=True,
    ),
)
def post_cash_movements(
    scope: ScopeGiven,
    company: CompanyPath,  # noqa: ARG001 - the scope has it
    body: CashMovementsInput,
) -> BatchOutput:
    """Make cash movements in a batch."""
    results = cash_movements.create_cash_movements(
        _actor(scope), body.keys(), operation_date=body.operation_date
    )
    return BatchOutput.of(results)


@router.post(
    "/companies/<company>/statements/<statement>/undefined-cash-movements",
    **documented(
        "createUndefinedCashMovement",
        "Make one receipt or disbursement of nobody known",
        "Makes one entry of one or many lines without a third party (tiers non défini): a receipt"
        " when their total is money in, else a disbursement. The counterparts balance it to the"
        " cent. The match waits for confirmation.",
        permission=Permission.GENERATE_CASH_MOVEMENTS,
        tag="matches",
        answer="The match, which waits for confirmation",
        status=201,
        has_body=True,
        may_conflict=True,
    ),
)
def post_undefined_cash_movement(
    scope: ScopeGiven,
    company: CompanyPath,  # noqa: ARG001 - the scope has it
    statement: StatementPath,
    body: UndefinedMovementInput,
) -> MatchOutput:
    """Make a cash movement of an undefined third party."""
    request = body.request(statement, scope.currency)
    match = cash_movements.create_undefined_movement(_actor(scope), request)
    return MatchOutput.of(match, scope.currency)


@router.post(
    "/companies/<company>/statements/<statement>/differences",
    **documented(
        "settleDifference",
        "Settle a difference through the ledger",
        "Settles what selected lines and bank entries differ by (solder par la comptabilité"
        " générale): the bank account against the difference type's account, or against given"
        " counterparts with the type other. The bank leg is matched with them under the mark M"
        " and the statement's next letter; the match waits for confirmation.",
        permission=Permission.SETTLE_BY_LEDGER,
        tag="matches",
        answer="The match, which waits for confirmation",
        status=201,
        has_body=True,
        may_conflict=True,
    ),
)
def post_difference(
    scope: ScopeGiven,
    company: CompanyPath,  # noqa: ARG001 - the scope has it
    statement: StatementPath,
    body: SettlementInput,
) -> MatchOutput:
    """Settle a difference."""
    request = body.request(statement, scope.currency)
    match = settle_by_ledger.settle_difference(_actor(scope), request)
    return MatchOutput.of(match, scope.currency)


@router.post(
    "/companies/<company>/statements/<statement>/lines/<position>/entry",
    **documented(
        "generateEntry",
        "Generate a line's entry from a template",
        "Generates the entry of the line from its template (modèle d'écriture), or from the one"
        " named, with other counterparts when they are given; the line is matched with it at once."
        " A template of several accounts without a full split rule needs counterparts.",
        permission=Permission.GENERATE_ENTRY,
        tag="matches",
        answer="The match",
        status=201,
        has_body=True,
        may_conflict=True,
    ),
)
def post_entry(
    scope: ScopeGiven,
    company: CompanyPath,  # noqa: ARG001 - the scope has it
    statement: StatementPath,
    position: PositionPath,
    body: TemplateEntryInput,
) -> MatchOutput:
    """Generate an entry."""
    request = body.request((statement, position), scope.currency)
    match = generate_entries.generate_entry(_actor(scope), request)
    return MatchOutput.of(match, scope.currency)


@router.post(
    "/companies/<company>/template-entries",
    **documented(
        "generateEntries",
        "Generate the entries of many lines from their templates",
        "Generates the entry of each line from its template (génération d'écritures en lot). One"
        " line without a template, or with one of several accounts and no full split rule, refuses"
        " them all; else each line has its own result, and its match waits for confirmation.",
        permission=Permission.GENERATE_ENTRIES,
        tag="matches",
        answer="What became of each line",
        has_body=True,
        may_conflict=True,
    ),
)
def post_entries(
    scope: ScopeGiven,
    company: CompanyPath,  # noqa: ARG001 - the scope has it
    body: TemplateEntriesInput,
) -> BatchOutput:
    """Generate entries in a batch."""
    results = generate_entries.generate_entries(_actor(scope), keys_of(body.lines))
    return BatchOutput.of(results)


@router.post(
    "/companies/<company>/natures",
    **documented(
        "setNatures",
        "Set the nature of many lines",
        "Sets the nature (moyen de règlement) of many unmatched lines; what the bank said stays"
        " beside it. One line that is matched refuses them all.",
        permission=Permission.UPDATE_NATURES,
        tag="statements",
        answer="How many lines were changed",
        has_body=True,
        may_conflict=True,
    ),
)
def post_natures(
    scope: ScopeGiven,
    company: CompanyPath,  # noqa: ARG001 - the scope has it
    body: NaturesInput,
) -> NaturesOutput:
    """Set natures in a batch."""
    done = batch_edit.set_natures(_actor(scope), keys_of(body.lines), body.nature)
    return NaturesOutput(changed_count=done.changed_count, unchanged_count=done.unchanged_count)


@router.get(
    "/companies/<company>/statements/<statement>/lines/<position>/invoices",
    **documented(
        "listLineInvoices",
        "List the invoices that a line may name",
        "The unsettled invoices (factures non soldées) of the line's third party, by due date; of"
        " everybody when it has none. The list may lag a moment behind.",
        permission=Permission.READ,
        tag="statements",
        answer="One page of open items",
    ),
)
def list_line_invoices(
    scope: ScopeGiven,
    company: CompanyPath,
    statement: StatementPath,
    position: PositionPath,
    *,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> OpenItemPage:
    """List a line's invoices."""

    def read(count: int) -> OpenItemPage:
        page = invoices_for_line(
            scope.ports, scope.tenant, company, statement, position, limit=count, cursor=cursor
        )
        items = [OpenItemOutput.of(item, scope.currency) for item in page.items]
        return OpenItemPage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)
