"""Writes the demo's ledger as a FEC (fichier des écritures comptables, LPF article A47 A-1).

Eighteen columns, tabs, CRLF, ISO-8859-15, decimal comma. Entries are numbered without a gap in the
order they were validated: the opening entry first, then month by month.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from devstack.demo_data.ledger import Entry, Leg

COLUMNS: Final = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib",
    "CompAuxNum", "CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit",
    "EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise",
)  # fmt: skip
ENCODING: Final = "iso-8859-15"
_VALIDATION_DELAY_DAYS: Final = 9


@dataclass(frozen=True, slots=True)
class Names:
    """The labels that a FEC repeats on every line, by code."""

    journals: Mapping[str, str]
    accounts: Mapping[str, str]
    auxiliaries: Mapping[str, str]


def file_name(siren: str, fiscal_end: date) -> str:
    """Return the legal file name: SIREN, FEC, closing date."""
    return f"{siren}FEC{fiscal_end:%Y%m%d}.txt"


def write_fec(entries: Iterable[Entry], names: Names) -> bytes:
    """Return the file's bytes; entries come in the order of their numbers."""
    lines = ["\t".join(COLUMNS)]
    for number, entry in enumerate(entries, 1):
        lines += ["\t".join(_row(number, entry, leg, names)) for leg in entry.legs]
    return "".join(f"{line}\r\n" for line in lines).encode(ENCODING)


def validated_on(entry: Entry) -> date:
    """Return when the entry was validated: the opening at once, others after their month."""
    if entry.journal == "AN":
        return entry.on
    first_of_next = (entry.on.replace(day=1) + timedelta(days=32)).replace(day=1)
    return first_of_next + timedelta(days=_VALIDATION_DELAY_DAYS)


def _row(number: int, entry: Entry, leg: Leg, names: Names) -> tuple[str, ...]:
    return (
        entry.journal,
        names.journals[entry.journal],
        str(number),
        _day(entry.on),
        leg.account,
        names.accounts[leg.account],
        leg.auxiliary or "",
        names.auxiliaries[leg.auxiliary] if leg.auxiliary else "",
        leg.piece_ref or entry.piece_ref,
        _day(leg.piece_date or entry.piece_date),
        leg.label or entry.label,
        _amount(max(leg.amount_minor, 0)),
        _amount(max(-leg.amount_minor, 0)),
        leg.letter,
        _day(leg.lettered_on) if leg.lettered_on else "",
        _day(validated_on(entry)),
        "",
        "",
    )


def _day(on: date) -> str:
    return on.isoformat().replace("-", "")


def _amount(minor: int) -> str:
    return f"{minor // 100},{minor % 100:02d}"
