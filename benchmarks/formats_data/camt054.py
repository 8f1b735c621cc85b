"""Writes camt.054.001.02 files of any size: notices of entries, without balances.

The entries are those of camt.053.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from benchmarks.formats_data.camt053 import Kind, write_message


def write(path: Path, transactions: int) -> None:
    """Write a message with so many entries, in notifications of 250 each."""
    kind = Kind("camt.054", "BkToCstmrDbtCdtNtfctn", "Ntfctn", _no_balances)
    write_message(path, transactions, kind)


def _no_balances(_opening: int, _closing: int, _day: date) -> str:
    return ""
