"""What confirmed matches taught (références apprises)."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from rappro.domain.learning import Lesson, LessonKind
from rappro.edge.api.models.shapes import Output, PageOf, Version


class LessonOutput(Output):
    """A text that identifies a third party because people matched it so.

    `count` is how many confirmed matches taught it, `match_ids` are the last of them.
    """

    id: str
    kind: LessonKind
    text: str
    third_party: str
    count: int
    match_ids: list[str]
    taught_at: datetime
    author: str
    version: Version

    @classmethod
    def of(cls, lesson: Lesson) -> Self:
        """Show a lesson."""
        return cls(
            id=lesson.id,
            kind=lesson.kind,
            text=lesson.text,
            third_party=lesson.third_party,
            count=lesson.count,
            match_ids=list(lesson.match_ids),
            taught_at=lesson.taught_at,
            author=lesson.author,
            version=lesson.version,
        )


class LessonPage(PageOf[LessonOutput]):
    """Lessons by id."""
