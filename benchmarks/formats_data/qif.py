"""Writes QIF files of any size for the benchmark of the parsers, always the same bytes."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

_NAMES = (
    "VIR SEPA RECU DUPONT ET FILS", "PRLV SEPA EDF CLIENTS", "CARTE 1204 SNCF INTERNET",
    "REMISE CARTE CB", "CHEQUE", "VIR SEPA LOYER SCI DES LILAS", "FRAIS TENUE DE COMPTE",
)  # fmt: skip
_CATEGORIES = ("Ventes", "Énergie", "Déplacements", "Ventes:Cartes", "Divers", "Loyer", "Banque")
_FIRST = date(2024, 1, 2)


def write(path: Path, transactions: int) -> None:
    """Write one bank account with this many transactions; every tenth has two splits."""
    with path.open("w", encoding="utf-8", newline="\r\n") as out:
        out.write("!Account\nNCompte courant\nTBank\n^\n!Type:Bank\n")
        for rank in range(transactions):
            out.write(_transaction(rank))


def _transaction(rank: int) -> str:
    kind = rank % len(_NAMES)
    day = _FIRST + timedelta(days=rank * 360 // 100_000 % 360)
    cents = (rank * 7_919) % 1_000_000 + 1
    sign = "" if kind in (0, 3) else "-"
    amount = f"{sign}{cents // 100}.{cents % 100:02d}"
    number = f"N{rank % 10_000_000:07d}\n" if kind == 4 else ""
    splits = ""
    if rank % 10 == 9:
        half = f"{sign}{cents // 200}.{cents // 2 % 100:02d}"
        splits = f"S{_CATEGORIES[kind]}\nEpart 1\n${half}\nS[Caisse]\n${half}\n"
    return (
        f"D{day:%d/%m/%Y}\nT{amount}\n{number}P{_NAMES[kind]}\n"
        f"MFACTURE F{rank:06d} REF {cents:08d}\nL{_CATEGORIES[kind]}\nC*\n{splits}^\n"
    )
