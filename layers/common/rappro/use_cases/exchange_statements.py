"""Statements and their lines as an archive shows them: there to be read, not to be integrated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from rappro.domain.books import Journal, JournalType
from rappro.domain.exchange.canonical import text_of
from rappro.domain.records import LineRecord, Match, StatementRecord
from rappro.use_cases.acting import Actor
from rappro.use_cases.shown import Shown

_MATCHES_AT_ONCE: Final = 100


def statements_of(actor: Actor) -> Iterator[StatementRecord]:
    """Yield the statements of all treasury journals, oldest first in each."""
    store = actor.ports.store
    for journal in store.all(actor.tenant, actor.company, Journal):
        if journal.type is JournalType.TREASURY:
            yield from store.statements_of_journal(actor.tenant, actor.company, journal.code)


def statement_lines(statements: Iterable[StatementRecord]) -> Iterator[str]:
    """Yield one line a statement."""
    for one in statements:
        yield text_of({
            "id": one.id, "journal": one.journal, "number": one.number,
            "status": one.status.value, "currency": one.currency,
            "from": _day(one.period_from), "to": _day(one.period_to),
            "opening_minor": one.opening.amount_minor if one.opening else None,
            "closing_minor": one.closing.amount_minor if one.closing else None,
            "line_count": one.line_count, "source_sha256": one.source_sha256,
        })  # fmt: skip


def line_lines(
    actor: Actor, statements: Iterable[StatementRecord], view: Shown, matches: set[str]
) -> Iterator[str]:
    """Yield one line a line of a statement, with what became of it; note the matches it is in."""
    store = actor.ports.store
    for statement in statements:
        for stored in store.lines(actor.tenant, actor.company, statement.id):
            record = view.line(stored)
            if record.match_id is not None:
                matches.add(record.match_id)
            yield text_of(_shown(statement, record))


def match_lines(actor: Actor, matches: Sequence[str], view: Shown) -> Iterator[str]:
    """Yield one line a match, by id."""
    store = actor.ports.store
    for start in range(0, len(matches), _MATCHES_AT_ONCE):
        keys = matches[start : start + _MATCHES_AT_ONCE]
        found = store.get_many(actor.tenant, actor.company, Match, keys)
        for stored in (found[key] for key in keys if key in found):
            match = view.match(stored)
            if match is not None:
                yield text_of({
                    "id": match.id, "status": match.status.value, "level": match.level.value,
                    "lines": list(match.lines), "entries": list(match.entry_ids),
                    "amount_minor": match.amount_minor, "pointed_on": match.pointed_on.isoformat(),
                    "settles": [
                        {"type": one.settle.type.value, "id": one.settle.id,
                         "amount_minor": one.settle.amount_minor}
                        for one in match.settles
                    ],
                })  # fmt: skip


def _shown(statement: StatementRecord, record: LineRecord) -> dict[str, Any]:
    line = record.line
    said = {
        "statement": statement.id, "position": line.position,
        "booking_date": line.booking_date.isoformat(), "value_date": _day(line.value_date),
        "amount_minor": line.amount_minor, "currency": line.currency,
        "texts": [text for text in line.texts if text], "status": record.status.value,
        "level": record.level.value if record.level else None, "match": record.match_id,
    }  # fmt: skip
    return {name: value for name, value in said.items() if value is not None}


def _day(day: Any) -> str | None:
    return None if day is None else day.isoformat()
