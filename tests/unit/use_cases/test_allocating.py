"""An invoice named on a line is allocated to the cash movement that the line points (MAT-10)."""

from dataclasses import replace
from datetime import date

import pytest

from rappro.domain.books import (
    BankEntry,
    BankEntrySource,
    EntryLine,
    EntrySource,
    EntryStatus,
    JournalEntry,
    ThirdParty,
)
from rappro.domain.errors import NotFound, OpenItemAlreadySettled, RuleViolation
from rappro.domain.ids import EntryId, OpenItemId, ThirdPartyId
from rappro.domain.matching.model import Settle, TargetType
from rappro.domain.records import Match, MatchStatus
from rappro.domain.writes import create
from rappro.use_cases.match_by_hand import ManualMatch, match_by_hand
from rappro.use_cases.undo_match import undo_match
from rappro.use_cases.validate_statement import validate_statement

from .acts import edit, keys, picture
from .desk import AUTHOR, CLIENT, COMPANY, SUPPLIER, Desk, camt

INVOICE = OpenItemId("oi_FA2026-0101")  # 120.00 of the customer
ON = date(2026, 11, 20)


def payment(
    desk: Desk, name: str, amount: int, party: ThirdParty | None = CLIENT,
    source: BankEntrySource = BankEntrySource.PAYMENT,
) -> None:  # fmt: skip
    """Put a payment in the books that the bank has not shown: 512 against the third party."""
    owner = party.id if party else None
    account = party.account if party else "706000"
    entry = JournalEntry(
        EntryId(f"en_{name}"), "BQ1", ON, name, ON, name,
        (
            EntryLine("512100", name, debit_minor=amount),
            EntryLine(account, name, credit_minor=amount, third_party=owner),
        ),
        EntrySource.FEC, status=EntryStatus.VALIDATED, number=1, fiscal_year="2026",
    )  # fmt: skip
    side = BankEntry(
        name, "BQ1", "512100", ON, amount, "EUR", name, source=source, third_party=owner,
        entry_id=entry.id, entry_line=0,
    )  # fmt: skip
    desk.store.commit(desk.tenant, COMPANY, [create(entry), create(side)])


@pytest.fixture
def desk() -> Desk:
    desk = Desk().open_company()
    desk.drop(camt([("2026-11-05", "120.00", "REMISE 1"), ("2026-11-06", "50.00", "REMISE 2")]))
    payment(desk, "be_paid", 12_000)
    edit(desk, 1, invoice=INVOICE)
    return desk


def matched(desk: Desk, *targets: tuple[str, int], positions: tuple[int, ...] = (1,)) -> Match:
    settles = tuple(Settle(TargetType.BANK_ENTRY, name, minor) for name, minor in targets)
    request = ManualMatch(keys(desk, *positions), settles)
    return match_by_hand(desk.ports, desk.tenant, COMPANY, request, AUTHOR)


def test_the_movement_pays_the_invoice_in_the_same_step(desk: Desk) -> None:
    made = matched(desk, ("be_paid", 12_000))

    assert made.status is MatchStatus.CONFIRMED
    assert [(a.item, a.entry_id, a.amount_minor) for a in made.allocations] == [
        (INVOICE, "en_be_paid", 12_000)
    ]
    item = desk.item("FA2026-0101")
    assert (item.residual_minor, item.settled_by) == (0, ("en_be_paid",))
    assert made.entry_ids == ()


def test_an_entry_that_is_not_there_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound, match="be_gone"):
        matched(desk, ("be_gone", 12_000))


def test_its_undo_gives_the_invoice_and_the_entry_back(desk: Desk) -> None:
    before = picture(desk)
    made = matched(desk, ("be_paid", 12_000))

    undo_match(desk.ports, desk.tenant, COMPANY, made.id, AUTHOR)

    assert picture(desk) == before


def test_validation_letters_the_invoice_with_the_movement(desk: Desk) -> None:
    matched(desk, ("be_paid", 12_000))

    validate_statement(desk.ports, desk.tenant, COMPANY, desk.statement().id, AUTHOR)

    entry = desk.store.get(desk.tenant, COMPANY, JournalEntry, "en_be_paid")
    assert entry is not None
    letter = desk.item("FA2026-0101").letter
    assert letter is not None
    assert [line.letter for line in entry.lines] == [None, letter]


@pytest.mark.parametrize(
    ("party", "source"),
    [
        (CLIENT, BankEntrySource.ENTRY),
        (SUPPLIER, BankEntrySource.PAYMENT),
        (None, BankEntrySource.PAYMENT),
    ],
)
def test_an_entry_that_is_no_movement_of_its_third_party_blocks_everything(
    desk: Desk, party: ThirdParty | None, source: BankEntrySource
) -> None:
    payment(desk, "be_other", 12_000, party, source)
    before = picture(desk)

    with pytest.raises(RuleViolation):
        matched(desk, ("be_other", 12_000))

    assert picture(desk) == before


def test_a_movement_larger_than_the_residual_pays_what_is_left_and_a_smaller_one_a_part(
    desk: Desk,
) -> None:
    payment(desk, "be_part", 5_000)
    edit(desk, 2, invoice=INVOICE)
    matched(desk, ("be_part", 5_000), positions=(2,))

    made = matched(desk, ("be_paid", 12_000))

    assert [a.amount_minor for a in made.allocations] == [7_000]
    assert desk.item("FA2026-0101").settled_by == ("en_be_part", "en_be_paid")


def test_of_two_lines_of_one_invoice_the_earliest_goes_first_and_the_second_is_settled_already(
    desk: Desk,
) -> None:
    payment(desk, "be_second", 5_000)
    edit(desk, 2, invoice=INVOICE)
    before = picture(desk)

    with pytest.raises(OpenItemAlreadySettled):
        matched(desk, ("be_second", 5_000), ("be_paid", 12_000), positions=(2, 1))

    assert picture(desk) == before


def test_without_a_named_invoice_any_entry_may_be_pointed(desk: Desk) -> None:
    payment(desk, "be_bare", 5_000, None, BankEntrySource.ENTRY)

    made = matched(desk, ("be_bare", 5_000), positions=(2,))

    assert made.allocations == ()


def test_a_match_larger_than_a_commit_allocates_and_gives_back_all_the_same(desk: Desk) -> None:
    names = [f"be_{n:02d}" for n in range(40)]
    for name in names:
        payment(desk, name, 100, replace(CLIENT, id=ThirdPartyId("tp_dupond")))
    payment(desk, "be_rest", 1_000)
    edit(desk, 2, invoice=INVOICE)
    before = picture(desk)

    made = matched(desk, *((n, 100) for n in names), ("be_rest", 1_000), positions=(2,))

    assert desk.item("FA2026-0101").residual_minor == 12_000 - 5_000
    assert len(made.allocations) == 41
    undo_match(desk.ports, desk.tenant, COMPANY, made.id, AUTHOR)
    assert picture(desk) == before
