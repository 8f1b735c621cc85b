"""Difference types (types d'écart): by which account a difference is settled through the ledger.

A company has those of the Plan comptable général, on the accounts of its posting settings, and its
own beside them or in their place.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rappro.domain.frozen import dataclass
from rappro.domain.settings import PostingSettings

OTHER: Final = "other"
"""The type (autre) whose counterparts the caller gives; no record may have its code."""

SCRAP: Final = "SCRAP"
"""Transaction code (code transaction) of an entry that settles a difference."""
SCRAP_PIECE: Final = "Rapprochement"


@dataclass(frozen=True, slots=True)
class DifferenceType:
    """A kind of difference (type d'écart de règlement) and the account that takes it.

    `use_count` is how many standing matches were settled by it; a used one is not deleted.
    """

    code: str
    label: str
    account: str
    use_count: int = 0
    version: int = 0

    @property
    def key(self) -> str:
        return self.code


def default_types(posting: PostingSettings) -> tuple[DifferenceType, ...]:
    """Return the types that every company has, on the accounts of its settings, by code."""
    return (
        DifferenceType("bank_charges", "Frais bancaires", posting.bank_charge_account),
        DifferenceType("commission", "Commissions", posting.commission_account),
        DifferenceType("discount_granted", "Escompte accordé", posting.discount_granted_account),
        DifferenceType("discount_obtained", "Escompte obtenu", posting.discount_obtained_account),
        DifferenceType("fx_gain", "Gain de change", posting.fx_gain_account),
        DifferenceType("fx_loss", "Perte de change", posting.fx_loss_account),
        DifferenceType("rounding_gain", "Arrondi, produit", posting.cents_gain_account),
        DifferenceType("rounding_loss", "Arrondi, charge", posting.cents_loss_account),
    )


def all_types(
    stored: Iterable[DifferenceType], posting: PostingSettings
) -> tuple[DifferenceType, ...]:
    """Return the company's types by code: its own, and the defaults that none of its replaces.

    A default has version 0: it is in no store.
    """
    found = {one.code: one for one in default_types(posting)}
    found |= {one.code: one for one in stored}
    return tuple(found[code] for code in sorted(found))
