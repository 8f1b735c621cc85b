"""Details (:86:) as most banks write most of them, read at once.

What `mt_subfields`, `mt_codewords` and `mt_free` read, they read here to the same end, for the
shapes that nearly all entries have; of any other shape nothing is said here, and `mt_line` reads it
with them. A property test holds both together.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

from rappro.domain.bank import Counterparty
from rappro.formats.mt_codes import RETURNS
from rappro.formats.mt_codewords import KNOWN_WORDS, QUALIFIERS, WORDS
from rappro.formats.mt_parties import party_of
from rappro.formats.mt_subfields import IDENTIFIER_CHARS, unfolded
from rappro.formats.mt_told import FULL_LINE, in_one_line, joined
from rappro.formats.protocol import FIELD_CHARS_MAX
from rappro.formats.quick import NO_COUNTERPARTY

Usual = tuple[
    str | None, str, str, str | None, str | None, str | None, str | None, Counterparty, str,
    str | None,
]  # fmt: skip
"""Business transaction code, label and comment; references KREF, EREF and MREF; the creditor's
identifier; the counterparty, and its account as written; the type that the bank writes out."""

_MEMO_CHARS: Final = 200
_SHAPES_MAX: Final = 256
_PARTIES_MAX: Final = 4_096
_PARTS_MAX: Final = 41

_HEAD: Final = re.compile(r"(\d{3})(?:\?00([^?]*))?(?:\?10[^?]*)?", re.ASCII)
_VALUE: Final = r"([^?+]*+(?:\?2\d(?![A-Z]{3,4}\+|MTLG:)[^?+]*+)*+)"
_PURPOSE: Final = re.compile(
    "".join(rf"(?:\?2\d{key}\+{_VALUE})?+" for key in ("EREF", "KREF", "MREF", "CRED", "SVWZ")),
    re.ASCII,
).fullmatch
_TAIL: Final = re.compile(
    r"\?30([^?]*)(?:\?31([^?]*))?(?:\?32([^?]*(?:\?33[^?]*)?))?(?:\?34[^?]*)?"
)
_WORD_TEXTS: Final = (
    "type", "label", "name", "iban", "account", "bank", "eref", "kref", "mref", "cred",
)  # fmt: skip


def usual_details(text: str, *, is_credit: bool) -> Usual | None:
    """Return what details say; None when they are not of a usual shape."""
    if len(text) > FIELD_CHARS_MAX:
        return None
    begin = text[0]
    if begin.isdigit():
        return _subfields(text.replace("\n", ""), is_credit=is_credit)
    if begin == "/":
        return _words(_flat(text), is_credit=is_credit)
    return _free(text) if "A" <= begin <= "Z" else None


def _flat(text: str) -> str:
    """Join the lines of a text; nearly always they are full ones, cut within a word."""
    count = text.count("\n")
    if text[FULL_LINE :: FULL_LINE + 1] == "\n" * count:
        return text.replace("\n", "")
    return joined(text)


def _free(text: str) -> Usual | None:
    """Read a text without structure: no qualifier, no key, no IBAN at its begin."""
    if text[:3] in QUALIFIERS or text[4:5] == "+" or " " not in text[:15]:
        return None
    label = in_one_line(_flat(text).strip())
    return None, label, "", None, None, None, None, NO_COUNTERPARTY, "", None


def _words(text: str, *, is_credit: bool) -> Usual | None:
    """Read code words that come once each, with values that have no slash."""
    parts = text.split("/")
    if not len(parts) & 1 or len(parts) > _PARTS_MAX or " /" in text or "/ " in text:
        return None
    values: list[Any] = parts[2::2]
    values[-1] = values[-1].strip()
    if "" in values or not KNOWN_WORDS.isdisjoint(values):
        return None
    shape = _shape(tuple(parts[::2][:1] + parts[1::2]))
    if shape is None:
        return None
    values.append(None)
    kind, label, name, iban, account, bank, eref, kref, mref, cred = shape(values)
    if label is None:
        label, comment = kind or "", ""
    elif label[:4] in ("USTD", "STRD"):  # it has parts of its own
        return None
    else:
        comment = in_one_line(kind) if kind and kind != label else ""
    party, written = party_of(
        name or "", iban or account or "", bank or "", None if is_credit else cred
    )
    return None, in_one_line(label), comment, kref, eref, mref, cred, party, written, kind


@lru_cache(maxsize=_SHAPES_MAX)
def _shape(words: tuple[str, ...]) -> Callable[[list[Any]], tuple[Any, ...]] | None:
    """Return what picks the texts out of the values of these words; the last value is None.

    Before the first word there is nothing.
    """
    before, *some = words
    names = [WORDS.get(word) for word in some]
    if before or len(set(names)) < len(names) or not set(names) <= set(_WORD_TEXTS):
        return None
    return itemgetter(*(names.index(name) if name in names else -1 for name in _WORD_TEXTS))


def _subfields(flat: str, *, is_credit: bool) -> Usual | None:
    """Read subfields as the rules have them: each once and in order, and each key begins one."""
    begin = flat.find("?20")
    end = flat.find("?30", begin)
    found = _PURPOSE(flat, begin, end) if 0 < begin < end else None
    head = _head(flat[:begin]) if begin <= _MEMO_CHARS else None
    if found is None or head is None:
        return None
    eref, kref, mref, cred, label = found.groups()
    eref = eref and _value(eref)
    kref = kref and _value(kref)
    mref = mref and _value(mref)
    cred = cred and _value(cred)
    if max(len(eref or ""), len(kref or ""), len(mref or ""), len(cred or "")) > IDENTIFIER_CHARS:
        return None
    rest = flat[end:]
    parties = _tail(rest, None if is_credit else cred or None) if len(rest) < _MEMO_CHARS else None
    if parties is None:
        return None
    code, said = head
    label = label and _value(label)
    if not label:
        label, comment = said, ""
    else:
        comment = in_one_line(said) if said != label else ""
    party, written = parties
    return (code, in_one_line(label), comment, kref or None, eref or None, mref or None,
            cred or None, party, written, None)  # fmt: skip


def _value(text: str) -> str:
    return (unfolded(text, 5) if "?" in text else text).strip()


@lru_cache(maxsize=_SHAPES_MAX)
def _head(text: str) -> tuple[str, str] | None:
    """Return the code that subfields begin with, and the bank's own words (?00).

    None for the codes of money that goes back: reasons and parties are read otherwise there.
    """
    found = _HEAD.fullmatch(text)
    if found is None or found[1] in RETURNS:
        return None
    return found[1], found[2] or ""


@lru_cache(maxsize=_PARTIES_MAX)
def _tail(text: str, identity: str | None) -> tuple[Counterparty, str] | None:
    """Return the counterparty of the subfields from ?30 on, and its account as written."""
    found = _TAIL.fullmatch(text)
    if found is None:
        return None
    bank, account, name = (each or "" for each in found.groups())
    return party_of(unfolded(name, 0), account, bank, identity)
