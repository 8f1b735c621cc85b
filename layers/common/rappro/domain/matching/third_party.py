"""Who pays or is paid: the third party of a line, from ranked evidence that names exactly one.

    set by a person > mandate > IBAN or SIREN (payers included) > bank reference, alias, name
                    > name with a slip of the pen

What the line's invoice numbers say is not used here: the rules weigh it, so that a number and its
payer stay two independent pieces of evidence. Two that fit, or two ranks that contradict, give no
third party but the ones it could be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extract

from rappro.domain.books import (
    ThirdParty,
    ThirdPartyKind,
)
from rappro.domain.ids import ThirdPartyId
from rappro.domain.learning import Lesson, LessonKind
from rappro.domain.matching.model import Rejected
from rappro.domain.matching.normalise import (
    BOILERPLATE,
    LEGAL_FORMS,
    TEXT_CHARS_MAX,
    words_of,
)
from rappro.domain.matching.phrases import (
    Find,
    Owner,
    PhraseIndex,
    Words,
    core_words,
    legal_form_of,
)
from rappro.domain.matching.references import TextRefs, compact_iban, key_token, read_iban

FUZZY_RATIO_MIN: Final = 88
FUZZY_MARGIN: Final = 6
FUZZY_EDITS_MAX: Final = 2
FUZZY_CHARS_MIN: Final = 8
BLOCK_MAX: Final = 300
"""Names that share the first letters of a word; a larger block tells nobody apart."""

NO_NAMES: Final = BOILERPLATE | LEGAL_FORMS

NEAR_KEPT: Final = 50_000
"""Names as written of which the closest known ones, or the payer, are remembered."""


class Payer(NamedTuple):
    """Who pays, as far as the line says without its invoice numbers.

    `third_party` is None when nobody fits or several do; `candidates` are all that fit.
    """

    third_party: ThirdPartyId | None = None
    candidates: frozenset[ThirdPartyId] = frozenset()
    kind: str = ""
    text: str = ""
    detail: str = ""
    rejected: tuple[Rejected, ...] = ()

    def may_be(self, third_party: ThirdPartyId) -> bool:
        """Tell whether independent evidence fits this third party."""
        return third_party in self.candidates


UNKNOWN: Final = Payer()


class Identity(NamedTuple):
    """What a line says of its other side: its fields' words, ids and typed references."""

    fields: tuple[Words, ...]
    refs: TextRefs
    name: str | None = None
    iban: str | None = None
    mandate: str | None = None
    counterparty_id: str | None = None
    is_money_in: bool = True


