"""Checks of one line of a FEC by itself: its fields, dates, amounts, account and pairs.

What lines say together is fec_check_books.py's.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from rappro.domain.errors import UnsupportedCurrency
from rappro.domain.frozen import dataclass
from rappro.domain.money import exponent
from rappro.formats.fec_check_codes import Remarks
from rappro.formats.fec_check_head import SEPARATORS, Columns
from rappro.formats.fec_fields import FieldError, read_amount, read_date, read_side
from rappro.formats.fec_lines import TextLine
from rappro.formats.fec_pcg import is_in_chart
from rappro.formats.fec_write import COLUMNS

(
    JOURNAL, JOURNAL_LABEL, NUMBER, DATE, ACCOUNT, ACCOUNT_LABEL, AUXILIARY, AUXILIARY_LABEL,
    PIECE, PIECE_DATE, LABEL, DEBIT, CREDIT, LETTER, LETTER_DATE, VALID_DATE, FOREIGN, CURRENCY,
) = range(len(COLUMNS))  # fmt: skip
_NEEDED: Final = (
    JOURNAL, JOURNAL_LABEL, NUMBER, DATE, ACCOUNT, ACCOUNT_LABEL, PIECE, PIECE_DATE, LABEL,
    VALID_DATE,
)  # fmt: skip
_LAW_DATE = re.compile(r"\d{8}", re.ASCII)
_LAW_AMOUNT = re.compile(r"\d+(?:,\d+)?", re.ASCII)
_CACHE_MAX: Final = 50_000
_SHOWN_CHARS: Final = 40
_ACCOUNT_DIGITS = re.compile(r"\d{3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A line as it was understood; an amount that cannot be read counts as none."""

    line: int
    fields: tuple[str, ...]  # the law's eighteen, without padding
    day: date | None
    valid_day: date | None
    debit_minor: int
    credit_minor: int

    @property
    def balance_minor(self) -> int:
        """Debit minus credit."""
        return self.debit_minor - self.credit_minor


@dataclass(frozen=True, slots=True)
class Exercise:
    """The fiscal year that entries have to lie in, both ends included; None is unknown."""

    first: date | None
    last: date | None


