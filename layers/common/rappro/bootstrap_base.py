"""What the bootstrap of every function starts from, and the ports of one that has no store.

The publisher of events reads a stream and writes to a bus: it loads this file alone, and none of
what the others keep records with.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, cast

from botocore.config import Config
from botocore.session import Session

from rappro.adapters.dynamodb.stream import trail_row
from rappro.adapters.eventbridge import EventBridgeBus
from rappro.edge.settings import Settings

if TYPE_CHECKING:
    from rappro.ports_events import Bus

__all__ = ["CONFIG", "Absent", "bus", "client_of", "settings", "trail_row"]

CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 4},
    connect_timeout=3,
    read_timeout=20,
    max_pool_connections=32,
)
"""Of every client of AWS."""


class Absent:
    """Stands for a port that the function's environment does not name."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(f"this function has no {self._what}: its environment does not name it")


def client_of(service: str) -> Any:
    """Return a client that signs as the function itself.

    By botocore alone: what boto3 adds (resources, transfers of files in parts) nobody here uses,
    and every start would pay for it.
    """
    return Session().create_client(service, config=CONFIG)


@cache
def settings() -> Settings:
    """Return the settings of this function. Raises ValidationError for a broken environment."""
    return Settings.from_environment()


@cache
def bus() -> Bus:
    """Return the bus of domain events. Raises RuntimeError where the environment names none."""
    name = settings().event_bus
    if name is None:
        return cast("Bus", Absent("event bus"))
    return EventBridgeBus(client_of("events"), name)
