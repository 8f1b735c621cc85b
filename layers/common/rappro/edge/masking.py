"""Hides account numbers in what is written to logs: of an IBAN, country and last four stay.

What looks like an IBAN is taken for one, with right check digits or not, of whatever country: 15 to
34 letters and digits after a country's two letters and two digits, as they are stored or in groups.
Our own ids, UUIDs and ids of traces may look like one and are left alone (ISO 13616).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

_GAP: Final = r"(?:[\s.-]|\\[nrt])?"
_ID: Final = r"\b[a-z]+_[a-z2-7]{24}\b"
_UUID: Final = r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"
_TRACE: Final = r"\b1-[0-9a-f]{8}-[0-9a-f]{24}\b"
_START: Final = r"(?:(?<![A-Za-z0-9])|(?<=IBAN)|(?<=iban)|(?<=\\[nrt]))"
_LOOKS: Final = re.compile(
    rf"{_ID}|{_UUID}|{_TRACE}|{_START}(?P<iban>[A-Za-z]{{2}}\d{{2}}"
    rf"(?:{_GAP}[A-Za-z0-9]{{4}}){{2,7}}(?:{_GAP}[A-Za-z0-9]{{1,3}})?)(?P<more>[A-Za-z0-9]?)"
)
_LENGTH_MIN, _LENGTH_MAX = 15, 34
_SHOWN: Final = 4


def masked(text: str) -> str:
    """Return a text in which every IBAN reads like `FR**0189`."""
    return _LOOKS.sub(_replacement, text)


def masked_json(log: Mapping[str, Any]) -> str:
    """Return a log line as JSON, without any IBAN in a name or a value of it."""
    return masked(json.dumps(log, default=str, separators=(",", ":"), ensure_ascii=False))


def _replacement(found: re.Match[str]) -> str:
    text = found["iban"]
    if text is None:  # an id
        return found[0]
    places = _places(text)
    ends = [n for n in range(_LENGTH_MIN, len(places) + 1) if _is_valid(text, places[:n])]
    if not ends and (found["more"] or not _LENGTH_MIN <= len(places) <= _LENGTH_MAX):
        return found[0]  # a longer word, say a digest
    end = ends[-1] if ends else len(places)
    shown = "".join(text[place] for place in places[end - _SHOWN : end])
    rest = text[places[end - 1] + 1 :] + found["more"]
    return f"{text[:2].upper()}**{shown}{rest}"


def _places(text: str) -> list[int]:
    """Return where the letters and digits of a candidate stand; a JSON escape is a gap."""
    gaps = {place for gap in re.finditer(r"\\[nrt]", text) for place in range(*gap.span())}
    return [n for n, c in enumerate(text) if c.isalnum() and n not in gaps]


def _is_valid(text: str, places: list[int]) -> bool:
    """Say whether the check digits are right: modulo 97 of the number, country and digits last."""
    compact = [text[place] for place in places]
    digits = "".join(str(int(c, 36)) for c in [*compact[4:], *compact[:4]])
    return int(digits) % 97 == 1
