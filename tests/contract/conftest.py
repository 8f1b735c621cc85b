"""Every contract test runs twice: on the in-process twin, and on the local AWS."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config

from devstack.emulator import REGION
from rappro.adapters.dynamodb.gateway import Tables
from rappro.adapters.dynamodb.store import DynamoStore
from rappro.adapters.memory import MemoryStore
from rappro.domain.ids import CompanyId, TenantId
from rappro.ports import Store

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ACCOUNT = "200000000001"  # an account of its own: the emulator takes the access key for its number
TABLES = Tables(books="Books", statements="Statements", feeds="Feeds")
_tenants = count(1)


def create_tables(client: DynamoDBClient) -> None:
    """Create the three tables with the keys and the list index that template.yaml gives them."""
    for name in (TABLES.books, TABLES.statements, TABLES.feeds):
        client.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": attribute, "AttributeType": "S"}
                for attribute in ("pk", "sk", "list_pk", "list_sk")
            ],
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "by_list",
                    "KeySchema": [
                        {"AttributeName": "list_pk", "KeyType": "HASH"},
                        {"AttributeName": "list_sk", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        )


@pytest.fixture(scope="session")
def dynamodb(emulator: str) -> Iterator[DynamoDBClient]:
    client = boto3.client(
        "dynamodb",
        endpoint_url=emulator,
        region_name=REGION,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="local",
        config=Config(max_pool_connections=16, retries={"mode": "standard"}),
    )
    create_tables(client)
    yield client
    client.close()


@pytest.fixture(scope="session")
def dynamo_store(dynamodb: DynamoDBClient) -> DynamoStore:
    return DynamoStore(dynamodb, TABLES)


@pytest.fixture(params=["memory", pytest.param("dynamodb", marks=pytest.mark.emulator)])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "memory":
        return MemoryStore()
    found: DynamoStore = request.getfixturevalue("dynamo_store")
    return found


@pytest.fixture
def tenant() -> TenantId:
    """A tenant that no other test has: the tables are shared by all of them."""
    return TenantId(f"tenant-{next(_tenants)}")


@pytest.fixture
def other_tenant() -> TenantId:
    return TenantId(f"tenant-{next(_tenants)}")


@pytest.fixture
def company() -> CompanyId:
    return CompanyId("company-1")
