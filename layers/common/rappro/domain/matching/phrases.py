"""Names in texts: the words that third parties and templates go by, found whole, never as part.

A phrase is found with word boundaries, all its words in order. A wider find hides those inside it,
so that "MARTIN" is not found where "MARTIN DUPONT" is. A *derived* phrase (a name, a call name: not
a text that somebody said the bank shows) is marked when it stands inside what may be a longer name.

Banks cut labels, so the last word of a long one may be the beginning of anything. Behind a name of
two telling words, what may begin a word that payers write about a payment is no part of the name;
when it may begin another third party's longer name as well, neither is believed.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import field
from typing import Final, NamedTuple

from rappro.domain.frozen import dataclass
from rappro.domain.matching.normalise import (
    BOILERPLATE,
    LEGAL_FORMS,
    WORDS_MAX,
    fold,
    is_year,
    undotted,
    words_of,
)

PHRASE_WORDS_MAX: Final = 12
CUT_FIELD_CHARS_MIN: Final = 20
"""A shorter text was not cut by the bank, so its last word is whole."""

CUT_LABEL_CHARS_MIN: Final = 28
"""A text this long may have lost whole words as well: CFONB labels have 31 characters."""

CUT_MATCH_CHARS_MIN: Final = 8
REST_CHARS_MAX: Final = 2
"""Letters of a word that was cut off: so few may begin anything."""

CUT_END_WORDS_MAX: Final = 5
CUT_END_CHARS_MIN: Final = 6
CUT_END_DIGITS_MIN: Final = 3
WAYS_ON_MAX: Final = 50
"""Words that a cut text could go on with; more of them name nobody."""

LAST_CHARACTER: Final = "\uffff"
_WORD: Final = re.compile(r"[A-Z0-9]+")
_FOUR_DIGITS: Final = re.compile(r"\d{4,}")
_DIGIT_AT_LEAST: Final = re.compile(rf"(?:[0-9][A-Z]*){{{CUT_END_DIGITS_MIN}}}")
_JOINED: Final = frozenset("/-._")
_JOINT: Final = re.compile(r"[ \-&']{1,3}")
_TITLES: Final = frozenset("SOCIETE STE ETS ETABLISSEMENTS M MR MME MLLE MONSIEUR MADAME".split())  # noqa: SIM905 (a list of words reads better as one)
_BESIDE_NAMES: Final = frozenset(
    """
    VOTRE VOS NOTRE NOS SOUS ESCOMPTE COMPENSATION ERREUR DOUBLON ANNUL ANNULATION EXTOURNE
    CONTREPASSATION REGUL REGULARISATION RESTITUTION REMBOURSEMENT REMBT REMB
    """.split()  # noqa: SIM905 (a list of words reads better as one)
)
"""What payers and banks write about a payment: it may tell two labels apart, but names nobody."""

_NO_NAME_WORDS: Final = BOILERPLATE | LEGAL_FORMS | _BESIDE_NAMES
_BEGINNINGS: Final = frozenset(word[:size] for word in _NO_NAME_WORDS for size in range(1, 20))
_SAME_FORM: Final = {"SASU": "SAS", "EURL": "SARL", "LIMITED": "LTD", "ASSOCIATION": "ASSOC"}


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose phrase it is: `kind` names the evidence, `form` is the legal form when known."""

    id: str
    kind: str
    is_derived: bool = False
    form: str | None = None


class Find(NamedTuple):
    """A phrase found in a field, from word `first` to before word `end`."""

    owner: Owner
    field: str
    first: int
    end: int
    text: str
    is_cut: bool = False
    is_inside: bool = False  # a derived phrase with a further name word beside it
    has_same_form: bool = False


@dataclass(slots=True)
class _Node:
    next: dict[str, _Node] = field(default_factory=dict)
    owners: list[Owner] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def continued(self, beginning: str) -> list[_Node]:
        """Return the nodes whose word is longer than a beginning and starts with it."""
        first, last = self.ways(beginning)
        words = self.words[first:last] if last - first <= WAYS_ON_MAX else ()
        return [self.next[word] for word in words]

    def ways(self, beginning: str) -> tuple[int, int]:
        """Return the places of the words that are longer than a beginning and start with it."""
        if len(self.words) != len(self.next):
            self.words = sorted(self.next)
        first = bisect_right(self.words, beginning)
        return first, bisect_left(self.words, beginning + LAST_CHARACTER)


