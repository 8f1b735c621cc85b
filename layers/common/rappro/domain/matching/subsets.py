"""Subset sums, counted: how many sets of a few values add up to an amount, and which.

One sum among many items proves nothing when another set has the same sum, so the count matters more
than the set. Values that are interchangeable (twins) give one set, of the first ones. Bounded: at
most ITEMS_MAX values, met in the middle.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from itertools import combinations
from typing import Final

ITEMS_MAX: Final = 22
"""Above it a sum alone proves nothing: measured, one sum in five has a second set at 30 items."""

_Half = dict[int, list[tuple[int, ...]]]


class SubsetSums:
    """The sums of sets of some values, at most `largest` members; ask it for several targets.

    `twins` says which values are interchangeable: of those the first are taken, and sets that
    differ by twins alone count once.
    """

    def __init__(self, values: Sequence[int], twins: Sequence[Hashable], largest: int) -> None:
        self._twins = twins
        self._largest = largest
        kept = _without_spare_twins(twins, largest)
        self.is_provable = len(kept) <= ITEMS_MAX
        if not self.is_provable:
            kept = []
        middle = len(kept) // 2
        self._left = _sums(values, kept[:middle], largest)
        self._right = _sums(values, kept[middle:], largest)

    def sets(self, target: int, *, smallest: int, limit: int = 2) -> list[tuple[int, ...]] | None:
        """Return up to `limit` sets of positions that add up to the target, in stable order.

        None when there are too many values to tell.
        """
        if not self.is_provable:
            return None
        seen: dict[tuple[tuple[Hashable, int], ...], tuple[int, ...]] = {}
        for total, lefts in self._left.items():
            for rest in self._right.get(target - total, ()):
                for some in lefts:
                    chosen = some + rest
                    if smallest <= len(chosen) <= self._largest:
                        _note(seen, chosen, self._twins)
                        if len(seen) >= limit:
                            return sorted(seen.values())
        return sorted(seen.values())


def distinct_sets(
    values: Sequence[int],
    twins: Sequence[Hashable],
    target: int,
    *,
    sizes: tuple[int, int],
) -> list[tuple[int, ...]] | None:
    """Return up to two sets of least and most `sizes` members that add up to one target."""
    return SubsetSums(values, twins, sizes[1]).sets(target, smallest=sizes[0])


def _without_spare_twins(twins: Sequence[Hashable], largest: int) -> list[int]:
    """Return the positions, at most `largest` of each kind of twin: no set needs more."""
    counts: dict[Hashable, int] = defaultdict(int)
    kept: list[int] = []
    for position, twin in enumerate(twins):
        counts[twin] += 1
        if counts[twin] <= largest:
            kept.append(position)
    return kept


def _sums(values: Sequence[int], positions: Sequence[int], largest: int) -> _Half:
    found: _Half = defaultdict(list)
    for size in range(min(largest, len(positions)) + 1):
        for chosen in combinations(positions, size):
            found[sum(values[position] for position in chosen)].append(chosen)
    return found


def _note(
    seen: dict[tuple[tuple[Hashable, int], ...], tuple[int, ...]],
    chosen: tuple[int, ...],
    twins: Sequence[Hashable],
) -> None:
    """Keep the set among those that differ by twins alone which has the first members."""
    counts: dict[Hashable, int] = defaultdict(int)
    for position in chosen:
        counts[twins[position]] += 1
    key = tuple(sorted(counts.items(), key=repr))
    if key not in seen or chosen < seen[key]:
        seen[key] = chosen
