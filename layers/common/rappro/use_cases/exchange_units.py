"""Changes of many records as one: readers are shown all of them or none (decision 0021).

    small: one commit

    large: veil that hides ─► mark ─► what is new, hidden ─► the switch: one commit, another veil
                                                          ─► changes and removals ─► mark goes

Before the switch everything can be begun again; from it on only what is left is done, from the
plan that was kept. All commits carry the fence of the company's lease.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from rappro.domain.books import BankEntry, JournalEntry, OpenItem
from rappro.domain.errors import NotFound, StoreConflict
from rappro.domain.exchange.model import BookRecord
from rappro.domain.exchange.units import UnitPlan, plan_name
from rappro.domain.frozen import dataclass
from rappro.domain.ids import StatementId
from rappro.domain.unfinished import UnfinishedValidation, Veil, veil_name
from rappro.domain.writes import Fence, Write, change, create, remove
from rappro.ports import WRITES_MAX_PER_COMMIT
from rappro.use_cases.acting import Actor
from rappro.use_cases.packing import fits, pack

_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: its plan, which is kept, the records that are new, what the switch writes beside.

    `new` is asked for again at each attempt, master data first: that is not hidden.
    """

    plan: UnitPlan
    new: Callable[[], Iterable[BookRecord]]
    at_switch: Sequence[Write]


def is_hideable(record: BookRecord) -> bool:
    """Say whether readers can be kept from a record: entries, bank entries and open items."""
    return isinstance(record, JournalEntry | BankEntry | OpenItem)


def perform_unit(actor: Actor, unit: Unit, fence: Fence) -> list[str]:
    """Do a unit; return the keys of records that somebody changed meanwhile and that stay so."""
    small = _as_one_commit(actor, unit)
    if small is not None:
        _commit(actor, small, fence)
        return []
    _stage(actor, unit, fence)
    _switch(actor, unit, fence)
    return finish_unit(actor, unit.plan.id, fence)


def _as_one_commit(actor: Actor, unit: Unit) -> list[Write] | None:
    """Return all writes of a unit, when they fit; a unit that was begun in parts goes on so."""
    count = sum(len(keys) for keys in unit.plan.created.values()) + len(unit.at_switch)
    touches = unit.plan.touches()
    if count + len(touches) > WRITES_MAX_PER_COMMIT or _mark(actor, unit.plan.id, "s") is not None:
        return None
    writes = [create(one) for one in unit.new()]
    writes += [_write(before, after) for before, after in touches]
    writes += unit.at_switch
    is_small = fits(actor.ports.store, writes, writes_max=WRITES_MAX_PER_COMMIT)
    return writes if is_small else None


def _write(before: BookRecord, after: BookRecord | None) -> Write:
    return remove(before) if after is None else change(before, after)


def _stage(actor: Actor, unit: Unit, fence: Fence) -> None:
    """Create what is new: master data first, then what is hidden."""
    key, blobs = _key(unit.plan.id, "s"), actor.ports.blobs
    name = veil_name(key)
    keys = frozenset(one for keys in unit.plan.created.values() for one in keys)
    earlier: frozenset[str] = frozenset()
    with suppress(NotFound):
        earlier = blobs.load_document(actor.tenant, actor.company, name, Veil).hidden
    hidden = Veil(hidden=keys | earlier, round=0)
    blobs.save_document(actor.tenant, actor.company, name, Veil, hidden)
    if _mark(actor, unit.plan.id, "s") is None:
        _commit(actor, [create(UnfinishedValidation(key))], fence)
    _remove_hidden(actor, earlier - keys, fence)
    writes = ([one] for some in _some(unit.new()) for one in _missing(actor, some))
    for commit in pack(actor.ports.store, writes):
        _commit(actor, commit, fence)


def _some(records: Iterable[BookRecord]) -> Iterator[list[BookRecord]]:
    source = iter(records)
    while some := list(islice(source, _AT_ONCE)):
        yield some


def _missing(actor: Actor, some: Sequence[BookRecord]) -> Iterator[Write]:
    """Yield what is still to be written of some records that an earlier attempt began to create."""
    for kind in {type(one): None for one in some}:
        mine = [one for one in some if type(one) is kind]
        found = actor.ports.store.get_many(
            actor.tenant, actor.company, kind, [one.key for one in mine]
        )
        for one in mine:
            known: Any = found.get(one.key)
            if known is None:
                yield create(one)
            elif replace(known, version=0) != replace(one, version=0):
                yield change(known, one)


