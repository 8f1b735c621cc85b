"""Nobody undoes what somebody else did: tags on every editable resource, held at every moment.

The resources come from the OpenAPI document: every path that can be read with a version and
written. A new one is covered as soon as it is documented.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import pytest
from aws_lambda_powertools.event_handler.api_gateway import BaseRouter

from rappro.edge.api.app import app
from rappro.ports import Ports

from .client import Answer, Client, the_document
from .seeds import World, seeded_world
from .test_tenants import request_of

WRITTEN = ("put", "patch", "delete")
WITHOUT_FIELDS = {
    "/v1/administrators/{user}", "/v1/provider-users/{provider}",
    "/v1/companies/{company}/entries/{entry}/documents/{document}",
    "/v1/companies/{company}/exchange/downloads/{archive}",
    "/v1/companies/{company}/exchange/links/{link}",
    "/v1/companies/{company}/exchange/waiting/{archive}",
}  # fmt: skip
"""Being one of a set, or not: two who write the same lose nothing of each other's."""
COMPANY = "/v1/companies/acme"


@dataclass(frozen=True)
class Change:
    """The documentation's example of a write, and of the GET of the same path."""

    name: str
    method: str
    path: str
    body: str | bytes | None

    def send(self, client: Client, **headers: str) -> Answer:
        return client.send(self.method, self.path, body=self.body, headers=headers)


def changes() -> dict[str, list[Change]]:
    """Every write of every path that has tags, by path."""
    found: dict[str, list[Change]] = {}
    for path, methods in the_document()["paths"].items():
        for method in WRITTEN:
            operation = methods.get(method)
            if operation is not None and "412" in operation["responses"]:
                sent = request_of(method.upper(), path, operation)
                found.setdefault(path, []).append(Change(operation["operationId"], *sent))
    return found


CHANGES = changes()
EACH = [pytest.param(one, id=one.name) for several in CHANGES.values() for one in several]
PAIRS = [
    pytest.param(ours, theirs, id=f"{ours.name}-{theirs.name}")
    for several in CHANGES.values()
    for ours in several
    for theirs in several
    if theirs.path == ours.path
]


def tag_of(client: Client, change: Change) -> str:
    answer = client.get(change.path)
    assert answer.status == 200, answer.text
    return answer.headers["ETag"]


def test_every_path_that_is_read_with_a_version_and_written_takes_conditions() -> None:
    written = {
        path
        for path, methods in the_document()["paths"].items()
        if methods.keys() & set(WRITTEN) and path not in CHANGES
    }

    assert len(CHANGES) >= 13
    assert written == WITHOUT_FIELDS, "give it a GET that shows its version"


@pytest.mark.parametrize("change", EACH)
def test_a_write_on_what_was_read_succeeds_and_its_tag_is_the_one_of_the_next_read(
    alpha: Client, change: Change
) -> None:
    before = tag_of(alpha, change)

    answer = change.send(alpha, **{"If-Match": before})

    assert 200 <= answer.status < 300, answer.text
    if change.method == "DELETE":
        assert alpha.get(change.path).headers.get("ETag") != before
    else:
        assert answer.headers["ETag"] == tag_of(alpha, change) != before


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_of_two_who_read_the_same_the_second_writer_is_refused_and_changes_nothing(
    world: World, alpha: Client, ours: Change, theirs: Change
) -> None:
    tag = tag_of(alpha, ours)
    assert 200 <= theirs.send(alpha, **{"If-Match": tag}).status < 300
    before = world.of_tenant("alpha")

    answer = ours.send(alpha, **{"If-Match": tag})

    assert answer.problem == "precondition_failed"
    assert world.of_tenant("alpha") == before


