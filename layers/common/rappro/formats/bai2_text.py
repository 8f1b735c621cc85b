"""The fields and free text of a BAI2 transaction, and the keywords that banks put in it.

The format leaves the text to each bank. Most write keywords of wires ("ORG:=", "BNF NAME:=") or of
ACH ("ORIG CO NAME:"); what they name gets its own field, and the whole text stays searchable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from rappro.formats.protocol import LINE_TEXT_CHARS_MAX

_KEYWORDS: Final = {
    "payer": "ORG|ORG NAME|ORIG|ORIG NAME|ORIGINATOR|ORIGINATOR NAME|ORDERING CUSTOMER|BO1"
             "|BY ORDER OF",
    "payer_account": "ORG ID|ORIG ACCT|ORIGINATOR ACCOUNT|BO",
    "payer_bic": "SENDER BIC|SND BIC|ORIG BIC|ORG BIC",
    "payee": "BNF NAME|BNF|BENEFICIARY|BENEFICIARY NAME",
    "payee_account": "BNF ID|BNF ACCT|BENEFICIARY ACCOUNT",
    "payee_bic": "RECEIVER BIC|RCV BIC|BNF BIC",
    "company": "ORIG CO NAME|CO NAME|COMPANY NAME",
    "company_id": "ORIG ID|CO ID|COMPANY ID",
    "individual": "IND NAME|INDIVIDUAL NAME",
    "end_to_end": "EREF|E2E|END TO END ID|END TO END|END-TO-END ID|ENDTOENDID",
    "mandate": "MREF|MANDATE ID|MANDATE",
    "creditor": "CREDITOR ID|CRED",
    "reason": "RETURN REASON|RETURN CODE|RTN REASON|REASON CODE",
    "": "ORG ADDRESS|BNF ADDRESS|OBI|BBI|SENDER BNK|SENDER ID|REC FI|REC ID|IND ID|DESC DATE|SEC"
        "|CO ENTRY DESCR|ENTRY DESCR|TRACE|TRACE#|EED|TRID|FED NO|PY|OB|OB3|BI|ENDT",
}  # fmt: skip
"""Keywords of each name; those of no name only end the value before them."""

_NAMES: Final = {key: name for name, keys in _KEYWORDS.items() for key in keys.split("|")}
_BY_LAST_WORD: Final = {
    last: [
        (" " + key, name, len(key))
        for key, name in sorted(_NAMES.items(), key=lambda each: -len(each[0]))
        if key.rpartition(" ")[2] == last
    ]
    for last in {key.rpartition(" ")[2] for key in _NAMES}
}
"""The keywords that end in a word, the longest first: with a blank before, name and length."""

_KNOWN_CHARS: Final = 100
_KNOWN_PIECE_CHARS: Final = 300  # what is between its marks is shorter
_MARK: Final = re.compile(r"([:=]=?)")
_NOT_PROVIDED: Final = frozenset(("NOTPROVIDED", "NOT PROVIDED", "NONREF"))


class Fields(Iterator[str]):
    """The fields of a transaction; each continuation begins a field, or goes on with the text."""

    __slots__ = ("_has_slash", "_line", "_more", "_next", "_rest")

    def __init__(self, line: str, more: list[str]) -> None:
        self._more, self._next = more, 0
        self._begin(line)

    def _begin(self, line: str) -> None:
        part = line[3:].rstrip()
        self._line = line
        self._has_slash = part[-1:] == "/"
        self._rest: str | None = part[:-1] if self._has_slash else part

    def __next__(self) -> str:
        if self._rest is None:
            if self._next >= len(self._more):
                raise StopIteration
            self._begin(self._more[self._next])
            self._next += 1
        field, comma, rest = (self._rest or "").partition(",")
        self._rest = rest if comma else None
        return field

    def text(self) -> tuple[str, str, list[str]]:
        """Return what is left of the present record, that record, and the ones after it."""
        left = self._rest or ""
        text = clean(left + "/" if self._has_slash else left)
        return text, self._line, self._more[self._next :]


def clean(piece: str) -> str:
    """Return a piece of text without the slash that ends its record, and an empty field before."""
    piece = piece.strip()
    if piece[-1:] == "/":
        piece = piece[:-1].rstrip()
        if piece[-1:] == ",":
            piece = piece[:-1].rstrip()
    return piece


def pieces_of(first: str, line: str, more: list[str], width: int) -> list[str]:
    """Return the pieces of a text; a record that fills its line goes on within the word.

    `first` is the text that begins in the record `line`; each continuation goes on with it.
    """
    if len(line) != width and width not in map(len, more):
        pieces = [each[3:].strip() for each in more]
        joined = "\n".join(pieces)
        if "/\n" not in joined and joined[-1:] != "/" and "" not in pieces:  # as usual
            if first:
                pieces.insert(0, first)
            return pieces
    return _pieces_of_any(first, line, more, width)


def _pieces_of_any(first: str, line: str, more: list[str], width: int) -> list[str]:
    pieces: list[str] = []
    goes_on = False
    size = len(first)
    if first:
        pieces.append(first)
        goes_on = len(line) == width and line[-1] not in " /"
    for continuation in more:
        piece = continuation[3:].strip()
        if piece[-1:] == "/":
            piece = clean(piece)
        if not piece:
            continue
        if goes_on and continuation[3] != " ":
            pieces[-1] += piece
        else:
            pieces.append(piece)
        goes_on = len(continuation) == width and continuation[-1] not in " /"
        size += len(piece)
        if size > LINE_TEXT_CHARS_MAX:
            break  # it is refused, and would only take time
    return pieces


def keywords_of(pieces: list[str]) -> dict[str, str]:
    """Return what the keywords of a text name; of one that comes twice, the first."""
    told: dict[str, str] = {}
    name_of = _NAMES.get
    for piece in pieces:
        key, mark, value = piece.partition(":=")
        name = name_of(key) if mark else None
        if name is None or ":" in value or "=" in value:
            if ":" in piece or "=" in piece:
                _read_piece(piece, told)
        elif name and name not in told:
            value = value.strip(" ,;")
            if value and value not in _NOT_PROVIDED:
                told[name] = value
    return told


def _read_piece(piece: str, told: dict[str, str]) -> None:
    """Read a piece of text that is not just a keyword, `:=` and a value."""
    key, mark, value = piece.partition(":")
    if value[:1] == "=":
        value = value[1:]
    if mark and "=" not in key and "=" not in value and ":" not in value:
        name = (_known_keyword(key) if len(key) <= _KNOWN_CHARS else _keyword(key))[0]
        if name and name not in told:
            _put(told, name, value)
    elif "=" in piece:
        _read_marks(piece, told)
    else:
        _read_colons(piece, told)


def _read_colons(piece: str, told: dict[str, str]) -> None:
    """Read a piece whose only marks are colons: the same as `_read_marks`, in half the time."""
    parts = piece.split(":")
    last = parts.pop()
    name, value = "", ""
    read = _known_keyword if len(piece) <= _KNOWN_PIECE_CHARS else _keyword
    for part in parts:
        following, start = read(part)
        if start is None:
            value += part + ":"
            continue
        if name and name not in told:
            _put(told, name, value + part[:start])
        name, value = following, ""
    if name and name not in told:
        _put(told, name, value + last)


def _read_marks(piece: str, told: dict[str, str]) -> None:
    """Read a piece that may have several keywords; each one ends the value of the one before."""
    parts = _MARK.split(piece)
    name, value = "", ""
    for at in range(0, len(parts) - 1, 2):
        part = parts[at]
        following, start = _keyword(part)
        if start is None:
            value += part + parts[at + 1]
            continue
        if name and name not in told:
            _put(told, name, value + part[:start])
        name, value = following, ""
    if name and name not in told:
        _put(told, name, value + parts[-1])


def _keyword(part: str) -> tuple[str, int | None]:
    """Return the name of the keyword that a text before a mark ends in, and where it begins.

    The longest known one, else its last word, which has no name; nowhere when it has but one word,
    which may belong to the value.
    """
    if part[-1:] == " ":
        part = part.rstrip()
    name = _NAMES.get(part)
    if name is not None:
        return name, 0
    last = part.rfind(" ") + 1
    for key, name, length in _BY_LAST_WORD.get(part[last:], ()):
        if part.endswith(key):
            return name, len(part) - length
    return "", last or None


_known_keyword: Final = lru_cache(maxsize=4_096)(_keyword)
"""The same for what stands between two marks again and again, such as the name of a company."""


def ends_silently(head: str) -> bool:
    """Say whether what stands before a mark ends in a keyword of no name: its value tells nothing.

    `head` may have other marks before it, colons all of them.
    """
    name, start = _keyword(head[head.rfind(":") + 1 :])
    return start is not None and not name


def _put(told: dict[str, str], name: str, text: str) -> None:
    value = text.strip(" ,;")
    if value and value not in _NOT_PROVIDED:
        told[name] = value
