"""The accounts of a connection as its provider lists them, under records of our own (SYN-8, SYN-9).

An account is its IBAN and currency, whatever number the provider gives it: after a renewal, a new
connection to the same bank or a change of provider it goes on where it was, and its transactions
are told apart by what they say. One without an IBAN goes by the provider's number alone, or by its
masked number where that leaves one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rappro.domain.connectors import ProviderAccount
from rappro.domain.feeds import FeedAccount, FeedConnection, account_id_of
from rappro.domain.writes import Write, change, put
from rappro.use_cases.feed_lease import FeedWork


def discover(
    work: FeedWork, connection: FeedConnection, listed: Sequence[ProviderAccount]
) -> list[tuple[FeedAccount, ProviderAccount]]:
    """Keep what a provider lists, and return each account with what the provider says of it.

    Accounts that it lists no more, or disabled, are marked as gone, and come back by themselves.
    Raises StoreConflict.
    """
    store = work.ports.store
    known = store.all(work.tenant, work.company, FeedAccount)
    connections = {
        one.id: one for one in store.all(work.tenant, work.company, FeedConnection)
    }  # fmt: skip
    open_ones = [one for one in listed if one.is_enabled and not one.is_deleted]
    found: list[tuple[FeedAccount, ProviderAccount]] = []
    taken: set[str] = set()
    for told in sorted(open_ones, key=lambda one: one.ref):
        free = [one for one in known if one.id not in taken]
        before = _same(connection, told, free, connections, open_ones)
        after = _told(connection, told, before)
        taken.add(after.id)
        found.append((_save(work, before, after), told))
    for account in known:
        if account.connection_id == connection.id and account.id not in taken:
            _save(work, account, replace(account, is_gone=True))
    return found


def _same(
    connection: FeedConnection, told: ProviderAccount, known: Sequence[FeedAccount],
    connections: dict[str, FeedConnection], listed: Sequence[ProviderAccount],
) -> FeedAccount | None:  # fmt: skip
    """Return the account that a provider's account is, if it is known."""
    own = [one for one in known if one.provider == connection.provider]
    for account in own:
        if account.connection_id == connection.id and told.ref in account.refs:
            return account
    refs = {one.ref for one in listed}
    others = [one for one in known if _is_free(one, connection, connections, refs)]
    if told.iban is not None:
        others = [one for one in others if (one.iban, one.currency) == (told.iban, told.currency)]
    else:
        others = [one for one in others if _is_like(one, told)]
    return others[0] if len(others) == 1 else None


def _is_free(
    account: FeedAccount, connection: FeedConnection, connections: dict[str, FeedConnection],
    refs: set[str],
) -> bool:  # fmt: skip
    """Say whether an account may go on under another number: nobody lists it under its own."""
    if account.connection_id == connection.id:
        return account.ref not in refs
    owner = connections.get(account.connection_id)
    return account.is_gone or owner is None or not owner.is_linked


def _is_like(account: FeedAccount, told: ProviderAccount) -> bool:
    numbers = (told.iban_masked, told.number)
    return (
        account.iban is None
        and any(numbers)
        and (account.iban_masked, account.number) == numbers
        and (account.currency, account.kind) == (told.currency, told.kind)
    )


def _told(
    connection: FeedConnection, told: ProviderAccount, before: FeedAccount | None
) -> FeedAccount:
    """Return an account with what the provider says of it; what a person chose stays."""
    if before is None:
        return FeedAccount(
            account_id_of(connection.id, told.ref), connection.id, connection.provider,
            (told.ref,), told.name, told.currency, kind=told.kind, holder=told.holder,
            iban=told.iban, iban_masked=told.iban_masked, bic=told.bic, number=told.number,
            balance_minor=told.balance_minor, balance_at=told.balance_at,
        )  # fmt: skip
    is_new_ref = told.ref != before.ref or connection.provider != before.provider
    after = replace(
        before, connection_id=connection.id, provider=connection.provider, holder=told.holder,
        iban=told.iban or before.iban, iban_masked=told.iban_masked, bic=told.bic or before.bic,
        number=told.number or before.number, is_gone=False,
    )  # fmt: skip
    if not is_new_ref:
        return after
    refs = (*(ref for ref in before.refs if ref != told.ref), told.ref)
    return replace(after, refs=refs, cursor=None, is_renamed=before.count > 0)


def _save(work: FeedWork, before: FeedAccount | None, after: FeedAccount) -> FeedAccount:
    if before == after:
        return after
    writes: list[Write] = [put(before, after) if before is None else change(before, after)]
    work.commit(writes)
    return replace(after, version=(before.version if before else 0) + 1)
