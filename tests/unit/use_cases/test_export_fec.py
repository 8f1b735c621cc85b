"""The FEC of a fiscal year: what is in it, in which order, and what is told beside it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from rappro.adapters.memory import (
    FixedClock,
    MemoryBlobs,
    MemoryFeeds,
    MemoryInbox,
    MemoryRuns,
    MemoryStore,
)
from rappro.domain.books import (
    Company,
    EntryLine,
    EntrySource,
    EntryStatus,
    Journal,
    JournalEntry,
    JournalType,
    LedgerAccount,
    ThirdParty,
    ThirdPartyKind,
)
from rappro.domain.errors import BooksLoading, InvalidRequest, RuleViolation, TooLarge
from rappro.domain.fiscal_years import FiscalYear
from rappro.domain.ids import CompanyId, EntryId, StatementId, TenantId, ThirdPartyId
from rappro.domain.operations import BooksLoad, LoadState, NumberBlock, Validation
from rappro.domain.writes import Record
from rappro.ports import Ports
from rappro.use_cases.export_fec import FecExport, export_fec

TENANT = TenantId("cabinet-sud")
COMPANY = Company(CompanyId("garage"), "Garage du Port", siren="732829320")
NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
STATEMENT = StatementId("st_1")
CHART: tuple[Record, ...] = (
    Journal("AN", "À nouveaux", JournalType.OPENING),
    Journal("VE", "Ventes", JournalType.SALES),
    Journal("BQ1", "Banque", JournalType.TREASURY, "512100"),
    LedgerAccount("411000", "Clients"),
    LedgerAccount("512100", "Banque"),
    LedgerAccount("706000", "Prestations"),
    LedgerAccount("101000", "Capital"),
    ThirdParty(ThirdPartyId("c1"), ThirdPartyKind.CUSTOMER, "Martin", "411000", auxiliary="C1"),
    ThirdParty(ThirdPartyId("c2"), ThirdPartyKind.CUSTOMER, "Durand", "411000"),
    ThirdParty(ThirdPartyId("c3"), ThirdPartyKind.CUSTOMER, "Petit", "411PETIT"),
    ThirdParty(ThirdPartyId("c4"), ThirdPartyKind.CUSTOMER, "411000", "411000"),
)


def ports_with(*records: Record) -> Ports:
    """Return the in-process ports of a company with its chart and some records."""
    store = MemoryStore()
    store.load(TENANT, COMPANY.id, [*CHART, *records])
    return Ports(store, MemoryBlobs(), MemoryInbox(), MemoryRuns(), MemoryFeeds(), FixedClock(NOW))


def entry(name: str, **fields: Any) -> JournalEntry:
    """Return a validated entry of 100.00 on the bank, posted here."""
    usual: dict[str, Any] = {
        "id": EntryId(name), "journal": "BQ1", "date": date(2026, 3, 2), "piece_ref": name,
        "piece_date": date(2026, 3, 2), "label": f"Virement {name}",
        "lines": (EntryLine("512100", name, debit_minor=10_000),
                  EntryLine("706000", name, credit_minor=10_000)),
        "source": EntrySource.ENGINE, "status": EntryStatus.VALIDATED, "number": 1,
        "validated_on": date(2026, 4, 1),
    }  # fmt: skip
    return JournalEntry(**{**usual, **fields})


def loaded(name: str, number: str, **fields: Any) -> JournalEntry:
    """Return an entry that came with a FEC under a number."""
    usual: dict[str, Any] = {
        "source": EntrySource.FEC, "number": None, "source_number": number, "journal": "VE",
        "validated_on": date(2026, 3, 31),
    }  # fmt: skip
    return entry(name, **{**usual, **fields})


def opening(name: str = "an", **fields: Any) -> JournalEntry:
    """Return an entry that carries balances forward."""
    return loaded(name, "1", **{"journal": "AN", "date": date(2026, 1, 1), **fields})


def export(ports: Ports, company: Company = COMPANY, year: str = "2026") -> FecExport:
    return export_fec(ports, TENANT, company, year)


def lines_of(ports: Ports, made: FecExport) -> list[list[str]]:
    """Return the fields of the kept file, its header apart; the file is the one described."""
    content = ports.blobs.open_source(TENANT, COMPANY.id, made.file.sha256).read()
    assert hashlib.sha256(content).hexdigest() == made.file.sha256
    assert len(content) == made.file.size_bytes
    lines = content.decode("utf-8").split("\r\n")
    assert len(lines) == made.report.row_count + 2
    return [line.split("\t") for line in lines[1:-1]]


def order_in(ports: Ports, made: FecExport) -> list[tuple[str, str]]:
    """Return EcritureNum and PieceRef of the entries, in the file's order."""
    return list(dict.fromkeys((line[2], line[8]) for line in lines_of(ports, made)))


