"""The fence in the clients: no request leaves that names what is not of the tenant in force."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse, HTTPHeaders
from botocore.config import Config

from rappro.adapters.fence import fence_items, fence_objects
from rappro.domain.ids import TenantId
from rappro.domain.tenancy import OutsideTenant, in_force

MINE, THEIRS = TenantId("acme"), TenantId("other")
BUCKET = "archive"
SECRET = "test"

Sent = list[str]


class _Body:
    """The body of an answer that says nothing."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._content


def client(service: Any, sent: Sent) -> Any:
    """Return a client whose requests are counted and answered here."""
    made = boto3.client(
        service, region_name="eu-west-3", aws_access_key_id="key", aws_secret_access_key=SECRET,
        config=Config(signature_version="s3v4" if service == "s3" else None),
    )  # fmt: skip

    def answer(request: Any, **_: Any) -> AWSResponse:
        sent.append(request.url)
        return AWSResponse(
            request.url, 200, HTTPHeaders(), _Body(b"" if service == "s3" else b"{}")
        )

    made.meta.events.register_first(f"before-send.{service}", answer)
    return made


@pytest.fixture
def sent() -> Sent:
    return []


def attributes(tenant: str, **more: str) -> dict[str, Any]:
    return {name: {"S": text} for name, text in {"pk": f"{tenant}#c#I", "sk": "1", **more}.items()}


def query(tenant: str, condition: str = "pk = :pk", **more: Any) -> dict[str, Any]:
    values = {":pk": {"S": f"{tenant}#c#I"}, ":sk": {"S": f"{MINE}#"}}
    return {
        "TableName": "T", "KeyConditionExpression": condition,
        "ExpressionAttributeValues": values, **more,
    }  # fmt: skip


Request = Callable[[str], tuple[str, dict[str, Any]]]
ITEM_REQUESTS: dict[str, Request] = {
    "get": lambda t: ("get_item", {"TableName": "T", "Key": attributes(t)}),
    "put": lambda t: ("put_item", {"TableName": "T", "Item": attributes(t)}),
    "put into a list": lambda t: (
        "put_item", {"TableName": "T", "Item": attributes(MINE, list_pk=f"{t}#c#L", list_sk="1")}
    ),
    "delete": lambda t: ("delete_item", {"TableName": "T", "Key": attributes(t)}),
    "update": lambda t: (
        "update_item", {
            "TableName": "T", "Key": attributes(t), "UpdateExpression": "ADD n :n",
            "ExpressionAttributeValues": {":n": {"N": "1"}},
        }
    ),
    "query": lambda t: ("query", query(t)),
    "query with a range": lambda t: ("query", query(t, "pk = :pk AND begins_with(sk, :sk)")),
    "query of a list": lambda t: ("query", query(t, "list_pk = :pk", IndexName="by_list")),
    "query by a name": lambda t: (
        "query", query(t, "#k = :pk", ExpressionAttributeNames={"#k": "pk"})
    ),
    "one of a batch read": lambda t: (
        "batch_get_item", {"RequestItems": {"T": {"Keys": [attributes(MINE), attributes(t)]}}}
    ),
    "one of a batch written": lambda t: (
        "batch_write_item", {"RequestItems": {
            "T": [{"PutRequest": {"Item": attributes(MINE)}}],
            "U": [{"DeleteRequest": {"Key": attributes(t)}}],
        }}
    ),
    "one of a transaction": lambda t: (
        "transact_write_items", {"TransactItems": [
            {"Put": {"TableName": "T", "Item": attributes(MINE)}},
            {"Delete": {"TableName": "T", "Key": attributes(t)}},
        ]}
    ),
    "a condition of a transaction": lambda t: (
        "transact_write_items", {"TransactItems": [
            {"Put": {"TableName": "T", "Item": attributes(MINE)}},
            {"ConditionCheck": {
                "TableName": "T", "Key": attributes(t),
                "ConditionExpression": "attribute_exists(pk)",
            }},
        ]}
    ),
    "one of a transaction that reads": lambda t: (
        "transact_get_items", {"TransactItems": [{"Get": {"TableName": "T", "Key": attributes(t)}}]}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ITEM_REQUESTS)
def test_a_request_goes_out_for_the_tenant_in_force_and_for_no_other(name: str, sent: Sent) -> None:
    fenced = fence_items(client("dynamodb", sent))

    operation, parameters = ITEM_REQUESTS[name](THEIRS)
    with in_force(MINE), pytest.raises(OutsideTenant):
        getattr(fenced, operation)(**parameters)
    assert sent == []

    operation, parameters = ITEM_REQUESTS[name](MINE)
    with in_force(MINE):
        getattr(fenced, operation)(**parameters)
    assert len(sent) == 1


@pytest.mark.parametrize("name", ITEM_REQUESTS)
def test_nothing_goes_out_while_no_tenant_is_in_force(name: str, sent: Sent) -> None:
    operation, parameters = ITEM_REQUESTS[name](MINE)

    with pytest.raises(OutsideTenant):
        getattr(fence_items(client("dynamodb", sent)), operation)(**parameters)

    assert sent == []


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("scan", {"TableName": "T"}),
        ("execute_statement", {"Statement": "SELECT * FROM T WHERE pk = 'acme#c#I'"}),
        ("describe_table", {"TableName": "T"}),
        ("query", {"TableName": "T"}),
        ("query", query(MINE, "pk = :pk", ExpressionAttributeNames={"pk": "sk"})),
        ("query", query(MINE, "sk = :pk")),
        ("get_item", {"TableName": "T", "Key": {"sk": {"S": f"{MINE}#"}}}),
        ("get_item", {"TableName": "T", "Key": attributes(f"{MINE}x")}),
        (
            "update_item",
            {"TableName": "T", "Key": attributes(MINE), "UpdateExpression": "SET list_pk = :l"},
        ),
    ],
)
def test_what_names_no_partition_of_the_tenant_is_refused(
    operation: str, parameters: dict[str, Any], sent: Sent
) -> None:
    """A name that only begins like the tenant's is another one's."""
    with in_force(MINE), pytest.raises(OutsideTenant):
        getattr(fence_items(client("dynamodb", sent)), operation)(**parameters)

    assert sent == []


