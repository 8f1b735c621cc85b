"""Applies archives that wait, one after the other, each as one change of the books (SPEC EXC-3).

    proven ─► merged with the books ─► nothing against it ─► one unit ─► its revision is noted

Undo is the same unit with before and after turned round, as long as the books are what they were
when the archive had been applied.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from io import BytesIO
from typing import Final

from rappro.domain.errors import (
    ArchiveAlreadyApplied,
    ArchiveConflicts,
    NotAllowedInState,
    NotFound,
    PeriodClosed,
    TooLarge,
)
from rappro.domain.exchange.model import (
    BOOKS,
    MASTER,
    ArchiveState,
    AttachedDocument,
    BookRecord,
    EntryDocuments,
    ExchangeArchive,
    ExchangeLink,
    Module,
    Part,
    revision_of,
)
from rappro.domain.exchange.reading import Archive
from rappro.domain.exchange.units import Outlook, UnitPlan, plan_name, records_of
from rappro.domain.frozen import dataclass
from rappro.domain.ids import derive_id
from rappro.domain.writes import Fence, Write, change, put
from rappro.use_cases import lease
from rappro.use_cases.acting import Actor
from rappro.use_cases.audit import audit
from rappro.use_cases.exchange_books import Books
from rappro.use_cases.exchange_plan import TOUCHES_MAX, outlook
from rappro.use_cases.exchange_reading import (
    Waiting,
    get_waiting,
    opened,
    own_archive,
    parcel_id,
)
from rappro.use_cases.exchange_units import Unit, abandon, finish_unit, perform_unit
from rappro.use_cases.packing import pack
from rappro.use_cases.re_examining import EVERYTHING, re_examine

_TOLD_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of one archive; `left` are records that somebody else changed meanwhile."""

    archive: ExchangeArchive
    plan: UnitPlan
    left: tuple[str, ...] = ()


def preview(actor: Actor, archive: str, modules: Iterable[Module]) -> tuple[Archive, Outlook]:
    """Return what an archive says of itself, and what applying it would do. Changes nothing.

    Raises NotFound, ArchiveRefused, ArchiveAlreadyApplied, LinkNotInForce, BooksLoading.
    """
    waiting = get_waiting(actor, archive)
    with opened(actor, waiting) as (content, link):
        _check_sequence(content, link)
        return content, outlook(actor, content, "preview", modules)


def apply(actor: Actor, archive: str, modules: Iterable[Module], *, task: str) -> Applied:
    """Apply an archive that waits, whole or not at all. The same task again finishes it.

    Raises what `preview` raises, ArchiveConflicts, PeriodClosed, LeaseHeld.
    """
    holder = f"exchange:{task}"
    fence = lease.acquire(actor.ports, actor.tenant, actor.company, holder)
    try:
        unit = derive_id("ex", task, archive)
        done = _switched(actor, unit)
        if done is None:
            abandon(actor, fence, but=unit)
            waiting = get_waiting(actor, archive)
            with opened(actor, waiting) as (content, link):
                begun = _begin(actor, waiting, content, link, plan_id=unit, modules=modules)
                left = perform_unit(actor, begun, fence)
            plan, done = begun.plan, _switched(actor, unit)
            assert done is not None  # the unit says so, or raised
        else:
            plan, left = _plan(actor, unit), finish_unit(actor, unit, fence)
        if Module.DOCUMENTS in frozenset(modules):
            _attach(actor, done)
        done = _concluded(actor, done, fence)
    finally:
        lease.release(actor.ports, actor.tenant, actor.company, holder)
    re_examine(actor.ports, actor.tenant, actor.company, EVERYTHING)
    return Applied(done, plan, tuple(left))


def _switched(actor: Actor, unit: str) -> ExchangeArchive | None:
    """Return the archive that a unit applied, once it says so."""
    found = actor.ports.store.all(actor.tenant, actor.company, ExchangeArchive)
    mine = (one for one in found if one.application == unit)
    return next((one for one in mine if one.state is ArchiveState.APPLIED), None)


def _plan(actor: Actor, unit: str) -> UnitPlan:
    return actor.ports.blobs.load_document(actor.tenant, actor.company, plan_name(unit), UnitPlan)


def _begin(
    actor: Actor, waiting: Waiting, content: Archive, link: ExchangeLink, *, plan_id: str,
    modules: Iterable[Module],
) -> Unit:  # fmt: skip
    """Check everything, and return the unit that applies an archive."""
    _check_sequence(content, link)
    found = outlook(actor, content, plan_id, modules)
    _check(found)
    _keep(actor, waiting)
    plan = _with_begun(actor, found.plan)
    scope = actor.tenant, actor.company
    actor.ports.blobs.save_document(*scope, plan_name(plan_id), UnitPlan, plan)
    writes = _at_switch(actor, waiting, content, link, plan)
    return Unit(plan, lambda: _new(content, plan), writes)


