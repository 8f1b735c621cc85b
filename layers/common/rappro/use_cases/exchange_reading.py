"""Archives that come in: what waits, what was uploaded, and the proof that one is what it says.

Each is read only after it was proven: whole and unaltered (domain/exchange/reading.py), of this
company, from the other side of one of its links, signed by this deployment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import BinaryIO, Final

from rappro.domain.books import Company
from rappro.domain.errors import (
    ArchiveAlreadyApplied,
    ArchiveOfAnother,
    ArchiveSignerUnknown,
    LinkNotInForce,
    NotFound,
)
from rappro.domain.exchange.model import (
    ArchiveState,
    ExchangeArchive,
    ExchangeLink,
    LinkState,
    Manifest,
    Parcel,
    file_name,
)
from rappro.domain.exchange.reading import Archive, open_archive
from rappro.domain.frozen import dataclass
from rappro.domain.ids import derive_id
from rappro.domain.writes import Write, create, put
from rappro.use_cases.acting import Actor
from rappro.use_cases.audit import audit
from rappro.use_cases.companies import get_company
from rappro.use_cases.exchange_links import list_links

_OVER: Final = frozenset({ArchiveState.APPLIED, ArchiveState.DELETED})


@dataclass(frozen=True, slots=True)
class Waiting:
    """An archive that waits to be applied; of an uploaded one `parcel` is None."""

    id: str
    name: str
    created_at: datetime
    size_bytes: int
    sha256: str
    link: ExchangeLink
    parcel: Parcel | None = None
    is_new: bool = False  # it did not wait before it was just taken


def list_waiting(actor: Actor) -> list[Waiting]:
    """Return what waits for this company, the oldest first: from its links, and uploaded."""
    links = [s.link for s in list_links(actor) if s.state is LinkState.ACCEPTED]
    by_name = {link.name: link for link in links}
    kept = {a.sha256: a for a in actor.ports.store.all(
        actor.tenant, actor.company, ExchangeArchive
    )}  # fmt: skip
    found: dict[str, Waiting] = {}
    for one in kept.values():
        if one.state is ArchiveState.WAITING and one.link in by_name:
            link = by_name[one.link]
            key = parcel_id(one.sha256)
            found[key] = Waiting(key, one.name, one.created_at, one.size_bytes, one.sha256, link)
    here = f"{actor.tenant}/{actor.company}"
    for link in links:
        for parcel in actor.ports.exchange.mailboxes.parcels(link.mailbox):
            known = kept.get(parcel.sha256)
            if parcel.to == here and (known is None or known.state not in _OVER):
                found[parcel.id] = Waiting(
                    parcel.id, parcel.name, parcel.created_at, parcel.size_bytes, parcel.sha256,
                    link, parcel,
                )  # fmt: skip
    return sorted(found.values(), key=lambda one: (one.created_at, one.id))


def parcel_id(sha256: str) -> str:
    """Return the id under which an archive waits."""
    return derive_id("pa", sha256)


def get_waiting(actor: Actor, archive: str) -> Waiting:
    """Return an archive that waits. Raises NotFound."""
    found = next((one for one in list_waiting(actor) if one.id == archive), None)
    if found is None:
        raise NotFound(f"no archive {archive} waits")
    return found


def delete_waiting(actor: Actor, archive: str) -> None:
    """Delete an archive that waits: it is not applied. Raises NotFound."""
    if _take_out_what_is_left(actor, archive):
        return
    waiting = get_waiting(actor, archive)
    store, now = actor.ports.store, actor.ports.clock.now()
    known = store.get(actor.tenant, actor.company, ExchangeArchive, waiting.sha256)
    gone = _record(waiting).moved(ArchiveState.DELETED, ended_at=now, author=actor.author)
    row = audit(now, actor.author, "delete_archive", waiting.sha256,
                revision=known.version if known else 0, before={"name": waiting.name})  # fmt: skip
    store.commit(actor.tenant, actor.company, [put(known, gone), row])
    if waiting.parcel is not None:
        actor.ports.exchange.mailboxes.take_out(waiting.link.mailbox, waiting.parcel)


def _take_out_what_is_left(actor: Actor, archive: str) -> bool:
    """Finish a deletion that died before the archive was out of its mailbox, if one did."""
    here, store = f"{actor.tenant}/{actor.company}", actor.ports.store
    for seen in list_links(actor):
        for parcel in actor.ports.exchange.mailboxes.parcels(seen.link.mailbox):
            if (parcel.id, parcel.to) != (archive, here):
                continue
            known = store.get(actor.tenant, actor.company, ExchangeArchive, parcel.sha256)
            if known is not None and known.state is ArchiveState.DELETED:
                actor.ports.exchange.mailboxes.take_out(seen.link.mailbox, parcel)
                return True
    return False


def upload(actor: Actor, content: bytes) -> Waiting:
    """Take an archive that came another way, once it is proven. The same again is the same.

    Raises ArchiveRefused, ArchiveAlreadyApplied, LinkNotInForce.
    """
    digest = hashlib.sha256(content).hexdigest()
    return take(actor, BytesIO(content), digest, len(content))


def take(
    actor: Actor, content: BinaryIO, sha256: str, size_bytes: int, *, told: Sequence[Write] = ()
) -> Waiting:
    """Do what `upload` does, of a file; `told` is written with what did not wait before."""
    with proven(actor, content) as (archive, link):
        manifest = archive.manifest
        name = file_name(link.name, manifest.created_at)
    store = actor.ports.store
    known = store.get(actor.tenant, actor.company, ExchangeArchive, sha256)
    waiting = Waiting(
        parcel_id(sha256), name, manifest.created_at, size_bytes, sha256, link
    )  # fmt: skip
    if known is not None and known.state is ArchiveState.APPLIED:
        raise ArchiveAlreadyApplied(f"archive {name} was applied already")
    content.seek(0)
    actor.ports.blobs.archive(actor.tenant, actor.company, sha256, content)
    if known is not None and known.state is ArchiveState.WAITING:
        return waiting
    row = audit(actor.ports.clock.now(), actor.author, "upload_archive", sha256,
                revision=known.version if known else 0, after={"name": name})  # fmt: skip
    record = _record(waiting)
    writes = [create(record) if known is None else put(known, record), row, *told]
    store.commit(actor.tenant, actor.company, writes)
    return replace(waiting, is_new=True)


def _record(waiting: Waiting) -> ExchangeArchive:
    return ExchangeArchive(
        waiting.sha256, waiting.name, waiting.size_bytes, waiting.created_at,
        ArchiveState.WAITING, waiting.link.name,
        parcel=None if waiting.parcel is None else waiting.parcel.id,
    )  # fmt: skip


@contextmanager
def opened(actor: Actor, waiting: Waiting) -> Iterator[tuple[Archive, ExchangeLink]]:
    """Open an archive that waits, proven. Raises ArchiveRefused, LinkNotInForce."""
    if waiting.parcel is None:
        stream = actor.ports.blobs.open_source(actor.tenant, actor.company, waiting.sha256)
    else:
        stream = actor.ports.exchange.mailboxes.open(waiting.link.mailbox, waiting.parcel)
    with closing(stream), proven(actor, stream) as found:
        yield found


@contextmanager
def proven(actor: Actor, stream: BinaryIO) -> Iterator[tuple[Archive, ExchangeLink]]:
    """Prove an archive and tell over which link it came. Raises ArchiveRefused, LinkNotInForce."""
    company = get_company(actor.ports, actor.tenant, actor.company)
    links: list[ExchangeLink] = []

    def verify(manifest: Manifest, digest: bytes, signature: bytes) -> bool:
        _check_company(company, manifest)
        links.append(_link_of(actor, manifest))
        seal = actor.ports.exchange.seal
        if (manifest.algorithm, manifest.public_key) != (seal.algorithm, seal.public_key()):
            raise ArchiveSignerUnknown("signed with a key that is not known here")
        return seal.verify(digest, signature)

    archive = open_archive(stream, verify)
    yield archive, links[0]


def _check_company(company: Company, manifest: Manifest) -> None:
    if manifest.company.siren != company.siren:
        raise ArchiveOfAnother("the archive is of a company with another SIREN")
    if manifest.company.currency != company.currency:
        raise ArchiveOfAnother("the archive is of books in another currency")


def _link_of(actor: Actor, manifest: Manifest) -> ExchangeLink:
    for seen in list_links(actor):
        if seen.link.mailbox == manifest.sender.link:
            if seen.state is not LinkState.ACCEPTED:
                raise LinkNotInForce(f"link {seen.link.name} is not accepted, or was revoked")
            if seen.other is None or seen.other.tenant != manifest.sender.tenant:
                break
            return seen.link
    raise ArchiveSignerUnknown("not sent by the other side of a link of this company")


@contextmanager
def own_archive(actor: Actor, sha256: str) -> Iterator[Archive]:
    """Open an archive that this company sent or applied before. Raises NotFound."""
    store = actor.ports.store
    known = store.get(actor.tenant, actor.company, ExchangeArchive, sha256)
    if known is None or known.state not in {ArchiveState.SENT, ArchiveState.APPLIED}:
        raise NotFound("no archive that was sent or applied here")
    stream = actor.ports.blobs.open_source(actor.tenant, actor.company, sha256)
    with closing(stream):
        yield open_archive(stream, lambda *_: True)  # kept by its hash: what was proven then
