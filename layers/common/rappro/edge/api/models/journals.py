"""Journals and ledger accounts."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Self

from pydantic import AfterValidator, ConfigDict, Field

from rappro.domain.books import (
    Journal,
    JournalType,
    LedgerAccount,
)
from rappro.domain.errors import InvalidRequest
from rappro.domain.money import exponent, format_amount
from rappro.domain.settings import (
    Flow,
    ImportProfile,
)
from rappro.edge.api.models.shapes import (
    Amount,
    Day,
    Input,
    Key,
    Money,
    Name,
    Output,
    PageOf,
    Version,
    amount_in,
)
from rappro.edge.books_models import BankCode, Currency
from rappro.use_cases.reads import statement_formats


class _NamedFormats:
    """The schema of a format's name: the list, made only when the document is."""

    @classmethod
    def __get_pydantic_json_schema__(cls, *_: object) -> dict[str, Any]:
        return {"type": "string", "enum": list(statement_formats())}


def _known_format(name: str) -> str:
    if name not in statement_formats():
        raise ValueError(f"one of {', '.join(statement_formats())}")
    return name


Format = Annotated[str, AfterValidator(_known_format), _NamedFormats]


class ProfileInput(Input):
    """How this journal's statements are taken in (profil d'import); left out keeps its value."""

    code: Name | None = None
    format: Format | None = Field(
        default=None, description="a format's name, such as camt.053; null: detected by content"
    )
    flow: Annotated[Flow, Field(strict=False)] | None = None
    suspense_account: Key | None = Field(default=None, description="compte d'attente")
    skip_intermediate_posting: bool | None = None
    match_on_import: bool | None = None

    def applied_to(self, stored: ImportProfile) -> ImportProfile:
        """Return the profile with what is said here."""
        names = {
            "skip_intermediate_posting": "is_intermediate_posting_skipped",
            "match_on_import": "is_matched_on_import",
        }
        said = {
            names.get(name, name): getattr(self, name)
            for name in self.model_fields_set
            if getattr(self, name) is not None or name == "format"
        }
        return replace(stored, **said)


class ProfileOutput(Output):
    """How statements are taken in (profil d'import)."""

    code: str
    format: str | None
    csv_profile: str | None
    flow: Flow
    suspense_account: str
    skip_intermediate_posting: bool
    match_on_import: bool

    @classmethod
    def of(cls, profile: ImportProfile) -> Self:
        """Show a profile."""
        return cls(
            code=profile.code,
            format=profile.format,
            csv_profile=profile.csv_profile,
            flow=profile.flow,
            suspense_account=profile.suspense_account,
            skip_intermediate_posting=profile.is_intermediate_posting_skipped,
            match_on_import=profile.is_matched_on_import,
        )


_NULLABLE = frozenset(
    {
        "account",
        "iban",
        "bic",
        "bank_number",
        "import_profile",
        "reconciled_on",
        "auto_validation",
    }
)
_ELSEWHERE = frozenset({"profile", "reconciled_balance"})


class JournalInput(Input):
    """What to change of a journal; a field that is left out keeps its value.

    A new journal needs a label. `reconciled_on` and `reconciled_balance` say up to which day and
    bank balance the account was pointed elsewhere; they come together.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "label": "Banque principale",
                    "type": "treasury",
                    "account": "512100",
                    "iban": "FR7630006000011234567890189",
                    "bic": "AGRIFRPP",
                    "currency": "EUR",
                    "profile": {"code": "STANDARD", "match_on_import": True},
                    "reconciled_on": "2024-12-31",
                    "reconciled_balance": "1250.00",
                }
            ]
        }
    )

    label: Name | None = None
    type: Annotated[JournalType, Field(strict=False)] | None = None
    account: Key | None = Field(default=None, description="ledger account (512…)")
    iban: BankCode = None
    bic: BankCode = None
    bank_number: Key | None = Field(default=None, description="the account's number, no IBAN")
    currency: Currency | None = None
    import_profile: Key | None = Field(
        default=None, description="code of an import profile; null: values of its own in `profile`"
    )
    profile: ProfileInput | None = None
    reconciled_on: Day | None = None
    reconciled_balance: Amount | None = None
    auto_validation: bool | None = Field(
        default=None,
        description="validate by itself a statement that leaves nothing to decide; null: as the"
        " company says",
    )

    def applied_to(self, stored: Journal | None, code: str, company_currency: str) -> Journal:
        """Return the journal with what is said here. Raises InvalidRequest."""
        if stored is None and self.label is None:
            raise InvalidRequest("a new journal needs a label", position="/label")
        base = stored or Journal(code=code, label="", currency=company_currency)
        if self.currency is not None:
            exponent(self.currency)
        said: dict[str, Any] = {
            name: getattr(self, name)
            for name in self.model_fields_set - _ELSEWHERE
            if getattr(self, name) is not None or name in _NULLABLE
        }
        changed = replace(base, **said)
        if self.profile is not None:
            if changed.import_profile is not None:
                sentence = f"the journal takes import profile {changed.import_profile}: change that"
                raise InvalidRequest(sentence, position="/profile")
            changed = replace(changed, profile=self.profile.applied_to(changed.profile))
        return self._reconciled(changed)

    def _reconciled(self, journal: Journal) -> Journal:
        if "reconciled_balance" in self.model_fields_set:
            balance = self.reconciled_balance
            minor = amount_in(balance, journal.currency, "/reconciled_balance") if balance else None
            journal = replace(journal, reconciled_balance_minor=minor)
        if (journal.reconciled_on is None) != (journal.reconciled_balance_minor is None):
            raise InvalidRequest(
                "a reconciled day and its balance come together", position="/reconciled_on"
            )
        return journal


class JournalOutput(Output):
    """A journal; a treasury journal has one bank account."""

    code: str
    label: str
    type: JournalType
    account: str | None
    iban: str | None
    bic: str | None
    bank_number: str | None
    currency: str
    import_profile: str | None
    profile: ProfileOutput
    reconciled_on: Day | None
    reconciled_balance: Money | None
    auto_validation: bool | None
    version: Version

    @classmethod
    def of(cls, journal: Journal) -> Self:
        """Show a journal."""
        minor = journal.reconciled_balance_minor
        balance = None if minor is None else format_amount(minor, journal.currency)
        return cls(
            code=journal.code,
            label=journal.label,
            type=journal.type,
            account=journal.account,
            iban=journal.iban,
            bic=journal.bic,
            bank_number=journal.bank_number,
            currency=journal.currency,
            import_profile=journal.import_profile,
            profile=ProfileOutput.of(journal.profile),
            reconciled_on=journal.reconciled_on,
            reconciled_balance=balance,
            auto_validation=journal.auto_validation,
            version=journal.version,
        )


class JournalPage(PageOf[JournalOutput]):
    """Journals by code."""


class AccountInput(Input):
    """What to say of a ledger account."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"label": "Fournitures d'entretien"}]}
    )

    label: Name

    def applied_to(self, number: str) -> LedgerAccount:
        """Return the account with its label."""
        return LedgerAccount(number, self.label)


class AccountOutput(Output):
    """A ledger account (compte comptable)."""

    number: str
    label: str
    version: Version

    @classmethod
    def of(cls, account: LedgerAccount) -> Self:
        """Show an account."""
        return cls(number=account.number, label=account.label, version=account.version)


class AccountPage(PageOf[AccountOutput]):
    """Accounts by number."""
