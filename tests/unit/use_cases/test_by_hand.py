"""What people do: match by hand, undo, edit; refused when it does not fit, exact when it does."""

from datetime import date

import pytest

from rappro.domain.books import (
    BankEntry,
    JournalEntry,
)
from rappro.domain.errors import (
    NotAllowedInState,
    NotFound,
    OpenItemAlreadySettled,
    RuleViolation,
    StatementReadOnly,
    TotalsDiffer,
)
from rappro.domain.ids import MatchId, OpenItemId, ThirdPartyId
from rappro.domain.matching.model import Level, Settle, TargetType
from rappro.domain.records import (
    MatchStatus,
    StatementStatus,
)
from rappro.use_cases.edit_line import LineEdit, edit_line
from rappro.use_cases.match_by_hand import ManualMatch, match_by_hand
from rappro.use_cases.start_run import start_run
from rappro.use_cases.undo_match import undo_match
from rappro.use_cases.validate_statement import validate_statement

from .desk import AUTHOR, CLIENT, COMPANY, Desk, camt
from .dumps import dump

ITEMS = ["oi_FA2026-0101", "oi_FA2026-0102", "oi_FE2026-77"]
UNKNOWN = (
    ("2026-11-05", "200.00", "REMISE 1"),
    ("2026-11-06", "220.00", "REMISE 2"),
    ("2026-11-07", "-3.50", "FRAIS INCONNUS"),
)


@pytest.fixture
def desk() -> Desk:
    desk = Desk().open_company()
    desk.drop(camt(UNKNOWN))
    assert [level for level in desk.levels() if level == "A"] == []
    return desk


def match(desk: Desk, positions: list[int], *targets: tuple[TargetType, str, int]) -> MatchId:
    statement = desk.statement().id
    request = ManualMatch(
        tuple((statement, position) for position in positions),
        tuple(Settle(kind, target, amount) for kind, target, amount in targets),
    )
    return match_by_hand(desk.ports, desk.tenant, COMPANY, request, AUTHOR).id


OPEN_ITEM, ACCOUNT = TargetType.OPEN_ITEM, TargetType.ACCOUNT


def test_two_lines_and_two_invoices_make_one_match_with_an_entry_a_line(desk: Desk) -> None:
    match(
        desk, [1, 2], (OPEN_ITEM, "oi_FA2026-0101", 12_000), (OPEN_ITEM, "oi_FA2026-0102", 30_000)
    )

    assert desk.item("FA2026-0101").is_settled
    assert desk.item("FA2026-0102").is_settled
    assert desk.levels()[:2] == ["AM", "AM"]
    entries = [e for e in desk.store.entries(desk.tenant, COMPANY).items if e.match_id]
    assert sorted(e.lines[0].balance_minor for e in entries) == [20_000, 22_000]
    assert len({line.match_id for line in desk.lines()[:2]}) == 1


def test_a_part_of_an_invoice_may_be_settled(desk: Desk) -> None:
    match(desk, [1], (OPEN_ITEM, "oi_FA2026-0102", 20_000))

    assert desk.item("FA2026-0102").residual_minor == 10_000


def test_a_ledger_account_takes_what_is_no_invoice(desk: Desk) -> None:
    match(desk, [3], (ACCOUNT, "627000", -350))

    assert desk.levels()[2] == "AD"


def test_totals_that_differ_are_refused_and_nothing_changes(desk: Desk) -> None:
    before = dump(desk.store, desk.tenant, COMPANY, ITEMS)

    with pytest.raises(TotalsDiffer):
        match(desk, [1], (OPEN_ITEM, "oi_FA2026-0101", 12_000))

    assert dump(desk.store, desk.tenant, COMPANY, ITEMS) == before


def test_more_than_the_residual_is_refused_as_already_settled(desk: Desk) -> None:
    with pytest.raises(OpenItemAlreadySettled) as refused:
        match(desk, [1], (OPEN_ITEM, "oi_FA2026-0101", 20_000))
    assert refused.value.code == "already_settled"


def test_an_entry_that_was_pointed_before_is_refused_as_already_settled(desk: Desk) -> None:
    before = dump(desk.store, desk.tenant, COMPANY, ITEMS)

    with pytest.raises(OpenItemAlreadySettled):
        match(desk, [1], (TargetType.BANK_ENTRY, "be_old", 100_000), (ACCOUNT, "706000", -80_000))

    assert dump(desk.store, desk.tenant, COMPANY, ITEMS) == before


def test_a_matched_line_an_unknown_line_and_an_unknown_account_are_refused(desk: Desk) -> None:
    match(desk, [3], (ACCOUNT, "627000", -350))

    with pytest.raises(NotAllowedInState):
        match(desk, [3], (ACCOUNT, "627000", -350))
    with pytest.raises(NotFound):
        match(desk, [9], (ACCOUNT, "627000", -350))
    with pytest.raises(NotFound):
        match(desk, [1], (ACCOUNT, "999999", 20_000))


