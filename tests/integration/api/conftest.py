"""Two tenants that each have a company of the same id, with statements of the same ids."""

from __future__ import annotations

import pytest

from .client import Client
from .seeds import World, empty_world, seed


@pytest.fixture
def world() -> World:
    """The memory adapters with the data of both tenants."""
    made = empty_world()
    seed(made, "alpha", "ALPHA")
    seed(made, "bravo", "BRAVO")
    return made


@pytest.fixture
def alpha(world: World) -> Client:
    """A user of the tenant whose data the test works on."""
    return Client(world.ports, "alpha")
