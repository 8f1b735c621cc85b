"""Structured communications of CODA movements (2.1 to 2.3): what each type holds, and where.

A communication is its type (2.1, 63-65) and up to 146 characters: 2.1 66-115, 2.2 11-63, 2.3
83-125. Source: Febelfin, "Coded statement of account (CODA)" version 2.6, annex "Structured format
communication". What becomes of the values in a line is decided in `coda_movement`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from rappro.domain.errors import InputError
from rappro.formats.coda_codes import RETURNED
from rappro.formats.coda_fields import (
    has_check_digits,
    parse_date,
    printed,
    shown,
    squeezed,
    thousandths,
)
from rappro.formats.ibans import remainder

_REFUSALS: Final = {
    "1": "technical problem",
    "2": "reason not specified",
    "3": "debtor disagrees",
    "4": "debtor's account problem",
}
"""Communication 127, "paid or reason for refused payment"; 0 is paid."""


class Foreign(NamedTuple):
    """An amount of another currency, in thousandths, and the bank's rate."""

    amount: int
    currency: str
    rate: str | None


@dataclass(slots=True)
class Told:
    """What a structured communication says."""

    label: str = ""
    reference: str = ""
    comment: tuple[str, ...] = ()
    wrong: str = ""  # the code of a finding
    name: str | None = None  # of the shop, when a card paid
    original: Foreign | None = None
    mandate: str | None = None
    creditor: str | None = None
    returned: str = ""  # type of R-transaction, see RETURNED
    reason: str | None = None


NOTHING: Final = Told()


Values = dict[str, str]
_Zones = tuple[tuple[str, int, str], ...]

_TERMINAL: Final = (("shop", 16, ""), ("place", 10, ""))
_STRUCTURES: Final[dict[str, _Zones]] = {
    # Name, length, form: x text, 9 number, a amount, r rate, d date, h hour, - left out,
    # blank not shown, but used elsewhere.
    "100": (("reference", 25, ""),),
    "101": (("reference", 12, ""),),
    "102": (("reference", 12, ""),),
    "103": (("reference", 12, ""),),
    "105": (("gross", 15, "a"), ("original", 15, ""), ("rate", 12, ""), ("currency", 3, ""),
            ("reference", 12, ""), ("country", 2, "x"), ("in EUR", 15, "a")),
    "106": (("equivalent", 15, "a"), ("basis", 15, "a"), ("percent", 12, "r"), ("minimum", 1, "-"),
            ("in EUR", 15, "a")),
    "108": (("equivalent", 15, "a"), ("basis", 15, "x"), ("rate", 12, "r"), ("from", 6, "d"),
            ("to", 6, "d")),
    "111": (("scheme", 1, "-"), ("terminal", 6, "9"), ("period", 3, "9"), ("first", 6, "9"),
            ("from", 6, "d"), ("last", 6, "9"), ("to", 6, "d"), ("type", 1, "-"), *_TERMINAL),
    "113": (("card", 16, "x"), ("scheme", 1, "-"), ("terminal", 6, "9"), ("transaction", 6, "9"),
            ("on", 6, "d"), ("at", 4, "h"), ("type", 1, "-"), *_TERMINAL, ("original", 15, ""),
            ("rate", 12, ""), ("currency", 3, ""), ("volume", 5, "9"), ("product", 2, "9"),
            ("unit price", 5, "9")),
    "114": (("scheme", 1, "-"), ("terminal", 6, "9"), ("period", 3, "9"), ("transaction", 6, "9"),
            ("on", 6, "d"), ("at", 4, "h"), ("type", 1, "-"), *_TERMINAL, ("reference", 16, "")),
    "115": (("card", 16, "x"), ("scheme", 1, "-"), ("terminal", 6, "9"), ("transaction", 6, "9"),
            ("on", 6, "d"), ("at", 4, "h"), ("validated", 6, "d"), ("validation", 6, "9"),
            ("declared", 15, "a"), ("conformity", 1, "x"), *_TERMINAL, ("message", 12, "x")),
    "121": (("amount", 15, "a"), ("due", 6, "d"), ("conventionally due", 6, "d"),
            ("issued", 6, "d"), ("company", 11, "9"), ("in", 3, "x"), ("", 3, "-"),
            ("bill", 13, "9"), ("rate", 12, "r")),
    "122": (("days", 4, "9"), ("rate", 12, "r"), ("basis", 15, "a"), ("minimum", 1, "-"),
            ("bill", 13, "9"), ("due", 6, "d")),
    "123": (("from", 6, "d"), ("to", 6, "d"), ("basis", 15, "a"), ("percent", 12, "r"),
            ("days", 4, "9"), ("minimum", 1, "-"), ("guarantee", 13, "9")),
    "124": (("card", 20, "x"), ("issuer", 1, "-"), ("reference", 12, ""),
            ("identification", 15, "x"), ("on", 6, "d")),
    "125": (("credit", 12, "9"), ("extension", 15, "9"), ("old balance", 15, "a"),
            ("new balance", 15, "a"), ("equivalent", 15, "a"), ("in", 3, "x"), ("from", 6, "d"),
            ("to", 6, "d"), ("rate", 12, "r"), ("reference", 13, "")),
    "126": (("deposit", 15, "9"), ("amount", 15, "a"), ("equivalent", 15, "a"), ("from", 6, "d"),
            ("to", 6, "d"), ("rate", 12, "r"), ("interest", 15, "a"), ("in", 3, "x"),
            ("exchange rate", 12, "r")),
}  # fmt: skip
_OF_CREDIT_TRANSFERS: Final = frozenset(("101", "102"))


