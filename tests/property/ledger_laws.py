"""What must hold of the books that `ledger_world` makes, after whatever was done to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final, cast

from rappro.domain.books import BankEntry, EntryStatus, JournalEntry
from rappro.domain.learning import Lesson
from rappro.domain.matching.model import TargetType
from rappro.domain.operations import Run, RunState
from rappro.domain.records import (
    LineRecord,
    LineStatus,
    Match,
    MatchStatus,
    StatementRecord,
    StatementStatus,
)
from rappro.domain.writes import Record
from rappro.formats.fec_check import FecReport
from rappro.ports import Ports
from rappro.use_cases.companies import get_company
from rappro.use_cases.delete_draft import delete_draft
from rappro.use_cases.export_fec import export_fec
from rappro.use_cases.report import reconciliation_report
from rappro.use_cases.undo_match import undo_match
from simulation.books import Picture, broken_laws, difference, picture
from simulation.snapshots import SnapshotStore
from tests.property.ledger_world import COMPANY, SLOT_DAYS, TENANT, World

_STAYS_ON_A_LINE: Final = {
    "generation": 0, "vetoes": (), "past_matches": (), "level": None, "explanation": None,
    "candidates": (),
}  # fmt: skip


def without_traces(records: Sequence[Record]) -> Picture:
    """Return the picture of the books without what an undo leaves behind: what was undone."""
    kept = [_plain(record) for record in records if not _is_trace(record)]
    found = picture(kept)
    return {key: value for key, value in found.items() if not key.startswith("audit ")}


def _is_trace(record: Record) -> bool:
    return isinstance(record, Match) and record.status is MatchStatus.UNDONE


def _plain(record: Record) -> Record:
    if isinstance(record, LineRecord):
        traces: dict[str, Any] = _STAYS_ON_A_LINE
        return replace(record, **traces)
    if isinstance(record, StatementRecord):
        return replace(record, level_counts=None)
    return replace(record, author="") if isinstance(record, Lesson) else record


def undone_wrongly(ports: Ports, match: Match, before: Sequence[Record]) -> Iterator[str]:
    """Undo a match and delete the draft that it leaves; yield what is not as before it."""
    undo_match(ports, TENANT, COMPANY, match.id, "anne")
    left = ports.store.get_many(TENANT, COMPANY, JournalEntry, match.entry_ids)
    if sorted(left) != (sorted(match.entry_ids) if match.keeps_drafts else []):
        yield f"the undo of {match.id} left {sorted(left)}"
    store = cast("SnapshotStore", ports.store)
    yield from broken_laws(store.everything(TENANT, COMPANY))
    for entry in left.values():
        delete_draft(ports, TENANT, COMPANY, entry.id, "anne")
    undone = list(store.everything(TENANT, COMPANY))
    yield from difference(without_traces(before), without_traces(undone))


def problems(world: World) -> Iterator[str]:
    """Yield what is wrong with the books as they are."""
    records = world.records()
    yield from broken_laws(records)
    yield from _uneven(records)
    for record in records:
        if isinstance(record, Run) and record.state is not RunState.POSTED:
            yield f"run {record.id} is {record.state}"
    yield from _unexplained(world, records)


def _uneven(records: Sequence[Record]) -> Iterator[str]:
    """Yield matches that do not add up to their lines: what they settle, and in the ledger."""
    sides = {record.id: record for record in records if isinstance(record, BankEntry)}
    drafted = {side.entry_id: side.amount_minor for side in sides.values() if side.entry_line == 0}
    for match in records:
        if not isinstance(match, Match) or match.status is MatchStatus.UNDONE:
            continue
        settled: defaultdict[str, int] = defaultdict(int)
        for one in match.settles:
            settled[one.line_id] += one.settle.amount_minor
        total = sum(settled.values()) + sum(one.amount_minor for one in match.adjustments)
        if total != match.amount_minor and (match.settles or match.template is None):
            yield f"match {match.id} settles {total} of {match.amount_minor}"
        pointed = {o.settle.id for o in match.settles if o.settle.type is TargetType.BANK_ENTRY}
        booked = sum(sides[key].amount_minor for key in pointed)
        booked += sum(drafted.get(key, 0) for key in match.entry_ids)
        if booked != match.amount_minor and match.status is not MatchStatus.CLOSED:
            yield f"match {match.id} of {match.amount_minor} is {booked} in the ledger"
        yield from _uneven_lines(match, settled, records)


def _uneven_lines(
    match: Match, settled: Mapping[str, int], records: Sequence[Record]
) -> Iterator[str]:
    """Yield lines that are not what their match settles for them; not of one with adjustments."""
    lines = [line for line in records if isinstance(line, LineRecord) and line.key in match.lines]
    for line in lines if not match.adjustments and match.settles else ():
        if settled[line.id] != line.line.amount_minor:
            yield f"match {match.id} settles {settled[line.id]} for {line.key}"


def _unexplained(world: World, records: Sequence[Record]) -> Iterator[str]:
    """Yield the report's difference, on each day, that nobody's word explains.

    A line closed by hand was settled outside, somebody says; what its match pointed is in the
    books. An entry pointed by hand is on the bank, somebody says; no line shows it.
    """
    outside: defaultdict[date, int] = defaultdict(int)
    pointed: defaultdict[str, int] = defaultdict(int)
    for record in records:
        if isinstance(record, LineRecord) and record.status is LineStatus.CLOSED_MANUALLY:
            outside[record.line.booking_date] += record.line.amount_minor
            pointed[record.match_id or ""] += 0
    for record in records:
        if isinstance(record, BankEntry) and record.match_id in pointed:
            outside[record.date] -= record.amount_minor
        elif isinstance(record, BankEntry) and record.marked_on is not None:
            outside[record.marked_on] -= record.amount_minor
    day = date(2026, 11, 30)
    for on in (day, *(date(2026, 11, 2 + slot * SLOT_DAYS) for slot in range(8))):
        if outside and on != day:
            continue
        report = reconciliation_report(world.ports(), TENANT, COMPANY, "BQ1", on)
        if report.difference_minor != sum(outside.values()):
            yield f"the report of {on} is off by {report.difference_minor}, not {dict(outside)}"


def checked_fec(world: World) -> FecReport:
    """Return what the strict check says of the year's FEC."""
    ports = world.ports()
    return export_fec(ports, TENANT, get_company(ports, TENANT, COMPANY), "2026").report


def altered(before: list[Record], after: list[Record], *, is_reversal: bool) -> Iterable[str]:
    """Yield what was validated and is not the same any more; only a reversal takes it back."""
    now = {(type(record), record.key): record for record in after}
    for record in before:
        found = now.get((type(record), record.key))
        if isinstance(record, JournalEntry) and record.status is EntryStatus.VALIDATED:
            if found is None or _unlettered(found) != _unlettered(record):
                yield f"{record} became {found}"
        elif _is_validated(record) and not is_reversal and found != record:
            yield f"{record} became {found}"


def _is_validated(record: Record) -> bool:
    if isinstance(record, StatementRecord):
        return record.status is StatementStatus.VALIDATED
    if isinstance(record, LineRecord):
        return record.status in {LineStatus.VALIDATED, LineStatus.CLOSED_MANUALLY}
    settled = {MatchStatus.VALIDATED, MatchStatus.REVERSED, MatchStatus.CLOSED}
    return isinstance(record, Match) and record.status in settled


def _unlettered(record: Any) -> Any:
    """Return an entry without its letters, which later payments give and take."""
    lines = tuple(replace(line, letter=None, lettered_on=None) for line in record.lines)
    return replace(record, lines=lines, version=0)
