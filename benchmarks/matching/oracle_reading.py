"""What a person would read on a line: numbers, parts of numbers, keys and names. No decisions.

Slow and simple on purpose: every reading looks at the whole text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from rapidfuzz.distance import OSA

Json = dict[str, Any]

_SEPARATORS: Final = frozenset(" -/._")
_LABEL_CUT: Final = 31
"""Characters of a CFONB label: a label of that length may have been cut."""


def words_of(text: str) -> list[str]:
    """Return the words of a text, in capitals without accents."""
    parts = unicodedata.normalize("NFKD", text)
    kept = "".join(sign for sign in parts if not unicodedata.combining(sign)).upper()
    return re.findall(r"[A-Z0-9]+", kept)


def compact(text: str) -> str:
    """Return the words of a text without anything between them."""
    return "".join(words_of(text))


@dataclass(slots=True)
class Reading:
    """The texts of a line, taken apart once."""

    texts: list[str]
    words: list[list[str]]
    tokens: frozenset[str]
    digit_runs: frozenset[str]
    compacts: list[str]
    is_label_cut: bool


def read(line: Json) -> Reading:
    """Take the texts of a line apart: label, remittance, name and end-to-end id."""
    texts = [line[key] for key in ("label", "remittance", "name", "end_to_end") if line[key]]
    words = [words_of(text) for text in texts]
    return Reading(
        texts=texts,
        words=words,
        tokens=frozenset(word for found in words for word in found) | {compact(t) for t in texts},
        digit_runs=frozenset(run for text in texts for run in re.findall(r"\d+", text)),
        compacts=[compact(text) for text in texts],
        is_label_cut=len(line["label"]) >= _LABEL_CUT - 1,
    )


def full_numbers(
    reading: Reading, numbers: Mapping[str, object], lengths: Iterable[int]
) -> set[str]:
    """Return which numbers (compact) stand in full in one of the texts.

    Signs between may be blanks and separators; what is within a longer number does not count.
    """
    sizes, found = sorted(lengths, reverse=True), set[str]()
    for text in reading.texts:
        plain, places = _with_places(text)
        spans: list[tuple[int, int]] = []
        for size in sizes:
            for start in range(len(plain) - size + 1):
                number = plain[start : start + size]
                span = (start, start + size)
                is_within = any(a <= span[0] and span[1] <= b for a, b in spans)
                if number in numbers and not is_within and _stands_alone(text, places, span):
                    spans.append(span)
                    found.add(number)
    return found


def _with_places(text: str) -> tuple[str, list[int]]:
    signs = [(sign.upper(), at) for at, sign in enumerate(text) if sign.isalnum()]
    return "".join(sign for sign, _ in signs), [at for _, at in signs]


def _stands_alone(text: str, places: list[int], span: tuple[int, int]) -> bool:
    first, last = places[span[0]], places[span[1] - 1]
    before = text[first - 1] if first else " "
    after = text[last + 1] if last + 1 < len(text) else " "
    inner = text[first : last + 1]
    if not any(sign.isalpha() for sign in inner):
        return " " not in inner and not (before.isalnum() or after.isalnum())
    if any(not sign.isalnum() and sign not in _SEPARATORS for sign in inner):
        return False
    return not (inner[0].isdigit() and before.isdigit()) and not (
        inner[-1].isdigit() and after.isdigit()
    )


def is_strong(number: str) -> bool:
    """Tell whether a number (compact) can hardly stand in a text by chance."""
    digits = sum(sign.isdigit() for sign in number)
    return digits >= 6 or (digits >= 4 and digits < len(number))


def shows_part(reading: Reading, number: str) -> bool:
    """Tell whether a text shows a part of a printed number: its end, its digits, or its start."""
    runs = re.findall(r"\d+", number)
    serials = [run for run in runs if len(run) >= 3][-1:]  # what stands before it is a year
    digits = "".join(runs)
    for run in reading.digit_runs:
        is_end = any(
            serial.endswith(run)
            or serial.lstrip("0") == run.lstrip("0")
            or (len(run) >= len(serial) and digits.endswith(run))
            for serial in serials
        )
        if is_end and len(run) >= 3:
            return True
    whole = compact(number)
    least = max(5, len(whole) - 4)
    return any(
        text.endswith(whole[:size])
        for text in reading.compacts
        for size in range(least, len(whole))
    )


def shows_slip(reading: Reading, number: str) -> bool:
    """Tell whether a text shows the number with a sign wrong, lost or added, or two swapped."""
    whole = compact(number)
    if len(whole) < 5:
        return False
    return any(
        OSA.distance(whole, text[start : start + size], score_cutoff=1) <= 1
        for text in reading.compacts
        for size in (len(whole) - 1, len(whole), len(whole) + 1)
        for start in range(len(text) - size + 1)
    )


@dataclass(slots=True)
class Names:
    """Names of third parties, by their first word."""

    phrases: dict[str, list[tuple[tuple[str, ...], str]]] = field(default_factory=dict)

    def add(self, text: str | None, party: str) -> None:
        words = tuple(words_of(text or ""))
        if len(compact(text or "")) >= 4:
            self.phrases.setdefault(words[0], []).append((words, party))

    def in_text(self, words: list[str], *, is_cut: bool) -> set[str]:
        """Return the third parties that a text names; of names within each other the longest."""
        best: dict[int, tuple[int, set[str]]] = {}
        for at, phrase, party in self._found(words, is_cut=is_cut):
            length, parties = best.get(at, (0, set()))
            if len(phrase) > length:
                best[at] = (len(phrase), {party})
            elif len(phrase) == length:
                parties.add(party)
        return {party for _, parties in best.values() for party in parties}

    def _found(
        self, words: list[str], *, is_cut: bool
    ) -> Iterator[tuple[int, tuple[str, ...], str]]:
        for at, word in enumerate(words):
            for phrase, party in self.phrases.get(word, ()):
                if tuple(words[at : at + len(phrase)]) == phrase:
                    yield at, phrase, party
                elif is_cut and _goes_on(words[at:], phrase):
                    yield at, tuple(words[at:]), party


def _goes_on(words: list[str], phrase: tuple[str, ...]) -> bool:
    """Tell whether a text ends within a name: at least one whole word and a letter of the next."""
    return (
        2 <= len(words) <= len(phrase)
        and tuple(words[:-1]) == phrase[: len(words) - 1]
        and phrase[len(words) - 1].startswith(words[-1])
    )


def phrase_in(reading: Reading, phrase: str) -> bool:
    """Tell whether a reference stands in one of the texts, as whole words."""
    wanted = words_of(phrase)
    return any(
        words[at : at + len(wanted)] == wanted
        for words in reading.words
        for at in range(len(words) - len(wanted) + 1)
    )
