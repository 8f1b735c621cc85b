"""Exports of the books: what was written, and a link to it."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from rappro.domain.money import format_amount
from rappro.edge.api.models.shapes import Day, FindingOutput, Magnitude, Output, findings_out
from rappro.use_cases.export_fec import FecExport
from rappro.use_cases.export_journal import JournalExport
from rappro.use_cases.exporting import StoredFile


class ExportedFile(Output):
    """A file that was written, and a link to its bytes."""

    name: str
    sha256: str
    size_bytes: int
    url: str = Field(description="a link that is valid a few minutes and needs no token")

    @classmethod
    def of(cls, file: StoredFile) -> Self:
        """Show a file."""
        return cls(name=file.name, sha256=file.sha256, size_bytes=file.size_bytes, url=file.url)


class FecOutput(Output):
    """A FEC (fichier des écritures comptables) and what its check found."""

    file: ExportedFile
    fiscal_year: str = Field(
        description="the calendar year in which it begins; a second one of that year: 2024-07"
    )
    first_day: Day
    closing_day: Day = Field(description="the fiscal year's last day (clôture), in the file's name")
    entries: int
    rows: int
    debit: Magnitude
    credit: Magnitude
    conformant: bool = Field(description="nothing blocking was found")
    findings: list[FindingOutput] = Field(
        description="what is not in the file, then what is wrong in it; the first 200 of each code"
    )

    @classmethod
    def of(cls, export: FecExport, currency: str) -> Self:
        """Show an export."""
        report = export.report
        return cls(
            file=ExportedFile.of(export.file),
            fiscal_year=export.fiscal_year,
            first_day=export.first_day,
            closing_day=export.closing_day,
            entries=report.entry_count,
            rows=report.row_count,
            debit=format_amount(report.debit_minor, currency),
            credit=format_amount(report.credit_minor, currency),
            conformant=report.is_conformant,
            findings=findings_out(export.findings),
        )


class JournalExportOutput(Output):
    """Entries of a period as CSV (export des journaux)."""

    file: ExportedFile
    first_day: Day
    last_day: Day
    entries: int
    rows: int

    @classmethod
    def of(cls, export: JournalExport) -> Self:
        """Show an export."""
        return cls(
            file=ExportedFile.of(export.file),
            first_day=export.first_day,
            last_day=export.last_day,
            entries=export.entry_count,
            rows=export.row_count,
        )
