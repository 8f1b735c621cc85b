"""Small files are taken by the API itself: their bytes go into the inbox as any other drop's."""

from __future__ import annotations

import gzip
from collections.abc import Mapping

import pytest

from rappro.domain.ids import TenantId
from rappro.ports import NO_CHOICE, Drop, ImportChoice
from rappro.use_cases.import_drop import import_drop

from .client import Answer, Client
from .seeds import World

FILES = "/v1/companies/acme/files"
IMPORTS = "/v1/companies/acme/imports"
ALPHA = TenantId("alpha")
STATEMENT = b"!Type:Bank\nD30/01/2025\nT-48.00\nPPRLV ASSURANCE\n^\n"
BYTES_MAX = 4 * 1024 * 1024


def upload(
    client: Client, content: bytes, query: Mapping[str, str] | None = None,
    *, headers: Mapping[str, str] | None = None,
) -> Answer:  # fmt: skip
    asked = {"name": "releve.qif", **(query or {})}
    return client.send("POST", FILES, query=asked, body=content, headers=headers)


def drop_of(answer: Answer) -> Drop:
    assert answer.status == 202, answer.text
    said = answer.body
    return Drop(said["key"], said["object_version"], said["size_bytes"])


def content_of(world: World, drop: Drop) -> bytes:
    with world.inbox.open(ALPHA, drop) as file:
        return file.read()


@pytest.mark.parametrize("content", [b"\x00\xff\xfe\r\n", b"{}", STATEMENT, b"\xef\xbb\xbfa;b"])
def test_every_byte_of_a_file_gets_into_the_inbox(
    world: World, alpha: Client, content: bytes
) -> None:
    drop = drop_of(upload(alpha, content))

    assert drop.object_key == "alpha/acme/releve.qif"
    assert drop.size_bytes == len(content)
    assert content_of(world, drop) == content
    assert world.inbox.choice(ALPHA, drop) == NO_CHOICE


def test_journal_format_and_profile_go_with_the_file(world: World, alpha: Client) -> None:
    answer = upload(
        alpha, STATEMENT, {"journal": "BQ1", "format": "qif", "import_profile": "LIVRET"}
    )

    drop = drop_of(answer)
    assert drop.object_key == "alpha/acme/BQ1/releve.qif"
    assert world.inbox.choice(ALPHA, drop) == ImportChoice("qif", "LIVRET")


def test_the_answer_leads_to_what_became_of_the_file(world: World, alpha: Client) -> None:
    """Two files under one name: each has its own rows in the import trace."""
    drop_of(upload(alpha, b"before"))  # the first version of all is a seeded row's
    answers = [upload(alpha, STATEMENT, {"journal": "BQ1"}), upload(alpha, b"no statement")]
    drops = [drop_of(answer) for answer in answers]
    before = len(alpha.get(IMPORTS).body["items"])

    assert [alpha.get(*looked_at(answer)).body["items"] for answer in answers] == [[], []]
    for drop in drops:
        import_drop(world.ports, drop)

    rows = [alpha.get(*looked_at(answer)).body["items"] for answer in answers]
    assert [[row["object_version"] for row in found] for found in rows] == [
        [drop.object_version] for drop in drops
    ]
    assert [row["outcome"] for (row,) in rows] == ["imported", "refused"]
    assert len(alpha.get(IMPORTS).body["items"]) == before + 2


def looked_at(answer: Answer) -> tuple[str]:
    assert answer.headers["Location"] == answer.body["imports"]
    return (answer.headers["Location"],)


def test_a_file_may_come_compressed_and_is_taken_in_as_it_was(world: World, alpha: Client) -> None:
    answer = upload(alpha, gzip.compress(STATEMENT), headers={"content-encoding": "gzip"})

    assert content_of(world, drop_of(answer)) == STATEMENT


@pytest.mark.parametrize("packs", [bytes, gzip.compress])
def test_a_file_of_four_mebibytes_is_taken_and_one_byte_more_is_not(
    world: World, alpha: Client, packs: type[bytes]
) -> None:
    headers = {} if packs is bytes else {"content-encoding": "gzip"}
    fits = bytes(BYTES_MAX)

    assert content_of(world, drop_of(upload(alpha, packs(fits), headers=headers))) == fits
    assert upload(alpha, packs(fits + b"\0"), headers=headers).problem == "too_large"


@pytest.mark.parametrize(
    "media_type", ["application/json", "application/x-www-form-urlencoded", "text/csv"]
)
def test_only_the_documented_media_type_is_read(
    world: World, alpha: Client, media_type: str
) -> None:
    before = world.of_tenant("alpha")

    assert upload(alpha, STATEMENT, headers={"content-type": media_type}).problem == (
        "unsupported_media_type"
    )
    assert world.of_tenant("alpha") == before


def test_a_route_of_json_takes_no_file(alpha: Client) -> None:
    headers = {"content-type": "application/octet-stream"}

    answer = alpha.send("POST", "/v1/companies/acme/uploads", body=STATEMENT, headers=headers)

    assert answer.problem == "unsupported_media_type"


def test_a_file_without_bytes_is_refused(alpha: Client) -> None:
    assert upload(alpha, b"").problem == "invalid_request"
    assert alpha.send("POST", FILES, query={"name": "a"}).problem == "invalid_request"


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"name": ""}, "query/name"),
        ({"name": ".."}, "query/name"),
        ({"name": "a/b.qif"}, "query/name"),
        ({"name": "a" * 181}, "query/name"),
        ({"format": "no-such"}, "query/format"),
    ],
)
def test_what_is_wrong_in_the_query_is_named(
    alpha: Client, query: dict[str, str], pointer: str
) -> None:
    answer = upload(alpha, STATEMENT, query)

    assert answer.problem == "invalid_request"
    assert answer.pointers == [pointer]


def test_a_file_needs_a_name(alpha: Client) -> None:
    answer = alpha.send("POST", FILES, body=STATEMENT)

    assert answer.pointers == ["query/name"]


@pytest.mark.parametrize("query", [{"journal": "NO"}, {"import_profile": "NO"}])
def test_a_journal_or_profile_that_is_not_there_is_not_found(
    alpha: Client, query: dict[str, str]
) -> None:
    assert upload(alpha, STATEMENT, query).problem == "not_found"


def test_a_key_makes_one_drop_of_the_same_bytes_and_refuses_others(alpha: Client) -> None:
    """The bytes count, packed or not; without the key a second drop is made."""
    key = {"idempotency-key": "k-1"}
    first = upload(alpha, STATEMENT, headers=key)
    packed = {**key, "content-encoding": "gzip"}

    again = upload(alpha, gzip.compress(STATEMENT), headers=packed)

    assert drop_of(again) == drop_of(first)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert upload(alpha, STATEMENT + b"\n", headers=key).problem == "idempotency_key_reused"
    assert drop_of(upload(alpha, STATEMENT)).object_version != first.body["object_version"]


def test_the_import_trace_of_a_version_that_nobody_dropped_is_empty(alpha: Client) -> None:
    assert alpha.get(IMPORTS, object_version="none").body == {"items": [], "next_cursor": None}


def test_another_tenant_s_company_takes_no_file(world: World) -> None:
    stranger = Client(world.ports, "charlie")

    assert upload(stranger, STATEMENT).problem == "not_found"
