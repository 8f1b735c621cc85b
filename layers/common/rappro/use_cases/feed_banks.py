"""My banks (SYN-8): a company's bank accounts behind its connections, shown and changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from rappro.domain.books import Journal, JournalType
from rappro.domain.errors import InvalidRequest, NotFound
from rappro.domain.feed_schedule import next_run
from rappro.domain.feeds import FeedAccount, FeedConnection, StatementMode
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.writes import Page, change
from rappro.ports import Ports
from rappro.use_cases.audit import audit, changed
from rappro.use_cases.feed_access import connector_of, keeper_of
from rappro.use_cases.read_ahead import ahead, keyed
from rappro.use_cases.slices import slice_of


@dataclass(frozen=True, slots=True)
class Bank:
    """A connection with its accounts, and the ledger account of each account's journal."""

    connection: FeedConnection
    next_run_at: datetime | None
    accounts: tuple[FeedAccount, ...]
    ledger_accounts: Mapping[str, str | None]  # by journal


@dataclass(frozen=True, slots=True)
class AccountChange:
    """What to change of an account; None leaves it as it is."""

    name: str | None = None
    journal: str | None = None
    is_on: bool | None = None
    mode: StatementMode | None = None
    start_on: date | None = None
    is_iban_confirmed: bool = False


def list_banks(
    ports: Ports, tenant: TenantId, company: CompanyId, *, limit: int, cursor: str | None
) -> Page[Bank]:
    """Return one page of the company's banks by connection: removed ones while they have accounts.

    The cursor is the last connection's id.
    """
    accounts = ports.store.all(tenant, company, FeedAccount)
    used = {one.connection_id for one in accounts}
    shown = [
        one for one in ports.store.all(tenant, company, FeedConnection)
        if one.id in used or not one.is_removed
    ]  # fmt: skip
    page = slice_of(shown, limit, cursor)
    ledger = {one.code: one.account for one in ports.store.all(tenant, company, Journal)}
    now = ports.clock.now()
    found = []
    for connection in page.items:
        own = tuple(one for one in accounts if one.connection_id == connection.id)
        of_journals = {one.journal: ledger.get(one.journal) for one in own if one.journal}
        found.append(Bank(connection, next_run(connection, now), own, of_journals))
    return Page(found, page.cursor)


def get_account(ports: Ports, tenant: TenantId, company: CompanyId, account_id: str) -> FeedAccount:
    """Return a bank account. Raises NotFound."""
    found = ports.store.get(tenant, company, FeedAccount, account_id)
    if found is None:
        raise NotFound(f"no bank account {account_id}")
    return found


def bank_of(
    ports: Ports, tenant: TenantId, company: CompanyId, account_id: str
) -> tuple[FeedAccount, Bank]:
    """Return an account with its bank. Raises NotFound."""
    account = get_account(ports, tenant, company, account_id)
    named = (FeedConnection, [account.connection_id]), (Journal, [account.journal])
    ports = ahead(ports, tenant, keyed(company, *named))
    connection = ports.store.get(tenant, company, FeedConnection, account.connection_id)
    if connection is None:
        raise NotFound(f"no connection {account.connection_id}")
    code = account.journal
    journal = None if code is None else ports.store.get(tenant, company, Journal, code)
    ledger = {} if journal is None else {journal.code: journal.account}
    next_at = next_run(connection, ports.clock.now())
    return account, Bank(connection, next_at, (account,), ledger)


def edit_account(
    ports: Ports, tenant: TenantId, company: CompanyId, account_id: str, *,
    wanted: AccountChange, author: str,
) -> FeedAccount:  # fmt: skip
    """Change what is told of an account, and turn it on at its provider where that is asked.

    Raises NotFound, InvalidRequest for a journal that cannot be the account's, StoreConflict, and
    what the provider's failure raises.
    """
    before = get_account(ports, tenant, company, account_id)
    after = replace(
        before, name=wanted.name or before.name, mode=wanted.mode or before.mode,
        is_on=before.is_on if wanted.is_on is None else wanted.is_on,
    )  # fmt: skip
    if wanted.journal is not None:
        after = _tied(ports, tenant, company, after, wanted)
    if wanted.start_on is not None and wanted.start_on != before.start_on:
        after = _starting(after, wanted.start_on)
    if after.is_on and after.journal is None:
        raise InvalidRequest("an account that is on needs a treasury journal", position="/journal")
    if after.is_on and not before.is_on:
        _enable(ports, tenant, company, after)
    was, now = changed(before, after)
    row = audit(
        ports.clock.now(), author, "edit_bank_account", account_id,
        revision=before.version + 1, before=was, after=now,
    )  # fmt: skip
    ports.store.commit(tenant, company, [change(before, after), row])
    if after.is_on and not before.is_on:
        ports.feeds.enqueue_sync(tenant, company, after.connection_id)
    return replace(after, version=before.version + 1)


