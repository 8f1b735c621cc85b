"""Cuts what a validation writes of one match, where it is larger than a commit, into parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rappro.domain.books import JournalEntry
from rappro.domain.ids import StatementId
from rappro.domain.operations import AuditEvent
from rappro.domain.records import LineRecord, LineStatus, Match
from rappro.domain.unfinished import Veil, veil_name
from rappro.domain.writes import Write
from rappro.ports import WRITES_MAX_PER_COMMIT
from rappro.use_cases.audit import parts_of_row
from rappro.use_cases.packing import fits
from rappro.use_cases.working_set import WorkingSet


def parts_of_match(
    working: WorkingSet, statement: StatementId, steps: Sequence[list[Write]],
    writes: Sequence[Write],
) -> list[list[Write]]:  # fmt: skip
    """Return groups, each within a commit: letters, then drafts, then lines; the match comes last.

    The row of the trail and the match share the commit of the last line: whoever goes on after a
    death finds a line that is left, does what is not done, and writes both once.
    """
    store = working.ports.store
    lettering = [group for step in steps for group in _parts_of_step(working, step)]
    others: list[Write] = []
    lines: list[Write] = []
    last: list[Write] = []
    for write in writes:
        if isinstance(write.after, (AuditEvent, Match)):
            last += parts_of_row(_as_before(working, statement, write))
        elif not _is_done(write):
            (lines if isinstance(write.after, LineRecord) else others).append(write)
    if fits(store, [*others, *lines, *last], writes_max=WRITES_MAX_PER_COMMIT):
        return [*lettering, [*others, *lines, *last]]
    return [
        *lettering,
        *([write] for write in (*others, *lines[:-1])),
        [*lines[-1:], *last],
    ]


def _parts_of_step(working: WorkingSet, step: list[Write]) -> list[list[Write]]:
    """Return a step whole, or the item with its letter first, which its payments then follow."""
    if fits(working.ports.store, step, writes_max=WRITES_MAX_PER_COMMIT):
        return [step]
    first = [write for write in step if not isinstance(write.after, JournalEntry)]
    return [first, *([write] for write in step if isinstance(write.after, JournalEntry))]


def _is_done(write: Write) -> bool:
    before, after = write.before, write.after
    return before is not None and after == replace(before, version=before.version + 1)


def _as_before(working: WorkingSet, statement: StatementId, write: Write) -> Write:
    """Return the row with the status that lines had before the validation began, as its veil says.

    A process that died may have validated some of them. Other writes stay as they are.
    """
    row = write.after
    told = (row.before or {}).get("lines", {}) if isinstance(row, AuditEvent) else {}
    if not isinstance(row, AuditEvent) or LineStatus.VALIDATED.value not in told.values():
        return write
    veil = working.ports.blobs.load_document(
        working.tenant, working.company, veil_name(statement), Veil
    )
    before = told | {one.key: one.status.value for one in veil.lines if one.key in told}
    return Write(None, replace(row, before={**(row.before or {}), "lines": before}))
