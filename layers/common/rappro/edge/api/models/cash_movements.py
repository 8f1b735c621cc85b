"""Cash movements (mouvements de trésorerie)."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from rappro.domain.books import BankEntry, EntryStatus, PaymentMethod
from rappro.domain.money import format_amount
from rappro.edge.api.models.shapes import Day, Money, Output, PageOf, Version
from rappro.use_cases.movements import Direction, direction_of, status_of


class CashMovementOutput(Output):
    """A receipt or disbursement (encaissement, décaissement)."""

    id: str
    direction: Direction
    status: EntryStatus = Field(description="of its entry: a draft until a validation posts it")
    journal: str
    account: str = Field(description="the bank account that it moves")
    date: Day
    amount: Money
    currency: str
    third_party: str | None = Field(description="null: nobody known, or several (tiers non défini)")
    label: str
    method: PaymentMethod
    piece_ref: str | None
    entry: str | None
    match: str | None = Field(description="the match that points it, or that it was made by")
    pointed_on: Day | None = Field(description="date de pointage")
    version: Version

    @classmethod
    def of(cls, side: BankEntry) -> Self:
        """Show a movement by its bank side."""
        return cls(
            id=side.id,
            direction=direction_of(side),
            status=status_of(side),
            journal=side.journal,
            account=side.account,
            date=side.date,
            amount=format_amount(side.amount_minor, side.currency),
            currency=side.currency,
            third_party=side.third_party,
            label=side.label,
            method=side.method,
            piece_ref=side.piece_ref,
            entry=side.entry_id,
            match=side.match_id,
            pointed_on=side.pointed_on or side.marked_on,
            version=side.version,
        )


class CashMovementPage(PageOf[CashMovementOutput]):
    """Cash movements, by bank account, then date."""
