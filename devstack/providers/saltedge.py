"""Salt Edge API v6, simulated: customers, one-time pages, consents, rows by growing ids.

Errors have a class, and a key that nobody knows is answered 404. Requests are signed, and so are
webhooks, each side with its own key. Pages are of growing ids; inside of one the order means
nothing.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from devstack.providers.bank import Account, Bank, Condition, Link, Movement
from devstack.providers.wire import Answer, Refusal, Request, Route, number, routed, shuffled

APP_ID = "simulated-saltedge"
SECRET = "simulated-saltedge-secret"  # noqa: S105 - opens a simulator
REFRESH_PAUSE = timedelta(hours=1)
FETCHES_A_DAY = 4
_ROOT = "/api/v6"
_CLASS = {
    Condition.NEEDS_CODE: "InteractiveTimeout", Condition.WRONG_PASSWORD: "InvalidCredentials",
    Condition.DOWN: "ProviderUnavailable", Condition.QUOTA: "BackgroundFetchLimitExceeded",
    Condition.UNSUPPORTED: "ProviderDisabled",
}  # fmt: skip
Rows = list[tuple[int, dict[str, Any]]]


@cache
def key(whose: str) -> rsa.RSAPrivateKey:  # noqa: ARG001 - what the cache goes by
    """Return a key by its name: `ours` signs requests, `theirs` webhooks, any other nothing."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def private_pem(whose: str) -> str:
    """Return a key as what signs is configured with."""
    held = key(whose).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return held.decode()


def public_pem(whose: str) -> str:
    """Return a key as what verifies is configured with."""
    public = key(whose).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def signed(whose: str, content: bytes) -> str:
    """Return a signature as it stands in a header."""
    return base64.b64encode(key(whose).sign(content, padding.PKCS1v15(), SHA256())).decode()


@dataclass(slots=True)
class Session:
    """A page that works once."""

    customer: str
    return_to: str
    connection: int | None
    is_used: bool = False