@pytest.mark.parametrize("folder", ["", "work/"])
def test_an_object_is_read_written_and_signed_below_the_tenants_own_prefix_only(
    folder: str, sent: Sent
) -> None:
    fenced = fence_objects(client("s3", sent), BUCKET, folder)
    requests: list[Callable[[str], Any]] = [
        lambda key: fenced.get_object(Bucket=BUCKET, Key=key),
        lambda key: fenced.head_object(Bucket=BUCKET, Key=key),
        lambda key: fenced.put_object(Bucket=BUCKET, Key=key, Body=b""),
        lambda key: fenced.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": key}),
        lambda key: fenced.generate_presigned_post(BUCKET, key),
    ]

    for request in requests:
        for key in (f"{folder}{THEIRS}/c/x", f"{folder}{MINE}x/c/x", f"other/{folder}{MINE}/c/x"):
            with in_force(MINE), pytest.raises(OutsideTenant):
                request(key)
        with pytest.raises(OutsideTenant):
            request(f"{folder}{MINE}/c/x")
    assert sent == []

    for request in requests:
        with in_force(MINE):
            assert request(f"{folder}{MINE}/c/x")
    assert len(sent) == 3  # a link and a form are signed here


def test_other_buckets_and_other_operations_are_refused(sent: Sent) -> None:
    fenced = fence_objects(client("s3", sent), BUCKET, "work/")
    key = f"work/{MINE}/c/x"

    with in_force(MINE):
        refusals: list[Callable[[], Any]] = [
            lambda: fenced.get_object(Bucket="inbox", Key=key),
            lambda: fenced.list_objects_v2(Bucket=BUCKET, Prefix=f"work/{MINE}/"),
            lambda: fenced.delete_object(Bucket=BUCKET, Key=key),
            lambda: fenced.create_bucket(Bucket=BUCKET),
            lambda: fenced.generate_presigned_url("create_bucket", {"Bucket": BUCKET}),
            lambda: fenced.copy_object(
                Bucket=BUCKET, Key=key, CopySource={"Bucket": BUCKET, "Key": f"work/{THEIRS}/c/x"}
            ),
        ]
        for refused in refusals:
            with pytest.raises(OutsideTenant):
                refused()

    assert sent == []
