"""Check digits, account numbers and bank spelling: small pure functions of the generators."""

from __future__ import annotations

import unicodedata
from typing import Final

_RIB_DIGITS: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789")


def rib_key(bank: str, branch: str, account: str) -> str:
    """Return the two-digit key of a French account number (clé RIB)."""
    account_digits = int(account.translate(_RIB_DIGITS))
    return f"{97 - (89 * int(bank) + 15 * int(branch) + 3 * account_digits) % 97:02d}"


def french_iban(bank: str, branch: str, account: str) -> str:
    """Return the IBAN of a French account, both check digits and RIB key right."""
    bban = f"{bank}{branch}{account}{rib_key(bank, branch, account)}"
    digits = "".join(str(int(character, 36)) for character in f"{bban}FR00")
    return f"FR{98 - int(digits) % 97:02d}{bban}"


def siren(first_eight: str) -> str:
    """Return a SIREN whose ninth digit makes its Luhn sum right."""
    doubled = [int(digit) * (1 + index % 2) for index, digit in enumerate(first_eight)]
    total = sum(value - 9 if value > 9 else value for value in doubled)
    return f"{first_eight}{-total % 10}"


def bank_spelling(text: str) -> str:
    """Return the text as banks write it: upper case, no accent, few signs."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().upper()
    kept = "".join(character if character.isalnum() else " " for character in plain)
    return " ".join(kept.split())


def with_vat(net_minor: int, rate_permille: int) -> tuple[int, int]:
    """Return the VAT of a net amount, rounded half up to the cent, and the total with it."""
    vat = (net_minor * rate_permille + 500) // 1000
    return vat, net_minor + vat
