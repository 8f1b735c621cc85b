"""Ponto's words in ours, without a network: days, states, rows, places."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from rappro.adapters.aggregators.ponto_pages import Place
from rappro.adapters.aggregators.ponto_rows import (
    STATES,
    account_of,
    bank_day,
    connection_of,
    linked,
    transaction_of,
)
from rappro.domain.bank import Counterparty, LineStatusAtBank, Nature
from rappro.domain.connectors import FeedState, ProviderTransaction, TransactionStatus, Window
from rappro.domain.errors import AggregatorRejected, InvalidRequest

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
ACCOUNT: dict[str, Any] = {
    "id": "acc-1", "type": "account", "attributes": {
        "reference": "BE68 5390 0754 7034", "referenceType": "IBAN", "subtype": "checking",
        "currency": "EUR", "currentBalance": Decimal("1234.56"), "description": "Courant",
        "holderName": "SARL du Port", "currentBalanceReferenceDate": "2026-11-20T05:00:00.000Z",
        "authorizationExpirationExpectedAt": "2027-02-01T00:00:00.000Z", "deprecated": False,
    },
    "meta": {
        "synchronizedAt": "2026-11-20T07:00:00.000Z", "availability": "available",
        "latestSynchronization": {"attributes": {"status": "success", "errors": []}},
    },
    "relationships": {"financialInstitution": {"data": {"id": "bank-1"}}},
}  # fmt: skip
TOLD = {
    "amount": Decimal("-59.90"), "currency": "EUR", "executionDate": "2026-11-18T23:00:00.000Z",
    "valueDate": "2026-11-19T23:00:00.000Z", "description": "Domiciliation",
    "remittanceInformation": "Facture 88213", "remittanceInformationType": "unstructured",
    "counterpartName": "Telecom SA", "counterpartReference": "be68 5390 0754 7034",
    "endToEndId": "88213", "mandateId": "M-1", "creditorId": "BE50ZZZ1",
    "bankTransactionCode": "PMNT-RDDT-ESDD", "createdAt": "2026-11-19T01:06:31Z",
    "updatedAt": "2026-11-19T02:06:31Z", "internalReference": "R1",
}  # fmt: skip


def account(**changes: Any) -> dict[str, Any]:
    """Return an account with other attributes."""
    return {**ACCOUNT, "attributes": {**ACCOUNT["attributes"], **changes}}


def synchronised(status: str, *codes: Any, **meta: Any) -> dict[str, Any]:
    """Return an account whose last synchronisation ended so."""
    last = {"attributes": {"status": status, "errors": [{"code": code} for code in codes]}}
    return {**ACCOUNT, "meta": {**ACCOUNT["meta"], "latestSynchronization": last, **meta}}


def movement(**changes: Any) -> ProviderTransaction:
    """Return a booked movement, read."""
    row = {"id": "tx-1", "type": "transaction", "attributes": {**TOLD, **changes}}
    return transaction_of(row, account_of(ACCOUNT), is_pending=False)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-11-18T23:00:00.000Z", date(2026, 11, 19)),  # midnight, in winter
        ("2026-07-01T22:00:00Z", date(2026, 7, 2)),  # and in summer
        ("2026-07-01T21:59:59Z", date(2026, 7, 1)),
        ("2026-10-24T22:00:00Z", date(2026, 10, 25)),  # the night the clocks change
        ("2026-10-25T23:00:00Z", date(2026, 10, 26)),
        ("2026-03-28T23:00:00Z", date(2026, 3, 29)),
        ("2026-11-18T00:00:00+01:00", date(2026, 11, 18)),
        ("2026-11-18", date(2026, 11, 18)),
        ("", None), (None, None),
    ],
)  # fmt: skip
def test_a_day_is_taken_in_the_banks_zone_and_never_cut(
    written: str | None, day: date | None
) -> None:
    assert bank_day({"executionDate": written}, "executionDate") == day


@pytest.mark.parametrize("written", ["2026-11-18T23:00:00", "hier", "2026-11-18T25:00:00Z"])
def test_an_instant_without_a_zone_stops_the_reading(written: str) -> None:
    with pytest.raises(AggregatorRejected):
        bank_day({"executionDate": written}, "executionDate")


def test_a_movement_is_read_exactly() -> None:
    found = movement()

    line = found.line
    assert (found.id, found.account_ref, found.status) == (
        "tx-1", "acc-1", TransactionStatus.BOOKED
    )  # fmt: skip
    assert (line.amount_minor, line.currency) == (-5_990, "EUR")
    assert (line.booking_date, line.value_date) == (date(2026, 11, 19), date(2026, 11, 20))
    assert (line.label, line.label_more) == ("Facture 88213", "Domiciliation")
    assert line.counterparty == Counterparty("Telecom SA", "BE68539007547034")
    assert (line.end_to_end_id, line.mandate_id, line.creditor_id) == ("88213", "M-1", "BE50ZZZ1")
    assert (line.bank_code, line.nature) == ("PMNT-RDDT-ESDD", Nature.DIRECT_DEBIT)
    assert (line.entry_ref, line.ordering_account) == ("R1", "")
    assert found.changed_at == datetime(2026, 11, 19, 2, 6, 31, tzinfo=UTC)
    assert not found.is_removed


@pytest.mark.parametrize(
    ("amount", "minor"),
    [(Decimal("0.10"), 10), (12, 1_200), ("-25.00", -2_500), (Decimal("1E+3"), 100_000)],
)
def test_an_amount_is_exact_however_json_writes_it(amount: Any, minor: int) -> None:
    assert movement(amount=amount).line.amount_minor == minor


@pytest.mark.parametrize("amount", [None, True, "", Decimal("1.001"), Decimal("NaN"), [1]])
def test_an_amount_that_is_not_exact_stops_the_reading(amount: Any) -> None:
    with pytest.raises(AggregatorRejected):
        movement(amount=amount)


def test_an_amount_is_exact_from_the_bytes_of_an_answer() -> None:
    row = json.loads('{"amount":-59.90,"big":70368744177664.01}', parse_float=Decimal)

    assert movement(amount=row["amount"]).line.amount_minor == -5_990
    assert movement(amount=row["big"]).line.amount_minor == 7_036_874_417_766_401


@pytest.mark.parametrize("given", ["", " ", "NOTPROVIDED", "NotProvided", None])
def test_a_reference_that_says_nothing_is_none(given: str | None) -> None:
    assert movement(endToEndId=given).line.end_to_end_id is None


@pytest.mark.parametrize("blank", [None, "", " ", True])
def test_a_blank_id_is_none(blank: Any) -> None:
    row = {"id": blank, "attributes": TOLD}

    assert transaction_of(row, account_of(ACCOUNT), is_pending=False).id == ""


def test_a_pending_movement_is_not_booked() -> None:
    row = {"id": "p-1", "attributes": TOLD}
    found = transaction_of(row, account_of(ACCOUNT), is_pending=True)

    assert (found.status, found.line.status) == (
        TransactionStatus.PENDING, LineStatusAtBank.PENDING
    )  # fmt: skip


def test_what_is_missing_is_filled_from_what_there_is() -> None:
    found = movement(
        executionDate=None, currency=None, remittanceInformation="", counterpartReference="123-45"
    ).line

    assert (found.booking_date, found.currency) == (date(2026, 11, 20), "EUR")
    assert (found.label, found.label_more) == ("Domiciliation", "")
    assert (found.counterparty.iban, found.ordering_account) == (None, "123-45")
    with pytest.raises(AggregatorRejected):
        movement(executionDate=None, valueDate=None)


def test_an_edit_is_told_from_a_repetition() -> None:
    assert movement().raw_sha256 == movement().raw_sha256
    assert movement(counterpartName="Autre").raw_sha256 != movement().raw_sha256


def test_an_account_is_read_exactly() -> None:
    found = account_of(ACCOUNT)

    assert (found.ref, found.connection_ref, found.name) == ("acc-1", "bank-1", "Courant")
    assert (found.iban, found.number, found.balance_minor) == ("BE68539007547034", None, 123_456)
    assert found.balance_at == datetime(2026, 11, 20, 5, tzinfo=UTC)
    assert found.consent_expires_at == datetime(2027, 2, 1, tzinfo=UTC)
    card = account_of(account(referenceType="MASKEDPAN", reference="4972 **** 1234"))
    assert (card.iban, card.iban_masked, card.number) == (None, None, "4972 **** 1234")
    with pytest.raises(AggregatorRejected):
        account_of({**ACCOUNT, "relationships": {}})


CASES = [
    *[(code, state) for code, state in STATES.items()],
    ("financialInstitutionUnavailable", FeedState.RETRY_LATER), ("<b>", FeedState.RETRY_LATER),
]  # fmt: skip


@pytest.mark.parametrize(("code", "state"), CASES)
def test_every_code_of_a_failure_has_a_state_and_an_unknown_one_is_tried_again(
    code: str, state: FeedState
) -> None:
    found = connection_of("b", "Banque", [synchronised("error", code)], NOW)

    assert (found.state, found.provider_code) == (state, "error" if code == "<b>" else code)
    assert found.origin is not None


@pytest.mark.parametrize(
    ("row", "state", "code"),
    [
        (ACCOUNT, FeedState.OK, "success"),
        (synchronised("pending"), FeedState.SYNCING, "pending"),
        (synchronised("running"), FeedState.SYNCING, "running"),
        (synchronised("error"), FeedState.RETRY_LATER, "error"),
        (synchronised("success", synchronizedAt=None), FeedState.SYNCING, "never"),
        (synchronised("success", availability="readonly"), FeedState.RETRY_LATER, "readonly"),
        (account(deprecated=True), FeedState.USER_ACTION, "deprecated"),
        (account(authorizationExpirationExpectedAt="2026-11-20T09:00:00Z"),
         FeedState.CONSENT_EXPIRED, "authorizationExpirationExpectedAt"),
        (synchronised("error", "technical", "authorizationRevoked"), FeedState.USER_ACTION,
         "authorizationRevoked"),
    ],
)  # fmt: skip
def test_an_account_says_what_its_connection_is_in(
    row: dict[str, Any], state: FeedState, code: str
) -> None:
    found = connection_of("b", "Banque", [row], NOW)

    assert (found.state, found.provider_code) == (state, code)
    assert found.has_full_history == (state is not FeedState.SYNCING)


def test_a_consent_that_a_bank_still_honours_has_not_ended() -> None:
    """The end is an expected one: a synchronisation after it says that the bank goes on."""
    row = account(authorizationExpirationExpectedAt="2026-11-20T06:00:00Z")

    assert connection_of("b", "Banque", [row], NOW).state is FeedState.OK


def test_a_connection_is_in_what_the_worst_of_its_accounts_is_in() -> None:
    early = account(authorizationExpirationExpectedAt="2026-12-01T00:00:00Z")
    failed = synchronised("error", "accessDenied", synchronizedAt="2026-11-19T01:00:00Z")

    found = connection_of("b", "Banque", [ACCOUNT, failed, early], NOW)

    assert (found.state, found.provider_code) == (FeedState.USER_ACTION, "accessDenied")
    assert found.consent_expires_at == datetime(2026, 12, 1, tzinfo=UTC)
    assert found.last_bank_refresh_at == datetime(2026, 11, 19, 1, tzinfo=UTC)
    never = synchronised("success", synchronizedAt=None)
    assert connection_of("b", "Banque", [ACCOUNT, never], NOW).last_bank_refresh_at is None


def test_a_place_says_where_to_go_on_and_nothing_else_is_one() -> None:
    place = Place("/a").after([movement()], Window(None, None), date(2026, 11, 30))

    assert Place.of(place.to("/b")) == Place("/b", "2026-11-19/tx-1")
    known = place.after([movement()], Window("2026-11-25/tx-1", None), date(2026, 11, 30))
    assert Place.of(known.to("/c")) == Place("/c", "2026-11-25/tx-1", is_known=True)
    for token in ("", "x", "x ", "2026-13-01/a /b"):
        with pytest.raises(InvalidRequest):
            Place.of(token)
    with pytest.raises(AggregatorRejected, match="circle"):
        place.to("/a")


def test_a_day_to_come_moves_no_cursor_beyond_today() -> None:
    place = Place("/a").after(
        [movement(executionDate="2027-01-01")], Window(None, None), date(2026, 11, 20)
    )

    assert place.newest == "2026-11-20/tx-1"


@pytest.mark.parametrize(
    ("document", "link"),
    [({"links": {"next": "/x"}}, "/x"), ({"links": {"next": {"href": " /x "}}}, "/x"),
     ({"links": {"next": None}}, ""), ({"links": {}}, ""), ({}, ""), (None, ""), ([], "")],
)  # fmt: skip
def test_a_link_may_be_a_text_or_an_object(document: Any, link: str) -> None:
    assert linked(document, "next") == link
