"""Ponto's webhooks: a signed token (JWT, RS512) over the digest of the body, and what it points to.

Keys come from the provider's own list (JWKS), are kept for a while, and are asked for again when a
token names one that is not known: once in a while and no more, or anybody could make us ask.

                 kept, at most KEYS_AGE_MAX          an unknown key id asks again,
   list of keys ├──────────────────────────┤         not sooner than KEYS_AGE_MIN
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final

from rappro.adapters.aggregators.reading import identifier, inner, listed, text
from rappro.adapters.aggregators.rsa import KEY_BITS_MIN, is_signed
from rappro.domain.connectors import WebhookHint, WebhookRequest
from rappro.domain.errors import (
    AggregatorRejected,
    AggregatorUnavailable,
    InvalidRequest,
    NotFound,
    RateLimited,
    WebhookRefused,
)

KEYS_AGE_MAX: Final = timedelta(hours=24)
KEYS_AGE_MIN: Final = timedelta(minutes=5)
FAILURE_PAUSE: Final = timedelta(seconds=30)
CLOCKS_APART_MAX: Final = timedelta(seconds=30)
_TOKEN_CHARS_MAX: Final = 8_000
_KEYS_MAX: Final = 50
_ALGORITHM: Final = "RS512"
"""The only one. A token chooses nothing: no `none`, no HMAC with a public key."""

_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)
_BITS_MAX: Final = 8_192  # what a list of keys could make us reckon with

Keys = Mapping[str, str]
"""Public keys as PEM, by name."""


class KeyRing:
    """The provider's keys as they were last told."""

    def __init__(self, fetch: Callable[[], Any], now: Callable[[], datetime]) -> None:
        """Take what returns the provider's list (JWKS), and the clock."""
        self._fetch = fetch
        self._now = now
        self._keys: Keys = {}
        self._asked_at: datetime | None = None
        self._failed_at: datetime | None = None
        self._lock = Lock()

    def find(self, name: str) -> str | None:
        """Return the key of a name. Raises AggregatorUnavailable when the list cannot be had."""
        with self._lock:
            age = None if self._asked_at is None else self._now() - self._asked_at
            is_known, is_new = name in self._keys, age is not None and age <= KEYS_AGE_MIN
            if age is None or age > KEYS_AGE_MAX or not (is_known or is_new):
                self._ask(is_known=is_known)
            return self._keys.get(name)

    def _ask(self, *, is_known: bool) -> None:
        """Ask for the keys; where that fails, a key that was good is still good."""
        failed = self._failed_at
        is_paused = failed is not None and self._now() - failed <= FAILURE_PAUSE
        try:
            if not is_paused:
                self._failed_at = self._now()
                self._keys, self._asked_at = keys_of(self._fetch()), self._now()
                self._failed_at = None
        except (AggregatorUnavailable, AggregatorRejected, RateLimited, NotFound):
            is_paused = True
        if is_paused and not is_known:
            raise AggregatorUnavailable("ponto does not tell its keys")


def keys_of(document: Any) -> Keys:
    """Return the keys of a list that may sign what we verify; others are passed over."""
    found: dict[str, str] = {}
    for row in listed(document, "keys")[:_KEYS_MAX]:
        name = identifier(row, "kid")
        fits = text(row, "kty") == "RSA" and text(row, "use") in {"", "sig"}
        fits = fits and text(row, "alg") in {"", _ALGORITHM}
        fits = fits and text(row, "status") in {"", "ACTIVE"}
        if not name or not fits:
            continue
        try:
            numbers = [int.from_bytes(from_base64url(row[part])) for part in ("n", "e")]
            found[name] = _pem(*numbers)
        except (ValueError, KeyError, TypeError):
            continue
    return found


def _pem(modulus: int, exponent: int) -> str:
    """Return a public key as PEM. Raises ValueError for one that is none, or weak, or huge."""
    from cryptography.hazmat.primitives.asymmetric.rsa import (  # noqa: PLC0415 - a late import
        RSAPublicNumbers,
    )
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - late
        Encoding,
        PublicFormat,
    )

    if not KEY_BITS_MIN <= modulus.bit_length() <= _BITS_MAX:
        raise ValueError("no RSA key of a usual size")
    return RSAPublicNumbers(exponent, modulus).public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    ).decode()  # fmt: skip


