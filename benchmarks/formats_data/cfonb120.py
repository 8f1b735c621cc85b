"""Writes CFONB 120 files of any size, with the complements that French banks send over EBICS.

Everything follows from the number of the movement, so that the same file is written each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

MOVEMENTS_PER_STATEMENT = 250
ACCOUNTS = (("30004", "00823", "00010234567"), ("20041", "01005", "0500013M026"))
FIRST_DAY = date(2024, 1, 2)
CREDIT, DEBIT = "{ABCDEFGHI", "}JKLMNOPQR"
NAMES = (
    "LEMOINE ET FILS SARL", "ATELIERS DE LA LOIRE SA", "MME HELENE DUPRE", "BOULANGERIE DU PORT",
    "TRANSPORTS VIDAL", "SCI LES TILLEULS", "CABINET MOREAU",
)  # fmt: skip
IBANS = ("FR7630006000011234567890189", "DE75512108001245126199", "BE68539007547034")
Complements = tuple[tuple[str, str], ...]


def write(path: Path, transactions: int) -> None:
    """Write a file with so many movements, in statements of one account and one day each."""
    with path.open("w", encoding="ascii", newline="") as stream:
        balances = dict.fromkeys(ACCOUNTS, 1_000_000_00)
        for statement, first in enumerate(range(0, transactions, MOVEMENTS_PER_STATEMENT)):
            account = ACCOUNTS[statement % len(ACCOUNTS)]
            day = FIRST_DAY + timedelta(days=statement // len(ACCOUNTS))
            before = day - timedelta(days=1)
            stream.write(_balance("01", account, before, balances[account]))
            for number in range(first, min(first + MOVEMENTS_PER_STATEMENT, transactions)):
                amount = amount_of(number)
                balances[account] += amount
                stream.writelines(_movement(account, number, day, amount))
            stream.write(_balance("07", account, day, balances[account]))


def amount_of(number: int) -> int:
    """Return the amount of a movement in cents: credits and debits, none zero."""
    amount = (number * 7_919) % 2_500_000 + 101
    return -amount if number % 3 else amount


def _movement(account: tuple[str, str, str], number: int, day: date, amount: int) -> Iterator[str]:
    operation, label, complements = _told(number, amount)
    head = f"{account[0]}0001{account[1]}EUR2 {account[2]}{operation}{day:%d%m%y}"
    value = day + timedelta(days=number % 3)
    yield (
        f"04{head}  {value:%d%m%y}{label[:31]:31}  {number % 10_000_000:07d}00"
        f"{_signed(amount)}{f'REF{number:09d}':16}\r\n"
    )
    for qualifier, text in complements:
        yield f"05{head}     {qualifier}{text:70}  \r\n"


def _told(number: int, amount: int) -> tuple[str, str, Complements]:
    """Return operation code, label and complements of a movement."""
    name, iban = NAMES[number % len(NAMES)], IBANS[number % len(IBANS)]
    invoice = f"FACTURE F{number:07d} CLIENT {number * 37 % 99_991:05d}"
    end_to_end = ("RCN", f"E2E-{number:010d}".ljust(35))
    if amount > 0:
        more: Complements = (("CBE", iban),) if number % 2 else ()
        return ("05", f"VIR SEPA {name}",
                (("NPY", name), ("LCC", invoice), end_to_end, *more))  # fmt: skip
    style = number % 5
    if style == 0:
        return "28", f"CB {name} {number % 28 + 1:02d}/01", ()
    if style == 1:
        mandate = ("RUM", f"MANDAT-{number % 997:06d}".ljust(35) + "RCUR")
        creditor = ("IBE", f"{'FR98ZZZ123456':35}ICS")
        return ("B1", f"PRLV SEPA {name}",
                (("NBE", name), creditor, ("LCC", invoice), end_to_end, mandate))  # fmt: skip
    if style == 2:
        return "01", f"CHEQUE {number % 10_000_000:07d}", ()
    if style == 3:
        return "62", "FRAIS TENUE DE COMPTE", (("LIB", f"ARRETE {number % 12 + 1:02d}/2024"),)
    return "06", f"VIR SEPA {name}", (("NBE", name), ("LCC", invoice), end_to_end)


def _balance(code: str, account: tuple[str, str, str], on: date, minor: int) -> str:
    head = f"{code}{account[0]}    {account[1]}EUR2 {account[2]}  "
    return f"{head}{on:%d%m%y}{'':50}{_signed(minor)}{'':16}\r\n"


def _signed(minor: int) -> str:
    digits = f"{abs(minor):014d}"
    return digits[:-1] + (CREDIT if minor >= 0 else DEBIT)[int(digits[-1])]
