"""A small writer of CODA records, from the layout alone, for tests of the parser."""

from __future__ import annotations

from datetime import date

ZONES: dict[str, dict[str, tuple[int, int]]] = {  # first position, length
    "0": {"zeros": (2, 4), "created": (6, 6), "bank": (12, 3), "application": (15, 2),
          "duplicate": (17, 1), "file": (25, 10), "addressee": (35, 26), "bic": (61, 11),
          "company": (72, 11), "version": (128, 1)},
    "1": {"structure": (2, 1), "paper": (3, 3), "account": (6, 37), "sign": (43, 1),
          "amount": (44, 15), "date": (59, 6), "holder": (65, 26), "description": (91, 35),
          "number": (126, 3)},
    "21": {"sequence": (3, 4), "detail": (7, 4), "reference": (11, 21), "sign": (32, 1),
           "amount": (33, 15), "value": (48, 6), "code": (54, 8), "flag": (62, 1),
           "text": (63, 53), "entry": (116, 6), "paper": (122, 3), "globalisation": (125, 1),
           "next": (126, 1), "link": (128, 1)},
    "22": {"sequence": (3, 4), "detail": (7, 4), "text": (11, 53), "end_to_end": (64, 35),
           "bic": (99, 11), "r_type": (113, 1), "reason": (114, 4), "category": (118, 4),
           "purpose": (122, 4), "next": (126, 1), "link": (128, 1)},
    "23": {"sequence": (3, 4), "detail": (7, 4), "account": (11, 37), "name": (48, 35),
           "text": (83, 43), "next": (126, 1), "link": (128, 1)},
    "31": {"sequence": (3, 4), "detail": (7, 4), "reference": (11, 21), "code": (32, 8),
           "flag": (40, 1), "text": (41, 73), "next": (126, 1), "link": (128, 1)},
    "32": {"sequence": (3, 4), "detail": (7, 4), "text": (11, 105), "next": (126, 1),
           "link": (128, 1)},
    "33": {"sequence": (3, 4), "detail": (7, 4), "text": (11, 90), "next": (126, 1),
           "link": (128, 1)},
    "4": {"sequence": (3, 4), "detail": (7, 4), "text": (33, 80), "link": (128, 1)},
    "8": {"paper": (2, 3), "account": (5, 37), "sign": (42, 1), "amount": (43, 15),
          "date": (58, 6), "link": (128, 1)},
    "9": {"records": (17, 6), "debits": (23, 15), "credits": (38, 15), "link": (128, 1)},
}  # fmt: skip

FIRST, LAST = date(2024, 2, 29), date(2024, 3, 31)
DAY = date(2024, 3, 15)
IBAN = "BE71096123456769"
OTHER = "BE68539007547034"


def record(kind: str, /, **zones: str) -> str:
    """Write a record of 128 characters; a zone is cut or padded to its length."""
    text = list(kind.ljust(128))
    for name, value in zones.items():
        first, length = ZONES[kind][name]
        text[first - 1 : first - 1 + length] = value[:length].ljust(length)
    return "".join(text)


def ddmmyy(day: date) -> str:
    """Write a date."""
    return day.strftime("%d%m%y")


def signed(thousandths: int) -> dict[str, str]:
    """Write an amount: its sign digit, and 12 digits with three decimals."""
    return {"sign": "1" if thousandths < 0 else "0", "amount": f"{abs(thousandths):015d}"}


def account(number: str = IBAN, currency: str = "EUR") -> str:
    """Write an account of structure 1, 2 or 3: 34 characters and the currency."""
    return f"{number:34}{currency}"


def bban(number: str, currency: str = "EUR", country: str = "BE") -> str:
    """Write an account of structure 0: 12 digits, a blank, the currency, 0, the country."""
    return f"{number:12} {currency}0{country}".ljust(37)


