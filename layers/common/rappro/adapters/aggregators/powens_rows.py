"""What Powens' answers and webhooks say, in the domain's words; asking is powens.py's.

Days are calendar days and stay so. Times come without a zone: they are of Europe/Paris, which is
nowhere documented but is how they read; a time in the hour that autumn repeats is the earlier one,
so that nothing is missed.
"""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from rappro.adapters.aggregators.http import safe_word as word
from rappro.adapters.aggregators.reading import (
    RAW_CHARS_MAX,
    Row,
    canonical,
    day,
    digest,
    identifier,
    inner,
    minor,
    minor_or_none,
    needed,
    split_iban,
    text,
)
from rappro.domain.bank import (
    Counterparty,
    LineStatusAtBank,
    Nature,
    OriginalAmount,
    StatementLine,
)
from rappro.domain.connectors import (
    ErrorOrigin,
    FeedState,
    ProviderAccount,
    ProviderConnection,
    ProviderTransaction,
    TransactionStatus,
    WebhookHint,
    WebhookRequest,
)
from rappro.domain.errors import AggregatorRejected, InputError, InvalidRequest, WebhookRefused
from rappro.domain.frozen import dataclass

ZONE: Final = ZoneInfo("Europe/Paris")
WEBHOOK_AGE_MAX: Final = timedelta(days=3)
"""Not documented: how long Powens repeats a webhook. What is older is a replay."""
CLOCKS_APART_MAX: Final = timedelta(minutes=5)
_NAIVE: Final = "%Y-%m-%d %H:%M:%S"

OK: Final = "ok"
_USER_STATES: Final = (
    "SCARequired", "webauthRequired", "additionalInformationNeeded", "decoupled",
    "wrongpass", "passwordExpired", "actionNeeded",
)  # fmt: skip
STATES: Final = {
    OK: FeedState.OK,
    **dict.fromkeys(_USER_STATES, FeedState.USER_ACTION),
    "validating": FeedState.SYNCING,
    "rateLimiting": FeedState.QUOTA,
    "websiteUnavailable": FeedState.RETRY_LATER,
    "bug": FeedState.RETRY_LATER,
    "notSupported": FeedState.UNSUPPORTED,
}
"""A state that is not documented is none that the user could resolve: it is tried again."""
_CONSENT_STATES: Final = frozenset({"SCARequired", "webauthRequired"})

_NATURES: Final = {
    "transfer": Nature.TRANSFER, "order": Nature.DIRECT_DEBIT, "check": Nature.CHEQUE,
    "withdrawal": Nature.CASH, "loan_repayment": Nature.LOAN, "bank": Nature.FEE,
    "fee": Nature.FEE, "card": Nature.CARD, "deferred_card": Nature.CARD,
    "summary_card": Nature.CARD,
}  # fmt: skip
"""`type` stays the line's bank code: a card's deferred lines (deferred_card, on the card's account)
and their monthly sum (summary_card, on the current account) are the same money twice."""

