"""Invoice numbers in a text: what the company's numbers look like, and where a text shows one.

A text is cut into runs of letters or digits. Runs that follow each other are glued while they could
still become a number of a known shape, so that "FA 2026-00123", "FA202600123" and a number broken
over two label lines are all found, and a number of no known shape never is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import islice
from typing import Final

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

_RUN: Final = re.compile(r"[A-Z]+|[0-9]+")
_SEPARATOR: Final = re.compile(r"[\s\-/._'\\:]{0,3}")
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


@dataclass(frozen=True, slots=True)
class Hit:
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
    return ".".join((run.lstrip("0") or "0") if run[0] <= "9" else run for run in runs)


@dataclass(frozen=True, slots=True)
class ShapeBook:
    """The company's number shapes, compiled for scanning.

    `glued` maps a shape without separators to the digit lengths of its groups; `prefixes` holds
    every beginning of one; `kinds` maps the order of letters and digit groups to the group lengths;
    `cores` maps a count of digits to the group lengths of shapes that have letters as well.
    """

    glued: dict[str, frozenset[tuple[int, ...]]]
    prefixes: frozenset[str]
    kinds: dict[tuple[str, ...], frozenset[tuple[int, ...]]]
    cores: dict[int, frozenset[tuple[int, ...]]]
    first_letters: frozenset[str]
    glue: dict[str, str]
    digits_min: int


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
        first_letters=first,
        glue={word + letters: letters for word in GLUE_WORDS for letters in first},
        digits_min=min(starts, default=NUMBER_CHARS_MAX),
    )


_Run = tuple[str, int, int]
"""A run of letters or digits with its start and end."""


def scan(text: str, book: ShapeBook, blanked: str) -> list[Hit]:
    """Return the numbers that a folded text shows, best first at each place, none inside another.

    `blanked` is the same text with dates, amounts and IBANs blanked: numbers that begin with a
    digit are only believed there.
    """
    runs = [(m.group(), m.start(), m.end()) for m in islice(_RUN.finditer(text), RUNS_MAX)]
    hits: list[Hit] = []
    covered = 0  # whatever begins inside a complete number is part of it
    for index, (run, start, end) in enumerate(runs):
        if start < covered:
            continue
        if run[0] > "9":
            letters = run if run in book.first_letters else book.glue.get(run)
        elif len(run) >= book.digits_min and blanked[start:end] == run:
            letters = run if _is_number_start(text, runs, index) else None
        else:
            letters = None
        if letters is not None:
            found = _from(text, runs, index, letters, book)
            hits += found
            covered = max((hit.end for hit in found if hit.fit is Fit.EXACT), default=covered)
            if len(hits) > HITS_MAX:
                break
    return _widest(hits) if len(hits) > 1 else hits


def _is_number_start(text: str, runs: list[_Run], index: int) -> bool:
    """A number of digits alone stands free, or right after a word such as FACT or N."""
    if index == 0:
        return True
    word, _, end = runs[index - 1]
    return word in GLUE_WORDS or not _TIED.fullmatch(text, end, runs[index][1])


def _from(text: str, runs: list[_Run], index: int, first: str, book: ShapeBook) -> list[Hit]:
    """Return the hits that begin at a run whose own text is `first`."""
    start = runs[index][2] - len(first)
    parts: list[str] = []
    shape = ""
    hits: list[Hit] = []
    last_end = start
    for run, run_start, run_end in runs[index : index + RUNS_PER_NUMBER_MAX]:
        if parts and not _SEPARATOR.fullmatch(text, last_end, run_start):
            break
        parts.append(run if parts else first)
        shape += parts[-1] if parts[-1][0] > "9" else "9" * len(parts[-1])
        last_end = run_end
        found = _hit(parts, shape, book)
        if found is not None and not (shape[0] == "9" and _TIED_NEXT.match(text, run_end)):
            token, fit = found
            hits.append(Hit(token, fit, tuple(parts), start, run_end))
            if fit is Fit.EXACT:
                hits += _listed(text, hits[-1])
        if shape not in book.prefixes and not _may_grow(shape, book):
            break
    return hits


def is_padding_apart(digits: str, length: int) -> bool:
    """Tell whether digits are a group of that length but for its leading zeros.

    "123" is "00123", and so is "000123"; "0012" was cut: who drops zeros drops them all.
    """
    if len(digits) < length:
        return digits[0] != "0"
    return len(digits.lstrip("0")) <= length


def _may_grow(shape: str, book: ShapeBook) -> bool:
    """Digits alone may still become the core of a shape with letters."""
    return shape[0] == "9" and shape[-1] == "9" and any(len(shape) < n for n in book.cores)


def _hit(parts: list[str], shape: str, book: ShapeBook) -> tuple[str, Fit] | None:
    lengths = tuple(len(part) for part in parts if part[0] <= "9")
    groups = book.glued.get(shape)
    if groups is not None:
        is_whole = lengths in groups or len(lengths) == 1
        return "".join(parts), Fit.EXACT if is_whole else Fit.SPLIT
    padded = book.kinds.get(tuple("#" if part[0] <= "9" else part for part in parts))
    if padded is not None and len(parts) > 1:
        digits = [part for part in parts if part[0] <= "9"]
        if any(all(map(is_padding_apart, digits, group)) for group in padded):
            return dotted(parts), Fit.PADDED
    cores = book.cores.get(len(shape)) if "9" * len(shape) == shape else None
    if cores is not None and (len(lengths) == 1 or lengths in cores):
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
