"""What confirmed matches teach about who pays (SPEC MAT-15): stored, counted, listed, unlearned.

A confirmation by a person says "this wording is that third party". The next line with the same
IBAN, mandate or wording is then known by it (matching/third_party.py). Each lesson names the
matches that taught it, so that undoing the last of them takes the lesson back. Two lessons that
teach one text to different third parties identify nobody: that is the Directory's usual rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from rappro.domain.bank import Nature, StatementLine
from rappro.domain.books import ThirdParty
from rappro.domain.frozen import dataclass
from rappro.domain.ids import MatchId, ThirdPartyId, derive_id
from rappro.domain.matching.ibans import compact_iban, is_iban
from rappro.domain.matching.normalise import BOILERPLATE, LEGAL_FORMS, words_of
from rappro.domain.matching.phrases import PHRASE_WORDS_MAX, core_words
from rappro.domain.matching.references import key_token

PROVENANCE_MAX: Final = 50
"""Matches that a lesson remembers; by then one undo more or less proves nothing."""

LINES_MAX: Final = 3
"""Lines of a match that teach; a larger one groups payers, it does not name one."""

WORDING_CHARS_MIN: Final = 8
"""Letters of a wording without a field of its own: fewer are found by chance in other labels."""

_NAMELESS: Final = frozenset({
    Nature.CARD_DEPOSIT, Nature.CHEQUE_DEPOSIT, Nature.CASH, Nature.FEE, Nature.INTEREST,
    Nature.RETURN,
})  # fmt: skip
"""Means of payment whose other side is the bank, or many payers at once."""


class LessonKind(StrEnum):
    IBAN = "iban"
    MANDATE = "mandate"
    NAME = "name"  # of the counterparty, in a field of its own
    WORDING = "wording"  # read in the label


@dataclass(frozen=True, slots=True)
class Lesson:
    """One text that identifies a third party because people matched it so (référence apprise).

    `text` is compact (IBAN, mandate) or folded words. `count` is how many confirmed matches taught
    it, `match_ids` the last PROVENANCE_MAX of them; `author` and `taught_at` are of the last one.
    """

    id: str  # lesson_id of the three below
    kind: LessonKind
    text: str
    third_party: ThirdPartyId
    count: int
    match_ids: tuple[MatchId, ...]
    taught_at: datetime
    author: str
    version: int = 0

    @property
    def key(self) -> str:
        return self.id


def lesson_id(kind: LessonKind, text: str, third_party: ThirdPartyId) -> str:
    """Return the id of what some text teaches about a third party."""
    return derive_id("le", kind, text, third_party)


def texts_that_teach(
    lines: Sequence[StatementLine], third_party: ThirdParty, own_ibans: Iterable[str]
) -> list[tuple[LessonKind, str]]:
    """Return what the lines of one match say of their payer that its record does not say yet.

    Nothing when the match has more than LINES_MAX lines, or when the other side is the bank.
    """
    known = _known(third_party) | {
        (LessonKind.IBAN, compact_iban(iban)) for iban in own_ibans if iban
    }
    return [said for said in texts_said(lines) if said not in known]


def texts_said(lines: Sequence[StatementLine]) -> list[tuple[LessonKind, str]]:
    """Return whatever the lines of one match say of who pays, known or not (texts_that_teach)."""
    if len(lines) > LINES_MAX:
        return []
    found: dict[tuple[LessonKind, str], None] = {}
    for line in lines:
        if line.nature not in _NAMELESS and not line.is_reversal and not line.return_reason:
            found |= dict.fromkeys(_said_by(line))
    return list(found)


def _said_by(line: StatementLine) -> list[tuple[LessonKind, str]]:
    said: list[tuple[LessonKind, str]] = []
    other = line.counterparty
    iban = compact_iban(other.iban) if other.iban else ""
    if is_iban(iban):
        said.append((LessonKind.IBAN, iban))
    mandate = key_token(line.mandate_id)
    if mandate is not None:
        said.append((LessonKind.MANDATE, mandate))
    name = core_words(other.name or "")[:PHRASE_WORDS_MAX]
    if name:
        said.append((LessonKind.NAME, " ".join(name)))
    elif (wording := _wording(line.label)) is not None:
        said.append((LessonKind.WORDING, wording))
    return said


def _wording(label: str) -> str | None:
    """Return the longest run of words that may be a name, None when it is too short to tell."""
    runs: list[list[str]] = [[]]
    for word in words_of(label):
        if word.isalpha() and word not in BOILERPLATE and word not in LEGAL_FORMS:
            runs[-1].append(word)
        elif runs[-1]:
            runs.append([])
    longest = max(runs, key=lambda run: sum(map(len, run)))[:PHRASE_WORDS_MAX]
    return " ".join(longest) if sum(map(len, longest)) >= WORDING_CHARS_MIN else None


def _known(tp: ThirdParty) -> set[tuple[LessonKind, str]]:
    known = {(LessonKind.IBAN, compact_iban(iban)) for iban in tp.ibans}
    known |= {(LessonKind.IBAN, compact_iban(p.iban)) for p in tp.payers if p.iban}
    known |= {(LessonKind.MANDATE, key_token(mandate) or "") for mandate in tp.mandates}
    names = [tp.name, tp.call_name or "", *tp.aliases, *tp.bank_references]
    for name in [*names, *(payer.name or "" for payer in tp.payers)]:
        text = " ".join(core_words(name))
        known |= {(LessonKind.NAME, text), (LessonKind.WORDING, text)}
    return known


def taught(lesson: Lesson, match_id: MatchId, author: str, at: datetime) -> Lesson:
    """Return the lesson after one more match; the same match again teaches nothing."""
    if match_id in lesson.match_ids:
        return lesson
    return replace(
        lesson,
        count=lesson.count + 1,
        match_ids=(*lesson.match_ids, match_id)[-PROVENANCE_MAX:],
        taught_at=at,
        author=author,
    )


def untaught(lesson: Lesson, match_id: MatchId) -> Lesson | None:
    """Return the lesson without a match that was undone, None when nothing teaches it any more."""
    if match_id not in lesson.match_ids:
        return lesson
    left = tuple(each for each in lesson.match_ids if each != match_id)
    if lesson.count <= 1:
        return None
    return replace(lesson, count=lesson.count - 1, match_ids=left)