def codes(made: FecExport) -> list[str]:
    return [finding.code for finding in made.findings]


def test_the_file_holds_the_validated_entries_of_the_year_and_no_other() -> None:
    ports = ports_with(
        opening(),
        entry("in"),
        entry("last-day", number=2, date=date(2026, 12, 31), validated_on=date(2027, 1, 4)),
        entry("next-year", number=1, date=date(2027, 1, 1), validated_on=date(2027, 1, 4)),
        entry("year-before", number=9, date=date(2025, 12, 31), validated_on=date(2026, 1, 4)),
        entry("draft", number=None, status=EntryStatus.DRAFT, validated_on=None),
    )

    made = export(ports)

    assert order_in(ports, made) == [("1", "an"), ("2", "in"), ("3", "last-day")]
    assert made.file.name == "732829320FEC20261231.txt"
    assert (made.first_day, made.closing_day) == (date(2026, 1, 1), date(2026, 12, 31))
    assert codes(made) == ["drafts_left_out", "year_open"]
    assert made.findings[0].message == "1 drafts of the year are not in it"
    assert made.report.is_conformant


def test_a_fiscal_year_of_its_own_ends_before_its_first_month_comes_back() -> None:
    company = replace(COMPANY, fiscal_year_start_month=7, closed_until=date(2026, 6, 30))
    ports = ports_with(
        entry("in", date=date(2026, 6, 30), validated_on=date(2026, 7, 2)),
        entry("out", date=date(2026, 7, 1), validated_on=date(2026, 7, 2)),
    )

    made = export(ports, company, "2025")
    present = export_fec(ports, TENANT, company)

    assert made.file.name == "732829320FEC20260630.txt"
    assert order_in(ports, made) == [("1", "in")]
    assert codes(made) == []
    assert present.file.name == "732829320FEC20270630.txt"
    assert order_in(ports, present) == [("1", "out")]
    assert codes(present) == ["opening_missing", "year_open"]


def test_openings_come_first_then_the_order_of_validation() -> None:
    ports = ports_with(
        opening(validated_on=date(2026, 9, 1)),
        loaded("sale", "2", validated_on=date(2026, 3, 9)),
        loaded("late-sale", "3", validated_on=date(2026, 6, 30), date=date(2026, 1, 15)),
        entry("posted-2", number=2, date=date(2026, 1, 3)),
        entry("posted-1", number=1, date=date(2026, 3, 3)),
    )

    made = export(ports)

    pieces = [piece for _, piece in order_in(ports, made)]
    assert pieces == ["an", "sale", "posted-1", "posted-2", "late-sale"]
    assert made.report.findings == ()


def test_loaded_entries_that_were_numbered_so_keep_their_numbers() -> None:
    ports = ports_with(
        opening(), *(loaded(f"sale-{n}", str(n)) for n in range(2, 12)), entry("posted")
    )

    made = export(ports)

    numbers = [number for number, _ in order_in(ports, made)]
    assert numbers == [str(n) for n in range(1, 13)]
    assert order_in(ports, made)[-1] == ("12", "posted")
    assert "entries_renumbered" not in codes(made)


def test_loaded_entries_that_get_other_numbers_are_counted() -> None:
    ports = ports_with(opening(), loaded("sale-1", "1"), loaded("sale-2", "7"))

    made = export(ports)

    assert order_in(ports, made) == [("1", "an"), ("2", "sale-1"), ("3", "sale-2")]
    assert codes(made) == ["entries_renumbered", "year_open"]
    assert made.findings[0].message.startswith("2 loaded entries")


def test_an_entry_loaded_without_validation_day_has_its_own() -> None:
    ports = ports_with(opening(), loaded("sale", "2", validated_on=None))

    made = export(ports)

    assert {line[15] for line in lines_of(ports, made)} == {"20260331", "20260302"}
    assert codes(made) == ["validation_day_missing", "year_open"]


@pytest.mark.parametrize(
    ("party", "account", "columns"),
    [
        ("c1", "411000", ["C1", "Martin"]),
        ("c2", "411000", ["c2", "Durand"]),
        ("c3", "411PETIT", ["", ""]),
        ("c4", "411000", ["", ""]),
        ("gone", "411000", ["", ""]),
    ],
    ids=["auxiliary", "shared-account", "own-account", "nobody", "unknown"],
)
def test_a_third_party_is_named_by_its_auxiliary(
    party: str, account: str, columns: list[str]
) -> None:
    lines = (
        EntryLine(account, "x", credit_minor=5, third_party=ThirdPartyId(party)),
        EntryLine("512100", "x", debit_minor=5),
    )
    ports = ports_with(entry("posted", lines=lines))

    made = export(ports)

    assert lines_of(ports, made)[0][6:8] == columns


