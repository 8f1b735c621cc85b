"""Invoice numbers in a text: what the company's numbers look like, and where a text shows one.

A text is cut into runs of letters or digits. Runs that follow each other are glued while they could
still become a number of a known shape, so that "FA 2026-00123", "FA202600123" and a number broken
over two label lines are all found, and a number of no known shape never is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from typing import Final, NamedTuple

from rappro.domain.matching.normalise import fold

NUMBER_CHARS_MAX: Final = 64
"""Characters of a number that are indexed."""

CORE_DIGITS_MIN: Final = 6
"""Fewer digits alone are a date, an amount or a postcode as often as a number."""

SHAPES_MAX: Final = 4000
"""Shapes that are used; a company with more has no grammar of numbers."""

RUNS_MAX: Final = 600
RUNS_PER_NUMBER_MAX: Final = 14
HITS_MAX: Final = 120
LISTED_MAX: Final = 40
READINGS_KEPT: Final = 20_000
"""Beginnings of numbers of which the reading is remembered."""

_RUN: Final = re.compile(r"[A-Z]+|[0-9]+")
_RUN_BETWEEN: Final = re.compile(r"([A-Z]+|[0-9]+)")
_SEPARATOR: Final = re.compile(r"[\s\-/._'\\:]{0,3}")
_SEPARATORS: Final = frozenset(("", " ", "-", "/", "."))
_TIED: Final = re.compile(r"[-/._']?")
_TIED_NEXT: Final = re.compile(r"[-._']?[A-Z0-9]")
_LISTED: Final = re.compile(
    r"\s{0,3}(?:,|/|\+|&|;|ET\b|\s-\s|\s)\s{0,3}(?:N[O°]?\s?)?(\d{2,9})(?![0-9.,A-Z]*[A-Z0-9])"
)
_GLUE: Final = "FACTURES FACTURE FACT FAC FCT INV INVOICE REF REFERENCE NO NR NUM NUMERO N AVOIR"
GLUE_WORDS: Final = frozenset(_GLUE.split())
"""Words that may be glued before a number without being part of it."""


class Fit(IntEnum):
    """How well a text shows a number; higher is better."""

    CORE = 1  # the digits without the letters
    LISTED = 2  # only the end, in a list after a full number: "FA2026-00123, 00124"
    SPLIT = 3  # complete, but broken at a place where the number has no separator
    PADDED = 4  # complete, leading zeros apart
    EXACT = 5  # complete


class Hit(NamedTuple):
    """A number that a text shows: the index token it is looked up by, and where it stands."""

    token: str
    fit: Fit
    runs: tuple[str, ...]
    start: int
    end: int


def runs_of(number: str) -> list[str]:
    """Return the runs of letters or digits of a number, folded."""
    return _RUN.findall(fold(number[:NUMBER_CHARS_MAX]))


def shape_of(number: str) -> str:
    """Return the shape of an invoice number: digits as 9, letters and separators as they are.

    "FA2026-00123" is "FA9999-99999". Case, accents and outer blanks mean nothing.
    """
    folded = fold(number.strip())[:NUMBER_CHARS_MAX]
    return "".join("9" if "0" <= char <= "9" else char for char in folded)


def dotted(runs: Iterable[str]) -> str:
    """Return runs joined by points, digits without their leading zeros ("FA.2026.123")."""
    return ".".join([(run.lstrip("0") or "0") if run[0] <= "9" else run for run in runs])


_Groups = frozenset[tuple[int, ...]]
"""The lengths that the digit groups of a number may have."""


class _Reading(NamedTuple):
    """What runs of some lengths are to the company's shapes, whatever their digits.

    `whole` is how a complete number fits; `padded` the lengths that digits may have lost zeros of;
    `is_number` tells whether there is any of these or a core, `may_grow` whether more runs could
    still make one.
    """

    whole: Fit | None
    padded: _Groups | None
    is_core: bool
    is_number: bool
    may_grow: bool


@dataclass(frozen=True, slots=True)
class ShapeBook:
    """The company's number shapes, compiled for scanning.

    `glued` maps a shape without separators to the digit lengths of its groups; `prefixes` holds
    every beginning of one; `kinds` maps the order of letters and digit groups to the group lengths;
    `cores` maps a count of digits to the group lengths of shapes that have letters as well.
    `openers` maps the letters that a number may begin with, a word glued before them included, to
    the number's own. `readings` remembers what was worked out from these.
    """

    glued: dict[str, _Groups]
    prefixes: frozenset[str]
    kinds: dict[tuple[str, ...], _Groups]
    cores: dict[int, _Groups]
    openers: dict[str, str]
    digits_min: int
    readings: dict[str, _Reading] = field(default_factory=dict)

    def reading(self, runs: str) -> _Reading:
        """Return what runs of a shape are; digits as 9, a bar between runs ("FA|9999|99999")."""
        known = self.readings.get(runs)
        if known is None:
            if len(self.readings) >= READINGS_KEPT:
                self.readings.clear()
            known = self.readings[runs] = self._read(runs.split("|"))
        return known

    def _read(self, runs: list[str]) -> _Reading:
        shape = "".join(runs)
        lengths = tuple(len(run) for run in runs if run[0] == "9")
        groups = self.glued.get(shape)
        whole = None
        if groups is not None:
            whole = Fit.EXACT if lengths in groups or len(lengths) == 1 else Fit.SPLIT
        kind = tuple("#" if run[0] == "9" else run for run in runs)
        cores = self.cores.get(len(shape)) if lengths and sum(lengths) == len(shape) else None
        is_digits = shape[0] == "9" and shape[-1] == "9"
        may_be_core = is_digits and any(len(shape) < count for count in self.cores)
        padded = self.kinds.get(kind) if len(runs) > 1 else None
        is_core = cores is not None and (len(lengths) == 1 or lengths in cores)
        return _Reading(
            whole,
            padded,
            is_core,
            whole is not None or padded is not None or is_core,
            shape in self.prefixes or may_be_core,
        )


@lru_cache(maxsize=16)
def shape_book(shapes: tuple[str, ...]) -> ShapeBook:
    """Compile shapes; the order they come in means nothing.

    Shapes that tell nothing are left out: fewer than 3 digits, or than 4 letters and digits.
    """
    glued: dict[str, set[tuple[int, ...]]] = {}
    kinds: dict[tuple[str, ...], set[tuple[int, ...]]] = {}
    cores: dict[int, set[tuple[int, ...]]] = {}
    for shape in sorted(set(shapes))[:SHAPES_MAX]:
        runs = runs_of(shape)
        lengths = tuple(len(run) for run in runs if run[0] == "9")
        whole = "".join(runs)
        if sum(lengths) < 3 or len(whole) < 4 or len(runs) > RUNS_PER_NUMBER_MAX:
            continue
        glued.setdefault(whole, set()).add(lengths)
        kinds.setdefault(tuple("#" if run[0] == "9" else run for run in runs), set()).add(lengths)
        if len(lengths) < len(runs) and sum(lengths) >= CORE_DIGITS_MIN:
            cores.setdefault(sum(lengths), set()).add(lengths)
    prefixes = {whole[:end] for whole in glued for end in range(1, len(whole) + 1)}
    first = frozenset(kind[0] for kind in kinds if kind[0] != "#")
    digits_first = [groups for whole, groups in glued.items() if whole[0] == "9"]
    starts = [group[0] for groups in (*digits_first, *cores.values()) for group in groups]
    return ShapeBook(
        glued={whole: frozenset(groups) for whole, groups in glued.items()},
        prefixes=frozenset(prefixes),
        kinds={kind: frozenset(groups) for kind, groups in kinds.items()},
        cores={count: frozenset(groups) for count, groups in cores.items()},
        openers={
            **{word + letters: letters for word in GLUE_WORDS for letters in first},
            **{letters: letters for letters in first},
        },
        digits_min=min(starts, default=NUMBER_CHARS_MAX),
    )


def scan(text: str, book: ShapeBook, blanked: str) -> list[Hit]:
    """Return the numbers that a folded text shows, best first at each place, none inside another.

    `blanked` is the same text with dates, amounts and IBANs blanked: numbers that begin with a
    digit are only believed there.
    """
    pieces = _RUN_BETWEEN.split(text, RUNS_MAX)  # what stands between runs, a run, and so on
    openers, digits_min = book.openers, book.digits_min
    hits: list[Hit] = []
    covered = 0  # whatever begins inside a complete number is part of it
    starts = [
        index
        for index in range(1, len(pieces), 2)
        if pieces[index] in openers or (len(pieces[index]) >= digits_min and pieces[index] < ":")
    ]  # digits come before ":", letters after it
    for index in starts:
        run = pieces[index]
        letters = openers.get(run)
        end = len("".join(pieces[: index + 1]))
        start = end - len(run)
        if start < covered:
            continue
        if letters is None:
            if blanked[start:end] != run or not _is_start(pieces, index):
                continue
            letters = run
        found = _from(text, pieces, index, (letters, end), book)
        if found:
            hits += found
            covered = max([hit.end for hit in found if hit.fit is Fit.EXACT], default=covered)
            if len(hits) > HITS_MAX:
                break
    return _widest(hits) if len(hits) > 1 else hits


def _is_start(pieces: list[str], index: int) -> bool:
    """A number of digits alone stands free, or right after a word such as FACT or N."""
    if index == 1:
        return True
    return pieces[index - 2] in GLUE_WORDS or not _TIED.fullmatch(pieces[index - 1])


def _from(
    text: str, pieces: list[str], index: int, first: tuple[str, int], book: ShapeBook
) -> list[Hit]:
    """Return the hits that begin at a run; `first` is its own text and where it ends."""
    part, end = first
    start = end - len(part)
    parts: list[str] = []
    runs = ""
    hits: list[Hit] = []
    for at in range(index, min(index + 2 * RUNS_PER_NUMBER_MAX, len(pieces)), 2):
        if parts:
            between, part = pieces[at - 1], pieces[at]
            if between not in _SEPARATORS and not _SEPARATOR.fullmatch(between):
                break
            end += len(between) + len(part)
            runs += "|"
        parts.append(part)
        runs += part if part[0] > "9" else "9" * len(part)
        reading = book.readings.get(runs) or book.reading(runs)
        if reading.is_number:
            found = _hit(parts, reading)
            if found is not None and not (runs[0] == "9" and _TIED_NEXT.match(text, end)):
                hit = Hit(found[0], found[1], tuple(parts), start, end)
                hits.append(hit)
                if hit.fit is Fit.EXACT:
                    hits += _listed(text, hit)
        if not reading.may_grow:
            break
    return hits


def is_padding_apart(digits: str, length: int) -> bool:
    """Tell whether digits are a group of that length but for its leading zeros.

    "123" is "00123", and so is "000123"; "0012" was cut: who drops zeros drops them all.
    """
    if len(digits) < length:
        return digits[0] != "0"
    return len(digits.lstrip("0")) <= length


def _hit(parts: list[str], reading: _Reading) -> tuple[str, Fit] | None:
    if reading.whole is not None:
        return "".join(parts), reading.whole
    if reading.padded is not None:
        digits = [part for part in parts if part[0] <= "9"]
        if any(all(map(is_padding_apart, digits, group)) for group in reading.padded):
            return dotted(parts), Fit.PADDED
    if reading.is_core:
        return "".join(parts).lstrip("0"), Fit.CORE
    return None


def _listed(text: str, hit: Hit) -> list[Hit]:
    """Return the numbers of which only the end is written, in a list after a full one."""
    if hit.runs[-1][0] > "9":
        return []
    found: list[Hit] = []
    at, last = hit.end, hit.runs[-1]
    for _ in range(LISTED_MAX):
        more = _LISTED.match(text, at)
        if more is None or len(more.group(1)) > len(last):
            break
        tail = more.group(1)
        runs = (*hit.runs[:-1], last[: len(last) - len(tail)] + tail)
        if runs != hit.runs:
            found.append(Hit("".join(runs), Fit.LISTED, runs, more.start(1), more.end(1)))
        at = more.end(1)
    return found


def _widest(hits: list[Hit]) -> list[Hit]:
    """Drop what lies inside a wider hit, and the worse of two readings of one place."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start - h.end, -h.fit, h.start, h.token)):
        if not any(k.start <= hit.start and hit.end <= k.end for k in kept):
            kept.append(hit)
    return sorted(kept, key=lambda h: (h.start, h.end, h.token))
