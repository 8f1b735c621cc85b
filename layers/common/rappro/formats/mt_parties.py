"""Who the counterparty of an entry is, of what its texts tell.

The texts come from the readers of one structure each (`mt_subfields`, `mt_codewords`, `mt_free`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from rappro.domain.bank import Counterparty
from rappro.formats.mt_codes import RETURNS
from rappro.formats.mt_told import Told, add, in_one_line
from rappro.formats.mt_values import is_bic, is_iban_shaped
from rappro.formats.quick import NO_COUNTERPARTY, new_counterparty

_KNOWN_CHARS: Final = 200
_OF_PARTY: Final = {
    "name": "name", "behind.name": "name", "id": "id", "iban": "iban", "account": "account",
    "acct": "account", "bic": "bank",
}  # fmt: skip


def place_parties(told: Told, amount: int, *, is_reversal: bool) -> None:
    """Choose the counterparty where both parties may be named; the other one is text.

    Money in comes from the payer, money out goes to the payee; but money that goes back keeps the
    names of the payment it undoes.
    """
    side, other = ("payer", "payee") if amount > 0 else ("payee", "payer")
    goes_back = is_reversal or "reason" in told or told.get("code") in RETURNS
    if goes_back and f"{side}.name" not in told:
        side, other = other, side
    for name, field in _OF_PARTY.items():
        text = told.get(f"{side}.{name}")
        if text and field not in told:
            told[field] = told.pop(f"{side}.{name}")
    for name in [name for name in told if "." in name and not name.endswith((".iban", ".bic"))]:
        add(told, "aside", told[name])


def counterparty_of(
    told: Told, business_code: str | None, *, is_credit: bool
) -> tuple[Counterparty, str]:
    """Return the counterparty, and its account as the bank writes it."""
    get = told.get
    name, identity = get("name", ""), get("id")
    account = get("iban") or get("key_iban") or get("account") or ""
    bank = get("bank") or get("key_bic") or ""
    if identity is None and business_code not in RETURNS and "reason" not in told:
        identity = get("debt" if is_credit else "cred")
    if not (name or account or bank or identity):
        return NO_COUNTERPARTY, ""
    return party_of(name, account, bank, identity)


def party_of(name: str, account: str, bank: str, identity: str | None) -> tuple[Counterparty, str]:
    """Return the counterparty of these texts, and its account as the bank writes it."""
    if len(name) + len(account) > _KNOWN_CHARS:
        return _party(name, account, bank, identity)
    return _known_party(name, account, bank, identity)


def _party(name: str, account: str, bank: str, identity: str | None) -> tuple[Counterparty, str]:
    plain, bank = account.replace(" ", ""), bank.strip()
    iban = plain if is_iban_shaped(plain) else None
    if bank.isdigit() and iban is None and plain:
        account = f"{bank}/{account.strip()}"  # German bank code and account
    given = in_one_line(name) or None
    bic = bank if is_bic(bank) else None
    return new_counterparty(given, iban, bic, identity), iban or account.strip()


_known_party: Final = lru_cache(maxsize=4_096)(_party)
"""The same for those that are paid again and again."""
