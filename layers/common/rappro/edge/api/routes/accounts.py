"""Ledger accounts (comptes comptables): created, renamed, and deleted while nothing uses them."""

from __future__ import annotations

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from rappro.domain.access import Permission
from rappro.domain.books import LedgerAccount
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.models.journals import AccountInput, AccountOutput
from rappro.edge.api.parameters import AccountPath, CompanyPath
from rappro.use_cases import accounts
from rappro.use_cases.in_use import delete_unused
from rappro.use_cases.slices import required

router = new_router()


@router.put(
    "/companies/<company>/accounts/<account>",
    **documented(
        "saveAccount",
        "Create or change an account",
        "Creates the ledger account (compte comptable), or changes its label.",
        permission=Permission.SETTINGS,
        tag="companies",
        answer="The account as it is now",
        has_body=True,
        may_conflict=True,
    ),
)
def save_account(
    scope: ScopeGiven, company: CompanyPath, account: AccountPath, body: AccountInput
) -> AccountOutput:
    """Create or change an account."""
    wanted = body.applied_to(account)
    saved = accounts.save_account(scope.ports, scope.tenant, company, wanted, scope.author)
    return AccountOutput.of(saved)


@router.get(
    "/companies/<company>/accounts/<account>",
    **documented(
        "getAccount",
        "Get an account",
        "One ledger account (compte comptable).",
        permission=Permission.READ,
        tag="companies",
        answer="The account",
    ),
)
def get_account(scope: ScopeGiven, company: CompanyPath, account: AccountPath) -> AccountOutput:
    """Get an account."""
    found = accounts.find_account(scope.ports, scope.tenant, company, account)
    return AccountOutput.of(required(found, "account", account))


@router.delete(
    "/companies/<company>/accounts/<account>",
    **documented(
        "deleteAccount",
        "Delete an account",
        "Deletes a ledger account (compte comptable) that nothing names: no entry, open item or"
        " bank entry, no journal, third party, template, difference type, profile or setting.",
        permission=Permission.SETTINGS,
        tag="companies",
        answer="It is deleted",
        status=204,
        may_conflict=True,
    ),
)
def delete_account(scope: ScopeGiven, company: CompanyPath, account: AccountPath) -> Response[None]:
    """Delete an unused account."""
    delete_unused(scope.ports, scope.tenant, company, LedgerAccount, account, scope.author)
    return Response(HTTPStatus.NO_CONTENT)
