"""Details (:86:) in code words, as Dutch, French and many international banks write them.

`/TRTP/SEPA OVERBOEKING/IBAN/NL…/BIC/…/NAME/…/REMI/…/EREF/…`: a value goes on until the next code
word, so only known ones end it: values contain slashes. Some code words name a party and have
words of their own behind them (`/BENM//NAME/…`). The qualifiers of CFONB 120 are read so, too,
and when each begins a line. Sources: SWIFT field 86 code words; the banks' own format guides.
"""

from __future__ import annotations

import re
from typing import Final

from rappro.formats.mt_told import Told, add, joined

WORDS: Final = {
    "TRTP": "type",
    "IBAN": "iban",
    "BBAN": "account",
    "BIC": "bank",
    "NAME": "name",
    "REMI": "label",
    "EREF": "eref",
    "KREF": "kref",
    "PREF": "kref",
    "ROC": "kref",
    "IREF": "aside",
    "MARF": "mref",
    "MREF": "mref",
    "CSID": "cred",
    "RTRN": "reason",
    "RTYP": "type",
    "PURP": "purpose_code",
    "ADDR": "aside",
    "OCMT": "original",
    "EXCH": "rate",
    "CHGS": "charges",
    "CNTP": "counterpart",
    **dict.fromkeys(("ISDT", "NRTX", "PIND", "SVCL", "TRCD", "BTI"), "unused"),
}
QUALIFIERS: Final = {  # of CFONB 120; `cfonb_movement` has their meaning
    "LIB": "more",
    "LCC": "label",
    "LC2": "label_rest",
    "LCS": "reference",
    "NPY": "payer.name",
    "IPY": "payer.id",
    "CPY": "payer.account",
    "NPO": "payer.behind.name",
    "IPO": "payer.behind.id",
    "NBE": "payee.name",
    "IBE": "payee.id",
    "CBE": "payee.account",
    "NBU": "payee.behind.name",
    "IBU": "payee.behind.id",
    "RCN": "eref",
    "RUM": "mref",
    "REF": "kref",
}
_PARTIES: Final = {
    "ORDP": "payer",
    "BENM": "payee",
    "ULTD": "payer.behind",
    "ULTC": "payee.behind",
    "ULTB": "payee.behind",
}
_OF_PARTY: Final = frozenset(("NAME", "ID", "ACCT", "ADDR", "IBAN", "BIC", "CITY"))
KNOWN_WORDS: Final = _OF_PARTY | WORDS.keys() | _PARTIES.keys() | QUALIFIERS.keys()
_LCC_CHARS: Final = 70
_LINE_QUALIFIER: Final = re.compile(f"(?:{'|'.join(QUALIFIERS)})(?=[ :])")


def read_codewords(text: str, told: Told) -> bool:
    """Put what the code words of a text say into `told`; say False if it has none."""
    name, party, value = "aside", "", ""
    is_found = False
    for part in joined(text).split("/"):
        if part not in KNOWN_WORDS:
            value = f"{value}/{part}" if value else part
            continue
        following = WORDS.get(part)
        if party and part in _OF_PARTY:
            following = f"{party}.{part.lower()}"
        elif following is not None:
            party = ""
        elif part in _OF_PARTY:
            value = f"{value}/{part}" if value else part
            continue
        else:
            told["parties"] = "yes"
            party = _PARTIES.get(part, "")
            following = f"{party}.name" if party else QUALIFIERS[part]
        is_found = True
        value = value.strip("/ ")
        if value:
            told[name] = f"{told[name]} {value}" if name in told else value
        name, value = following, ""
    if is_found:
        add(told, name, value.strip("/ "))
        _refine(told)
    return is_found


def read_qualifiers(text: str, told: Told) -> bool:
    """Put lines that each begin with a qualifier of CFONB 120 into `told`; False if none does."""
    if _LINE_QUALIFIER.match(text) is None:
        return False
    lines = text.split("\n")
    found = [_LINE_QUALIFIER.match(line) for line in lines]
    if sum(one is not None for one in found) < 2:
        return False
    told["parties"] = "yes"
    name = "aside"
    for line, begin in zip(lines, found, strict=True):
        if begin is not None:
            name = QUALIFIERS[begin[0]]
        add(told, name, line[begin.end() :].lstrip(" :") if begin else line)
    _refine(told)
    return True


def _refine(told: Told) -> None:
    """Take apart the values that have parts of their own."""
    label = told.get("label", "")
    if label[:4] == "USTD":
        told["label"] = label[4:].lstrip("/ ")
    elif label[:4] == "STRD":  # STRD/issuer/reference
        issuer, _, reference = label[4:].lstrip("/ ").partition("/")
        told["reference"] = told["label"] = reference.strip("/ ") or issuer
    if "label_rest" in told:  # LC2 goes on where a full LCC ends, within the word
        rest = told.pop("label_rest")
        told["label"] = label + rest if len(label) >= _LCC_CHARS else f"{label} {rest}".strip()
    if "purpose_code" in told:
        add(told, "aside", told["purpose_code"].removeprefix("CD/"))
    if "counterpart" in told:  # account/BIC/name/city
        parts = [*told.pop("counterpart").split("/"), "", "", ""]
        for name, part in zip(("iban", "bank", "name", "aside"), parts, strict=False):
            add(told, name, part)
