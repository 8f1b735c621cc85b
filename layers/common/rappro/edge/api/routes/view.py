"""Both sides of a statement, the entries of a bank account, and payments reconciled before."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from rappro.domain.access import Permission
from rappro.domain.books import BankEntrySource
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.view import (
    BankEntryOutput,
    BankEntryPage,
    PastPaymentOutput,
    PastPaymentPage,
    StatementViewOutput,
)
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import (
    BankEntryPath,
    CompanyPath,
    Cursor,
    JournalPath,
    Limit,
    PastPaymentPath,
    StatementPath,
)
from rappro.use_cases import statement_view

router = new_router()


@router.get(
    "/companies/<company>/statements/<statement>/view",
    **documented(
        "viewStatement",
        "Look at both sides of a statement",
        "The reconciliation (rapprochement) of a statement in one answer: lines that wait, entries"
        " of its journal that wait, matched lines each with its entries, totals, and the difference"
        " that is left. Each list holds its first items.",
        permission=Permission.READ,
        tag="statements",
        answer="Both sides",
    ),
)
def get_view(
    scope: ScopeGiven,
    company: CompanyPath,
    statement: StatementPath,
    limit: Limit = PAGE_ITEMS_DEFAULT,
) -> StatementViewOutput:
    """Look at both sides."""

    def read(count: int) -> StatementViewOutput:
        view = statement_view.view_statement(
            scope.ports, scope.tenant, company, statement, limit=count
        )
        return StatementViewOutput.of(view, scope.currency)

    return fitting(limit, read)


@router.get(
    "/companies/<company>/journals/<journal>/bank-entries",
    **documented(
        "listBankEntries",
        "List the entries of a bank account",
        "Entries on the journal's bank account (écritures de trésorerie) and existing payments, by"
        " date: those that wait for the bank, those that are pointed, or all.",
        permission=Permission.READ,
        tag="books",
        answer="One page of bank entries",
    ),
)
def list_bank_entries(
    scope: ScopeGiven,
    company: CompanyPath,
    journal: JournalPath,
    *,
    waiting: Annotated[bool | None, Query(description="true: not pointed yet")] = None,
    source: Annotated[BankEntrySource | None, Query(description="payments, or entries")] = None,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> BankEntryPage:
    """List bank entries."""

    def read(count: int) -> BankEntryPage:
        page = statement_view.list_bank_entries(
            scope.ports, scope.tenant, company, journal, is_waiting=waiting, source=source,
            limit=count, cursor=cursor,
        )  # fmt: skip
        items = [BankEntryOutput.of(entry) for entry in page.items]
        return BankEntryPage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)


@router.get(
    "/companies/<company>/bank-entries/<bank_entry>",
    **documented(
        "getBankEntry",
        "Get an entry of a bank account",
        "One entry on a bank account (écriture de trésorerie), or an existing payment.",
        permission=Permission.READ,
        tag="books",
        answer="The bank entry",
    ),
)
def get_bank_entry(
    scope: ScopeGiven, company: CompanyPath, bank_entry: BankEntryPath
) -> BankEntryOutput:
    """Get a bank entry."""
    found = statement_view.get_bank_entry(scope.ports, scope.tenant, company, bank_entry)
    return BankEntryOutput.of(found)


@router.get(
    "/companies/<company>/past-payments",
    **documented(
        "listPastPayments",
        "List payments that were reconciled before",
        "Payments (paiements) reconciled before, which the bank may still return, by id.",
        permission=Permission.READ,
        tag="books",
        answer="One page of payments",
    ),
)
def list_past_payments(
    scope: ScopeGiven,
    company: CompanyPath,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> PastPaymentPage:
    """List past payments."""
    page = statement_view.list_past_payments(
        scope.ports, scope.tenant, company, limit=limit, cursor=cursor
    )
    items = [PastPaymentOutput.of(payment, scope.currency) for payment in page.items]
    return PastPaymentPage(items=items, next_cursor=page.cursor)


@router.get(
    "/companies/<company>/past-payments/<past_payment>",
    **documented(
        "getPastPayment",
        "Get a payment that was reconciled before",
        "One payment (paiement) that was reconciled before.",
        permission=Permission.READ,
        tag="books",
        answer="The payment",
    ),
)
def get_past_payment(
    scope: ScopeGiven, company: CompanyPath, past_payment: PastPaymentPath
) -> PastPaymentOutput:
    """Get a past payment."""
    found = statement_view.get_past_payment(scope.ports, scope.tenant, company, past_payment)
    return PastPaymentOutput.of(found, scope.currency)
