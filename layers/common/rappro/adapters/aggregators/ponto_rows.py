"""What Ponto's answers say (JSON:API resources), in the domain's words; asking is ponto.py's.

A consent is one for each account; a connection is the accounts of one bank, and is in what the
worst of them is in. Dates are instants, in UTC, of a midnight in the bank's zone: the day is taken
there. The zone is that of Paris and Brussels, whose clocks have been the same since 1977.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final
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
    instant,
    latest,
    minor,
    minor_or_none,
    needed,
    split_iban,
    text,
)
from rappro.domain.bank import Counterparty, LineStatusAtBank, Nature, StatementLine
from rappro.domain.connectors import (
    ErrorOrigin,
    FeedState,
    ProviderAccount,
    ProviderConnection,
    ProviderTransaction,
    TransactionStatus,
)
from rappro.domain.errors import AggregatorRejected
from rappro.domain.frozen import dataclass

ZONE: Final = ZoneInfo("Europe/Paris")

# Guesses about answers: of the codes of a failed synchronisation only the first two and
# authorizationExpired were seen, in clients' code. One that nobody knows may be temporary: it is
# tried again.
_USER_CODES: Final = (
    "authorizationRevoked", "accessDenied", "authorizationInvalid", "authorizationRequired",
    "credentialsInvalid", "invalidCredentials", "reauthorizationRequired",
)  # fmt: skip
_EXPIRED_CODES: Final = ("authorizationExpired", "consentExpired")
QUOTA_CODES: Final = (
    "rateLimitExceeded", "synchronizationLimitReached", "accessExceeded",
    "tooManySynchronizations",
)  # fmt: skip
_UNSUPPORTED_CODES: Final = ("accountNotSupported", "notSupported")
STATES: Final = {
    **dict.fromkeys(_USER_CODES, FeedState.USER_ACTION),
    **dict.fromkeys(_EXPIRED_CODES, FeedState.CONSENT_EXPIRED),
    **dict.fromkeys(QUOTA_CODES, FeedState.QUOTA),
    **dict.fromkeys(_UNSUPPORTED_CODES, FeedState.UNSUPPORTED),
}
_RUNNING: Final = frozenset({"pending", "running"})
_WORST_FIRST: Final = (
    FeedState.CONSENT_EXPIRED, FeedState.USER_ACTION, FeedState.QUOTA, FeedState.RETRY_LATER,
    FeedState.UNSUPPORTED, FeedState.SYNCING, FeedState.OK,
)  # fmt: skip

_NATURES: Final = {
    "RCDT": Nature.TRANSFER, "ICDT": Nature.TRANSFER, "RRCT": Nature.TRANSFER,
    "IRCT": Nature.TRANSFER, "RDDT": Nature.DIRECT_DEBIT, "IDDT": Nature.DIRECT_DEBIT,
    "ICHQ": Nature.CHEQUE, "RCHQ": Nature.CHEQUE_DEPOSIT, "CCRD": Nature.CARD,
    "MCRD": Nature.CARD_DEPOSIT, "CNTR": Nature.CASH, "DRFT": Nature.BILL,
}  # fmt: skip
"""By the family of an ISO 20022 code (PMNT-RDDT-ESDD)."""
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{8,30}", re.ASCII)
_NOT_GIVEN: Final = frozenset({"", "NOTPROVIDED", "NOT PROVIDED", "NONREF"})


@dataclass(frozen=True, slots=True)
class _AccountState:
    """What one account is in, and the provider's own word for it."""

    state: FeedState
    code: str
    consent_expires_at: datetime | None
    synchronised_at: datetime | None


def bank_day(row: Row, name: str) -> date | None:
    """Return the bank's day of an instant; what is written as a day is one already."""
    if len(text(row, name)) <= len("2026-11-18"):
        return day(row, name)
    at = instant(row, name)
    return None if at is None else at.astimezone(ZONE).date()


def bank_of(row: Row) -> str:
    """Return the id of an account's bank. Raises AggregatorRejected."""
    found = inner(inner(inner(row, "relationships"), "financialInstitution"), "data")
    return needed(found, "id")


def connection_of(
    ref: str, bank_name: str, rows: Iterable[Row], now: datetime
) -> ProviderConnection:
    """Return a bank's accounts, at least one, as one connection."""
    states = [_state(row, now) for row in rows]
    worst = min(states, key=lambda one: _WORST_FIRST.index(one.state))
    ends = [one.consent_expires_at for one in states if one.consent_expires_at is not None]
    seen = [one.synchronised_at for one in states]
    oldest = min((at for at in seen if at is not None), default=None)
    is_fine = worst.state in {FeedState.OK, FeedState.SYNCING}
    return ProviderConnection(
        ref=ref, state=worst.state, provider_code=worst.code or None,
        origin=None if is_fine else ErrorOrigin.BANK_PROVIDER, bank_name=bank_name,
        consent_expires_at=min(ends, default=None),
        last_bank_refresh_at=None if None in seen else oldest, next_try_at=None,
        has_full_history=all(one.state is not FeedState.SYNCING for one in states),
    )  # fmt: skip


def needs_user(row: Row, now: datetime) -> bool:
    """Say whether only the user can mend what an account is in."""
    return _state(row, now).state in {FeedState.USER_ACTION, FeedState.CONSENT_EXPIRED}


def consent_end(row: Row) -> datetime | None:
    """Return when the consent to an account is expected to end."""
    return instant(inner(row, "attributes"), "authorizationExpirationExpectedAt")


