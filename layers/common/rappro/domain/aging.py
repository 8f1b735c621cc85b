"""How old open items are (ancienneté): the four classes of French practice, and subtotals.

Knows dates' differences and amounts only; what is open is decided in report.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol

from rappro.domain.frozen import dataclass


class AgeBucket(StrEnum):
    """A class of age in days (tranche d'ancienneté)."""

    UP_TO_30 = "0-30"
    UP_TO_60 = "31-60"
    UP_TO_90 = "61-90"
    OVER_90 = "over-90"


@dataclass(frozen=True, slots=True)
class Subtotal:
    """How many items and what they add up to, signed as the bank account sees it."""

    count: int
    amount_minor: int


class Aged(Protocol):
    """An item with an amount and an age."""

    @property
    def amount_minor(self) -> int: ...
    @property
    def age_days(self) -> int: ...


def age_bucket(days: int) -> AgeBucket:
    """Return the class of an age: 0 to 30 days, 31 to 60, 61 to 90, more than 90."""
    if days <= 30:
        return AgeBucket.UP_TO_30
    if days <= 60:
        return AgeBucket.UP_TO_60
    return AgeBucket.UP_TO_90 if days <= 90 else AgeBucket.OVER_90


def subtotal(items: Iterable[Aged]) -> Subtotal:
    """Return the count and the sum of some items."""
    amounts = [item.amount_minor for item in items]
    return Subtotal(len(amounts), sum(amounts))


def by_age(items: Iterable[Aged]) -> dict[AgeBucket, Subtotal]:
    """Return the subtotal of every class, the youngest first; empty ones are there too."""
    found: dict[AgeBucket, list[Aged]] = {bucket: [] for bucket in AgeBucket}
    for item in items:
        found[age_bucket(item.age_days)].append(item)
    return {bucket: subtotal(rows) for bucket, rows in found.items()}
