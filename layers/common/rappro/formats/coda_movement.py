"""Makes a statement line of one CODA movement: its records 2.1 to 2.3 and 3.1 to 3.3.

Positions in comments are those of the CODA layout, from 1. The order of movements and the balances
are the business of `coda`. Source: Febelfin, "Coded statement of account (CODA)" version 2.6.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from rappro.domain.bank import Counterparty, LineStatusAtBank, Nature, OriginalAmount, StatementLine
from rappro.domain.errors import InputError, MalformedStatement
from rappro.formats.coda_codes import RETURNED, TAKEN_BACK, Kind, kind_of
from rappro.formats.coda_fields import (
    Dates,
    counterparty_account,
    joined,
    minor_units,
    printed_in,
    scale_of,
    sign_of,
    thousandths,
)
from rappro.formats.coda_information import NO_INFORMATION, Information, read_information
from rappro.formats.coda_records import RECORD_CHARS
from rappro.formats.coda_structures import Told, read_structure
from rappro.formats.findings import FindingLog
from rappro.formats.protocol import RAW_CHARS_MAX
from rappro.formats.quick import NO_COUNTERPARTY, new_counterparty, new_line

RECORDS_PER_PART_MAX: Final = 153
"""A movement and 150 records of information; their texts stay within LINE_TEXT_CHARS_MAX."""

_BLANK: Final = " " * RECORD_CHARS
_NOT_PROVIDED: Final = frozenset(("NOTPROVIDED", "NOT PROVIDED", "NONREF"))


class Setting:
    """What all lines of a statement have in common."""

    __slots__ = ("currency", "dates", "divisor", "factor", "findings")

    def __init__(self, currency: str, dates: Dates, findings: FindingLog) -> None:
        self.currency, self.dates, self.findings = currency, dates, findings
        self.factor, self.divisor = scale_of(currency)


def amount_of(record: str, number: int) -> int:
    """Return the signed amount of a 2.1 (32-47) in thousandths. Raises MalformedStatement."""
    try:
        return sign_of(record[31]) * thousandths(record[32:47])
    except InputError as wrong:
        raise MalformedStatement(wrong.detail, position=f"line {number}") from wrong


def make_line(
    part: list[str],
    number: int,
    position: int,
    setting: Setting,
    *,
    amount: int,
    details: tuple[StatementLine, ...] = (),
) -> StatementLine:
    """Return the line of the records of a movement or a detail; `amount` is in thousandths.

    Raises MalformedStatement.
    """
    head = part[0]
    second, third, information = (
        _rest(part, number, setting) if len(part) > 1 else (_BLANK, _BLANK, NO_INFORMATION)
    )
    told = _communication(head, second, third, setting, number)
    minor = _minor(amount, head, number, setting)
    original = _original(told, minor, number, setting) if told.original else None
    code = head[53:61].strip()
    kind = _kind(code, number, setting)
    booking_date, value_date = _days(head, number, setting)
    if second[112] in RETURNED:
        told.returned = second[112]
    returned = told.returned
    account, counterparty = _other_side(told, second, third, information, is_credit=minor > 0)
    label, more = told.label, information.text
    if not label:
        label, more = more or counterparty.name or "", ""
    end_to_end = second[63:98].strip()
    return new_line(
        position,
        booking_date,
        minor,
        setting.currency,
        value_date,
        head[10:31].strip() or None,
        label,
        more,
        _comment(told, second, information),
        told.reference,
        account,
        counterparty,
        None if not end_to_end or end_to_end.upper() in _NOT_PROVIDED else end_to_end,
        told.mandate,
        told.creditor,
        code or None,
        Nature.RETURN if returned else kind.nature,
        kind.is_reversal or returned in TAKEN_BACK,
        second[113:117].strip() or told.reason or RETURNED.get(returned),
        original,
        LineStatusAtBank.BOOKED,
        details,
        "\n".join(part)[:RAW_CHARS_MAX],
    )


def _kind(code: str, number: int, setting: Setting) -> Kind:
    kind = kind_of(code)
    if not kind.is_known:
        setting.findings.note("transaction_code", f"line {number}", about=code)
    return kind


def _days(head: str, number: int, setting: Setting) -> tuple[date, date | None]:
    """Return the entry date (116-121) and the value date (48-53), which may be missing."""
    dates, booked, value = setting.dates, head[115:121], head[47:53]
    value_date = dates.get(value) or dates.given(value, number, "value")
    booking_date = dates.get(booked) or dates.given(booked, number, "entry")
    if booking_date is not None:
        return booking_date, value_date
    if value_date is None:
        raise MalformedStatement("a movement without any date", position=f"line {number}")
    setting.findings.note("booking_date_missing", f"line {number}")
    return value_date, value_date


def _other_side(
    told: Told, second: str, third: str, information: Information, *, is_credit: bool
) -> tuple[str, Counterparty]:
    """Return the account of the other side as it is given, and the other side.

    A creditor identifier is the other side's when money is collected from the account, or comes
    back to it.
    """
    creditor = told.creditor
    if creditor is not None and is_credit is not bool(told.returned):
        creditor = None
    name = information.name or third[47:82].strip() or told.name or information.behind
    bic = second[98:109].strip() or None
    iban, number = (None, "") if third is _BLANK else counterparty_account(third[10:47])
    if name or number or bic or creditor:
        return number, new_counterparty(name, iban, bic, creditor)
    return "", NO_COUNTERPARTY


def _rest(part: list[str], number: int, setting: Setting) -> tuple[str, str, Information]:
    """Return the records 2.2 and 2.3 of a movement, blank where missing, and its information."""
    count, numbering, at = len(part), part[0][2:10], 1
    second = third = _BLANK
    if part[at][:2] == "22":
        second = part[at]
        at += 1
        if second[2:10] != numbering:
            setting.findings.note("detail_number", f"line {number}")
    if at < count and part[at][:2] == "23":
        third = part[at]
        at += 1
        if third[2:10] != numbering:
            setting.findings.note("detail_number", f"line {number}")
    if at == count:
        return second, third, NO_INFORMATION
    information = read_information(part, at, number)
    if information.unknown:
        setting.findings.note("communication_type", f"line {number}", about=information.unknown)
    return second, third, information


def _communication(head: str, second: str, third: str, setting: Setting, number: int) -> Told:
    """Return what the communication says: 2.1 63-115, 2.2 11-63 and 2.3 83-125."""
    if head[61] == "1":
        told = read_structure(head[62:65], head[65:115] + second[10:63] + third[82:125])
        if told.wrong:
            setting.findings.note(
                told.wrong,
                f"line {number}",
                about="" if told.wrong == "reference_check" else head[62:65],
            )
        return told
    text = head[62:115]
    if text[-1] != " " or second is not _BLANK or third is not _BLANK:
        text = joined(text, second[10:63], third[82:125])
    told = Told(text.strip())
    if "/" in text:
        told.reference = printed_in(text)
    return told


def _minor(amount: int, head: str, number: int, setting: Setting) -> int:
    """Return thousandths in minor units; a detail is cut to them, a movement is refused."""
    minor, rest = divmod(abs(amount) * setting.factor, setting.divisor)
    if rest:
        if head[6:10] == "0000":
            raise MalformedStatement(f"an amount finer than {setting.currency} has",
                                     position=f"line {number}")  # fmt: skip
        setting.findings.note("detail_decimals", f"line {number}")
    return minor if amount >= 0 else -minor


def _original(told: Told, amount: int, number: int, setting: Setting) -> OriginalAmount | None:
    foreign = told.original
    if foreign is None:
        return None
    try:
        minor = minor_units(foreign.amount, foreign.currency)
    except InputError:
        setting.findings.note("communication_unreadable", f"line {number}", about="105 or 113")
        told.comment += (f"{foreign.amount}E-3 {foreign.currency} {foreign.rate or ''}".strip(),)
        return None
    if foreign.currency == setting.currency or not minor:
        return None
    return OriginalAmount(minor if amount >= 0 else -minor, foreign.currency, foreign.rate)


def _comment(told: Told, second: str, information: Information) -> str:
    """Join what has no field of its own, so that searches find it."""
    parts, purposes = told.comment + information.comment, second[117:125]
    if not purposes.isspace():  # of the category, and of the payment
        parts += (purposes[:4].strip(), purposes[4:].strip())
    if told.returned:
        parts += (RETURNED[told.returned],)
    if len(parts) > 1:
        return " ".join(dict.fromkeys(part for part in parts if part))
    return parts[0] if parts else ""
