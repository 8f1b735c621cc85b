"""Book side: the company's accounts, journals, third parties, open items and entries.

Every record carries `version`, raised by one at each write; 0 means it was never stored. Amounts
are minor units. Outside entry lines they are signed as the company's bank account sees them:
+ money in (customer invoice +, supplier invoice -, customer credit note -).
"""

from __future__ import annotations

from dataclasses import field
from datetime import date, datetime
from enum import StrEnum

from rappro.domain.errors import InputError, UnbalancedEntry
from rappro.domain.fiscal_years import FiscalYear, name_of, year_called, year_of
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, EntryId, MatchId, OpenItemId, StatementId, ThirdPartyId
from rappro.domain.settings import ImportProfile, MatchingSettings, PostingSettings

Day = date
"""In a class with a field named `date`, that name means the field: types say `Day` there."""


@dataclass(frozen=True, slots=True)
class Company:
    """A set of books (dossier). Entries dated up to `closed_until` are locked.

    Fiscal years have twelve months from `fiscal_year_start_month` on, but for `fiscal_years`.
    `auto_validation`: a statement that leaves nothing to decide is validated by itself (POS-1).
    """

    id: CompanyId
    name: str
    siren: str | None = None
    currency: str = "EUR"
    timezone: str = "Europe/Paris"
    fiscal_year_start_month: int = 1
    fiscal_years: tuple[FiscalYear, ...] = ()
    closed_until: date | None = None
    matching: MatchingSettings = MatchingSettings()
    posting: PostingSettings = PostingSettings()
    auto_validation: bool = False
    version: int = 0

    @property
    def key(self) -> str:
        return "COMPANY"

    def fiscal_year(self, on: date) -> str:
        """Return the name of a day's fiscal year: the calendar year in which it begins, mostly."""
        listed, month = self.fiscal_years, self.fiscal_year_start_month
        return name_of(year_of(on, month, listed), month, listed)

    def fiscal_year_period(self, name: str) -> tuple[date, date]:
        """Return the first and the last day (clôture) of a fiscal year, by its name.

        Raises InputError for what is no year.
        """
        year = year_called(name, self.fiscal_year_start_month, self.fiscal_years)
        return year.first, year.last


@dataclass(frozen=True, slots=True)
class LedgerAccount:
    """A ledger account (compte comptable), PCG numbering."""

    number: str
    label: str
    version: int = 0

    @property
    def key(self) -> str:
        return self.number


class JournalType(StrEnum):
    TREASURY = "treasury"
    SALES = "sales"
    PURCHASES = "purchases"
    MISCELLANEOUS = "miscellaneous"
    OPENING = "opening"


