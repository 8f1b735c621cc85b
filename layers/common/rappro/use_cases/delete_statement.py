"""Deletes a statement that was created twice (suppression d'un relevé, SPEC IMP-8).

    lease ─► checks ─► one commit: `deleting`, nobody is shown it any more, and the trail
          ─► its known lines elsewhere follow ─► its lines go ─► one commit: header, identity and
             the claim on the source's bytes go; trace and trail stay

From the first commit on it only goes on: a deletion that died half-way is finished by repeating it.
The source file itself is kept, and the same bytes may be dropped again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rappro.domain.errors import NotAllowedInState, NotFound, StatementReadOnly
from rappro.domain.ids import CompanyId, StatementId, TenantId
from rappro.domain.money import format_amount
from rappro.domain.records import (
    Origin,
    SourceFile,
    StatementIdentity,
    StatementRecord,
    StatementStatus,
)
from rappro.domain.writes import (
    Fence,
    Write,
    change,
    remove,
)
from rappro.ports import Ports
from rappro.use_cases import intake, lease
from rappro.use_cases.audit import audit
from rappro.use_cases.heirs import (
    CHANGEABLE,
    Succession,
    dependants,
    recounted,
    succession,
    succession_groups,
)
from rappro.use_cases.import_statements import identity_of
from rappro.use_cases.packing import pack

DELETED = "statement_deleted"
"""Why the bytes of a source file may be dropped again (SourceFile.error_code)."""
_DELETABLE = CHANGEABLE | {
    StatementStatus.QUARANTINED, StatementStatus.TRANSFERRED, StatementStatus.DELETING,
}  # fmt: skip


def delete_statement(
    ports: Ports, tenant: TenantId, company: CompanyId, statement_id: StatementId, author: str
) -> None:
    """Delete a statement none of whose lines is matched; repeating it finishes it.

    Raises NotFound, StatementReadOnly, NotAllowedInState for a matched line, a statement that a
    connector made, or one whose line a read-only statement relies on; LeaseHeld while a run or
    another writer works on the company.
    """
    holder = f"delete:{statement_id}"
    fence = lease.acquire(ports, tenant, company, holder)
    try:
        statement = _statement(ports, tenant, company, statement_id)
        decided = succession(*dependants(ports, tenant, company, statement))
        if statement.status is not StatementStatus.DELETING:
            statement = _hide(ports, tenant, company, statement, author, fence)
        _hand_over(ports, tenant, company, decided, fence)
        ports.store.clear_lines(tenant, company, statement_id)
        _finish(ports, tenant, company, statement, fence)
    finally:
        lease.release(ports, tenant, company, holder)


def _statement(
    ports: Ports, tenant: TenantId, company: CompanyId, statement_id: StatementId
) -> StatementRecord:
    statement = ports.store.get(tenant, company, StatementRecord, statement_id)
    if statement is None:
        raise NotFound(f"no statement {statement_id}")
    check_origin(statement)
    if statement.status not in _DELETABLE:
        raise StatementReadOnly(f"statement {statement_id} is {statement.status}")
    return statement


def check_origin(statement: StatementRecord) -> None:
    """Raise NotAllowedInState for what a connector made: it would bring it again."""
    if statement.origin is Origin.FEED:
        raise NotAllowedInState(f"statement {statement.id} was made by a connector")


def _hide(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementRecord, author: str,
    fence: Fence,
) -> StatementRecord:  # fmt: skip
    """Check that no line is matched, and take the statement out of everybody's sight."""
    for line in ports.store.lines(tenant, company, statement.id):
        if line.match_id is not None:
            raise NotAllowedInState(f"line {line.key} is matched: undo {line.match_id} first")
    hidden = statement.moved_to(StatementStatus.DELETING)
    log = audit(
        ports.clock.now(), author, "delete_statement", statement.id, before=_summary(statement)
    )
    writes = [change(statement, hidden), log]
    if statement.journal is not None:
        writes.append(intake.raised(intake.seen(ports, tenant, company, statement.journal)))
    ports.store.commit(tenant, company, writes, fence=fence)
    return replace(hidden, version=statement.version + 1)


def _summary(statement: StatementRecord) -> dict[str, Any]:
    """Return what the trail keeps of a statement that goes."""
    return {
        "journal": statement.journal, "number": statement.number,
        "period_from": str(statement.period_from), "period_to": str(statement.period_to),
        "status": statement.status.value, "line_count": statement.line_count,
        "booked": format_amount(statement.booked_minor, statement.currency),
        "source_sha256": statement.source_sha256, "source_name": statement.source_name,
    }  # fmt: skip


def _hand_over(
    ports: Ports, tenant: TenantId, company: CompanyId, decided: Succession, fence: Fence
) -> None:
    groups = succession_groups(ports, tenant, company, decided)
    for writes in pack(ports.store, groups):
        ports.store.commit(tenant, company, writes, fence=fence)
    for statement in decided.statements:
        after = recounted(ports, tenant, company, statement, {})
        ports.store.commit(tenant, company, [change(statement, after)], fence=fence)


def _finish(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementRecord, fence: Fence
) -> None:
    writes: list[Write] = [remove(statement)]
    name = statement.identity or identity_of(statement)
    identity = ports.store.get(tenant, company, StatementIdentity, name)
    if identity is not None and identity.statement_id == statement.id:
        writes.append(remove(identity))
    source = ports.store.get(tenant, company, SourceFile, statement.source_sha256)
    if source is not None:
        freed = replace(
            source,
            statement_ids=tuple(one for one in source.statement_ids if one != statement.id),
            deleted_ordinals=(*source.deleted_ordinals, statement.ordinal),
            error_code=DELETED,
        )
        writes.append(change(source, freed))
    ports.store.commit(tenant, company, writes, fence=fence)
