"""Everything a rule may look at: the line's clue, the books' index and state, and other lines.

A rule never changes the board. What lines still wait matters: a bank entry that two lines could
claim belongs to neither until something tells them apart.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple

from rappro.domain.bank import LineStatusAtBank
from rappro.domain.books import (
    BankEntry,
    OpenItem,
    PaymentMethod,
)
from rappro.domain.ids import ThirdPartyId
from rappro.domain.matching.clues import Clue, Reader, is_strong, label_words
from rappro.domain.matching.index import BookIndex, is_on_account
from rappro.domain.matching.model import (
    ENTRIES_OF_AMOUNT_MAX,
    Candidate,
    Evidence,
    MatchLine,
    Settle,
    TargetType,
    World,
)
from rappro.domain.matching.normalise import telling_words, words_of
from rappro.domain.matching.numbers import Fit, Hit, shape_book
from rappro.domain.matching.own_accounts import OwnAccounts
from rappro.domain.matching.phrases import Owner, PhraseIndex, Words
from rappro.domain.matching.plan import Take, score, shown
from rappro.domain.matching.state import State
from rappro.domain.matching.subsets import SubsetSums
from rappro.domain.matching.third_party import Directory
from rappro.domain.money import format_amount
from rappro.domain.settings import MatchingSettings

NEAR_MAX: Final = 64
"""Entries, or lines, of one amount that are compared one by one; beyond, labels must tell."""

SUMS_KEPT: Final = 200


class Named(NamedTuple):
    """A number that a line shows, with the items that have it."""

    hit: Hit
    fit: Fit
    places: tuple[int, ...]

    @property
    def has_letters(self) -> bool:
        return any(run[0] > "9" for run in self.hit.runs)

    @property
    def is_told(self) -> bool:
        """Tell whether the line says it without any doubt, whether an item has it or not."""
        if self.fit < Fit.SPLIT or not is_strong(self.hit):
            return False
        is_number = self.has_letters or (self.hit.is_marked and self.hit.fit is Fit.EXACT)
        return bool(self.places) or (is_number and not self.hit.is_doubtful)


class Numbers(NamedTuple):
    """The numbers that a line shows, and those of them that rules ask for.

    `full` are complete and of some item, `listed` the ends in a list after one, `ranged` what lies
    between two; `told` are those that cannot stand there by chance: no item may have them.
    """

    all: tuple[Named, ...] = ()
    full: tuple[Named, ...] = ()
    listed: tuple[Named, ...] = ()
    ranged: tuple[Named, ...] = ()
    told: tuple[Named, ...] = ()

    @classmethod
    def of(cls, named: tuple[Named, ...]) -> Numbers:
        """Sort out numbers once: none of this changes while lines are decided."""
        full: list[Named] = []
        listed: list[Named] = []
        ranged: list[Named] = []
        told: list[Named] = []
        for each in named:
            if each.fit >= Fit.SPLIT:
                if each.places:
                    full.append(each)
                if each.is_told:
                    told.append(each)
            elif each.places and each.fit is Fit.LISTED:
                listed.append(each)
            elif each.places and each.fit is Fit.RANGED:
                ranged.append(each)
        if full and len(told) > 1:
            told = [each for each in told if each.places or not _is_end_of(each, full)]
        return cls(named, tuple(full), tuple(listed), tuple(ranged), tuple(told))


def _is_end_of(named: Named, wider: Iterable[Named]) -> bool:
    """Tell whether a number is read within another one that an item has."""
    hit = named.hit
    return any(
        each.hit.start < hit.start
        and each.hit.end == hit.end
        and "".join(each.hit.runs).endswith("".join(hit.runs))
        for each in wider
    )


NO_NUMBERS: Final = Numbers()


def line_order(match_line: MatchLine) -> tuple[date, str, int, str]:
    """Earliest first: booking date, statement, position; the id settles the rest."""
    line = match_line.line
    return (line.booking_date, match_line.statement_key, line.position, match_line.id)


def line_place(clue: Clue) -> tuple[str, int, str]:
    """Return a line's place in what is answered: statement, position, id."""
    return (clue.match_line.statement_key, clue.line.position, clue.match_line.id)


