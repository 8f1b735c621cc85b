"""Drafts that a person made by an action outlive the undo of their match, until deleted (MAT-8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rappro.domain.books import BankEntry, EntryStatus, JournalEntry
from rappro.domain.entry_changes import ChangeKind, changes_of
from rappro.domain.errors import NotAllowedInState, NotFound, RuleViolation
from rappro.domain.ids import EntryId, OpenItemId, derive_id
from rappro.domain.matching.model import Settle, TargetType
from rappro.domain.records import Match
from rappro.use_cases.cash_movements import create_cash_movement
from rappro.use_cases.close_line import close_line
from rappro.use_cases.companies import get_company
from rappro.use_cases.delete_draft import delete_draft
from rappro.use_cases.export_fec import export_fec
from rappro.use_cases.match_by_hand import ManualMatch, confirm, match_by_hand
from rappro.use_cases.pointing import Marking, Period, mark_entries, pointing_sheet
from rappro.use_cases.report import reconciliation_report
from rappro.use_cases.reverse_match import Reversal, reverse_match
from rappro.use_cases.start_run import start_run
from rappro.use_cases.undo_match import undo_match
from rappro.use_cases.validate_statement import validate_statement

from .acts import actor, edit, key, keys
from .desk import AUTHOR, CLIENT, COMPANY, Desk, camt

LINES = (
    ("2026-11-05", "200.00", "REMISE 1"),
    ("2026-11-06", "200.00", "REMISE 2"),
    ("2026-11-07", "120.00", "REMISE 3"),
)
INVOICE = OpenItemId("oi_FA2026-0102")  # 300.00 of the customer
OTHER = OpenItemId("oi_FA2026-0101")  # 120.00 of the customer


@pytest.fixture
def desk() -> Desk:
    desk = Desk().open_company()
    desk.drop(camt(LINES))
    return desk


def receipt(desk: Desk, position: int = 1) -> Match:
    """Make the receipt of a line that names the invoice."""
    edit(desk, position, third_party=CLIENT.id, invoice=INVOICE)
    return create_cash_movement(actor(desk), key(desk, position))


def undo(desk: Desk, match: Match) -> None:
    undo_match(desk.ports, desk.tenant, COMPANY, match.id, AUTHOR)


@pytest.fixture
def left(desk: Desk) -> EntryId:
    """The receipt of line 1, which pays 200.00 of the invoice, its match undone."""
    made = receipt(desk)
    undo(desk, made)
    return made.entry_ids[0]


def draft(desk: Desk, entry_id: EntryId) -> JournalEntry:
    found = desk.store.get(desk.tenant, COMPANY, JournalEntry, entry_id)
    assert found is not None
    return found


def side_of(desk: Desk, entry_id: EntryId) -> BankEntry:
    found = desk.store.get(desk.tenant, COMPANY, BankEntry, derive_id("be", entry_id, 0))
    assert found is not None
    return found


def pointed(desk: Desk, entry_id: EntryId, position: int = 2) -> Match:
    """Match a line by hand with the draft that was left."""
    side = side_of(desk, entry_id)
    settle = Settle(TargetType.BANK_ENTRY, side.id, side.amount_minor)
    request = ManualMatch(keys(desk, position), (settle,))
    return match_by_hand(desk.ports, desk.tenant, COMPANY, request, AUTHOR)


def validate(desk: Desk) -> None:
    validate_statement(desk.ports, desk.tenant, COMPANY, desk.statement().id, AUTHOR)


def delete(desk: Desk, entry_id: EntryId) -> None:
    delete_draft(desk.ports, desk.tenant, COMPANY, entry_id, AUTHOR)


def difference(desk: Desk) -> int:
    on = date(2026, 11, 30)
    return reconciliation_report(desk.ports, desk.tenant, COMPANY, "BQ1", on).difference_minor


def test_the_draft_waits_for_the_bank_and_goes_on_paying_its_invoice(
    desk: Desk, left: EntryId
) -> None:
    entry, side, item = draft(desk, left), side_of(desk, left), desk.item("FA2026-0102")

    assert (entry.status, entry.match_id, entry.statement_id) == (EntryStatus.DRAFT, None, None)
    assert (side.is_waiting, side.is_in_ledger, side.pointed_on) == (True, False, None)
    assert [(one.item, one.amount_minor) for one in side.allocated] == [(INVOICE, 20_000)]
    assert (item.residual_minor, item.settled_by) == (10_000, (left,))
    line = desk.lines()[0]
    assert (line.match_id, line.level) == (None, None)
    assert side.id in line.vetoes


def test_the_trail_says_that_the_draft_was_kept(desk: Desk, left: EntryId) -> None:
    rows = desk.store.audit_events(desk.tenant, COMPANY).items
    (told,) = [row for row in rows if row.action == "undo_match"]

    assert (told.before or {})["entries"] == []
    assert (told.after or {})["kept"] == [left]
    assert list(changes_of(told)) == []


def test_a_run_matches_the_draft_with_another_line_but_never_with_its_own(
    desk: Desk, left: EntryId
) -> None:
    start_run(desk.ports, desk.tenant, COMPANY, desk.statement().id, AUTHOR)

    first, second, _ = desk.lines()
    assert first.match_id is None
    found = desk.store.get(desk.tenant, COMPANY, Match, second.match_id or "")
    assert found is not None
    assert (found.draft_ids, found.entry_ids) == ((left,), ())
    assert side_of(desk, left).match_id == found.id


def test_matched_again_it_is_validated_and_its_invoice_lettered(desk: Desk, left: EntryId) -> None:
    made = pointed(desk, left)

    validate(desk)

    entry = draft(desk, left)
    assert (entry.status, entry.match_id) == (EntryStatus.VALIDATED, made.id)
    assert (entry.statement_id, entry.number) == (desk.statement().id, 2)
    assert (side_of(desk, left).is_in_ledger, side_of(desk, left).match_id) == (True, made.id)
    letter = desk.item("FA2026-0102").letter
    assert letter is not None
    assert [line.letter for line in entry.lines] == [None, letter]
    assert difference(desk) == 0
    rows = desk.store.audit_events(desk.tenant, COMPANY).items
    (told,) = [r for r in rows if r.action == "validate_match" and r.subject == made.id]
    assert (told.after or {})["entries"] == {left: 2}
    assert [(r["item"], r["amount"]) for r in (told.after or {})["receipts"]] == [
        (INVOICE, "200.00")
    ]


def test_its_second_match_is_undone_too_and_it_waits_as_before(desk: Desk, left: EntryId) -> None:
    before = draft(desk, left), side_of(desk, left).allocated, desk.item("FA2026-0102")
    made = pointed(desk, left)

    undo(desk, made)

    assert side_of(desk, left).is_waiting
    assert (draft(desk, left), side_of(desk, left).allocated, desk.item("FA2026-0102")) == before


def test_a_draft_that_is_left_is_not_of_the_statement_s_validation(
    desk: Desk, left: EntryId
) -> None:
    validate(desk)

    assert draft(desk, left).status is EntryStatus.DRAFT
    assert side_of(desk, left).is_waiting
    assert difference(desk) == 0
    company = replace(get_company(desk.ports, desk.tenant, COMPANY), siren="732829320")
    exported = export_fec(desk.ports, desk.tenant, company, "2026")
    assert "drafts_left_out" in {finding.code for finding in exported.findings}


def test_the_reversal_of_the_match_that_points_it_leaves_it_validated_and_waiting(
    desk: Desk, left: EntryId
) -> None:
    made = pointed(desk, left)
    validate(desk)

    reverse_match(desk.ports, desk.tenant, COMPANY, made.id, Reversal("erreur"), AUTHOR)

    assert draft(desk, left).status is EntryStatus.VALIDATED
    assert side_of(desk, left).is_waiting
    assert desk.item("FA2026-0102").settled_by == (left,)
    assert difference(desk) == 0
    with pytest.raises(NotAllowedInState):
        delete(desk, left)


def test_a_line_that_names_the_invoice_which_the_draft_pays_allocates_nothing_twice(
    desk: Desk, left: EntryId
) -> None:
    edit(desk, 2, invoice=INVOICE)

    made = pointed(desk, left)

    assert made.allocations == ()
    assert desk.item("FA2026-0102").residual_minor == 10_000


def test_a_draft_that_pays_another_invoice_as_a_whole_pays_no_second_one(
    desk: Desk, left: EntryId
) -> None:
    edit(desk, 2, invoice=OTHER)

    with pytest.raises(RuleViolation, match="pays others"):
        pointed(desk, left)
    assert desk.item("FA2026-0101").residual_minor == 12_000


def test_what_a_draft_does_not_pay_yet_is_allocated_to_the_named_invoice() -> None:
    desk = Desk().open_company()
    desk.drop(camt([("2026-11-05", "400.00", "REMISE 1"), ("2026-11-06", "400.00", "REMISE 2")]))
    made = receipt(desk)
    undo(desk, made)
    edit(desk, 2, invoice=OTHER)

    again = pointed(desk, made.entry_ids[0])

    assert [(one.item, one.amount_minor) for one in again.allocations] == [(OTHER, 10_000)]
    assert desk.item("FA2026-0102").residual_minor == 0
    assert desk.item("FA2026-0101").residual_minor == 2_000
    undo(desk, again)
    assert desk.item("FA2026-0101").residual_minor == 12_000
    assert desk.item("FA2026-0102").residual_minor == 0


def test_deleted_it_is_gone_with_its_bank_side_and_the_invoice_is_open_again(
    desk: Desk, left: EntryId
) -> None:
    delete(desk, left)

    assert desk.store.get(desk.tenant, COMPANY, JournalEntry, left) is None
    assert desk.store.get(desk.tenant, COMPANY, BankEntry, derive_id("be", left, 0)) is None
    item = desk.item("FA2026-0102")
    assert (item.residual_minor, item.company_residual_minor, item.settled_by) == (
        30_000,
        30_000,
        (),
    )
    rows = desk.store.audit_events(desk.tenant, COMPANY).items
    (told,) = [row for row in rows if row.action == "delete_entry"]
    assert (told.author, told.subject, told.after) == (AUTHOR, left, None)
    assert (told.before or {})["paid"] == [
        {"item": INVOICE, "number": "FA2026-0102", "amount": "200.00"}
    ]
    assert [(c.kind, c.entry_id) for c in changes_of(told)] == [(ChangeKind.REMOVED, left)]
    with pytest.raises(NotFound):
        delete(desk, left)


def test_a_draft_in_a_match_and_an_entry_of_the_books_are_not_deleted(
    desk: Desk, left: EntryId
) -> None:
    made = receipt(desk, 2)
    pointed(desk, left, position=1)

    for entry_id in (made.entry_ids[0], left):
        with pytest.raises(NotAllowedInState, match="is in match"):
            delete(desk, entry_id)
    confirm(desk.ports, desk.tenant, COMPANY, made.id, AUTHOR)
    validate(desk)
    with pytest.raises(NotAllowedInState, match="is validated"):
        delete(desk, left)


def test_the_invoice_is_paid_again_only_as_far_as_the_draft_left_it(
    desk: Desk, left: EntryId
) -> None:
    made = receipt(desk, 2)

    item = desk.item("FA2026-0102")
    paid = [one.settle.amount_minor for one in made.settles]
    assert (paid, item.residual_minor) == ([10_000, 10_000], 0)
    with pytest.raises(RuleViolation, match="settled already"):
        edit(desk, 3, invoice=INVOICE)
    delete(desk, left)
    assert desk.item("FA2026-0102").residual_minor == 20_000


def test_a_line_that_points_it_is_not_closed_by_hand(desk: Desk, left: EntryId) -> None:
    pointed(desk, left)
    at = key(desk, 2)

    with pytest.raises(NotAllowedInState, match="points the draft"):
        close_line(
            desk.ports, desk.tenant, COMPANY, at[0], at[1], reason="payé", author=AUTHOR
        )  # fmt: skip
    assert side_of(desk, left).match_id is not None


def test_manual_pointing_waits_until_it_is_validated_or_deleted(desk: Desk, left: EntryId) -> None:
    period = Period("BQ1", date(2026, 11, 30), 0)

    assert pointing_sheet(desk.ports, desk.tenant, COMPANY, period).unvalidated_count == 1
    with pytest.raises(NotAllowedInState, match="not validated"):
        mark_entries(desk.ports, desk.tenant, COMPANY, period, Marking(("be_vir",)), AUTHOR)
    delete(desk, left)
    assert pointing_sheet(desk.ports, desk.tenant, COMPANY, period).unvalidated_count == 0


def test_the_draft_that_the_engine_makes_for_a_match_goes_with_it(desk: Desk) -> None:
    settle = Settle(TargetType.OPEN_ITEM, OTHER, 12_000)
    request = ManualMatch(keys(desk, 3), (settle,))
    made = match_by_hand(desk.ports, desk.tenant, COMPANY, request, AUTHOR)

    undo(desk, made)

    assert entries_left(desk, made) == {}
    assert desk.item("FA2026-0101").residual_minor == 12_000


def entries_left(desk: Desk, match: Match) -> dict[str, JournalEntry]:
    return desk.store.get_many(desk.tenant, COMPANY, JournalEntry, match.entry_ids)
