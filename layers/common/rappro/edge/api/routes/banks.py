"""My banks (mes banques): accounts behind the connections, what is staged, statements by hand."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from rappro.domain.access import Permission
from rappro.domain.feeds import StagedState
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.banks import (
    AsideInput,
    BankOutput,
    BankPage,
    FeedAccountInput,
    FeedAccountOutput,
    PendingOutput,
    StagedOutput,
    StagedPage,
    StatementMadeOutput,
    StatementWantedInput,
    account_out,
)
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import (
    CompanyPath,
    Cursor,
    FeedAccountPath,
    Limit,
    StagedPath,
)
from rappro.use_cases import feed_banks, feed_statements, feed_transactions
from rappro.use_cases.feed_staging import set_aside

router = new_router()
_State = Annotated[StagedState | None, Query(description="of this state only")]


@router.get(
    "/companies/<company>/banks",
    **documented(
        "listBanks",
        "List the banks",
        "My banks (mes banques): each connection with its accounts, their journals, modes, last and"
        " next synchronisation and balance. A removed one is listed while it has accounts.",
        permission=Permission.READ,
        tag="feeds",
        answer="One page of banks",
    ),
)
def list_banks(
    scope: ScopeGiven,
    company: CompanyPath,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> BankPage:
    """List banks."""

    def read(count: int) -> BankPage:
        page = feed_banks.list_banks(scope.ports, scope.tenant, company, limit=count, cursor=cursor)
        return BankPage(items=[BankOutput.of(one) for one in page.items], next_cursor=page.cursor)

    return fitting(limit, read)


@router.get(
    "/companies/<company>/bank-accounts/<account>",
    **documented(
        "getBankAccount",
        "Get a bank account",
        "One bank account (compte bancaire) of a connection.",
        permission=Permission.READ,
        tag="feeds",
        answer="The account",
    ),
)
def get_account(
    scope: ScopeGiven, company: CompanyPath, account: FeedAccountPath
) -> FeedAccountOutput:
    """Get an account."""
    return account_out(*feed_banks.bank_of(scope.ports, scope.tenant, company, account))


@router.patch(
    "/companies/<company>/bank-accounts/<account>",
    **documented(
        "editBankAccount",
        "Choose and change a bank account",
        "Ties the account to a treasury journal (journal de trésorerie), turns it on, sets its"
        " mode,"
        " start and name. The IBANs of both must be equal; where they cannot be compared,"
        " `iban_confirmed` says that they are the same account, which the audit trail keeps.",
        permission=Permission.FEEDS,
        tag="feeds",
        answer="The account as it is now",
        has_body=True,
        may_conflict=True,
        asks_provider=True,
    ),
)
def edit_account(
    scope: ScopeGiven, company: CompanyPath, account: FeedAccountPath, body: FeedAccountInput
) -> FeedAccountOutput:
    """Change an account."""
    feed_banks.edit_account(
        scope.ports, scope.tenant, company, account, wanted=body.change(), author=scope.author
    )
    return account_out(*feed_banks.bank_of(scope.ports, scope.tenant, company, account))


@router.get(
    "/companies/<company>/bank-accounts/<account>/transactions",
    **documented(
        "listStagedTransactions",
        "List the staged transactions of a bank account",
        "What was fetched (opérations en attente), by booking day; of one state when asked. A page"
        " may hold fewer items than asked for, even none, and go on.",
        permission=Permission.READ,
        tag="feeds",
        answer="One page of staged transactions",
    ),
)
def list_staged(
    scope: ScopeGiven,
    company: CompanyPath,
    account: FeedAccountPath,
    *,
    state: _State = None,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> StagedPage:
    """List staged transactions."""

    def read(count: int) -> StagedPage:
        page = feed_transactions.list_staged(
            scope.ports, scope.tenant, company, account, state=state, limit=count, cursor=cursor
        )
        items = [StagedOutput.of(one) for one in page.items]
        return StagedPage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)


@router.post(
    "/companies/<company>/staged-transactions/<staged>/aside",
    **documented(
        "setTransactionAside",
        "Put a staged transaction aside, or take it back",
        "A transaction that is put aside (écartée) never comes on a statement; taken back, or said"
        " to be no double, it waits for one. What stands on a statement stays there.",
        permission=Permission.FEEDS,
        tag="feeds",
        answer="The transaction as it is now",
        has_body=True,
        may_conflict=True,
    ),
)
def post_aside(
    scope: ScopeGiven, company: CompanyPath, staged: StagedPath, body: AsideInput
) -> StagedOutput:
    """Put aside or take back."""
    return StagedOutput.of(set_aside(
        scope.ports, scope.tenant, company, staged, scope.author,
        is_ignored=body.aside, version=body.version,
    ))  # fmt: skip


@router.get(
    "/companies/<company>/bank-accounts/<account>/pending",
    **documented(
        "getPendingTransactions",
        "See what is announced on a bank account",
        "Movements that are announced and not booked yet (opérations à venir): never on a"
        " statement, and replaced as a whole each time.",
        permission=Permission.READ,
        tag="feeds",
        answer="What is announced",
    ),
)
def get_pending(scope: ScopeGiven, company: CompanyPath, account: FeedAccountPath) -> PendingOutput:
    """See what is announced."""
    found = feed_transactions.pending_of(scope.ports, scope.tenant, company, account)
    return PendingOutput.of(account, found)


@router.post(
    "/companies/<company>/bank-accounts/<account>/statements",
    **documented(
        "makeFeedStatement",
        "Make a statement of what waits",
        "Makes a statement (relevé) by hand of the account's waiting transactions, up to a day when"
        " asked; it is taken in like a bank's file.",
        permission=Permission.FEEDS,
        tag="feeds",
        answer="The statement, or null when nothing waits",
        has_body=True,
        may_conflict=True,
    ),
)
def post_statement(
    scope: ScopeGiven, company: CompanyPath, account: FeedAccountPath, body: StatementWantedInput
) -> StatementMadeOutput:
    """Make a statement."""
    made = feed_statements.make_statement(
        scope.ports, scope.tenant, company, account,
        until=body.until, author=scope.author, holder=f"by hand {scope.ports.providers.nonce()}",
    )  # fmt: skip
    return StatementMadeOutput(statement=made)
