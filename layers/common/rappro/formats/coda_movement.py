"""Makes a statement line of one CODA movement: its records 2.1 to 2.3 and 3.1 to 3.3.

Positions in comments are those of the CODA layout, from 1. The order of movements and the balances
are the business of `coda`. Source: Febelfin, "Coded statement of account (CODA)" version 2.6.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final, NamedTuple

from rappro.domain.bank import LineStatusAtBank, Nature, OriginalAmount, StatementLine
from rappro.domain.errors import InputError, MalformedStatement
from rappro.formats.coda_codes import RETURNED, TAKEN_BACK, Kind, kind_of
from rappro.formats.coda_fields import (
    Dates,
    belgian_account,
    counterparty_account,
    joined,
    minor_units,
    printed_in,
    scale_of,
    sign_of,
    thousandths,
)
from rappro.formats.coda_information import (
    NO_INFORMATION,
    Information,
    name_and_address,
    read_information,
)
from rappro.formats.coda_records import RECORD_CHARS
from rappro.formats.coda_structures import NOTHING, Foreign, Told, read_structure
from rappro.formats.findings import FindingLog
from rappro.formats.protocol import RAW_CHARS_MAX
from rappro.formats.quick import NO_COUNTERPARTY, new_counterparty, new_line

RECORDS_PER_PART_MAX: Final = 153
"""A movement and 150 records of information; their texts stay within LINE_TEXT_CHARS_MAX."""

_BLANK: Final = " " * RECORD_CHARS
_NO_TEXT: Final = (" " * 53, ("", " " * 43))  # the communication of a 2.2 and of a 2.3
_NOT_PROVIDED: Final = frozenset(("NOTPROVIDED", "NOT PROVIDED", "NONREF"))
_KINDS_MAX: Final = 1_000  # the codes that a bank uses are fewer


_PLACES: Final = (
    (0, 2, 6), (0, 10, 31), (0, 31, 32), (0, 32, 47), (0, 47, 53), (0, 53, 61), (0, 61, 62),
    (0, 62, 115), (0, 115, 121),
    (1, 10, 63), (1, 63, 98), (1, 98, 109), (1, 112, 125),
    (2, 0, 0), (2, 10, 47), (2, 47, 82), (2, 82, 125),
)  # fmt: skip
"""The zones of a movement, as the number of the record (2.1, 2.2, 2.3) and a slice of it: sequence,
the bank's reference, sign, amount, value date, transaction code, whether the communication is
structured, the communication, entry date; communication, end-to-end reference, BIC, R-transaction
and purposes; the digits of a Belgian IBAN, any other account, name, communication."""

USUAL: Final = (
    r"21(?P<at>.{4})0000(.{21})([01])([0-9]{15})(.{6})(.{8})(.)(.{53})(.{6}).{7}\n"
    r"22(?P=at)0000(.{53})(.{35})(.{11}).{3}(.{13}).{3}\n"
    r"(?:23(?P=at)0000(?:BE([0-9]{14}) {18}.{3}|(.{37}))(.{35})(.{43}).{3}\n"
    r"(?:31(?P=at).{33}1001(.{70}).{15}\n32(?P=at).{4}(.{35})(.{70}).{13}\n)?)?"
    r"(?=21.{4}0000|8)"
)  # fmt: skip
"""The usual movement: 2.1, 2.2, perhaps 2.3, and with it name (44-113) and address (11-45, 46-115)
of the other side in a 3.1 and its 3.2. The groups are the zones of `_PLACES` and these three; what
comes next belongs to the movement no more."""


class Setting:
    """What all lines of a statement have in common."""

    __slots__ = ("currency", "dates", "divisor", "factor", "findings", "kinds")

    def __init__(self, currency: str, dates: Dates, findings: FindingLog) -> None:
        self.currency, self.dates, self.findings = currency, dates, findings
        self.factor, self.divisor = scale_of(currency)
        self.kinds: dict[str, Kind] = {}


class _Tail(NamedTuple):
    """The end of a 2.2: R-transaction 113, reason 114-117, purposes 118-125."""

    returned: str
    reason: str
    purposes: tuple[str, ...]


_NO_TAIL: Final = " " * 13


def amount_of(record: str, number: int) -> int:
    """Return the signed amount of a 2.1 (32-47) in thousandths. Raises MalformedStatement."""
    digits = record[32:47]
    if record[31] in "01" and digits.isdigit() and digits.isascii():  # the usual form
        return int(digits) if record[31] == "0" else -int(digits)
    try:
        return sign_of(record[31]) * thousandths(digits)
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
    second, third, information = _rest(part, number, setting)
    records = (part[0], second, third)
    zones = tuple([records[at][start:end] for at, start, end in _PLACES])
    return _made(
        zones, number, position, setting, amount=amount, information=information,
        raw="\n".join(part)[:RAW_CHARS_MAX], details=details,
    )  # fmt: skip


def usual_line(
    found: re.Match[str], number: int, position: int, setting: Setting, *, amount: int
) -> StatementLine:
    """Return the line of a movement of the `USUAL` form. Raises MalformedStatement."""
    zones = found.groups("")
    name, street, place = zones[-3:]
    return _made(
        zones[:-3], number, position, setting, amount=amount, raw=found[0][:-1],
        information=name_and_address(name, street, place) if place else NO_INFORMATION,
    )  # fmt: skip


def _made(
    zones: tuple[str, ...],
    number: int,
    position: int,
    setting: Setting,
    *,
    amount: int,
    information: Information,
    raw: str,
    details: tuple[StatementLine, ...] = (),
) -> StatementLine:
    """Return the line of the zones of `_PLACES`.

    Most movements are alike, and take the short way wherever a function is for the other ones.
    """
    (
        _, bank_reference, _, _, value, code, flag, first, booked,
        second, end_to_end, bic, tail, belgian, account, name, third,
    ) = zones  # fmt: skip
    more, told_name, behind, said = information
    is_short = second == _NO_TEXT[0] and third in _NO_TEXT[1]
    if flag == "1":
        content = first if is_short else first + second + third
        label, reference, comment, told = _structured(content, setting, number)
    else:
        label = first.strip() if is_short else joined(first, second, third)
        reference, comment, told = printed_in(label) if "/" in label else "", (), NOTHING
    minor, rest = divmod(amount * setting.factor, setting.divisor)
    if rest:
        minor = _cut(amount, raw, number, setting)
    kind = setting.kinds.get(code) or _kind(code, number, setting)
    booking_date = setting.dates.get(booked)
    value_date = booking_date if value == booked else setting.dates.get(value)
    if booking_date is None or value_date is None:
        booking_date, value_date = _days(booked, value, number, setting)
    returned, reason, original = told.returned, told.reason, None
    comment += said
    if tail != _NO_TAIL:
        ended = _tail(tail)
        returned, reason = ended.returned or returned, ended.reason or reason
        comment += ended.purposes
    if returned:
        comment += (RETURNED[returned],)
        reason = reason or RETURNED[returned]
    if told.original is not None:
        original, unread = _original(told.original, minor, number, setting)
        comment += unread
    iban, account = belgian_account(belgian) if belgian else counterparty_account(account)
    name = told_name or name.strip() or told.name or behind or ""
    bic = bic.rstrip()
    creditor = _creditor(told, returned, is_credit=minor > 0) if told.creditor else None
    if not label:
        label, more = more or name, ""
    end_to_end = end_to_end.strip()
    party = (
        new_counterparty(name or None, iban, bic or None, creditor)
        if name or account or bic or creditor
        else NO_COUNTERPARTY
    )
    return new_line(
        position, booking_date, minor, setting.currency, value_date, bank_reference.strip() or None,
        label, more,
        (comment[0] if len(comment) == 1 else " ".join(dict.fromkeys(comment))) if comment else "",
        reference, account, party,
        None if not end_to_end or end_to_end.upper() in _NOT_PROVIDED else end_to_end,
        told.mandate, told.creditor, code if kind.is_known else code.strip() or None,
        Nature.RETURN if returned else kind.nature, kind.is_reversal or returned in TAKEN_BACK,
        reason, original, LineStatusAtBank.BOOKED, details, raw,
    )  # fmt: skip


def _rest(part: list[str], number: int, setting: Setting) -> tuple[str, str, Information]:
    """Return the records 2.2 and 2.3 of a movement, blank where missing, and its information.

    Raises MalformedStatement when a record is of another movement, or out of its order.
    """
    count, numbering = len(part), part[0][2:10]
    if count == 5:  # the usual detail, with name and address of the other side
        _, second, third, first, last = part
        if (
            second[:10] == "22" + numbering
            and third[:10] == "23" + numbering
            and first[39:43] == "1001"
            and first[:6] == "31" + numbering[:4]
            and last[:6] == "32" + numbering[:4]
        ):
            return second, third, name_and_address(first[43:113], last[10:45], last[45:115])
    second = third = _BLANK
    at = 1
    if at < count and part[at][:2] == "22":
        second = part[at]
        at += 1
        if second[2:10] != numbering:
            _check_number(second, part[0], number, setting)
    if at < count and part[at][:2] == "23":
        third = part[at]
        at += 1
        if third[2:10] != numbering:
            _check_number(third, part[0], number, setting)
    if at == count:
        return second, third, NO_INFORMATION
    information, unknown = read_information(part, at, number)
    if unknown:
        setting.findings.note("communication_type", f"line {number}", about=unknown)
    return second, third, information


def _check_number(record: str, head: str, number: int, setting: Setting) -> None:
    if record[2:6] != head[2:6]:
        raise MalformedStatement(f"a record of movement {record[2:6]!r} after {head[2:6]!r}",
                                 position=f"line {number}")  # fmt: skip
    setting.findings.note("detail_number", f"line {number}")


def _structured(
    content: str, setting: Setting, number: int
) -> tuple[str, str, tuple[str, ...], Told]:
    """Return label, reference, comment and whatever else a structured communication says."""
    kind = content[:3]
    told = read_structure(kind, content[3:])
    if told.wrong:
        about = "" if told.wrong == "reference_check" else kind
        setting.findings.note(told.wrong, f"line {number}", about=about)
    return told.label, told.reference, told.comment, told


def _cut(amount: int, raw: str, number: int, setting: Setting) -> int:
    """Cut the inexact amount of a detail to minor units; a movement's is refused."""
    if raw[6:10] == "0000":
        raise MalformedStatement(f"an amount finer than {setting.currency} has",
                                 position=f"line {number}")  # fmt: skip
    setting.findings.note("detail_decimals", f"line {number}")
    minor = abs(amount) * setting.factor // setting.divisor
    return minor if amount >= 0 else -minor


