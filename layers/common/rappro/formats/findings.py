"""Collects what a parser tolerated in a statement: one finding a code, with its first position.

Each format has a catalogue of its codes, which its page in `docs/formats/` repeats. What findings
mean for the books is decided elsewhere; here they are only gathered, bounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rappro.domain.bank import Finding, Severity

Catalogue = Mapping[str, tuple[Severity, str]]
"""Severity and sentence of each code; `{about}` in a sentence is what the note is about."""

KINDS_MAX: Final = 50
"""Different findings in one statement; the rest is counted under `more_findings`."""

_MORE: Final = (Severity.INFO, "there are more kinds of deviations than are listed")


@dataclass(slots=True)
class _Seen:
    severity: Severity
    sentence: str
    position: str
    count: int = 0


class FindingLog:
    """The tolerated deviations of one statement."""

    __slots__ = ("_catalogue", "_seen")

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._seen: dict[tuple[str, str], _Seen] = {}

    def note(self, code: str, position: str, *, about: str = "") -> None:
        """Note a deviation; notes of one code about different things are findings of their own."""
        seen = self._seen.get((code, about))
        if seen is None:
            severity, sentence = self._catalogue[code]
            if len(self._seen) >= KINDS_MAX:
                code, about, (severity, sentence) = "more_findings", "", _MORE
            seen = self._seen.setdefault(
                (code, about), _Seen(severity, sentence.format(about=about), position)
            )
        seen.count += 1

    def take(self) -> tuple[Finding, ...]:
        """Return the findings in the order they were first seen, and begin anew."""
        seen_now, self._seen = self._seen, {}
        return tuple(
            Finding(
                code,
                seen.severity,
                seen.sentence if seen.count == 1 else f"{seen.sentence} ({seen.count} times)",
                seen.position,
            )
            for (code, _), seen in seen_now.items()
        )
