"""Writes a BAI2 file of any length, as a bank would send it, for the benchmarks."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Final, TextIO

PER_ACCOUNT: Final = 5_000
_FIRST_DAY: Final = date(2024, 1, 2)
_NAMES: Final = ("ACME HOLDINGS", "BRIGHT FOODS LLC", "CITY OF LAKESIDE", "DELTA PARTS GMBH")


def write(path: Path, transactions: int) -> None:
    """Write a file of so many transactions: days as groups, and one account in each."""
    with path.open("w", encoding="ascii", newline="\n") as out:
        out.write("01,BANKUS33,CUSTOMER1,240103,0600,1,,,2/\n")
        total, groups, records, done = 0, 0, 2, 0
        while done < transactions:
            count = min(PER_ACCOUNT, transactions - done)
            written, inner = _group(out, _FIRST_DAY + timedelta(days=groups), done, count)
            total, records, groups, done = (
                total + written,
                records + inner,
                groups + 1,
                done + count,
            )
        out.write(f"99,{total},{groups},{records}/\n")


def _group(out: TextIO, day: date, start: int, count: int) -> tuple[int, int]:
    lines = [_transaction(number) for number in range(start, start + count)]
    money_in = sum(amount for is_credit, amount, _ in lines if is_credit)
    money_out = sum(amount for is_credit, amount, _ in lines if not is_credit)
    opening = 1_000_000_00
    closing = opening + money_in - money_out
    out.write(f"02,CUSTOMER1,BANKUS33,1,{day:%y%m%d},2400,USD,2/\n")
    out.write(f"03,000123456789,USD,010,{opening},,,015,{closing},,/\n")
    out.write(f"88,100,{money_in},,Z,400,{money_out},,Z/\n")
    records = 3
    for _, _, text in lines:
        out.write(text)
        records += text.count("\n")
    total = opening + closing + 2 * (money_in + money_out)
    out.write(f"49,{total},{records}/\n")
    out.write(f"98,{total},1,{records + 2}/\n")
    return total, records + 2


def _transaction(number: int) -> tuple[bool, int, str]:
    """Return whether it is a credit, its amount, and its records."""
    amount = 1_00 + number * 7919 % 900_000
    name = _NAMES[number % len(_NAMES)]
    kind = number % 5
    if kind == 0:  # a wire with keywords
        return True, amount, (
            f"16,195,{amount},0,W{number:09d},INV{number:07d},WIRE IN FED NO: {number:010d}\n"
            f"88,ORG:={name}\n88,ORG ID:=0004{number:08d}\n88,OBI:=INVOICE {number:07d} /PO 12,A\n"
        )  # fmt: skip
    if kind == 1:  # ACH, all in one record
        return False, amount, (
            f"16,451,{amount},Z,A{number:09d},,ORIG CO NAME:{name} CO ENTRY DESCR:PAYMENT"
            f" SEC:CCD TRACE#:{number:015d}\n"
        )  # fmt: skip
    if kind == 2:  # a cheque without text
        return False, amount, f"16,475,{amount},,{number:010d},{100000 + number}/\n"
    if kind == 3:  # a deposit available over three days
        parts = f"{amount - amount // 2},{amount // 4},{amount // 2 - amount // 4}"
        return True, amount, f"16,174,{amount},S,{parts},D{number:09d},,BRANCH DEPOSIT {number}\n"
    return False, amount, (
        f"16,495,{amount},V,240103,,W{number:09d},PAY{number:07d},/\n88,BNF NAME:={name}\n"
    )  # fmt: skip
