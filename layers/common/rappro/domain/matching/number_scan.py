"""Invoice numbers in a text: where it shows one of a shape that the company's numbers have.

A text is cut into runs of letters or digits. Runs that follow each other are glued while they could
still become a number of a known shape, so that "FA 2026-00123", "FA202600123" and a number broken
over two label lines are all found, and a number of no known shape never is.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Final, NamedTuple

from rappro.domain.matching.number_words import MARKS, is_cut, is_glue, may_follow, says_invoice
from rappro.domain.matching.numbers import (
    RUNS_PER_NUMBER_MAX,
    Fit,
    Hit,
    Reading,
    ShapeBook,
    dotted,
    is_padding_apart,
)

RUNS_MAX: Final = 600
HITS_MAX: Final = 120
LISTED_MAX: Final = 40

_RUN_BETWEEN: Final = re.compile(r"([A-Z]+|[0-9]+)")
_SEPARATOR: Final = re.compile(r"[\s\-/._'\\:]{0,3}")
_SEPARATORS: Final = frozenset(("", " ", "-", "/", "."))
_TIED: Final = re.compile(r"[-/._']?")
_TIED_TO: Final = frozenset(("-", ".", "_", "'"))
_LISTED: Final = re.compile(
    r"\s{0,3}(,|/|\+|&|;|ET(?![A-Z])|AU?(?= ?\d)|\s-\s|-(?=\d{3})|\s)\s{0,3}"
    r"(?:N[O°]?\s?)?(\d{2,9})(?![A-Z0-9]|\.\d|,\d\d(?!\d))"
)
_NUMBER_MARKS: Final = frozenset(("N", "NO", "NR", "NUM", "NUMERO"))
_RANGE_SIGNS: Final = frozenset(("-", "A", "AU"))
RANGE_MAX: Final = 12
"""Numbers from the first of a range to its last."""

REPEATED_DIGITS_MIN: Final = 6
"""Digits of numbers without letters that a hyphen may join to a list: fewer are parts of one."""


class Bound(IntEnum):
    """What of its digits the numbers of a text depend on, their places and lengths apart."""

    NOTHING = 0
    ZEROS = 1  # which of them are leading zeros
    DIGITS = 2  # all of them: a list, a range


class Scan(NamedTuple):
    """The numbers that a text shows, and what other digits in their places could change."""

    hits: list[Hit]
    bound: Bound


def scan(text: str, book: ShapeBook, blanked: str) -> list[Hit]:
    """Return the numbers that a folded text shows, best first at each place, none inside another.

    `blanked` is the same text with dates, amounts and IBANs blanked: numbers that begin with a
    digit are only believed there.
    """
    return scanned(text, book, blanked).hits


def scanned(text: str, book: ShapeBook, blanked: str) -> Scan:
    """Return the numbers that a folded text shows, and what of its digits that depends on."""
    pieces = _RUN_BETWEEN.split(text, RUNS_MAX)  # what stands between runs, a run, and so on
    hits: list[Hit] = []
    bound = Bound.NOTHING
    covered = 0  # whatever begins inside a complete number is part of it
    for index, opening in _starts(pieces, book):
        run = pieces[index]
        end = len("".join(pieces[: index + 1]))
        start = end - len(run)
        if start < covered:
            continue
        if opening is None and not (blanked[start:end] == run and _is_start(pieces, index)):
            continue
        found, of_these = _from(text, pieces, index, (opening or run, end), book)
        bound = max(bound, of_these)
        if found:
            hits += found
            covered = max([hit.end for hit in found if is_certain(hit)], default=covered)
            if len(hits) > HITS_MAX:
                break
    return Scan(_widest(hits) if len(hits) > 1 else hits, bound)


def _starts(pieces: list[str], book: ShapeBook) -> list[tuple[int, str | None]]:
    """Return the runs that a number may begin with, and the letters of it in those of letters."""
    openers, digits_min = book.openers, book.digits_min
    found: list[tuple[int, str | None]] = []
    last = len(pieces) - 2
    for index in range(1, len(pieces), 2):
        run = pieces[index]
        if run < ":":  # digits come before it, letters after it
            if len(run) >= digits_min:
                found.append((index, None))
            continue
        letters = openers.get(run)
        if (
            letters is None
            and index < last
            and pieces[index + 1] in _SEPARATORS
            and pieces[index + 2] < ":"
            and run not in openers
        ):
            letters = book.opener(run)
        if letters is not None:
            found.append((index, letters))
    return found


def is_certain(hit: Hit) -> bool:
    """Tell whether a number is complete and can be nothing else."""
    return hit.fit is Fit.EXACT and not hit.is_doubtful


def _is_start(pieces: list[str], index: int) -> bool:
    """A number of digits alone stands free, or right after a word such as FACT or N.

    Or after a hyphen: then it must be one of a list (see `_is_in_list`).
    """
    if index == 1 or not _TIED.fullmatch(pieces[index - 1]):
        return True
    before = pieces[index - 2]
    return is_glue(before) if before > ":" else pieces[index - 1] == "-"


def _is_end(pieces: list[str], index: int, at: int, book: ShapeBook) -> bool:
    """Tell whether a number may end with a run: a word or a list may go on right behind it."""
    if at + 2 >= len(pieces):
        return True
    between, after = pieces[at + 1], pieces[at + 2]
    if between == "":
        return may_follow(after) or book.opener(after) is not None
    if between in _TIED_TO and pieces[index] < ":":
        is_end = 3 <= len(after) <= len(pieces[at]) or len(after) == len(pieces[index])
        return between == "-" and after < ":" and is_end
    return True


def _is_tied_to_digits(pieces: list[str], at: int) -> bool:
    """Tell whether more digits follow as of one number: what ends there lost more than zeros."""
    return (
        at + 2 < len(pieces)
        and pieces[at + 2] < ":"
        and _TIED.fullmatch(pieces[at + 1]) is not None
    )


def _is_in_list(pieces: list[str], index: int, at: int) -> bool:
    """Tell whether a hyphen ties a number of digits alone to another: "0003519-0003522"."""
    if pieces[index] > ":":
        return False
    is_first = at + 2 < len(pieces) and pieces[at + 1] == "-"
    return is_first or (index > 1 and pieces[index - 1] == "-")


def _is_repeated(pieces: list[str], index: int, at: int) -> bool:
    """Tell whether what a hyphen ties before a number is of its form; true when there is none."""
    if index == 1 or pieces[index - 1] != "-" or pieces[index - 2] > ":":
        return True
    count = (at - index) // 2 + 1
    before = pieces[index - 2 * count : index : 2] if index > 2 * count else []
    number = pieces[index : at + 1 : 2]
    return [(len(run), run < ":") for run in before] == [(len(run), run < ":") for run in number]


def _is_marked(pieces: list[str], index: int) -> bool:
    """Tell whether a word before a number of digits alone says that it is an invoice's."""
    before = pieces[index - 2]
    if before in _NUMBER_MARKS and index > 3:  # FACTURE N 12345
        before = pieces[index - 4]
    return before > ":" and "\n" not in pieces[index - 1] and says_invoice(before)


