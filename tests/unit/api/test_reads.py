"""Lists are filtered and cut into pages without gap or double, and no call reads without end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
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
from rappro.domain.bank import (
    BankAccountRef,
    Counterparty,
    LineStatusAtBank,
    Nature,
    StatementLine,
)
from rappro.domain.books import (
    Company,
    LedgerAccount,
)
from rappro.domain.errors import InvalidRequest, NotFound
from rappro.domain.ids import CompanyId, LineId, StatementId, TenantId
from rappro.domain.matching.model import Level
from rappro.domain.records import (
    LineRecord,
    StatementRecord,
    StatementStatus,
)
from rappro.ports import Ports
from rappro.use_cases import reads
from rappro.use_cases.filters import LineFilter, StatementFilter

TENANT, COMPANY, STATEMENT = TenantId("firm"), CompanyId("acme"), StatementId("st_1")
DAY = date(2025, 1, 31)
NOW = datetime(2025, 2, 1, tzinfo=UTC)


def ports_with(*records: StatementRecord | LineRecord | LedgerAccount) -> Ports:
    store = MemoryStore()
    store.load(TENANT, COMPANY, [Company(COMPANY, "Acme"), *records])
    return Ports(store, MemoryBlobs(), MemoryInbox(), MemoryRuns(), MemoryFeeds(), FixedClock(NOW))


def statement(number: int = 1, **period: date | None) -> StatementRecord:
    record = StatementRecord(
        id=StatementId(f"st_{number}"), journal="BQ1", account=BankAccountRef(), currency="EUR",
        number=str(number), period_from=date(2025, 1, 1), period_to=DAY, opening=None, closing=None,
        line_count=0, booked_minor=0, format="csv", source_sha256="0" * 64, source_name="x",
        ordinal=1, imported_at=NOW, status=StatementStatus.IMPORTED,
    )  # fmt: skip
    return replace(record, **period)  # type: ignore[arg-type] # dates by field name


def line(position: int, amount_minor: int = 100, label: str = "") -> LineRecord:
    said = StatementLine(position, DAY, amount_minor, "EUR", label=label)
    return LineRecord(LineId(f"li_{position}"), STATEMENT, "BQ1", said)


def pages_of_lines(ports: Ports, wanted: LineFilter, limit: int) -> Iterator[list[int]]:
    cursor: str | None = None
    while True:
        page = reads.list_lines(
            ports, TENANT, COMPANY, STATEMENT, wanted=wanted, limit=limit, cursor=cursor
        )
        yield [record.line.position for record in page.items]
        cursor = page.cursor
        if cursor is None:
            return


@settings(max_examples=40)
@given(
    amounts=st.lists(st.integers(-3, 3), max_size=40),
    limit=st.integers(1, 7),
    sign=st.sampled_from([None, 1, -1]),
)
def test_pages_of_lines_hold_each_line_that_fits_once_and_in_order(
    amounts: list[int], limit: int, sign: int | None
) -> None:
    lines = [line(n, amount) for n, amount in enumerate(amounts, 1)]
    ports = ports_with(replace(statement(), line_count=len(lines)), *lines)

    pages = list(pages_of_lines(ports, LineFilter(sign=sign), limit))

    assert [position for page in pages for position in page] == [
        position for position, amount in enumerate(amounts, 1) if sign is None or amount * sign > 0
    ]
    assert all(len(page) <= limit for page in pages)


def test_a_call_looks_at_a_bounded_number_of_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "LINES_SCANNED_MAX", 10)
    lines = [line(position) for position in range(1, 35)]
    ports = ports_with(replace(statement(), line_count=len(lines)), *lines)
    wanted = LineFilter(amount_minor_min=999)

    pages = list(pages_of_lines(ports, wanted, limit=5))

    assert pages == [[], [], [], []]


@pytest.mark.parametrize(
    ("wanted", "is_taken"),
    [
        (LineFilter(), True),
        (LineFilter(level=Level.B), True),
        (LineFilter(level=Level.C), False),
        (LineFilter(is_matched=False), True),
        (LineFilter(text="dupont"), True),
        (LineFilter(text="STRASSE"), True),
        (LineFilter(text="dùpont"), True),
        (LineFilter(text="straße"), True),
        (LineFilter(nature=Nature.FEE), True),
        (LineFilter(nature=Nature.CARD), False),
        (LineFilter(text="durand"), False),
        (LineFilter(amount_minor_min=500, amount_minor_max=500), True),
        (LineFilter(amount_minor_min=501), False),
        (LineFilter(amount_minor_max=499), False),
        (LineFilter(sign=-1), True),
        (LineFilter(sign=1), False),
    ],
)
def test_a_line_is_found_by_what_it_says(wanted: LineFilter, *, is_taken: bool) -> None:
    record = line(1, -500, "PRLV Straße 12")
    said = replace(record.line, counterparty=Counterparty(name="M. DUPONT"), nature=Nature.CARD)
    found = replace(record, line=said, level=Level.B, nature=Nature.FEE)

    assert wanted.takes(found) is is_taken


@pytest.mark.parametrize("status", [LineStatusAtBank.PENDING, LineStatusAtBank.INFORMATION])
def test_a_line_that_is_not_booked_does_not_wait_to_be_matched(status: LineStatusAtBank) -> None:
    record = line(1)
    announced = replace(record, line=replace(record.line, status=status))

    assert LineFilter(is_matched=False).takes(record)
    assert not LineFilter(is_matched=False).takes(announced)
    assert not LineFilter(is_matched=True).takes(announced)


@pytest.mark.parametrize(
    ("period", "is_taken"),
    [
        ((date(2025, 1, 1), date(2025, 1, 31)), True),
        ((date(2025, 1, 20), date(2025, 3, 1)), True),
        ((date(2025, 2, 10), date(2025, 3, 1)), True),
        ((date(2025, 2, 11), date(2025, 3, 1)), False),
        ((date(2024, 12, 1), date(2025, 1, 19)), False),
        ((None, date(2025, 1, 31)), True),
        ((date(2025, 2, 11), None), False),
        ((None, None), True),
    ],
)
def test_a_statement_is_listed_when_its_period_overlaps(
    period: tuple[date | None, date | None], *, is_taken: bool
) -> None:
    wanted = StatementFilter(from_day=date(2025, 1, 20), to_day=date(2025, 2, 10))
    record = statement(period_from=period[0], period_to=period[1])

    assert wanted.takes(record) is is_taken


@settings(max_examples=40)
@given(count=st.integers(0, 30), limit=st.integers(1, 7))
def test_pages_of_a_small_kind_hold_each_record_once(count: int, limit: int) -> None:
    accounts = [LedgerAccount(f"{600 + number}", "x") for number in range(count)]
    ports = ports_with(*accounts)

    seen: list[str] = []
    cursor: str | None = None
    for _ in range(count + 1):
        page = reads.list_accounts(ports, TENANT, COMPANY, limit=limit, cursor=cursor)
        seen += [account.number for account in page.items]
        cursor = page.cursor
        if cursor is None:
            break

    assert seen == [account.number for account in accounts]
    assert cursor is None


def test_a_filter_that_fits_little_reads_a_bounded_number_of_pages() -> None:
    ports = ports_with(*[statement(number) for number in range(1, 40)])
    wanted = StatementFilter(status=StatementStatus.VALIDATED)

    page = reads.list_statements(ports, TENANT, COMPANY, wanted, limit=2, cursor=None)

    assert list(page.items) == []
    assert page.cursor is not None


@pytest.mark.parametrize("cursor", ["", "x", "1x", "-1", "²"])
def test_a_made_up_cursor_of_lines_is_refused(cursor: str) -> None:
    ports = ports_with(statement(), line(1))

    with pytest.raises(InvalidRequest):
        reads.list_lines(
            ports, TENANT, COMPANY, STATEMENT, wanted=LineFilter(), limit=1, cursor=cursor
        )


def test_the_lines_of_an_unknown_statement_are_not_found() -> None:
    with pytest.raises(NotFound):
        reads.list_lines(
            ports_with(), TENANT, COMPANY, STATEMENT, wanted=LineFilter(), limit=1,
            cursor=None,
        )  # fmt: skip