class Board:
    """The state of a run as rules see it.

    `is_stopped` are the lines about which a rule abstained: no other line may speak for them.
    """

    def __init__(self, world: World) -> None:
        self.company_currency = world.company_currency
        self.company_words = telling_words(world.company_name)
        self.matching = world.matching
        self._widest_window = _widest_window(world.matching)
        self.posting = world.posting
        self.directory = Directory(world.third_parties, world.lessons)
        self.index = BookIndex(world)
        self.state = State(self.index)
        self.templates = {template.id: template for template in world.templates}
        self.template_phrases = _template_phrases(world)
        book = shape_book(tuple(sorted(set(world.number_shapes))))
        reader = Reader(self.directory, book)
        ordered = sorted(world.lines, key=line_order)
        self.clues: tuple[Clue, ...] = tuple(
            reader.clue_of(rank, match_line) for rank, match_line in enumerate(ordered)
        )
        self.is_pending = bytearray(_is_matchable(clue) for clue in self.clues)
        self.is_stopped = bytearray(len(self.clues))
        self.accounts = tuple(sorted({line.account for line in world.lines}))
        self.own_accounts = OwnAccounts(world.own_accounts)
        self.lines_by_amount: dict[tuple[str, str, int], list[int]] = defaultdict(list)
        for clue in self.clues:
            if self.is_pending[clue.rank]:
                self.lines_by_amount[line_key(clue)].append(clue.rank)
        self.lines_of_amount = {k: len(v) for k, v in self.lines_by_amount.items()}
        self._line_days = [clue.day for clue in self.clues]
        self._numbers: dict[int, Numbers] = {}
        self._label_words: dict[int, tuple[frozenset[str], ...]] = {}
        self._label_parties: dict[int, frozenset[str]] = {}
        self._crowds: dict[tuple[str, int], dict[str, list[int]]] = {}
        self._line_crowds: dict[tuple[str, str, int], dict[str, list[int]]] = {}
        self._sums: dict[tuple[tuple[int, int], ...], SubsetSums] = {}

    def numbers(self, clue: Clue) -> Numbers:
        """Return the numbers that a line shows, each with the items that have it, settled or not.

        Items that a person untied from the line are left out.
        """
        if not clue.hits:
            return NO_NUMBERS
        known = self._numbers.get(id(clue))
        if known is None:
            read = tuple([self._named(clue, hit) for hit in clue.hits])
            known = self._numbers[id(clue)] = Numbers.of(read)
        return known

    def _named(self, clue: Clue, hit: Hit) -> Named:
        items, vetoes = self.index.items, clue.match_line.vetoes
        places = items.by_token.get(hit.token)
        if places is None:
            return Named(hit, hit.fit, ())
        if len(places) == 1 and not vetoes:
            only = items.fit(places[0], hit)
            return Named(hit, hit.fit, ()) if only is None else Named(hit, only, (places[0],))
        fits: dict[Fit, list[int]] = {}
        for place in places:
            fit = items.fit(place, hit)
            if fit is not None and items.all[place].id not in vetoes:
                fits.setdefault(fit, []).append(place)
        best = max(fits, default=hit.fit)
        return Named(hit, best, tuple(fits.get(best, ())))

    def item(self, place: int) -> OpenItem:
        return self.index.items.all[place]

    def entry(self, place: int) -> BankEntry:
        return self.index.entries.all[place]

    def is_company_line(self, clue: Clue) -> bool:
        """Tell whether the line has an amount in the company's currency, which items settle in."""
        return clue.currency == self.company_currency

    def item_take(self, place: int, amount_minor: int | None = None) -> Take:
        """Take an item's whole residual, or a part, in the company's currency."""
        amount = self.state.company[place] if amount_minor is None else amount_minor
        return Take(TargetType.OPEN_ITEM, place, self.item(place).id, amount)

    def entry_take(self, place: int) -> Take:
        entry = self.entry(place)
        return Take(TargetType.BANK_ENTRY, place, entry.id, entry.amount_minor)

    def is_entry_free(self, place: int, clue: Clue) -> bool:
        """Tell whether an entry still waits, on the line's account, in its currency, not untied."""
        entry = self.entry(place)
        return (
            bool(self.state.is_entry_free[place])
            and entry.currency == clue.currency
            and is_on_account(entry.account, clue.match_line.account)
            and entry.id not in clue.match_line.vetoes
        )

    def is_in_window(self, entry: BankEntry, clue: Clue) -> bool:
        """Tell whether a line comes in the window after (or shortly before) an entry."""
        settings = self.matching
        days = clue.day - entry.date.toordinal()
        if clue.kind.is_cheque or entry.method in (PaymentMethod.CHEQUE, PaymentMethod.CHEQUE_IN):
            before, after = settings.cheque_window_days_before, settings.cheque_window_days_after
            if -before <= days <= after:
                return True
        return -settings.window_days_before <= days <= settings.window_days_after

    def entries_near(self, clue: Clue) -> list[int]:
        """Return the free entries of the line's amount that any window could hold, oldest first.

        Of an amount that too many have, the payer's own alone.
        """
        if self.is_price(clue):
            party = clue.payer.third_party
            return self.payer_entries_near(clue, party) if party is not None else []
        places = self.state.free_entries.get((clue.currency, clue.amount))
        return self._near(clue, places) if places else []

    def is_price(self, clue: Clue) -> bool:
        """Tell whether so many entries have the line's amount that the books at hand lack some."""
        alike = self.index.entries.by_amount.get((clue.currency, clue.amount), ())
        return len(alike) > ENTRIES_OF_AMOUNT_MAX

    def payer_entries_near(self, clue: Clue, party: ThirdPartyId) -> list[int]:
        """Return a third party's free entries of the line's amount near it, at most NEAR_MAX."""
        places = self.state.free_party_entries.get((party, clue.currency, clue.amount))
        return self._near(clue, places)[:NEAR_MAX] if places else []

    def _near(self, clue: Clue, places: list[int]) -> list[int]:
        """Return those of some places that lie in the widest window; an older entry comes first."""
        before, after = self._widest_window
        days = self.index.entries.days
        first = bisect_left(places, bisect_left(days, clue.day - after))
        return places[first : bisect_left(places, bisect_right(days, clue.day + before))]

    def sums_of(self, places: Sequence[int]) -> SubsetSums:
        """Return the sums that sets of some items have; computed once for the same residuals."""
        state = self.state
        key = tuple((place, state.own[place]) for place in places)
        known = self._sums.get(key)
        if known is None:
            if len(self._sums) >= SUMS_KEPT:
                self._sums.clear()
            values = [state.own[place] for place in places]
            twins = [state.twin(place) for place in places]
            known = SubsetSums(values, twins, self.matching.subset_items_max)
            self._sums[key] = known
        return known

    def lines_near(self, clue: Clue, entry: BankEntry) -> list[int]:
        """Return the waiting lines of the line's account and amount that an entry could be."""
        ranks = self.lines_by_amount.get(line_key(clue), [])
        before, after = self._widest_window
        day, days = entry.date.toordinal(), self._line_days
        first = bisect_left(ranks, bisect_left(days, day - before))
        return ranks[first : bisect_left(ranks, bisect_right(days, day + after))]

    def entries_with(self, clue: Clue, words: frozenset[str], near: Sequence[int]) -> list[int]:
        """Return those of many entries of one amount whose label shares a telling word."""
        key = (clue.currency, clue.amount)
        known = self._crowds.get(key)
        if known is None:
            labels = self.index.entries
            pairs = ((place, labels.label_words(place)) for place in labels.by_amount[key])
            known = self._crowds[key] = _inverted(pairs)
        return _sharing(known, words, near)

    def lines_with(self, clue: Clue, words: frozenset[str], near: Sequence[int]) -> list[int]:
        """Return those of many lines of one amount whose texts share a telling word."""
        key = line_key(clue)
        known = self._line_crowds.get(key)
        if known is None:
            pairs = (
                (rank, self.label_words(self.clues[rank])[2]) for rank in self.lines_by_amount[key]
            )
            known = self._line_crowds[key] = _inverted(pairs)
        return _sharing(known, words, near)

    def settle(self, clue: Clue, takes: Iterable[Take]) -> None:
        """Record that a line is settled; it is no rival of other lines any more."""
        for take in takes:
            self.state.take(take, clue.match_line.id)
        self.is_pending[clue.rank] = 0
        ranks = self.lines_by_amount[line_key(clue)]
        del ranks[bisect_left(ranks, clue.rank)]

    def label_words(self, clue: Clue) -> tuple[frozenset[str], ...]:
        """Return the telling words of a line's label, label continued, and all texts."""
        known = self._label_words.get(clue.rank)
        if known is None:
            known = self._label_words[clue.rank] = label_words(clue)
        return known

    def label_parties(self, place: int) -> frozenset[str]:
        """Return the third parties that an entry's own label names."""
        known = self._label_parties.get(place)
        if known is None:
            words = Words.of("label", self.entry(place).label)
            known = self._label_parties[place] = frozenset(self.directory.named_in(words))
        return known

    def money(self, clue: Clue, amount_minor: int) -> str:
        return f"{format_amount(amount_minor, clue.currency)} {clue.currency}"

    def item_name(self, place: int) -> str:
        item = self.item(place)
        return f"open item {item.number} ({item.id})"

    def candidate(self, takes: Sequence[Take], why: Sequence[str]) -> Candidate:
        """Return a candidate whose score is the sum of the weights of what speaks for it."""
        return Candidate(tuple(take.settle for take in takes), score(why))

    def payer_evidence(self, clue: Clue) -> tuple[Evidence, ...]:
        """Return who pays and why, as evidence; nothing when nobody is known."""
        payer = clue.payer
        if payer.third_party is None:
            return ()
        return (Evidence(payer.kind, shown(payer.text), f"{payer.third_party}: {payer.detail}"),)


