"""Makes a statement line of one CFONB movement (enregistrement 04) and its complements (05).

Positions in comments are those of the CFONB layout, from 1. The order of records and the balances
are the business of `cfonb120`. Sources: CFONB "Relevé de compte sur support informatique" (2004),
"Evolution du relevé 120" v2.0 (March 2010).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from rappro.domain.bank import Nature, OriginalAmount, StatementLine
from rappro.domain.errors import InputError, MalformedStatement, TooLarge
from rappro.domain.money import exponent, format_amount
from rappro.formats.cfonb_codes import (
    KEEPS_ORIGINAL_ROLES,
    NATURES,
    REVERSALS,
    SEPA_DIRECT_DEBITS,
)
from rappro.formats.cfonb_fields import parse_unsigned, scaled
from rappro.formats.cfonb_records import Numbered
from rappro.formats.cfonb_usual import checked_iban, choice_of, party_of
from rappro.formats.findings import FindingLog
from rappro.formats.protocol import RAW_CHARS_MAX
from rappro.formats.quick import new_counterparty, new_line

COMPLEMENTS_PER_MOVEMENT_MAX: Final = 200
"""Their texts stay within LINE_TEXT_CHARS_MAX, whatever they are."""

_USUAL_MAX: Final = 12
_NOT_PROVIDED: Final = frozenset(
    (None, "NOTPROVIDED", "NOT PROVIDED", "NONREF", "NotProvided", "Notprovided", "notprovided")
)
_RESERVED: Final = "     "  # 41-45 of a complement, before its qualifier

_WHOLE: Final = frozenset(("LIB", "LCC", "LC2", "MMO", "FEE"))
"""Qualifiers (46-48) whose information (49-118) is kept as it is, blanks included."""

_ZONES: Final[dict[str, tuple[str, tuple[tuple[str, int, int], ...]]]] = {
    qualifier: (zones[0][0], zones)
    for qualifier, zones in {
        "NPY": (("payer", 48, 118),),
        "IPY": (("payer_id", 48, 83),),
        "CPY": (("payer_account", 48, 83),),
        "NPO": (("payer_behind", 48, 118),),
        "IPO": (("payer_behind_id", 48, 83),),
        "NBE": (("payee", 48, 118),),
        "IBE": (("payee_id", 48, 83),),
        "CBE": (("payee_account", 48, 83),),
        "NBU": (("payee_behind", 48, 118),),
        "IBU": (("payee_behind_id", 48, 83),),
        "LCS": (("creditor_reference", 48, 83),),
        "RCN": (("end_to_end", 48, 83), ("purpose", 83, 118)),
        "REF": (("batch", 48, 83), ("instruction", 83, 118)),
        "RUM": (("mandate", 48, 83),),
        "RET": (("reason", 48, 83),),
    }.items()
}
"""What the information of a qualifier holds: its first zone, and each zone as a slice."""

_ASIDE: Final = "aside"
"""The zone of whatever has no place of its own; it goes to the comment."""

Zones = dict[str, str]
"""What the complements of a movement say, by zone or by qualifier; blank zones are left out."""


class _Side(NamedTuple):
    """The zones that speak of one party of a movement, when it is the counterparty."""

    name: str
    id: str
    account: str
    behind: str  # the ultimate party, on whose behalf it pays or gets
    commented: tuple[str, ...]  # what goes to the comment
    silent: frozenset[str]  # what never does


_SILENT: Final = frozenset(("LIB", "LCC", "LC2", "MMO", "end_to_end", "mandate", "reason"))
_PAYER: Final = _Side(
    "payer", "payer_id", "payer_account", "payer_behind",
    ("payer_behind_id", "payee", "payee_behind", "purpose", "instruction"),
    _SILENT | {"payer", "payer_id", "payer_account", "payee_id", "payee_account"},
)  # fmt: skip
_PAYEE: Final = _Side(
    "payee", "payee_id", "payee_account", "payee_behind",
    ("payee_behind_id", "payer", "payer_behind", "purpose", "instruction"),
    _SILENT | {"payee", "payee_id", "payee_account", "payer_id", "payer_account"},
)  # fmt: skip


@dataclass(slots=True)
class Movement:
    """What the record 04 says itself, read and checked, and all records of the movement."""

    position: int
    booking_date: date
    value_date: date | None
    amount_minor: int
    is_credit: bool  # the sign of the overpunch: a zero has one too
    currency: str
    records: list[Numbered]
    findings: FindingLog

    @property
    def where(self) -> str:
        return f"line {self.records[0][0]}"


def bare_line(movement: Movement, head: str) -> StatementLine:
    """Return the line of a movement that is its record 04 alone."""
    code, entry_ref, reason = head[32:34], _entry_number(head), head[40:42].strip()
    return new_line(
        movement.position,
        movement.booking_date,
        movement.amount_minor,
        movement.currency,
        movement.value_date,
        entry_ref,
        head[48:79].strip(),
        remittance_ref=head[104:120].strip() or entry_ref or "",
        bank_code=code.strip() or None,
        nature=NATURES.get(code) or _no_nature(movement, code),
        is_reversal=code in REVERSALS,
        return_reason=reason if reason.strip("0") else None,
        raw=head.rstrip(),
    )


def told_line(movement: Movement, head: str) -> StatementLine:
    """Return the line of a movement with complements. Raises MalformedStatement and TooLarge.

    What most movements tell is read at once; the rest zone by zone, to the same end.
    """
    return _usual_line(movement, head) or _any_line(movement, head)


def _usual_line(movement: Movement, head: str) -> StatementLine | None:
    """Return the line of usual complements; None when there is anything else to be read."""
    records, repeated, code = movement.records, head[2:40] + _RESERVED, head[32:34]
    told = [record[45:] for _, record in records if record[2:45] == repeated]
    if len(told) != len(records) - 1 or len(told) > _USUAL_MAX or code in KEEPS_ORIGINAL_ROLES:
        return None
    choose = choice_of(tuple([each[:3] for each in told]), is_credit=movement.is_credit)
    if choose is None:
        return None
    told.append("")
    name, identity, account, payee_id, more, remittance, end_to_end, mandate = choose(told)
    if end_to_end and not end_to_end[38:73].isspace():  # a purpose, for the comment
        return None
    end_to_end, mandate = end_to_end[3:38].strip(), mandate[3:38].strip()
    more, remittance = more[3:73].strip(), remittance[3:73].strip()
    counterparty, account = party_of(name, identity, account)
    entry_ref, reason = _entry_number(head), head[40:42].strip()
    return new_line(
        movement.position,
        movement.booking_date,
        movement.amount_minor,
        movement.currency,
        movement.value_date,
        entry_ref,
        head[48:79].strip(),
        f"{more} {remittance}" if more and remittance else more or remittance,
        "",
        head[104:120].strip() or entry_ref or "",
        account,
        counterparty,
        None if not end_to_end or end_to_end in _NOT_PROVIDED else end_to_end,
        mandate or None,
        payee_id[3:38].strip() or None if mandate or code in SEPA_DIRECT_DEBITS else None,
        code.strip() or None,
        NATURES.get(code) or _no_nature(movement, code),
        code in REVERSALS,
        reason if reason.strip("0") else None,
        raw="\n".join([record.rstrip() for _, record in records]),
    )


def _any_line(movement: Movement, head: str) -> StatementLine:
    zones, code, entry_ref = _read_complements(movement, head), head[32:34], _entry_number(head)
    get = zones.get
    side = _PAYER if movement.is_credit else _PAYEE
    if code in KEEPS_ORIGINAL_ROLES:
        side = _original_side(side, zones)
    reference = get("creditor_reference") or get("batch") or head[104:120].strip()
    account, mandate = get(side.account, ""), get("mandate")
    counterparty = new_counterparty(
        get(side.name) or get(side.behind),
        checked_iban(account) if account else None,
        None,
        get(side.id),
    )
    original = _original(movement, zones) if "MMO" in zones else None
    end_to_end, reason = get("end_to_end"), get("reason") or head[40:42].strip()
    return new_line(
        movement.position,
        movement.booking_date,
        movement.amount_minor,
        movement.currency,
        movement.value_date,
        entry_ref,
        head[48:79].strip(),
        _more(zones),
        "" if zones.keys() <= side.silent else _comment(movement, zones, side, reference),
        reference or entry_ref or "",  # the number of a cheque or of a remittance
        account.replace(" ", ""),
        counterparty,
        None if end_to_end in _NOT_PROVIDED else end_to_end,
        mandate,
        get("payee_id") if mandate or code in SEPA_DIRECT_DEBITS else None,
        code.strip() or None,
        NATURES.get(code) or _no_nature(movement, code),
        code in REVERSALS,
        reason if reason and reason.strip("0") else None,
        original,
        raw="\n".join([record.rstrip() for _, record in movement.records])[:RAW_CHARS_MAX],
    )


def _entry_number(head: str) -> str | None:
    number = head[81:88]
    return number.strip() if number.strip(" 0") else None


def _no_nature(movement: Movement, code: str) -> Nature | None:
    movement.findings.note("operation_code_unknown", movement.where, about=code.strip())
    return None


def _read_complements(movement: Movement, head: str) -> Zones:
    records = movement.records
    if len(records) > COMPLEMENTS_PER_MOVEMENT_MAX:
        raise TooLarge(f"more than {COMPLEMENTS_PER_MOVEMENT_MAX} complements of a movement",
                       position=movement.where)  # fmt: skip
    zones: Zones = {}
    repeated = head[2:40] + _RESERVED  # bank to account, operation code 33-34, date 35-40
    for number, record in records[1:]:
        qualifier = record[45:48]
        known = _ZONES.get(qualifier)
        if record[2:45] != repeated:
            _read_odd(number, record, head, zones, findings=movement.findings)
        elif known is not None and known[0] not in zones:
            for zone, start, end in known[1]:
                text = record[start:end].strip()
                if text:
                    zones[zone] = text
        elif qualifier in _WHOLE and qualifier not in zones:
            zones[qualifier] = record[48:118]
        else:
            _read_odd(number, record, head, zones, findings=movement.findings)
    return zones


def _read_odd(number: int, record: str, head: str, zones: Zones, *, findings: FindingLog) -> None:
    """Read a complement that is not just a known qualifier which comes for the first time."""
    qualifier, information = record[45:48], record[48:118]
    if record[2:40] != head[2:40]:
        _check_repeated(number, record, head, findings)
    if record[40:45] != _RESERVED or record[90:104] == head[90:104]:
        # Before the qualifiers: text 41-81, entry number 82-88, amount of the movement 91-104.
        zones["LIB"] = _continued(zones.get("LIB", ""), record[40:81])
        if record[90:104] != head[90:104] and record[90:104].strip():
            findings.note("complement_differs", f"line {number}")
    elif qualifier == "LIB":
        zones["LIB"] = _continued(zones.get("LIB", ""), information)
    elif qualifier in _WHOLE and qualifier not in zones:
        zones[qualifier] = information
    elif qualifier in _ZONES and _ZONES[qualifier][0] not in zones:
        found = {zone: record[start:end].strip() for zone, start, end in _ZONES[qualifier][1]}
        zones.update({zone: text for zone, text in found.items() if text})
    elif qualifier in _WHOLE or qualifier in _ZONES:
        _put_aside(f"{qualifier} {information.strip()}", zones)
        findings.note("qualifier_repeated", f"line {number}", about=qualifier)
    elif record[45:118].strip():
        _put_aside(f"{qualifier} {information}".strip(), zones)
        findings.note("qualifier_unknown", f"line {number}", about=qualifier)


def _check_repeated(number: int, record: str, head: str, findings: FindingLog) -> None:
    """Check the zones that a complement repeats from its movement."""
    if record[21:32] != head[21:32]:
        raise MalformedStatement("a complement (05) of another account than its movement (04)",
                                 position=f"line {number}")  # fmt: skip
    findings.note("complement_differs", f"line {number}")


def _continued(before: str, text: str) -> str:
    """Join a repeated text to what came before; a full field continues without a blank."""
    return f"{before.rstrip()} {text}" if before.endswith(" ") else before + text


def _original_side(side: _Side, zones: Zones) -> _Side:
    """Return the counterparty of money that goes back, where the roles stay as they were.

    Banks name both parties, so that the direction chooses: the payer of a credit, the payee of a
    debit. Here it is the other one, when it is named.
    """
    other = _PAYEE if side is _PAYER else _PAYER
    return other if other.name in zones or other.account in zones else side


def _more(zones: Zones) -> str:
    """Return the label's continuation: LIB, then the remittance text LCC with LC2.

    LC2 is the next 70 characters of LCC and may begin within a word.
    """
    label, remittance = zones.get("LIB", "").strip(), zones.get("LCC", "")
    if "LC2" in zones:
        # One blank at the end of a full field belongs to the text; more of them are padding.
        padding = len(remittance) - len(remittance.rstrip())
        remittance = (remittance if padding == 1 else remittance.rstrip()) + zones["LC2"]
    remittance = remittance.strip()
    return f"{label} {remittance}" if label and remittance else label or remittance


def _comment(movement: Movement, zones: Zones, side: _Side, reference: str) -> str:
    """Join what has no field of its own, so that searches find it."""
    parts = [zones[zone] for zone in side.commented if zone in zones]
    if side.behind in zones and side.name in zones:
        parts.append(zones[side.behind])
    if reference:
        parts += zones.get("batch", ""), movement.records[0][1][104:120].strip()
    if "FEE" in zones:
        parts.append(_fee(movement, zones))
    parts.append(zones.get(_ASIDE, ""))
    return " ".join(dict.fromkeys(part for part in parts if part not in ("", reference)))


def _put_aside(text: str, zones: Zones) -> None:
    before = zones.get(_ASIDE)
    zones[_ASIDE] = text if before is None else f"{before} {text}"


def _original(movement: Movement, zones: Zones) -> OriginalAmount | None:
    """Read MMO: currency 49-51, decimals 52, amount 53-66, rate 69-79 with decimals 67-68."""
    text = zones["MMO"]
    try:
        currency, amount = _foreign_amount(text)
    except InputError:
        _note_unreadable("MMO", movement, zones)
        return None
    rate = _rate(text[20:31], parse_unsigned(text[18:20]) or 0)
    return OriginalAmount(amount if movement.is_credit else -amount, currency, rate)


def _fee(movement: Movement, zones: Zones) -> str:
    """Read FEE, laid out as MMO begins, for the comment."""
    try:
        currency, amount = _foreign_amount(zones["FEE"])
    except InputError:
        _note_unreadable("FEE", movement, zones)
        return ""
    return f"FEE {format_amount(amount, currency)} {currency}"


def _note_unreadable(qualifier: str, movement: Movement, zones: Zones) -> None:
    _put_aside(f"{qualifier} {zones[qualifier].strip()}", zones)
    movement.findings.note("complement_unreadable", movement.where, about=qualifier)


def _foreign_amount(text: str) -> tuple[str, int]:
    """Return currency and minor units of 14 digits. Raises InputError, UnsupportedCurrency."""
    currency = text[:3]
    units = exponent(currency)
    amount, decimals = parse_unsigned(text[4:18]), parse_unsigned(text[3:4])
    if amount is None:
        raise InputError("not an amount")
    return currency, scaled(amount, units if decimals is None else decimals, units)


def _rate(digits: str, decimals: int) -> str | None:
    number = parse_unsigned(digits)
    if not number:
        return None
    whole, fraction = divmod(number, 10**decimals)
    if not fraction:
        return str(whole)
    return f"{whole}.{fraction:0{decimals}d}".rstrip("0")
