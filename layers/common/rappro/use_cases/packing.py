"""Packs small groups of writes into few commits, each within the store's bound.

A group (the writes of one match) is never cut. Two groups that touch the same record do not share a
commit: a transaction names a record once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rappro.domain.books import BankEntry, OpenItem, ThirdParty
from rappro.domain.records import Record, Write
from rappro.ports import WRITES_MAX_PER_COMMIT

WEIGHT_MAX_PER_COMMIT = 80
"""Store actions; one commit takes at most 90 with the fence, some room is left."""

_WEIGHTS: dict[type, int] = {OpenItem: 8, BankEntry: 7, ThirdParty: 2}


def weight(writes: Iterable[Write]) -> int:
    """Return an upper estimate of the store actions that some writes need, index items included."""
    return sum(_WEIGHTS.get(type(write.after or write.before), 1) for write in writes)


def identity(write: Write) -> tuple[type, str]:
    """Return which record a write touches."""
    record: Record | None = write.after or write.before
    if record is None:
        raise ValueError("a write has a record before or after")
    return type(record), record.key


def pack(groups: Iterable[Sequence[Write]]) -> Iterator[list[Write]]:
    """Yield commits that hold whole groups, in order."""
    commit: list[Write] = []
    touched: set[tuple[type, str]] = set()
    for group in groups:
        names = {identity(write) for write in group}
        is_full = len(commit) + len(group) > WRITES_MAX_PER_COMMIT
        is_heavy = weight(commit) + weight(group) > WEIGHT_MAX_PER_COMMIT
        if commit and (is_full or is_heavy or names & touched):
            yield commit
            commit, touched = [], set()
        commit += group
        touched |= names
    if commit:
        yield commit
