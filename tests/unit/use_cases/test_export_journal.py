"""Journals as CSV: the period, the journal, drafts or not, and the order."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date

import pytest

from rappro.domain.books import EntryStatus
from rappro.domain.errors import InvalidRequest, TooLarge
from rappro.ports import Ports
from rappro.use_cases.export_journal import JournalChoice, JournalExport, export_journal
from tests.unit.use_cases.test_export_fec import COMPANY, TENANT, entry, loaded, ports_with

BOOKS = (
    entry("b", date=date(2026, 3, 2), number=1),
    entry("a", date=date(2026, 3, 2), number=2),
    loaded("c", "8", date=date(2026, 1, 1)),
    entry("d", date=date(2025, 12, 31), number=3),
    entry("e", date=date(2026, 12, 31), number=None, status=EntryStatus.DRAFT, validated_on=None),
    entry("f", date=date(2027, 1, 1), number=4),
)


def export(ports: Ports, choice: JournalChoice) -> tuple[JournalExport, list[str]]:
    """Return an export and the entries in its file, in order."""
    made = export_journal(ports, TENANT, COMPANY, choice)
    content = ports.blobs.open_source(TENANT, COMPANY.id, made.file.sha256).read()
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == made.row_count
    entries = list(dict.fromkeys(row["entry"] for row in rows))
    assert len(entries) == made.entry_count
    return made, entries


@pytest.mark.parametrize(
    ("choice", "entries"),
    [
        (JournalChoice(), ["c", "a", "b"]),
        (JournalChoice(has_drafts=True), ["c", "a", "b", "e"]),
        (JournalChoice(journal="VE"), ["c"]),
        (JournalChoice(first=date(2026, 3, 2)), ["a", "b"]),
        (JournalChoice(last=date(2026, 3, 1)), ["c"]),
        (JournalChoice(last=date(2025, 12, 31)), ["d"]),
        (JournalChoice(first=date(2025, 12, 31), last=date(2027, 1, 1)),
         ["d", "c", "a", "b", "f"]),
        (JournalChoice(journal="AN"), []),
    ],
    ids=["year", "drafts", "journal", "from", "to", "year-before", "two-years", "none"],
)  # fmt: skip
def test_the_file_holds_what_was_asked_for_by_date_journal_and_id(
    choice: JournalChoice, entries: list[str]
) -> None:
    _, found = export(ports_with(*BOOKS), choice)

    assert found == entries


def test_the_file_is_named_by_company_journal_and_period() -> None:
    made, _ = export(ports_with(), JournalChoice(journal="VE", last=date(2025, 3, 31)))

    assert made.file.name == "journal-garage-VE-20250101-20250331.csv"
    assert (made.first_day, made.last_day) == (date(2025, 1, 1), date(2025, 3, 31))


def test_a_text_of_the_bank_is_never_a_formula() -> None:
    hostile = replace(entry("x"), piece_ref='=HYPERLINK("http://x.example")')
    ports = ports_with(hostile)
    made, _ = export(ports, JournalChoice())

    content = ports.blobs.open_source(TENANT, COMPANY.id, made.file.sha256).read()

    assert b';"\'=HYPERLINK(""http://x.example"")";' in content


@pytest.mark.parametrize(
    ("choice", "parameter"),
    [
        (JournalChoice(first=date(2026, 2, 1), last=date(2026, 1, 31)), "from"),
        (JournalChoice(journal="ZZ"), "journal"),
    ],
)
def test_a_wrong_choice_is_refused_by_its_parameter(choice: JournalChoice, parameter: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        export_journal(ports_with(*BOOKS), TENANT, COMPANY, choice)

    assert refusal.value.position == parameter


def test_too_many_lines_are_refused() -> None:
    with pytest.raises(TooLarge):
        export_journal(ports_with(*BOOKS), TENANT, COMPANY, JournalChoice(), rows_max=3)
