"""Whatever a provider does wrong is one of the domain's errors, and tells no secret."""

from __future__ import annotations

import socket
from datetime import date
from decimal import Decimal

import pytest

from devstack.providers.makers import connector_of
from devstack.providers.wire import Fault
from rappro.adapters.aggregators.http import ProviderHttp
from rappro.domain.connectors import Credentials, FeedState, Window
from rappro.domain.errors import (
    AggregatorRejected,
    AggregatorUnavailable,
    ConsentExpired,
    InvalidRequest,
    NotFound,
    RapproError,
    RateLimited,
)
from tests.integration.aggregators.driving import Driven, Kept, Staged

DAY = date(2026, 10, 5)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_provider_that_is_down_is_tried_again_later(driven: Driven, status: int) -> None:
    driven.server.faults.append(Fault(status, path="transactions"))
    account = driven.account(driven.link())

    with pytest.raises(AggregatorUnavailable, match=str(status)):
        driven.connector.transactions(driven.kept, account, Window(None, None))

    assert driven.connector.transactions(driven.kept, account, Window(None, None)).items == ()


@pytest.mark.parametrize("fault", [Fault(is_cut=True), Fault(is_no_json=True)])
def test_an_answer_that_breaks_off_is_no_answer(driven: Driven, fault: Fault) -> None:
    account = driven.account(driven.link())
    driven.bank.add(int(account.ref), DAY, Decimal(1), "VIR")
    driven.server.faults.append(fault)
    staged = Staged()

    with pytest.raises(AggregatorUnavailable):
        staged.read(driven, account)

    assert staged.cursor is None
    staged.read(driven, account)
    assert staged.booked() == driven.truth(account)


def test_a_failure_between_pages_moves_no_cursor(driven: Driven) -> None:
    account, staged = driven.account(driven.link()), Staged()
    driven.simulator.page_size = 2
    for number in range(5):
        driven.bank.add(int(account.ref), DAY, Decimal(number + 1), "VIR")
    page = driven.connector.transactions(driven.kept, account, Window(None, None))
    driven.server.faults.append(Fault(503, path="transactions"))

    with pytest.raises(AggregatorUnavailable):
        staged.read(driven, account)

    assert (page.cursor, staged.cursor) == (None, None)
    staged.read(driven, account)
    assert staged.booked() == driven.truth(account)


@pytest.mark.parametrize(
    ("sent", "seconds"),
    [("120", 120), (None, None), ("soon", None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0)],
)
def test_a_limit_says_when_to_come_back_if_the_provider_does(
    driven: Driven, sent: str | None, seconds: int | None
) -> None:
    link = driven.link()
    driven.server.faults.append(Fault(429, retry_after=sent))

    with pytest.raises(RateLimited) as refused:
        driven.connector.accounts(driven.kept, str(link.id))

    assert refused.value.retry_after_seconds == seconds


@pytest.mark.parametrize(("status", "error"), [(400, AggregatorRejected), (404, NotFound)])
def test_a_refusal_is_not_tried_again(
    driven: Driven, status: int, error: type[RapproError]
) -> None:
    driven.link()
    driven.server.faults.append(Fault(status, code="why_not"))

    with pytest.raises(error, match="why_not"):
        driven.connector.connections(driven.kept)


def test_a_token_that_ended_is_replaced_without_anybody_seeing_it(driven: Driven) -> None:
    link = driven.link()
    driven.bank.wait(hours=3)
    driven.simulator.revoke_tokens()

    assert driven.connector.connection(driven.kept, str(link.id)).state is FeedState.OK


def test_a_new_token_is_kept_where_it_is_the_tenants_secret(driven: Driven) -> None:
    driven.link()
    before = driven.kept.load()
    driven.simulator.revoke_tokens()
    driven.connector.connections(driven.kept)
    sent = len(driven.server.requests)

    driven.again().connections(driven.kept)

    after, asked = driven.kept.load(), [one.path for one in driven.server.requests[sent:]]
    is_kept = driven.connector.provider in {"powens", "ponto"}
    is_newer = after.generation > before.generation
    assert (is_newer, after.secret != before.secret) == (is_kept, is_kept)
    assert after.user_ref == before.user_ref
    assert [path for path in asked if "renew" in path or "oauth2" in path] == []


def test_a_token_that_is_refused_again_is_an_error(driven: Driven) -> None:
    driven.link()
    paths = ("/connections", "/items", "/accounts")  # where each provider lists them
    driven.server.faults += [Fault(401, path=path) for path in paths for _ in range(2)]

    with pytest.raises(AggregatorRejected):
        driven.connector.connections(driven.kept)


