"""Writes camt.052.001.02 files of any size: reports during the day, some entries still pending.

The entries are those of camt.053; the balances are the day's opening and one of the hour.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from benchmarks.formats_data.camt053 import Kind, balance, write_message


def write(path: Path, transactions: int) -> None:
    """Write a message with so many entries, in reports of 250 each."""
    kind = Kind("camt.052", "BkToCstmrAcctRpt", "Rpt", _balances, _status)
    write_message(path, transactions, kind)


def _status(number: int) -> str:
    return "PDNG" if number % 11 == 7 else "BOOK"


def _balances(opening: int, closing: int, day: date) -> str:
    return balance("OPBD", opening, day - timedelta(days=1)) + balance("ITBD", closing, day)
