"""Powens API 2.0, simulated: permanent tokens, one-time codes, connections, a change feed.

Times are written without a zone, in Paris; deleted rows are shown to who asks for `all`.
"""

from __future__ import annotations

import base64
import hmac
import json
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from devstack.providers.bank import Account, Bank, Condition, Link, Movement
from devstack.providers.wire import Answer, Refusal, Request, Route, number, routed, shuffled

CLIENT_ID = "12345678"
CLIENT_SECRET = "simulated-powens-secret"  # noqa: S105 - opens a simulator
WEBHOOK_SECRET = "simulated-powens-webhooks"  # noqa: S105 - signs a simulator's webhooks
DOMAIN = "rappro-sandbox.biapi.pro"
ZONE = ZoneInfo("Europe/Paris")
_ROOT = "/2.0"
_ME = f"{_ROOT}/users/me"
_STATE = {
    Condition.FINE: None, Condition.SYNCING: "validating", Condition.NEEDS_CODE: "SCARequired",
    Condition.WRONG_PASSWORD: "wrongpass", Condition.DOWN: "websiteUnavailable",
    Condition.QUOTA: "rateLimiting", Condition.UNSUPPORTED: "notSupported",
}  # fmt: skip


class PowensSimulator:
    """Provider of the simulation."""

    prefixes = ("/2.0", "/pages/powens")

    def __init__(self, bank: Bank, url: str) -> None:
        self.bank = bank
        self.page_size = 100
        self.order_seed = 0
        self.keeps_ids = True  # of accounts, when a connection is repaired
        self.is_fresh = False  # a refresh is refused: it was just done
        self.users: set[int] = set()
        self.webview_url = f"{url}/pages/powens"
        self._url = url
        self._tokens: dict[str, int] = {}
        self._codes: dict[str, int] = {}
        self._issued = 0
        self._routes: list[Route] = [
            ("POST", f"{_ROOT}/auth/init", self._init),
            ("POST", f"{_ROOT}/auth/renew", self._renew),
            ("GET", f"{_ROOT}/auth/token/code", self._code),
            ("DELETE", _ME, self._delete_user),
            ("GET", f"{_ME}/connections", self._connections),
            ("GET", f"{_ME}/connections/(\\d+)", self._connection),
            ("PUT", f"{_ME}/connections/(\\d+)", self._refresh),
            ("DELETE", f"{_ME}/connections/(\\d+)", self._delete_connection),
            ("GET", f"{_ME}/connections/(\\d+)/accounts", self._accounts),
            ("POST", f"{_ME}/accounts/(\\d+)", self._enable),
            ("GET", f"{_ME}/accounts/(\\d+)/transactions", self._transactions),
            ("GET", "/pages/powens/\\w\\w/(connect|reconnect)", self._page),
        ]

    def answer(self, request: Request) -> Answer:
        handling, groups = routed(self._routes, request)
        return handling(request, *groups)

    def error(self, refusal: Refusal) -> Answer:
        told = {"code": refusal.code, "description": "simulated", "request_id": "1"}
        return Answer(refusal.status, told, refusal.headers)

    def revoke_tokens(self) -> None:
        """Forget every token."""
        self._tokens.clear()

    def webhook(self, url_path: str, link: int) -> tuple[dict[str, str], bytes]:
        """Return the headers and bytes of a connection's webhook to a public path, signed."""
        found = self.bank.links[link]
        shown = {"id": link, "state": _state(found), "last_update": _paris(found.refreshed_at)}
        body = json.dumps({"user": {"id": int(found.owner)}, "connection": shown}).encode()
        stamp = self.bank.now.isoformat()
        signed = f"POST.{url_path}.{stamp}.".encode() + body
        digest = hmac.digest(WEBHOOK_SECRET.encode(), signed, "sha256")
        signature = base64.b64encode(digest).decode()
        return {"BI-Signature-Date": stamp, "BI-Signature": signature}, body

    def _init(self, request: Request) -> Answer:
        _check_keys(request)
        user = 100 + self._next()
        self.users.add(user)
        told = {"auth_token": self._new_token(user), "type": "permanent", "id_user": user}
        return Answer(200, told)

    def _renew(self, request: Request) -> Answer:
        _check_keys(request)
        user = request.body["id_user"]
        if user not in self.users:
            raise Refusal(404, "invalidValue")
        if request.body.get("revoke_previous"):
            self._tokens = {token: one for token, one in self._tokens.items() if one != user}
        return Answer(200, {"access_token": self._new_token(user), "token_type": "Bearer"})

    def _code(self, request: Request) -> Answer:
        user = self._user(request)
        code = f"code{self._next()}"
        self._codes[code] = user
        return Answer(200, {"code": code, "type": "temporary", "access": "single"})

    def _page(self, request: Request, flow: str) -> Answer:
        """Do what the user does on the page: consent, or `?fails=error` what fails there."""
        query = request.query
        user = self._codes.pop(query.get("code", ""), None)
        if user is None or (query.get("client_id"), query.get("domain")) != (CLIENT_ID, DOMAIN):
            raise Refusal(403, "forbidden")
        told = {"state": query.get("state", "")}
        if "fails" in query:
            told["error"] = query["fails"]
        elif flow == "connect":
            told["connection_id"] = str(self.bank.connect(str(user)).id)
        else:
            link = self._link(user, query["connection_id"])
            self.bank.renew(link.id, keeps_ids=self.keeps_ids)
            told["connection_id"] = str(link.id)
        return Answer(302, None, {"Location": f"{query['redirect_uri']}?{urlencode(told)}"})

    def _delete_user(self, request: Request) -> Answer:
        user = self._user(request)
        self.users.remove(user)
        self._tokens = {token: one for token, one in self._tokens.items() if one != user}
        self.bank.disown(str(user))
        return Answer(204)

    def _connections(self, request: Request) -> Answer:
        user = str(self._user(request))
        rows = [_row(one) for one in self.bank.links.values() if one.owner == user]
        return Answer(200, {"connections": rows, "total": len(rows)})

    def _connection(self, request: Request, ref: str) -> Answer:
        return Answer(200, _row(self._link(self._user(request), ref)))

    def _refresh(self, request: Request, ref: str) -> Answer:
        link = self._link(self._user(request), ref)
        if self.is_fresh:
            raise Refusal(409, "tooManySync")
        return Answer(202, _row(link))

    def _delete_connection(self, request: Request, ref: str) -> Answer:
        self.bank.disconnect(self._link(self._user(request), ref).id)
        return Answer(204)

    def _accounts(self, request: Request, ref: str) -> Answer:
        link, shows_all = self._link(self._user(request), ref), "all" in request.query
        rows = [
            self._account(one)
            for one in self.bank.accounts.values()
            if one.link == link.id and (shows_all or (one.is_enabled and not one.is_deleted))
        ]
        return Answer(200, {"accounts": rows, "total": len(rows)})

    def _enable(self, request: Request, ref: str) -> Answer:
        account = self._own(self._user(request), ref)
        if request.body.get("disabled") is False:
            self.bank.enable(account.id)
        return Answer(200, self._account(self.bank.accounts[account.id]))

    def _transactions(self, request: Request, ref: str) -> Answer:
        account, query = self._own(self._user(request), ref), request.query
        if "limit" not in query:
            raise Refusal(400, "missingParameter")
        since = _instant(query["last_update"]) if "last_update" in query else None
        first = date.fromisoformat(query["min_date"]) if "min_date" in query else None
        found = [
            one
            for one in self.bank.movements.values()
            if one.account == account.id and account.is_enabled
            and ("all" in query or not one.is_deleted)
            and (since is None or one.changed_at >= since)
            and (first is None or one.day >= first)
        ]  # fmt: skip
        return self._paged(request, found)

    def _paged(self, request: Request, found: list[Movement]) -> Answer:
        query = request.query
        size = min(self.page_size, int(query["limit"]))
        placed = sorted((shuffled(self.order_seed, one.id), one.id) for one in found)
        left = [one for one in placed if one[0] > query.get("from", "")]
        links: dict[str, Any] = {}
        if len(left) > size:
            after = urlencode({**query, "from": left[size - 1][0]})
            links["next"] = {"href": f"{self._url}{request.path}?{after}"}
        rows = [_movement(self.bank.movements[ref]) for _, ref in left[:size]]
        return Answer(200, {"transactions": rows, "_links": links})

    def _account(self, account: Account) -> dict[str, Any]:
        row: dict[str, Any] = {
            "id": account.id, "id_connection": account.link, "original_name": account.name,
            "name": account.name, "type": "checking", "usage": "ORGA",
            "currency": {"id": account.currency, "symbol": "€", "precision": 2},
            "disabled": None if account.is_enabled else _paris(account.changed_at),
            "deleted": _paris(account.changed_at) if account.is_deleted else None,
        }  # fmt: skip
        if account.is_enabled:
            row |= {
                "iban": account.iban, "balance": number(self.bank.balance(account.id)),
                "number": account.iban[-13:], "last_update": _paris(account.changed_at),
            }  # fmt: skip
        return row

    def _user(self, request: Request) -> int:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self._tokens:
            raise Refusal(401, "unauthorized")
        return self._tokens[token]

    def _link(self, user: int, ref: str) -> Link:
        link = self.bank.links.get(int(ref))
        if link is None or link.owner != str(user):
            raise Refusal(404, "notFound")
        return link

    def _own(self, user: int, ref: str) -> Account:
        account = self.bank.accounts.get(int(ref))
        if account is None:
            raise Refusal(404, "noAccount")
        self._link(user, str(account.link))
        return account

    def _new_token(self, user: int) -> str:
        token = shuffled(7, self._next()) + f"token{user}"
        self._tokens[token] = user
        return token

    def _next(self) -> int:
        self._issued += 1
        return self._issued


