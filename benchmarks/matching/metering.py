"""Counts what is read of a store, and charges it the way DynamoDB does.

A strongly consistent read costs one unit for each started 4 KB: of all that a query returns
together, of each item that is fetched by its key. A question that finds nothing costs one unit.
Eventually consistent reads would cost half.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from threading import Lock
from typing import Any, Final, TypeVar

from rappro.adapters import codec
from rappro.adapters.asking import Ask
from rappro.adapters.dynamodb.keys import AMOUNT_SHARDS
from rappro.adapters.indexing import Index
from rappro.adapters.memory import MemoryStore
from rappro.adapters.memory.shelf import Identity, Shelf
from rappro.domain.ids import CompanyId, StatementId, TenantId
from rappro.domain.matching.model import Lookups
from rappro.domain.records import LineRecord
from rappro.domain.writes import Record
from rappro.ports import Evidence

UNIT_BYTES: Final = 4096
KEY_BYTES: Final = 120
"""About what an item's keys and the names of its attributes take beside its document."""

R = TypeVar("R", bound=Record)


class Meter:
    """Requests, items and read units since it was last emptied, by what was read."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.requests: Counter[str] = Counter()
        self.items: Counter[str] = Counter()
        self.units: Counter[str] = Counter()

    def query(self, what: str, sizes: Iterable[int], *, requests: int = 1) -> None:
        """Count a question whose answer is paid for as a whole."""
        all_sizes = list(sizes)
        with self._lock:
            self.requests[what] += requests
            self.items[what] += len(all_sizes)
            self.units[what] += max(requests, -(-sum(all_sizes) // UNIT_BYTES))

    def fetch(self, what: str, sizes: Iterable[int]) -> None:
        """Count items that are read by their keys; one that is not there costs a unit."""
        for size in sizes:
            with self._lock:
                self.requests[what] += 1
                self.items[what] += size > 0
                self.units[what] += max(1, -(-size // UNIT_BYTES))

    def clear(self) -> None:
        """Begin anew."""
        for counter in (self.requests, self.items, self.units):
            counter.clear()

    def of(self, *what: str) -> dict[str, int]:
        """Return the sums over some of what was read."""
        return {
            "requests": sum(self.requests[each] for each in what),
            "items": sum(self.items[each] for each in what),
            "units": sum(self.units[each] for each in what),
        }


EVIDENCE: Final = "evidence"
MASTERS: Final = "masters"
LINES: Final = "lines"
SINGLE: Final = "single records"


class MeteredStore(MemoryStore):
    """The store in process; what it reads is counted as the same questions to DynamoDB."""

    def __init__(self, meter: Meter) -> None:
        super().__init__()
        self.meter = meter
        self._sizes: dict[tuple[Identity, int], int] = {}

    def _size(self, record: Record) -> int:
        known = ((type(record), record.key), record.version)
        if known not in self._sizes:
            self._sizes[known] = len(codec.dump(record)) + KEY_BYTES
        return self._sizes[known]

    def _ask(self, shelf: Shelf, ask: Ask) -> list[Identity]:
        found = super()._ask(shelf, ask)
        records = (shelf.get(*identity) for identity in found)
        self.meter.query(EVIDENCE, [self._size(record) for record in records if record])
        return found

    def evidence(self, tenant: TenantId, company: CompanyId, lookups: Lookups) -> Evidence:
        found = super().evidence(tenant, company, lookups)
        by_id = {item.id: self._size(item) for item in found.open_items}
        self.meter.fetch(EVIDENCE, [by_id.get(key, 0) for key in lookups.items])
        return found

    def backlog(self, tenant: TenantId, company: CompanyId) -> Evidence:
        found = super().backlog(tenant, company)
        records: list[Record] = [*found.open_items, *found.bank_entries]
        self.meter.query(EVIDENCE, map(self._size, records), requests=AMOUNT_SHARDS)
        return found

    def all(self, tenant: TenantId, company: CompanyId, kind: type[R]) -> list[R]:
        found = super().all(tenant, company, kind)
        self.meter.query(MASTERS, map(self._size, found))
        return found

    def get(self, tenant: TenantId, company: CompanyId, kind: type[R], key: str) -> R | None:
        found = super().get(tenant, company, kind, key)
        self.meter.fetch(SINGLE, [self._size(found) if found else 0])
        return found

    def get_many(
        self, tenant: TenantId, company: CompanyId, kind: type[R], keys: Sequence[str]
    ) -> dict[str, R]:
        found = super().get_many(tenant, company, kind, keys)
        self.meter.fetch(SINGLE, [self._size(found[key]) if key in found else 0 for key in keys])
        return found

    def lines(
        self, tenant: TenantId, company: CompanyId, statement: StatementId, *, after: int = 0,
        limit: int | None = None,
    ) -> Iterator[LineRecord]:  # fmt: skip
        found = list(super().lines(tenant, company, statement, after=after, limit=limit))
        self.meter.query(LINES, map(self._size, found))
        return iter(found)


def watch(client: Any, meter: Meter) -> None:
    """Count what a DynamoDB client reads from now on, by the index or kind that it asks for."""

    def asked(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context["asked"] = params["ExpressionAttributeValues"][":pk"]["S"].split("#")[2]

    def answered(parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        what = _WHAT.get(context["asked"], MASTERS)
        meter.query(what, map(_item_size, parsed.get("Items", ())))

    def fetched(parsed: dict[str, Any], **_: Any) -> None:
        found = [item for items in parsed.get("Responses", {}).values() for item in items]
        meter.fetch(SINGLE, map(_item_size, found))

    events = client.meta.events
    events.register("before-parameter-build.dynamodb.Query", asked)
    events.register("after-call.dynamodb.Query", answered)
    events.register("after-call.dynamodb.BatchGetItem", fetched)


_WHAT: Final[dict[str, str]] = {
    Index.AMOUNT: EVIDENCE, Index.REFERENCE: EVIDENCE, Index.THIRD_PARTY: EVIDENCE,
    "L": LINES, "S": LINES,
}  # fmt: skip
"""What the third part of a partition key says that is asked for; anything else is a small kind."""


def _item_size(item: dict[str, Any]) -> int:
    """Return the bytes of an item's names and texts, as DynamoDB counts them."""
    return sum(len(name) + len(value["S"].encode()) for name, value in item.items() if "S" in value)
