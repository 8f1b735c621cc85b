"""Takes a quarantined statement in all the same, with a reason (SPEC IMP-11)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from rappro.domain.bank import Finding
from rappro.domain.books import (
    Journal,
)
from rappro.domain.controls import journal_of
from rappro.domain.errors import InvalidRequest, NotAllowedInState, NotFound, RuleViolation
from rappro.domain.ids import CompanyId, StatementId, TenantId
from rappro.domain.records import (
    StatementRecord,
    StatementStatus,
)
from rappro.domain.writes import (
    Write,
    change,
    create,
)
from rappro.ports import Ports
from rappro.use_cases import intake
from rappro.use_cases.audit import audit, statement_shown
from rappro.use_cases.import_statements import claim_identity, identity_of, initial_status
from rappro.use_cases.import_terms import journals_with_profiles
from rappro.use_cases.known_lines import Known, recognise, save_marks
from rappro.use_cases.launching import first_run, launch

REASON_LENGTH_MIN = 5


def override_quarantine(
    ports: Ports, tenant: TenantId, company: CompanyId, statement_id: StatementId, reason: str,
    author: str,
) -> StatementRecord:  # fmt: skip
    """Accept a quarantined statement; its findings stay, the reason and author are traced.

    Raises NotFound, NotAllowedInState, InvalidRequest without a reason, RuleViolation while no
    journal has its account.
    """
    if len(reason.strip()) < REASON_LENGTH_MIN:
        raise InvalidRequest(f"at least {REASON_LENGTH_MIN} characters", position="/reason")
    statement = ports.store.get(tenant, company, StatementRecord, statement_id)
    if statement is None:
        raise NotFound(f"no statement {statement_id}")
    if statement.status is not StatementStatus.QUARANTINED:
        raise NotAllowedInState(f"statement {statement_id} is {statement.status}")
    journals = journals_with_profiles(ports, tenant, company)
    journal = journal_of(statement.account, journals)
    if journal is None:
        raise RuleViolation("no treasury journal has the statement's account: create it first")
    routed = replace(_routed(statement, journal), override_reason=reason.strip())
    guard = intake.seen(ports, tenant, company, journal.code)
    known = _mark_lines(ports, tenant, company, statement, routed)
    routed = replace(
        routed,
        known_count=len(known.keys),
        findings=(*routed.findings, *_not_said_yet(routed, known)),
    )
    after = routed.moved_to(initial_status(routed))
    writes: list[Write] = [*claim_identity(ports, tenant, company, after)]
    is_running = after.status is StatementStatus.IMPORTED
    after = replace(after, run_number=1 if is_running else 0, identity=identity_of(after))
    run = first_run(ports, tenant, company, after)
    if is_running:
        writes.append(create(run))
    log = audit(
        ports.clock.now(), author, "override_quarantine", statement_id,
        before=statement_shown(statement), after={**statement_shown(after), "reason": reason},
    )  # fmt: skip
    writes += [intake.raised(guard), log]
    ports.store.commit(tenant, company, [change(statement, after), *writes])
    if is_running:
        launch(ports, tenant, company, replace(run, version=1))
    return replace(after, version=statement.version + 1)


def _routed(statement: StatementRecord, journal: Journal) -> StatementRecord:
    """Return the statement with its journal.

    What was fixed at import stays: the request's profile, or that of the journal it had then.
    """
    is_fixed = statement.is_profile_chosen or statement.journal == journal.code
    profile = statement.profile if is_fixed else journal.profile
    return replace(statement, journal=journal.code, profile=profile)


def _mark_lines(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementRecord,
    routed: StatementRecord,
) -> Known:  # fmt: skip
    """Give the lines their journal and what they are known as now; nobody may act on them yet.

    What was there at the import may be gone meanwhile, and other statements may have come.
    """
    there = ports.store.statements_of_journal(tenant, company, routed.journal or "")
    lines = partial(ports.store.lines, tenant, company, statement.id)
    known = recognise(ports, tenant, company, routed, there=there, lines=lines())
    if known.is_compared or statement.known_count or statement.journal != routed.journal:
        save_marks(ports, tenant, company, lines(), known, routed.journal)
    return known


def _not_said_yet(statement: StatementRecord, known: Known) -> tuple[Finding, ...]:
    """Return what is found now of known lines, unless the import said such a thing already."""
    said = {finding.code for finding in statement.findings}
    return () if said & {"known_lines", "duplicate_statement"} else known.findings
