"""A link with an accountant, an archive that waits, an invitation: what the examples speak of."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from io import BytesIO

from rappro.adapters.memory.exchange import MemorySeal, memory_exchange
from rappro.domain.exchange.model import (
    BOOKS,
    FORMAT,
    FORMAT_VERSION,
    AttachedDocument,
    CompanyShown,
    EntryDocuments,
    ExchangeLink,
    LinkSide,
    LinkState,
    Manifest,
    Module,
    Parcel,
    Purpose,
    Sender,
    SharedLink,
)
from rappro.domain.exchange.writing import ArchiveWriter
from rappro.domain.ids import CompanyId, TenantId
from rappro.edge.api import sample_ids as ids
from rappro.ports import Blobs, Store

SIREN = "732829320"
AT = datetime(2025, 2, 1, 8, 0, tzinfo=UTC)
_OFFICE = LinkSide("conseil", ids.COMPANY, SIREN, "user-9")


def mailbox_of(tenant: str) -> str:
    """Return the mailbox of a tenant's link."""
    return f"link-{tenant[0] * 26}"


def archive_for(tenant: str, sequence: int = 1) -> bytes:
    """Return an archive that the accountant sent to a tenant: no records at all."""
    stream, seal = BytesIO(), MemorySeal()
    writer = ArchiveWriter(stream, AT)
    for name in BOOKS:
        writer.lines(name, ())
    manifest = Manifest(
        FORMAT, FORMAT_VERSION, CompanyShown(SIREN, "Menuiserie", "EUR"),
        Sender("conseil", "user-9", mailbox_of(tenant)), AT, Purpose.CORRECTION, "2025",
        tuple(Module), "", (), sequence=sequence, public_key=seal.public_key(),
        algorithm=seal.algorithm,
    )  # fmt: skip
    writer.finish(manifest, seal.sign)
    return stream.getvalue()


def seed_exchange(store: Store, blobs: Blobs, owner: TenantId, company: CompanyId) -> None:
    """Give a tenant a link in force, what waits there, and somebody's invitation."""
    boxes, mailbox = memory_exchange(store, blobs).mailboxes, mailbox_of(owner)
    until = AT + timedelta(days=365)
    own = LinkSide(owner, company, SIREN, "user-1")
    if boxes.link(mailbox) is None:
        boxes.save_link(None, SharedLink(
            mailbox, LinkState.ACCEPTED, _OFFICE, "0" * 64, AT, until, accepter=own
        ))  # fmt: skip
    content = archive_for(owner)
    digest = hashlib.sha256(content).hexdigest()
    parcel = Parcel(
        ids.ARCHIVE, "acme-20250201080000.rappro", digest, len(content), AT, own.address
    )
    boxes.put(mailbox, parcel, BytesIO(content))
    invited, code = ids.INVITATION.split(".")
    if boxes.link(invited) is None:
        secret = hashlib.sha256(code.encode()).hexdigest()
        boxes.save_link(None, SharedLink(invited, LinkState.INVITED, _OFFICE, secret, AT, until))
    document = b"facture"
    blobs.archive(owner, company, ids.DOCUMENT, BytesIO(document))
    attached = AttachedDocument("facture.pdf", ids.DOCUMENT, len(document), AT, "user-1")
    store.load(owner, company, [
        ExchangeLink(ids.EXCHANGE_LINK, mailbox, is_inviter=False, made_at=AT),
        EntryDocuments(ids.ENTRY, (attached,)),
    ])  # fmt: skip
