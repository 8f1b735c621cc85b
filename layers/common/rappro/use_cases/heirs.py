"""Who follows when a line goes that others are known as: nothing may be lost (SPEC IMP-8).

    S/3 is deleted     B/2 known as S/3  ─►  B/2 an ordinary line
                       C/5 known as S/3  ─►  C/5 known as B/2

The followers are turned first, then the heir, then its statement is recounted: an attempt that died
in between is repeated and ends the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import chain

from rappro.domain.errors import NotAllowedInState
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.records import (
    LineRecord,
    StatementRecord,
    StatementStatus,
)
from rappro.domain.statement_state import RUNNABLE, with_line_totals
from rappro.domain.writes import (
    Write,
    change,
)
from rappro.ports import Ports

CHANGEABLE = RUNNABLE | {StatementStatus.RECONCILED}
"""Statuses in which a line may become ordinary: it can still be matched then."""
_HEIRS_IN = CHANGEABLE | {StatementStatus.TRANSFERRED}  # its lines are pointed elsewhere
_PASSED_OVER = frozenset({StatementStatus.QUARANTINED, StatementStatus.DELETING})
_LINES_PER_GROUP = 20


@dataclass(frozen=True, slots=True)
class Dependant:
    """A line that is known as another one, and what decides which of several comes first."""

    key: str
    known_as: str
    statement: StatementRecord
    position: int

    @property
    def rank(self) -> tuple[bool, bool, datetime, str, int]:
        """The heir is the lowest: one that can be matched, then the one that came first."""
        status = self.statement.status
        return (
            status not in _HEIRS_IN, status not in CHANGEABLE,
            self.statement.imported_at, self.statement.id, self.position,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Succession:
    """What each dependent line is known as next (None: an ordinary line), and what is recounted."""

    followers: dict[str, str]
    heirs: tuple[str, ...]
    statements: tuple[StatementRecord, ...]


def dependants(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementRecord,
    keys: Collection[str] | None = None,
) -> tuple[list[Dependant], list[StatementRecord]]:  # fmt: skip
    """Return the lines known as lines of a statement (of `keys`, if given), and miscounted ones.

    Only statements that count known lines are read. Miscounted are those that an attempt that died
    left so. Lines in quarantine are found anew when it is lifted.
    """
    found: list[Dependant] = []
    miscounted: list[StatementRecord] = []
    prefix = f"{statement.id}/"
    if statement.journal is None:
        return found, miscounted
    for other in ports.store.statements_of_journal(tenant, company, statement.journal):
        if not other.known_count or other.id == statement.id or other.status in _PASSED_OVER:
            continue
        count = 0
        for line in ports.store.lines(tenant, company, other.id):
            if line.known_as is None:
                continue
            count += 1
            if line.known_as.startswith(prefix) and (keys is None or line.known_as in keys):
                found.append(Dependant(line.key, line.known_as, other, line.line.position))
        if count != other.known_count:
            miscounted.append(other)
    return found, miscounted


def succession(
    found: Iterable[Dependant], miscounted: Iterable[StatementRecord] = ()
) -> Succession:
    """Decide who follows. Raises NotAllowedInState where all that have a line are read-only."""
    groups: dict[str, list[Dependant]] = defaultdict(list)
    for dependant in found:
        groups[dependant.known_as].append(dependant)
    followers: dict[str, str] = {}
    heirs: list[str] = []
    recounted = {statement.id: statement for statement in miscounted}
    for key, group in sorted(groups.items()):
        first, *others = sorted(group, key=lambda one: one.rank)
        if first.statement.status not in _HEIRS_IN:
            raise NotAllowedInState(
                f"line {first.key} of a statement that is {first.statement.status} is known as"
                f" {key}: without it the movement would be nowhere"
            )
        heirs.append(first.key)
        recounted[first.statement.id] = first.statement
        followers.update((other.key, first.key) for other in others)
    return Succession(followers, tuple(heirs), tuple(recounted.values()))


def succession_groups(
    ports: Ports, tenant: TenantId, company: CompanyId, decided: Succession
) -> Iterator[list[Write]]:
    """Yield the writes of the lines, followers before heirs; statements are recounted after."""
    named: list[tuple[str, str | None]] = [*decided.followers.items()]
    named += [(key, None) for key in decided.heirs]
    for start in range(0, len(named), _LINES_PER_GROUP):
        part = dict(named[start : start + _LINES_PER_GROUP])
        lines = ports.store.get_many(tenant, company, LineRecord, list(part))
        yield [change(line, replace(line, known_as=part[key])) for key, line in lines.items()]


def recounted(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementRecord,
    after: Mapping[str, LineRecord | None], *, added: Iterable[LineRecord] = (),
) -> StatementRecord:  # fmt: skip
    """Return a statement with the totals of its lines, as they will be after some changes.

    A None in `after` is a line that goes; `added` are lines that come.
    """
    stored = ports.store.lines_of(tenant, company, [(statement, 0)])
    lines = chain((after.get(line.key, line) for line in stored), added)
    present = (line for line in lines if line is not None)
    if statement.status in CHANGEABLE:
        return with_line_totals(statement, present)
    return replace(statement, known_count=sum(line.known_as is not None for line in present))
