"""The validated entries of a fiscal year as a FEC (SPEC POS-7, LPF art. A47 A-1).

    journals ─► validated entries of the year ─► sorted as the law wants ─► file ─► checked ─► kept

Numbers are given here, 1 to n: openings first, then in order of validation (decision 0011). What
is left out, and what the file's own check says, comes back as findings.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import field
from datetime import date
from typing import BinaryIO, Final

from rappro.domain.bank import Finding, Severity
from rappro.domain.books import (
    Company,
    EntryStatus,
    JournalEntry,
    JournalType,
)
from rappro.domain.errors import InputError, InvalidRequest, RuleViolation, TooLarge
from rappro.domain.frozen import dataclass
from rappro.domain.ids import StatementId, TenantId
from rappro.domain.operations import Validation
from rappro.formats.fec_check import Exercise, FecReport, check_fec
from rappro.formats.fec_write import FecNames, FecWriter, Row, file_name, order_of, rows_of
from rappro.ports import Ports
from rappro.use_cases.exporting import ROWS_MAX, StoredFile, sorted_lines, written_and_kept
from rappro.use_cases.ledger_reading import (
    ChartOfBooks,
    auxiliary_of,
    entries_of_journal,
    read_chart,
)

__all__ = ["FecExport", "FecReport", "export_fec"]

_KEY_END: Final = "\t"


@dataclass(frozen=True, slots=True)
class FecExport:
    """A FEC that was written: the file, its year, and what there is to say about it."""

    file: StoredFile
    fiscal_year: str
    first_day: date
    closing_day: date
    report: FecReport
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class _Tally:
    """What is counted while entries are read and written."""

    rows_max: int
    drafts: int = 0
    under_way: int = 0
    earlier: int = 0
    openings: int = 0
    without_valid_date: int = 0
    rows: int = 0
    renumbered: int = 0
    validations: dict[StatementId, Validation | bool] = field(default_factory=dict)


def export_fec(
    ports: Ports, tenant: TenantId, company: Company, fiscal_year: str | None = None,
    *, rows_max: int = ROWS_MAX,
) -> FecExport:  # fmt: skip
    """Write the FEC of a fiscal year, check it and keep it; by default of the present one.

    Raises InvalidRequest for what is no year, RuleViolation for a company without SIREN, TooLarge
    beyond `rows_max`, BooksLoading.
    """
    if company.siren is None:
        raise RuleViolation("a FEC is named by the company's SIREN: set it first")
    year = fiscal_year or company.fiscal_year(ports.clock.today(company.timezone))
    try:
        first, last = company.fiscal_year_period(year)
    except InputError as error:
        raise InvalidRequest(error.detail, position="fiscal_year") from error
    chart, tally = read_chart(ports, tenant, company.id), _Tally(rows_max)
    source = _YearOfEntries(ports, tenant, company, chart, tally)

    def write(stream: BinaryIO) -> FecReport:
        writer = FecWriter(stream)
        for line in sorted_lines(source.keyed(first, last)):
            number, rows = _unkeyed(line)
            writer.write(rows)
            tally.renumbered += number not in ("", str(writer.entry_count))
        end = stream.tell()
        stream.seek(0)
        report = check_fec(stream, name, currency=company.currency, exercise=Exercise(first, last))
        stream.seek(end)
        return report

    name = file_name(company.siren, last)
    file, report = written_and_kept(ports, tenant, company.id, name, write)
    findings = (*_findings(tally, company, last), *report.findings)
    return FecExport(file, year, first, last, report, findings)


class _YearOfEntries:
    """The entries of a year as lines to sort: their order, their source's number, their rows."""

    def __init__(
        self, ports: Ports, tenant: TenantId, company: Company, chart: ChartOfBooks, tally: _Tally
    ) -> None:
        self._ports = ports
        self._tenant = tenant
        self._company = company.id
        self._settings = company
        self._chart = chart
        self._tally = tally
        self._names = FecNames(
            {code: journal.label for code, journal in chart.journals.items()},
            chart.accounts,
            {
                party.id: auxiliary_of(party, chart, company)
                for party in chart.third_parties.values()
            },
            company.currency,
        )

    def keyed(self, first: date, last: date) -> Iterator[str]:
        """Yield one line an entry. Raises TooLarge."""
        for code, journal in self._chart.journals.items():
            is_opening = journal.type is JournalType.OPENING
            scope = (self._ports, self._tenant, self._company)
            for entry in entries_of_journal(*scope, code, last, view=self._chart.view):
                if entry.date < first:
                    self._tally.earlier += entry.status is EntryStatus.VALIDATED
                elif entry.lines and self._is_in(entry):
                    self._count(entry, is_opening=is_opening)
                    yield self._line(entry, is_opening=is_opening)

    def _line(self, entry: JournalEntry, *, is_opening: bool) -> str:
        key = order_of(entry, is_opening=is_opening)
        content = [entry.source_number or "", rows_of(entry, self._names)]
        return f"{key}{_KEY_END}{json.dumps(content)}"

    def _is_in(self, entry: JournalEntry) -> bool:
        """Say whether an entry is validated, by a validation that is complete."""
        is_settled = self._is_settled(entry)
        if entry.status is not EntryStatus.VALIDATED:
            self._tally.drafts += 1
            return False
        self._tally.under_way += not is_settled
        return is_settled

    def _is_settled(self, entry: JournalEntry) -> bool:
        """Say whether the validation of an entry was complete when its statement was looked at.

        A validation that begins while entries are read is left out as a whole: those read before
        it were drafts. What an earlier round of it validated stays in.
        """
        statement = entry.statement_id
        if statement is None:
            return True
        known = self._tally.validations.get(statement)
        if known is None:
            found = self._ports.store.get(self._tenant, self._company, Validation, statement)
            known = found or (entry.status is EntryStatus.VALIDATED)
            self._tally.validations[statement] = known
        if isinstance(known, bool):
            return known
        year = self._settings.fiscal_year(entry.date)
        return known.is_done or not known.has_given(entry.journal, year, entry.number)

    def _count(self, entry: JournalEntry, *, is_opening: bool) -> None:
        tally = self._tally
        tally.openings += is_opening
        tally.without_valid_date += entry.validated_on is None
        tally.rows += len(entry.lines)
        if tally.rows > tally.rows_max:
            raise TooLarge(f"a FEC of more than {tally.rows_max} lines is not written this way")


