"""Sends a company's books as one signed archive (SPEC EXC-1): over a link, or to be downloaded.

    books, part after part ─► archive ─► kept by its hash ─► one commit: it is sent
        ─► over a link: into the mailbox

What dies on the way is made good by the same task again: an archive that says it is sent is laid
into the mailbox and not made anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Final, cast

from rappro.domain.books import Company
from rappro.domain.errors import NotFound, RuleViolation
from rappro.domain.exchange.canonical import to_line
from rappro.domain.exchange.model import (
    BOOKS,
    DOCUMENTS,
    FORMAT,
    FORMAT_VERSION,
    ArchiveState,
    CompanyShown,
    DocumentsChoice,
    EntryDocuments,
    ExchangeArchive,
    ExchangeLink,
    Manifest,
    Module,
    Parcel,
    Part,
    Purpose,
    Sender,
    SharedLink,
    file_name,
)
from rappro.domain.exchange.writing import ArchiveWriter
from rappro.domain.frozen import dataclass
from rappro.domain.ids import derive_id
from rappro.domain.writes import Write, change, create
from rappro.use_cases import lease
from rappro.use_cases.acting import Actor
from rappro.use_cases.audit import audit
from rappro.use_cases.companies import get_company
from rappro.use_cases.exchange_books import Books, tallied
from rappro.use_cases.exchange_links import in_force
from rappro.use_cases.exchange_reading import own_archive
from rappro.use_cases.exchange_statements import (
    line_lines,
    match_lines,
    statement_lines,
    statements_of,
)
from rappro.use_cases.export_fec import export_fec

FEC_ROWS_MAX: Final = 2_000_000
_IN_MEMORY_BYTES: Final = 8 * 1024 * 1024
_CHUNK_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Sending:
    """What to send: `link` names one of the company's links; none makes a file to download."""

    task: str
    at: datetime
    purpose: Purpose = Purpose.REVIEW
    comment: str = ""
    link: str | None = None
    documents: DocumentsChoice = DocumentsChoice.CHANGED
    fiscal_year: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """The report of what was sent; of an archive that was sent before, without its parts."""

    archive: ExchangeArchive
    parts: tuple[Part, ...] = ()
    to: str | None = None


def send(actor: Actor, sending: Sending) -> Sent:
    """Send the books. Raises NotFound, LinkNotInForce, RuleViolation, ArchiveOversized, LeaseHeld.

    The company's lease is held while books are read: no run and no validation is half in them.
    """
    company = get_company(actor.ports, actor.tenant, actor.company)
    if company.siren is None:
        raise RuleViolation("books are exchanged by the company's SIREN: set it first")
    link, shared, other = (None, None, None)
    if sending.link is not None:
        link, shared, other = in_force(actor, sending.link)
    done = _done(actor, sending.task)
    if done is None:
        holder = f"exchange:{sending.task}"
        lease.acquire(actor.ports, actor.tenant, actor.company, holder)
        try:
            sent = _make(actor, company, sending, link, shared=shared)
        finally:
            lease.release(actor.ports, actor.tenant, actor.company, holder)
    else:
        sent = Sent(done)
    if link is not None and other is not None:
        _lay(actor, link, sent.archive, other.address)
        sent = replace(sent, to=other.tenant)
    return sent


def _done(actor: Actor, task: str) -> ExchangeArchive | None:
    """Return the archive that an earlier attempt at the same task made."""
    found = actor.ports.store.all(actor.tenant, actor.company, ExchangeArchive)
    return next((one for one in found if one.application == task), None)


def _lay(actor: Actor, link: ExchangeLink, archive: ExchangeArchive, to: str) -> None:
    parcel = Parcel(
        derive_id("pa", archive.sha256), archive.name, archive.sha256, archive.size_bytes,
        archive.created_at, to,
    )  # fmt: skip
    blobs = actor.ports.blobs
    with closing(blobs.open_source(actor.tenant, actor.company, archive.sha256)) as content:
        actor.ports.exchange.mailboxes.put(link.mailbox, parcel, content)


def _make(
    actor: Actor, company: Company, sending: Sending, link: ExchangeLink | None,
    *, shared: SharedLink | None,
) -> Sent:  # fmt: skip
    year = sending.fiscal_year or company.fiscal_year(actor.ports.clock.today(company.timezone))
    with SpooledTemporaryFile(_IN_MEMORY_BYTES) as scratch:
        stream = cast("BinaryIO", scratch)
        manifest = _written(actor, company, sending, link, stream=stream, year=year, shared=shared)
        size, digest = stream.tell(), _digest(stream)
        actor.ports.blobs.archive(actor.tenant, actor.company, digest, stream)
    archive = ExchangeArchive(
        digest, file_name(actor.company, sending.at), size, sending.at, ArchiveState.SENT,
        link.name if link else "", sequence=manifest.sequence, revision=manifest.revision,
        application=sending.task, author=actor.author,
    )  # fmt: skip
    writes: list[Write] = [create(archive)]
    if link is not None:
        after = replace(link, sent_count=manifest.sequence, last_base=digest)
        writes.append(change(link, after))
    counts = {part.name: part.count for part in manifest.parts if part.name in BOOKS}
    told = {"name": archive.name, "to": sending.link, "purpose": sending.purpose, "counts": counts}
    writes.append(audit(sending.at, actor.author, "send_books", digest, after=told))
    actor.ports.store.commit(actor.tenant, actor.company, writes)
    return Sent(replace(archive, version=1), manifest.parts)


