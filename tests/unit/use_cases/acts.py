"""Shorthand for tests of the actions on lines: who acts, pictures of the books to compare."""

from __future__ import annotations

from typing import Any

from rappro.domain.books import JournalEntry
from rappro.domain.ids import MatchId
from rappro.domain.records import Match
from rappro.use_cases.acting import Actor, LineKey
from rappro.use_cases.delete_draft import delete_draft
from rappro.use_cases.edit_line import LineEdit, edit_line
from rappro.use_cases.undo_match import undo_match

from .desk import AUTHOR, COMPANY, Desk
from .dumps import dump

ITEMS = ["oi_FA2026-0101", "oi_FA2026-0102", "oi_FE2026-77"]
ALLOWED_TO_STAY = (
    "vetoes", "generation", "level", "explanation", "candidates", "past_matches"
)  # fmt: skip
"""What an undo leaves on a line: the trace of what was undone, and no level."""


def actor(desk: Desk) -> Actor:
    return Actor(desk.ports, desk.tenant, COMPANY, AUTHOR)


def key(desk: Desk, position: int) -> LineKey:
    return desk.statement().id, position


def keys(desk: Desk, *positions: int) -> tuple[LineKey, ...]:
    return tuple(key(desk, position) for position in positions)


def edit(desk: Desk, position: int, **fields: Any) -> None:
    edit_line(
        desk.ports, desk.tenant, COMPANY, desk.statement().id, position, LineEdit(**fields), AUTHOR
    )


def entries(desk: Desk, match: Match) -> list[JournalEntry]:
    found = desk.store.get_many(desk.tenant, COMPANY, JournalEntry, match.entry_ids)
    return [found[entry_id] for entry_id in match.entry_ids]


def legs(entry: JournalEntry) -> list[tuple[str, int]]:
    """The legs of an entry: account, and debit minus credit."""
    return [(line.account, line.balance_minor) for line in entry.lines]


def match_of(desk: Desk, match_id: MatchId | None) -> Match:
    found = desk.store.get(desk.tenant, COMPANY, Match, match_id or "")
    assert found is not None
    return found


def undo_whole(desk: Desk, match: Match) -> None:
    """Undo an action's match, and delete the draft that stays: a person made it."""
    undo_match(desk.ports, desk.tenant, COMPANY, match.id, AUTHOR)
    (draft,) = entries(desk, match)
    delete_draft(desk.ports, desk.tenant, COMPANY, draft.id, AUTHOR)


def picture(desk: Desk) -> dict[str, Any]:
    """The books, without what an undo leaves behind by design."""
    made = dump(desk.store, desk.tenant, COMPANY, ITEMS)
    for line in made["lines"]:
        for name in ALLOWED_TO_STAY:
            line.pop(name, None)
    for statement in made["statements"]:
        statement.pop("level_counts")
    return made
