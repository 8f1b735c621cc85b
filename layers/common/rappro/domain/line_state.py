"""What a match makes of a line that it takes on, and its undo of the line again."""

from __future__ import annotations

from dataclasses import replace

from rappro.domain.ids import derive_id
from rappro.domain.matching.model import TargetType
from rappro.domain.records import LineRecord, LineStatus, Match


def taken_line(match: Match, line: LineRecord) -> LineRecord:
    """Return a line as a match takes it on; the engine's own tells more of it."""
    taken = replace(line, match_id=match.id, level=match.level, candidates=())
    return partly_validated(match, taken)


def partly_validated(match: Match, line: LineRecord) -> LineRecord:
    """Return a line of a match as partly validated, where a part of it is in the books already.

    So it is when it settles an entry that is posted, and its validation posts another part (SPEC
    IMP-5, POS-1). A line that was reversed stays so until it is validated again.
    """
    if line.status is not LineStatus.NOT_VALIDATED or not _is_partly_posted(match, line):
        return line
    return line.moved_to(LineStatus.PARTLY_VALIDATED)


def _is_partly_posted(match: Match, line: LineRecord) -> bool:
    drafts = {derive_id("be", entry, 0) for entry in match.draft_ids}
    own = [one.settle for one in match.settles if one.line_id == line.id]
    posted = [s for s in own if s.type is TargetType.BANK_ENTRY and s.id not in drafts]
    is_alone = len(match.lines) == 1 and bool(match.entry_ids)
    has_draft = is_alone or derive_id("en", match.id, line.id) in match.entry_ids
    return bool(posted) and (has_draft or len(posted) < len(own))


def released_line(line: LineRecord) -> LineRecord:
    """Return a line with the status that it has again once its match is undone."""
    if line.status is not LineStatus.PARTLY_VALIDATED:
        return line
    return line.moved_to(LineStatus.NOT_VALIDATED)
