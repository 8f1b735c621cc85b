"""Writes a FEC (fichier des écritures comptables, LPF art. A47 A-1): entries to lines of text.

    entry ── rows_of ──► rows without a number ── ordered by order_of ──► FecWriter ──► bytes

Eighteen columns between tabs, UTF-8 without mark, CR LF, dates AAAAMMJJ, decimal comma. Which
entries there are and where the bytes go is the caller's; the same entries give the same bytes.
docs/formats/fec-out.md says what stands in each column.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import BinaryIO, Final

from rappro.domain.books import EntryLine, EntrySource, JournalEntry
from rappro.domain.errors import InputError
from rappro.domain.frozen import dataclass
from rappro.domain.ids import ThirdPartyId
from rappro.domain.money import format_amount

COLUMNS: Final = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib",
    "CompAuxNum", "CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit",
    "EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise",
)  # fmt: skip
ENCODING: Final = "utf-8"
LINE_END: Final = "\r\n"
SEPARATOR: Final = "\t"
FIELD_CHARS_MAX: Final = 1_000
_CACHE_MAX: Final = 4_096
_NUMBER: Final = COLUMNS.index("EcritureNum")
_PIECE: Final = COLUMNS.index("PieceRef")
_SPACES = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]+")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_DIGITS = re.compile(r"\d{1,12}", re.ASCII)
_SIREN = re.compile(r"\d{9}", re.ASCII)

Row = Sequence[str]
"""The eighteen fields of a line; EcritureNum is empty until the writer fills it."""


@dataclass(frozen=True, slots=True)
class FecNames:
    """What a FEC repeats on every line: labels by code; auxiliaries as number and name."""

    journals: Mapping[str, str]
    accounts: Mapping[str, str]
    auxiliaries: Mapping[ThirdPartyId, tuple[str, str]]
    currency: str = "EUR"


def file_name(siren: str, closing: date) -> str:
    """Return the name that the law gives the file. Raises InputError for no nine digits."""
    if _SIREN.fullmatch(siren) is None:
        raise InputError(f"not a SIREN: {siren[:20]!r}")
    return f"{siren}FEC{_day(closing)}.txt"


def valid_date(entry: JournalEntry) -> date:
    """Return when the entry was validated; one that came without that day: the entry's own."""
    return entry.validated_on or entry.date


def order_of(entry: JournalEntry, *, is_opening: bool) -> str:
    """Return the text that entries are sorted by: openings first, then in order of validation.

    On one day: what was loaded before what was posted here, by their numbers; then by date,
    journal and id, so that no two entries are equal.
    """
    is_own = entry.source is not EntrySource.FEC
    said = str(entry.number or "") if is_own else (entry.source_number or "")
    number = said.zfill(12) if _DIGITS.fullmatch(said) else "~"
    day = _day(entry.date)
    first = f"0{day}" if is_opening else f"1{_day(valid_date(entry))}"
    places = (number, entry.journal, day) if not is_own else (entry.journal, number, day)
    return _flat(" ".join((first, "1" if is_own else "0", *places, said, entry.id)))


def rows_of(entry: JournalEntry, names: FecNames) -> list[Row]:
    """Return the rows of an entry; the writer fills EcritureNum, and PieceRef when it is empty."""
    journal = _text(entry.journal)
    journal_label = _text(names.journals.get(entry.journal, "")) or journal
    fallback = _text(entry.label) or journal_label
    return [
        (
            journal,
            journal_label,
            "",
            _day(entry.date),
            _text(line.account),
            _text(names.accounts.get(line.account, "")) or _text(line.account),
            *_auxiliary(line, names),
            _text(entry.piece_ref if line.piece_ref is None else line.piece_ref),
            _day(line.piece_date or entry.piece_date),
            _text(line.label) or fallback,
            _amount(line.debit_minor, names.currency),
            _amount(line.credit_minor, names.currency),
            _text(line.letter or ""),
            _day(line.lettered_on) if line.letter and line.lettered_on else "",
            _day(valid_date(entry)),
            *_foreign(line),
        )
        for line in entry.lines
    ]


def _auxiliary(line: EntryLine, names: FecNames) -> tuple[str, str]:
    if line.third_party is None:
        return "", ""
    number, name = names.auxiliaries.get(line.third_party, ("", ""))
    number = _text(number)
    return (number, _text(name) or number) if number else ("", "")


def _foreign(line: EntryLine) -> tuple[str, str]:
    """Return the amount in the deal's currency, without a sign: its side is the line's."""
    if line.foreign_amount_minor is None or line.foreign_currency is None:
        return "", ""
    return _amount(abs(line.foreign_amount_minor), line.foreign_currency), line.foreign_currency


class FecWriter:
    """Writes the header, then entries in the order they come, numbered from 1 without a gap."""

    __slots__ = ("_stream", "entry_count", "row_count")

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.entry_count = 0
        self.row_count = 0
        stream.write(_line(COLUMNS))

    def write(self, rows: Sequence[Row]) -> None:
        """Write the rows of one entry; without a piece, its number is the piece's reference."""
        self.entry_count += 1
        number = str(self.entry_count)
        for row in rows:
            fields = list(row)
            fields[_NUMBER] = number
            fields[_PIECE] = fields[_PIECE] or number
            self._stream.write(_line(fields))
        self.row_count += len(rows)


def _line(fields: Row) -> bytes:
    return f"{SEPARATOR.join(fields)}{LINE_END}".encode(ENCODING)


@lru_cache(maxsize=_CACHE_MAX)
def _text(text: str) -> str:
    """Return a text that a field can hold: one line, no tab, no control character, no quote.

    A quote would make readers of CSV take what follows for a quoted field.
    """
    flat = _flat(text).replace('"', "'")
    return flat[:FIELD_CHARS_MAX].rstrip()


def _flat(text: str) -> str:
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return _SURROGATES.sub("?", _SPACES.sub(" ", text)).strip()


@lru_cache(maxsize=_CACHE_MAX)
def _day(on: date) -> str:
    return on.isoformat().replace("-", "")


def _amount(amount_minor: int, currency: str) -> str:
    return format_amount(amount_minor, currency).replace(".", ",")
