"""Salt Edge, Account Information API v6, as a Connector.

Nothing secret is kept of a tenant: the application's keys open every customer. So each connection
is checked to be the tenant's own before anything is read of it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from rappro.adapters.aggregators import rsa
from rappro.adapters.aggregators.http import (
    ProviderHttp,
    Query,
    Reply,
    query_text,
    segment,
)
from rappro.adapters.aggregators.http import safe_word as word
from rappro.adapters.aggregators.reading import (
    Row,
    identifier,
    inner,
    instant,
    listed,
    needed,
    revoked,
    text,
    whole_text,
)
from rappro.adapters.aggregators.saltedge_feed import (
    LISTS,
    after,
    is_asked,
    next_page,
    place_of,
)
from rappro.adapters.aggregators.saltedge_hooks import hint_of, is_signed
from rappro.adapters.aggregators.saltedge_rows import (
    EXPIRED_CLASSES,
    QUOTA_CLASSES,
    RETRY_CLASSES,
    REVOKED_CLASSES,
    USER_CLASSES,
    SaltEdgeKeys,
    account_of,
    connection_of,
    transaction_of,
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

BASE_URL: Final = "https://www.saltedge.com"
HISTORY: Final = timedelta(days=730)
"""How far back a consent asks for; a bank gives what it has. v6 wants a day here."""
SIGNED_FOR: Final = timedelta(seconds=60)
"""How long a signed request holds; one hour is the most that Salt Edge takes."""

# Not documented, or only in clients' code. Each guess of a request is here; of answers, in
# saltedge_rows.py and saltedge_hooks.py, of lists in saltedge_feed.py.
_REFRESH: Final = ("POST", "refresh")  # some put; an answer with a page asked for the user instead
_RECONNECT: Final = ("POST", "reconnect")
_NONCE: Final = "state"  # rides in our own return address, which the browser is sent back to
_BY_REFERENCE: Final = "identifier"  # a filter of customers that some clients say does nothing
# `attempt.unduplication_strategy` and a page size exist, but their values are told differently
# by everybody: not sent.

_ROOT: Final = "/api/v6"
_SCOPES: Final = ("accounts", "transactions")
_PAGES_MAX: Final = 1_000
_CACHE_MAX: Final = 1_000
_NOT_NOW: Final = frozenset({"ConnectionCannotBeRefreshed", "ConnectionAlreadyProcessing"})
_KNOWN: Final = frozenset({"DuplicatedCustomer", "CustomerAlreadyExists"})
_GONE: Final = frozenset({"CustomerNotFound", "ConnectionNotFound", "AccountNotFound"})
# All of these may come as 404, and none of them says that a connection is gone.
_OUR_FAULT: Final = frozenset({"ApiKeyNotFound", "ClientNotFound", "AppIdNotProvided"})
_ERRORS: Final[dict[str, type[RapproError]]] = {
    **dict.fromkeys(USER_CLASSES | EXPIRED_CLASSES | REVOKED_CLASSES, ConsentExpired),
    **dict.fromkeys(QUOTA_CLASSES, RateLimited),
    **dict.fromkeys(RETRY_CLASSES, AggregatorUnavailable),
    **dict.fromkeys(_GONE, NotFound),
    **dict.fromkeys(_OUR_FAULT, AggregatorRejected),
}
"""The provider's own class of an error says more than its status."""