class RowChecker:
    """Checks lines one by one; remembers what it has read already."""

    __slots__ = ("_accounts", "_amounts", "_columns", "_currency", "_dates", "_exercise",
                 "_remarks")  # fmt: skip

    def __init__(
        self, columns: Columns, exercise: Exercise, currency: str, remarks: Remarks
    ) -> None:
        self._columns = columns
        self._exercise = exercise
        self._currency = currency
        self._remarks = remarks
        self._dates: dict[str, date | None] = {}
        self._amounts: dict[str, int] = {}
        self._accounts: set[str] = set()

    def row(self, line: TextLine) -> CheckedRow | None:
        """Return the line's row, None when its fields may stand in other columns."""
        raw = line.text.split(self._columns.separator)
        if len(raw) != self._columns.width:
            self._field_count(raw, line)
            return None
        if not self._columns.is_plain:
            raw = [raw[index] if index >= 0 else "" for index in self._columns.indexes]
        fields = tuple(map(str.strip, raw))
        if list(fields) != raw:
            self._remarks.add("field_padded", "fields are padded with spaces", line.number)
        if '"' in line.text and any(field.startswith('"') for field in fields):
            self._remarks.add("field_quoted", "a field begins with a quote", line.number)
        return self._checked(fields, line.number)

    def _checked(self, fields: tuple[str, ...], line: int) -> CheckedRow:
        self._check_needed(fields, line)
        day = self._day(fields, DATE, line)
        valid_day = self._day(fields, VALID_DATE, line)
        self._day(fields, PIECE_DATE, line)
        self._day(fields, LETTER_DATE, line)
        debit, credit = self._sides(fields, line)
        self._check_account(fields[ACCOUNT], line)
        self._check_pairs(fields, line)
        if day is not None:
            self._check_exercise(day, line)
            if valid_day is not None and valid_day < day:
                said = f"validated on {valid_day}, before its own day {day}"
                self._remarks.add("validated_before_entry", said, line)
        return CheckedRow(line, fields, day, valid_day, debit, credit)

    def _field_count(self, raw: list[str], line: TextLine) -> None:
        others = [s for s in SEPARATORS if s != self._columns.separator]
        for other in others:
            if len(line.text.split(other)) == self._columns.width:
                said = f"the line is separated by {other!r}, the header is not"
                self._remarks.add("separators_mixed", said, line.number)
                return
        said = f"{len(raw)} fields where the header has {self._columns.width}"
        self._remarks.add("field_count", said, line.number)

    def _check_needed(self, fields: tuple[str, ...], line: int) -> None:
        for index in _NEEDED:
            if not fields[index] and self._columns.indexes[index] >= 0:
                self._remarks.add("field_empty", f"{COLUMNS[index]} is empty", line)

    def _day(self, fields: tuple[str, ...], index: int, line: int) -> date | None:
        text = fields[index]
        if not text:
            return None
        if text not in self._dates:
            if len(self._dates) > _CACHE_MAX:
                self._dates.clear()
            self._dates[text] = _law_date(text)
        found = self._dates[text]
        if found is None:
            said = f"{COLUMNS[index]} {text[:_SHOWN_CHARS]!r} is no date AAAAMMJJ"
            self._remarks.add("date_invalid", said, line)
        return found

    def _sides(self, fields: tuple[str, ...], line: int) -> tuple[int, int]:
        """Return debit and credit; a negative amount goes to the other side."""
        first = self._amount(fields, DEBIT, line)
        if self._columns.has_side:
            try:
                balance = first * read_side(fields[CREDIT])
            except FieldError as error:
                self._remarks.add("amount_invalid", error.detail, line)
                balance = 0
            debit, credit = max(balance, 0), max(-balance, 0)
        else:
            debit, credit = first, self._amount(fields, CREDIT, line)
        if debit and credit:
            self._remarks.add("amount_on_both_sides", "debit and credit are both set", line)
        elif not debit and not credit:
            self._remarks.add("amount_zero", "debit and credit are both zero", line)
        return debit, credit

    def _amount(self, fields: tuple[str, ...], index: int, line: int) -> int:
        text = fields[index]
        known = self._amounts.get(text)
        if known is not None:
            return known
        name = "Montant" if self._columns.has_side else COLUMNS[index]
        try:
            amount, deviation = read_amount(text, self._currency)
        except FieldError as error:
            self._remarks.add("amount_invalid", f"{name}: {error.detail}", line)
            return 0
        if not text and self._columns.indexes[index] >= 0:
            self._remarks.add("amount_empty", f"{name} is empty; the law wants 0,00", line)
        elif "." in text:
            self._remarks.add("amount_point", f"{name} {text!r} has a decimal point", line)
        elif deviation == "signed_amount":
            self._remarks.add("amount_signed", f"{name} {text!r} is signed", line)
        elif not _LAW_AMOUNT.fullmatch(text):
            self._remarks.add("amount_invalid", f"{name}: {text!r} is no amount", line)
        elif len(self._amounts) < _CACHE_MAX:
            self._amounts[text] = amount  # nothing to say of it, ever
        return amount

    def _check_account(self, account: str, line: int) -> None:
        if not account or account in self._accounts:
            return
        self._accounts.add(account)
        shown = account[:_SHOWN_CHARS]
        if not _ACCOUNT_DIGITS.match(account):
            self._remarks.add("account_digits", f"{shown!r} does not begin with 3 digits", line)
        elif not is_in_chart(account):
            said = f"{account[:3]} is no account of the PCG (account {shown!r})"
            self._remarks.add("account_not_in_chart", said, line)

    def _check_pairs(self, fields: tuple[str, ...], line: int) -> None:
        if bool(fields[AUXILIARY]) is not bool(fields[AUXILIARY_LABEL]):
            self._remarks.add("auxiliary_pair", "CompAuxNum and CompAuxLib go together", line)
        if bool(fields[LETTER]) is not bool(fields[LETTER_DATE]):
            self._remarks.add("lettering_pair", "EcritureLet and DateLet go together", line)
        amount, currency = fields[FOREIGN], fields[CURRENCY]
        if not amount and not currency:
            return
        is_none = not amount.strip("0,.")
        if not currency and is_none:
            return  # packages that have no foreign currency write 0,00
        if not currency or not amount:
            self._remarks.add("currency_pair", "Montantdevise and Idevise go together", line)
        self._check_foreign(amount, currency, line)

    def _check_foreign(self, amount: str, currency: str, line: int) -> None:
        try:
            if currency:
                exponent(currency)
        except UnsupportedCurrency:
            said = f"{currency[:_SHOWN_CHARS]!r} is no code of ISO 4217"
            self._remarks.add("currency_code", said, line)
            return
        if "." in amount:
            said = f"Montantdevise {amount[:_SHOWN_CHARS]!r} has a decimal point"
            self._remarks.add("amount_point", said, line)
            return
        try:
            read_amount(amount, currency or self._currency)
        except FieldError as error:
            self._remarks.add("amount_invalid", f"Montantdevise: {error.detail}", line)

    def _check_exercise(self, day: date, line: int) -> None:
        first, last = self._exercise.first, self._exercise.last
        if last is not None and day > last:
            self._remarks.add("entry_outside_exercise", f"{day} is after its end, {last}", line)
        elif first is not None and day < first:
            self._remarks.add("entry_outside_exercise", f"{day} is before its start, {first}", line)


def _law_date(text: str) -> date | None:
    if not _LAW_DATE.fullmatch(text):
        return None
    try:
        return read_date(text)[0]
    except FieldError:
        return None