def test_a_validation_that_is_not_complete_is_left_out_whole() -> None:
    half = Validation(STATEMENT, "BQ1", (NumberBlock("2026", 2, 2),), date(2026, 4, 1), "comptable")
    entries = (
        entry("done", number=1, statement_id=StatementId("st_0")),
        entry("half-1", number=2, statement_id=STATEMENT),
        entry("half-2", number=3, statement_id=STATEMENT, status=EntryStatus.DRAFT),
    )
    ports = ports_with(opening(), *entries, half)

    made = export(ports)
    ports.store.load(TENANT, COMPANY.id, [replace(half, is_done=True)])
    after = export(ports)

    assert order_in(ports, made) == [("1", "an"), ("2", "done")]
    assert codes(made) == ["drafts_left_out", "validation_under_way", "year_open"]
    assert order_in(ports, after) == [("1", "an"), ("2", "done"), ("3", "half-1")]


def test_the_same_books_give_the_same_bytes_whatever_the_order_they_were_stored_in() -> None:
    entries = [loaded(f"sale-{n}", str(n % 3), date=date(2026, 1 + n % 9, 1)) for n in range(30)]

    forward, backward = ports_with(*entries), ports_with(*reversed(entries))

    assert export(forward).file == export(backward).file
    assert export(forward).file == export(forward).file


def test_an_unbalanced_entry_of_the_source_is_written_and_told() -> None:
    crooked = loaded(
        "crooked", "2", lines=(EntryLine("512100", "x", debit_minor=1),),
        is_unbalanced_at_source=True,
    )  # fmt: skip
    ports = ports_with(opening(), crooked)

    made = export(ports)

    assert made.report.row_count == 3
    assert "entry_not_balanced" in codes(made)
    assert not made.report.is_conformant


def test_many_pages_and_parts_are_one_sorted_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rappro.use_cases.ledger_reading.PAGE_ENTRIES", 7)
    entries = [entry(f"e{n:03}", number=n) for n in range(1, 101)]
    ports = ports_with(*entries)

    made = export(ports)

    assert order_in(ports, made) == [(str(n), f"e{n:03}") for n in range(1, 101)]
    assert made.report.findings == ()


def test_a_year_without_an_entry_is_not_conformant() -> None:
    made = export(ports_with())

    assert made.report.row_count == 0
    assert "file_unreadable" in codes(made)


def test_a_company_without_siren_is_refused() -> None:
    with pytest.raises(RuleViolation):
        export(ports_with(), replace(COMPANY, siren=None))


@pytest.mark.parametrize("year", ["0000", "9999", "26", "20 26", "２０２６"])
def test_what_is_no_year_is_refused(year: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        export(ports_with(), year=year)

    assert refusal.value.position == "fiscal_year"


def test_too_many_lines_are_refused() -> None:
    ports = ports_with(entry("one"), entry("two", number=2))

    with pytest.raises(TooLarge):
        export_fec(ports, TENANT, COMPANY, "2026", rows_max=3)


def test_books_that_are_being_loaded_are_not_exported() -> None:
    ports = ports_with(BooksLoad("sha", "a.txt", LoadState.LOADING, NOW, {}))

    with pytest.raises(BooksLoading):
        export(ports)


def test_a_long_first_year_is_one_file_named_by_its_closing_day() -> None:
    year = FiscalYear(date(2025, 3, 15), date(2026, 12, 31))
    company = replace(COMPANY, fiscal_years=(year,))
    ports = ports_with(
        entry("early", date=date(2025, 4, 2)), entry("late", date=date(2026, 12, 31), number=2)
    )

    made = export(ports, company, "2025")

    assert made.file.name == "732829320FEC20261231.txt"
    assert {piece for _, piece in order_in(ports, made)} == {"early", "late"}


def test_a_short_year_ends_at_its_closing_day() -> None:
    year = FiscalYear(date(2026, 1, 1), date(2026, 6, 30))
    company = replace(COMPANY, fiscal_years=(year,), fiscal_year_start_month=7)
    ports = ports_with(entry("in"), entry("after", date=date(2026, 7, 1), number=2))

    first, second = export(ports, company, "2026"), export(ports, company, "2026-07")

    assert [made.file.name for made in (first, second)] == [
        "732829320FEC20260630.txt", "732829320FEC20270630.txt",
    ]  # fmt: skip
    assert [piece for _, piece in order_in(ports, first)] == ["in"]
    assert [piece for _, piece in order_in(ports, second)] == ["after"]
