"""Cash movements (mouvements de trésorerie) to look at: receipts and disbursements of the books.

A movement is kept as the bank side of its entry, a bank entry of the source `payment`: made by an
action, by a run, or come with the books. It is found by the account that it moves, in parts.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Final

from rappro.domain.books import BankEntry, BankEntrySource, EntryStatus, Journal
from rappro.domain.errors import InvalidRequest, NotFound
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId, ThirdPartyId
from rappro.domain.writes import Page
from rappro.ports import Ports
from rappro.use_cases.shown import Shown, shown
from rappro.use_cases.statement_view import get_bank_entry

ROWS_A_READ: Final = 100
READS_MAX: Final = 10
"""Reads of one page; the cursor goes on from where they ended."""
_PLACE: Final = re.compile(r"(\d{4}-\d{2}-\d{2}(#.+)?)?", re.ASCII)
_PLACE_BYTES_MAX: Final = 1_024


class Direction(StrEnum):
    RECEIPT = "receipt"  # encaissement
    DISBURSEMENT = "disbursement"  # décaissement


@dataclass(frozen=True, slots=True)
class MovementFilter:
    """Which movements to list; both days are included."""

    journal: str | None = None
    direction: Direction | None = None
    third_party: ThirdPartyId | None = None
    status: EntryStatus | None = None
    from_day: date | None = None
    to_day: date | None = None

    def takes(self, side: BankEntry) -> bool:
        """Say whether a bank entry is a movement that is wanted; its day apart."""
        return (
            side.source is BankEntrySource.PAYMENT
            and self.direction in {None, direction_of(side)}
            and self.third_party in {None, side.third_party}
            and self.status in {None, status_of(side)}
        )


def direction_of(side: BankEntry) -> Direction:
    """Return which way the money goes."""
    return Direction.RECEIPT if side.amount_minor > 0 else Direction.DISBURSEMENT


def status_of(side: BankEntry) -> EntryStatus:
    """Return what the movement's entry is: a draft until a validation posts it."""
    return EntryStatus.VALIDATED if side.is_in_ledger else EntryStatus.DRAFT


def list_cash_movements(
    ports: Ports, tenant: TenantId, company: CompanyId, wanted: MovementFilter,
    *, limit: int, cursor: str | None,
) -> Page[BankEntry]:  # fmt: skip
    """Return one page of movements, by bank account, then date and id.

    Raises InvalidRequest for what is no cursor.
    """
    accounts = _accounts(ports, tenant, company, wanted.journal)
    account, after = _place(cursor, wanted, accounts)
    view, end = shown(ports, tenant, company), wanted.to_day or date.max
    taken: list[BankEntry] = []
    for _ in range(READS_MAX):
        if account is None:
            return Page(taken, None)
        rows = ports.store.ledger(tenant, company, account, after=after or None, limit=ROWS_A_READ)
        for row in rows:
            if row.date > end:
                break
            after = f"{row.date.isoformat()}#{row.id}"
            taken += _shown(row, view, wanted)
            if len(taken) == limit:
                return Page(taken, f"{account}#{after}")
        if len(rows) < ROWS_A_READ or rows[-1].date > end:
            account = next((number for number in accounts if number > account), None)
            after = _start(wanted)
    return Page(taken, None if account is None else f"{account}#{after}")


def get_cash_movement(ports: Ports, tenant: TenantId, company: CompanyId, key: str) -> BankEntry:
    """Return one movement. Raises NotFound, for another entry of a bank account, too."""
    found = get_bank_entry(ports, tenant, company, key)
    if found.source is not BankEntrySource.PAYMENT:
        raise NotFound(f"no cash movement {key}")
    return found


def _accounts(ports: Ports, tenant: TenantId, company: CompanyId, journal: str | None) -> list[str]:
    """Return the bank accounts to look at, in order: of one journal, or of all."""
    journals = ports.store.all(tenant, company, Journal)
    named = (one for one in journals if journal in {None, one.code})
    return sorted({one.account for one in named if one.account is not None})


def _start(wanted: MovementFilter) -> str:
    return "" if wanted.from_day is None else wanted.from_day.isoformat()


def _place(
    cursor: str | None, wanted: MovementFilter, accounts: list[str]
) -> tuple[str | None, str]:
    """Return the account and the place in it where a page begins."""
    if cursor is None:
        return (accounts[0] if accounts else None), _start(wanted)
    account, mark, after = cursor.partition("#")
    is_place = _PLACE.fullmatch(after) and len(after.encode(errors="replace")) <= _PLACE_BYTES_MAX
    if not mark or not is_place or account not in accounts:
        raise InvalidRequest("not a cursor of this list", position="cursor")
    return account, after


def _shown(row: BankEntry, view: Shown, wanted: MovementFilter) -> list[BankEntry]:
    seen = view.bank_entry(row)
    return [seen] if seen is not None and wanted.takes(seen) else []
