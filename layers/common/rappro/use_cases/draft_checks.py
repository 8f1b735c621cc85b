"""What the draft of a person's action has to hold before it is stored (SPEC POS-4).

Validation asks the same again, of every entry, when the posting happens: a period may be closed or
an account removed in between.
"""

from __future__ import annotations

from datetime import date

from rappro.domain.books import Company, JournalEntry, LedgerAccount
from rappro.domain.errors import InvalidRequest, NotFound, PeriodClosed, RuleViolation
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.records import StatementRecord
from rappro.ports import Ports
from rappro.use_cases.validation_plan import default_accounts


def check_day(statement: StatementRecord, operation_date: date | None) -> None:
    """Raise InvalidRequest for an operation date that is after the statement's end."""
    last = statement.period_to or (statement.closing.on if statement.closing else None)
    if operation_date is not None and last is not None and operation_date > last:
        raise InvalidRequest(
            f"{operation_date} is after the statement's end, {last}", position="/operation_date"
        )


def check_period(company: Company, on: date) -> None:
    """Raise PeriodClosed for a day in a locked period."""
    closed = company.closed_until
    if closed is not None and on <= closed:
        raise PeriodClosed(f"entry dated {on}, locked until {closed}")


def check_accounts(
    ports: Ports,
    tenant: TenantId,
    company: Company,
    statement: StatementRecord,
    entry: JournalEntry,
) -> None:
    """Raise RuleViolation for an account that is neither in the chart nor in the settings."""
    used = sorted({line.account for line in entry.lines})
    missing = _missing(ports, tenant, company, statement, used)
    if missing:
        raise RuleViolation(f"no account {', '.join(missing)}: create it first")


def check_given_accounts(
    ports: Ports, tenant: TenantId, company: Company, statement: StatementRecord,
    numbers: list[str],
) -> None:  # fmt: skip
    """Raise NotFound for an account that a caller names and nobody knows."""
    missing = _missing(ports, tenant, company, statement, sorted(set(numbers)))
    if missing:
        raise NotFound(f"no account {', '.join(missing)}")


def _missing(
    ports: Ports, tenant: TenantId, company: Company, statement: StatementRecord,
    numbers: list[str],
) -> list[str]:  # fmt: skip
    company_id: CompanyId = company.id
    known = ports.store.get_many(tenant, company_id, LedgerAccount, numbers)
    by_settings = default_accounts(company, statement)
    return [number for number in numbers if number not in known and number not in by_settings]
