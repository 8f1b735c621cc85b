"""ISO 20022 bank transaction codes (BkTxCd) and what they say of a line's nature.

A code has a domain, a family and a subfamily from the external code list, or is proprietary: of
the bank, or of a community such as CFONB, whose own codes (`cfonb_codes`) are then used.
Source: ISO 20022 External Code Sets, bank transaction codes.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from rappro.domain.bank import Nature
from rappro.formats.cfonb_codes import NATURES as CFONB_NATURES

CFONB: Final = "CFONB"

_FAMILIES: Final[dict[tuple[str, str], Nature]] = {
    ("PMNT", "RCDT"): Nature.TRANSFER,
    ("PMNT", "ICDT"): Nature.TRANSFER,
    ("PMNT", "RRCT"): Nature.TRANSFER,  # instant, received and issued
    ("PMNT", "IRCT"): Nature.TRANSFER,
    ("PMNT", "RDDT"): Nature.DIRECT_DEBIT,
    ("PMNT", "IDDT"): Nature.DIRECT_DEBIT,
    ("PMNT", "ICHQ"): Nature.CHEQUE,
    ("PMNT", "RCHQ"): Nature.CHEQUE_DEPOSIT,
    ("PMNT", "LBOX"): Nature.CHEQUE_DEPOSIT,
    ("PMNT", "CCRD"): Nature.CARD,
    ("PMNT", "MCRD"): Nature.CARD_DEPOSIT,
    ("PMNT", "CNTR"): Nature.CASH,
    ("PMNT", "DRFT"): Nature.BILL,
    ("LDAS", "FTLN"): Nature.LOAN,
    ("LDAS", "NTLN"): Nature.LOAN,
    ("LDAS", "CSLN"): Nature.LOAN,
    ("LDAS", "MGLN"): Nature.LOAN,
}
_SUBFAMILIES: Final[dict[str, Nature]] = {  # in any family; they say more than it does
    **dict.fromkeys(("FEES", "CHRG", "COMM", "COME", "COMI", "COMT"), Nature.FEE),
    **dict.fromkeys(("INTR", "ODFT"), Nature.INTEREST),
    **dict.fromkeys(("TAXE",), Nature.TAX),
    **dict.fromkeys(("CWDL", "CDPT", "FCDP", "FCWD", "BCDP", "BCWD"), Nature.CASH),
    **dict.fromkeys(
        ("RRTN", "RPCR", "ARET", "UPCT", "UPDD", "PRDD", "RCDD", "UPCQ", "UPTC", "CQRV"),
        Nature.RETURN,
    ),
}
_KEPT_DOMAINS: Final = frozenset(("PMNT", "LDAS", "ACMT"))  # of the others nothing is a payment


class BankCode(NamedTuple):
    """A bank transaction code as a line keeps it, and the nature it says."""

    text: str | None
    nature: Nature | None


Parts = tuple[str | None, str | None, str | None, str | None, str | None]
"""A BkTxCd: domain, family, subfamily, proprietary code, its issuer."""


def bank_code(code: Parts, *, is_french: bool) -> BankCode:
    """Return the code of a line: of CFONB if it is one, else of ISO 20022, else the bank's own.

    A proprietary code without an issuer is taken for CFONB's when the account is French, the code
    exists, and there is no ISO 20022 code.
    """
    domain, family, subfamily, proprietary, issuer = code
    if proprietary:
        is_bare = issuer is None and domain is None and is_french and proprietary in CFONB_NATURES
        if is_bare or (issuer or "").upper() == CFONB:
            return BankCode(proprietary, CFONB_NATURES.get(proprietary))
    parts = [part for part in (domain, family, subfamily) if part]
    if parts:
        return BankCode("/".join(parts), _nature(domain or "", family or "", subfamily or ""))
    return BankCode(proprietary, None)


def _nature(domain: str, family: str, subfamily: str) -> Nature | None:
    nature = _SUBFAMILIES.get(subfamily) or _FAMILIES.get((domain, family))
    if nature is None and domain and domain not in _KEPT_DOMAINS:
        return Nature.OTHER
    return nature
