"""A report as it was when its statement was validated (état arrêté): its record and its bytes.

The bytes are canonical JSON that names its format and version, so that they have one hash and are
read without this program: amounts in minor units of `currency`, signed as the bank account sees
them, dates ISO 8601. A later version must still read version 1.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any, Final

from rappro.domain.errors import InputError
from rappro.domain.frozen import dataclass
from rappro.domain.ids import StatementId, derive_id
from rappro.domain.report import ReconciliationReport, ReportHolder, ReportItem
from rappro.domain.report_balances import BalancePoint

FORMAT: Final = "rappro-reconciliation-report"
FORMAT_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class ReportSnapshot:
    """A frozen report: what it is of, who validated and when, and the SHA-256 of its bytes."""

    id: str
    statement_id: StatementId
    journal: str
    on: date
    statement_number: str | None
    currency: str
    bank_balance_minor: int
    ledger_balance_minor: int
    difference_minor: int
    lines_count: int  # lines that are not in the books
    entries_count: int  # entries that are not on the bank
    sha256: str
    size_bytes: int
    author: str
    at: datetime
    version: int = 0

    @property
    def key(self) -> str:
        return self.id


def snapshot_id(statement: StatementId, validation_round: int = 1) -> str:
    """Return the id of a statement's frozen report: there is one each time it is validated."""
    again = (validation_round,) if validation_round > 1 else ()
    return derive_id("rr", statement, *again)


def snapshot_of(
    report: ReconciliationReport, content: bytes, statement: StatementId, *, author: str,
    at: datetime, validation_round: int = 1,
) -> ReportSnapshot:  # fmt: skip
    """Return the record of a frozen report and its bytes."""
    return ReportSnapshot(
        id=snapshot_id(statement, validation_round),
        statement_id=statement,
        journal=report.journal,
        on=report.on,
        statement_number=report.statement_number,
        currency=report.currency,
        bank_balance_minor=report.bank_balance_minor,
        ledger_balance_minor=report.ledger_balance_minor,
        difference_minor=report.difference_minor,
        lines_count=len(report.lines_not_in_books),
        entries_count=len(report.entries_not_on_bank),
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        author=author,
        at=at,
    )


def report_bytes(report: ReconciliationReport) -> bytes:
    """Return a report as canonical JSON; the same report gives the same bytes."""
    said = {"format": FORMAT, "version": FORMAT_VERSION, **_plain(report)}
    text = json.dumps(
        said, ensure_ascii=True, sort_keys=True, separators=(",", ":"), default=_plain
    )
    return text.encode()


def _plain(value: Any) -> Any:
    """Return what JSON has instead of a record or a date."""
    if isinstance(value, date):
        return value.isoformat()
    return {field.name: getattr(value, field.name) for field in fields(value)}


def read_report(content: bytes) -> ReconciliationReport:
    """Return the report that `report_bytes` wrote. Raises InputError for anything else."""
    try:
        said = json.loads(content)
        if (said.pop("format"), said.pop("version")) != (FORMAT, FORMAT_VERSION):
            raise InputError("not a frozen report of a known version")
        return _report(said)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError("not a frozen report") from error


def _report(said: dict[str, Any]) -> ReconciliationReport:
    starts = said.pop("period_from")
    lists = ("lines_not_in_books", "entries_not_on_bank")
    lines, entries = (tuple(_item(row) for row in said.pop(name)) for name in lists)
    history = tuple(
        BalancePoint(date.fromisoformat(row["on"]), row["bank_minor"], row["ledger_minor"])
        for row in said.pop("history")
    )
    return ReconciliationReport(
        on=date.fromisoformat(said.pop("on")),
        lines_not_in_books=lines,
        entries_not_on_bank=entries,
        period_from=None if starts is None else date.fromisoformat(starts),
        holder=ReportHolder(**said.pop("holder")),
        history=history,
        **said,
    )


def _item(row: Mapping[str, Any]) -> ReportItem:
    return ReportItem(**{**row, "date": date.fromisoformat(row["date"])})