def test_an_undo_restores_the_exact_former_state(desk: Desk) -> None:
    before = dump(desk.store, desk.tenant, COMPANY, ITEMS)
    matched = match(
        desk, [1, 2], (OPEN_ITEM, "oi_FA2026-0101", 12_000), (OPEN_ITEM, "oi_FA2026-0102", 30_000)
    )

    undone = undo_match(desk.ports, desk.tenant, COMPANY, matched, AUTHOR)

    after = dump(desk.store, desk.tenant, COMPANY, ITEMS)
    assert undone.status is MatchStatus.UNDONE
    for line in after["lines"][:2]:
        assert line.pop("vetoes") == ("oi_FA2026-0101", "oi_FA2026-0102")
        assert line.pop("generation") == 1
        assert line.pop("past_matches") == (matched,)
    for picture in (before, after):
        for line in picture["lines"]:
            for key in (
                "vetoes", "generation", "level", "explanation", "candidates", "past_matches",
            ):  # fmt: skip
                line.pop(key, None)
        picture["statements"][0].pop("level_counts")
    assert after == before


def test_a_pair_that_was_undone_is_not_matched_again_by_itself() -> None:
    desk = Desk().open_company()
    desk.drop(camt([("2026-11-05", "120.00", "VIR MENUISERIE DUPOND FA2026-0101")]))
    assert desk.levels() == ["A"]
    undo_match(desk.ports, desk.tenant, COMPANY, desk.lines()[0].match_id or MatchId(""), AUTHOR)

    start_run(desk.ports, desk.tenant, COMPANY, desk.statement().id, AUTHOR)

    assert desk.lines()[0].match_id is None
    assert desk.item("FA2026-0101").residual_minor == 12_000


def test_a_redo_after_an_undo_makes_new_ids(desk: Desk) -> None:
    first = match(desk, [3], (ACCOUNT, "627000", -350))
    undo_match(desk.ports, desk.tenant, COMPANY, first, AUTHOR)

    assert match(desk, [3], (ACCOUNT, "627000", -350)) != first


def test_a_match_is_undone_once(desk: Desk) -> None:
    matched = match(desk, [3], (ACCOUNT, "627000", -350))
    undo_match(desk.ports, desk.tenant, COMPANY, matched, AUTHOR)

    with pytest.raises(NotAllowedInState):
        undo_match(desk.ports, desk.tenant, COMPANY, matched, AUTHOR)


def test_drafts_of_an_undone_match_go_and_existing_entries_stay() -> None:
    desk = Desk().open_company()
    desk.drop(camt([("2026-11-10", "-450.00", "VIR ELECTRICITE DU MIDI")]))
    matched = desk.lines()[0].match_id
    assert matched is not None

    undo_match(desk.ports, desk.tenant, COMPANY, matched, AUTHOR)

    entry = desk.store.get(desk.tenant, COMPANY, BankEntry, "be_vir")
    assert entry is not None
    assert entry.is_waiting
    drafts = [e for e in desk.store.entries(desk.tenant, COMPANY).items if e.match_id == matched]
    assert drafts == []


def test_what_a_person_sets_on_a_line_survives_a_run(desk: Desk) -> None:
    statement = desk.statement().id
    edit = LineEdit(third_party=CLIENT.id)
    edit_line(desk.ports, desk.tenant, COMPANY, statement, 3, edit, AUTHOR)

    start_run(desk.ports, desk.tenant, COMPANY, statement, AUTHOR)

    assert desk.lines()[2].third_party == CLIENT.id


def test_an_invoice_of_another_third_party_is_refused(desk: Desk) -> None:
    edit = LineEdit(third_party=CLIENT.id, invoice=OpenItemId("oi_FE2026-77"))

    with pytest.raises(RuleViolation):
        edit_line(desk.ports, desk.tenant, COMPANY, desk.statement().id, 1, edit, AUTHOR)
    with pytest.raises(NotFound):
        edit_line(
            desk.ports, desk.tenant, COMPANY, desk.statement().id, 1,
            LineEdit(third_party=ThirdPartyId("tp_none")), AUTHOR,
        )  # fmt: skip


def test_after_validation_nothing_can_be_matched_undone_or_edited(desk: Desk) -> None:
    matched = match(desk, [3], (ACCOUNT, "627000", -350))
    statement = desk.statement().id
    validate_statement(desk.ports, desk.tenant, COMPANY, statement, AUTHOR)
    before = dump(desk.store, desk.tenant, COMPANY, ITEMS)

    with pytest.raises((StatementReadOnly, NotAllowedInState)):
        undo_match(desk.ports, desk.tenant, COMPANY, matched, AUTHOR)
    with pytest.raises((StatementReadOnly, NotAllowedInState)):
        match(desk, [1], (ACCOUNT, "627000", 20_000))
    with pytest.raises(StatementReadOnly):
        edit_line(
            desk.ports, desk.tenant, COMPANY, statement, 1, LineEdit(third_party=CLIENT.id), AUTHOR
        )
    with pytest.raises(StatementReadOnly):
        start_run(desk.ports, desk.tenant, COMPANY, statement, AUTHOR)
    assert desk.statement().status is StatementStatus.VALIDATED
    assert dump(desk.store, desk.tenant, COMPANY, ITEMS) == before


def test_the_pointing_date_defaults_to_the_latest_line(desk: Desk) -> None:
    statement = desk.statement().id
    request = ManualMatch(
        ((statement, 1), (statement, 2)), (Settle(TargetType.THIRD_PARTY, CLIENT.id, 42_000),)
    )

    made = match_by_hand(desk.ports, desk.tenant, COMPANY, request, AUTHOR)

    assert (made.pointed_on, made.level) == (date(2026, 11, 6), Level.AM)
    assert len(desk.store.get_many(desk.tenant, COMPANY, JournalEntry, made.entry_ids)) == 2
