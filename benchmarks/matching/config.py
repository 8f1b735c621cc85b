"""The configurations of the generator: what a world is made of, and how badly banks tell it.

`easy` and `hard` may be looked at while an engine is worked on. `held_out` has other number
grammars, other banks and another mix, and no engine is ever tuned on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

KINDS: Final = (
    "exact", "truncated_number", "glued_references", "typo", "one_to_many", "payer_amount",
    "payer_subset", "many_to_one", "many_to_many", "discount", "cents", "foreign_currency",
    "bank_charge", "partial", "over_payment", "sepa_return", "reversal", "twins",
    "equal_amounts", "card_remittance", "cheque_remittance", "cheque_issued", "waiting_payment",
    "parent_payer", "duplicate_payment", "credit_note", "customer_and_supplier",
    "internal_transfer", "template", "noise",
)  # fmt: skip
"""What a line is an example of; each is at least 2 % of the lines of `hard`."""


@dataclass(frozen=True, slots=True)
class Config:
    """One kind of world. Shares and chances are between 0 and 1; `mix` are weights of lines."""

    name: str
    mix: Mapping[str, float]
    grammars: tuple[str, ...]
    supplier_grammars: tuple[str, ...]
    banks: tuple[str, ...]
    prices: tuple[int, ...] = (2_990, 4_900, 9_900, 12_000, 24_000, 36_000)
    first_day: date = date(2025, 1, 6)
    days: int = 330
    lines_per_party: float = 7.0
    hot_share: float = 0.1
    """Share of amounts that are one of `prices`."""
    backlog_share: float = 0.25
    """Items nobody pays in the period, for each line."""
    iban_known: float = 0.7
    """Chance that the books know a third party's IBAN."""
    near_names: float = 0.1
    """Share of third parties whose name shares its first or last word with another one's."""
    lost_names: float = 0.05
    """Chance that a payer's bank name is one the books do not know."""
    clutter: float = 0.3
    """Chance that other numbers stand beside an invoice number."""
    decoys: float = 0.25
    """Chance that a story leaves open what could explain its line as well."""


_HARD_MIX: Final = {
    "exact": 10.0, "truncated_number": 4.5, "glued_references": 3.5, "typo": 3.0,
    "one_to_many": 4.5, "payer_amount": 4.5, "payer_subset": 3.5, "many_to_one": 4.0,
    "many_to_many": 3.0, "discount": 3.5, "cents": 2.5, "foreign_currency": 3.0,
    "bank_charge": 2.5, "partial": 3.5, "over_payment": 2.2, "sepa_return": 3.5, "reversal": 2.4,
    "twins": 4.0, "equal_amounts": 4.0, "card_remittance": 3.5, "cheque_remittance": 3.0,
    "cheque_issued": 2.5, "waiting_payment": 3.5, "parent_payer": 2.8, "duplicate_payment": 3.0,
    "credit_note": 3.0, "customer_and_supplier": 2.6, "internal_transfer": 2.6, "template": 3.5,
    "noise": 2.8,
}  # fmt: skip

HARD: Final = Config(
    name="hard",
    mix=_HARD_MIX,
    grammars=("FA{yyyy}-{n:05d}", "F{yy}{mm}{n:04d}", "VE/{yy}/{n:05d}"),
    supplier_grammars=(
        "{n:07d}", "FC{n:06d}", "{yyyy}{mm}-{n:04d}", "INV-{n:05d}", "F{yyyy}/{n:04d}",
        "{c}{n:06d}",
    ),
    banks=("loire", "mutuel", "national", "digital", "loire", "national"),
)  # fmt: skip

EASY: Final = replace(
    HARD,
    name="easy",
    mix={**dict.fromkeys(KINDS, 1.0), "exact": 40.0, "one_to_many": 8.0, "payer_amount": 10.0,
         "template": 8.0, "cheque_issued": 5.0, "waiting_payment": 6.0},
    grammars=("FA{yyyy}-{n:05d}",),
    supplier_grammars=("FC{n:06d}", "INV-{n:05d}"),
    banks=("loire", "digital"),
    lines_per_party=3.0,
    hot_share=0.02,
    backlog_share=0.1,
    iban_known=0.95,
    near_names=0.02,
    lost_names=0.0,
    clutter=0.1,
    decoys=0.0,
)  # fmt: skip

HELD_OUT: Final = replace(
    HARD,
    name="held_out",
    mix={**_HARD_MIX, "exact": 7.0, "truncated_number": 5.5, "typo": 4.0, "payer_amount": 6.0,
         "twins": 5.0, "noise": 4.5, "card_remittance": 4.5},
    grammars=("{yy}.{n:06d}", "C{c}{n:05d}-{yy}", "{mm}{yy}/FV{n:04d}"),
    supplier_grammars=(
        "{yyyy}-{mm}-{n:04d}", "DOC{n:05d}", "R{n:06d}/{yy}", "{n:06d}FR", "FV{yy}-{n:05d}",
    ),
    banks=("alpine", "outremer", "coop", "neo", "coop"),
    prices=(1_499, 5_900, 8_900, 15_000, 19_900, 48_000),
    first_day=date(2024, 9, 2),
    days=250,
    iban_known=0.6,
    near_names=0.15,
    lost_names=0.08,
)  # fmt: skip

SCALE: Final = replace(
    HARD,
    name="scale",
    mix={"exact": 30.0, "payer_amount": 15.0, "truncated_number": 6.0, "one_to_many": 2.0,
         "twins": 9.0, "equal_amounts": 15.0, "cheque_issued": 4.0, "waiting_payment": 4.0,
         "template": 4.0, "partial": 3.0, "noise": 3.0},
    hot_share=0.1,
    backlog_share=0.0,
    lines_per_party=13.0,
    decoys=0.0,
)  # fmt: skip
"""As many open items as lines, a third of them of six prices; 8,000 third parties at 100,000."""

CONFIGS: Final = {config.name: config for config in (EASY, HARD, HELD_OUT, SCALE)}
