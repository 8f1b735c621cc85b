"""Packs small groups of writes into few commits, each within the store's bounds.

A group (the writes of one match) is never cut. Two groups that touch the same record do not share a
commit: a transaction names a record once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from rappro.domain.writes import (
    Record,
    Write,
)
from rappro.ports import ACTIONS_MAX_PER_COMMIT, WRITES_MAX_PER_COMMIT, Store

WRITES_MAX_WHOLE = 30
"""What one match may write at once; a larger one is made in parts that can be given back (see
large_matches). A commit that packs several matches holds more."""
_FENCE_ACTIONS = 1


def identity(write: Write) -> tuple[type, str]:
    """Return which record a write touches."""
    record: Record | None = write.after or write.before
    if record is None:
        raise ValueError("a write has a record before or after")
    return type(record), record.key


def fits(store: Store, writes: Sequence[Write], *, writes_max: int = WRITES_MAX_WHOLE) -> bool:
    """Say whether some writes are few enough for one commit, its fence included."""
    if len(writes) > writes_max:
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
    free = ACTIONS_MAX_PER_COMMIT - reserve - _FENCE_ACTIONS
    actions = 0
    for group in groups:
        names = {identity(write) for write in group}
        actions += store.weight(group)
        is_full = len(commit) + len(group) + reserve > WRITES_MAX_PER_COMMIT
        if actions > free:  # what groups have in common weighs once
            actions = store.weight([*commit, *group])
        if commit and (is_full or actions > free or names & touched):
            yield commit
            commit, touched, actions = [], set(), store.weight(group)
        commit += group
        touched |= names
    if commit:
        yield commit


def pack_joined(store: Store, groups: Iterable[Sequence[Write]]) -> Iterator[list[Write]]:
    """Yield commits as `pack` does; groups that change the same records share one all the same.

    Their changes are joined, so a record rises by one version where its plans counted several:
    what is planned of it later is given the version that it really has.
    """
    commit: list[Write] = []
    versions: dict[tuple[type, str], int] = {}
    for group in groups:
        renumbered = [_renumbered(write, versions) for write in group]
        joined = chained([*commit, *renumbered])
        if commit and not fits(store, joined, writes_max=WRITES_MAX_PER_COMMIT):
            versions |= _versions(commit)
            yield commit
            joined = [_renumbered(write, versions) for write in group]
        commit = joined
    if commit:
        yield commit


def _versions(writes: Iterable[Write]) -> dict[tuple[type, str], int]:
    return {identity(write): write.after.version for write in writes if write.after is not None}


def _renumbered(write: Write, versions: Mapping[tuple[type, str], int]) -> Write:
    version = versions.get(identity(write))
    if version is None or write.before is None:
        return write
    after = None if write.after is None else replace(write.after, version=version + 1)
    return Write(replace(write.before, version=version), after)


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
