"""Credentials and routes of bank feeds: the same laws in process and on the local AWS."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rappro.adapters.feed_routes import DynamoRoutes
from rappro.adapters.feed_secrets import SecretsVault
from rappro.adapters.mailer import SesMailer
from rappro.adapters.memory.providers import MemoryMailer, MemoryRoutes, MemoryVault
from rappro.domain.connectors import Credentials
from rappro.domain.errors import (
    AggregatorRejected,
    InvalidRequest,
    NotFound,
    StoreConflict,
    StoreUnavailable,
)
from rappro.domain.ids import CompanyId, TenantId
from rappro.ports_feeds import Mailer, Route, Routes, Vault

from .conftest import Aws

TABLE, SENDER = "Routes", "rappro@client.fr"
NOW = datetime(2025, 2, 1, 8, 30, tzinfo=UTC)
FIRST = Credentials("u1", "s-1")
SECOND = Credentials("u1", "s-2", 1)
BOTH = ["memory", pytest.param("aws", marks=pytest.mark.emulator)]


@pytest.fixture(scope="module")
def table(aws: Aws) -> Any:
    """Give a client, with the table as template.yaml has it."""
    made = aws.client("dynamodb")
    made.create_table(
        TableName=TABLE, BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )  # fmt: skip
    return made


@pytest.fixture(params=BOTH)
def vault(request: pytest.FixtureRequest) -> Vault:
    if request.param == "memory":
        return MemoryVault()
    client = request.getfixturevalue("aws").client("secretsmanager")
    return SecretsVault(lambda: client, "rappro/test")


@pytest.fixture(params=BOTH)
def routes(request: pytest.FixtureRequest) -> Routes:
    if request.param == "memory":
        return MemoryRoutes()
    client = request.getfixturevalue("table")
    return DynamoRoutes(lambda: client, TABLE, lambda: NOW)


@pytest.fixture(params=BOTH)
def mailer(request: pytest.FixtureRequest) -> Iterator[Mailer]:
    if request.param == "memory":
        yield MemoryMailer()
        return
    client = request.getfixturevalue("aws").client("sesv2")
    client.create_email_identity(EmailIdentity=SENDER)
    yield SesMailer(lambda: client, SENDER)
    client.delete_email_identity(EmailIdentity=SENDER)


# ---- Credentials -------------------------------------------------------------------------------


def test_credentials_come_back_as_they_were_kept(vault: Vault, tenant: TenantId) -> None:
    keeper = vault.keeper(tenant, "bridge")

    keeper.save(FIRST)

    assert keeper.load() == FIRST
    assert vault.keeper(tenant, "bridge").load() == FIRST


def test_what_was_never_kept_is_not_found(vault: Vault, tenant: TenantId) -> None:
    with pytest.raises(NotFound):
        vault.keeper(tenant, "bridge").load()


def test_a_generation_follows_the_one_before(vault: Vault, tenant: TenantId) -> None:
    keeper = vault.keeper(tenant, "ponto", "acme/bank")
    keeper.save(FIRST)

    keeper.save(SECOND)
    keeper.save(SECOND)  # a repetition

    assert keeper.load() == SECOND
    for late in (FIRST, Credentials("u1", "other", 1), Credentials("u1", "s-9", 9)):
        with pytest.raises(StoreConflict):
            keeper.save(late)
    assert keeper.load() == SECOND


def test_of_two_writers_of_one_generation_one_wins(vault: Vault, tenant: TenantId) -> None:
    """A rotating token that two workers hold is used up by one of them."""
    keeper = vault.keeper(tenant, "ponto", "acme/bank")
    keeper.save(FIRST)

    def write(number: int) -> bool:
        try:
            keeper.save(Credentials("u1", f"s-{number}", 1))
        except StoreConflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(write, range(8)))

    assert won.count(True) == 1
    assert keeper.load() == Credentials("u1", f"s-{won.index(True)}", 1)


@pytest.mark.emulator
def test_a_writer_that_read_before_another_wrote_is_refused(aws: Aws, tenant: TenantId) -> None:
    """The label moves from the version that was read, or not at all."""
    client = aws.client("secretsmanager")
    vault = SecretsVault(lambda: Meanwhile(client, tenant), "rappro/test")
    SecretsVault(lambda: client, "rappro/test").keeper(tenant, "ponto").save(FIRST)

    with pytest.raises(StoreConflict):
        vault.keeper(tenant, "ponto").save(Credentials("u1", "late", 1))

    assert SecretsVault(lambda: client, "rappro/test").keeper(tenant, "ponto").load() == SECOND


class Meanwhile:
    """A client between whose read and write somebody else writes."""

    def __init__(self, client: Any, tenant: TenantId) -> None:
        self._client, self._tenant = client, tenant

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def put_secret_value(self, **asked: Any) -> Any:
        SecretsVault(lambda: self._client, "rappro/test").keeper(self._tenant, "ponto").save(SECOND)
        return self._client.put_secret_value(**asked)


def test_scopes_providers_and_tenants_are_apart(
    vault: Vault, tenant: TenantId, other_tenant: TenantId
) -> None:
    vault.keeper(tenant, "ponto", "acme/bank").save(FIRST)

    for other in (
        vault.keeper(tenant, "ponto"), vault.keeper(tenant, "ponto", "acme/bank2"),
        vault.keeper(tenant, "bridge", "acme/bank"),
        vault.keeper(other_tenant, "ponto", "acme/bank"),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            other.load()


def test_what_is_forgotten_is_gone_and_can_be_kept_anew(vault: Vault, tenant: TenantId) -> None:
    keeper = vault.keeper(tenant, "bridge")
    keeper.save(SECOND)

    vault.forget(tenant, "bridge")
    vault.forget(tenant, "bridge")

    with pytest.raises(NotFound):
        keeper.load()
    keeper.save(FIRST)
    assert keeper.load() == FIRST


@pytest.mark.emulator
def test_an_error_of_the_vault_tells_nothing_secret(aws: Aws, tenant: TenantId) -> None:
    client = aws.client("secretsmanager")
    name = f"rappro/test/{tenant}/bridge"
    client.create_secret(Name=name, SecretString='{"secret": "hush"}')

    with pytest.raises(StoreUnavailable) as refused:
        SecretsVault(lambda: client, "rappro/test").keeper(tenant, "bridge").load()

    assert "hush" not in repr(refused.value)
    assert refused.value.__suppress_context__


# ---- Routes ------------------------------------------------------------------------------------


def test_a_route_leads_to_whom_it_was_kept_for(routes: Routes, tenant: TenantId) -> None:
    whole, company = Route(tenant), CompanyId("acme")
    routes.save("bridge", "user", f"u-{tenant}", whole)
    routes.save("bridge", "connection", f"1-{tenant}", Route(tenant, company, "bank"))

    assert routes.find("bridge", "user", f"u-{tenant}") == whole
    assert routes.find("bridge", "connection", f"1-{tenant}") == Route(tenant, company, "bank")
    assert routes.find("bridge", "connection", f"u-{tenant}") is None
    assert routes.find("powens", "user", f"u-{tenant}") is None


def test_a_route_is_never_taken_from_another_tenant(
    routes: Routes, tenant: TenantId, other_tenant: TenantId
) -> None:
    routes.save("bridge", "user", f"x-{tenant}", Route(tenant))

    with pytest.raises(StoreConflict):
        routes.save("bridge", "user", f"x-{tenant}", Route(other_tenant))
    routes.forget(other_tenant, "bridge", "user", f"x-{tenant}")

    assert routes.find("bridge", "user", f"x-{tenant}") == Route(tenant)


def test_a_route_is_replaced_and_forgotten_by_its_tenant(routes: Routes, tenant: TenantId) -> None:
    routes.save("bridge", "link", f"n-{tenant}", Route(tenant))
    routes.save("bridge", "link", f"n-{tenant}", Route(tenant, CompanyId("acme"), "bank"))

    assert routes.find("bridge", "link", f"n-{tenant}") == Route(tenant, CompanyId("acme"), "bank")
    routes.forget(tenant, "bridge", "link", f"n-{tenant}")
    routes.forget(tenant, "bridge", "link", f"n-{tenant}")
    assert routes.find("bridge", "link", f"n-{tenant}") is None


@pytest.mark.emulator
def test_a_route_past_its_time_is_none_and_free_for_others(
    table: Any, tenant: TenantId, other_tenant: TenantId
) -> None:
    """The table's own deletion may come hours late."""
    now = [NOW]
    routes = DynamoRoutes(lambda: table, TABLE, lambda: now[0])
    ref = f"e-{tenant}"
    routes.save("bridge", "event", ref, Route(tenant), until=NOW + timedelta(days=1))
    assert routes.find("bridge", "event", ref) == Route(tenant)

    now[0] += timedelta(days=1)

    assert routes.find("bridge", "event", ref) is None
    routes.save("bridge", "event", ref, Route(other_tenant))
    assert routes.find("bridge", "event", ref) == Route(other_tenant)


@pytest.mark.emulator
@pytest.mark.parametrize("ref", ["", "x" * 981])
def test_a_name_that_is_none_is_refused(table: Any, tenant: TenantId, ref: str) -> None:
    with pytest.raises(InvalidRequest):
        DynamoRoutes(lambda: table, TABLE, lambda: NOW).save("bridge", "user", ref, Route(tenant))


# ---- Mails -------------------------------------------------------------------------------------


def test_a_mail_is_handed_over(mailer: Mailer) -> None:
    """Nothing comes back: it neither fails nor tells who read it."""
    mailer.send(["compta@client.fr"], "Synchronisation", "Bonjour,\n", key="ma_1")


@pytest.mark.emulator
def test_an_address_that_is_none_is_refused_and_not_quoted(aws: Aws) -> None:
    client = aws.client("sesv2")

    with pytest.raises(AggregatorRejected) as refused:
        SesMailer(lambda: client, SENDER).send(["compta"], "sujet", "texte", key="k")

    assert refused.value.detail == "the mail is refused: MessageRejected"