def _with_begun(actor: Actor, plan: UnitPlan) -> UnitPlan:
    """Return a plan with the master data that an earlier attempt at the unit created."""
    try:
        earlier = _plan(actor, plan.id)
    except NotFound:
        return plan
    created = dict(plan.created)
    for part in MASTER:
        keys = (*earlier.created.get(part, ()), *created.get(part, ()))
        created |= {part: tuple(dict.fromkeys(keys))} if keys else {}
    return replace(plan, created=created)


def _check_sequence(content: Archive, link: ExchangeLink) -> None:
    if content.manifest.sequence <= link.received_sequence:
        raise ArchiveAlreadyApplied("this archive, or a later one of its sender, was applied")


def _check(found: Outlook) -> None:
    if not found.conflicts:
        return
    told = ", ".join(f"{one.part} {one.key}: {one.why}" for one in found.conflicts[:_TOLD_MAX])
    if all(one.why == "period_closed" for one in found.conflicts):
        raise PeriodClosed(f"the period is closed: {told}")
    raise ArchiveConflicts(f"{len(found.conflicts)} records cannot change: {told}")


def _keep(actor: Actor, waiting: Waiting) -> None:
    """Keep the archive's bytes on this side: a later one is merged with it as their base."""
    if waiting.parcel is None:
        return
    boxes = actor.ports.exchange.mailboxes
    with closing(boxes.open(waiting.link.mailbox, waiting.parcel)) as stream:
        actor.ports.blobs.archive(actor.tenant, actor.company, waiting.sha256, stream)


def _new(content: Archive, plan: UnitPlan) -> Iterator[BookRecord]:
    """Yield the records that are new, part by part: master data comes first."""
    for part in BOOKS:
        wanted = frozenset(plan.created.get(part, ()))
        if wanted:
            yield from (one for one in content.records(part) if one.key in wanted)


def _at_switch(
    actor: Actor, waiting: Waiting, content: Archive, link: ExchangeLink, plan: UnitPlan
) -> list[Write]:
    """Return what says that the archive is applied: its record, the link, the trail."""
    store, now = actor.ports.store, actor.ports.clock.now()
    known = store.get(actor.tenant, actor.company, ExchangeArchive, waiting.sha256)
    record = ExchangeArchive(
        waiting.sha256, waiting.name, waiting.size_bytes, waiting.created_at,
        ArchiveState.APPLIED, link.name, parcel=waiting.parcel.id if waiting.parcel else None,
        sequence=content.manifest.sequence, application=plan.id, author=actor.author,
        ended_at=now, base_before=link.last_base,
    )  # fmt: skip
    after = replace(
        link, last_base=waiting.sha256, received_sequence=content.manifest.sequence
    )  # fmt: skip
    counts = {
        part: {"added": one.added, "changed": one.changed, "deleted": one.deleted}
        for part, one in plan.counts.items()
    }
    row = audit(now, actor.author, "apply_archive", waiting.sha256,
                revision=known.version if known else 0,
                after={"name": waiting.name, "link": link.name, "counts": counts})  # fmt: skip
    return [put(known, record), change(link, after), row]


def _attach(actor: Actor, done: ExchangeArchive) -> None:
    """Keep the documents' bytes, and attach them to their entries; what is there stays."""
    store, blobs, scope = actor.ports.store, actor.ports.blobs, (actor.tenant, actor.company)
    with own_archive(actor, done.sha256) as content:
        for sha256 in content.documents():
            with content.open_document(sha256) as part:
                blobs.archive(*scope, sha256, BytesIO(part.read()))
        known = {one.key: one for one in store.all(*scope, EntryDocuments)}
        writes = (_attached(known.get(theirs.key), theirs) for theirs in content.attached())
        for commit in pack(store, ([write] for write in writes if write is not None)):
            store.commit(*scope, commit)


def _attached(mine: EntryDocuments | None, theirs: EntryDocuments) -> Write | None:
    base = mine or EntryDocuments(theirs.entry_id)
    more = _more(base.documents, theirs.documents)
    if not more:
        return None
    return put(mine, replace(base, documents=(*base.documents, *more)))


def _more(
    mine: tuple[AttachedDocument, ...], theirs: tuple[AttachedDocument, ...]
) -> list[AttachedDocument]:
    known = {one.sha256 for one in mine}
    return [one for one in theirs if one.sha256 not in known]


