"""Which parts of the evidence indexes answer some lookups: the one plan for every store.

An amount is asked for in two steps. A price that many have is not read whole: the first question is
bounded, and only an amount that fills its bound is asked for again: one more than a rule would look
at, and what the third parties that might be meant have of it (domain/matching/lookups.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple, TypeVar

from rappro.adapters.indexing import ENTRY, ITEM, Index, amount_value, entries_of, party_mark
from rappro.domain.books import BankEntry, OpenItem
from rappro.domain.frozen import dataclass
from rappro.domain.ids import OpenItemId
from rappro.domain.matching.model import ENTRIES_OF_AMOUNT_MAX, ITEMS_OF_AMOUNT_MAX, Lookups
from rappro.domain.writes import Record
from rappro.ports import Evidence

FIRST_LOOK_MAX: Final = ITEMS_OF_AMOUNT_MAX + 1
"""Items and entries of an amount that are read at first: most amounts have none or one."""

T = TypeVar("T")


class Ask(NamedTuple):
    """A question to one index: what stands under a value, at positions that start so."""

    by: Index
    value: str
    start: str = ""
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Questions for some lookups: `others` are asked once, amounts perhaps twice."""

    amounts: tuple[str, ...]
    others: tuple[Ask, ...]
    starts: dict[str, tuple[str, ...]]
    """Of an amount that might be a price, where certain third parties' items and entries stand."""
    named: tuple[OpenItemId, ...]
    """Items that are read by their key; a settled one is no evidence."""

    @property
    def size(self) -> int:
        """Return how many questions are asked at least."""
        return len(self.amounts) + len(self.others) + len(self.named)


def plan_of(lookups: Lookups) -> Plan:
    """Return what to ask for some lookups."""
    amounts = {amount_value(*amount) for amount in lookups.amounts}
    starts: dict[str, set[str]] = defaultdict(set)
    for party, currency, minor in lookups.party_amounts:
        mark = party_mark(party)
        starts[amount_value(currency, minor)] |= {ITEM + mark, ENTRY + mark}
    others = [Ask(Index.REFERENCE, token) for token in lookups.references]
    others += [Ask(Index.THIRD_PARTY, party) for party in lookups.third_parties]
    for value in starts.keys() - amounts:
        others += [Ask(Index.AMOUNT, value, start) for start in starts[value]]
    return Plan(
        tuple(sorted(amounts)),
        tuple(sorted(others)),
        {value: tuple(sorted(found)) for value, found in starts.items() if value in amounts},
        tuple(sorted(lookups.items)),
    )


def answers(plan: Plan, ask_all: Callable[[Sequence[Ask]], Iterable[Sequence[T]]]) -> Iterator[T]:
    """Yield all that a plan finds; `ask_all` answers several questions, in their order."""
    first = [Ask(Index.AMOUNT, value, "", FIRST_LOOK_MAX) for value in plan.amounts]
    again: list[Ask] = []
    for ask, found in zip([*first, *plan.others], ask_all([*first, *plan.others]), strict=True):
        if ask.limit is not None and len(found) >= ask.limit:
            again += _of_a_price(plan, ask.value)
        else:
            yield from found
    for found in ask_all(again) if again else ():
        yield from found


def _of_a_price(plan: Plan, value: str) -> Iterator[Ask]:
    yield Ask(Index.AMOUNT, value, ENTRY, ENTRIES_OF_AMOUNT_MAX + 1)
    yield Ask(Index.AMOUNT, value, ITEM, ITEMS_OF_AMOUNT_MAX + 1)
    for start in plan.starts.get(value, ()):
        yield Ask(Index.AMOUNT, value, start)


def chosen(plan: Plan, backlog: Iterable[Record]) -> Iterator[Record]:
    """Yield what the plan would find in a backlog that was read whole, and of prices all."""
    asked = {(Index.AMOUNT, value) for value in plan.amounts}
    asked.update((ask.by, ask.value) for ask in plan.others)
    named = set(plan.named)
    for record in backlog:
        if record.key in named or any((e.by, e.value) in asked for e in entries_of(record)):
            yield record


def evidence_of(records: Iterable[Record]) -> Evidence:
    """Return the unsettled items and the bank entries among some records, each kind by key."""
    ordered = sorted(records, key=lambda record: record.key)
    return Evidence(
        tuple(r for r in ordered if isinstance(r, OpenItem) and not r.is_settled),
        tuple(r for r in ordered if isinstance(r, BankEntry)),
    )
