"""Makes a statement line of one BAI2 transaction (record 16) and its continuations (88).

The order of records, the balances and the control totals are the business of `bai2`. Source: BAI
"Cash Management Balance Reporting Specifications", version 2, record 16.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from rappro.domain.bank import Counterparty, LineStatusAtBank, Nature, StatementLine
from rappro.domain.errors import MalformedStatement, TooLarge
from rappro.domain.money import AMOUNT_DIGITS_MAX, exponent, format_amount
from rappro.formats.bai2_codes import TYPE_CODES, Level, TypeCode, type_code
from rappro.formats.bai2_fields import PLAIN_FUNDS, Availability, FieldContext
from rappro.formats.bai2_records import Record
from rappro.formats.bai2_text import Fields, clean, keywords_of, pieces_of
from rappro.formats.ibans import is_iban, plain_iban
from rappro.formats.protocol import (
    FIELD_CHARS_MAX,
    LINE_TEXT_CHARS_MAX,
    LINES_PER_STATEMENT_MAX,
    RAW_CHARS_MAX,
)
from rappro.formats.quick import NO_COUNTERPARTY, new_counterparty, new_line

BIC: Final = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_PAYER: Final = ("payer", "payer_account", "payer_bic")
_PAYEE: Final = ("payee", "payee_account", "payee_bic")
_BOOKED: Final = LineStatusAtBank.BOOKED
_INFORMATION: Final = LineStatusAtBank.INFORMATION
_STATUS, _SUMMARY = Level.STATUS, Level.SUMMARY
_DETAIL, _NON_MONETARY = Level.DETAIL, Level.NON_MONETARY
_IBAN_CHARS: Final = 15  # at least
_COMMAS: Final = 6  # up to the text, when the funds type has no fields of its own


@dataclass(slots=True)
class Sheet:
    """The account (03) being read: what its transactions share, and what is counted of them."""

    context: FieldContext
    as_of: date
    width: int  # characters of a full physical record
    written: int = 0  # all amounts as they are written, for the control total
    records: int = 0
    credits: int = 0
    debits: int = 0
    lines: int = 0
    units: int = 0  # digits behind the point of an amount in the account's currency

    def __post_init__(self) -> None:
        self.units = exponent(self.context.currency)


_Written = tuple[str, str, date | None, str, str, str, str, str, list[str]]
"""The fields as they are written: type code, amount, value date, when amounts are available, bank's
and customer's reference, text, the record in which it begins, and those that go on with it."""

_Meaning = tuple[int, LineStatusAtBank, Nature | None, bool]
"""What type code and amount say: signed amount, status, nature, and whether it is a reversal."""

Told = tuple[str, Counterparty, str | None, str | None, str | None, str | None]
"""The other side's account, counterparty, end-to-end id, mandate, creditor, and reason of a
return."""

NOT_TOLD: Final[Told] = ("", NO_COUNTERPARTY, None, None, None, None)


def make_line(record: Record, sheet: Sheet) -> StatementLine | None:
    """Return the line of a transaction; None for a total or balance, which is noted.

    Raises MalformedStatement and TooLarge.
    """
    number, _, head, more = record
    context = sheet.context
    context.number = number
    sheet.records += 1 + len(more)
    (code, digits, value_date, available, bank_ref, customer_ref, text, begun,
     text_more) = _read(head.split(",", _COMMAS), head, more, sheet)  # fmt: skip
    meaning = _meaning(code, digits, sheet)
    if meaning is None:
        return None
    amount, status, nature, is_reversal = meaning
    if not has_room(sheet, 1):
        raise TooLarge(f"more than {LINES_PER_STATEMENT_MAX} lines in a statement",
                       position=context.where)  # fmt: skip
    sheet.lines = position = sheet.lines + 1
    raw = (_raw(head, more) if more else head.rstrip())[:RAW_CHARS_MAX]
    if not customer_ref.strip("0"):
        customer_ref = ""
    label, label_more, told = _texts(text, begun, text_more, sheet=sheet)
    account, counterparty, end_to_end, mandate, creditor, reason = told_by(
        told, is_credit=amount > 0
    )
    return new_line(
        position, sheet.as_of, amount, context.currency, value_date,
        bank_ref if bank_ref.strip("0") else None, label, label_more, available, customer_ref,
        account, counterparty, end_to_end, mandate, creditor, code, nature, is_reversal, reason,
        None, status, (), raw,
    )  # fmt: skip


