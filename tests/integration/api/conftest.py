"""Two tenants that each have a company of the same id, with statements of the same ids."""

from __future__ import annotations

import pytest

from .client import Client
from .seeds import World, seeded_world


@pytest.fixture
def world() -> World:
    """The memory adapters with the data of both tenants."""
    return seeded_world("alpha", "bravo")


@pytest.fixture
def alpha(world: World) -> Client:
    """A user of the tenant whose data the test works on."""
    return Client(world.ports, "alpha")
