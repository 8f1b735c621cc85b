"""The one place that picks implementations: builds the ports of a function, once per container.

Nothing is built at import. A function gets what its environment names; touching anything else is a
fault of the deployment and says so. What every function with a store needs is imported here, so
that a container loads it as it starts; the rest is imported where it is built, as few functions
have it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, cast

from botocore.config import Config
from botocore.session import Session

from rappro.adapters.clock import SystemClock
from rappro.adapters.dynamodb.gateway import Tables
from rappro.adapters.dynamodb.store import DynamoStore
from rappro.adapters.fence import fence_items, fence_objects
from rappro.adapters.s3.blobs import S3Blobs
from rappro.adapters.tenant_sessions import TenantCredentials, TenantProvider
from rappro.bootstrap_base import CONFIG, Absent, client_of, settings
from rappro.edge.settings import Settings
from rappro.ports import Blobs, Clock, Feeds, Inbox, Ports, Runs, Store
from rappro.ports_exchange import NO_EXCHANGE, Downloads, ExchangePorts
from rappro.ports_feeds import NO_PROVIDERS, Mailer, ProviderPorts, Routes
from rappro.ports_webhooks import NO_WEBHOOKS, Secrets, Sender, WebhookPorts

if TYPE_CHECKING:
    from rappro.edge.api.guards import Guards

__all__ = ["guards", "ports", "sender", "settings"]

# Links and upload tickets are refused by newer regions unless they are signed this way.
_S3_CONFIG = CONFIG.merge(Config(signature_version="s3v4"))


@cache
def ports() -> Ports:
    """Return the ports of this function. Raises ValidationError for a broken environment."""
    found = settings()
    clock = SystemClock()
    tables = Tables(
        books=found.books_table,
        statements=found.statements_table,
        feeds=found.feeds_table,
    )
    store, blobs = DynamoStore(_items(), tables), _blobs(found)
    return Ports(
        store=store,
        blobs=blobs,
        inbox=_inbox(found, clock),
        runs=_runs(found),
        feeds=_feeds(found),
        clock=clock,
        webhooks=_webhooks(found, tables, clock),
        exchange=_exchange(found, store, blobs, clock),
        providers=_providers(found, clock),
    )


@cache
def sender() -> Sender:
    """Return the way out to receivers of webhooks; one function alone loads what it needs."""
    from rappro.adapters.webhooks.sender import HttpSender

    return HttpSender(is_local=settings().webhooks_local)


def _exchange(settings: Settings, store: Store, blobs: Blobs, clock: Clock) -> ExchangePorts:
    if settings.exchange_key_arn is None:
        return NO_EXCHANGE
    from rappro.adapters.exchange_seal import KmsSeal
    from rappro.adapters.mailboxes import LinkMailboxes

    seal = KmsSeal(_client_of("kms"), settings.exchange_key_arn)
    mailer = None if settings.mail_from is None else _mailer(settings)
    return ExchangePorts(seal, LinkMailboxes(store, blobs), mailer, _downloads(settings, clock))


def _downloads(settings: Settings, clock: Clock) -> Downloads | None:
    """Return what links in mails need; None for a function, or a deployment, that has none."""
    if settings.routes_table is None or settings.public_url is None:
        return None
    from secrets import token_urlsafe

    url = f"{settings.public_url}/v1/exchange-downloads"
    return Downloads(_routes(settings.routes_table, clock), url, lambda: token_urlsafe(32))


def _webhooks(settings: Settings, tables: Tables, clock: Clock) -> WebhookPorts:
    if settings.webhooks_queue_url is None or settings.webhooks_queue_arn is None:
        return NO_WEBHOOKS
    from rappro.adapters.dynamodb.deliveries import DynamoDeliveryLog
    from rappro.adapters.webhooks.courier import AwsCourier, CourierResources

    resources = CourierResources(
        queue_url=settings.webhooks_queue_url,
        queue_arn=settings.webhooks_queue_arn,
        schedule_group=settings.schedule_group or "",
        scheduler_role_arn=settings.scheduler_role_arn or "",
    )
    return WebhookPorts(
        secrets=_secrets(settings),
        courier=AwsCourier(_client_of("sqs"), _client_of("scheduler"), resources, clock.now),
        log=DynamoDeliveryLog(_items, tables),
        is_local=settings.webhooks_local,
    )


def _providers(settings: Settings, clock: Clock) -> ProviderPorts:
    """Return what bank feeds need, for a function whose environment names it."""
    keys, table = settings.provider_keys_secret, settings.routes_table
    if keys is None or table is None or settings.credentials_prefix is None:
        return NO_PROVIDERS
    from secrets import token_urlsafe

    from rappro.adapters.feed_connectors import KeyedConnectors
    from rappro.adapters.feed_secrets import SecretsVault

    url = settings.public_url or ""
    return ProviderPorts(
        connectors=KeyedConnectors(_client_of("secretsmanager"), keys, clock.now),
        vault=SecretsVault(
            cache(lambda: _of_tenants().create_client("secretsmanager", config=CONFIG)),
            settings.credentials_prefix,
        ),
        routes=_routes(table, clock),
        mailer=_mailer(settings),
        callback_url=f"{url}/v1/provider-callbacks/" if url else "",
        return_origins=tuple((settings.return_origins or "").split()),
        nonce=lambda: token_urlsafe(32),
    )


def _routes(table: str, clock: Clock) -> Routes:
    """Return the one table that the function reaches by its own role: it knows no tenant yet."""
    from rappro.adapters.feed_routes import DynamoRoutes

    return DynamoRoutes(_client_of("dynamodb"), table, clock.now)


def _mailer(settings: Settings) -> Mailer:
    if settings.mail_from is None:
        from rappro.adapters.mailer import NoMailer

        return NoMailer()
    from rappro.adapters.mailer import SesMailer

    return SesMailer(
        _client_of("sesv2"), settings.mail_from, configuration=settings.mail_configuration
    )


def _secrets(settings: Settings) -> Secrets:
    if settings.webhook_key_arn is None:
        return cast("Secrets", Absent("key of webhooks"))
    from rappro.adapters.webhooks.kms import KmsSecrets

    return KmsSecrets(_client_of("kms"), settings.webhook_key_arn)


def _client_of(service: str) -> Any:
    """Return a maker of a client, which is made once, when it is first needed."""
    return cache(lambda: client_of(service))


@cache
def guards() -> Guards:
    """Return what stands before the API's routes; nothing where the environment names no table."""
    from rappro.adapters.dynamodb.replies import DynamoMeter, DynamoReplies
    from rappro.edge.api.guards import UNGUARDED, Guards

    found = settings()
    if found.idempotency_table is None:
        return UNGUARDED
    return Guards(
        replies=DynamoReplies(_items(), found.idempotency_table),
        meter=DynamoMeter(_items(), found.idempotency_table),
        reads_per_minute=found.reads_per_minute,
        writes_per_minute=found.writes_per_minute,
    )


