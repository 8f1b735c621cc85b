"""Fixtures that several kinds of tests share: the local AWS, and the stack deployed on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from devstack.emulator import Emulator


@pytest.fixture(scope="session")
def emulator() -> Iterator[str]:
    """Give the endpoint of a local AWS on which nothing is deployed.

    A 12-digit access key is an account of its own, so tests that use different keys see nothing
    of each other.
    """
    with Emulator() as running:
        yield running.endpoint_url
