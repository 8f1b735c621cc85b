"""What a settled item leaves in the reference index: never evidence, and no rival is ever lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ConnectionClosedError

from rappro.adapters.dynamodb.store import DynamoStore
from rappro.domain.books import OpenItem
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.matching.model import Lookups
from rappro.domain.matching.references import item_tokens
from rappro.domain.writes import change, create, remove
from rappro.ports import Store
from tests.contract.conftest import TABLES
from tests.contract.samples import open_item, settled

if TYPE_CHECKING:
    from tests.contract.conftest import Aws

INVOICE = open_item("i1", 500, number="FA-2026-00017")
OTHER = open_item("i2", 700, number="FA-2026-00017")
LOOKUPS = Lookups(references=item_tokens(INVOICE))

pytestmark = pytest.mark.emulator


class Company:
    """One company's store, a look at its reference index, and a way to step in between calls."""

    def __init__(self, database: Aws, tenant: TenantId, company: CompanyId) -> None:
        self._database = database
        self.tenant, self.company = tenant, company
        self.store = DynamoStore(database.dynamodb, TABLES)

    def another(self, operation: str, step: Callable[[], None], *, nth: int = 0) -> DynamoStore:
        """Return a store as of another worker; `step` happens before its nth call of that kind."""
        client: Any = self._database.client("dynamodb")
        number = count()

        def before(**_: Any) -> None:
            if next(number) == nth:
                step()

        client.meta.events.register(f"before-call.dynamodb.{operation}", before)
        return DynamoStore(client, TABLES)

    def item(self) -> OpenItem:
        found = self.store.get(self.tenant, self.company, OpenItem, INVOICE.id)
        assert found is not None
        return found

    def settle(self) -> None:
        self.store.commit(self.tenant, self.company, [change(self.item(), settled(self.item()))])

    def reopen(self) -> None:
        now = self.item()
        again = replace(
            now, residual_minor=now.amount_minor, company_residual_minor=now.company_amount_minor
        )
        self.store.commit(self.tenant, self.company, [change(now, again)])

    def load(self, item: OpenItem = INVOICE) -> None:
        self.store.load(self.tenant, self.company, [item])

    def found(self, store: Store | None = None) -> list[str]:
        evidence = (store or self.store).evidence(self.tenant, self.company, LOOKUPS)
        return [item.id for item in evidence.open_items]

    def hints(self) -> list[str]:
        """Return which items the index has under the number, once for each of its forms."""
        names = [f"{self.tenant}#{self.company}#IXR#{each}" for each in item_tokens(INVOICE)]
        client = self._database.dynamodb
        answers = [
            client.query(
                TableName=TABLES.books, KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": name}}, ConsistentRead=True,
            )
            for name in names
        ]  # fmt: skip
        return sorted(item["ref"]["S"] for answer in answers for item in answer["Items"])


@pytest.fixture
def books(database: Aws, tenant: TenantId, company: CompanyId) -> Company:
    made = Company(database, tenant, company)
    made.store.commit(tenant, company, [create(INVOICE)])
    return made


FORMS = len(item_tokens(INVOICE))
THERE = [INVOICE.id] * FORMS


def test_a_settled_item_leaves_its_references_until_somebody_meets_them(books: Company) -> None:
    """The commit that settles it does not touch them; the first who reads them takes them away."""
    assert FORMS == 3
    assert books.store.weight([change(books.item(), settled(books.item()))]) == 3
    books.settle()
    assert books.hints() == THERE

    assert books.found() == []

    assert books.hints() == []
    assert books.found() == []


def test_a_part_payment_leaves_the_references_as_they_are(books: Company) -> None:
    part = settled(books.item(), by=200)
    assert books.store.weight([change(books.item(), part)]) == 4  # amount goes, comes; party

    books.store.commit(books.tenant, books.company, [change(books.item(), part)])

    evidence = books.store.evidence(books.tenant, books.company, LOOKUPS)
    assert [item.residual_minor for item in evidence.open_items] == [300]
    assert books.hints() == THERE


@pytest.mark.parametrize("is_met", [True, False])
def test_an_item_that_is_opened_again_is_found_again(books: Company, *, is_met: bool) -> None:
    books.settle()
    if is_met:
        assert books.found() == []

    books.reopen()

    assert books.hints() == THERE
    assert books.found() == [INVOICE.id]


def undone(books: Company) -> None:
    books.reopen()


def undone_and_done_and_undone(books: Company) -> None:
    for step in (books.reopen, books.settle, books.reopen):
        step()


def loaded_and_paid_in_part(books: Company) -> None:
    """Leave the item at the version that it had when it was settled."""
    settled_at = books.item().version
    books.load()
    books.store.commit(
        books.tenant, books.company, [change(books.item(), settled(books.item(), by=200))]
    )
    assert books.item().version == settled_at


@pytest.mark.parametrize("step", [undone, undone_and_done_and_undone, loaded_and_paid_in_part])
def test_an_item_opened_again_keeps_the_references_that_a_late_reader_takes_away(
    books: Company, step: Callable[[Company], None]
) -> None:
    """The reader saw it settled, stood still before its write, and goes on when it is open."""
    books.settle()
    late = books.another("TransactWriteItems", lambda: step(books))

    assert books.found(late) == []

    assert books.hints() == THERE
    assert books.found() == [INVOICE.id]


@pytest.mark.parametrize("call", range(3))
def test_an_item_that_a_load_opens_again_is_found_whoever_reads_meanwhile(
    books: Company, call: int
) -> None:
    """A reader comes before each write of the load: index items, record, references once more."""
    books.settle()
    seen: list[list[str]] = []
    loader = books.another("BatchWriteItem", lambda: seen.append(books.found()), nth=call)

    loader.load(books.tenant, books.company, [INVOICE])

    assert seen == [[]] if call < 2 else [[INVOICE.id]]
    assert books.hints() == THERE
    assert books.found() == [INVOICE.id]


def test_an_item_that_is_removed_leaves_nothing(books: Company) -> None:
    """Also after it was settled, when its references stand there unmet."""
    books.settle()

    books.store.commit(books.tenant, books.company, [remove(books.item())])

    assert books.hints() == []


def test_a_rival_of_a_settled_item_is_found_and_keeps_its_references(books: Company) -> None:
    """Two items of one number: the references of one are old, those of the other are not."""
    books.store.commit(books.tenant, books.company, [create(OTHER)])
    books.settle()

    assert books.found() == [OTHER.id]

    assert books.hints() == [OTHER.id] * FORMS


def test_an_item_of_another_number_is_not_found_by_its_old_one(books: Company) -> None:
    """Its old references are taken away as those of a settled item are."""
    now = books.item()
    books.store.commit(
        books.tenant, books.company, [change(now, replace(now, number="FA-2026-99999"))]
    )

    assert books.found() == []

    assert books.hints() == []


def test_a_reader_who_may_not_take_references_away_reads_all_the_same(books: Company) -> None:
    books.settle()

    def refused() -> None:
        raise ConnectionClosedError(endpoint_url="planned")

    assert books.found(books.another("TransactWriteItems", refused)) == []
    assert books.hints() == THERE
