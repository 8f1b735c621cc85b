"""Makes statement lines of BAI2 transactions of the usual form, in half the time of `make_line`.

Usual is a transaction of a type code that is listed, whose fields stand in its own record and whose
continuations go on with the text alone, none of them within a word. All other ones are left to
`bai2_transaction`, which says the same of a usual one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from rappro.domain.bank import LineStatusAtBank, StatementLine
from rappro.domain.money import AMOUNT_DIGITS_MAX
from rappro.formats.bai2_codes import TYPE_CODES, Level
from rappro.formats.bai2_fields import PLAIN_FUNDS
from rappro.formats.bai2_records import Record, Run
from rappro.formats.bai2_text import clean, keywords_of
from rappro.formats.bai2_transaction import (
    NOT_TOLD,
    Sheet,
    has_room,
    make_line,
    told_by,
)
from rappro.formats.protocol import FIELD_CHARS_MAX
from rappro.formats.quick import new_line

_BOOKED: Final = LineStatusAtBank.BOOKED
_CHARS_MAX: Final = FIELD_CHARS_MAX - 3  # without the code; no bound is met in so short a text
_SPREAD: Final = re.compile(
    ",".join(["([1-9][0-9]{0,5})([0-9]{2})"] * 3)  # cents, without zeros before them
).fullmatch
_AVAILABLE: Final = "available 0d %s.%s, 1d %s.%s, 2d %s.%s"
_COMMAS: Final = 5  # up to the text, when the funds type has no fields of its own
_MOVEMENTS: Final = {
    code: (kind.direction, kind.nature, kind.is_reversal)
    for code, kind in TYPE_CODES.items()
    if kind.level is Level.DETAIL and kind.direction
}
"""Direction, nature and whether it is a reversal, of the type codes that move money."""

_Written = tuple[date | None, str, str, str, str]
"""Value date, when amounts are available, bank's and customer's reference, and what follows."""

_Texts = tuple[str, str, list[str], str]
"""Label, its continuation, the pieces of both, and the source of the transaction."""


def lines_of(run: Run, sheet: Sheet) -> Iterator[StatementLine]:
    """Yield the lines of transactions that follow each other; see `make_line`."""
    number, is_bounded = run.number, has_room(sheet, len(run.texts))
    context = sheet.context
    for text, count in zip(run.texts, run.counts, strict=True):
        line = None
        if is_bounded and len(text) <= _CHARS_MAX:
            context.number = number
            line = _usual_line(text, count, sheet)
        if line is None:
            head, *more = f"16,{text}".split("\n")
            line = make_line(Record(number, "16", head, more), sheet)
        number += 1 + count
        if line is not None:
            yield line


def _usual_line(text: str, count: int, sheet: Sheet) -> StatementLine | None:
    """Return the line of a transaction and count it, None when it is not usual."""
    fields = text.split(",", _COMMAS)
    usual = _MOVEMENTS.get(fields[0])
    if usual is None:
        return None
    if len(fields) > _COMMAS and fields[2] in PLAIN_FUNDS:
        _, digits, funds, bank_ref, customer_ref, rest = fields
        value_date, available = sheet.as_of if funds == "0" else None, ""
    else:
        written = _written(fields, count, sheet)
        if written is None:
            return None
        digits = fields[1]
        value_date, available, bank_ref, customer_ref, rest = written
    texts = _texts(text, rest, count, sheet.width) if count else _text(text, rest)
    if texts is None or not (
        digits.isdigit() and digits.isascii() and len(digits) <= AMOUNT_DIGITS_MAX
    ):
        return None
    label, label_more, pieces, raw = texts
    direction, nature, is_reversal = usual
    amount = int(digits)
    sheet.written += amount
    if direction > 0:
        sheet.credits += amount
    else:
        sheet.debits += amount
        amount = -amount
    told = NOT_TOLD
    if count or ":" in label or "=" in label:
        told = told_by(keywords_of(pieces), is_credit=amount > 0)
    account, counterparty, end_to_end, mandate, creditor, reason = told
    sheet.records += 1 + count
    sheet.lines = position = sheet.lines + 1
    bank_ref, customer_ref = bank_ref.strip(), customer_ref.strip()
    return new_line(
        position, sheet.as_of, amount, sheet.context.currency, value_date,
        bank_ref if bank_ref.strip("0") else None, label, label_more, available,
        customer_ref if customer_ref.strip("0") else "", account, counterparty, end_to_end,
        mandate, creditor, fields[0], nature, is_reversal, reason, None, _BOOKED, (), raw,
    )  # fmt: skip


def _written(fields: list[str], count: int, sheet: Sheet) -> _Written | None:
    """Return what the fields behind the funds type say, without a text or of types V and S.

    None when they are not usual.
    """
    if len(fields) <= _COMMAS:
        if len(fields) < _COMMAS or count or fields[2] not in PLAIN_FUNDS:
            return None
        _, _, funds, bank_ref, customer_ref = fields
        value_date = sheet.as_of if funds == "0" else None
        return value_date, "", bank_ref, customer_ref.rstrip().removesuffix("/"), ""
    _, _, funds, bank_ref, customer_ref, rest = fields
    if funds == "V":
        value_date, parts = sheet.context.dates.get(bank_ref), rest.split(",", 2)
        if value_date is not None and not customer_ref and len(parts) == 3:
            return value_date, "", parts[0], parts[1], parts[2]
    elif funds == "S":
        parts = rest.split(",", 3)
        found = _SPREAD(f"{bank_ref},{customer_ref},{parts[0]}")
        if found is not None and sheet.units == 2 and len(parts) == 4:
            return None, _AVAILABLE % found.groups(), parts[1], parts[2], parts[3]
    return None


def _text(text: str, rest: str) -> _Texts:
    """Read the text of a transaction without continuations."""
    label = rest.strip()
    if label[-1:] == "/":
        label = clean(label)
    return label, "", [label], f"16,{text}".rstrip()


def _texts(text: str, rest: str, count: int, width: int) -> _Texts | None:
    """Read a text that goes on in continuations, None when it is not usual."""
    written = rest.split("\n88,")
    if len(written) <= count:  # fields go on in a continuation
        return None
    if len(text) + 3 >= width and (
        width - 3 in map(len, written) or text.find("\n") + 3 == width
    ):  # it may go on within a word
        return None
    pieces = list(map(str.strip, written))
    raw = f"16,{text}"
    if pieces != written:
        raw = "\n".join(map(str.rstrip, raw.split("\n")))
    label = pieces[0]
    if label[-1:] == "/":
        label = clean(label)
    if label:
        pieces[0] = label
    else:
        del pieces[0]
        label = pieces[0]
    more = " ".join(pieces[1:]) if len(pieces) > 1 else ""
    if pieces[-1][-1:] == "/" or "/ " in more or label[-1:] == "/" or "" in pieces:
        return None
    return label, more, pieces, raw
