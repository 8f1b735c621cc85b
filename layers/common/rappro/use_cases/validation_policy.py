"""Validation by policy (SPEC POS-1): a statement that leaves nothing to decide validates itself.

After a run, where the journal or its company says so: all lines are level A or AS, the balances
hold, and the report has no difference. What stands in the way leaves the statement to a person; a
validation that died half-way is finished by the repeated step, or by the journal's next one.
"""

from __future__ import annotations

from typing import Final

from rappro.domain.books import Company, Journal
from rappro.domain.errors import LeaseHeld, RuleViolation, StoreConflict
from rappro.domain.ids import CompanyId, StatementId, TenantId
from rappro.domain.matching.model import Level
from rappro.domain.operations import Run, RunState
from rappro.domain.records import StatementRecord, StatementStatus
from rappro.ports import Ports
from rappro.use_cases.audit import ENGINE_AUTHOR
from rappro.use_cases.companies import get_company
from rappro.use_cases.post_run import post
from rappro.use_cases.run_requests import RunRequest

_DECIDED: Final = frozenset({Level.A.value, Level.AS.value})
_BALANCE_FINDINGS: Final = frozenset(
    {"balance_gap", "balance_mismatch", "balance_missing", "period_overlap"}
)


def post_and_validate(ports: Ports, request: RunRequest) -> None:
    """End a run: commit what is certain, then validate what the policy lets. Repeat at will."""
    post(ports, request)
    validate_by_policy(ports, request)


def validate_by_policy(ports: Ports, request: RunRequest) -> list[StatementId]:
    """Validate the statements of a finished run that the policy lets; return which.

    Repeating it validates nothing twice. Raises StoreUnavailable.
    """
    tenant, company = request.tenant, request.company
    run = ports.store.get(tenant, company, Run, request.run_id)
    if run is None or run.state is not RunState.POSTED or not run.is_matching:
        return []
    settings = get_company(ports, tenant, company)
    return [each for each in run.statements if _validated(ports, tenant, settings, each)]


def _validated(ports: Ports, tenant: TenantId, company: Company, statement_id: StatementId) -> bool:
    statement = ports.store.get(tenant, company.id, StatementRecord, statement_id)
    if statement is None or not _is_wanted(ports, tenant, company, statement):
        return False
    is_begun = statement.status is StatementStatus.VALIDATING
    if not is_begun and not _is_decided(ports, tenant, company.id, statement):
        return False
    # validation reads what no other step does: a cold start pays for it only under the policy
    from rappro.use_cases.validate_statement import validate_statement  # noqa: PLC0415

    try:
        validate_statement(ports, tenant, company.id, statement_id, ENGINE_AUTHOR)
    except (RuleViolation, LeaseHeld, StoreConflict):
        return False  # a locked period, another writer: it is left to a person
    return True


def _is_wanted(
    ports: Ports, tenant: TenantId, company: Company, statement: StatementRecord
) -> bool:
    journal = ports.store.get(tenant, company.id, Journal, statement.journal or "-")
    if journal is None:
        return False
    own = journal.auto_validation
    return company.auto_validation if own is None else own


def _is_decided(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementRecord
) -> bool:
    """Say whether nothing is left to a person, and every balance says the same."""
    if statement.status is not StatementStatus.MATCHED or statement.override_reason is not None:
        return False
    if not statement.level_counts or set(statement.level_counts) - _DECIDED:
        return False
    if statement.opening is None or statement.closing is None:
        return False
    moved = statement.booked_minor + statement.deleted_minor
    if statement.opening.amount_minor + moved != statement.closing.amount_minor:
        return False
    if any(finding.code in _BALANCE_FINDINGS for finding in statement.findings):
        return False
    # as in _validated
    from rappro.use_cases.report import reconciliation_report  # noqa: PLC0415

    on = statement.closing.on
    report = reconciliation_report(ports, tenant, company, statement.journal or "", on)
    return report.difference_minor == 0
