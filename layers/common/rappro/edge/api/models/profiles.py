"""Import profiles, and the CSV profiles that a company describes itself."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints

from rappro.domain.bank import LineStatusAtBank, Nature
from rappro.domain.errors import InvalidRequest
from rappro.domain.settings import (
    Flow,
    ImportProfile,
    OwnCsvProfile,
)
from rappro.edge.api.models.journals import Format
from rappro.edge.api.models.shapes import Input, Key, Name, Output, PageOf, Version
from rappro.edge.books_models import Currency

LIST_MAX: Final = 80
NAMES_MAX: Final = 16
WORDS_MAX: Final = 200
TEXT_CHARS_MAX: Final = 100

_Word = Annotated[str, StringConstraints(min_length=1, max_length=TEXT_CHARS_MAX)]
_Words = Annotated[list[_Word], Field(max_length=WORDS_MAX)]
_Places = Annotated[int, Field(ge=1, le=LIST_MAX)]


class ImportProfileInput(Input):
    """What to change of an import profile; a field that is left out keeps its value."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "label": "Livret, sans lettrage à l'import",
                    "format": "camt.053",
                    "flow": "standard",
                    "suspense_account": "471000",
                    "match_on_import": False,
                }
            ]
        }
    )

    label: Name | None = None
    format: Format | None = Field(
        default=None, description="a format's name, such as camt.053; null: detected by content"
    )
    csv_profile: Key | None = Field(
        default=None, description="with the format csv: the CSV profile, of the company or built in"
    )
    flow: Annotated[Flow, Field(strict=False)] | None = None
    suspense_account: Key | None = Field(default=None, description="compte d'attente")
    skip_intermediate_posting: bool | None = None
    match_on_import: bool | None = None

    def applied_to(self, stored: ImportProfile | None, code: str) -> ImportProfile:
        """Return the profile with what is said here. Raises InvalidRequest."""
        if stored is None and self.label is None:
            raise InvalidRequest("a new import profile needs a label", position="/label")
        base = stored or ImportProfile(code)
        said = {
            name: getattr(self, name)
            for name in self.model_fields_set
            if getattr(self, name) is not None or name in {"format", "csv_profile"}
        }
        return ImportProfile(
            code=code,
            label=said.get("label", base.label),
            format=said.get("format", base.format),
            csv_profile=said.get("csv_profile", base.csv_profile),
            flow=said.get("flow", base.flow),
            suspense_account=said.get("suspense_account", base.suspense_account),
            is_intermediate_posting_skipped=said.get(
                "skip_intermediate_posting", base.is_intermediate_posting_skipped
            ),
            is_matched_on_import=said.get("match_on_import", base.is_matched_on_import),
            version=base.version,
        )


class ImportProfileOutput(Output):
    """How statements are taken in (profil d'import); a statement keeps the values it came with."""

    code: str
    label: str
    format: str | None
    csv_profile: str | None
    flow: Flow
    suspense_account: str
    skip_intermediate_posting: bool
    match_on_import: bool
    version: Version

    @classmethod
    def of(cls, profile: ImportProfile) -> Self:
        """Show an import profile."""
        return cls(
            code=profile.code,
            label=profile.label,
            format=profile.format,
            csv_profile=profile.csv_profile,
            flow=profile.flow,
            suspense_account=profile.suspense_account,
            skip_intermediate_posting=profile.is_intermediate_posting_skipped,
            match_on_import=profile.is_matched_on_import,
            version=profile.version,
        )


class ImportProfilePage(PageOf[ImportProfileOutput]):
    """Import profiles by code."""


class CsvFactPart(Input):
    """A fact around the lines: in a cell by `row` and `cell`, or behind a text.

    `after` a text anywhere in a cell, or where a cell `starts` with it.
    """

    fact: _Word
    row: _Places | None = None
    cell: _Places | None = None
    after: _Word | None = None
    starts: _Word | None = None


class CsvProfileInput(Input):
    """How a bank writes its CSV exports; docs/formats/csv.md explains each key.

    A key that is left out keeps its value, null puts it back to its default.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "bank": "Banque du Port",
                    "columns": [
                        ["date", "Date op."],
                        ["label", "Intitulé"],
                        ["amount", "Montant EUR"],
                        ["kind?", "Nature"],
                    ],
                    "natures": {"virement": "transfer"},
                }
            ]
        }
    )

    bank: _Word | None = None
    separator: Literal[";", ",", "\t", "|"] | None = None
    columns: (
        Annotated[
            list[Annotated[list[_Word], Field(max_length=NAMES_MAX)]], Field(max_length=LIST_MAX)
        ]
        | None
    ) = Field(default=None, description="role, then the names that the column may have")
    dates: Literal["dmy", "mdy", "ymd"] | None = None
    decimal: Literal[",", ".", ""] | None = None
    currency: Currency | None = None
    charset: Literal["cp1252", "iso-8859-1", "iso-8859-15", "cp850", "mac-roman"] | None = None
    quoted: bool | None = None
    preamble: Annotated[list[CsvFactPart], Field(max_length=LIST_MAX)] | None = None
    tables: bool | None = None
    others: bool | None = None
    footer: _Words | None = None
    natures: (
        Annotated[dict[_Word, Annotated[Nature, Field(strict=False)]], Field(max_length=WORDS_MAX)]
        | None
    ) = Field(default=None, description="the text of a kind: the nature it means")
    statuses: (
        Annotated[
            dict[_Word, Annotated[LineStatusAtBank, Field(strict=False)]],
            Field(max_length=WORDS_MAX),
        ]
        | None
    ) = Field(default=None, description="the text of a status: what it means")
    debits: _Words | None = None

    def definition(self) -> dict[str, Any]:
        """Return the keys that are given, null ones as None."""
        said = self.model_dump(mode="json", exclude_unset=True)
        facts = said.get("preamble")
        if facts is not None:
            said["preamble"] = [
                {key: value for key, value in fact.items() if value is not None} for fact in facts
            ]
        return said


class CsvProfileOutput(Output):
    """A CSV profile of the company (profil CSV); built-in ones are not shown."""

    code: str
    bank: str
    separator: str = ";"
    columns: list[list[str]]
    dates: str = "dmy"
    decimal: str = ","
    currency: str = "EUR"
    charset: str = "cp1252"
    quoted: bool = True
    preamble: list[CsvFactPart] = Field(default=[])
    tables: bool = False
    others: bool = False
    footer: list[str] = Field(default=[])
    natures: dict[str, str] = Field(default={})
    statuses: dict[str, str] = Field(default={})
    debits: list[str] = Field(default=[])
    version: Version

    @classmethod
    def of(cls, record: OwnCsvProfile) -> Self:
        """Show a CSV profile."""
        said = json.loads(record.definition)
        del said["name"]
        return cls(code=record.code, version=record.version, **said)


class CsvProfilePage(PageOf[CsvProfileOutput]):
    """CSV profiles by code."""
