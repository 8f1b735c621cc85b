"""The whole local stack: emulator, token issuer and the project's template, deployed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import boto3
import httpx

from devstack.deploy import CODE_BUCKET, Deployed, deploy
from devstack.emulator import ACCOUNT, REGION, SECRET, Emulator
from devstack.issuer import AUDIENCE, Issuer
from devstack.template import local_template

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

ROOT = Path(__file__).resolve().parent.parent
STACK = "rappro-local"
PAGES = "http://localhost:5173"
"""Where a front end under development is usually served from; it may call the local API."""


PUBLIC_URL = "https://rappro.test"
"""What providers have for the API's address; nobody resolves it, who comes back is led by hand."""
MAIL_FROM = "rappro@rappro.test"


class LocalStack:
    """Rappro on this machine, as a context manager; up in a few seconds, gone without a trace.

    With `enforces_iam` the emulator refuses whatever the template's roles do not allow;
    `parameters` are of the template, instead of what it says or what is said here.
    """

    def __init__(
        self, *, enforces_iam: bool = False, parameters: Mapping[str, str] | None = None
    ) -> None:
        self._enforces_iam = enforces_iam
        self._parameters = parameters or {}
        self.emulator = Emulator(enforces_iam=enforces_iam)
        self._exit = ExitStack()
        self._deployed = Deployed({}, {})

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self.emulator)
            self._issuer = stack.enter_context(Issuer())
            self._deployed = deploy(
                self.session,
                self.emulator.endpoint_url,
                local_template(
                    ROOT,
                    code_bucket=CODE_BUCKET,
                    region=REGION,
                    parameters={"CorsOrigin2": PAGES},
                    enforces_iam=self._enforces_iam,
                ),
                stack=STACK,
                parameters={
                    "JwtIssuer": self._issuer.url,
                    "JwtAudience": AUDIENCE,
                    "CorsOrigin2": PAGES,
                    "PublicUrl": PUBLIC_URL,
                    "ReturnOrigins": PAGES,
                    "MailFrom": MAIL_FROM,
                    **self._parameters,
                },
            )
            self.client("sesv2").create_email_identity(EmailIdentity=MAIL_FROM)
            self._exit = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._exit.close()

    @cached_property
    def session(self) -> boto3.Session:
        """A session of the stack's account, with the emulator's secret: it checks signed links."""
        return boto3.Session(
            aws_access_key_id=ACCOUNT, aws_secret_access_key=SECRET, region_name=REGION
        )

    def client(self, service: str) -> Any:
        """Return a client of any service, on the emulator."""
        return self.session.client(service, endpoint_url=self.emulator.endpoint_url)  # type: ignore[call-overload]  # by name

    @cached_property
    def s3(self) -> S3Client:
        client: S3Client = self.client("s3")
        return client

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        client: DynamoDBClient = self.client("dynamodb")
        return client

    @cached_property
    def states(self) -> SFNClient:
        client: SFNClient = self.client("stepfunctions")
        return client

    @cached_property
    def sqs(self) -> SQSClient:
        client: SQSClient = self.client("sqs")
        return client

    @cached_property
    def functions(self) -> LambdaClient:
        client: LambdaClient = self.client("lambda")
        return client

    @property
    def api_url(self) -> str:
        """Root of the HTTP API; paths start with /v1."""
        return f"{self.emulator.endpoint_url}/_aws/execute-api/{self.physical_id('HttpApi')}"

    @property
    def inbox_bucket(self) -> str:
        return self.physical_id("InboxBucket")

    @property
    def archive_bucket(self) -> str:
        return self.physical_id("ArchiveBucket")

    @property
    def table_names(self) -> dict[str, str]:
        """The tables: statements, books, feeds."""
        logical = {"statements": "StatementsTable", "books": "BooksTable", "feeds": "FeedsTable"}
        return {name: self.physical_id(resource) for name, resource in logical.items()}

    @property
    def state_machine_arn(self) -> str:
        return self.physical_id("Reconcile")

    @property
    def event_bus(self) -> str:
        """The bus of domain events; a rule of one's own gets them."""
        return self.physical_id("EventBus")

    @property
    def sync_queue_url(self) -> str:
        return self.physical_id("SyncQueue")

    def give_provider_keys(self, keys: Mapping[str, Mapping[str, Any]]) -> None:
        """Say the keys at the providers of bank feeds; functions that are asked later know them."""
        secrets = self.client("secretsmanager")
        secrets.put_secret_value(
            SecretId=self.physical_id("ProviderKeys"), SecretString=json.dumps(keys)
        )

    def mails(self) -> list[dict[str, Any]]:
        """Return the mails that were sent here: `To`, `Subject` and `BodyText` of each."""
        answer = httpx.get(f"{self.emulator.endpoint_url}/_ministack/ses/messages", timeout=10)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()["messages"].get(ACCOUNT, [])
        return found

    def function_name(self, logical_id: str) -> str:
        """Return the name of a function of the template."""
        return self.physical_id(logical_id)

    def physical_id(self, logical_id: str) -> str:
        """Return what a resource of the template is called here."""
        return self._deployed.resources[logical_id]

    def token(
        self, tenant: str, user: str = "accountant", *, ttl_seconds: int = 3600,
        audience: str = AUDIENCE,
    ) -> str:  # fmt: skip
        """Return a bearer token of a user of a tenant."""
        return self._issuer.token(
            tenant=tenant, user=user, ttl_seconds=ttl_seconds, audience=audience
        )

    def open_tenant(self, tenant: str, user: str = "accountant", *, ttl_seconds: int = 3600) -> str:
        """Open a tenant for its first administrator and return a bearer token of his."""
        token = self.token(tenant, user, ttl_seconds=ttl_seconds)
        headers = {"Authorization": f"Bearer {token}"}
        answer = httpx.post(f"{self.api_url}/v1/onboarding", headers=headers, timeout=60)
        answer.raise_for_status()
        return token

    def logs_of(self, function: str) -> list[str]:
        """Return what a function of the template has logged, oldest first."""
        group = self.physical_id(f"{function}Log")
        pages = self.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
        return [event["message"] for page in pages for event in page["events"]]