def _concluded(actor: Actor, archive: ExchangeArchive, fence: Fence) -> ExchangeArchive:
    """Note the revision of the books as the archive left them: an undo asks for it."""
    if archive.revision is not None:
        return archive
    noted = replace(archive, revision=revision(actor))
    actor.ports.store.commit(actor.tenant, actor.company, [change(archive, noted)], fence=fence)
    return replace(noted, version=archive.version + 1)


def revision(actor: Actor) -> str:
    """Return the revision of the company's books as they are shown."""
    books = Books(actor.ports, actor.tenant, actor.company)
    return revision_of(Part(name, 0, _digest(books, name)) for name in BOOKS)


def _digest(books: Books, part: str) -> str:
    digest = hashlib.sha256()
    for _, line in books.lines(part):
        digest.update(f"{line}\n".encode())
    return digest.hexdigest()


def undo(actor: Actor, archive: str, *, task: str) -> Applied:
    """Take the last archive of a link back, if nothing of the books changed since.

    Raises NotFound, NotAllowedInState, LeaseHeld.
    """
    holder, unit = f"exchange:{task}", derive_id("ex", task, "undo", archive)
    fence = lease.acquire(actor.ports, actor.tenant, actor.company, holder)
    try:
        found = _applied(actor, archive, unit)
        if found.state is ArchiveState.APPLIED:
            abandon(actor, fence, but=unit)
            reverse = _reverse(actor, found, unit)
            left, plan = perform_unit(actor, reverse, fence), reverse.plan
        else:
            left, plan = finish_unit(actor, unit, fence), _plan(actor, unit)
    finally:
        lease.release(actor.ports, actor.tenant, actor.company, holder)
    return Applied(_applied(actor, archive, unit), plan, tuple(left))


def _applied(actor: Actor, archive: str, unit: str) -> ExchangeArchive:
    """Return an archive that is applied, or was taken back by this very unit. Raises NotFound."""
    for one in actor.ports.store.all(actor.tenant, actor.company, ExchangeArchive):
        is_undone = one.state is ArchiveState.UNDONE and one.application == unit
        if parcel_id(one.sha256) == archive and (one.state is ArchiveState.APPLIED or is_undone):
            return one
    raise NotFound(f"no archive {archive} is applied")


def _reverse(actor: Actor, archive: ExchangeArchive, unit: str) -> Unit:
    """Return the unit that takes an application back. Raises NotAllowedInState."""
    store, scope, now = actor.ports.store, (actor.tenant, actor.company), actor.ports.clock.now()
    link = store.get(*scope, ExchangeLink, archive.link)
    if link is None or link.last_base != archive.sha256:
        raise NotAllowedInState("another archive was sent or applied since")
    if archive.revision is None or revision(actor) != archive.revision:
        raise NotAllowedInState("the books were changed since")
    done = _plan(actor, archive.application or "")
    plan = _turned(actor, done, unit)
    actor.ports.blobs.save_document(*scope, plan_name(unit), UnitPlan, plan)
    undone = archive.moved(ArchiveState.UNDONE, application=unit, ended_at=now, revision=None)
    before = replace(
        link, last_base=archive.base_before, received_sequence=archive.sequence - 1
    )  # fmt: skip
    row = audit(now, actor.author, "undo_archive", archive.sha256, revision=archive.version,
                after={"name": archive.name, "link": link.name})  # fmt: skip
    kept = {(type(one), one.key) for one in done.after}
    gone = [one for one in done.before if (type(one), one.key) not in kept]
    return Unit(plan, lambda: gone, [change(archive, undone), change(link, before), row])


def _turned(actor: Actor, done: UnitPlan, unit: str) -> UnitPlan:
    """Return the plan that makes the books again what they were before another."""
    store, scope = actor.ports.store, (actor.tenant, actor.company)
    wanted = {part: list(keys) for part, keys in done.created.items()}
    for part in BOOKS:
        wanted.setdefault(part, []).extend(one.key for one in done.after.of(part))
    if sum(map(len, wanted.values())) > TOUCHES_MAX:
        raise TooLarge(f"more than {TOUCHES_MAX} records cannot be taken back at once")
    now = [
        record
        for part, keys in wanted.items()
        for record in store.get_many(*scope, BOOKS[part], keys).values()
    ]
    was = {(type(one), one.key): one for one in done.before}
    touched = [was[type(one), one.key] for one in done.after]
    kept = {(type(one), one.key) for one in done.after}
    created: dict[str, tuple[str, ...]] = {}
    for part in BOOKS:
        gone = tuple(o.key for o in done.before.of(part) if (type(o), o.key) not in kept)
        created |= {part: gone} if gone else {}
    return UnitPlan(unit, records_of(now), records_of(touched), created)
