"""Writes CODA statements of any size, the same ones each time, for benchmarks and tests."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple, TextIO

LINES_PER_STATEMENT = 2_000
_FIRST = date(2024, 1, 2)
_ACCOUNT = f"{'BE71096123456769':34}EUR"
_HOLDER = f"{'RAPPRO BENCH SA':26}"
_NAMES = ("Boulangerie Peeters", "Transports Lambert", "Imprimerie du Parc", "De Smet en zonen")


class _Movement(NamedTuple):
    amount: int
    code: str
    flag: str  # 1: the communication is structured
    communication: str
    name: str
    end_to_end: str = ""
    purpose: str = ""


def write(path: Path, transactions: int) -> None:
    """Write a file of so many movements, a statement a day of LINES_PER_STATEMENT of them."""
    balance = 1_000_000
    with path.open("w", encoding="latin-1", newline="") as out:
        for first in range(0, transactions, LINES_PER_STATEMENT):
            until = min(first + LINES_PER_STATEMENT, transactions)
            balance = _write_file(out, balance, first, until, is_last=until == transactions)


def _write_file(out: TextIO, balance: int, first: int, until: int, *, is_last: bool) -> int:
    day = _FIRST + timedelta(days=first // LINES_PER_STATEMENT)
    on, number = day.strftime("%d%m%y"), f"{day.timetuple().tm_yday:03d}"
    head = f"00000{on}30005        BENCH00001{_HOLDER}{'CPHBBE75':11}00403170701"
    _line(out, f"{head:127}2")
    old = f"12{number}{_ACCOUNT}{_signed(balance)}{on}{_HOLDER}{'Compte à vue':35}{number}"
    _line(out, old)
    records, debit, credit = 2, 0, 0
    for rank in range(first, until):
        movement = _movement(rank, on)
        balance += movement.amount
        debit, credit = debit + max(-movement.amount, 0), credit + max(movement.amount, 0)
        for record in _records(movement, rank, f"{rank - first + 1:04d}", on, number):
            _line(out, record)
            records += 1
    new = f"8{number}{_ACCOUNT}{_signed(balance)}{on}"
    _line(out, f"{new:127}0")
    totals = f"{'9':16}{records:06d}{debit * 10:015d}{credit * 10:015d}"
    _line(out, f"{totals:127}{'2' if is_last else '1'}")
    return balance


def _line(out: TextIO, record: str) -> None:
    assert len(record) == 128, record
    out.write(f"{record}\r\n")


def _signed(minor: int) -> str:
    return f"{'1' if minor < 0 else '0'}{abs(minor) * 10:015d}"


def _movement(rank: int, on: str) -> _Movement:
    """Return a movement; there are five kinds in turn."""
    amount, name = 1_000 + rank * 7_919 % 250_000, _NAMES[rank % 4]
    match rank % 5:
        case 0:
            digits = f"{rank:010d}{rank % 97 or 97:02d}"
            return _Movement(amount, "00150000", "1", f"101{digits}", name)
        case 1:
            text = f"FACTURE 2024-{rank:06d} DU {on} CLIENT {rank % 977:04d} CHANTIER ZONE NORD"
            return _Movement(amount, "00150000", "0", text, name, f"E2E-{rank:010d}")
        case 2:
            text = f"NOTRE REF {rank:08d}"
            return _Movement(-amount, "00101000", "0", text, name, "NOTPROVIDED", "SUPP")
        case 3:
            debit = f"127{on}110{'BE69ZZZ050D000000008':35}{f'MANDAT-{rank % 500:06d}':35}"
            text = f"{debit}{f'PRIME {rank:07d}':62}0    "
            return _Movement(-amount, "00501000", "1", text, name)
        case _:
            card = f"113{'5127880900000008':16}1{rank % 10**6:06d}{rank % 10**6:06d}{on}12305"
            shop = f"{'STATION E411':16}{'WAVRE':10}{amount * 10:015d}000100000000EUR"
            return _Movement(-amount, "00402000", "1", f"{card}{shop}", "")


def _records(of: _Movement, rank: int, sequence: str, on: str, number: str) -> list[str]:
    numbering, text = f"{sequence}0000", f"{of.communication:149}"
    head = f"21{numbering}{rank:021d}{_signed(of.amount)}{on}{of.code}{of.flag}"
    second = f"22{numbering}{text[53:106]}{of.end_to_end:35}{'GEBABEBB':11}"
    more = "1" if of.name else "0"
    records = [
        f"{head}{text[:53]}{on}{number}01 0",
        f"{second:117}{of.purpose:8}{more} 0",
    ]
    if of.name:
        iban = f"BE{rank % 90 + 10}096{rank % 10**9:09d}"
        street = f"RUE DE LA LOI {rank % 300}"
        records += [
            f"23{numbering}{iban:34}EUR{of.name:35}{text[106:149]}0 1",
            f"{f'31{sequence}0001{rank:021d}{of.code}1001{of.name}':125}1 0",
            f"{f'32{sequence}0001{street:35}1000 BRUXELLES':125}0 0",
        ]
    return records