_EVENTS: Final = frozenset(
    {"USER_CREATED", "USER_DELETED", "CONNECTION_SYNCED", "CONNECTION_DELETED", "ACCOUNTS_FETCHED",
     "ACCOUNT_SYNCED", "USER_SYNCED"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PowensKeys:
    """The application's own keys."""

    client_id: str
    client_secret: str = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)


def paris(row: Row, name: str) -> datetime | None:
    """Return a time without a zone as an instant, in UTC. Raises AggregatorRejected."""
    value = text(row, name)
    if not value:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise AggregatorRejected(f"{name} is not a time") from None
    return (found if found.tzinfo else found.replace(tzinfo=ZONE, fold=0)).astimezone(UTC)


def in_paris(at: datetime) -> str:
    """Return an instant as Powens writes it."""
    return at.astimezone(ZONE).strftime(_NAIVE)


def connection_of(row: Row, now: datetime) -> ProviderConnection:
    """Return a connection as it is now; its consent ends with the first of its sources."""
    code = text(row, "state") or OK
    state = STATES.get(code, FeedState.RETRY_LATER)
    expires_at = _consent_end(row)
    if code in _CONSENT_STATES and expires_at is not None and expires_at <= now:
        state = FeedState.CONSENT_EXPIRED
    is_fine = state in {FeedState.OK, FeedState.SYNCING}
    return ProviderConnection(
        ref=needed(row, "id"), state=state, provider_code=word(code) or "unknown",
        origin=None if is_fine else ErrorOrigin.BANK_PROVIDER,
        bank_name=text(inner(row, "connector"), "name"), consent_expires_at=expires_at,
        last_bank_refresh_at=paris(row, "last_update"), next_try_at=paris(row, "next_try"),
        has_full_history=state is not FeedState.SYNCING,
    )  # fmt: skip


def _consent_end(row: Row) -> datetime | None:
    """Return the first end of the sources: the connection's own `expire` is their last one."""
    sources = row.get("sources")
    rows = [one for one in sources if isinstance(one, dict)] if isinstance(sources, list) else []
    ends = [paris(one, "access_expire") or paris(one, "expire") for one in rows]
    return min((end for end in ends if end is not None), default=paris(row, "expire"))


def account_of(row: Row, connection_ref: str) -> ProviderAccount:
    """Return an account of the provider's answer, a disabled one with little more than a name."""
    currency = _code(row.get("currency"))
    iban, masked = split_iban(text(row, "iban"))
    return ProviderAccount(
        ref=needed(row, "id"), connection_ref=identifier(row, "id_connection") or connection_ref,
        name=text(row, "original_name") or text(row, "name"),
        holder=text(row, "company_name") or None, iban=iban, iban_masked=masked,
        bic=text(row, "bic") or None, number=text(row, "number") or None,
        kind=_kind(row.get("type")), currency=currency,
        balance_minor=minor_or_none(row.get("balance"), currency),
        balance_at=paris(row, "last_update"), is_enabled=row.get("disabled") is None,
        is_deleted=row.get("deleted") is not None,
    )  # fmt: skip


def transaction_of(row: Row, currency: str) -> ProviderTransaction:
    """Return a movement of the provider's answer; its currency is its account's."""
    booked_on = day(row, "date")
    if booked_on is None:
        raise AggregatorRejected("a movement has no date")
    raw, kind = canonical(row), _kind(row.get("type"))
    is_coming = row.get("coming") is True
    line = StatementLine(
        position=0, booking_date=booked_on, currency=currency,
        amount_minor=minor(row.get("value"), currency), value_date=day(row, "vdate"),
        label=text(row, "original_wording") or text(row, "wording"),
        counterparty=_counterparty(row), bank_code=kind, nature=_NATURES.get(kind),
        original=_original(row), raw=raw[:RAW_CHARS_MAX],
        status=LineStatusAtBank.PENDING if is_coming else LineStatusAtBank.BOOKED,
    )  # fmt: skip
    return ProviderTransaction(
        id=identifier(row, "id"), account_ref=needed(row, "id_account"),
        status=TransactionStatus.PENDING if is_coming else TransactionStatus.BOOKED,
        is_removed=row.get("deleted") is not None, line=line,
        changed_at=paris(row, "last_update"), raw_sha256=digest(raw),
    )  # fmt: skip


def is_signed(request: WebhookRequest, keys: PowensKeys) -> bool:
    """Say whether a webhook is signed: method, public path, date and bytes, with a held secret."""
    told = {name.lower(): value for name, value in request.headers.items()}
    sent, stamp = told.get("bi-signature", ""), told.get("bi-signature-date", "")
    path = urlsplit(request.url).path
    text_signed = f"{request.method.upper()}.{path}.{stamp}.".encode() + request.body
    fits = [
        hmac.compare_digest(
            sent.encode(),
            base64.b64encode(hmac.digest(secret.encode(), text_signed, "sha256")),
        )
        for secret in keys.webhook_secrets
        if secret
    ]
    return bool(stamp) and any(fits)


def check_age(request: WebhookRequest) -> None:
    """Refuse a signed date that is not of this time. Raises WebhookRefused.

    How the date is written is not documented. One that cannot be read is signed all the same; only
    its age then says nothing, and a replay is told by its event id.
    """
    told = {name.lower(): value for name, value in request.headers.items()}
    sent_at = _stamp(told.get("bi-signature-date", ""))
    if sent_at is None:
        return
    if not -CLOCKS_APART_MAX <= request.received_at - sent_at <= WEBHOOK_AGE_MAX:
        raise WebhookRefused("the webhook is not of this time")


def hint_of(request: WebhookRequest) -> WebhookHint:
    """Return what a webhook points to; its movements are not read from it. Raises InvalidRequest.

    Powens posts each event to a URL of its own: the last word of the path names it, else its shape.
    """
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise InvalidRequest("the webhook is not JSON") from None
    if not isinstance(body, dict):
        raise InvalidRequest("the webhook is no event")
    path = urlsplit(request.url).path
    connection = identifier(inner(body, "connection"), "id") or identifier(body, "id_connection")
    user = identifier(inner(body, "user"), "id") or identifier(body, "id_user")
    account = identifier(inner(body, "account"), "id")
    if not account and "id_connection" in body:  # the body is the account
        account = identifier(body, "id")
    shaped = "ACCOUNT_SYNCED" if account else "CONNECTION_SYNCED" if connection else "USER"
    named = path.rstrip("/").rpartition("/")[2].replace("-", "_").upper()
    return WebhookHint(
        event_id=digest(path, request.body), kind=named if named in _EVENTS else shaped,
        user_ref=user or None, connection_ref=connection or None, account_ref=account or None,
    )  # fmt: skip


def _stamp(written: str) -> datetime | None:
    """Return the time of a signature's date, in any of the usual ways to write one."""
    if written.isascii() and written.isdigit() and len(written) <= 10:
        return datetime.fromtimestamp(int(written), UTC)
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        try:
            found = parsedate_to_datetime(written)
        except (ValueError, TypeError):
            return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _code(currency: Any) -> str:
    """Return a currency's code: an object with an id, or the code alone."""
    return text({"id": currency} if isinstance(currency, str) else currency or {}, "id")


def _kind(kind: Any) -> str:
    """Return a type's code: live answers have a text where the reference has an object."""
    return text({"name": kind} if isinstance(kind, str) else kind or {}, "name") or "unknown"


def _counterparty(row: Row) -> Counterparty:
    found = inner(row, "counterparty")
    is_iban = text(found, "account_scheme_name").lower() == "iban"
    iban = text(found, "account_identification") if is_iban else ""
    return Counterparty(name=text(found, "label") or None, iban=split_iban(iban)[0])


def _original(row: Row) -> OriginalAmount | None:
    currency = _code(row.get("original_currency"))
    if not currency or row.get("original_value") is None:
        return None
    try:
        return OriginalAmount(minor(row["original_value"], currency), currency)
    except (AggregatorRejected, InputError):
        return None  # it only informs; the account's own amount is exact or refused
