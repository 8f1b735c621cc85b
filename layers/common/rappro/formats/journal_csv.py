"""Writes entries as CSV for a spreadsheet: one row a line of an entry (export des journaux).

RFC 4180 with semicolons, UTF-8 with a mark, decimal commas, ISO dates: what a French spreadsheet
opens by a double click. A text that a spreadsheet would take for a formula is led by an apostrophe.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from datetime import date
from typing import BinaryIO, Final

from rappro.domain.books import EntryLine, JournalEntry
from rappro.domain.ids import ThirdPartyId
from rappro.domain.money import format_amount

COLUMNS: Final = (
    "journal", "journal_label", "entry", "number", "source_number", "status", "date", "piece_ref",
    "piece_date", "line", "account", "account_label", "auxiliary", "third_party",
    "third_party_name", "label", "debit", "credit", "letter", "lettered_on", "validated_on",
    "foreign_amount", "foreign_currency", "source", "statement", "match",
)  # fmt: skip
ENCODING: Final = "utf-8"
MARK: Final = b"\xef\xbb\xbf"
SEPARATOR: Final = ";"
_FORMULA: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a text begins that a spreadsheet calculates (CSV injection), in both widths of letters."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SURROGATES = re.compile(r"[\ud800-\udfff]")


class JournalCsvWriter:
    """Writes the header, then the lines of entries as they come."""

    __slots__ = ("_accounts", "_currency", "_journals", "_parties", "_stream", "row_count")

    def __init__(
        self,
        stream: BinaryIO,
        *,
        currency: str,
        journals: Mapping[str, str],
        accounts: Mapping[str, str],
        parties: Mapping[ThirdPartyId, tuple[str, str]],
    ) -> None:
        """Take the labels of journals and accounts; of third parties auxiliary and name."""
        self._stream = stream
        self._currency = currency
        self._journals = journals
        self._accounts = accounts
        self._parties = parties
        self.row_count = 0
        stream.write(MARK + _record(COLUMNS))

    def write(self, entry: JournalEntry) -> None:
        """Write the lines of one entry."""
        for position, line in enumerate(entry.lines, start=1):
            self._stream.write(_record(self._row(entry, line, position)))
        self.row_count += len(entry.lines)

    def _row(self, entry: JournalEntry, line: EntryLine, position: int) -> tuple[str, ...]:
        party = line.third_party
        auxiliary, name = ("", "") if party is None else self._parties.get(party, ("", ""))
        return (
            safe(entry.journal),
            safe(self._journals.get(entry.journal, "")),
            safe(entry.id),
            "" if entry.number is None else str(entry.number),
            safe(entry.source_number or ""),
            entry.status.value,
            _day(entry.date),
            safe(entry.piece_ref if line.piece_ref is None else line.piece_ref),
            _day(line.piece_date or entry.piece_date),
            str(position),
            safe(line.account),
            safe(self._accounts.get(line.account, "")),
            safe(auxiliary),
            safe(party or ""),
            safe(name),
            safe(line.label),
            _amount(line.debit_minor, self._currency),
            _amount(line.credit_minor, self._currency),
            safe(line.letter or ""),
            _day(line.lettered_on),
            _day(entry.validated_on),
            *_foreign(line),
            entry.source.value,
            safe(entry.statement_id or ""),
            safe(entry.match_id or ""),
        )


def safe(text: str) -> str:
    """Return a text that no spreadsheet calculates: one line, an apostrophe before a formula."""
    plain = _SURROGATES.sub("?", _CONTROL.sub(" ", text))
    return f"'{plain}" if plain.lstrip().startswith(_FORMULA) else plain


def _foreign(line: EntryLine) -> tuple[str, str]:
    """Return the amount in the deal's currency, without a sign: debit or credit tell the side."""
    if line.foreign_amount_minor is None or line.foreign_currency is None:
        return "", ""
    return _amount(abs(line.foreign_amount_minor), line.foreign_currency), line.foreign_currency


def _record(cells: tuple[str, ...]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=SEPARATOR, lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode(ENCODING)


def _day(on: date | None) -> str:
    return "" if on is None else on.isoformat()


def _amount(amount_minor: int, currency: str) -> str:
    return format_amount(amount_minor, currency).replace(".", ",")
