"""Import profiles: how a company's statements are taken in."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from rappro.domain.access import Permission
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.profiles import (
    ImportProfileInput,
    ImportProfileOutput,
    ImportProfilePage,
)
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import CompanyPath, Cursor, ImportProfilePath, Limit
from rappro.use_cases import profiles

router = new_router()


@router.get(
    "/companies/<company>/import-profiles",
    **documented(
        "listImportProfiles",
        "List the import profiles",
        "The company's import profiles (profils d'import), by code.",
        permission=Permission.READ,
        tag="imports",
        answer="One page of import profiles",
    ),
)
def list_import_profiles(
    scope: ScopeGiven,
    company: CompanyPath,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> ImportProfilePage:
    """List import profiles."""

    def read(count: int) -> ImportProfilePage:
        page = profiles.list_import_profiles(
            scope.ports, scope.tenant, company, limit=count, cursor=cursor
        )
        items = [ImportProfileOutput.of(profile) for profile in page.items]
        return ImportProfilePage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)


@router.put(
    "/companies/<company>/import-profiles/<import_profile>",
    **documented(
        "saveImportProfile",
        "Create or change an import profile",
        "Creates the import profile (profil d'import), or changes what is given. Journals and"
        " uploads name it by its code. Statements already imported keep the values they came with.",
        permission=Permission.SETTINGS,
        tag="imports",
        answer="The import profile as it is now",
        has_body=True,
        may_conflict=True,
    ),
)
def save_import_profile(
    scope: ScopeGiven,
    company: CompanyPath,
    import_profile: ImportProfilePath,
    body: ImportProfileInput,
) -> ImportProfileOutput:
    """Create or change an import profile."""
    stored = profiles.find_import_profile(scope.ports, scope.tenant, company, import_profile)
    wanted = body.applied_to(stored, import_profile)
    saved = profiles.save_import_profile(scope.ports, scope.tenant, company, wanted, scope.author)
    return ImportProfileOutput.of(saved)


@router.get(
    "/companies/<company>/import-profiles/<import_profile>",
    **documented(
        "getImportProfile",
        "Get an import profile",
        "One import profile (profil d'import).",
        permission=Permission.READ,
        tag="imports",
        answer="The import profile",
    ),
)
def get_import_profile(
    scope: ScopeGiven, company: CompanyPath, import_profile: ImportProfilePath
) -> ImportProfileOutput:
    """Get an import profile."""
    found = profiles.get_import_profile(scope.ports, scope.tenant, company, import_profile)
    return ImportProfileOutput.of(found)


@router.delete(
    "/companies/<company>/import-profiles/<import_profile>",
    **documented(
        "deleteImportProfile",
        "Delete an import profile",
        "Deletes an import profile (profil d'import). Refused while a journal names it.",
        permission=Permission.SETTINGS,
        tag="imports",
        answer="It is deleted",
        status=204,
        may_conflict=True,
    ),
)
def delete_import_profile(
    scope: ScopeGiven, company: CompanyPath, import_profile: ImportProfilePath
) -> Response[None]:
    """Delete an import profile."""
    profiles.delete_import_profile(scope.ports, scope.tenant, company, import_profile, scope.author)
    return Response(status_code=204)
