"""Upload tickets: how a file gets into the inbox without anybody else's credentials."""

from __future__ import annotations

from rappro.domain.access import Permission
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.models.imports import UploadInput, UploadOutput
from rappro.edge.api.parameters import CompanyPath
from rappro.ports import ImportChoice
from rappro.use_cases.uploads import request_upload

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
