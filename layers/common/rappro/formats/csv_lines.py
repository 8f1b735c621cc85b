"""Makes the statement lines of a CSV table by its profile.

Where the rows are, and in which order they come, is decided in `csv_rows`; accounts and balances
are the business of `csv_bank`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import Final

from rappro.domain.bank import Counterparty, LineStatusAtBank, Nature, OriginalAmount, StatementLine
from rappro.domain.errors import InputError, MalformedStatement, TooLarge, UnsupportedCurrency
from rappro.formats.csv_profile import CsvProfile, plain
from rappro.formats.csv_rows import Dates, Row, Table
from rappro.formats.findings import FindingLog
from rappro.formats.ibans import is_iban, plain_iban
from rappro.formats.protocol import (
    DETAILS_PER_LINE_MAX,
    FIELD_CHARS_MAX,
    LINE_TEXT_CHARS_MAX,
    RAW_CHARS_MAX,
)
from rappro.formats.quick import NO_COUNTERPARTY, new_counterparty, new_line
from rappro.formats.written import written_amount

_WORDS_MAX: Final = 500
_PARTS: Final = ("part_amount", "part_label")
_SINGLE: Final = (
    "value_date", "counterparty_account", "counterparty", "kind", "entry_ref", "end_to_end",
    "mandate", "creditor", "reason",
)  # fmt: skip


class LineMaker:
    """Makes the lines of one account of a table."""

    def __init__(
        self, profile: CsvProfile, table: Table, currency: str, *, findings: FindingLog
    ) -> None:
        self._profile, self._currency, self._findings = profile, currency, findings
        self._dates = Dates(profile)
        self._places = places = table.places
        self._width = len(table.header)
        self._separator = profile.separator
        self._date = places["date"][0]
        self._one = {role: where[0] for role, where in places.items()}
        self._texts = [places.get(r, ()) for r in ("label", "label_more", "comment", "reference")]
        # A row gets one more, empty cell: that is where the columns are that a file has not.
        self._single = [self._one.get(role, self._width) for role in _SINGLE]
        self._natures: dict[str, Nature | None] = {}
        self._parts = {self._one[role] for role in _PARTS if role in places}
        self._kept = [i for i in range(self._width) if i not in self._parts]

    def lines(self, rows: Iterable[tuple[int, Row]]) -> Iterator[StatementLine]:
        """Yield the lines of numbered rows. Raises MalformedStatement and TooLarge."""
        whole = ((number, self._whole(row)) for number, row in rows)
        if self._parts and "entry_ref" in self._one:
            for position, (_, group) in enumerate(groupby(whole, self._payment), 1):
                yield self._with_parts(group, position)
        else:
            for position, (number, row) in enumerate(whole, 1):
                yield self._line(row, number, position)

    def _whole(self, row: Row) -> Row:
        """Return a row with one more cell than the header; what is beyond is empty."""
        row += [""] * (self._width + 1 - len(row))
        return row

    def _line(self, row: Row, number: int, position: int) -> StatementLine:
        raw = self._separator.join(row).rstrip(self._separator)
        if len(raw) > FIELD_CHARS_MAX:
            _check_size(row, raw, number)
        value, account, name, kind, entry_ref, end_to_end, mandate, creditor, reason = [
            row[place].strip() for place in self._single
        ]
        try:
            booked = self._dates[row[self._date]] if row[self._date] else self._other(row, number)
            amount = self.amount(row)
            value_date = self._dates[value] if value else None
        except UnsupportedCurrency as wrong:
            raise UnsupportedCurrency(wrong.detail, position=f"row {number}") from wrong
        except InputError as wrong:
            raise _malformed(wrong.detail, number) from wrong
        label, more, comment, reference = [_joined(row, where) for where in self._texts]
        original = None
        if "original_amount" in self._one:
            original, unread = self._original(row, amount, number)
            comment = f"{comment} {unread}".strip()
        return new_line(
            position,
            booked,
            amount,
            self._currency,
            value_date,
            entry_ref or None,
            label or more or name,
            more if label else "",
            comment,
            reference,
            account,
            self._counterparty(row, name, account) if name or account else NO_COUNTERPARTY,
            end_to_end or None,
            mandate or None,
            creditor or None,
            kind or None,
            self._nature(kind, number) if kind else None,
            return_reason=reason or None,
            original=original,
            status=self._status(row, number) if "status" in self._one else LineStatusAtBank.BOOKED,
            raw=raw[:RAW_CHARS_MAX],
        )

    def _cell(self, row: Row, role: str) -> str:
        place = self._one.get(role)
        return "" if place is None else row[place].strip()

    def _other(self, row: Row, number: int) -> date:
        other = self._cell(row, "other_date")
        self._findings.note("booking_date_missing", f"row {number}")
        return self._dates[other]

    def amount(self, row: Row) -> int:
        """Return the amount of a row, + for money in. Raises InputError."""
        one, mark, currency = self._one, self._profile.decimal, self._currency
        if "amount" in one:
            amount = written_amount(row[one["amount"]], mark, currency)
            is_debit = "side" in one and plain(row[one["side"]]) in self._profile.debits
            return -amount if is_debit else amount
        out, into = row[one["debit"]].strip(), row[one["credit"]].strip()
        if not out and not into:
            raise InputError("neither debit nor credit")
        debit = abs(written_amount(out, mark, currency)) if out else 0
        credit = written_amount(into, mark, currency) if into else 0
        if debit and credit:
            raise InputError("a debit and a credit in one row")
        return credit - debit

    def _counterparty(self, row: Row, name: str, account: str) -> Counterparty:
        iban = plain_iban(account)
        return new_counterparty(
            name or None,
            iban if is_iban(iban) else None,
            self._cell(row, "counterparty_bic") or None,
            self._cell(row, "counterparty_id") or None,
        )

    def _nature(self, kind: str, number: int) -> Nature | None:
        if kind not in self._natures:
            if len(self._natures) > _WORDS_MAX:
                self._natures.clear()
            word = plain(kind)
            natures = self._profile.natures
            fitting = [known for known in natures if word.startswith(known)]
            self._natures[kind] = natures[max(fitting, key=len)] if fitting else None
        nature = self._natures[kind]
        if nature is None and self._profile.natures:
            self._findings.note("kind_unknown", f"row {number}", about=kind[:40])
        return nature

    def _status(self, row: Row, number: int) -> LineStatusAtBank:
        word = self._cell(row, "status")
        status = self._profile.statuses.get(plain(word))
        if status is None:
            if word:
                self._findings.note("status_unknown", f"row {number}", about=word[:40])
            return LineStatusAtBank.BOOKED
        return status

    def _original(self, row: Row, amount: int, number: int) -> tuple[OriginalAmount | None, str]:
        """Return the amount in another currency; or the text of one that cannot be read."""
        text, currency = self._cell(row, "original_amount"), self._cell(row, "original_currency")
        if not text or currency in ("", self._currency):
            return None, ""
        try:
            size = abs(written_amount(text, self._profile.decimal, currency))
        except InputError:
            self._findings.note("original_unreadable", f"row {number}")
            return None, f"{text} {currency}"
        rate = self._cell(row, "rate") or None
        return OriginalAmount(-size if amount < 0 else size, currency, rate), ""

    def _payment(self, numbered: tuple[int, Row]) -> tuple[object, ...]:
        """Return what the rows of one payment have in common: all but its parts."""
        number, row = numbered
        if not self._cell(row, "entry_ref"):
            return (number,)  # nothing says that rows belong together
        return tuple(row[place] for place in self._kept)

    def _with_parts(self, group: Iterator[tuple[int, Row]], position: int) -> StatementLine:
        number, row = next(group)
        line = self._line(row, number, position)
        details = [self._part(row, line, number, 1)]
        for rank, (at, part) in enumerate(group, 2):
            if rank > DETAILS_PER_LINE_MAX:
                raise TooLarge(f"more than {DETAILS_PER_LINE_MAX} parts of a payment",
                               position=f"row {at}")  # fmt: skip
            details.append(self._part(part, line, at, rank))
        if sum(part.amount_minor for part in details) != line.amount_minor:
            self._findings.note("details_differ", f"row {number}")
        texts = " ".join(filter(None, (part.label for part in details)))[:LINE_TEXT_CHARS_MAX]
        own = line.label if "label" in self._one else ""
        return new_line(
            position,
            line.booking_date,
            line.amount_minor,
            line.currency,
            line.value_date,
            line.entry_ref,
            own or texts,
            texts if own else line.label_more,
            line.comment,
            line.remittance_ref or line.entry_ref or "",
            line.ordering_account,
            line.counterparty,
            bank_code=line.bank_code,
            nature=line.nature or Nature.CHEQUE_DEPOSIT,
            details=tuple(details) if len(details) > 1 else (),
            raw=line.raw,
        )

    def _part(self, row: Row, line: StatementLine, number: int, rank: int) -> StatementLine:
        text = self._cell(row, "part_amount")
        try:
            amount = written_amount(text, self._profile.decimal, self._currency) if text else 0
        except InputError as wrong:
            raise _malformed(wrong.detail, number) from wrong
        return new_line(
            rank, line.booking_date, amount, self._currency, label=self._cell(row, "part_label")
        )


def _joined(row: Row, places: tuple[int, ...]) -> str:
    """Return the texts of some cells, on one line."""
    if not places:
        return ""
    if len(places) > 1:
        return " ".join(filter(None, (" ".join(row[place].split()) for place in places)))
    text = row[places[0]]
    return " ".join(text.split()) if "  " in text or "\n" in text else text.strip()


def _check_size(row: Row, raw: str, number: int) -> None:
    if max(map(len, row)) > FIELD_CHARS_MAX or len(raw) > LINE_TEXT_CHARS_MAX:
        raise TooLarge(f"a cell of more than {FIELD_CHARS_MAX} characters, or a row of more than"
                       f" {LINE_TEXT_CHARS_MAX}", position=f"row {number}")  # fmt: skip


def _malformed(sentence: str, number: int) -> MalformedStatement:
    return MalformedStatement(sentence, position=f"row {number}")
