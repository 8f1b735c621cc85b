"""Deletion of a draft that a person made and whose match was undone (brouillard, SPEC MAT-8).

One commit: the entry and its bank side go, what it paid of open items is open again. The trail
keeps what it held.
"""

from __future__ import annotations

from collections.abc import Mapping

from rappro.domain.books import BankEntry, EntrySource, EntryStatus, JournalEntry, OpenItem
from rappro.domain.errors import NotAllowedInState, NotFound
from rappro.domain.ids import CompanyId, EntryId, OpenItemId, TenantId, derive_id
from rappro.domain.money import format_amount
from rappro.domain.writes import Write, change, remove
from rappro.ports import Ports
from rappro.use_cases.audit import audit, entry_shown
from rappro.use_cases.companies import get_company
from rappro.use_cases.settling import without_payment


def delete_draft(
    ports: Ports, tenant: TenantId, company: CompanyId, entry_id: EntryId, author: str
) -> None:
    """Delete a draft that is in no match.

    Raises NotFound, NotAllowedInState for an entry that is validated, came with the books or is in
    a match, StoreConflict when somebody matched it or paid its invoice meanwhile.
    """
    entry = ports.store.get(tenant, company, JournalEntry, entry_id)
    if entry is None:
        raise NotFound(f"no entry {entry_id}")
    side = ports.store.get(tenant, company, BankEntry, derive_id("be", entry_id, 0))
    _check(entry, side)
    shares = {} if side is None else {one.item: one.amount_minor for one in side.allocated}
    items = ports.store.get_many(tenant, company, OpenItem, sorted(shares))
    currency = get_company(ports, tenant, company).currency
    writes: list[Write] = [remove(entry), *([] if side is None else [remove(side)])]
    writes += [
        change(item, without_payment(item, entry_id, shares[item.id])) for item in items.values()
    ]
    writes.append(
        audit(
            ports.clock.now(), author, "delete_entry", entry_id,
            before={
                "entries": [entry_shown(entry, currency)],
                "paid": _paid(shares, items, currency),
            },
        )
    )  # fmt: skip
    ports.store.commit(tenant, company, writes)


def _check(entry: JournalEntry, side: BankEntry | None) -> None:
    if entry.status is not EntryStatus.DRAFT:
        raise NotAllowedInState(f"entry {entry.id} is {entry.status}: it is reversed, not deleted")
    if entry.source in {EntrySource.FEC, EntrySource.API}:
        raise NotAllowedInState(f"entry {entry.id} came with the books: it is not deleted here")
    match = entry.match_id or (side.match_id if side is not None else None)
    if match is not None:
        raise NotAllowedInState(f"entry {entry.id} is in match {match}: undo it first")


def _paid(
    shares: Mapping[OpenItemId, int], items: Mapping[str, OpenItem], currency: str
) -> list[dict[str, str]]:
    """Return what the draft paid, of which items."""
    return [
        {"item": key, "number": items[key].number, "amount": format_amount(minor, currency)}
        for key, minor in shares.items()
        if key in items
    ]
