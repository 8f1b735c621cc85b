"""Tenants for end-to-end tests, each with a company and books of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest

from devstack.providers.bank import Bank
from devstack.providers.makers import keys_of
from devstack.providers.server import ProviderServer
from devstack.stack import LocalStack

from .tenant import Tenant


@pytest.fixture(scope="session", autouse=True)
def providers(local_stack: LocalStack) -> Iterator[ProviderServer]:
    """Serve the simulated providers of bank feeds; the stack has their keys before it is used."""
    with ProviderServer(Bank(datetime.now(UTC))) as server:
        local_stack.give_provider_keys(keys_of(server))
        yield server


@pytest.fixture(scope="session")
def new_tenant(local_stack: LocalStack) -> Iterator[Callable[[], Tenant]]:
    """Give a maker of fresh tenants with loaded books; their connections close at the end."""
    with ExitStack() as opened:

        def make() -> Tenant:
            tenant = Tenant(local_stack)
            opened.enter_context(tenant.api)
            return tenant.open()

        yield make
