"""A small writer of CFONB 120 records, from the layout alone, for tests of the parser."""

from __future__ import annotations

from datetime import date

CREDIT, DEBIT = "{ABCDEFGHI", "}JKLMNOPQR"
ZONES = {  # first position, length
    "code": (1, 2), "bank": (3, 5), "internal": (8, 4), "branch": (12, 5), "currency": (17, 3),
    "decimals": (20, 1), "flag": (21, 1), "account": (22, 11), "operation": (33, 2),
    "date": (35, 6),
    "reject": (41, 2), "value": (43, 6), "label": (49, 31), "entry": (82, 7), "amount": (91, 14),
    "reference": (105, 16), "qualifier": (46, 3), "information": (49, 70), "text": (41, 41),
}  # fmt: skip
OWNER = {"bank": "30004", "branch": "00823", "account": "00010234567", "currency": "EUR",
         "decimals": "2"}  # fmt: skip


def record(code: str, **zones: str) -> str:
    """Write a record of 120 characters; a zone is cut or padded to its length."""
    text = [" "] * 120
    for name, value in {"code": code, **OWNER, **zones}.items():
        first, length = ZONES[name]
        text[first - 1 : first - 1 + length] = value[:length].ljust(length)
    return "".join(text)


def signed(minor: int) -> str:
    """Write an amount with its sign in the last digit."""
    digits = f"{abs(minor):014d}"
    return digits[:-1] + (CREDIT if minor >= 0 else DEBIT)[int(digits[-1])]


def ddmmyy(day: date) -> str:
    """Write a date."""
    return day.strftime("%d%m%y")


def balance(code: str, minor: int, on: date, **zones: str) -> str:
    """Write an old (01) or new (07) balance."""
    return record(code, **{"date": ddmmyy(on), "amount": signed(minor), **zones})


def movement(minor: int, on: date, **zones: str) -> str:
    """Write a movement (04)."""
    usual = {"internal": "0001", "operation": "05" if minor >= 0 else "06", "date": ddmmyy(on),
             "value": ddmmyy(on), "entry": "0000000", "amount": signed(minor)}  # fmt: skip
    return record("04", **{**usual, **zones})


def complement(of: str, qualifier: str, information: str) -> str:
    """Write a complement (05) of a movement, with a qualifier."""
    text = "05" + of[2:40]
    return (text.ljust(45) + qualifier.ljust(3) + information[:70]).ljust(120)


def unqualified(of: str, text: str, *, amount: str | None = None) -> str:
    """Write a complement as it was before the qualifiers."""
    lead = ("05" + of[2:40]).ljust(40) + text[:41].ljust(41)
    return (lead.ljust(90) + (of[90:104] if amount is None else amount)).ljust(120)


def zones35(first: str, second: str = "") -> str:
    """Write an information of two zones of 35 characters."""
    return first.ljust(35) + second


def file_of(*records: str, end: str = "\r\n", encoding: str = "latin-1") -> bytes:
    """Write a file; each record is followed by `end`."""
    return "".join(one + end for one in records).encode(encoding)


FIRST, LAST = date(2024, 2, 29), date(2024, 3, 31)
DAY = date(2024, 3, 15)


def statement(*records: str, opening: int = 100_00, closing: int = 100_00, **zones: str) -> bytes:
    """Write a file of one statement around some movements and complements."""
    return file_of(
        balance("01", opening, FIRST, **zones), *records, balance("07", closing, LAST, **zones)
    )
