"""How far an amount pays an invoice (imputation)."""

from __future__ import annotations

from rappro.domain.books import OpenItem
from rappro.domain.errors import OpenItemAlreadySettled, RuleViolation
from rappro.domain.ids import ThirdPartyId


def payable(item: OpenItem, party: ThirdPartyId | None, amount_minor: int) -> int:
    """Return what an amount of a third party pays of an invoice: it all, or the whole residual.

    Both are signed as the bank sees them, in the company's currency. Raises
    OpenItemAlreadySettled, RuleViolation for another third party's or the other direction.
    """
    residual_minor = item.company_residual_minor
    if not residual_minor:
        raise OpenItemAlreadySettled(f"invoice {item.number} is settled already")
    if item.third_party != party:
        raise RuleViolation(f"invoice {item.number} is another third party's")
    if residual_minor * amount_minor < 0:
        direction = "in" if amount_minor > 0 else "out"
        raise RuleViolation(f"invoice {item.number} is not paid by money {direction}")
    return residual_minor if abs(residual_minor) < abs(amount_minor) else amount_minor
