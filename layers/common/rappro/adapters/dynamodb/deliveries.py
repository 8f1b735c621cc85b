"""The log of webhook deliveries on DynamoDB (port DeliveryLog): items that expire by themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Final

from rappro.adapters import codec
from rappro.adapters.cursors import read_cursor, write_cursor
from rappro.adapters.delivery_places import list_of, place_of, place_of_id
from rappro.adapters.dynamodb.gateway import Gateway, Range, Tables
from rappro.adapters.dynamodb.items import key_item
from rappro.adapters.dynamodb.keys import Key, deliveries_partition
from rappro.adapters.dynamodb.names import DOC, SK
from rappro.adapters.scope import check_limit
from rappro.domain.ids import TenantId
from rappro.domain.webhooks import LOG_DAYS, Delivery
from rappro.domain.writes import Page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

EXPIRES_AT: Final = "expires_at"
"""The attribute that the table's time to live goes by, in seconds."""
_NOBODYS: Final = "all-companies"
"""Webhooks are the tenant's as a whole."""


class DynamoDeliveryLog:
    """Port DeliveryLog."""

    def __init__(self, client: Callable[[], DynamoDBClient], tables: Tables) -> None:
        """Take a maker of the client: few requests have to do with deliveries."""
        self._client = client
        self._tables = tables

    @cached_property
    def _gateway(self) -> Gateway:
        return Gateway(self._client(), self._tables, threads=1)

    def get(self, tenant: TenantId, webhook: str, delivery: str) -> Delivery | None:
        key = _key(tenant, webhook, place_of_id(delivery))
        item = self._gateway.get(tenant, key)
        return None if item is None else codec.load(Delivery, item[DOC]["S"])

    def save(self, tenant: TenantId, delivery: Delivery, now: datetime) -> None:
        key = _key(tenant, delivery.webhook, place_of(delivery))
        expires_at = int((now + timedelta(days=LOG_DAYS)).timestamp())
        item = {
            **key_item(key),
            DOC: {"S": codec.dump_record(delivery).decode()},
            EXPIRES_AT: {"N": str(expires_at)},
        }
        self._gateway.put(tenant, {"TableName": self._tables.name(key.table), "Item": item})

    def page(
        self, tenant: TenantId, webhook: str, *, limit: int, cursor: str | None
    ) -> Page[Delivery]:
        check_limit(limit)
        name = list_of(tenant, webhook)
        after = None if cursor is None else read_cursor(name, cursor)
        table, pk = deliveries_partition(tenant, _NOBODYS, webhook)
        found = self._gateway.query(tenant, Range(table, pk, after=after), limit=limit + 1)
        items = list(islice(found, limit + 1))
        shown = items[:limit]
        has_more = len(items) > limit
        return Page(
            tuple(codec.load(Delivery, item[DOC]["S"]) for item in shown),
            write_cursor(name, shown[-1][SK]["S"]) if has_more else None,
        )


def _key(tenant: str, webhook: str, place: str) -> Key:
    table, pk = deliveries_partition(tenant, _NOBODYS, webhook)
    return Key(table, pk, place)
