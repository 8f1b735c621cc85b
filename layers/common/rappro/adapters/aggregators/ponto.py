"""Ponto Connect (Isabel Group, on Ibanity) as a Connector.

An organisation consents once (OAuth with PKCE) and then chooses its accounts on Ponto's pages; its
refresh token is the tenant's secret and rotates (ponto_tokens.py). A connection is the accounts of
one bank, as a consent is renewed at one bank. There is no feed of changes: movements come newest
first, are read backwards until known ones, and pending ones are a list of their own.

Calls show a client certificate (mTLS: the `trust` of ProviderHttp). Ibanity's signature of requests
is needed for payments; for reading, nothing says that it is, so none is made.
What the public documentation leaves open is guessed below, in one place.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import groupby, product
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from rappro.adapters.aggregators.http import (
    Body,
    ProviderHttp,
    Query,
    Reply,
    TokenRefused,
    query_text,
    segment,
)
from rappro.adapters.aggregators.http import safe_word as word
from rappro.adapters.aggregators.ponto_hooks import KeyRing, hint_of, verify
from rappro.adapters.aggregators.ponto_pages import Place
from rappro.adapters.aggregators.ponto_rows import (
    QUOTA_CODES,
    account_of,
    bank_of,
    connection_of,
    consent_end,
    linked,
    needs_user,
    transaction_of,
)
from rappro.adapters.aggregators.ponto_tokens import PontoKeys, PontoTokens, grant_of
from rappro.adapters.aggregators.reading import Row, inner, listed, needed, revoked, text
from rappro.domain.connectors import (
    CallbackHint,
    Capabilities,
    ConnectLink,
    Credentials,
    CredentialsKeeper,
    ErrorOrigin,
    FeedState,
    ProviderAccount,
    ProviderConnection,
    TransactionPage,
    WebhookHint,
    WebhookRequest,
    Window,
)
from rappro.domain.errors import (
    AggregatorRejected,
    ConsentExpired,
    ExternalError,
    InvalidRequest,
    NotFound,
    RapproError,
    RateLimited,
)

BASE_URL: Final = "https://api.ibanity.com"
AUTHORIZE_URL: Final = "https://authorization.myponto.com/oauth2/auth"
"""Of live applications; the sandbox's is sandbox-authorization.myponto.com."""

# Not documented, or only in clients' code. Each guess of a request is here; of answers, in
# ponto_rows.py.
_SCOPE: Final = "ai offline_access name"
_SUBTYPES: Final = ("accountDetails", "accountTransactionsWithUnsettled")
_FRESH: Final = frozenset({"accountRecentlySynchronized", "synchronizationAlreadyRunning"})
_STATE_OF_RETURN: Final = "state"  # our own parameter of a redirectUri: nothing else is echoed
_ERRORS: Final[dict[str, type[RapproError]]] = {
    "authorizationRevoked": ConsentExpired,
    "authorizationExpired": ConsentExpired,
    "accessDenied": ConsentExpired,
    "resourceNotFound": NotFound,
    **dict.fromkeys(QUOTA_CODES, RateLimited),
}

_ROOT: Final = "/ponto-connect"
_JSON_API: Final = "application/vnd.api+json"
_PAGE_LIMIT: Query = (("page[limit]", "100"),)
_PAGES_MAX: Final = 100
_CACHE_MAX: Final = 1_000


