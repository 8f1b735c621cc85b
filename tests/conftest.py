"""Fixtures that several kinds of tests share: the local AWS, and the stack deployed on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest

from devstack.emulator import Emulator
from devstack.stack import LocalStack
from rappro.domain import tenancy


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the local AWS, so that `-m "not e2e and not emulator"` leaves it out."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "local_stack" in fixtures:
            item.add_marker("e2e")
        if "emulator" in fixtures:
            item.add_marker("emulator")


@pytest.fixture(autouse=True)
def _nobody_in_force() -> Iterator[None]:
    """Begin each test as an invocation begins: on nobody's behalf."""
    before = tenancy._IN_FORCE.set(None)
    yield
    with suppress(ValueError):  # set in another context: it ended with that
        tenancy._IN_FORCE.reset(before)


@pytest.fixture(scope="session")
def emulator() -> Iterator[str]:
    """Give the endpoint of a local AWS on which nothing is deployed.

    A 12-digit access key is an account of its own, so tests that use different keys see nothing
    of each other.
    """
    with Emulator() as running:
        yield running.endpoint_url


@pytest.fixture(scope="session")
def local_stack() -> Iterator[LocalStack]:
    """Give the whole local stack, deployed; its roles are enforced as AWS would enforce them.

    Tests share it: each one takes a tenant of its own.
    """
    with LocalStack(enforces_iam=True) as running:
        yield running