def test_another_users_things_are_not_there(driven: Driven) -> None:
    link = driven.link()
    account = driven.account(link)
    other = Kept(driven.connector.create_user("tenant-2"))
    driven.bank.add(int(account.ref), DAY, Decimal(1), "VIR")

    assert driven.connector.connections(other) == []
    assert driven.connector.connection(other, str(link.id)).state is FeedState.REVOKED
    try:
        found = driven.connector.transactions(other, account, Window(None, None)).items
    except NotFound:
        found = ()
    assert found == ()


def test_a_provider_that_nobody_reaches_is_unavailable(driven: Driven) -> None:
    driven.link()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused at once
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        connector = connector_of(driven.connector.provider, driven.server, url=url)

        with pytest.raises(AggregatorUnavailable):
            connector.connections(driven.kept)


def test_a_page_that_leads_to_another_origin_is_refused(driven: Driven) -> None:
    account = driven.account(driven.link())
    sent = len(driven.server.requests)

    refused = {"saltedge": (InvalidRequest, "no page")}  # its pages are ids and no links
    kind, why = refused.get(driven.connector.provider, (AggregatorRejected, "another origin"))
    with pytest.raises(kind, match=why):
        driven.connector.transactions(
            driven.kept, account, Window(None, None), page=" https://elsewhere.test/v3/x"
        )

    paths = [one.path for one in driven.server.requests[sent:]]
    assert [path for path in paths if "transactions" in path] == []


def test_an_answer_beyond_the_bound_is_refused(driven: Driven) -> None:
    http = ProviderHttp("small", driven.server.url, answer_bytes_max=10)

    with pytest.raises(AggregatorRejected, match="too much"):
        http.ask("GET", "/v3/nothing", headers={}, allowed=(404, 401))

    http.close()


def test_no_secret_is_shown_by_anything(driven: Driven) -> None:
    link = driven.link()
    page = driven.connector.connect_link(
        driven.kept, return_url="https://app.test/r", nonce="n", contact="compta@example.test"
    )
    driven.server.faults += [Fault(500), Fault(403), Fault(429), Fault(is_cut=True)]
    shown = [repr(vars(driven.connector)), repr(driven.kept), repr(page)]
    for _ in range(4):
        with pytest.raises(RapproError) as refused:
            driven.connector.connection(driven.kept, str(link.id))
        shown += [str(refused.value), repr(refused.value), repr(refused.value.__cause__)]

    secrets = {"simulated-bridge-secret", "simulated-powens-secret", "-webhooks"}
    secrets |= {"simulated-ponto-secret", "refresh-", "access-"}
    secrets |= {"simulated-saltedge-secret", "PRIVATE KEY"}
    secrets |= {driven.kept.credentials.secret} - {""}
    for request in driven.server.requests:
        secrets |= {request.headers.get("authorization", "").removeprefix("Bearer ")} - {""}
    secrets |= {page.url.partition(name)[2][:16] for name in ("code=", "token=")} - {""}

    assert len(secrets) > 3
    assert [one for one in secrets if any(one in text for text in shown)] == []


@pytest.mark.parametrize("code", ["wrongpass", "actionNeeded"])
def test_what_only_the_user_can_end_says_so(code: str, driven: Driven) -> None:
    """Only Powens has such words in errors; Bridge's stay with its items."""
    driven.link()
    driven.server.faults.append(Fault(400, code=code))
    wanted = ConsentExpired if driven.connector.provider == "powens" else AggregatorRejected

    with pytest.raises(wanted):
        driven.connector.connections(driven.kept)


def test_a_token_is_asked_for_again_only_near_its_end(driven: Driven) -> None:
    driven.link()
    driven.connector.connections(driven.kept)
    sent = len(driven.server.requests)
    holds, ends = {"ponto": (27, 2)}.get(driven.connector.provider, (100, 17))
    driven.bank.wait(minutes=holds)
    driven.connector.connections(driven.kept)

    assert tokens_asked(driven, sent) == 0
    driven.bank.wait(minutes=ends)
    driven.connector.connections(driven.kept)
    renewals = {"bridge": 1, "ponto": 1}  # tokens of others have no end, or there are none
    assert tokens_asked(driven, sent) == renewals.get(driven.connector.provider, 0)


def tokens_asked(driven: Driven, sent: int) -> int:
    """Return how many tokens were asked for since."""
    paths = [one.path for one in driven.server.requests[sent:]]
    return len([path for path in paths if path.endswith(("/token", "/renew"))])


def test_a_user_whose_credentials_are_nobodys_is_refused(driven: Driven) -> None:
    nobody = Kept(Credentials("999999", "not-a-token"))

    with pytest.raises((NotFound, AggregatorRejected)):
        driven.connector.connections(nobody)
