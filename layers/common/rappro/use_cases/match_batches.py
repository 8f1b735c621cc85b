"""Many matches undone or confirmed in one call, each for itself (SPEC MAT-8, MAT-16)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, Final

from rappro.domain.errors import InvalidRequest, NotFound, RapproError, StoreConflict
from rappro.domain.frozen import dataclass
from rappro.domain.ids import MatchId
from rappro.domain.records import LineRecord, Match, MatchStatus
from rappro.domain.writes import Record
from rappro.use_cases.acting import Actor, LineKey
from rappro.use_cases.match_by_hand import confirm
from rappro.use_cases.read_ahead import Place, knowing
from rappro.use_cases.undo_match import undo_match

MATCHES_MAX: Final = 1_000
MATCHES_AT_ONCE: Final = 50
"""Matches that a request deals with itself; more of them are a task."""
_ATTEMPTS_MAX: Final = 4


class BatchAction(StrEnum):
    UNDO = "undo"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class MatchResult:
    """What became of one match; `is_changed` is false for one that was so before."""

    match_id: str
    is_changed: bool = False
    error: RapproError | None = None


def matches_of(
    actor: Actor, matches: Sequence[MatchId], lines: Sequence[LineKey]
) -> tuple[MatchId, ...]:
    """Return the matches that are named, and those of lines, each once.

    Raises NotFound for a line that is none, InvalidRequest for one that is not matched, for none
    at all, and for more than MATCHES_MAX.
    """
    keys = [f"{statement}/{position}" for statement, position in lines]
    found = actor.ports.store.get_many(actor.tenant, actor.company, LineRecord, keys)
    wanted = dict.fromkeys(matches)
    for key in keys:
        line = found.get(key)
        if line is None:
            raise NotFound(f"no line {key}")
        if line.match_id is None:
            raise InvalidRequest(f"line {key} is not matched", position="/lines")
        wanted[line.match_id] = None
    if not 1 <= len(wanted) <= MATCHES_MAX:
        raise InvalidRequest(f"1 to {MATCHES_MAX} matches", position="/matches")
    return tuple(wanted)


def match_result(result: MatchResult) -> dict[str, Any]:
    """Return the result of one match as JSON."""
    error = result.error
    return {
        "match": result.match_id,
        "changed": result.is_changed,
        "code": None if error is None else error.code,
        "detail": None if error is None else error.detail,
    }


def act_on_matches(
    actor: Actor, action: BatchAction, matches: Sequence[MatchId]
) -> Iterator[MatchResult]:
    """Undo or confirm matches one after the other; the error of one stops no other.

    Raises what may be over in a moment (StoreThrottled, StoreUnavailable): the same call goes on.
    """
    act, done = _ACTIONS[action]
    for match in matches:
        yield _one(actor, match, act, done)


def _one(
    actor: Actor, match_id: MatchId, act: Callable[[Actor, MatchId], Match], done: MatchStatus
) -> MatchResult:
    for attempt in range(_ATTEMPTS_MAX):
        known = actor.ports.store.get(actor.tenant, actor.company, Match, match_id)
        if known is not None and known.status is done:
            return MatchResult(match_id)
        found: dict[Place, Record | None] = {(actor.company, Match, match_id): known}
        knowing_it = replace(actor, ports=knowing(actor.ports, actor.tenant, found))
        try:
            act(knowing_it, match_id)
        except StoreConflict as error:
            if attempt == _ATTEMPTS_MAX - 1:
                return MatchResult(match_id, error=error)
        except RapproError as error:
            if error.is_retryable:
                raise
            return MatchResult(match_id, error=error)
        else:
            return MatchResult(match_id, is_changed=True)
    raise AssertionError("the last attempt returns")


def _undo(actor: Actor, match_id: MatchId) -> Match:
    return undo_match(actor.ports, actor.tenant, actor.company, match_id, actor.author)


def _confirm(actor: Actor, match_id: MatchId) -> Match:
    return confirm(actor.ports, actor.tenant, actor.company, match_id, actor.author)


_ACTIONS: Final = {
    BatchAction.UNDO: (_undo, MatchStatus.UNDONE),
    BatchAction.CONFIRM: (_confirm, MatchStatus.CONFIRMED),
}
