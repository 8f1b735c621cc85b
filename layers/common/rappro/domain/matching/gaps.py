"""Why a line's amount differs from what it settles: discount, cents, exchange or charge.

Tried in that order; a difference that none of them explains is not explained. Every gap is the
line's amount minus what is settled, so a gap below zero is a loss for the company.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from rappro.domain.books import (
    OpenItem,
)
from rappro.domain.matching.charges import charges_of
from rappro.domain.matching.clues import Clue
from rappro.domain.matching.discounts import explain_discount
from rappro.domain.matching.model import Adjustment, AdjustmentKind
from rappro.domain.settings import (
    MatchingSettings,
    PostingSettings,
)

FX_SHARE_MAX: Final = Decimal("0.25")
"""Even with the instructed amount at hand, no rate moves further between invoice and payment."""

_HUNDRED: Final = Decimal(100)


def explain_domestic(
    clue: Clue,
    items: Sequence[tuple[OpenItem, int]],
    matching: MatchingSettings,
    posting: PostingSettings,
) -> tuple[Adjustment, ...] | None:
    """Return the adjustments with which the line settles items (each with its residual) in full.

    All items are in the line's currency. Empty when the sum is exact, None when it does not hold,
    or when it is a discount that cannot be booked.
    """
    total = sum(residual for _, residual in items)
    gap = clue.amount - total
    if gap == 0:
        return ()
    if total * clue.amount <= 0:
        return None
    if abs(gap) < abs(total):
        discount = explain_discount(clue, items, matching, posting)
        if discount is not None:
            return discount.adjustments
    if abs(gap) <= matching.cents_tolerance_minor and abs(gap) < abs(total):
        account = posting.cents_loss_account if gap < 0 else posting.cents_gain_account
        return (Adjustment(AdjustmentKind.CENTS, gap, account),)
    if is_charge(clue, gap, total, matching):
        return (Adjustment(AdjustmentKind.CHARGE, gap, posting.bank_charge_account),)
    return None


def is_charge(clue: Clue, gap: int, total: int, matching: MatchingSettings) -> bool:
    """Tell whether a bank kept (or added) a charge: it must be small and the line must say so.

    It says so by its instructed amount, by showing the charge, or by being a foreign transfer that
    shows none.
    """
    if gap >= 0 or -gap > matching.bank_charge_minor_max or -gap * 4 > abs(total):
        return False
    original = clue.line.original
    if original is not None and original.currency == clue.currency:
        return abs(original.amount_minor) == abs(total)
    charges = charges_of(clue)
    if charges.is_shown or clue.kind.has_fee_words:
        return -gap in charges.amounts or (clue.kind.has_fee_words and -gap in clue.refs.amounts)
    return clue.kind.is_from_abroad


def explain_foreign(
    clue: Clue,
    items: Sequence[tuple[OpenItem, int, int]],
    matching: MatchingSettings,
    posting: PostingSettings,
) -> tuple[Adjustment, ...] | None:
    """Return the adjustments with which a line settles items of one other currency in full.

    Each item comes with its own and its company residual; the line is in the company's currency.
    The instructed amount proves the sum; without it the exchange difference has a tolerance.
    """
    own = sum(residual for _, residual, _ in items)
    total = sum(company for _, _, company in items)
    if total * clue.amount <= 0:
        return None
    gap = clue.amount - total
    original = clue.line.original
    if original is not None and original.currency == items[0][0].currency:
        if abs(original.amount_minor) != abs(own) or abs(gap) > abs(total) * FX_SHARE_MAX:
            return None
    elif abs(gap) * _HUNDRED > abs(total) * Decimal(matching.fx_tolerance_percent):
        return None
    return () if gap == 0 else (fx(gap, posting),)


def fx(gap: int, posting: PostingSettings) -> Adjustment:
    """Return an exchange difference (différence de change): a loss below zero, else a gain."""
    account = posting.fx_loss_account if gap < 0 else posting.fx_gain_account
    return Adjustment(AdjustmentKind.FX, gap, account)


def commission(gap: int, posting: PostingSettings) -> tuple[Adjustment, ...]:
    """Return the commission that a card remittance is paid net of."""
    if gap == 0:
        return ()
    return (Adjustment(AdjustmentKind.COMMISSION, gap, posting.commission_account),)
