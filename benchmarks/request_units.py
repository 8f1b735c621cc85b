"""Charges the requests of a DynamoDB client the way DynamoDB does, item by item.

A write costs a unit for each started kilobyte of the larger of the item before and after; in a
transaction twice that, and a condition check as much as a write of its item. An item in the list
index costs its index entry besides: once, or twice when it moves. A consistent read costs a unit
for each started 4 kB: of a whole page of a query, of each item that is fetched by its key.

The emulator's own figures know no transactions and no index, so sizes are taken from what is sent
and answered. What is stored before a write is remembered, since all writes are seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from threading import Lock
from typing import Any, Final

WRITE_BYTES: Final = 1_024
READ_BYTES: Final = 4_096

Item = dict[str, Any]
_Place = tuple[str, str, str]

BASE, DOUBLING, INDEX_ITEMS, LIST_INDEX, AUDIT, CHECKS = (
    "records", "transactional doubling", "index items", "list index (GSI)", "audit rows",
    "condition checks",
)  # fmt: skip
_INDEXES: Final = frozenset({"IXA", "IXR", "IXT", "LED", "SJ", "JE", "FR", "STG"})


class Units:
    """Requests and units since it was last emptied."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._stored: dict[_Place, Item] = {}
        self.calls: Counter[str] = Counter()
        self.writes: Counter[str] = Counter()
        self.written: Counter[str] = Counter()  # units by kind of item, doubling included
        self.reads: Counter[str] = Counter()
        self._by_operation = {
            "GetItem": self._got, "BatchGetItem": self._got_batch, "Query": self._queried,
            "PutItem": self._put, "DeleteItem": self._deleted,
            "TransactWriteItems": self._transacted, "BatchWriteItem": self._wrote_batch,
        }  # fmt: skip

    def clear(self) -> None:
        """Begin anew; what is stored stays known."""
        for counter in (self.calls, self.writes, self.written, self.reads):
            counter.clear()

    def watch(self, client: Any) -> None:
        """Charge what a client is asked from now on."""
        events = client.meta.events

        def asked(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
            context["asked"] = params

        def answered(parsed: dict[str, Any], context: dict[str, Any], model: Any, **_: Any) -> None:
            self.charge(model.name, context["asked"], parsed)

        events.register("before-parameter-build.dynamodb.*", asked)
        events.register("after-call.dynamodb.*", answered)

    def charge(self, operation: str, asked: dict[str, Any], answer: dict[str, Any]) -> None:
        """Charge one request by what was asked and answered."""
        with self._lock:
            self.calls[operation] += 1
            if "Error" not in answer:
                self._by_operation[operation](asked, answer)

    def _got(self, _: dict[str, Any], answer: dict[str, Any]) -> None:
        self._fetched([answer.get("Item", {})])

    def _got_batch(self, asked: dict[str, Any], answer: dict[str, Any]) -> None:
        found = [item for items in answer["Responses"].values() for item in items]
        wanted = sum(len(part["Keys"]) for part in asked["RequestItems"].values())
        self._fetched([*found, *({} for _ in range(wanted - len(found)))])

    def _queried(self, asked: dict[str, Any], answer: dict[str, Any]) -> None:
        what = _kind(asked["ExpressionAttributeValues"][":pk"]["S"])
        self.reads[what] += max(1, _ceil(sum(map(_size, answer["Items"])), READ_BYTES))

    def _put(self, asked: dict[str, Any], _: dict[str, Any]) -> None:
        self._write("Put", asked, is_transaction=False)

    def _deleted(self, asked: dict[str, Any], _: dict[str, Any]) -> None:
        self._write("Delete", asked, is_transaction=False)

    def _transacted(self, asked: dict[str, Any], _: dict[str, Any]) -> None:
        for action in asked["TransactItems"]:
            for name, what in action.items():
                self._write(name, what, is_transaction=True)

    def _wrote_batch(self, asked: dict[str, Any], _: dict[str, Any]) -> None:
        for table, requests in asked["RequestItems"].items():
            for request in requests:
                for name, what in request.items():
                    named = {"TableName": table, **what}
                    self._write(name.removesuffix("Request"), named, is_transaction=False)

    def _fetched(self, items: Iterable[Item]) -> None:
        for item in items:
            what = _kind(item["pk"]["S"]) if item else "nothing"
            self.reads[what] += max(1, _ceil(_size(item), READ_BYTES))

    def _write(self, name: str, what: dict[str, Any], *, is_transaction: bool) -> None:
        keys = what.get("Item") or what["Key"]
        place = (str(what["TableName"]), str(keys["pk"]["S"]), str(keys["sk"]["S"]))
        before = self._stored.get(place)
        after = what.get("Item") if name == "Put" else before if name == "ConditionCheck" else None
        units = max(1, _ceil(max(_size(before), _size(after)), WRITE_BYTES))
        kind = _kind(place[1])
        if name == "ConditionCheck":
            self.writes[CHECKS] += 2 * units
            self.written["lease check"] += 2 * units
            return
        index = _list_units(before, after)
        part = AUDIT if kind == "AUDIT" else INDEX_ITEMS if kind in _INDEXES else BASE
        self.writes[part] += units
        self.writes[DOUBLING] += units * is_transaction
        self.writes[LIST_INDEX] += index
        self.written[kind] += units * (1 + is_transaction) + index
        if after is None:
            self._stored.pop(place, None)
        else:
            self._stored[place] = after


def _list_units(before: Item | None, after: Item | None) -> int:
    """Return what the list index costs: an entry that moves is deleted and put."""
    old = before if before is not None and "list_pk" in before else None
    new = after if after is not None and "list_pk" in after else None
    if old is None and new is None:
        return 0
    if old is None or new is None:
        return _ceil(_size(old or new), WRITE_BYTES)
    names = ("list_pk", "list_sk")
    if all(old[name] == new[name] for name in names):
        return _ceil(max(_size(old), _size(new)), WRITE_BYTES)
    return _ceil(_size(old), WRITE_BYTES) + _ceil(_size(new), WRITE_BYTES)


def _kind(pk: str) -> str:
    return pk.split("#")[2]


def _size(item: Item | None) -> int:
    """Return an item's bytes: names, texts in UTF-8, two digits of a number a byte and one more."""
    total = 0
    for name, value in (item or {}).items():
        if "S" in value:
            total += len(name) + len(str(value["S"]).encode())
        else:
            total += len(name) + len(str(value["N"])) // 2 + 1
    return total


def _ceil(size: int, step: int) -> int:
    return -(-size // step)