class SaltEdgeSimulator:
    """Provider of the simulation."""

    prefixes = (_ROOT, "/pages/saltedge")

    def __init__(self, bank: Bank, url: str) -> None:
        self.bank = bank
        self.users: dict[str, str] = {}  # customer: our reference
        self.page_size = 100
        self.order_seed = 0
        self.keeps_ids = True  # of accounts, when a connection is repaired
        self.is_fresh = False  # a refresh is refused: it is too early
        self.ignores_filters = False  # of lists: everybody's rows come
        self.asks_user = False  # a refresh is a page for the user
        self.fetches = 0  # of today, without the user
        self.doubles: set[int] = set()  # movements that are suspected to be others again
        self._url = url
        self._sessions: dict[str, Session] = {}
        one = f"{_ROOT}/connections/(\\d+)"
        self._routes: list[Route] = [
            ("POST", f"{_ROOT}/customers", self._create_customer),
            ("GET", f"{_ROOT}/customers", self._customers),
            ("DELETE", f"{_ROOT}/customers/(\\d+)", self._delete_customer),
            ("POST", f"{_ROOT}/connections/connect", self._connect),
            ("POST", f"{one}/reconnect", self._reconnect),
            ("POST", f"{one}/refresh", self._refresh),
            ("GET", f"{_ROOT}/connections", self._connections),
            ("GET", one, self._connection),
            ("DELETE", one, self._delete_connection),
            ("GET", f"{_ROOT}/consents", self._consents),
            ("GET", f"{_ROOT}/accounts", self._accounts),
            ("GET", f"{_ROOT}/transactions", self._transactions),
            ("GET", "/pages/saltedge/connect", self._page),
        ]

    def answer(self, request: Request) -> Answer:
        handling, groups = routed(self._routes, request)
        if request.path.startswith(_ROOT):
            self._check_keys(request)
        return handling(request, *groups)

    def error(self, refusal: Refusal) -> Answer:
        told = {"class": refusal.code, "message": "simulated", "documentation_url": "about:blank"}
        return Answer(refusal.status, {"error": told, "request": {}}, refusal.headers)

    def revoke_tokens(self) -> None:
        """Do nothing: there are no tokens."""

    def webhook(
        self, url: str, link: int, *, by: str = "theirs", **told: Any
    ) -> tuple[dict[str, str], bytes]:
        """Return the headers and bytes of a callback to a registered URL, signed by a key."""
        data = {
            "connection_id": str(link), "customer_id": self.bank.links[link].owner,
            "custom_fields": {}, **(told or {"stage": "finish"}),
        }  # fmt: skip
        meta = {"version": "6", "time": _utc(self.bank.now)}
        body = json.dumps({"data": data, "meta": meta}).encode()
        signature = signed(by, f"{url}|".encode() + body)
        return {"Signature": signature, "Signature-key-version": "6.0"}, body

    def _check_keys(self, request: Request) -> None:
        """Check the keys, and the signature of the request as a live client's."""
        told = request.headers
        if (told.get("app-id"), told.get("secret")) != (APP_ID, SECRET):
            raise Refusal(404, "ApiKeyNotFound")
        until = told.get("expires-at", "")
        now = self.bank.now.timestamp()
        if not until.isdigit() or not now <= int(until) <= now + 3_600:
            raise Refusal(400, "ExpiresAtInvalid")
        content = f"{until}|{request.method}|{self._url}{request.target}|".encode()
        signature = base64.b64decode(told.get("signature", ""))
        try:
            key("ours").public_key().verify(
                signature, content + request.content, padding.PKCS1v15(), SHA256()
            )
        except InvalidSignature:
            raise Refusal(400, "SignatureNotMatch") from None

    def _create_customer(self, request: Request) -> Answer:
        reference = request.body["data"]["identifier"]
        if reference in self.users.values():
            raise Refusal(409, "DuplicatedCustomer")
        customer = str(1_806_900 + len(self.users))
        self.users[customer] = reference
        return _data({"customer_id": customer, "identifier": reference})

    def _customers(self, request: Request) -> Answer:
        """List all, whatever is asked for."""
        rows = [
            (int(ref), {"customer_id": ref, "identifier": name}) for ref, name in self.users.items()
        ]
        return self._paged(request, rows)

    def _delete_customer(self, _: Request, customer: str) -> Answer:
        if self.users.pop(customer, None) is None:
            raise Refusal(404, "CustomerNotFound")
        self.bank.disown(customer)
        return _data({"customer_id": customer, "deleted": True})

    def _connect(self, request: Request) -> Answer:
        asked = request.body["data"]
        self._check_customer(asked.get("customer_id", ""))
        return self._session(asked, asked["customer_id"], None)

    def _reconnect(self, request: Request, ref: str) -> Answer:
        link = self._link(ref)
        return self._session(request.body["data"], link.owner, link.id)

    def _session(self, asked: dict[str, Any], customer: str, connection: int | None) -> Answer:
        if not asked["consent"].get("from_date") or not asked["consent"].get("scopes"):
            raise Refusal(406, "WrongRequestFormat")
        name = shuffled(5, len(self._sessions))
        self._sessions[name] = Session(customer, asked["attempt"]["return_to"], connection)
        url = f"{self._url}/pages/saltedge/connect?token={name}"
        expires_at = _utc(self.bank.now + timedelta(hours=1))
        return _data({"connect_url": url, "expires_at": expires_at, "customer_id": customer})

    def _page(self, request: Request) -> Answer:
        """Do what the user does on the page: consent, or `?fails=class` what fails there."""
        session = self._sessions.get(request.query.get("token", ""))
        if session is None or session.is_used:
            raise Refusal(410, "ConnectSessionExpired")
        session.is_used = True
        if "fails" in request.query:
            told = {"error_class": request.query["fails"], "error_message": "simulated"}
        else:
            told = {"connection_id": str(self._consented(session))}
        sign = "&" if "?" in session.return_to else "?"
        return Answer(302, None, {"Location": f"{session.return_to}{sign}{urlencode(told)}"})

    def _consented(self, session: Session) -> int:
        if session.connection is None:
            return self.bank.connect(session.customer).id
        self.bank.renew(session.connection, keeps_ids=self.keeps_ids)
        return session.connection

    def _refresh(self, _: Request, ref: str) -> Answer:
        link = self._link(ref)
        if self.is_fresh:
            raise Refusal(406, "ConnectionCannotBeRefreshed")
        if self.fetches >= FETCHES_A_DAY:
            raise Refusal(406, "BackgroundFetchLimitExceeded")
        if self.asks_user:
            return _data({"connect_url": f"{self._url}/pages/saltedge/connect?token=x"})
        self.fetches += 1
        return _data(_connection(link))

    def _connections(self, request: Request) -> Answer:
        customer = request.query["customer_id"]
        self._check_customer(customer)
        links = [one for one in self.bank.links.values() if one.owner == customer]
        return self._paged(request, [(one.id, _connection(one)) for one in links])

    def _connection(self, _: Request, ref: str) -> Answer:
        return _data(_connection(self._link(ref)))

    def _delete_connection(self, _: Request, ref: str) -> Answer:
        self.bank.disconnect(self._link(ref).id)
        return _data({"id": ref, "removed": True})

    def _consents(self, request: Request) -> Answer:
        """List the consents of a customer or one connection: the one that holds, and one before."""
        wanted = request.query.get("connection_id")
        links = [
            one
            for one in self.bank.links.values()
            if one.owner == request.query["customer_id"] and wanted in {None, str(one.id)}
        ]
        rows = [row for link in links for row in self._consents_of(link)]
        return self._paged(request, [(int(row["id"]), row) for row in rows])

    def _consents_of(self, link: Link) -> list[dict[str, Any]]:
        is_over = link.consent_until <= self.bank.now
        shown = {"connection_id": str(link.id), "customer_id": link.owner}
        before = _utc(link.consent_until + timedelta(days=1))  # of another bank's rules: longer
        return [
            {**shown, "id": f"{link.id}0", "status": "revoked", "expires_at": before},
            {
                **shown, "id": f"{link.id}1", "status": "expired" if is_over else "given",
                "expires_at": _utc(link.consent_until),
            },
        ]  # fmt: skip

    def _accounts(self, request: Request) -> Answer:
        link = self._link(request.query["connection_id"])
        accounts = [
            one
            for one in self.bank.accounts.values()
            if (one.link == link.id or self.ignores_filters)
            and one.is_enabled and not one.is_deleted
        ]  # fmt: skip
        return self._paged(request, [(one.id, self._account(one)) for one in accounts])

    def _transactions(self, request: Request) -> Answer:
        query = request.query
        link = self._link(query["connection_id"])
        account = self.bank.accounts.get(int(query["account_id"]))
        if account is None or account.link != link.id:
            raise Refusal(404, "AccountNotFound")
        wants_pending, wants_doubles = query.get("pending"), query.get("duplicated")
        found = [
            one
            for one in self.bank.movements.values()
            if (one.account == account.id or self.ignores_filters)
            and account.is_enabled and not one.is_deleted
            and one.is_future == (wants_pending == "true")
            and (one.id in self.doubles) == (wants_doubles == "true")
        ]  # fmt: skip
        return self._paged(request, [(one.id, self._transaction(one)) for one in found])

    def _paged(self, request: Request, rows: Rows) -> Answer:
        """Return a page of rows by growing ids, in an order without meaning, and the next id."""
        first = int(request.query.get("from_id", "0"))
        left = sorted((ref, position) for position, (ref, _) in enumerate(rows) if ref >= first)
        page = sorted(left[: self.page_size], key=lambda one: shuffled(self.order_seed, one[0]))
        following = str(left[self.page_size][0]) if len(left) > self.page_size else None
        meta = {"next_id": following, "next_page": following and f"{request.path}?from_id=…"}
        return Answer(200, {"data": [rows[position][1] for _, position in page], "meta": meta})

    def _account(self, account: Account) -> dict[str, Any]:
        return {
            "id": str(account.id), "connection_id": str(account.link), "name": account.iban,
            "nature": "checking", "balance": number(self.bank.balance(account.id)),
            "currency_code": account.currency, "updated_at": _utc(account.changed_at),
            "extra": {
                "iban": account.iban, "account_name": account.name,
                "account_number": account.iban[-13:], "client_name": "ATELIER DU PORT SARL",
            },
        }  # fmt: skip

    def _transaction(self, movement: Movement) -> dict[str, Any]:
        day, told = movement.day, dict[str, Any](possible_duplicate=False)
        if movement.id % 2:  # some banks tell the day of the movement and the day of its booking
            told["posting_date"] = day.isoformat()
            day -= timedelta(days=1)
        told["payer" if movement.amount > 0 else "payee"] = movement.label.title()
        return {
            "id": str(movement.id), "account_id": str(movement.account), "mode": "normal",
            "status": "pending" if movement.is_future else "posted", "made_on": day.isoformat(),
            "amount": number(movement.amount), "description": movement.label,
            "currency_code": self.bank.accounts[movement.account].currency, "category": "transfer",
            "duplicated": movement.id in self.doubles, "extra": told,
            "created_at": _utc(movement.changed_at), "updated_at": _utc(movement.changed_at),
        }  # fmt: skip

    def _check_customer(self, customer: str) -> None:
        if customer not in self.users:
            raise Refusal(404, "CustomerNotFound")

    def _link(self, ref: str) -> Link:
        """Return a connection of whichever customer: the keys open all of them."""
        link = self.bank.links.get(int(ref))
        if link is None:
            raise Refusal(404, "ConnectionNotFound")
        return link


def _connection(link: Link) -> dict[str, Any]:
    failed = _CLASS.get(link.condition) if link.code is None else link.code
    is_running = link.condition is Condition.SYNCING
    ended_at = None if is_running else _utc(link.refreshed_at)
    return {
        "id": str(link.id), "customer_id": link.owner, "provider_code": "banque_du_port_fr",
        "provider_name": link.bank, "country_code": "FR",
        "status": "inactive" if failed else "active", "last_consent_id": f"{link.id}1",
        "last_success_at": _utc(link.refreshed_at),
        "next_refresh_possible_at": _utc(link.refreshed_at + REFRESH_PAUSE),
        "last_attempt": {
            "finished": not is_running, "fail_error_class": failed,
            "success_at": None if failed else ended_at, "fail_at": ended_at if failed else None,
        },
    }  # fmt: skip


def _data(row: dict[str, Any]) -> Answer:
    return Answer(200, {"data": row})


def _utc(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
