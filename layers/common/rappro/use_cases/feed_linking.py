"""Connecting a bank (SYN-2): a one-time link, the user's way back, whose the bank is then.

    link ─► the user at the provider ─► callback ─► redeem ─► bind ─► synchronise
                └ never comes back: the synchronisation binds what is clear

A nonce proves that who comes back was sent by us; its SHA-256 alone is kept, it works once, and a
new link takes the place of the one before. What a callback says is a hint: a bank is taken only
when the provider itself lists it for the tenant's user, and when it is nobody else's.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode, urlsplit

from rappro.domain.connectors import CallbackHint, Connector, CredentialsKeeper, FeedState
from rappro.domain.errors import (
    ExternalError,
    InvalidRequest,
    NotAllowedInState,
    NotFound,
    RapproError,
    StoreConflict,
)
from rappro.domain.feeds import (
    CREDENTIALS_PER_CONNECTION,
    LINK_MINUTES,
    WAITING_PREFIX,
    BankLink,
    FeedConnection,
    FeedLink,
)
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.writes import create
from rappro.ports import Ports
from rappro.ports_feeds import Route
from rappro.use_cases.companies import COMMON
from rappro.use_cases.feed_access import connector_of, keeper_of
from rappro.use_cases.feed_binding import bind, bind_clear
from rappro.use_cases.feed_connections import commit_connection, get_connection
from rappro.use_cases.feed_lease import FeedWork, acquire, release
from rappro.use_cases.feed_users import ensure_user, keep_user_route

NONCE_CHARS_MIN: Final = 32
NONCE_PARAMETER: Final = "nonce"
"""Of our own callback, where a provider does not bring a nonce back by itself."""
_TRIES_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class LinkWanted:
    """What a link is asked for: the bank to begin with, and where the browser goes after."""

    nonce: str
    return_to: str | None = None
    bank: str | None = None
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class LinkMade:
    """A link as it is told once: it opens the user's access, so no log and no record has it."""

    url: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"LinkMade(expires_at={self.expires_at!r})"


@dataclass(frozen=True, slots=True)
class CameBack:
    """Where the browser goes: the page that asked, if one did, and how it went."""

    connection_id: str
    is_success: bool
    code: str | None
    return_to: str | None

    @property
    def location(self) -> str | None:
        """The page with the outcome, None when no page asked."""
        if self.return_to is None:
            return None
        told = {"connection": self.connection_id, "connected": str(self.is_success).lower()}
        if self.code:
            told["code"] = self.code
        sign = "&" if urlsplit(self.return_to).query else "?"
        return f"{self.return_to}{sign}{urlencode(told)}"


def digest_of(nonce: str) -> str:
    """Return what is kept of a nonce."""
    return hashlib.sha256(nonce.encode()).hexdigest()


def make_link(
    ports: Ports, tenant: TenantId, company: CompanyId, connection_id: str, *,
    wanted: LinkWanted, author: str,
) -> LinkMade:  # fmt: skip
    """Return a one-time link to connect a bank, or to repair the one that is connected.

    The link before, if any, is worth nothing from then on. Raises NotFound, NotAllowedInState
    without the provider's keys, InvalidRequest, and what the provider's failure raises.
    """
    connection = get_connection(ports, tenant, company, connection_id)
    connector = connector_of(ports, connection.provider)
    _check(ports, wanted)
    keeper = keeper_of(ports, tenant, company, connection)
    ensure_user(ports, tenant, company, connection)
    is_repair = connection.is_linked and connection.state != FeedState.REVOKED
    page = connector.connect_link(
        keeper, return_url=_return_url(ports, connector, wanted.nonce), nonce=wanted.nonce,
        connection_ref=connection.connection_ref if is_repair else None,
        bank=wanted.bank or connection.bank, contact=wanted.contact or connection.contact,
    )  # fmt: skip
    until = ports.clock.now() + timedelta(minutes=LINK_MINUTES)
    until = until if page.expires_at is None else min(until, page.expires_at)
    digest = digest_of(wanted.nonce)
    link = FeedLink(digest, until, digest_of(page.reference), wanted.return_to)
    routes = ports.providers.routes
    routes.save(
        connection.provider, "link", digest, Route(tenant, company, connection_id), until=until
    )
    if not is_repair:
        _wait(ports, tenant, company, connection)
    after = replace(connection, link=link, contact=wanted.contact or connection.contact)
    commit_connection(
        ports, tenant, company, author, action="make_bank_link", before=connection, after=after
    )
    if connection.link is not None and connection.link.nonce_sha256 != digest:
        routes.forget(tenant, connection.provider, "link", connection.link.nonce_sha256)
    return LinkMade(page.url, until)


def route_of(ports: Ports, provider: str, query: Mapping[str, str]) -> tuple[Route, CallbackHint]:
    """Return whose a callback is, and what it says. Raises NotFound: of nobody, or no more.

    No tenant is known before this, and none is read of what the browser brings.
    """
    connector = ports.providers.connectors.get(provider)
    if connector is None:
        raise NotFound("no such provider")
    own = query.get(NONCE_PARAMETER)
    told = {name: value for name, value in query.items() if name != NONCE_PARAMETER}
    hint = connector.callback(told)
    nonce = hint.nonce or own
    if not nonce or (own is not None and hint.nonce not in {None, own}):
        raise NotFound("the link is not known, or was used")
    route = ports.providers.routes.find(provider, "link", digest_of(nonce))
    if route is None or route.company is None or route.connection_id is None:
        raise NotFound("the link is not known, or was used")
    return route, replace(hint, nonce=nonce)