def _tied(
    ports: Ports, tenant: TenantId, company: CompanyId, account: FeedAccount, wanted: AccountChange
) -> FeedAccount:
    """Tie an account to a treasury journal: their IBANs are equal, or a person says they are."""
    journal = ports.store.get(tenant, company, Journal, wanted.journal or "")
    if journal is None or journal.type is not JournalType.TREASURY:
        raise InvalidRequest("no treasury journal of that code", position="/journal")
    if journal.currency != account.currency:
        raise InvalidRequest(
            f"the journal is kept in {journal.currency}, the account in {account.currency}",
            position="/journal",
        )
    _refuse_taken(ports, tenant, company, account, journal)
    own, theirs = _plain(account.iban), _plain(journal.iban)
    is_sure = bool(own) and own == theirs
    if own and theirs and own != theirs:
        raise InvalidRequest("the account's IBAN is not the journal's", position="/journal")
    if not _fits_mask(account, theirs):
        raise InvalidRequest("the masked IBAN is not the journal's", position="/journal")
    is_same = account.journal == journal.code and account.is_iban_confirmed
    if not is_sure and not wanted.is_iban_confirmed and not is_same:
        raise InvalidRequest(
            "the IBANs cannot be compared: say that they are the same account",
            position="/iban_confirmed",
        )
    return replace(account, journal=journal.code, is_iban_confirmed=not is_sure)


def _refuse_taken(
    ports: Ports, tenant: TenantId, company: CompanyId, account: FeedAccount, journal: Journal
) -> None:
    """Refuse a journal that another account feeds: its statements would overlap."""
    for other in ports.store.all(tenant, company, FeedAccount):
        if other.id != account.id and other.journal == journal.code and other.is_read:
            raise InvalidRequest(
                f"the journal is fed by the account {other.name}", position="/journal"
            )


def _plain(iban: str | None) -> str:
    return "".join((iban or "").split()).upper()


def _fits_mask(account: FeedAccount, iban: str) -> bool:
    """Say whether what a provider shows of an IBAN may be a journal's, as far as both are known."""
    shown = _plain(account.iban_masked)
    if not shown or not iban:
        return True
    head = shown[: _unmasked(shown)]
    tail = shown[len(shown) - _unmasked(shown[::-1]) :]
    return iban.startswith(head) and iban.endswith(tail)


def _unmasked(text: str) -> int:
    """Return how many signs of a text stand before the first one that hides something."""
    return next((at for at, sign in enumerate(text) if not sign.isalnum() or sign == "X"), 0)


def _starting(account: FeedAccount, start_on: date) -> FeedAccount:
    if account.is_started:
        raise InvalidRequest(
            "transactions were read already: put single ones aside instead", position="/start_on"
        )
    return replace(account, start_on=start_on)


def _enable(
    ports: Ports, tenant: TenantId, company: CompanyId, account: FeedAccount
) -> None:  # fmt: skip
    """Tell the provider which accounts of a connection are used, where it wants to know."""
    connection = ports.store.get(tenant, company, FeedConnection, account.connection_id)
    if connection is None or not connection.is_linked or account.is_gone:
        raise InvalidRequest("no bank is connected for this account", position="/on")
    assert connection.connection_ref is not None
    connector_of(ports, connection.provider).enable_accounts(
        keeper_of(ports, tenant, company, connection), connection.connection_ref,
        _used(ports, tenant, company, account),
    )  # fmt: skip


def _used(ports: Ports, tenant: TenantId, company: CompanyId, account: FeedAccount) -> list[str]:
    """Return the provider's ids of a connection's accounts that are read, and of this one."""
    others: Sequence[FeedAccount] = ports.store.all(tenant, company, FeedAccount)
    own = [one.ref for one in others if one.connection_id == account.connection_id and one.is_read]
    return sorted({*own, account.ref})
