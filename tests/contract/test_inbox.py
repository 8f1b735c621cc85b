"""A drop is read at its version by its own tenant; a ticket lets in one file at one key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from rappro.adapters.clock import SystemClock
from rappro.adapters.memory import MemoryInbox
from rappro.adapters.s3.inbox import DROP_BYTES_MAX, S3Inbox
from rappro.domain.errors import InvalidRequest, NotFound, TooLarge
from rappro.domain.ids import CompanyId, TenantId
from rappro.ports import NO_CHOICE, Drop, ImportChoice, Inbox
from tests.contract.conftest import INBOX

DropFile = Callable[[TenantId, CompanyId, str | None, str, bytes], Drop]
TOMORROW = timedelta(days=1)


@pytest.fixture(params=["memory", pytest.param("s3", marks=pytest.mark.emulator)])
def both(request: pytest.FixtureRequest) -> tuple[Inbox, DropFile]:
    """Return an inbox, and a way to drop a file in it."""
    if request.param == "memory":
        memory = MemoryInbox()
        return memory, memory.drop
    s3 = request.getfixturevalue("s3")

    def drop(
        tenant: TenantId, company: CompanyId, journal: str | None, name: str, content: bytes
    ) -> Drop:
        key = "/".join(part for part in (tenant, company, journal, name) if part)
        answer = s3.put_object(Bucket=INBOX, Key=key, Body=content)
        return Drop(key, answer["VersionId"], len(content))

    return S3Inbox(s3, INBOX, SystemClock()), drop


Ticket = Callable[[str, ImportChoice], Callable[[], Drop]]


@pytest.fixture(params=["memory", pytest.param("s3", marks=pytest.mark.emulator)])
def posting(
    request: pytest.FixtureRequest, tenant: TenantId, company: CompanyId
) -> tuple[Inbox, Ticket]:
    """Return an inbox, and a way to get a ticket for a name, which posts one file when called."""
    if request.param == "memory":
        memory = MemoryInbox()
        return (
            memory,
            lambda name, choice: (
                lambda: memory.drop(tenant, company, None, name, b"x", choice=choice)
            ),
        )
    s3 = request.getfixturevalue("s3")
    inbox = S3Inbox(s3, INBOX, SystemClock())

    def ticket(name: str, choice: ImportChoice) -> Callable[[], Drop]:
        end = datetime.now(UTC) + TOMORROW
        given = inbox.upload_ticket(
            tenant, company, None, name, size_bytes_max=10, expires_at=end, choice=choice
        )

        def post() -> Drop:
            answer = httpx.post(given.url, data=given.fields, files={"file": b"x"})
            assert answer.is_success, answer.text
            return Drop(given.object_key, answer.headers["x-amz-version-id"], 1)

        return post

    return inbox, ticket


def test_what_a_ticket_was_asked_with_stays_with_the_version_it_let_in(
    posting: tuple[Inbox, Ticket],
    tenant: TenantId, other_tenant: TenantId,
) -> None:  # fmt: skip
    """Four tickets for one name, posted the other way round: none takes another's choice."""
    inbox, ticket = posting
    choices = (
        ImportChoice("csv", "Crédit #1 / Été"),
        NO_CHOICE,
        ImportChoice(profile="LIVRET"),
        ImportChoice("camt.053"),
    )
    posts = [ticket("releve.xml", choice) for choice in choices]

    drops = [post() for post in reversed(posts)]

    assert [inbox.choice(tenant, drop) for drop in reversed(drops)] == list(choices)
    for stranger, drop in (
        (other_tenant, drops[0]),
        (tenant, Drop(drops[0].object_key, "no-such-version", 1)),
        (tenant, Drop(f"{drops[0].object_key}x", drops[0].object_version, 1)),
    ):
        with pytest.raises(NotFound):
            inbox.choice(stranger, drop)