def has_room(sheet: Sheet, count: int) -> bool:
    """Say whether a statement may have so many lines more."""
    return sheet.lines + count <= LINES_PER_STATEMENT_MAX


def _raw(head: str, more: list[str]) -> str:
    if len(more) == 1:
        return f"{head.rstrip()}\n{more[0].rstrip()}"
    return "\n".join([head.rstrip(), *map(str.rstrip, more)])


def _read(fields: list[str], head: str, more: list[str], sheet: Sheet) -> _Written:
    """Return what the fields of a transaction say, cut so far as up to the text.

    Raises MalformedStatement and TooLarge.
    """
    value_date, available, tail = None, "", fields[4:]
    funds = fields[3] if len(fields) >= _COMMAS else "?"
    if funds in PLAIN_FUNDS:
        if len(tail) == 2:
            tail = [tail[0], tail[1].rstrip().removesuffix("/"), ""]
        value_date = sheet.as_of if funds == "0" else None
    elif funds == "V":
        tail, value_date = _valued(fields, sheet)
    elif funds == "S":
        tail, available = _spread(fields, sheet)
    else:
        tail = []
    if len(tail) < 3:
        return _read_any(head, more, sheet)
    bank_ref, customer_ref, text = tail
    if len(head) > FIELD_CHARS_MAX:
        _check_references(bank_ref, customer_ref, sheet)
    text = text.strip()
    if text[-1:] == "/":
        text = clean(text)
    return (fields[1], fields[2], value_date, available, bank_ref.strip(), customer_ref.strip(),
            text, head, more)  # fmt: skip


def _valued(fields: list[str], sheet: Sheet) -> tuple[list[str], date | None]:
    """Return what follows the fields of funds type V, and its date; nothing if some are missing."""
    tail, context = fields[-1].split(",", 2), sheet.context
    value_date = None if fields[5] else context.dates.get(fields[4])
    if value_date is None and len(tail) == 3:
        value_date = context.availability("V", iter(fields[4:6])).value_date
    return tail, value_date


def _spread(fields: list[str], sheet: Sheet) -> tuple[list[str], str]:
    """Return what follows the fields of funds type S, and its three amounts as text."""
    tail = fields[-1].split(",", 3)
    if len(tail) < 4:
        return [], ""
    today, tomorrow = fields[4:6]
    later, context = tail.pop(0), sheet.context
    availability = context.availability("S", iter((today, tomorrow, later)))
    return tail, _available(availability, context.currency)


def _read_any(head: str, more: list[str], sheet: Sheet) -> _Written:
    """Cut a transaction into its fields, wherever its records end and whatever its funds type."""
    context = sheet.context
    rest = Fields(head, more)
    code, amount, funds = next(rest, ""), next(rest, ""), next(rest, "")
    code, funds = code.strip(), funds.strip().upper()
    availability = context.availability(funds, rest)
    bank_ref, customer_ref = next(rest, ""), next(rest, "")
    text, begun, text_more = rest.text()
    _check_references(bank_ref, customer_ref, sheet)
    value_date = sheet.as_of if funds == "0" else availability.value_date
    available = _available(availability, context.currency) if availability.by_days else ""
    return (code, amount, value_date, available, bank_ref.strip(), customer_ref.strip(), text,
            begun, text_more)  # fmt: skip


def _check_references(bank_ref: str, customer_ref: str, sheet: Sheet) -> None:
    if len(bank_ref) > FIELD_CHARS_MAX or len(customer_ref) > FIELD_CHARS_MAX:
        raise TooLarge(f"a reference of more than {FIELD_CHARS_MAX} characters",
                       position=sheet.context.where)  # fmt: skip