class Directory:
    """The company's third parties, indexed by everything that can identify them."""

    def __init__(self, third_parties: Iterable[ThirdParty], lessons: Iterable[Lesson] = ()) -> None:
        self.by_id: dict[ThirdPartyId, ThirdParty] = {}
        self._mandates: dict[str, set[ThirdPartyId]] = defaultdict(set)
        self._ibans: dict[str, set[ThirdPartyId]] = defaultdict(set)
        self._sirens: dict[str, set[ThirdPartyId]] = defaultdict(set)
        self._phrases = PhraseIndex()
        self._names: list[tuple[ThirdPartyId, tuple[str, ...], str | None]] = []
        self._sorted_names: list[str] = []
        self._blocks: dict[str, list[int]] = defaultdict(list)
        self._by_find: dict[tuple[str, str, str, str, bool], Payer] = {}
        self._near: dict[tuple[str, ...], list[tuple[float, int]]] = {}
        for third_party in sorted(third_parties, key=lambda t: t.id):
            self._add(third_party)
        for lesson in sorted(lessons, key=lambda each: each.id):
            self._learn(lesson)

    def _add(self, tp: ThirdParty) -> None:
        self.by_id[tp.id] = tp
        for mandate in filter(None, map(key_token, tp.mandates)):
            self._mandates[mandate].add(tp.id)
        for iban in (*tp.ibans, *(payer.iban for payer in tp.payers if payer.iban)):
            self._ibans[compact_iban(iban)].add(tp.id)
        siren = "".join((tp.siren or "").split())[:9]
        if siren:
            self._sirens[siren].add(tp.id)
        form = legal_form_of(tp.legal_form) or legal_form_of(tp.name)
        for reference in tp.bank_references:
            self._phrases.add(words_of(reference), Owner(tp.id, "bank_reference"))
        for alias in tp.aliases:
            self._phrases.add(words_of(alias), Owner(tp.id, "alias"))
        for payer in tp.payers:
            self._phrases.add(core_words(payer.name or ""), Owner(tp.id, "payer_name"))
        call_name = core_words(tp.call_name or "")
        self._phrases.add(call_name, Owner(tp.id, "call_name", is_derived=True, form=form))
        self._add_name(tp, form)

    def _add_name(self, tp: ThirdParty, form: str | None) -> None:
        name = core_words(tp.name)
        if tp.is_person and len(name) < 2:
            return  # a surname alone names nobody
        owner = Owner(tp.id, "name", is_derived=True, form=form)
        self._phrases.add(name, owner)
        if tp.is_person:
            self._phrases.add(tuple(reversed(name)), owner)
        if name and sum(map(len, name)) >= FUZZY_CHARS_MIN:
            for block in {word[:4] for word in name}:
                self._blocks[block].append(len(self._names))
            self._names.append((tp.id, name, form))
            self._sorted_names.append(" ".join(sorted(name)))

    def _learn(self, lesson: Lesson) -> None:
        """Add what confirmed matches taught; a third party that is gone is nobody's payer."""
        if lesson.third_party not in self.by_id:
            return
        if lesson.kind is LessonKind.IBAN:
            self._ibans[lesson.text].add(lesson.third_party)
        elif lesson.kind is LessonKind.MANDATE:
            self._mandates[lesson.text].add(lesson.third_party)
        else:
            owner = Owner(lesson.third_party, "learned", is_derived=True)
            self._phrases.add(tuple(lesson.text.split()), owner)

    def payer_of(self, line: Identity) -> Payer:
        """Return who pays according to the strongest evidence that the line has."""
        refs = line.refs
        if refs.mandates or line.mandate:
            mandates = self._one_way(self._fits(self._mandates, self._mandates_of(line)), line)
            if len(mandates) == 1:
                return _one(mandates, "mandate", line.mandate or "", "the mandate is this party's")
        named = self._named(line)
        if len(named) > 1 and not _is_one(named):
            named = _told_by_name(self._told_by_direction(named, line))
        holders: set[ThirdPartyId] = set()
        if refs.ibans or line.iban:
            holders |= self._fits(self._ibans, self._ibans_of(line))
        if self._sirens and (refs.sirens or line.counterparty_id):
            holders |= self._fits(self._sirens, refs.sirens | {line.counterparty_id or ""})
        if holders:
            return _weigh(self._one_way(holders, line), named, line)
        if any(not find.is_inside for find in named):
            return self._of_names(named)
        fuzzy = self._fuzzy(line)
        is_doubted = any(find.owner.id == fuzzy.third_party for find in named)
        return _inside(named) if named and (fuzzy is UNKNOWN or is_doubted) else fuzzy

    def _of_names(self, named: list[Find]) -> Payer:
        """Many lines name their payer alike: they share what is said about it."""
        if not _is_one(named):
            return _of_names(named)
        find = named[0]
        key = (find.owner.id, find.owner.kind, find.field, find.text, find.is_cut)
        known = self._by_find.get(key)
        if known is None:
            if len(self._by_find) >= NEAR_KEPT:
                self._by_find.clear()
            known = self._by_find[key] = _of_names(named)
        return known

    def _one_way(self, found: set[ThirdPartyId], line: Identity) -> set[ThirdPartyId]:
        """Of the customer and supplier records of one firm, keep the one that money goes to."""
        odd = ThirdPartyKind.SUPPLIER if line.is_money_in else ThirdPartyKind.CUSTOMER
        kept = {party for party in found if self.by_id[party].kind is not odd}
        return kept if len(found) > 1 and len(kept) == 1 else found

    def _told_by_direction(self, named: list[Find], line: Identity) -> list[Find]:
        """Namesakes stand at one place; when direction tells them apart, keep the one it fits."""
        ids = {ThirdPartyId(find.owner.id) for find in named}
        if len(ids) < 2 or not _are_namesakes(named):
            return named
        kept = self._one_way(ids, line)
        return [find for find in named if find.owner.id in kept]

    def named_in(self, words: Words) -> frozenset[ThirdPartyId]:
        """Return the third parties that a text names, such as the label of an entry."""
        finds = self._phrases.find(words)
        return frozenset(ThirdPartyId(find.owner.id) for find in finds if not find.is_inside)

    @staticmethod
    def _fits(index: dict[str, set[ThirdPartyId]], keys: Iterable[str]) -> set[ThirdPartyId]:
        return {tp for key in keys if key in index for tp in index[key]}

    @staticmethod
    def _mandates_of(line: Identity) -> frozenset[str]:
        own = key_token(line.mandate)
        return line.refs.mandates | ({own} if own else set())

    @staticmethod
    def _ibans_of(line: Identity) -> frozenset[str]:
        own = line.iban or ""
        if not own.isascii() or len(own) > TEXT_CHARS_MAX:
            own = read_iban(own) or own
        compact = compact_iban(own)
        return line.refs.ibans | {compact} if compact else line.refs.ibans

    def _named(self, line: Identity) -> list[Find]:
        finds: list[Find] = []
        for words in line.fields:
            if words.finds is None:
                words.finds = self._phrases.find(words)
            finds += words.finds
        if not finds:
            return finds
        believed = [find for find in finds if not find.is_inside]
        whole = [find for find in believed if not find.is_cut]
        return whole or believed or finds

    def _fuzzy(self, line: Identity) -> Payer:
        """Return the one party whose name differs from the line's by a slip of the pen."""
        if line.name:
            written = _written_name(words_of(line.name))
            if sum(map(len, written)) >= FUZZY_CHARS_MIN:
                return self._closest(written, line.name)
        if line.fields:
            written = _written_name(line.fields[0].words)
            if sum(map(len, written)) >= FUZZY_CHARS_MIN:
                label = line.fields[0]
                found = self._closest(written, label.text)
                is_cut = label.is_cut_label and label.words[-1] == written[-1]
                return self._undone(found, written[-1]) if is_cut else found
        return UNKNOWN

    def _undone(self, found: Payer, last: str) -> Payer:
        """A name that a bank cut in a word is no slip: whoever's it may be was asked before."""
        party = self.by_id.get(found.third_party) if found.third_party else None
        words = core_words(party.name) if party else ()
        if not any(word != last and word.startswith(last) for word in words):
            return found
        return found._replace(third_party=None, detail="the label was cut within a name")

    def _closest(self, written: tuple[str, ...], label: str) -> Payer:
        scored = self._near_names(written)
        if not scored or scored[0][0] < FUZZY_RATIO_MIN:
            return UNKNOWN
        best, index = scored[0]
        third_party, name, known_form = self._names[index]
        form = legal_form_of(label)
        if not _is_slip(written, name) or (form and known_form and form != known_form):
            return UNKNOWN
        rivals = [self._names[i][0] for s, i in scored[1:3] if best - s < FUZZY_MARGIN]
        if rivals:
            candidates = frozenset([third_party, *rivals])
            return Payer(None, candidates, "fuzzy_name", label, "several names are as close")
        detail = f"the name differs from {' '.join(name)!r} by a slip of the pen"
        return Payer(third_party, frozenset({third_party}), "fuzzy_name", label, detail)

    def _near_names(self, written: tuple[str, ...]) -> list[tuple[float, int]]:
        """Return the names that share the first letters of a word and are close, closest first."""
        known = self._near.get(written)
        if known is not None:
            return known
        near: set[int] = set()
        for word in written:
            block = self._blocks.get(word[:4])
            if block is not None and len(block) <= BLOCK_MAX:
                near.update(block)
        scored: list[tuple[float, int]] = []
        if near:
            places = sorted(near)
            found = extract(
                " ".join(sorted(written)),
                [self._sorted_names[place] for place in places],
                scorer=ratio,
                score_cutoff=FUZZY_RATIO_MIN - FUZZY_MARGIN,
                limit=None,
            )
            scored = [(score, places[at]) for _, score, at in found]
            scored.sort(key=lambda pair: (-pair[0], self._names[pair[1]][0]))
        if len(self._near) >= NEAR_KEPT:
            self._near.clear()
        self._near[written] = scored
        return scored