@pytest.mark.emulator
@pytest.mark.parametrize("choice", [NO_CHOICE, ImportChoice("csv", "LIVRET")])
def test_nobody_posts_with_another_choice_than_the_ticket_says(
    s3: Any, tenant: TenantId, company: CompanyId, choice: ImportChoice
) -> None:
    inbox = S3Inbox(s3, INBOX, SystemClock())
    ticket = inbox.upload_ticket(
        tenant, company, None, "a.xml", size_bytes_max=10, choice=choice,
        expires_at=datetime.now(UTC) + TOMORROW,
    )  # fmt: skip
    chosen = {name for name in ticket.fields if name.startswith("x-amz-meta-")}
    without = {name: value for name, value in ticket.fields.items() if name not in chosen}
    others = [{**ticket.fields, "x-amz-meta-rappro-format": "qif"}] + [without] * bool(chosen)

    answers = [httpx.post(ticket.url, data=d, files={"file": b"x"}) for d in others]

    assert [answer.status_code for answer in answers] == [403] * len(others)
    assert len(chosen) == (2 if choice.format else 0)


def test_a_file_that_is_put_is_a_drop_with_its_bytes_and_its_choice(
    both: tuple[Inbox, DropFile], tenant: TenantId, other_tenant: TenantId, company: CompanyId
) -> None:
    """Bytes that are no text; twice under one name, each with a version and a choice of its own."""
    inbox, _ = both
    choices = (ImportChoice("csv", "Crédit #1 / Été"), NO_CHOICE)

    drops = [
        inbox.put(tenant, company, "BQ1", "relevé.csv", bytes([0, 255, number]), choice=choice)
        for number, choice in enumerate(choices)
    ]

    assert [drop.object_key for drop in drops] == [f"{tenant}/{company}/BQ1/relevé.csv"] * 2
    assert [drop.size_bytes for drop in drops] == [3, 3]
    assert drops[0].object_version != drops[1].object_version
    assert [inbox.choice(tenant, drop) for drop in drops] == list(choices)
    for number, drop in enumerate(drops):
        with inbox.open(tenant, drop) as file:
            assert file.read() == bytes([0, 255, number])
        with pytest.raises(NotFound):
            inbox.open(other_tenant, drop)
    with pytest.raises(InvalidRequest):
        inbox.put(tenant, company, None, "a/b.xml", b"x")
    with pytest.raises(InvalidRequest):
        inbox.put(TenantId(""), company, None, "b.xml", b"x")


def test_a_drop_is_read_at_its_own_version(
    both: tuple[Inbox, DropFile], tenant: TenantId, company: CompanyId
) -> None:
    """Another file of the same name, dropped before the first is read, hides nothing of it."""
    inbox, drop = both
    first = drop(tenant, company, "BQ", "a.xml", b"first \x00\xff")
    second = drop(tenant, company, "BQ", "a.xml", b"second")

    with inbox.open(tenant, second) as file:
        assert file.read() == b"second"
    with inbox.open(tenant, first) as file:
        assert file.read(3) == b"fir"
        file.seek(0)
        assert file.read() == b"first \x00\xff"
    assert first.object_key == second.object_key == f"{tenant}/{company}/BQ/a.xml"


def test_a_drop_of_another_tenant_is_not_found(
    both: tuple[Inbox, DropFile], tenant: TenantId, other_tenant: TenantId, company: CompanyId
) -> None:
    """Neither under its own name nor by a tenant whose id its owner's starts with."""
    inbox, drop = both
    theirs = drop(other_tenant, company, None, "a.xml", b"theirs")

    for stranger in (tenant, TenantId(other_tenant[:-1]), TenantId(f"{other_tenant}-x")):
        with pytest.raises(NotFound):
            inbox.open(stranger, theirs)
    with pytest.raises(InvalidRequest):
        inbox.open(TenantId(""), theirs)