def header(**zones: str) -> str:
    """Write a header (0)."""
    usual = {"zeros": "0000", "created": ddmmyy(LAST), "bank": "300", "application": "05",
             "addressee": "ATELIERS DU PARC", "bic": "GEBABEBB", "version": "2"}  # fmt: skip
    return record("0", **{**usual, **zones})


def old_balance(minor: int = 100_00, /, **zones: str) -> str:
    """Write an old balance (1), in cents of EUR unless the zones say otherwise."""
    usual = {"structure": "2", "paper": "045", "account": account(), "date": ddmmyy(FIRST),
             "holder": "ATELIERS DU PARC", "description": "Compte à vue", "number": "045",
             **signed(minor * 10)}  # fmt: skip
    return record("1", **{**usual, **zones})


def new_balance(minor: int = 100_00, /, **zones: str) -> str:
    """Write a new balance (8)."""
    usual = {"paper": "045", "account": account(), "date": ddmmyy(LAST), "link": "0",
             **signed(minor * 10)}  # fmt: skip
    return record("8", **{**usual, **zones})


def movement(minor: int, sequence: int = 1, detail: int = 0, /, **zones: str) -> str:
    """Write a movement or a detail (2.1)."""
    usual = {"sequence": f"{sequence:04d}", "detail": f"{detail:04d}", "reference": "BANKREF",
             "value": ddmmyy(DAY), "code": "00150000" if minor >= 0 else "00101000", "flag": "0",
             "entry": ddmmyy(DAY), "paper": "045", "globalisation": "0", "next": "0", "link": "0",
             **signed(minor * 10)}  # fmt: skip
    return record("21", **{**usual, **zones})


def more(kind: str, sequence: int = 1, detail: int = 0, /, **zones: str) -> str:
    """Write a record 2.2, 2.3, 3.1, 3.2 or 3.3."""
    usual = {"sequence": f"{sequence:04d}", "detail": f"{detail:04d}", "next": "0", "link": "0"}
    if kind == "31":
        usual |= {"code": "00150000", "flag": "0"}
    return record(kind, **{**usual, **zones})


def structured(
    kind: str, content: str, minor: int = 50_00, sequence: int = 1, /, **zones: str
) -> tuple[str, str, str]:
    """Write a movement with a structured communication over 2.1, 2.2 and 2.3."""
    content = content.ljust(146)
    zones = {"flag": "1", "text": kind + content[:50], **zones}
    return (
        movement(minor, sequence, **zones),
        more("22", sequence, text=content[50:103]),
        more("23", sequence, text=content[103:146]),
    )


def message(text: str, link: str = "0", sequence: int = 1) -> str:
    """Write a message (4)."""
    return record("4", sequence=f"{sequence:04d}", detail="0000", text=text, link=link)


def trailer(records: tuple[str, ...] = (), /, link: str = "2", **zones: str) -> str:
    """Write a trailer (9) that agrees with the records of its file, unless the zones differ."""
    mains = [one for one in records if one[:2] == "21" and one[6:10] == "0000"]
    totals = {
        sign: sum(int(one[32:47]) for one in mains if one[31] == sign and one[32:47].isdecimal())
        for sign in ("0", "1")
    }
    usual = {"records": f"{sum(one[0] in '1238' for one in records):06d}",
             "debits": f"{totals['1']:015d}", "credits": f"{totals['0']:015d}",
             "link": link}  # fmt: skip
    return record("9", **{**usual, **zones})


def file_of(*records: str, end: str = "\r\n", encoding: str = "utf-8") -> bytes:
    """Write a file; each record is followed by `end`."""
    return "".join(one + end for one in records).encode(encoding)


def whole(*records: str, link: str = "2") -> tuple[str, ...]:
    """Return the records of a file: header, what is given, and a trailer that agrees."""
    return (header(), *records, trailer(records, link))


def statement(*records: str, opening: int = 100_00, closing: int = 100_00) -> bytes:
    """Write a file of one statement around some movements."""
    return file_of(*whole(old_balance(opening), *records, new_balance(closing)))
