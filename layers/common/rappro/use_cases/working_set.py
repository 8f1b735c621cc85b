"""Records as they will be once the writes planned so far are committed.

Writes are planned a little ahead of their commits; reading through here keeps a later plan from
starting from a record that an earlier one is about to change. What many plans need is fetched
ahead, in few requests; a record that somebody changes meanwhile fails its commit, by its version.
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
    fetched: dict[tuple[type, str], Record | None] = field(default_factory=dict)

    def plan(self, writes: Iterable[Write]) -> None:
        """Take note of writes that will be committed."""
        for write in writes:
            self.planned[identity(write)] = write.after

    def forget(self) -> None:
        """Forget what was fetched ahead; what is planned stays."""
        self.fetched.clear()

    def fetch(self, kind: type[R], keys: Iterable[str]) -> dict[str, R]:
        """Read records ahead, in one go, and return them as they will be."""
        wanted = sorted(set(keys))
        found = self.get_many(kind, wanted)
        self.fetched.update({(kind, key): found.get(key) for key in wanted})
        return found

    def get_many(self, kind: type[R], keys: Sequence[str]) -> dict[str, R]:
        """Return the records among `keys` that exist, or will."""
        known = {key: self._known(kind, key) for key in keys if self._is_known(kind, key)}
        unknown = [key for key in keys if key not in known]
        found: dict[str, R] = {}
        if unknown:
            found = self.ports.store.get_many(self.tenant, self.company, kind, unknown)
        found |= {key: cast("R", record) for key, record in known.items() if record is not None}
        return found

    def _is_known(self, kind: type[R], key: str) -> bool:
        return (kind, key) in self.planned or (kind, key) in self.fetched

    def _known(self, kind: type[R], key: str) -> Record | None:
        if (kind, key) in self.planned:
            return self.planned[kind, key]
        return self.fetched[kind, key]

    def get(self, kind: type[R], key: str) -> R | None:
        """Return one record, or None."""
        return self.get_many(kind, [key]).get(key)
