"""What any request may run into, whatever its route: its caller, its body, our own faults."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from rappro.domain.errors import (
    BooksLoading,
    LeaseHeld,
    RapproError,
    StoreConflict,
    StoreThrottled,
    StoreUnavailable,
)
from rappro.edge import observability
from rappro.edge.api.app import app, handle
from rappro.edge.api.models.companies import CompanyOutput

from .client import Client
from .seeds import World

COMPANY = "/v1/companies/acme"


class BrokenStore:
    """A store of which every method raises the same error."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __getattr__(self, name: str) -> Any:
        def broken(*args: object, **kwargs: object) -> Any:
            raise self.error

        return broken


def with_broken_store(world: World, error: Exception) -> Client:
    return Client(replace(world.ports, store=BrokenStore(error)), "alpha", is_administrator=False)


@pytest.mark.parametrize(
    "claims",
    [
        {"tenant_id": ""},
        {"tenant_id": "Alpha"},
        {"tenant_id": "alpha/acme"},
        {"tenant_id": "a" * 41},
        {"tenant_id": ["alpha", "bravo"]},
        {"tenant_id": None},
        {"sub": ""},
        {"sub": None},
        {"sub": "user\n1"},
    ],
)
def test_claims_that_are_no_identity_are_refused(world: World, claims: dict[str, Any]) -> None:
    answer = Client(world.ports, "alpha", claims=claims).get(COMPANY)

    assert answer.problem == "unauthorized"


@pytest.mark.parametrize("missing", ["tenant_id", "sub"])
def test_a_token_without_a_needed_claim_is_refused_by_that_claim_s_name(
    world: World, missing: str
) -> None:
    claims = {"tenant_id": "alpha", "sub": "user-1"}
    del claims[missing]

    answer = Client(world.ports, None, claims=claims).get(COMPANY)

    assert answer.status == 401
    assert missing in answer.body["detail"]


@pytest.mark.parametrize("context", [None, {}, {"authorizer": None}, {"authorizer": {"jwt": 1}}])
def test_an_event_of_another_shape_is_a_problem_and_never_an_exception(
    world: World, context: dict[str, Any] | None
) -> None:
    event = {"version": "2.0", "rawPath": COMPANY, "requestContext": context}

    answer = handle(event, None, world.ports)

    assert answer["statusCode"] in {401, 500}
    assert answer["headers"]["Content-Type"] == "application/problem+json"


def test_an_unknown_route_is_a_404_with_or_without_a_query(alpha: Client) -> None:
    assert alpha.get("/v1/nothing").problem == "no_such_route"
    assert alpha.get("/v1/companies/acme/nothing", any="1").problem == "no_such_route"
    assert alpha.get("/").problem == "no_such_route"
    assert alpha.get(f"{COMPANY}/").problem == "no_such_route"


def test_a_browser_s_preflight_needs_no_token_and_says_nothing(world: World) -> None:
    nobody = Client(world.ports, None)
    event = nobody.event("OPTIONS", COMPANY, query={}, body=None, headers={})

    answer = handle(event, None, world.ports)

    assert (answer["statusCode"], answer["body"]) == (204, "")


def test_a_known_path_with_another_method_is_a_405_that_names_the_allowed_ones(
    alpha: Client,
) -> None:
    answer = alpha.send("DELETE", COMPANY)

    assert answer.problem == "method_not_allowed"
    assert answer.headers["Allow"] == "GET, PUT"


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "multipart/form-data"])
def test_a_body_that_is_not_json_by_its_type_is_a_415(alpha: Client, media_type: str) -> None:
    headers = {"content-type": media_type}

    answer = alpha.send("PUT", COMPANY, body="name=Acme", headers=headers)

    assert answer.problem == "unsupported_media_type"


def test_a_charset_beside_the_media_type_is_accepted(alpha: Client) -> None:
    headers = {"content-type": "application/json; charset=utf-8"}

    answer = alpha.send("PUT", COMPANY, body='{"name":"Nouveau"}', headers=headers)

    assert answer.body["name"] == "Nouveau"


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "name",
        '{"name": NaN}',
        '{"name": "a", "name": "b"}',
        '{"name": "\t"}',
        '{"a":' * 40 + "1" + "}" * 40,
        "[" * 100_000,
        '{"name": ' + "1" * 5_000 + "}",
        b"\xff\xfe",
        b'{"name": "\xe9"}',
    ],
    ids=[
        "cut", "bare word", "NaN", "field twice", "control character", "deep object",
        "endless nesting", "endless number", "not UTF-8", "Latin-1",
    ],
)  # fmt: skip
def test_a_body_that_is_no_json_is_a_400(alpha: Client, body: str | bytes) -> None:
    assert alpha.send("PUT", COMPANY, body=body).problem == "invalid_json"


