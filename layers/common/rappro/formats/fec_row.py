"""One line of a FEC made into a row, by the layout of its header.

Knows columns and fields; where lines come from and what becomes of a refusal is fec.py's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from rappro.domain.bank import Severity
from rappro.domain.errors import MalformedBooks, UnsupportedCurrency
from rappro.domain.money import exponent
from rappro.domain.opening.rows import FecRow
from rappro.formats.fec_fields import (
    FIELD_CHARS_MAX,
    FieldError,
    read_amount,
    read_date,
    read_side,
    read_text,
)
from rappro.formats.fec_header import COLUMNS, Layout, split_quoted
from rappro.formats.fec_lines import TextLine

_DEVIATIONS: Final = {
    "decimal_point": (Severity.INFO, "amounts have a decimal point; the law wants a comma"),
    "signed_amount": (Severity.INFO, "amounts are signed; a negative one goes to the other side"),
    "date_format": (Severity.INFO, "dates are not AAAAMMJJ"),
    "short_line": (Severity.INFO, "empty columns are missing at the end of the line"),
    "long_line": (Severity.INFO, "the lines have more columns than the header, empty ones"),
    "repeated_header": (Severity.INFO, "the header is repeated"),
    "both_sides": (Severity.WARNING, "debit and credit are both set; their difference is used"),
    "currency_unknown": (Severity.WARNING, "an amount in an unknown currency is left out"),
    "optional_date_unreadable": (
        Severity.WARNING,
        "a piece, lettering or validation date cannot be read; it is left out",
    ),
}
_EURO_NAMES: Final = frozenset({"€", "EURO", "EUROS"})
_CACHE_MAX: Final = 50_000


class RowReader:
    """Makes rows of lines; remembers what is told once per file."""

    __slots__ = ("_amounts", "_currency", "_dates", "_excess", "_indexes", "_layout", "_said",
                 "_shared", "_told", "_width")  # fmt: skip

    def __init__(self, layout: Layout, currency: str) -> None:
        self._layout = layout
        self._currency = currency
        self._indexes = [(name, layout.positions[name]) for name in COLUMNS
                         if name in layout.positions]  # fmt: skip
        self._width = layout.width
        self._excess: int | None = None  # of the first line
        self._dates: dict[str, date] = {}
        self._amounts: dict[str, int] = {}
        self._shared: dict[str, str] = {}  # one object for codes and labels that repeat
        self._said: set[str] = set()
        self._told: set[str] = set()

    def new_deviations(self) -> Iterator[tuple[str, Severity, str]]:
        """Yield the deviations that the file had not shown before: code, severity, sentence."""
        for code in sorted(self._said - self._told):
            yield (code, *_DEVIATIONS[code])
        self._told |= self._said

    def row(self, line: TextLine) -> FecRow | None:
        """Return the row of a line, None for a line without content or a repeated header.

        Raises FieldError when the line cannot be understood, MalformedBooks when the file stops
        in it.
        """
        fields = self._fields(line)
        if fields is None:
            return None
        get: dict[str, str] = {name: fields[index] for name, index in self._indexes}
        balance = self._balance(get)
        foreign, foreign_currency = self._foreign(get, balance)
        if len(self._shared) > _CACHE_MAX:
            self._shared.clear()
        text = self._text
        return FecRow(
            line=line.number,
            journal=self._needed(get, "journalcode"),
            entry_date=self._day(get["ecrituredate"]),
            account=self._needed(get, "comptenum"),
            balance_minor=balance,
            journal_label=text(get, "journallib"),
            number=text(get, "ecriturenum"),
            account_label=text(get, "comptelib"),
            auxiliary=text(get, "compauxnum"),
            auxiliary_label=text(get, "compauxlib"),
            piece_ref=text(get, "pieceref"),
            piece_date=self._optional_day(get, "piecedate"),
            label=text(get, "ecriturelib"),
            letter=text(get, "ecriturelet"),
            lettered_on=self._optional_day(get, "datelet"),
            validated_on=self._optional_day(get, "validdate"),
            foreign_minor=foreign,
            foreign_currency=foreign_currency,
            payment_mode=text(get, "modereglt"),
        )

    def _fields(self, line: TextLine) -> list[str] | None:
        layout = self._layout
        fields = self._split(line.text)
        if len(fields) < self._width and not line.is_ended:
            raise MalformedBooks("the file stops in this line", position=f"line {line.number}")
        self._check_count(fields)
        if len(fields) < layout.width:
            self._said.add("short_line")
            self._width = len(fields)
            fields += [""] * (layout.width - len(fields))
        fields = _texts(line.text, fields[: layout.width])
        if not any(fields):
            return None
        if fields[layout.positions["journalcode"]].casefold() == "journalcode":
            self._said.add("repeated_header")
            return None
        return fields

    def _check_count(self, fields: list[str]) -> None:
        """Refuse a line whose fields may stand in other columns than their own.

        Empty columns may be missing at the end. Columns too many are a separator inside a label or
        an amount, which shifts the rest, unless all lines have as many, empty, from the first on.
        """
        layout = self._layout
        excess = max(len(fields) - layout.width, 0)
        if self._excess is None:
            self._excess = excess if layout.separator != "," else 0
            if self._excess:
                self._said.add("long_line")
        is_blank = not any(map(str.strip, fields[layout.width :]))
        if excess != self._excess or not is_blank or len(fields) <= layout.last_needed:
            said = f"{len(fields)} fields where the header has {layout.width}"
            raise FieldError("wrong_field_count", said)

    def _split(self, text: str) -> list[str]:
        """Return the fields: between quotes in a file that has them, else by the separator alone.

        In the latter a label may hold a quote that means nothing.
        """
        layout = self._layout
        if layout.is_quoted:
            return split_quoted(text, layout.separator)
        fields = text.split(layout.separator)
        if len(fields) > layout.width and '"' in text:
            quoted = split_quoted(text, layout.separator)
            return quoted if len(quoted) == layout.width else fields
        return fields

    def _needed(self, get: dict[str, str], name: str) -> str:
        if not get[name]:
            raise FieldError("missing_value", f"{name} is empty")
        return self._text(get, name)

    def _text(self, get: dict[str, str], name: str) -> str:
        found = get.get(name, "")
        return self._shared.setdefault(found, found)

    def _day(self, text: str) -> date:
        found = self._dates.get(text)
        if found is None:
            found, deviation = read_date(text)
            self._dates[text] = found
            if deviation is not None:
                self._said.add(deviation)
        return found

    def _optional_day(self, get: dict[str, str], name: str) -> date | None:
        text = get.get(name, "")
        if not text:
            return None
        try:
            return self._day(text)
        except FieldError:
            self._said.add("optional_date_unreadable")
            return None

    def _amount(self, text: str, currency: str) -> int:
        known = self._amounts.get(text) if currency == self._currency else None
        if known is not None:
            return known
        amount, deviation = read_amount(text, currency)
        if deviation is not None:
            self._said.add(deviation)
        if currency == self._currency and len(self._amounts) < _CACHE_MAX:
            self._amounts[text] = amount
        return amount

    def _balance(self, get: dict[str, str]) -> int:
        """Return debit minus credit. Raises FieldError."""
        if "credit" in get:
            debit = self._amount(get["debit"], self._currency)
            credit = self._amount(get["credit"], self._currency)
            if debit and credit:
                self._said.add("both_sides")
            return debit - credit
        amount = self._amount(get["montant"], self._currency)
        return amount * read_side(get["sens"]) if amount or get["sens"] else 0

    def _foreign(self, get: dict[str, str], balance: int) -> tuple[int | None, str | None]:
        """Return the amount in a foreign currency, signed like the balance, or nothing."""
        text, currency = get.get("montantdevise", ""), get.get("idevise", "").upper()
        currency = "EUR" if currency in _EURO_NAMES else currency
        if not text or not balance or currency == self._currency:
            return None, None
        try:
            exponent(currency or "?")
            amount = abs(self._amount(text, currency))
        except (FieldError, UnsupportedCurrency):
            if text.strip("0.,+-"):
                self._said.add("currency_unknown")
            return None, None
        if not amount:
            return None, None
        return (amount if balance > 0 else -amount), currency


def _texts(line: str, fields: list[str]) -> list[str]:
    """Return fields without padding; a short line without quotes, the usual one, costs no more."""
    if len(line) > FIELD_CHARS_MAX or '"' in line:
        return [read_text(field) for field in fields]
    return [field.strip() for field in fields]
