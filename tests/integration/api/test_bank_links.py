"""Connecting a bank over the API: one-time links, the way back, whose a bank is; and webhooks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rappro.adapters.memory.providers import MemoryConnectors, MemoryRoutes, MemoryVault
from rappro.domain.connectors import Credentials, FeedState
from rappro.domain.errors import AggregatorUnavailable, StoreConflict
from rappro.domain.feeds import BankLink, FeedConnection, FeedLease, ProviderUser
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.writes import create
from rappro.edge.api import sample_ids as ids
from rappro.edge.api.routes.providers import QUERY_CHARS_MAX
from rappro.ports_feeds import Route
from rappro.use_cases.companies import COMMON
from rappro.use_cases.feed_hooks import BODY_BYTES_MAX
from rappro.use_cases.feed_linking import digest_of

from .client import Answer, Client
from .paper_bank import PAGES, PaperConnector, bank
from .seeds import NOW, World, empty_world

ALPHA, ACME = TenantId("alpha"), ids.COMPANY
COMPANY = f"/v1/companies/{ACME}"
BACK, HOOK = "/v1/provider-callbacks", "/v1/provider-webhooks"
SIGNED = {"x-signature": "signed", "content-type": "application/json"}


@pytest.fixture
def desk() -> Desk:
    """A company without any bank, at providers that have one free bank each."""
    return Desk()


class Desk:
    """Somebody who connects banks, and what can be seen of it."""

    def __init__(self) -> None:
        self.world: World = empty_world()
        providers = replace(self.world.providers, vault=MemoryVault())
        self.world = replace(self.world, providers=providers)
        self.client = Client(self.world.ports, "alpha")
        for company in (ACME, "other-co"):
            assert self.client.put(f"/v1/companies/{company}", {"name": "X"}).status == 200
        self.nobody = Client(self.world.ports, None)

    def paper(self, provider: str) -> PaperConnector:
        found = self.world.providers.connectors.get(provider)
        assert isinstance(found, PaperConnector)
        return found

    def connection(self, provider: str, name: str = "b-1", *, company: str = ACME) -> str:
        path = f"/v1/companies/{company}/connections/{name}"
        body = {"provider": provider, "label": "Banque", "contact": "a@client.fr"}
        assert self.client.put(path, body).status == 200
        return path

    def link(self, path: str, **body: str) -> str:
        """Make a link and return its nonce."""
        answer = self.client.post(f"{path}/link", body)
        assert answer.status == 201, answer.text
        return str(answer.body["one_time_url"]).rpartition("s=")[2]

    def back(self, provider: str, **query: str) -> Answer:
        return self.nobody.get(f"{BACK}/{provider}", **query)

    def hook(self, provider: str, body: str, headers: dict[str, str] = SIGNED) -> Answer:
        return self.nobody.send("POST", f"{HOOK}/{provider}", body=body.encode(), headers=headers)

    def record(self, name: str = "b-1", company: CompanyId = ACME) -> FeedConnection:
        found = self.world.store.get(ALPHA, company, FeedConnection, name)
        assert found is not None
        return found

    @property
    def asked(self) -> list[tuple[str, str]]:
        """The synchronisations that were asked for, and why."""
        taken, self.world.feeds.requests = self.world.feeds.requests, []
        return [(connection, cause) for _, _, connection, cause in taken]


def test_a_bank_is_connected_by_a_link_and_its_callback(desk: Desk) -> None:
    path = desk.connection("bridge")
    nonce = desk.link(path, return_to=f"{PAGES}/banks?tab=1")

    answer = desk.back("bridge", nonce=nonce, ok="true", item="item-1")

    assert answer.status == 303
    assert answer.headers["Location"] == f"{PAGES}/banks?tab=1&connection=b-1&connected=true"
    shown = desk.client.get(path).body
    assert (shown["linked"], shown["state"], shown["bank_name"]) == (True, "ok", "Banque du Port")
    assert desk.asked == [("b-1", "callback")]
    routes = desk.world.providers.routes
    assert routes.find("bridge", "connection", "item-1") == Route(ALPHA, ACME, "b-1")
    links = desk.world.store.all(ALPHA, COMMON, BankLink)
    assert [(link.ref, link.connection_id) for link in links] == [("item-1", "b-1")]


def test_without_a_page_that_asked_the_user_reads_how_it_went(desk: Desk) -> None:
    nonce = desk.link(desk.connection("powens"))

    answer = desk.nobody.send(
        "GET", f"{BACK}/powens", query={"state": nonce, "ok": "false"},
        headers={"accept-language": "fr"},
    )  # fmt: skip

    assert answer.status == 200
    assert "n'est pas connectée" in answer.text.replace("&#x27;", "'")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'"
    assert desk.asked == []


def test_a_link_works_once(desk: Desk) -> None:
    nonce = desk.link(desk.connection("bridge"))
    assert desk.back("bridge", nonce=nonce, ok="true", item="item-1").status == 200
    before = desk.record()

    again = desk.back("bridge", nonce=nonce, ok="true", item="item-2")

    assert again.problem == "not_found"
    assert desk.record() == before


def test_a_new_link_makes_the_one_before_useless(desk: Desk) -> None:
    path = desk.connection("bridge")
    old, new = desk.link(path), desk.link(path)

    assert desk.back("bridge", nonce=old, ok="true", item="item-1").problem == "not_found"
    assert not desk.record().is_linked
    assert desk.back("bridge", nonce=new, ok="true", item="item-1").status == 200


def test_a_link_ends_with_its_hour(desk: Desk) -> None:
    nonce = desk.link(desk.connection("bridge"))
    desk.world.clock.set(NOW + timedelta(minutes=60))

    assert desk.back("bridge", nonce=nonce, ok="true", item="item-1").problem == "not_found"
    assert not desk.record().is_linked


@pytest.mark.parametrize(
    "query",
    [
        {"ok": "true", "item": "item-1"},
        {"nonce": "", "ok": "true"},
        {"nonce": "forged" * 8, "ok": "true", "item": "item-1"},
        {"nonce": "forged" * 8, "state": "NONCE", "ok": "true"},
    ],
)
def test_what_nobody_was_sent_with_changes_nothing(desk: Desk, query: dict[str, str]) -> None:
    nonce = desk.link(desk.connection("bridge"))
    told = {name: value.replace("NONCE", nonce) for name, value in query.items()}
    before = desk.record()

    assert desk.back("bridge", **told).problem == "not_found"
    assert desk.record() == before
    assert desk.asked == []


def test_a_nonce_of_another_provider_is_none_here(desk: Desk) -> None:
    nonce = desk.link(desk.connection("bridge"))

    assert desk.back("powens", state=nonce, ok="true", item="7").problem == "not_found"
    assert desk.back("swift", state=nonce, ok="true").problem == "not_found"
    assert desk.back("bridge", nonce=nonce, ok="true", item="item-1").status == 200


def test_a_query_beyond_any_provider_is_refused(desk: Desk) -> None:
    assert desk.back("bridge", ok="x" * QUERY_CHARS_MAX).problem == "invalid_request"


def test_a_bank_that_the_provider_does_not_list_is_never_taken(desk: Desk) -> None:
    """What a browser names is a hint: somebody else's bank stays somebody else's."""
    nonce = desk.link(desk.connection("bridge"))

    answer = desk.back("bridge", nonce=nonce, ok="true", item="item-99")

    assert answer.status == 200
    assert not desk.record().is_linked
    assert desk.world.providers.routes.find("bridge", "connection", "item-99") is None


def test_a_bank_of_one_connection_is_not_another_s(desk: Desk) -> None:
    first = desk.link(desk.connection("bridge"))
    assert desk.back("bridge", nonce=first, ok="true", item="item-1").status == 200
    second = desk.link(desk.connection("bridge", "b-2", company="other-co"), return_to=PAGES)

    answer = desk.back("bridge", nonce=second, ok="true", item="item-1")

    assert answer.headers["Location"].endswith("code=not_allowed_in_state")
    assert not desk.record("b-2", CompanyId("other-co")).is_linked
    assert desk.record().is_linked


def test_when_nobody_comes_back_nothing_is_bound_in_doubt(desk: Desk) -> None:
    """Two connections wait: a callback without a name cannot say whose the one free bank is."""
    desk.link(desk.connection("powens", "b-2", company="other-co"))
    nonce = desk.link(desk.connection("powens"))

    assert desk.back("powens", state=nonce, ok="true").status == 200

    assert not desk.record().is_linked


def test_when_it_is_clear_whose_a_bank_is_it_is_bound(desk: Desk) -> None:
    nonce = desk.link(desk.connection("powens"))

    desk.back("powens", state=nonce, ok="true")

    assert desk.record().connection_ref == "7"
    assert [link.ref for link in desk.world.store.all(ALPHA, COMMON, BankLink)] == ["7"]


def test_a_provider_that_is_down_leaves_the_binding_to_the_synchronisation(desk: Desk) -> None:
    nonce = desk.link(desk.connection("bridge"))
    desk.paper("bridge").failing = [AggregatorUnavailable("down")]

    assert desk.back("bridge", nonce=nonce, ok="true", item="item-1").status == 200

    assert not desk.record().is_linked
    link = desk.record().link
    assert link is not None
    assert link.told == "item-1"
    assert desk.asked == [("b-1", "callback")]


def test_what_ponto_grants_is_kept_and_the_bank_is_chosen(desk: Desk) -> None:
    """One access opens several banks there; two connections never share one."""
    path = desk.connection("ponto")
    nonce = desk.link(path)
    assert desk.back("ponto", state=nonce, ok="true", code="granted").status == 200

    probed = desk.client.post(f"{path}/test")
    chosen = desk.client.post(f"{path}/bank", {"ref": "fi-2"})

    keeper = desk.world.providers.vault.keeper(ALPHA, "ponto", f"{ACME}/b-1")
    assert keeper.load() == Credentials("org-1", "granted", 1)
    assert [one["ref"] for one in probed.body["candidates"]] == ["fi-1", "fi-2"]
    assert chosen.body["linked"] is True
    assert desk.client.post(f"{path}/bank", {"ref": "fi-9"}).problem == "not_found"
    other = desk.connection("bridge", "b-2")
    refused = desk.client.post(f"{other}/bank", {"ref": "item-1"})
    assert refused.problem == "not_allowed_in_state"


def test_a_grant_waits_for_a_running_synchronisation_and_the_link_still_holds(desk: Desk) -> None:
    nonce = desk.link(desk.connection("ponto"))
    lease = FeedLease("b-1", 1, "worker", NOW + timedelta(minutes=5))
    desk.world.store.commit(ALPHA, ACME, [create(lease)])

    busy = desk.back("ponto", state=nonce, ok="true", code="granted")

    assert (busy.status, busy.problem) == (409, "lease_held")
    desk.world.clock.set(NOW + timedelta(minutes=6))
    assert desk.back("ponto", state=nonce, ok="true", code="granted").status == 200


def test_a_page_of_nobody_we_know_is_no_page_to_return_to(desk: Desk) -> None:
    path = desk.connection("bridge")

    for page in ("https://evil.example/", f"{PAGES}.evil.example/", f"{PAGES}@evil.example/"):
        answer = desk.client.post(f"{path}/link", {"return_to": page})
        assert (answer.problem, answer.pointers) == ("invalid_request", ["/return_to"])


def test_a_link_is_told_once_and_kept_nowhere(desk: Desk) -> None:
    path = desk.connection("bridge")
    headers = {"idempotency-key": "k1", "content-type": "application/json"}

    first = desk.client.send("POST", f"{path}/link", body="{}", headers=headers)
    again = desk.client.send("POST", f"{path}/link", body="{}", headers=headers)

    url = first.body["one_time_url"]
    nonce = url.rpartition("s=")[2]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.body["one_time_url"] is None
    kept = str(desk.world.of_tenant("alpha"))
    assert nonce not in kept
    assert digest_of(nonce) in kept
    trail = desk.world.store.audit_events(ALPHA, ACME).items
    assert digest_of(nonce) not in str(trail)
    assert "make_bank_link" in {row.action for row in trail}


def test_the_tenant_has_one_user_at_a_provider(desk: Desk) -> None:
    desk.link(desk.connection("bridge"))
    desk.link(desk.connection("bridge", "b-2", company="other-co"))

    users = desk.world.store.all(ALPHA, COMMON, ProviderUser)

    assert [user.provider for user in users] == ["bridge"]
    assert "alpha" not in users[0].user_ref
    shown = desk.client.get("/v1/provider-users").body["items"]
    assert [(one["provider"], one["banks"]) for one in shown] == [("bridge", 0)]


def test_a_user_is_not_removed_while_it_has_banks(desk: Desk) -> None:
    path = desk.connection("bridge")
    desk.back("bridge", nonce=desk.link(path), ok="true", item="item-1")
    users = "/v1/provider-users/bridge"

    assert desk.client.send("DELETE", users).problem == "not_allowed_in_state"
    assert desk.client.send("DELETE", path).status == 204
    assert desk.client.send("DELETE", users).status == 204

    assert ("delete_connection", "item-1") in desk.paper("bridge").asked
    assert ("delete_user", "bridge") in desk.paper("bridge").asked
    assert desk.client.send("DELETE", users).problem == "not_found"
    assert routes_of(desk) == {}


def routes_of(desk: Desk) -> dict[Any, Any]:
    routes = desk.world.providers.routes
    assert isinstance(routes, MemoryRoutes)
    return {name: route for name, route in routes.kept.items() if name[1] != "event"}


def test_a_removed_connection_leaves_nothing_that_leads_to_it(desk: Desk) -> None:
    path = desk.connection("bridge")
    desk.back("bridge", nonce=desk.link(path), ok="true", item="item-1")
    desk.link(path)

    assert desk.client.send("DELETE", path).status == 204
    routes = desk.world.providers.routes
    routes.save("bridge", "connection", "item-1", Route(ALPHA, ACME, "b-1"))  # left half-way
    assert desk.client.send("DELETE", path).problem == "not_found"

    assert desk.client.get(path).problem == "not_found"
    assert [name[1] for name in routes_of(desk)] == ["user"]
    assert desk.world.store.all(ALPHA, COMMON, BankLink) == []
    assert (ALPHA, ACME, "b-1") not in desk.world.feeds.schedules
    assert desk.client.put(path, {"label": "Encore"}).problem == "not_allowed_in_state"


def test_a_bank_that_cannot_be_removed_at_its_provider_stays(desk: Desk) -> None:
    path = desk.connection("bridge")
    desk.back("bridge", nonce=desk.link(path), ok="true", item="item-1")
    desk.paper("bridge").failing = [AggregatorUnavailable("down")]

    assert desk.client.send("DELETE", path).problem == "aggregator_unavailable"
    assert desk.record().is_linked


def test_a_provider_without_keys_is_not_configured(desk: Desk) -> None:
    none = replace(desk.world.providers, connectors=MemoryConnectors({}))
    client = Client(replace(desk.world.ports, providers=none), "alpha")
    path = f"{COMPANY}/connections/b-1"

    made = client.put(path, {"provider": "bridge", "label": "Banque"}).body

    assert made["state"] == "not_configured"
    assert client.post(f"{path}/test").body["state"] == "not_configured"
    assert client.post(f"{path}/link", {}).problem == "not_allowed_in_state"
    assert client.send("DELETE", path).status == 204


def test_a_deployment_without_a_public_address_makes_no_links(desk: Desk) -> None:
    path = desk.connection("bridge")
    nowhere = replace(desk.world.providers, callback_url="")
    client = Client(replace(desk.world.ports, providers=nowhere), "alpha")

    assert client.post(f"{path}/link", {}).problem == "not_allowed_in_state"
    assert desk.record().link is None


def test_a_test_tells_the_state_and_changes_nothing(desk: Desk) -> None:
    path = desk.connection("bridge")
    desk.back("bridge", nonce=desk.link(path), ok="true", item="item-1")
    before = desk.record()
    desk.paper("bridge").banks = [bank("item-1", FeedState.USER_ACTION)]

    told = desk.client.post(f"{path}/test").body
    desk.paper("bridge").failing = [AggregatorUnavailable("down")]
    down = desk.client.post(f"{path}/test").body

    assert (told["state"], told["user_action"]) == ("user_action", True)
    assert (down["state"], down["provider_code"], down["origin"]) == (
        "retry_later", "aggregator_unavailable", "provider_rappro",
    )  # fmt: skip
    assert desk.record() == before


# ---- Webhooks ----------------------------------------------------------------------------------


def linked(desk: Desk) -> str:
    """Return the tenant's user at Bridge, with one bank that is connected."""
    desk.back("bridge", nonce=desk.link(desk.connection("bridge")), ok="true", item="item-1")
    assert desk.asked == [("b-1", "callback")]
    return desk.world.store.all(ALPHA, COMMON, ProviderUser)[0].user_ref


