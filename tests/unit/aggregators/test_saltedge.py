"""Salt Edge's words in ours, without a network: states, consents, rows."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from rappro.adapters.aggregators.saltedge_rows import (
    STATES,
    SaltEdgeKeys,
    account_of,
    connection_of,
    transaction_of,
)
from rappro.domain.bank import LineStatusAtBank, Nature, OriginalAmount
from rappro.domain.connectors import ErrorOrigin, FeedState, TransactionStatus
from rappro.domain.errors import AggregatorRejected, UnsupportedCurrency

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
DONE = {"finished": True, "success_at": "2026-11-20T04:10:00Z", "fail_error_class": None}
CONNECTION = {
    "id": "1806", "customer_id": "9", "status": "active", "provider_name": "Banque du Port",
    "last_success_at": "2026-11-20T04:10:00Z", "last_attempt": DONE, "last_consent_id": "31",
    "next_refresh_possible_at": "2026-11-20T05:10:00Z",
}  # fmt: skip
GIVEN = {"id": "31", "status": "given", "expires_at": "2027-05-01T00:00:00Z"}
ROW = {
    "id": "1806900112233445566", "account_id": "18068", "status": "posted", "mode": "transfer",
    "made_on": "2026-11-17", "amount": Decimal("320.10"), "currency_code": "EUR",
    "description": "VIR DUPONT FACT 2026-0119", "category": "transfer", "duplicated": False,
    "extra": {
        "payer": "DUPONT SARL", "payee": "NOUS", "posting_date": "2026-11-18", "type": "sepa",
        "end_to_end_id": "FACT20260119", "information": "Facture 119", "record_number": "A7",
    },
    "created_at": "2026-11-18T04:10:09Z", "updated_at": "2026-11-18T05:10:09+01:00",
}  # fmt: skip


def row(**changes: Any) -> dict[str, Any]:
    return {**ROW, **changes}


def failed(code: str | None, **changes: Any) -> dict[str, Any]:
    attempt = {"finished": True, "fail_error_class": code, "fail_at": "2026-11-20T04:10:00Z"}
    return {**CONNECTION, "status": "inactive", "last_attempt": attempt, **changes}


USER = FeedState.USER_ACTION
RETRY = FeedState.RETRY_LATER
CASES = [
    ("InvalidCredentials", USER), ("InvalidInteractiveCredentials", USER),
    ("InteractiveTimeout", USER), ("ProviderAccessNotGranted", USER),
    ("CredentialsNotMatch", USER), ("AllAccountsExcluded", USER), ("ConnectionDisabled", USER),
    ("ConnectionDuplicated", USER), ("AispConsentExpired", FeedState.CONSENT_EXPIRED),
    ("ConsentExpired", FeedState.CONSENT_EXPIRED), ("AispConsentRevoked", FeedState.REVOKED),
    ("ConsentRevoked", FeedState.REVOKED), ("ConnectionNotFound", FeedState.REVOKED),
    ("BackgroundFetchLimitExceeded", FeedState.QUOTA), ("RateLimitExceeded", FeedState.QUOTA),
    ("TooManyRequests", FeedState.QUOTA), ("ConnectionCannotBeRefreshed", FeedState.QUOTA),
    ("ConnectionFailed", RETRY), ("ConnectionLost", RETRY), ("ExecutionTimeout", RETRY),
    ("FetchingTimeout", RETRY), ("ProviderError", RETRY), ("ProviderUnavailable", RETRY),
    ("ProviderInactive", RETRY), ("InternalServerError", RETRY),
    ("ConnectionAlreadyProcessing", RETRY), ("ProviderDisabled", FeedState.UNSUPPORTED),
    ("ClientRestricted", FeedState.UNSUPPORTED),
]  # fmt: skip


@pytest.mark.parametrize(("code", "state"), [*CASES, ("SomethingNew", RETRY)])
def test_every_class_of_a_failed_attempt_has_a_state_and_an_unknown_one_is_tried_again(
    code: str, state: FeedState
) -> None:
    found = connection_of(failed(code), GIVEN, NOW)

    assert (found.state, found.provider_code) == (state, code)
    assert found.origin is not None


def test_every_class_of_the_table_is_one_of_the_cases_above() -> None:
    assert {code for code, _ in CASES} == set(STATES)


@pytest.mark.parametrize(
    ("code", "origin"),
    [("ProviderError", ErrorOrigin.BANK_PROVIDER), ("TooManyRequests", ErrorOrigin.PROVIDER_RAPPRO),
     ("SomethingNew", ErrorOrigin.BANK_PROVIDER)],
)  # fmt: skip
def test_an_error_says_between_whom_it_is(code: str, origin: ErrorOrigin) -> None:
    assert connection_of(failed(code), GIVEN, NOW).origin is origin


@pytest.mark.parametrize(
    ("status", "attempt", "state"),
    [
        ("active", DONE, FeedState.OK),
        ("active", {}, FeedState.OK),
        ("active", {"finished": False}, FeedState.SYNCING),
        ("active", {"finished": True}, FeedState.OK),
        ("active", {"success_at": "2026-11-20T04:10:00Z"}, FeedState.OK),
        ("inactive", {}, FeedState.RETRY_LATER),
        ("disabled", DONE, FeedState.USER_ACTION),
        ("anything", {}, FeedState.RETRY_LATER),
    ],
)
def test_without_an_error_the_status_and_the_attempt_say_it(
    status: str, attempt: dict[str, Any], state: FeedState
) -> None:
    told = {**CONNECTION, "status": status, "last_attempt": attempt}

    found = connection_of(told, GIVEN, NOW)

    assert (found.state, found.provider_code) == (state, status)
    assert found.has_full_history == (state is not FeedState.SYNCING)


@pytest.mark.parametrize(
    ("consent", "state", "code"),
    [
        (GIVEN, FeedState.OK, "active"),
        ({**GIVEN, "status": "expired"}, FeedState.CONSENT_EXPIRED, "active consent_expired"),
        ({**GIVEN, "status": "revoked"}, FeedState.REVOKED, "active consent_revoked"),
        ({**GIVEN, "status": "denied"}, FeedState.REVOKED, "active consent_denied"),
        ({**GIVEN, "expires_at": "2026-11-20T10:00:00Z"}, FeedState.CONSENT_EXPIRED, "active"),
        ({**GIVEN, "expires_at": "2026-11-20T10:00:01Z"}, FeedState.OK, "active"),
        ({}, FeedState.OK, "active"),
    ],
)
def test_a_consent_that_ended_ends_the_connection(
    consent: dict[str, Any], state: FeedState, code: str
) -> None:
    found = connection_of(CONNECTION, consent, NOW)

    assert (found.state, found.provider_code) == (state, code)


def test_a_connection_that_is_gone_is_gone_whatever_its_consent_says() -> None:
    consent = {**GIVEN, "status": "expired"}

    assert connection_of(failed("ConsentRevoked"), consent, NOW).state is FeedState.REVOKED


def test_a_connection_says_its_bank_and_its_times() -> None:
    found = connection_of(CONNECTION, GIVEN, NOW)

    assert (found.ref, found.bank_name) == ("1806", "Banque du Port")
    assert found.consent_expires_at == datetime(2027, 5, 1, tzinfo=UTC)
    assert found.last_bank_refresh_at == datetime(2026, 11, 20, 4, 10, tzinfo=UTC)
    assert found.next_try_at == datetime(2026, 11, 20, 5, 10, tzinfo=UTC)


def test_a_code_that_may_not_stand_in_a_log_is_left_out() -> None:
    assert connection_of(failed("<b>\nx"), GIVEN, NOW).provider_code is None


def test_a_movement_is_read_exactly() -> None:
    found = transaction_of(ROW)

    assert (found.id, found.account_ref) == ("1806900112233445566", "18068")
    assert (found.line.amount_minor, found.line.currency) == (32_010, "EUR")
    assert (found.line.booking_date, found.line.value_date) == (date(2026, 11, 18), None)
    assert (found.line.label, found.line.label_more) == ("VIR DUPONT FACT 2026-0119", "Facture 119")
    assert (found.line.end_to_end_id, found.line.entry_ref) == ("FACT20260119", "A7")
    assert (found.line.bank_code, found.line.nature) == ("sepa", Nature.TRANSFER)
    assert (found.status, found.is_removed) == (TransactionStatus.BOOKED, False)
    assert found.changed_at == datetime(2026, 11, 18, 4, 10, 9, tzinfo=UTC)
    assert not found.is_suspected_double


def test_the_day_it_was_made_on_stands_in_for_a_booking_day_that_the_bank_does_not_give() -> None:
    assert transaction_of(row(extra={})).line.booking_date == date(2026, 11, 17)
    assert transaction_of(row(extra=None)).line.booking_date == date(2026, 11, 17)


@pytest.mark.parametrize(
    ("amount", "name"), [(Decimal("0.01"), "DUPONT SARL"), (Decimal("-0.01"), "NOUS"), (-3, "NOUS")]
)
def test_the_other_side_is_who_paid_or_was_paid(amount: Any, name: str) -> None:
    assert transaction_of(row(amount=amount)).line.counterparty.name == name


def test_a_pending_movement_is_not_booked() -> None:
    found = transaction_of(row(status="pending"))

    assert (found.status, found.line.status) == (
        TransactionStatus.PENDING, LineStatusAtBank.PENDING
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "is_double"),
    [({"duplicated": True}, True), ({"extra": {"possible_duplicate": True}}, True),
     ({"duplicated": None}, False), ({"duplicated": "no"}, False)],
)  # fmt: skip
def test_a_movement_that_the_provider_doubts_says_so(
    changes: dict[str, Any], is_double: bool
) -> None:
    assert transaction_of(row(**changes)).is_suspected_double is is_double


def test_an_instructed_amount_in_another_currency_informs_and_never_halts() -> None:
    extra = {"original_amount": Decimal("-90.1"), "original_currency_code": "USD"}

    assert transaction_of(row(extra=extra)).line.original == OriginalAmount(-9_010, "USD")
    for odd in ({**extra, "original_amount": Decimal("1.001")}, {"original_amount": 3}):
        assert transaction_of(row(extra=odd)).line.original is None


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [(Decimal("0.10"), "EUR", 10), (12, "EUR", 1_200), (Decimal("1E+3"), "JPY", 1_000),
     (Decimal("-1.234"), "TND", -1_234), (Decimal("-0.0"), "EUR", 0)],
)  # fmt: skip
def test_an_amount_is_exact_in_its_currency(amount: Any, currency: str, minor: int) -> None:
    assert transaction_of(row(amount=amount, currency_code=currency)).line.amount_minor == minor


@pytest.mark.parametrize(
    "broken",
    [{"amount": None}, {"amount": 1.5}, {"amount": True}, {"amount": Decimal("1.001")},
     {"amount": Decimal("NaN")}, {"extra": {}, "made_on": None}, {"extra": {}, "made_on": "x"},
     {"account_id": " "}, {"updated_at": "2026-11-18T05:10:09"}, {"updated_at": "hier"}],
)  # fmt: skip
def test_a_movement_that_cannot_be_read_stops_the_reading(broken: dict[str, Any]) -> None:
    with pytest.raises(AggregatorRejected):
        transaction_of(row(**broken))


def test_a_currency_that_nobody_knows_is_refused() -> None:
    with pytest.raises(UnsupportedCurrency):
        transaction_of(row(currency_code="QQQ"))


@pytest.mark.parametrize("blank", [None, "", " ", True])
def test_a_blank_id_is_none(blank: Any) -> None:
    assert transaction_of(row(id=blank)).id == ""


def test_an_edit_is_told_from_a_repetition() -> None:
    again = json.loads(json.dumps(ROW, default=str))
    again["amount"] = ROW["amount"]

    assert transaction_of(dict(reversed(again.items()))).raw_sha256 == (
        transaction_of(ROW).raw_sha256
    )
    assert transaction_of(row(category="loan")).raw_sha256 != transaction_of(ROW).raw_sha256


def test_an_account_is_named_by_what_its_extra_says() -> None:
    told = {
        "id": "18068", "connection_id": "1806", "name": "00012345678", "nature": "checking",
        "balance": Decimal("-10.50"), "currency_code": "EUR", "updated_at": "2026-11-20T04:10:00Z",
        "extra": {"iban": "fr76 3000", "swift": "PORTFRPP", "client_name": "ATELIER SARL",
                  "account_number": "00012345678", "account_name": "Compte courant"},
    }  # fmt: skip
    found, bare = account_of(told), account_of({**told, "extra": {}, "balance": None})

    assert (found.ref, found.connection_ref, found.name) == ("18068", "1806", "Compte courant")
    assert (found.iban, found.bic, found.holder) == ("FR763000", "PORTFRPP", "ATELIER SARL")
    assert (found.balance_minor, found.kind) == (-1_050, "checking")
    assert (found.is_enabled, found.is_deleted) == (True, False)
    assert (bare.name, bare.iban, bare.balance_minor) == ("00012345678", None, None)
    masked = account_of({**told, "extra": {"iban": "FR76 **** 1234"}})
    assert (masked.iban, masked.iban_masked) == (None, "FR76****1234")


def test_keys_do_not_show_what_they_hold() -> None:
    keys = SaltEdgeKeys("app", "the-secret", "the-private", ("the-public",))

    assert [one for one in ("secret", "private", "public") if f"the-{one}" in repr(keys)] == []
