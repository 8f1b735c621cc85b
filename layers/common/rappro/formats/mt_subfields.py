"""Details (:86:) in numbered subfields, as German, Austrian and Polish banks write them.

`166?00SEPA-GUTSCHRIFT?100599?20EREF+…?21SVWZ+…?30BIC?31IBAN?32NAME`: a business transaction code,
then subfields behind a separator. The purpose fills subfields of 27 characters, ?20 to ?29 and ?60
to ?63, and within it SEPA keys such as `EREF+` begin values that go on until the next key. Lines
are wrapped anywhere, also within a separator or key. Source: DFÜ-Abkommen, annex 3, field 86.
"""

from __future__ import annotations

import re
from typing import Final

from rappro.formats.mt_told import Told, add, joined

PURPOSE_CHARS: Final = 27
SUBFIELDS_MAX: Final = 200
IDENTIFIER_CHARS: Final = 35
"""The longest identifier of SEPA; banks let text follow that has no key."""

_IDENTIFIERS: Final = frozenset(("eref", "kref", "mref", "cred", "debt"))
_NOTE: Final = "MTLG:"  # the bank's own note, behind everything else

_PURPOSE: Final = "purpose"
_NAME: Final = "name"
_KINDS: Final = {
    "00": "said",
    "10": "journal",
    **{f"{code}": _PURPOSE for code in (*range(20, 30), *range(60, 64))},
    "30": "bank",
    "31": "account",
    "32": "name",
    "33": "name",
    "34": "text_key",
    "35": "behind",
    "36": "behind",
    "38": "iban",
    "70": "party",  # the other party's full name, beside its account
    "71": "party",
}
_BESIDE: Final = ("party", "behind")  # for the comment
_POLISH_KINDS: Final = {**_KINDS, "27": "name", "28": "name", "29": "name"}
_POLISH_SEPARATORS: Final = "^<~"

_KEYS: Final = {
    "EREF": "eref",
    "KREF": "kref",
    "MREF": "mref",
    "CRED": "cred",
    "DEBT": "debt",
    "SVWZ": "label",
    "ABWA": "aside",
    "ABWE": "aside",
    "COAM": "charges",
    "OAMT": "oamt",
    "PURP": "aside",
    "RREF": "aside",
    "IBAN": "key_iban",
    "BIC": "key_bic",
}

_MORE: Final = rf"(?:\?2\d(?![A-Z]{{3,4}}\+|{_NOTE})[^?]*)"
_REGULAR_KEYS: Final = ("eref", "kref", "mref", "cred", "label")
_REGULAR: Final = re.compile(
    r"(\d{3})(?:\?00([^?]*))?(?:\?10[^?]*)?"
    + "".join(
        rf"(?:\?2\d{key}\+([^?]*{_MORE}*))?" for key in ("EREF", "KREF", "MREF", "CRED", "SVWZ")
    )
    + r"(?:\?30([^?]*))?(?:\?31([^?]*))?(?:\?32([^?]*(?:\?33[^?]*)?))?(?:\?34([^?]*))?",
    re.ASCII,
)
# The code is repeated by banks that give it a line of its own before the subfields.
_BEGIN: Final = re.compile(
    r" ?(\d{3})(?:\1)?([^\w\s/.,:'()-])(?=00|10|2\d|3[0-8]|6[0-3])", re.ASCII
)
_BEGIN_WITHOUT_CODE: Final = re.compile(r" ?([?~<^|>])(?=(?:00|10|20|3\d|60))")
_UNSTRUCTURED: Final = re.compile(r"(999)(PN\d{4})?(?=\D)", re.ASCII)


class Subfields:
    """Reads subfields; `is_polish` when the account is kept in zloty."""

    def __init__(self, *, is_polish: bool) -> None:
        self._is_polish = is_polish
        self.unknown: list[str] = []

    def read(self, text: str, told: Told) -> bool:
        """Put what the subfields of a text say into `told`; say False if it has none."""
        flat = text.replace("\n", "")
        if read_regular(flat, told):
            return True
        begin = _BEGIN.match(flat)
        if begin is not None:
            told["code"] = begin[1]
            separator = begin[2]
        else:
            begin = _BEGIN_WITHOUT_CODE.match(flat)
            if begin is None:
                return _unstructured(text, told)
            separator = begin[1]
        is_polish = self._is_polish and separator in _POLISH_SEPARATORS
        parts = _mended(flat[begin.end() :].split(separator), separator)
        unknown = read_any(parts, told, _POLISH_KINDS if is_polish else _KINDS)
        self.unknown = [separator + code for code in unknown]
        return True


def read_regular(flat: str, told: Told) -> bool:
    """Read subfields as the rules have them, all at once; say False if they differ.

    The subfields and the keys of the purpose come once, in their order, and each key begins a
    subfield. `read_any` reads these to the same end, and all others.
    """
    found = _REGULAR.fullmatch(flat)
    if found is None:
        return False
    code, said, *values, bank, account, name, key = found.groups()
    keyed = {
        kind: (unfolded(value, 5) if "?" in value else value).strip()
        for kind, value in zip(_REGULAR_KEYS, values, strict=True)
        if value
    }
    for kind, text in keyed.items():
        if "+" in text or (len(text) > IDENTIFIER_CHARS and kind != "label"):
            return False
    told["code"] = code
    if said:
        told["said"] = said
    if bank:
        told["bank"] = bank
    if account:
        told["account"] = account
    if key:
        told["text_key"] = key
    if name:
        told["name"] = unfolded(name, 0) if "?" in name else name
    told.update(keyed if all(keyed.values()) else {k: text for k, text in keyed.items() if text})
    return True


