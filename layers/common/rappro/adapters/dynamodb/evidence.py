"""Reads what the books hold for some lines: a query for each question, or all if it is cheaper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final

from rappro.adapters.asking import Ask, Plan, answers, chosen, evidence_of, plan_of
from rappro.adapters.dynamodb import keys
from rappro.adapters.dynamodb.gateway import Gateway, Range
from rappro.adapters.dynamodb.hints import Hints
from rappro.adapters.dynamodb.items import Item, record_of
from rappro.adapters.dynamodb.names import DOC
from rappro.adapters.indexing import Index
from rappro.domain.matching.model import Lookups
from rappro.domain.writes import (
    Record,
)
from rappro.ports import Evidence

FEW_LOOKUPS: Final = 48
"""Up to here the queries are simply made: three rounds of parallel requests."""
ITEMS_PER_QUERY: Final = 10
"""How many backlog items cost about as much as one query: a query is a read unit and 2 ms of the
SDK's time whatever it finds, and ten items are a read unit and 1 ms."""


class EvidenceReader:
    """Reads the index items of one store."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def backlog(self, tenant: str, company: str) -> Evidence:
        """Return all unsettled items and all waiting bank entries."""
        return evidence_of(self.copies(tenant, _shards(tenant, company)))

    def find(self, tenant: str, company: str, lookups: Lookups) -> Evidence:
        """Return what one of the lookups names; see port Store for what is left out of a price."""
        plan = plan_of(lookups)
        if plan.size > FEW_LOOKUPS:
            backlog = self._small_backlog(tenant, company, plan.size * ITEMS_PER_QUERY)
            if backlog is not None:
                return evidence_of(chosen(plan, backlog))
        return evidence_of(self._asked(tenant, company, plan))

    def _asked(self, tenant: str, company: str, plan: Plan) -> Iterable[Record]:
        def ask(part: Ask) -> list[Item]:
            found = self._gateway.query(tenant, _range(tenant, company, part), limit=part.limit)
            return list(found)

        hints: list[Item] = []
        copies: list[Item] = []
        for item in answers(plan, lambda parts: self._gateway.parallel(ask, parts)):
            (copies if DOC in item else hints).append(item)
        known = list(_latest(copies))
        pointed = Hints(self._gateway, tenant, company).pointed(hints, known, plan.named)
        return _newest([*known, *pointed])

    def _small_backlog(self, tenant: str, company: str, items_max: int) -> Iterable[Record] | None:
        """Return the backlog if all shards hold about `items_max` items at most.

        Amounts spread over the shards by hash, so one shard is a fair sample, unless many items
        are of one price: no shard is read much further than the whole may be. What was read of the
        sample is not read again.
        """
        first, *others = _shards(tenant, company)
        sample_max = items_max // keys.AMOUNT_SHARDS + 1
        sample = list(self._gateway.query(tenant, first, limit=sample_max))
        if len(sample) == sample_max:
            return None

        def some(part: Range) -> list[Item]:
            return list(self._gateway.query(tenant, part, limit=items_max))

        found = [sample, *self._gateway.parallel(some, others)]
        if any(len(items) == items_max for items in found):
            return None
        return _latest(chain.from_iterable(found))

    def copies(
        self, tenant: str, parts: Sequence[Range], *, limit: int | None = None
    ) -> Iterable[Record]:
        """Return the records whose copies stand in some ranges, each once, at its latest version.

        Of each range `limit` at most. They are read one beside the other, so two copies of one
        record may be a version apart; equal ones are recognised by their text before any is
        decoded.
        """

        def read(part: Range) -> list[Item]:
            return list(self._gateway.query(tenant, part, limit=limit))

        return _latest(chain.from_iterable(self._gateway.parallel(read, parts)))


def _latest(items: Iterable[Item]) -> Iterable[Record]:
    distinct = {str(item[DOC]["S"]): item for item in items}
    return _newest(map(record_of, distinct.values()))


def _newest(records: Iterable[Record]) -> Iterable[Record]:
    latest: dict[tuple[type[Record], str], Record] = {}
    for record in records:
        other = latest.get((type(record), record.key))
        if other is None or other.version < record.version:
            latest[type(record), record.key] = record
    return latest.values()


def _shards(tenant: str, company: str) -> list[Range]:
    table = keys.index_table(Index.AMOUNT)
    return [
        Range(table, keys.amount_partition(tenant, company, shard))
        for shard in range(keys.AMOUNT_SHARDS)
    ]


def _range(tenant: str, company: str, ask: Ask) -> Range:
    table = keys.index_table(ask.by)
    if ask.by is Index.AMOUNT:
        pk = keys.amount_partition(tenant, company, keys.amount_shard(ask.value))
        return Range(table, pk, prefix=f"{ask.value}#{ask.start}")
    return Range(table, keys.partition(tenant, company, ask.by, ask.value))
