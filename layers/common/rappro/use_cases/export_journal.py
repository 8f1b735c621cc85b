"""The entries of a period, of one journal or of all, as CSV (export des journaux)."""

from __future__ import annotations

from datetime import date
from typing import BinaryIO

from rappro.domain.books import (
    Company,
    EntryStatus,
)
from rappro.domain.errors import InvalidRequest, TooLarge
from rappro.domain.frozen import dataclass
from rappro.domain.ids import TenantId
from rappro.formats.journal_csv import JournalCsvWriter
from rappro.ports import Ports
from rappro.use_cases.exporting import ROWS_MAX, StoredFile, written_and_kept
from rappro.use_cases.ledger_reading import (
    ChartOfBooks,
    auxiliary_of,
    entries_by_date,
    read_chart,
)


@dataclass(frozen=True, slots=True)
class JournalChoice:
    """What to export: the days, both included; one journal or all; drafts (brouillard) or not."""

    first: date | None = None
    last: date | None = None
    journal: str | None = None
    has_drafts: bool = False


@dataclass(frozen=True, slots=True)
class JournalExport:
    """A file of journal entries that was written, and what is in it."""

    file: StoredFile
    first_day: date
    last_day: date
    entry_count: int
    row_count: int


def export_journal(
    ports: Ports, tenant: TenantId, company: Company, choice: JournalChoice,
    *, rows_max: int = ROWS_MAX,
) -> JournalExport:  # fmt: skip
    """Write the entries by date, journal and id; by default those of the present fiscal year.

    Raises InvalidRequest for an unknown journal and days in the wrong order, TooLarge beyond
    `rows_max`, BooksLoading.
    """
    first, last = _period(ports, company, choice)
    chart = read_chart(ports, tenant, company.id)
    if choice.journal is not None and choice.journal not in chart.journals:
        raise InvalidRequest(f"no journal {choice.journal[:80]}", position="journal")
    journals = [choice.journal] if choice.journal is not None else sorted(chart.journals)

    def write(stream: BinaryIO) -> tuple[int, int]:
        writer = _writer(stream, chart, company)
        entries = 0
        for entry in entries_by_date(ports, tenant, company.id, journals, last, view=chart.view):
            is_wanted = choice.has_drafts or entry.status is EntryStatus.VALIDATED
            if entry.date < first or not is_wanted:
                continue
            entries += 1
            writer.write(entry)
            if writer.row_count > rows_max:
                raise TooLarge(f"more than {rows_max} lines: ask for a shorter period")
        return entries, writer.row_count

    code = "" if choice.journal is None else f"-{choice.journal}"
    name = f"journal-{company.id}{code}-{first:%Y%m%d}-{last:%Y%m%d}.csv"
    file, (entries, rows) = written_and_kept(ports, tenant, company.id, name, write)
    return JournalExport(file, first, last, entries, rows)


def _period(ports: Ports, company: Company, choice: JournalChoice) -> tuple[date, date]:
    """Return the days that were chosen, else those of the fiscal year. Raises InvalidRequest."""
    today = ports.clock.today(company.timezone)
    year = company.fiscal_year(choice.last or choice.first or today)
    year_first, year_last = company.fiscal_year_period(year)
    first, last = choice.first or year_first, choice.last or year_last
    if first > last:
        raise InvalidRequest(f"{first} is after {last}", position="from")
    return first, last


def _writer(stream: BinaryIO, chart: ChartOfBooks, company: Company) -> JournalCsvWriter:
    return JournalCsvWriter(
        stream,
        currency=company.currency,
        journals={code: journal.label for code, journal in chart.journals.items()},
        accounts=chart.accounts,
        parties={
            party.id: (auxiliary_of(party, chart, company)[0], party.name)
            for party in chart.third_parties.values()
        },
    )
