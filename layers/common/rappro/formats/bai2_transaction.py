"""Makes a statement line of one BAI2 transaction (record 16) and its continuations (88).

The order of records, the balances and the control totals are the business of `bai2`. Source: BAI
"Cash Management Balance Reporting Specifications", version 2, record 16.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from rappro.domain.bank import Counterparty, LineStatusAtBank, StatementLine
from rappro.domain.errors import MalformedStatement, TooLarge
from rappro.domain.money import AMOUNT_DIGITS_MAX, exponent, format_amount
from rappro.formats.bai2_codes import TYPE_CODES, Level, TypeCode, type_code
from rappro.formats.bai2_fields import NOT_SAID, PLAIN_FUNDS, Availability, FieldContext
from rappro.formats.bai2_records import Numbered
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
_PAYER: Final = ("payer", "payer_account")
_PAYEE: Final = ("payee", "payee_account")
_NOTHING_TOLD: Final[dict[str, str]] = {}
_BOOKED: Final = LineStatusAtBank.BOOKED
_INFORMATION: Final = LineStatusAtBank.INFORMATION
_STATUS, _SUMMARY = Level.STATUS, Level.SUMMARY
_DETAIL, _NON_MONETARY = Level.DETAIL, Level.NON_MONETARY
_OWN_FIELDS: Final = {"S": 3, "V": 2}  # of a funds type
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


_Written = tuple[str, str, str, str, str, str, Availability, str, list[str]]
"""The fields as they are written (type code, amount, funds type, bank's and customer's reference,
text), the availability, the record in which the text begins, and those that go on with it."""


def make_line(record: Numbered, sheet: Sheet) -> StatementLine | None:
    """Return the line of a transaction; None for a total or balance, which is noted.

    Raises MalformedStatement and TooLarge.
    """
    number, _, head, more = record
    context = sheet.context
    context.number = number
    sheet.records += 1 + len(more)
    written = _read(head, more, context)
    code = written[0]
    kind = TYPE_CODES.get(code) or _unlisted(code, context)
    amount, status = _signed(written[1], kind, code, sheet)
    if kind.level is _SUMMARY or kind.level is _STATUS:
        context.findings.note("summary_in_detail", context.where, about=code)
        return None
    sheet.lines += 1
    if sheet.lines > LINES_PER_STATEMENT_MAX:
        raise TooLarge(f"more than {LINES_PER_STATEMENT_MAX} lines in a statement",
                       position=context.where)  # fmt: skip
    raw = (_raw(head, more) if more else head.rstrip())[:RAW_CHARS_MAX]
    return _line(written, kind, amount, status, sheet=sheet, raw=raw)


def _line(
    written: _Written,
    kind: TypeCode,
    amount: int,
    status: LineStatusAtBank,
    *,
    sheet: Sheet,
    raw: str,
) -> StatementLine:
    """Return the line of what is written, read so far as its amount."""
    code, _, funds, bank_ref, customer_ref, text, availability, text_line, text_more = written
    context = sheet.context
    pieces = pieces_of(text, text_line, text_more, sheet.width) if text_more else [text]
    label, label_more, told = _texts(pieces, context)
    get = told.get
    side, account_key = _PAYER if amount > 0 else _PAYEE
    account = get(account_key, "")
    return new_line(
        sheet.lines,
        sheet.as_of,
        amount,
        context.currency,
        sheet.as_of if funds == "0" else availability.value_date,
        bank_ref if bank_ref.strip("0") else None,
        label,
        label_more,
        _available(availability, context.currency) if availability.by_days else "",
        customer_ref if customer_ref.strip("0") else "",
        account,
        _counterparty(told, side, account) if told else NO_COUNTERPARTY,
        get("end_to_end"),
        get("mandate"),
        get("creditor"),
        code,
        kind.nature,
        kind.is_reversal,
        get("reason"),
        None,
        status,
        (),
        raw,
    )


def _raw(head: str, more: list[str]) -> str:
    return "\n".join([head.rstrip(), *map(str.rstrip, more)])


def _read(head: str, more: list[str], context: FieldContext) -> _Written:
    """Cut a transaction into its fields. Raises MalformedStatement and TooLarge."""
    fields = head.split(",", _COMMAS)
    funds = fields[3] if len(fields) > 3 else ""
    availability, text_line, text_more = NOT_SAID, head, more
    if funds in _OWN_FIELDS:
        own = _OWN_FIELDS[funds]
        fields = head.split(",", _COMMAS + own)
        if len(fields) == _COMMAS + own + 1:
            availability = context.availability(funds, iter(fields[4 : 4 + own]))
            del fields[4 : 4 + own]
    if len(fields) > _COMMAS and (funds in PLAIN_FUNDS or availability is not NOT_SAID):
        _, code, amount, _, bank_ref, customer_ref, text = fields  # all in one record, as usual
        text = clean(text)
    elif len(fields) == _COMMAS and funds in PLAIN_FUNDS:
        _, code, amount, _, bank_ref, customer_ref = fields
        customer_ref, text = customer_ref.rstrip().removesuffix("/"), ""
    else:
        rest = Fields(head, more)
        code, amount, funds = next(rest, ""), next(rest, ""), next(rest, "")
        code, funds = code.strip(), funds.strip().upper()
        availability = context.availability(funds, rest)
        bank_ref, customer_ref = next(rest, ""), next(rest, "")
        text, text_line, text_more = rest.text()
    if len(bank_ref) > FIELD_CHARS_MAX or len(customer_ref) > FIELD_CHARS_MAX:
        raise TooLarge(f"a reference of more than {FIELD_CHARS_MAX} characters",
                       position=context.where)  # fmt: skip
    return (code, amount, funds, bank_ref.strip(), customer_ref.strip(), text, availability,
            text_line, text_more)  # fmt: skip


def _texts(pieces: list[str], context: FieldContext) -> tuple[str, str, dict[str, str]]:
    """Return the label, its continuation, and what the keywords in them name. Raises TooLarge."""
    if len(pieces) < 2:
        label, more = pieces[0] if pieces else "", ""
    else:
        label, more = pieces[0], " ".join(pieces[1:])
    if len(label) + len(more) > LINE_TEXT_CHARS_MAX:
        raise TooLarge(f"a text of more than {LINE_TEXT_CHARS_MAX} characters",
                       position=context.where)  # fmt: skip
    if ":" in label or ":" in more or "=" in label or "=" in more:
        return label, more, keywords_of(pieces)
    return label, more, _NOTHING_TOLD


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


def _counterparty(told: dict[str, str], side: str, account: str) -> Counterparty:
    """Return the party on the other side; ACH names the company whichever way the money goes."""
    get = told.get
    iban, bic = plain_iban(account) if account else "", get(side + "_bic")
    return new_counterparty(
        get(side) or get("company") or get("individual"),
        iban if iban and is_iban(iban) else None,
        bic if bic and BIC.fullmatch(bic) else None,
        get("company_id"),
    )


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
