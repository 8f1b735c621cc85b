"""Ponto's tokens: a refresh token works once, and losing its successor loses the access.

So the store decides who exchanges it. Before the exchange the credentials are saved with a mark
(one save, one winner: the others are told of a conflict and use nothing), after it the new tokens
are saved before anything is done with them:

   load ──> save "exchanging" ──> exchange at the provider ──> save the new tokens ──> use
                  │ conflict: read again              │ a crash here: the mark stays
                  └ never the same token twice        └ tried once more after EXCHANGE_MAX

A crash between exchange and save is a loss that only the user can mend; it is told by its own code.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import field, replace
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any, Final
from urllib.parse import urlencode

from rappro.adapters.aggregators.http import ProviderHttp, Reply
from rappro.adapters.aggregators.reading import Row, digest, instant, needed, text, whole_text
from rappro.domain.connectors import Credentials, CredentialsKeeper
from rappro.domain.errors import (
    AggregatorRejected,
    AggregatorUnavailable,
    ConsentExpired,
    NotFound,
    StoreConflict,
    StoreThrottled,
    StoreUnavailable,
)
from rappro.domain.frozen import dataclass

EXCHANGE_MAX: Final = timedelta(minutes=2)
"""Longer than any exchange takes; a mark that is older is of a worker that is no more."""
ACCESS_EARLY: Final = timedelta(minutes=2)
LOST: Final = "refresh_token_lost"
"""An exchange began and nobody kept what came of it."""
REFUSED: Final = "refresh_token_refused"
"""The provider takes it no more: revoked, or too old."""
_TOKEN_PATH: Final = "/ponto-connect/oauth2/token"  # noqa: S105 - a path
_SAVES_MAX: Final = 3
_LIFE_MAX: Final = 24 * 3600
_LIFE_UNTOLD: Final = 1_800
"""What clients reckon with; where it is less, the token is refused and another one is had."""
_GONE: Final = frozenset({"invalid_grant", "authorizationCodeInvalid"})  # OAuth's, and an older one


@dataclass(frozen=True, slots=True)
class PontoKeys:
    """The application's own keys; `application_id` is whom webhooks are meant for."""

    client_id: str
    client_secret: str = field(repr=False)
    application_id: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """What an organisation granted, as it is kept in its credentials."""

    refresh: str = field(default="", repr=False)
    access: str = field(default="", repr=False)
    access_until: datetime | None = None
    exchanging_since: datetime | None = None
    claim: str = ""
    """Who exchanges: two workers' marks are never the same, which a store would take for one."""
    lost: str = ""
    """Why only the user can grant again."""
    redeemed: str = ""
    """A digest of the code that it came from: the same code again is nothing new."""
    is_named: bool = False
    """Whether the credentials name the organisation at Ponto, and no longer our reference."""

    @property
    def is_none(self) -> bool:
        """Say whether nothing was ever granted."""
        return not self.refresh and not self.lost

    def is_usable(self, at: datetime, refused: str) -> bool:
        """Say whether the access token holds, as far as is known, and is not the refused one."""
        until = self.access_until
        return bool(self.access) and self.access != refused and until is not None and at < until


def grant_of(secret: str) -> Grant:
    """Return what credentials' secret says. Raises AggregatorRejected for another's."""
    if not secret:
        return Grant()
    try:
        told = json.loads(secret)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise AggregatorRejected("the credentials are not of ponto")
    return Grant(
        whole_text(told, "refresh"), whole_text(told, "access"), instant(told, "access_until"),
        instant(told, "exchanging_since"), text(told, "claim"), text(told, "lost"),
        text(told, "redeemed"), told.get("is_named") is True,
    )  # fmt: skip


def secret_of(grant: Grant) -> str:
    """Return a grant as it is kept."""
    told: dict[str, Any] = {
        "refresh": grant.refresh, "access": grant.access, "lost": grant.lost,
        "claim": grant.claim, "redeemed": grant.redeemed, "is_named": grant.is_named,
    }  # fmt: skip
    for name in ("access_until", "exchanging_since"):
        at: datetime | None = getattr(grant, name)
        told[name] = "" if at is None else at.isoformat()
    return json.dumps(told, separators=(",", ":"))