class SaltEdgeConnector:
    """Connector of Salt Edge."""

    provider = "saltedge"
    capabilities = Capabilities(
        has_change_feed=False, reports_deletions=False, has_pending_list=True,
        has_on_demand_refresh=True, has_webhooks=True, has_state_echo=True,
        unattended_refreshes_per_day=4,
    )  # fmt: skip

    def __init__(
        self, keys: SaltEdgeKeys, now: Callable[[], datetime], *, base_url: str = BASE_URL,
        language: str = "fr", has_sandboxes: bool = False,
    ) -> None:  # fmt: skip
        """Take the application's keys; `has_sandboxes` offers the banks that are none."""
        self._keys = keys
        self._now = now
        self._language = language
        self._has_sandboxes = has_sandboxes
        self._http = ProviderHttp(self.provider, base_url, meanings=_ERRORS)
        self._owned: set[tuple[str, str]] = set()

    def close(self) -> None:
        """Close the connections to the provider."""
        self._http.close()

    def create_user(self, reference: str) -> Credentials:
        body = {"data": {"identifier": reference}}
        reply = self._ask("POST", "/customers", body=body, taken=_KNOWN)
        if reply.status < 400:
            return Credentials(_customer(_data(reply)))
        for row in self._all("/customers", ((_BY_REFERENCE, reference),)):
            if text(row, "identifier") == reference:
                return Credentials(_customer(row))
        raise AggregatorRejected("a customer is known and not listed")

    def delete_user(self, keeper: CredentialsKeeper) -> None:
        self._thing("DELETE", f"/customers/{segment(keeper.load().user_ref)}")

    def connect_link(
        self, keeper: CredentialsKeeper, *, return_url: str, nonce: str,
        connection_ref: str | None = None, bank: str | None = None,
        contact: str | None = None,  # noqa: ARG002 - the port's; Salt Edge asks the user itself
    ) -> ConnectLink:  # fmt: skip
        """Return a link. The nonce rides in the return address, and in all webhooks about it."""
        user, today = keeper.load().user_ref, self._now().date()
        method, path = "POST", "/connections/connect"
        data: dict[str, Any] = {
            "consent": {"scopes": _SCOPES, "from_date": (today - HISTORY).isoformat()},
            "attempt": {
                "fetch_scopes": _SCOPES, "locale": self._language,
                "return_to": _with(return_url, nonce), "custom_fields": {"nonce": nonce},
            },
            "return_connection_id": True, "return_error_class": True,
        }  # fmt: skip
        if connection_ref is not None:
            self._check_owner(user, connection_ref)
            method, action = _RECONNECT
            path = f"/connections/{segment(connection_ref)}/{action}"
        else:
            bank_asked = {} if bank is None else {"code": bank}
            provider = {"include_sandboxes": self._has_sandboxes, **bank_asked}
            data |= {"customer_id": user, "automatic_refresh": True, "provider": provider}
        found = _data(self._ask(method, path, body={"data": data}))
        url = whole_text(found, "connect_url")
        if urlsplit(url).scheme not in {"https", "http"}:
            raise AggregatorRejected("a connect session without a link")
        return ConnectLink(url, instant(found, "expires_at"), nonce)

    def callback(self, query: Mapping[str, str]) -> CallbackHint:
        ref, nonce = query.get("connection_id"), query.get(_NONCE)
        error = query.get("error_class") or query.get("error_message")
        if not ref and not nonce and not error:
            raise InvalidRequest("no callback of Salt Edge")
        return CallbackHint(
            nonce=nonce or None, connection_ref=ref or None, is_success=bool(ref) and not error,
            code=word(query.get("error_class")) or None,
        )  # fmt: skip

    def redeem(self, keeper: CredentialsKeeper, hint: CallbackHint, *, return_url: str) -> None:
        """Do nothing: a callback of Salt Edge grants nothing."""

    def connections(self, keeper: CredentialsKeeper) -> list[ProviderConnection]:
        """Return every connection of the customer, each with its own consent."""
        query = (("customer_id", keeper.load().user_ref),)
        rows = self._all("/connections", query)
        consents = self._all("/consents", query) if rows else []
        return [connection_of(row, _consent(row, consents), self._now()) for row in rows]

    def connection(self, keeper: CredentialsKeeper, ref: str) -> ProviderConnection:
        user = keeper.load().user_ref
        try:
            row = self._shown(user, ref)
        except NotFound:
            return revoked(ref)
        consents = self._all("/consents", (("connection_id", ref), ("customer_id", user)))
        return connection_of(row, _consent(row, consents), self._now())

    def accounts(self, keeper: CredentialsKeeper, ref: str) -> list[ProviderAccount]:
        """Return a connection's accounts; those that the user left out are not there at all."""
        self._check_owner(keeper.load().user_ref, ref)
        rows = self._all("/accounts", (("connection_id", ref),))
        return [account_of(row) for row in rows if identifier(row, "connection_id") == ref]

    def enable_accounts(self, keeper: CredentialsKeeper, ref: str, accounts: list[str]) -> None:
        """Do nothing: the user chose them on Salt Edge's page."""

    def refresh(
        self, keeper: CredentialsKeeper, ref: str, *,
        is_user_present: bool,  # noqa: ARG002 - the port's; where v6 wants it is not documented
    ) -> bool:  # fmt: skip
        """Ask for what is new; False when it is too early, running, or asks for a page.

        Raises RateLimited, until the connection's own next time, when the day's four are used.
        """
        row = self._shown(keeper.load().user_ref, ref)
        method, action = _REFRESH
        path, body = f"/connections/{segment(ref)}/{action}", {"attempt": {"fetch_scopes": _SCOPES}}
        try:
            reply = self._ask(method, path, body={"data": body}, taken=_NOT_NOW)
        except RateLimited as error:
            next_at = instant(row, "next_refresh_possible_at")
            if error.retry_after_seconds is not None or next_at is None:
                raise
            seconds = max(0, round((next_at - self._now()).total_seconds()))
            raise RateLimited(error.detail, retry_after_seconds=seconds) from None
        return reply.status < 400 and not whole_text(_data(reply), "connect_url")

    def transactions(
        self, keeper: CredentialsKeeper, account: ProviderAccount, window: Window, *,
        page: str | None = None,
    ) -> TransactionPage:  # fmt: skip
        """Return one page of one of an account's lists: pending, posted, suspected doubles.

        With a cursor and a window of days, it is what either asks for.
        """
        place = place_of(window, page)
        self._check_owner(keeper.load().user_ref, account.connection_ref)
        query = (
            ("connection_id", account.connection_ref), ("account_id", account.ref),
            *LISTS[place.name], *((("from_id", place.page),) if place.page else ()),
        )  # fmt: skip
        document = self._ask("GET", "/transactions", query=query).document
        rows = [
            row for row in listed(document, "data") if identifier(row, "account_id") == account.ref
        ]
        items = tuple(transaction_of(row) for row in rows if is_asked(place, row, window))
        following = after(place, document, rows, window)
        if following.name:
            return TransactionPage(items, str(following), None)
        return TransactionPage(items, None, following.cursor)

    def delete_connection(self, keeper: CredentialsKeeper, ref: str) -> None:
        user = keeper.load().user_ref
        try:
            self._check_owner(user, ref)
        except NotFound:
            return
        self._thing("DELETE", f"/connections/{segment(ref)}")

    def webhook(self, request: WebhookRequest) -> list[WebhookHint]:
        """Verify `Signature` over the registered URL and the bytes, and the event's age."""
        if not is_signed(request, self._keys):
            raise WebhookRefused("the signature of the webhook does not hold")
        return [hint_of(request)]

    def _shown(self, user: str, ref: str) -> Row:
        """Return a connection's row. Raises NotFound when it is not this customer's."""
        found = self._thing("GET", f"/connections/{segment(ref)}")
        row = {} if found is None else _data(found)
        if found is None or identifier(row, "customer_id") != user:
            raise NotFound("no such connection")
        if len(self._owned) >= _CACHE_MAX:
            self._owned.clear()
        self._owned.add((user, ref))
        return row

    def _check_owner(self, user: str, ref: str) -> None:
        """Raise NotFound when a connection is not this customer's; asked once."""
        if (user, ref) not in self._owned:
            self._shown(user, ref)

    def _thing(self, method: str, path: str) -> Reply | None:
        """Ask about one thing; None when it is gone, which the class of the error alone says.

        A 404 without it may be of anything in between, and would end every connection at once.
        """
        try:
            reply = self._ask(method, path, taken=_GONE)
        except NotFound as error:
            raise AggregatorRejected(error.detail) from None
        return reply if reply.status < 400 else None

    def _all(self, path: str, query: Query) -> list[Row]:
        return [row for rows in self._pages(path, query) for row in rows]

    def _pages(self, path: str, query: Query) -> Iterator[list[Row]]:
        page: str | None = None
        for _ in range(_PAGES_MAX):
            asked = query if page is None else (*query, ("from_id", page))
            document = self._ask("GET", path, query=asked).document
            yield listed(document, "data")
            page = next_page(document)
            if page is None:
                return
        raise AggregatorRejected("a list has no end")

    def _ask(
        self, method: str, path: str, *, query: Query = (), body: Mapping[str, Any] | None = None,
        taken: frozenset[str] = frozenset(),
    ) -> Reply:  # fmt: skip
        """Ask; errors of the classes that are `taken` are the caller's."""
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        link = f"{_ROOT}{path}" + (f"?{query_text(query)}" if query else "")
        reply = self._http.ask(
            method, link, headers=self._headers(method, self._http.own_url(link), content or b""),
            body=content, allowed=range(400, 600),
        )  # fmt: skip
        if reply.status < 400 or reply.code in taken:
            return reply
        raise self._http.error_of(reply)

    def _headers(self, method: str, url: str, content: bytes) -> dict[str, str]:
        """Return the keys, and the signature of a request where we have a key to sign with."""
        headers = {
            "App-id": self._keys.app_id, "Secret": self._keys.secret,
            "Content-Type": "application/json",
        }  # fmt: skip
        if self._keys.private_key:
            until = str(int((self._now() + SIGNED_FOR).timestamp()))
            signed = f"{until}|{method}|{url}|".encode() + content
            signature = base64.b64encode(rsa.sign(signed, self._keys.private_key)).decode()
            headers |= {"Expires-at": until, "Signature": signature}
        return headers


def _data(reply: Reply) -> Row:
    found = inner(reply.row, "data")
    if not found:
        raise AggregatorRejected("the answer has no data")
    return found


def _customer(row: Row) -> str:
    """Return a customer's id: v6 has its own name for it, some answers still the older one."""
    return identifier(row, "customer_id") or needed(row, "id")


def _consent(connection: Row, consents: list[Row]) -> Row:
    """Return the consent of a connection: the one that it names, else the one that ends last."""
    ref, named = identifier(connection, "id"), identifier(connection, "last_consent_id")
    own = [one for one in consents if identifier(one, "connection_id") == ref]
    last = [one for one in own if identifier(one, "id") == named]
    return max(last or own, key=_end, default={})


def _end(consent: Row) -> str:
    return text(consent, "expires_at")


def _with(return_url: str, nonce: str) -> str:
    """Return an address with the nonce in it."""
    sign = "&" if urlsplit(return_url).query else "?"
    return f"{return_url}{sign}{urlencode({_NONCE: nonce})}"
