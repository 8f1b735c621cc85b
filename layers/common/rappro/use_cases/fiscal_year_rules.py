"""Which changes of a company's fiscal years its numbered pieces allow."""

from __future__ import annotations

from datetime import date

from rappro.domain.books import Company, EntrySource, EntryStatus
from rappro.domain.errors import InputError, InvalidRequest, RuleViolation
from rappro.domain.fiscal_years import check_fiscal_years
from rappro.domain.ids import TenantId
from rappro.domain.operations import PieceCounter
from rappro.ports import Ports

_PAGE = 500


def check_year_change(
    ports: Ports, tenant: TenantId, before: Company | None, after: Company
) -> None:
    """Check that a year in which pieces are numbered still begins on its day, and holds them all.

    Raises InvalidRequest for years that overlap or are too long, RuleViolation.
    """
    try:
        check_fiscal_years(after.fiscal_years)
    except InputError as error:
        raise InvalidRequest(error.detail, position="/fiscal_years") from error
    if before is None or _years(before) == _years(after):
        return
    for counter in ports.store.all(tenant, after.id, PieceCounter):
        first, last = before.fiscal_year_period(counter.fiscal_year)
        try:
            new_first, new_last = after.fiscal_year_period(counter.fiscal_year)
        except InputError:
            new_first, new_last = date.max, date.min
        if first != new_first:
            raise RuleViolation(
                f"pieces are numbered in the fiscal year of {first}: it goes on beginning that day"
            )
        if new_last < last and _is_used(ports, tenant, after, counter, new_last):
            raise RuleViolation(
                f"the fiscal year of {first} has numbered pieces after {new_last}: it ends later"
            )


def _years(company: Company) -> tuple[object, ...]:
    return company.fiscal_year_start_month, company.fiscal_years


def _is_used(
    ports: Ports, tenant: TenantId, company: Company, counter: PieceCounter, end: date
) -> bool:
    cursor: str | None = None
    while True:
        page = ports.store.entries(
            tenant, company.id, journal=counter.journal, limit=_PAGE, cursor=cursor
        )
        for entry in page.items:
            is_here = entry.fiscal_year == counter.fiscal_year and entry.date > end
            is_numbered = entry.status is EntryStatus.VALIDATED
            if is_here and is_numbered and entry.source is not EntrySource.FEC:
                return True
        cursor = page.cursor
        if cursor is None:
            return False
