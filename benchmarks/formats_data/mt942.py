"""Writes MT942 files of any size: interim reports of one account, several a day.

Everything follows from the number of the entry, so that the same file is written each time.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from benchmarks.formats_data.mt940 import (
    ACCOUNTS,
    ENTRIES_PER_STATEMENT,
    FIRST_DAY,
    amount_of,
    entry,
)

REPORTS_PER_DAY = 4


def write(path: Path, transactions: int) -> None:
    """Write an MT942 file with so many entries, in reports of 250 each."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        for report, first in enumerate(range(0, transactions, ENTRIES_PER_STATEMENT)):
            day = FIRST_DAY + timedelta(days=report // REPORTS_PER_DAY)
            last = min(first + ENTRIES_PER_STATEMENT, transactions)
            stream.write(f":20:DISPO{report:08d}\r\n:25:{ACCOUNTS[0]}\r\n")
            stream.write(f":28C:{report + 1:05d}/001\r\n:34F:EUR0,\r\n")
            stream.write(f":13D:{day:%y%m%d}{8 + report % REPORTS_PER_DAY * 3:02d}00+0100\r\n")
            for number in range(first, last):
                stream.writelines(entry(number, day, amount_of(number)))
            amounts = [amount_of(number) for number in range(first, last)]
            for mark, of_side in (
                ("D", [-amount for amount in amounts if amount < 0]),
                ("C", [amount for amount in amounts if amount > 0]),
            ):
                total = sum(of_side)
                stream.write(f":90{mark}:{len(of_side)}EUR{total // 100},{total % 100:02d}\r\n")
            stream.write("-\r\n")
