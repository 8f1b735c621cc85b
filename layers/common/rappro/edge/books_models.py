"""The books document as it comes in: its shapes, and nothing that has to look at two places of it.

Fields and meanings are fixed by docs/schemas/books.schema.json, which is generated from here.
Conversion to domain records and checks across the document live in books_document.py.
"""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic.json_schema import WithJsonSchema

from rappro.domain.books import (
    BankEntrySource,
    JournalType,
    OpenItemType,
    PaymentMethod,
    TemplateDirection,
    ThirdPartyKind,
)
from rappro.domain.settings import AccountVatRate, DiscountVat, PostingSettings

ROWS_MAX: Final = 1_000_000
"""Rows of one list of a document; a company with more open items than that loads them in parts."""
TEXT_CHARS_MAX: Final = 1_000
ID_CHARS_MAX: Final = 200
TEXTS_MAX: Final = 500
"""Aliases, references, IBANs... of one third party or template."""
TEMPLATE_LINES_MAX: Final = 50

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMBER_PATTERN: Final = r"^[+-]?(\d+(\.\d*)?|\.\d+)$"
_NUMBER = re.compile(_NUMBER_PATTERN, re.ASCII)
_AMOUNT_CHARS_MAX: Final = 40


def _read_date(value: object) -> object:
    if isinstance(value, str):
        if _DATE.fullmatch(value):
            return date.fromisoformat(value)
        raise ValueError("a date is written YYYY-MM-DD")
    return value


def _refuse_number(value: object) -> object:
    """A JSON number would be read as binary floating point by somebody on the way."""
    if isinstance(value, int | float | Decimal):
        # pydantic turns a ValueError into a located refusal, and lets a TypeError through
        raise ValueError("an amount is a decimal string, never a number")  # noqa: TRY004
    return value


def _refuse_no_number(text: str) -> str:
    """How many decimals it may have, its currency says, which is not known here."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"not a decimal amount: {text!r}")
    return text


def _read_percent(value: object) -> object:
    """Keep a percentage as the text it was written in; a JSON number is no amount, and accepted."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return format(Decimal(repr(value)) if isinstance(value, float) else Decimal(value), "f")
    return value


def _compact(value: object) -> object:
    """IBAN and BIC are compared without the blanks that people print them with."""
    return "".join(value.split()).upper() if isinstance(value, str) else value


def _blank_is_absent(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


Id = Annotated[str, StringConstraints(min_length=1, max_length=ID_CHARS_MAX)]
Text = Annotated[str, StringConstraints(max_length=TEXT_CHARS_MAX)]
ShortText = Annotated[str, StringConstraints(max_length=ID_CHARS_MAX)]
OptionalId = Annotated[ShortText | None, BeforeValidator(_blank_is_absent)]
OptionalText = Annotated[Text | None, BeforeValidator(_blank_is_absent)]
IdOrNone = Annotated[str, Field(max_length=ID_CHARS_MAX, description="an empty text: none")]
BankCode = Annotated[ShortText | None, BeforeValidator(_compact), AfterValidator(_blank_is_absent)]
Texts = Annotated[list[Text], Field(max_length=TEXTS_MAX)]
Iban = Annotated[Id, BeforeValidator(_compact)]
Ibans = Annotated[list[Iban], Field(max_length=TEXTS_MAX)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Amount = Annotated[
    str,
    BeforeValidator(_refuse_number),
    StringConstraints(max_length=_AMOUNT_CHARS_MAX),
    AfterValidator(_refuse_no_number),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": _NUMBER_PATTERN,
            "maxLength": _AMOUNT_CHARS_MAX,
            "description": "a decimal string, no more decimals than its currency has",
        }
    ),
]
Day = Annotated[
    date,
    BeforeValidator(_read_date),
    WithJsonSchema({"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}),
]
Percent = Annotated[
    str,
    BeforeValidator(_read_percent),
    StringConstraints(pattern=r"^\d{1,9}(\.\d{1,9})?$"),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^\d{1,9}(\.\d{1,9})?$"},
                {"type": "number", "minimum": 0},
            ],
            "description": "a percentage, as a decimal string or a number",
        }
    ),
]
Days = Annotated[int, Field(ge=0, le=3_660)]
P = TypeVar("P")
Rows = Annotated[list[P], Field(max_length=ROWS_MAX)]


