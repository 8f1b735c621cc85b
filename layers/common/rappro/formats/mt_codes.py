"""The codes by which banks say what an entry is, and what they mean here.

SWIFT's transaction types (`NTRF`), the business transaction codes (Geschäftsvorfallcodes) of German
and Austrian banks, their return codes, and the types that Dutch banks write out. The sign of an
entry comes from its mark, never from these codes. Sources: SWIFT MT940 field 61, subfield 6;
DFÜ-Abkommen, annex 3 (Datenformate), "Geschäftsvorfallcodes" and "Rückgabegründe".
"""

from __future__ import annotations

from typing import Final

from rappro.domain.bank import Nature


def _by_code(codes: dict[Nature, str]) -> dict[str, Nature]:
    return {code: nature for nature, text in codes.items() for code in text.split()}


_TYPES: Final = _by_code(
    {
        Nature.TRANSFER: "TRF STO CMI CMN CMS CMT CMZ SAL TRA OVB IOB IDB VIR",
        Nature.DIRECT_DEBIT: "DDT INC PRL",
        Nature.CHEQUE_DEPOSIT: "CLR LBX",
        Nature.CHEQUE: "CHK ECK TCK CHQ",
        Nature.CARD: "BEA",
        Nature.CASH: "GEA",
        Nature.BILL: "BOE LCR BOR",
        Nature.FEE: "CHG COM BRF BNK KST",
        Nature.INTEREST: "INT RNT",
        Nature.LOAN: "LDP",
        Nature.TAX: "TAX",
        Nature.RETURN: "RTI",
        Nature.OTHER: (
            "FEX SEC DIV CPN DCR DIS EQA VDA COL MAR MAT OPT PRN RED RIG SUB SWP TCM TRN WAR UWC"
            " CAR CAS EXT LIQ NWI ODC POP REC SLE STP TOM XFR EFF PRM PRV"
        ),
    }
)
_SAYS_NOTHING: Final = frozenset(("MSC", "DIV", "COL"))
"""Types that banks use for all and sundry."""

_BUSINESS_CODES: Final = _by_code(
    {
        Nature.CHEQUE: "001 002 003 011 014 101 102 103 112 122 185 209 222 223",
        Nature.CHEQUE_DEPOSIT: "070 170 220 221",
        Nature.DIRECT_DEBIT: (
            "004 005 006 071 084 104 105 107 171 174 192 195 196 197 213"  # single and batches
        ),
        Nature.TRANSFER: (
            "008 013 015 017 018 019 020 051 052 053 054 056 058 063 065 067 069 079 087 088"
            " 116 117 118 119 152 153 154 155 156 157 161 162 163 164 165 166 167 168 169 177"
            " 188 189 191 194 201 202 206 210 211 212 820 833 834"
        ),
        Nature.CARD: "106 190",
        Nature.CARD_DEPOSIT: "098 198",
        Nature.RETURN: "009 010 059 108 109 110 111 159 160 181 182 183 184 193 199",
        Nature.CASH: "012 082 083",
        Nature.BILL: "007 072 073 093 203 204 214 215 216 217 218 219",
        Nature.LOAN: "601 602 603 606 607 825 832",
        Nature.INTEREST: "604 605 408 409 812 814 815 816 817",
        Nature.FEE: "095 205 320 321 801 802 803 804 805 806 807 808 809 810 811 813 821",
        Nature.TAX: "837",
    }
)
RETURNS: Final = frozenset(
    code for code, nature in _BUSINESS_CODES.items() if nature is Nature.RETURN
)
"""Business transaction codes of money that goes back; only there ?34 is a reason."""

REVERSALS: Final = frozenset(("193", "199", "399", "899"))
"""The one who began the operation, or the bank, cancels it."""

RETURN_REASONS: Final = {
    "901": "AC01", "902": "AC04", "903": "AC06", "904": "AG01", "905": "AG02", "906": "AM04",
    "907": "AM05", "908": "BE04", "909": "MD01", "910": "MD02", "912": "MD06", "913": "MD07",
    "915": "RC01", "916": "TM01",
}  # fmt: skip
"""ISO 20022 reasons of the return codes that mean one; 914, for one, is MS02 as well as MS03."""

_DUTCH_TYPES: Final = (
    ("INCASSO", Nature.DIRECT_DEBIT),
    ("BETAALAUTOMAAT", Nature.CARD),
    ("BEA", Nature.CARD),
    ("GELDAUTOMAAT", Nature.CASH),
    ("GEA", Nature.CASH),
    ("STORTING", Nature.CASH),
    ("RENTE", Nature.INTEREST),
    ("KOSTEN", Nature.FEE),
    ("OVERBOEKING", Nature.TRANSFER),
    ("OVERSCHRIJVING", Nature.TRANSFER),
    ("IDEAL", Nature.TRANSFER),
    ("ACCEPTGIRO", Nature.TRANSFER),
)


def is_known_type(code: str) -> bool:
    """Say whether a transaction type's three characters are known, or a number of the bank's."""
    return code in _TYPES or code in _SAYS_NOTHING or code.isdigit()


def nature_of_type(code: str, *, is_credit: bool) -> Nature | None:
    """Return the nature that a transaction type's three characters say."""
    if code in _SAYS_NOTHING:
        return None
    return _of_direction(_TYPES.get(code), is_credit=is_credit)


def nature_of_business_code(code: str, *, is_credit: bool) -> Nature | None:
    """Return the nature that a business transaction code says; None when it says nothing."""
    nature = _BUSINESS_CODES.get(code)
    if nature is None and code[:1] in "2345" and code != "":
        return Nature.OTHER  # abroad, securities, foreign exchange
    return _of_direction(nature, is_credit=is_credit)


def is_known_business_code(code: str) -> bool:
    """Say whether a business transaction code is of the list, or of a group that is one."""
    return code in _BUSINESS_CODES or code in REVERSALS or code[:1] in "234589"


def nature_of_dutch_type(text: str) -> Nature | None:
    """Return the nature that a Dutch bank's written-out type (/TRTP/) says."""
    upper = text.upper()
    return next((nature for word, nature in _DUTCH_TYPES if word in upper), None)


def _of_direction(nature: Nature | None, *, is_credit: bool) -> Nature | None:
    """A cheque that comes in was remitted; a card payment that comes in was taken."""
    if is_credit and nature is Nature.CHEQUE:
        return Nature.CHEQUE_DEPOSIT
    if is_credit and nature is Nature.CARD:
        return Nature.CARD_DEPOSIT
    return nature