def _written_name(words: Iterable[str]) -> tuple[str, ...]:
    """Return the words of a field that may be a name: no boilerplate, no legal form, no digit."""
    return tuple([word for word in words if word not in NO_NAMES and word.isalpha()][:12])


def _is_slip(written: Sequence[str], name: Sequence[str]) -> bool:
    """Tell whether each word is the other's, but for at most FUZZY_EDITS_MAX letters in all."""
    words = [word for word in name if word not in BOILERPLATE]
    if len(words) != len(written):
        return False
    return any(
        _edits(left, right) <= FUZZY_EDITS_MAX
        for left, right in ((written, words), (sorted(written), sorted(words)))
    )


def _edits(left: Iterable[str], right: Iterable[str]) -> int:
    total = 0
    for one, other in zip(left, right, strict=True):
        distance = OSA.distance(one, other, score_cutoff=FUZZY_EDITS_MAX)
        allowed = 0 if len(other) <= 3 else 1 if len(other) < 8 else FUZZY_EDITS_MAX
        total += distance if distance <= allowed else FUZZY_EDITS_MAX + 1
    return total


def _one(found: set[ThirdPartyId], kind: str, text: str, detail: str) -> Payer:
    (third_party,) = found
    return Payer(third_party, frozenset(found), kind, text, detail)


