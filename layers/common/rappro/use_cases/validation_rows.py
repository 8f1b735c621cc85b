"""What the trail says of a validation: entries with their numbers, and what was paid of invoices.

What is paid of an invoice is what VAT on receipts (TVA sur les encaissements, CGI art. 269-2-c) is
released by: the payment's day, the amount and its share of the invoice. What a payment that bounced
(impayé) had paid is taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final

from rappro.domain.books import ItemShare, JournalEntry, OpenItem, PastPayment
from rappro.domain.matching.model import TargetType
from rappro.domain.money import format_amount
from rappro.domain.operations import Validation
from rappro.domain.records import LineRecord, LineStatus, Match
from rappro.domain.writes import Write
from rappro.ports import Clock
from rappro.use_cases.audit import VALIDATE_MATCH, audit
from rappro.use_cases.working_set import WorkingSet

_SHARE: Final = Decimal("0.000001")


def validated_row(
    clock: Clock, validation: Validation, match: Match, *, lines: Sequence[LineRecord],
    entries: Iterable[JournalEntry], paid: Mapping[str, Any] | None = None,
) -> Write:  # fmt: skip
    """Return the row of a match whose lines on one statement are validated.

    `lines` are those before it, `entries` the entries that got their numbers, `paid` see `paid_by`.
    """
    return audit(
        clock.now(), validation.author, VALIDATE_MATCH, match.id,
        revision=validation.round, part=validation.statement_id,
        before={"lines": {line.key: line.status.value for line in lines}},
        after={
            "lines": {line.key: LineStatus.VALIDATED.value for line in lines},
            "entries": {entry.id: entry.number for entry in entries},
            "status": match.status.value,
            "on": str(validation.validated_on),
            **(paid or {}),
        },
    )  # fmt: skip


def settled_ids(match: Match, still_paid: Iterable[ItemShare] = ()) -> set[str]:
    """Return the open items that a match settles, or allocates to a movement.

    `still_paid` are those that its movements paid before, as drafts of an earlier match.
    """
    settled = {s.settle.id for s in match.settles if s.settle.type is TargetType.OPEN_ITEM}
    settled |= {share.item for share in still_paid}
    return settled | {allocation.item for allocation in match.allocations}


def paid_by(
    match: Match, lines: Sequence[LineRecord], items: Mapping[str, OpenItem],
    payments: Mapping[str, PastPayment], *, currency: str, reversed_on: date | None = None,
    still_paid: Sequence[ItemShare] = (),
) -> dict[str, Any]:  # fmt: skip
    """Return what some lines of a match paid of invoices, and of which payments it took back.

    Amounts are signed as the bank sees them, in the company's currency; those of a match that is
    reversed are turned round and of that day. What is allocated to a movement counts with the
    match's last line, what a movement went on paying (`still_paid`) as it is validated.
    """
    sign = 1 if reversed_on is None else -1
    days = {line.id: reversed_on or line.line.booking_date for line in lines}
    receipts: list[dict[str, Any]] = []
    bounced: list[dict[str, Any]] = []
    for one in match.settles:
        on = days.get(one.line_id)
        amount_minor = sign * one.settle.amount_minor
        if on is None:
            continue
        if one.settle.type is TargetType.OPEN_ITEM and one.settle.id in items:
            receipts.append(_receipt(items[one.settle.id], amount_minor, on, currency))
        elif one.settle.type is TargetType.PAST_PAYMENT and one.settle.id in payments:
            bounced.append(_bounced(payments[one.settle.id], amount_minor, on, currency))
    receipts += [
        _receipt(items[share.item], sign * share.amount_minor, max(days.values()), currency)
        for share in still_paid
        if share.item in items
    ]
    if match.lines and match.lines[-1] in {line.key for line in lines}:
        last = max(days.values())
        receipts += [
            _receipt(items[one.item], sign * one.amount_minor, last, currency)
            for one in match.allocations
            if one.item in items
        ]
    told = {"receipts": receipts, "bounced": bounced}
    return {name: rows for name, rows in told.items() if rows}


def paid_in(
    working: WorkingSet, match: Match, lines: Sequence[LineRecord], currency: str,
    *, reversed_on: date | None = None, still_paid: Sequence[ItemShare] = (),
) -> dict[str, Any]:  # fmt: skip
    """Return the same, reading what the match settled."""
    items = working.get_many(OpenItem, sorted(settled_ids(match, still_paid)))
    past = {s.settle.id for s in match.settles if s.settle.type is TargetType.PAST_PAYMENT}
    payments = working.get_many(PastPayment, sorted(past))
    return paid_by(
        match, lines, items, payments, currency=currency, reversed_on=reversed_on,
        still_paid=still_paid,
    )  # fmt: skip


def _receipt(item: OpenItem, amount_minor: int, on: date, currency: str) -> dict[str, Any]:
    share = Decimal(amount_minor) / Decimal(item.company_amount_minor)
    return {
        "item": item.id, "type": item.type.value, "number": item.number,
        "third_party": item.third_party, "account": item.account, "on": str(on),
        "amount": format_amount(amount_minor, currency), "currency": currency,
        "invoiced": format_amount(item.company_amount_minor, currency),
        "share": str(share.quantize(_SHARE, ROUND_HALF_EVEN)),
        "vat": None if item.vat_minor is None else format_amount(item.vat_minor, item.currency),
    }  # fmt: skip


def _bounced(payment: PastPayment, amount_minor: int, on: date, currency: str) -> dict[str, Any]:
    return {
        "payment": payment.id, "number": payment.invoice_number,
        "third_party": payment.third_party, "on": str(on), "currency": currency,
        "amount": format_amount(amount_minor, currency),
    }  # fmt: skip
