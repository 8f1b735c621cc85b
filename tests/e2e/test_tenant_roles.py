"""What a function's role reaches on the deployed stack: one tenant's things, and only when tagged.

The roles are those of the template; the emulator is told what AWS knows of a request's partitions
and of tags in policies (devstack/emulator_main.py).
"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from devstack.emulator import REGION
from devstack.stack import STACK, LocalStack

MINE, THEIRS = "roles-mine", "roles-theirs"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
}


def role_arn(stack: LocalStack, function: str) -> str:
    name = stack.physical_id(f"{function}Role")
    return str(stack.client("iam").get_role(RoleName=name)["Role"]["Arn"])


def session(stack: LocalStack, credentials: dict[str, str]) -> boto3.Session:
    return boto3.Session(
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
        region_name=REGION,
    )


def function_session(stack: LocalStack, name: str) -> boto3.Session:
    """Return a session of a role of that name, which may take any role that lets it."""
    iam = stack.client("iam")
    given = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
    allowed = {"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_role_policy(RoleName=name, PolicyName="take", PolicyDocument=document)
    taken = stack.client("sts").assume_role(RoleArn=given["Arn"], RoleSessionName="function")
    return session(stack, taken["Credentials"])


def take(stack: LocalStack, by: boto3.Session, tenant: str | None) -> boto3.Session:
    tags = [] if tenant is None else [{"Key": "rappro-tenant", "Value": tenant}]
    sts = by.client("sts", endpoint_url=stack.emulator.endpoint_url)
    taken = sts.assume_role(
        RoleArn=role_arn(stack, "Api"), RoleSessionName=tenant or "none", Tags=tags
    )
    return session(stack, taken["Credentials"])


def refused(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**parameters)
    return str(error.value.response["Error"]["Code"])


@pytest.fixture(scope="module")
def tagged(local_stack: LocalStack) -> boto3.Session:
    """The API's role, tagged with a tenant."""
    return take(local_stack, function_session(local_stack, f"{STACK}-Tagger"), MINE)


def key(tenant: str) -> dict[str, Any]:
    return {"pk": {"S": f"{tenant}#c#JOURNAL"}, "sk": {"S": "BQ"}}


def test_a_tagged_role_reaches_its_tenants_records_and_no_others(
    local_stack: LocalStack, tagged: boto3.Session
) -> None:
    table = local_stack.table_names["books"]
    for tenant in (MINE, THEIRS):
        local_stack.dynamodb.put_item(TableName=table, Item=key(tenant))
    client = tagged.client("dynamodb", endpoint_url=local_stack.emulator.endpoint_url)
    both: list[Any] = [
        {"Put": {"TableName": table, "Item": key(tenant)}} for tenant in (MINE, THEIRS)
    ]
    values = {":pk": {"S": f"{THEIRS}#c#JOURNAL"}}

    assert client.get_item(TableName=table, Key=key(MINE))["Item"] == key(MINE)
    client.put_item(TableName=table, Item=key(MINE))
    client.transact_write_items(TransactItems=both[:1])
    batch = {table: {"Keys": [key(MINE), key(THEIRS)]}}
    answers = {
        refused(client.get_item, TableName=table, Key=key(THEIRS)),
        refused(client.put_item, TableName=table, Item=key(THEIRS)),
        refused(client.delete_item, TableName=table, Key=key(THEIRS)),
        refused(client.batch_get_item, RequestItems=batch),
        refused(client.transact_write_items, TransactItems=both),
        refused(
            client.query, TableName=table, KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=values,
        ),
        refused(
            client.query, TableName=table, IndexName="by_list",
            KeyConditionExpression="list_pk = :pk", ExpressionAttributeValues=values,
        ),
        refused(client.scan, TableName=table),
    }  # fmt: skip
    assert answers == {"AccessDeniedException"}


def test_a_tagged_role_reaches_its_tenants_files_and_no_others(
    local_stack: LocalStack, tagged: boto3.Session
) -> None:
    bucket = local_stack.archive_bucket
    client = tagged.client("s3", endpoint_url=local_stack.emulator.endpoint_url)
    for tenant in (MINE, THEIRS):
        local_stack.s3.put_object(Bucket=bucket, Key=f"work/{tenant}/c/x", Body=b"x")

    assert client.get_object(Bucket=bucket, Key=f"work/{MINE}/c/x")["Body"].read() == b"x"
    theirs = {"Bucket": bucket, "Key": f"work/{THEIRS}/c/x"}
    assert refused(client.get_object, **theirs) == "AccessDenied"
    assert refused(client.put_object, **theirs, Body=b"y") == "AccessDenied"


def test_a_functions_role_is_taken_with_a_tenants_tag_or_not_at_all(
    local_stack: LocalStack,
) -> None:
    function = function_session(local_stack, f"{STACK}-Untagged")
    stranger = function_session(local_stack, "another-stack-Tagger")

    with pytest.raises(ClientError, match="AccessDenied"):
        take(local_stack, function, None)
    with pytest.raises(ClientError, match="AccessDenied"):
        take(local_stack, stranger, MINE)
    with pytest.raises(ClientError, match="AccessDenied"):
        take(local_stack, local_stack.session, MINE)
