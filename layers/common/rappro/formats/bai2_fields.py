"""The field types of BAI2: amounts, dates, times, and the availability behind a funds type.

Nothing here knows about records or statements. Source: BAI "Cash Management Balance Reporting
Specifications", version 2, sections on record formats and data elements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from rappro.domain.errors import InputError, MalformedStatement
from rappro.domain.money import AMOUNT_DIGITS_MAX
from rappro.domain.money import parse_amount as parse_decimal
from rappro.formats.findings import FindingLog

_CENTURY_PIVOT: Final = 80  # two-digit years below are of this century; the format is of the 1980s
_YEARS: Final = range(1900, 2200)
_TIME: Final = re.compile(
    r"(?:[01][0-9]|2[0-3]):?[0-5][0-9](?::?[0-5][0-9])?|24:?00(?::?00)?|9999", re.ASCII
)
_DISTRIBUTIONS_MAX: Final = 100

PLAIN_FUNDS: Final = frozenset(("", "0", "1", "2", "Z"))
"""Funds types without fields of their own."""


class Availability(NamedTuple):
    """When an amount can be used: a value date (V), or amounts by number of days (S, D)."""

    value_date: date | None = None
    by_days: tuple[tuple[int, int], ...] = ()


NOT_SAID: Final = Availability()


def fields_of(line: str) -> list[str]:
    """Return the fields of a record after its code; the slash that ends it is no field."""
    return line[3:].rstrip().removesuffix("/").split(",")


def all_fields(line: str, more: list[str]) -> list[str]:
    """Return the fields of a record and of its continuations, each of which begins a field."""
    fields = fields_of(line)
    for continuation in more:
        fields += fields_of(continuation)
    return fields


def parse_minor(text: str, currency: str) -> int:
    """Return an amount as it is written: a sign, and digits in the currency's minor unit.

    A decimal point is understood, too. Raises InputError.
    """
    digits = text[1:] if text[:1] in {"+", "-"} else text
    if digits.isdigit() and digits.isascii():
        if len(digits) > AMOUNT_DIGITS_MAX and len(digits.lstrip("0")) > AMOUNT_DIGITS_MAX:
            raise InputError(f"amount of more than {AMOUNT_DIGITS_MAX} digits: {text[:40]!r}")
        return -int(digits) if text[0] == "-" else int(digits)
    if "." not in text:
        raise InputError(f"not an amount: {text[:40]!r}")
    return parse_decimal(text, currency)


def parse_count(text: str) -> int:
    """Return a number of records or items. Raises InputError."""
    if not (text.isdigit() and text.isascii() and len(text) <= AMOUNT_DIGITS_MAX):
        raise InputError(f"not a number: {text[:40]!r}")
    return int(text)


def is_time(text: str) -> bool:
    """Say whether a text is a time; 2400 and 9999 are both the end of the day."""
    return _TIME.fullmatch(text) is not None


class Dates(dict[str, date]):
    """The dates seen so far; a file has few of them."""

    def at(self, text: str, where: str, name: str) -> date:
        """Return the date of a field YYMMDD or YYYYMMDD. Raises MalformedStatement."""
        known = self.get(text)
        if known is None:
            try:
                known = self[text] = parse_date(text)
            except InputError as wrong:
                raise MalformedStatement(f"{name} date: {wrong.detail}", position=where) from wrong
        return known


def parse_date(text: str) -> date:
    """Return the date of a text YYMMDD or YYYYMMDD. Raises InputError."""
    text = text.strip()
    if len(text) in {6, 8} and text.isdigit() and text.isascii():
        year = int(text[:-4])
        if len(text) == 6:
            year += 2000 if year < _CENTURY_PIVOT else 1900
        if year in _YEARS:
            try:
                return date(year, int(text[-4:-2]), int(text[-2:]))
            except ValueError:
                pass
    raise InputError(f"not a date YYMMDD: {text[:20]!r}")


@dataclass(slots=True)
class FieldContext:
    """What fields are read with: where they stand, and what is noted of them."""

    number: int  # of the record's line
    currency: str
    dates: Dates
    findings: FindingLog

    @property
    def where(self) -> str:
        return f"line {self.number}"

    def amount(self, text: str, name: str) -> int:
        """Return an amount as written. Raises MalformedStatement."""
        try:
            value = parse_minor(text, self.currency)
        except InputError as wrong:
            raise MalformedStatement(f"{name}: {wrong.detail}", position=self.where) from wrong
        if "." in text:
            self.findings.note("amount_has_point", self.where)
        return value

    def count(self, text: str, name: str) -> int:
        """Return a number. Raises MalformedStatement."""
        try:
            return parse_count(text)
        except InputError as wrong:
            raise MalformedStatement(f"{name}: {wrong.detail}", position=self.where) from wrong

    def availability(self, funds: str, fields: Iterator[str]) -> Availability:
        """Take the fields that belong to a funds type. Raises MalformedStatement.

        Were they left, every later field would stand in another column.
        """
        if funds in PLAIN_FUNDS:
            return NOT_SAID
        if funds == "S":
            part = self._part
            return Availability(None, ((0, part(next(fields, ""))), (1, part(next(fields, ""))),
                                       (2, part(next(fields, "")))))  # fmt: skip
        if funds == "V":
            day, time = next(fields, "").strip(), next(fields, "").strip()
            if time and not is_time(time):
                self.findings.note("time_unreadable", self.where, about=time[:20])
            known = self.dates.get(day)
            if known is None and day:
                known = self.dates.at(day, self.where, "value")
            return Availability(known)
        if funds == "D":
            return self._distribution(fields)
        self.findings.note("funds_type_unknown", self.where, about=funds[:20])
        return NOT_SAID

    def _distribution(self, fields: Iterator[str]) -> Availability:
        count = self.count(next(fields, "").strip(), "number of availabilities")
        if count > _DISTRIBUTIONS_MAX:
            raise MalformedStatement(f"more than {_DISTRIBUTIONS_MAX} availabilities",
                                     position=self.where)  # fmt: skip
        pairs = []
        for _ in range(count):
            days = self.count(next(fields, "").strip() or "0", "days of availability")
            pairs.append((days, self._part(next(fields, ""))))
        return Availability(by_days=tuple(pairs))

    def _part(self, text: str) -> int:
        text = text.strip()
        if text.isdigit() and text.isascii() and len(text) <= AMOUNT_DIGITS_MAX:
            return int(text)
        return self.amount(text, "available amount") if text else 0
