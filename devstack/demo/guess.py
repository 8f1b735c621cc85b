"""Which journal of a stranger's books a statement's account belongs to, when neither file says.

A FEC holds no IBAN. What proves the tie is in the figures: the statement opens where the ledger
account stood that day, and its movements are in that account. The demo says what it assumed.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from rappro.domain.bank import BankAccountRef, StatementClosed, StatementLine
from rappro.domain.books import (
    BankEntry,
    Journal,
    JournalType,
)
from rappro.domain.errors import InputError
from rappro.domain.opening import open_books
from rappro.formats import fec
from rappro.formats.registry import detect, peek

_WINDOW = (timedelta(days=-12), timedelta(days=12))
_OPENING_WEIGHT = 1_000
_SHARED_MIN = 3
"""Movements in common below which an account is nobody's, unless the balance opens there."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one statement says that a ledger account can be compared with."""

    closed: StatementClosed
    lines: tuple[StatementLine, ...]


def guess_accounts(
    books: bytes, statements: Iterable[bytes], journals: list[Journal]
) -> dict[str, BankAccountRef]:
    """Return the account of each bank journal that has none, where the figures name one only."""
    free = [
        j
        for j in journals
        if j.type is JournalType.TREASURY
        and (j.account or "").startswith("512")
        and not (j.iban or j.bank_number)
    ]
    sheets = [sheet for content in statements for sheet in _sheets(content)] if free else []
    if not sheets:
        return {}
    opened = open_books(fec.read_rows(io.BytesIO(books)))
    found: dict[str, BankAccountRef] = {}
    for sheet in sheets:
        scores = {
            j.code: _score(sheet, [e for e in opened.bank_entries if e.account == j.account])
            for j in free
        }
        best = max(scores.values(), default=0)
        codes = [code for code, score in scores.items() if score == best]
        if best >= _SHARED_MIN and len(codes) == 1:
            found.setdefault(codes[0], sheet.closed.account)
    return found


def accounts_of(content: bytes) -> list[BankAccountRef]:
    """Return the accounts that a statement file names; none for a file that cannot be read."""
    return [sheet.closed.account for sheet in _sheets(content)]


def _sheets(content: bytes) -> list[Sheet]:
    stream = io.BytesIO(content)
    sheets: list[Sheet] = []
    lines: list[StatementLine] = []
    try:
        for event in detect(peek(stream)).parse(stream):
            if isinstance(event, StatementLine):
                lines.append(event)
            elif isinstance(event, StatementClosed):
                sheets.append(Sheet(event, tuple(lines)))
                lines = []
    except InputError:
        return []  # the stack says what is wrong with it
    return sheets


def _score(sheet: Sheet, entries: list[BankEntry]) -> int:
    """Count movements in common; an equal opening balance weighs more than any of them."""
    dates = Counter((e.amount_minor, e.date) for e in entries)
    shared = sum(
        any(
            (line.amount_minor, line.booking_date + timedelta(days=days)) in dates
            for days in range(_WINDOW[0].days, _WINDOW[1].days + 1)
        )
        for line in sheet.lines
    )
    opening = sheet.closed.opening
    if opening is None or not entries:
        return shared
    start = min((line.booking_date for line in sheet.lines), default=opening.on)
    ledger = sum(e.amount_minor for e in entries if e.date < start)
    return shared + (_OPENING_WEIGHT if ledger == opening.amount_minor else 0)
