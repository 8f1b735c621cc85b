"""Makes a statement line of one QIF transaction: a record of a bank, card or cash section.

Which field goes where is in docs/formats/qif.md. Sections, accounts and how the file writes dates
and amounts are the business of `qif` and `qif_records`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from rappro.domain.bank import Nature, StatementLine
from rappro.domain.errors import InputError, MalformedStatement, TooLarge
from rappro.formats.findings import FindingLog
from rappro.formats.protocol import LINE_TEXT_CHARS_MAX, RAW_CHARS_MAX
from rappro.formats.qif_records import Habits, Record
from rappro.formats.quick import NO_COUNTERPARTY, new_counterparty, new_line
from rappro.formats.written import written_amount, written_date

CURRENCY: Final = "EUR"
CHEQUE_DIGITS_MAX: Final = 8  # French cheques have seven

_DATES_MAX: Final = 8_192
_USUAL: Final = frozenset("DTUPMNLC")  # letters that come once in a transaction
_CLEARED: Final = frozenset(("", "*", "c", "C", "x", "X", "R", "r"))
_OPENINGS: Final = frozenset(
    ("opening balance", "solde initial", "solde d'ouverture", "solde de départ",
     "anfangssaldo", "beginsaldo", "openingssaldo")
)  # fmt: skip


@dataclass(slots=True)
class _Split:
    """One part of a transaction as its fields say it."""

    category: str
    memo: str = ""
    amount: str = ""
    percent: str = ""


@dataclass(slots=True)
class _Told:
    """The fields of a transaction that come several times, or have no place of their own."""

    aside: list[str] = field(default_factory=list)
    splits: list[_Split] = field(default_factory=list)


class Reader:
    """Reads the dates and amounts of a file by its habits; dates come again and are kept."""

    def __init__(self, habits: Habits) -> None:
        self.habits = habits
        self.dates: dict[str, date] = {}

    def date(self, text: str) -> date:
        """Return a date. Raises InputError."""
        known = self.dates.get(text)
        if known is None:
            if len(self.dates) >= _DATES_MAX:
                self.dates.clear()
            known = self.dates[text] = written_date(text, self.habits.order)
        return known

    def amount(self, text: str) -> tuple[int, bool]:
        """Return an amount, and whether its mark was taken for thousands. Raises InputError."""
        mark = self.habits.mark
        if mark == "" and not self.habits.is_mark_proven and ("," in text or "." in text):
            # No amount of the file shows what its mark is: it is not the one of decimals.
            return written_amount(text, "." if "," in text else ",", CURRENCY), True
        return written_amount(text, mark, CURRENCY), False


class TransactionMaker:
    """Makes the lines of one statement."""

    def __init__(self, reader: Reader, findings: FindingLog) -> None:
        self._reader, self._findings = reader, findings
        self._dates, self._mark = reader.dates, reader.habits.mark

    def line(self, record: Record, lines: list[str], position: int) -> StatementLine:
        """Return the line of a transaction. Raises MalformedStatement and TooLarge."""
        told: _Told | None = None
        fields = {line[0]: line[1:].strip() for line in lines}
        if len(fields) != len(lines) or not fields.keys() <= _USUAL:
            fields, told = self._fields(lines, record)
        booked, amount = self.dated_amount(record, fields)
        get = fields.get
        payee, memo, number, comment = get("P", ""), get("M", ""), get("N", ""), get("L", "")
        if told is not None:
            comment = self._comment(comment, told, record)
        if "C" in fields and fields["C"] not in _CLEARED:
            self._findings.note("cleared_unknown", f"line {record.number}", about=fields["C"][:40])
        is_cheque = amount < 0 and number.isdigit() and len(number) <= CHEQUE_DIGITS_MAX
        return new_line(
            position,
            booked,
            amount,
            CURRENCY,
            None,
            None,
            payee or memo,
            memo if payee else "",
            comment,
            number,
            counterparty=new_counterparty(payee) if payee else NO_COUNTERPARTY,
            nature=Nature.CHEQUE if is_cheque else None,
            details=self._details(told.splits, record, booked) if told and told.splits else (),
            raw=record.text.strip()[:RAW_CHARS_MAX],
        )

    def _comment(self, category: str, told: _Told, record: Record) -> str:
        comment = " ".join(filter(None, (category, *told.aside)))
        if len(comment) > LINE_TEXT_CHARS_MAX:
            raise TooLarge(f"texts of more than {LINE_TEXT_CHARS_MAX} characters",
                           position=f"line {record.number}")  # fmt: skip
        return comment

    def opening(self, record: Record, lines: list[str]) -> tuple[date, int, str] | None:
        """Return the day, amount and account of an opening balance; None for a transaction."""
        fields = {line[0]: line[1:].strip() for line in reversed(lines)}
        if fields.get("P", "").lower() not in _OPENINGS:
            return None
        account = fields.get("L", "")
        named = account[1:-1] if account.startswith("[") and account.endswith("]") else ""
        return *self.dated_amount(record, fields), named

    def dated_amount(self, record: Record, fields: dict[str, str]) -> tuple[date, int]:
        """Return the day and the amount of a record. Raises MalformedStatement."""
        try:
            text = _needed(fields, "D", "date")
            booked = self._dates.get(text) or self._reader.date(text)
            if "U" in fields or self._mark == "":
                return booked, self._one_amount(record, fields)
            return booked, written_amount(_needed(fields, "T", "amount"), self._mark, CURRENCY)
        except InputError as wrong:
            raise MalformedStatement(wrong.detail, position=f"line {record.number}") from wrong

    def _one_amount(self, record: Record, fields: dict[str, str]) -> int:
        """Return what T says, and U again with room for more digits. Raises InputError."""
        text = fields.get("T") or fields.get("U") or _needed(fields, "T", "amount")
        amount, again = self._amount(text, record), fields.get("U")
        if again and again != text and self._amount(again, record) != amount:
            raise InputError(f"two amounts: T {text[:40]!r} and U {again[:40]!r}")
        return amount

    def _amount(self, text: str, record: Record) -> int:
        amount, is_assumed = self._reader.amount(text)
        if is_assumed:
            self._findings.note("decimal_mark_assumed", f"line {record.number}")
        return amount

    def _fields(self, lines: list[str], record: Record) -> tuple[dict[str, str], _Told]:
        """Return the fields by their letter, and apart what is seldom there."""
        fields: dict[str, str] = {}
        told = _Told()
        for line in lines:
            letter, text = line[0], line[1:].strip()
            if letter in _USUAL and letter not in fields:
                fields[letter] = text
            elif text or letter == "S":
                self._tell(told, letter, text, record)
        return fields, told

    def _tell(self, told: _Told, letter: str, text: str, record: Record) -> None:
        if letter == "S":
            told.splits.append(_Split(text))
        elif letter in "E$%" and told.splits:
            split = told.splits[-1]
            name = {"E": "memo", "$": "amount", "%": "percent"}[letter]
            if getattr(split, name):
                self._aside(told, "field_repeated", letter + text, record)
            else:
                setattr(split, name, text)
        elif letter == "A":
            told.aside.append(text)
        else:
            is_known = letter in _USUAL or letter == "F"
            self._aside(
                told, "field_repeated" if is_known else "field_unknown", letter + text, record
            )

    def _aside(self, told: _Told, code: str, line: str, record: Record) -> None:
        if line[0] != "F":  # reimbursable: it has no more to say
            self._findings.note(code, f"line {record.number}", about=line[0])
        told.aside.append(line)

    def _details(
        self, splits: list[_Split], record: Record, booked: date
    ) -> tuple[StatementLine, ...]:
        return tuple(
            self._detail(split, record, booked, rank) for rank, split in enumerate(splits, 1)
        )

    def _detail(self, split: _Split, record: Record, booked: date, rank: int) -> StatementLine:
        amount, comment = 0, split.category
        try:
            amount = self._amount(split.amount, record)
        except InputError:
            self._findings.note("split_amount_missing", f"line {record.number}")
            told = " ".join(filter(None, (split.amount, split.percent)))
            comment = f"{comment} {told}".strip()
        return new_line(rank, booked, amount, CURRENCY, label=split.memo, comment=comment)


def _needed(fields: dict[str, str], letter: str, name: str) -> str:
    text = fields.get(letter)
    if not text:
        raise InputError(f"a transaction without {name} ({letter})")
    return text
