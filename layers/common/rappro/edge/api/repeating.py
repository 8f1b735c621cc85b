"""A write that is sent twice is done once: answers are kept under the caller's Idempotency-Key.

    claim ─► do the work ─► 2xx: keep the answer          any other: give the claim back
      └─ somebody has it: wait for the answer, a bounded time, then 409
         it has been answered: the same answer again, marked; of another request: 422

A key is of one user of one tenant. What was refused changed nothing and is not kept, so the same
key may try again. A claim ends with the time its function had left; what then keeps a second
attempt from a second effect are conditional writes and derived ids (decision 0019).
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import time
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from rappro.domain.errors import RapproError
from rappro.domain.frozen import dataclass
from rappro.domain.webhooks import SECRET_PREFIX
from rappro.edge.api.caller import Caller
from rappro.edge.api.limits import (
    CLAIM_MARGIN_SECONDS,
    REPLY_INLINE_BYTES_MAX,
    REPLY_KEPT_HOURS,
    REPLY_WAIT_SECONDS_MAX,
)
from rappro.edge.observability import logger
from rappro.edge.problem import (
    IN_PROGRESS,
    INVALID_REQUEST,
    KEY_REUSED,
    FieldError,
    HttpProblem,
)
from rappro.ports import Replies, Standing
from rappro.use_cases.companies import COMMON

KEY_HEADER: Final = "Idempotency-Key"
REPLAYED_HEADER: Final = "Idempotency-Replayed"
KEY_PATTERN: Final = r"^[\x20-\x7e]{1,255}$"
WRITES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_KEY: Final = re.compile(KEY_PATTERN)
_WAITS: Final = (0.05, 0.1, 0.2, 0.4, 0.5)
_INLINE, _DOCUMENT = b"i", b"d"
_SECRET: Final = re.compile(rf'"{SECRET_PREFIX}[^"]*"|(?<="one_time_url":)\s*"[^"]*"')
"""A signing secret, or a link that works once, as an answer tells it."""

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer as it is kept: JSON of what the gateway gets."""

    text: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a write that carries a key."""

    caller: Caller
    replies: Replies
    key: str
    fingerprint: str
    token: str
    seconds_left: float
    sleep: Callable[[float], None] = time.sleep

    @property
    def now(self) -> datetime:
        return self.caller.ports.clock.now()

    def claim(self) -> Standing | None:
        until = self.now + timedelta(seconds=self.seconds_left + CLAIM_MARGIN_SECONDS)
        return self.replies.claim(
            self.caller.tenant, self.key, self.fingerprint, token=self.token, now=self.now,
            until=until,
        )  # fmt: skip

    def look(self) -> Standing | None:
        return self.replies.look(self.caller.tenant, self.key, now=self.now)


def key_of(headers: Mapping[str, str]) -> str | None:
    """Return the key that a request carries. Raises HttpProblem (422) for one that is none."""
    given = headers.get(KEY_HEADER.lower())
    if given is not None and not _KEY.fullmatch(given):
        field = FieldError(
            f"header/{KEY_HEADER}", "1 to 255 printable ASCII characters",
            "de 1 à 255 caractères ASCII imprimables",
        )  # fmt: skip
        raise HttpProblem(INVALID_REQUEST, "the idempotency key is none", fields=[field])
    return given


def attempt_of(
    event: Mapping[str, Any], key: str, caller: Caller, replies: Replies, *, seconds_left: float
) -> Attempt:
    """Return the attempt that an event with a key and a plain body makes."""
    what = [
        event["requestContext"]["http"]["method"],
        event["rawPath"],
        sorted((event.get("queryStringParameters") or {}).items()),
        event.get("body") or "",
    ]
    return Attempt(
        caller, replies, _digest(caller.author, key), _digest(*map(json.dumps, what)),
        secrets.token_hex(8), seconds_left,
    )  # fmt: skip


def once(attempt: Attempt, work: Callable[[], Answer]) -> Answer:
    """Do the work, or return the answer that it got before.

    Raises HttpProblem: 422 when the key belongs to another request, 409 when the first one is
    still not answered after a while; StoreThrottled, StoreUnavailable.
    """
    standing = _awaited(attempt)
    if standing is not None:
        return _replayed(attempt, standing)
    try:
        answer = work()
    except BaseException:
        _release(attempt)
        raise
    if answer["statusCode"] // 100 == 2:
        _keep(attempt, answer)
    else:
        _release(attempt)
    return answer


def _awaited(attempt: Attempt) -> Standing | None:
    """Claim the key, or wait for the answer of whoever has it; None: the claim is ours."""
    waited, round_ = 0.0, 0
    patience = min(REPLY_WAIT_SECONDS_MAX, attempt.seconds_left / 2)
    standing = attempt.claim()
    while standing is not None:
        if standing.fingerprint != attempt.fingerprint:
            raise HttpProblem(KEY_REUSED, "the key came with another method, path, query or body")
        if standing.reply is not None:
            return standing
        if waited >= patience:
            raise HttpProblem(IN_PROGRESS, "the first request of this key is not answered yet")
        wait = _WAITS[min(round_, len(_WAITS) - 1)]
        attempt.sleep(wait)
        waited, round_ = waited + wait, round_ + 1
        standing = attempt.look() or attempt.claim()
    return None


def _keep(attempt: Attempt, answer: Answer) -> None:
    """Keep an answer; that it could not be kept does not undo what was done."""
    # A secret is told once and kept nowhere: who lost the answer makes a new one.
    text = json.dumps({**answer, "body": _SECRET.sub("null", answer["body"] or "")})
    packed = _INLINE + zlib.compress(text.encode())
    tenant = attempt.caller.tenant
    try:
        if len(packed) > REPLY_INLINE_BYTES_MAX:
            name = f"replies/{attempt.key}-{attempt.token}"
            attempt.caller.ports.blobs.save_document(
                tenant, COMMON, name, KeptAnswer, KeptAnswer(text)
            )
            packed = _DOCUMENT + name.encode()
        until = attempt.now + timedelta(hours=REPLY_KEPT_HOURS)
        standing = Standing(attempt.fingerprint, packed)
        attempt.replies.keep(tenant, attempt.key, standing, token=attempt.token, until=until)
    except RapproError as error:
        logger.warning("answer not kept", code=error.code)


def _release(attempt: Attempt) -> None:
    """Give the claim back; if that fails, it ends by itself."""
    try:
        attempt.replies.release(attempt.caller.tenant, attempt.key, token=attempt.token)
    except RapproError as error:
        logger.warning("claim not given back", code=error.code)


def _replayed(attempt: Attempt, standing: Standing) -> Answer:
    packed = standing.reply or b""
    if packed[:1] == _INLINE:
        text = zlib.decompress(packed[1:]).decode()
    else:
        name = packed[1:].decode()
        blobs = attempt.caller.ports.blobs
        text = blobs.load_document(attempt.caller.tenant, COMMON, name, KeptAnswer).text
    answer: Answer = json.loads(text)
    return {**answer, "headers": {**answer["headers"], REPLAYED_HEADER: "true"}}


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
