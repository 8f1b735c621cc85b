"""Whose something at a provider is, in a table of its own (port Routes).

{provider}#{kind}#{ref}     tenant, company, connection; `until` in milliseconds

No partition of it begins with a tenant: what asks knows no tenant yet. So it holds nothing else,
and it is the only table that functions reach by their own role (decision 0022). DynamoDB deletes
what is past `expires` (TTL), hours late: what counts is decided by `until`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from rappro.adapters.scope import check_key, check_scope, check_tenant
from rappro.adapters.sdk_errors import translated
from rappro.domain.errors import InvalidRequest
from rappro.domain.ids import CompanyId, TenantId
from rappro.ports_feeds import Route

_KEPT_LONGER: Final = timedelta(hours=1)
_PARTITION_BYTES_MAX: Final = 2048
_OURS: Final = "attribute_not_exists(pk) OR tenant = :tenant"


class DynamoRoutes:
    """Port Routes: one call each."""

    def __init__(
        self, client: Callable[[], Any], table: str, now: Callable[[], datetime]
    ) -> None:  # fmt: skip
        self._client = client
        self._table = table
        self._now = now

    def save(
        self, provider: str, kind: str, ref: str, route: Route, *, until: datetime | None = None
    ) -> None:
        item = _item(_key(provider, kind, ref), route, until)
        taken = f"{_OURS} OR #until <= :now"
        with translated():
            self._client().put_item(
                TableName=self._table, Item=item, ConditionExpression=taken,
                ExpressionAttributeNames={"#until": "until"},
                ExpressionAttributeValues={
                    ":tenant": {"S": route.tenant}, ":now": {"N": _milliseconds(self._now())},
                },
            )  # fmt: skip

    def find(self, provider: str, kind: str, ref: str) -> Route | None:
        with translated():
            answer = self._client().get_item(
                TableName=self._table, Key={"pk": {"S": _key(provider, kind, ref)}},
                ConsistentRead=True,
            )  # fmt: skip
        item = answer.get("Item")
        if item is None or _is_over(item, self._now()):
            return None
        company, connection = item.get("company"), item.get("connection")
        return Route(
            TenantId(item["tenant"]["S"]), None if company is None else CompanyId(company["S"]),
            None if connection is None else connection["S"],
        )  # fmt: skip

    def forget(self, tenant: TenantId, provider: str, kind: str, ref: str) -> None:
        check_tenant(tenant)
        with translated():
            try:
                self._forget(tenant, _key(provider, kind, ref))
            except self._client().exceptions.ConditionalCheckFailedException:
                return  # another tenant's: not ours to remove

    def _forget(self, tenant: TenantId, key: str) -> None:
        self._client().delete_item(
            TableName=self._table, Key={"pk": {"S": key}}, ConditionExpression=_OURS,
            ExpressionAttributeValues={":tenant": {"S": tenant}},
        )  # fmt: skip


def _key(provider: str, kind: str, ref: str) -> str:
    """Return a partition: the first two hold no `#`, so that no ref leads to another kind."""
    check_tenant(provider)
    check_tenant(kind)
    check_key(ref)
    key = f"{provider}#{kind}#{ref}"
    if len(key.encode(errors="replace")) > _PARTITION_BYTES_MAX:
        raise InvalidRequest("a name at a provider that is too long")
    return key


def _item(key: str, route: Route, until: datetime | None) -> dict[str, Any]:
    check_scope(route.tenant, route.company or route.tenant)
    item: dict[str, Any] = {"pk": {"S": key}, "tenant": {"S": route.tenant}}
    if route.company is not None:
        item["company"] = {"S": route.company}
    if route.connection_id is not None:
        check_key(route.connection_id)
        item["connection"] = {"S": route.connection_id}
    if until is not None:
        item["until"] = {"N": _milliseconds(until)}
        item["expires"] = {"N": str(int((until + _KEPT_LONGER).timestamp()))}
    return item


def _is_over(item: dict[str, Any], now: datetime) -> bool:
    until = item.get("until")
    return until is not None and int(until["N"]) <= int(_milliseconds(now))


def _milliseconds(at: datetime) -> str:
    """Return an instant in milliseconds since 1970, as DynamoDB takes numbers."""
    return str((at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1))
