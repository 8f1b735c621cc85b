"""Numbers in texts that look alike: what was worked out for one text serves all of its pattern.

Banks and payers write alike: "PAIEMENT F25094614 MERCI" and "PAIEMENT F25033645 MERCI" are one
pattern. Which runs of a text are a number depends on the lengths of its digits and on the few words
around them (number_scan.py looks no further), so that is what is remembered: where the numbers of a
pattern stand. Where the digits themselves matter (leading zeros, lists), the text is scanned.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from rappro.domain.matching.number_scan import Bound, is_certain, scan, scanned
from rappro.domain.matching.number_words import CUT_TEXT_CHARS_MIN, is_glue
from rappro.domain.matching.numbers import Fit, Hit, ShapeBook, dotted

TEXT_CHARS_MAX: Final = 400
"""A longer text is scanned: it is no pattern that comes back."""

PATTERNS_KEPT: Final = 50_000

_RUN: Final = re.compile(r"[A-Z]+|[0-9]+")
_DIGITS: Final = re.compile(r"[0-9]+")
_AS_NINE: Final = str.maketrans("0123456789", "9" * 10)


class _Place(NamedTuple):
    """Where a number stands: in which window, from and to, and its runs there."""

    window: int
    span: tuple[int, int]
    runs: tuple[tuple[int, int], ...]
    fit: Fit
    is_doubtful: bool
    is_marked: bool


_Places = tuple[_Place, ...] | Bound
"""The numbers of a pattern, or what of its digits they depend on."""

_Windows = tuple[list[str], list[int]]
"""The parts of a text that a number may stand in, and where each starts."""


def numbers_in(text: str, book: ShapeBook, blanked: str) -> list[Hit]:
    """Return what `scan` returns, for texts of a known pattern without scanning."""
    if len(text) > TEXT_CHARS_MAX or not text.isascii():
        return scan(text, book, blanked)
    windows: list[str] = book.windows.findall(text)
    if not windows:
        return []
    starts: list[int] = []
    is_whole = blanked == text
    key = ""  # its marks are small letters: a folded text has none
    end = 0
    for window in windows:
        start = text.index(window, end)
        end = start + len(window)
        starts.append(start)
        line = start - text.rfind("\n", 0, start) - 1 + len(window.partition("\n")[0])
        key += ("c" if line >= CUT_TEXT_CHARS_MIN else "w") + window.translate(_AS_NINE)
        if not is_whole:
            key += "b" + blanked[start:end].translate(_AS_NINE)
    patterns = book.patterns
    places = patterns.get(key)
    if places is Bound.ZEROS:
        key += "".join([f"z{len(run) - len(run.lstrip('0'))}" for run in _DIGITS.findall(text)])
        places = patterns.get(key)
    if places is None:
        return _learnt((text, blanked), book, key, (windows, starts))
    if places is Bound.DIGITS:
        return scan(text, book, blanked)
    return [_hit_at(place, windows[place.window], starts[place.window]) for place in places]


def _hit_at(place: _Place, window: str, start: int) -> Hit:
    runs = tuple([window[first:last] for first, last in place.runs])
    if place.fit is Fit.PADDED:
        token = dotted(runs)
    else:
        token = "".join(runs)
        if place.fit is Fit.CORE:
            token = token.lstrip("0")
    return Hit(
        token,
        place.fit,
        runs,
        start + place.span[0],
        start + place.span[1],
        place.is_doubtful,
        place.is_marked,
    )


def _learnt(texts: tuple[str, str], book: ShapeBook, key: str, windows: _Windows) -> list[Hit]:
    """Scan a text and remember where its numbers stand."""
    hits, bound = scanned(texts[0], book, texts[1])
    if len(book.patterns) >= PATTERNS_KEPT:
        book.patterns.clear()
    if bound is Bound.ZEROS and "z" in key:
        bound = Bound.NOTHING  # the key tells them
    book.patterns[key] = bound or _places(texts[0], hits, windows)
    return hits


def _places(text: str, hits: list[Hit], windows: _Windows) -> tuple[_Place, ...]:
    found: list[_Place] = []
    for hit in hits:
        at = max(number for number, start in enumerate(windows[1]) if start <= hit.start)
        base = windows[1][at]
        runs: list[tuple[int, int]] = []
        end = hit.start
        for run in hit.runs:
            start = text.index(run, end)
            end = start + len(run)
            runs.append((start - base, end - base))
        span = (hit.start - base, hit.end - base)
        found.append(_Place(at, span, tuple(runs), hit.fit, hit.is_doubtful, hit.is_marked))
    return tuple(found)


def numbers_of_id(text: str, book: ShapeBook) -> list[Hit]:
    """Return the numbers that an id of a payment consists of, doubtful; none when it has more.

    Such an id (end-to-end id) is a number of the payer's own, unless it is nothing else but numbers
    of open items and words such as FACT.
    """
    hits = [hit for hit in numbers_in(text, book, text) if is_certain(hit)]
    if not hits:
        return hits
    rest = text
    for hit in hits:
        rest = rest[: hit.start] + " " * (hit.end - hit.start) + rest[hit.end :]
    if not all(run > ":" and is_glue(run) for run in _RUN.findall(rest)):
        return []
    return [hit._replace(is_doubtful=True) for hit in hits]
