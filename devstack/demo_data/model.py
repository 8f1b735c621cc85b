"""The words of the demo's data: movements with what they really are, statements, the result."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any


class Means(StrEnum):
    """How money moved; each writer knows its own codes for it."""

    TRANSFER_IN = "transfer_in"
    TRANSFER_OUT = "transfer_out"
    INSTANT_IN = "instant_in"
    INSTANT_OUT = "instant_out"
    TREASURY_IN = "treasury_in"
    TREASURY_OUT = "treasury_out"
    DIRECT_DEBIT = "direct_debit"
    COLLECTION = "collection"
    COLLECTION_RETURN = "collection_return"
    CHEQUE = "cheque"
    CHEQUE_DEPOSIT = "cheque_deposit"
    CHEQUE_UNPAID = "cheque_unpaid"
    CARD = "card"
    CARD_DEPOSIT = "card_deposit"
    CASH_DEPOSIT = "cash_deposit"
    BILL = "bill"
    FEE = "fee"
    INTEREST = "interest"
    LOAN = "loan"


class Target(StrEnum):
    OPEN_ITEM = "open_item"
    BANK_ENTRY = "bank_entry"


@dataclass(frozen=True, slots=True)
class Settled:
    """What a line settles: an open item by third party and number, or an entry by its piece.

    `amount_minor` is signed as the bank sees it; for a bank entry `account` is its ledger account.
    """

    target: Target
    number: str
    amount_minor: int
    third_party: str | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Truth:
    """What a statement line really is.

    `is_decidable`: the books and the line prove `settles` (or `template`) by the rules of automatic
    matching; otherwise a person has to decide, and `settles` is what that person would choose.
    """

    kind: str
    settles: tuple[Settled, ...] = ()
    third_party: str | None = None
    template: str | None = None
    adjustment_minor: int = 0
    is_decidable: bool = True


@dataclass(frozen=True, slots=True)
class Movement:
    """One bank movement before it is written in a format; + is money in.

    `number` is the cheque or remittance number; `details` are the parts of a batch booking.
    """

    booked_on: date
    amount_minor: int
    means: Means
    truth: Truth
    name: str = ""
    iban: str = ""
    remittance: str = ""
    end_to_end: str = ""
    mandate: str = ""
    creditor_id: str = ""
    number: str = ""
    batch_ref: str = ""
    return_reason: str = ""
    label: str = ""
    bank_ref: str = ""
    details: tuple[Movement, ...] = ()


@dataclass(frozen=True, slots=True)
class BankAccount:
    """A bank account; `journal` is None when the company has no journal for it."""

    journal: str | None
    ledger: str
    label: str
    bank: str
    branch: str
    number: str
    iban: str
    bic: str
    holder: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement (relevé) as its bank says it; balances at the ends of both dates."""

    account: BankAccount
    number: int
    first_day: date
    last_day: date
    opening_minor: int
    closing_minor: int
    movements: tuple[Movement, ...]


@dataclass(frozen=True, slots=True)
class TruthLine:
    """The truth about one written line: `statement` and `position` are 1-based, `file` its name."""

    file: str
    statement: int
    position: int
    booked_on: date
    amount_minor: int
    truth: Truth


@dataclass(frozen=True, slots=True)
class DemoFile:
    """A file as a bank or an accounting package would deliver it."""

    name: str
    content: bytes = field(repr=False)
    journal: str | None = None
    statements: tuple[Statement, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class DemoCompany:
    name: str
    siren: str
    currency: str
    fiscal_start: date
    fiscal_end: date


@dataclass(frozen=True, slots=True)
class DemoData:
    """Everything the demo feeds: files to drop, settings to send by API, and the truth to check.

    `settings` holds plain JSON values under the field names of the books document: `accounts`,
    `journals`, `third_parties` (by auxiliary code), `templates`, `card_contracts`.
    `open_item_count` is how many unlettered items the FEC holds, `waiting_entry_count` how many
    unpointed bank entries.
    """

    company: DemoCompany
    fec: DemoFile
    statements: tuple[DemoFile, ...]
    truth: tuple[TruthLine, ...] = field(repr=False)
    settings: dict[str, Any] = field(repr=False)
    open_item_count: int = 0
    waiting_entry_count: int = 0

    @property
    def files(self) -> tuple[DemoFile, ...]:
        """The FEC first, then the statements in the order they should be dropped."""
        return (self.fec, *self.statements)
