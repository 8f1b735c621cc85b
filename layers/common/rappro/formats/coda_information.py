"""What the information records (3.1 to 3.3) of a CODA movement add to it.

Source: Febelfin, "Coded statement of account (CODA)" version 2.6: free text, or a type of three
digits and what belongs to it: 3.1 41-113, 3.2 11-115, 3.3 11-100.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from rappro.domain.errors import MalformedStatement
from rappro.formats.coda_fields import joined, squeezed

_CONTINUED: Final = {"32": 115, "33": 100}  # where their text ends
_BEHIND: Final = frozenset(("008", "009"))  # the ultimate creditor or debtor
_COMMENTED: Final = frozenset(("004", "005", "006", "007", "010", "011"))
"""The counterparty's bank, its correspondent, detail amounts, cash, securities, coupons."""


Information = tuple[str, str | None, str | None, tuple[str, ...]]
"""What the bank adds to a movement: text, name of the counterparty (up to 70 characters), on whose
behalf it pays or gets, comments. Plain, because one is made for most movements."""

NO_INFORMATION: Final[Information] = ("", None, None, ())


@dataclass(slots=True)
class _Said:
    free: list[str] = field(default_factory=list)
    name: str | None = None
    behind: str | None = None
    comment: list[str] = field(default_factory=list)
    unknown: str = ""


def read_information(records: list[str], at: int, number: int) -> tuple[Information, str]:
    """Return what the information among records says, from index `at` on, and an unknown type.

    Raises MalformedStatement when a record is of another movement, or out of its order.
    """
    _check_sequences(records, at, number)
    said = _Said()
    count = len(records)
    while at < count:
        record = records[at]
        at += 1
        if record[:2] != "31":
            raise MalformedStatement(f"a record {record[0]}.{record[1]} out of its order",
                                     position=f"line {number}")  # fmt: skip
        zones = [record[40:113]]
        while at < count and (code := records[at][:2]) in _CONTINUED:
            zones.append(records[at][10 : _CONTINUED[code]])
            at += 1
        if record[39] == "1":
            _read_typed("".join(zones), said)
        else:
            said.free += zones
    text = joined(*said.free) if said.free else ""
    return (text, said.name, said.behind, tuple(said.comment)), said.unknown


def name_and_address(name: str, street: str, place: str) -> Information:
    """Return what a 3.1 of type 001 (44-113) and its 3.2 (11-45, 46-115) say, the usual ones."""
    street, place = street.rstrip(), place.strip()
    address = squeezed(f"{street} {place}") if "  " in place else f"{street} {place}".strip()
    return "", squeezed(name) or None, None, (address,) if address else ()


def _check_sequences(records: list[str], at: int, number: int) -> None:
    sequence = records[0][2:6]
    for record in records[at:]:
        if record[2:6] != sequence:
            raise MalformedStatement(f"a record of movement {record[2:6]!r} after {sequence!r}",
                                     position=f"line {number}")  # fmt: skip


def _read_typed(text: str, said: _Said) -> None:
    kind, content = text[:3], text[3:]
    if kind == "001":
        name = squeezed(content[:70])
        content = content[70:]
        if said.name is None:
            said.name = name or None
        else:
            content = f"{name} {content}"
    elif kind == "002":
        said.free.append(f"{content} ")
        return
    elif kind in _BEHIND:
        name = squeezed(content[:70])
        said.behind = said.behind or name or None
        content = f"{name} {content[70:]}"
    elif kind not in _COMMENTED:
        said.unknown = kind
        content = text
    content = squeezed(content)
    if content:
        said.comment.append(content)
