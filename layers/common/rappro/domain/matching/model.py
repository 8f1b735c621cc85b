"""The words of matching: what a world is, and what is decided about each line of it.

A world is everything that a decision may depend on: lines, books, settings. The same world always
gives the same decisions, whatever the order it is listed in.
"""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import Final

from rappro.domain.bank import StatementLine
from rappro.domain.books import (
    BankEntry,
    CardContract,
    EntryTemplate,
    OpenItem,
    PastPayment,
    ThirdParty,
)
from rappro.domain.frozen import dataclass
from rappro.domain.ids import LineId, OpenItemId, ThirdPartyId
from rappro.domain.learning import Lesson
from rappro.domain.settings import (
    MatchingSettings,
    PostingSettings,
)


class Level(StrEnum):
    """How a line was matched (niveau de rapprochement); SPEC MAT-5."""

    A = "A"  # exact, on open items or existing payments
    AC = "AC"  # exact, item in another currency
    AS = "AS"  # by search terms or template
    AM = "AM"  # manual, with item or payment
    AD = "AD"  # manual entry
    B = "B"  # information found, not exact: candidates, none selected
    BC = "BC"  # idem in another currency
    C = "C"  # nothing found

    @property
    def is_matched(self) -> bool:
        return self.value.startswith("A")


class TargetType(StrEnum):
    OPEN_ITEM = "open_item"
    BANK_ENTRY = "bank_entry"
    PAST_PAYMENT = "past_payment"
    ACCOUNT = "account"  # a ledger account: manual matches, and level AS by a rule
    THIRD_PARTY = "third_party"  # manual matches only: a payment on account


@dataclass(frozen=True, slots=True)
class Settle:
    """How much of a target is settled, signed as the bank sees it, in the company's currency."""

    type: TargetType
    id: str
    amount_minor: int


class AdjustmentKind(StrEnum):
    DISCOUNT = "discount"
    COMMISSION = "commission"
    FX = "fx"
    CENTS = "cents"
    CHARGE = "charge"
    OVERPAYMENT = "overpayment"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A named difference of a line to what it settles: sum(settles) + sum(adjustments) = line.

    Raised amounts are signed like the line (a discount granted of 2.00 on a receipt is -200).
    """

    kind: AdjustmentKind
    amount_minor: int
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible explanation of a line that was not taken by itself; a higher score is better."""

    settles: tuple[Settle, ...]
    score: int
    template: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence: its kind, the text it was read in, and a sentence for an auditor."""

    kind: str
    text: str
    detail: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A rival explanation and why it lost."""

    candidate: str
    why: str


@dataclass(frozen=True, slots=True)
class Explanation:
    evidence: tuple[Evidence, ...] = ()
    rejected: tuple[Rejected, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchLine:
    """A line as the engine sees it; what a person set (`fixed_*`) is never overruled."""

    id: LineId
    line: StatementLine
    account: str  # ledger account of the line's journal
    statement_key: str = ""  # orders lines across statements: period, number, id
    fixed_third_party: ThirdPartyId | None = None
    fixed_invoice: OpenItemId | None = None
    vetoes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """A bank account of the company's own: its IBAN, compact, and its ledger account (512...)."""

    iban: str
    account: str


@dataclass(frozen=True, slots=True)
class World:
    """Everything a decision depends on. Orders inside the tuples mean nothing.

    `number_shapes` are the shapes of the company's invoice numbers (see references.shape_of);
    `lessons` are what confirmed matches taught about who pays; `company_name` is whose accounts
    the lines are of, as banks name the other side of a transfer between them; `own_accounts` are
    the bank accounts of its journals.
    """

    company_currency: str
    lines: tuple[MatchLine, ...]
    open_items: tuple[OpenItem, ...] = ()
    bank_entries: tuple[BankEntry, ...] = ()
    past_payments: tuple[PastPayment, ...] = ()
    third_parties: tuple[ThirdParty, ...] = ()
    templates: tuple[EntryTemplate, ...] = ()
    card_contracts: tuple[CardContract, ...] = ()
    number_shapes: tuple[str, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    matching: MatchingSettings = field(default_factory=MatchingSettings)
    posting: PostingSettings = field(default_factory=PostingSettings)
    company_name: str = ""
    own_accounts: tuple[OwnAccount, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What the engine says about one line: A lines settle, B lines list candidates, C has none."""

    line_id: LineId
    level: Level
    third_party: ThirdPartyId | None = None
    invoice: OpenItemId | None = None
    template: str | None = None
    settles: tuple[Settle, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    explanation: Explanation = Explanation()


Amount = tuple[str, int]
"""A currency and signed minor units."""

PartyAmount = tuple[ThirdPartyId, str, int]
"""A third party with a currency and signed minor units."""

ITEMS_OF_AMOUNT_MAX: Final = 50
"""Open items of one amount, whoever's: of more, an amount tells nothing without a third party.

The bounds of rules that look at an amount's items lie within it, so reading one item more than
this is enough to know that the rules do not look at them.
"""

ENTRIES_OF_AMOUNT_MAX: Final = 250
"""Waiting bank entries of one amount, whoever's; of more, only the payer's own count."""


@dataclass(frozen=True, slots=True)
class Lookups:
    """What to read from the books to decide some lines: index keys, each read consistently.

    References are normalised tokens (references.item_tokens and entry_tokens); items are those
    that a person set on a line. Of an amount that more than ITEMS_OF_AMOUNT_MAX items or
    ENTRIES_OF_AMOUNT_MAX entries have, one more than that is read and the rest is not;
    `party_amounts` are then read in its place.
    """

    amounts: frozenset[Amount] = frozenset()
    references: frozenset[str] = frozenset()
    third_parties: frozenset[ThirdPartyId] = frozenset()
    items: frozenset[OpenItemId] = frozenset()
    party_amounts: frozenset[PartyAmount] = frozenset()
