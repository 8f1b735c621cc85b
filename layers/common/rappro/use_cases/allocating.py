"""Invoices allocated to the cash movements that a match by hand points (SPEC MAT-10).

A line may name an invoice. Matched with the entry of an existing receipt or disbursement, the
invoice is allocated to that movement in the same step; with another entry, nothing is matched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rappro.domain.books import BankEntry, BankEntrySource, OpenItem
from rappro.domain.errors import NotFound, OpenItemAlreadySettled, RuleViolation
from rappro.domain.ids import CompanyId, EntryId, TenantId
from rappro.domain.matching.model import Settle, TargetType
from rappro.domain.posting.paying import payable
from rappro.domain.records import Allocation, LineRecord
from rappro.ports import Ports
from rappro.use_cases.settling import taken


def named_invoices(
    ports: Ports, tenant: TenantId, company: CompanyId, lines: Sequence[LineRecord]
) -> dict[str, OpenItem]:
    """Return the invoices that some lines name, by id. Raises NotFound."""
    ids = sorted({line.invoice for line in lines if line.invoice is not None})
    found = ports.store.get_many(tenant, company, OpenItem, ids)
    for item_id in ids:
        if item_id not in found:
            raise NotFound(f"no open item {item_id}")
    return found


def allocations(
    lines: Sequence[LineRecord],
    parts: Sequence[tuple[Settle, ...]],
    entries: Mapping[str, BankEntry],
    named: Mapping[str, OpenItem],
) -> tuple[Allocation, ...]:
    """Return what the lines' invoices are paid by the movements that the lines point.

    The earliest line first, each invoice while a residual remains. An invoice that is itself among
    what its line settles, or that the movement pays already, needs no allocation. Raises
    RuleViolation for an entry that is no cash movement, another third party's, or one that pays
    other invoices as a whole; OpenItemAlreadySettled.
    """
    left = dict(named)
    free = {key: one.amount_minor - _allocated_minor(one) for key, one in entries.items()}
    made: dict[tuple[str, EntryId], Allocation] = {}
    ordered = sorted(zip(lines, parts, strict=True), key=lambda pair: _place(pair[0]))
    for line, part in ordered:
        pointed = [_pointed(entries, s.id) for s in part if s.type is TargetType.BANK_ENTRY]
        is_paid = any(s.type is TargetType.OPEN_ITEM and s.id == line.invoice for s in part)
        if line.invoice is None or is_paid or not pointed:
            continue
        for one in _of_line(line, part, pointed, left, free):
            before = made.get((one.item, one.entry_id))
            total_minor = one.amount_minor + (before.amount_minor if before else 0)
            made[one.item, one.entry_id] = Allocation(one.item, one.entry_id, total_minor)
    return tuple(made.values())


def _pointed(entries: Mapping[str, BankEntry], key: str) -> BankEntry:
    if key not in entries:
        raise NotFound(f"no bank entry {key}")
    return entries[key]


def _allocated_minor(entry: BankEntry) -> int:
    return sum(share.amount_minor for share in entry.allocated)


def _place(line: LineRecord) -> tuple[str, str, int]:
    return line.line.booking_date.isoformat(), line.statement_id, line.line.position


def _of_line(
    line: LineRecord, part: tuple[Settle, ...], pointed: Sequence[BankEntry],
    left: dict[str, OpenItem], free: dict[str, int],
) -> list[Allocation]:  # fmt: skip
    item = left[line.invoice or ""]
    for entry in pointed:
        if entry.source is not BankEntrySource.PAYMENT:
            raise RuleViolation(
                f"line {line.key} names invoice {item.number}, and entry {entry.id} is no cash"
                " movement: nothing was matched"
            )
    if any(share.item == item.id for entry in pointed for share in entry.allocated):
        return []  # the movement pays it already
    if not any(free[entry.id] for entry in pointed):
        raise RuleViolation(
            f"line {line.key} names invoice {item.number}, and entry {pointed[0].id} pays others:"
            " nothing was matched"
        )
    if item.is_settled:
        raise OpenItemAlreadySettled(f"invoice {item.number} is settled already")
    amounts = {s.id: s.amount_minor for s in part if s.type is TargetType.BANK_ENTRY}
    found: list[Allocation] = []
    for entry in pointed:
        if left[item.id].is_settled:
            break
        most_minor = min(amounts[entry.id], free[entry.id], key=abs)
        if not most_minor:
            continue
        paid_minor = payable(left[item.id], entry.third_party, most_minor)
        free[entry.id] -= paid_minor
        left[item.id] = taken(left[item.id], paid_minor)
        found.append(Allocation(item.id, entry.entry_id or EntryId(entry.id), paid_minor))
    return found
