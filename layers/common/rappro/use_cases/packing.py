"""Packs small groups of writes into few commits, each within the store's bounds.

A group (the writes of one match) is never cut. Two groups that touch the same record do not share a
commit: a transaction names a record once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from rappro.domain.writes import (
    Record,
    Write,
)
from rappro.ports import ACTIONS_MAX_PER_COMMIT, WRITES_MAX_PER_COMMIT, Store

_FENCE_ACTIONS = 1


def identity(write: Write) -> tuple[type, str]:
    """Return which record a write touches."""
    record: Record | None = write.after or write.before
    if record is None:
        raise ValueError("a write has a record before or after")
    return type(record), record.key


def fits(store: Store, writes: Sequence[Write]) -> bool:
    """Say whether some writes fit in one commit, its fence included."""
    if len(writes) > WRITES_MAX_PER_COMMIT:
        return False
    return store.weight(writes) + _FENCE_ACTIONS <= ACTIONS_MAX_PER_COMMIT


def pack(
    store: Store, groups: Iterable[Sequence[Write]], *, reserve: int = 0
) -> Iterator[list[Write]]:
    """Yield commits that hold whole groups, in order; a group that fits nowhere comes alone.

    `reserve` writes of one action each find room in every commit.
    """
    commit: list[Write] = []
    touched: set[tuple[type, str]] = set()
    actions = 0
    for group in groups:
        names, more = {identity(write) for write in group}, store.weight(group)
        is_full = len(commit) + len(group) + reserve > WRITES_MAX_PER_COMMIT
        is_heavy = actions + more + reserve + _FENCE_ACTIONS > ACTIONS_MAX_PER_COMMIT
        if commit and (is_full or is_heavy or names & touched):
            yield commit
            commit, touched, actions = [], set(), 0
        commit += group
        touched |= names
        actions += more
    if commit:
        yield commit


def chained(writes: Iterable[Write]) -> list[Write]:
    """Join the writes of one record, made one after the other, into one from first to last."""
    joined: dict[tuple[type, str], Write] = {}
    for write in writes:
        name = identity(write)
        first = joined.get(name)
        joined[name] = write if first is None else _joined(first, write)
    return [write for write in joined.values() if write.before != write.after]


def _joined(first: Write, last: Write) -> Write:
    if last.after is None:
        return Write(first.before, None)
    version = (first.before.version if first.before else 0) + 1
    return Write(first.before, replace(last.after, version=version))
