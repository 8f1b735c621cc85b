"""Powens, API 2.0, as a Connector.

A user is made by us before any page is shown (its permanent token is the tenant's secret); the page
is then opened with a one-time code. The token is replaced once when the provider no more takes it.
What the public documentation leaves open is guessed below, in one place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from rappro.adapters.aggregators.http import (
    ProviderHttp,
    Query,
    Reply,
    TokenRefused,
    segment,
)
from rappro.adapters.aggregators.http import safe_word as word
from rappro.adapters.aggregators.powens_rows import (
    PowensKeys,
    account_of,
    check_age,
    connection_of,
    hint_of,
    in_paris,
    is_signed,
    transaction_of,
)
from rappro.adapters.aggregators.reading import (
    cursor_of,
    identifier,
    inner,
    latest,
    listed,
    needed,
    page_of,
    page_token,
    revoked,
    whole_text,
)
from rappro.domain.connectors import (
    CallbackHint,
    Capabilities,
    ConnectLink,
    Credentials,
    CredentialsKeeper,
    ProviderAccount,
    ProviderConnection,
    TransactionPage,
    WebhookHint,
    WebhookRequest,
    Window,
)
from rappro.domain.errors import (
    AggregatorRejected,
    AggregatorUnavailable,
    ConsentExpired,
    InvalidRequest,
    NotFound,
    RapproError,
    RateLimited,
    WebhookRefused,
)

WEBVIEW_URL: Final = "https://webview.powens.com"
CODE_LIFE: Final = timedelta(minutes=30)
OVERLAP: Final = timedelta(hours=48)
"""Read again before the cursor: rows may be stamped before they can be seen."""

# Not documented, or only in clients' code. Each guess of a request is here; of answers, in
# powens_rows.py.
_REMOVE_USER: Final = ("DELETE", "/2.0/users/me")
_EXPANDED: Final = "connector,sources"  # what a connection shows beside itself
_IN_BACKGROUND: Final = ("background", "true")  # without it a refresh may block for minutes
_HAS_DELETED: Final[tuple[str, None]] = ("all", None)  # shows deleted rows; needed by the feed?

_ROOT: Final = "/2.0"
_ME: Final = f"{_ROOT}/users/me"
_PAGE_LIMIT: Final = "1000"
_ERRORS: Final[dict[str, type[RapproError]]] = {
    "noAccount": NotFound,
    "SCARequired": ConsentExpired,
    "wrongpass": ConsentExpired,
    "actionNeeded": ConsentExpired,
    "tooManySync": RateLimited,
    "connectionLocked": AggregatorUnavailable,
    "websiteUnavailable": AggregatorUnavailable,
    "keymanager": AggregatorUnavailable,
    "bug": AggregatorUnavailable,
}
"""The provider's own word for an error says more than its status."""


