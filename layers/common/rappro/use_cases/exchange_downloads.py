"""Links in mails: by one, whoever was told of books that were sent downloads them, for some days.

    sent ─► a random token, told once ─► its SHA-256: whose it is, of which archive, until when
    the token comes back ─► still in force? ─► a link of the bucket, of some minutes

The bucket's own links end with the credentials that signed them, within the hour: so a mail has
one of ours. It leads to one archive and nothing else, and ends with its time, by hand, with the
link to the accountant that the archive went over, or when the other side deletes the archive.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from rappro.domain.errors import LinkNotInForce, NotFound, StoreConflict
from rappro.domain.exchange.model import ArchiveDownload, ArchiveState, ExchangeArchive
from rappro.domain.frozen import dataclass
from rappro.domain.writes import Write, change, create, remove
from rappro.ports import Ports
from rappro.ports_exchange import Downloads
from rappro.ports_feeds import Route
from rappro.use_cases.acting import Actor
from rappro.use_cases.audit import ENGINE_AUTHOR, audit
from rappro.use_cases.exchange_links import in_force
from rappro.use_cases.exchange_reading import parcel_id

DAYS_MAX: Final = 7
OURS: Final = "exchange"
DOWNLOAD: Final = "download"
"""Under which names the routes table knows whose a token is."""
_SWEPT_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class DownloadMade:
    """A link as it is told once: it opens an archive, so no log and no record has it."""

    url: str
    expires_at: datetime
    token_sha256: str

    def __repr__(self) -> str:
        return f"DownloadMade(expires_at={self.expires_at!r})"


def make_download(
    actor: Actor, archive: ExchangeArchive, *, to: str, days: int
) -> DownloadMade | None:
    """Return a link to an archive that was sent, for somebody; None where there can be none.

    That is a deployment without a public address. Each call makes another one, and all hold.
    """
    downloads = actor.ports.exchange.downloads
    if downloads is None:
        return None
    token, now = downloads.nonce(), actor.ports.clock.now()
    until, digest = now + timedelta(days=min(days, DAYS_MAX)), _digest(token)
    downloads.routes.save(OURS, DOWNLOAD, digest, Route(actor.tenant, actor.company), until=until)
    known_as = parcel_id(archive.sha256)
    made = ArchiveDownload(digest, known_as, archive.sha256, to, now, until, actor.author)
    told = {"name": archive.name, "to": to, "expires_at": until.isoformat()}
    row = audit(now, actor.author, "make_download", archive.sha256, part=digest, after=told)
    actor.ports.store.commit(actor.tenant, actor.company, [create(made), row, *_over(actor, now)])
    return DownloadMade(f"{downloads.url}?token={token}", until, digest)


def _over(actor: Actor, now: datetime) -> Iterable[Write]:
    """Return writes that remove some of what has ended."""
    ended = [one for one in _all(actor) if one.expires_at <= now]
    return [remove(one) for one in ended[:_SWEPT_MAX]]


def end_downloads(actor: Actor, archive: str) -> None:
    """End every link to an archive, by the archive's id. Raises NotFound when there is none."""
    found = [one for one in _all(actor) if one.archive == archive]
    if not found:
        raise NotFound(f"no link to archive {archive}")
    now = actor.ports.clock.now()
    for one in found:
        _end(actor, one, now)


def forget_download(actor: Actor, made: DownloadMade) -> None:
    """End a link that nobody was told of."""
    found = actor.ports.store.get(actor.tenant, actor.company, ArchiveDownload, made.token_sha256)
    if found is not None:
        _end(actor, found, actor.ports.clock.now())


def _end(actor: Actor, one: ArchiveDownload, now: datetime) -> None:
    row = audit(now, actor.author, "end_download", one.archive_sha256, part=one.token_sha256,
                before={"to": one.to})  # fmt: skip
    actor.ports.store.commit(actor.tenant, actor.company, [remove(one), row])
    downloads = actor.ports.exchange.downloads
    if downloads is not None:
        downloads.routes.forget(actor.tenant, OURS, DOWNLOAD, one.token_sha256)


def route_of(ports: Ports, token: str) -> Route:
    """Return whose a token is. Raises NotFound: of nobody, or no more.

    No tenant is known before this, and none is read of what the browser brings.
    """
    route = _downloads(ports).routes.find(OURS, DOWNLOAD, _digest(token))
    if route is None or route.company is None:
        raise _no_more()
    return route


def download(ports: Ports, route: Route, token: str) -> str:
    """Return where the archive is downloaded from, for some minutes. Raises NotFound: no more.

    The first time is a row of the audit trail.
    """
    assert route.company is not None
    actor = Actor(ports, route.tenant, route.company, ENGINE_AUTHOR)
    scope, now = (actor.tenant, actor.company), ports.clock.now()
    known = ports.store.get(*scope, ArchiveDownload, _digest(token))
    if known is None or known.expires_at <= now:
        raise _no_more()
    archive = ports.store.get(*scope, ExchangeArchive, known.archive_sha256)
    if archive is None or not _is_still_sent(actor, archive):
        raise _no_more()
    if known.fetched_at is None:
        _note(actor, known, now)
    return ports.blobs.source_url(*scope, archive.sha256, archive.name)


def _is_still_sent(actor: Actor, archive: ExchangeArchive) -> bool:
    """Say whether an archive is the other side's to read: its link holds, and it lies there."""
    if archive.state is not ArchiveState.SENT:
        return False
    if not archive.link:
        return True
    try:
        link, _, _ = in_force(actor, archive.link)
    except (NotFound, LinkNotInForce):
        return False
    parcels = actor.ports.exchange.mailboxes.parcels(link.mailbox)
    return any(one.sha256 == archive.sha256 for one in parcels)


def _note(actor: Actor, known: ArchiveDownload, now: datetime) -> None:
    row = audit(now, actor.author, "download_books", known.archive_sha256, part=known.token_sha256,
                after={"to": known.to})  # fmt: skip
    writes = [change(known, replace(known, fetched_at=now)), row]
    try:
        actor.ports.store.commit(actor.tenant, actor.company, writes)
    except StoreConflict:
        return  # at once, by another request; or it is being ended


def _all(actor: Actor) -> list[ArchiveDownload]:
    return actor.ports.store.all(actor.tenant, actor.company, ArchiveDownload)


def _downloads(ports: Ports) -> Downloads:
    found = ports.exchange.downloads
    if found is None:
        raise _no_more()
    return found


def _no_more() -> NotFound:
    return NotFound("the link is not known, or has ended")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
