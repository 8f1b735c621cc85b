"""Settings of a company and of its imports; defaults from the product's rules and the PCG."""

from __future__ import annotations

from enum import StrEnum

from rappro.domain.frozen import dataclass


class Flow(StrEnum):
    STANDARD = "standard"
    RECONCILIATION_ONLY = "reconciliation_only"


@dataclass(frozen=True, slots=True)
class ImportProfile:
    """How a statement is taken in (profil d'import); chosen at import, fixed from then on.

    `csv_profile` names the CSV profile that reads its files, of the company or built in; it goes
    with the format "csv".
    """

    code: str = "STANDARD"
    label: str = ""
    format: str | None = None
    csv_profile: str | None = None
    flow: Flow = Flow.STANDARD
    suspense_account: str = "471000"
    is_intermediate_posting_skipped: bool = False
    is_matched_on_import: bool = True
    version: int = 0

    @property
    def key(self) -> str:
        return self.code


@dataclass(frozen=True, slots=True)
class OwnCsvProfile:
    """How a bank writes its CSV exports, as a company describes it (profil CSV).

    `definition` is JSON, checked when it was saved: docs/formats/csv.md has its keys. Its name is
    the code.
    """

    code: str
    definition: str
    version: int = 0

    @property
    def key(self) -> str:
        return self.code


@dataclass(frozen=True, slots=True)
class MatchingSettings:
    """Per-company matching settings; every default is the SPEC's (section 3.1).

    Windows are days of booking date minus entry date, both ends included.
    """

    window_days_before: int = 3
    window_days_after: int = 12
    cheque_window_days_before: int = 1
    cheque_window_days_after: int = 75
    subset_items_max: int = 5
    cents_tolerance_minor: int = 5
    discount_grace_days: int = 0
    fx_tolerance_percent: str = "2"
    card_commission_percent_max: str = "3"
    bank_charge_minor_max: int = 5000


class DiscountVat(StrEnum):
    """What becomes of the VAT in an early-payment discount (escompte); SPEC MAT-11."""

    BY_ACCOUNT = "by_account"  # the whole on the discount account
    SPLIT_BY_INVOICE = "split_by_invoice"  # by the VAT of each invoice
    SPLIT_BY_ACCOUNT = "split_by_account"  # by the rate of each invoice's ledger account
    UNTAXED = "untaxed"  # a percentage of the amount without tax; the VAT is not corrected


@dataclass(frozen=True, slots=True)
class AccountVatRate:
    """The VAT rate of ledger accounts that begin with `account`; the longest beginning counts."""

    account: str
    rate_percent: str


@dataclass(frozen=True, slots=True)
class PostingSettings:
    """Accounts that generated entries use; defaults from the Plan comptable général.

    Lines of the bank's own (fees, interest) are booked only on an account that is named here.
    """

    customers_account: str = "411000"
    suppliers_account: str = "401000"
    suspense_account: str = "471000"
    discount_granted_account: str = "665000"
    discount_obtained_account: str = "765000"
    commission_account: str = "627800"
    bank_charge_account: str = "627000"
    fx_loss_account: str = "656000"
    fx_gain_account: str = "756000"
    cents_loss_account: str = "658000"
    cents_gain_account: str = "758000"
    internal_transfers_account: str = "580000"
    discount_vat: DiscountVat = DiscountVat.BY_ACCOUNT
    discount_vat_rates: tuple[AccountVatRate, ...] = ()
    vat_collected_account: str = "445710"
    vat_deductible_account: str = "445660"
    bank_fee_account: str | None = None
    interest_paid_account: str | None = None
    interest_received_account: str | None = None
