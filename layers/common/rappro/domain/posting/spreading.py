"""Spreads the targets of a manual match over its lines, so that each line's part adds up."""

from __future__ import annotations

from collections.abc import Sequence

from rappro.domain.errors import TotalsDiffer
from rappro.domain.matching.model import Settle


def spread(
    amounts_minor: Sequence[int], targets: Sequence[Settle]
) -> tuple[tuple[Settle, ...], ...]:
    """Return, for each line amount, the targets (or parts of them) that add up to it.

    Every line but the first takes from the targets of its own sign, in order, splitting them where
    needed; the first takes what is left, credit notes included. A match of one line takes all.
    Raises TotalsDiffer when the totals are not equal or a line finds too little of its sign.
    """
    total_minor = sum(target.amount_minor for target in targets)
    if sum(amounts_minor) != total_minor:
        raise TotalsDiffer(f"lines are {sum(amounts_minor)}, targets are {total_minor}")
    left = [target.amount_minor for target in targets]
    parts = [_take(amount, targets, left) for amount in amounts_minor[1:]]
    first = tuple(
        Settle(target.type, target.id, rest)
        for target, rest in zip(targets, left, strict=True)
        if rest
    )
    return (first, *parts)


def _take(amount_minor: int, targets: Sequence[Settle], left: list[int]) -> tuple[Settle, ...]:
    taken, missing = [], amount_minor
    for index, target in enumerate(targets):
        if not missing:
            break
        if left[index] * missing <= 0:
            continue
        share = left[index] if abs(left[index]) <= abs(missing) else missing
        left[index] -= share
        missing -= share
        taken.append(Settle(target.type, target.id, share))
    if missing:
        raise TotalsDiffer(f"a line of {amount_minor} finds too little of its own sign")
    return tuple(taken)
