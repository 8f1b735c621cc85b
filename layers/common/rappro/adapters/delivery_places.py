"""Where a delivery stands in the log of its webhook: the same for every store."""

from __future__ import annotations

from datetime import datetime

from rappro.adapters.indexing import newest_first
from rappro.adapters.scope import check_key
from rappro.domain.errors import InvalidRequest
from rappro.domain.webhooks import Delivery


def list_of(tenant: str, webhook: str) -> str:
    """Return the full name of a webhook's log, for its cursors."""
    return f"{tenant}##DELIVERIES#{webhook}"


def place_of(delivery: Delivery) -> str:
    """Return the place of a delivery: the newest event first, then by id."""
    return f"{newest_first(delivery.event_at)}#{delivery.event_id}"


def place_of_id(delivery: str) -> str:
    """Return the place that a delivery's id names. Raises InvalidRequest for what is none."""
    check_key(delivery)
    instant, _, event_id = delivery.partition("/")
    try:
        at = datetime.fromisoformat(instant)
    except ValueError as error:
        raise InvalidRequest("not the id of a delivery", position="/delivery") from error
    if not event_id:
        raise InvalidRequest("not the id of a delivery", position="/delivery")
    return f"{newest_first(at)}#{event_id}"