def line_key(clue: Clue) -> tuple[str, str, int]:
    """Lines that could be each other's rivals: one account, currency and amount."""
    return (clue.match_line.account, clue.currency, clue.amount)


def _inverted(pairs: Iterable[tuple[int, frozenset[str]]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for number, words in pairs:
        for word in words:
            found[word].append(number)
    return found


def _sharing(crowd: dict[str, list[int]], words: frozenset[str], near: Sequence[int]) -> list[int]:
    """Return the members with one of the words; a word of too many members tells nothing."""
    members = {
        number
        for word in words
        if len(crowd.get(word, ())) <= NEAR_MAX
        for number in crowd.get(word, ())
    }
    return [number for number in near if number in members] if members else []


def _widest_window(settings: MatchingSettings) -> tuple[int, int]:
    """Return the days before and after an entry that some window holds."""
    return (
        max(settings.window_days_before, settings.cheque_window_days_before),
        max(settings.window_days_after, settings.cheque_window_days_after),
    )


def _is_matchable(clue: Clue) -> bool:
    return clue.line.status is LineStatusAtBank.BOOKED and clue.amount != 0


def _template_phrases(world: World) -> PhraseIndex:
    phrases = PhraseIndex()
    for template in sorted(world.templates, key=lambda t: t.id):
        for reference in template.bank_references:
            phrases.add(words_of(reference), Owner(template.id, "template"), may_be_common=True)
    return phrases


def settles_of(takes: Iterable[Take]) -> tuple[Settle, ...]:
    """Return what takes settle."""
    return tuple([Settle(take.type, take.id, take.amount_minor) for take in takes])
