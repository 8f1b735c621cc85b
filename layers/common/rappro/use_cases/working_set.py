"""Records as they will be once the writes planned so far are committed.

Writes are planned a little ahead of their commits; reading through here keeps a later plan from
starting from a record that an earlier one is about to change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, cast

from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.writes import (
    Record,
    Write,
)
from rappro.ports import Ports
from rappro.use_cases.packing import identity

R = TypeVar("R", bound=Record)


@dataclass(slots=True)
class WorkingSet:
    """A read-through view of one company's records with planned writes on top."""

    ports: Ports
    tenant: TenantId
    company: CompanyId
    planned: dict[tuple[type, str], Record | None] = field(default_factory=dict)

    def plan(self, writes: Iterable[Write]) -> None:
        """Take note of writes that will be committed."""
        for write in writes:
            self.planned[identity(write)] = write.after

    def get_many(self, kind: type[R], keys: Sequence[str]) -> dict[str, R]:
        """Return the records among `keys` that exist, or will."""
        unknown = [key for key in keys if (kind, key) not in self.planned]
        found = self.ports.store.get_many(self.tenant, self.company, kind, unknown)
        for key in keys:
            planned = self.planned.get((kind, key))
            if planned is not None:
                found[key] = cast("R", planned)
        return found

    def get(self, kind: type[R], key: str) -> R | None:
        """Return one record, or None."""
        return self.get_many(kind, [key]).get(key)