def unfolded(value: str, width: int) -> str:
    """Join a value with the subfields it goes on in; `width` characters are before it."""
    text, *parts = value.split("?")
    before = width + len(text)
    for part in parts:
        text = _longer(text, part[2:], before) if before < PURPOSE_CHARS else text + part[2:]
        before = len(part) - 2
    return text


def read_any(parts: list[str], told: Told, kinds: dict[str, str]) -> list[str]:
    """Read subfields in whatever order and number; return the codes that are not known."""
    values: Told = {}
    lines: dict[str, list[str]] = {_PURPOSE: [], _NAME: []}
    unknown: list[str] = []
    for part in parts:
        kind = kinds.get(part[:2])
        if kind in lines:
            lines[kind].append(part[2:])
        elif kind is not None:
            values[kind] = values.get(kind, "") + part[2:]
        elif part:
            unknown.append(part[:2])
            add(told, "aside", part)
    for kind in _BESIDE:
        add(told, "aside", values.pop(kind, ""))
    told.update(values)
    if lines[_PURPOSE]:
        starts: list[int] = []
        read_keys(subfields_joined(lines[_PURPOSE], starts), told, starts)
    if lines[_NAME]:
        told[_NAME] = subfields_joined(lines[_NAME], [])
    return unknown


def _unstructured(text: str, told: Told) -> bool:
    """Read the code 999, behind which text follows, in old files with the journal number."""
    if text[:3] != "999":
        return False
    flat = joined(text)
    begin = _UNSTRUCTURED.match(flat)
    if begin is None:
        return False
    told["code"] = begin[1]
    add(told, "aside", begin[2] or "")
    add(told, "label", flat[begin.end() :])
    return True


def _mended(parts: list[str], separator: str) -> list[str]:
    """Join again what was cut at a separator that is part of a text."""
    mended: list[str] = []
    for part in parts[:SUBFIELDS_MAX]:
        is_text = not part[:2].isdigit() or (mended and mended[-1][-4:] in _KEYS)
        if mended and is_text:
            mended[-1] += separator + part
        else:
            mended.append(part)
    if len(parts) > SUBFIELDS_MAX:
        mended[-1] += separator + separator.join(parts[SUBFIELDS_MAX:])
    return mended


def subfields_joined(parts: list[str], starts: list[int]) -> str:
    """Join subfields of 27 characters, whose trailing blanks the bank has cut off.

    A full one goes on within a word. One of 26 has lost a blank. A shorter one is a line of its
    own, unless a key begins, or a word or number visibly goes on: some banks cut the payer's lines
    of 35 characters in two. `starts` gets the place where each begins.
    """
    text = parts[0]
    before = len(text)
    starts.append(0)
    for part in parts[1:]:
        text = _longer(text, part, before)
        starts.append(len(text) - len(part))
        before = len(part)
    return text


def _longer(text: str, part: str, before: int) -> str:
    """Return a text with its next subfield; `before` is how long the last one was."""
    is_end = before < PURPOSE_CHARS and _is_line_end(text, part, before)
    return f"{text} {part}" if is_end else text + part


def _is_line_end(text: str, part: str, before: int) -> bool:
    """Say whether a blank belongs between a text and its next part, behind a part not full."""
    if part[4:5] == "+" or part[:1] in (" ", "") or text[-1:] in (" ", ""):
        return False
    if _is_cut_key(text, part):
        return False
    return before == PURPOSE_CHARS - 1 or not _goes_on(text, part)


def _is_cut_key(text: str, part: str) -> bool:
    plus = part.find("+", 0, 4)
    return plus > 0 and text[plus - 4 :] + part[:plus] in _KEYS


def _goes_on(text: str, part: str) -> bool:
    last, first = text[-1], part[:1]
    return (last.islower() and first.islower()) or (last.isdigit() and first.isdigit())


def read_keys(text: str, told: Told, starts: list[int]) -> None:
    """Put the values of the SEPA keys of a text into `told`; the rest is label.

    A key counts at one of the `starts`, or behind a blank.
    """
    note = text.find(_NOTE)
    if note in starts:
        add(told, "more", text[note + len(_NOTE) :])
        text = text[:note]
    if "+" not in text:
        add(told, "label", text)
        return
    chunks = text.split("+")
    chunks.pop()
    name, begin, place = "before", 0, 0  # where the value of `name` begins
    for chunk in chunks:
        place += len(chunk) + 1
        key = chunk[-4:] if chunk[-4:] in _KEYS else chunk[-3:]
        start = place - 1 - len(key)
        if key in _KEYS and (start in starts or text[start - 1 : start] == " "):
            _end(told, name, text[begin:start], (starts, begin))
            name, begin = _KEYS[key], place
    _end(told, name, text[begin:], (starts, begin))
    if "before" in told:
        before = told.pop("before")
        add(told, "more" if "label" in told else "label", before)


def _end(told: Told, name: str, value: str, place: tuple[list[int], int]) -> None:
    """Put a value under its name; what an identifier has too many characters of is text.

    `place` is where subfields start, and where the value does.
    """
    if len(value) > IDENTIFIER_CHARS and name in _IDENTIFIERS:
        starts, begin = place
        limit = IDENTIFIER_CHARS + 1
        ends = [at - begin for at in starts if begin < at < begin + limit]
        end = max(ends, default=value.rfind(" ", 0, limit))
        end = end if end > 0 else IDENTIFIER_CHARS
        add(told, "more", value[end:])
        value = value[:end]
    value = value.strip()
    if value:
        told[name] = f"{told[name]} {value}" if name in told else value
