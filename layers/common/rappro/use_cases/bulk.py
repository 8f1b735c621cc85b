"""What the accounting package sends in bulk, by its own ids and versions (SPEC BOOK-2).

    each item ─► its version against the one that is kept ─► created, updated, unchanged, stale
                                                             or refused, each for itself
    changes ─► a note that lines are owed another run ─► commits of several items, on versions
            ─► the lines that wait are examined ─► the note goes

The same call again changes nothing, and makes good what a call that died left undone. Nobody's
lease is taken: like what people do, each change is conditional on the version that was read. What
an item of each kind may change is said in bulk_kinds.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final, Generic, Protocol, TypeVar

from rappro.domain.books import BankEntry, JournalEntry, OpenItem, ReferenceShapes, ThirdParty
from rappro.domain.errors import (
    BooksLoading,
    InputError,
    InvalidRequest,
    RapproError,
    RuleViolation,
    StoreConflict,
    TooLarge,
)
from rappro.domain.frozen import dataclass
from rappro.domain.ids import derive_id
from rappro.domain.matching.lookups import keys_of
from rappro.domain.matching.references import shape_of
from rappro.domain.operations import BooksLoad
from rappro.domain.unfinished import OwedExamination
from rappro.domain.writes import Record, Write, put, remove
from rappro.ports import WRITES_MAX_PER_COMMIT, Store
from rappro.use_cases.acting import Actor
from rappro.use_cases.audit import audit
from rappro.use_cases.load_books import SHAPES_MAX
from rappro.use_cases.packing import fits, pack
from rappro.use_cases.re_examining import EVERYTHING, Arrivals, re_examine

ITEMS_MAX: Final = 500
"""Items of one call."""
_ROUNDS_MAX: Final = 4
"""How often items are planned again that somebody changed meanwhile."""
_OWED_FOR: Final = timedelta(minutes=2)
"""Older notes are of calls that died; a younger one may be at work."""

R = TypeVar("R", ThirdParty, OpenItem, JournalEntry)


class Outcome(StrEnum):
    """What became of one item."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"  # the same version is kept already
    STALE = "stale"  # a higher version is kept already
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Ask(Generic[R]):
    """One item: what it is called and which version it is; `make` reads it.

    `make` gets what is kept of it, or None. Raises InvalidRequest, RuleViolation.
    """

    external_id: str
    external_version: int
    make: Callable[[R | None], R]


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What became of one item; `external_version` is the one that is kept now."""

    external_id: str
    outcome: Outcome
    id: str | None = None
    external_version: int | None = None
    error: RapproError | None = None


class BulkKind(Protocol[R]):
    """One kind of what comes in bulk."""

    @property
    def name(self) -> str:
        """What the rows of the trail call it."""

    def kept(self, actor: Actor, asks: Sequence[Ask[R]]) -> Mapping[str, R]:
        """Return what is kept of the items, by external id."""

    def writes(self, actor: Actor, changes: Sequence[tuple[R | None, R]]) -> Iterable[Planned[R]]:
        """Return what each change writes, in their order, or why it is refused."""


@dataclass(frozen=True, slots=True)
class Planned(Generic[R]):
    """A change with its writes; an error refuses it."""

    before: R | None
    after: R
    writes: tuple[Write, ...] = ()
    error: RapproError | None = None


def save_in_bulk(actor: Actor, kind: BulkKind[R], asks: Sequence[Ask[R]]) -> tuple[ItemResult, ...]:
    """Save items, each for itself, and return what became of them in their order.

    Raises BooksLoading while books are being loaded, StoreThrottled, StoreUnavailable: the same
    call goes on then.
    """
    _check_not_loading(actor)
    results: dict[int, ItemResult] = {}
    left = list(_each_once(asks, results))
    debt = _Debt(actor, kind.name, asks)
    for round_ in range(_ROUNDS_MAX):
        left = _round(actor, kind, left, results=results, debt=debt)
        if not left:
            break
        if round_ == _ROUNDS_MAX - 1:
            lost = StoreConflict("somebody changed it meanwhile, again and again")
            results |= {
                at: ItemResult(ask.external_id, Outcome.REFUSED, error=lost) for at, ask in left
            }
    debt.pay()
    return tuple(results[index] for index in range(len(asks)))


def _check_not_loading(actor: Actor) -> None:
    store, now = actor.ports.store, actor.ports.clock.now()
    loads = store.all(actor.tenant, actor.company, BooksLoad)
    if any(load.is_under_way(now) for load in loads):
        raise BooksLoading("the company's books are being loaded")


def _each_once(
    asks: Sequence[Ask[R]], results: dict[int, ItemResult]
) -> Iterator[tuple[int, Ask[R]]]:
    """Yield the items with their places; one that came before in the same call is refused."""
    seen: set[str] = set()
    for index, ask in enumerate(asks):
        if ask.external_id in seen:
            twice = InvalidRequest("another item of the call has this id")
            results[index] = ItemResult(ask.external_id, Outcome.REFUSED, error=twice)
        else:
            seen.add(ask.external_id)
            yield index, ask


def _round(
    actor: Actor, kind: BulkKind[R], left: Sequence[tuple[int, Ask[R]]],
    *, results: dict[int, ItemResult], debt: _Debt,
) -> list[tuple[int, Ask[R]]]:  # fmt: skip
    """Save what can be saved; return what somebody else changed while it was planned."""
    kept = kind.kept(actor, [ask for _, ask in left])
    wanted: list[tuple[int, Ask[R], tuple[R | None, R]]] = []
    for index, ask in left:
        before = kept.get(ask.external_id)
        known = _known(ask, before)
        if known is not None:
            results[index] = known
            continue
        try:
            after = replace(ask.make(before), external_version=ask.external_version)
            wanted.append((index, ask, (before, after)))
        except (InputError, RuleViolation) as error:
            results[index] = ItemResult(ask.external_id, Outcome.REFUSED, error=error)
    plans = kind.writes(actor, [change for _, _, change in wanted])
    ready: list[tuple[int, Ask[R], Planned[R]]] = []
    for (index, ask, _), planned in zip(wanted, plans, strict=True):
        refusal = planned.error or _too_large(actor, planned)
        if refusal is not None:
            results[index] = ItemResult(ask.external_id, Outcome.REFUSED, error=refusal)
        else:
            ready.append((index, ask, planned))
    return _commit_all(actor, kind.name, ready, results=results, debt=debt)


def _too_large(actor: Actor, planned: Planned[R]) -> TooLarge | None:
    """Return the error of an item that fits in no commit with the row of the trail."""
    if len(planned.writes) < WRITES_MAX_PER_COMMIT and fits(actor.ports.store, planned.writes):
        return None
    return TooLarge(f"{planned.after.key} is larger than one commit")


def _known(ask: Ask[R], before: R | None) -> ItemResult | None:
    """Return the result of an item whose version, or a higher one, is kept already."""
    version: int | None = getattr(before, "external_version", None)
    if before is None or version is None or ask.external_version > version:
        return None
    outcome = Outcome.UNCHANGED if ask.external_version == version else Outcome.STALE
    return ItemResult(ask.external_id, outcome, before.key, version)


def _commit_all(
    actor: Actor, name: str, ready: Sequence[tuple[int, Ask[R], Planned[R]]],
    *, results: dict[int, ItemResult], debt: _Debt,
) -> list[tuple[int, Ask[R]]]:  # fmt: skip
    """Commit several items at once; return those whose commit somebody was before."""
    lost: list[tuple[int, Ask[R]]] = []
    groups = [planned.writes for _, _, planned in ready]
    debt.owe(write for _, _, planned in ready for write in planned.writes)
    for part in _commits(actor, groups):
        mine = ready[part.first : part.end]
        part.writes.append(_told(actor, name, [planned for _, _, planned in mine]))
        if _commit(actor, part.writes):
            results |= {index: _saved(ask, planned) for index, ask, planned in mine}
        else:
            lost += [(index, ask) for index, ask, _ in mine]
    return lost


@dataclass(frozen=True, slots=True)
class _Part:
    """The writes of one commit, and the places of its first group and of the next one's."""

    writes: list[Write]
    first: int
    end: int