class Words:
    """A field's words, and where each starts and ends in the folded text: worked out when asked.

    `finds` is what a directory found in them, kept here because many lines share one text.
    """

    __slots__ = ("_cut_ends", "_has_number", "_spans", "finds", "name", "text", "words")

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self.finds: list[Find] | None = None
        self.words: list[str] = _WORD.findall(text)
        if len(self.words) > WORDS_MAX:
            del self.words[WORDS_MAX:]
        self._spans: list[tuple[int, int]] | None = None
        self._cut_ends: tuple[str, ...] | None = None
        self._has_number: bool | None = None

    @classmethod
    def of(cls, name: str, raw: str) -> Words:
        """Read a text as it came."""
        return cls.of_folded(name, fold(raw))

    @classmethod
    def of_folded(cls, name: str, folded: str) -> Words:
        """Read a text that is folded already."""
        return cls(name, undotted(folded))

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Return where each word starts and ends."""
        if self._spans is None:
            spans: list[tuple[int, int]] = []
            end = 0
            for word in self.words:  # the next word begins where it is found next
                start = self.text.index(word, end)
                end = start + len(word)
                spans.append((start, end))
            self._spans = spans
        return self._spans

    @property
    def is_cut_label(self) -> bool:
        """Tell whether a bank may have cut the text: it is long, and no field for a name."""
        return len(self.text) >= CUT_LABEL_CHARS_MIN and self.name != "counterparty"

    def begins_number(self, at: int) -> bool:
        """Tell whether a word is joined to digits that follow it: "VE" in "VE/25/00123"."""
        if at + 1 >= len(self.words):
            return False
        end, start = self.spans[at][1], self.spans[at + 1][0]
        return self.text[end:start] in _JOINED and self.words[at + 1][0] <= "9"

    @property
    def cut_ends(self) -> tuple[str, ...]:
        """Return the last words, glued, of which a number may be that was cut off with the text.

        It takes CUT_END_CHARS_MIN letters or digits and CUT_END_DIGITS_MIN digits.
        """
        if self._cut_ends is None:
            ends: list[str] = []
            last, glued = self.words[-CUT_END_WORDS_MAX:], ""
            if not _DIGIT_AT_LEAST.search("".join(last)):
                last = []
            for word in reversed(last):
                glued = word + glued
                if len(glued) >= CUT_END_CHARS_MIN and _DIGIT_AT_LEAST.search(glued):
                    ends.append(glued)
            self._cut_ends = tuple(ends)
        return self._cut_ends

    @property
    def has_number(self) -> bool:
        """Tell whether four digits or more that are no year stand in the text."""
        if self._has_number is None:
            found = _FOUR_DIGITS.findall(self.text)
            self._has_number = not all(map(is_year, found))
        return self._has_number

    def neighbour(self, index: int, other: int) -> str | None:
        """Return the word at `other` when only a blank or a hyphen stands between both."""
        if not 0 <= other < len(self.words):
            return None
        left, right = (index, other) if index < other else (other, index)
        spans = self.spans
        between = self.text[spans[left][1] : spans[right][0]]
        return self.words[other] if between == " " or _JOINT.fullmatch(between) else None


def legal_form_of(text: str | None) -> str | None:
    """Return the legal form among the words of a text, in one spelling, None without any."""
    forms = [word for word in words_of(text or "") if word in LEGAL_FORMS]
    return _SAME_FORM.get(forms[0], forms[0]) if forms else None


def core_words(name: str) -> tuple[str, ...]:
    """Return the words of a name without legal forms and titles; empty when nothing tells."""
    words = tuple(w for w in words_of(name) if w not in LEGAL_FORMS and w not in _TITLES)
    return words if is_telling(words) else ()


def is_telling(words: Iterable[str]) -> bool:
    """Tell whether words name somebody: 3 characters at least that are no boilerplate."""
    return any(
        len(word) >= 3 and word not in BOILERPLATE and word not in LEGAL_FORMS for word in words
    )


class PhraseIndex:
    """All phrases, found in one walk over a text's words."""

    def __init__(self) -> None:
        self._root = _Node()

    def add(self, words: tuple[str, ...], owner: Owner, *, may_be_common: bool = False) -> None:
        """Add a phrase; one that tells nothing, such as "SA" or "VIR", is left out.

        With `may_be_common`, bank wording alone will do ("COTISATION CARTE").
        """
        if not words or len(words) > PHRASE_WORDS_MAX or sum(map(len, words)) < 3:
            return
        if not may_be_common and not is_telling(words):
            return
        node = self._root
        for word in words:
            node = node.next.setdefault(word, _Node())
        if owner not in node.owners:
            node.owners.append(owner)

    def find(self, words: Words) -> list[Find]:
        """Return what is named in a field; of two finds one inside the other, the wider."""
        starts = self._root.next
        if starts.keys().isdisjoint(words.words):
            return []
        finds: list[Find] = []
        texts = words.words
        last = len(texts) - 2
        for first, word in enumerate(texts):
            node = starts.get(word)
            if node is None or (
                first < last and not node.owners and texts[first + 1] not in node.next
            ):
                continue  # most names that begin with such a word go on in another way
            finds += self._walk(words, first)
        return _widest(finds) if len(finds) > 1 else finds

    def _walk(self, words: Words, first: int) -> list[Find]:
        finds: list[Find] = []
        node: _Node = self._root
        texts = words.words
        at = first
        while at < len(texts):
            following = node.next.get(texts[at])
            if following is None:
                break
            node = following
            at += 1
            if node.owners:
                finds += _finds(node.owners, words, first, at)
        if at >= len(texts) - 1 and len(words.text) >= CUT_FIELD_CHARS_MIN:
            cut = self._cut(words, (first, at), node)
            if finds and finds[-1].end == at and _may_go_on(words, at, node):
                finds, cut = _doubtful(finds, at), _doubtful(cut, len(texts))
            finds += cut
        return finds

    def _cut(self, words: Words, span: tuple[int, int], node: _Node) -> list[Find]:
        """Return the one phrase whose end the bank cut off with the text."""
        first, at = span
        rest = words.words[at] if at < len(words.words) else ""
        whole_words = at - first
        if whole_words < (1 if rest else 2) or not node.next:
            return []
        if len(words.text) - words.spans[first][0] < CUT_MATCH_CHARS_MIN:
            return []
        owner = _only_owner(node.continued(rest))
        if owner is None:
            return []
        return _finds([owner], words, first, len(words.words), is_cut=True)


