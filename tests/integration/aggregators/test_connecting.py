"""Users, one-time pages, callbacks, what a connection is in, refreshes and ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from devstack.providers.bank import CONSENT, Condition
from devstack.providers.bridge import BridgeSimulator
from devstack.providers.wire import Refusal
from rappro.domain.connectors import ErrorOrigin, FeedState
from rappro.domain.errors import InvalidRequest
from tests.integration.aggregators.driving import (
    KNOWS_REFERENCES,
    LISTS_DISABLED,
    RETURN_URL,
    Driven,
    Kept,
)

CONTACT = "compta@example.test"


def test_a_page_works_once(driven: Driven) -> None:
    page = driven.connector.connect_link(
        driven.kept, return_url=RETURN_URL, nonce="n1", contact=CONTACT
    )
    driven.server.visit(page.url)

    with pytest.raises(Refusal):
        driven.server.visit(page.url)


def test_a_callback_brings_the_nonce_and_the_connection_back(driven: Driven) -> None:
    page = driven.connector.connect_link(
        driven.kept, return_url=RETURN_URL, nonce="n-42", contact=CONTACT
    )

    hint = driven.came_back(page)

    assert (hint.nonce, hint.is_success) == ("n-42", True)
    found = driven.connector.connections(driven.kept)
    assert [(one.state, one.bank_name) for one in found] == [(FeedState.OK, "Banque du Port")]
    assert hint.connection_ref == driven.told(found[0].ref)
    driven.connector.redeem(driven.kept, hint, return_url=RETURN_URL)


def test_a_user_who_gives_up_brings_a_code_and_no_connection(driven: Driven) -> None:
    page = driven.connector.connect_link(
        driven.kept, return_url=RETURN_URL, nonce="n", contact=CONTACT
    )
    sign = "&" if "?" in page.url else "?"

    hint = driven.connector.callback(driven.server.visit(f"{page.url}{sign}fails=otp_form"))

    assert (hint.is_success, hint.connection_ref, hint.code) == (False, None, "otp_form")
    assert driven.connector.connections(driven.kept) == []


def test_what_is_no_callback_is_refused(driven: Driven) -> None:
    with pytest.raises(InvalidRequest):
        driven.connector.callback({"q": "1"})


@pytest.mark.parametrize(
    ("condition", "state"),
    [
        (Condition.FINE, FeedState.OK),
        (Condition.SYNCING, FeedState.SYNCING),
        (Condition.NEEDS_CODE, FeedState.USER_ACTION),
        (Condition.WRONG_PASSWORD, FeedState.USER_ACTION),
        (Condition.DOWN, FeedState.RETRY_LATER),
        (Condition.UNSUPPORTED, FeedState.UNSUPPORTED),
    ],
)
def test_a_connection_says_what_it_is_in(
    driven: Driven, condition: Condition, state: FeedState
) -> None:
    link = driven.link()
    driven.bank.set(link.id, condition)

    found = driven.connector.connection(driven.kept, str(link.id))

    is_fine = state in {FeedState.OK, FeedState.SYNCING}
    assert (found.state, found.consent_expires_at) == (state, link.consent_until)
    assert found.origin == (None if is_fine else ErrorOrigin.BANK_PROVIDER)
    assert found.has_full_history == (condition is not Condition.SYNCING)


def test_a_consent_that_ended_is_told_from_a_code_that_is_due(driven: Driven) -> None:
    link = driven.link()
    driven.bank.set(link.id, Condition.NEEDS_CODE)
    driven.bank.wait(seconds=(CONSENT + timedelta(days=1)).total_seconds())

    found = driven.connector.connection(driven.kept, str(link.id))

    assert found.state is FeedState.CONSENT_EXPIRED


def test_a_renewal_keeps_the_connection_and_makes_it_fine(driven: Driven) -> None:
    link = driven.link()
    driven.bank.set(link.id, Condition.WRONG_PASSWORD)
    page = driven.connector.connect_link(
        driven.kept, return_url=RETURN_URL, nonce="n", connection_ref=str(link.id), contact=CONTACT
    )

    hint = driven.came_back(page)

    assert hint.connection_ref == driven.told(str(link.id))
    found = driven.connector.connections(driven.kept)
    assert [(one.ref, one.state) for one in found] == [(str(link.id), FeedState.OK)]


def test_accounts_say_what_they_are_and_whether_they_may_be_read(driven: Driven) -> None:
    link = driven.link()
    off = driven.bank.open(link.id, "Compte masqué", is_enabled=False)
    lists_all = driven.connector.provider in LISTS_DISABLED

    found = driven.connector.accounts(driven.kept, str(link.id))

    assert {one.ref: one.is_enabled for one in found} == {
        str(one.id): one.is_enabled
        for one in driven.bank.accounts.values()
        if lists_all or one.is_enabled
    }
    shown = [one for one in found if one.is_enabled]
    assert [(one.iban, one.currency, one.balance_minor) for one in shown] == [
        (driven.bank.accounts[int(one.ref)].iban, "EUR", 0) for one in shown
    ]
    driven.connector.enable_accounts(driven.kept, str(link.id), [str(off.id)])
    is_on = driven.bank.accounts[off.id].is_enabled
    assert is_on == (driven.connector.provider == "powens")


def test_a_connection_that_is_removed_is_revoked_and_removing_it_again_is_success(
    driven: Driven,
) -> None:
    ref = str(driven.link().id)
    driven.connector.delete_connection(driven.kept, ref)
    driven.connector.delete_connection(driven.kept, ref)

    assert driven.connector.connection(driven.kept, ref).state is FeedState.REVOKED
    assert driven.connector.connections(driven.kept) == []


def test_a_user_who_is_removed_takes_everything_and_may_be_removed_again(driven: Driven) -> None:
    driven.link()
    driven.connector.delete_user(driven.kept)
    driven.connector.delete_user(driven.kept)

    assert driven.bank.links == {}
    assert not driven.simulator.users


def test_a_refresh_tells_whether_it_will_come(driven: Driven) -> None:
    ref = str(driven.link().id)
    is_offered = driven.connector.capabilities.has_on_demand_refresh

    assert driven.connector.refresh(driven.kept, ref, is_user_present=True) == is_offered
    if not isinstance(driven.simulator, BridgeSimulator):
        driven.simulator.is_fresh = True
        assert not driven.connector.refresh(driven.kept, ref, is_user_present=False)


def test_the_same_reference_is_the_same_user_where_the_provider_knows_references(
    driven: Driven,
) -> None:
    again = driven.connector.create_user("tenant-1")

    is_same = again.user_ref == driven.kept.load().user_ref
    assert is_same == (driven.connector.provider in KNOWS_REFERENCES)
    assert driven.connector.connections(Kept(again)) == []
