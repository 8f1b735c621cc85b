"""Search of lines and statements over a whole company (SPEC IMP-14). Nothing is changed.

Statements are gone through newest period first, and those whose header says that they hold nothing
that fits are not opened. What one request reads is bounded: a page may be short, even empty, and
still go on. An order that no key gives is made of all that fits, or refused: TooLarge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Final, TypeVar

from rappro.domain.errors import TooLarge
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.money import exponent
from rappro.domain.records import LineRecord, StatementRecord, StatementStatus
from rappro.domain.writes import Page
from rappro.ports import Ports
from rappro.use_cases.filters import (
    LineFilter,
    LineSearch,
    LineSort,
    StatementFilter,
    StatementSearch,
    StatementSort,
)
from rappro.use_cases.search_places import (
    AT_END,
    UNDATED,
    Listed,
    Place,
    Start,
    read_place,
    write_place,
)
from rappro.use_cases.shown import Shown, shown

HEADERS_READ_MAX: Final = 1_000
"""Statements looked at for one page, opened or not."""
STATEMENTS_OPENED_MAX: Final = 50
"""Statements of which lines are read for one page: each takes a request of its own."""
LINES_READ_MAX: Final = 5_000
"""Lines looked at for one page."""
STATEMENTS_SORTED_MAX: Final = 100
"""Statements of which lines are read to sort them; their lines are LINES_READ_MAX at most."""
_HEADERS_PER_READ: Final = 100
_SCALES: Final = (10_000, 1_000, 100, 10, 1)
"""By the decimals of a currency: what makes amounts of several compare as whole numbers."""

T = TypeVar("T", LineRecord, StatementRecord)


def search_lines(
    ports: Ports, tenant: TenantId, company: CompanyId, wanted: LineSearch, *, limit: int,
    cursor: str | None,
) -> Page[LineRecord]:  # fmt: skip
    """Return one page of the lines that are looked for: by default newest statement, position.

    Raises InvalidRequest for a cursor of another search, TooLarge where there are more lines than
    can be put in an order.
    """
    search = tenant, company, wanted  # a cursor is of one list: no other caller's
    start = read_place(search, cursor)
    headers = Headers(ports, tenant, company, wanted.statements)
    opened = Opened(headers, wanted, shown(ports, tenant, company))
    if wanted.sort is None:
        headers.start = start
        return opened.page(search, lambda _, line: (line.key, line), limit)
    found = opened.whole()
    places = ((Place.of_line(s, line, _line_value(line, wanted.sort)), line) for s, line in found)
    return _sorted(search, places, start, limit)


def search_statements(
    ports: Ports, tenant: TenantId, company: CompanyId, wanted: StatementSearch, *, limit: int,
    cursor: str | None,
) -> Page[StatementRecord]:  # fmt: skip
    """Return one page of the statements that are looked for: by default newest period first.

    Raises InvalidRequest for a cursor of another search, TooLarge where there are more statements,
    or more lines in them, than can be put in an order.
    """
    search = tenant, company, wanted  # a cursor is of one list: no other caller's
    start = read_place(search, cursor)
    headers = Headers(ports, tenant, company, wanted.statements)
    if wanted.third_party is None:
        if wanted.sort is None:
            headers.start = start
            headers.per_read = limit if wanted.is_plain else _HEADERS_PER_READ
            return _as_listed(search, headers, limit)
        found = headers.whole()
    else:
        lines = LineSearch(lines=LineFilter(third_party=wanted.third_party))
        opened = Opened(headers, lines, shown(ports, tenant, company))
        if wanted.sort is None:
            headers.start = start
            return opened.page(search, lambda statement, _: (statement.id, statement), limit)
        found = list({statement.id: statement for statement, _ in opened.whole()}.values())
    places = ((Place.of_statement(s, _statement_value(s, wanted.sort)), s) for s in found)
    return _sorted(search, places, start, limit)


@dataclass(slots=True)
class Headers:
    """The statements that a filter takes, newest period first, from somewhere on.

    Behind the period that is asked for, only those without one are looked at. `cut` says where to
    go on when HEADERS_READ_MAX were; `before` is the one in the list before the last that came.
    """

    ports: Ports
    tenant: TenantId
    company: CompanyId
    wanted: StatementFilter
    start: Start | None = None
    per_read: int = _HEADERS_PER_READ
    cut: Start | None = None
    before: Listed | None = None
    has_more: bool = True

    def __iter__(self) -> Iterator[StatementRecord]:
        last = None if self.start is None else self.start.before
        for count, statement in enumerate(self._looked_at(last)):
            if last is not None and count == HEADERS_READ_MAX:
                self.cut = Start(Place(0, last, AT_END), last)
                return
            self.before, last = last, Listed.of(statement)
            if self._is_ahead(last) and self.wanted.takes(statement):
                yield statement

    def whole(self) -> list[StatementRecord]:
        """Return all of them. Raises TooLarge when they are too many to look at."""
        found = list(self)
        if self.cut is not None:
            raise _too_large()
        return found

    def _looked_at(self, last: Listed | None) -> Iterator[StatementRecord]:
        since = self.wanted.from_day
        for statement in self._listed(last):
            ends = statement.period_to
            if since is not None and ends is not None and ends < since:
                yield from self._listed(UNDATED)
                return
            yield statement

    def _listed(self, last: Listed | None) -> Iterator[StatementRecord]:
        past, cursor = None if last is None else last.end, None
        while True:
            page = self.ports.store.statements(
                self.tenant, self.company, journal=self.wanted.journal, past=past,
                limit=self.per_read, cursor=cursor,
            )  # fmt: skip
            cursor = page.cursor
            for left, statement in enumerate(page.items, 1 - len(page.items)):
                self.has_more = left < 0 or cursor is not None
                yield statement
            if cursor is None:
                self.has_more = False
                return

    def _is_ahead(self, listed: Listed) -> bool:
        """Say whether a statement is not left behind, or not all of it."""
        if self.start is None or listed > self.start.place.listed:
            return True
        return listed == self.start.place.listed and self.start.place.position < AT_END


@dataclass(slots=True)
class Opened:
    """The lines of those statements that may hold what is looked for, opened one by one."""

    headers: Headers
    wanted: LineSearch
    view: Shown
    opened_max: int = STATEMENTS_OPENED_MAX
    cut: Start | None = None
    _by_id: dict[str, tuple[StatementRecord, Listed | None]] = field(default_factory=dict)

    def page(
        self, search: object,
        pick: Callable[[StatementRecord, LineRecord], tuple[str, T]], limit: int,
    ) -> Page[T]:  # fmt: skip
        """Return a page of what `pick` makes of the lines that fit, each key once.

        A statement that was picked is done with; of a line, those behind it are left.
        """
        found: dict[str, T] = {}
        lines = self._lines()
        for count, (statement, line) in enumerate(lines, 1):
            if self.wanted.takes(statement, line):
                key, item = pick(statement, line)
                found.setdefault(key, item)
            if len(found) < limit and count < LINES_READ_MAX:
                continue
            place = Place.of_line(statement, line)
            if statement.id in found:
                place = Place.of_statement(statement)
            if next(lines, None) is None and self.cut is None:
                break
            start = Start(place, self._by_id[statement.id][1])
            return Page(tuple(found.values()), write_place(search, start))
        cursor = None if self.cut is None else write_place(search, self.cut)
        return Page(tuple(found.values()), cursor)

    def whole(self) -> list[tuple[StatementRecord, LineRecord]]:
        """Return all lines that fit. Raises TooLarge when they are too many to look at."""
        self.opened_max = STATEMENTS_SORTED_MAX
        parts = list(self._parts())
        if self.cut is not None or sum(one.line_count for one, _ in parts) > LINES_READ_MAX:
            raise _too_large()
        return [each for each in self._lines(parts) if self.wanted.takes(*each)]

    def _lines(
        self, parts: Iterable[tuple[StatementRecord, int]] | None = None
    ) -> Iterator[tuple[StatementRecord, LineRecord]]:
        headers = self.headers
        given = self._parts() if parts is None else parts
        for line in headers.ports.store.lines_of(headers.tenant, headers.company, given):
            yield self._by_id[line.statement_id][0], self.view.line(line)

    def _parts(self) -> Iterator[tuple[StatementRecord, int]]:
        """Yield the statements to open, each with the position behind which it is read."""
        touched = _touched(self.view)
        start = self.headers.start
        for statement in self.headers:
            if not _may_hold(statement, self.wanted, is_touched=statement.id in touched):
                continue
            here = Listed.of(statement)
            is_first = start is not None and start.place.listed == here
            after = start.place.position if start is not None and is_first else 0
            if len(self._by_id) == self.opened_max:
                self.cut = Start(Place(0, here, after), self.headers.before)
                return
            self._by_id[statement.id] = statement, self.headers.before
            yield statement, after
        self.cut = self.headers.cut


def _may_hold(statement: StatementRecord, wanted: LineSearch, *, is_touched: bool) -> bool:
    """Say whether a statement may hold a line that is looked for, by what its header counts.

    One that a unit under way touches is shown otherwise than it is stored: it is opened.
    """
    if not statement.line_count or not wanted.opens(statement):
        return False
    if is_touched:
        return True
    lines = wanted.lines
    if lines.is_matched is False and statement.status is StatementStatus.MATCHED:
        return False
    if lines.is_known is True and not statement.known_count:
        return False
    if lines.level is None or statement.level_counts is None or statement.known_count:
        return True
    return bool(statement.level_counts.get(lines.level.value))


def _touched(view: Shown) -> frozenset[str]:
    """Return the statements that a validation or a large match under way is about."""
    matches = [match for each in view.standing.values() for match in each]
    matches += view.closing.values()
    return frozenset(view.rounds).union(*(match.statement_ids for match in matches))


def _as_listed(search: object, headers: Headers, limit: int) -> Page[StatementRecord]:
    found: list[StatementRecord] = []
    for statement in headers:
        found.append(statement)
        if len(found) < limit:
            continue
        if not headers.has_more:
            break
        start = Start(Place.of_statement(statement), Listed.of(statement))
        return Page(tuple(found), write_place(search, start))
    return Page(tuple(found), None if headers.cut is None else write_place(search, headers.cut))


def _sorted(
    search: object, places: Iterable[tuple[Place, T]], start: Start | None, limit: int
) -> Page[T]:
    rest = [each for each in places if start is None or each[0] > start.place]
    rest.sort(key=itemgetter(0))
    items = tuple(item for _, item in rest[:limit])
    if len(rest) <= limit:
        return Page(items)
    return Page(items, write_place(search, Start(rest[limit - 1][0])))


def _line_value(line: LineRecord, sort: LineSort) -> int:
    if sort in {LineSort.DATE, LineSort.DATE_DOWN}:
        value = line.line.booking_date.toordinal()
    else:
        value = _scaled(abs(line.line.amount_minor), line.line.currency)
    return -value if sort.startswith("-") else value


def _statement_value(statement: StatementRecord, sort: StatementSort | None) -> int:
    if sort in {StatementSort.BOOKED, StatementSort.BOOKED_DOWN}:
        value = _scaled(statement.booked_minor, statement.currency)
    elif sort is StatementSort.PERIOD:
        value = 0 if statement.period_to is None else statement.period_to.toordinal()
    else:
        at = statement.imported_at
        value = int(at.timestamp()) * 10**6 + at.microsecond
    return -value if sort is not None and sort.startswith("-") else value


def _scaled(minor: int, currency: str) -> int:
    return minor * _SCALES[exponent(currency)]


def _too_large() -> TooLarge:
    return TooLarge(
        f"to sort, at most {HEADERS_READ_MAX} statements are looked at, and"
        f" {STATEMENTS_SORTED_MAX} of them with {LINES_READ_MAX} lines together are read:"
        " name a journal, a shorter period or less of the rest, or leave the order out"
    )