def _commits(actor: Actor, groups: Sequence[Sequence[Write]]) -> Iterator[_Part]:
    """Yield commits of whole groups, in order."""
    first = 0
    for writes in pack(actor.ports.store, groups, reserve=1):
        end, count = first, 0
        while count < len(writes):
            count += len(groups[end])
            end += 1
        yield _Part(writes, first, end)
        first = end


def _commit(actor: Actor, writes: Sequence[Write]) -> bool:
    """Say whether a commit was made; it is not when somebody else was first."""
    try:
        actor.ports.store.commit(actor.tenant, actor.company, writes)
    except StoreConflict:
        return False
    return True


def _saved(ask: Ask[R], planned: Planned[R]) -> ItemResult:
    outcome = Outcome.CREATED if planned.before is None else Outcome.UPDATED
    return ItemResult(ask.external_id, outcome, planned.after.key, ask.external_version)


def _told(actor: Actor, name: str, plans: Sequence[Planned[R]]) -> Write:
    """Return the row of one commit: what came, by id."""
    ids: dict[str, Any] = {
        "created": [one.after.key for one in plans if one.before is None],
        "updated": [one.after.key for one in plans if one.before is not None],
    }
    versions = derive_id("v", *(f"{_version_of(one)} {one.after.key}" for one in plans))
    return audit(
        actor.ports.clock.now(), actor.author, "save_in_bulk", name, part=versions, after=ids
    )