def _unkeyed(line: str) -> tuple[str, list[Row]]:
    _, _, content = line.partition(_KEY_END)
    number, rows = json.loads(content)
    return str(number), rows


def _findings(tally: _Tally, company: Company, last: date) -> Iterator[Finding]:
    """Yield what the file itself cannot tell: what is not in it, and what was filled in."""
    told = (
        ("drafts_left_out", Severity.WARNING, tally.drafts, "drafts of the year are not in it"),
        ("validation_under_way", Severity.WARNING, tally.under_way,
         "entries wait for the end of their statement's validation; they are not in it"),
        ("opening_missing", Severity.WARNING, 0 if tally.openings else tally.earlier,
         "earlier entries, and no opening entry (à-nouveaux) carries their balances forward"),
        ("validation_day_missing", Severity.WARNING, tally.without_valid_date,
         "entries were loaded without a validation date; their own day stands for it"),
        ("entries_renumbered", Severity.INFO, tally.renumbered,
         "loaded entries have another EcritureNum than in the file they came from"),
    )  # fmt: skip
    for code, severity, count, sentence in told:
        if count:
            yield Finding(code, severity, f"{count} {sentence}")
    if company.closed_until is None or company.closed_until < last:
        said = "the year is not locked: later entries may change the numbers of this file"
        yield Finding("year_open", Severity.INFO, said)