class _Part(BaseModel):
    """Every object of the document: unknown fields and implicit conversions are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class CompanyPart(_Part):
    """The company (dossier); business dates are those of its time zone."""

    name: OptionalText = None
    siren: OptionalId = None
    currency: Currency | None = None
    timezone: OptionalId = None


class AccountVatRatePart(_Part):
    """The VAT rate of ledger accounts that begin with `account`, for discounts."""

    account: Id
    rate_percent: Percent


class SettingsPart(_Part):
    """Matching and posting settings; what is left out keeps its default.

    Windows are days of booking date minus entry date, both ends included; amounts are in the
    company's currency.
    """

    window_days_before: Days | None = None
    window_days_after: Days | None = None
    cheque_window_days_before: Days | None = None
    cheque_window_days_after: Days | None = None
    subset_items_max: Annotated[int, Field(ge=1, le=20)] | None = None
    cents_tolerance: Amount | None = None
    discount_grace_days: Days | None = None
    fx_tolerance_percent: Percent | None = None
    card_commission_percent_max: Percent | None = None
    bank_charge_max: Amount | None = None
    customers_account: Id | None = None
    suppliers_account: Id | None = None
    suspense_account: Id | None = None
    discount_granted_account: Id | None = None
    discount_obtained_account: Id | None = None
    commission_account: Id | None = None
    bank_charge_account: Id | None = None
    fx_loss_account: Id | None = None
    fx_gain_account: Id | None = None
    cents_loss_account: Id | None = None
    cents_gain_account: Id | None = None
    internal_transfers_account: Id | None = None
    discount_vat: Annotated[DiscountVat, Field(strict=False)] | None = None
    discount_vat_rates: Annotated[list[AccountVatRatePart], Field(max_length=100)] | None = None
    vat_collected_account: Id | None = None
    vat_deductible_account: Id | None = None
    bank_fee_account: IdOrNone | None = None
    interest_paid_account: IdOrNone | None = None
    interest_received_account: IdOrNone | None = None

    def posting(self) -> dict[str, Any]:
        """Return what is said of posting, by the names of its settings."""
        names = {field.name for field in fields(PostingSettings)}
        said = {name: getattr(self, name) for name in sorted(names & self.model_fields_set)}
        found = {name: value or None for name, value in said.items() if value is not None}
        if self.discount_vat_rates is not None:
            rates = (AccountVatRate(r.account, r.rate_percent) for r in self.discount_vat_rates)
            found["discount_vat_rates"] = tuple(rates)
        return found


class AccountPart(_Part):
    """A ledger account (compte comptable)."""

    number: Id
    label: OptionalText = None


class JournalPart(_Part):
    """A journal; without a type, one with an IBAN or an account 51... is a treasury journal."""

    code: Id
    label: OptionalText = None
    type: Annotated[JournalType, Field(strict=False)] | None = None
    account: OptionalId = None
    iban: BankCode = None
    bic: BankCode = None
    currency: Currency | None = None


class PayerPart(_Part):
    """Somebody who pays for a third party."""

    name: OptionalText = None
    iban: BankCode = None


class ThirdPartyPart(_Part):
    """A customer or supplier (tiers); without an account, the collective one of its kind."""

    id: Id
    kind: Annotated[ThirdPartyKind, Field(strict=False)]
    name: Text
    legal_form: OptionalText = None
    call_name: OptionalText = None
    siren: OptionalId = None
    person: bool | None = None
    account: OptionalId = None
    auxiliary: OptionalId = None
    aliases: Texts | None = None
    bank_references: Texts | None = None
    ibans: Ibans | None = None
    mandates: Texts | None = None
    payers: Annotated[list[PayerPart], Field(max_length=TEXTS_MAX)] | None = None
    payment_terms_days: Days | None = None
    payment_method: OptionalText = None


class DiscountPart(_Part):
    """An early-payment discount (escompte), allowed until a day, included."""

    rate_percent: Percent
    until: Day


class OpenItemPart(_Part):
    """An open item (échéance), signed as the bank sees it: customer invoice +, credit note -.

    Without a residual nothing was paid yet. The company's amounts are needed when the currency is
    not the company's. `vat` is the VAT in the amount, signed like it.
    """

    id: Id
    type: Annotated[OpenItemType, Field(strict=False)]
    third_party: Id
    account: OptionalId = None
    number: OptionalText = None
    issue_date: Day | None = None
    due_date: Day | None = None
    currency: Currency | None = None
    amount: Amount
    residual: Amount | None = None
    company_amount: Amount | None = None
    company_residual: Amount | None = None
    discount: DiscountPart | None = None
    vat: Amount | None = None
    vat_rate_percent: Percent | None = None
    external_id: OptionalText = None


class BankEntryPart(_Part):
    """An unreconciled entry that waits for the bank, on a bank account or one that it clears."""

    id: Id
    journal: OptionalId = None
    account: OptionalId = None
    date: Day
    amount: Amount
    label: OptionalText = None
    third_party: OptionalId = None
    source: Annotated[BankEntrySource, Field(strict=False)] | None = None
    method: Annotated[PaymentMethod, Field(strict=False)] | None = None
    cheque_no: OptionalText = None
    remittance_no: OptionalText = None
    batch_ref: OptionalText = None
    end_to_end_id: OptionalText = None
    card_contract: OptionalText = None


class PastPaymentPart(_Part):
    """A payment reconciled before, which the bank may still return."""

    id: Id
    third_party: OptionalId = None
    amount: Amount
    date: Day
    method: Annotated[PaymentMethod, Field(strict=False)] | None = None
    invoice_number: OptionalText = None
    end_to_end_id: OptionalText = None
    mandate: OptionalText = None


class TemplateLinePart(_Part):
    """One account of a template and its share: at most one of the four fields."""

    account: Id
    share_percent: Percent | None = None
    amount: Amount | None = None
    vat_rate_percent: Percent | None = None
    remainder: bool | None = None


class TemplatePart(_Part):
    """An entry template (modèle d'écriture), found on lines by its bank references."""

    id: Id
    label: OptionalText = None
    bank_references: Texts | None = None
    direction: Annotated[TemplateDirection, Field(strict=False)] | None = None
    lines: Annotated[list[TemplateLinePart], Field(max_length=TEMPLATE_LINES_MAX)] | None = None


class CardContractPart(_Part):
    """A merchant card contract; the rate is null when unknown."""

    number: Id
    commission_percent: Percent | None = None


class BooksInput(_Part):
    """A company's books, or a part of them, as an accounting package hands them over.

    Amounts are signed as the company's bank account sees them: + money in. Every list may be
    left out.
    """

    company: CompanyPart | None = None
    settings: SettingsPart | None = None
    accounts: Rows[AccountPart] | None = None
    journals: Rows[JournalPart] | None = None
    third_parties: Rows[ThirdPartyPart] | None = None
    open_items: Rows[OpenItemPart] | None = None
    bank_entries: Rows[BankEntryPart] | None = None
    past_payments: Rows[PastPaymentPart] | None = None
    templates: Rows[TemplatePart] | None = None
    card_contracts: Rows[CardContractPart] | None = None


def books_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the books document."""
    schema = BooksInput.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rappro books document",
        **_plain(schema),
    }


def _plain(schema: Any) -> Any:
    """Leave out the titles that only repeat a name, and the defaults that only say null."""
    if isinstance(schema, dict):
        return {
            key: _plain(value)
            for key, value in schema.items()
            if key != "title" and not (key == "default" and value is None)
        }
    return [_plain(part) for part in schema] if isinstance(schema, list) else schema