class PowensConnector:
    """Connector of Powens."""

    provider = "powens"
    capabilities = Capabilities(
        has_change_feed=True, reports_deletions=True, has_pending_list=True,
        has_on_demand_refresh=True, has_webhooks=True, has_state_echo=True,
    )  # fmt: skip

    def __init__(
        self, keys: PowensKeys, now: Callable[[], datetime], *, domain: str,
        base_url: str | None = None, webview_url: str = WEBVIEW_URL, language: str = "fr",
    ) -> None:  # fmt: skip
        """Take the application's domain (`name.biapi.pro`), which is its URL unless told."""
        self._keys = keys
        self._now = now
        self._domain = domain
        self._webview = f"{webview_url.rstrip('/')}/{segment(language)}"
        self._http = ProviderHttp(
            self.provider, base_url or f"https://{domain}", meanings=_ERRORS
        )  # fmt: skip

    def close(self) -> None:
        """Close the connections to the provider."""
        self._http.close()

    def create_user(self, reference: str) -> Credentials:  # noqa: ARG002 - the port's
        """Create a user; Powens knows no reference of ours, so each call makes another one."""
        body = {"client_id": self._keys.client_id, "client_secret": self._keys.client_secret}
        found = self._http.ask("POST", f"{_ROOT}/auth/init", headers={}, body=body).row
        return Credentials(needed(found, "id_user"), needed(found, "auth_token"))

    def delete_user(self, keeper: CredentialsKeeper) -> None:
        method, path = _REMOVE_USER
        try:
            self._user(keeper, method, path, allowed=(404,))
        except NotFound:  # not even a new token can be had for it
            return

    def connect_link(
        self, keeper: CredentialsKeeper, *, return_url: str, nonce: str,
        connection_ref: str | None = None, bank: str | None = None,
        contact: str | None = None,  # noqa: ARG002 - the port's; Powens asks the user itself
    ) -> ConnectLink:  # fmt: skip
        query = (("type", "singleAccess"),)
        found = self._user(keeper, "GET", f"{_ROOT}/auth/token/code", query=query)
        asked = {
            "domain": self._domain, "client_id": self._keys.client_id,
            "redirect_uri": return_url, "code": needed(found.row, "code"), "state": nonce,
        }  # fmt: skip
        flow = "connect" if connection_ref is None else "reconnect"
        if connection_ref is not None:
            asked["connection_id"] = connection_ref
        else:
            asked["connector_capabilities"] = "bank"
            asked |= {} if bank is None else {"connector_uuids": bank}
        url = f"{self._webview}/{flow}?{urlencode(asked)}"
        return ConnectLink(url, self._now() + CODE_LIFE, nonce)

    def callback(self, query: Mapping[str, str]) -> CallbackHint:
        several = query.get("connection_ids", "").split(",")[0].strip()
        ref, error = query.get("connection_id") or several, query.get("error")
        if not ref and not error and not query.get("state"):
            raise InvalidRequest("no callback of Powens")
        return CallbackHint(
            nonce=query.get("state") or None, connection_ref=ref or None,
            is_success=bool(ref) and not error, code=word(error) or None,
        )  # fmt: skip

    def redeem(self, keeper: CredentialsKeeper, hint: CallbackHint, *, return_url: str) -> None:
        """Do nothing: the user and its token were there before the page."""

    def connections(self, keeper: CredentialsKeeper) -> list[ProviderConnection]:
        query = (("expand", _EXPANDED),)
        found = self._user(keeper, "GET", f"{_ME}/connections", query=query)
        return [connection_of(row, self._now()) for row in listed(found.document, "connections")]

    def connection(self, keeper: CredentialsKeeper, ref: str) -> ProviderConnection:
        path, query = f"{_ME}/connections/{segment(ref)}", (("expand", _EXPANDED),)
        try:
            row = self._user(keeper, "GET", path, query=query).row
        except NotFound:
            return revoked(ref)
        return connection_of(row, self._now())

    def accounts(self, keeper: CredentialsKeeper, ref: str) -> list[ProviderAccount]:
        path = f"{_ME}/connections/{segment(ref)}/accounts"
        found = self._user(keeper, "GET", path, query=(_HAS_DELETED,))
        return [account_of(row, ref) for row in listed(found.document, "accounts")]

    def enable_accounts(self, keeper: CredentialsKeeper, ref: str, accounts: list[str]) -> None:
        """Turn on what the user chose: the consent at Powens is one for each account."""
        known = {account.ref for account in self.accounts(keeper, ref) if not account.is_enabled}
        for account in accounts:
            if account in known:
                path = f"{_ME}/accounts/{segment(account)}"
                body = {"disabled": False}
                self._user(keeper, "POST", path, query=(_HAS_DELETED,), body=body)

    def refresh(self, keeper: CredentialsKeeper, ref: str, *, is_user_present: bool) -> bool:
        query = (("psu_requested", "true" if is_user_present else "false"), _IN_BACKGROUND)
        path = f"{_ME}/connections/{segment(ref)}"
        reply = self._user(keeper, "PUT", path, query=query, allowed=(409,))
        return reply.status != 409  # fresh, or running: no webhook will come of it

    def transactions(
        self, keeper: CredentialsKeeper, account: ProviderAccount, window: Window, *,
        page: str | None = None,
    ) -> TransactionPage:  # fmt: skip
        """Return one page, by date of change since a cursor, else by the bank's date.

        The feed may know nothing of history that arrives late: the caller sweeps windows too.
        """
        if page is None:
            newest = cursor_of(window.cursor)
            path, query = _first_page(account.ref, window, newest)
        else:
            (newest, path), query = page_of(page), ()
        document = self._user(keeper, "GET", path, query=query).document
        items = tuple(
            transaction_of(row, account.currency)
            for row in listed(document, "transactions")
            if identifier(row, "id_account") == account.ref
        )
        newest = latest(newest, *(item.changed_at for item in items))
        following = _next(document)
        if following is not None:
            if following == path:
                raise AggregatorRejected("the pages go in a circle")
            return TransactionPage(items, page_token(newest, following), None)
        return TransactionPage(items, None, None if newest is None else newest.isoformat())

    def delete_connection(self, keeper: CredentialsKeeper, ref: str) -> None:
        path = f"{_ME}/connections/{segment(ref)}"
        self._user(keeper, "DELETE", path, allowed=(404,))

    def webhook(self, request: WebhookRequest) -> list[WebhookHint]:
        """Verify `BI-Signature` over method, public path, date and bytes, and the date's age."""
        if not is_signed(request, self._keys):
            raise WebhookRefused("the signature of the webhook does not hold")
        check_age(request)
        return [hint_of(request)]

    def _user(
        self, keeper: CredentialsKeeper, method: str, path: str, *, query: Query = (),
        body: Mapping[str, Any] | None = None, allowed: tuple[int, ...] = (),
    ) -> Reply:  # fmt: skip
        """Ask for the user; its token is replaced once, and kept before it is used."""
        held = keeper.load()
        try:
            return self._http.ask(
                method, path, headers=_bearer(held), query=query, body=body, allowed=allowed
            )  # fmt: skip
        except TokenRefused:
            held = self._renewed(held)
            keeper.save(held)
        return self._http.ask(
            method, path, headers=_bearer(held), query=query, body=body, allowed=allowed
        )  # fmt: skip

    def _renewed(self, held: Credentials) -> Credentials:
        """Return credentials with a new token of the same user. Raises NotFound when it is gone."""
        body = {
            "grant_type": "client_credentials", "client_id": self._keys.client_id,
            "client_secret": self._keys.client_secret, "id_user": _number(held.user_ref),
            "revoke_previous": True,
        }  # fmt: skip
        found = self._http.ask("POST", f"{_ROOT}/auth/renew", headers={}, body=body).row
        token = identifier(found, "access_token") or needed(found, "auth_token")
        return Credentials(held.user_ref, token, held.generation + 1)


def _bearer(held: Credentials) -> dict[str, str]:
    return {"Authorization": f"Bearer {held.secret}"}


def _first_page(account: str, window: Window, newest: datetime | None) -> tuple[str, Query]:
    """Return where a window begins. `filter=date` is the bank's date; the default is the user's."""
    query: list[tuple[str, str | None]] = [
        ("limit", _PAGE_LIMIT), ("filter", "date"), _HAS_DELETED
    ]  # fmt: skip
    if newest is not None:
        query.append(("last_update", in_paris(newest - OVERLAP)))
    elif window.booked_from is not None:
        query.append(("min_date", window.booked_from.isoformat()))
    return f"{_ME}/accounts/{segment(account)}/transactions", query


def _next(document: Any) -> str | None:
    links = inner(document, "_links") if isinstance(document, dict) else {}
    href = whole_text(inner(links, "next"), "href")
    return href or None


def _number(ref: str) -> int:
    """Return a user's id as a number. Raises InvalidRequest."""
    if not (ref.isascii() and ref.isdigit() and len(ref) < 20):
        raise InvalidRequest("no id of Powens")
    return int(ref)
