"""Fixtures that several kinds of tests share: the local AWS, and the stack deployed on it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from devstack.emulator import Emulator
from devstack.stack import LocalStack
from rappro.domain import tenancy

END_TO_END = "tests/e2e/"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Give `-n auto` one worker more than there are cores: one of them waits for the local AWS."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Deal out whole files in their order, all that need the deployed stack to one worker."""
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # it has none

    class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # of no type
        def _split_scope(self, nodeid: str) -> str:
            return END_TO_END if nodeid.startswith(END_TO_END) else nodeid.split("::", 1)[0]

    if config.getvalue("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False  # by the number of their tests: the longest came last
    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the local AWS, so that `-m "not e2e and not emulator"` leaves it out.

    What runs end to end mostly waits: it begins first, beside everything else.
    """
    items.sort(key=lambda item: not item.nodeid.startswith(END_TO_END))
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
