"""What stands between the messages of a file: end marks, and the envelopes of FIN and of banks."""

from __future__ import annotations

import re
from typing import Final

ENVELOPE_OPENS: Final = "{4:"

_BLANK: Final = " \t\ufeff\0\x01\x03\x1a"  # some files keep the control characters of the line
_END: Final = re.compile(r"\n-(?:\}|[ \t\x03\x1a]*(?:\n|\Z))")
_ENVELOPE: Final = re.compile(
    r"\{.*|-\}.*|-|[äà]4:|-[åè]|:?94[012](?: 00)?:?|0000 0.*"  # FIN, also in national characters
    r"|[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?(?:/ ?94[02].*)?|[-\xad]?X{2,}"
)  # fmt: skip


def bare(line: str) -> str:
    """Return a line without blanks and the control characters that files may end in."""
    return line.strip(_BLANK)


def is_envelope(line: str) -> bool:
    """Say whether a bare line is a header or trailer of FIN or of a bank."""
    return _ENVELOPE.fullmatch(line) is not None


def is_end(line: str) -> bool:
    """Say whether a line ends a message."""
    return line[:2] == "-}" or line.rstrip(_BLANK) == "-"


def without_end(entry: str, details: str | None) -> tuple[str, str | None, str]:
    """Cut what follows the end mark of a message from its last entry."""
    text = entry if details is None else details
    ends = [found.start() for found in _END.finditer(text)]
    if not ends:
        return entry, details, ""
    kept, rest = text[: ends[-1]], text[ends[-1] + 1 :]
    return (kept, None, rest) if details is None else (entry, kept, rest)
