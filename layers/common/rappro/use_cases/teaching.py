"""Lessons of confirmed matches: written with the match, taken back with its undo (SPEC MAT-15)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rappro.domain.bank import StatementLine
from rappro.domain.books import Journal, ThirdParty
from rappro.domain.errors import NotFound
from rappro.domain.ids import CompanyId, MatchId, TenantId, ThirdPartyId
from rappro.domain.learning import (
    Lesson,
    lesson_id,
    taught,
    texts_said,
    texts_that_teach,
    untaught,
)
from rappro.domain.records import Match
from rappro.domain.writes import Page, Write, change, create, remove
from rappro.ports import Ports
from rappro.use_cases.audit import audit


def teaching_writes(
    ports: Ports, tenant: TenantId, company: CompanyId, match_id: MatchId,
    lines: Sequence[StatementLine], third_party: ThirdParty | None, author: str,
) -> tuple[list[Write], tuple[str, ...]]:  # fmt: skip
    """Return the writes of what a confirmed match teaches, and the ids of its lessons.

    Nothing without a third party: only a match with one of them says who pays.
    """
    if third_party is None:
        return [], ()
    own = [j.iban for j in ports.store.all(tenant, company, Journal) if j.iban]
    said = texts_that_teach(lines, third_party, own)
    ids = [lesson_id(kind, text, third_party.id) for kind, text in said]
    known = ports.store.get_many(tenant, company, Lesson, ids)
    now, writes = ports.clock.now(), list[Write]()
    for key, (kind, text) in zip(ids, said, strict=True):
        before = known.get(key)
        if before is None:
            lesson = Lesson(key, kind, text, third_party.id, 1, (match_id,), now, author)
            writes.append(create(lesson))
        elif (after := taught(before, match_id, author, now)) is not before:
            writes.append(change(before, after))
    return writes, tuple(ids)


def lessons_said(lines: Sequence[StatementLine], parties: Iterable[str]) -> list[str]:
    """Return the ids of the lessons that a match of some lines may teach, to be read ahead."""
    only = set(parties)
    if len(only) != 1:
        return []
    (party,) = only
    return [lesson_id(kind, text, ThirdPartyId(party)) for kind, text in texts_said(lines)]


def unteaching_writes(
    ports: Ports, tenant: TenantId, company: CompanyId, match: Match
) -> list[Write]:
    """Return the writes that take back what an undone match taught."""
    writes: list[Write] = []
    lessons = ports.store.get_many(tenant, company, Lesson, match.lesson_ids)
    for lesson in lessons.values():
        after = untaught(lesson, match.id)
        if after is None:
            writes.append(remove(lesson))
        elif after is not lesson:
            writes.append(change(lesson, after))
    return writes


def list_lessons(
    ports: Ports, tenant: TenantId, company: CompanyId, *, third_party: ThirdPartyId | None = None,
    limit: int, cursor: str | None,
) -> Page[Lesson]:  # fmt: skip
    """Return one page of what was learned, of one third party or of all, by id."""
    lessons = sorted(ports.store.all(tenant, company, Lesson), key=lambda lesson: lesson.id)
    after = [
        lesson
        for lesson in lessons
        if third_party in {None, lesson.third_party} and (cursor is None or lesson.id > cursor)
    ]
    return Page(after[:limit], after[limit - 1].id if len(after) > limit else None)


def get_lesson(ports: Ports, tenant: TenantId, company: CompanyId, key: str) -> Lesson:
    """Return a lesson (référence apprise). Raises NotFound."""
    lesson = ports.store.get(tenant, company, Lesson, key)
    if lesson is None:
        raise NotFound(f"no lesson {key}")
    return lesson


def forget_lesson(
    ports: Ports, tenant: TenantId, company: CompanyId, key: str, author: str
) -> None:
    """Remove a lesson; matches made with it stay. Raises NotFound, StoreConflict."""
    lesson = get_lesson(ports, tenant, company, key)
    log = audit(
        ports.clock.now(), author, "forget_lesson", key, revision=lesson.version,
        before={"kind": lesson.kind, "text": lesson.text, "third_party": lesson.third_party},
    )  # fmt: skip
    ports.store.commit(tenant, company, [remove(lesson), log])
