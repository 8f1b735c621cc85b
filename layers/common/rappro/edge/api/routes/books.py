"""Loading books by API, and the loads so far."""

from __future__ import annotations

from rappro.domain.access import Permission
from rappro.edge.api.caller import Scope, ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.books import BooksLoadOutput, BooksLoadPage
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import CompanyPath, Cursor, Limit
from rappro.edge.books_document import BooksDocument, read_books
from rappro.edge.books_models import BooksInput
from rappro.use_cases import companies, reads
from rappro.use_cases.load_books import BookRecords, load_document

router = new_router()


@router.post(
    "/companies/<company>/books",
    **documented(
        "loadBooks",
        "Load books",
        "Loads accounts, journals, third parties (tiers), open items (échéances), bank entries,"
        " past payments, templates (modèles d'écriture) and card contracts. What is there already"
        " is kept; what the document says of the company and its settings replaces what is there."
        " Larger books are uploaded as a file.",
        permission=Permission.SETTINGS,
        tag="books",
        answer="The load, with its counts",
        status=201,
        has_body=True,
        may_conflict=True,
    ),
)
def load_books(scope: ScopeGiven, company: CompanyPath, body: BooksInput) -> BooksLoadOutput:
    """Load books."""
    document = read_books(body, stored=_stored(scope))
    load = load_document(scope.ports, scope.tenant, company, _records(document), scope.author)
    if document.company != scope.company:
        companies.save_company(scope.ports, scope.tenant, document.company, scope.author)
    return BooksLoadOutput.of(load)


def _records(document: BooksDocument) -> BookRecords:
    return BookRecords(
        accounts=document.accounts,
        journals=document.journals,
        third_parties=document.third_parties,
        open_items=document.open_items,
        bank_entries=document.bank_entries,
        past_payments=document.past_payments,
        templates=document.templates,
        card_contracts=document.card_contracts,
    )


def _stored(scope: Scope) -> BooksDocument:
    company = scope.company
    journals, parties = reads.books_referred_to(scope.ports, scope.tenant, company.id)
    return BooksDocument(company=company, journals=journals, third_parties=parties)


@router.get(
    "/companies/<company>/books",
    **documented(
        "listBooksLoads",
        "List the loads of books",
        "Loads of books (imports comptables), by API or from a dropped FEC, newest first.",
        permission=Permission.READ,
        tag="books",
        answer="One page of loads",
    ),
)
def list_loads(
    scope: ScopeGiven,
    company: CompanyPath,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> BooksLoadPage:
    """List loads of books."""

    def read(count: int) -> BooksLoadPage:
        page = reads.list_loads(scope.ports, scope.tenant, company, limit=count, cursor=cursor)
        items = [BooksLoadOutput.of(load) for load in page.items]
        return BooksLoadPage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)
