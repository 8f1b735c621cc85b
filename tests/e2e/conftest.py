"""Tenants for end-to-end tests, each with a company and books of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from devstack.stack import LocalStack

from .tenant import Tenant


@pytest.fixture(scope="session")
def new_tenant(local_stack: LocalStack) -> Iterator[Callable[[], Tenant]]:
    """Give a maker of fresh tenants with loaded books; their connections close at the end."""
    with ExitStack() as opened:

        def make() -> Tenant:
            tenant = Tenant(local_stack)
            opened.enter_context(tenant.api)
            return tenant.open()

        yield make