def _check_keys(request: Request) -> None:
    asked = request.body or {}
    if (asked.get("client_id"), asked.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
        raise Refusal(403, "forbidden")


def _row(link: Link) -> dict[str, Any]:
    is_waiting = link.condition is Condition.QUOTA
    return {
        "id": link.id, "state": _state(link), "error_message": None, "active": True,
        "last_update": _paris(link.refreshed_at), "connector": {"name": link.bank},
        "next_try": _paris(link.refreshed_at) if is_waiting else None,
        "expire": _paris(link.consent_until), "sources": [
            {"name": "openapi", "access_expire": _paris(link.consent_until)},
            {"name": "directaccess", "access_expire": None, "expire": None},
        ],
    }  # fmt: skip


def _state(link: Link) -> str | None:
    return _STATE[link.condition] if link.code is None else link.code


def _movement(one: Movement) -> dict[str, Any]:
    day = one.day.isoformat()
    return {
        "id": one.id, "id_account": one.account, "date": day, "rdate": day,
        "vdate": None if one.value_day is None else one.value_day.isoformat(),
        "application_date": day, "value": number(one.amount), "type": "transfer",
        "original_wording": one.label, "simplified_wording": one.label.title(),
        "wording": one.label.title(), "coming": one.is_future, "active": True,
        "deleted": _paris(one.changed_at) if one.is_deleted else None,
        "date_scraped": _paris(one.changed_at), "last_update": _paris(one.changed_at),
        "original_currency": None, "original_value": None,
        "counterparty": {"label": one.label.title(), "type": "creditor"},
    }  # fmt: skip


def _paris(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")


def _instant(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZONE)
