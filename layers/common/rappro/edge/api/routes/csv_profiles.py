"""CSV profiles of a company: how a bank that no built-in profile knows writes its exports."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from rappro.domain.access import Permission
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.profiles import (
    CsvProfileInput,
    CsvProfileOutput,
    CsvProfilePage,
)
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import CompanyPath, CsvProfilePath, Cursor, Limit
from rappro.use_cases import profiles

router = new_router()


@router.get(
    "/companies/<company>/csv-profiles",
    **documented(
        "listCsvProfiles",
        "List the CSV profiles",
        "The company's own CSV profiles (profils CSV), by code; built-in ones are not listed.",
        permission=Permission.READ,
        tag="imports",
        answer="One page of CSV profiles",
    ),
)
def list_csv_profiles(
    scope: ScopeGiven,
    company: CompanyPath,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> CsvProfilePage:
    """List CSV profiles."""

    def read(count: int) -> CsvProfilePage:
        page = profiles.list_csv_profiles(
            scope.ports, scope.tenant, company, limit=count, cursor=cursor
        )
        items = [CsvProfileOutput.of(profile) for profile in page.items]
        return CsvProfilePage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)


@router.put(
    "/companies/<company>/csv-profiles/<csv_profile>",
    **documented(
        "saveCsvProfile",
        "Create or change a CSV profile",
        "Creates the CSV profile (profil CSV), or changes the keys that are given. Files are tried"
        " with the company's own profiles, by code, before the built-in ones; the first whose"
        " header fits reads the file.",
        permission=Permission.SETTINGS,
        tag="imports",
        answer="The CSV profile as it is now",
        has_body=True,
        may_conflict=True,
    ),
)
def save_csv_profile(
    scope: ScopeGiven,
    company: CompanyPath,
    csv_profile: CsvProfilePath,
    body: CsvProfileInput,
) -> CsvProfileOutput:
    """Create or change a CSV profile."""
    saved = profiles.save_csv_profile(
        scope.ports, scope.tenant, company, csv_profile, body.definition(), scope.author
    )
    return CsvProfileOutput.of(saved)


@router.get(
    "/companies/<company>/csv-profiles/<csv_profile>",
    **documented(
        "getCsvProfile",
        "Get a CSV profile",
        "One CSV profile (profil CSV).",
        permission=Permission.READ,
        tag="imports",
        answer="The CSV profile",
    ),
)
def get_csv_profile(
    scope: ScopeGiven, company: CompanyPath, csv_profile: CsvProfilePath
) -> CsvProfileOutput:
    """Get a CSV profile."""
    found = profiles.get_csv_profile(scope.ports, scope.tenant, company, csv_profile)
    return CsvProfileOutput.of(found)


@router.delete(
    "/companies/<company>/csv-profiles/<csv_profile>",
    **documented(
        "deleteCsvProfile",
        "Delete a CSV profile",
        "Deletes a CSV profile (profil CSV). Refused while an import profile names it.",
        permission=Permission.SETTINGS,
        tag="imports",
        answer="It is deleted",
        status=204,
        may_conflict=True,
    ),
)
def delete_csv_profile(
    scope: ScopeGiven, company: CompanyPath, csv_profile: CsvProfilePath
) -> Response[None]:
    """Delete a CSV profile."""
    profiles.delete_csv_profile(scope.ports, scope.tenant, company, csv_profile, scope.author)
    return Response(status_code=204)
