"""Webhooks: where a tenant wants its events sent. Created, changed, turned off, their secrets.

They are the tenant's as a whole and stand under COMMON. A secret leaves once, when it is made: what
is kept is sealed, and neither an audit row nor a log has a part of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from rappro.domain.errors import InvalidRequest, NotFound, TooLarge
from rappro.domain.frozen import dataclass
from rappro.domain.ids import TenantId
from rappro.domain.webhook_targets import target_of
from rappro.domain.webhooks import (
    OVERLAP_MAX,
    WEBHOOKS_MAX,
    OffReason,
    Webhook,
    rotated,
    shown_secret,
)
from rappro.domain.writes import Write, change, create, remove
from rappro.ports import Ports
from rappro.use_cases.audit import audit, changed
from rappro.use_cases.companies import COMMON


@dataclass(frozen=True, slots=True)
class WithSecret:
    """A webhook and, when one was just made, its secret as the receiver needs it."""

    webhook: Webhook
    secret: str | None = None


def find_webhook(ports: Ports, tenant: TenantId, webhook: str) -> Webhook | None:
    """Return a webhook, if there is one."""
    return ports.store.get(tenant, COMMON, Webhook, webhook)


def get_webhook(ports: Ports, tenant: TenantId, webhook: str) -> Webhook:
    """Return a webhook. Raises NotFound."""
    found = find_webhook(ports, tenant, webhook)
    if found is None:
        raise NotFound(f"no webhook {webhook}")
    return found


def list_webhooks(ports: Ports, tenant: TenantId) -> list[Webhook]:
    """Return the tenant's webhooks, by id."""
    return ports.store.all(tenant, COMMON, Webhook)


def save_webhook(
    ports: Ports, tenant: TenantId, webhook: str, author: str, apply: Callable[..., Webhook]
) -> WithSecret:
    """Create or change a webhook as `apply` makes it of what is stored; a new one gets a secret.

    Turned on again it starts afresh: what failed before counts no more. Raises InvalidRequest for a
    URL that we do not send to, TooLarge beyond WEBHOOKS_MAX, StoreConflict.
    """
    before = find_webhook(ports, tenant, webhook)
    wanted = apply(before)
    url = target_of(wanted.url, is_local=ports.webhooks.is_local).url
    after = _switched(before, replace(wanted, url=url), ports)
    if before is not None:
        write, secret = change(before, after), None
    else:
        if len(list_webhooks(ports, tenant)) >= WEBHOOKS_MAX:
            raise TooLarge(f"{WEBHOOKS_MAX} webhooks at most")
        made, sealed = ports.webhooks.secrets.make(tenant, webhook)
        now = ports.clock.now()
        secrets = rotated((), sealed, now, timedelta(0))
        write, secret = create(replace(after, secrets=secrets, made_at=now)), shown_secret(made)
    _commit(ports, tenant, write, author, "save_webhook")
    assert isinstance(write.after, Webhook)
    return WithSecret(write.after, secret)


def _switched(before: Webhook | None, after: Webhook, ports: Ports) -> Webhook:
    """Return a webhook with why it is off, if it is; one that is turned on has failed never."""
    was_on = before is None or before.is_on
    if after.is_on and not was_on:
        return replace(after, failing_since=None, off_reason=None, off_at=None)
    if not after.is_on and (before is None or before.is_on):
        return replace(after, off_reason=OffReason.USER, off_at=ports.clock.now())
    return after


def rotate_secret(
    ports: Ports, tenant: TenantId, webhook: str, author: str, *, overlap: timedelta
) -> WithSecret:
    """Give a webhook a new secret; the one before signs too while the overlap lasts.

    Raises NotFound, InvalidRequest for an overlap beyond OVERLAP_MAX, StoreConflict.
    """
    if not timedelta(0) <= overlap <= OVERLAP_MAX:
        raise InvalidRequest(f"an overlap of 0 to {OVERLAP_MAX.days} days")
    before = get_webhook(ports, tenant, webhook)
    made, sealed = ports.webhooks.secrets.make(tenant, webhook)
    secrets = rotated(before.secrets, sealed, ports.clock.now(), overlap)
    write = change(before, replace(before, secrets=secrets))
    _commit(ports, tenant, write, author, "rotate_webhook_secret")
    assert isinstance(write.after, Webhook)
    return WithSecret(write.after, shown_secret(made))


def delete_webhook(ports: Ports, tenant: TenantId, webhook: str, author: str) -> None:
    """Delete a webhook; what waits for it is dropped. Raises NotFound, StoreConflict."""
    _commit(ports, tenant, remove(get_webhook(ports, tenant, webhook)), author, "delete_webhook")


def turn_off(ports: Ports, tenant: TenantId, webhook: Webhook, reason: OffReason) -> None:
    """Turn a webhook off that cannot be reached; its row is told as `webhook.disabled`.

    Raises StoreConflict when somebody changes it meanwhile.
    """
    now = ports.clock.now()
    off = replace(webhook, is_on=False, off_reason=reason, off_at=now)
    _commit(ports, tenant, change(webhook, off), "engine", "disable_webhook")


def _commit(ports: Ports, tenant: TenantId, write: Write, author: str, action: str) -> None:
    before, after = write.before, write.after
    assert before is None or isinstance(before, Webhook)
    assert after is None or isinstance(after, Webhook)
    was, now = changed(_shown(before), _shown(after))
    subject = after or before
    assert subject is not None
    row = audit(
        ports.clock.now(), author, action, subject.id,
        revision=(before.version if before else 0) + 1, before=_told(was), after=_told(now),
    )  # fmt: skip
    ports.store.commit(tenant, COMMON, [write, row])


def _shown(webhook: Webhook | None) -> Webhook | None:
    """Return a webhook as a row tells of it: no secret, and no query, which may hold another."""
    if webhook is None:
        return None
    return replace(webhook, url=urlsplit(webhook.url)._replace(query="").geturl(), secrets=())


def _told(side: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if side is None else {k: v for k, v in side.items() if k != "secrets"}
