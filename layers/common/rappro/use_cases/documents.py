"""Documents attached to entries (pièces jointes): kept by the hash of their bytes, and linked.

The bytes of a document that is detached stay in the archive, as every source does.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from io import BytesIO
from typing import Final

from rappro.domain.errors import InvalidRequest, NotFound, TooLarge
from rappro.domain.exchange.model import AttachedDocument, EntryDocuments
from rappro.domain.ids import EntryId
from rappro.domain.writes import change, put, remove
from rappro.use_cases.acting import Actor
from rappro.use_cases.audit import audit
from rappro.use_cases.reads import get_entry

DOCUMENTS_MAX: Final = 50
"""Documents of one entry."""


def attach(actor: Actor, entry: EntryId, name: str, content: bytes) -> AttachedDocument:
    """Attach a document to an entry; the same bytes again change nothing.

    Raises NotFound for no such entry, InvalidRequest without bytes, TooLarge beyond DOCUMENTS_MAX.
    """
    get_entry(actor.ports, actor.tenant, actor.company, entry)
    if not content:
        raise InvalidRequest("the document has no bytes")
    known = _known(actor, entry)
    digest = hashlib.sha256(content).hexdigest()
    attached = known.documents if known else ()
    found = next((one for one in attached if one.sha256 == digest), None)
    if found is not None:
        return found
    if len(attached) >= DOCUMENTS_MAX:
        raise TooLarge(f"{DOCUMENTS_MAX} documents at most for an entry")
    actor.ports.blobs.archive(actor.tenant, actor.company, digest, BytesIO(content))
    now = actor.ports.clock.now()
    made = AttachedDocument(name, digest, len(content), now, actor.author)
    after = replace(known or EntryDocuments(entry), documents=(*attached, made))
    row = audit(now, actor.author, "attach_document", entry, part=digest,
                revision=after.version, after={"name": name, "sha256": digest})  # fmt: skip
    actor.ports.store.commit(actor.tenant, actor.company, [put(known, after), row])
    return made


def list_documents(actor: Actor, entry: EntryId) -> tuple[AttachedDocument, ...]:
    """Return the documents of an entry, in the order they came in. Raises NotFound."""
    get_entry(actor.ports, actor.tenant, actor.company, entry)
    known = _known(actor, entry)
    return known.documents if known else ()


def link_to(actor: Actor, document: AttachedDocument) -> str:
    """Return a link to a document's bytes, valid a few minutes."""
    blobs = actor.ports.blobs
    return blobs.source_url(actor.tenant, actor.company, document.sha256, document.name)


def detach(actor: Actor, entry: EntryId, sha256: str) -> None:
    """Detach a document from an entry. Raises NotFound."""
    known = _known(actor, entry)
    gone = [one for one in known.documents if one.sha256 == sha256] if known else []
    if known is None or not gone:
        raise NotFound(f"no document {sha256[:12]} of entry {entry}")
    left = tuple(one for one in known.documents if one.sha256 != sha256)
    write = change(known, replace(known, documents=left)) if left else remove(known)
    row = audit(
        actor.ports.clock.now(), actor.author, "detach_document", entry, part=sha256,
        revision=known.version, before={"name": gone[0].name, "sha256": sha256},
    )  # fmt: skip
    actor.ports.store.commit(actor.tenant, actor.company, [write, row])


def _known(actor: Actor, entry: EntryId) -> EntryDocuments | None:
    return actor.ports.store.get(actor.tenant, actor.company, EntryDocuments, entry)