def _kind(code: str, number: int, setting: Setting) -> Kind:
    kind = kind_of(code.strip())
    if not kind.is_known:
        setting.findings.note("transaction_code", f"line {number}", about=code.strip())
    elif len(setting.kinds) < _KINDS_MAX:
        setting.kinds[code] = kind
    return kind


def _days(booked: str, value: str, number: int, setting: Setting) -> tuple[date, date | None]:
    """Return the entry date (116-121) and the value date (48-53), which may be missing."""
    value_date = setting.dates.given(value, number, "value")
    booking_date = setting.dates.given(booked, number, "entry")
    if booking_date is not None:
        return booking_date, value_date
    if value_date is None:
        raise MalformedStatement("a movement without any date", position=f"line {number}")
    setting.findings.note("booking_date_missing", f"line {number}")
    return value_date, value_date


def _tail(zone: str) -> _Tail:
    purposes = (zone[5:9].strip(), zone[9:13].strip())  # of the category, of the payment
    return _Tail(
        zone[0] if zone[0] in RETURNED else "",
        zone[1:5].strip(),
        tuple(purpose for purpose in purposes if purpose),
    )


def _creditor(told: Told, returned: str, *, is_credit: bool) -> str | None:
    """Return the creditor identifier when it is the other side's.

    It is, when money is collected from the account, or comes back to it.
    """
    return told.creditor if is_credit is bool(returned) else None


def _original(
    foreign: Foreign, amount: int, number: int, setting: Setting
) -> tuple[OriginalAmount | None, tuple[str, ...]]:
    """Return the original amount, or else what is in the comment instead."""
    try:
        minor = minor_units(foreign.amount, foreign.currency)
    except InputError:
        setting.findings.note("communication_unreadable", f"line {number}", about="105 or 113")
        return None, (f"{foreign.amount}E-3 {foreign.currency} {foreign.rate or ''}".strip(),)
    if foreign.currency == setting.currency or not minor:
        return None, ()
    return OriginalAmount(minor if amount >= 0 else -minor, foreign.currency, foreign.rate), ()
