"""What a match takes from the books, and gives back when it is undone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from rappro.domain.books import (
    BankEntry,
    OpenItem,
)
from rappro.domain.errors import NotFound, OpenItemAlreadySettled
from rappro.domain.ids import EntryId
from rappro.domain.matching.model import Settle, TargetType
from rappro.domain.records import (
    Allocation,
    Match,
)
from rappro.domain.writes import (
    Write,
    change,
)
from rappro.use_cases.packing import chained

R = TypeVar("R")


@dataclass(slots=True)
class BooksState:
    """Items and entries by id, as they are after the writes planned so far."""

    open_items: dict[str, OpenItem]
    bank_entries: dict[str, BankEntry]


def settle_writes(
    match: Match, books: BooksState, *, entry_ids: tuple[EntryId, ...]
) -> list[Write]:
    """Return the writes by which a match takes its items' residuals and points its entries.

    Raises NotFound, and OpenItemAlreadySettled when a residual does not hold the amount or an
    entry is pointed already.
    """
    writes: list[Write] = []
    for settle in merged(s.settle for s in match.settles):
        if settle.type is TargetType.OPEN_ITEM:
            item = _found(books.open_items, settle.id)
            after_item = replace(
                taken(item, settle.amount_minor), settled_by=(*item.settled_by, *entry_ids)
            )
            writes.append(change(item, after_item))
            books.open_items[item.id] = replace(after_item, version=item.version + 1)
        elif settle.type is TargetType.BANK_ENTRY:
            entry = _found(books.bank_entries, settle.id)
            if not entry.is_waiting or entry.amount_minor != settle.amount_minor:
                raise OpenItemAlreadySettled(f"bank entry {entry.id} is pointed already")
            after_entry = replace(entry, match_id=match.id, pointed_on=match.pointed_on)
            writes.append(change(entry, after_entry))
            books.bank_entries[entry.id] = replace(after_entry, version=entry.version + 1)
    for allocation in match.allocations:
        item = _found(books.open_items, allocation.item)
        after_item = _allocated(item, allocation)
        writes.append(change(item, after_item))
        books.open_items[item.id] = replace(after_item, version=item.version + 1)
    return chained(writes)


def _allocated(item: OpenItem, allocation: Allocation) -> OpenItem:
    paid = taken(item, allocation.amount_minor)
    return replace(paid, settled_by=(*item.settled_by, allocation.entry_id))


def pointed_drafts(
    settles: Iterable[Settle], entries: Mapping[str, BankEntry]
) -> tuple[EntryId, ...]:
    """Return the drafts that a match points: of the books, or left by a match that was undone."""
    pointed = (one for one in merged(settles) if one.type is TargetType.BANK_ENTRY)
    sides = (entries[one.id] for one in pointed if one.id in entries)
    return tuple(s.entry_id for s in sides if s.entry_id is not None and not s.is_in_ledger)


def given_back(match: Match) -> Match:
    """Return a match with what its undo gives back: not what drafts that stay go on paying."""
    if not match.keeps_drafts:
        return match
    freed = (one for one in match.settles if one.settle.type is not TargetType.OPEN_ITEM)
    return replace(match, settles=tuple(freed))


def unsettle_writes(match: Match, books: BooksState) -> list[Write]:
    """Return the writes that give everything back, exactly as it was before the match."""
    writes: list[Write] = []
    for settle in merged(s.settle for s in match.settles):
        if settle.type is TargetType.OPEN_ITEM:
            item = _found(books.open_items, settle.id)
            kept = tuple(e for e in item.settled_by if e not in match.entry_ids)
            freed = replace(taken(item, -settle.amount_minor), settled_by=kept)
            writes.append(change(item, freed))
            books.open_items[item.id] = replace(freed, version=item.version + 1)
        elif settle.type is TargetType.BANK_ENTRY:
            entry = _found(books.bank_entries, settle.id)
            writes.append(change(entry, replace(entry, match_id=None, pointed_on=None)))
    for allocation in match.allocations:
        item = _found(books.open_items, allocation.item)
        freed = without_payment(item, allocation.entry_id, allocation.amount_minor)
        writes.append(change(item, freed))
        books.open_items[item.id] = replace(freed, version=item.version + 1)
    return chained(writes)


def without_payment(item: OpenItem, entry_id: EntryId, amount_minor: int) -> OpenItem:
    """Return an item as it is without what an entry paid of it."""
    kept = tuple(entry for entry in item.settled_by if entry != entry_id)
    return replace(taken(item, -amount_minor), settled_by=kept)


def merged(settles: Iterable[Settle]) -> list[Settle]:
    """Add up the settles of one target, so that each record is written once."""
    totals: dict[tuple[TargetType, str], int] = {}
    for settle in settles:
        key = (settle.type, settle.id)
        totals[key] = totals.get(key, 0) + settle.amount_minor
    return [Settle(kind, target, amount) for (kind, target), amount in totals.items()]


def taken(item: OpenItem, amount_minor: int) -> OpenItem:
    """Return the item after an amount (company currency) was taken from its residual.

    A negative-going amount gives back. A foreign item's own residual goes down in proportion, and
    to zero together with the company's. Raises OpenItemAlreadySettled beyond the residual.
    """
    left = item.company_residual_minor - amount_minor
    if left * item.company_amount_minor < 0 or abs(left) > abs(item.company_amount_minor):
        raise OpenItemAlreadySettled(
            f"open item {item.number}: {amount_minor} asked of {item.company_residual_minor}"
        )
    if item.company_amount_minor == item.amount_minor:
        own = left
    else:
        own = item.amount_minor * left // item.company_amount_minor
    return replace(item, company_residual_minor=left, residual_minor=own)


def _found(records: Mapping[str, R], key: str) -> R:
    record = records.get(key)
    if record is None:
        raise NotFound(f"no record {key}")
    return record
