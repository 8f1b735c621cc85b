"""The French account number (RIB: relevé d'identité bancaire), its key, and the IBAN made of it.

Sources: ETEBAC notes for the key; ISO 13616 for the IBAN. No format lives here.
"""

from __future__ import annotations

from typing import Final

from rappro.formats.ibans import remainder

_LETTERS: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789")


def iban_of(bank: str, branch: str, account: str) -> str | None:
    """Return the French IBAN of an account; its RIB key is computed.

    None when the zones do not make a RIB: five digits, five digits, eleven digits or letters.
    """
    if not (bank + branch).isascii() or len(bank + branch) != 10 or len(account) != 11:
        return None
    account = account.upper()
    digits = account.translate(_LETTERS)
    if not (bank.isdigit() and branch.isdigit() and digits.isdigit() and digits.isascii()):
        return None
    key = 97 - (89 * int(bank) + 15 * int(branch) + 3 * int(digits)) % 97
    bban = f"{bank}{branch}{account}{key:02d}"
    check = 98 - remainder(f"{bban}FR00")
    return f"FR{check:02d}{bban}"
