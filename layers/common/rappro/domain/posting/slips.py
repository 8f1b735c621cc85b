"""Drafts one entry for several lines, with counterparts that a person gives (pièce de trésorerie).

Cash movements of an undefined third party, differences settled through the ledger and entries from
templates are made here; an entry for each line of a match is drafting.py's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from rappro.domain.books import (
    BankEntry,
    BankEntrySource,
    EntryLine,
    EntrySource,
    JournalEntry,
)
from rappro.domain.errors import UnbalancedEntry
from rappro.domain.frozen import dataclass
from rappro.domain.ids import EntryId, MatchId, StatementId, derive_id
from rappro.domain.matching.model import Settle, TargetType
from rappro.domain.money import format_amount
from rappro.domain.posting.drafting import BookView, Draft, bank_account, counterpart


@dataclass(frozen=True, slots=True)
class Leg:
    """A counterpart (contrepartie) that a person gives.

    The amount is signed as the bank sees it: positive is a credit of the account.
    """

    account: str
    amount_minor: int
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Slip:
    """The head of an entry (en-tête d'écriture).

    `name` tells it from the other entries of its match. `on_account_minor` is what the bank account
    moves by, in `currency`. `journal` is the bank account's unless another is named; the bank leg
    is on the bank account all the same.
    """

    name: str
    statement_id: StatementId
    on: date
    piece_ref: str
    label: str
    on_account_minor: int
    currency: str
    is_payment: bool = False
    journal: str | None = None
    transaction_code: str | None = None


def check_balance(legs: Sequence[Leg], total_minor: int, currency: str) -> None:
    """Raise UnbalancedEntry, naming the gap, unless the legs come to the total to the cent."""
    given_minor = sum(leg.amount_minor for leg in legs)
    if given_minor != total_minor:
        given, total, gap = (
            format_amount(minor, currency)
            for minor in (given_minor, total_minor, total_minor - given_minor)
        )
        raise UnbalancedEntry(f"the counterparts are {given} of {total}: {gap} is left to share")


def draft_slip(slip: Slip, legs: Sequence[Leg], match_id: MatchId, view: BookView) -> Draft:
    """Return an entry whose bank leg, on the bank account, balances the legs."""
    account = bank_account(view.journal)
    amount_minor = sum(leg.amount_minor for leg in legs)
    bank_leg = counterpart(account, -amount_minor, slip.label)
    if slip.currency != view.company.currency:
        bank_leg = replace(
            bank_leg, foreign_amount_minor=slip.on_account_minor, foreign_currency=slip.currency
        )
    entry = JournalEntry(
        id=EntryId(derive_id("en", match_id, slip.name)),
        journal=slip.journal or view.journal.code,
        date=slip.on,
        piece_ref=slip.piece_ref,
        piece_date=slip.on,
        label=slip.label,
        lines=(bank_leg, *(_line(leg, slip) for leg in legs if leg.amount_minor)),
        source=EntrySource.ENGINE,
        fiscal_year=view.company.fiscal_year(slip.on),
        statement_id=slip.statement_id,
        match_id=match_id,
        transaction_code=slip.transaction_code,
    )
    return Draft(entry, _bank_side(entry, slip, account))


def _line(leg: Leg, slip: Slip) -> EntryLine:
    return counterpart(leg.account, leg.amount_minor, leg.label or slip.label)


def _bank_side(entry: JournalEntry, slip: Slip, account: str) -> BankEntry:
    return BankEntry(
        id=derive_id("be", entry.id, 0),
        journal=entry.journal,
        account=account,
        date=entry.date,
        amount_minor=slip.on_account_minor,
        currency=slip.currency,
        label=entry.label,
        source=BankEntrySource.PAYMENT if slip.is_payment else BankEntrySource.ENTRY,
        piece_ref=entry.piece_ref,
        entry_id=entry.id,
        entry_line=0,
        is_in_ledger=False,
        pointed_on=entry.date,
        match_id=entry.match_id,
    )


def targets(legs: Sequence[Leg]) -> tuple[Settle, ...]:
    """Return the ledger accounts that counterparts go to, as what a match settles."""
    return tuple(Settle(TargetType.ACCOUNT, leg.account, leg.amount_minor) for leg in legs)


def shared(
    amounts_minor: Sequence[int], settles: Sequence[Settle]
) -> tuple[tuple[Settle, ...], ...]:
    """Return, for each line amount, the parts of the targets that it takes; both totals hold.

    Every line but the last takes from the targets in their order; the last takes what is left, of
    either sign. Amounts may be of both signs, since one entry stands for all lines.
    """
    left = [settle.amount_minor for settle in settles]
    parts: list[tuple[Settle, ...]] = []
    for amount_minor in amounts_minor[:-1]:
        taken = []
        for index, settle in enumerate(settles):
            is_last = index == len(settles) - 1
            share = amount_minor if is_last else _share(left[index], amount_minor)
            if share:
                left[index] -= share
                amount_minor -= share  # noqa: PLW2901 - what the line still needs
                taken.append(Settle(settle.type, settle.id, share))
        parts.append(tuple(taken))
    rest = tuple(
        Settle(settle.type, settle.id, minor)
        for settle, minor in zip(settles, left, strict=True)
        if minor
    )
    return (*parts, rest)


def _share(left_minor: int, wanted_minor: int) -> int:
    """Return what of a target a line takes: never beyond either, nothing of the other sign."""
    if left_minor * wanted_minor <= 0:
        return 0
    return left_minor if abs(left_minor) <= abs(wanted_minor) else wanted_minor
