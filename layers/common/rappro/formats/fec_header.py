"""The header line of a FEC: its separator and where each column is, found by name.

LPF art. A47 A-1 names 18 columns in an order; packages change case, order and number of columns,
and quote or pad the names.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from typing import Final

from rappro.domain.frozen import dataclass

LAW_COLUMNS: Final = (
    "journalcode", "journallib", "ecriturenum", "ecrituredate", "comptenum", "comptelib",
    "compauxnum", "compauxlib", "pieceref", "piecedate", "ecriturelib", "debit", "credit",
    "ecriturelet", "datelet", "validdate", "montantdevise", "idevise",
)  # fmt: skip
COLUMNS: Final = (
    *LAW_COLUMNS,
    "montant", "sens",  # stand for debit and credit
    "daterglt", "modereglt", "natop", "idclient",  # cash-basis regimes (BNC, BA)
)  # fmt: skip
_SPELLINGS: Final = {
    "compteauxnum": "compauxnum", "compteauxlib": "compauxlib", "ldevise": "idevise",
    "modergl": "modereglt", "moderglt": "modereglt", "datereglt": "daterglt",
}  # fmt: skip
_NEEDED: Final = ("journalcode", "ecrituredate", "comptenum")
_SEPARATORS: Final = ("\t", "|", ";", ",")
_NAME_CHARS_MAX: Final = 64


@dataclass(frozen=True, slots=True)
class Layout:
    """How the lines of a file are cut: `positions` gives the 0-based field of each known column.

    `other_columns` are names that no FEC defines; `is_quoted` says that fields may hold separators
    and line ends between quotes.
    """

    separator: str
    width: int
    positions: dict[str, int]
    other_columns: tuple[str, ...]
    is_quoted: bool

    @property
    def missing_columns(self) -> tuple[str, ...]:
        """The columns of the law that the file has not, in lower case."""
        known = set(self.positions)
        if {"montant", "sens"} <= known:
            known |= {"debit", "credit"}
        return tuple(name for name in LAW_COLUMNS if name not in known)

    @property
    def last_needed(self) -> int:
        """The last field that a line cannot do without: its amount."""
        names = ("credit", "debit") if "credit" in self.positions else ("sens", "montant")
        return max(self.positions[name] for name in (*names, *_NEEDED))


def find_layout(line: str) -> Layout | None:
    """Return the layout that a line announces, None when it is not the header of a FEC.

    Raises ValueError when a column is there twice.
    """
    for separator in _SEPARATORS:
        names = split_quoted(line, separator) if '"' in line else line.split(separator)
        found = [_column(name) for name in names]
        if _is_header(found):
            break
    else:
        return None
    positions: dict[str, int] = {}
    for index, name in enumerate(found):
        if name in positions:
            raise ValueError(name)
        if name in COLUMNS:
            positions[name] = index
    others = [
        names[i].strip()[:_NAME_CHARS_MAX] for i, name in enumerate(found) if name not in COLUMNS
    ]
    return Layout(separator, len(names), positions, tuple(filter(None, others)), '"' in line)


def split_quoted(line: str, separator: str) -> list[str]:
    """Return the fields of a line whose fields may be between quotes, none when it breaks them."""
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def _is_header(names: list[str]) -> bool:
    has_sides = {"debit", "credit"} <= set(names) or {"montant", "sens"} <= set(names)
    return has_sides and set(_NEEDED) <= set(names)


def _column(name: str) -> str:
    """Return a column's name in lower case, letters alone, in the law's spelling."""
    letters = unicodedata.normalize("NFKD", name[:_NAME_CHARS_MAX]).lower()
    letters = re.sub(r"[^a-z]", "", letters)
    return _SPELLINGS.get(letters, letters)
