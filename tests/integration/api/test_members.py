"""Members, administrators and the opening of a tenant through the API."""

from __future__ import annotations

import pytest

from rappro.domain.access import ROLES
from rappro.domain.ids import TenantId

from .client import Client
from .seeds import NOW, World, empty_world

ACME = "/v1/companies/acme"


def somebody(world: World, user: str, tenant: str = "alpha") -> Client:
    return Client(world.ports, tenant, user, is_administrator=False)


def test_a_tenant_is_opened_once_by_its_first_administrator() -> None:
    world = empty_world()
    first, second = somebody(world, "first", "delta"), somebody(world, "second", "delta")
    assert first.put(ACME, {"name": "Acme"}).problem == "not_found"
    assert first.get("/v1/me").body["administrator"] is False

    opened, again, late = (each.post("/v1/onboarding") for each in (first, first, second))

    assert opened.body == {"tenant": "delta", "administrators": ["first"], "version": 1}
    assert again.body == opened.body
    assert late.problem == "not_allowed_in_state"
    assert first.get("/v1/me").body["administrator"] is True
    assert first.put(ACME, {"name": "Acme"}).status == 200
    assert second.get(ACME).problem == "not_found"


def test_opening_one_tenant_opens_no_other() -> None:
    world = empty_world()
    somebody(world, "first", "delta").post("/v1/onboarding")

    assert somebody(world, "first", "echo").get("/v1/tenant").problem == "forbidden"


def test_who_creates_a_company_is_its_manager_and_stays_it(world: World) -> None:
    client = Client(world.ports, "alpha", "user-2")
    client.put("/v1/companies/bakery", {"name": "Boulangerie"})
    Client(world.ports, "alpha").send("DELETE", "/v1/administrators/user-2")

    (mine,) = client.get("/v1/me").body["items"]

    assert mine["company"] == "bakery"
    assert mine["permissions"] == sorted(ROLES["manager"])
    assert client.get("/v1/companies/bakery/members/user-2").body == mine
    assert client.get(ACME).problem == "not_found"


def test_a_member_is_made_changed_listed_and_removed(alpha: Client, world: World) -> None:
    path = f"{ACME}/members/u-20"
    made = alpha.put(path, {"role": "assistant", "permissions": ["validate"]})
    until = alpha.put(path, {"valid_until": "2025-03-01T00:00:00Z"})
    narrowed = alpha.put(path, {"role": "reader", "valid_until": None})

    assert made.body["permissions"] == sorted([*ROLES["assistant"], "validate"])
    assert (until.body["permissions"], until.body["version"]) == (made.body["permissions"], 2)
    assert until.body["valid_until"] == "2025-03-01T00:00:00Z"
    assert narrowed.body["permissions"] == ["print_reconciliation"]
    assert narrowed.body["valid_until"] is None
    listed = alpha.get(f"{ACME}/members").body["items"]
    assert [each["user"] for each in listed] == ["u-17", "u-20"]
    assert somebody(world, "u-20").get(ACME).status == 200
    assert alpha.send("DELETE", path).status == 204
    assert alpha.get(path).problem == "not_found"
    assert somebody(world, "u-20").get(ACME).problem == "not_found"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/role"),
        ({"permissions": ["administer"]}, "/permissions"),
        ({"permissions": ["read"]}, "/permissions"),
        ({"permissions": ["fly"]}, "/permissions/0"),
        ({"role": "owner"}, "/role"),
        (
            {
                "role": "reader",
                "valid_from": "2025-03-01T00:00:00Z",
                "valid_until": "2025-03-01T00:00:00Z",
            },
            "/valid_until",
        ),
    ],
)
def test_a_membership_that_cannot_be_is_refused(
    alpha: Client, body: dict[str, object], pointer: str
) -> None:
    answer = alpha.put(f"{ACME}/members/u-20", body)

    assert (answer.status, answer.pointers) == (422, [pointer])
    assert alpha.get(f"{ACME}/members/u-20").problem == "not_found"


def test_nobody_gives_or_takes_what_he_lacks_or_changes_himself(
    alpha: Client, world: World
) -> None:
    alpha.put(f"{ACME}/members/lead", {"permissions": ["members", "match", "manage"]})
    alpha.put(f"{ACME}/members/boss", {"permissions": ["validate"]})
    lead = somebody(world, "lead")

    assert lead.put(f"{ACME}/members/new", {"permissions": ["undo_match"]}).status == 200
    given = lead.put(f"{ACME}/members/new", {"permissions": ["validate"]})
    taken = lead.put(f"{ACME}/members/boss", {"permissions": ["match"]})
    ended = lead.send("DELETE", f"{ACME}/members/boss")
    himself = lead.put(f"{ACME}/members/lead", {"valid_until": None})

    assert [each.problem for each in (given, taken, ended, himself)] == ["forbidden"] * 4
    assert "validate" in given.body["detail"]
    assert alpha.get(f"{ACME}/members/boss").body["permissions"] == ["validate"]


def test_the_last_administrator_stays(world: World) -> None:
    alpha = Client(world.ports, "alpha")
    added = alpha.post("/v1/administrators", {"user": "user-2"})
    assert added.body["administrators"] == ["u-17", "user-1", "user-2"]
    for user in ("u-17", "user-2"):
        assert alpha.send("DELETE", f"/v1/administrators/{user}").status == 204

    last = alpha.send("DELETE", "/v1/administrators/user-1")

    assert last.problem == "not_allowed_in_state"
    assert alpha.get("/v1/tenant").body["administrators"] == ["user-1"]
    assert alpha.send("DELETE", "/v1/administrators/nobody").problem == "not_found"


def test_a_user_who_is_no_administrator_any_more_administers_nothing(world: World) -> None:
    alpha, other = Client(world.ports, "alpha"), Client(world.ports, "alpha", "user-2")
    assert other.get("/v1/tenant").status == 200

    alpha.send("DELETE", "/v1/administrators/user-2")

    assert other.get("/v1/tenant").problem == "forbidden"
    assert other.get(ACME).problem == "not_found"
    assert other.get("/v1/companies").body["items"] == []


def test_who_gave_what_to_whom_stands_in_the_trail(alpha: Client, world: World) -> None:
    alpha.put(f"{ACME}/members/u-20", {"role": "reader"})
    alpha.send("DELETE", f"{ACME}/members/u-20")

    rows = alpha.get(f"{ACME}/audit", subject="u-20").body["items"]

    assert sorted((row["action"], row["author"]) for row in rows) == [
        ("remove_member", "user-1"), ("save_member", "user-1"),
    ]  # fmt: skip
    assert {row["at"] for row in rows} == {NOW.isoformat().replace("+00:00", "Z")}


def test_many_companies_are_listed_page_by_page(world: World) -> None:
    alpha = Client(world.ports, "alpha")
    for number in range(5):
        alpha.put(f"/v1/companies/shop-{number}", {"name": "Boutique"})
        alpha.put(f"/v1/companies/shop-{number}/members/u-20", {"role": "reader"})
    member = somebody(world, "u-20")
    seen: list[str] = []
    more: dict[str, str] = {}
    while True:
        page = member.get("/v1/companies", limit=2, **more).body
        seen += [each["id"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        more = {"cursor": page["next_cursor"]}

    assert seen == [f"shop-{number}" for number in range(5)]
    assert len(alpha.get("/v1/companies").body["items"]) == 6
    assert world.store.companies(TenantId("alpha")) == ["acme", *seen]
