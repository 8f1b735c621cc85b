"""A statement's line is two items: what was loaded, and beside it what became of the line.

A load writes the first one without a condition and touches nothing else, so one that comes too late
never undoes a match. The first change creates the second item, later ones replace it; it holds the
fields that may change and the version. A line without it is as it was loaded, at version 1; a line
that was removed has it without fields, so that a late load does not bring the line back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any, Final

from rappro.adapters import codec
from rappro.adapters.dynamodb.items import Item, Placed, key_item, record_of
from rappro.adapters.dynamodb.keys import KIND_OF_CODE, Key, line_state_of, past, state_key
from rappro.adapters.dynamodb.names import DOC, KIND, PK, SK, VERSION
from rappro.adapters.indexing import check_bytes
from rappro.domain.bank import Nature
from rappro.domain.frozen import dataclass
from rappro.domain.ids import MatchId, OpenItemId, ThirdPartyId
from rappro.domain.matching.model import Candidate, Explanation, Level
from rappro.domain.records import LineRecord, LineStatus, SetBy
from rappro.domain.writes import Record


@dataclass(frozen=True, slots=True)
class LineState:
    """The fields of a LineRecord that may change (see there), by the same names."""

    journal: str | None = None
    status: LineStatus = LineStatus.NOT_VALIDATED
    level: Level | None = None
    nature: Nature | None = None
    third_party: ThirdPartyId | None = None
    third_party_set_by: SetBy | None = None
    invoice: OpenItemId | None = None
    invoice_set_by: SetBy | None = None
    template: str | None = None
    template_set_by: SetBy | None = None
    match_id: MatchId | None = None
    candidates: tuple[Candidate, ...] = ()
    explanation: Explanation | None = None
    generation: int = 0
    vetoes: tuple[str, ...] = ()
    known_as: str | None = None
    past_matches: tuple[MatchId, ...] = ()
    version: int = 0


_FIELDS: Final = tuple(field.name for field in fields(LineState))


def placed_state(tenant: str, company: str, line: LineRecord) -> Placed:
    """Return the item of what became of a line. Raises TooLarge."""
    text = codec.dump_record(LineState(**_changeable(line)))
    check_bytes(line, len(text))
    key = state_key(tenant, company, line)
    document = {VERSION: {"N": str(line.version)}, DOC: {"S": text.decode()}}
    return Placed(key, {**key_item(key), **document}, len(text))


def placed_removal(tenant: str, company: str, line: LineRecord) -> Placed:
    """Return the item that says that a line was removed."""
    key = state_key(tenant, company, line)
    return Placed(key, {**key_item(key), VERSION: {"N": str(line.version + 1)}}, 0)


def lines_in(items: Iterable[Item]) -> list[LineRecord]:
    """Return the lines that items of any blocks hold, in the order of what was loaded."""
    loaded: list[Item] = []
    states: dict[tuple[str, str], Item] = {}
    for item in items:
        position = line_state_of(item[SK]["S"])
        if position is None:
            loaded.append(item)
        else:
            states[item[PK]["S"], position] = item
    found = (_merged(item, states.get((item[PK]["S"], item[SK]["S"]))) for item in loaded)
    return [line for line in found if line is not None]


def record_at(items: Mapping[tuple[str, str], Item], place: Key) -> Record | None:
    """Return the record that stands at a place, among items by their keys."""
    own = items.get((place.pk, place.sk))
    state = items.get((place.pk, past(place.sk)))
    if own is None or KIND_OF_CODE[own[KIND]["S"]] is not LineRecord:
        return None if own is None else record_of(own)
    return _merged(own, state)


def whole(items: list[Item]) -> list[Item]:
    """Return the first items of a block without a last one whose state may come behind it."""
    return items if line_state_of(items[-1][SK]["S"]) is not None else items[:-1]


def _merged(loaded: Item, state: Item | None) -> LineRecord | None:
    line = codec.load(LineRecord, loaded[DOC]["S"])
    if state is None:
        return line
    if DOC not in state:
        return None
    return replace(line, **_changeable(codec.load(LineState, state[DOC]["S"])))


def _changeable(holder: LineRecord | LineState) -> dict[str, Any]:
    return {name: getattr(holder, name) for name in _FIELDS}
