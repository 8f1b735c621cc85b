"""What Bridge's answers and webhooks say, in the domain's words; asking is bridge.py's."""

from __future__ import annotations

import hmac
import json
import re
from dataclasses import field
from datetime import UTC, datetime, timedelta
from typing import Final

from rappro.adapters.aggregators.http import safe_word as word
from rappro.adapters.aggregators.reading import (
    RAW_CHARS_MAX,
    Row,
    canonical,
    day,
    digest,
    identifier,
    instant,
    minor,
    minor_or_none,
    needed,
    split_iban,
    text,
)
from rappro.domain.bank import LineStatusAtBank, Nature, StatementLine
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
from rappro.domain.errors import AggregatorRejected, InvalidRequest, WebhookRefused
from rappro.domain.frozen import dataclass

WEBHOOK_AGE_MAX: Final = timedelta(days=3)
"""Bridge repeats a webhook for one to two days; what is older was sent by somebody else."""
CLOCKS_APART_MAX: Final = timedelta(minutes=5)

# Guesses about answers; those about requests are in bridge.py.
_DELETED_FLAGS: Final = ("deleted", "is_deleted")  # v3 is not clear on the v2 name
_NATURES: Final = {"transfer": Nature.TRANSFER}  # the only operation_type that is shown
_SIGNATURE = re.compile(r"v1=([0-9A-Fa-f]{64})", re.ASCII)

STATES: Final = {
    "0": FeedState.OK,
    "-2": FeedState.SYNCING,  # just added
    "-3": FeedState.SYNCING,  # just edited
    "402": FeedState.USER_ACTION,  # wrong credentials
    "429": FeedState.USER_ACTION,  # the bank's site wants the user
    "430": FeedState.USER_ACTION,  # a new password is due
    "1003": FeedState.RETRY_LATER,  # bank down
    "1005": FeedState.UNSUPPORTED,
    "1007": FeedState.RETRY_LATER,  # switched off by Bridge for a while
    "1009": FeedState.OK,  # incomplete: the balance moved without movements; the code tells
    "1010": FeedState.USER_ACTION,  # strong authentication
    "1099": FeedState.SYNCING,  # the bank moves to another entry
    "1100": FeedState.USER_ACTION,  # professional accounts wait for a validation
}
_CONSENT: Final = "1010"


@dataclass(frozen=True, slots=True)
class BridgeKeys:
    """The application's own keys. For a day after a change, two webhook secrets hold."""

    client_id: str
    client_secret: str = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)


def connection_of(item: Row, bank_name: str, now: datetime) -> ProviderConnection:
    """Return an item as it is now; a code that nobody documents waits for the user."""
    status, expires_at = needed(item, "status"), instant(item, "authentication_expires_at")
    state = STATES.get(status, FeedState.USER_ACTION)
    if status == _CONSENT and expires_at is not None and expires_at <= now:
        state = FeedState.CONSENT_EXPIRED
    told = " ".join(one for one in (word(status), word(item.get("status_code_info"))) if one)
    is_fine = state in {FeedState.OK, FeedState.SYNCING}
    return ProviderConnection(
        ref=needed(item, "id"), state=state, provider_code=told or None,
        origin=None if is_fine else ErrorOrigin.BANK_PROVIDER, bank_name=bank_name,
        consent_expires_at=expires_at, last_bank_refresh_at=None, next_try_at=None,
        has_full_history=state is not FeedState.SYNCING,
    )  # fmt: skip


def account_of(row: Row) -> ProviderAccount:
    """Return an account of the provider's answer; its balance is the booked one where given."""
    currency = text(row, "currency_code")
    booked = row.get("accounting_balance")
    iban, masked = split_iban(text(row, "iban"))
    return ProviderAccount(
        ref=needed(row, "id"), connection_ref=needed(row, "item_id"), name=text(row, "name"),
        holder=None, iban=iban, iban_masked=masked, bic=None, number=None,
        kind=text(row, "type") or "unknown", currency=currency,
        balance_minor=minor_or_none(row.get("balance") if booked is None else booked, currency),
        balance_at=instant(row, "updated_at"),
        is_enabled=text(row, "data_access") in {"", "enabled"},
    )  # fmt: skip


def transaction_of(row: Row) -> ProviderTransaction:
    """Return a movement of the provider's answer; `date` stands in where no booking date is."""
    currency = text(row, "currency_code")
    booked_on = day(row, "booking_date") or day(row, "date")
    if booked_on is None:
        raise AggregatorRejected("a movement has no date")
    raw, kind = canonical(row), text(row, "operation_type")
    is_future = row.get("future") is True
    line = StatementLine(
        position=0, booking_date=booked_on, currency=currency,
        amount_minor=minor(row.get("amount"), currency), value_date=day(row, "value_date"),
        label=text(row, "provider_description") or text(row, "clean_description"),
        bank_code=kind or None, nature=_NATURES.get(kind), raw=raw[:RAW_CHARS_MAX],
        status=LineStatusAtBank.PENDING if is_future else LineStatusAtBank.BOOKED,
    )  # fmt: skip
    return ProviderTransaction(
        id=identifier(row, "id"), account_ref=needed(row, "account_id"),
        status=TransactionStatus.FUTURE if is_future else TransactionStatus.BOOKED,
        is_removed=any(row.get(flag) is True for flag in _DELETED_FLAGS), line=line,
        changed_at=instant(row, "updated_at"), raw_sha256=digest(raw),
    )  # fmt: skip


def is_signed(body: bytes, header: str, keys: BridgeKeys) -> bool:
    """Say whether any `v1` of the header signs the bytes with any secret that holds."""
    sent = [_SIGNATURE.fullmatch(one.strip()) for one in header[:4_000].split(",")]
    wanted = [
        hmac.new(secret.encode(), body, "sha256").hexdigest().upper()
        for secret in keys.webhook_secrets
        if secret
    ]
    # Each pair is compared, so that the time taken tells nothing of which one fits.
    fits = [hmac.compare_digest(one[1], good) for one in sent if one for good in wanted]
    return any(fits)


def hint_of(request: WebhookRequest) -> WebhookHint:
    """Return what a signed event points to. Raises WebhookRefused when its time is wrong."""
    try:
        event = json.loads(request.body)
    except (ValueError, RecursionError):
        raise InvalidRequest("the webhook is not JSON") from None
    if not isinstance(event, dict):
        raise InvalidRequest("the webhook is no event")
    content = event.get("content")
    content = content if isinstance(content, dict) else {}
    stamp = event.get("timestamp")
    if not isinstance(stamp, int) or not 0 <= stamp < 10**14:
        raise WebhookRefused("the webhook has no time")
    sent_at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=stamp)
    age = request.received_at - sent_at
    if not -CLOCKS_APART_MAX <= age <= WEBHOOK_AGE_MAX:
        raise WebhookRefused("the webhook is not of this time")
    kind = text(event, "type")
    refs = [identifier(content, name) for name in ("user_uuid", "item_id", "account_id")]
    user, item, account = refs
    return WebhookHint(
        event_id=digest(kind, *refs, str(stamp)), kind=kind, user_ref=user or None,
        connection_ref=item or None, account_ref=account or None,
    )  # fmt: skip
