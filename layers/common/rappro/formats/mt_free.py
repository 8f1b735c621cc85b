"""Details that have no structure of code words or numbered subfields.

Free text, the keys of SEPA without subfields around them, and the numbered lines of the field
:NS: (non-SWIFT), which German and Hungarian banks use beside or instead of :86:.
"""

from __future__ import annotations

from typing import Final

from rappro.formats.mt_subfields import read_keys, subfields_joined
from rappro.formats.mt_told import Told, add, joined
from rappro.formats.mt_values import is_right_iban

_NS_NAMES: Final = {
    **{f"{code:02d}": "label" for code in range(1, 15)},
    "15": "name",
    "16": "name",
    "17": "said",
    "33": "bank",
    "34": "account",
}
_NS_HOLDER: Final = "22"


def read_free(text: str, told: Told) -> None:
    """Put a text without structure into `told`: as label, unless SEPA keys cut it.

    Some banks begin with the counterparty's IBAN and, on the same line, its name.
    """
    if text[4:5] == "+":
        read_keys(joined(text), told, [0])
        return
    first, _, rest = text.partition("\n")
    word, _, name = first.partition(" ")
    if rest and len(word) > 14 and word[:2].isalpha() and is_right_iban(word):
        add(told, "iban", word)
        add(told, "name", name)
        text = rest
    add(told, "label", joined(text))


def read_ns(text: str, told: Told) -> None:
    """Put the numbered lines of :NS: behind an entry into `told`."""
    names: list[str] = []
    for line in text.split("\n"):
        name = _NS_NAMES.get(line[:2], "aside")
        if name == "name":
            names.append(line[2:].rstrip())
        else:
            add(told, name, line[2:] if name != "aside" else line)
    if names:
        add(told, "name", subfields_joined(names, []))


def holder_in_ns(text: str) -> str | None:
    """Return the account holder whom the field :NS: names before the entries."""
    for line in text.split("\n"):
        if line[:2] == _NS_HOLDER:
            return line[2:].strip() or None
    return None
