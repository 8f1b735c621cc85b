"""Accounts as OFX names them: a bank, a branch, a number and a key, or an IBAN in their place.

Source: OFX 2.2, section 11.3.1; RIB: `rib`; IBAN: `ibans`.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from rappro.formats.ibans import is_iban, plain_iban
from rappro.formats.ofx_names import Fields
from rappro.formats.rib import iban_of

_BIC: Final = re.compile(r"[A-Z]{4}([A-Z]{2})[A-Z0-9]{2}(?:[A-Z0-9]{3})?", re.ASCII)
_RIB_ACCOUNT_CHARS: Final = 11


class Account(NamedTuple):
    """An account; `is_key_wrong` says that its key is not that of the RIB that it looks like."""

    iban: str | None = None
    number: str | None = None
    bic: str | None = None
    is_key_wrong: bool = False


NO_ACCOUNT: Final = Account()


def account_of(fields: Fields, prefix: str = "") -> Account:
    """Return the account that the fields of BANKACCTFROM, CCACCTFROM, BANKACCTTO... name."""
    number = fields.get(f"{prefix}ACCTID", "").strip()
    plain = plain_iban(number)
    bank = fields.get(f"{prefix}BANKID", "").strip()
    if is_iban(plain):
        bic = _BIC.fullmatch(bank)
        return Account(plain, None, bank if bic and bic[1] == plain[:2] else None)
    branch = fields.get(f"{prefix}BRANCHID", "").strip()
    key = fields.get(f"{prefix}ACCTKEY", "").strip()
    iban = iban_of(bank, branch, plain.rjust(_RIB_ACCOUNT_CHARS, "0")) if number else None
    if iban is None:
        return Account(None, number or None)
    if key and iban.endswith(key.rjust(2, "0")):
        return Account(iban, f"{bank}{branch}{plain}")
    if len(plain) != _RIB_ACCOUNT_CHARS:
        return Account(None, number, None, bool(key))
    return Account(None, f"{bank}{branch}{plain}", None, bool(key))
