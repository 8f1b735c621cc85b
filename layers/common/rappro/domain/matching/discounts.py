"""Early-payment discounts (escomptes) and the VAT in them; SPEC MAT-11.

A discount that a customer takes lowers the VAT that was collected, one that a supplier grants the
VAT that is deductible. Where the company splits it, the VAT of every invoice in question must be
known: it is never guessed, and a discount that cannot be split is left to a person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from fractions import Fraction
from itertools import product
from math import ceil, floor
from typing import Final, NamedTuple

from rappro.domain.books import OpenItem
from rappro.domain.matching.clues import Clue
from rappro.domain.matching.model import Adjustment, AdjustmentKind
from rappro.domain.settings import DiscountVat, MatchingSettings, PostingSettings

DISCOUNTED_MAX: Final = 8
"""Invoices of one payment that may each have their discount or not: 2^8 ways at most."""

_UNSPLIT: Final = (DiscountVat.BY_ACCOUNT, DiscountVat.UNTAXED)


class DiscountGap(NamedTuple):
    """A gap that is a discount; its adjustments are None when the VAT in it is not known."""

    adjustments: tuple[Adjustment, ...] | None


_UNKNOWN: Final = DiscountGap(None)


class _Taken(NamedTuple):
    """A discount that an invoice's payment took, signed like the invoice."""

    item: OpenItem
    amount_minor: int


def discounts(
    item: OpenItem,
    residual_minor: int,
    clue: Clue,
    grace_days: int,
    *,
    mode: DiscountVat = DiscountVat.BY_ACCOUNT,
) -> tuple[int, ...]:
    """Return the discounts that a payment of an item may take, signed as its residual.

    Empty outside the terms, and where the tax-free amount would have to be known. Two values when
    the percentage leaves a part of a cent: both roundings are in use.
    """
    if item.discount is None or not _is_in_time(item, clue, grace_days):
        return ()
    base = Fraction(abs(residual_minor))
    if mode is DiscountVat.UNTAXED:
        share = _vat_share(item)
        if share is None:
            return ()
        base -= base * share
    exact = base * Fraction(item.discount.rate_percent) / 100
    sign = -1 if residual_minor < 0 else 1
    return tuple(sorted({sign * floor(exact), sign * ceil(exact)} - {0}))


def explain_discount(
    clue: Clue,
    items: Sequence[tuple[OpenItem, int]],
    matching: MatchingSettings,
    posting: PostingSettings,
) -> DiscountGap | None:
    """Tell whether the gap is the sum of discounts of some of the items, each within its terms.

    Items come with their residuals, in the line's currency. None when it is not.
    """
    gap = clue.amount - sum(residual for _, residual in items)
    mode, grace = posting.discount_vat, matching.discount_grace_days
    if mode is DiscountVat.UNTAXED and _may_be_untaxed(clue, items, gap, grace):
        return _UNKNOWN
    ways: list[tuple[_Taken, ...]] = []
    for item, residual in items:
        found = discounts(item, residual, clue, grace, mode=mode)
        if found:
            ways.append((_Taken(item, 0), *(_Taken(item, amount) for amount in found)))
    if not ways:
        return None
    vats = _vats(ways, -gap, posting)
    if not vats:
        return None
    vat = vats.pop() if len(vats) == 1 else None
    return _UNKNOWN if vat is None else _booked(gap, vat, posting)


def _vats(
    ways: Sequence[tuple[_Taken, ...]], discount: int, posting: PostingSettings
) -> set[int | None]:
    """Return the VAT to book for each choice of discounts with that sum, none when none has it."""
    if len(ways) > DISCOUNTED_MAX:
        has_any, first = _is_between(ways, discount), None
    else:
        sets = (t for t in product(*ways) if sum(each.amount_minor for each in t) == discount)
        first = next(sets, None)
        has_any = first is not None
    if not has_any:
        return set()
    if posting.discount_vat in _UNSPLIT:
        return {0}
    return {None} if first is None else {_vat_of(t, posting) for t in (first, *sets)}


def _is_between(ways: Sequence[tuple[_Taken, ...]], amount_minor: int) -> bool:
    """Tell whether an amount lies between the smallest and the largest sum of all discounts."""
    lows, highs = (
        sum(pick(taken.amount_minor for taken in way[1:]) for way in ways) for pick in (min, max)
    )
    return lows <= amount_minor <= highs


def _is_in_time(item: OpenItem, clue: Clue, grace_days: int) -> bool:
    paid_on = min(clue.on, clue.line.value_date or clue.on)
    until = item.discount.until if item.discount is not None else paid_on
    return paid_on <= until + timedelta(days=grace_days)


def _may_be_untaxed(
    clue: Clue, items: Sequence[tuple[OpenItem, int]], gap: int, grace_days: int
) -> bool:
    """Tell whether the gap may hold a discount of a tax-free amount that nobody said."""
    whole = [
        max(found, key=abs)
        for item, residual in items
        if (found := discounts(item, residual, clue, grace_days))
    ]
    is_known = all(item.discount is None or _vat_share(item) is not None for item, _ in items)
    return not is_known and gap * sum(whole) < 0 and abs(gap) <= abs(sum(whole))


def _booked(gap: int, vat: int, posting: PostingSettings) -> DiscountGap:
    """Return the legs of a discount: what is net of VAT, and the VAT when there is any.

    `vat` is signed like the discount that was taken, so against the gap.
    """
    is_granted = gap < 0
    net_account = posting.discount_granted_account
    vat_account = posting.vat_collected_account
    if not is_granted:
        net_account = posting.discount_obtained_account
        vat_account = posting.vat_deductible_account
    legs = [Adjustment(AdjustmentKind.DISCOUNT, gap + vat, net_account)]
    if vat:
        legs.append(Adjustment(AdjustmentKind.DISCOUNT, -vat, vat_account))
    return DiscountGap(tuple(legs))


def _vat_of(taken: Iterable[_Taken], posting: PostingSettings) -> int | None:
    """Return the VAT in discounts, by the company's way to split; None when any is not known."""
    if posting.discount_vat is DiscountVat.SPLIT_BY_INVOICE:
        shares = [(each.amount_minor, _vat_share(each.item)) for each in taken]
    else:
        totals: dict[str, int] = defaultdict(int)
        for each in taken:
            totals[each.item.account] += each.amount_minor
        shares = [(total, _account_share(account, posting)) for account, total in totals.items()]
    vat = 0
    for amount, share in shares:
        if amount and share is None:
            return None
        vat += _rounded(amount * share) if share is not None else 0
    return vat


def _rounded(exact: Fraction) -> int:
    """Round half a cent away from zero."""
    whole = floor(abs(exact) + Fraction(1, 2))
    return whole if exact >= 0 else -whole


def _vat_share(item: OpenItem) -> Fraction | None:
    """Return the part of an item's amount that is VAT, None when nobody said."""
    if item.vat_minor is not None:
        return Fraction(item.vat_minor, item.amount_minor or 1)
    return None if item.vat_rate_percent is None else _share_of(item.vat_rate_percent)


def _account_share(account: str, posting: PostingSettings) -> Fraction | None:
    fitting = [rate for rate in posting.discount_vat_rates if account.startswith(rate.account)]
    if not fitting:
        return None
    return _share_of(max(fitting, key=lambda rate: len(rate.account)).rate_percent)


def _share_of(rate_percent: str) -> Fraction:
    rate = Fraction(rate_percent)
    return rate / (100 + rate)
