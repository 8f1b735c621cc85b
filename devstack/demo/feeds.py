"""Four banks behind four providers: `make demo FEEDS=1`. Each is connected as a user does it.

    link ─► provider's page ─► callback ─► accounts ─► journal ─► schedule ─► statement ─► entry

The providers are simulated, over HTTP and with their own protocols; the stack cannot tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any, Final, cast

import httpx
from rich.table import Table

from devstack.demo.display import Display
from devstack.demo.waiting import DemoFailed, wait_for
from devstack.providers.bank import Bank
from devstack.providers.makers import SIMULATED, keys_of
from devstack.providers.server import ProviderServer
from devstack.stack import LocalStack
from rappro.domain.feed_schedule import first_run
from rappro.domain.feeds import FeedConnection
from rappro_client import Rappro, models

COMPANY: Final = "demo-feeds"
CUSTOMER: Final = "tp_menuiserie"
EVERY_SECONDS: Final = 60
"""The shortest interval; a bank in use takes hours."""
_NAMES_TRIED: Final = 1_000
_SOON_SECONDS: Final = 2


@dataclass(frozen=True, slots=True)
class Connected:
    """One bank: its connection, the journal that it feeds, and the invoice that it pays."""

    provider: str
    connection: str
    journal: str
    number: str
    amount: str


def banks() -> list[Connected]:
    """Return a bank for each provider; a connection's name says when its schedule begins."""
    return [
        Connected(provider, _early(provider), f"B{n}", f"FA2026-09{n}", f"{120 * n}.00")
        for n, provider in enumerate(SIMULATED, 1)
    ]


def _early(provider: str) -> str:
    """Return a name whose own part of the interval is over at once."""
    now = datetime.now(UTC)
    for number in range(_NAMES_TRIED):
        name = f"{provider}-{number}"
        made = FeedConnection(name, provider, "", EVERY_SECONDS, start_delay_seconds=0)
        if (first_run(COMPANY, made, now) - now).total_seconds() < _SOON_SECONDS:
            return name
    raise DemoFailed("no connection begins at once")


@contextmanager
def serving(stack: LocalStack) -> Iterator[ProviderServer]:
    """Serve the providers and tell the stack their keys: before it is used, as it keeps them."""
    with ProviderServer(Bank(datetime.now(UTC))) as server:
        stack.give_provider_keys(keys_of(server))
        yield server


def play(
    stack: LocalStack, server: ProviderServer, api: Rappro, display: Display
) -> list[dict[str, Any]]:
    """Connect the banks, wait for their schedules and what comes of them; return a row each."""
    found = banks()
    with closing(httpx.Client(timeout=60)) as browser:
        _open_books(api, found)
        accounts = {}
        for one in found:
            display.say(f"  {one.provider}: connecting the bank …")
            accounts[one.provider] = _connect(stack, server, browser, api, one)
        for one in found:
            _pay(server, accounts[one.provider], one)
            _choose(api, accounts[one.provider], one)
        rows = [_followed(api, accounts[one.provider], one) for one in found]
        for one in found:
            _book(server, accounts[one.provider], "FRAIS TENUE DE COMPTE", "-12.00")
        display.say("  waiting for what the schedules bring by themselves …")
        for one, row in zip(found, rows, strict=True):
            row["by_schedule"] = wait_for(
                f"a statement by {one.provider}'s schedule", partial(_by_schedule, api, one)
            )
    _show(display, rows)
    return rows


def _open_books(api: Rappro, found: Iterable[Connected]) -> None:
    """Create a company with a journal a bank, and an invoice that each of them will see paid."""
    api.save_company(COMPANY, {"name": "Menuiserie et compagnie", "siren": "732829320"})
    invoices: list[models.OpenItemPart] = []
    for n, one in enumerate(found, 1):
        journal: models.JournalInput = {
            "label": f"Banque {n}",
            "type": "treasury",
            "account": f"51210{n}",
        }
        api.save_journal(COMPANY, one.journal, journal)
        invoices.append({
            "id": f"oi_{one.provider}", "third_party": CUSTOMER, "type": "invoice",
            "number": one.number, "amount": one.amount, "issue_date": "2026-10-01",
        })  # fmt: skip
    accounts: list[models.AccountPart] = [{"number": "411000", "label": "Clients"}]
    accounts += [{"number": f"51210{n}"} for n in range(1, len(invoices) + 1)]
    api.load_books(COMPANY, {
        "accounts": accounts,
        "third_parties": [{
            "id": CUSTOMER, "name": "MENUISERIE DUPOND", "kind": "customer",
            "account": "411000", "auxiliary": "DUPOND",
        }],
        "open_items": invoices,
    })  # fmt: skip


