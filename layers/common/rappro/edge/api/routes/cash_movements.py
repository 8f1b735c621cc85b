"""Cash movements (mouvements de trésorerie) to look at; actions.py makes them."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from rappro.domain.access import Permission
from rappro.domain.books import EntryStatus
from rappro.domain.ids import ThirdPartyId
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.cash_movements import CashMovementOutput, CashMovementPage
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import (
    CashMovementPath,
    CompanyPath,
    Cursor,
    Limit,
    OptionalDay,
    OptionalKey,
)
from rappro.use_cases import movements
from rappro.use_cases.movements import Direction, MovementFilter

router = new_router()


@router.get(
    "/companies/<company>/cash-movements",
    **documented(
        "listCashMovements",
        "List the cash movements",
        "Receipts and disbursements (encaissements, décaissements) on the bank accounts of the"
        " journals, drafts included, by account, then date: those that actions and runs made, and"
        " those of the books.",
        permission=Permission.READ,
        tag="books",
        answer="One page of cash movements",
    ),
)
def list_cash_movements(
    scope: ScopeGiven,
    company: CompanyPath,
    *,
    journal: Annotated[OptionalKey, Query(description="of the account of this journal")] = None,
    direction: Annotated[Direction | None, Query(description="money in, or out")] = None,
    third_party: Annotated[OptionalKey, Query(description="a third party's id")] = None,
    status: Annotated[EntryStatus | None, Query(description="of the entry")] = None,
    from_day: Annotated[
        OptionalDay, Query(alias="from", description="from this day on, itself included")
    ] = None,
    to_day: Annotated[
        OptionalDay, Query(alias="to", description="up to this day, itself included")
    ] = None,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> CashMovementPage:
    """List cash movements."""
    wanted = MovementFilter(
        journal, direction, None if third_party is None else ThirdPartyId(third_party), status,
        from_day, to_day,
    )  # fmt: skip

    def read(count: int) -> CashMovementPage:
        page = movements.list_cash_movements(
            scope.ports, scope.tenant, company, wanted, limit=count, cursor=cursor
        )
        items = [CashMovementOutput.of(side) for side in page.items]
        return CashMovementPage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)


@router.get(
    "/companies/<company>/cash-movements/<cash_movement>",
    **documented(
        "getCashMovement",
        "Get a cash movement",
        "One receipt or disbursement (encaissement, décaissement).",
        permission=Permission.READ,
        tag="books",
        answer="The cash movement",
    ),
)
def get_cash_movement(
    scope: ScopeGiven, company: CompanyPath, cash_movement: CashMovementPath
) -> CashMovementOutput:
    """Get a cash movement."""
    found = movements.get_cash_movement(scope.ports, scope.tenant, company, cash_movement)
    return CashMovementOutput.of(found)