def _texts(
    text: str, begun: str, more: list[str], *, sheet: Sheet
) -> tuple[str, str, dict[str, str]]:
    """Return the label, its continuation, and what their keywords name. Raises TooLarge."""
    pieces = pieces_of(text, begun, more, sheet.width) if more else [text]
    label = pieces[0] if pieces else ""
    label_more = " ".join(pieces[1:]) if len(pieces) > 1 else ""
    if len(label) + len(label_more) > LINE_TEXT_CHARS_MAX:
        raise TooLarge(f"a text of more than {LINE_TEXT_CHARS_MAX} characters",
                       position=sheet.context.where)  # fmt: skip
    return label, label_more, keywords_of(pieces)


def told_by(told: dict[str, str], *, is_credit: bool) -> Told:
    """Return what the keywords of a text say in the fields of a line."""
    if not told:
        return NOT_TOLD
    get = told.get
    side, side_account, side_bic = _PAYER if is_credit else _PAYEE
    account, bic, identity = get(side_account, ""), get(side_bic), get("company_id")
    iban = plain_iban(account) if len(account) >= _IBAN_CHARS else ""
    # ACH names the company whichever way the money goes
    name = get(side) or get("company") or get("individual")
    if bic or iban or identity:
        counterparty = new_counterparty(
            name,
            iban if iban and is_iban(iban) else None,
            bic if bic and BIC.fullmatch(bic) else None,
            identity,
        )
    else:
        counterparty = _named(name) if name else NO_COUNTERPARTY
    return (account, counterparty, get("end_to_end"), get("mandate"), get("creditor"),
            get("reason"))  # fmt: skip


@lru_cache(maxsize=4_096)
def _named(name: str) -> Counterparty:
    """Return a counterparty of which only the name is told; the same ones are paid again."""
    return new_counterparty(name)


def _meaning(code: str, text: str, sheet: Sheet) -> _Meaning | None:
    """Return what any type code and amount say, and add it up; None for a total or balance."""
    context = sheet.context
    kind = TYPE_CODES.get(code) or _unlisted(code, context)
    amount, status = _signed(text, kind, code, sheet)
    if kind.level is _SUMMARY or kind.level is _STATUS:
        context.findings.note("summary_in_detail", context.where, about=code)
        return None
    return amount, status, kind.nature, kind.is_reversal


def _unlisted(code: str, context: FieldContext) -> TypeCode:
    kind = type_code(code)
    if kind is None:
        raise MalformedStatement(f"not a type code: {code[:20]!r}", position=context.where)
    if not kind.is_listed:
        context.findings.note("unlisted_type_code", context.where, about=code)
    return kind


def _signed(text: str, kind: TypeCode, code: str, sheet: Sheet) -> tuple[int, LineStatusAtBank]:
    """Return the amount, + for money in, and whether it counts in the balance; add it up."""
    context = sheet.context
    if text.isdigit() and text.isascii() and len(text) <= AMOUNT_DIGITS_MAX:
        amount = int(text)
    elif text.strip():
        amount = context.amount(text.strip(), "amount")
    else:
        amount = 0
        if kind.level is not _NON_MONETARY:
            context.findings.note("amount_missing", context.where)
    sheet.written += amount
    if kind.level is not _DETAIL:
        return amount, _INFORMATION
    if kind.direction == 0:
        context.findings.note("direction_unknown", context.where, about=code)
        return amount, _INFORMATION
    if kind.direction > 0:
        sheet.credits += amount
    else:
        sheet.debits += abs(amount)
    if amount < 0:  # a minus is money out, whatever the code
        context.findings.note("amount_signed", context.where)
        return amount, _BOOKED
    return amount * kind.direction, _BOOKED


def _available(availability: Availability, currency: str) -> str:
    """Return when parts of an amount can be used, as text."""
    units = exponent(currency)
    parts = []
    for days, amount in availability.by_days:
        digits = str(amount)
        if units and amount > 0 and len(digits) > units:
            parts.append(f"{days}d {digits[:-units]}.{digits[-units:]}")
        elif amount:
            parts.append(f"{days}d {format_amount(amount, currency)}")
    return "available " + ", ".join(parts) if parts else ""