def from_base64url(written: str) -> bytes:
    """Return bytes of base64url without padding (RFC 7515). Raises ValueError."""
    if not _BASE64URL.fullmatch(written):
        raise ValueError("no base64url")
    found = base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))
    if to_base64url(found) != written:  # loose bits would give one token several spellings
        raise ValueError("no base64url")
    return found


def to_base64url(content: bytes) -> str:
    """Return bytes as base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def verify(request: WebhookRequest, keys: KeyRing, *, audience: str, issuer: str) -> None:
    """Check a webhook's token and that it is of this body and this time. Raises WebhookRefused."""
    told = {name.lower(): value for name, value in request.headers.items()}
    token = told.get("signature", "").strip()
    head, claims, signed, signature = _parts(token)
    if head.get("alg") != _ALGORITHM or not isinstance(head.get("kid"), str) or "crit" in head:
        raise WebhookRefused("the token of the webhook is not signed as it must be")
    key = keys.find(head["kid"])
    if key is None or not is_signed(signed, signature, [key], hashed="sha512"):
        raise WebhookRefused("the signature of the webhook does not hold")
    wanted = base64.b64encode(hashlib.sha512(request.body).digest())
    sent = claims.get("digest")
    if not isinstance(sent, str) or not hmac.compare_digest(sent.encode(), wanted):
        raise WebhookRefused("the webhook's token is of another body")
    named = claims.get("aud")
    if audience not in (named if isinstance(named, list) else [named]):
        raise WebhookRefused("the webhook is another application's")
    if claims.get("iss") != issuer:
        raise WebhookRefused("the webhook is of another issuer")
    _check_times(claims, request.received_at)


def _check_times(claims: Mapping[str, Any], at: datetime) -> None:
    """Refuse a token that is not yet, or no more, of this time."""
    now, apart = at.timestamp(), CLOCKS_APART_MAX.total_seconds()
    issued, ends = _time(claims.get("iat")), _time(claims.get("exp"))
    starts = _time(claims.get("nbf", issued))
    if max(issued, starts) > now + apart or ends < now - apart:
        raise WebhookRefused("the webhook is not of this time")


def _time(value: Any) -> float:
    """Return an instant of a token: seconds, with a fraction if it has one."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= value < 10**11:
        raise WebhookRefused("the webhook has no time")
    return float(value)


def _parts(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    """Return a token's head, claims, signed bytes and signature. Raises WebhookRefused."""
    parts = token.split(".") if len(token) <= _TOKEN_CHARS_MAX else []
    if len(parts) != 3:
        raise WebhookRefused("the webhook has no token")
    try:
        head, claims = (json.loads(from_base64url(part)) for part in parts[:2])
        signature = from_base64url(parts[2])
    except (ValueError, RecursionError):
        raise WebhookRefused("the token of the webhook cannot be read") from None
    if not isinstance(head, dict) or not isinstance(claims, dict):
        raise WebhookRefused("the token of the webhook cannot be read")
    return head, claims, f"{parts[0]}.{parts[1]}".encode(), signature


def hint_of(body: bytes) -> WebhookHint:
    """Return what a verified event points to. Raises InvalidRequest for what is no event."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        raise InvalidRequest("the webhook is not JSON") from None
    data = inner(event, "data") if isinstance(event, dict) else {}
    kind, event_id = text(data, "type"), identifier(data, "id")
    if not kind or not event_id:
        raise InvalidRequest("the webhook is no event")
    related = inner(data, "relationships")
    refs = {
        name: identifier(inner(inner(related, name), "data"), "id") or None
        for name in ("organization", "account", "financialInstitution")
    }
    return WebhookHint(
        event_id=event_id, kind=kind, user_ref=refs["organization"],
        connection_ref=refs["financialInstitution"], account_ref=refs["account"],
    )  # fmt: skip
