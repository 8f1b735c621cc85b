"""Entry templates of a company and those common to all; bank references from a line."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from rappro.domain.access import Permission
from rappro.edge.api.caller import CallerGiven, ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.templates import (
    BankReferenceInput,
    TemplateInput,
    TemplateOutput,
    TemplatePage,
)
from rappro.edge.api.models.third_parties import ThirdPartyOutput
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import (
    CompanyPath,
    Cursor,
    Limit,
    PositionPath,
    StatementPath,
    TemplatePath,
)
from rappro.use_cases import templates
from rappro.use_cases.bank_references import set_bank_reference
from rappro.use_cases.companies import COMMON

router = new_router()

_COMMON_CURRENCY = "EUR"


@router.get(
    "/companies/<company>/templates",
    **documented(
        "listTemplates",
        "List the templates of a company",
        "The entry templates (modèles d'écriture) that count for the company, by id: its own, and"
        " the common ones that it has not replaced.",
        permission=Permission.READ,
        tag="books",
        answer="One page of templates",
    ),
)
def list_templates(
    scope: ScopeGiven,
    company: CompanyPath,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> TemplatePage:
    """List templates."""

    def read(count: int) -> TemplatePage:
        page, own = templates.list_templates(
            scope.ports, scope.tenant, company, limit=count, cursor=cursor
        )
        items = [
            TemplateOutput.of(one, scope.currency, is_common=one.id not in own)
            for one in page.items
        ]
        return TemplatePage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)


@router.put(
    "/companies/<company>/templates/<template>",
    **documented(
        "saveTemplate",
        "Create or change a template",
        "Creates the company's own entry template (modèle d'écriture), or changes what is given;"
        " with the id of a common one, it takes its place. Unmatched lines are worked out again.",
        permission=Permission.UPDATE_TEMPLATE,
        tag="books",
        answer="The template as it is now",
        has_body=True,
        may_conflict=True,
    ),
)
def save_template(
    scope: ScopeGiven, company: CompanyPath, template: TemplatePath, body: TemplateInput
) -> TemplateOutput:
    """Create or change a template."""
    stored = templates.find_own(scope.ports, scope.tenant, company, template)
    wanted = body.applied_to(stored, template, scope.currency)
    saved = templates.save_template(scope.ports, scope.tenant, company, wanted, scope.author)
    return TemplateOutput.of(saved, scope.currency, is_common=False)


@router.get(
    "/companies/<company>/templates/<template>",
    **documented(
        "getTemplate",
        "Get a template",
        "The entry template (modèle d'écriture) that counts for the company under an id: its own,"
        " or else the common one.",
        tag="books",
        permission=Permission.READ,
        answer="The template",
    ),
)
def get_template(scope: ScopeGiven, company: CompanyPath, template: TemplatePath) -> TemplateOutput:
    """Get a template."""
    found, is_common = templates.get_template(scope.ports, scope.tenant, company, template)
    return TemplateOutput.of(found, scope.currency, is_common=is_common)


@router.delete(
    "/companies/<company>/templates/<template>",
    **documented(
        "deleteTemplate",
        "Delete a template",
        "Deletes the company's own entry template (modèle d'écriture); a common one of the same id"
        " counts again. What was made with it stays.",
        permission=Permission.UPDATE_TEMPLATE,
        tag="books",
        answer="It is deleted",
        status=204,
        may_conflict=True,
    ),
)
def delete_template(
    scope: ScopeGiven, company: CompanyPath, template: TemplatePath
) -> Response[None]:
    """Delete a template."""
    templates.delete_template(scope.ports, scope.tenant, company, template, scope.author)
    return Response(status_code=204)


@router.get(
    "/templates",
    **documented(
        "listCommonTemplates",
        "List the common templates",
        "The entry templates (modèles d'écriture) common to all companies of the tenant, by id.",
        permission=Permission.READ,
        tag="books",
        answer="One page of templates",
    ),
)
def list_common_templates(
    caller: CallerGiven, limit: Limit = PAGE_ITEMS_DEFAULT, cursor: Cursor = None
) -> TemplatePage:
    """List common templates."""

    def read(count: int) -> TemplatePage:
        page, _ = templates.list_templates(
            caller.ports, caller.tenant, COMMON, limit=count, cursor=cursor
        )
        items = [TemplateOutput.of(one, _COMMON_CURRENCY, is_common=True) for one in page.items]
        return TemplatePage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)


@router.put(
    "/templates/<template>",
    **documented(
        "saveCommonTemplate",
        "Create or change a common template",
        "Creates an entry template (modèle d'écriture) common to all companies of the tenant, or"
        " changes what is given; fixed amounts are in EUR. Unmatched lines are worked out again.",
        permission=Permission.ADMINISTER,
        tag="books",
        answer="The template as it is now",
        has_body=True,
        may_conflict=True,
    ),
)
def save_common_template(
    caller: CallerGiven, template: TemplatePath, body: TemplateInput
) -> TemplateOutput:
    """Create or change a common template."""
    stored = templates.find_own(caller.ports, caller.tenant, COMMON, template)
    wanted = body.applied_to(stored, template, _COMMON_CURRENCY)
    saved = templates.save_template(caller.ports, caller.tenant, COMMON, wanted, caller.author)
    return TemplateOutput.of(saved, _COMMON_CURRENCY, is_common=True)


@router.get(
    "/templates/<template>",
    **documented(
        "getCommonTemplate",
        "Get a common template",
        "One entry template (modèle d'écriture) common to all companies of the tenant.",
        tag="books",
        permission=Permission.READ,
        answer="The template",
    ),
)
def get_common_template(caller: CallerGiven, template: TemplatePath) -> TemplateOutput:
    """Get a common template."""
    found, _ = templates.get_template(caller.ports, caller.tenant, COMMON, template)
    return TemplateOutput.of(found, _COMMON_CURRENCY, is_common=True)


@router.delete(
    "/templates/<template>",
    **documented(
        "deleteCommonTemplate",
        "Delete a common template",
        "Deletes an entry template (modèle d'écriture) common to all companies of the tenant.",
        permission=Permission.ADMINISTER,
        tag="books",
        answer="It is deleted",
        status=204,
        may_conflict=True,
    ),
)
def delete_common_template(caller: CallerGiven, template: TemplatePath) -> Response[None]:
    """Delete a common template."""
    templates.delete_template(caller.ports, caller.tenant, COMMON, template, caller.author)
    return Response(status_code=204)


@router.post(
    "/companies/<company>/statements/<statement>/lines/<position>/bank-reference",
    **documented(
        "setBankReference",
        "Make a line's text a bank reference",
        "Adds a text of the line to a third party's bank references (référence sur relevé"
        " bancaire), or puts it in their place; the third parties of unmatched lines are worked out"
        " again, and what was set by hand stays.",
        permission=Permission.UPDATE_THIRD_PARTY,
        tag="statements",
        answer="The third party as it is now",
        has_body=True,
        may_conflict=True,
    ),
)
def post_bank_reference(
    scope: ScopeGiven,
    company: CompanyPath,
    statement: StatementPath,
    position: PositionPath,
    body: BankReferenceInput,
) -> ThirdPartyOutput:
    """Set a bank reference."""
    party = set_bank_reference(
        scope.ports, scope.tenant, company, statement, position, body.wanted(), scope.author
    )
    return ThirdPartyOutput.of(party)
