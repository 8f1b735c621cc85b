"""Which lines may be decided otherwise because of what others settled.

A line is watched under whatever could change what its rules answer: its amount, its third party,
every number and key it shows. What a plan settles is noted under the same: both must agree.

A change comes with its cause, so that a rule that answered nothing is not asked again because of
something that its answer does not depend on (`Rule.unsure_after`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeVar

from rappro.domain.ids import ThirdPartyId
from rappro.domain.matching.board import Board
from rappro.domain.matching.clues import Clue
from rappro.domain.matching.index import ItemIndex, endings
from rappro.domain.matching.model import TargetType
from rappro.domain.matching.plan import Take
from rappro.domain.matching.references import entry_tokens

AMOUNT: Final = 1  # a line or a target of that amount was settled
ENTRY: Final = 2  # a bank entry of that amount was
PARTY: Final = 4  # something of that third party was
TOKEN: Final = 8  # something of that number or key was
ANYTHING: Final = AMOUNT | ENTRY | PARTY | TOKEN

_Key = TypeVar("_Key")


class Changed:
    """The keys under which other lines may have seen what was settled.

    Of open items (`places`), and of the lines that name a remittance, the tokens are worked out
    when it is known who watches.
    """

    __slots__ = ("amounts", "board", "clues", "entries", "parties", "places", "tokens")

    def __init__(self) -> None:
        self.amounts: set[tuple[str, int]] = set()
        self.entries: set[tuple[str, int]] = set()
        self.parties: set[ThirdPartyId | None] = set()
        self.tokens: set[str] = set()
        self.places: list[int] = []
        self.clues: list[Clue] = []
        self.board: Board | None = None

    def note(self, board: Board, clue: Clue, takes: Iterable[Take]) -> None:
        """Note what a line is about to settle."""
        self.amounts.add((clue.currency, clue.amount))
        self.board, index = board, board.index
        self.clues.append(clue)
        for take in takes:
            if take.type is TargetType.OPEN_ITEM:
                item = index.items.all[take.place]
                self.parties.add(item.third_party)
                self.amounts.add((item.currency, board.state.own[take.place]))
                self.places.append(take.place)
            elif take.type is TargetType.BANK_ENTRY:
                entry = index.entries.all[take.place]
                self.entries.add((entry.currency, entry.amount_minor))
                self.parties.add(entry.third_party)
                self.tokens |= entry_tokens(entry)
            else:
                self.parties.add(index.past.all[take.place].third_party)


class Watchers:
    """The lines by what could change their answers."""

    def __init__(self) -> None:
        self._by_amount: dict[tuple[str, int], list[int]] = {}
        self._by_party: dict[ThirdPartyId | None, list[int]] = {}
        self._by_token: dict[str, list[int]] = {}

    def add(self, clue: Clue) -> None:
        """Watch a line."""
        rank = clue.rank
        _put(self._by_amount, (clue.currency, clue.amount), rank)
        if clue.payer.third_party is not None:
            _put(self._by_party, clue.payer.third_party, rank)
        original = clue.line.original
        if original is not None:
            _put(self._by_amount, (original.currency, abs(original.amount_minor)), rank)
            _put(self._by_amount, (original.currency, -abs(original.amount_minor)), rank)
        for token in clue.tokens | clue.refs.endings:
            _put(self._by_token, token, rank)
        for detail in clue.details:
            self.add(detail)

    def of(self, changed: Changed, is_pending: Sequence[int]) -> dict[int, int]:
        """Return the lines that still wait and may have seen a change, each with the causes.

        Those that do not wait any more are forgotten.
        """
        tokens = changed.tokens
        if changed.board is not None:
            tokens = tokens.union(
                self._watched_of(changed.board.index.items, changed.places),
                self._remittances_of(changed.board, changed.clues),
            )
        causes: dict[int, int] = {}
        _collect(self._by_amount, changed.entries, is_pending, (causes, AMOUNT | ENTRY))
        _collect(self._by_amount, changed.amounts, is_pending, (causes, AMOUNT))
        _collect(self._by_party, changed.parties, is_pending, (causes, PARTY))
        _collect(self._by_token, tokens, is_pending, (causes, TOKEN))
        return causes

    def _watched_of(self, items: ItemIndex, places: Iterable[int]) -> Iterator[str]:
        """Yield those tokens and endings of items' numbers that a line is watched under."""
        watched = self._by_token
        for place in places:
            for token in items.tokens[place]:
                if token in watched:
                    yield token
            for ending in endings(items.runs[place]):
                if ending in watched:
                    yield ending

    def _remittances_of(self, board: Board, clues: Iterable[Clue]) -> Iterator[str]:
        """Yield the remittances that lines name and another line waits for: it is one line less.

        The keys of a line that was settled at once are read here alone, so only when one waits.
        """
        by_token, is_pending = self._by_token, board.is_pending
        awaited = {
            key
            for key in board.index.entries.group_keys.keys() & by_token.keys()
            if any(is_pending[rank] for rank in by_token[key])
        }
        if awaited:
            for clue in clues:
                yield from awaited & clue.keys


def _put(index: dict[_Key, list[int]], key: _Key, rank: int) -> None:
    ranks = index.get(key)
    if ranks is None:
        index[key] = [rank]
    else:
        ranks.append(rank)


def _collect(
    index: dict[_Key, list[int]],
    keys: Iterable[_Key],
    is_pending: Sequence[int],
    into: tuple[dict[int, int], int],
) -> None:
    causes, cause = into
    for key in keys:
        ranks = index.get(key)
        if ranks is None:
            continue
        waiting = [rank for rank in ranks if is_pending[rank]]
        if not waiting:
            del index[key]
            continue
        index[key] = waiting
        for rank in waiting:
            causes[rank] = causes.get(rank, 0) | cause