def test_a_webhook_asks_for_the_connection_that_it_is_about(desk: Desk) -> None:
    user = linked(desk)

    assert desk.hook("bridge", f"e1,{user},item-1").status == 204

    assert desk.asked == [("b-1", "webhook")]


def test_an_event_that_comes_again_within_a_day_asks_for_nothing(desk: Desk) -> None:
    user = linked(desk)
    for _ in range(3):
        assert desk.hook("bridge", f"e1,{user},item-1").status == 204
    assert desk.asked == [("b-1", "webhook")]

    assert desk.hook("bridge", f"e2,{user},item-1").status == 204
    assert desk.asked == [("b-1", "webhook")]


def test_an_event_about_a_user_asks_for_all_banks_and_those_that_wait(desk: Desk) -> None:
    user = linked(desk)
    desk.link(desk.connection("bridge", "b-2", company="other-co"))

    desk.hook("bridge", f"e1,{user},")
    assert desk.asked == [("b-1", "webhook"), ("b-2", "webhook")]
    desk.hook("bridge", f"e2,{user},item-new")
    assert desk.asked == [("b-2", "webhook")]


def test_an_event_about_nobody_is_taken_in_and_means_nothing(desk: Desk) -> None:
    linked(desk)
    before = routes_of(desk)

    for body in ("e1,nobody,item-77", "e2,,", "e3,nobody,"):
        assert desk.hook("bridge", body).status == 204

    assert desk.asked == []
    assert routes_of(desk) == before


