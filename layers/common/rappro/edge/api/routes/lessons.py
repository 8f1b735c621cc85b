"""What was learned about who pays, and forgetting it."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from rappro.domain.access import Permission
from rappro.domain.ids import ThirdPartyId
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.lessons import LessonOutput, LessonPage
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import CompanyPath, Cursor, LessonPath, Limit, OptionalKey
from rappro.use_cases import teaching

router = new_router()


@router.get(
    "/companies/<company>/lessons",
    **documented(
        "listLessons",
        "List what was learned",
        "Texts, IBANs and mandates that confirmed matches taught about third parties (références"
        " apprises), with the matches that taught them. Undoing a match takes back what it taught.",
        permission=Permission.READ,
        tag="matches",
        answer="One page of lessons",
    ),
)
def list_lessons(
    scope: ScopeGiven,
    company: CompanyPath,
    third_party: OptionalKey = None,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> LessonPage:
    """List lessons."""
    party = ThirdPartyId(third_party) if third_party is not None else None

    def read(count: int) -> LessonPage:
        page = teaching.list_lessons(
            scope.ports, scope.tenant, company, third_party=party, limit=count, cursor=cursor
        )
        items = [LessonOutput.of(lesson) for lesson in page.items]
        return LessonPage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)


@router.get(
    "/companies/<company>/lessons/<lesson>",
    **documented(
        "getLesson",
        "Get a lesson",
        "One text, IBAN or mandate that was learned (référence apprise).",
        tag="matches",
        permission=Permission.READ,
        answer="The lesson",
    ),
)
def get_lesson(scope: ScopeGiven, company: CompanyPath, lesson: LessonPath) -> LessonOutput:
    """Get a lesson."""
    return LessonOutput.of(teaching.get_lesson(scope.ports, scope.tenant, company, lesson))


@router.delete(
    "/companies/<company>/lessons/<lesson>",
    **documented(
        "forgetLesson",
        "Forget a lesson",
        "Removes what was learned (référence apprise); matches that were made with it stay.",
        permission=Permission.MATCH,
        tag="matches",
        answer="It is forgotten",
        status=204,
        may_conflict=True,
    ),
)
def forget_lesson(scope: ScopeGiven, company: CompanyPath, lesson: LessonPath) -> Response[None]:
    """Forget a lesson."""
    teaching.forget_lesson(scope.ports, scope.tenant, company, lesson, scope.author)
    return Response(status_code=204)
