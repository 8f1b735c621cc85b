"""Exchange with the accountant: links, books sent, archives that wait, previewed and applied."""

from __future__ import annotations

from typing import Any, Final

from aws_lambda_powertools.event_handler import Response

from rappro.domain.access import Permission
from rappro.domain.tasks import TaskKind
from rappro.edge.api.caller import Scope, ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import FILE_BODY_BYTES_MAX, PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.exchange import (
    AcceptanceInput,
    ApplyInput,
    ExchangeLinkOutput,
    ExchangeLinkPage,
    InvitationInput,
    InvitedOutput,
    PreviewInput,
    SendInput,
    UndoInput,
    WaitingOutput,
    WaitingPage,
)
from rappro.edge.api.models.tasks import TaskOutput
from rappro.edge.api.parameters import ArchivePath, CompanyPath, Cursor, ExchangeLinkPath, Limit
from rappro.edge.api.requests import FileGiven
from rappro.use_cases import exchange_downloads, exchange_links, exchange_reading, tasks
from rappro.use_cases.acting import Actor

router = new_router()
_OURS: Final[dict[str, Any]] = {"tag": "exchange", "permission": Permission.EXCHANGE}


def _actor(scope: Scope) -> Actor:
    return Actor(scope.ports, scope.tenant, scope.company.id, scope.author)


