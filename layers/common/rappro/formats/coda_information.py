"""What the information records (3.1 to 3.3) of a CODA movement add to it.

Source: Febelfin, "Coded statement of account (CODA)" version 2.6: free text, or a type of three
digits and what belongs to it: 3.1 41-113, 3.2 11-115, 3.3 11-100.
"""

from __future__ import annotations

from typing import Final

from rappro.domain.errors import MalformedStatement
from rappro.formats.coda_fields import joined, squeezed

_CONTINUED: Final = {"32": 115, "33": 100}  # where their text ends
_BEHIND: Final = frozenset(("008", "009"))  # the ultimate creditor or debtor
_COMMENTED: Final = frozenset(("004", "005", "006", "007", "010", "011"))
"""The counterparty's bank, its correspondent, detail amounts, cash, securities, coupons."""


class Information:
    """What the bank adds to a movement; a plain class, because one is made for most movements."""

    text = ""
    name: str | None = None  # of the counterparty, up to 70 characters
    behind: str | None = None  # on whose behalf it pays or gets
    comment: tuple[str, ...] = ()
    unknown = ""  # a type that is not known


NO_INFORMATION: Final = Information()


def read_information(records: list[str], at: int, number: int) -> Information:
    """Return what the information among records says, from index `at` on.

    Raises MalformedStatement when one is out of its order.
    """
    said = Information()
    free: list[str] = []
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
            _read_typed("".join(zones), free, said)
        else:
            free += zones
    if free:
        said.text = joined(*free)
    return said


def _read_typed(text: str, free: list[str], said: Information) -> None:
    kind, content = text[:3], text[3:]
    if kind == "001":
        name = squeezed(content[:70])
        content = content[70:]
        if said.name is None:
            said.name = name or None
        else:
            content = f"{name} {content}"
    elif kind == "002":
        free.append(f"{content} ")
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
        said.comment += (content,)
