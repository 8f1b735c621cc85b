"""Webhooks of the tenant: where events are sent, secrets, tests, deliveries, replays."""

from __future__ import annotations

from typing import Any, Final

from aws_lambda_powertools.event_handler import Response

from rappro.domain.access import Permission
from rappro.edge.api.caller import CallerGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.webhooks import (
    DeliveryOutput,
    DeliveryPage,
    PingOutput,
    ReplayInput,
    ReplayOutput,
    RotationInput,
    WebhookInput,
    WebhookOutput,
    WebhookPage,
    WebhookSavedOutput,
)
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import Cursor, Limit, WebhookPath
from rappro.use_cases import webhook_replays, webhooks
from rappro.use_cases.slices import slice_of

router = new_router()
_OURS: Final[dict[str, Any]] = {"tag": "webhooks", "permission": Permission.ADMINISTER}


@router.get(
    "/webhooks",
    **documented(
        "listWebhooks",
        "List the webhooks",
        "Where the tenant's events are sent (notifications sortantes), by id; 20 at most.",
        answer="One page of webhooks",
        is_found=False,
        **_OURS,
    ),
)
def list_webhooks(
    caller: CallerGiven, limit: Limit = PAGE_ITEMS_DEFAULT, cursor: Cursor = None
) -> WebhookPage:
    """List the webhooks."""
    page = slice_of(webhooks.list_webhooks(caller.ports, caller.tenant), limit, cursor)
    return WebhookPage(
        items=[WebhookOutput.of(one) for one in page.items], next_cursor=page.cursor
    )  # fmt: skip


@router.put(
    "/webhooks/<webhook>",
    **documented(
        "saveWebhook",
        "Create or change a webhook",
        "Creates the webhook (notification sortante), or changes what is given. A new one gets a"
        " signing secret, which this answer alone tells. Turned on again, it starts afresh.",
        answer="The webhook as it is now, and its secret when it is new",
        has_body=True,
        may_conflict=True,
        **_OURS,
    ),
)
def save_webhook(
    caller: CallerGiven, webhook: WebhookPath, body: WebhookInput
) -> WebhookSavedOutput:
    """Create or change a webhook."""
    saved = webhooks.save_webhook(
        caller.ports, caller.tenant, webhook, caller.author,
        lambda stored: body.applied_to(stored, webhook),
    )  # fmt: skip
    return WebhookSavedOutput.made(saved)


@router.get(
    "/webhooks/<webhook>",
    **documented(
        "getWebhook",
        "Get a webhook",
        "One webhook (notification sortante): whether it is on, and since when it fails.",
        answer="The webhook, without its secret",
        **_OURS,
    ),
)
def get_webhook(caller: CallerGiven, webhook: WebhookPath) -> WebhookOutput:
    """Get a webhook."""
    return WebhookOutput.of(webhooks.get_webhook(caller.ports, caller.tenant, webhook))


@router.delete(
    "/webhooks/<webhook>",
    **documented(
        "deleteWebhook",
        "Delete a webhook",
        "Deletes the webhook (notification sortante) and its secrets; what waits is not sent.",
        answer="It is deleted",
        status=204,
        may_conflict=True,
        **_OURS,
    ),
)
def delete_webhook(caller: CallerGiven, webhook: WebhookPath) -> Response[None]:
    """Delete a webhook."""
    webhooks.delete_webhook(caller.ports, caller.tenant, webhook, caller.author)
    return Response(204)


@router.post(
    "/webhooks/<webhook>/secret",
    **documented(
        "rotateWebhookSecret",
        "Make a new secret",
        "Gives the webhook a new signing secret (clé de signature), which this answer alone tells."
        " The one before signs too for some hours, 24 unless the body says otherwise.",
        answer="The webhook and its new secret",
        has_body=True,
        may_conflict=True,
        **_OURS,
    ),
)
def post_secret(
    caller: CallerGiven, webhook: WebhookPath, body: RotationInput
) -> WebhookSavedOutput:
    """Make a new secret."""
    saved = webhooks.rotate_secret(
        caller.ports, caller.tenant, webhook, caller.author, overlap=body.overlap
    )
    return WebhookSavedOutput.made(saved)


@router.post(
    "/webhooks/<webhook>/ping",
    **documented(
        "pingWebhook",
        "Send a test",
        "Sends a test (essai) of the type webhook.ping, once, also to a webhook that is off; how"
        " it went is told among the deliveries.",
        answer="The delivery's id; it is on its way",
        status=202,
        **_OURS,
    ),
)
def post_ping(caller: CallerGiven, webhook: WebhookPath) -> PingOutput:
    """Send a test."""
    sent = webhook_replays.ping(caller.ports, caller.tenant, webhook, caller.author)
    return PingOutput(delivery=sent)


@router.get(
    "/webhooks/<webhook>/deliveries",
    **documented(
        "listDeliveries",
        "List the deliveries of a webhook",
        "What became of the events sent there in 30 days (journal des envois), newest first.",
        answer="One page of deliveries",
        **_OURS,
    ),
)
def list_deliveries(
    caller: CallerGiven,
    webhook: WebhookPath,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> DeliveryPage:
    """List deliveries."""

    def read(count: int) -> DeliveryPage:
        page = webhook_replays.list_deliveries(
            caller.ports, caller.tenant, webhook, limit=count, cursor=cursor
        )
        items = [DeliveryOutput.of(one) for one in page.items]
        return DeliveryPage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)


@router.post(
    "/webhooks/<webhook>/replay",
    **documented(
        "replayWebhook",
        "Send events again",
        "Sends one delivery of the log again, or those of a company's events of a period that the"
        " webhook wants (renvoi); of a period 50 rows of the audit trail a call, newest first.",
        answer="How many are on their way",
        status=202,
        has_body=True,
        may_conflict=True,
        **_OURS,
    ),
)
def post_replay(caller: CallerGiven, webhook: WebhookPath, body: ReplayInput) -> ReplayOutput:
    """Send events again."""
    if body.delivery is not None and body.company is None and not (body.since or body.until):
        done = webhook_replays.replay_one(caller.ports, caller.tenant, webhook, body.delivery)
        return ReplayOutput.of(done)
    company, since, until = body.period
    replayed = webhook_replays.replay_period(
        caller.ports, caller.tenant, webhook, company, since=since, until=until, cursor=body.cursor
    )
    return ReplayOutput.of(replayed)
