"""Writes of the audit trail (SPEC POS-6): who, when, what, before and after."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rappro.domain.ids import derive_id
from rappro.domain.operations import (
    AuditEvent,
)
from rappro.domain.writes import (
    Write,
    create,
)

ENGINE_AUTHOR = "engine"


def audit(
    at: datetime,
    author: str,
    action: str,
    subject: str,
    *,
    revision: int = 0,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> Write:
    """Return the write of one event; its id depends on what happened, so a repeat is the same.

    `revision` is the version the subject gets, where an instant alone does not tell two apart.
    """
    event_id = derive_id("au", at.isoformat(), author, action, subject, revision)
    return create(AuditEvent(event_id, at, author, action, subject, before, after))
