"""What the accounting package sends in bulk, item by item, and what became of each item."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Self

from pydantic import ConfigDict, Field

from rappro.domain.books import (
    Company,
    OpenItem,
    OpenItemType,
    ThirdParty,
)
from rappro.domain.errors import InvalidRequest
from rappro.domain.ids import ThirdPartyId
from rappro.edge.api.models.bulk_entries import LINES_MAX, ExternalVersion
from rappro.edge.api.models.shapes import (
    Amount,
    Day,
    Input,
    Key,
    Name,
    Output,
)
from rappro.edge.api.models.third_parties import ThirdPartyInput
from rappro.edge.api.sample_ids import THIRD_PARTY
from rappro.edge.books_models import BooksInput, Currency, DiscountPart, OpenItemPart, Percent
from rappro.edge.books_records import Rows
from rappro.edge.problem import TYPE_PREFIX
from rappro.use_cases.bulk import ITEMS_MAX, Ask, ItemResult, Outcome
from rappro.use_cases.bulk_kinds import References, entry_id_of, party_of


class BulkThirdPartyInput(ThirdPartyInput):
    """A third party (tiers) as the accounting package has it; what is left out keeps its value."""

    model_config = ConfigDict(json_schema_extra={"examples": []})

    external_id: Key = Field(description="its id, here too")
    external_version: ExternalVersion

    def ask(self, company: Company) -> Ask[ThirdParty]:
        """Return what is asked of it."""
        party = ThirdPartyId(self.external_id)
        said = self.model_fields_set - {"external_id", "external_version"}
        plain = ThirdPartyInput.model_construct(
            _fields_set=said, **{name: getattr(self, name) for name in said}
        )
        return Ask(
            self.external_id,
            self.external_version,
            lambda stored: plain.applied_to(stored, party, company),
        )


class BulkThirdPartiesInput(Input):
    """Third parties (tiers) of one call."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "external_id": "C0002",
                            "external_version": 1,
                            "kind": "customer",
                            "name": "Atelier Dupont",
                            "ibans": ["FR7630006000011234567890189"],
                        }
                    ]
                }
            ]
        }
    )

    items: Annotated[list[BulkThirdPartyInput], Field(min_length=1, max_length=ITEMS_MAX)]


class BulkOpenItemInput(Input):
    """An open item (échéance), signed as the bank sees it: customer invoice +, credit note -.

    Without a residual nothing was paid yet, or what Rappro settled stays settled. `entry` and
    `entry_line` name the line of an entry that was sent in bulk, counted from 0.
    """

    external_id: Key = Field(description="its id, here too")
    external_version: ExternalVersion
    type: Annotated[OpenItemType, Field(strict=False)]
    third_party: Key
    account: Key | None = Field(default=None, description="default: the third party's")
    number: Name | None = None
    issue_date: Day
    due_date: Day | None = Field(default=None, description="default: the issue date")
    currency: Currency | None = Field(default=None, description="default: the company's")
    amount: Amount
    residual: Amount | None = None
    company_amount: Amount | None = None
    company_residual: Amount | None = None
    discount: DiscountPart | None = None
    vat: Amount | None = None
    vat_rate_percent: Percent | None = None
    label: Name | None = None
    entry: Key | None = None
    entry_line: Annotated[int, Field(ge=0, lt=LINES_MAX)] | None = None

    def ask(self, company: Company, references: References) -> Ask[OpenItem]:
        """Return what is asked of it."""

        def make(stored: OpenItem | None) -> OpenItem:
            party_of(references, self.third_party)
            made = self._item(company, references)
            keeps = stored is not None and bool(stored.settled_by) and self.residual is None
            if stored is None or not keeps:
                return made
            return _with_residual_of(made, stored)

        return Ask(self.external_id, self.external_version, make)

    def _item(self, company: Company, references: References) -> OpenItem:
        names = OpenItemPart.model_fields.keys() & self.model_fields_set
        said = {name: getattr(self, name) for name in names}
        row = OpenItemPart.model_construct(
            **{**dict.fromkeys(OpenItemPart.model_fields), **said, "id": self.external_id}
        )
        accounts = {key: party.account for key, party in references.third_parties.items()}
        books = BooksInput.model_construct(open_items=[row])
        rows = Rows(company, books, accounts, {}, {})
        try:
            (made,) = rows.open_items()
        except InvalidRequest as error:
            where = (error.position or "").removeprefix("/open_items/0")
            raise InvalidRequest(error.detail, position=where or None) from error
        entry = None if self.entry is None else entry_id_of(self.entry)
        line = self.entry_line if entry is not None else None
        return replace(
            made,
            external_id=self.external_id,
            label=self.label or "",
            entry_id=entry,
            entry_line=line,
        )


def _with_residual_of(made: OpenItem, stored: OpenItem) -> OpenItem:
    """Return the item with the residual that is kept; one that does not fit is refused later."""
    is_same = (made.amount_minor, made.company_amount_minor) == (
        stored.amount_minor, stored.company_amount_minor,
    )  # fmt: skip
    if not is_same:
        return made
    return replace(
        made,
        residual_minor=stored.residual_minor,
        company_residual_minor=stored.company_residual_minor,
    )


class BulkOpenItemsInput(Input):
    """Open items (échéances) of one call."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "external_id": "FA2025-0002",
                            "external_version": 1,
                            "type": "invoice",
                            "third_party": THIRD_PARTY,
                            "number": "FA2025-0002",
                            "issue_date": "2025-01-15",
                            "due_date": "2025-02-15",
                            "amount": "45.00",
                        }
                    ]
                }
            ]
        }
    )

    items: Annotated[list[BulkOpenItemInput], Field(min_length=1, max_length=ITEMS_MAX)]


class BulkItemOutput(Output):
    """What became of one item; a refused one has the problem that it met."""

    external_id: str
    outcome: Outcome
    id: str | None = Field(description="the record's id here")
    external_version: int | None = Field(description="the version that is kept now")
    problem: str | None = Field(description="the type that a problem document would have")
    detail: str | None
    pointer: str | None = Field(description="the wrong field of the item, when known")

    @classmethod
    def of(cls, result: ItemResult) -> Self:
        """Show a result."""
        error = result.error
        return cls(
            external_id=result.external_id,
            outcome=result.outcome,
            id=result.id,
            external_version=result.external_version,
            problem=None if error is None else f"{TYPE_PREFIX}{error.code}",
            detail=None if error is None else error.detail,
            pointer=None if error is None else error.position,
        )


class BulkOutput(Output):
    """What became of each item, in the order they were sent in, and how often what."""

    created: int
    updated: int
    unchanged: int
    stale: int
    refused: int
    results: list[BulkItemOutput]

    @classmethod
    def of(cls, results: tuple[ItemResult, ...]) -> Self:
        """Show the results of a call."""
        counts = {each.value: 0 for each in Outcome}
        for result in results:
            counts[result.outcome.value] += 1
        return cls(**counts, results=[BulkItemOutput.of(one) for one in results])
