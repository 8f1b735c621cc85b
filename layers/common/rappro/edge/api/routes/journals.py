"""Journals and ledger accounts."""

from __future__ import annotations

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from rappro.domain.access import Permission
from rappro.domain.books import Journal
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.journals import (
    AccountOutput,
    AccountPage,
    JournalInput,
    JournalOutput,
    JournalPage,
)
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import CompanyPath, Cursor, JournalPath, Limit, UnusedJournalPath
from rappro.use_cases import companies, reads
from rappro.use_cases.in_use import delete_unused

router = new_router()


@router.get(
    "/companies/<company>/journals",
    **documented(
        "listJournals",
        "List the journals",
        "The company's journals (journaux), by code.",
        permission=Permission.READ,
        tag="companies",
        answer="One page of journals",
    ),
)
def list_journals(
    scope: ScopeGiven,
    company: CompanyPath,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> JournalPage:
    """List journals."""

    def read(count: int) -> JournalPage:
        page = reads.list_journals(scope.ports, scope.tenant, company, limit=count, cursor=cursor)
        items = [JournalOutput.of(journal) for journal in page.items]
        return JournalPage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)


@router.put(
    "/companies/<company>/journals/<journal>",
    **documented(
        "saveJournal",
        "Create or change a journal",
        "Creates the journal, or changes what is given. A treasury journal (journal de trésorerie)"
        " has a bank account and its ledger account (512…); statements are routed to it by IBAN.",
        permission=Permission.SETTINGS,
        tag="companies",
        answer="The journal as it is now",
        has_body=True,
        may_conflict=True,
    ),
)
def save_journal(
    scope: ScopeGiven, company: CompanyPath, journal: JournalPath, body: JournalInput
) -> JournalOutput:
    """Create or change a journal."""
    stored = reads.find_journal(scope.ports, scope.tenant, company, journal)
    wanted = body.applied_to(stored, journal, scope.currency)
    companies.save_journal(scope.ports, scope.tenant, company, wanted, scope.author)
    return JournalOutput.of(reads.get_journal(scope.ports, scope.tenant, company, journal))


@router.get(
    "/companies/<company>/journals/<journal>",
    **documented(
        "getJournal",
        "Get a journal",
        "One journal (journal) with its import profile (profil d'import).",
        permission=Permission.READ,
        tag="companies",
        answer="The journal",
    ),
)
def get_journal(scope: ScopeGiven, company: CompanyPath, journal: JournalPath) -> JournalOutput:
    """Get a journal."""
    return JournalOutput.of(reads.get_journal(scope.ports, scope.tenant, company, journal))


@router.get(
    "/companies/<company>/accounts",
    **documented(
        "listAccounts",
        "List the accounts",
        "The company's ledger accounts (plan de comptes), by number.",
        permission=Permission.READ,
        tag="companies",
        answer="One page of accounts",
    ),
)
def list_accounts(
    scope: ScopeGiven,
    company: CompanyPath,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> AccountPage:
    """List ledger accounts."""

    def read(count: int) -> AccountPage:
        page = reads.list_accounts(scope.ports, scope.tenant, company, limit=count, cursor=cursor)
        items = [AccountOutput.of(account) for account in page.items]
        return AccountPage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)


@router.delete(
    "/companies/<company>/journals/<journal>",
    **documented(
        "deleteJournal",
        "Delete a journal",
        "Deletes a journal (journal) that has no entry, no bank entry and no statement.",
        permission=Permission.SETTINGS,
        tag="companies",
        answer="It is deleted",
        status=204,
        may_conflict=True,
    ),
)
def delete_journal(
    scope: ScopeGiven, company: CompanyPath, journal: UnusedJournalPath
) -> Response[None]:
    """Delete an unused journal."""
    delete_unused(scope.ports, scope.tenant, company, Journal, journal, scope.author)
    return Response(HTTPStatus.NO_CONTENT)
