"""Files in: tickets to post one to the inbox, and small ones taken here.

Neither needs credentials of the file store.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from rappro.domain.access import Permission
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import FILE_BODY_BYTES_MAX
from rappro.edge.api.models.imports import FileOutput, UploadInput, UploadOutput
from rappro.edge.api.models.journals import Format
from rappro.edge.api.parameters import CompanyPath, OptionalKey
from rappro.edge.api.requests import FileGiven
from rappro.ports import ImportChoice
from rappro.use_cases.uploads import put_file, request_upload

router = new_router()


@router.post(
    "/companies/<company>/uploads",
    **documented(
        "requestUpload",
        "Ask where to post a file",
        "Returns a ticket to post one file, a statement (relevé) or a FEC, alone or packed (zip,"
        " gzip), into the company's inbox. A format and an import profile (profil d'import) named"
        " here are bound to this ticket. The import begins by itself once the file is there; its"
        " outcome is in the import trace (trace d'import).",
        permission=Permission.IMPORT,
        tag="imports",
        answer="Where and how to post the file",
        status=201,
        has_body=True,
    ),
)
def post_upload(scope: ScopeGiven, company: CompanyPath, body: UploadInput) -> UploadOutput:
    """Ask for an upload ticket."""
    ticket = request_upload(
        scope.ports, scope.tenant, company, body.journal, body.name,
        choice=ImportChoice(body.format, body.import_profile),
    )  # fmt: skip
    return UploadOutput.of(ticket)


def _file_route() -> dict[str, Any]:
    arguments = documented(
        "uploadFile",
        "Send a small file",
        "Takes the bytes of one file, a statement (relevé) or a FEC, alone or packed (zip, gzip),"
        " into the company's inbox. The import goes on by itself, as that of a file posted by a"
        " ticket; its outcome is in the import trace (trace d'import), by `object_version`. Larger"
        " files take a ticket.",
        permission=Permission.IMPORT,
        tag="imports",
        answer="The file is in the inbox; its import goes on",
        status=202,
        file_bytes_max=FILE_BODY_BYTES_MAX,
    )
    arguments["responses"][202]["content"] = {"application/json": {"model": FileOutput}}
    return arguments


@router.post("/companies/<company>/files", **_file_route())
def post_file(
    scope: ScopeGiven,
    company: CompanyPath,
    content: FileGiven,
    *,
    name: Annotated[
        str,
        Query(
            description="the file's name, no path", min_length=1, max_length=180,
            examples=["releve.qif"],
        ),
    ],
    journal: Annotated[OptionalKey, Query(description="the journal of its account")] = None,
    import_profile: Annotated[OptionalKey, Query(description="an import profile's code")] = None,
    format_: Annotated[
        Format | None, Query(alias="format", description="a format's name, such as camt.053")
    ] = None,
) -> Response[Any]:  # fmt: skip
    """Take a small file."""
    drop = put_file(
        scope.ports, scope.tenant, company, journal, name, content,
        choice=ImportChoice(format_, import_profile),
    )  # fmt: skip
    shown = FileOutput.of(drop, company)
    return Response(
        status_code=HTTPStatus.ACCEPTED,
        content_type="application/json",
        body=shown.model_dump(mode="json"),
        headers={"Location": shown.imports},
    )