def _written(
    actor: Actor, company: Company, sending: Sending, link: ExchangeLink | None,
    *, stream: BinaryIO, year: str, shared: SharedLink | None,
) -> Manifest:  # fmt: skip
    modules = tuple(Module) if shared is None else shared.modules
    writer = ArchiveWriter(stream, sending.at)
    books = Books(actor.ports, actor.tenant, actor.company)
    for name in BOOKS:
        lines = books.lines(name)
        is_in = name != "templates.jsonl" or Module.TEMPLATES in modules
        writer.lines(name, (text for _, text in lines) if is_in else ())
    _write_extras(actor, company, writer, books, year=year, modules=modules)
    if Module.DOCUMENTS in modules:
        _write_documents(actor, writer, sending, link)
    seal = actor.ports.exchange.seal
    shown = CompanyShown(
        company.siren or "", company.name, company.currency, company.timezone,
        company.fiscal_year_start_month, company.fiscal_years,
    )  # fmt: skip
    manifest = Manifest(
        FORMAT, FORMAT_VERSION, shown,
        Sender(actor.tenant, actor.author, link.mailbox if link else None), sending.at,
        sending.purpose, year, modules, "", (),
        sequence=link.sent_count + 1 if link else 1, comment=sending.comment,
        documents=sending.documents, base=link.last_base if link else None,
        public_key=seal.public_key(), algorithm=seal.algorithm,
    )  # fmt: skip
    return writer.finish(manifest, seal.sign)


def _write_extras(
    actor: Actor, company: Company, writer: ArchiveWriter, books: Books,
    *, year: str, modules: tuple[Module, ...],
) -> None:  # fmt: skip
    """Write what is there to be read: statements, matches, VAT, the situation, the FEC."""
    statements = list(statements_of(actor))
    writer.lines("statements.jsonl", statement_lines(statements))
    matches: set[str] = set()
    writer.lines("statement_lines.jsonl", line_lines(actor, statements, books.view, matches))
    writer.lines("matches.jsonl", match_lines(actor, sorted(matches), books.view))
    first, last = company.fiscal_year_period(year)
    if Module.SITUATION in modules or Module.VAT in modules:
        situation = tallied(e for e in books.entries() if first <= e.date <= last)
        if Module.VAT in modules:
            writer.lines("vat.jsonl", situation.vat_lines())
        if Module.SITUATION in modules:
            writer.lines("situation.jsonl", situation.situation_lines())
    fec = export_fec(actor.ports, actor.tenant, company, year, rows_max=FEC_ROWS_MAX)
    blobs = actor.ports.blobs
    with closing(blobs.open_source(actor.tenant, actor.company, fec.file.sha256)) as content:
        chunks = iter(lambda: content.read(_CHUNK_BYTES), b"")
        writer.chunks("fec.txt", chunks, is_counted=False)


def _write_documents(
    actor: Actor, writer: ArchiveWriter, sending: Sending, link: ExchangeLink | None
) -> None:
    """Write the list of all attached documents, and the bytes of those that are wanted."""
    attached = actor.ports.store.all(actor.tenant, actor.company, EntryDocuments)
    writer.lines(DOCUMENTS, (to_line(one) for one in attached))
    known = _known_documents(actor, link) if sending.documents is DocumentsChoice.CHANGED else ()
    wanted = {one.sha256 for each in attached for one in each.documents} - set(known)
    if sending.documents is DocumentsChoice.NONE:
        return
    for sha256 in sorted(wanted):
        with closing(actor.ports.blobs.open_source(actor.tenant, actor.company, sha256)) as content:
            writer.document(sha256, content)


def _known_documents(actor: Actor, link: ExchangeLink | None) -> Iterator[str]:
    """Yield the hashes of documents that the archive which both sides know speaks of."""
    if link is None or link.last_base is None:
        return
    try:
        with own_archive(actor, link.last_base) as base:
            for attached in base.attached():
                yield from (one.sha256 for one in attached.documents)
    except NotFound:
        return


def _digest(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    stream.seek(0)
    while chunk := stream.read(_CHUNK_BYTES):
        digest.update(chunk)
    stream.seek(0)
    return digest.hexdigest()
