"""Bank exports in CSV, each read by the profile of the bank that writes it.

There is no standard: a file is read when its header is one that a profile knows, in full, and not
at all otherwise. Every account and currency of a file is a statement. This module holds accounts,
order and balances; profiles are data (`csv_profiles`), a tenant's own may come before them.

Keys of a profile, tolerated deviations, findings: docs/formats/csv.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import BinaryIO, Final

from rappro.domain.bank import Balance, StatementClosed, StatementEvent, StatementOpened
from rappro.domain.errors import InputError, UnknownFormat, UnsupportedCurrency
from rappro.domain.money import exponent
from rappro.formats.csv_catalogue import CATALOGUE
from rappro.formats.csv_lines import LineMaker
from rappro.formats.csv_preamble import Told, account_of, facts_of
from rappro.formats.csv_profile import TEXT_MAX, CsvProfile, plain, profile_of
from rappro.formats.csv_profiles import BUILT_IN
from rappro.formats.csv_rows import Group, Row, Source, Table, fitting, rows_of, survey
from rappro.formats.findings import FindingLog
from rappro.formats.protocol import HEAD_BYTES
from rappro.formats.rereading import head_text, rereadable
from rappro.formats.written import written_amount

__all__ = ["CsvParser", "CsvProfile", "built_in_profiles", "profile_of"]

_RECOGNISED_BYTES: Final = 16_384
_ONE_DAY: Final = timedelta(days=1)


@cache
def built_in_profiles() -> tuple[CsvProfile, ...]:
    """Return the profiles of `csv_profiles`, made once, when the first file asks for them."""
    return tuple(profile_of(data) for data in BUILT_IN)


class CsvParser:
    """Reads CSV by profiles: the given ones first, then the built-in ones; or by one of them.

    Raises UnknownFormat when there is none of the name `only`.
    """

    format = "csv"

    def __init__(self, own: Sequence[CsvProfile] = (), *, only: str | None = None) -> None:
        self._own, self._only = tuple(own), only
        if only is not None and not any(self._profiles()):
            raise UnknownFormat(f"no CSV profile {only[:TEXT_MAX]!r}")

    def recognises(self, head: bytes) -> bool:
        """Say whether the header of a profile is among the first rows; never so for a FEC."""
        return self._profile(head) is not None

    def parse(self, stream: BinaryIO) -> Iterator[StatementEvent]:
        """Yield the statements of a file; see `StatementParser.parse`.

        The file is read twice: what order its lines have, and whose they are, is known at its end.
        Raises UnknownFormat when no profile fits, whatever the journal forces.
        """
        with rereadable(stream) as (source, place):
            source.seek(place)
            profile = self._profile(source.read(HEAD_BYTES))
            if profile is None:
                raise UnknownFormat("no CSV profile has the header of this file", position="row 1")
            rows = Source(source, place, profile)
            tables = list(survey(rows, profile))
            ordinal = 0
            for table in tables:
                for group in table.groups.values() or [Group("", "")]:
                    ordinal += 1
                    yield from _Statement(profile, table, group, ordinal=ordinal).events(rows)

    def _profile(self, head: bytes) -> CsvProfile | None:
        text = head_text(head[:_RECOGNISED_BYTES])
        if "\x00" in text:
            return None
        return fitting(text, self._profiles())

    def _profiles(self) -> tuple[CsvProfile, ...]:
        """Return the profiles to try; one of the company hides a built-in one of its name."""
        profiles = (*self._own, *built_in_profiles())
        if self._only is None:
            return profiles
        return tuple(profile for profile in profiles if profile.name == self._only)[:1]


class _Statement:
    """One account of a table: its order, its balances, its findings."""

    def __init__(self, profile: CsvProfile, table: Table, group: Group, *, ordinal: int) -> None:
        self._profile, self._table, self._group = profile, table, group
        self._ordinal, self._findings = ordinal, FindingLog(CATALOGUE)
        self._first_row = f"row {table.first_row}"
        self._findings.note("profile_applied", "the whole file", about=profile.name)
        self._note_header()
        around = [*table.preamble, *(row for _, row in table.footers.values())]
        self._told: Told = facts_of(around, profile, self._findings)
        self._currency = self._own_currency()
        account = account_of(group.account, self._told, self._findings)
        self._account = replace(
            account,
            currency=self._currency,
            holder=account.holder or self._cell("holder"),
            bic=account.bic or self._cell("bic"),
        )
        self._maker = LineMaker(profile, table, self._currency, findings=self._findings)
        self._is_backwards = self._has_newest_first()

    def events(self, source: Source) -> Iterator[StatementEvent]:
        """Yield the statement. Raises MalformedStatement and TooLarge."""
        yield StatementOpened(self._account, self._ordinal)
        rows = rows_of(source, self._table, self._group, is_backwards=self._is_backwards)
        count = 0
        for count, line in enumerate(self._maker.lines(rows), 1):  # noqa: B007 - the last counts
            yield line
        yield self._closed(count)

    def _closed(self, count: int) -> StatementClosed:
        group, told = self._group, self._told
        if self._is_backwards:
            self._findings.note("newest_first", self._first_row)
        if told.count is not None and told.count != group.count:
            self._findings.note("count_differs", "around the lines", about=str(told.count))
        for number, (text, _) in self._table.footers.items():
            self._findings.note("footer_passed_over", f"row {number}", about=text)
        opening, closing = self._balances()
        if opening is None and closing is None:
            opening, closing = self._told_balances()
        begins, ends = told.period
        return StatementClosed(
            self._account,
            self._ordinal,
            self._currency,
            number=None,
            period_from=begins or (group.first if count else None),
            period_to=ends or (group.last if count else None),
            opening=opening,
            closing=closing,
            line_count=count,
            findings=self._findings.take(),
        )

    def _note_header(self) -> None:
        places = {place for where in self._table.places.values() for place in where}
        for place, name in enumerate(self._table.header):
            if place not in places and plain(name):
                self._findings.note("column_unknown", self._first_row, about=name.strip()[:40])

    def _own_currency(self) -> str:
        """Return the currency of the rows, else of the preamble, else of the profile."""
        named = (self._group.currency or self._told.texts.get("currency", "")).upper()
        if named in ("", "EUROS", "€"):
            if not named:
                self._findings.note(
                    "currency_assumed", self._first_row, about=self._profile.currency
                )
            return "EUR" if named else self._profile.currency
        try:
            exponent(named)
        except UnsupportedCurrency as wrong:
            raise UnsupportedCurrency(wrong.detail, position=self._first_row) from wrong
        return named

    def _cell(self, role: str) -> str | None:
        """Return what the first row says in a column."""
        places, rows = self._table.places.get(role), self._group.begins
        if not places or not rows or places[0] >= len(rows[0][1]):
            return None
        return rows[0][1][places[0]].strip() or None

    def _has_newest_first(self) -> bool:
        """Say whether the rows come with the newest first: by their dates, else their balances."""
        group = self._group
        if group.count < 2:
            return False
        first, last = group.begins[0][0], group.end[0]
        if first != last:
            return first > last
        before, after = (self._amounts(row) for _, row in group.begins)
        if before is None or after is None:
            return False
        return before[1] == after[1] + before[0] and after[1] != before[1] + after[0]

    def _amounts(self, row: Row) -> tuple[int, int] | None:
        """Return the amount of a row and the balance after it, None without them."""
        place = self._table.places.get("balance", (len(row),))[0]
        if place >= len(row) or not row[place].strip():
            return None
        try:
            balance = written_amount(row[place], self._profile.decimal, self._currency)
            return self._maker.amount(row), balance
        except (InputError, IndexError):
            return None

    def _balances(self) -> tuple[Balance | None, Balance | None]:
        """Return the balance before the first line and the one after the last, of the column."""
        group = self._group
        if "balance" not in self._table.places or not group.count:
            return None, None
        oldest, newest = group.begins[0], group.end
        if self._is_backwards:
            oldest, newest = newest, oldest
        first, last = self._amounts(oldest[1]), self._amounts(newest[1])
        if first is None or last is None:
            self._findings.note("balance_unreadable", self._first_row)
            return None, None
        return Balance(self._day_before(), first[1] - first[0]), Balance(group.last, last[1])

    def _told_balances(self) -> tuple[Balance | None, Balance | None]:
        """Return the balances around the lines, when they are of this account and have a day."""
        told = self._told
        if told.opening_minor is None and told.closing_minor is None:
            return None, None
        if len(self._table.groups) > 1:
            self._findings.note("balance_of_several", "around the lines")
            return None, None
        opening = closing = None
        on = told.closing_on or told.period[1]
        if told.closing_minor is not None and on is not None:
            closing = Balance(on, told.closing_minor)
        elif told.closing_minor is not None:
            self._findings.note("balance_undated", "around the lines")
        if told.opening_minor is not None and self._group.count:
            opening = Balance(self._day_before(), told.opening_minor)
        return opening, closing

    def _day_before(self) -> date:
        first = self._group.first
        return first - _ONE_DAY if first > date.min else first
