"""Files in: upload tickets and the import trace."""

from __future__ import annotations

from typing import Annotated, Self
from urllib.parse import quote

from pydantic import ConfigDict, Field

from rappro.domain.ids import CompanyId
from rappro.domain.operations import (
    ImportOutcome,
    ImportTrace,
)
from rappro.edge.api.models.journals import Format
from rappro.edge.api.models.shapes import (
    FindingOutput,
    Input,
    Instant,
    Key,
    Output,
    PageOf,
    findings_out,
)
from rappro.ports import Drop, UploadTicket

FORM_FIELDS_MAX = 30


class UploadInput(Input):
    """Which file is to come, alone or several in a zip or gzip.

    A journal forces its account, its import profile and that one's format; a profile or a format
    named here goes before. Without any, the content decides.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"name": "releve-2025-01.xml", "journal": "BQ1", "import_profile": "LIVRET"}
            ]
        }
    )

    name: Annotated[str, Field(min_length=1, max_length=180, description="a name, no path")]
    journal: Key | None = None
    format: Format | None = Field(default=None, description="a format's name, such as camt.053")
    import_profile: Key | None = Field(default=None, description="an import profile's code")


class UploadOutput(Output):
    """Where to post the file: multipart/form-data, `fields` first, then the bytes as `file`."""

    url: str
    fields: dict[str, str] = Field(
        max_length=FORM_FIELDS_MAX, description="form fields to send as they are, all of them"
    )
    key: str
    expires_at: Instant

    @classmethod
    def of(cls, ticket: UploadTicket) -> Self:
        """Show a ticket."""
        return cls(
            url=ticket.url,
            fields=dict(ticket.fields),
            key=ticket.object_key,
            expires_at=ticket.expires_at,
        )


class FileOutput(Output):
    """A file that is in the inbox; what became of it stands in the import trace."""

    key: str
    object_version: str = Field(
        description="the version of the object, as the import trace names it"
    )
    size_bytes: int
    imports: str = Field(description="path of the file's rows in the import trace")

    @classmethod
    def of(cls, drop: Drop, company: CompanyId) -> Self:
        """Show a drop."""
        version = quote(drop.object_version, safe="")
        return cls(
            key=drop.object_key,
            object_version=drop.object_version,
            size_bytes=drop.size_bytes,
            imports=f"/v1/companies/{company}/imports?object_version={version}",
        )


class ImportOutput(Output):
    """One row of the import trace (trace d'import): what came, what became of it and why."""

    id: str
    at: Instant
    name: str
    sha256: str
    object_version: str = Field(description="the version of the dropped object")
    outcome: ImportOutcome
    format: str | None
    statement: str | None
    journal: str | None
    line_count: int
    findings: list[FindingOutput]

    @classmethod
    def of(cls, trace: ImportTrace) -> Self:
        """Show a row."""
        return cls(
            id=trace.id,
            at=trace.at,
            name=trace.name,
            object_version=trace.object_version,
            sha256=trace.sha256,
            outcome=trace.outcome,
            format=trace.format,
            statement=trace.statement_id,
            journal=trace.journal,
            line_count=trace.line_count,
            findings=findings_out(trace.findings),
        )


class ImportPage(PageOf[ImportOutput]):
    """The import trace, newest first."""