def test_bytes_that_are_announced_as_base64_and_are_not_are_a_400(world: World) -> None:
    client = Client(world.ports, "alpha")
    event = client.event("PUT", COMPANY, query={}, body="{}!", headers={})

    answer = handle({**event, "isBase64Encoded": True}, None, world.ports)

    assert json.loads(answer["body"])["type"] == "urn:rappro:problem:invalid_json"


def test_a_base64_body_is_read_as_what_it_holds(alpha: Client) -> None:
    answer = alpha.send("PUT", COMPANY, body='{"name":"Société"}'.encode())

    assert answer.body["name"] == "Société"


@pytest.mark.parametrize("body", ["[]", '[{"name":"Acme"}]', '"Acme"', "1", "null", "true"])
def test_a_body_that_is_no_object_is_a_422(alpha: Client, body: str) -> None:
    assert alpha.send("PUT", COMPANY, body=body).problem == "invalid_request"


def test_a_missing_body_is_a_422(alpha: Client) -> None:
    answer = alpha.send("PUT", COMPANY)

    assert answer.problem == "invalid_request"
    assert answer.pointers == [""]


def test_a_body_beyond_the_bound_is_a_413(alpha: Client) -> None:
    fits = json.dumps({"name": "a"}).ljust(512 * 1024)

    assert alpha.send("PUT", COMPANY, body=fits).status == 200
    assert alpha.send("PUT", COMPANY, body=fits + " ").problem == "too_large"


def test_every_wrong_field_is_named_by_its_pointer(alpha: Client) -> None:
    body = {
        "lines": [{"statement": "s", "position": 0}, {"statement": "", "position": "2"}],
        "targets": [{"type": "gift", "id": "x", "amount": 12.5, "note": ""}],
        "pointed_on": "31/01/2025",
        "force": True,
    }

    answer = alpha.post(f"{COMPANY}/matches", body)

    assert answer.problem == "invalid_request"
    assert sorted(answer.pointers) == [
        "/force",
        "/lines/0/position",
        "/lines/1/position",
        "/lines/1/statement",
        "/pointed_on",
        "/targets/0/amount",
        "/targets/0/note",
        "/targets/0/type",
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", 1),
        ("name", ""),
        ("name", "a" * 201),
        ("name", "\ud800"),
        ("siren", "12345678"),
        ("siren", 732829320),
        ("closed_until", 20241231),
        ("closed_until", "2024-02-30"),
        ("closed_until", "2024-1-1"),
        ("fiscal_year_start_month", "1"),
        ("fiscal_year_start_month", True),
        ("fiscal_year_start_month", 13),
        ("fiscal_year_start_month", 1.5),
        ("currency", "eur"),
        ("settings", []),
        ("unknown", None),
    ],
)
def test_nothing_is_converted_in_silence(alpha: Client, field: str, value: object) -> None:
    answer = alpha.put(COMPANY, {"name": "Acme", field: value})

    assert answer.problem == "invalid_request"
    assert answer.pointers == [f"/{field}"]


@pytest.mark.parametrize("written", ["7", "7.0", "0.7e1", "70E-1"])
def test_a_whole_number_is_one_however_it_is_written(alpha: Client, written: str) -> None:
    body = f'{{"name": "Acme", "fiscal_year_start_month": {written}}}'

    answer = alpha.send("PUT", COMPANY, body=body)

    assert answer.status == 200
    assert answer.body["fiscal_year_start_month"] == 7


@pytest.mark.parametrize("written", ["7.000000000000001", "1e400", "-1e400", "1e308"])
def test_a_number_that_is_no_month_stays_none(alpha: Client, written: str) -> None:
    body = f'{{"name": "Acme", "fiscal_year_start_month": {written}}}'

    answer = alpha.send("PUT", COMPANY, body=body)

    assert answer.problem == "invalid_request"
    assert answer.pointers == ["/fiscal_year_start_month"]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"limit": "0"}, "query/limit"),
        ({"limit": "201"}, "query/limit"),
        ({"limit": "ten"}, "query/limit"),
        ({"status": "open"}, "query/status"),
        ({"from": "2025"}, "query/from"),
        ({"to": "1738368000"}, "query/to"),
        ({"cursor": "x" * 5_000}, "query/cursor"),
        ({"cursor": "x"}, "query/cursor"),
        ({"statsu": "imported"}, "query/statsu"),
    ],
)
def test_a_wrong_or_unknown_parameter_is_named(
    alpha: Client, query: dict[str, str], pointer: str
) -> None:
    answer = alpha.send("GET", f"{COMPANY}/statements", query=query)

    assert answer.problem == "invalid_request"
    assert answer.pointers == [pointer]


