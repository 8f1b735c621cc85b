"""A bank behind each provider: connected as a user does it, read by its schedule, booked."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
import pytest

from devstack.demo.waiting import wait_for
from devstack.providers.makers import SIMULATED
from devstack.providers.server import ProviderServer
from devstack.stack import LocalStack
from rappro.domain.feed_schedule import first_run
from rappro.domain.feeds import FeedConnection

from .tenant import COMPANY, Tenant

DAY = date(2026, 11, 10)
EVERY_SECONDS = 60


def early(provider: str) -> str:
    """Return a connection's id whose part of its interval is over at once."""
    now = datetime.now(UTC)
    for number in range(1_000):
        one = FeedConnection(
            f"bank-{number}", provider, "x", EVERY_SECONDS, start_delay_seconds=0
        )  # fmt: skip
        if (first_run(COMPANY, one, now) - now).total_seconds() < 2:
            return one.id
    raise AssertionError("no such id")


def connect(stack: LocalStack, server: ProviderServer, tenant: Tenant, provider: str) -> str:
    """Make a connection and do what a user does with its link; return its id."""
    name = early(provider)
    tenant.api.save_connection(COMPANY, name, {
        "provider": cast("Any", provider), "label": "Banque", "interval_seconds": EVERY_SECONDS,
        "start_delay_seconds": 0, "contact": "compta@client.fr",
    })  # fmt: skip
    link = tenant.api.make_bank_link(COMPANY, name, {})
    told = server.visit(str(link["one_time_url"]))
    back = httpx.get(
        f"{stack.api_url}/v1/provider-callbacks/{provider}", params=told, timeout=60
    )  # fmt: skip
    assert back.status_code == 200, back.text
    return name


@pytest.mark.parametrize("provider", SIMULATED)
def test_a_bank_is_connected_read_and_booked(
    local_stack: LocalStack, providers: ProviderServer, new_tenant: Callable[[], Tenant],
    provider: str,
) -> None:  # fmt: skip
    tenant = new_tenant()
    name = connect(local_stack, providers, tenant, provider)

    def accounts() -> list[dict[str, Any]] | None:
        (bank,) = tenant.api.list_banks(COMPANY)["items"]
        return [dict(one) for one in bank["accounts"]] or None

    account = wait_for("accounts", accounts)[0]
    theirs = next(one for one in providers.bank.accounts.values() if one.iban == account["iban"])
    providers.bank.add(theirs.id, DAY, Decimal("120.00"), "VIR MENUISERIE DUPOND FA2026-0101")
    tenant.api.save_journal(COMPANY, "BQ1", {"iban": account["iban"]})
    tenant.api.edit_bank_account(COMPANY, account["id"], {"journal": "BQ1", "on": True})

    def statement() -> str | None:
        rows = tenant.api.list_feed_runs(COMPANY, name)["items"]
        made = [one for row in rows for one in row["statements"]]
        return made[0] if made else None

    made = wait_for("a statement", statement)
    line = wait_for("the posted line", lambda: posted(tenant, made))

    assert (line["amount"], line["booking_date"]) == ("120.00", DAY.isoformat())
    runs = tenant.api.list_feed_runs(COMPANY, name)["items"]
    assert {row["state"] for row in runs} <= {"ok", "not_linked", "syncing"}
    wait_for("its schedule", lambda: "schedule" in {
        row["cause"] for row in tenant.api.list_feed_runs(COMPANY, name)["items"]
    })  # fmt: skip
    assert sum(row["new"] for row in runs) == 1


def test_a_provider_s_webhook_asks_for_a_synchronisation_and_a_forged_one_does_not(
    local_stack: LocalStack, providers: ProviderServer, new_tenant: Callable[[], Tenant]
) -> None:
    tenant = new_tenant()
    name = connect(local_stack, providers, tenant, "bridge")
    link = list(providers.bank.links.values())[-1]
    headers, body = providers.bridge.webhook(
        "item.refreshed", item_id=link.id, user_uuid=link.owner, status_code=0
    )
    hook = f"{local_stack.api_url}/v1/provider-webhooks/bridge"

    forged = httpx.post(hook, content=body + b" ", headers=headers, timeout=60)
    taken = httpx.post(hook, content=body, headers=headers, timeout=60)

    assert (forged.status_code, taken.status_code) == (401, 204)
    wait_for("the webhook's run", lambda: "webhook" in {
        row["cause"] for row in tenant.api.list_feed_runs(COMPANY, name)["items"]
    })  # fmt: skip


def test_a_webhook_that_stops_half_way_asks_for_nothing(
    local_stack: LocalStack, providers: ProviderServer, new_tenant: Callable[[], Tenant]
) -> None:
    tenant = new_tenant()
    name = connect(local_stack, providers, tenant, "bridge")
    link = list(providers.bank.links.values())[-1]
    headers, body = providers.bridge.webhook(
        "item.refreshed", item_id=link.id, user_uuid=link.owner, status_code=0
    )
    to = urlsplit(f"{local_stack.api_url}/v1/provider-webhooks/bridge")
    told = {"Host": to.netloc, "Content-Length": str(len(body)), **headers}
    head = "".join(f"{field}: {value}\r\n" for field, value in told.items())

    with socket.create_connection((to.hostname, to.port), timeout=10) as slow:
        slow.sendall(f"POST {to.path} HTTP/1.1\r\n{head}\r\n".encode() + body[: len(body) // 2])
        time.sleep(1)
    tenant.api.sync_now(COMPANY, name)

    def asked() -> set[str] | None:
        causes = {row["cause"] for row in tenant.api.list_feed_runs(COMPANY, name)["items"]}
        return causes if "asked" in causes else None

    assert "webhook" not in wait_for("what was asked after it", asked)


def test_a_run_is_mailed_to_the_address_that_the_connection_names(
    local_stack: LocalStack, new_tenant: Callable[[], Tenant]
) -> None:
    tenant = new_tenant()
    address = f"{tenant.name}@client.example"
    tenant.api.save_connection(COMPANY, "mailed", {
        "provider": "bridge", "label": "Banque du Port", "mail_to": [address], "mail_on": "all",
    })  # fmt: skip
    tenant.api.sync_now(COMPANY, "mailed")

    def received() -> dict[str, Any] | None:
        return next((mail for mail in local_stack.mails() if mail["To"] == [address]), None)

    mail = wait_for("the mail", received)

    assert "Banque du Port" in mail["Subject"]


def posted(tenant: Tenant, statement: str) -> dict[str, Any] | None:
    """Return the statement's one line, once it is matched by the engine."""
    (line,) = tenant.api.list_lines(COMPANY, statement)["items"]
    return dict(line) if line["match"] is not None else None
