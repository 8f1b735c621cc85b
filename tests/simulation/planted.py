"""Bugs to be planted, one at a time: what the product takes care not to do, done wrong.

Each is a sentence that says what is wrong, the change of the product that makes it so, and the
scenarios in which it has to be found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import pytest

from rappro.adapters.memory import MemoryStore
from rappro.adapters.memory import store as memory_store
from rappro.domain.books import OpenItem
from rappro.domain.errors import StoreConflict
from rappro.domain.ids import EntryId
from rappro.domain.matching.lookups import keys_of
from rappro.domain.operations import Lease, NumberBlock, PieceCounter, Validation
from rappro.domain.posting.drafting import draft_suspense
from rappro.domain.records import LineRecord
from rappro.domain.writes import Fence, Write, put
from rappro.use_cases import (
    import_drop,
    large_files,
    large_matches,
    lease,
    load_books,
    post_run,
    settling,
    undo_match,
    validate_statement,
    validation_plan,
)
from rappro.use_cases.re_examining import Arrivals
from simulation import machines
from simulation.faults import Fault

Patch = pytest.MonkeyPatch
Plant = Callable[[Patch], None]


Suspect = tuple[str, Fault]
"""How a call site begins, and a fault at its first call."""


@dataclass(frozen=True)
class Bug:
    """A change of the product, where to look for it, and which faults are tried before others."""

    plant: Plant
    scenarios: tuple[str, ...]
    suspects: tuple[Suspect, ...] = ()


BUGS: dict[str, Bug] = {}


def load_unconditionally(ports: Any, tenant: Any, company: Any, fresh: Any, _job: Any) -> None:
    """Store books over whatever is there: what `load_books._save` takes care not to do."""
    ports.store.load(tenant, company, fresh)


def bug(name: str, *scenarios: str, suspects: tuple[Suspect, ...] = ()) -> Callable[[Plant], Plant]:
    """Register a bug under a sentence that says what is wrong."""

    def register(plant: Plant) -> Plant:
        BUGS[name] = Bug(plant, scenarios, suspects)
        return plant

    return register


def unchecked(patch: Patch, kind: type) -> None:
    """Let records of a kind be written over whatever version is stored."""
    check = memory_store._check_stored

    def lenient(shelf: Any, write: Write) -> None:
        if not isinstance(write.after or write.before, kind):
            check(shelf, write)

    patch.setattr(memory_store, "_check_stored", lenient)


def committing(patch: Patch, work: Callable[..., None]) -> None:
    """Replace the store's commit by something that is given the real one."""
    commit = MemoryStore.commit

    def replaced(self: Any, *given: Any, **named: Any) -> None:
        work(lambda *g, **n: commit(self, *g, **n), *given, **named)

    patch.setattr(MemoryStore, "commit", replaced)


@bug(
    "a line is written without its condition", "an invoice arrives, a person matches",
    suspects=(
        ("clock.now < match_by_hand._match", Fault.PAUSED),
    ),
)  # fmt: skip
def _(patch: Patch) -> None:
    unchecked(patch, LineRecord)


@bug("an open item is written without its condition", "one invoice for two lines")
def _(patch: Patch) -> None:
    unchecked(patch, OpenItem)


@bug("a residual is not checked before it is taken from", "one invoice for two lines")
def _(patch: Patch) -> None:
    def taken(item: Any, amount: int) -> Any:
        left = max(item.company_residual_minor - amount, 0)
        return replace(item, company_residual_minor=left, residual_minor=left)

    patch.setattr(settling, "taken", taken)


@bug("numbers are reserved without the counter's condition and the fence", "two validations")
def _(patch: Patch) -> None:
    unchecked(patch, PieceCounter)

    def unfenced(commit: Any, *given: Any, fence: Any = None) -> None:
        is_reserving = any(isinstance(write.after, PieceCounter) for write in given[2])
        commit(*given, fence=None if is_reserving else fence)

    committing(patch, unfenced)
    patch.setattr(lease, "acquire", shared_lease)


def shared_lease(ports: Any, tenant: Any, company: Any, holder: str) -> Fence:
    """Take the lease whoever has it, and for everybody."""
    held = ports.store.get(tenant, company, Lease, "WRITER") or Lease()
    if held.holder is None:
        taken = replace(held, holder="everybody", token=held.token + 1)
        ports.store.commit(tenant, company, [put(held if held.version else None, taken)])
        return Fence("everybody", taken.token)
    return Fence(held.holder, held.token)


@bug("the fence is not passed with a commit", "two validations", "validation and a run")
def _(patch: Patch) -> None:
    committing(patch, lambda commit, *given, **_: commit(*given))


@bug("a lease is given back whoever holds it", "two validations", "validation and a run")
def _(patch: Patch) -> None:
    def release(ports: Any, tenant: Any, company: Any, _: str) -> None:
        held = ports.store.get(tenant, company, Lease, "WRITER")
        if held is not None and held.holder is not None:
            ports.store.commit(tenant, company, [lease.released(held)])

    patch.setattr(lease, "release", release)


@bug("ids of matches are random", "one statement")
def _(patch: Patch) -> None:
    numbers = count()
    patch.setattr(post_run, "match_id_of", lambda *_: f"ma_{next(numbers)}")