@dataclass(frozen=True, slots=True)
class PointingBalance:
    """The bank's balance at the end of a day, to which the entries were pointed by hand."""

    on: Day
    balance_minor: int


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal; a treasury journal has one bank account and its ledger account (512...).

    `reconciled_on` and `reconciled_balance_minor`: up to that day the bank account was pointed
    elsewhere, at that bank balance; what is unlettered after it waits for the bank.
    `import_profile` is the code of the profile its statements are taken in by; without one,
    `profile` holds values of the journal's own. `pointings` are the days and bank balances up to
    which a person pointed the account by hand (pointage manuel), in order.
    """

    code: str
    label: str
    type: JournalType = JournalType.MISCELLANEOUS
    account: str | None = None
    iban: str | None = None
    bic: str | None = None
    bank_number: str | None = None
    currency: str = "EUR"
    profile: ImportProfile = ImportProfile()
    import_profile: str | None = None
    reconciled_on: date | None = None
    reconciled_balance_minor: int | None = None
    pointings: tuple[PointingBalance, ...] = ()
    auto_validation: bool | None = None  # None: as the company says
    version: int = 0

    @property
    def key(self) -> str:
        return self.code


class ThirdPartyKind(StrEnum):
    CUSTOMER = "customer"
    SUPPLIER = "supplier"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Payer:
    """Somebody who pays for a third party (a parent company, a factor)."""

    name: str | None = None
    iban: str | None = None


@dataclass(frozen=True, slots=True)
class ThirdParty:
    """A customer or supplier (tiers).

    `bank_references` are the texts it shows on statements (référence sur relevé bancaire);
    without any, the call name (nom d'appel) serves. `letter_count` is how many full letters its
    account has used (AAA is the first).
    """

    id: ThirdPartyId
    kind: ThirdPartyKind
    name: str
    account: str
    auxiliary: str | None = None
    legal_form: str | None = None
    call_name: str | None = None
    siren: str | None = None
    is_person: bool = False
    aliases: tuple[str, ...] = ()
    bank_references: tuple[str, ...] = ()
    ibans: tuple[str, ...] = ()
    mandates: tuple[str, ...] = ()
    payers: tuple[Payer, ...] = ()
    payment_terms_days: int | None = None
    payment_method: str | None = None
    letter_count: int = 0
    external_version: int | None = None  # the accounting package's own, as it last came in bulk
    version: int = 0

    @property
    def key(self) -> str:
        return self.id


class OpenItemType(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    PREPAYMENT = "prepayment"


@dataclass(frozen=True, slots=True)
class Discount:
    """An early-payment discount (escompte): `rate_percent` is decimal text, `until` included."""

    rate_percent: str
    until: date


@dataclass(frozen=True, slots=True)
class EntryPlace:
    """A line of an entry: `line` counts from 0."""

    entry_id: EntryId
    line: int


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An unsettled posted invoice, credit note or prepayment (échéance, poste ouvert).

    `amount_minor` and `residual_minor` are in `currency` and share their sign, seen from the bank
    account; `company_*` are the same in the company's currency. The residual never crosses zero.
    `entry_id` and `entry_line` (0-based) point to the ledger line it stands for, when known;
    `sources` are all the lines whose sum its first residual was, when they are several (an invoice
    and the deposit or credit note on the same piece). `settled_by` are the generated entries that
    took from its residual. The VAT in its amount is `vat_minor`, signed like it, or of a rate
    (decimal text); neither: nobody said.
    """

    id: OpenItemId
    type: OpenItemType
    third_party: ThirdPartyId
    account: str
    number: str
    issue_date: date
    due_date: date
    currency: str
    amount_minor: int
    residual_minor: int
    company_amount_minor: int
    company_residual_minor: int
    discount: Discount | None = None
    external_id: str | None = None
    label: str = ""
    entry_id: EntryId | None = None
    entry_line: int | None = None
    letter: str | None = None
    settled_by: tuple[EntryId, ...] = ()
    sources: tuple[EntryPlace, ...] = ()
    vat_minor: int | None = None
    vat_rate_percent: str | None = None
    external_version: int | None = None
    version: int = 0

    def __post_init__(self) -> None:
        vat = self.vat_minor or 0
        if vat * self.amount_minor < 0 or abs(vat) > abs(self.amount_minor):
            raise InputError(f"open item {self.number}: VAT outside 0..amount")
        pairs = (
            (self.amount_minor, self.residual_minor),
            (self.company_amount_minor, self.company_residual_minor),
        )
        for amount, residual in pairs:
            if residual * amount < 0 or abs(residual) > abs(amount):
                raise InputError(f"open item {self.number}: residual outside 0..amount")

    @property
    def key(self) -> str:
        return self.id

    @property
    def is_settled(self) -> bool:
        return self.residual_minor == 0


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One debit or credit of an entry (ligne d'écriture), in the company's currency.

    Both amounts are never negative and at most one is set. `letter` is the lettering (lettrage):
    upper case when its group is balanced, lower case while it is partial. `piece_ref` and
    `piece_date` are set when a line's piece is not that of its entry.
    """

    account: str
    label: str
    debit_minor: int = 0
    credit_minor: int = 0
    third_party: ThirdPartyId | None = None
    letter: str | None = None
    lettered_on: date | None = None
    foreign_amount_minor: int | None = None
    foreign_currency: str | None = None
    piece_ref: str | None = None
    piece_date: date | None = None

    def __post_init__(self) -> None:
        is_negative = self.debit_minor < 0 or self.credit_minor < 0
        if is_negative or (self.debit_minor and self.credit_minor):
            raise InputError("an entry line is either a debit or a credit, never negative")

    @property
    def balance_minor(self) -> int:
        """Debit minus credit: for a bank account, + is money in."""
        return self.debit_minor - self.credit_minor


class EntryStatus(StrEnum):
    DRAFT = "draft"  # brouillard
    VALIDATED = "validated"


class EntrySource(StrEnum):
    FEC = "fec"
    API = "api"
    ENGINE = "engine"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A balanced entry (écriture). `number` is its gap-free number in journal and fiscal year.

    Raises UnbalancedEntry when debits are not credits, to the minor unit; an imported validated
    entry may be unbalanced only when it says so (`is_unbalanced_at_source`).
    """

    id: EntryId
    journal: str
    date: Day
    piece_ref: str
    piece_date: Day
    label: str
    lines: tuple[EntryLine, ...]
    source: EntrySource
    status: EntryStatus = EntryStatus.DRAFT
    number: int | None = None
    source_number: str | None = None  # EcritureNum of the imported file
    validated_on: Day | None = None
    fiscal_year: str | None = None
    statement_id: StatementId | None = None
    match_id: MatchId | None = None
    is_unbalanced_at_source: bool = False
    created_at: datetime | None = None
    transaction_code: str | None = None  # code transaction: SCRAP for a settled difference
    external_id: str | None = None  # what the accounting package calls it
    external_version: int | None = None
    version: int = 0

    def __post_init__(self) -> None:
        gap = sum(line.balance_minor for line in self.lines)
        if gap and not self.is_unbalanced_at_source:
            raise UnbalancedEntry(f"entry {self.piece_ref}: debits minus credits is {gap}")

    @property
    def key(self) -> str:
        return self.id

    @property
    def is_left_draft(self) -> bool:
        """True for a draft that a person made by an action, and that outlived its match."""
        is_draft = self.status is EntryStatus.DRAFT and self.source is EntrySource.PERSON
        return is_draft and self.match_id is None


class BankEntrySource(StrEnum):
    PAYMENT = "payment"
    ENTRY = "entry"


class PaymentMethod(StrEnum):
    TRANSFER = "transfer"
    DIRECT_DEBIT = "direct_debit"
    CHEQUE = "cheque"
    CHEQUE_IN = "cheque_in"
    CARD = "card"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ItemShare:
    """What of a movement was allocated to an open item; signed as the bank sees it."""

    item: OpenItemId
    amount_minor: int


@dataclass(frozen=True, slots=True)
class BankEntry:
    """One entry line on a bank account (512) or on an account it clears (5112, 5115).

    It waits for the bank until it is pointed (pointée): `pointed_on` and `match_id` say when and
    by which match. `is_carried_over`: pointed before Rappro, by its journal's reconciled point.
    `marked_on`: pointed by hand (pointage manuel), as on the bank from that day, by no match.
    `is_in_ledger` is false for a draft. `amount_minor` is debit minus credit. `allocated` is what a
    movement that outlived its match goes on paying.
    """

    id: str
    journal: str
    account: str
    date: Day
    amount_minor: int
    currency: str
    label: str
    source: BankEntrySource = BankEntrySource.ENTRY
    method: PaymentMethod = PaymentMethod.OTHER
    third_party: ThirdPartyId | None = None
    cheque_no: str | None = None
    remittance_no: str | None = None
    batch_ref: str | None = None
    end_to_end_id: str | None = None
    card_contract: str | None = None
    piece_ref: str | None = None
    entry_id: EntryId | None = None
    entry_line: int | None = None
    is_in_ledger: bool = True
    is_carried_over: bool = False
    pointed_on: Day | None = None
    match_id: MatchId | None = None
    marked_on: Day | None = None
    allocated: tuple[ItemShare, ...] = ()
    version: int = 0

    @property
    def key(self) -> str:
        return self.id

    @property
    def is_waiting(self) -> bool:
        """True while the bank has not shown it, and no person pointed it."""
        return not self.is_carried_over and self.match_id is None and self.marked_on is None


@dataclass(frozen=True, slots=True)
class PastPayment:
    """A payment reconciled before, which the bank may still return."""

    id: str
    third_party: ThirdPartyId | None
    amount_minor: int
    date: Day
    method: PaymentMethod = PaymentMethod.OTHER
    invoice_number: str | None = None
    end_to_end_id: str | None = None
    mandate: str | None = None
    version: int = 0

    @property
    def key(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class MonthAmount:
    """A fixed amount of one month ("2026-11"), as a loan's repayment plan has it."""

    month: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """One account of a template; exactly one of the five shares is set. Percents: decimal text.

    `schedule` (tableau d'amortissement) holds a fixed amount for each month, by the line's booking.
    """

    account: str
    share_percent: str | None = None
    amount_minor: int | None = None
    vat_rate_percent: str | None = None
    is_remainder: bool = False
    schedule: tuple[MonthAmount, ...] = ()


class TemplateDirection(StrEnum):
    DEBIT = "debit"
    CREDIT = "credit"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class EntryTemplate:
    """An entry template (modèle d'écriture), found on lines by its bank references."""

    id: str
    label: str
    bank_references: tuple[str, ...] = ()
    direction: TemplateDirection = TemplateDirection.BOTH
    lines: tuple[TemplateLine, ...] = ()
    version: int = 0

    @property
    def key(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class CardContract:
    """A merchant card contract; the commission is decimal text in percent, None when unknown."""

    number: str
    commission_percent: str | None = None
    version: int = 0

    @property
    def key(self) -> str:
        return self.number


@dataclass(frozen=True, slots=True)
class ReferenceShapes:
    """The shapes of the company's own invoice numbers ("FA9999-99999"), learned from its books."""

    shapes: tuple[str, ...] = field(default=())
    version: int = 0

    @property
    def key(self) -> str:
        return "SHAPES"
