"""Deletes one line that was created twice (suppression d'une ligne, SPEC IMP-8)."""

from __future__ import annotations

from dataclasses import replace

from rappro.domain.bank import LineStatusAtBank
from rappro.domain.errors import NotAllowedInState, NotFound, StatementReadOnly, TooLarge
from rappro.domain.ids import CompanyId, StatementId, TenantId
from rappro.domain.money import format_amount
from rappro.domain.records import (
    LineRecord,
    Origin,
    StatementRecord,
)
from rappro.domain.writes import (
    Write,
    change,
    remove,
)
from rappro.ports import Ports
from rappro.use_cases import intake
from rappro.use_cases.audit import audit
from rappro.use_cases.delete_statement import check_origin
from rappro.use_cases.heirs import (
    CHANGEABLE,
    dependants,
    recounted,
    succession,
    succession_groups,
)
from rappro.use_cases.manual_controls import controlled
from rappro.use_cases.packing import fits


def delete_line(
    ports: Ports, tenant: TenantId, company: CompanyId, statement_id: StatementId, position: int,
    author: str,
) -> StatementRecord:  # fmt: skip
    """Delete an unmatched line and return its statement, whose figures tell of it.

    Raises NotFound, StatementReadOnly, NotAllowedInState for a matched line, a statement that a
    connector made, or a line that a read-only statement relies on.
    """
    statement = ports.store.get(tenant, company, StatementRecord, statement_id)
    line = ports.store.get(tenant, company, LineRecord, f"{statement_id}/{position}")
    if statement is None or line is None:
        raise NotFound(f"no line {statement_id}/{position}")
    check_origin(statement)
    if statement.status not in CHANGEABLE:
        raise StatementReadOnly(f"statement {statement_id} is {statement.status}")
    if line.match_id is not None:
        raise NotAllowedInState(f"line {line.key} is matched: undo {line.match_id} first")
    guard = intake.seen(ports, tenant, company, statement.journal or "")
    after = _without(recounted(ports, tenant, company, statement, {line.key: None}), line)
    if after.origin is Origin.MANUAL:
        after = controlled(after)
    log = audit(
        ports.clock.now(), author, "delete_line", line.key,
        revision=statement.version,
        before={**_summary(line), "matches": list(line.past_matches)},
    )  # fmt: skip
    writes = [remove(line), change(statement, after), intake.raised(guard), log]
    writes += _succession_writes(ports, tenant, company, statement, line)
    if not fits(ports.store, writes):
        raise TooLarge(f"too many lines are known as {line.key}")
    ports.store.commit(tenant, company, writes)
    return replace(after, version=statement.version + 1)


def _without(statement: StatementRecord, line: LineRecord) -> StatementRecord:
    """Count the line out; what was deleted stays to be seen, as the balances still hold it."""
    is_booked = line.line.status is LineStatusAtBank.BOOKED
    amount_minor = line.line.amount_minor if is_booked else 0
    return replace(
        statement,
        line_count=statement.line_count - 1,
        booked_minor=statement.booked_minor - amount_minor,
        deleted_count=statement.deleted_count + 1,
        deleted_minor=statement.deleted_minor + amount_minor,
    )


def _summary(line: LineRecord) -> dict[str, str | None]:
    """Return what the trail keeps of a line that goes."""
    said = line.line
    return {
        "booking_date": str(said.booking_date), "amount": format_amount(said.amount_minor,
        said.currency), "currency": said.currency, "label": said.label,
        "label_more": said.label_more, "entry_ref": said.entry_ref,
        "end_to_end_id": said.end_to_end_id, "known_as": line.known_as,
    }  # fmt: skip


def _succession_writes(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementRecord,
    line: LineRecord,
) -> list[Write]:  # fmt: skip
    """Return the writes by which lines known as this one follow it, in the same commit."""
    found, _ = dependants(ports, tenant, company, statement, {line.key})
    if not found:
        return []
    decided = succession(found)
    writes = [
        write for group in succession_groups(ports, tenant, company, decided) for write in group
    ]
    changed = {w.after.key: w.after for w in writes if isinstance(w.after, LineRecord)}
    return writes + [
        change(other, recounted(ports, tenant, company, other, changed))
        for other in decided.statements
    ]
