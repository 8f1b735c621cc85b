"""A search, walked page by page to its end, finds what a plain look at everything finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final, TypeVar
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rappro.adapters.memory import (
    FixedClock,
    MemoryBlobs,
    MemoryFeeds,
    MemoryInbox,
    MemoryRuns,
    MemoryStore,
)
from rappro.domain.bank import Balance, BankAccountRef, LineStatusAtBank, Nature, StatementLine
from rappro.domain.books import Company
from rappro.domain.errors import InvalidRequest, TooLarge
from rappro.domain.ids import CompanyId, LineId, MatchId, StatementId, TenantId, ThirdPartyId
from rappro.domain.matching.model import Level
from rappro.domain.money import exponent
from rappro.domain.records import LineRecord, LineStatus, StatementRecord, StatementStatus
from rappro.domain.statement_state import RUNNABLE, with_line_totals
from rappro.domain.writes import Page
from rappro.ports import Ports
from rappro.use_cases import searching
from rappro.use_cases.filters import (
    LineFilter,
    LineSearch,
    LineSort,
    StatementFilter,
    StatementSearch,
    StatementSort,
)
from rappro.use_cases.searching import search_lines, search_statements

TENANT, COMPANY = TenantId("firm"), CompanyId("acme")
NOW: Final = datetime(2025, 6, 1, tzinfo=UTC)
FIRST: Final = date(2025, 1, 1)
PARTIES: Final = [ThirdPartyId("C1"), ThirdPartyId("F1"), None]
TEXTS: Final = ["", "VIR DUPONT", "Chèque n° 12", "prlv été"]
PAGES_MAX: Final = 500
_BUSY: Final = [HealthCheck.too_slow]  # whole books are drawn; a busy machine takes its time

R = TypeVar("R", LineRecord, StatementRecord)
days = st.integers(0, 12).map(lambda number: FIRST + timedelta(days=number))
amounts = st.sampled_from([-1_000, -250, -1, 0, 1, 250, 1_000])


@dataclass(frozen=True)
class Held:
    """A statement with its lines."""

    header: StatementRecord
    lines: tuple[LineRecord, ...]


@st.composite
def line_records(draw: st.DrawFn, statement: StatementId, position: int, currency: str) -> Any:
    said = StatementLine(
        position, draw(days), draw(amounts), currency,
        label=draw(st.sampled_from(TEXTS)), comment=draw(st.sampled_from(TEXTS)),
        nature=draw(st.sampled_from([None, Nature.CHEQUE, Nature.CARD])),
        status=draw(st.sampled_from([LineStatusAtBank.BOOKED] * 3 + [LineStatusAtBank.PENDING])),
    )  # fmt: skip
    matched: dict[str, Any] = {"match_id": MatchId("m"), "level": Level.A}
    fates: dict[str, dict[str, Any]] = {
        "waits": {},
        "matched": matched,
        "known": {"known_as": "other/1"},
        "candidates": {"level": Level.B},
        "closed": matched | {"status": LineStatus.CLOSED_MANUALLY},
        "reversed": {"status": LineStatus.REVERSED},
    }
    return replace(
        LineRecord(LineId(f"{statement}-{position}"), statement, "BQ", said),
        third_party=draw(st.sampled_from(PARTIES)),
        nature=draw(st.sampled_from([None, Nature.FEE])),
        **fates[draw(st.sampled_from(sorted(fates)))],
    )


@st.composite
def statements(draw: st.DrawFn, number: int) -> Held:
    id_ = StatementId(f"st_{number:02d}")
    currency = draw(st.sampled_from(["EUR", "EUR", "JPY", "TND"]))
    ends = draw(st.none() | days)
    starts = draw(st.sampled_from([None, ends, None if ends is None else ends - timedelta(days=4)]))
    positions = sorted(draw(st.sets(st.integers(1, 6), max_size=5)))
    lines = tuple(draw(line_records(id_, position, currency)) for position in positions)
    header = StatementRecord(
        id=id_, journal=draw(st.sampled_from(["BQ", "CA", None])), account=BankAccountRef(),
        currency=currency, number=draw(st.sampled_from([None, "7", "Été 2"])), period_from=starts,
        period_to=ends, opening=None, closing=draw(st.none() | st.just(Balance(FIRST, -250))),
        line_count=len(lines), booked_minor=draw(amounts), format="csv", source_sha256="0" * 64,
        source_name=draw(st.sampled_from(["a.csv", "Relevé.xml"])), ordinal=1,
        imported_at=NOW + timedelta(seconds=draw(st.integers(0, 3))),
        status=StatementStatus.IMPORTED,
        deleted_count=max(positions, default=0) - len(positions),
        known_count=sum(line.known_as is not None for line in lines),
    )  # fmt: skip
    counted = with_line_totals(header, lines)
    status = draw(st.sampled_from(list(StatementStatus)))
    if status in RUNNABLE - {StatementStatus.RUN_FAILED}:
        return Held(counted, lines)
    return Held(replace(draw(st.sampled_from([header, counted])), status=status), lines)


books = st.integers(0, 9).flatmap(
    lambda count: st.tuples(*(statements(number) for number in range(count)))
)
bounds = st.sampled_from([None, None, Decimal(0), Decimal("0.0105"), Decimal("2.5"), Decimal(10)])
maybe_day = st.none() | days
line_filters = st.builds(
    LineFilter,
    level=st.sampled_from([None, None, *Level]),
    is_matched=st.sampled_from([None, True, False]),
    is_known=st.sampled_from([None, None, True, False]),
    status=st.sampled_from([None, None, *LineStatus]),
    third_party=st.sampled_from([None, None, *PARTIES]),
    text=st.sampled_from([None, None, "CHEQUE", "été", "dupont"]),
    sign=st.sampled_from([None, None, 1, -1]),
    nature=st.sampled_from([None, None, Nature.CARD, Nature.FEE]),
)
line_searches = st.builds(
    LineSearch,
    journal=st.sampled_from([None, "BQ"]),
    from_day=maybe_day,
    to_day=maybe_day,
    lines=st.just(LineFilter()) | line_filters,
    amount_min=bounds,
    amount_max=bounds,
    sort=st.sampled_from([None, None, *LineSort]),
)
statement_searches = st.builds(
    StatementSearch,
    statements=st.builds(
        StatementFilter,
        journal=st.sampled_from([None, "BQ"]),
        status=st.sampled_from([None, None, None, *StatementStatus]),
        from_day=maybe_day,
        to_day=maybe_day,
        text=st.sampled_from([None, None, "ete", "RELEVE", "7"]),
        amount_min=bounds,
        amount_max=bounds,
    ),
    third_party=st.sampled_from(PARTIES),
    sort=st.sampled_from([None, None, *StatementSort]),
)


def ports_with(held: Sequence[Held]) -> Ports:
    store = MemoryStore()
    store.load(TENANT, COMPANY, [Company(COMPANY, "Acme")])
    store.load(TENANT, COMPANY, [each.header for each in held])
    store.load(TENANT, COMPANY, [line for each in held for line in each.lines])
    return Ports(store, MemoryBlobs(), MemoryInbox(), MemoryRuns(), MemoryFeeds(), FixedClock(NOW))


def walked(read: Callable[[str | None], Page[R]], limit: int) -> Iterator[str]:
    """Yield the keys of all pages, to the end."""
    cursor: str | None = None
    for _ in range(PAGES_MAX):
        page = read(cursor)
        assert len(page.items) <= limit
        yield from (item.key for item in page.items)
        if page.cursor is None:
            return
        cursor = page.cursor
    pytest.fail("a search without end")


def by_period(held: Sequence[Held]) -> list[Held]:
    """Return statements in the order of their lists."""
    return sorted(
        held,
        key=lambda each: (
            -(each.header.period_to.toordinal() if each.header.period_to else 0),
            each.header.id,
        ),
    )


def major(minor: int, currency: str) -> Decimal:
    return Decimal(minor).scaleb(-exponent(currency))


def line_order(sort: LineSort, line: LineRecord) -> Decimal:
    sign = -1 if sort.value.startswith("-") else 1
    if sort.value.endswith("date"):
        return Decimal(sign * line.line.booking_date.toordinal())
    return sign * major(abs(line.line.amount_minor), line.line.currency)


def statement_order(sort: StatementSort, header: StatementRecord) -> Decimal:
    sign = -1 if sort.value.startswith("-") else 1
    if sort.value.endswith("booked"):
        return sign * major(header.booked_minor, header.currency)
    if sort.value.endswith("imported"):
        return sign * Decimal((header.imported_at - NOW).seconds)
    return Decimal(header.period_to.toordinal() if header.period_to else 0)


def is_listed(wanted: StatementFilter, header: StatementRecord) -> bool:
    return wanted.journal in {None, header.journal} and wanted.takes(header)


narrow = st.sampled_from([(1_000, 50, 5_000, 100), (3, 2, 4, 2), (2, 1, 1, 1), (4, 1, 3, 3)])


@settings(max_examples=60, deadline=None, suppress_health_check=_BUSY)
@given(held=books, wanted=line_searches, limit=st.integers(1, 5), reads=narrow)
def test_pages_of_lines_hold_each_line_that_fits_once_and_in_order(
    held: tuple[Held, ...], wanted: LineSearch, limit: int, reads: tuple[int, int, int, int]
) -> None:
    """Whatever the bounds of one request; of those of sorting, the search refuses or is whole."""
    ports = ports_with(held)
    plain = [
        line
        for each in by_period(held)
        if is_listed(wanted.statements, each.header)
        for line in each.lines
        if wanted.takes(each.header, line)
    ]
    if (sort := wanted.sort) is not None:
        plain.sort(key=lambda line: line_order(sort, line))

    def read(cursor: str | None) -> Page[LineRecord]:
        return search_lines(ports, TENANT, COMPANY, wanted, limit=limit, cursor=cursor)

    with (
        patch.object(searching, "HEADERS_READ_MAX", reads[0] if sort is None else 1_000),
        patch.object(searching, "STATEMENTS_OPENED_MAX", reads[1]),
        patch.object(searching, "LINES_READ_MAX", reads[2] if sort is None else 5_000),
        patch.object(searching, "_HEADERS_PER_READ", reads[3]),
    ):
        found = list(walked(read, limit))

    assert found == [line.key for line in plain]


@settings(max_examples=60, deadline=None, suppress_health_check=_BUSY)
@given(held=books, wanted=statement_searches, limit=st.integers(1, 5), reads=narrow)
def test_pages_of_statements_hold_each_statement_that_fits_once_and_in_order(
    held: tuple[Held, ...], wanted: StatementSearch, limit: int, reads: tuple[int, int, int, int]
) -> None:
    ports = ports_with(held)
    plain = [
        each.header
        for each in by_period(held)
        if is_listed(wanted.statements, each.header)
        and (
            wanted.third_party is None
            or any(line.third_party == wanted.third_party for line in each.lines)
        )
    ]
    if (sort := wanted.sort) is not None:
        plain.sort(key=lambda header: statement_order(sort, header))

    def read(cursor: str | None) -> Page[StatementRecord]:
        return search_statements(ports, TENANT, COMPANY, wanted, limit=limit, cursor=cursor)

    with (
        patch.object(searching, "HEADERS_READ_MAX", reads[0] if sort is None else 1_000),
        patch.object(searching, "STATEMENTS_OPENED_MAX", reads[1]),
        patch.object(searching, "LINES_READ_MAX", reads[2] if sort is None else 5_000),
        patch.object(searching, "_HEADERS_PER_READ", reads[3]),
    ):
        found = list(walked(read, limit))

    assert found == [header.key for header in plain]


@settings(max_examples=30, deadline=None, suppress_health_check=_BUSY)
@given(held=books, wanted=line_searches, cuts=st.data())
def test_what_goes_meanwhile_takes_nothing_else_along(
    held: tuple[Held, ...], wanted: LineSearch, cuts: st.DataObject
) -> None:
    """A statement is deleted between two pages: of the others each line still comes once."""
    ports = ports_with(held)
    page = search_lines(ports, TENANT, COMPANY, wanted, limit=2, cursor=None)
    whole = search_lines(ports, TENANT, COMPANY, wanted, limit=200, cursor=None)
    if page.cursor is None:
        assert page.items == whole.items
        return
    gone = cuts.draw(st.sampled_from(held))
    left = ports_with([each for each in held if each is not gone])

    rest = search_lines(left, TENANT, COMPANY, wanted, limit=200, cursor=page.cursor)

    found = [*page.items, *rest.items]
    assert [line for line in found if line.statement_id != gone.header.id] == [
        line for line in whole.items if line.statement_id != gone.header.id
    ]


def statement(number: int, *, lines: int = 1, **more: Any) -> Held:
    id_ = StatementId(f"st_{number:02d}")
    header = StatementRecord(
        id=id_, journal="BQ", account=BankAccountRef(), currency="EUR", number=None,
        period_from=FIRST, period_to=FIRST + timedelta(days=number), opening=None, closing=None,
        line_count=lines, booked_minor=0, format="csv", source_sha256="0" * 64, source_name="x",
        ordinal=1, imported_at=NOW, status=StatementStatus.IMPORTED,
    )  # fmt: skip
    said = [StatementLine(position, FIRST, 100, "EUR") for position in range(1, lines + 1)]
    records = (LineRecord(LineId(f"{id_}-{one.position}"), id_, "BQ", one) for one in said)
    return Held(replace(header, **more), tuple(records))


def test_what_is_too_much_to_sort_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    ports = ports_with([statement(number, lines=3) for number in range(4)])

    def sort(wanted: LineSearch) -> int:
        return len(search_lines(ports, TENANT, COMPANY, wanted, limit=50, cursor=None).items)

    by_amount = LineSearch(sort=LineSort.AMOUNT)
    assert sort(by_amount) == 12
    for bound in ("LINES_READ_MAX", "STATEMENTS_SORTED_MAX", "HEADERS_READ_MAX"):
        with monkeypatch.context() as less:
            less.setattr(searching, bound, 3)
            with pytest.raises(TooLarge, match="name a journal, a shorter period"):
                sort(by_amount)
            assert sort(LineSearch()) > 0


def test_statements_are_sorted_by_their_headers_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    ports = ports_with([statement(number) for number in range(4)])
    monkeypatch.setattr(searching, "HEADERS_READ_MAX", 3)
    wanted = StatementSearch(sort=StatementSort.BOOKED)

    with pytest.raises(TooLarge):
        search_statements(ports, TENANT, COMPANY, wanted, limit=50, cursor=None)


def test_a_cursor_is_of_one_search() -> None:
    ports = ports_with([statement(number, lines=3) for number in range(2)])
    page = search_lines(ports, TENANT, COMPANY, LineSearch(), limit=1, cursor=None)

    for other in (LineSearch(journal="BQ"), LineSearch(sort=LineSort.DATE)):
        with pytest.raises(InvalidRequest) as refused:
            search_lines(ports, TENANT, COMPANY, other, limit=1, cursor=page.cursor)
        assert refused.value.position == "cursor"
    with pytest.raises(InvalidRequest):
        search_statements(ports, TENANT, COMPANY, StatementSearch(), limit=1, cursor=page.cursor)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=40) | st.binary(max_size=60).map(lambda b: b.hex()))
def test_no_text_is_taken_for_a_cursor(text: str) -> None:
    ports = ports_with([statement(1, lines=3)])

    with pytest.raises(InvalidRequest):
        search_lines(ports, TENANT, COMPANY, LineSearch(), limit=1, cursor=text)


def test_the_work_list_opens_no_statement_that_has_nothing_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is matched, validated or only known is told by its header."""
    statuses = [each for each in StatementStatus if each is not StatementStatus.DELETING]
    held = [statement(number, status=status) for number, status in enumerate(statuses)]
    ports = ports_with(held)
    opened: list[str] = []
    lines_of = ports.store.lines_of

    def watched(tenant: TenantId, company: CompanyId, parts: Any) -> Iterator[LineRecord]:
        taken = list(parts)
        opened.extend(one.id for one, _ in taken)
        return lines_of(tenant, company, taken)

    monkeypatch.setattr(ports.store, "lines_of", watched)
    wanted = LineSearch(lines=LineFilter(is_matched=False))
    search_lines(ports, TENANT, COMPANY, wanted, limit=50, cursor=None)

    of = {each.header.id: each.header.status for each in held}
    assert {of[StatementId(one)] for one in opened} == {
        StatementStatus.IMPORTED,
        StatementStatus.PARTLY_MATCHED,
        StatementStatus.RUN_FAILED,
    }


