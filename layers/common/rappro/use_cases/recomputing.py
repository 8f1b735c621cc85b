"""Works out third parties, invoices and templates of unmatched lines again (recalcul).

A statement that was matched gets another matching run; one that is only imported a run that matches
nothing. What a person set on a line survives both.
"""

from __future__ import annotations

from rappro.domain.books import Journal, JournalType
from rappro.domain.errors import StatementReadOnly, StoreConflict
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.operations import Run
from rappro.domain.records import StatementRecord, StatementStatus
from rappro.domain.statement_state import RUNNABLE
from rappro.domain.writes import Record
from rappro.ports import Ports
from rappro.use_cases.read_ahead import Place, knowing
from rappro.use_cases.start_run import start_run

_START_ATTEMPTS_MAX = 5


def recompute_lines(ports: Ports, tenant: TenantId, company: CompanyId, author: str) -> list[Run]:
    """Start a run of each statement that has unmatched lines; return the runs."""
    statements = [
        statement
        for journal in ports.store.all(tenant, company, Journal)
        if journal.type is JournalType.TREASURY
        for statement in ports.store.statements_of_journal(tenant, company, journal.code)
        if statement.status in RUNNABLE - {StatementStatus.MATCHED}
    ]
    runs = [_start(ports, tenant, company, statement, author) for statement in statements]
    return [run for run in runs if run is not None]


def _start(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementRecord, author: str
) -> Run | None:
    """Start a run; None when the statement became read-only or others keep changing it."""
    found: dict[Place, Record | None] = {(company, StatementRecord, statement.id): statement}
    ports = knowing(ports, tenant, found)  # as it was listed, for the first attempt
    for _ in range(_START_ATTEMPTS_MAX):
        try:
            return start_run(
                ports, tenant, company, statement.id, author,
                is_matching=bool(statement.level_counts),
            )  # fmt: skip
        except StatementReadOnly:
            return None
        except StoreConflict:
            continue  # a person or a run changed it meanwhile
    return None