def _may_go_on(words: Words, at: int, node: _Node) -> bool:
    """Tell whether a name before word `at` may be whole or another third party's longer one."""
    rest = words.words[at] if at < len(words.words) else ""
    if not (rest in _BEGINNINGS if rest else words.is_cut_label):
        return False
    first, last = node.ways(rest)
    if first == last:
        return False
    other = _only_owner(node.continued(rest))
    return other is None or all(owner.id != other.id for owner in node.owners)


def _doubtful(finds: list[Find], end: int) -> list[Find]:
    """Mark the finds that end at a word: another third party's longer or shorter name fits too."""
    return [
        find._replace(is_inside=find.owner.is_derived) if find.end == end else find
        for find in finds
    ]


def _only_owner(nodes: list[_Node]) -> Owner | None:
    """Return the owner of all phrases at and under some nodes, None when there are several."""
    only: Owner | None = None
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        for owner in node.owners:
            if only is not None and owner.id != only.id:
                return None
            only = only or owner
        waiting += node.next.values()
    return only


def _finds(
    owners: list[Owner], words: Words, first: int, end: int, *, is_cut: bool = False
) -> list[Find]:
    """Return the finds of one place, but for derived phrases with another legal form beside."""
    spans = words.spans
    text = words.text[spans[first][0] : spans[end - 1][1]]
    after, before = words.neighbour(end - 1, end), words.neighbour(first, first - 1)
    form = _form_of(after, before)
    cut_form = after if form is not None and _is_last_of_cut(words, end) else None
    is_inside = _is_name_word(before) or _is_name_behind(words, first, end, after)
    return [
        Find(
            owner, words.name, first, end, text, is_cut,
            is_inside=is_inside and owner.is_derived,
            has_same_form=form is not None and form == owner.form and cut_form is None,
        )
        for owner in owners
        if not owner.is_derived or form is None or owner.form is None or form == owner.form
        or (cut_form is not None and owner.form.startswith(cut_form))
    ]  # fmt: skip


def _form_of(after: str | None, before: str | None) -> str | None:
    """Return the legal form that stands right after a phrase, else right before it."""
    for word in (after, before):
        if word is not None and word in LEGAL_FORMS:
            return _SAME_FORM.get(word, word)
    return None


def _is_name_word(word: str | None) -> bool:
    return word is not None and word.isalpha() and word not in _NO_NAME_WORDS


def _is_last_of_cut(words: Words, at: int) -> bool:
    """Tell whether a word is the last one of a text that the bank may have cut in it."""
    return at == len(words.words) - 1 and words.is_cut_label


def _is_name_behind(words: Words, first: int, end: int, after: str | None) -> bool:
    """Tell whether the word behind a name may be a further word of a name.

    The last word of a cut label is one unless it may begin a word about the payment. The name must
    have two telling words for that: one alone may be anybody's, however little follows.
    """
    if after is None or words.begins_number(end):
        return False
    if not _is_last_of_cut(words, end):
        return _is_name_word(after)
    if sum(is_telling((word,)) for word in words.words[first:end]) < 2:
        return _is_name_word(after) or (len(after) <= REST_CHARS_MAX and after.isalpha())
    return _is_name_word(after) and len(after) > REST_CHARS_MAX and after not in _BEGINNINGS


def _widest(finds: list[Find]) -> list[Find]:
    """Drop finds inside a wider one; at one place, whose legal form agrees goes before the rest."""
    kept: list[Find] = []
    for find in finds:
        inside = any(
            other.first <= find.first
            and find.end <= other.end
            and (other.end - other.first > find.end - find.first)
            and not (other.is_cut and other.is_inside)
            for other in finds
        )
        outdone = not find.has_same_form and any(
            other.has_same_form and (other.first, other.end) == (find.first, find.end)
            for other in finds
        )
        if not inside and not outdone:
            kept.append(find)
    return kept
