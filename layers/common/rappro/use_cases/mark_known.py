"""A person says that a line is there twice, or that it is not (SPEC IMP-8)."""

from __future__ import annotations

from dataclasses import replace

from rappro.domain.bank import LineStatusAtBank
from rappro.domain.errors import NotAllowedInState, NotFound, RuleViolation, StatementReadOnly
from rappro.domain.ids import CompanyId, StatementId, TenantId
from rappro.domain.records import (
    LineRecord,
    StatementRecord,
    StatementStatus,
)
from rappro.domain.writes import (
    Write,
    change,
)
from rappro.ports import Ports
from rappro.use_cases import intake
from rappro.use_cases.audit import audit
from rappro.use_cases.heirs import CHANGEABLE, dependants, recounted

_NOT_TAKEN_IN = frozenset({StatementStatus.QUARANTINED, StatementStatus.DELETING})


def mark_known(
    ports: Ports, tenant: TenantId, company: CompanyId, statement_id: StatementId, position: int,
    known_as: str | None, author: str,
) -> LineRecord:  # fmt: skip
    """Mark a line as known from another one, or release it (None): an ordinary line again.

    Both lines are of one journal, currency and amount, booked, and neither is matched; the other is
    no known line itself. Raises NotFound, StatementReadOnly, NotAllowedInState, RuleViolation.
    """
    statement, line = _line(ports, tenant, company, statement_id, position)
    if line.known_as == known_as:
        return line
    writes: list[Write] = []
    if known_as is not None:
        writes.append(intake.raised(intake.seen(ports, tenant, company, line.journal or "")))
        first = _first(ports, tenant, company, line, known_as)
        dependent, _ = dependants(ports, tenant, company, statement, {line.key})
        if dependent:
            raise NotAllowedInState(f"line {dependent[0].key} is known as line {line.key}")
        writes.append(change(first, first))  # nobody may match, mark or delete it meanwhile
    after = replace(line, known_as=known_as, level=None, candidates=(), explanation=None)
    log = audit(
        ports.clock.now(), author, "mark_known", line.key, revision=line.version,
        before={"known_as": line.known_as}, after={"known_as": known_as},
    )  # fmt: skip
    counted = recounted(ports, tenant, company, statement, {line.key: after})
    writes += [change(line, after), change(statement, counted), log]
    ports.store.commit(tenant, company, writes)
    return replace(after, version=line.version + 1)


def _line(
    ports: Ports, tenant: TenantId, company: CompanyId, statement_id: StatementId, position: int
) -> tuple[StatementRecord, LineRecord]:
    statement = ports.store.get(tenant, company, StatementRecord, statement_id)
    line = ports.store.get(tenant, company, LineRecord, f"{statement_id}/{position}")
    if statement is None or line is None:
        raise NotFound(f"no line {statement_id}/{position}")
    if statement.status not in CHANGEABLE:
        raise StatementReadOnly(f"statement {statement_id} is {statement.status}")
    if line.match_id is not None:
        raise NotAllowedInState(f"line {line.key} is matched")
    return statement, line


def _first(
    ports: Ports, tenant: TenantId, company: CompanyId, line: LineRecord, key: str
) -> LineRecord:
    """Return the line that a line is to be known as."""
    first = ports.store.get(tenant, company, LineRecord, key)
    owner = first and ports.store.get(tenant, company, StatementRecord, first.statement_id)
    if first is None or owner is None or owner.status in _NOT_TAKEN_IN:
        raise NotFound(f"no line {key}")
    if first.statement_id == line.statement_id:
        raise RuleViolation("a bank tells of two movements in one statement: delete one instead")
    if first.match_id is not None:
        raise NotAllowedInState(f"line {key} is matched")
    if first.known_as is not None:
        raise NotAllowedInState(f"line {key} is itself known as {first.known_as}")
    if _what(first) != _what(line) or line.line.status is not LineStatusAtBank.BOOKED:
        raise RuleViolation("both lines are booked, of one journal, currency and amount")
    return first


def _what(line: LineRecord) -> tuple[str | None, str, int, LineStatusAtBank]:
    return line.journal, line.line.currency, line.line.amount_minor, line.line.status
