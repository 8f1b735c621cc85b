"""The borders of the deployed stack: who gets in, and where what fails ends up."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import boto3
import httpx
import pytest
from botocore.exceptions import ClientError

from devstack.emulator import REGION
from devstack.issuer import Issuer
from devstack.stack import LocalStack

PATIENCE_SECONDS = 30.0


def get(stack: LocalStack, path: str, token: str | None = None) -> httpx.Response:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{stack.api_url}{path}", headers=headers, timeout=30)


def eventually(found: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (value := found()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)
    return value


def test_a_tenant_with_a_token_gets_an_answer(local_stack: LocalStack) -> None:
    answer = get(local_stack, "/v1/companies", local_stack.token("border-a"))

    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/v1/companies", "/v1/companies/c/statements", "/v1/nowhere"])
def test_nothing_is_answered_without_a_token(local_stack: LocalStack, path: str) -> None:
    assert get(local_stack, path).status_code == 401


def test_a_token_that_has_expired_is_refused(local_stack: LocalStack) -> None:
    token = local_stack.token("border-a", ttl_seconds=-10)

    assert get(local_stack, "/v1/companies", token).status_code == 401


def test_a_token_of_another_issuer_is_refused(local_stack: LocalStack) -> None:
    with Issuer() as stranger:
        token = stranger.token(tenant="border-a")

        assert get(local_stack, "/v1/companies", token).status_code == 401


@pytest.mark.parametrize("path", ["/v1/openapi.json", "/v1/docs"])
def test_anybody_may_read_what_the_api_is(local_stack: LocalStack, path: str) -> None:
    assert get(local_stack, path).status_code == 200


def test_a_browser_of_the_known_origin_may_ask_first_without_a_token(
    local_stack: LocalStack,
) -> None:
    asked = {"Access-Control-Request-Method": "GET"}
    url = f"{local_stack.api_url}/v1/companies"

    known = httpx.options(url, headers={"Origin": "https://localhost", **asked})
    unknown = httpx.options(url, headers={"Origin": "https://elsewhere.example", **asked})

    assert known.headers["access-control-allow-origin"] == "https://localhost"
    assert "access-control-allow-origin" not in unknown.headers


def test_a_writer_without_a_tenant_cannot_drop_a_file(local_stack: LocalStack) -> None:
    """Whatever his own policy allows, the bucket's refuses him."""
    iam = local_stack.client("iam")
    iam.create_user(UserName="stranger")
    allowed = {
        "Effect": "Allow",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{local_stack.inbox_bucket}/*",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_user_policy(UserName="stranger", PolicyName="all", PolicyDocument=document)
    key = iam.create_access_key(UserName="stranger")["AccessKey"]
    s3 = boto3.client(
        "s3",
        endpoint_url=local_stack.emulator.endpoint_url,
        region_name=REGION,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )

    with pytest.raises(ClientError, match="explicit deny"):
        s3.put_object(Bucket=local_stack.inbox_bucket, Key="border-a/main/releve.xml", Body=b"x")


def test_a_drop_that_cannot_be_imported_ends_in_the_dead_letter_queue(
    local_stack: LocalStack,
) -> None:
    """An event of a shape that nobody sends is as broken as a drop can be."""
    queue = local_stack.physical_id("ImportDlq")

    local_stack.functions.invoke(
        FunctionName=local_stack.function_name("ImportStatement"),
        InvocationType="Event",
        Payload=json.dumps({"source": "aws.s3", "mark": "border"}).encode(),
    )

    def received() -> list[dict[str, Any]]:
        messages = local_stack.sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1)
        return [json.loads(m["Body"]) for m in messages.get("Messages", [])]

    (letter,) = eventually(received)
    assert letter["requestPayload"] == {"source": "aws.s3", "mark": "border"}
    assert letter["responsePayload"]["errorType"] == "ValidationError"
    assert letter["requestContext"]["approximateInvokeCount"] == 3


def test_of_a_batch_of_synchronisations_only_the_failed_one_comes_again(
    local_stack: LocalStack,
) -> None:
    good = {"tenant": "border-a", "company": "main", "connection_id": "cn_unknown"}
    bodies = {"first": json.dumps(good), "second": "not a message", "third": json.dumps(good)}
    records = [
        {"messageId": name, "receiptHandle": name, "body": body, "eventSource": "aws:sqs"}
        for name, body in bodies.items()
    ]
    function = local_stack.function_name("SyncAggregator")
    payload = json.dumps({"Records": records}).encode()

    def invoked() -> Any:
        answer = local_stack.functions.invoke(FunctionName=function, Payload=payload)
        return json.loads(answer["Payload"].read())

    def logged() -> list[str]:
        invoked()  # the emulator may show a line with the next call only
        return [line for line in local_stack.logs_of("SyncAggregator") if "ValidationError" in line]

    assert invoked() == {"batchItemFailures": [{"itemIdentifier": "second"}]}
    assert json.loads(eventually(logged)[0])["message"] == "failed"


def test_a_message_on_the_queue_is_taken_by_the_synchronisation(local_stack: LocalStack) -> None:
    good = {"tenant": "border-a", "company": "main", "connection_id": "cn_queued"}

    local_stack.sqs.send_message(QueueUrl=local_stack.sync_queue_url, MessageBody=json.dumps(good))

    def logged() -> list[str]:
        items = local_stack.dynamodb.scan(TableName=local_stack.table_names["feeds"])["Items"]
        return [item["pk"]["S"] for item in items if "cn_queued" in json.dumps(item, default=str)]

    assert all(pk.startswith("border-a#main#") for pk in eventually(logged))