def _is_doubtful(pieces: list[str], index: int, at: int, book: ShapeBook) -> bool:
    """Tell whether a number may be something else.

    One of a list, a mark before digits, or the letters of another text.
    """
    mark = book.openers.get(pieces[index])
    if mark is None:
        return _is_in_list(pieces, index, at)
    between = pieces[index + 1]
    if "\n" in between:
        return True  # the last letters of one text, and the digits of the next
    if mark not in MARKS or (len(mark) == 1 and between[:1] != " "):
        return False
    alone = book.reading("|".join("9" * len(run) for run in pieces[index + 2 : at + 1 : 2]))
    return len(mark) == 1 or alone.whole is not None


def _from(
    text: str, pieces: list[str], index: int, first: tuple[str, int], book: ShapeBook
) -> tuple[list[Hit], Bound]:
    """Return the hits that begin at a run, and what of its digits they depend on.

    `first` is the run's own text and where it ends.
    """
    part, end = first
    start = end - len(part)
    parts: list[str] = []
    runs = ""
    hits: list[Hit] = []
    bound = Bound.NOTHING
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
            if reading.whole is None and reading.padded is not None:
                bound = max(bound, Bound.ZEROS)
            found = _hit(parts, reading)
            if found is not None and _stands(pieces, (index, at), found[1], book):
                is_doubtful = (reading.may_grow and is_cut(text, end)) or (
                    _is_doubtful(pieces, index, at, book)
                )
                is_marked = runs[0] == "9" and index > 1 and _is_marked(pieces, index)
                hit = Hit(found[0], found[1], tuple(parts), start, end, is_doubtful, is_marked)
                hits.append(hit)
                if hit.fit is Fit.EXACT and _LISTED.match(text, hit.end) is not None:
                    bound = Bound.DIGITS
                    hits += _listed(text, hit)
        if not reading.may_grow:
            break
    return hits, bound


