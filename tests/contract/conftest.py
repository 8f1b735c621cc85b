"""Every contract test runs twice: on the in-process twin, and on the local AWS.

Where RAPPRO_DYNAMODB_LOCAL names the address of a DynamoDB Local (`make test-dynamodb-local`), the
store's tests run a third time, on that.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from devstack.dynamodb_local import ENDPOINT_VARIABLE
from devstack.emulator import REGION
from rappro.adapters.dynamodb.gateway import Tables
from rappro.adapters.dynamodb.store import DynamoStore
from rappro.adapters.memory import MemoryBlobs, MemoryStore
from rappro.adapters.s3.blobs import S3Blobs
from rappro.domain.ids import CompanyId, TenantId
from rappro.ports import Blobs, Store
from tests.contract.ten_at_once import TenAtOnce

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

ARCHIVE, INBOX = "archive", "inbox"
ACCOUNT = "200000000001"  # an account of its own: the emulator takes the access key for its number
TABLES = Tables(books="Books", statements="Statements", feeds="Feeds")
_tenants = count(1)
_EMULATED = pytest.param("dynamodb", marks=pytest.mark.emulator)
_DATABASES = [_EMULATED, *(["dynamodb-local"] if os.environ.get(ENDPOINT_VARIABLE) else [])]


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


class Aws:
    """Clients of one endpoint on the contract tests' own account."""

    def __init__(self, endpoint_url: str) -> None:
        self._endpoint_url = endpoint_url
        self._clients: list[Any] = []

    def client(self, service: Any) -> Any:
        made = boto3.client(
            service,
            endpoint_url=self._endpoint_url,
            region_name=REGION,
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key="test",  # of a link, the emulator checks the signature
            config=Config(
                max_pool_connections=16,
                retries={"mode": "standard"},
                signature_version="s3v4" if service == "s3" else None,
                s3={"addressing_style": "path"},
            ),
        )
        self._clients.append(made)
        return made

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        made: DynamoDBClient = self.client("dynamodb")
        return made

    def close(self) -> None:
        for made in self._clients:
            made.close()


class OldDynamoDB(Aws):
    """The same of a DynamoDB Local, which takes smaller transactions."""

    def client(self, service: Any) -> Any:
        return TenAtOnce(super().client(service))


@pytest.fixture(scope="session")
def aws(emulator: str) -> Iterator[Aws]:
    found = Aws(emulator)
    yield found
    found.close()


@pytest.fixture(scope="session")
def emulated(aws: Aws) -> Aws:
    create_tables(aws.dynamodb)
    return aws


@pytest.fixture(scope="session")
def dynamodb_local() -> Iterator[Aws]:
    found = OldDynamoDB(os.environ[ENDPOINT_VARIABLE])
    create_tables(found.dynamodb)
    yield found
    found.close()


def database_of(request: pytest.FixtureRequest) -> Aws:
    """Return what a test's parameter names: an account with the three tables."""
    found: Aws = request.getfixturevalue(
        "emulated" if request.param == "dynamodb" else "dynamodb_local"
    )
    return found


@pytest.fixture(params=_DATABASES, scope="session")
def database(request: pytest.FixtureRequest) -> Aws:
    return database_of(request)


@pytest.fixture(scope="session")
def dynamodb(database: Aws) -> DynamoDBClient:
    return database.dynamodb


@pytest.fixture(scope="session")
def dynamo_store(dynamodb: DynamoDBClient) -> DynamoStore:
    return DynamoStore(dynamodb, TABLES)


@pytest.fixture(params=["memory", *_DATABASES])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "memory":
        return MemoryStore()
    return DynamoStore(database_of(request).dynamodb, TABLES)


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


@pytest.fixture(scope="session")
def s3(aws: Aws) -> S3Client:
    """Give a client with the two buckets; both keep versions, as template.yaml says."""
    client: S3Client = aws.client("s3")
    for bucket in (ARCHIVE, INBOX):
        client.create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-3"}
        )
        client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return client


@pytest.fixture(params=["memory", pytest.param("s3", marks=pytest.mark.emulator)])
def blobs(request: pytest.FixtureRequest) -> Blobs:
    if request.param == "memory":
        return MemoryBlobs()
    return S3Blobs(request.getfixturevalue("s3"), ARCHIVE)
