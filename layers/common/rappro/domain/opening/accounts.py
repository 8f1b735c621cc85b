"""What an account number of the Plan comptable général says, as far as opening books needs it.

Prefix rules only; nothing here knows a company.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from rappro.domain.settings import (
    PostingSettings,
)

_BANK: Final = ("512", "514", "517")
_TRANSIT: Final = ("5112", "5115")
_CASH: Final = ("53",)
_ACCRUALS: Final = ("408", "418", "4098", "4198")
_ADVANCES: Final = ("409", "419")
_COLLECTIVE_DIGITS_MAX: Final = 4
_GENERIC_WORD = re.compile(
    r"FOURN(?:ISSEURS?)?|FRS|CLIENTS?|CLTS?|COMPTES?|COLLECTIFS?|DIVERS|DIV|EXP(?:LOITATION)?"
    r"|DEBITEURS?|CREDITEURS?|ACOMPTES?|AVANCES?|AVANC|AVA|ACO|COMMANDES?|IMMO(?:BILISATIONS?)?"
    r"|EFFETS?|FACTURES?|FACT|FA|VENTES?|ACHATS?|BIENS|PRESTATIONS?|SERVICES|FRANCE|EXPORT|INTRA"
    r"|COMM|CEE|UE|VERSES|RECUES?|RECUS|SUR|ET|OU|DE|DES|DU|D|A|AU|LE|S|PAYER|RECEVOIR|N|\d+",
)
_PLAIN_LETTERS = str.maketrans("ÀÂÄÇÉÈÊËÎÏÔÖÙÛÜ", "AAACEEEEIIOOUUU")


class Side(StrEnum):
    """Which side of trade a third-party account is on."""

    CUSTOMER = "customer"
    SUPPLIER = "supplier"


def is_bank(account: str) -> bool:
    """Say whether the bank issues statements of it (512, 514 postal, 517 other institutions)."""
    return account.startswith(_BANK)


def is_transit(account: str) -> bool:
    """Say whether money waits there for the bank: cheques 5112, card slips 5115."""
    return account.startswith(_TRANSIT)


def is_cash(account: str) -> bool:
    """Say whether it is a till (caisse)."""
    return account.startswith(_CASH)


def is_money(account: str) -> bool:
    """Say whether a line there makes its entry a payment: class 5, but for securities."""
    return account.startswith(("51", "53", "58"))


def side_of(account: str) -> Side | None:
    """Return the side of a third-party account, None for any other account.

    Accruals (408, 418, 4098, 4198) are not owed to or by anybody yet: no side.
    """
    if account.startswith(_ACCRUALS):
        return None
    if account.startswith("40"):
        return Side.SUPPLIER
    return Side.CUSTOMER if account.startswith("41") else None


def is_advance(account: str) -> bool:
    """Say whether it holds payments on account: 409 paid to suppliers, 419 from customers."""
    return account.startswith(_ADVANCES)


def plain(text: str) -> str:
    """Return the text in capitals, without accents, for comparing French labels."""
    return text.upper().translate(_PLAIN_LETTERS)


def is_collective(account: str, label: str, settings: PostingSettings) -> bool:
    """Say whether the account stands for many third parties (compte collectif).

    It does when it is the company's collective account, when no more than four digits are left
    without its closing zeros (411000, 40110000), or when its label has generic words alone.
    """
    if account in (settings.customers_account, settings.suppliers_account):
        return True
    significant = account.rstrip("0")
    if account.isdigit() and len(significant) <= _COLLECTIVE_DIGITS_MAX:
        return True
    words = re.findall(r"[A-Z0-9]+", plain(label))
    return bool(words) and all(_GENERIC_WORD.fullmatch(word) for word in words)