def _connect(
    stack: LocalStack, server: ProviderServer, browser: httpx.Client, api: Rappro, one: Connected
) -> dict[str, Any]:
    """Make a connection, do what a user does with its link, and return its first account."""
    api.save_connection(COMPANY, one.connection, {
        "provider": cast("Any", one.provider), "label": f"Banque par {one.provider}",
        "interval_seconds": EVERY_SECONDS, "start_delay_seconds": 0,
        "contact": "compta@client.example",
    })  # fmt: skip
    link = api.make_bank_link(COMPANY, one.connection, {})
    told = server.visit(str(link["one_time_url"]))
    address = f"{stack.api_url}/v1/provider-callbacks/{one.provider}"
    back = browser.get(address, params=told)
    if back.status_code != httpx.codes.OK:
        raise DemoFailed(f"{one.provider}: the callback was answered {back.status_code}")
    if browser.get(address, params=told).status_code == httpx.codes.OK:
        raise DemoFailed(f"{one.provider}: a link worked twice")

    def listed() -> list[dict[str, Any]] | None:
        mine = [
            each for each in api.list_banks(COMPANY)["items"]
            if each["connection"] == one.connection
        ]  # fmt: skip
        return [dict(each) for bank in mine for each in bank["accounts"]] or None

    return wait_for(f"accounts at {one.provider}", listed)[0]


def _pay(server: ProviderServer, account: dict[str, Any], one: Connected) -> None:
    """Let the bank book what pays the invoice."""
    _book(server, account, f"VIR MENUISERIE DUPOND {one.number}", one.amount)


def _book(server: ProviderServer, account: dict[str, Any], label: str, amount: str) -> None:
    """Let the bank book a movement; it is stamped with the bank's clock, which goes on."""
    bank = server.bank
    bank.now = max(bank.now, datetime.now(UTC))
    theirs = next(each for each in bank.accounts.values() if each.iban == account["iban"])
    bank.add(theirs.id, bank.now.date(), Decimal(amount), label)


def _by_schedule(api: Rappro, one: Connected) -> str | None:
    """Return the statement of a run that nobody asked for."""
    runs = api.list_feed_runs(COMPANY, one.connection)["items"]
    made = [each for run in runs if run["cause"] == "schedule" for each in run["statements"]]
    return made[0] if made else None


def _choose(api: Rappro, account: dict[str, Any], one: Connected) -> None:
    """Tie the account to its journal, as the accountant does."""
    api.save_journal(COMPANY, one.journal, {"iban": account["iban"]})
    api.edit_bank_account(COMPANY, account["id"], {"journal": one.journal, "on": True})


def _followed(api: Rappro, account: dict[str, Any], one: Connected) -> dict[str, Any]:
    """Wait for the statement that the schedule brings, and for the entry of its line."""

    def made() -> tuple[str, str] | None:
        runs = api.list_feed_runs(COMPANY, one.connection)["items"]
        found = [(run["cause"], each) for run in runs for each in run["statements"]]
        return found[0] if found else None

    def matched() -> models.LineOutput | None:
        (line,) = api.list_lines(COMPANY, statement)["items"]
        return line if line["match"] is not None else None

    cause, statement = wait_for(f"a statement from {one.provider}", made)
    line = wait_for(f"the entry of {one.provider}'s line", matched)
    validated = api.validate(COMPANY, statement)
    return {
        "provider": one.provider, "iban": account["iban"], "cause": cause, "statement": statement,
        "journal": one.journal, "label": line["label"], "amount": line["amount"],
        "level": line["level"], "status": validated["status"],
    }  # fmt: skip


def _show(display: Display, rows: list[dict[str, Any]]) -> None:
    names = ("provider", "iban", "journal", "label", "amount", "level", "status", "by_schedule")
    shown = Table(*names)
    for row in rows:
        shown.add_row(*(str(row[name])[:40] for name in names[:-1]), row["by_schedule"][:12])
    display.console.print(shown)
