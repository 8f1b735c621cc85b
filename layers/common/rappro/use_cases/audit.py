"""Writes of the audit trail (SPEC POS-6): who, when, what, before and after.

Each row goes into the commit of the change that it tells of. It is also what the domain events are
made of (domain/events.py), so an operation has the same fields in all of its rows:

    lines      statement lines: key and level, or key and status
    entries    journal entries: ids where they are kept, their content where they go
    settled    what a match takes: target, amount, and what is left of an open item
    status     of the subject
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from rappro.domain.books import BankEntry, JournalEntry, OpenItem
from rappro.domain.ids import derive_id
from rappro.domain.matching.model import TargetType
from rappro.domain.money import format_amount
from rappro.domain.operations import (
    AuditEvent,
)
from rappro.domain.records import LineRecord, Match, StatementRecord
from rappro.domain.writes import (
    Write,
    create,
)
from rappro.use_cases.settling import merged

ENGINE_AUTHOR = "engine"
VALIDATE_STATEMENT: Final = "validate_statement"
VALIDATE_MATCH: Final = "validate_match"
SHOWN_MAX: Final = 100
"""Targets or legs that a row shows; the match and the entries themselves keep all of them."""
_RECEIPTS_MAX: Final = 200
"""Receipts that a row tells of; further ones are in rows of their own."""


def audit(
    at: datetime,
    author: str,
    action: str,
    subject: str,
    *,
    revision: int = 0,
    part: str | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> Write:
    """Return the write of one event; its id depends on what happened, so a repeat is the same.

    `revision` is the version the subject gets, where an instant alone does not tell two apart, and
    `part` the part of the subject that is acted on, where it is done part by part.
    """
    more = () if part is None else (part,)
    event_id = derive_id("au", at.isoformat(), author, action, subject, revision, *more)
    return create(AuditEvent(event_id, at, author, action, subject, before, after))


def is_of_validation(event: AuditEvent, statement: str, revision: int) -> bool:
    """Say whether a row was written by that round of a statement's validation, before its end."""
    if event.action == VALIDATE_STATEMENT:
        part = None
    elif event.action == VALIDATE_MATCH:
        part = statement
    else:
        return False
    again = audit(
        event.at, event.author, event.action, event.subject, revision=revision, part=part
    ).after
    return isinstance(again, AuditEvent) and event.id in {again.id, _part_id(again, event)}


def parts_of_row(write: Write) -> list[Write]:
    """Return the row of a match with the first receipts, and rows for the others, if they are many.

    A row of the others has its `part` and nothing but receipts.
    """
    row = write.after
    receipts = (row.after or {}).get("receipts", []) if isinstance(row, AuditEvent) else []
    if not isinstance(row, AuditEvent) or len(receipts) <= _RECEIPTS_MAX:
        return [write]
    first = replace(row, after={**(row.after or {}), "receipts": receipts[:_RECEIPTS_MAX]})
    starts = range(_RECEIPTS_MAX, len(receipts), _RECEIPTS_MAX)
    others = [
        {"part": part, "receipts": receipts[start : start + _RECEIPTS_MAX]}
        for part, start in enumerate(starts, start=2)
    ]
    rows = [replace(row, before=None, after=told) for told in others]
    return [Write(None, first), *(create(replace(r, id=_part_id(row, r))) for r in rows)]


def _part_id(row: AuditEvent, part: AuditEvent) -> str:
    """Return the id of a part of a row, by its number."""
    return derive_id("au", row.id, (part.after or {}).get("part"))


def changed(before: Any, after: Any) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Return the fields in which two versions of a record differ, as they were and as they are.

    Of a record that is new, or that goes, the other side is None.
    """
    names = [part.name for part in fields(after if after is not None else before)]
    told = [name for name in names if name != "version"]
    if before is not None and after is not None:
        told = [name for name in told if getattr(before, name) != getattr(after, name)]
    return tuple(
        None if side is None else {name: _plain(getattr(side, name)) for name in told}
        for side in (before, after)
    )  # type: ignore[return-value]  # one for each side


def _plain(value: Any) -> Any:
    """Return a field as JSON has it."""
    if is_dataclass(value):
        return {part.name: _plain(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, bool | int) else str(value)


def statement_shown(statement: StatementRecord) -> dict[str, Any]:
    """Return what a row says of a statement as a whole."""
    return {
        "status": statement.status.value, "journal": statement.journal,
        "number": statement.number, "period_from": _day(statement.period_from),
        "period_to": _day(statement.period_to), "line_count": statement.line_count,
        "source_sha256": statement.source_sha256,
        "findings": sorted({finding.code for finding in statement.findings}),
    }  # fmt: skip


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def levels_shown(lines: Iterable[LineRecord]) -> dict[str, str | None]:
    """Return the lines of a match with their level before it."""
    return {line.key: line.level.value if line.level else None for line in lines}


def match_shown(match: Match, currency: str, settling: Sequence[Write] = ()) -> dict[str, Any]:
    """Return what a row says of a match that was made.

    `settling` are the writes of its targets; `currency` is the company's.
    """
    return {
        "lines": dict.fromkeys(match.lines, match.level.value),
        "entries": list(match.entry_ids),
        "settled": settled_shown(match, currency, settling),
        "status": match.status.value,
    }


def settled_shown(
    match: Match, currency: str, settling: Sequence[Write] = ()
) -> list[dict[str, Any]]:
    """Return what a match takes of each target, SHOWN_MAX of them at most."""
    changed = {write.before.key: write.before for write in settling if write.before is not None}
    rows: list[dict[str, Any]] = []
    for settle in merged(one.settle for one in match.settles)[:SHOWN_MAX]:
        amount = format_amount(settle.amount_minor, currency)
        row: dict[str, Any] = {"type": settle.type.value, "id": settle.id, "amount": amount}
        target = changed.get(settle.id)
        if settle.type is TargetType.OPEN_ITEM and isinstance(target, OpenItem):
            left_minor = target.company_residual_minor
            row |= {"number": target.number, "third_party": target.third_party,
                    "left_before": format_amount(left_minor, currency),
                    "left": format_amount(left_minor - settle.amount_minor, currency)}  # fmt: skip
        elif settle.type is TargetType.BANK_ENTRY and isinstance(target, BankEntry):
            row["entry"] = target.entry_id
        rows.append(row)
    return rows


def entry_shown(entry: JournalEntry, currency: str) -> dict[str, Any]:
    """Return what a row keeps of a draft that goes."""
    return {
        "id": entry.id, "journal": entry.journal, "date": str(entry.date),
        "piece_ref": entry.piece_ref, "label": entry.label,
        "legs": [
            {"account": leg.account, "debit": format_amount(leg.debit_minor, currency),
             "credit": format_amount(leg.credit_minor, currency)}
            for leg in entry.lines[:SHOWN_MAX]
        ],
    }  # fmt: skip