@router.get(
    "/companies/<company>/exchange/links",
    **documented(
        "listExchangeLinks",
        "List the links with an accountant",
        "The links of this company (liens avec l'expert-comptable), by name, and their state.",
        answer="One page of links",
        **_OURS,
    ),
)
def list_links(
    scope: ScopeGiven,
    company: CompanyPath,  # noqa: ARG001 - the scope has entered it
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> ExchangeLinkPage:
    """List links."""
    found = {seen.link.name: seen for seen in exchange_links.list_links(_actor(scope))}
    keys, following = _page(sorted(found), limit, cursor)
    return ExchangeLinkPage(
        items=[ExchangeLinkOutput.of(found[key]) for key in keys], next_cursor=following
    )


def _page(keys: list[str], limit: int, cursor: str | None) -> tuple[list[str], str | None]:
    """Return the keys of a page, and the cursor of the next one: the last key of this."""
    after = [key for key in keys if cursor is None or key > cursor]
    return after[:limit], after[limit - 1] if len(after) > limit else None


@router.post(
    "/companies/<company>/exchange/links",
    **documented(
        "inviteToExchange",
        "Invite an accountant",
        "Makes a link (lien) and tells, this once, the code by which the accountant's own tenant"
        " accepts it, within 14 days. Nothing goes over it before, or after either side ends it.",
        answer="The link and its code",
        status=201,
        has_body=True,
        may_conflict=True,
        **_OURS,
    ),
)
def post_link(
    scope: ScopeGiven,
    company: CompanyPath,  # noqa: ARG001 - the scope has entered it
    body: InvitationInput,
) -> InvitedOutput:
    """Invite."""
    modules = tuple(dict.fromkeys(body.modules))
    return InvitedOutput.made(exchange_links.invite(_actor(scope), body.name, modules))


@router.post(
    "/companies/<company>/exchange/acceptance",
    **documented(
        "acceptExchange",
        "Accept an invitation",
        "Accepts the invitation (invitation) of another tenant for this company, which has the"
        " same SIREN. The same code again, by the same company, changes nothing.",
        answer="The link, accepted",
        has_body=True,
        may_conflict=True,
        **_OURS,
    ),
)
def post_acceptance(
    scope: ScopeGiven,
    company: CompanyPath,  # noqa: ARG001 - the scope has entered it
    body: AcceptanceInput,
) -> ExchangeLinkOutput:
    """Accept."""
    return ExchangeLinkOutput.of(exchange_links.accept(_actor(scope), body.name, body.code))


@router.delete(
    "/companies/<company>/exchange/links/<link>",
    **documented(
        "revokeExchangeLink",
        "Revoke a link",
        "Ends the link (révocation) for both sides: nothing goes over it any more, and what waits"
        " there cannot be applied.",
        answer="It is revoked",
        status=204,
        may_conflict=True,
        **_OURS,
    ),
)
def delete_link(
    scope: ScopeGiven,
    company: CompanyPath,  # noqa: ARG001 - the scope has entered it
    link: ExchangeLinkPath,
) -> Response[None]:
    """Revoke."""
    exchange_links.revoke(_actor(scope), link)
    return Response(204)


@router.post(
    "/companies/<company>/exchange/sends",
    **documented(
        "sendBooks",
        "Send the books",
        "Writes the books as one signed archive (envoi du dossier) as a long work: over a link into"
        " the other side's waiting list, or as a file to download. The task has the report.",
        answer="The task",
        status=202,
        has_body=True,
        may_conflict=True,
        **_OURS,
    ),
)
def post_send(
    scope: ScopeGiven,
    company: CompanyPath,  # noqa: ARG001 - the scope has entered it
    body: SendInput,
) -> TaskOutput:
    """Send."""
    if body.link is not None:
        exchange_links.in_force(_actor(scope), body.link)
    return _begun(scope, TaskKind.EXCHANGE_SEND, body.arguments())


@router.delete(
    "/companies/<company>/exchange/downloads/<archive>",
    **documented(
        "endDownloads",
        "End the links in mails",
        "Ends every link that a mail told to an archive that was sent (liens de téléchargement), at"
        " once.",
        answer="They have ended",
        status=204,
        may_conflict=True,
        **_OURS,
    ),
)
def delete_downloads(
    scope: ScopeGiven,
    company: CompanyPath,  # noqa: ARG001 - the scope has entered it
    archive: ArchivePath,
) -> Response[None]:
    """End links."""
    exchange_downloads.end_downloads(_actor(scope), archive)
    return Response(204)


@router.get(
    "/companies/<company>/exchange/waiting",
    **documented(
        "listWaitingArchives",
        "List what waits",
        "Archives that wait to be applied (mises à jour en attente), the oldest first: from the"
        " company's links, and those uploaded. `message` says plainly when nothing waits.",
        answer="One page of archives",
        **_OURS,
    ),
)
def list_waiting(
    scope: ScopeGiven,
    company: CompanyPath,  # noqa: ARG001 - the scope has entered it
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> WaitingPage:
    """List what waits."""
    waiting = exchange_reading.list_waiting(_actor(scope))
    found = {f"{one.created_at.isoformat()}/{one.id}": one for one in waiting}
    keys, following = _page(sorted(found), limit, cursor)
    message = f"{len(waiting)} waiting" if waiting else "nothing is waiting"
    items = [WaitingOutput.of(found[key]) for key in keys]
    return WaitingPage(items=items, next_cursor=following, message=message)


def _upload_route() -> dict[str, Any]:
    arguments = documented(
        "uploadArchive",
        "Upload an archive",
        "Takes an archive that came another way (mise à jour hors ligne): proven at once, it waits"
        " like those of a link. Its sender is the other side of one of the company's links.",
        answer="The archive waits",
        status=201,
        may_conflict=True,
        file_bytes_max=FILE_BODY_BYTES_MAX,
        **_OURS,
    )
    arguments["responses"][201]["content"] = {"application/json": {"model": WaitingOutput}}
    return arguments


@router.post("/companies/<company>/exchange/archives", **_upload_route())
def post_archive(
    scope: ScopeGiven,
    company: CompanyPath,  # noqa: ARG001 - the scope has entered it
    content: FileGiven,
) -> Response[Any]:
    """Upload an archive."""
    shown = WaitingOutput.of(exchange_reading.upload(_actor(scope), content))
    return Response(201, content_type="application/json", body=shown.model_dump(mode="json"))


@router.delete(
    "/companies/<company>/exchange/waiting/<archive>",
    **documented(
        "deleteWaitingArchive",
        "Delete an archive that waits",
        "Takes the archive off the waiting list (suppression): it is not applied.",
        answer="It is deleted",
        status=204,
        may_conflict=True,
        **_OURS,
    ),
)
def delete_waiting(
    scope: ScopeGiven,
    company: CompanyPath,  # noqa: ARG001 - the scope has entered it
    archive: ArchivePath,
) -> Response[None]:
    """Delete an archive."""
    exchange_reading.delete_waiting(_actor(scope), archive)
    return Response(204)


@router.post(
    "/companies/<company>/exchange/previews",
    **documented(
        "previewArchive",
        "Preview an archive",
        "Tells as a long work what an archive holds (aperçu) and what applying it would add, change"
        " and delete, and which records stand against it. Nothing changes.",
        answer="The task",
        status=202,
        has_body=True,
        **_OURS,
    ),
)
def post_preview(
    scope: ScopeGiven,
    company: CompanyPath,  # noqa: ARG001 - the scope has entered it
    body: PreviewInput,
) -> TaskOutput:
    """Preview."""
    exchange_reading.get_waiting(_actor(scope), body.archive)
    said = {"archive": body.archive, "modules": [one.value for one in body.modules]}
    return _begun(scope, TaskKind.EXCHANGE_PREVIEW, said)


@router.post(
    "/companies/<company>/exchange/applications",
    **documented(
        "applyArchives",
        "Apply archives",
        "Applies archives that wait, in this order (intégration), as a long work: each as one"
        " change of the books, whole or not at all, master data first. One that is refused stops"
        " those after it.",
        answer="The task",
        status=202,
        has_body=True,
        may_conflict=True,
        **_OURS,
    ),
)
def post_application(
    scope: ScopeGiven,
    company: CompanyPath,  # noqa: ARG001 - the scope has entered it
    body: ApplyInput,
) -> TaskOutput:
    """Apply."""
    for archive in body.archives:
        exchange_reading.get_waiting(_actor(scope), archive)
    said = {"archives": body.archives, "modules": [one.value for one in body.modules]}
    return _begun(scope, TaskKind.EXCHANGE_APPLY, said)


@router.post(
    "/companies/<company>/exchange/undo",
    **documented(
        "undoArchive",
        "Take an archive back",
        "Takes the archive that was applied last back (annulation), as a long work, as long as"
        " nothing of the books changed since.",
        answer="The task",
        status=202,
        has_body=True,
        may_conflict=True,
        **_OURS,
    ),
)
def post_undo(
    scope: ScopeGiven,
    company: CompanyPath,  # noqa: ARG001 - the scope has entered it
    body: UndoInput,
) -> TaskOutput:
    """Undo."""
    return _begun(scope, TaskKind.EXCHANGE_UNDO, {"archive": body.archive})


def _begun(scope: Scope, kind: TaskKind, said: dict[str, Any]) -> TaskOutput:
    return TaskOutput.of(tasks.begin(_actor(scope), kind, said), None)
