"""A small conformant FEC as rows of fields, for tests that spoil one thing in it."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from rappro.formats.fec_check import FecReport, check_fec
from rappro.formats.fec_write import COLUMNS

NAME: Final = "732829320FEC20261231.txt"
Rows = list[list[str]]


def row(**fields: str) -> list[str]:
    """Return a line of a sale to Martin, on the bank of January 2026, with some fields changed."""
    usual = {
        "JournalCode": "VE", "JournalLib": "Ventes", "EcritureNum": "1",
        "EcritureDate": "20260105", "CompteNum": "411000", "CompteLib": "Clients",
        "CompAuxNum": "", "CompAuxLib": "", "PieceRef": "FA1", "PieceDate": "20260105",
        "EcritureLib": "Facture FA1", "Debit": "0,00", "Credit": "0,00", "EcritureLet": "",
        "DateLet": "", "ValidDate": "20260131", "Montantdevise": "", "Idevise": "",
    }  # fmt: skip
    return list({**usual, **fields}.values())


def good() -> Rows:
    """Return the header, an opening entry, a sale and its payment, which letter each other."""
    return [
        list(COLUMNS),
        row(JournalCode="AN", JournalLib="A nouveaux", EcritureDate="20260101", PieceRef="AN",
            PieceDate="20260101", CompteNum="512000", CompteLib="Banque", Debit="500,00",
            EcritureLib="A nouveaux", ValidDate="20260401"),
        row(JournalCode="AN", JournalLib="A nouveaux", EcritureDate="20260101", PieceRef="AN",
            PieceDate="20260101", CompteNum="101000", CompteLib="Capital", Credit="500,00",
            EcritureLib="A nouveaux", ValidDate="20260401"),
        row(EcritureNum="2", CompAuxNum="C1", CompAuxLib="Martin", Debit="120,00",
            EcritureLet="AAA", DateLet="20260120"),
        row(EcritureNum="2", CompteNum="706000", CompteLib="Prestations", Credit="100,00"),
        row(EcritureNum="2", CompteNum="445710", CompteLib="TVA collectée", Credit="20,00"),
        row(JournalCode="BQ", JournalLib="Banque", EcritureNum="3", EcritureDate="20260120",
            CompteNum="512000", CompteLib="Banque", Debit="120,00", Montantdevise="131,50",
            Idevise="USD"),
        row(JournalCode="BQ", JournalLib="Banque", EcritureNum="3", EcritureDate="20260120",
            CompAuxNum="C1", CompAuxLib="Martin", Credit="120,00", EcritureLet="AAA",
            DateLet="20260120"),
    ]  # fmt: skip


def as_bytes(
    rows: Rows, *, separator: str = "\t", encoding: str = "utf-8", line_end: str = "\r\n"
) -> bytes:
    """Return the bytes of a file."""
    return "".join(f"{separator.join(fields)}{line_end}" for fields in rows).encode(encoding)


def checked(content: bytes, name: str = NAME) -> FecReport:
    """Return what the check says of a file."""
    return check_fec(BytesIO(content), name)


def changed(line: int, **fields: str) -> Rows:
    """Return the good file with fields of one line (2 is the first entry's) changed."""
    rows = good()
    for name, value in fields.items():
        rows[line - 1][COLUMNS.index(name)] = value
    return rows
