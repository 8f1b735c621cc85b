"""Every test of this folder holds for every provider."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.aggregators.driving import CHANGE_FEEDS, PROVIDERS, Driven, driving


@pytest.fixture(params=PROVIDERS)
def driven(request: pytest.FixtureRequest) -> Iterator[Driven]:
    """Give a connector and its simulator, over real HTTP on loopback."""
    with driving(request.param) as found:
        yield found


@pytest.fixture(params=CHANGE_FEEDS)
def fed(request: pytest.FixtureRequest) -> Iterator[Driven]:
    """Give a connector whose cursor yields changes."""
    with driving(request.param) as found:
        yield found


@pytest.fixture
def ponto() -> Iterator[Driven]:
    """Give the connector of Ponto, for what is its alone."""
    with driving("ponto") as found:
        yield found
