"""What the publisher of domain events needs from outside; the rest is in ports.py.

It has no store, and this file loads none of the records. Implementation: adapters/eventbridge.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from rappro.domain.events import DomainEvent
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.operations import AuditEvent


@dataclass(frozen=True, slots=True)
class TrailRow:
    """A row of the audit trail and whose it is."""

    tenant: TenantId
    company: CompanyId
    event: AuditEvent


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A domain event and whose it is."""

    tenant: TenantId
    company: CompanyId
    event: DomainEvent


class Bus(Protocol):
    """Where domain events go; only the publisher has it."""

    def publish(self, events: Sequence[Outgoing]) -> int:
        """Publish events in order and return how many, from the first on, were taken.

        Raises StoreThrottled, StoreUnavailable.
        """
