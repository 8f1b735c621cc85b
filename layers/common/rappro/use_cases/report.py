"""The reconciliation report of a treasury journal at a date (SPEC ACT-10)."""

from __future__ import annotations

from datetime import date

from rappro.domain.bank import Balance
from rappro.domain.books import (
    BankEntry,
    Journal,
    JournalEntry,
)
from rappro.domain.errors import NotFound, RuleViolation
from rappro.domain.ids import CompanyId, StatementId, TenantId
from rappro.domain.report import (
    ReconciliationReport,
    ReportHolder,
    accepted,
    build_report,
    report_date,
)  # fmt: skip
from rappro.domain.report_balances import BankSide
from rappro.ports import Ports
from rappro.use_cases.companies import get_company
from rappro.use_cases.shown import Shown, shown


def reconciliation_report(
    ports: Ports, tenant: TenantId, company: CompanyId, journal_code: str, on: date | None,
    *, validating: StatementId | None = None,
) -> ReconciliationReport:  # fmt: skip
    """Return the report at a date; by default the last closing balance's.

    The ledger side is read from the entries themselves: a bank entry whose journal entry is gone
    does not count. What is under way is left out or counted as a whole (shown.py); the validation
    of `validating` is taken for done. Raises NotFound, RuleViolation for a journal that is not a
    treasury journal.
    """
    report, _ = report_and_ledger(ports, tenant, company, journal_code, on, validating=validating)
    return report


def report_and_ledger(
    ports: Ports, tenant: TenantId, company: CompanyId, journal_code: str, on: date | None,
    *, validating: StatementId | None = None,
) -> tuple[ReconciliationReport, list[BankEntry]]:  # fmt: skip
    """Return the report and the account's bank entries as they are stored, read once for both."""
    journal = ports.store.get(tenant, company, Journal, journal_code)
    if journal is None:
        raise NotFound(f"no journal {journal_code}")
    if journal.account is None:
        raise RuleViolation(f"journal {journal_code} has no bank account")
    reconciled = None
    if journal.reconciled_on is not None and journal.reconciled_balance_minor is not None:
        reconciled = Balance(journal.reconciled_on, journal.reconciled_balance_minor)
    statements = accepted(ports.store.statements_of_journal(tenant, company, journal_code))
    known = [*([reconciled] if reconciled else []), *_points(journal)]
    latest = max(known, key=lambda balance: balance.on, default=None)
    at = on or report_date(statements, latest) or ports.clock.today("Europe/Paris")
    view = shown(ports, tenant, company, own=validating)
    lines = tuple(
        view.line(line)
        for statement in statements
        for line in ports.store.lines(tenant, company, statement.id)
    )
    stored = ports.store.ledger(tenant, company, journal.account)
    report = build_report(
        journal=journal.code,
        account=journal.account,
        currency=journal.currency,
        on=at,
        bank=BankSide(statements, lines, _points(journal)),
        ledger=_shown(ports, tenant, company, stored, view),
        reconciled=reconciled,
        holder=_holder(ports, tenant, company, journal),
    )
    return report, stored


def _points(journal: Journal) -> tuple[Balance, ...]:
    return tuple(Balance(point.on, point.balance_minor) for point in journal.pointings)


def _holder(ports: Ports, tenant: TenantId, company: CompanyId, journal: Journal) -> ReportHolder:
    settings = get_company(ports, tenant, company)
    return ReportHolder(
        company_name=settings.name,
        siren=settings.siren,
        journal_label=journal.label,
        iban=journal.iban,
        bank_number=journal.bank_number,
    )


def _shown(
    ports: Ports, tenant: TenantId, company: CompanyId, stored: list[BankEntry], view: Shown
) -> list[BankEntry]:
    """Return the account's bank entries whose journal entry says the same amount."""
    rows = [row for row in map(view.bank_entry, stored) if row is not None]
    ids = sorted({row.entry_id for row in rows if row.entry_id is not None})
    entries = ports.store.get_many(tenant, company, JournalEntry, ids)
    return [row for row in rows if row.entry_id is None or row.entry_id in entries]
