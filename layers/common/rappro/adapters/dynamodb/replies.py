"""Kept answers and counted requests in a table of their own (ports Replies and Meter).

{tenant}#reply#{key}                    a claim or an answer; `until` in milliseconds
{tenant}#count#{budget}#{window}        how many requests of a window

DynamoDB deletes what is past `expires` (TTL), hours late: what counts is decided by `until`.

    one attempt            another, of the same key
    claim ── put, if nothing counts there
      │                    claim ── refused, with what stands there: being worked on
      ▼                    look, look again …
    keep ─── put, if the claim is one's own
                           look ── the answer
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from rappro.adapters.scope import check_tenant
from rappro.adapters.sdk_errors import error_code, translated
from rappro.domain.errors import StoreConflict
from rappro.domain.ids import TenantId
from rappro.ports import Standing

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PK: Final = "pk"
_CONDITION_FAILED: Final = "ConditionalCheckFailedException"
_KEPT_LONGER: Final = timedelta(hours=1)
"""Clocks differ; what is deleted must count for nobody."""

Item = dict[str, Any]


class DynamoReplies:
    """Port Replies: one call a claim, one an answer."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client: Any = client  # items are built, not typed, attribute by attribute
        self._table = table

    def claim(
        self, tenant: TenantId, key: str, fingerprint: str, *, token: str, now: datetime,
        until: datetime,
    ) -> Standing | None:  # fmt: skip
        item = _item(tenant, key, Standing(fingerprint), token, until)
        try:
            with translated():
                self._put(
                    item, "attribute_not_exists(pk) OR #until <= :now", {"#until": "until"},
                    {":now": _milliseconds(now)},
                )  # fmt: skip
        except StoreConflict as error:
            found = _refused_by(error) or self._item(tenant, key)
            if found is not None:
                return _standing(found)
            raise
        return None

    def look(self, tenant: TenantId, key: str, *, now: datetime) -> Standing | None:
        found = self._item(tenant, key)
        if found is None or int(found["until"]["N"]) <= int(_milliseconds(now)["N"]):
            return None
        return _standing(found)

    def keep(
        self, tenant: TenantId, key: str, standing: Standing, *, token: str, until: datetime
    ) -> None:
        item = _item(tenant, key, standing, token, until)
        with translated():
            self._put(item, "#token = :token", {"#token": "token"}, {":token": {"S": token}})

    def release(self, tenant: TenantId, key: str, *, token: str) -> None:
        try:
            with translated():
                self._client.delete_item(
                    TableName=self._table,
                    Key=_key(tenant, key),
                    ConditionExpression="#token = :token",
                    ExpressionAttributeNames={"#token": "token"},
                    ExpressionAttributeValues={":token": {"S": token}},
                )
        except StoreConflict:
            return

    def _put(self, item: Item, condition: str, names: dict[str, str], values: Item) -> None:
        self._client.put_item(
            TableName=self._table,
            Item=item,
            ConditionExpression=condition,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )

    def _item(self, tenant: TenantId, key: str) -> Item | None:
        with translated():
            answer = self._client.get_item(
                TableName=self._table, Key=_key(tenant, key), ConsistentRead=True
            )
        found: Item | None = answer.get("Item")
        return found


class DynamoMeter:
    """Port Meter: one call a request."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def count(
        self, tenant: TenantId, budget: str, *, window: int, limit: int, until: datetime
    ) -> int | None:
        check_tenant(tenant)
        try:
            with translated():
                answer = self._client.update_item(
                    TableName=self._table,
                    Key={_PK: {"S": f"{tenant}#count#{budget}#{window}"}},
                    UpdateExpression="ADD #n :one SET #expires = :expires",
                    ConditionExpression="attribute_not_exists(#n) OR #n < :limit",
                    ExpressionAttributeNames={"#n": "n", "#expires": "expires"},
                    ExpressionAttributeValues={
                        ":one": {"N": "1"}, ":limit": {"N": str(limit)}, ":expires": _expires(until)
                    },
                    ReturnValues="UPDATED_NEW",
                )  # fmt: skip
        except StoreConflict:
            return None
        return int(answer["Attributes"]["n"]["N"])


def _key(tenant: TenantId, key: str) -> Item:
    check_tenant(tenant)
    return {_PK: {"S": f"{tenant}#reply#{key}"}}


def _item(tenant: TenantId, key: str, standing: Standing, token: str, until: datetime) -> Item:
    item: Item = {
        **_key(tenant, key),
        "fingerprint": {"S": standing.fingerprint},
        "token": {"S": token},
        "until": _milliseconds(until),
        "expires": _expires(until),
    }
    return item if standing.reply is None else {**item, "reply": {"B": standing.reply}}


def _standing(item: Item) -> Standing:
    reply = item.get("reply")
    return Standing(item["fingerprint"]["S"], None if reply is None else bytes(reply["B"]))


def _refused_by(error: StoreConflict) -> Item | None:
    """Return the item that a refused write came upon, when the answer shows it."""
    cause = error.__cause__
    if not isinstance(cause, ClientError) or error_code(cause) != _CONDITION_FAILED:
        return None
    shown: Any = cause.response
    found: Item | None = shown.get("Item")
    return found or None


def _milliseconds(at: datetime) -> dict[str, str]:
    return {"N": str(int(at.timestamp() * 1000))}


def _expires(until: datetime) -> dict[str, str]:
    return {"N": str(int((until + _KEPT_LONGER).timestamp()))}
