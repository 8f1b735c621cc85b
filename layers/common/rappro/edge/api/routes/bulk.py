"""What the tenant's own accounting package sends in bulk, by its ids and versions (BOOK-2)."""

from __future__ import annotations

from typing import Final

from rappro.domain.access import Permission
from rappro.domain.books import JournalEntry
from rappro.edge.api.caller import Scope, ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.models.bulk import (
    BulkOpenItemsInput,
    BulkOutput,
    BulkThirdPartiesInput,
)
from rappro.edge.api.models.bulk_entries import (
    BankAccounts,
    BulkEntriesInput,
    BulkEntryInput,
)
from rappro.edge.api.parameters import CompanyPath
from rappro.use_cases.acting import Actor
from rappro.use_cases.bulk import Ask, save_in_bulk
from rappro.use_cases.bulk_kinds import (
    Entries,
    OpenItems,
    References,
    ThirdParties,
    entry_id_of,
    read_references,
)

router = new_router()

_WORDS: Final = (
    " Each item is for itself: created, updated, unchanged (that version is kept already), stale (a"
    " higher one is), or refused with its problem. Sending the same again changes nothing. Lines"
    " that wait are examined again."
)


@router.post(
    "/companies/<company>/bulk/third-parties",
    **documented(
        "saveThirdPartiesInBulk",
        "Send third parties in bulk",
        "Creates or changes third parties (tiers) by the accounting package's ids and versions."
        + _WORDS,
        permission=Permission.UPDATE_THIRD_PARTY,
        tag="books",
        answer="What became of each item",
        has_body=True,
    ),
)
def post_third_parties(
    scope: ScopeGiven,
    company: CompanyPath,  # noqa: ARG001 - the scope has entered it
    body: BulkThirdPartiesInput,
) -> BulkOutput:
    """Send third parties in bulk."""
    asks = [item.ask(scope.company) for item in body.items]
    return BulkOutput.of(save_in_bulk(_actor(scope), ThirdParties(), asks))


@router.post(
    "/companies/<company>/bulk/open-items",
    **documented(
        "saveOpenItemsInBulk",
        "Send open items in bulk",
        "Creates or changes open items (échéances) by the accounting package's ids and versions. An"
        " item that Rappro settled, in part or whole, keeps its amounts." + _WORDS,
        permission=Permission.SETTINGS,
        tag="books",
        answer="What became of each item",
        has_body=True,
    ),
)
def post_open_items(
    scope: ScopeGiven,
    company: CompanyPath,
    body: BulkOpenItemsInput,
) -> BulkOutput:
    """Send open items in bulk."""
    parties = {item.third_party for item in body.items}
    references = read_references(scope.ports, scope.tenant, company, third_parties=parties)
    asks = [item.ask(scope.company, references) for item in body.items]
    return BulkOutput.of(save_in_bulk(_actor(scope), OpenItems(), asks))


@router.post(
    "/companies/<company>/bulk/entries",
    **documented(
        "saveEntriesInBulk",
        "Send entries in bulk",
        "Creates entries (écritures) by the accounting package's ids and versions, or changes"
        " drafts; their lines on bank accounts wait for the bank. A validated entry is changed by"
        " nobody." + _WORDS,
        permission=Permission.SETTINGS,
        tag="books",
        answer="What became of each item",
        has_body=True,
    ),
)
def post_entries(scope: ScopeGiven, company: CompanyPath, body: BulkEntriesInput) -> BulkOutput:
    """Send entries in bulk."""
    lines = [line for item in body.items for line in item.lines]
    references = read_references(
        scope.ports, scope.tenant, company,
        third_parties={line.third_party for line in lines if line.third_party is not None},
        accounts={line.account for line in lines},
    )  # fmt: skip
    kind = Entries(scope.company, references, {})
    banks = BankAccounts.of(scope.company, references.journals)
    asks = [_ask(scope, references, kind, banks, item) for item in body.items]
    return BulkOutput.of(save_in_bulk(_actor(scope), kind, asks))


def _ask(
    scope: Scope, references: References, kind: Entries, banks: BankAccounts, item: BulkEntryInput
) -> Ask[JournalEntry]:
    def make(stored: JournalEntry | None) -> JournalEntry:
        made_at = scope.ports.clock.now() if stored is None else stored.created_at
        entry = item.entry(scope.company, references, made_at)
        kind.sides[entry_id_of(item.external_id)] = item.sides(entry, banks)
        return entry

    return Ask(item.external_id, item.external_version, make)


def _actor(scope: Scope) -> Actor:
    return Actor(scope.ports, scope.tenant, scope.company.id, scope.author)