@cache
def _items() -> Any:
    """Return the one client of the tables; it sends keys of the tenant in force alone."""
    return fence_items(_of_tenants().create_client("dynamodb", config=CONFIG))


@cache
def _of_tenants() -> Session:
    """Return what makes clients that sign as the tenant in force, or as the function itself."""
    if not settings().tenant_sessions:
        return Session()
    credentials = TenantCredentials(_client_of("sts"), SystemClock().now)
    session = Session()
    session.register_component("credential_provider", TenantProvider(credentials))
    return session


def _blobs(settings: Settings) -> Blobs:
    bucket = settings.archive_bucket
    client: Any = _of_tenants().create_client("s3", config=_S3_CONFIG)
    return S3Blobs(fence_objects(client, bucket, "sources/", "work/"), bucket)


def _inbox(settings: Settings, clock: Clock) -> Inbox:
    bucket = settings.inbox_bucket
    if bucket is None:
        return cast("Inbox", Absent("inbox"))
    from rappro.adapters.s3.inbox import S3Inbox

    client: Any = _of_tenants().create_client("s3", config=_S3_CONFIG)
    return S3Inbox(fence_objects(client, bucket, ""), bucket, clock)


def _runs(settings: Settings) -> Runs:
    if settings.state_machine_arn is None:
        return cast("Runs", Absent("state machine"))
    from rappro.adapters.stepfunctions import StepFunctionsRuns

    return StepFunctionsRuns(
        client_of("stepfunctions"),
        settings.state_machine_arn,
        settings.import_machine_arn,
        settings.work_machine_arn,
    )


def _feeds(settings: Settings) -> Feeds:
    if (
        settings.sync_queue_url is None
        or settings.sync_queue_arn is None
        or settings.schedule_group is None
        or settings.scheduler_role_arn is None
    ):
        return cast("Feeds", Absent("feeds"))
    from rappro.adapters.feeds import AwsFeeds, FeedResources

    resources = FeedResources(
        queue_url=settings.sync_queue_url,
        queue_arn=settings.sync_queue_arn,
        schedule_group=settings.schedule_group,
        scheduler_role_arn=settings.scheduler_role_arn,
    )
    return AwsFeeds(client_of("sqs"), client_of("scheduler"), resources)
