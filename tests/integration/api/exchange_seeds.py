"""A link with an accountant, an archive that waits, an invitation: what the examples speak of."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from io import BytesIO

from rappro.adapters.memory.exchange import MemorySeal, memory_exchange
from rappro.domain.exchange.model import (
    BOOKS,
    FORMAT,
    FORMAT_VERSION,
    LINK_PREFIX,
    ArchiveDownload,
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
from rappro.ports_exchange import Seal

SIREN = "732829320"
AT = datetime(2025, 2, 1, 8, 0, tzinfo=UTC)
_OFFICE = LinkSide("conseil", ids.COMPANY, SIREN, "user-9")


def mailbox_of(tenant: str, company: CompanyId = ids.COMPANY) -> str:
    """Return the mailbox of a company's link."""
    if company == ids.COMPANY:
        return f"{LINK_PREFIX}{tenant[0] * 26}"
    return f"{LINK_PREFIX}{_word('mailbox', tenant, company)}"


def invitation_of(tenant: str, company: CompanyId) -> str:
    """Return the invitation that a company may accept; the examples' own is open to all tenants."""
    if company == ids.COMPANY:
        return ids.INVITATION
    mailbox = f"{LINK_PREFIX}{_word('invitation', tenant, company)}"
    return f"{mailbox}.{_word('code', tenant, company)}"


def _word(*of: str) -> str:
    return base64.b32encode(hashlib.sha256("/".join(of).encode()).digest()).decode()[:26].lower()


def archive_for(
    tenant: str, sequence: int = 1, company: CompanyId = ids.COMPANY, seal: Seal | None = None
) -> bytes:
    """Return an archive that the accountant sent to a company: no records at all."""
    stream, seal = BytesIO(), seal or MemorySeal()
    writer = ArchiveWriter(stream, AT)
    for name in BOOKS:
        writer.lines(name, ())
    manifest = Manifest(
        FORMAT, FORMAT_VERSION, CompanyShown(SIREN, "Menuiserie", "EUR"),
        Sender("conseil", "user-9", mailbox_of(tenant, company)), AT, Purpose.CORRECTION, "2025",
        tuple(Module), "", (), sequence=sequence, public_key=seal.public_key(),
        algorithm=seal.algorithm,
    )  # fmt: skip
    writer.finish(manifest, seal.sign)
    return stream.getvalue()


def seed_exchange(store: Store, blobs: Blobs, owner: TenantId, company: CompanyId) -> None:
    """Give a company a link in force, what waits there, and somebody's invitation."""
    boxes, mailbox = memory_exchange(store, blobs).mailboxes, mailbox_of(owner, company)
    until = AT + timedelta(days=36_500)
    own = LinkSide(owner, company, SIREN, "user-1")
    if boxes.link(mailbox) is None:
        boxes.save_link(None, SharedLink(
            mailbox, LinkState.ACCEPTED, _OFFICE, "0" * 64, AT, until, accepter=own
        ))  # fmt: skip
    content = archive_for(owner, company=company)
    digest = hashlib.sha256(content).hexdigest()
    parcel = Parcel(
        ids.ARCHIVE, "acme-20250201080000.rappro", digest, len(content), AT, own.address
    )
    boxes.put(mailbox, parcel, BytesIO(content))
    invited, code = invitation_of(owner, company).split(".")
    if boxes.link(invited) is None:
        secret = hashlib.sha256(code.encode()).hexdigest()
        boxes.save_link(None, SharedLink(invited, LinkState.INVITED, _OFFICE, secret, AT, until))
    document = b"facture"
    blobs.archive(owner, company, ids.DOCUMENT, BytesIO(document))
    attached = AttachedDocument("facture.pdf", ids.DOCUMENT, len(document), AT, "user-1")
    store.load(owner, company, [
        ExchangeLink(ids.EXCHANGE_LINK, mailbox, is_inviter=False, made_at=AT),
        EntryDocuments(ids.ENTRY, (attached,)),
        ArchiveDownload("0" * 64, ids.ARCHIVE, digest, "cabinet@exemple.fr", AT, until, "user-1"),
    ])  # fmt: skip
