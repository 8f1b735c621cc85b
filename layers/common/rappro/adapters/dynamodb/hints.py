"""Hints: index items that may outlive what they say, so that no commit has to remove them.

An open item's references are written in the transaction that makes it open, and stay when it is
settled. A hint is believed when a copy that goes with the item (of its amount, its third party) is
read beside it, or else when the item itself says so. One that is met and wrong is taken away, in a
transaction that checks that the item still is what was read: an item that is opened again writes
its hints with itself, so none of these is lost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final

from rappro.adapters.dynamodb import keys
from rappro.adapters.dynamodb.gateway import Action, Gateway
from rappro.adapters.dynamodb.items import Item, record_of
from rappro.adapters.dynamodb.names import DOC, PK, POINTS_TO, SK
from rappro.adapters.indexing import entries_of
from rappro.domain.books import OpenItem
from rappro.domain.errors import StoreConflict, StoreThrottled, StoreUnavailable
from rappro.domain.writes import Record

SWEPT_MAX: Final = 32
"""Items whose wrong hints one reading takes away; those of others wait for the next one."""


class Hints:
    """Reads what hints of one company point to."""

    def __init__(self, gateway: Gateway, tenant: str, company: str) -> None:
        self._gateway = gateway
        self._tenant = tenant
        self._company = company

    def pointed(
        self, hints: Iterable[Item], known: Iterable[Record], named: Iterable[str]
    ) -> list[Record]:
        """Return the open items that are named, or that hints point to and rightly so.

        What is `known` to be found is not read again for a hint.
        """
        shown = {record.key for record in known if isinstance(record, OpenItem)}
        by_key: dict[str, list[Item]] = defaultdict(list)
        for hint in hints:
            key = str(hint[POINTS_TO]["S"])
            if key not in shown:
                by_key[key].append(hint)
        asked = set(named)
        places = [self._place(key) for key in sorted(asked | by_key.keys())]
        found: list[Record] = []
        wrong: list[tuple[Item, list[Item]]] = []
        for item in self._gateway.get_all(self._tenant, places):
            record = record_of(item)
            told = by_key.get(record.key, [])
            untrue = self._untrue(record, told)
            if record.key in asked or len(untrue) < len(told):
                found.append(record)
            if untrue:
                wrong.append((item, untrue))
        for _ in self._gateway.parallel(self._take_away, wrong[:SWEPT_MAX]):
            pass
        return found

    def _place(self, key: str) -> keys.Key:
        return keys.record_key(self._tenant, self._company, OpenItem, key)

    def _untrue(self, record: Record, hints: Sequence[Item]) -> list[Item]:
        places = (keys.entry_key(self._tenant, self._company, each) for each in entries_of(record))
        true = {(place.pk, place.sk) for place in places}
        return [hint for hint in hints if (hint[PK]["S"], hint[SK]["S"]) not in true]

    def _take_away(self, wrong: tuple[Item, Sequence[Item]]) -> None:
        """Delete hints that an item does not bear out, if it is still the same to the letter.

        Not by its version, which a load sets back. When it cannot be done, the next reader will.
        """
        item, hints = wrong
        name = self._gateway.table_name(keys.KINDS[OpenItem].table)
        check: Action = {"ConditionCheck": {
            "TableName": name,
            "Key": {PK: item[PK], SK: item[SK]},
            "ConditionExpression": "#doc = :doc",
            "ExpressionAttributeNames": {"#doc": DOC},
            "ExpressionAttributeValues": {":doc": item[DOC]},
        }}  # fmt: skip
        gone: list[Action] = [
            {"Delete": {"TableName": name, "Key": {PK: hint[PK], SK: hint[SK]}}} for hint in hints
        ]
        with suppress(StoreConflict, StoreThrottled, StoreUnavailable):
            self._gateway.transact(self._tenant, [check, *gone])
