"""Makes statement lines of BAI2 transactions of the usual form, in half the time of `make_line`.

Usual is a transaction of a type code that is listed, whose fields stand in its own record and whose
continuations go on with the text alone, none of them within a word. All other ones are left to
`bai2_transaction`, which says the same of a usual one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Final

from rappro.domain.bank import LineStatusAtBank, StatementLine
from rappro.domain.money import AMOUNT_DIGITS_MAX
from rappro.formats.bai2_codes import TYPE_CODES, Level
from rappro.formats.bai2_fields import PLAIN_FUNDS
from rappro.formats.bai2_records import Record, Run
from rappro.formats.bai2_text import clean, ends_silently, keywords_of
from rappro.formats.bai2_transaction import (
    NOT_TOLD,
    Sheet,
    Told,
    has_room,
    make_line,
    told_by,
)
from rappro.formats.protocol import FIELD_CHARS_MAX
from rappro.formats.quick import new_line

_BOOKED: Final = LineStatusAtBank.BOOKED
_CHARS_MAX: Final = FIELD_CHARS_MAX - 3  # without the code; no bound is met in so short a text
_KNOWN_CHARS: Final = 300
_COMMAS: Final = 5  # up to the text, when the funds type has no fields of its own
_MOVEMENTS: Final = {
    code: (kind.direction, kind.nature, kind.is_reversal)
    for code, kind in TYPE_CODES.items()
    if kind.level is Level.DETAIL and kind.direction
}
"""Direction, nature and whether it is a reversal, of the type codes that move money."""

_CENTS_MIN, _CENTS_MAX = 3, 8  # digits of an amount in cents

_Written = tuple[date | None, str, str, str, str]
"""Value date, when amounts are available, bank's and customer's reference, and what follows."""

_Texts = tuple[str, str, list[str], str]
"""Label, its continuation, the pieces of both, and the source of the transaction."""


def lines_of(run: Run, sheet: Sheet) -> Iterator[StatementLine]:
    """Yield the lines of transactions that follow each other; see `make_line`."""
    number, is_bounded = run.number, has_room(sheet, len(run.texts))
    for text, count in zip(run.texts, run.counts, strict=True):
        line = None
        if is_bounded and len(text) <= _CHARS_MAX:
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
    if not (digits.isdigit() and digits.isascii() and len(digits) <= AMOUNT_DIGITS_MAX):
        return None
    texts = _texts(text, rest, count, sheet.width)
    if texts is None:
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
    account, counterparty, end_to_end, mandate, creditor, reason = (
        told_by(keywords_of(pieces), is_credit=amount > 0) if count
        else _told(label, amount > 0) if ":" in label or "=" in label else NOT_TOLD
    )  # fmt: skip
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
        if sheet.units == 2 and len(parts) == 4:
            available = _spread(bank_ref, customer_ref, parts[0])
            if available:
                return None, available, parts[1], parts[2], parts[3]
    return None


def _spread(now: str, tomorrow: str, later: str) -> str:
    """Return when three amounts in cents are available; nothing if one is below 1.00 or odd."""
    written = f"{now}{tomorrow}{later}"
    if (
        _CENTS_MAX >= len(now) >= _CENTS_MIN <= len(tomorrow) <= _CENTS_MAX >= len(later)
        and len(later) >= _CENTS_MIN
        and written.isdigit()
        and written.isascii()
        and "0" not in (now[0], tomorrow[0], later[0])
    ):
        return (
            f"available 0d {now[:-2]}.{now[-2:]}, 1d {tomorrow[:-2]}.{tomorrow[-2:]},"
            f" 2d {later[:-2]}.{later[-2:]}"
        )
    return ""


def _told(label: str, is_credit: bool) -> Told:  # noqa: FBT001 (by position, it is a cached key)
    """Return what a text without continuations tells."""
    head, _, _ = label.rpartition(":")
    told = None
    if "=" not in label and len(head) <= _KNOWN_CHARS:
        told = _told_before(head, is_credit)
    return told_by(keywords_of([label]), is_credit=is_credit) if told is None else told


@lru_cache(maxsize=4_096)  # a company's transactions often differ in their last number alone
def _told_before(head: str, is_credit: bool) -> Told | None:  # noqa: FBT001 (see `_told`)
    """Return what a text tells before its last colon, None when what follows tells something."""
    if not ends_silently(head):
        return None
    return told_by(keywords_of([f"{head}:"]), is_credit=is_credit)


def _texts(text: str, rest: str, count: int, width: int) -> _Texts | None:
    """Read a text and its continuations, None when they are not usual."""
    if not count:
        label = clean(rest) if "/" in rest else rest.strip()
        return label, "", [label], f"16,{text}".rstrip()
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
        label = clean(label) if len(label) > 1 else ""
    if label:
        pieces[0] = label
    else:
        del pieces[0]
        label = pieces[0]
    more = " ".join(pieces[1:]) if len(pieces) > 1 else ""
    if pieces[-1][-1:] == "/" or "/ " in more or label[-1:] == "/" or "" in pieces:
        return None
    return label, more, pieces, raw