def test_a_period_that_is_over_is_not_gone_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind it only statements without a period are looked at."""
    held = [statement(number) for number in range(200)]
    undated = statement(999, period_from=None, period_to=None)
    ports = ports_with([*held, undated])
    monkeypatch.setattr(searching, "_HEADERS_PER_READ", 5)
    asked: list[int] = []
    listed = ports.store.statements

    def watched(*scope: Any, **how: Any) -> Page[StatementRecord]:
        page = listed(*scope, **how)
        asked.append(len(page.items))
        return page

    monkeypatch.setattr(ports.store, "statements", watched)
    since = StatementFilter(from_day=FIRST + timedelta(days=197))
    wanted = StatementSearch(since)
    page = search_statements(ports, TENANT, COMPANY, wanted, limit=50, cursor=None)

    assert [one.id for one in page.items] == ["st_199", "st_198", "st_197", "st_999"]
    assert asked == [5, 1]


def test_pages_go_on_past_many_statements_of_one_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "HEADERS_READ_MAX", 2)
    same = [statement(number, period_to=FIRST) for number in range(9)]
    ports = ports_with(same)
    wanted = LineSearch(lines=LineFilter(text="nothing"))
    cursors: list[str | None] = [None]

    for _ in range(5):
        page = search_lines(ports, TENANT, COMPANY, wanted, limit=9, cursor=cursors[-1])
        assert page.items == ()
        cursors.append(page.cursor)

    assert cursors[-1] is None
    assert all(one != other for one, other in pairwise(cursors))