def read_structure(kind: str, content: str) -> Told:
    """Return what a structured communication says; `wrong` tells when it is not as it should be."""
    if kind in _OF_CREDIT_TRANSFERS:
        return _read_reference(kind, content)
    if kind == "127":
        return _read_direct_debit(content)
    cut = _CUTS.get(kind)
    if cut is None:
        return _kept(kind, content, "communication_type")
    told = Told()
    try:
        values = _read_zones(cut, content, told)
        if read := _READERS.get(kind):
            read(values, told)
    except InputError:
        return _kept(kind, content, "communication_unreadable")
    if "shop" in values:
        shop = squeezed(values["shop"])
        told.name, told.label = shop or None, f"{shop} {values['place']}".strip()
    told.reference = told.reference or _significant(values.get("reference", ""))
    return told


def _kept(kind: str, content: str, wrong: str) -> Told:
    return Told(comment=(squeezed(f"{kind} {content}"),), wrong=wrong)


def _read_reference(kind: str, content: str) -> Told:
    """Read a communication in twelve digits (OGM-VCS), the usual structure by far."""
    digits, rest = content[:12], squeezed(content[12:])
    if not (digits.isdigit() and digits.isascii()):
        return _kept(kind, content, "communication_unreadable")
    text = printed(digits)
    wrong = "" if has_check_digits(digits) else "reference_check"
    return Told(text, text, (rest,) if rest else (), wrong)


def _read_zones(cut: _Cut, content: str, told: Told) -> Values:
    found = cut.pattern.match(content) or cut.pattern.match(content.ljust(cut.length))
    assert found is not None, "the pattern fits any text of its length"
    values: Values = {}
    shown_values: list[str] = []
    for name, form, zone in zip(cut.names, cut.forms, map(str.strip, found.groups()), strict=True):
        if form is None:
            values[name] = zone
        elif zone and (text := form(zone)):
            shown_values.append(f"{name} {text}")
    if rest := squeezed(content[cut.length :]):
        shown_values.append(rest)
    told.comment = tuple(shown_values)
    return values


def _read_creditor_reference(values: Values, told: Told) -> None:
    """Type 100: a reference RF of ISO 11649."""
    reference = values["reference"].replace(" ", "")
    told.label = told.reference = reference
    is_plain = reference.isascii() and reference.isalnum()
    if not is_plain or remainder(reference[4:] + reference[:4]) != 1:
        told.wrong = "reference_check"


def _read_foreign(values: Values, told: Told) -> None:
    """Types 105 and 113: the amount in another currency, and in 105 the twelve digits."""
    if values["currency"]:
        told.original = Foreign(
            thousandths(values["original"] or "0"),
            values["currency"],
            _rate(values["rate"]) or None,
        )
    digits = values.get("reference", "")
    if digits.strip("0"):
        told.reference = printed(digits) if has_check_digits(digits) else digits


def _read_direct_debit(content: str) -> Told:
    """Read type 127: a SEPA direct debit, or one that was refused or came back.

    Settlement date 1-6, type, scheme, refusal 9, creditor 10-44, mandate 45-79, text 80-141, type
    of R-transaction 142, reason 143-146.
    """
    refusal = _REFUSALS.get(content[8:9])
    returned = content[141:142]
    if returned not in RETURNED:
        returned = "" if refusal is None else "1"
    return Told(
        squeezed(content[79:141]),
        mandate=content[44:79].strip() or None,
        creditor=content[9:44].strip() or None,
        returned=returned,
        reason=content[142:146].strip() or refusal,
    )


_READERS: Final[dict[str, Callable[[Values, Told], None]]] = {
    "100": _read_creditor_reference,
    "105": _read_foreign,
    "113": _read_foreign,
}


def _significant(zone: str) -> str:
    return zone if zone.strip("0 ") else ""


def _amount(zone: str) -> str:
    amount = thousandths(zone)
    return shown(amount) if amount else ""


def _rate(zone: str) -> str:
    """Return a rate of four digits and eight decimals."""
    if not zone:
        return ""
    whole, fraction = divmod(thousandths(zone), 10**8)
    if not fraction:
        return str(whole or "")
    return f"{whole}.{fraction:08d}".rstrip("0")


@lru_cache(maxsize=1024)
def _day(zone: str) -> str:
    return "" if zone in ("000000", "999999") else parse_date(zone).isoformat()


def _hour(zone: str) -> str:
    return f"{zone[:2]}:{zone[2:]}" if zone.strip("0") else ""


_FORMS: Final[dict[str, Callable[[str], str]]] = {
    "x": squeezed,
    "9": _significant,
    "a": _amount,
    "r": _rate,
    "d": _day,
    "h": _hour,
}


class _Cut(NamedTuple):
    """How a structure is cut: names, functions that show a zone, a pattern of all, its length."""

    names: tuple[str, ...]
    forms: tuple[Callable[[str], str] | None, ...]
    pattern: re.Pattern[str]
    length: int


def _cut(zones: _Zones) -> _Cut:
    pattern = "".join(
        f".{{{length}}}" if form == "-" else f"(.{{{length}}})" for _, length, form in zones
    )
    used = [(name, _FORMS[form] if form else None) for name, _, form in zones if form != "-"]
    return _Cut(
        tuple(name for name, _ in used),
        tuple(form for _, form in used),
        re.compile(pattern, re.DOTALL),
        sum(length for _, length, _ in zones),
    )


_CUTS: Final = {kind: _cut(zones) for kind, zones in _STRUCTURES.items()}
