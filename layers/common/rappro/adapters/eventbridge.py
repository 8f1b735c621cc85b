"""The bus of domain events on EventBridge (port Bus)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from rappro.adapters.sdk_errors import translated
from rappro.ports_events import Outgoing

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE: Final = "rappro"
ENTRIES_MAX: Final = 10
"""Entries of one request; a service limit."""
REQUEST_BYTES_MAX: Final = 240_000
"""EventBridge stops at 256 KB for a whole request, names included."""
DETAIL_BYTES_MAX: Final = 200_000
"""A larger event goes without its data; its link leads to them."""


class EventBridgeBus:
    """Port Bus."""

    def __init__(self, client: EventBridgeClient, name: str) -> None:
        self._client: Any = client
        self._name = name

    def publish(self, events: Sequence[Outgoing]) -> int:
        """Publish in order and return how many, from the first on, the bus took."""
        taken = 0
        for entries in _requests([self._entry(event) for event in events]):
            with translated():
                answer = self._client.put_events(Entries=entries)
            for told in answer["Entries"]:
                if "ErrorCode" in told:
                    return taken
                taken += 1
        return taken

    def _entry(self, out: Outgoing) -> dict[str, Any]:
        detail = out.event.detail(out.tenant, out.company)
        text = _json(detail)
        if len(text.encode()) > DETAIL_BYTES_MAX:
            text = _json({**detail, "data": {}, "is_cut": True})
        return {
            "Source": SOURCE, "DetailType": out.event.type.value, "Detail": text,
            "Time": out.event.at, "EventBusName": self._name,
        }  # fmt: skip


def _json(detail: dict[str, Any]) -> str:
    return json.dumps(detail, ensure_ascii=False, separators=(",", ":"))


def _requests(entries: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Yield the entries of each request, in order, within both of its limits."""
    request: list[dict[str, Any]] = []
    size = 0
    for entry in entries:
        more = len(entry["Detail"].encode())
        if request and (len(request) == ENTRIES_MAX or size + more > REQUEST_BYTES_MAX):
            yield request
            request, size = [], 0
        request.append(entry)
        size += more
    if request:
        yield request
