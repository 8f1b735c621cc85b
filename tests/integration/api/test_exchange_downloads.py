"""A mail's link over the API: followed without a token of the API, ended by who may."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from rappro.adapters.memory.providers import MemoryMailer, MemoryRoutes
from rappro.domain.ids import TenantId
from rappro.edge.api import sample_ids as ids
from rappro.ports import Ports
from rappro.ports_exchange import Downloads
from rappro.use_cases.tasks import TaskRequest
from rappro.use_cases.works import perform

from .client import Client, Json
from .seeds import World

BASE = f"/v1/companies/{ids.COMPANY}"
DOWNLOADS = "/v1/exchange-downloads"
TOKEN = "tok" * 14 + "n"


@dataclass
class Desk:
    """Alpha's books, sent and announced by mail."""

    world: World
    mailer: MemoryMailer = field(default_factory=MemoryMailer)
    routes: MemoryRoutes = field(default_factory=MemoryRoutes)

    @property
    def ports(self) -> Ports:
        found = self.world.ports
        downloads = Downloads(self.routes, f"https://api.rappro.example{DOWNLOADS}", lambda: TOKEN)
        exchange = replace(found.exchange, mailer=self.mailer, downloads=downloads)
        return replace(found, exchange=exchange)

    def send(self, **said: object) -> Json:
        client = Client(self.ports, "alpha")
        begun = client.post(f"{BASE}/exchange/sends", {"announce_to": "cabinet@exemple.fr", **said})
        assert begun.status == 202, begun.text
        perform(self.ports, TaskRequest(TenantId("alpha"), ids.COMPANY, begun.body["id"]))
        (report,) = client.get(f"{BASE}/tasks/{begun.body['id']}").body["exchange"]
        assert isinstance(report, dict)
        return report


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def test_whoever_has_the_link_gets_the_file_without_a_token_of_the_api(desk: Desk) -> None:
    report = desk.send(download_days=2)
    nobody = Client(desk.ports, None)
    answer = nobody.get(f"{DOWNLOADS}?token={TOKEN}")
    ((_, _, text),) = desk.mailer.sent.values()

    assert report["download_until"] is not None
    assert f"{DOWNLOADS}?token={TOKEN}" in text
    assert (answer.status, answer.text) == (303, "")
    assert answer.headers["Location"].startswith("memory:sources/alpha/")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert TOKEN not in str(desk.world.of_tenant("alpha"))
    tracked = nobody.get(f"{DOWNLOADS}?token={TOKEN}&utm_source=mail")
    assert tracked.status == 303


def test_what_is_no_link_tells_nothing(desk: Desk) -> None:
    desk.send()
    nobody = Client(desk.ports, None)

    assert nobody.get(f"{DOWNLOADS}?token={'x' * 43}").problem == "not_found"
    assert nobody.get(f"{DOWNLOADS}?token={'x' * 43}").text.count("alpha") == 0
    assert nobody.get(f"{DOWNLOADS}?token=court").problem == "invalid_request"
    assert nobody.get(DOWNLOADS).problem == "invalid_request"
    assert nobody.send("POST", DOWNLOADS).problem == "method_not_allowed"
    assert nobody.get(f"{DOWNLOADS}/{TOKEN}").problem == "unauthorized"


def test_links_in_mails_are_ended_by_who_may_exchange_and_by_nobody_else(desk: Desk) -> None:
    report = desk.send()
    nobody = Client(desk.ports, None)
    path = f"{BASE}/exchange/downloads/{report['archive']}"

    assert Client(desk.ports, "bravo").send("DELETE", path).problem == "not_found"
    stranger = Client(desk.ports, "alpha", user="user-9", is_administrator=False)
    assert stranger.send("DELETE", path).problem == "not_found"
    assert nobody.get(f"{DOWNLOADS}?token={TOKEN}").status == 303
    assert Client(desk.ports, "alpha").send("DELETE", path).status == 204
    assert nobody.get(f"{DOWNLOADS}?token={TOKEN}").problem == "not_found"
    assert Client(desk.ports, "alpha").send("DELETE", path).problem == "not_found"


@pytest.mark.parametrize("days", [0, 8, "7"])
def test_a_link_holds_for_a_week_at_most(desk: Desk, days: object) -> None:
    refused = Client(desk.ports, "alpha").post(
        f"{BASE}/exchange/sends", {"announce_to": "a@b.fr", "download_days": days}
    )

    assert refused.pointers == ["/download_days"]
