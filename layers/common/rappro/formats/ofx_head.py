"""How an OFX file is recognised by its first bytes, and whether it is SGML or XML.

OFX 1 begins with its header of lines, or with OFX itself; OFX 2 has processing instructions or a
namespace. Headers lie: in a file that says it is OFX 2, the first text decides if it is XML.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from rappro.formats.ofx_text import beginning

_BLANK: Final = "\ufeff \t\r\n"
_ASIDE: Final = re.compile(r"[\s\ufeff]*(?:<!--.*?-->|<\?.*?\?>)", re.DOTALL)
_BLANKS: Final = re.compile(r"[\s\ufeff]*")
_HEADER: Final = re.compile(r"OFXHEADER\s*:|DATA\s*:\s*OFXSGML")
_ROOT: Final = re.compile(r"<((?:[A-Za-z_][\w.-]*:)?)OFX(\s[^<>]{0,4000})?/?>")
_TYPE: Final = re.compile(r"<!DOCTYPE\s+(?:[\w.-]+:)?OFX\b")
_FIRST_TEXT: Final = re.compile(r"<([A-Z][\w.]*)>\s*[^<\s][^<]*<(/?[\w.]*)")


class _Beginning(NamedTuple):
    """What stands before the first element, and the element if it is OFX's."""

    prolog: str
    root: re.Match[str] | None
    has_type: bool

    @property
    def is_xml(self) -> bool:
        if self.root is not None and (self.root[1] or "xmlns" in (self.root[2] or "")):
            return True
        return "<?" in self.prolog or self.has_type


def is_ofx1(head: bytes) -> bool:
    """Say whether a file begins as OFX 1 does."""
    text = beginning(head)
    if _HEADER.match(text.lstrip(_BLANK)):
        return True
    begun = _beginning(text)
    return begun.root is not None and not begun.is_xml


def is_ofx2(head: bytes) -> bool:
    """Say whether a file begins as OFX 2 does."""
    begun = _beginning(beginning(head))
    if begun.root is None and not begun.has_type:
        return "<?OFX" in begun.prolog
    return begun.is_xml


def _beginning(text: str) -> _Beginning:
    place = 0
    while aside := _ASIDE.match(text, place):
        place = aside.end()
    blanks = _BLANKS.match(text, place)
    place = blanks.end() if blanks else place
    return _Beginning(text[:place], _ROOT.match(text, place), _TYPE.match(text, place) is not None)


def is_sgml(head: bytes) -> bool:
    """Say whether the first text of a file has no end tag of its own."""
    text = beginning(head)
    found = _FIRST_TEXT.search(text, max(text.find("<OFX>"), 0))
    return found is not None and found[2] != f"/{found[1]}"