@bug("a commit is two, each with its own conditions", "one line twice", "one invoice for two lines")
def _(patch: Patch) -> None:
    def torn(commit: Any, tenant: Any, company: Any, writes: Any, **named: Any) -> None:
        middle = len(writes) // 2
        for part in (writes[:middle], writes[middle:]):
            commit(tenant, company, part, **named)

    committing(patch, torn)


@bug("a validation that died starts over", "two statements", "one validation twice")
def _(patch: Patch) -> None:
    get = MemoryStore.get

    def forgetful(self: Any, tenant: Any, company: Any, kind: Any, key: str) -> Any:
        return None if kind is Validation else get(self, tenant, company, kind, key)

    patch.setattr(MemoryStore, "get", forgetful)
    unchecked(patch, Validation)


@bug("a validation that died is left behind by the next one", "two validations")
def _(patch: Patch) -> None:
    patch.setattr(validate_statement, "_begun", lambda *_: [])


@bug("suspense entries are made anew by every attempt", "two statements")
def _(patch: Patch) -> None:
    numbers = count()

    def anew(*given: Any, **named: Any) -> Any:
        made = draft_suspense(*given, **named)
        return replace(made, entry=replace(made.entry, id=EntryId(f"en_{next(numbers)}")))

    patch.setattr(validation_plan, "draft_suspense", anew)


@bug("entries are numbered before their numbers are reserved", "two statements")
def _(patch: Patch) -> None:
    """Swapped writes: what died between them is numbered, and the counter does not know."""
    reserve, finish = validate_statement._reserve, validate_statement._finish

    def promise(ports: Any, tenant: Any, plan: Any, author: str, **_: Any) -> Validation:
        blocks = []
        for code, year, size in validation_plan.counts_by_year(plan):
            key = f"{code}/{year}"
            counter = ports.store.get(tenant, plan.company.id, PieceCounter, key)
            first = (counter.last_number if counter else 0) + 1
            other = None if code == plan.journal.code else code
            blocks.append(NumberBlock(year, first, size, other))
        today = ports.clock.today("Europe/Paris")
        return Validation(plan.statement.id, plan.journal.code, tuple(blocks), today, author)

    def late(ports: Any, tenant: Any, plan: Any, validation: Any, fence: Any) -> Any:
        kept = reserve(ports, tenant, plan, validation.author, before=None, fence=fence)
        return finish(ports, tenant, plan, kept, fence)

    patch.setattr(validate_statement, "_reserve", promise)
    patch.setattr(validate_statement, "_finish", late)


@bug("a validation does not finish large matches first", "a large match and validation")
def _(patch: Patch) -> None:
    patch.setattr(validate_statement, "finish_matches", lambda *_, **__: None)
    patch.setattr(validate_statement, "_check_finished", lambda *_: None)


@bug("a step is not retried when the store is throttled", "one statement")
def _(patch: Patch) -> None:
    wait = machines._wait

    def impatient(state: Any, error: Any, tried: Any) -> float:
        if error.name == "StoreThrottled":
            raise error
        return wait(state, error, tried)

    patch.setattr(machines, "_wait", impatient)


@bug(
    "a run goes on although the books moved", "one statement",
    suspects=(("store.commit < post_run._commit_packed", Fault.CONFLICT),),
)  # fmt: skip
def _(patch: Patch) -> None:
    commit_packed = post_run._commit_packed

    def stubborn(*given: Any) -> None:
        try:
            commit_packed(*given)
        except StoreConflict:
            return

    patch.setattr(post_run, "_commit_packed", stubborn)


@bug("nobody asks whether the bytes of a file are known", "one statement")
def _(patch: Patch) -> None:
    patch.setattr(import_drop, "_come_before", lambda *_: None)


@bug("the runs of an import that died before it started them are forgotten", "one statement")
def _(patch: Patch) -> None:
    patch.setattr(import_drop, "start_runs", lambda *_: None)


@bug("a large file is stored by two imports at once", "a large file twice at once")
def _(patch: Patch) -> None:
    patch.setattr(large_files, "is_claimed", lambda *_: False)
    patch.setattr(import_drop, "is_claimed", lambda *_: False)


@bug(
    "the machine of a claimed file is not started again", "a large file",
    suspects=(("store.commit < large_files._claim", Fault.KILLED_AFTER),),
)  # fmt: skip
def _(patch: Patch) -> None:
    patch.setattr(import_drop, "resume_storing", lambda *given: (given[-1],))


@bug("a large match settles its targets anew when it goes on", "a large match")
def _(patch: Patch) -> None:
    patch.setattr(large_matches, "_is_settled", lambda *_: False)


@bug("a large match that cannot stand is not given back", "a large match and a small one")
def _(patch: Patch) -> None:
    patch.setattr(large_matches, "_give_back", lambda *_: None)


@bug("a large undo begins inside a validation", "a large undo and validation")
def _(patch: Patch) -> None:
    patch.setattr(large_matches, "runnable_statements", lambda *_: [])


@bug("an undo gives nothing back", "undone and done again")
def _(patch: Patch) -> None:
    patch.setattr(undo_match, "unsettle_writes", lambda *_: [])


@bug("a load that died examines no line", "books that arrive")
def _(patch: Patch) -> None:
    patch.setattr(import_drop, "finish_load", lambda *_: None)
    patch.setattr(load_books, "EVERYTHING", Arrivals(keys_of([], [], [])))
