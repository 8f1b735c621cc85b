"""Invoice numbers: what the company's look like, and what runs of letters and digits are to them.

Where a text shows one is the business of number_scan.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import field
from enum import IntEnum
from functools import lru_cache
from typing import Any, Final, NamedTuple

from rappro.domain.frozen import dataclass
from rappro.domain.matching.normalise import fold
from rappro.domain.matching.number_words import GLUE_WORDS, is_glue

NUMBER_CHARS_MAX: Final = 64
"""Characters of a number that are indexed."""

CORE_DIGITS_MIN: Final = 6
"""Fewer digits alone are a date, an amount or a postcode as often as a number."""

SHAPES_MAX: Final = 4000
"""Shapes that are used; a company with more has no grammar of numbers."""

RUNS_PER_NUMBER_MAX: Final = 14
READINGS_KEPT: Final = 20_000
"""Beginnings of numbers of which the reading is remembered."""

_RUN: Final = re.compile(r"[A-Z]+|[0-9]+")
_LETTERS: Final = re.compile(r"[A-Z]+")


class Fit(IntEnum):
    """How well a text shows a number; higher is better."""

    CORE = 1  # the digits without the letters
    RANGED = 2  # not written, but between two that are: "FA2026-00123-00126"
    LISTED = 3  # only the end, in a list after a full number: "FA2026-00123, 00124"
    SPLIT = 4  # complete, but broken at a place where the number has no separator
    PADDED = 5  # complete, leading zeros apart
    EXACT = 6  # complete


class Hit(NamedTuple):
    """A number that a text shows: the index token it is looked up by, and where it stands.

    A doubtful one may be something else: it is believed when an open item has it, and says nothing
    about closed ones. "F 25632" may be an invoice that ends so, a text may be cut within a number.
    """

    token: str
    fit: Fit
    runs: tuple[str, ...]
    start: int
    end: int
    is_doubtful: bool = False
    is_marked: bool = False  # behind a word such as FACTURE


def runs_of(number: str) -> list[str]:
    """Return the runs of letters or digits of a number, folded."""
    cut = number[:NUMBER_CHARS_MAX]
    return _RUN.findall(cut.upper() if cut.isascii() else fold(cut))


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


class Reading(NamedTuple):
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
    every beginning of one, short of it; `kinds` maps the order of letters and digit groups to the
    group lengths;
    `cores` maps a count of digits to the group lengths of shapes that have letters as well.
    `openers` maps the letters that a number may begin with, a word glued before them included, to
    the number's own; None remembers a word that opens none. `windows` finds the parts of a text
    that a number may stand in. `readings` and `patterns` (number_patterns.py) remember what was
    worked out from these.
    """

    glued: dict[str, _Groups]
    prefixes: frozenset[str]
    kinds: dict[tuple[str, ...], _Groups]
    cores: dict[int, _Groups]
    openers: dict[str, str | None]
    letters_first: frozenset[str]
    digits_min: int
    windows: re.Pattern[str]
    readings: dict[str, Reading] = field(default_factory=dict)
    patterns: dict[str, Any] = field(default_factory=dict)

    def opener(self, word: str) -> str | None:
        """Return the letters of a number that a word ends with, other words glued before them."""
        if word in self.openers:
            return self.openers[word]
        if len(self.openers) >= READINGS_KEPT:
            self.openers.clear()
            self.openers.update(zip(self.letters_first, self.letters_first, strict=True))
        own = None
        if len(word) <= NUMBER_CHARS_MAX and word not in GLUE_WORDS:
            is_word = is_glue(word)  # then only a word may be a number's own: REF INV
            ends = (word[at:] for at in range(1, len(word)))
            own = next(
                (
                    end
                    for end in ends
                    if end in self.letters_first
                    and (not is_word or end in GLUE_WORDS)
                    and is_glue(word[: -len(end)])
                ),
                None,
            )
        self.openers[word] = own
        return own

    def reading(self, runs: str) -> Reading:
        """Return what runs of a shape are; digits as 9, a bar between runs ("FA|9999|99999")."""
        known = self.readings.get(runs)
        if known is None:
            if len(self.readings) >= READINGS_KEPT:
                self.readings.clear()
            known = self.readings[runs] = self._read(runs.split("|"))
        return known

    def _read(self, runs: list[str]) -> Reading:
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
        return Reading(
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
    prefixes = {whole[:end] for whole in glued for end in range(1, len(whole))}
    first = frozenset(kind[0] for kind in kinds if kind[0] != "#")
    digits_first = [groups for whole, groups in glued.items() if whole[0] == "9"]
    starts = [group[0] for groups in (*digits_first, *cores.values()) for group in groups]
    return ShapeBook(
        glued={whole: frozenset(groups) for whole, groups in glued.items()},
        prefixes=frozenset(prefixes),
        kinds={kind: frozenset(groups) for kind, groups in kinds.items()},
        cores={count: frozenset(groups) for count, groups in cores.items()},
        openers={letters: letters for letters in first},
        letters_first=first,
        digits_min=min(starts, default=NUMBER_CHARS_MAX),
        windows=_windows(glued, first),
    )


def _windows(glued: Iterable[str], letters_first: frozenset[str]) -> re.Pattern[str]:
    """Return what finds digits with as many words around them as tell whether they are a number.

    Before them the letters of a number, in as many runs as some other number's letters begin, or
    two words such as FACTURE N; behind them the letters of it, and the word after.
    """
    before, after = 2, 0
    for whole in glued:
        head, *rest = _LETTERS.findall(whole) if whole[0] > "9" else ("", *_LETTERS.findall(whole))
        begun = [len(first) for first in letters_first if head.startswith(first) and first != head]
        before = max(before, 1 + len(head) - min(begun, default=len(head)))
        after = max(after, *map(len, rest), 0)
    word, other = "[A-Z]++[^A-Z0-9]*+", "[^A-Z0-9]*+[A-Z]++"
    return re.compile(
        rf"(?<![A-Z])(?:{word}){{0,{before}}}[0-9]++"
        rf"(?:(?:{other}){{0,{before + after + 1}}}[^A-Z0-9]*+[0-9]++)*+"
        rf"(?:{other}){{0,{after + 1}}}+[^A-Z0-9]*+"
    )


def is_padding_apart(digits: str, length: int) -> bool:
    """Tell whether digits are a group of that length but for its leading zeros.

    "123" is "00123", and so is "000123"; "0012" was cut: who drops zeros drops them all.
    """
    if len(digits) < length:
        return digits[0] != "0"
    return len(digits.lstrip("0")) <= length
