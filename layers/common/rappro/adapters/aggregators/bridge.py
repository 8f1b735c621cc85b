"""Bridge (bridgeapi.io), API v3 of 2025-01-15, as a Connector.

A user is found by our own reference, its token lasts two hours and is asked for again, so nothing
secret is kept of a tenant. Items are connections; rows of `transactions` come by date of change,
deleted ones with a flag. What the public documentation leaves open is guessed below, in one place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from rappro.adapters.aggregators.bridge_rows import (
    BridgeKeys,
    account_of,
    connection_of,
    hint_of,
    is_signed,
    transaction_of,
)
from rappro.adapters.aggregators.http import ProviderHttp, Query, Reply, TokenRefused, segment
from rappro.adapters.aggregators.http import safe_word as word
from rappro.adapters.aggregators.reading import (
    Row,
    cursor_of,
    identifier,
    instant,
    latest,
    listed,
    needed,
    page_of,
    page_token,
    revoked,
    text,
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
    InvalidRequest,
    NotFound,
    WebhookRefused,
)
from rappro.domain.frozen import dataclass

BASE_URL: Final = "https://api.bridgeapi.io"
VERSION: Final = "2025-01-15"
OVERLAP: Final = timedelta(hours=48)
"""Read again before the cursor: rows may be stamped before they can be seen."""

# Not documented, or only by older versions. Each guess of a request is here; of answers, in
# bridge_rows.py.
_ITEM_TO_REPAIR: Final = "item_id"  # names the item in the body of a connect session
_BANK_TO_CONNECT: Final = "provider_id"  # preselects a bank in the same body
_PAGE_LIMIT: Final = "500"  # clients ask for 100 or 500; a maximum is not documented
# A refresh on demand exists (webhooks tell of it), but its v3 route is not documented: not offered.

_ROOT: Final = "/v3/aggregation"
_TOKEN_EARLY: Final = timedelta(minutes=5)
_PAGES_MAX: Final = 100
_CACHE_MAX: Final = 1_000


@dataclass(frozen=True, slots=True)
class _Token:
    value: str = field(repr=False)
    expires_at: datetime


class BridgeConnector:
    """Connector of Bridge."""

    provider = "bridge"
    capabilities = Capabilities(
        has_change_feed=True, reports_deletions=True, has_pending_list=True,
        has_on_demand_refresh=False, has_webhooks=True, has_state_echo=False,
    )  # fmt: skip

    def __init__(
        self, keys: BridgeKeys, now: Callable[[], datetime], *, base_url: str = BASE_URL,
        http: ProviderHttp | None = None,
    ) -> None:  # fmt: skip
        self._keys = keys
        self._now = now
        self._http = http or ProviderHttp(self.provider, base_url)
        self._tokens: dict[str, _Token] = {}
        self._banks: dict[str, str] = {}

    def close(self) -> None:
        """Close the connections to the provider."""
        self._http.close()

    def create_user(self, reference: str) -> Credentials:
        body = {"external_user_id": reference}
        reply = self._app("POST", f"{_ROOT}/users", body=body, allowed=(409,))
        if reply.status == 409:  # it is there already: its token names it
            asked = self._app("POST", f"{_ROOT}/authorization/token", body=body)
            user = asked.document.get("user") if isinstance(asked.document, dict) else None
            return Credentials(needed(user if isinstance(user, dict) else {}, "uuid"))
        return Credentials(needed(reply.row, "uuid"))

    def delete_user(self, keeper: CredentialsKeeper) -> None:
        user = keeper.load().user_ref
        self._tokens.pop(user, None)
        self._app("DELETE", f"{_ROOT}/users/{segment(user)}", allowed=(404,))

    def connect_link(
        self, keeper: CredentialsKeeper, *, return_url: str, nonce: str,
        connection_ref: str | None = None, bank: str | None = None, contact: str | None = None,
    ) -> ConnectLink:  # fmt: skip
        """Return a link; `contact` is the user's e-mail, which Bridge wants. Raises InvalidRequest.

        `nonce` goes along as the session's context. Whether it comes back is not certain, so the
        caller ties the session to the user by `return_url` too.
        """
        if not contact:
            raise InvalidRequest("an e-mail address is needed", position="contact")
        body: dict[str, Any] = {"user_email": contact, "callback_url": return_url, "context": nonce}
        if connection_ref is not None:
            body[_ITEM_TO_REPAIR] = _number(connection_ref)
        elif bank is not None:
            body[_BANK_TO_CONNECT] = _number(bank)
        found = self._user(keeper, "POST", f"{_ROOT}/connect-sessions", body=body).row
        url = whole_text(found, "url")
        if urlsplit(url).scheme not in {"https", "http"}:
            raise AggregatorRejected("a connect session without a link")
        return ConnectLink(url, None, needed(found, "id"))

    def callback(self, query: Mapping[str, str]) -> CallbackHint:
        item, success = query.get("item_id"), query.get("success")
        if item is None and success is None:
            raise InvalidRequest("no callback of Bridge")
        return CallbackHint(
            nonce=query.get("context") or None, connection_ref=item or None,
            is_success=(success or "").lower() == "true", code=word(query.get("step")) or None,
        )  # fmt: skip

    def redeem(self, keeper: CredentialsKeeper, hint: CallbackHint, *, return_url: str) -> None:
        """Do nothing: a callback of Bridge grants nothing."""

    def connections(self, keeper: CredentialsKeeper) -> list[ProviderConnection]:
        items = self._all(keeper, f"{_ROOT}/items")
        return [self._connection(item) for item in items]

    def connection(self, keeper: CredentialsKeeper, ref: str) -> ProviderConnection:
        try:
            item = self._user(keeper, "GET", f"{_ROOT}/items/{segment(ref)}").row
        except NotFound:
            return revoked(ref)
        return self._connection(item)

    def accounts(self, keeper: CredentialsKeeper, ref: str) -> list[ProviderAccount]:
        rows = self._all(keeper, f"{_ROOT}/accounts")
        return [account_of(row) for row in rows if identifier(row, "item_id") == ref]

    def enable_accounts(self, keeper: CredentialsKeeper, ref: str, accounts: list[str]) -> None:
        """Do nothing: the user chose them on Bridge's page."""

    def refresh(
        self,
        keeper: CredentialsKeeper,  # noqa: ARG002 - the port's
        ref: str,  # noqa: ARG002 - the port's
        *,
        is_user_present: bool,  # noqa: ARG002 - the port's
    ) -> bool:
        """Return False: Bridge asks the banks once or twice a day by itself."""
        return False

    def transactions(
        self, keeper: CredentialsKeeper, account: ProviderAccount, window: Window, *,
        page: str | None = None,
    ) -> TransactionPage:  # fmt: skip
        """Return one page. The order of rows is nobody's promise: the cursor is their maximum."""
        if page is None:
            newest = cursor_of(window.cursor)
            path, query = f"{_ROOT}/transactions", _query(account.ref, window, newest)
        else:
            (newest, path), query = page_of(page), ()
        document = self._user(keeper, "GET", path, query=query).document
        rows = listed(document, "resources")
        items = tuple(
            transaction_of(row) for row in rows if identifier(row, "account_id") == account.ref
        )
        newest = latest(newest, *(item.changed_at for item in items))
        following = _next(document)
        if following is not None:
            if following == path:
                raise AggregatorRejected("the pages go in a circle")
            return TransactionPage(items, page_token(newest, following), None)
        return TransactionPage(items, None, None if newest is None else newest.isoformat())

    def delete_connection(self, keeper: CredentialsKeeper, ref: str) -> None:
        self._user(keeper, "DELETE", f"{_ROOT}/items/{segment(ref)}", allowed=(404,))

    def webhook(self, request: WebhookRequest) -> list[WebhookHint]:
        """Verify `BridgeApi-Signature` and the event's age; a repetition has the same event id."""
        told = {name.lower(): value for name, value in request.headers.items()}
        if not is_signed(request.body, told.get("bridgeapi-signature", ""), self._keys):
            raise WebhookRefused("the signature of the webhook does not hold")
        return [hint_of(request)]

    def _connection(self, item: Row) -> ProviderConnection:
        bank = self._bank_name(identifier(item, "provider_id"))
        return connection_of(item, bank, self._now())

    def _bank_name(self, ref: str) -> str:
        """Return a bank's name from the catalogue, or its number: a name is never worth a halt."""
        if ref and ref not in self._banks:
            try:
                found = self._app("GET", f"/v3/providers/{segment(ref)}").row
            except (NotFound, AggregatorRejected):
                return ref
            if len(self._banks) < _CACHE_MAX:
                self._banks[ref] = text(found, "name") or ref
            return text(found, "name") or ref
        return self._banks.get(ref, ref)

    def _all(self, keeper: CredentialsKeeper, path: str) -> list[Row]:
        """Return the rows of every page of a list."""
        return [row for rows in self._pages(keeper, path) for row in rows]

    def _pages(self, keeper: CredentialsKeeper, path: str) -> Iterator[list[Row]]:
        link: str | None = path
        query: Query = (("limit", _PAGE_LIMIT),)
        for _ in range(_PAGES_MAX):
            if link is None:
                return
            document = self._user(keeper, "GET", link, query=query).document
            yield listed(document, "resources")
            link, query = _next(document), ()
        raise AggregatorRejected("a list has no end")

    def _app(
        self, method: str, path: str, *, body: Mapping[str, Any] | None = None,
        allowed: tuple[int, ...] = (), headers: Mapping[str, str] | None = None, query: Query = (),
    ) -> Reply:  # fmt: skip
        keys = {
            "Bridge-Version": VERSION, "Client-Id": self._keys.client_id,
            "Client-Secret": self._keys.client_secret, **(headers or {}),
        }  # fmt: skip
        return self._http.ask(
            method, path, headers=keys, query=query, body=body, allowed=allowed
        )  # fmt: skip

    def _user(
        self, keeper: CredentialsKeeper, method: str, path: str, *, query: Query = (),
        body: Mapping[str, Any] | None = None, allowed: tuple[int, ...] = (),
    ) -> Reply:  # fmt: skip
        """Ask for a user; a token that the provider no more takes is replaced once."""
        user = keeper.load().user_ref
        is_known = user in self._tokens
        try:
            return self._app(
                method, path, query=query, body=body, allowed=allowed, headers=self._bearer(user)
            )
        except TokenRefused:
            self._tokens.pop(user, None)
            if not is_known:
                raise
        return self._app(
            method, path, query=query, body=body, allowed=allowed, headers=self._bearer(user)
        )

    def _bearer(self, user: str) -> dict[str, str]:
        token = self._tokens.get(user)
        if token is None or token.expires_at - _TOKEN_EARLY <= self._now():
            body = {"user_uuid": user}
            found = self._app("POST", f"{_ROOT}/authorization/token", body=body).row
            until = instant(found, "expires_at") or self._now()
            token = _Token(needed(found, "access_token"), until)
            if len(self._tokens) >= _CACHE_MAX:
                self._tokens.clear()
            self._tokens[user] = token
        return {"Authorization": f"Bearer {token.value}"}


def _query(account: str, window: Window, newest: datetime | None) -> Query:
    query: list[tuple[str, str | None]] = [("account_id", account), ("limit", _PAGE_LIMIT)]
    if newest is not None:
        since = (newest - OVERLAP).astimezone(UTC)
        query.append(("since", since.strftime("%Y-%m-%dT%H:%M:%S.%fZ")))
    elif window.booked_from is not None:
        query.append(("min_date", window.booked_from.isoformat()))
    return query


def _next(document: Any) -> str | None:
    pagination = document.get("pagination") if isinstance(document, dict) else None
    return whole_text(pagination, "next_uri") or None if isinstance(pagination, dict) else None


def _number(ref: str) -> int:
    """Return an id as the number that Bridge's bodies have. Raises InvalidRequest."""
    if not (ref.isascii() and ref.isdigit() and len(ref) < 20):
        raise InvalidRequest("no id of Bridge")
    return int(ref)
