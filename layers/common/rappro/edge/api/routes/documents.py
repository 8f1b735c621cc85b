"""Documents attached to entries (pièces jointes)."""

from __future__ import annotations

from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from rappro.domain.access import Permission
from rappro.edge.api.caller import Scope, ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import FILE_BODY_BYTES_MAX
from rappro.edge.api.models.exchange import DocumentOutput, DocumentPage
from rappro.edge.api.parameters import CompanyPath, DocumentPath, EntryPath
from rappro.edge.api.requests import FileGiven
from rappro.use_cases import documents
from rappro.use_cases.acting import Actor

router = new_router()
_TAG: Final = "books"


def _actor(scope: Scope) -> Actor:
    return Actor(scope.ports, scope.tenant, scope.company.id, scope.author)


@router.get(
    "/companies/<company>/entries/<entry>/documents",
    **documented(
        "listDocuments",
        "List the documents of an entry",
        "The documents attached to an entry (pièces jointes), each with a link to its bytes.",
        permission=Permission.READ,
        tag=_TAG,
        answer="All of them",
    ),
)
def list_documents(
    scope: ScopeGiven,
    company: CompanyPath,  # noqa: ARG001 - the scope has entered it
    entry: EntryPath,
) -> DocumentPage:
    """List documents."""
    actor = _actor(scope)
    found = documents.list_documents(actor, entry)
    items = [DocumentOutput.of(one, documents.link_to(actor, one)) for one in found]
    return DocumentPage(items=items, next_cursor=None)


def _attach_route() -> dict[str, Any]:
    arguments = documented(
        "attachDocument",
        "Attach a document",
        "Attaches a document (pièce jointe) to an entry: the body is its bytes, up to 4 MB. The"
        " same bytes again change nothing.",
        permission=Permission.MODIFY,
        tag=_TAG,
        answer="The document is attached",
        status=201,
        may_conflict=True,
        file_bytes_max=FILE_BODY_BYTES_MAX,
    )
    arguments["responses"][201]["content"] = {"application/json": {"model": DocumentOutput}}
    return arguments


@router.post("/companies/<company>/entries/<entry>/documents", **_attach_route())
def post_document(
    scope: ScopeGiven,
    company: CompanyPath,  # noqa: ARG001 - the scope has entered it
    entry: EntryPath,
    content: FileGiven,
    *,
    name: Annotated[
        str,
        Query(
            description="the document's name, no path", min_length=1, max_length=180,
            pattern=r"^[^/\\\x00-\x1f\x7f]+$", examples=["facture.pdf"],
        ),
    ],
) -> Response[Any]:  # fmt: skip
    """Attach a document."""
    actor = _actor(scope)
    made = documents.attach(actor, entry, name, content)
    shown = DocumentOutput.of(made, documents.link_to(actor, made))
    return Response(201, content_type="application/json", body=shown.model_dump(mode="json"))


@router.delete(
    "/companies/<company>/entries/<entry>/documents/<document>",
    **documented(
        "detachDocument",
        "Detach a document",
        "Detaches a document (pièce jointe) from an entry; its bytes stay in the archive.",
        permission=Permission.DELETE,
        tag=_TAG,
        answer="It is detached",
        status=204,
        may_conflict=True,
    ),
)
def delete_document(
    scope: ScopeGiven,
    company: CompanyPath,  # noqa: ARG001 - the scope has entered it
    entry: EntryPath,
    document: DocumentPath,
) -> Response[None]:
    """Detach a document."""
    documents.detach(_actor(scope), entry, document)
    return Response(204)
