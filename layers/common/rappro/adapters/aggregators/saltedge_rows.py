"""What Salt Edge's answers say, in the domain's words; asking is saltedge.py's."""

from __future__ import annotations

from dataclasses import field
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from rappro.adapters.aggregators.http import safe_word as word
from rappro.adapters.aggregators.reading import (
    RAW_CHARS_MAX,
    Row,
    canonical,
    day,
    digest,
    identifier,
    inner,
    instant,
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
)
from rappro.domain.errors import AggregatorRejected, InputError
from rappro.domain.frozen import dataclass

OK: Final = "active"
USER_CLASSES: Final = frozenset(
    {"InvalidCredentials", "InvalidInteractiveCredentials", "InteractiveTimeout",
     "ProviderAccessNotGranted", "CredentialsNotMatch", "AllAccountsExcluded",
     "ConnectionDisabled", "ConnectionDuplicated"}
)  # fmt: skip
# Clients of the version before have the names with `Aisp`, of this one without.
EXPIRED_CLASSES: Final = frozenset({"AispConsentExpired", "ConsentExpired"})
REVOKED_CLASSES: Final = frozenset({"AispConsentRevoked", "ConsentRevoked", "ConnectionNotFound"})
QUOTA_CLASSES: Final = frozenset(
    {"BackgroundFetchLimitExceeded", "RateLimitExceeded", "TooManyRequests",
     "ConnectionCannotBeRefreshed"}
)  # fmt: skip
RETRY_CLASSES: Final = frozenset(
    {"ConnectionFailed", "ConnectionLost", "ExecutionTimeout", "FetchingTimeout", "ProviderError",
     "ProviderUnavailable", "ProviderInactive", "InternalServerError",
     "ConnectionAlreadyProcessing"}
)  # fmt: skip
STATES: Final = {
    **dict.fromkeys(USER_CLASSES, FeedState.USER_ACTION),
    **dict.fromkeys(EXPIRED_CLASSES, FeedState.CONSENT_EXPIRED),
    **dict.fromkeys(REVOKED_CLASSES, FeedState.REVOKED),
    **dict.fromkeys(QUOTA_CLASSES, FeedState.QUOTA),
    **dict.fromkeys(RETRY_CLASSES, FeedState.RETRY_LATER),
    "ProviderDisabled": FeedState.UNSUPPORTED,
    "ClientRestricted": FeedState.UNSUPPORTED,
}
"""Of the last attempt's error; one that is not documented is tried again."""
_OURS: Final = frozenset(
    {"ClientRestricted", "RateLimitExceeded", "TooManyRequests", "ConnectionNotFound"}
)
"""Errors that are between Salt Edge and us; every other is the bank's."""
_ENDED_CONSENTS: Final = {
    "expired": FeedState.CONSENT_EXPIRED,
    "revoked": FeedState.REVOKED,
    "denied": FeedState.REVOKED,
}

_NATURES: Final = {"fee": Nature.FEE, "transfer": Nature.TRANSFER}
"""Of the row's `mode`; the third mode, `normal`, says nothing."""


@dataclass(frozen=True, slots=True)
class SaltEdgeKeys:
    """The application's own keys: a service key, and PEM keys of requests and of webhooks.

    `private_key` signs our requests, which Salt Edge wants once the client is live.
    `webhook_keys` are Salt Edge's own public ones; two hold while one takes the other's place.
    """

    app_id: str
    secret: str = field(repr=False)
    private_key: str = field(default="", repr=False)
    webhook_keys: tuple[str, ...] = field(default=(), repr=False)


def connection_of(row: Row, consent: Row, now: datetime) -> ProviderConnection:
    """Return a connection as its last attempt and its consent leave it."""
    attempt, expires_at = inner(row, "last_attempt"), instant(consent, "expires_at")
    code = text(attempt, "fail_error_class") or text(row, "status")
    consented = text(consent, "status")
    state, ended = _state(row, attempt), _ENDED_CONSENTS.get(consented)
    told = [word(code), f"consent_{consented}" if ended else ""]
    if ended is None and expires_at is not None and expires_at <= now:
        ended = FeedState.CONSENT_EXPIRED
    if ended is not None and state is not FeedState.REVOKED:
        state = ended
    is_fine = state in {FeedState.OK, FeedState.SYNCING}
    between = ErrorOrigin.PROVIDER_RAPPRO if code in _OURS else ErrorOrigin.BANK_PROVIDER
    return ProviderConnection(
        ref=needed(row, "id"), state=state,
        provider_code=" ".join(one for one in told if one) or None,
        origin=None if is_fine else between,
        bank_name=text(row, "provider_name") or text(row, "provider_code"),
        consent_expires_at=expires_at, last_bank_refresh_at=instant(row, "last_success_at"),
        next_try_at=instant(row, "next_refresh_possible_at"),
        has_full_history=state is not FeedState.SYNCING,
    )  # fmt: skip