def _switch(actor: Actor, unit: Unit, fence: Fence) -> None:
    """Say in one commit that it is done; readers are shown the books as they will be from here."""
    plan, blobs = unit.plan, actor.ports.blobs
    scope = actor.tenant, actor.company
    after = plan.after
    there = {(type(one), one.key) for one in after}
    veil = Veil(
        entries_as=after.entries, sides_as=after.bank_entries, items_as=after.open_items,
        gone=frozenset(
            one.key for one in plan.before if is_hideable(one) and (type(one), one.key) not in there
        ),
        round=0,
    )  # fmt: skip
    key = _key(plan.id, "t")
    blobs.save_document(*scope, veil_name(key), Veil, veil)
    mark = _mark(actor, plan.id, "s")
    assert mark is not None
    _commit(actor, [remove(mark), create(UnfinishedValidation(key)), *unit.at_switch], fence)


def finish_unit(actor: Actor, unit: str, fence: Fence) -> list[str]:
    """Do what is left of a unit that was switched; return the keys that somebody else changed."""
    mark = _mark(actor, unit, "t")
    if mark is None:
        return []
    plan = actor.ports.blobs.load_document(actor.tenant, actor.company, plan_name(unit), UnitPlan)
    left: list[str] = []
    writes = ([_write(before, after)] for before, after in plan.touches())
    for commit in pack(actor.ports.store, writes):
        try:
            _commit(actor, commit, fence)
        except StoreConflict:
            for write in commit:
                left += _one(actor, write, fence)
    _commit(actor, [remove(mark)], fence)
    return left


def _one(actor: Actor, write: Write, fence: Fence) -> list[str]:
    """Do one of the writes of a commit that failed, unless it is done; tell who was before."""
    before: Any = write.before
    stored: Any = actor.ports.store.get(actor.tenant, actor.company, type(before), before.key)
    if stored == write.after:
        return []
    if stored is None or stored.version != before.version:
        return [before.key]
    _commit(actor, [write], fence)
    return []


def abandon(actor: Actor, fence: Fence, *, but: str) -> None:
    """Take away what units left that died before their switch, and finish those switched.

    What one of them (`but`) began is left: it goes on.
    """
    for mark in actor.ports.store.all(actor.tenant, actor.company, UnfinishedValidation):
        unit, _, phase = mark.key.rpartition(".")
        if not mark.is_of_exchange or unit == but:
            continue
        if phase == "t":
            finish_unit(actor, unit, fence)
            continue
        name = veil_name(mark.statement_id)
        with suppress(NotFound):
            hidden = actor.ports.blobs.load_document(actor.tenant, actor.company, name, Veil).hidden
            _remove_hidden(actor, hidden, fence)
        _commit(actor, [remove(mark)], fence)


def finish_switched(actor: Actor, fence: Fence) -> None:
    """Finish units that were switched and died: whoever writes under the lease begins with this."""
    for mark in actor.ports.store.all(actor.tenant, actor.company, UnfinishedValidation):
        unit, _, phase = mark.key.rpartition(".")
        if mark.is_of_exchange and phase == "t":
            finish_unit(actor, unit, fence)


def _remove_hidden(actor: Actor, keys: Iterable[str], fence: Fence) -> None:
    names = sorted(keys)
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        groups = []
        for kind in (JournalEntry, BankEntry, OpenItem):
            found = actor.ports.store.get_many(actor.tenant, actor.company, kind, some)
            groups += [[remove(one)] for one in found.values()]
        for commit in pack(actor.ports.store, groups):
            _commit(actor, commit, fence)


def _key(unit: str, phase: str) -> StatementId:
    return StatementId(f"{unit}.{phase}")


def _mark(actor: Actor, unit: str, phase: str) -> UnfinishedValidation | None:
    return actor.ports.store.get(
        actor.tenant, actor.company, UnfinishedValidation, _key(unit, phase)
    )


def _commit(actor: Actor, writes: Sequence[Write], fence: Fence) -> None:
    actor.ports.store.commit(actor.tenant, actor.company, writes, fence=fence)
