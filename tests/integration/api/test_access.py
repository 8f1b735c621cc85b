"""Who may do what, for every operation there is: each refusal, and that nothing came of it.

The operations, and what they need, come from the OpenAPI document.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from rappro.domain.access import (
    GRANTABLE,
    HELD_UNTIL_DONE,
    Membership,
    Permission,
    covered,
)
from rappro.domain.ids import CompanyId, TenantId
from rappro.edge.api import sample_ids as ids
from rappro.edge.api.app import whole
from rappro.edge.api.documented import PERMISSION, PERMISSION_OF_FIELD, PUBLIC

from .client import Answer, Client, the_document
from .seeds import NOW, World, seeded_world
from .test_tenants import operations, request_of

ALPHA = TenantId("alpha")
MEMBER = "u-member"
OF_COMPANY = [each for each in operations() if "{company}" in each.values[1]]
GIVEN = [each for each in OF_COMPANY if each.values[2][PERMISSION] != Permission.READ]
OF_TENANT = [
    each
    for each in operations()
    if "{company}" not in each.values[1] and each.values[2][PERMISSION] != Permission.SIGNED_IN
]


def join(world: World, *permissions: Permission, **times: Any) -> Client:
    """Make somebody a member of the company, and of nothing else."""
    member = Membership(MEMBER, ids.COMPANY, tuple(sorted(permissions)), **times)
    world.store.load(ALPHA, ids.COMPANY, [member])
    return stranger(world)


def stranger(world: World) -> Client:
    return Client(world.ports, "alpha", MEMBER, is_administrator=False)


def ask(client: Client, method: str, path: str, operation: dict[str, Any]) -> Answer:
    method, path, body = request_of(method, path, operation)
    return client.send(method, path, body=body)


def needed(method: str, path: str, operation: dict[str, Any]) -> set[Permission]:
    """Return what the documentation's example of an operation needs."""
    own, of_field = operation[PERMISSION], operation.get(PERMISSION_OF_FIELD, {})
    _, _, body = request_of(method, path, operation)
    named = {of_field.get(name, own) for name in json.loads(body or "{}")} if of_field else set()
    return {Permission(name) for name in named or {own}}


def test_every_route_says_what_it_needs_or_that_anybody_may_read_it() -> None:
    routes = [*whole()._static_routes, *whole()._dynamic_routes]
    said = [route.openapi_extensions or {} for route in routes]

    assert len(routes) > 90
    assert all((each.get(PUBLIC) is True) != (PERMISSION in each) for each in said)
    assert {each[PERMISSION] for each in said if PERMISSION in each} <= set(Permission)


def test_every_permission_opens_something() -> None:
    used = {Permission(each.values[2][PERMISSION]) for each in operations()}
    used |= {
        Permission(name)
        for each in operations()
        for name in each.values[2].get(PERMISSION_OF_FIELD, {}).values()
    }

    assert covered([Permission.MANAGE]) - used == {Permission.MANAGE}
    assert GRANTABLE - used == {Permission.MANAGE}


def test_a_route_that_forgot_its_permission_is_answered_by_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (route,) = (each for each in whole()._static_routes if each.path == "/v1/companies")
    monkeypatch.setattr(route, "openapi_extensions", {})

    answer = Client(world.ports, "alpha").get("/v1/companies")

    assert answer.problem == "internal_error"


@pytest.mark.parametrize(("method", "path", "operation"), OF_COMPANY)
def test_a_member_with_just_what_an_operation_needs_does_it(
    world: World, method: str, path: str, operation: dict[str, Any]
) -> None:
    client = join(world, *needed(method, path, operation) - {Permission.READ})

    answer = ask(client, method, path, operation)

    if operation["operationId"] in {"saveMember", "removeMember"}:
        assert answer.problem == "forbidden"  # nobody gives or takes what he lacks
    else:
        alone = seeded_world("alpha")
        assert answer.status == ask(Client(alone.ports, "alpha"), method, path, operation).status
        assert answer.status != 403


@pytest.mark.parametrize(("method", "path", "operation"), GIVEN)
def test_a_member_who_lacks_the_permission_is_told_which_one_and_changes_nothing(
    world: World, method: str, path: str, operation: dict[str, Any]
) -> None:
    for missing in needed(method, path, operation):
        client = join(world, *GRANTABLE - {missing, Permission.MANAGE})
        before = world.of_tenant("alpha")

        answer = ask(client, method, path, operation)

        assert answer.problem == "forbidden"
        assert str(missing) in answer.body["detail"]
        assert missing.code in answer.body["detail"]
        assert world.of_tenant("alpha") == before