def come_back(ports: Ports, provider: str, route: Route, hint: CallbackHint) -> CameBack:
    """Take a user's return: what is granted is kept, the bank bound, a synchronisation asked for.

    Once a link. Raises NotFound for a link that was used, replaced or has ended, or is of another
    provider; LeaseHeld while a synchronisation works with the credentials: the link still holds.
    """
    assert route.company is not None
    assert route.connection_id is not None
    tenant, company, connection_id = route.tenant, route.company, route.connection_id
    if hint.grant is None:
        connection = _used(ports, route, provider, hint)
    else:
        work = acquire(ports, tenant, company, connection_id, f"callback {_held(hint)[:16]}")
        try:
            connection = _used(ports, route, provider, hint)
            _redeem(ports, tenant, company, connection, hint)
        finally:
            release(work)
    code = hint.code
    if hint.is_success:
        code = _bound(ports, tenant, company, connection) or code
        ports.feeds.enqueue_sync(tenant, company, connection_id, cause="callback")
    link = connection.link
    ports.providers.routes.forget(tenant, provider, "link", _held(hint))
    return CameBack(connection_id, hint.is_success, code, link.return_to if link else None)


def bind_if_clear(
    work: FeedWork, connection: FeedConnection, connector: Connector, keeper: CredentialsKeeper
) -> FeedConnection:
    """Give a connection its bank in a synchronisation, when nobody came back to say which.

    Returns it as it is while there is a doubt. Raises what the provider's failure raises.
    """
    del connector, keeper  # looked up again: the same
    try:
        return bind_clear(work.ports, work.tenant, work.company, connection)
    except (NotAllowedInState, NotFound):  # somebody else's meanwhile, or nothing is granted yet
        return connection


def _held(hint: CallbackHint) -> str:
    return digest_of(hint.nonce or "")


def _used(ports: Ports, route: Route, provider: str, hint: CallbackHint) -> FeedConnection:
    """Mark the link as used and return the connection; of two at once, one gets through."""
    assert route.company is not None
    assert route.connection_id is not None
    for _ in range(_TRIES_MAX):
        connection = get_connection(ports, route.tenant, route.company, route.connection_id)
        link = connection.link
        if (
            link is None
            or connection.provider != provider
            or not hmac.compare_digest(link.nonce_sha256, _held(hint))
            or link.used_at is not None
            or link.expires_at <= ports.clock.now()
        ):
            raise NotFound("the link is not known, or was used")
        told = hint.connection_ref if hint.is_success else None
        used = replace(link, used_at=ports.clock.now(), told=told)
        try:
            return commit_connection(
                ports, route.tenant, route.company, "engine",
                action="use_bank_link", before=connection, after=replace(connection, link=used),
            )  # fmt: skip
        except StoreConflict:
            continue  # a synchronisation tells of itself: read again
    raise StoreConflict("the connection changes all the time")


def _redeem(
    ports: Ports, tenant: TenantId, company: CompanyId, connection: FeedConnection,
    hint: CallbackHint,
) -> None:  # fmt: skip
    connector = connector_of(ports, connection.provider)
    keeper = keeper_of(ports, tenant, company, connection)
    url = _return_url(ports, connector, hint.nonce or "")
    connector.redeem(keeper, hint, return_url=url)
    keep_user_route(ports, tenant, connection.provider, keeper.load())


def _bound(
    ports: Ports, tenant: TenantId, company: CompanyId, connection: FeedConnection
) -> str | None:
    """Bind what came back, and return why not; the synchronisation tries again by itself."""
    told = connection.link.told if connection.link else None
    try:
        if told is None or connection.provider in CREDENTIALS_PER_CONNECTION:
            bind_clear(ports, tenant, company, connection)
        else:
            bind(ports, tenant, company, connection, told)
    except (ExternalError, NotAllowedInState, NotFound) as error:
        return error.code
    return None


def _wait(ports: Ports, tenant: TenantId, company: CompanyId, connection: FeedConnection) -> None:
    """Keep that a bank of the tenant's user is being connected, and for what."""
    ref = waiting_ref(company, connection.id)
    link = BankLink(connection.provider, ref, company, connection.id)
    if ports.store.get(tenant, COMMON, BankLink, link.key) is None:
        try:
            ports.store.commit(tenant, COMMON, [create(link)])
        except StoreConflict:
            return  # the same, by somebody else


def waiting_ref(company: CompanyId, connection_id: str) -> str:
    """Return the place of a connection among those that wait for their bank."""
    return f"{WAITING_PREFIX}{company}/{connection_id}"


def _return_url(ports: Ports, connector: Connector, nonce: str) -> str:
    """Return where the provider sends the browser; with the nonce where it would not come back."""
    url = f"{ports.providers.callback_url}{connector.provider}"
    if connector.capabilities.has_state_echo:
        return url
    return f"{url}?{urlencode({NONCE_PARAMETER: nonce})}"


def _check(ports: Ports, wanted: LinkWanted) -> None:
    if not ports.providers.callback_url:
        raise NotAllowedInState("this deployment has no public URL: nobody could come back")
    if len(wanted.nonce) < NONCE_CHARS_MIN:
        raise RapproError("a nonce that can be guessed")
    if wanted.return_to is None:
        return
    parts = urlsplit(wanted.return_to)
    origin = f"{parts.scheme}://{parts.netloc}"
    if origin not in ports.providers.return_origins or parts.fragment:
        raise InvalidRequest("not one of the pages of this deployment", position="/return_to")
