"""Whatever balanced entries are validated: the FEC is conformant, and reads back as it was."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rappro.adapters.memory import (
    FixedClock,
    MemoryBlobs,
    MemoryFeeds,
    MemoryInbox,
    MemoryRuns,
    MemoryStore,
)
from rappro.domain.bank import Severity
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
from rappro.domain.ids import CompanyId, EntryId, TenantId, ThirdPartyId
from rappro.domain.opening import FecRow
from rappro.formats.fec import read_rows
from rappro.formats.fec_check import check_fec
from rappro.formats.fec_check_codes import CODES
from rappro.formats.fec_write import COLUMNS
from rappro.ports import Ports
from rappro.use_cases.export_fec import FecExport, export_fec

checked = settings(deadline=None)
"""A busy machine is no counterexample."""

TENANT = TenantId("cabinet-sud")
COMPANY = Company(CompanyId("garage"), "Garage du Port", siren="732829320")
FIRST = date(2026, 1, 1)
JOURNALS = {"AN": "À nouveaux", "VE": "Ventes", "BQ": "Banque"}
ACCOUNTS = {"411000": "Clients", "401000": "Fournisseurs", "512100": "Banque du \"Port\"",
            "706000": "Prestations", "627000": ""}  # fmt: skip
PARTIES = (
    ThirdParty(ThirdPartyId("c1"), ThirdPartyKind.CUSTOMER, "Martin\tSARL", "411000",
               auxiliary="C1"),
    ThirdParty(ThirdPartyId("c2"), ThirdPartyKind.CUSTOMER, "", "411000", auxiliary="C2"),
)  # fmt: skip
GONE = "\u2028\u2029\ufeff"
TEXTS = st.text(max_size=6) | st.sampled_from(["FA12", '"FA"', "a\tb", "a|b;c", "", " ", "12"])


@st.composite
def legs(draw: st.DrawFn, amount_minor: int) -> EntryLine:
    """Draw one line of an amount, a debit when positive."""
    account = draw(st.sampled_from(sorted(ACCOUNTS)))
    is_foreign = amount_minor != 0 and draw(st.booleans())
    foreign = draw(st.integers(1, 10**9)) if is_foreign else None
    letter = draw(st.sampled_from([None, "AAA", "aab"]))
    return EntryLine(
        account=account,
        label=draw(TEXTS),
        debit_minor=max(amount_minor, 0),
        credit_minor=max(-amount_minor, 0),
        third_party=ThirdPartyId(draw(st.sampled_from(["c1", "c2"])))
        if account.startswith("4") and draw(st.booleans()) else None,
        letter=letter,
        lettered_on=FIRST if letter else None,
        foreign_amount_minor=foreign if amount_minor > 0 or foreign is None else -foreign,
        foreign_currency=draw(st.sampled_from(["USD", "JPY", "TND"])) if is_foreign else None,
        piece_ref=draw(st.none() | TEXTS),
        piece_date=draw(st.none() | st.just(FIRST)),
    )  # fmt: skip


@st.composite
def entries(draw: st.DrawFn) -> JournalEntry:
    """Draw a balanced entry of 2026, loaded or posted, validated on its day or later."""
    amounts = draw(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=3))
    amounts.append(-sum(amounts))
    is_own = draw(st.booleans())
    day = FIRST + timedelta(days=draw(st.integers(0, 364)))
    return JournalEntry(
        id=EntryId(""),
        journal=draw(st.sampled_from(sorted(JOURNALS))),
        date=day,
        piece_ref=draw(TEXTS),
        piece_date=day,
        label=draw(TEXTS),
        lines=tuple([draw(legs(amount)) for amount in amounts]),
        source=EntrySource.ENGINE if is_own else EntrySource.FEC,
        status=EntryStatus.VALIDATED,
        number=draw(st.integers(1, 30)) if is_own else None,
        source_number=None if is_own else draw(st.sampled_from(["", "1", "7", "x-3", "0"])),
        validated_on=draw(
            st.none() | st.integers(0, 90).map(lambda days: day + timedelta(days=days))
        ),
    )


def named(found: list[JournalEntry]) -> list[JournalEntry]:
    return [replace(entry, id=EntryId(f"en_{rank}")) for rank, entry in enumerate(found)]


books = st.lists(entries(), min_size=1, max_size=5).map(named)


def exported(found: list[JournalEntry]) -> tuple[FecExport, bytes]:
    """Export the books of entries; return what was said and the file."""
    store = MemoryStore()
    store.load(TENANT, COMPANY.id, [
        *(Journal(code, label, JournalType.OPENING if code == "AN" else JournalType.SALES)
          for code, label in JOURNALS.items()),
        *(LedgerAccount(number, label) for number, label in ACCOUNTS.items()),
        *PARTIES,
        *found,
    ])  # fmt: skip
    ports = Ports(
        store, MemoryBlobs(), MemoryInbox(), MemoryRuns(), MemoryFeeds(),
        FixedClock(datetime(2026, 6, 1, tzinfo=UTC)),
    )  # fmt: skip
    made = export_fec(ports, TENANT, COMPANY)
    return made, ports.blobs.open_source(TENANT, COMPANY.id, made.file.sha256).read()


@checked
@given(books)
def test_the_fec_of_balanced_validated_entries_is_conformant(found: list[JournalEntry]) -> None:
    made, content = exported(found)

    report = check_fec(BytesIO(content), made.file.name)
    assert report.is_conformant
    assert set(report.counts) <= {"amount_zero", "lettering_not_balanced", "row_duplicate"}
    assert report.entry_count == len(found)
    assert report.row_count == sum(len(entry.lines) for entry in found)
    assert report.debit_minor == report.credit_minor
    assert report.debit_minor == sum(line.debit_minor for e in found for line in e.lines)


@settings(checked, max_examples=30)
@given(books, st.randoms(use_true_random=False))
def test_the_bytes_depend_on_the_entries_alone(found: list[JournalEntry], random: Any) -> None:
    _, first = exported(found)
    shuffled = list(found)
    random.shuffle(shuffled)

    _, second = exported(shuffled)

    assert first == second


def flat(text: str) -> str:
    """Return what a field can hold of a text."""
    kept = "".join(" " if c in GONE or unicodedata.category(c) == "Cc" else c for c in text)
    return " ".join(kept.replace('"', "'").split())


def line_facts(entry: JournalEntry, line: EntryLine) -> tuple[Any, ...]:
    party = next((p for p in PARTIES if p.id == line.third_party), None)
    return (
        line.account, line.balance_minor, party.auxiliary if party else "", line.letter or "",
        line.lettered_on, line.foreign_amount_minor, line.foreign_currency,
        line.piece_date or entry.piece_date,
        flat(line.label) or flat(entry.label) or JOURNALS[entry.journal],
    )  # fmt: skip


def row_facts(row: FecRow) -> tuple[Any, ...]:
    return (
        row.account, row.balance_minor, row.auxiliary, row.letter, row.lettered_on,
        row.foreign_minor, row.foreign_currency, row.piece_date, flat(row.label),
    )  # fmt: skip


@checked
@given(books)
def test_what_is_written_reads_back_as_the_same_entries(found: list[JournalEntry]) -> None:
    _, content = exported(found)

    rows: dict[str, list[FecRow]] = defaultdict(list)
    for row in read_rows(BytesIO(content)):
        assert isinstance(row, FecRow), row
        assert "" not in (row.piece_ref, row.account_label, row.journal_label)
        rows[row.number].append(row)
    assert list(rows) == [str(number) for number in range(1, len(found) + 1)]
    back = [
        (r[0].journal, r[0].entry_date, r[0].validated_on, [row_facts(row) for row in r])
        for r in rows.values()
    ]
    expected = [
        (e.journal, e.date, e.validated_on or e.date, [line_facts(e, line) for line in e.lines])
        for e in found
    ]
    assert sorted(map(repr, back)) == sorted(map(repr, expected))


@checked
@given(st.binary(max_size=400), st.booleans())
def test_the_check_of_any_bytes_is_a_report(content: bytes, has_header: bool) -> None:
    head = ("\t".join(COLUMNS) + "\n").encode() if has_header else b""

    report = check_fec(BytesIO(head + content), "732829320FEC20261231.txt")

    assert set(report.counts) <= set(CODES)
    assert sum(report.counts.values()) >= len(report.findings) - len(report.counts)
    blocking = [f for f in report.findings if f.severity is Severity.BLOCKING]
    assert report.is_conformant is (blocking == [])


@settings(checked, max_examples=30)
@given(books, st.integers(0, 10_000), st.binary(min_size=1, max_size=3))
def test_a_broken_file_is_checked_to_its_end(
    found: list[JournalEntry], at: int, put: bytes
) -> None:
    made, content = exported(found)
    place = at % (len(content) + 1)

    report = check_fec(BytesIO(content[:place] + put + content[place:]), made.file.name)

    assert set(report.counts) <= set(CODES)
