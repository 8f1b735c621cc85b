"""A client signs with a session of the tenant in force, and asks AWS for one seldom."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.awsrequest import AWSResponse, HTTPHeaders
from botocore.config import Config
from botocore.exceptions import ClientError

from rappro.adapters.tenant_sessions import (
    LEFT_AT_LEAST,
    SESSION_SECONDS,
    SESSIONS_MAX,
    TenantCredentials,
    TenantProvider,
)
from rappro.domain.errors import StoreUnavailable
from rappro.domain.ids import TenantId
from rappro.domain.tenancy import OutsideTenant, in_force

START = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
ROLE_SESSION = "arn:aws:sts::123456789012:assumed-role/stack-ApiRole-1/function"


class Sts:
    """Gives sessions whose keys name tenant and number; counts what it is asked for."""

    def __init__(self) -> None:
        self.now = START
        self.asked: list[dict[str, Any]] = []
        self.refuses = False

    def get_caller_identity(self) -> dict[str, str]:
        return {"Arn": ROLE_SESSION}

    def assume_role(self, **asked: Any) -> dict[str, Any]:
        if self.refuses:
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "AssumeRole")
        self.asked.append(asked)
        tenant = asked["Tags"][0]["Value"]
        return {
            "Credentials": {
                "AccessKeyId": f"{tenant}.{len(self.asked)}", "SecretAccessKey": "secret",
                "SessionToken": f"token of {tenant}",
                "Expiration": self.now + timedelta(seconds=asked["DurationSeconds"]),
            }
        }  # fmt: skip


@pytest.fixture
def sts() -> Sts:
    return Sts()


@pytest.fixture
def credentials(sts: Sts) -> TenantCredentials:
    return TenantCredentials(lambda: sts, lambda: sts.now)


def key_of(credentials: TenantCredentials, tenant: str) -> str:
    with in_force(TenantId(tenant)):
        return str(credentials.get_frozen_credentials().access_key)


def test_a_session_is_the_functions_own_role_tagged_with_the_tenant(
    sts: Sts, credentials: TenantCredentials
) -> None:
    assert key_of(credentials, "acme") == "acme.1"
    assert sts.asked == [{
        "RoleArn": "arn:aws:iam::123456789012:role/stack-ApiRole-1",
        "RoleSessionName": "acme", "DurationSeconds": SESSION_SECONDS,
        "Tags": [{"Key": "rappro-tenant", "Value": "acme"}],
    }]  # fmt: skip


def test_a_session_is_kept_for_each_tenant_until_what_is_signed_with_it_would_end_too_soon(
    sts: Sts, credentials: TenantCredentials
) -> None:
    assert [key_of(credentials, t) for t in ("acme", "other", "acme")] == [
        "acme.1", "other.2", "acme.1",
    ]  # fmt: skip

    sts.now = START + timedelta(seconds=SESSION_SECONDS) - LEFT_AT_LEAST
    assert key_of(credentials, "acme") == "acme.1"
    sts.now += timedelta(seconds=1)
    assert key_of(credentials, "acme") == "acme.3"


def test_the_tenant_that_was_not_seen_for_longest_is_forgotten_first(
    sts: Sts, credentials: TenantCredentials
) -> None:
    for n in range(SESSIONS_MAX):
        key_of(credentials, f"t{n}")
    key_of(credentials, "t0")
    key_of(credentials, "one-more")

    assert key_of(credentials, "t0") == "t0.1"
    assert key_of(credentials, "t1") == f"t1.{SESSIONS_MAX + 2}"


def test_many_threads_share_one_session(sts: Sts, credentials: TenantCredentials) -> None:
    with in_force(TenantId("acme")), ThreadPoolExecutor(8) as pool:
        asking = [
            pool.submit(copy_context().run, credentials.get_frozen_credentials) for _ in range(64)
        ]

    assert {done.result().access_key for done in asking} == {"acme.1"}
    assert len(sts.asked) == 1


def test_nobody_in_force_has_no_credentials(sts: Sts, credentials: TenantCredentials) -> None:
    with pytest.raises(OutsideTenant):
        credentials.get_frozen_credentials()

    assert sts.asked == []


def test_a_session_that_is_not_given_may_be_given_later(
    sts: Sts, credentials: TenantCredentials
) -> None:
    sts.refuses = True
    with pytest.raises(StoreUnavailable):
        key_of(credentials, "acme")

    sts.refuses = False
    assert key_of(credentials, "acme") == "acme.1"


class _Body:
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield b"{}"


def test_one_client_signs_for_each_tenant_with_its_own_session(
    credentials: TenantCredentials,
) -> None:
    """Requests, links and forms; the account's own address is not asked for."""
    session = botocore.session.Session()
    session.register_component("credential_provider", TenantProvider(credentials))
    made = boto3.Session(botocore_session=session, region_name="eu-west-3")
    dynamodb = made.client("dynamodb")
    s3 = made.client("s3", config=Config(signature_version="s3v4"))
    signed: list[str] = []

    def answer(request: Any, **_: Any) -> Any:
        signed.append(str(request.headers["Authorization"]))
        return AWSResponse(request.url, 200, HTTPHeaders(), _Body())

    dynamodb.meta.events.register_first("before-send.dynamodb", answer)
    for tenant in ("acme", "other"):
        with in_force(TenantId(tenant)):
            dynamodb.get_item(TableName="T", Key={"pk": {"S": f"{tenant}#c"}})
            signed.append(s3.generate_presigned_url("get_object", {"Bucket": "b", "Key": tenant}))
            signed.append(str(s3.generate_presigned_post("b", tenant)["fields"]))

    assert ["acme.1" in text for text in signed] == [True] * 3 + [False] * 3
    assert ["other.2" in text for text in signed] == [False] * 3 + [True] * 3
