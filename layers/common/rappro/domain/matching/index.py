"""The books of a world, sorted and indexed once: what never changes while lines are decided.

Targets are addressed by their place in a sorted tuple, oldest first, so that the order in which a
world lists them means nothing and "the oldest goes first" is the smaller index.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final, TypeVar

from rappro.domain.books import (
    BankEntry,
    OpenItem,
    PastPayment,
)
from rappro.domain.ids import ThirdPartyId
from rappro.domain.matching.card_index import CardIndex
from rappro.domain.matching.model import World
from rappro.domain.matching.normalise import telling_words, words_of
from rappro.domain.matching.numbers import Fit, Hit, dotted, is_padding_apart, runs_of
from rappro.domain.matching.references import (
    index_tokens,
    key_token,
    piece_key,
    tokens_of_runs,
)

CLEARING_PREFIX: Final = "511"
"""Accounts (valeurs à l'encaissement) that the bank account clears: 5112 cheques, 5115 cards."""

ENDING_DIGITS_MIN: Final = 3
LONG_ENDING_DIGITS_MIN: Final = 4
"""Digits at the end of more that may be a serial of their own."""

TAIL_CHARS: Final = 4
"""At the end of a number, as much as any text that names it must show."""

SCANNED_ITEMS_MAX: Final = 32
"""Items of one third party that are looked at one by one for an ending."""

_Key = TypeVar("_Key")

Twin = tuple[object, ...]
"""What two targets share when the books cannot tell them apart."""


_DAYS: Final = 10_000_000
"""More than any day's ordinal, so that two days are one number."""


def _oldest_first(pair: tuple[OpenItem, tuple[str, ...]]) -> tuple[int, str, str]:
    """Issue date, due date, number (9 before 10), id."""
    item, runs = pair
    number = [run.rjust(12, "0") if run[0] <= "9" else run for run in runs]
    days = item.issue_date.toordinal() * _DAYS + item.due_date.toordinal()
    return (days, "\0".join(number), item.id)


class ItemIndex:
    """Unsettled open items, oldest first: by issue date, due date, number, id."""

    def __init__(self, items: Sequence[OpenItem]) -> None:
        pairs = [
            (item, tuple(runs_of(item.number)))
            for item in items
            if item.residual_minor and item.company_residual_minor
        ]
        pairs.sort(key=_oldest_first)
        self.all: tuple[OpenItem, ...] = tuple([item for item, _ in pairs])
        self.runs: tuple[tuple[str, ...], ...] = tuple([runs for _, runs in pairs])
        self.tokens = tuple([tokens_of_runs(runs) for runs in self.runs])
        self.by_token: dict[str, list[int]] = {}
        self.by_party: dict[ThirdPartyId, list[int]] = {}
        self.by_amount: dict[tuple[str, int], list[int]] = {}
        self.by_id: dict[str, int] = {}
        self._endings: dict[ThirdPartyId, dict[str, list[int]]] = {}
        self._tails: dict[ThirdPartyId, frozenset[str]] = {}
        for place, item in enumerate(self.all):
            self.by_id[item.id] = place
            _put(self.by_party, item.third_party, place)
            _put(self.by_amount, (item.currency, item.residual_minor), place)
            for token in self.tokens[place]:
                _put(self.by_token, token, place)

    def with_ending(self, party: ThirdPartyId, ending: str) -> Sequence[int]:
        """Return a third party's items of which the number ends in some digits.

        Looked at one by one when they are few, else worked out for all when one is asked about.
        """
        places = self.by_party.get(party, ())
        if len(places) <= SCANNED_ITEMS_MAX:
            runs = self.runs
            return [place for place in places if _has_ending(runs[place], ending)]
        known = self._endings.get(party)
        if known is None:
            known = self._endings[party] = {}
            for place in places:
                for end in endings(self.runs[place]):
                    _put(known, end, place)
        return known.get(ending, ())

    def tails_of(self, party: ThirdPartyId) -> frozenset[str]:
        """Return the last TAIL_CHARS letters and digits of a third party's numbers."""
        known = self._tails.get(party)
        if known is None:
            numbers = ["".join(self.runs[place]) for place in self.by_party.get(party, ())]
            known = frozenset([number[-TAIL_CHARS:] for number in numbers if number])
            self._tails[party] = known
        return known

    def fit(self, place: int, hit: Hit) -> Fit | None:
        """Return how well a hit that shares a token with an item shows that item's number."""
        runs = self.runs[place]
        if hit.runs == runs:
            return hit.fit
        if "".join(runs) == "".join(hit.runs):
            is_aligned = sum(run[0] <= "9" for run in hit.runs) == 1
            return hit.fit if is_aligned or hit.fit < Fit.SPLIT else Fit.SPLIT
        if dotted(runs) == dotted(hit.runs):
            is_same = all(map(_is_same_run, hit.runs, runs))
            return Fit.PADDED if is_same else None
        if hit.fit is Fit.CORE or all(run[0] <= "9" for run in hit.runs):
            return Fit.CORE
        return None


def _put(index: dict[_Key, list[int]], key: _Key, place: int) -> None:
    """Add a place under a key; most keys have one, so that no list is made to find it there."""
    places = index.get(key)
    if places is None:
        index[key] = [place]
    else:
        places.append(place)


def _is_same_run(written: str, run: str) -> bool:
    return written == run or is_padding_apart(written, len(run))


def endings(runs: Sequence[str]) -> list[str]:
    """Return the last digits of a number as a text may show them alone, each once.

    As written; stripped; and the ends of digits in which a serial follows a year or a month
    ("25060123" may be shown as "0123").
    """
    if not runs or runs[-1][0] > "9":
        return []
    last = runs[-1]
    shown = [last[at:] for at in range(len(last) - LONG_ENDING_DIGITS_MIN + 1)]
    if len(last) == ENDING_DIGITS_MIN:
        shown.append(last)
    if last[0] == "0":
        short = last.lstrip("0")
        if len(short) >= ENDING_DIGITS_MIN and short not in shown:
            shown.append(short)
    return shown


def _has_ending(runs: Sequence[str], ending: str) -> bool:
    """Tell whether some digits are one of the endings of a number."""
    last = runs[-1] if runs else ""
    if not last.endswith(ending) or last[0] > "9" or len(ending) < ENDING_DIGITS_MIN:
        return False
    is_long = len(ending) >= LONG_ENDING_DIGITS_MIN
    return is_long or ending == last or ending == last.lstrip("0")


class EntryIndex:
    """Bank entries that wait for the bank, oldest first: by date, id."""

    def __init__(self, entries: Sequence[BankEntry]) -> None:
        self.all: tuple[BankEntry, ...] = tuple(
            sorted((e for e in entries if e.is_waiting), key=lambda e: (e.date, e.id))
        )
        self.days = [entry.date.toordinal() for entry in self.all]
        self.by_amount: dict[tuple[str, int], list[int]] = defaultdict(list)
        self.by_party_amount: dict[tuple[ThirdPartyId, str, int], list[int]] = defaultdict(list)
        self.by_end_to_end: dict[str, list[int]] = defaultdict(list)
        self.by_cheque: dict[str, list[int]] = defaultdict(list)
        self.by_piece: dict[str, list[int]] = defaultdict(list)
        self.groups: dict[tuple[str, str], list[int]] = defaultdict(list)
        self.group_keys: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for place, entry in enumerate(self.all):
            self._add(place, entry)
        self.keys = frozenset(
            (*self.by_end_to_end, *self.by_cheque, *self.by_piece, *self.group_keys)
        )
        self._labels: dict[int, frozenset[str]] = {}
        self._glued: dict[int, str] = {}
        self.groups_by_sum = self._sums_of_groups()

    def _sums_of_groups(self) -> dict[tuple[str, int], list[tuple[str, str]]]:
        """Index whole groups of one currency by what they add up to."""
        found: dict[tuple[str, int], list[tuple[str, str]]] = defaultdict(list)
        for key, places in sorted(self.groups.items()):
            currencies = {self.all[place].currency for place in places}
            if len(currencies) == 1:
                total = sum(self.all[place].amount_minor for place in places)
                found[currencies.pop(), total].append(key)
        return found

    def _add(self, place: int, entry: BankEntry) -> None:
        self.by_amount[entry.currency, entry.amount_minor].append(place)
        if entry.third_party is not None:
            key = (entry.third_party, entry.currency, entry.amount_minor)
            self.by_party_amount[key].append(place)
        end_to_end = key_token(entry.end_to_end_id)
        if end_to_end:
            self.by_end_to_end[end_to_end].append(place)
        if entry.cheque_no:
            for token in index_tokens(entry.cheque_no):
                self.by_cheque[token].append(place)
        piece = piece_key(entry.piece_ref)
        if piece:
            self.by_piece[piece].append(place)
        batch = key_token(entry.batch_ref)
        if batch:
            self._group("batch", batch, place, frozenset({batch}))
        remittance = key_token(entry.remittance_no)
        if remittance and entry.remittance_no:
            self._group("remittance", remittance, place, index_tokens(entry.remittance_no))

    def _group(self, kind: str, name: str, place: int, tokens: frozenset[str]) -> None:
        self.groups[kind, name].append(place)
        for token in tokens:
            self.group_keys[token].add((kind, name))

    def label_words(self, place: int) -> frozenset[str]:
        """Return the telling words of an entry's label."""
        known = self._labels.get(place)
        if known is None:
            known = self._labels[place] = telling_words(self.all[place].label)
        return known

    def glued(self, place: int) -> str:
        """Return the letters and digits of an entry's label and, after a bar, of its piece."""
        known = self._glued.get(place)
        if known is None:
            entry = self.all[place]
            label, piece = runs_of(entry.label), runs_of(entry.piece_ref or "")
            known = self._glued[place] = "".join(label) + "|" + "".join(piece)
        return known

    def twin(self, place: int) -> Twin:
        """Entries of one account, amount and third party (or label) differ by date alone.

        Two entries of nobody without a label may be anything: they are no twins.
        """
        entry = self.all[place]
        keys = (entry.cheque_no, entry.remittance_no, entry.batch_ref, entry.end_to_end_id)
        label = "" if entry.third_party else " ".join(words_of(entry.label))
        owner = entry.third_party or label or place
        return (entry.account, entry.amount_minor, owner, keys)


class PastIndex:
    """Payments reconciled before, latest first: what the bank may still return."""

    def __init__(self, payments: Sequence[PastPayment]) -> None:
        self.all: tuple[PastPayment, ...] = tuple(
            sorted(payments, key=lambda p: (-p.date.toordinal(), p.id))
        )
        self.by_end_to_end: dict[str, list[int]] = defaultdict(list)
        self.by_mandate: dict[str, list[int]] = defaultdict(list)
        self.by_party_amount: dict[tuple[ThirdPartyId, int], list[int]] = defaultdict(list)
        self.by_amount: dict[int, list[int]] = defaultdict(list)
        self.by_number: dict[str, list[int]] = defaultdict(list)
        for place, payment in enumerate(self.all):
            self.by_amount[payment.amount_minor].append(place)
            end_to_end = key_token(payment.end_to_end_id)
            if end_to_end:
                self.by_end_to_end[end_to_end].append(place)
            mandate = key_token(payment.mandate)
            if mandate:
                self.by_mandate[mandate].append(place)
            if payment.third_party is not None:
                self.by_party_amount[payment.third_party, payment.amount_minor].append(place)
            for token in index_tokens(payment.invoice_number or ""):
                self.by_number[token].append(place)


class BookIndex:
    """Everything of a world that is not a line."""

    def __init__(self, world: World) -> None:
        self.items = ItemIndex(world.open_items)
        self.entries = EntryIndex(world.bank_entries)
        self.past = PastIndex(world.past_payments)
        rates = {c.number: c.commission_percent for c in world.card_contracts}
        self.cards = CardIndex(self.entries.all, rates)


def is_on_account(entry_account: str, line_account: str) -> bool:
    """Tell whether an entry waits on the line's account or on one that it clears."""
    return entry_account == line_account or entry_account.startswith(CLEARING_PREFIX)
