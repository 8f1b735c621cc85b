"""Ponto Connect, simulated: OAuth with PKCE and refresh tokens that work once, JSON:API, no feed.

Movements come newest first but not strictly, edits and deletions are told by nothing, pending ones
are a list of their own. Accounts that the user did not choose are not there. Webhooks are signed
with a token (RS512) over the digest of the body.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from devstack.providers.bank import Account, Bank, Condition, Link, Movement
from devstack.providers.ponto_hooks import key_list, signed_event
from devstack.providers.wire import Answer, Refusal, Request, Route, number, routed, shuffled

CLIENT_ID = "simulated-ponto"
CLIENT_SECRET = "simulated-ponto-secret"  # noqa: S105 - opens a simulator
ZONE = ZoneInfo("Europe/Paris")
ACCESS_LIFE = timedelta(minutes=30)
JITTER = timedelta(days=3)
"""How far rows are from the order of their days."""
_ROOT = "/ponto-connect"
_OAUTH = frozenset({"invalid_grant", "invalid_client", "unsupported_grant_type"})
_CODES = {
    Condition.NEEDS_CODE: "authorizationRevoked", Condition.WRONG_PASSWORD: "accessDenied",
    Condition.DOWN: "financialInstitutionUnavailable", Condition.QUOTA: "rateLimitExceeded",
    Condition.UNSUPPORTED: "accountNotSupported",
}  # fmt: skip


@dataclass(slots=True)
class Consent:
    """A code of a callback: whom it stands for, and what must come with it."""

    organisation: str
    return_url: str
    challenge: str


@dataclass(slots=True)
class Reauthorisation:
    """A page that works once, to consent to an account again."""

    account: int
    return_url: str
    is_used: bool = False


class PontoSimulator:
    """Provider of the simulation. `visitor` is the organisation whose user opens the pages."""

    prefixes = (_ROOT, "/webhooks/keys", "/pages/ponto")

    def __init__(self, bank: Bank, url: str) -> None:
        self.bank = bank
        self.page_size = 100
        self.order_seed = 0
        self.keeps_ids = True  # of accounts, when a consent is renewed
        self.is_fresh = False  # a synchronisation is refused: it was just done
        self.synchronisations_left: int | None = None
        self.adds_banks = True  # at each consent
        self.visitor = "organisation-1"
        self.users: set[str] = set()
        self.exchanged: list[str] = []  # refresh tokens that were sent, in order
        self.authorize_url = f"{url}/pages/ponto/auth"
        self._url = url
        self._access: dict[str, tuple[str, datetime]] = {}
        self._refresh: dict[str, str] = {}
        self._codes: dict[str, Consent] = {}
        self._states: set[str] = set()
        self._pages: dict[str, Reauthorisation] = {}
        self._issued = 0
        self._routes: list[Route] = [
            ("POST", f"{_ROOT}/oauth2/token", self._token),
            ("GET", f"{_ROOT}/userinfo", self._userinfo),
            ("GET", f"{_ROOT}/accounts", self._accounts),
            ("DELETE", f"{_ROOT}/accounts/(\\d+)", self._revoke_account),
            ("GET", f"{_ROOT}/accounts/(\\d+)/transactions", self._transactions),
            ("GET", f"{_ROOT}/accounts/(\\d+)/pending-transactions", self._pending),
            ("POST", f"{_ROOT}/accounts/(\\d+)/reauthorization-requests", self._reauthorise),
            ("POST", f"{_ROOT}/synchronizations", self._synchronise),
            ("GET", f"{_ROOT}/financial-institutions/(\\d+)", self._bank),
            ("DELETE", f"{_ROOT}/organizations/([^/]+)/integration", self._end),
            ("GET", "/webhooks/keys", self._keys),
            ("GET", "/pages/ponto/auth", self._consent_page),
            ("GET", "/pages/ponto/reauthorise/(\\w+)", self._reauthorise_page),
        ]

    def answer(self, request: Request) -> Answer:
        handling, groups = routed(self._routes, request)
        return handling(request, *groups)

    def error(self, refusal: Refusal) -> Answer:
        if refusal.code in _OAUTH:
            told: dict[str, Any] = {"error": refusal.code, "error_description": "simulated"}
        else:
            row = {"code": refusal.code, "detail": "simulated", "meta": {"requestId": "1"}}
            told = {"errors": [row]}
        return Answer(refusal.status, told, refusal.headers)

    def revoke_tokens(self) -> None:
        """Forget every access token before its time; refresh tokens still work, each once."""
        self._access.clear()

    def revoke_access(self) -> None:
        """Forget refresh tokens too: the organisation took its consent back."""
        self._access.clear()
        self._refresh.clear()

    def webhook(self, kind: str, account: int, **changes: Any) -> tuple[dict[str, str], bytes]:
        """Return the headers and bytes of an account's webhook, as `signed_event` takes changes."""
        owner = self.bank.links[self.bank.accounts[account].link].owner
        event = {
            "id": f"event-{account}-{self.bank.now.timestamp()}", "type": kind,
            "attributes": {"createdAt": _utc(self.bank.now), "count": 1}, "relationships": {
                "account": {"data": {"id": str(account), "type": "account"}},
                "organization": {"data": {"id": owner, "type": "organization"}},
            },
        }  # fmt: skip
        return signed_event(event, self.bank.now, issuer=self._url, **changes)

    def _token(self, request: Request) -> Answer:
        _check_application(request)
        asked = request.body
        kind = asked.get("grant_type")
        if kind == "client_credentials":
            return self._granted(CLIENT_ID)
        if kind == "authorization_code":
            consent = self._codes.pop(asked.get("code", ""), None)
            proof = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
            told = (asked.get("redirect_uri"), _base64url(proof))
            if consent is None or told != (consent.return_url, consent.challenge):
                raise Refusal(400, "invalid_grant")
            return self._granted(consent.organisation, with_refresh=True)
        if kind == "refresh_token":
            token = asked.get("refresh_token", "")
            self.exchanged.append(token)
            owner = self._refresh.pop(token, None)
            if owner is None:
                raise Refusal(400, "invalid_grant")
            return self._granted(owner, with_refresh=True)
        raise Refusal(400, "unsupported_grant_type")

    def _granted(self, owner: str, *, with_refresh: bool = False) -> Answer:
        token = f"access-{shuffled(11, self._next())}"
        self._access[token] = (owner, self.bank.now + ACCESS_LIFE)
        told: dict[str, Any] = {
            "access_token": token, "token_type": "bearer", "scope": "ai offline_access name",
            "expires_in": int(ACCESS_LIFE.total_seconds()),
        }  # fmt: skip
        if with_refresh:
            told["refresh_token"] = f"refresh-{shuffled(12, self._next())}"
            self._refresh[told["refresh_token"]] = owner
        return Answer(200, told)

    def _consent_page(self, request: Request) -> Answer:
        """Do what the user does on the page: consent, or `?fails=error` what fails there."""
        query = request.query
        asked = (query.get("client_id"), query.get("response_type"))
        state = query.get("state", "")
        if asked != (CLIENT_ID, "code") or query.get("code_challenge_method") != "S256":
            raise Refusal(400, "invalid_request")
        if not state or state in self._states:
            raise Refusal(410, "used")
        told = {"state": state}
        if "fails" in query:
            told["error"] = query["fails"]
        else:
            self._states.add(state)
            code = told["code"] = f"code-{shuffled(13, self._next())}"
            self._codes[code] = Consent(
                self.visitor, query["redirect_uri"], query["code_challenge"]
            )
            self.users.add(self.visitor)
            if self.adds_banks:
                self.bank.connect(self.visitor)
        return Answer(302, None, {"Location": f"{query['redirect_uri']}?{urlencode(told)}"})

    def _reauthorise(self, request: Request, ref: str) -> Answer:
        account = self._own(self._user(request), ref)
        name = shuffled(14, self._next())
        asked = request.body["data"]["attributes"]["redirectUri"]
        self._pages[name] = Reauthorisation(account.id, asked)
        link = f"{self._url}/pages/ponto/reauthorise/{name}"
        return _one("reauthorizationRequest", name, {}, links={"redirect": link})

    def _reauthorise_page(self, request: Request, name: str) -> Answer:
        page = self._pages.get(name)
        if page is None or page.is_used:
            raise Refusal(410, "used")
        page.is_used = True
        if "fails" in request.query:
            failed = urlencode({"error": request.query["fails"]})
            return Answer(302, None, {"Location": f"{page.return_url}&{failed}"})
        self.bank.renew(self.bank.accounts[page.account].link, keeps_ids=self.keeps_ids)
        return Answer(302, None, {"Location": page.return_url})

    def _userinfo(self, request: Request) -> Answer:
        return Answer(200, {"sub": self._user(request), "name": "Organisation"})

    def _accounts(self, request: Request) -> Answer:
        owner = self._user(request)
        found = [one for one in self.bank.of_owner(owner) if one.is_enabled and not one.is_deleted]
        return self._paged(request, [(str(one.id), self._account(one)) for one in found])

    def _revoke_account(self, request: Request, ref: str) -> Answer:
        account = self._own(self._user(request), ref)
        self.bank.close(account.id)
        return _one("account", ref, {})

    def _transactions(self, request: Request, ref: str) -> Answer:
        account = self._own(self._user(request), ref)
        here = [one for one in self.bank.movements.values() if one.account == account.id]
        found = [one for one in here if not one.is_future and not one.is_deleted]
        found.sort(key=self._place, reverse=True)
        rows = [(str(one.id), self._movement(one, "transaction")) for one in found]
        return self._paged(request, rows)

    def _pending(self, request: Request, ref: str) -> Answer:
        account = self._own(self._user(request), ref)
        rows = [
            (str(one.id), self._movement(one, "pendingTransaction"))
            for one in self.bank.movements.values()
            if one.account == account.id and one.is_future and not one.is_deleted
        ]
        return self._paged(request, rows)

    def _place(self, one: Movement) -> tuple[date, str]:
        """Return where a row stands: near its day, but not strictly."""
        mixed = shuffled(self.order_seed, one.id)
        return one.day + timedelta(days=int(mixed, 16) % (JITTER.days + 1)), mixed

    def _synchronise(self, request: Request) -> Answer:
        owner, asked = self._user(request), request.body["data"]["attributes"]
        account = self._own(owner, str(asked["resourceId"]))
        if self.is_fresh:
            raise Refusal(400, "accountRecentlySynchronized")
        if self.synchronisations_left is not None:
            if self.synchronisations_left == 0:
                raise Refusal(429, "tooManySynchronizations", Retry_After="3600")
            self.synchronisations_left -= 1
        told = {**asked, "status": "pending", "createdAt": _utc(self.bank.now), "errors": []}
        return _one("synchronization", str(account.id), told, status=201)

    def _bank(self, request: Request, ref: str) -> Answer:
        self._user(request)
        link = self.bank.links.get(int(ref))
        if link is None:
            raise Refusal(404, "resourceNotFound")
        return _one("financialInstitution", ref, {"name": link.bank, "country": "FR"})

    def _end(self, request: Request, organisation: str) -> Answer:
        if self._user(request) != CLIENT_ID:
            raise Refusal(403, "accessDenied")
        if organisation not in self.users:
            raise Refusal(404, "resourceNotFound")
        self.users.remove(organisation)
        self._refresh = {one: own for one, own in self._refresh.items() if own != organisation}
        self._access = {one: own for one, own in self._access.items() if own[0] != organisation}
        self.bank.disown(organisation)
        return _one("integration", organisation, {})

    def _keys(self, _: Request) -> Answer:
        return Answer(200, key_list())

    def _paged(self, request: Request, rows: list[tuple[str, dict[str, Any]]]) -> Answer:
        """Return one page: after a row's id, or the rows just before one."""
        query, size = request.query, min(self.page_size, int(request.query["page[limit]"]))
        ids, begin = [ref for ref, _ in rows], 0
        edge = query.get("page[after]") or query.get("page[before]")
        if edge is not None:
            if edge not in ids:
                raise Refusal(400, "invalidCursor")
            at = ids.index(edge)
            begin = at + 1 if "page[after]" in query else max(0, at - size)
        page, links = rows[begin : begin + size], {}
        if begin + size < len(rows):
            kept = {"page[limit]": query["page[limit]"], "page[after]": page[-1][0]}
            links["next"] = f"{self._url}{request.path}?{urlencode(kept)}"
        told = {"data": [row for _, row in page], "links": links, "meta": {"paging": {}}}
        return Answer(200, told)

    def _account(self, account: Account) -> dict[str, Any]:
        link = self.bank.links[account.link]
        told = {
            "reference": account.iban, "referenceType": "IBAN", "subtype": "checking",
            "currency": account.currency, "currentBalance": number(self.bank.balance(account.id)),
            "currentBalanceReferenceDate": _utc(account.changed_at), "deprecated": False,
            "description": account.name, "holderName": "SARL du Port",
            "authorizationExpirationExpectedAt": _utc(link.consent_until),
        }  # fmt: skip
        bank = {"data": {"id": str(link.id), "type": "financialInstitution"}}
        return {
            "id": str(account.id), "type": "account", "attributes": told, "meta": _meta(link),
            "relationships": {"financialInstitution": bank},
        }  # fmt: skip

    def _movement(self, one: Movement, kind: str) -> dict[str, Any]:
        told = {
            "amount": number(one.amount), "currency": self.bank.accounts[one.account].currency,
            "executionDate": _midnight(one.day), "description": "Virement",
            "valueDate": None if one.value_day is None else _midnight(one.value_day),
            "remittanceInformation": one.label, "remittanceInformationType": "unstructured",
            "counterpartName": "Client", "counterpartReference": "BE68539007547034",
            "endToEndId": "NOTPROVIDED", "bankTransactionCode": "PMNT-RCDT-ESCT",
            "createdAt": _utc(one.changed_at), "updatedAt": _utc(one.changed_at),
        }  # fmt: skip
        return {"id": str(one.id), "type": kind, "attributes": told}

    def _user(self, request: Request) -> str:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        owner, until = self._access.get(token, ("", self.bank.now))
        if until <= self.bank.now:
            raise Refusal(401, "invalid_token")
        return owner

    def _own(self, owner: str, ref: str) -> Account:
        account = self.bank.accounts.get(int(ref))
        is_there = account is not None and account.is_enabled and not account.is_deleted
        if account is None or not is_there or self.bank.links[account.link].owner != owner:
            raise Refusal(404, "resourceNotFound")
        return account

    def _next(self) -> int:
        self._issued += 1
        return self._issued


def _check_application(request: Request) -> None:
    pair = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    if request.headers.get("authorization") != f"Basic {pair}":
        raise Refusal(401, "invalid_client")


def _one(
    kind: str, ref: str, told: dict[str, Any], *, status: int = 200,
    links: dict[str, str] | None = None,
) -> Answer:  # fmt: skip
    row = {"id": ref, "type": kind, "attributes": told, "links": links or {}}
    return Answer(status, {"data": row})


def _meta(link: Link) -> dict[str, Any]:
    """Return what is said of the last synchronisation."""
    is_running = link.condition is Condition.SYNCING
    code = link.code or _CODES.get(link.condition)
    status = "running" if is_running else "success" if code is None else "error"
    errors = [] if code is None else [{"code": code, "detail": "simulated"}]
    told = {"status": status, "errors": errors, "subtype": "accountTransactions"}
    last = {"id": "1", "type": "synchronization", "attributes": told}
    seen = _utc(link.refreshed_at)
    return {"synchronizedAt": seen, "availability": "available", "latestSynchronization": last}


def _midnight(day: date) -> str:
    """Return a bank's day as the instant in UTC that Ponto makes of it."""
    return _utc(datetime.combine(day, time(), ZONE))


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
