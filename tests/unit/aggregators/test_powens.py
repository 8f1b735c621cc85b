"""Powens' words in ours, without a network: states, times, rows, signatures."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from rappro.adapters.aggregators.powens_rows import (
    STATES,
    PowensKeys,
    account_of,
    check_age,
    connection_of,
    hint_of,
    in_paris,
    is_signed,
    paris,
    transaction_of,
)
from rappro.domain.bank import Nature, OriginalAmount
from rappro.domain.connectors import FeedState, TransactionStatus, WebhookRequest
from rappro.domain.errors import AggregatorRejected, InvalidRequest, WebhookRefused

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
ROW = {
    "id": 918273, "id_account": 4411, "date": "2026-11-18", "rdate": "2026-11-16",
    "vdate": "2026-11-19", "value": Decimal("-86.40"), "type": "card",
    "original_wording": "CARTE 16/11 PAPETERIE", "wording": "Papeterie", "coming": False,
    "deleted": None, "last_update": "2026-11-18 05:02:11", "original_currency": None,
    "counterparty": {"label": "Papeterie", "account_scheme_name": "iban",
                     "account_identification": "FR76 3000"},
}  # fmt: skip


def row(**changes: Any) -> dict[str, Any]:
    return {**ROW, **changes}


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (None, FeedState.OK), ("SCARequired", FeedState.USER_ACTION),
        ("webauthRequired", FeedState.USER_ACTION),
        ("additionalInformationNeeded", FeedState.USER_ACTION),
        ("decoupled", FeedState.USER_ACTION), ("wrongpass", FeedState.USER_ACTION),
        ("passwordExpired", FeedState.USER_ACTION), ("actionNeeded", FeedState.USER_ACTION),
        ("validating", FeedState.SYNCING), ("rateLimiting", FeedState.QUOTA),
        ("websiteUnavailable", FeedState.RETRY_LATER), ("bug", FeedState.RETRY_LATER),
        ("notSupported", FeedState.UNSUPPORTED), ("somethingNew", FeedState.RETRY_LATER),
    ],
)  # fmt: skip
def test_every_state_is_ours_and_an_unknown_one_is_tried_again(
    code: str | None, state: FeedState
) -> None:
    found = connection_of({"id": 1, "state": code}, NOW)

    assert (found.state, found.provider_code) == (state, code or "ok")


def test_every_state_of_the_table_is_one_of_the_cases_above() -> None:
    assert len(STATES) == 13


def test_a_consent_ends_with_the_first_of_its_sources() -> None:
    told = {
        "id": 1, "state": "SCARequired", "expire": "2027-05-01 00:00:00",
        "next_try": "2026-11-21 03:00:00", "last_update": "2026-07-01 12:00:00",
        "sources": [{"access_expire": "2026-11-20 10:30:00"}, {"expire": "2027-05-01 00:00:00"}],
    }  # fmt: skip

    found = connection_of(told, NOW)

    assert found.consent_expires_at == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    assert found.state is FeedState.CONSENT_EXPIRED
    assert found.next_try_at == datetime(2026, 11, 21, 2, tzinfo=UTC)
    assert found.last_bank_refresh_at == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert connection_of({**told, "sources": []}, NOW).state is FeedState.USER_ACTION


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-07-01 00:30:00", datetime(2026, 6, 30, 22, 30, tzinfo=UTC)),
        ("2026-12-01 00:30:00", datetime(2026, 11, 30, 23, 30, tzinfo=UTC)),
        ("2026-10-25 02:30:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # the earlier of two
        ("2026-07-01T00:30:00Z", datetime(2026, 7, 1, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_time_without_a_zone_is_of_paris(written: str, at: datetime) -> None:
    assert paris({"last_update": written}, "last_update") == at


def test_an_instant_is_written_back_as_of_paris() -> None:
    assert in_paris(datetime(2026, 6, 30, 22, 30, tzinfo=UTC)) == "2026-07-01 00:30:00"


def test_a_movement_is_read_exactly() -> None:
    found = transaction_of(ROW, "EUR")

    assert (found.id, found.account_ref, found.line.amount_minor) == ("918273", "4411", -8_640)
    assert (found.line.booking_date, found.line.value_date) == (
        date(2026, 11, 18), date(2026, 11, 19)
    )  # fmt: skip
    assert (found.line.label, found.line.bank_code) == ("CARTE 16/11 PAPETERIE", "card")
    assert found.line.nature is Nature.CARD
    assert (found.line.counterparty.name, found.line.counterparty.iban) == ("Papeterie", "FR763000")
    assert found.changed_at == datetime(2026, 11, 18, 4, 2, 11, tzinfo=UTC)
    assert (found.status, found.is_removed) == (TransactionStatus.BOOKED, False)


def test_a_movement_of_another_currency_keeps_what_was_instructed() -> None:
    found = transaction_of(row(original_value=Decimal("-90.1"), original_currency={"id": "USD"}),
                           "EUR")  # fmt: skip

    assert found.line.original == OriginalAmount(-9_010, "USD")
    odd = transaction_of(row(original_value=Decimal("1.001"), original_currency="USD"), "EUR")
    assert odd.line.original is None


def test_what_is_coming_is_pending_and_what_is_gone_is_removed() -> None:
    assert transaction_of(row(coming=True), "EUR").status is TransactionStatus.PENDING
    assert transaction_of(row(deleted="2026-11-19 01:00:00"), "EUR").is_removed


@pytest.mark.parametrize("broken", [{"value": None}, {"date": None}, {"last_update": "hier"}])
def test_a_movement_that_cannot_be_read_stops_the_reading(broken: dict[str, Any]) -> None:
    with pytest.raises(AggregatorRejected):
        transaction_of(row(**broken), "EUR")


def test_a_disabled_account_has_a_name_and_no_more() -> None:
    told = {"id": 1, "id_connection": 2, "name": "Livret", "disabled": "2026-11-01 10:00:00",
            "currency": {"id": "EUR"}, "type": {"name": "savings"}}  # fmt: skip

    found = account_of(told, "2")

    assert (found.name, found.kind, found.currency) == ("Livret", "savings", "EUR")
    assert (found.is_enabled, found.is_deleted, found.balance_minor) == (False, False, None)
    gone = account_of({**told, "deleted": "2026-11-02 10:00:00", "currency": "EUR"}, "2")
    assert (gone.is_deleted, gone.currency) == (True, "EUR")


BODY = b'{"user":{"id":3}}'
SIGNED = "h5vPMnaTDj8cxl5Ds4Pl9FT8vrRCballzw16eCW6cEg="
KEYS = PowensKeys("id", "secret", ("new", "old"))
STAMP = "2026-11-20T10:00:00Z"
URL = "https://api.test/hooks/connection-synced?tenant=1"


def hook(
    body: bytes = BODY, url: str = URL, stamp: str = STAMP, signature: str = SIGNED,
    method: str = "POST",
) -> WebhookRequest:  # fmt: skip
    headers = {"BI-Signature-Date": stamp, "BI-Signature": signature}
    return WebhookRequest(method, url, headers, body, NOW)


def test_method_path_date_and_bytes_are_signed_and_the_query_is_not() -> None:
    assert is_signed(hook(), KEYS)
    assert is_signed(hook(url="https://other.test/hooks/connection-synced"), KEYS)


@pytest.mark.parametrize(
    "changed",
    [
        hook(body=BODY + b" "), hook(url="https://api.test/prod/hooks/connection-synced"),
        hook(url="https://api.test/hooks/connection-synced/"), hook(stamp="2026-11-20T10:00:01Z"),
        hook(stamp=""), hook(method="PUT"), hook(signature=""), hook(signature="é"),
    ],
)  # fmt: skip
def test_any_other_is_refused(changed: WebhookRequest) -> None:
    assert not is_signed(changed, KEYS)


@pytest.mark.parametrize(
    "stamp",
    ["2026-11-10T10:00:00Z", "2026-11-20T10:10:00Z", "1794000000",
     "Tue, 10 Nov 2026 10:00:00 GMT"],
)  # fmt: skip
def test_a_date_of_another_time_is_refused_however_it_is_written(stamp: str) -> None:
    with pytest.raises(WebhookRefused):
        check_age(hook(stamp=stamp))


@pytest.mark.parametrize(
    "stamp", ["2026-11-19 08:00:00", "1795168800", "Fri, 20 Nov 2026 10:00:00 GMT", "unreadable"]
)
def test_a_date_of_this_time_or_one_that_cannot_be_read_passes(stamp: str) -> None:
    check_age(hook(stamp=stamp))


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        ("/h/connection-synced", {"user": {"id": 3}, "connection": {"id": 5}},
         ("CONNECTION_SYNCED", "3", "5", None)),
        ("/h", {"id_user": 3, "id_connection": 5, "id": 8}, ("ACCOUNT_SYNCED", "3", "5", "8")),
        ("/h", {"user": {"id": 3}, "connection": {"id": 5}}, ("CONNECTION_SYNCED", "3", "5", None)),
        ("/h/user_deleted", {"user": {"id": 3}}, ("USER_DELETED", "3", None, None)),
    ],
)  # fmt: skip
def test_an_event_is_told_by_its_path_or_its_shape(
    path: str, body: dict[str, Any], told: tuple[str | None, ...]
) -> None:
    found = hint_of(hook(json.dumps(body).encode(), f"https://api.test{path}"))

    assert (found.kind, found.user_ref, found.connection_ref, found.account_ref) == told


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff"])
def test_what_is_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        hint_of(hook(body))