@pytest.mark.parametrize("headers", [{}, {"x-signature": "forged"}])
def test_a_forged_webhook_is_refused_and_asks_for_nothing(
    desk: Desk, headers: dict[str, str]
) -> None:
    user = linked(desk)

    answer = desk.hook("bridge", f"e1,{user},item-1", headers)

    assert (answer.status, answer.problem) == (401, "webhook_refused")
    assert desk.asked == []


def test_an_oversized_webhook_is_refused_before_it_is_verified(desk: Desk) -> None:
    linked(desk)

    whole = desk.hook("bridge", "x" * (BODY_BYTES_MAX + 1))
    huge = desk.hook("bridge", "x" * (4 * BODY_BYTES_MAX))

    assert (whole.status, whole.problem) == (413, "too_large")
    assert (huge.status, huge.problem) == (413, "too_large")


def test_a_webhook_never_reaches_another_tenant(desk: Desk) -> None:
    """A bank of one tenant under the user of another: nothing is right about such an event."""
    user = linked(desk)
    routes = desk.world.providers.routes
    routes.save("bridge", "user", "user-of-bravo", Route(TenantId("bravo")))
    routes.save("bridge", "connection", "item-b", Route(TenantId("bravo"), ACME, "b-9"))

    assert desk.hook("bridge", "e1,user-of-bravo,item-1").status == 204
    assert desk.hook("bridge", f"e2,{user},item-b").status == 204

    assert desk.asked == []
    with pytest.raises(StoreConflict):
        routes.save("bridge", "user", "user-of-bravo", Route(ALPHA))


def test_a_provider_that_nobody_has_keys_for_takes_no_webhooks(desk: Desk) -> None:
    assert desk.hook("swift", "e1,u,i").problem == "not_found"
    assert desk.nobody.send("GET", f"{HOOK}/bridge").problem == "method_not_allowed"
    assert desk.nobody.send("POST", f"{BACK}/bridge").problem == "method_not_allowed"


def test_a_body_that_is_no_json_gets_to_the_verification_as_it_came(desk: Desk) -> None:
    """Its bytes may be signed: nothing parses, decodes or measures them but for their number."""
    user = linked(desk)
    headers = {**SIGNED, "content-type": "text/plain", "content-encoding": "gzip"}

    assert desk.hook("bridge", f"e1,{user},item-1", headers).status == 204
    assert desk.asked == [("b-1", "webhook")]
