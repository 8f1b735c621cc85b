"""The units of work that are larger than one transaction, as a person asks for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rappro.domain.errors import NotAllowedInState, NotFound
from rappro.domain.ids import MatchId
from rappro.domain.records import LineRecord, LineStatus, UnfinishedMatch
from rappro.ports import Ports
from rappro.use_cases.close_line import close_line
from rappro.use_cases.match_by_hand import match_by_hand
from rappro.use_cases.reverse_match import Reversal, reverse_match
from rappro.use_cases.undo_match import undo_match
from rappro.use_cases.validate_statement import validate_statement
from simulation.unit_worlds import LargeWorld
from simulation.worlds import COMPANY, PERSON, TENANT


@dataclass(frozen=True, slots=True)
class Work:
    """What a person asks for, and asks for again until it is done; `before` is done once."""

    do: Callable[[Ports, Any], object]
    before: tuple[Callable[[Ports, Any], object], ...] = ()
    needs_matches: bool = True

    def prepared(self, world: LargeWorld) -> LargeWorld:
        """Return the world in which this may be asked for."""
        for step in self.before:
            step(world.ports(), world)
        return world


def _validate(ports: Ports, world: Any) -> object:
    return validate_statement(ports, TENANT, COMPANY, world.statement, PERSON)


def _match(ports: Ports, world: Any) -> object:
    if _line(ports, world).match_id is not None and not _is_under_way(ports):
        return None  # a person sees that it is done, and does not ask again
    return match_by_hand(ports, TENANT, COMPANY, world.slips_match(), PERSON)


def _undo(ports: Ports, world: Any) -> object:
    if _line(ports, world).match_id is None and not _is_under_way(ports):
        return None
    return undo_match(ports, TENANT, COMPANY, match_of_slips(ports, world), PERSON)


def _close(ports: Ports, world: Any) -> object:
    if _line(ports, world).status is LineStatus.CLOSED_MANUALLY and not _is_under_way(ports):
        return None
    try:
        return close_line(
            ports, TENANT, COMPANY, world.statement, 1, reason="réglé en caisse", author=PERSON
        )
    except NotAllowedInState:
        return None  # it was finished on the way


def _reverse(ports: Ports, world: Any) -> object:
    match = match_of_slips(ports, world)
    return reverse_match(ports, TENANT, COMPANY, match, Reversal("payé deux fois"), PERSON)


def _line(ports: Ports, world: Any) -> LineRecord:
    line = ports.store.get(TENANT, COMPANY, LineRecord, f"{world.statement}/1")
    if line is None:
        raise NotFound("no first line")
    return line


def _is_under_way(ports: Ports) -> bool:
    return bool(ports.store.all(TENANT, COMPANY, UnfinishedMatch))


def match_of_slips(ports: Ports, world: Any) -> MatchId:
    """Return the match of the first line, or the one that it was in last."""
    line = _line(ports, world)
    return line.match_id or line.past_matches[-1]


UNITS: Final[Mapping[str, Work]] = {
    "validation": Work(_validate),
    "match": Work(_match, needs_matches=False),
    "undo": Work(_undo, before=(_match,), needs_matches=False),
    "closing": Work(_close, before=(_match,), needs_matches=False),
    "reversal": Work(_reverse, before=(_match, _validate), needs_matches=False),
}
"""Every unit by name."""
