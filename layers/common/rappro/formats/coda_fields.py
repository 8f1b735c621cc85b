"""The field types of CODA: amounts with three decimals, short dates, accounts, references.

Nothing here knows about records or statements. Source: Febelfin, "Coded statement of account
(CODA)" version 2.6, chapter "Layout of the records"; structured communication: Febelfin OGM-VCS.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final, NamedTuple

from rappro.domain.errors import InputError, MalformedStatement
from rappro.domain.money import exponent
from rappro.formats.ibans import is_iban, plain_iban, remainder

DECIMALS: Final = 3
_CENTURY_PIVOT: Final = 80  # two-digit years below are of this century
_NO_DATE: Final = ("000000", "999999", "      ")
_SIGNS: Final = {"0": 1, "1": -1}
_PRINTED: Final = re.compile(r"(?:\+\+\+|\*\*\*)(\d{3})/(\d{4})/(\d{5})(?:\+\+\+|\*\*\*)")


def thousandths(zone: str) -> int:
    """Return the number of a zone of digits, an amount in thousandths. Raises InputError."""
    if zone.isdigit() and zone.isascii():
        return int(zone)
    raise InputError(f"not an amount: {zone[:40]!r}")


def sign_of(mark: str) -> int:
    """Return 1 for a credit ("0"), -1 for a debit ("1"). Raises InputError."""
    sign = _SIGNS.get(mark)
    if sign is None:
        raise InputError(f"not a sign (0 or 1): {mark!r}")
    return sign


def scale_of(currency: str) -> tuple[int, int]:
    """Return by how much thousandths are multiplied, then divided, to be minor units.

    Raises UnsupportedCurrency.
    """
    units = exponent(currency)
    return (10 ** (units - DECIMALS), 1) if units > DECIMALS else (1, 10 ** (DECIMALS - units))


def shown(amount: int) -> str:
    """Return thousandths as a decimal text of two decimals, or of three if they are needed."""
    whole, fraction = divmod(abs(amount), 1000)
    return f"{'-' if amount < 0 else ''}{whole}.{fraction:03d}".removesuffix("0")


def minor_units(amount: int, currency: str) -> int:
    """Return unsigned thousandths in minor units. Raises InputError if the currency has no such."""
    factor, divisor = scale_of(currency)
    minor, rest = divmod(amount * factor, divisor)
    if rest:
        raise InputError(f"an amount finer than {currency} has: {amount}E-{DECIMALS}")
    return minor


class Dates(dict[str, date]):
    """The dates of the zones seen so far; a file has few of them."""

    def at(self, zone: str, number: int, name: str) -> date:
        """Return the date of a DDMMYY zone. Raises MalformedStatement."""
        known = self.get(zone)
        if known is None:
            try:
                known = self[zone] = parse_date(zone)
            except InputError as wrong:
                raise MalformedStatement(f"{name} date: {wrong.detail}",
                                         position=f"line {number}") from wrong  # fmt: skip
        return known

    def given(self, zone: str, number: int, name: str) -> date | None:
        """Return the date of a zone that may say there is none. Raises MalformedStatement."""
        return self.get(zone) or (None if zone in _NO_DATE else self.at(zone, number, name))


def parse_date(zone: str) -> date:
    """Return the date of a DDMMYY zone. Raises InputError."""
    if len(zone) == 6 and zone.isdigit() and zone.isascii():
        year = int(zone[4:])
        year += 2000 if year < _CENTURY_PIVOT else 1900
        try:
            return date(year, int(zone[2:4]), int(zone[:2]))
        except ValueError:
            pass
    raise InputError(f"not a date DDMMYY: {zone!r}")


class Account(NamedTuple):
    """An account as a zone of 37 characters names it."""

    iban: str | None
    number: str
    currency: str


def own_account(structure: str, zone: str) -> Account:
    """Return the account of a balance: structure 0 is a Belgian BBAN, 1 a foreign one, else IBAN.

    Structure 0 has 12 digits, a blank and the currency (then the country); the other ones have 34
    characters (a Belgian IBAN 31, and 3 reserved ones) before it.
    """
    if structure == "0":
        number = zone[:12].strip()
        return Account(iban_of(number), number, zone[13:16].strip())
    number = zone[: 31 if structure == "2" else 34].strip()
    return Account(_iban(number) if structure != "1" else None, number, zone[34:37].strip())


def counterparty_account(zone: str) -> tuple[str | None, str]:
    """Return IBAN and number of the other side (2.3, 11-47), whose shape shows the structure."""
    number = zone[:34].rstrip()
    digits = number[2:]
    if len(digits) == 14 and number.startswith("BE") and digits.isdigit() and digits.isascii():
        return belgian_account(digits)
    if zone[12:13] == " " and zone[13:16].strip():  # 12 digits, a blank, the currency
        number = zone[:12].strip()
        return iban_of(number), number
    number = number.lstrip()
    return (_iban(number) or iban_of(number), number) if number else (None, "")


def belgian_account(digits: str) -> tuple[str | None, str]:
    """Return IBAN and number of BE and 14 digits; the IBAN is none when its check is wrong."""
    number = f"BE{digits}"  # B, E are 11, 14 (ISO 13616)
    return number if int(f"{digits[2:]}1114{digits[:2]}") % 97 == 1 else None, number


def _iban(number: str) -> str | None:
    plain = plain_iban(number)
    return plain if is_iban(plain) else None


def iban_of(bban: str) -> str | None:
    """Return the IBAN of a Belgian account number; None when its check digits are wrong."""
    if not has_check_digits(bban):
        return None
    return f"BE{98 - remainder(f'{bban}BE00'):02d}{bban}"


def has_check_digits(digits: str) -> bool:
    """Say whether 12 digits end in the first ten's remainder by 97, where 0 is written 97.

    Belgian account numbers and structured communications (OGM-VCS) both do.
    """
    if len(digits) != 12 or not (digits.isdigit() and digits.isascii()):
        return False
    return (int(digits[:10]) % 97 or 97) == int(digits[10:])


def printed(digits: str) -> str:
    """Return the 12 digits of a structured communication as invoices print them."""
    return f"+++{digits[:3]}/{digits[3:7]}/{digits[7:]}+++"


def printed_in(text: str) -> str:
    """Return the right structured communication that a free text holds as printed, else nothing."""
    for found in _PRINTED.findall(text):
        digits = "".join(found)
        if has_check_digits(digits):
            return printed(digits)
    return ""


def joined(*zones: str) -> str:
    """Join zones that continue each other: directly where full, with one blank where padded."""
    text = ""
    for zone in zones:
        if not text or text[-1] != " ":
            text += zone
        else:
            text = f"{text.rstrip()} {zone.lstrip()}"
    return text.strip()


def squeezed(text: str) -> str:
    """Return a text with one blank between its words."""
    return " ".join(text.split())