class Interrupted:
    """A store during whose n-th call, just before it, something else happens."""

    def __init__(self, store: Any, at: int, happens: Callable[[], None]) -> None:
        self.store = store
        self.at = at
        self.happens = happens
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.store, name)

        def called(*args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            if self.calls == self.at:
                self.happens()
            return method(*args, **kwargs)

        return called


def aside(work: Callable[[], Answer]) -> Answer:
    """Answer a request while another one is being answered by the same process."""
    event, context = BaseRouter.current_event, dict(app.context)
    try:
        return work()
    finally:
        BaseRouter.current_event = event
        app.context.clear()
        app.context.update(context)


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_of_two_who_write_at_once_exactly_one_succeeds_at_whatever_moment_the_other_comes(
    ours: Change, theirs: Change
) -> None:
    outcomes = set()
    for at in count(1):
        world = seeded_world("alpha")
        other = Client(world.ports, "alpha", "user-2")
        tag = tag_of(other, ours)
        met: list[Answer] = []

        def happens(
            other: Client = other, tag: str = tag, met: list[Answer] = met
        ) -> None:  # fmt: skip
            met.append(aside(lambda: theirs.send(other, **{"If-Match": tag})))

        store = Interrupted(world.store, at, happens)
        mine = client_of(world.ports, store)
        answer = ours.send(mine, **{"If-Match": tag})
        if store.calls < at:
            break
        if answer.status == 409:  # the other one works on the company: come again
            answer = ours.send(client_of(world.ports, world.store), **{"If-Match": tag})
        won, lost = sorted((answer.status, met[0].status))
        assert 200 <= won < 300, (at, won, lost)
        assert lost in {409, 412}, (at, won, lost)
        outcomes.add(answer.status == 412)

    assert True in outcomes


def client_of(ports: Ports, store: Any) -> Client:
    """Return a client on a store that counts; that it may administer is arranged before."""
    return replace(Client(ports, "alpha"), ports=replace(ports, store=store))


@pytest.mark.parametrize("change", EACH)
@pytest.mark.parametrize("header", ['"0-0000000000000000"', '"x"', 'W/"1-0"'])
def test_a_tag_of_nothing_is_refused(
    world: World, alpha: Client, change: Change, header: str
) -> None:
    before = world.of_tenant("alpha")

    answer = change.send(alpha, **{"If-Match": header})

    assert answer.problem == "precondition_failed"
    assert world.of_tenant("alpha") == before


@pytest.mark.parametrize("change", EACH)
@pytest.mark.parametrize("name", ["If-Match", "If-None-Match"])
@pytest.mark.parametrize("header", ["", "nonsense", "{}", '"x" "y"', '"x",', f'"{"x" * 101}"'])
def test_a_condition_that_names_no_tag_is_refused_and_nothing_is_written(
    world: World, alpha: Client, change: Change, name: str, header: str
) -> None:
    before = world.of_tenant("alpha")

    answer = change.send(alpha, **{name: header})

    assert (answer.problem, answer.pointers) == ("invalid_request", [f"header/{name}"])
    assert world.of_tenant("alpha") == before


def test_a_condition_of_more_tags_than_there_is_room_for_is_refused(alpha: Client) -> None:
    change = Change("", "PUT", COMPANY, '{"name": "Neuf"}')

    answer = change.send(alpha, **{"If-Match": ", ".join(['"1-x"'] * 200)})

    assert (answer.problem, answer.pointers) == ("invalid_request", ["header/If-Match"])


def test_a_read_whose_condition_names_no_tag_is_refused(alpha: Client) -> None:
    answer = alpha.send("GET", COMPANY, headers={"If-None-Match": "{}"})

    assert (answer.problem, answer.pointers) == ("invalid_request", ["header/If-None-Match"])


@pytest.mark.parametrize("header", ["nonsense", '"1-x"', "*"])
def test_a_method_that_a_path_does_not_have_is_told_whatever_the_condition(
    alpha: Client, header: str
) -> None:
    change = Change("", "PATCH", COMPANY, "{}")

    answer = change.send(alpha, **{"If-Match": header, "If-None-Match": header})

    assert answer.problem == "method_not_allowed"


def test_one_of_several_tags_is_enough_weakened_by_a_proxy_or_not(alpha: Client) -> None:
    tag = alpha.get(COMPANY).headers["ETag"]
    change = Change("", "PUT", COMPANY, '{"name": "Neuf"}')

    answer = change.send(alpha, **{"If-Match": f'"x", W/{tag}'})

    assert answer.status == 200


def test_whatever_is_there_must_be_there(alpha: Client) -> None:
    change = Change("", "PUT", "/v1/companies/other", '{"name": "Neuf"}')

    refused = change.send(alpha, **{"If-Match": "*"})
    made = change.send(alpha)
    changed = change.send(alpha, **{"If-Match": "*"})

    assert (refused.problem, made.status, changed.status) == ("precondition_failed", 200, 200)


def test_what_must_not_be_there_is_created_once(alpha: Client) -> None:
    change = Change("", "PUT", "/v1/companies/other", '{"name": "Neuf"}')

    made = change.send(alpha, **{"If-None-Match": "*"})
    again = change.send(alpha, **{"If-None-Match": "*"})

    assert made.body["version"] == 1
    assert again.problem == "precondition_failed"


PUTS = [
    pytest.param(one, id=one.name)
    for several in CHANGES.values()
    for one in several
    if one.method == "PUT"
]


@pytest.mark.parametrize("change", PUTS)
def test_of_two_who_create_at_once_exactly_one_does(change: Change) -> None:
    """Where the example is there already, it is deleted first or asked for under a new id."""
    path = change.path.rsplit("/", 1)[0] + "/brand-new"
    outcomes = set()
    for at in count(1):
        world = seeded_world("alpha")
        other = Client(world.ports, "alpha", "user-2")
        fresh = replace(change, path=path)
        met: list[Answer] = []

        def happens(
            other: Client = other, fresh: Change = fresh, met: list[Answer] = met
        ) -> None:  # fmt: skip
            met.append(aside(lambda: fresh.send(other, **{"If-None-Match": "*"})))

        store = Interrupted(world.store, at, happens)
        answer = fresh.send(client_of(world.ports, store), **{"If-None-Match": "*"})
        if store.calls < at:
            break
        statuses = sorted((answer.status, met[0].status))
        assert statuses[1] == 412 or statuses[0] >= 400, (at, statuses, answer.text)
        outcomes.add(tuple(statuses))

    assert all(max(statuses) >= 400 for statuses in outcomes)


def test_a_read_that_knows_the_version_gets_no_body(alpha: Client) -> None:
    first = alpha.get(COMPANY)

    same = alpha.send("GET", COMPANY, headers={"If-None-Match": first.headers["ETag"]})
    star = alpha.send("GET", COMPANY, headers={"If-None-Match": "*"})
    other = alpha.send("GET", COMPANY, headers={"If-None-Match": '"1-x"'})

    assert (same.status, same.text, same.headers["ETag"]) == (304, "", first.headers["ETag"])
    assert star.status == 304
    assert (other.status, other.body) == (200, first.body)


def test_what_a_resource_shows_of_others_changes_its_tag(alpha: Client) -> None:
    """A journal shows the values of the profile that it names."""
    journal, profile = f"{COMPANY}/journals/BQ1", f"{COMPANY}/import-profiles/LIVRET"
    alpha.put(profile, {"label": "Livret"})
    assert alpha.put(journal, {"import_profile": "LIVRET"}).status == 200
    before = alpha.get(journal).headers["ETag"]

    assert alpha.put(profile, {"suspense_account": "472000"}).status == 200

    assert alpha.get(journal).headers["ETag"] != before


def test_lists_and_answers_without_a_version_have_no_tag(alpha: Client) -> None:
    assert "ETag" not in alpha.get("/v1/companies").headers
    assert "ETag" not in alpha.get(f"{COMPANY}/nothing").headers


def test_a_condition_tells_nothing_of_another_tenant(world: World) -> None:
    theirs = Client(world.ports, "bravo").get(COMPANY).headers["ETag"]
    before = world.of_tenant("bravo")

    body = json.dumps({"name": "Neuf"})
    answers = [
        Client(world.ports, "charlie").send(
            "PUT", f"{COMPANY}/journals/BQ1", body=body, headers={"If-Match": tag}
        )
        for tag in (theirs, '"1-x"', "*")
    ]

    assert {answer.problem for answer in answers} == {"precondition_failed"}
    assert world.of_tenant("bravo") == before