def _state(row: Row, attempt: Row) -> FeedState:
    """Return what the last attempt says; without one, the status alone."""
    code, status = text(attempt, "fail_error_class"), text(row, "status")
    if code:
        return STATES.get(code, FeedState.RETRY_LATER)
    if status == "disabled":
        return FeedState.USER_ACTION
    # A guess: an attempt that has neither succeeded nor failed runs; nobody shows another sign.
    is_over = _is_flag(attempt, "finished") or any(
        text(attempt, name) for name in ("success_at", "fail_at")
    )
    if attempt and not is_over:
        return FeedState.SYNCING
    return FeedState.OK if status == OK else FeedState.RETRY_LATER


def account_of(row: Row) -> ProviderAccount:
    """Return an account of the provider's answer; what names it at the bank is in `extra`."""
    currency, extra = text(row, "currency_code"), inner(row, "extra")
    iban, masked = split_iban(text(extra, "iban"))
    return ProviderAccount(
        ref=needed(row, "id"), connection_ref=needed(row, "connection_id"),
        name=text(extra, "account_name") or text(row, "name"),
        holder=text(extra, "client_name") or None, iban=iban, iban_masked=masked,
        bic=text(extra, "swift") or None, number=text(extra, "account_number") or None,
        kind=text(row, "nature") or "unknown", currency=currency,
        balance_minor=minor_or_none(row.get("balance"), currency),
        balance_at=instant(row, "updated_at"),
    )  # fmt: skip


def transaction_of(row: Row) -> ProviderTransaction:
    """Return a movement of the provider's answer.

    The booking date is `extra.posting_date` where the bank gives one, else the day it was made on,
    which then is no value date of its own.
    """
    currency, extra = text(row, "currency_code"), inner(row, "extra")
    booked_on = booking_day(row)
    raw, is_pending = canonical(row), text(row, "status") == "pending"
    line = StatementLine(
        position=0, booking_date=booked_on, currency=currency,
        amount_minor=minor(row.get("amount"), currency), label=text(row, "description"),
        label_more=text(extra, "information") or text(extra, "additional"),
        counterparty=_counterparty(row), end_to_end_id=text(extra, "end_to_end_id") or None,
        entry_ref=text(extra, "record_number") or None, bank_code=text(extra, "type") or None,
        nature=_NATURES.get(text(row, "mode")), original=_original(extra),
        status=LineStatusAtBank.PENDING if is_pending else LineStatusAtBank.BOOKED,
        raw=raw[:RAW_CHARS_MAX],
    )  # fmt: skip
    return ProviderTransaction(
        id=identifier(row, "id"), account_ref=needed(row, "account_id"),
        status=TransactionStatus.PENDING if is_pending else TransactionStatus.BOOKED,
        is_removed=False, line=line, changed_at=instant(row, "updated_at"), raw_sha256=digest(raw),
        is_suspected_double=_is_flag(row, "duplicated") or _is_flag(extra, "possible_duplicate"),
    )  # fmt: skip


def booking_day(row: Row) -> date:
    """Return the day that a window of days goes by. Raises AggregatorRejected without one."""
    found = day(inner(row, "extra"), "posting_date") or day(row, "made_on")
    if found is None:
        raise AggregatorRejected("a movement has no date")
    return found


def _counterparty(row: Row) -> Counterparty:
    """Return who paid what came in, or was paid what went out; both may be told, or neither."""
    extra, amount = inner(row, "extra"), row.get("amount")
    is_in = isinstance(amount, int | Decimal) and amount > 0
    return Counterparty(name=text(extra, "payer" if is_in else "payee") or None)


def _original(extra: Row) -> OriginalAmount | None:
    currency = text(extra, "original_currency_code")
    if not currency or extra.get("original_amount") is None:
        return None
    try:
        return OriginalAmount(minor(extra["original_amount"], currency), currency)
    except (AggregatorRejected, InputError):
        return None  # it only informs; the account's own amount is exact or refused


def _is_flag(row: Row, name: str) -> bool:
    return row.get(name) is True
