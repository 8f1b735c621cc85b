"""Examples of answers that tell of long works and of changes of entries (see examples.py)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Final

from pydantic import BaseModel

from rappro.domain.books import BankEntry, BankEntrySource, JournalEntry, PastPayment
from rappro.domain.entry_changes import ChangeConsumer, ChangeKind, EntryChange
from rappro.domain.errors import NotAllowedInState
from rappro.domain.records import StatementRecord
from rappro.domain.tasks import Task, TaskKind, TaskState
from rappro.edge.api.models import cash_movements, entry_changes, tasks, view
from rappro.edge.api.sample_ids import (
    BANK_ENTRY,
    ENTRY,
    JOURNAL,
    MATCH,
    MOVEMENT,
    PAST_PAYMENT,
    STATEMENT,
    TASK,
    THIRD_PARTY,
)
from rappro.use_cases.entry_changes import ChangePage
from rappro.use_cases.match_batches import MatchResult
from rappro.use_cases.statement_view import Side, StatementView

LISTED: Final = frozenset(
    {"TaskOutput", "BankEntryOutput", "CashMovementOutput", "PastPaymentOutput"}
)
_AT: Final = datetime(2025, 2, 1, 8, 30, tzinfo=UTC)


def answers_of_work(entry: JournalEntry, statement: StatementRecord) -> Iterator[BaseModel]:
    """Yield one of each answer; entry and statement are those that the documentation shows."""
    change = EntryChange("au_5oaxk2hqzzb7mzqkq4jx2v6c", _AT, ChangeKind.DRAFTED, ENTRY, "engine")
    page = ChangePage(((change, entry),), "eyJjIjo…", has_more=False)
    yield entry_changes.EntryChangesOutput.of(page, "EUR")
    consumer = ChangeConsumer("erp", sequence=1, acknowledged_at=_AT)
    yield entry_changes.ConsumerOutput.of(consumer)
    task = Task(
        TASK, TaskKind.VALIDATION, {"statement": STATEMENT}, "user-1", _AT, TaskState.DONE,
        attempts=1, done=12_000, total=12_000, started_at=_AT, ended_at=_AT,
        result={"statement": STATEMENT},
    )  # fmt: skip
    yield tasks.TaskOutput.of(task, None)
    refused = MatchResult(MATCH, error=NotAllowedInState(f"match {MATCH} is validated"))
    yield tasks.MatchBatchOutput.of([MatchResult("ma_confirmed", is_changed=True), refused])
    waiting = BankEntry(
        BANK_ENTRY, JOURNAL, "512100", date(2025, 1, 30), -5_000, "EUR", "Chèque 1042",
        cheque_no="1042", version=1,
    )  # fmt: skip
    yield view.BankEntryOutput.of(waiting)
    receipt = BankEntry(
        MOVEMENT, JOURNAL, "512100", date(2025, 1, 20), 7_000, "EUR", "Garage du Port",
        source=BankEntrySource.PAYMENT, third_party=THIRD_PARTY, entry_id=ENTRY, entry_line=0,
        pointed_on=date(2025, 1, 20), match_id=MATCH, version=1,
    )  # fmt: skip
    yield cash_movements.CashMovementOutput.of(receipt)
    paid = PastPayment(PAST_PAYMENT, THIRD_PARTY, 12_000, date(2024, 12, 5), version=1)
    yield view.PastPaymentOutput.of(paid, "EUR")
    yield view.StatementViewOutput.of(_seen(statement, waiting), "EUR")


def _seen(statement: StatementRecord, waiting: BankEntry) -> StatementView:
    return StatementView(statement, (), Side(), (), Side(1, 12_000), (waiting,), Side(1, -5_000))
