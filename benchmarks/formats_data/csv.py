"""Writes CSV exports of any size for the benchmark of the parsers, always the same bytes."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

_LABELS = (
    "VIR SEPA RECU DUPONT ET FILS", "PRLV SEPA EDF CLIENTS", "CARTE 1204 SNCF INTERNET",
    "REMISE CARTE CB", "CHEQUE 0001234", "VIR SEPA LOYER SCI DES LILAS", "FRAIS; TENUE DE COMPTE",
)  # fmt: skip
_LAST = date(2024, 12, 30)
_HEADER = "Date;Date de valeur;Débit;Crédit;Libellé;Solde\n"


def write(path: Path, transactions: int) -> None:
    """Write an export of Crédit Mutuel with this many lines, the newest first, as banks do."""
    with path.open("w", encoding="iso-8859-15", newline="\r\n") as out:
        out.write(_HEADER)
        balance = 1_000_000_00
        for rank in range(transactions):
            kind = rank % len(_LABELS)
            day = _LAST - timedelta(days=rank * 360 // 100_000 % 360)
            cents = (rank * 7_919) % 1_000_000 + 1
            is_credit = kind in (0, 3)
            sides = f";{_money(cents)}" if is_credit else f"{_money(-cents)};"
            label = f"{_LABELS[kind]} F{rank:06d}"
            quoted = f'"{label}"' if ";" in label else label
            shown = f"{day:%d/%m/%Y}"
            out.write(f"{shown};{shown};{sides};{quoted};{_money(balance)}\n")
            balance -= cents if is_credit else -cents


def _money(cents: int) -> str:
    sign, size = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{size // 100},{size % 100:02d}"