def test_what_was_not_dropped_is_not_found(
    both: tuple[Inbox, DropFile], tenant: TenantId, company: CompanyId
) -> None:
    inbox, drop = both
    there = drop(tenant, company, None, "a.xml", b"x")

    for absent in (
        Drop(there.object_key, "no-such-version", 1),
        Drop(there.object_key, "", 1),
        Drop(f"{tenant}/{company}/b.xml", there.object_version, 1),
    ):
        with pytest.raises(NotFound):
            inbox.open(tenant, absent)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "a\\b", "a\nb", "x" * 256, "${filename}", "a${filename}"]
)
def test_a_ticket_is_for_one_file_by_its_plain_name(
    both: tuple[Inbox, DropFile], tenant: TenantId, company: CompanyId, name: str
) -> None:
    inbox, _ = both
    end = datetime.now(UTC) + TOMORROW

    for journal, file in (("BQ", name), (name, "a.xml"), (None, name)):
        with pytest.raises(InvalidRequest):
            inbox.upload_ticket(tenant, company, journal, file, size_bytes_max=10, expires_at=end)


def test_a_ticket_names_the_key_of_its_owner(
    both: tuple[Inbox, DropFile], tenant: TenantId, company: CompanyId
) -> None:
    inbox, _ = both
    end = datetime.now(UTC) + TOMORROW

    for journal, key in (
        (None, f"{tenant}/{company}/é 1.xml"),
        ("B Q", f"{tenant}/{company}/B Q/é 1.xml"),
    ):
        ticket = inbox.upload_ticket(
            tenant, company, journal, "é 1.xml", size_bytes_max=10, expires_at=end
        )
        assert (ticket.object_key, ticket.fields["key"], ticket.expires_at) == (key, key, end)
    for bad in ("", "a/b", "..", "a#b"):
        for scope in ((TenantId(bad), company), (tenant, CompanyId(bad))):
            with pytest.raises(InvalidRequest):
                inbox.upload_ticket(*scope, None, "a", size_bytes_max=10, expires_at=end)


@pytest.mark.emulator
def test_a_ticket_lets_in_one_file_of_a_bounded_size(
    s3: Any, tenant: TenantId, company: CompanyId
) -> None:
    inbox = S3Inbox(s3, INBOX, SystemClock())
    ticket = inbox.upload_ticket(
        tenant, company, "BQ", "a.xml", size_bytes_max=10, expires_at=datetime.now(UTC) + TOMORROW
    )

    def post(content: bytes, **changed: str) -> int:
        return httpx.post(
            ticket.url, data={**ticket.fields, **changed}, files={"file": content}
        ).status_code

    assert post(b"0123456789") in (200, 201, 204)
    kept = s3.get_object(Bucket=INBOX, Key=ticket.object_key)
    with inbox.open(tenant, Drop(ticket.object_key, kept["VersionId"], 10)) as file:
        assert file.read() == b"0123456789"

    assert post(b"0123456789a") >= 400
    assert post(b"") in (200, 201, 204)  # what is wrong with it is said in the import trace
    assert post(b"x", key=f"{tenant}/{company}/BQ/b.xml") >= 400
    listed = s3.list_object_versions(Bucket=INBOX, Prefix=f"{tenant}/")
    assert [version["Key"] for version in listed["Versions"]] == [ticket.object_key] * 2


@pytest.mark.emulator
def test_a_ticket_that_ends_before_now_or_too_late_is_refused(
    s3: Any, tenant: TenantId, company: CompanyId
) -> None:
    inbox = S3Inbox(s3, INBOX, SystemClock())

    for ends_in in (timedelta(0), timedelta(days=-1), timedelta(days=8)):
        with pytest.raises(InvalidRequest):
            inbox.upload_ticket(
                tenant, company, None, "a", size_bytes_max=10,
                expires_at=datetime.now(UTC) + ends_in,
            )  # fmt: skip


@pytest.mark.emulator
def test_a_drop_that_is_too_large_is_refused_before_it_is_read(
    s3: Any, tenant: TenantId, company: CompanyId
) -> None:
    inbox = S3Inbox(s3, INBOX, SystemClock())

    with pytest.raises(TooLarge):
        inbox.open(tenant, Drop(f"{tenant}/{company}/a.xml", "v", DROP_BYTES_MAX + 1))
