"""Records read ahead: what a request is going to ask for, in one request to the store.

    ahead ─► one read of many kinds ─► each told once ─► read again: as it is by then
                                            └─ commit, marks of units under way: all forgotten

Nothing is a cache: whoever reads a record again wants to know what has become of it, and so does
whoever reads it after a commit or after having looked for units under way. What is written on a
record that was read ahead fails by its version, as on any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar, cast

from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.records import UnfinishedMatch
from rappro.domain.unfinished import UnfinishedValidation
from rappro.domain.writes import Record
from rappro.ports import Ports, Store

R = TypeVar("R", bound=Record)

Place = tuple[CompanyId, type[Record], str]
"""A record by its company, kind and key."""

Wanted = tuple[type[Record], Sequence[str | None]]
"""Records of a kind by their keys; None is no key."""

_MARKS: Final = frozenset({UnfinishedMatch, UnfinishedValidation})
_FORGET_AT: Final = frozenset({"clear_lines", "commit", "load", "under_way"})


def ahead(ports: Ports, tenant: TenantId, wanted: Sequence[Place]) -> Ports:
    """Return ports that have read some records already, together: each is told once."""
    places = list(dict.fromkeys(wanted))
    if not places:
        return ports
    found = ports.store.find(tenant, places)
    return knowing(ports, tenant, dict(zip(places, found, strict=True)))


def keyed(company: CompanyId, *wanted: Wanted) -> list[Place]:
    """Return the places of a company's records by kind and keys."""
    return [(company, kind, key) for kind, keys in wanted for key in keys if key]


def knowing(
    ports: Ports, tenant: TenantId, found: Mapping[Place, Record | None], *,
    is_lasting: bool = False,
) -> Ports:  # fmt: skip
    """Return ports that know what was found: each record is told once.

    `is_lasting`: for who writes nothing; what was found is not forgotten at the marks either.
    """
    known = ReadAhead(ports.store, tenant, dict(found), is_lasting=is_lasting)
    return replace(ports, store=cast("Store", known))


class ReadAhead:
    """A store for one request; all but the first read of some records is the store's own."""

    def __init__(
        self, store: Store, tenant: TenantId, found: dict[Place, Record | None], *,
        is_lasting: bool,
    ) -> None:  # fmt: skip
        self._store = store
        self._tenant = tenant
        self._found = found
        self._is_lasting = is_lasting

    def __getattr__(self, name: str) -> Any:
        if name in _FORGET_AT:
            self._forget()
        return getattr(self._store, name)

    def get(self, tenant: TenantId, company: CompanyId, kind: type[R], key: str) -> R | None:
        """Return what was read before, or read."""
        told = self._told(tenant, [(company, cast("type[Record]", kind), key)])
        if told:
            return cast("R | None", next(iter(told.values())))
        return self._store.get(tenant, company, kind, key)

    def get_many(
        self, tenant: TenantId, company: CompanyId, kind: type[R], keys: Sequence[str]
    ) -> dict[str, R]:
        """Return what was read before, and read the rest."""
        places = [(company, cast("type[Record]", kind), key) for key in keys]
        told = {key: record for (_, _, key), record in self._told(tenant, places).items()}
        rest = [key for key in keys if key not in told]
        read = self._store.get_many(tenant, company, kind, rest) if rest else {}
        found = {key: cast("R | None", told[key]) if key in told else read.get(key) for key in keys}
        return {key: record for key, record in found.items() if record is not None}

    def find(self, tenant: TenantId, wanted: Sequence[Place]) -> list[Record | None]:
        """Return what was read before, and read the rest."""
        told = self._told(tenant, wanted)
        rest = [place for place in wanted if place not in told]
        if rest:
            told |= dict(zip(rest, self._store.find(tenant, rest), strict=True))
        return [told[place] for place in wanted]

    def all(self, tenant: TenantId, company: CompanyId, kind: type[R]) -> list[R]:
        """Return every record of a small kind."""
        if kind in _MARKS:
            self._forget()
        return self._store.all(tenant, company, kind)

    def _told(self, tenant: TenantId, places: Sequence[Place]) -> dict[Place, Record | None]:
        wanted = dict.fromkeys(places)
        if tenant != self._tenant:
            return {}
        return {place: self._found.pop(place) for place in wanted if place in self._found}

    def _forget(self) -> None:
        if not self._is_lasting:
            self._found.clear()