def _state(row: Row, now: datetime) -> _AccountState:
    meta, expires_at = inner(row, "meta"), consent_end(row)
    synchronised_at = instant(meta, "synchronizedAt")
    last = inner(inner(meta, "latestSynchronization"), "attributes")
    state, code = _of_synchronisation(last)
    is_over = expires_at is not None and expires_at <= now
    is_proven = (
        state is FeedState.OK and expires_at is not None
        and synchronised_at is not None and synchronised_at > expires_at
    )  # fmt: skip
    if is_over and not is_proven:  # the end is an expected one: a bank may go on
        said = "authorizationExpirationExpectedAt"
        state, code = FeedState.CONSENT_EXPIRED, said if state is FeedState.OK else code
    elif state is FeedState.OK and inner(row, "attributes").get("deprecated") is True:
        state, code = FeedState.USER_ACTION, "deprecated"
    elif state is FeedState.OK and text(meta, "availability") == "readonly":
        state, code = FeedState.RETRY_LATER, "readonly"
    elif state is FeedState.OK and synchronised_at is None:
        state, code = FeedState.SYNCING, "never"
    return _AccountState(state, code, expires_at, synchronised_at)


def _of_synchronisation(last: Row) -> tuple[FeedState, str]:
    status, errors = text(last, "status"), last.get("errors")
    if status in _RUNNING:
        return FeedState.SYNCING, status
    if status != "error":
        return FeedState.OK, word(status)
    rows = [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    codes = [word(one.get("code")) for one in rows]
    known = [one for one in codes if one in STATES]
    code = min(known, key=lambda one: _WORST_FIRST.index(STATES[one]), default="")
    return STATES.get(code, FeedState.RETRY_LATER), code or next(filter(None, codes), "error")


def account_of(row: Row) -> ProviderAccount:
    """Return an account; whoever lists it was allowed to see it."""
    told, currency = inner(row, "attributes"), text(inner(row, "attributes"), "currency")
    is_iban = text(told, "referenceType").upper() == "IBAN"
    reference = text(told, "reference")
    iban, masked = split_iban(reference) if is_iban else (None, None)
    return ProviderAccount(
        ref=needed(row, "id"), connection_ref=bank_of(row),
        name=text(told, "description") or text(told, "product") or reference,
        holder=text(told, "holderName") or None, iban=iban, iban_masked=masked, bic=None,
        number=None if is_iban else reference or None, kind=text(told, "subtype") or "unknown",
        currency=currency, balance_minor=minor_or_none(told.get("currentBalance"), currency),
        balance_at=instant(told, "currentBalanceReferenceDate")
        or instant(inner(row, "meta"), "synchronizedAt"),
        consent_expires_at=consent_end(row),
    )  # fmt: skip


def transaction_of(row: Row, account: ProviderAccount, *, is_pending: bool) -> ProviderTransaction:
    """Return a movement, booked or pending; these are two lists, each with ids of its own."""
    told, raw = inner(row, "attributes"), canonical(row)
    booked_on, value_on = bank_day(told, "executionDate"), bank_day(told, "valueDate")
    booked_on = booked_on or value_on
    if booked_on is None:
        raise AggregatorRejected("a movement has no date")
    currency = text(told, "currency") or account.currency
    remittance, wording = text(told, "remittanceInformation"), text(told, "description")
    counterparty = _counterparty(told)
    line = StatementLine(
        position=0, booking_date=booked_on, currency=currency,
        amount_minor=minor(told.get("amount"), currency), value_date=value_on,
        entry_ref=_given(told, "internalReference"), label=remittance or wording,
        label_more=wording if remittance and wording != remittance else "",
        comment=text(told, "additionalInformation"), counterparty=counterparty,
        ordering_account="" if counterparty.iban else text(told, "counterpartReference"),
        end_to_end_id=_given(told, "endToEndId"), mandate_id=_given(told, "mandateId"),
        creditor_id=_given(told, "creditorId"), bank_code=_bank_code(told), nature=_nature(told),
        status=LineStatusAtBank.PENDING if is_pending else LineStatusAtBank.BOOKED,
        raw=raw[:RAW_CHARS_MAX],
    )  # fmt: skip
    return ProviderTransaction(
        id=identifier(row, "id"), account_ref=account.ref,
        status=TransactionStatus.PENDING if is_pending else TransactionStatus.BOOKED,
        is_removed=False, line=line,
        changed_at=latest(instant(told, "updatedAt"), instant(told, "createdAt")),
        raw_sha256=digest(raw),
    )  # fmt: skip


def _counterparty(told: Row) -> Counterparty:
    """Return the other side; an account that is no IBAN stands beside it (ordering_account)."""
    reference = text(told, "counterpartReference").replace(" ", "").upper()
    is_iban = _IBAN.fullmatch(reference) is not None
    return Counterparty(
        name=text(told, "counterpartName") or None, iban=reference if is_iban else None
    )  # fmt: skip


def _given(told: Row, name: str) -> str | None:
    """Return a reference; what banks write for none is none."""
    found = text(told, name)
    return None if found.upper() in _NOT_GIVEN else found


def _bank_code(told: Row) -> str | None:
    return text(told, "bankTransactionCode") or text(told, "proprietaryBankTransactionCode") or None


def _nature(told: Row) -> Nature | None:
    parts = text(told, "bankTransactionCode").split("-")
    return _NATURES.get(parts[1]) if len(parts) > 1 else None


def linked(document: Any, name: str) -> str:
    """Return a link of a JSON:API document; "" when there is none."""
    found = inner(document, "links").get(name) if isinstance(document, dict) else None
    if isinstance(found, dict):  # a link may be an object with its address
        found = found.get("href")
    return found.strip() if isinstance(found, str) else ""