class PontoTokens:
    """Gets tokens and keeps them, in this order: claim, exchange, keep, use."""

    def __init__(
        self, keys: PontoKeys, http: ProviderHttp, now: Callable[[], datetime], *, authorize: str
    ) -> None:
        """Take the application's keys, its connections, the clock and the URL of consent pages."""
        self._keys = keys
        self._http = http
        self._now = now
        self._authorize = authorize
        self._application: tuple[str, datetime] | None = None

    def consent_url(self, nonce: str, return_url: str, scope: str) -> str:
        """Return the page where an organisation consents; its nonce comes back as the state."""
        proof = hashlib.sha256(self._verifier(nonce).encode()).digest()
        asked = {
            "client_id": self._keys.client_id, "redirect_uri": return_url, "response_type": "code",
            "scope": scope, "state": nonce, "code_challenge": _base64url(proof),
            "code_challenge_method": "S256",
        }  # fmt: skip
        return f"{self._authorize}?{urlencode(asked)}"

    def redeem(self, keeper: CredentialsKeeper, code: str, *, nonce: str, return_url: str) -> None:
        """Exchange a callback's code and keep what it grants; it stands for whatever was before.

        Raises ConsentExpired when the code holds no more: the user begins again.
        """
        mark = digest(code)[:16]
        if grant_of(keeper.load().secret).redeemed == mark:
            return
        reply = self._exchange(
            grant_type="authorization_code", code=code, redirect_uri=return_url,
            code_verifier=self._verifier(nonce),
        )  # fmt: skip
        if _is_gone(reply):
            if grant_of(keeper.load().secret).redeemed == mark:
                return  # the same callback, at the same time
            raise ConsentExpired("ponto takes the code of the callback no more")
        fresh = replace(self._grant(self._checked(reply), ""), redeemed=mark)
        _told(fresh.refresh)
        for _ in range(_SAVES_MAX):
            try:
                self._keep(keeper, keeper.load(), fresh)
            except StoreConflict:
                continue  # whoever rotated what was before: it is no more
            return
        raise StoreConflict("the credentials changed all the time")

    def access(self, keeper: CredentialsKeeper, *, refused: str = "") -> str:
        """Return an access token that is kept; another one than what the provider refused.

        Raises NotFound when nothing was granted, ConsentExpired when only the user can grant again,
        AggregatorUnavailable while another worker exchanges.
        """
        held = keeper.load()
        grant = grant_of(held.secret)
        if grant.is_none:
            raise NotFound("ponto granted nothing yet")
        if grant.lost:
            raise ConsentExpired(f"ponto: {grant.lost}")
        if grant.is_usable(self._now(), refused):
            return grant.access
        since = grant.exchanging_since
        if since is not None and self._now() - since < EXCHANGE_MAX:
            raise AggregatorUnavailable("the access to ponto is being renewed")
        try:
            mark = replace(grant, exchanging_since=self._now(), claim=token_hex(8))
            claimed = self._keep(keeper, held, mark)
        except StoreConflict:
            return self._theirs(keeper, refused)
        return self._rotated(keeper, claimed, grant, refused)

    def application(self) -> str:
        """Return a token of the application itself, for what needs no organisation's."""
        held = self._application
        if held is None or held[1] <= self._now():
            found = self._checked(self._exchange(grant_type="client_credentials"))
            held = self._application = (needed(found, "access_token"), self._until(found))
        return held[0]

    def name(self, keeper: CredentialsKeeper, organisation: str) -> None:
        """Keep which organisation granted. Raises StoreConflict."""
        held = keeper.load()
        grant = replace(grant_of(held.secret), is_named=True)
        named = Credentials(organisation, held.secret, held.generation)
        self._keep(keeper, named, grant)

    def _rotated(
        self, keeper: CredentialsKeeper, claimed: Credentials, grant: Grant, refused: str
    ) -> str:
        """Exchange the refresh token that is claimed, and keep the next one before all else."""
        reply = self._exchange(grant_type="refresh_token", refresh_token=grant.refresh)
        if _is_gone(reply):
            lost = REFUSED if grant.exchanging_since is None else LOST
            gone = Grant(lost=lost, redeemed=grant.redeemed, is_named=grant.is_named)
            try:
                self._keep(keeper, claimed, gone)
            except StoreConflict:
                return self._theirs(keeper, refused)
            raise ConsentExpired(f"ponto: {lost}")
        fresh = self._grant(self._checked(reply), grant.refresh)
        fresh = replace(fresh, redeemed=grant.redeemed, is_named=grant.is_named)
        ours = grant_of(claimed.secret).claim
        for _ in range(_SAVES_MAX):
            try:
                self._keep(keeper, claimed, fresh)
            except StoreConflict:
                claimed = keeper.load()
                kept = grant_of(claimed.secret)
                if kept.claim != ours:  # the user granted again meanwhile: ours is of the past
                    return self._theirs(keeper, refused)
                fresh = replace(fresh, is_named=kept.is_named)  # only the name was kept meanwhile
                continue
            return _told(fresh.access)
        raise StoreConflict("the credentials changed all the time")

    def _theirs(self, keeper: CredentialsKeeper, refused: str) -> str:
        """Return the access token of who was faster, once there is one."""
        grant = grant_of(keeper.load().secret)
        if grant.is_usable(self._now(), refused):
            return grant.access
        raise AggregatorUnavailable("the access to ponto is being renewed")

    def _exchange(self, **asked: str) -> Reply:
        """Ask the token endpoint; refusals are returned too."""
        pair = f"{self._keys.client_id}:{self._keys.client_secret}".encode()
        headers = {
            "Authorization": f"Basic {base64.b64encode(pair).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
        }  # fmt: skip
        form = urlencode({**asked, "client_id": self._keys.client_id}).encode()
        return self._http.ask(
            "POST", _TOKEN_PATH, headers=headers, body=form, allowed=(400, 401)
        )  # fmt: skip

    def _checked(self, reply: Reply) -> Row:
        if reply.status >= 400:
            raise AggregatorRejected(f"ponto answered {reply.status} {reply.code}".rstrip())
        if not isinstance(reply.document, dict):
            raise AggregatorRejected("the answer is no object")
        return reply.document

    def _grant(self, found: Row, refresh: str) -> Grant:
        """Return what an exchange brought; without a new refresh token the old one still holds.

        Nothing is refused here: whatever else is odd, the new refresh token must be kept.
        """
        return Grant(
            refresh=whole_text(found, "refresh_token") or refresh,
            access=whole_text(found, "access_token"), access_until=self._until(found),
        )  # fmt: skip

    def _until(self, found: Row) -> datetime:
        """Return until when an access token is used: a little less than it holds."""
        seconds = found.get("expires_in")
        if isinstance(seconds, bool) or not isinstance(seconds, int) or seconds < 0:
            seconds = _LIFE_UNTOLD
        return self._now() + timedelta(seconds=min(seconds, _LIFE_MAX)) - ACCESS_EARLY

    def _keep(self, keeper: CredentialsKeeper, held: Credentials, grant: Grant) -> Credentials:
        """Save the next generation; a store that is busy is asked again at once, a few times."""
        new = Credentials(held.user_ref, secret_of(grant), held.generation + 1)
        for attempt in range(1, _SAVES_MAX + 1):
            try:
                keeper.save(new)
            except (StoreThrottled, StoreUnavailable):
                if attempt == _SAVES_MAX:
                    raise
                continue
            break
        return new

    def _verifier(self, nonce: str) -> str:
        """Return the proof key of a nonce (PKCE): ours alone, and no worker has to remember it."""
        secret = self._keys.client_secret.encode()
        return _base64url(hmac.digest(secret, b"pkce " + nonce.encode(), "sha256"))


def _told(token: str) -> str:
    """Return a token that must be there. Raises AggregatorRejected."""
    if not token:
        raise AggregatorRejected("ponto granted no token")
    return token


def _is_gone(reply: Reply) -> bool:
    """Say whether a grant holds no more; OAuth says it in `error` (RFC 6749, section 5.2)."""
    return reply.status in {400, 401} and reply.code in _GONE


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
