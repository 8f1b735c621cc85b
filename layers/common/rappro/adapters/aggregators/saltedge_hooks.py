"""Salt Edge's webhooks: whose they are, of when, and what they point to."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from rappro.adapters.aggregators import rsa
from rappro.adapters.aggregators.reading import Row, digest, identifier, inner, instant, text
from rappro.adapters.aggregators.saltedge_rows import SaltEdgeKeys
from rappro.domain.connectors import WebhookHint, WebhookRequest
from rappro.domain.errors import AggregatorRejected, InvalidRequest, WebhookRefused

WEBHOOK_AGE_MAX: Final = timedelta(days=3)
"""Not documented: how long Salt Edge repeats a webhook. What is older is a replay."""
CLOCKS_APART_MAX: Final = timedelta(minutes=5)

# Guesses: the names that we give to the URLs of the five kinds, and the stage of a success.
_KINDS: Final = frozenset({"success", "failure", "notify", "interactive", "destroy"})
_STAGE_LAST: Final = "finish"  # the stages before it are notices


def is_signed(request: WebhookRequest, keys: SaltEdgeKeys) -> bool:
    """Say whether Salt Edge signed a webhook: its registered URL and its bytes, by any key held.

    `Signature-key-version` names the key, but is not signed itself: each key held is tried.
    """
    told = {name.lower(): value for name, value in request.headers.items()}
    try:
        signature = base64.b64decode(told.get("signature", ""), validate=True)
    except (binascii.Error, ValueError):
        return False
    content = f"{request.url}|".encode() + request.body
    return bool(signature) and rsa.is_signed(content, signature, keys.webhook_keys)


def hint_of(request: WebhookRequest) -> WebhookHint:
    """Return what a signed webhook points to. Raises WebhookRefused when its time is wrong."""
    try:
        event = json.loads(request.body)
    except (ValueError, RecursionError):
        raise InvalidRequest("the webhook is not JSON") from None
    if not isinstance(event, dict):
        raise InvalidRequest("the webhook is no event")
    _check_age(event, request.received_at)
    told = inner(event, "data")
    kind = _kind(urlsplit(request.url).path, told)
    user, connection = identifier(told, "customer_id"), identifier(told, "connection_id")
    return WebhookHint(
        event_id=digest(kind, request.body), kind=kind, user_ref=user or None,
        connection_ref=connection or None, account_ref=None,
    )  # fmt: skip


def _check_age(event: Row, received_at: datetime) -> None:
    try:
        sent_at = instant(inner(event, "meta"), "time")
    except AggregatorRejected:
        sent_at = None
    if sent_at is None:
        raise WebhookRefused("the webhook has no time")
    if not -CLOCKS_APART_MAX <= received_at - sent_at <= WEBHOOK_AGE_MAX:
        raise WebhookRefused("the webhook is not of this time")


def _kind(path: str, told: Row) -> str:
    """Return which callback it is: each has a URL of its own, named by us; else by its shape."""
    named = path.rstrip("/").rpartition("/")[2].lower()
    if named in _KINDS:
        return named
    if text(told, "error_class"):
        return "failure"
    stage = text(told, "stage")
    if not stage:
        return "destroy"
    return "success" if stage == _STAGE_LAST else "notify"
