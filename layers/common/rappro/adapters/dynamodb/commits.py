"""What a commit becomes: conditional actions on base items, plain ones on index items, one check.

Write(before, after)   base item    Put or Delete if the stored version is before's (or nothing)
index items  Delete those that are gone, Put new ones and all copies
fence                  lease item   ConditionCheck: same token, same holder
a line                 its loaded item and the item of its state (see lines.py)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from rappro.adapters.dynamodb import keys
from rappro.adapters.dynamodb.gateway import Action, Gateway
from rappro.adapters.dynamodb.items import (
    Placed,
    key_item,
    placed_entry,
    placed_marker,
    placed_record,
)
from rappro.adapters.dynamodb.lines import placed_removal, placed_state
from rappro.adapters.dynamodb.names import CLOSING, HOLDER, PK, TOKEN, VERSION
from rappro.adapters.indexing import (
    Entry,
    entries_of,
    entry_changes,
    hints_of,
    stored_before,
)  # fmt: skip
from rappro.domain.errors import TooLarge
from rappro.domain.operations import (
    Lease,
)
from rappro.domain.records import (
    LineRecord,
)
from rappro.domain.writes import (
    Fence,
    Held,
    Record,
    Write,
)

COMMIT_BYTES_MAX: Final = 3_000_000
"""DynamoDB stops at 4 MB for a transaction; keys and names are not counted here."""


class Commit:
    """Collects the actions of one commit and sends them, all or none."""

    def __init__(self, gateway: Gateway, tenant: str, company: str) -> None:
        self._gateway = gateway
        self._tenant = tenant
        self._company = company
        self._actions: list[Action] = []
        self._markers: set[keys.Key] = set()
        self._opened: set[keys.Key] = set()  # blocks of which a line is changed for the first time
        self._size = 0

    def send(self, writes: Sequence[Write], fence: Fence | None, held: Sequence[Held] = ()) -> None:
        """Apply the writes. Raises StoreConflict, StoreThrottled, StoreUnavailable, TooLarge."""
        if fence is not None and not any(isinstance(write.before, Lease) for write in writes):
            self._check_fence(fence)
        for each in held:
            place = keys.key_of(self._tenant, each.company, each.record)
            self._check(place, _condition(each.record))
        for write in writes:
            self._add(write)
        for key in sorted(self._opened - self._markers):
            self._check(key, OPEN_BLOCK)
        if self._size > COMMIT_BYTES_MAX:
            raise TooLarge(f"{self._size} bytes in one commit; {COMMIT_BYTES_MAX} at most")
        if len(self._actions) == 1 and fence is None and not held:
            self._send_alone()
        elif self._actions:
            self._gateway.transact(self._tenant, self._actions)

    def _send_alone(self) -> None:
        """Send one action without a transaction, which would cost twice as much."""
        for name, request in self._actions[0].items():
            if name == "Put":
                self._gateway.put(self._tenant, request)
            else:
                self._gateway.delete(self._tenant, request)

    def _add(self, write: Write) -> None:
        before, after = stored_before(write), write.after
        if isinstance(before, LineRecord) and (after is None or isinstance(after, LineRecord)):
            self._add_line(before, after)
            return
        own = None if after is None else placed_record(self._tenant, self._company, after)
        if own is not None:
            self._put(own, _condition(before))
        elif before is not None:
            key = keys.key_of(self._tenant, self._company, before)
            self._delete(key, _condition(before))
        self._add_index(before, after, own)
        if before is None and isinstance(after, LineRecord):
            self._delete(keys.state_key(self._tenant, self._company, after), {})
            self._add_marker(after)

    def _add_line(self, before: LineRecord, after: LineRecord | None) -> None:
        """Write what becomes of a line; what was loaded stays, unless the line is removed."""
        loaded = keys.key_of(self._tenant, self._company, before)
        is_first = before.version == 1
        condition = _condition(None if is_first else before)
        if after is None:
            self._put(placed_removal(self._tenant, self._company, before), condition)
            self._delete(loaded, _EXISTS)
            return
        self._put(placed_state(self._tenant, self._company, after), condition)
        if is_first:  # later on, the state itself says that the line is there
            self._opened.add(keys.marker_of(self._tenant, self._company, after))

    def _add_index(self, before: Record | None, after: Record | None, own: Placed | None) -> None:
        gone, written = entry_changes(before, after)
        for entry in gone:
            self._delete(keys.entry_key(self._tenant, self._company, entry), {})
        if after is not None and own is not None:
            for entry in written:
                self._put(placed_entry(self._tenant, self._company, after, entry, own), {})

    def _add_marker(self, line: LineRecord) -> None:
        marker = placed_marker(self._tenant, self._company, line)
        if marker.key not in self._markers:
            self._markers.add(marker.key)
            self._put(marker, {})

    def _put(self, placed: Placed, condition: dict[str, Any]) -> None:
        name = self._gateway.table_name(placed.key.table)
        self._actions.append({"Put": {"TableName": name, "Item": placed.item, **condition}})
        self._size += placed.size

    def _delete(self, key: keys.Key, condition: dict[str, Any]) -> None:
        name = self._gateway.table_name(key.table)
        self._actions.append({"Delete": {"TableName": name, "Key": key_item(key), **condition}})

    def _check_fence(self, fence: Fence) -> None:
        key = keys.record_key(self._tenant, self._company, Lease, "WRITER")
        self._check(key, {
            "ConditionExpression": "#token = :token AND #holder = :holder",
            "ExpressionAttributeNames": {"#token": TOKEN, "#holder": HOLDER},
            "ExpressionAttributeValues": {
                ":token": {"N": str(fence.token)}, ":holder": {"S": fence.holder},
            },
        })  # fmt: skip

    def _check(self, key: keys.Key, condition: dict[str, Any]) -> None:
        name = self._gateway.table_name(key.table)
        self._actions.append(
            {"ConditionCheck": {"TableName": name, "Key": key_item(key), **condition}}
        )


_EXISTS: Final = {
    "ConditionExpression": "attribute_exists(#pk)",
    "ExpressionAttributeNames": {"#pk": PK},
}
OPEN_BLOCK: Final = {
    "ConditionExpression": "attribute_exists(#pk) AND attribute_not_exists(#closing)",
    "ExpressionAttributeNames": {"#pk": PK, "#closing": CLOSING},
}
"""Of a block's marker: the lines that were read from it are there, but for those that a commit
removed, whose state says so."""


def _condition(before: Record | None) -> dict[str, Any]:
    """Return the condition that what is stored is `before`, by its version."""
    if before is None:
        return {
            "ConditionExpression": "attribute_not_exists(#pk)",
            "ExpressionAttributeNames": {"#pk": PK},
        }
    return {
        "ConditionExpression": "#version = :version",
        "ExpressionAttributeNames": {"#version": VERSION},
        "ExpressionAttributeValues": {":version": {"N": str(before.version)}},
    }


class Load:
    """Writes records without conditions, with the index items that they replace.

    Of a line it writes what was loaded: what became of the line stands apart and stays.
    """

    def __init__(self, gateway: Gateway, tenant: str, company: str) -> None:
        self._gateway = gateway
        self._tenant = tenant
        self._company = company

    def write(self, records: Iterable[Record], stored: Iterable[Record]) -> None:
        """Write some records, each key once; `stored` is what is there now under those keys."""
        base: list[Placed] = []
        index: dict[keys.Key, Placed] = {}
        for record in records:
            own = placed_record(self._tenant, self._company, record)
            base.append(own)
            others = [
                placed_entry(self._tenant, self._company, record, entry, own)
                for entry in entries_of(record)
            ]
            if isinstance(record, LineRecord):
                others.append(placed_marker(self._tenant, self._company, record))
            index.update((placed.key, placed) for placed in others)
        was_found, may_be_found = set[keys.Key](), set[keys.Key]()
        for record in stored:
            was_found.update(self._keys(entries_of(record)))
            may_be_found.update(self._keys(hints_of(record)))
        gone = was_found - index.keys()
        # Index items first: until the record itself is written, a repeat after a crash still reads
        # the old one and so still knows which index items have to go.
        self._gateway.write_all(
            self._tenant, [(placed.key, placed.item) for placed in index.values()], sorted(gone)
        )
        self._gateway.write_all(self._tenant, [(placed.key, placed.item) for placed in base], ())
        # While the old record says that it is settled, a reader may take its hints away: those of
        # an item that is open again are written once more, when nobody does that any longer.
        again = sorted(index.keys() & may_be_found - was_found)
        self._gateway.write_all(self._tenant, [(key, index[key].item) for key in again], ())

    def _keys(self, entries: Iterable[Entry]) -> list[keys.Key]:
        return [keys.entry_key(self._tenant, self._company, entry) for entry in entries]
