"""Companies (dossiers) and their settings."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ConfigDict, Field

from rappro.domain.books import (
    Company,
)
from rappro.domain.errors import InvalidRequest
from rappro.domain.fiscal_years import YEARS_MAX, FiscalYear
from rappro.domain.ids import CompanyId
from rappro.domain.money import exponent, format_amount
from rappro.domain.settings import (
    DiscountVat,
    MatchingSettings,
    PostingSettings,
)
from rappro.edge.api.models.shapes import (
    Day,
    Input,
    Magnitude,
    Name,
    Output,
    PageOf,
    Version,
    amount_in,
)
from rappro.edge.books_models import Currency, SettingsPart

Siren = Annotated[str, Field(pattern=r"^\d{9}$", description="SIREN, 9 digits")]
Month = Annotated[int, Field(ge=1, le=12)]
_CHOSEN_ONCE = frozenset({"currency", "settings", "fiscal_years"})


class FiscalYearPart(Input):
    """A fiscal year (exercice) that has not the usual twelve months: its first and last day."""

    first: Day
    last: Day


class CompanyInput(Input):
    """What to change of a company; a field that is left out keeps its value.

    A new company needs a name. The currency is chosen once.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Menuiserie Acme",
                    "siren": "732829320",
                    "currency": "EUR",
                    "timezone": "Europe/Paris",
                    "fiscal_year_start_month": 1,
                    "fiscal_years": [{"first": "2023-03-15", "last": "2024-12-31"}],
                    "closed_until": "2024-12-31",
                    "settings": {"window_days_after": 12, "cents_tolerance": "0.05"},
                }
            ]
        }
    )

    name: Name | None = None
    siren: Siren | None = None
    currency: Currency | None = None
    timezone: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    fiscal_year_start_month: Month | None = None
    fiscal_years: Annotated[list[FiscalYearPart], Field(max_length=YEARS_MAX)] | None = Field(
        default=None,
        description="the fiscal years that are not the twelve months from that month on: a first"
        " year of up to 24 months, a short one, a change of closing day; all of them",
    )
    closed_until: Day | None = Field(
        default=None, description="entries dated up to that day are locked (clôture)"
    )
    auto_validation: bool | None = Field(
        default=None,
        description="validate by itself a statement that leaves nothing to decide; default: no",
    )
    settings: SettingsPart | None = None

    def applied_to(self, stored: Company | None, company: CompanyId) -> Company:
        """Return the company with what is said here. Raises InvalidRequest."""
        if stored is None and self.name is None:
            raise InvalidRequest("a new company needs a name", position="/name")
        base = stored or self._new(company)
        if self.currency not in {None, base.currency}:
            raise InvalidRequest("a company keeps its currency", position="/currency")
        _require_timezone(self.timezone)
        said = {
            name: getattr(self, name)
            for name in self.model_fields_set - _CHOSEN_ONCE
            if getattr(self, name) is not None or name in {"siren", "closed_until"}
        }
        if self.fiscal_years is not None:
            listed = (FiscalYear(year.first, year.last) for year in self.fiscal_years)
            said["fiscal_years"] = tuple(sorted(listed, key=lambda year: year.first))
        changed = replace(base, **said)
        return changed if self.settings is None else _with_settings(changed, self.settings)

    def _new(self, company: CompanyId) -> Company:
        currency = self.currency or "EUR"
        exponent(currency)
        return Company(id=company, name="", currency=currency)


def _require_timezone(name: str | None) -> None:
    if name is None:
        return
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidRequest("unknown time zone", position="/timezone") from error


def _with_settings(company: Company, settings: SettingsPart) -> Company:
    said: dict[str, Any] = settings.model_dump(exclude_none=True)
    for name, field in (
        ("cents_tolerance", "cents_tolerance_minor"),
        ("bank_charge_max", "bank_charge_minor_max"),
    ):
        if name in said:
            said[field] = amount_in(said.pop(name), company.currency, f"/settings/{name}")
            if said[field] < 0:
                raise InvalidRequest("never negative", position=f"/settings/{name}")
    posting = settings.posting()
    matching = {name: value for name, value in said.items() if name not in posting}
    return replace(
        company,
        matching=replace(company.matching, **matching),
        posting=replace(company.posting, **posting),
    )


class AccountVatRateOutput(Output):
    """The VAT rate of ledger accounts that begin with `account`, for discounts."""

    account: str
    rate_percent: str


class SettingsOutput(Output):
    """Matching and posting settings in force; windows are days of booking minus entry date."""

    window_days_before: int
    window_days_after: int
    cheque_window_days_before: int
    cheque_window_days_after: int
    subset_items_max: int
    cents_tolerance: Magnitude
    discount_grace_days: int
    fx_tolerance_percent: str
    card_commission_percent_max: str
    bank_charge_max: Magnitude
    customers_account: str
    suppliers_account: str
    suspense_account: str
    discount_granted_account: str
    discount_obtained_account: str
    commission_account: str
    bank_charge_account: str
    fx_loss_account: str
    fx_gain_account: str
    cents_loss_account: str
    cents_gain_account: str
    internal_transfers_account: str
    discount_vat: DiscountVat
    discount_vat_rates: list[AccountVatRateOutput]
    vat_collected_account: str
    vat_deductible_account: str
    bank_fee_account: str | None
    interest_paid_account: str | None
    interest_received_account: str | None

    @classmethod
    def of(cls, matching: MatchingSettings, posting: PostingSettings, currency: str) -> Self:
        """Show the settings."""
        amounts: dict[str, Any] = {
            "cents_tolerance": format_amount(matching.cents_tolerance_minor, currency),
            "bank_charge_max": format_amount(matching.bank_charge_minor_max, currency),
        }
        others: dict[str, Any] = {
            name: getattr(posting if hasattr(posting, name) else matching, name)
            for name in cls.model_fields
            if name not in amounts
        }
        others["discount_vat_rates"] = [
            AccountVatRateOutput(account=rate.account, rate_percent=rate.rate_percent)
            for rate in posting.discount_vat_rates
        ]
        return cls(**amounts | others)


class FiscalYearOutput(Output):
    """A fiscal year that has not the usual twelve months."""

    first: Day
    last: Day


class CompanyOutput(Output):
    """A company (dossier): a set of books of the tenant."""

    id: str
    name: str
    siren: str | None
    currency: str
    timezone: str
    fiscal_year_start_month: int
    fiscal_years: list[FiscalYearOutput]
    closed_until: Day | None
    auto_validation: bool
    settings: SettingsOutput
    version: Version

    @classmethod
    def of(cls, company: Company) -> Self:
        """Show a company."""
        return cls(
            id=company.id,
            name=company.name,
            siren=company.siren,
            currency=company.currency,
            timezone=company.timezone,
            fiscal_year_start_month=company.fiscal_year_start_month,
            fiscal_years=[
                FiscalYearOutput(first=year.first, last=year.last) for year in company.fiscal_years
            ],
            closed_until=company.closed_until,
            auto_validation=company.auto_validation,
            settings=SettingsOutput.of(company.matching, company.posting, company.currency),
            version=company.version,
        )


class CompanyPage(PageOf[CompanyOutput]):
    """Companies by id."""