@pytest.mark.parametrize(("method", "path", "operation"), OF_COMPANY)
@pytest.mark.parametrize("times", ["none", "over", "not_begun"])
def test_who_is_no_member_now_is_answered_as_if_there_were_no_such_company(
    world: World, method: str, path: str, operation: dict[str, Any], times: str
) -> None:
    if times == "over":
        client = join(world, *GRANTABLE, valid_until=NOW)
    elif times == "not_begun":
        client = join(world, *GRANTABLE, valid_from=NOW + timedelta(microseconds=1))
    else:
        client = stranger(world)
    before = world.of_tenant("alpha")

    answer = ask(client, method, path, operation)
    assert world.of_tenant("alpha") == before
    elsewhere = ask(client, method, path.replace("{company}", "no-such-one"), operation)

    assert answer.problem == "not_found"
    assert {**elsewhere.body, "detail": ""} == {**answer.body, "detail": ""}
    assert elsewhere.body["detail"].replace("no-such-one", ids.COMPANY) == answer.body["detail"]


@pytest.mark.parametrize(("method", "path", "operation"), OF_TENANT)
def test_what_all_companies_share_is_not_for_a_member_of_none(
    world: World, method: str, path: str, operation: dict[str, Any]
) -> None:
    before = world.of_tenant("alpha")

    answer = ask(stranger(world), method, path, operation)

    assert answer.problem == "forbidden"
    assert operation[PERMISSION] in answer.body["detail"]
    assert world.of_tenant("alpha") == before


@pytest.mark.parametrize(("method", "path", "operation"), OF_TENANT)
def test_what_all_companies_share_is_read_by_members_and_changed_by_administrators(
    world: World, method: str, path: str, operation: dict[str, Any]
) -> None:
    client = join(world, *GRANTABLE)
    before = world.of_tenant("alpha")

    answer = ask(client, method, path, operation)

    if operation[PERMISSION] == Permission.READ:
        assert answer.status == 200
    else:
        assert answer.problem == "forbidden"
        assert "administer" in answer.body["detail"]
        assert world.of_tenant("alpha") == before


@pytest.mark.parametrize(("method", "path", "operation"), operations())
@pytest.mark.parametrize(
    "claims",
    [{"sub": "user-1"}, {"sub": "user-1", "tenant_id": ""}, {"tenant_id": "alpha"}],
    ids=["no_tenant", "empty_tenant", "nobody"],
)
def test_a_token_without_a_tenant_or_a_user_opens_nothing(
    world: World, method: str, path: str, operation: dict[str, Any], claims: dict[str, str]
) -> None:
    before = world.of_tenant("alpha"), world.of_tenant("bravo")

    answer = ask(Client(world.ports, None, claims=claims), method, path, operation)

    assert answer.problem == "unauthorized"
    assert (world.of_tenant("alpha"), world.of_tenant("bravo")) == before


def test_a_permission_of_one_company_is_none_in_another(world: World) -> None:
    client = join(world, *GRANTABLE)
    Client(world.ports, "alpha").put("/v1/companies/bakery", {"name": "Boulangerie"})

    assert client.get("/v1/companies/bakery").problem == "not_found"
    assert client.put("/v1/companies/bakery", {"name": "Mine"}).problem == "not_found"
    assert client.put("/v1/companies/new-one", {"name": "Mine"}).problem == "not_found"
    assert [one["id"] for one in client.get("/v1/companies").body["items"]] == [ids.COMPANY]


def test_what_makes_or_posts_entries_or_gives_rights_is_held_until_it_is_done() -> None:
    posting = {
        operation["operationId"]
        for methods in the_document()["paths"].values()
        for operation in methods.values()
        if operation.get(PERMISSION) in HELD_UNTIL_DONE
    }

    assert {
        "validateStatement", "reverseMatch", "closeLine", "settleDifference", "generateEntry",
        "generateEntries", "createCashMovement", "createCashMovements", "validatePointing",
        "createUndefinedCashMovement", "matchByHand", "confirmMatch", "pointEntries", "saveMember",
        "removeMember", "addAdministrator", "removeAdministrator", "saveCommonTemplate",
    } <= posting  # fmt: skip


def test_the_caller_s_company_list_and_rights_are_read_in_few_requests(world: World) -> None:
    """300 companies are as many requests as three."""
    for number in range(300):
        name = CompanyId(f"company-{number:03d}")
        world.store.load(ALPHA, name, [Membership(MEMBER, name, (Permission.MATCH,))])
    mine = stranger(world).get("/v1/me", limit=200)
    rest = stranger(world).get("/v1/me", limit=200, cursor=mine.body["next_cursor"])

    assert len(mine.body["items"]) + len(rest.body["items"]) == 300
    assert rest.body["next_cursor"] is None
    assert mine.body["administrator"] is False
    assert mine.body["items"][0]["permissions"] == ["match"]
