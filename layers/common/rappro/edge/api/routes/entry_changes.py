"""New and changed entries, for the tenant's own accounting package."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from rappro.domain.access import Permission
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.entry_changes import (
    AcknowledgementInput,
    ConsumerName,
    ConsumerOutput,
    EntryChangesOutput,
)
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import CompanyPath, Limit
from rappro.use_cases.entry_changes import acknowledge, read_changes

router = new_router()


@router.get(
    "/companies/<company>/entry-changes",
    **documented(
        "listEntryChanges",
        "List the entries that changed",
        "Entries (écritures) that Rappro drafted, validated, reversed or removed, in order, after"
        " what the consumer acknowledged. Reading changes nothing: what is not acknowledged comes"
        " again. A change that becomes visible late comes late, and is never left out.",
        permission=Permission.READ,
        tag="books",
        answer="The next changes and the cursor to acknowledge",
    ),
)
def get_changes(
    scope: ScopeGiven,
    company: CompanyPath,
    consumer: Annotated[
        ConsumerName, Query(description="who reads, by a name of its own", examples=["erp"])
    ] = "default",
    limit: Limit = PAGE_ITEMS_DEFAULT,
) -> EntryChangesOutput:
    """List changes of entries."""

    def read(count: int) -> EntryChangesOutput:
        page = read_changes(scope.ports, scope.tenant, company, consumer, limit=count)
        return EntryChangesOutput.of(page, scope.currency)

    return fitting(limit, read)


@router.post(
    "/companies/<company>/entry-changes/acknowledgement",
    **documented(
        "acknowledgeEntryChanges",
        "Acknowledge changes of entries",
        "Says that all changes (écritures modifiées) up to a cursor are kept: they do not come"
        " again for this consumer. The same cursor again is harmless; an older one is refused.",
        permission=Permission.SETTINGS,
        tag="books",
        answer="The consumer",
        has_body=True,
        may_conflict=True,
    ),
)
def post_acknowledgement(
    scope: ScopeGiven, company: CompanyPath, body: AcknowledgementInput
) -> ConsumerOutput:
    """Acknowledge changes."""
    moved = acknowledge(scope.ports, scope.tenant, company, body.consumer, body.cursor)
    return ConsumerOutput.of(moved)
