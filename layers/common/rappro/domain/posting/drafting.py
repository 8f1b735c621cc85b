"""Drafts the entries that a match stands for: one per line, bank leg on the journal's account.

Signs: a settled amount is signed as the bank sees it, so its leg is a credit when positive (a
customer's invoice that is paid) and a debit when negative. Adjustments follow the same rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

from rappro.domain.books import (
    BankEntry,
    BankEntrySource,
    Company,
    EntryLine,
    EntrySource,
    EntryTemplate,
    Journal,
    JournalEntry,
    OpenItem,
    PastPayment,
    TemplateLine,
    ThirdParty,
)
from rappro.domain.errors import NotFound, RuleViolation
from rappro.domain.frozen import dataclass
from rappro.domain.ids import EntryId, MatchId, ThirdPartyId, derive_id
from rappro.domain.matching.model import Adjustment, AdjustmentKind, Settle, TargetType
from rappro.domain.records import (
    LineRecord,
)
from rappro.domain.settings import (
    PostingSettings,
)

_LABEL_LENGTH_MAX = 120

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BookView:
    """The records that a draft refers to, by id."""

    company: Company
    journal: Journal
    open_items: Mapping[str, OpenItem]
    bank_entries: Mapping[str, BankEntry]
    past_payments: Mapping[str, PastPayment]
    third_parties: Mapping[str, ThirdParty]
    templates: Mapping[str, EntryTemplate]


@dataclass(frozen=True, slots=True)
class Draft:
    """A generated entry and its bank side, which is pointed from the start."""

    entry: JournalEntry
    bank_entry: BankEntry


@dataclass(frozen=True, slots=True)
class Part:
    """What one line of a match stands for; `operation_date` is its entry's, if not the line's."""

    line: LineRecord
    settles: tuple[Settle, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    template: str | None = None
    third_party: ThirdPartyId | None = None
    operation_date: date | None = None


def bank_account(journal: Journal) -> str:
    """Return the ledger account of a treasury journal. Raises RuleViolation when it has none."""
    if journal.account is None:
        raise RuleViolation(f"journal {journal.code} has no ledger account")
    return journal.account


def draft_part(part: Part, match_id: MatchId, view: BookView) -> Draft | None:
    """Return the entry that a line's part of a match needs, or None when nothing is missing.

    Nothing is missing when all it settles are existing entries on the bank account itself.
    Raises UnbalancedEntry when the part does not add up to the line.
    """
    legs = [
        leg for settle in part.settles if (leg := _settle_leg(settle, part.line, view)) is not None
    ]
    legs += [_adjustment_leg(adjustment, part, view) for adjustment in part.adjustments]
    if part.template is not None:
        legs += _template_legs(part, view)
    if not legs:
        return None
    return _with_bank_leg(part, legs, match_id, view)


def draft_suspense(line: LineRecord, account: str, view: BookView) -> Draft:
    """Return the entry that puts a whole line on the suspense account (compte d'attente).

    A line of which the amount in the company's currency is not known cannot be booked.
    """
    leg = counterpart(account, to_book_minor(line, view.company.currency), line_label(line))
    return _with_bank_leg(Part(line), [leg], suspense_match_id(line), view)


def to_book_minor(line: LineRecord, company_currency: str) -> int:
    """Return what a line is in the company's currency, else its own amount: nobody said."""
    value = line.line.amount_in(company_currency)
    return line.line.amount_minor if value is None else value


def suspense_match_id(line: LineRecord) -> MatchId:
    """Return the id of the match that ties a line to the suspense account."""
    return MatchId(derive_id("ma", "suspense", line.id, line.generation))


def _with_bank_leg(
    part: Part, legs: Sequence[EntryLine], match_id: MatchId, view: BookView
) -> Draft:
    line = part.line
    amount_minor = -sum(leg.balance_minor for leg in legs)
    already_booked_minor = sum(
        settle.amount_minor for settle in part.settles if _is_on_bank(settle, view)
    )
    to_book = to_book_minor(line, view.company.currency)
    if already_booked_minor:  # entries are in the account's currency
        to_book = line.line.amount_minor
    if amount_minor + already_booked_minor != to_book:
        raise RuleViolation(
            f"line {line.key}: {amount_minor} to book and {already_booked_minor} booked"
            f" are not {to_book}"
        )
    on_account_minor = line.line.amount_minor - already_booked_minor
    on = part.operation_date or line.line.booking_date
    entry = JournalEntry(
        id=EntryId(derive_id("en", match_id, line.id)),
        journal=view.journal.code,
        date=on,
        piece_ref=_piece_ref(part, view),
        piece_date=on,
        label=line_label(line),
        lines=(_bank_leg(part, amount_minor, on_account_minor, view), *legs),
        source=EntrySource.ENGINE,
        fiscal_year=view.company.fiscal_year(on),
        statement_id=line.statement_id,
        match_id=match_id,
    )
    return Draft(entry, _bank_side(entry, part, on_account_minor, view))


def _bank_side(entry: JournalEntry, part: Part, on_account_minor: int, view: BookView) -> BankEntry:
    """Return an entry's bank side, in the account's currency, pointed by its own match."""
    return BankEntry(
        id=derive_id("be", entry.id, 0),
        journal=view.journal.code,
        account=bank_account(view.journal),
        date=entry.date,
        amount_minor=on_account_minor,
        currency=view.journal.currency,
        label=entry.label,
        source=BankEntrySource.PAYMENT if part.third_party else BankEntrySource.ENTRY,
        third_party=part.third_party,
        piece_ref=entry.piece_ref,
        entry_id=entry.id,
        entry_line=0,
        is_in_ledger=False,
        pointed_on=entry.date,
        match_id=entry.match_id,
    )


def _bank_leg(part: Part, amount_minor: int, on_account_minor: int, view: BookView) -> EntryLine:
    """Return the bank's leg; of an account in another currency with its amount there."""
    leg = counterpart(bank_account(view.journal), -amount_minor, line_label(part.line))
    currency = part.line.line.currency
    if currency == view.company.currency:
        return leg
    return replace(leg, foreign_amount_minor=on_account_minor, foreign_currency=currency)


def counterpart(
    account: str, amount_minor: int, label: str, third_party: ThirdPartyId | None = None
) -> EntryLine:
    """Return a leg that is a credit when the amount is positive, a debit when negative."""
    return EntryLine(
        account=account,
        label=label,
        debit_minor=max(0, -amount_minor),
        credit_minor=max(0, amount_minor),
        third_party=third_party,
    )


def _is_on_bank(settle: Settle, view: BookView) -> bool:
    if settle.type is not TargetType.BANK_ENTRY:
        return False
    return _found(view.bank_entries, settle.id).account == bank_account(view.journal)


def _settle_leg(settle: Settle, line: LineRecord, view: BookView) -> EntryLine | None:
    label, amount_minor = line_label(line), settle.amount_minor
    match settle.type:
        case TargetType.OPEN_ITEM:
            item = _found(view.open_items, settle.id)
            return counterpart(
                item.account, amount_minor, f"{item.number} {label}", item.third_party
            )
        case TargetType.BANK_ENTRY:
            if _is_on_bank(settle, view):
                return None
            return counterpart(_found(view.bank_entries, settle.id).account, amount_minor, label)
        case TargetType.PAST_PAYMENT:
            returned = _found(view.past_payments, settle.id).third_party
            return _party_leg(returned, amount_minor, label, view)
        case TargetType.THIRD_PARTY:
            return _party_leg(ThirdPartyId(settle.id), amount_minor, label, view)
        case TargetType.ACCOUNT:
            return counterpart(settle.id, amount_minor, label)


def _party_leg(
    party_id: ThirdPartyId | None, amount_minor: int, label: str, view: BookView
) -> EntryLine:
    """A leg on a third party's account, on suspense when nobody knows whose it is."""
    if party_id is None:
        return counterpart(view.journal.profile.suspense_account, amount_minor, label)
    party = _found(view.third_parties, party_id)
    return counterpart(party.account, amount_minor, label, party.id)


def _adjustment_leg(adjustment: Adjustment, part: Part, view: BookView) -> EntryLine:
    label = line_label(part.line)
    if adjustment.kind is AdjustmentKind.OVERPAYMENT and part.third_party is not None:
        return _party_leg(part.third_party, adjustment.amount_minor, label, view)
    account = adjustment.account or adjustment_account(adjustment, view.company.posting)
    return counterpart(account, adjustment.amount_minor, label)


def adjustment_account(adjustment: Adjustment, settings: PostingSettings) -> str:
    """Return the PCG account of a difference; a negative amount is a loss, so a debit."""
    is_loss = adjustment.amount_minor < 0
    match adjustment.kind:
        case AdjustmentKind.DISCOUNT:
            return (
                settings.discount_granted_account if is_loss else settings.discount_obtained_account
            )
        case AdjustmentKind.COMMISSION:
            return settings.commission_account
        case AdjustmentKind.CHARGE:
            return settings.bank_charge_account
        case AdjustmentKind.FX:
            return settings.fx_loss_account if is_loss else settings.fx_gain_account
        case AdjustmentKind.CENTS:
            return settings.cents_loss_account if is_loss else settings.cents_gain_account
        case AdjustmentKind.OVERPAYMENT:
            return settings.suspense_account


def _template_legs(part: Part, view: BookView) -> list[EntryLine]:
    template = _found(view.templates, part.template or "")
    total_minor = part.line.line.amount_minor - sum(s.amount_minor for s in part.settles)
    template = of_month(template, part.line.line.booking_date)
    amounts = split_template(template, total_minor)
    label = line_label(part.line)
    return [
        counterpart(line.account, amount_minor, label)
        for line, amount_minor in zip(template.lines, amounts, strict=True)
        if amount_minor
    ]


def of_month(template: EntryTemplate, on: date) -> EntryTemplate:
    """Return a template with the amounts of a day's month; a line without one keeps its plan."""
    if not any(line.schedule for line in template.lines):
        return template
    month = f"{on:%Y-%m}"
    return replace(template, lines=tuple(_line_of_month(line, month) for line in template.lines))


def _line_of_month(line: TemplateLine, month: str) -> TemplateLine:
    due = next((each for each in line.schedule if each.month == month), None)
    return line if due is None else replace(line, amount_minor=due.amount_minor, schedule=())


def split_template(template: EntryTemplate, total_minor: int) -> tuple[int, ...]:
    """Return the amount of each template line; they add up to `total_minor`, exactly.

    A fixed amount takes the total's sign; a percentage is of the total; a VAT rate is the tax
    contained in the total; what rounding leaves goes to the remainder line, else to the last line.
    Raises RuleViolation when the template has no line, or no amount for the month.
    """
    if not template.lines:
        raise RuleViolation(f"template {template.id} has no account")
    if any(line.schedule for line in template.lines):
        raise RuleViolation(f"the plan of template {template.id} has no such month")
    sign = -1 if total_minor < 0 else 1
    amounts = []
    for line in template.lines:
        if line.amount_minor is not None:
            amounts.append(sign * line.amount_minor)
        elif line.share_percent is not None:
            amounts.append(_rounded(total_minor * Decimal(line.share_percent) / 100))
        elif line.vat_rate_percent is not None:
            rate = Decimal(line.vat_rate_percent)
            amounts.append(_rounded(total_minor * rate / (100 + rate)))
        else:
            amounts.append(0)
    remainder = next((n for n, line in enumerate(template.lines) if line.is_remainder), -1)
    amounts[remainder] += total_minor - sum(amounts)
    return tuple(amounts)


def _rounded(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _piece_ref(part: Part, view: BookView) -> str:
    """The number of the one invoice paid, else what the line itself gives."""
    numbers = {
        view.open_items[settle.id].number
        for settle in part.settles
        if settle.type is TargetType.OPEN_ITEM and settle.id in view.open_items
    }
    if len(numbers) == 1:
        return numbers.pop()
    return line_piece(part.line)


def line_piece(line: LineRecord) -> str:
    """Return the piece of an entry that pays no one invoice: the bank's reference, or the place."""
    return line.line.entry_ref or f"{line.statement_id[-8:]}-{line.line.position}"


def line_label(line: LineRecord) -> str:
    """Return how an entry calls a line: its label, else who is on the other side."""
    text = " ".join(line.line.label.split()) or line.line.counterparty.name or "Relevé bancaire"
    return text[:_LABEL_LENGTH_MAX]


def _found(records: Mapping[str, T], key: str) -> T:
    try:
        return records[key]
    except KeyError:
        raise NotFound(f"no record {key}") from None
