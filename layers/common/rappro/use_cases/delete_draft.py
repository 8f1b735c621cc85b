"""Deletion of a draft that a person made and whose match was undone (brouillard, SPEC MAT-8).

Where books are exchanged, of a draft that came with them too: an accountant corrects it so.

One commit: the entry and its bank side go, what it paid of open items is open again. The trail
keeps what it held.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rappro.domain.books import BankEntry, EntrySource, EntryStatus, JournalEntry, OpenItem
from rappro.domain.errors import NotAllowedInState, NotFound
from rappro.domain.exchange.model import ExchangeLink
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
    keys = [derive_id("be", entry_id, line) for line in range(len(entry.lines))]
    sides = list(ports.store.get_many(tenant, company, BankEntry, keys).values())
    is_exchanged = bool(ports.store.all(tenant, company, ExchangeLink))
    _check(entry, sides, is_exchanged=is_exchanged)
    shares = {one.item: one.amount_minor for side in sides for one in side.allocated}
    items = ports.store.get_many(tenant, company, OpenItem, sorted(shares))
    currency = get_company(ports, tenant, company).currency
    writes: list[Write] = [remove(entry), *map(remove, sides)]
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


def _check(entry: JournalEntry, sides: Sequence[BankEntry], *, is_exchanged: bool) -> None:
    if entry.status is not EntryStatus.DRAFT:
        raise NotAllowedInState(f"entry {entry.id} is {entry.status}: it is reversed, not deleted")
    came_with_books = entry.source in {EntrySource.FEC, EntrySource.API}
    if came_with_books and not is_exchanged:  # an accountant corrects what he was sent
        raise NotAllowedInState(f"entry {entry.id} came with the books: it is not deleted here")
    matches = [entry.match_id, *(side.match_id for side in sides)]
    match = next((one for one in matches if one is not None), None)
    if match is not None:
        raise NotAllowedInState(f"entry {entry.id} is in match {match}: undo it first")
    if any(side.marked_on is not None for side in sides):
        raise NotAllowedInState(f"entry {entry.id} is pointed: erase its pointing first")


def _paid(
    shares: Mapping[OpenItemId, int], items: Mapping[str, OpenItem], currency: str
) -> list[dict[str, str]]:
    """Return what the draft paid, of which items."""
    return [
        {"item": key, "number": items[key].number, "amount": format_amount(minor, currency)}
        for key, minor in shares.items()
        if key in items
    ]