def _is_one(named: Sequence[Find]) -> bool:
    """Tell whether all finds are of one phrase of one third party: nothing is to be told apart."""
    owner = named[0].owner
    return all(find.owner is owner for find in named)


def _are_namesakes(named: Sequence[Find]) -> bool:
    """Tell whether every place that names somebody names the same third parties."""
    places: dict[tuple[str, int, int], set[str]] = defaultdict(set)
    for find in named:
        places[find.field, find.first, find.end].add(find.owner.id)
    return len({frozenset(owners) for owners in places.values()}) == 1


def _weigh(holders: set[ThirdPartyId], named: list[Find], line: Identity) -> Payer:
    """An account's holder is the payer unless the texts name somebody else."""
    iban = line.iban or ", ".join(sorted(line.refs.ibans)) or line.counterparty_id or ""
    named = [find for find in named if not find.is_inside] or [
        find for find in named if find.owner.id in holders
    ]
    names = {ThirdPartyId(find.owner.id) for find in named}
    both = holders & names
    if len(both) == 1 and (len(holders) > 1 or names == both or _are_namesakes(named)):
        return _one(both, "iban", iban, "its account pays and the text names it")
    if len(holders) == 1 and not names:
        return _one(holders, "iban", iban, "the account is its own or one that pays for it")
    candidates = frozenset(holders | names)
    why = "the account and the texts name several third parties"
    return Payer(None, candidates, "iban", iban, why, _rivals(candidates, why))


def _told_by_name(named: list[Find]) -> list[Find]:
    """Of those that one payer pays for, keep the one that a text names itself: "POUR ...".

    Only when every other find is the name of somebody who pays for that very third party.
    """
    own = [find for find in named if find.owner.kind != "payer_name" and not find.is_inside]
    names = {find.owner.id for find in own}
    if len(names) != 1 or len(own) == len(named):
        return named
    places = {(find.field, find.first, find.end) for find in named if find.owner.id in names}
    is_paid_for = all((find.field, find.first, find.end) in places for find in named)
    return own if is_paid_for else named


def _of_names(named: list[Find]) -> Payer:
    find = named[0]
    candidates = frozenset([ThirdPartyId(find.owner.id) for find in named])
    if len(candidates) == 1:
        kind = "name_cut" if find.is_cut else find.owner.kind
        return _one(set(candidates), kind, find.text, f"{find.field} shows {find.text!r}")
    why = "the texts name several third parties"
    return Payer(None, candidates, find.owner.kind, find.text, why, _rivals(candidates, why))


def _inside(named: list[Find]) -> Payer:
    """A name inside a longer one may be it or not: enough beside a full number, never alone."""
    candidates = frozenset(ThirdPartyId(find.owner.id) for find in named)
    why = f"{named[0].text!r} stands inside what may be a longer name"
    return Payer(None, candidates, "name_inside", named[0].text, why)


def _rivals(candidates: frozenset[ThirdPartyId], why: str) -> tuple[Rejected, ...]:
    return tuple(Rejected(f"third party {tp}", why) for tp in sorted(candidates)[:5])