def _stands(pieces: list[str], span: tuple[int, int], fit: Fit, book: ShapeBook) -> bool:
    """Tell whether a number stands there as one, and is not cut out of something longer."""
    index, at = span
    if pieces[index] > ":":
        return fit is not Fit.PADDED or not (
            _is_tied_to_digits(pieces, at) or not _is_end(pieces, index, at, book)
        )
    if _is_in_list(pieces, index, at):
        digits = sum(map(len, pieces[index : at + 1 : 2]))
        if fit is not Fit.EXACT or digits < REPEATED_DIGITS_MIN:
            return False
    return _is_end(pieces, index, at, book) and _is_repeated(pieces, index, at)


def _hit(parts: list[str], reading: Reading) -> tuple[str, Fit] | None:
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
    before = int(last)
    for _ in range(LISTED_MAX):
        more = _LISTED.match(text, at)
        if more is None or len(more.group(2)) > len(last):
            break
        tail, place = more.group(2), more.span(2)
        end = last[: len(last) - len(tail)] + tail
        if more.group(1) in _RANGE_SIGNS and 1 < int(end) - before < RANGE_MAX:
            inner = (str(each).zfill(len(last)) for each in range(before + 1, int(end)))
            found += [_ending(hit, each, Fit.RANGED, place) for each in inner]
        if end != last:
            found.append(_ending(hit, end, Fit.LISTED, place))
        at, before = more.end(2), int(end)
    return found


def _ending(hit: Hit, end: str, fit: Fit, place: tuple[int, int]) -> Hit:
    """Return another number that begins as one and has another end."""
    runs = (*hit.runs[:-1], end)
    return Hit("".join(runs), fit, runs, *place)


def _widest(hits: list[Hit]) -> list[Hit]:
    """Drop what lies inside a wider hit, and the worse of two readings of one place.

    What is doubtful hides nothing, and what a range holds has no place of its own.
    """
    kept: list[Hit] = []
    plain = [
        hit
        for hit in hits
        if hit.fit is Fit.LISTED
        or (hit.runs[0] < ":" and hit.end - hit.start >= REPEATED_DIGITS_MIN and is_certain(hit))
    ]
    for hit in sorted(hits, key=lambda h: (h.start - h.end, -h.fit, h.start, h.token)):
        if (
            hit.fit is Fit.PADDED
            and hit.runs[0] < ":"
            and any(hit.start <= each.start and each.end <= hit.end for each in plain)
        ):
            continue  # "0003519 0003522" is two numbers
        if hit.fit is Fit.RANGED or not any(
            k.start <= hit.start and hit.end <= k.end and not k.is_doubtful for k in kept
        ):
            kept.append(hit)
    return sorted(kept, key=lambda h: (h.start, h.end, h.token))
