"""Companies (dossiers)."""

from __future__ import annotations

from rappro.domain.access import Permission
from rappro.edge.api.caller import CallerGiven, ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.companies import CompanyInput, CompanyOutput, CompanyPage
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import CompanyPath, Cursor, Limit
from rappro.use_cases import companies, members, reads

router = new_router()


@router.get(
    "/companies",
    **documented(
        "listCompanies",
        "List the companies",
        "The companies (dossiers) that the caller is a member of, by id; an administrator sees all"
        " of the tenant.",
        permission=Permission.SIGNED_IN,
        tag="companies",
        answer="One page of companies",
        is_found=False,
    ),
)
def list_companies(
    caller: CallerGiven, limit: Limit = PAGE_ITEMS_DEFAULT, cursor: Cursor = None
) -> CompanyPage:
    """List companies."""

    def read(count: int) -> CompanyPage:
        page = members.list_companies(
            caller.ports, caller.tenant, caller.author, limit=count, cursor=cursor
        )
        items = [CompanyOutput.of(company) for company in page.items]
        return CompanyPage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)


@router.put(
    "/companies/<company>",
    **documented(
        "saveCompany",
        "Create or change a company",
        "Creates the company (dossier), or changes what is given; the id is the caller's choice and"
        " the prefix of its file drops. The currency is chosen once. Only an administrator of the"
        " tenant creates one, and is its manager from then on.",
        permission=Permission.SETTINGS,
        permission_to_create=Permission.ADMINISTER,
        tag="companies",
        answer="The company as it is now",
        has_body=True,
        may_conflict=True,
    ),
)
def save_company(caller: CallerGiven, company: CompanyPath, body: CompanyInput) -> CompanyOutput:
    """Create or change a company."""
    stored = reads.find_company(caller.ports, caller.tenant, company)
    wanted = body.applied_to(stored, company)
    saved = companies.save_company(
        caller.ports, caller.tenant, wanted, caller.author, is_managed=True
    )
    return CompanyOutput.of(saved)


@router.get(
    "/companies/<company>",
    **documented(
        "getCompany",
        "Get a company",
        "One company (dossier) with its settings.",
        permission=Permission.READ,
        tag="companies",
        answer="The company",
    ),
)
def get_company(scope: ScopeGiven, company: CompanyPath) -> CompanyOutput:  # noqa: ARG001 - the scope has entered it
    """Get a company."""
    return CompanyOutput.of(scope.company)