def _version_of(planned: Planned[R]) -> int:
    return planned.before.version if planned.before is not None else 0


class _Debt:
    """The run that lines are owed for what changes; noted before the first change."""

    def __init__(self, actor: Actor, name: str, asks: Sequence[Ask[Any]]) -> None:
        self._actor = actor
        self._id = derive_id("owed", name, *(f"{a.external_version} {a.external_id}" for a in asks))
        self._came: list[Record] = []
        self._note: OwedExamination | None = None
        self._is_older = False

    def owe(self, writes: Iterable[Write]) -> None:
        """Note that lines are owed a run for what is about to be written."""
        records = [write.after for write in writes if write.after is not None]
        if not records:
            return
        self._came += records
        if self._note is None:
            store, (tenant, company) = self._store, (self._actor.tenant, self._actor.company)
            known = store.get(tenant, company, OwedExamination, self._id)
            note = OwedExamination(self._id, self._actor.ports.clock.now())
            store.commit(tenant, company, [put(known, note)])
            self._note = replace(note, version=(known.version if known else 0) + 1)
            self._is_older = known is not None
        _learn_shapes(self._actor, records)

    def pay(self) -> None:
        """Examine the lines for what came, and for what calls that died left behind."""
        actor, now = self._actor, self._actor.ports.clock.now()
        notes = self._store.all(actor.tenant, actor.company, OwedExamination)
        own = [] if self._note is None else [self._note]
        died = [
            note
            for note in notes
            if (note.id == self._id and not own)
            or (note.id != self._id and now - note.at > _OWED_FOR)
        ]
        if died or self._is_older:
            re_examine(actor.ports, actor.tenant, actor.company, EVERYTHING)
        elif own:
            re_examine(actor.ports, actor.tenant, actor.company, _arrivals(self._came))
        for note in (*died, *own):
            _commit(actor, [remove(note)])  # else the same call runs at once, and pays for itself

    @property
    def _store(self) -> Store:
        return self._actor.ports.store


def _arrivals(records: Sequence[Record]) -> Arrivals:
    items = [one for one in records if isinstance(one, OpenItem) and not one.is_settled]
    entries = [one for one in records if isinstance(one, BankEntry) and one.is_waiting]
    return Arrivals(
        keys_of(items, entries, [one.id for one in records if isinstance(one, ThirdParty)])
    )


def _learn_shapes(actor: Actor, records: Sequence[Record]) -> None:
    """Add the shapes of new invoice numbers to the ones the company is known to use."""
    store = actor.ports.store
    found = {shape_of(one.number) for one in records if isinstance(one, OpenItem)}
    if not found:
        return
    for _ in range(_ROUNDS_MAX):
        before = store.get(actor.tenant, actor.company, ReferenceShapes, "SHAPES")
        known = set(before.shapes) if before else set()
        if found <= known:
            return
        shapes = tuple(sorted(known | found))[:SHAPES_MAX]
        if before is not None and shapes == before.shapes:
            return
        after = replace(before or ReferenceShapes(), shapes=shapes)
        if _commit(actor, [put(before, after)]):
            return
