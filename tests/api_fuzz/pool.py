"""Companies to be fuzzed, given out over loopback: each with one of everything, none twice.

The documentation's examples work on such a company (tests/integration/api). A request that changes
something gets one of its own, so that what one breaks is not missing for the next; reads share one,
and so do broken requests, which are to change nothing.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from queue import Queue
from types import TracebackType
from typing import Any, Self

from devstack.providers.makers import connector_of
from devstack.providers.server import ProviderServer
from devstack.stack import PUBLIC_URL, STACK, LocalStack
from rappro.adapters.clock import SystemClock
from rappro.adapters.dynamodb.gateway import Tables
from rappro.adapters.dynamodb.store import DynamoStore
from rappro.adapters.exchange_seal import KmsSeal
from rappro.adapters.feed_routes import DynamoRoutes
from rappro.adapters.feed_secrets import SecretsVault
from rappro.adapters.memory import MemoryFeeds, MemoryInbox, MemoryRuns
from rappro.adapters.s3.blobs import S3Blobs
from rappro.domain.ids import CompanyId, TenantId
from rappro.edge.api.sample_ids import OPEN_CONNECTION
from rappro.ports import Ports
from rappro.use_cases.feed_access import reference_of
from tests.api_fuzz.prepared import BANK, Outside, on_paper, prepare
from tests.integration.api.paper_bank import paper_ports
from tests.integration.api.seeds import seed, seed_tenant

READY = 24
"""Companies kept ready; a request takes longer than to make one."""
_FILLING = 4
"""Threads that make them: one alone keeps the requests waiting, most of it for answers."""
MARK = "FUZZ"


def stack_ports(stack: LocalStack) -> Ports:
    """Return ports that store on a local stack; queues and state machines are left alone."""
    tables, clock = Tables(**stack.table_names), SystemClock()
    routes = DynamoRoutes(lambda: stack.dynamodb, stack.physical_id("RoutesTable"), clock.now)
    return Ports(
        store=DynamoStore(stack.dynamodb, tables),
        blobs=S3Blobs(stack.s3, stack.archive_bucket),
        inbox=MemoryInbox(),
        runs=MemoryRuns(),
        feeds=MemoryFeeds(),
        clock=clock,
        providers=replace(paper_ports(), routes=routes),
    )


def stack_outside(stack: LocalStack, server: ProviderServer) -> Outside:
    """Return what goes with a local stack that has the keys of the simulated providers."""

    def webhook(event: str) -> dict[str, Any]:
        server.bank.now = datetime.now(UTC)
        headers, body = server.bridge.webhook("item.refreshed", item_id=BANK, event_id=event)
        return {"text": body.decode(), "headers": headers}

    def bank(tenant: TenantId, company: CompanyId) -> dict[str, Any]:
        """Have a user grant the banks of an organisation of the company's own; tell the first."""
        server.bank.now, server.ponto.visitor = datetime.now(UTC), f"organisation-{company}"
        connector, back = connector_of("ponto", server), f"{PUBLIC_URL}/v1/provider-callbacks/ponto"
        vault = SecretsVault(lambda: stack.client("secretsmanager"), f"rappro/{STACK}")
        keeper = vault.keeper(tenant, "ponto", f"{company}/{OPEN_CONNECTION}")
        keeper.save(connector.create_user(reference_of(tenant)))
        page = connector.connect_link(keeper, return_url=back, nonce=secrets.token_urlsafe(24))
        connector.redeem(keeper, connector.callback(server.visit(page.url)), return_url=back)
        return {"body": {"ref": connector.connections(keeper)[0].ref}}

    key = stack.physical_id("ExchangeKey")
    return Outside(KmsSeal(lambda: stack.client("kms"), key), webhook, bank)


class Pool:
    """Serves `GET /fresh`, `/shared` and `/worn` as `{"company": …}`; a context manager.

    `GET /fresh/{operation}` tells too what a request of that operation needs (prepared.py).
    `GET /tenant` puts back what belongs to no company, and names the shared one.
    """

    def __init__(
        self,
        ports: Ports,
        tenant: str,
        outside: Outside | None = None,
        *,
        make: Callable[[CompanyId], None] | None = None,
    ) -> None:
        """`make` makes a company where seeding one through the ports would take too long."""
        self._ports = ports
        self._make = make or (lambda name: seed(ports, tenant, MARK, company=name))
        self._outside = outside or on_paper()
        self._tenant = tenant
        self._numbers = count(1)
        self._ready: Queue[str] = Queue(maxsize=READY)
        self._is_closing = threading.Event()
        self._shared, self._worn = self._made(), self._made()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._threads = [
            threading.Thread(target=work, daemon=True)
            for work in (self._server.serve_forever, *[self._fill] * _FILLING)
        ]

    @property
    def url(self) -> str:
        """Where it is served."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_closing.set()
        self._server.shutdown()
        while not self._ready.empty():
            self._ready.get_nowait()

    def _fill(self) -> None:
        while not self._is_closing.is_set():
            self._ready.put(self._made())

    def _made(self) -> str:
        company = f"acme-{next(self._numbers)}"
        self._make(CompanyId(company))
        return company

    def _given(self, kind: str, operation: str = "") -> dict[str, Any]:
        if kind != "fresh":
            return {"company": self._worn if kind == "worn" else self._shared}
        company = self._ready.get()
        tenant = TenantId(self._tenant)
        told = prepare(self._ports, self._outside, tenant, CompanyId(company), operation)
        return {"company": company, **told}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        pool = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/tenant":
                    seed_tenant(pool._ports, pool._tenant, MARK)
                body = json.dumps(pool._given(*self.path[1:].split("/"))).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                """Say nothing."""

        return Handler
