"""Actions on unmatched lines: receipts and disbursements, differences, entries from templates."""

from __future__ import annotations

from rappro.edge.api.caller import Scope, ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.models.actions import (
    BatchOutput,
    CashMovementInput,
    CashMovementsInput,
    SettlementInput,
    UndefinedMovementInput,
)
from rappro.edge.api.models.matches import MatchOutput
from rappro.edge.api.parameters import CompanyPath, PositionPath, StatementPath
from rappro.use_cases import cash_movements, settle_by_ledger
from rappro.use_cases.acting import Actor

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
