"""Bridge's words in ours, without a network: states, rows, signatures."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from rappro.adapters.aggregators.bridge_rows import (
    STATES,
    BridgeKeys,
    account_of,
    connection_of,
    is_signed,
    transaction_of,
)
from rappro.domain.bank import LineStatusAtBank, Nature
from rappro.domain.connectors import FeedState, TransactionStatus
from rappro.domain.errors import AggregatorRejected, UnsupportedCurrency

NOW = datetime(2026, 11, 20, tzinfo=UTC)
ITEM = {"id": 7, "provider_id": 574, "authentication_expires_at": "2027-01-02T03:04:05.000Z"}
ROW = {
    "id": 33000191099911, "account_id": 48178048, "clean_description": "Loyer bureau",
    "provider_description": "VIR SEPA LOYER 11/26", "amount": Decimal("-1450.00"),
    "currency_code": "EUR", "date": "2026-11-05", "booking_date": "2026-11-06",
    "value_date": "2026-11-04", "updated_at": "2026-11-05T06:12:44.318Z",
    "operation_type": "transfer", "deleted": False, "future": False,
}  # fmt: skip


def row(**changes: Any) -> dict[str, Any]:
    return {**ROW, **changes}


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (0, FeedState.OK), (-2, FeedState.SYNCING), (-3, FeedState.SYNCING),
        (402, FeedState.USER_ACTION), (429, FeedState.USER_ACTION), (430, FeedState.USER_ACTION),
        (1003, FeedState.RETRY_LATER), (1005, FeedState.UNSUPPORTED),
        (1007, FeedState.RETRY_LATER), (1009, FeedState.OK), (1010, FeedState.USER_ACTION),
        (1099, FeedState.SYNCING), (1100, FeedState.USER_ACTION), (4711, FeedState.USER_ACTION),
        (-9, FeedState.USER_ACTION),
    ],
)  # fmt: skip
def test_every_status_has_a_state_and_an_unknown_one_waits_for_the_user(
    status: int, state: FeedState
) -> None:
    found = connection_of({**ITEM, "status": status}, "Banque", NOW)

    assert found.state is state
    assert found.provider_code == str(status)
    assert (found.origin is None) == (state in {FeedState.OK, FeedState.SYNCING})


def test_every_state_of_the_table_is_one_of_the_cases_above() -> None:
    assert len(STATES) == 13


@pytest.mark.parametrize(
    ("status", "state"),
    [(0, FeedState.OK), (402, FeedState.USER_ACTION), (1010, FeedState.CONSENT_EXPIRED)],
)
def test_a_consent_has_ended_when_its_day_is_past_and_the_bank_wants_it(
    status: int, state: FeedState
) -> None:
    later = datetime(2027, 1, 3, tzinfo=UTC)

    assert connection_of({**ITEM, "status": status}, "Banque", later).state is state


def test_the_providers_own_word_goes_along_when_it_is_safe() -> None:
    down = connection_of({**ITEM, "status": 1003, "status_code_info": "BANK_IS_DOWN"}, "B", NOW)
    odd = connection_of({**ITEM, "status": 1003, "status_code_info": "<b>\nx"}, "B", NOW)

    assert (down.provider_code, odd.provider_code) == ("1003 BANK_IS_DOWN", "1003")


def test_a_movement_is_read_exactly() -> None:
    found = transaction_of(ROW)

    assert (found.id, found.account_ref) == ("33000191099911", "48178048")
    assert (found.line.amount_minor, found.line.currency) == (-145_000, "EUR")
    assert found.line.booking_date == date(2026, 11, 6)
    assert found.line.value_date == date(2026, 11, 4)
    assert (found.line.label, found.line.nature) == ("VIR SEPA LOYER 11/26", Nature.TRANSFER)
    assert (found.status, found.is_removed) == (TransactionStatus.BOOKED, False)
    assert found.changed_at == datetime(2026, 11, 5, 6, 12, 44, 318_000, UTC)


def test_the_date_stands_in_for_a_booking_date_that_the_bank_does_not_give() -> None:
    told = {name: value for name, value in ROW.items() if name != "booking_date"}

    assert transaction_of(told).line.booking_date == date(2026, 11, 5)


def test_a_future_movement_is_not_booked() -> None:
    found = transaction_of(row(future=True))

    assert (found.status, found.line.status) == (TransactionStatus.FUTURE, LineStatusAtBank.PENDING)


@pytest.mark.parametrize("flag", ["deleted", "is_deleted"])
def test_a_removed_movement_is_told_under_either_name(flag: str) -> None:
    assert transaction_of(row(**{flag: True})).is_removed


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [(Decimal("0.10"), "EUR", 10), (12, "EUR", 1_200), (Decimal("1E+3"), "JPY", 1_000),
     (Decimal("-1.234"), "TND", -1_234), (Decimal("-0.0"), "EUR", 0)],
)  # fmt: skip
def test_an_amount_is_exact_in_its_currency(amount: Any, currency: str, minor: int) -> None:
    assert transaction_of(row(amount=amount, currency_code=currency)).line.amount_minor == minor


@pytest.mark.parametrize("amount", [None, True, [1], "", Decimal("1.001"), Decimal("NaN")])
def test_an_amount_that_is_not_exact_stops_the_reading(amount: Any) -> None:
    with pytest.raises(AggregatorRejected):
        transaction_of(row(amount=amount))


def test_a_currency_that_nobody_knows_is_refused() -> None:
    with pytest.raises(UnsupportedCurrency):
        transaction_of(row(currency_code="QQQ"))


@pytest.mark.parametrize("blank", [None, "", " ", True])
def test_a_blank_id_is_none(blank: Any) -> None:
    assert transaction_of(row(id=blank)).id == ""


def test_an_edit_is_told_from_a_repetition() -> None:
    again = json.loads(json.dumps(ROW, default=float), parse_float=Decimal)
    again["amount"] = ROW["amount"]
    reordered = dict(reversed(list(again.items())))

    assert transaction_of(reordered).raw_sha256 == transaction_of(ROW).raw_sha256
    edited = transaction_of(row(clean_description="Loyer"))
    assert edited.raw_sha256 != transaction_of(ROW).raw_sha256


@pytest.mark.parametrize("broken", [{"date": None, "booking_date": None}, {"date": "x"}])
def test_a_movement_without_a_day_stops_the_reading(broken: dict[str, Any]) -> None:
    with pytest.raises(AggregatorRejected):
        transaction_of({**row(booking_date=None), **broken})


def test_an_account_shows_its_booked_balance_and_hides_no_masked_iban() -> None:
    told = {
        "id": 1, "item_id": 7, "name": "Courant", "balance": Decimal("10.50"),
        "accounting_balance": Decimal("9.25"), "type": "checking", "currency_code": "EUR",
        "iban": "FR76 **** 1234", "data_access": "disabled",
    }  # fmt: skip
    found = account_of(told)
    plain = account_of(
        {**told, "accounting_balance": None, "iban": "fr76 3000", "currency_code": ""}
    )

    assert (found.balance_minor, found.iban, found.iban_masked) == (925, None, "FR76****1234")
    assert not found.is_enabled
    assert (plain.balance_minor, plain.iban, plain.iban_masked) == (None, "FR763000", None)


BODY = b'{"type":"TEST_EVENT"}'
SIGNED = "4EC060B19C361777EF8F35509F319E2D41DD4956B22FDEF48BB60B2022B12805"
KEYS = BridgeKeys("id", "secret", ("new", "old"))


@pytest.mark.parametrize(
    "header",
    [f"v1={SIGNED}", f"v1={'0' * 64}, v1={SIGNED}", f"v0=zz,v1={SIGNED},v2={'0' * 64}"],
)
def test_any_value_of_the_first_scheme_may_sign(header: str) -> None:
    assert is_signed(BODY, header, KEYS)


@pytest.mark.parametrize(
    "header",
    ["", "v1=", f"v0={SIGNED}", SIGNED, f"v1={SIGNED.lower()}", f"v1={SIGNED[:-1]}0", "é" * 70],
)
def test_nothing_else_does(header: str) -> None:
    assert not is_signed(BODY, header, KEYS)


def test_a_secret_that_is_empty_signs_nothing() -> None:
    assert not is_signed(
        BODY,
        "v1=45CF216B9E147F3BB709AD3CA02066907320DBBD0E5E8239A1081C3F354BF7E7",
        BridgeKeys("id", "secret", ("",)),
    )
    assert not is_signed(BODY, f"v1={SIGNED}", BridgeKeys("id", "secret"))
