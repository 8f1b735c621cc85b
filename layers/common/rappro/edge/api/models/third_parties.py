"""Third parties (tiers): customers and suppliers, and how the bank shows them."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field

from rappro.domain.books import (
    Company,
    Payer,
    ThirdParty,
    ThirdPartyKind,
)
from rappro.domain.errors import InvalidRequest
from rappro.domain.ids import ThirdPartyId
from rappro.edge.api.models.shapes import Input, Key, Name, Output, PageOf, Text, Version
from rappro.edge.books_models import Days, Ibans, PayerPart, Texts

_LISTS = ("aliases", "bank_references", "ibans", "mandates")
_NULLABLE = frozenset(
    {"auxiliary", "legal_form", "call_name", "siren", "payment_terms_days", "payment_method"}
)
_ELSEWHERE = frozenset({*_LISTS, "payers", "person"})
PAYERS_MAX = 500


class ThirdPartyInput(Input):
    """What to change of a third party; a field that is left out keeps its value.

    A new one needs a kind and a name; its account is then the collective one of its kind. A list
    replaces the list.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "customer",
                    "name": "Établissements Martin",
                    "call_name": "MARTIN",
                    "bank_references": ["ETS MARTIN", "MARTIN SARL"],
                    "ibans": ["FR7630006000011234567890189"],
                    "mandates": ["MDT-0001"],
                    "payers": [{"name": "Holding Martin", "iban": None}],
                }
            ]
        }
    )

    kind: Annotated[ThirdPartyKind, Field(strict=False)] | None = None
    name: Name | None = None
    legal_form: Text | None = None
    call_name: Text | None = Field(default=None, description="nom d'appel")
    siren: Key | None = None
    person: bool | None = Field(default=None, description="a natural person")
    account: Key | None = Field(default=None, description="collective account (401, 411…)")
    auxiliary: Key | None = None
    aliases: Texts | None = None
    bank_references: Texts | None = Field(
        default=None, description="texts it shows on statements (référence sur relevé bancaire)"
    )
    ibans: Ibans | None = None
    mandates: Texts | None = None
    payers: Annotated[list[PayerPart], Field(max_length=PAYERS_MAX)] | None = None
    payment_terms_days: Days | None = None
    payment_method: Text | None = None

    def applied_to(
        self, stored: ThirdParty | None, party: ThirdPartyId, company: Company
    ) -> ThirdParty:
        """Return the third party with what is said here. Raises InvalidRequest."""
        said: dict[str, Any] = {
            name: getattr(self, name)
            for name in self.model_fields_set - _ELSEWHERE
            if getattr(self, name) is not None or name in _NULLABLE
        }
        for name in _LISTS:
            if getattr(self, name) is not None:
                said[name] = tuple(getattr(self, name))
        if self.person is not None:
            said["is_person"] = self.person
        if self.payers is not None:
            said["payers"] = tuple(Payer(payer.name, payer.iban) for payer in self.payers)
        return replace(stored or self._new(party, company), **said)

    def _new(self, party: ThirdPartyId, company: Company) -> ThirdParty:
        if self.kind is None:
            raise InvalidRequest("a new third party needs a kind", position="/kind")
        if self.name is None:
            raise InvalidRequest("a new third party needs a name", position="/name")
        is_supplier = self.kind is ThirdPartyKind.SUPPLIER
        posting = company.posting
        account = posting.suppliers_account if is_supplier else posting.customers_account
        return ThirdParty(party, self.kind, self.name, account)


class PayerOutput(Output):
    """Somebody who pays for a third party."""

    name: str | None
    iban: str | None


class ThirdPartyOutput(Output):
    """A customer or supplier (tiers)."""

    id: str
    kind: ThirdPartyKind
    name: str
    account: str
    auxiliary: str | None
    legal_form: str | None
    call_name: str | None
    siren: str | None
    person: bool
    aliases: list[str]
    bank_references: list[str]
    ibans: list[str]
    mandates: list[str]
    payers: list[PayerOutput]
    payment_terms_days: int | None
    payment_method: str | None
    version: Version

    @classmethod
    def of(cls, party: ThirdParty) -> Self:
        """Show a third party."""
        return cls(
            id=party.id,
            kind=party.kind,
            name=party.name,
            account=party.account,
            auxiliary=party.auxiliary,
            legal_form=party.legal_form,
            call_name=party.call_name,
            siren=party.siren,
            person=party.is_person,
            aliases=list(party.aliases),
            bank_references=list(party.bank_references),
            ibans=list(party.ibans),
            mandates=list(party.mandates),
            payers=[PayerOutput(name=payer.name, iban=payer.iban) for payer in party.payers],
            payment_terms_days=party.payment_terms_days,
            payment_method=party.payment_method,
            version=party.version,
        )


class ThirdPartyPage(PageOf[ThirdPartyOutput]):
    """Third parties by id."""