def test_a_parameter_given_twice_is_refused(world: World, alpha: Client) -> None:
    event = alpha.event("GET", f"{COMPANY}/statements", query={}, body=None, headers={})
    twice = {"rawQueryString": "limit=1&limit=2", "queryStringParameters": {"limit": "1,2"}}

    answer = handle({**event, **twice}, None, world.ports)

    assert json.loads(answer["body"])["errors"][0]["pointer"] == "query/limit"


@pytest.mark.parametrize("company", ["Acme", "a", "a" * 41, "acme bis", "acme%2Fbis", "-acme"])
def test_an_id_that_no_company_can_have_is_refused_by_its_name(alpha: Client, company: str) -> None:
    answer = alpha.get(f"/v1/companies/{company}")

    assert answer.problem == "invalid_request"
    assert answer.pointers == ["path/company"]


@pytest.mark.parametrize("position", ["0", "-1", "x", "1.5", "10000000"])
def test_a_position_that_no_line_can_have_is_refused(alpha: Client, position: str) -> None:
    answer = alpha.get(f"{COMPANY}/statements/st/lines/{position}")

    assert answer.pointers == ["path/position"]


@pytest.mark.parametrize("sent", ["CLIENT%20%C3%89T%C3%89", "CLIENT ÉTÉ"])
def test_an_id_is_the_same_whether_the_gateway_decoded_the_path_or_not(
    alpha: Client, sent: str
) -> None:
    answer = alpha.put(f"{COMPANY}/third-parties/{sent}", {"kind": "customer", "name": "Été"})

    assert answer.body["id"] == "CLIENT ÉTÉ"
    assert alpha.get(f"{COMPANY}/third-parties/CLIENT ÉTÉ").body == answer.body


def test_a_named_stage_is_no_part_of_the_path(world: World, alpha: Client) -> None:
    event = alpha.event("GET", COMPANY, query={}, body=None, headers={})
    event["requestContext"]["stage"] = "prod"
    event["rawPath"] = f"/prod{COMPANY}"

    answer = handle(event, None, world.ports)

    assert json.loads(answer["body"])["id"] == "acme"


@pytest.mark.parametrize(
    ("error", "status", "retry_after"),
    [
        (StoreConflict("moved"), 409, "1"),
        (StoreThrottled("slow"), 503, "1"),
        (StoreUnavailable("away"), 503, "1"),
        (LeaseHeld("busy"), 409, "5"),
        (BooksLoading("loading"), 409, "10"),
    ],
)
def test_what_may_succeed_later_says_when_to_try_again(
    world: World, error: RapproError, status: int, retry_after: str
) -> None:
    answer = with_broken_store(world, error).put(COMPANY, {"name": "Acme"})

    assert (answer.status, answer.problem) == (status, error.code)
    assert answer.headers["Retry-After"] == retry_after


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What is logged as an error, as its fields."""
    lines: list[dict[str, Any]] = []

    def note(message: str, **fields: Any) -> None:
        lines.append({"message": message, **fields})

    monkeypatch.setattr(observability.logger, "error", note)
    return lines


def test_an_unexpected_error_says_nothing_of_itself_and_is_logged_once(
    world: World, logged: list[dict[str, Any]]
) -> None:
    broken = with_broken_store(world, ValueError("secret of FR7630006000011234567890189"))

    answer = broken.get(COMPANY)

    assert answer.problem == "internal_error"
    assert answer.body["instance"] == "urn:rappro:request:JKJaXmPLvHcESHA="
    assert "secret" not in answer.text
    assert "ValueError" not in answer.text
    assert [line["error"] for line in logged] == ["ValueError"]
    assert "secret" not in json.dumps(logged)


def test_an_expected_problem_is_not_logged_as_an_error(
    alpha: Client, logged: list[dict[str, Any]]
) -> None:
    alpha.get("/v1/companies/unknown")
    alpha.get(f"{COMPANY}/statements", limit=0)

    assert logged == []


def test_an_answer_that_breaks_its_own_schema_is_our_error(
    alpha: Client, logged: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CompanyOutput, "of", lambda company: {"id": company.id})

    answer = alpha.get(COMPANY)

    assert answer.problem == "internal_error"
    assert len(logged) == 1


def test_nothing_of_one_request_is_left_for_the_next(world: World, alpha: Client) -> None:
    alpha.get(COMPANY)

    assert app.context == {}
    assert Client(world.ports, None).get(COMPANY).problem == "unauthorized"


def test_after_a_refused_caller_nothing_is_left_either(world: World, alpha: Client) -> None:
    alpha.send("PUT", COMPANY, body="{")
    alpha.send("PUT", COMPANY, body="x", headers={"content-type": "text/plain"})

    assert Client(world.ports, None).get(COMPANY).problem == "unauthorized"
    assert "BRAVO" in Client(world.ports, "bravo").get(COMPANY).text
