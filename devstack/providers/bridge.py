"""Bridge API v3, simulated: users, two-hour tokens, connect sessions, items, a change feed.

Rows come in an order that means nothing, pages by a cursor; a movement that is gone has its flag.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from devstack.providers.bank import Account, Bank, Condition, Link, Movement
from devstack.providers.wire import Answer, Refusal, Request, Route, number, routed, shuffled

CLIENT_ID = "simulated-bridge"
CLIENT_SECRET = "simulated-bridge-secret"  # noqa: S105 - opens a simulator
WEBHOOK_SECRET = "simulated-bridge-webhooks"  # noqa: S105 - signs a simulator's webhooks
TOKEN_LIFE = timedelta(hours=2)
_ROOT = "/v3/aggregation"
_STATUS = {
    Condition.FINE: 0, Condition.SYNCING: -2, Condition.NEEDS_CODE: 1010,
    Condition.WRONG_PASSWORD: 402, Condition.DOWN: 1003, Condition.QUOTA: 1003,
    Condition.UNSUPPORTED: 1005,
}  # fmt: skip
_INFO = {Condition.DOWN: "BANK_IS_DOWN", Condition.NEEDS_CODE: "OTP_REQUIRED"}


@dataclass(slots=True)
class Session:
    """A connect session: a page that works once."""

    user: str
    callback: str
    context: str
    item: int | None
    is_used: bool = False


class BridgeSimulator:
    """Provider of the simulation."""

    prefixes = ("/v3", "/pages/bridge")

    def __init__(self, bank: Bank, url: str) -> None:
        self.bank = bank
        self.users: dict[str, str] = {}  # uuid: our reference
        self.page_size = 100
        self.order_seed = 0
        self.keeps_ids = True  # of accounts, when an item is repaired
        self._url = url
        self._tokens: dict[str, tuple[str, datetime]] = {}
        self._sessions: dict[str, Session] = {}
        self._routes: list[Route] = [
            ("POST", f"{_ROOT}/users", self._create_user),
            ("DELETE", f"{_ROOT}/users/([^/]+)", self._delete_user),
            ("POST", f"{_ROOT}/authorization/token", self._token),
            ("POST", f"{_ROOT}/connect-sessions", self._session),
            ("GET", f"{_ROOT}/items", self._items),
            ("GET", f"{_ROOT}/items/(\\d+)", self._item),
            ("DELETE", f"{_ROOT}/items/(\\d+)", self._delete_item),
            ("GET", f"{_ROOT}/accounts", self._accounts),
            ("GET", f"{_ROOT}/transactions", self._transactions),
            ("GET", "/v3/providers/(\\d+)", self._bank),
            ("GET", "/pages/bridge/(\\w+)", self._page),
        ]

    def answer(self, request: Request) -> Answer:
        handling, groups = routed(self._routes, request)
        if request.path.startswith("/v3"):
            keys = (request.headers.get("client-id"), request.headers.get("client-secret"))
            if keys != (CLIENT_ID, CLIENT_SECRET):
                raise Refusal(401, "invalid_client")
            if "bridge-version" not in request.headers:
                raise Refusal(400, "missing_version")
        return handling(request, *groups)

    def error(self, refusal: Refusal) -> Answer:
        told = {"code": refusal.code, "message": "simulated"}
        return Answer(refusal.status, told, refusal.headers)

    def revoke_tokens(self) -> None:
        """Forget every token before its time."""
        self._tokens.clear()

    def webhook(self, kind: str, **content: Any) -> tuple[dict[str, str], bytes]:
        """Return a webhook's headers and bytes, signed; an older secret's signature goes along."""
        stamp = int(self.bank.now.timestamp() * 1000)
        body = json.dumps({"content": content, "timestamp": stamp, "type": kind}).encode()
        good = hmac.new(WEBHOOK_SECRET.encode(), body, "sha256").hexdigest().upper()
        old = hmac.new(b"older", body, "sha256").hexdigest().upper()
        return {"BridgeApi-Signature": f"v0=00,v1={old},v1={good}"}, body

    def _create_user(self, request: Request) -> Answer:
        reference = request.body.get("external_user_id", "")
        if reference in self.users.values():
            raise Refusal(409, "users.creation.already_exists_with_external_user_id")
        uuid = f"{shuffled(1, len(self.users))}-user"
        self.users[uuid] = reference
        return Answer(201, {"uuid": uuid, "external_user_id": reference})

    def _delete_user(self, _: Request, uuid: str) -> Answer:
        if self.users.pop(uuid, None) is None:
            raise Refusal(404, "users.not_found")
        self.bank.disown(uuid)
        return Answer(204)

    def _token(self, request: Request) -> Answer:
        asked = request.body
        found = [
            uuid
            for uuid, reference in self.users.items()
            if uuid == asked.get("user_uuid") or reference == asked.get("external_user_id")
        ]
        if not found:
            raise Refusal(404, "users.not_found")
        token, until = shuffled(2, len(self._tokens)) + found[0], self.bank.now + TOKEN_LIFE
        self._tokens[token] = (found[0], until)
        user = {"uuid": found[0], "external_user_id": self.users[found[0]]}
        return Answer(200, {"access_token": token, "expires_at": _utc(until), "user": user})

    def _session(self, request: Request) -> Answer:
        user, asked = self._user(request), request.body
        if not asked.get("user_email"):
            raise Refusal(400, "missing_user_email")
        if asked.get("item_id") is not None:
            self._link(user, asked["item_id"])
        name = shuffled(3, len(self._sessions))
        self._sessions[name] = Session(
            user, asked.get("callback_url", ""), asked.get("context", ""), asked.get("item_id")
        )  # fmt: skip
        return Answer(201, {"id": name, "url": f"{self._url}/pages/bridge/{name}"})

    def _page(self, request: Request, name: str) -> Answer:
        """Do what the user does on the page: consent, or `?fails=step` what fails there."""
        session = self._sessions.get(name)
        if session is None or session.is_used:
            raise Refusal(410, "session_expired")
        session.is_used = True
        told = {"user_uuid": session.user, "context": session.context}
        if "fails" in request.query:
            told |= {"success": "false", "step": request.query["fails"]}
        else:
            told |= {"success": "true", "item_id": str(self._consented(session))}
        sign = "&" if "?" in session.callback else "?"
        return Answer(302, None, {"Location": f"{session.callback}{sign}{urlencode(told)}"})

    def _consented(self, session: Session) -> int:
        if session.item is None:
            return self.bank.connect(session.user).id
        self.bank.renew(session.item, keeps_ids=self.keeps_ids)
        return session.item

    def _items(self, request: Request) -> Answer:
        user = self._user(request)
        links = [one for one in self.bank.links.values() if one.owner == user]
        return self._paged(request, [(one.id, _item(one)) for one in links])

    def _item(self, request: Request, ref: str) -> Answer:
        return Answer(200, _item(self._link(self._user(request), int(ref))))

    def _delete_item(self, request: Request, ref: str) -> Answer:
        link = self._link(self._user(request), int(ref))
        self.bank.disconnect(link.id)
        return Answer(204)

    def _accounts(self, request: Request) -> Answer:
        accounts = [one for one in self.bank.of_owner(self._user(request)) if not one.is_deleted]
        return self._paged(request, [(one.id, self._account(one)) for one in accounts])

    def _transactions(self, request: Request) -> Answer:
        query = request.query
        own = {one.id for one in self.bank.of_owner(self._user(request)) if not one.is_deleted}
        wanted = own & {int(query["account_id"])} if "account_id" in query else own
        since = datetime.fromisoformat(query["since"]) if "since" in query else None
        first = date.fromisoformat(query["min_date"]) if "min_date" in query else None
        rows = [
            (one.id, self._transaction(one))
            for one in self.bank.movements.values()
            if one.account in wanted
            and (since is None or one.changed_at >= since)
            and (first is None or one.day >= first)
        ]
        return self._paged(request, rows)

    def _bank(self, _: Request, ref: str) -> Answer:
        if ref != "574":
            raise Refusal(404, "providers.not_found")
        return Answer(200, {"id": 574, "name": "Banque du Port"})

    def _paged(self, request: Request, rows: list[tuple[int, dict[str, Any]]]) -> Answer:
        """Return one page of rows in an order without meaning, and where the next one is."""
        size = min(self.page_size, int(request.query.get("limit", "10")))
        placed = sorted(((shuffled(self.order_seed, ref), row) for ref, row in rows), key=_place)
        after = request.query.get("after", "")
        left = [one for one in placed if one[0] > after]
        following = None
        if len(left) > size:
            kept = {name: value for name, value in request.query.items() if name != "after"}
            following = f"{request.path}?{urlencode({**kept, 'after': left[size - 1][0]})}"
        resources = [row for _, row in left[:size]]
        return Answer(200, {"resources": resources, "pagination": {"next_uri": following}})

    def _user(self, request: Request) -> str:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        user, until = self._tokens.get(token, ("", self.bank.now))
        if user not in self.users or until <= self.bank.now:
            raise Refusal(401, "invalid_token")
        return user

    def _link(self, user: str, ref: int) -> Link:
        link = self.bank.links.get(ref)
        if link is None or link.owner != user:
            raise Refusal(404, "items.not_found")
        return link

    def _account(self, account: Account) -> dict[str, Any]:
        balance = number(self.bank.balance(account.id))
        return {
            "id": account.id, "item_id": account.link, "name": account.name, "balance": balance,
            "accounting_balance": balance, "instant_balance": None, "type": "checking",
            "currency_code": account.currency, "provider_id": 574, "pro": True,
            "data_access": "enabled" if account.is_enabled else "disabled", "iban": account.iban,
            "updated_at": _utc(account.changed_at), "iban_filled_manually": False,
        }  # fmt: skip

    def _transaction(self, movement: Movement) -> dict[str, Any]:
        row: dict[str, Any] = {
            "id": movement.id, "account_id": movement.account, "amount": number(movement.amount),
            "clean_description": movement.label.title(), "provider_description": movement.label,
            "currency_code": self.bank.accounts[movement.account].currency,
            "date": movement.day.isoformat(), "updated_at": _utc(movement.changed_at),
            "category_id": 216, "operation_type": "transfer", "deleted": movement.is_deleted,
            "future": movement.is_future,
        }  # fmt: skip
        if movement.id % 2:  # some banks give one more date
            row["booking_date"] = movement.day.isoformat()
        if movement.value_day is not None:
            row["value_date"] = movement.value_day.isoformat()
        return row


def _item(link: Link) -> dict[str, Any]:
    status = _STATUS[link.condition] if link.code is None else int(link.code)
    return {
        "id": link.id, "provider_id": 574, "status": status, "account_types": "all",
        "status_code_info": _INFO.get(link.condition), "status_code_description": "",
        "authentication_expires_at": _utc(link.consent_until),
    }  # fmt: skip


def _place(placed: tuple[str, dict[str, Any]]) -> str:
    return placed[0]


def _utc(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