class PontoConnector:
    """Connector of Ponto Connect."""

    provider = "ponto"
    capabilities = Capabilities(
        has_change_feed=False, reports_deletions=False, has_pending_list=True,
        has_on_demand_refresh=True, has_webhooks=True, has_state_echo=True,
        unattended_refreshes_per_day=0,
    )  # fmt: skip

    def __init__(
        self, keys: PontoKeys, now: Callable[[], datetime], *, base_url: str = BASE_URL,
        authorize_url: str = AUTHORIZE_URL, trust: ssl.SSLContext | None = None,
        customer_ip: Callable[[], str] | None = None,
    ) -> None:  # fmt: skip
        """Take the application's keys and its certificate (http.trust_as); none on loopback.

        `customer_ip` returns the address of the user at whose request we come, which a refresh
        should tell; a server's own is none.
        """
        self._keys = keys
        self._now = now
        self._issuer = base_url.rstrip("/")
        self._http = ProviderHttp(self.provider, base_url, trust=trust, meanings=_ERRORS)
        self._tokens = PontoTokens(keys, self._http, now, authorize=authorize_url)
        self._ring = KeyRing(self._signers, now)
        self._customer_ip = customer_ip
        self._banks: dict[str, str] = {}

    def close(self) -> None:
        """Close the connections to the provider."""
        self._http.close()

    def create_user(self, reference: str) -> Credentials:
        """Return our own reference for now: at Ponto nobody is there before the consent."""
        return Credentials(reference)

    def delete_user(self, keeper: CredentialsKeeper) -> None:
        """End the organisation's integration; no token of its own is needed for it."""
        held = keeper.load()
        if grant_of(held.secret).is_none:
            return
        if not grant_of(held.secret).is_named:
            self._name(keeper)
        organisation = segment(keeper.load().user_ref)
        self._ask(
            "DELETE", f"{_ROOT}/organizations/{organisation}/integration",
            self._tokens.application(), allowed=(404,),
        )  # fmt: skip

    def connect_link(
        self, keeper: CredentialsKeeper, *, return_url: str, nonce: str,
        connection_ref: str | None = None,
        bank: str | None = None,  # noqa: ARG002 - the port's; Ponto asks the user itself
        contact: str | None = None,  # noqa: ARG002 - the port's
    ) -> ConnectLink:  # fmt: skip
        """Return a consent page; to repair, a page for the account that needs it first.

        Where the access itself is lost, only a new consent repairs: the same page as at first.
        """
        grant = grant_of(keeper.load().secret)
        if connection_ref is None or grant.is_none or grant.lost:
            return ConnectLink(self._tokens.consent_url(nonce, return_url, _SCOPE), None, nonce)
        rows = self._of_bank(keeper, connection_ref)
        if not rows:
            raise NotFound("no such connection at ponto")
        account = min(rows, key=self._urgency)
        sign = "&" if "?" in return_url else "?"
        back = f"{return_url}{sign}{urlencode({_STATE_OF_RETURN: nonce})}"
        body = {"data": {"type": "reauthorizationRequest", "attributes": {"redirectUri": back}}}
        path = f"{_ROOT}/accounts/{segment(needed(account, 'id'))}/reauthorization-requests"
        found = inner(self._user(keeper, "POST", path, body=body).row, "data")
        url = linked(found, "redirect")
        if urlsplit(url).scheme not in {"https", "http"}:
            raise AggregatorRejected("a reauthorisation without a link")
        return ConnectLink(url, None, nonce)

    def callback(self, query: Mapping[str, str]) -> CallbackHint:
        code, error, nonce = query.get("code"), query.get("error"), query.get("state")
        if not code and not error and not nonce:
            raise InvalidRequest("no callback of Ponto")
        return CallbackHint(
            nonce=nonce or None, connection_ref=None, is_success=not error,
            code=word(error) or None, grant=None if error else code or None,
        )  # fmt: skip

    def redeem(self, keeper: CredentialsKeeper, hint: CallbackHint, *, return_url: str) -> None:
        if hint.grant is None:
            return
        if not hint.nonce:
            raise InvalidRequest("a code without its state")
        self._tokens.redeem(keeper, hint.grant, nonce=hint.nonce, return_url=return_url)
        with suppress(ExternalError):  # what is granted is kept: the name is asked for again
            self._name(keeper)

    def connections(self, keeper: CredentialsKeeper) -> list[ProviderConnection]:
        """Return every connection: one of each bank. Raises ConsentExpired when all is lost."""
        grant = grant_of(keeper.load().secret)
        if grant.is_none:
            return []
        if not grant.is_named and not grant.lost:
            with suppress(ExternalError):  # webhooks wait for it, and nothing else
                self._name(keeper)
        rows = sorted(self._all(keeper, f"{_ROOT}/accounts"), key=bank_of)
        return [
            self._connection(keeper, ref, list(several)) for ref, several in groupby(rows, bank_of)
        ]

    def connection(self, keeper: CredentialsKeeper, ref: str) -> ProviderConnection:
        try:
            rows = self._of_bank(keeper, ref)
        except NotFound:
            return revoked(ref)
        except ConsentExpired:
            code = grant_of(keeper.load().secret).lost or "authorization_revoked"
            return ProviderConnection(
                ref, FeedState.USER_ACTION, code, ErrorOrigin.PROVIDER_RAPPRO, "",
                None, None, None,
            )  # fmt: skip
        return self._connection(keeper, ref, rows) if rows else revoked(ref)

    def accounts(self, keeper: CredentialsKeeper, ref: str) -> list[ProviderAccount]:
        return [account_of(row) for row in self._of_bank(keeper, ref)]

    def enable_accounts(self, keeper: CredentialsKeeper, ref: str, accounts: list[str]) -> None:
        """Do nothing: the organisation chose them on Ponto's page."""

    def refresh(self, keeper: CredentialsKeeper, ref: str, *, is_user_present: bool) -> bool:
        """Ask for a synchronisation of each account, for a user who is there.

        Without one, never: Ponto asks the banks every six hours by itself, and a person's address
        is to be told with it. Raises RateLimited when there were too many today.
        """
        if not is_user_present:
            return False
        accounts = [needed(row, "id") for row in self._of_bank(keeper, ref)]
        is_coming = False
        for account, subtype in product(accounts, _SUBTYPES):
            try:
                is_coming = self._is_synchronised(keeper, account, subtype) or is_coming
            except RateLimited:
                if not is_coming:
                    raise
                return True  # what was accepted comes
        return is_coming

    def transactions(
        self, keeper: CredentialsKeeper, account: ProviderAccount, window: Window, *,
        page: str | None = None,
    ) -> TransactionPage:  # fmt: skip
        """Return one page: booked movements first, newest to oldest, then the pending ones."""
        base = f"{_ROOT}/accounts/{segment(account.ref)}"
        pending = f"{base}/pending-transactions?{query_text(_PAGE_LIMIT)}"
        if page is None:
            place = Place(f"{base}/transactions?{query_text(_PAGE_LIMIT)}")
        else:
            place = Place.of(page)
        is_pending = urlsplit(place.link).path.endswith("/pending-transactions")
        document = self._user(keeper, "GET", place.link).document
        items = tuple(
            transaction_of(row, account, is_pending=is_pending) for row in listed(document, "data")
        )
        following = linked(document, "next")
        if not is_pending:
            place = place.after(items, window, self._today())
            is_over = not following or place.is_over(items, window)
            following = pending if is_over else following
            items = tuple(item for item in items if _is_within(item.line.booking_date, window))
        if not following:
            return TransactionPage(items, None, place.newest or window.cursor)
        return TransactionPage(items, place.to(following), None)

    def delete_connection(self, keeper: CredentialsKeeper, ref: str) -> None:
        try:
            rows = self._of_bank(keeper, ref)
        except NotFound:  # nothing is granted
            return
        for row in rows:
            path = f"{_ROOT}/accounts/{segment(needed(row, 'id'))}"
            self._user(keeper, "DELETE", path, allowed=(404,))

    def webhook(self, request: WebhookRequest) -> list[WebhookHint]:
        """Verify the token of `Signature`: its key, body, times, audience and issuer."""
        verify(request, self._ring, audience=self._keys.application_id, issuer=self._issuer)
        return [hint_of(request.body)]

    def _signers(self) -> Any:
        return self._http.ask("GET", "/webhooks/keys", headers={}).document

    def _name(self, keeper: CredentialsKeeper) -> None:
        """Learn and keep which organisation granted: webhooks are about it."""
        found = self._user(keeper, "GET", f"{_ROOT}/userinfo").row
        self._tokens.name(keeper, needed(found, "sub"))

    def _connection(
        self, keeper: CredentialsKeeper, ref: str, rows: list[Row]
    ) -> ProviderConnection:
        return connection_of(ref, self._bank_name(keeper, ref), rows, self._now())

    def _bank_name(self, keeper: CredentialsKeeper, ref: str) -> str:
        """Return a bank's name, or its id: a name is never worth a halt."""
        if ref not in self._banks:
            path = f"{_ROOT}/financial-institutions/{segment(ref)}"
            try:
                found = inner(self._user(keeper, "GET", path).row, "data")
            except (NotFound, AggregatorRejected):
                return ref
            if len(self._banks) >= _CACHE_MAX:
                self._banks.clear()
            self._banks[ref] = text(inner(found, "attributes"), "name") or ref
        return self._banks[ref]

    def _urgency(self, row: Row) -> tuple[bool, datetime, str]:
        """Return what is repaired first: what needs the user, then what ends first."""
        end = consent_end(row) or self._now() + timedelta(days=10_000)
        return not needs_user(row, self._now()), end, needed(row, "id")

    def _is_synchronised(self, keeper: CredentialsKeeper, account: str, subtype: str) -> bool:
        """Ask for a synchronisation; False when it runs, or was done a moment ago."""
        told = {"resourceType": "account", "resourceId": account, "subtype": subtype}
        address = "" if self._customer_ip is None else self._customer_ip()
        if address:
            told["customerIpAddress"] = address
        body = {"data": {"type": "synchronization", "attributes": told}}
        reply = self._user(
            keeper, "POST", f"{_ROOT}/synchronizations", body=body, allowed=(400, 409, 429)
        )  # fmt: skip
        if reply.status >= 400 and reply.status != 409 and reply.code not in _FRESH:
            raise self._http.error_of(reply)
        return reply.status < 400

    def _of_bank(self, keeper: CredentialsKeeper, ref: str) -> list[Row]:
        return [row for row in self._all(keeper, f"{_ROOT}/accounts") if bank_of(row) == ref]

    def _all(self, keeper: CredentialsKeeper, path: str) -> list[Row]:
        """Return the rows of every page of a list."""
        return [row for rows in self._pages(keeper, path) for row in rows]

    def _pages(self, keeper: CredentialsKeeper, path: str) -> Iterator[list[Row]]:
        link, query = path, _PAGE_LIMIT
        for _ in range(_PAGES_MAX):
            document = self._user(keeper, "GET", link, query=query).document
            yield listed(document, "data")
            link, query = linked(document, "next"), ()
            if not link:
                return
        raise AggregatorRejected("a list has no end")

    def _user(
        self, keeper: CredentialsKeeper, method: str, path: str, *, query: Query = (),
        body: Mapping[str, Any] | None = None, allowed: tuple[int, ...] = (),
    ) -> Reply:  # fmt: skip
        """Ask for the organisation; a token that is refused is exchanged once."""
        url, token = self._http.own_url(path), self._tokens.access(keeper)
        try:
            return self._ask(method, url, token, query=query, body=body, allowed=allowed)
        except TokenRefused:
            token = self._tokens.access(keeper, refused=token)
        return self._ask(method, url, token, query=query, body=body, allowed=allowed)

    def _ask(
        self, method: str, path: str, token: str, *, query: Query = (), body: Body = None,
        allowed: tuple[int, ...] = (),
    ) -> Reply:  # fmt: skip
        headers = {"Authorization": f"Bearer {token}", "Accept": _JSON_API}
        if body is not None:
            headers["Content-Type"] = _JSON_API
        return self._http.ask(
            method, path, headers=headers, query=query, body=body, allowed=allowed
        )  # fmt: skip

    def _today(self) -> date:
        return self._now().date()


def _is_within(day: date, window: Window) -> bool:
    """Say whether a day is asked for. With a cursor all is: what arrives late has an old day."""
    first = window.booked_from
    return window.cursor is not None or first is None or day >= first
