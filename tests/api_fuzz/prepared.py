"""What a request needs that works once: made for a seeded company when it is asked for.

    an invitation, an archive to take in, a bank that was granted,
    a link that a bank's user comes back by, a signed webhook, the link of a mail

Told as parts of a request: `body` (fields of it), `text` or `file` (the whole of it), `query`,
`headers`.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO
from typing import Any, Final

from rappro.adapters.memory.exchange import MemorySeal
from rappro.domain.exchange.model import ArchiveDownload, ArchiveState, ExchangeArchive
from rappro.domain.feeds import FeedConnection, FeedLink
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.writes import put
from rappro.edge.api import sample_ids as ids
from rappro.ports import Ports
from rappro.ports_exchange import Seal
from rappro.ports_feeds import Route
from rappro.use_cases.exchange_downloads import DOWNLOAD, OURS
from rappro.use_cases.exchange_reading import parcel_id
from rappro.use_cases.feed_linking import digest_of
from tests.integration.api.exchange_seeds import archive_for, invitation_of
from tests.integration.api.paper_bank import SIGNATURE

PROVIDER: Final = "bridge"  # of the connection that the seeded companies have linked
BANK: Final = "item-1"
_LIVES: Final = timedelta(hours=1)


def paper_webhook(event: str) -> dict[str, Any]:
    """Return a webhook as the provider on paper would send it."""
    return {"text": f"{event},,{BANK}", "headers": {"x-signature": SIGNATURE}}


def paper_bank(tenant: TenantId, company: CompanyId) -> dict[str, Any]:
    """Return nothing: who asks the provider on paper has the banks of the example."""
    return {}


@dataclass(frozen=True, slots=True)
class Outside:
    """What is outside of the API: the seal of archives, a provider's webhooks, a granted bank."""

    seal: Seal
    webhook: Callable[[str], dict[str, Any]] = paper_webhook
    bank: Callable[[TenantId, CompanyId], dict[str, Any]] = paper_bank


def on_paper() -> Outside:
    """Return what goes with the adapters in memory."""
    return Outside(MemorySeal())


def prepare(
    ports: Ports, outside: Outside, tenant: TenantId, company: CompanyId, operation: str
) -> dict[str, Any]:
    """Return what a valid request of an operation has in it for a company; empty for most."""
    making = _PREPARED.get(operation)
    return {} if making is None else making(ports, outside, tenant, company)


def _invitation(
    ports: Ports, outside: Outside, tenant: TenantId, company: CompanyId
) -> dict[str, Any]:
    return {"body": {"code": invitation_of(tenant, company)}}


def _archive(
    ports: Ports, outside: Outside, tenant: TenantId, company: CompanyId
) -> dict[str, Any]:
    content = archive_for(tenant, sequence=2, company=company, seal=outside.seal)
    return {"file": base64.b64encode(content).decode()}


def _way_back(
    ports: Ports, outside: Outside, tenant: TenantId, company: CompanyId
) -> dict[str, Any]:
    """Give the linked connection a link that nobody has used, and say how its user comes back."""
    nonce = secrets.token_urlsafe(24)
    digest, until = digest_of(nonce), ports.clock.now() + _LIVES
    held = ports.store.get(tenant, company, FeedConnection, ids.LINKED_CONNECTION)
    assert held is not None
    linked = replace(held, link=FeedLink(digest, until, digest))
    ports.store.commit(tenant, company, [put(held, linked)])
    route = Route(tenant, company, held.id)
    ports.providers.routes.save(PROVIDER, "link", digest, route, until=until)
    told = {"ok": "true", "item": BANK, "success": "true", "item_id": BANK, "nonce": nonce}
    return {"query": told}


def _webhook(
    ports: Ports, outside: Outside, tenant: TenantId, company: CompanyId
) -> dict[str, Any]:
    """Tell of the bank of the linked connection."""
    route = Route(tenant, company, ids.LINKED_CONNECTION)
    ports.providers.routes.save(PROVIDER, "connection", BANK, route)
    return outside.webhook(secrets.token_hex(8))


def _granted_bank(
    ports: Ports, outside: Outside, tenant: TenantId, company: CompanyId
) -> dict[str, Any]:
    return outside.bank(tenant, company)


def _mailed_link(
    ports: Ports, outside: Outside, tenant: TenantId, company: CompanyId
) -> dict[str, Any]:
    """Announce an archive that the company sent, and give what opens it."""
    token, content, now = secrets.token_urlsafe(32), b"archive", ports.clock.now()
    digest, sha256 = (hashlib.sha256(one).hexdigest() for one in (token.encode(), content))
    ports.blobs.archive(tenant, company, sha256, BytesIO(content))
    name, until = "acme-20250201080000.rappro", now + _LIVES
    ports.store.load(tenant, company, [
        ExchangeArchive(sha256, name, len(content), now, ArchiveState.SENT, ""),
        ArchiveDownload(
            digest, parcel_id(sha256), sha256, "cabinet@exemple.fr", now, until, "user-1"
        ),
    ])  # fmt: skip
    ports.providers.routes.save(OURS, DOWNLOAD, digest, Route(tenant, company), until=until)
    return {"query": {"token": token}}


_PREPARED: Final[Mapping[str, Callable[[Ports, Outside, TenantId, CompanyId], dict[str, Any]]]] = {
    "acceptExchange": _invitation,
    "chooseBank": _granted_bank,
    "downloadSentBooks": _mailed_link,
    "uploadArchive": _archive,
    "returnFromProvider": _way_back,
    "receiveProviderWebhook": _webhook,
}
