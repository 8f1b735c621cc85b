"""Entry templates (modèles d'écriture) and bank references, as the API takes and shows them."""

from __future__ import annotations

from typing import Annotated, Any, Final, Self

from pydantic import ConfigDict, Field

from rappro.domain.books import EntryTemplate, MonthAmount, TemplateDirection, TemplateLine
from rappro.domain.errors import InvalidRequest
from rappro.domain.ids import ThirdPartyId
from rappro.domain.money import format_amount
from rappro.edge.api.models.shapes import (
    Amount,
    Input,
    Key,
    Name,
    Output,
    PageOf,
    Version,
    amount_in,
)
from rappro.edge.api.sample_ids import THIRD_PARTY
from rappro.edge.books_models import TEMPLATE_LINES_MAX, TEXTS_MAX, Percent
from rappro.use_cases.bank_references import BankReference

MONTHS_MAX: Final = 480
"""A plan of forty years."""
References = Annotated[list[Name], Field(max_length=TEXTS_MAX)]


class MonthAmountInput(Input):
    """What a plan has for one month."""

    month: Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
    amount: Amount


class TemplateLineInput(Input):
    """One account of a template and its share: exactly one of the five."""

    account: Key
    share_percent: Percent | None = Field(default=None, description="of the line's amount")
    amount: Amount | None = Field(default=None, description="a fixed amount, positive")
    vat_rate_percent: Percent | None = Field(
        default=None, description="the tax contained in the line's amount at this rate (TVA)"
    )
    remainder: bool = Field(default=False, description="it takes what the others leave")
    schedule: Annotated[list[MonthAmountInput], Field(max_length=MONTHS_MAX)] = Field(
        default=[],
        description="a fixed amount for each month of booking (tableau d'amortissement)",
    )

    def line(self, currency: str, index: int) -> TemplateLine:
        """Return the line. Raises InvalidRequest."""
        return TemplateLine(
            self.account,
            share_percent=self.share_percent,
            amount_minor=None
            if self.amount is None
            else amount_in(self.amount, currency, f"/lines/{index}/amount"),
            vat_rate_percent=self.vat_rate_percent,
            is_remainder=self.remainder,
            schedule=tuple(
                MonthAmount(
                    due.month,
                    amount_in(due.amount, currency, f"/lines/{index}/schedule/{at}/amount"),
                )
                for at, due in enumerate(self.schedule)
            ),
        )


class TemplateInput(Input):
    """What to change of a template; a field that is left out keeps its value."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "label": "Frais de tenue de compte",
                    "bank_references": ["FRAIS TENUE DE COMPTE"],
                    "direction": "debit",
                    "lines": [{"account": "627000", "remainder": True}],
                }
            ]
        }
    )

    label: Name | None = None
    bank_references: References | None = Field(
        default=None, description="texts it shows on statements (référence sur relevé bancaire)"
    )
    direction: Annotated[TemplateDirection, Field(strict=False)] | None = None
    lines: Annotated[list[TemplateLineInput], Field(max_length=TEMPLATE_LINES_MAX)] | None = None

    def applied_to(
        self, stored: EntryTemplate | None, template: str, currency: str
    ) -> EntryTemplate:
        """Return the template with what is said here. Raises InvalidRequest."""
        found = stored or EntryTemplate(template, "")
        if not (self.label or found.label):
            raise InvalidRequest("a new template needs a label", position="/label")
        lines = found.lines
        if self.lines is not None:
            lines = tuple(line.line(currency, index) for index, line in enumerate(self.lines))
        references = found.bank_references
        if self.bank_references is not None:
            references = tuple(self.bank_references)
        return EntryTemplate(
            id=template,
            label=self.label or found.label,
            bank_references=references,
            direction=self.direction or found.direction,
            lines=lines,
        )


class MonthAmountOutput(Output):
    """What a plan has for one month."""

    month: str
    amount: str


class TemplateLineOutput(Output):
    """One account of a template and its share."""

    account: str
    share_percent: str | None
    amount: str | None
    vat_rate_percent: str | None
    remainder: bool
    schedule: list[MonthAmountOutput]


class TemplateOutput(Output):
    """An entry template (modèle d'écriture), found on lines by its bank references."""

    id: str
    label: str
    bank_references: list[str]
    direction: TemplateDirection
    lines: list[TemplateLineOutput]
    common: bool = Field(description="common to all companies of the tenant")
    version: Version

    @classmethod
    def of(cls, template: EntryTemplate, currency: str, *, is_common: bool) -> Self:
        """Show a template."""
        shown: list[dict[str, Any]] = [
            {
                "account": line.account,
                "share_percent": line.share_percent,
                "amount": None
                if line.amount_minor is None
                else format_amount(line.amount_minor, currency),
                "vat_rate_percent": line.vat_rate_percent,
                "remainder": line.is_remainder,
                "schedule": [
                    {"month": due.month, "amount": format_amount(due.amount_minor, currency)}
                    for due in line.schedule
                ],
            }
            for line in template.lines
        ]
        return cls(
            id=template.id,
            label=template.label,
            bank_references=list(template.bank_references),
            direction=template.direction,
            lines=[TemplateLineOutput(**line) for line in shown],
            common=is_common,
            version=template.version,
        )


class TemplatePage(PageOf[TemplateOutput]):
    """Templates by id."""


class BankReferenceInput(Input):
    """Whose bank reference a line's text becomes (référence sur relevé bancaire)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"third_party": THIRD_PARTY, "reference": "LEROY MENUIS"}]}
    )

    third_party: Key
    reference: Name | None = Field(default=None, description="default: the line's label")
    replaces: bool = Field(default=False, description="true: it takes the place of the others")

    def wanted(self) -> BankReference:
        """Return what the use case takes."""
        return BankReference(ThirdPartyId(self.third_party), self.reference, self.replaces)
