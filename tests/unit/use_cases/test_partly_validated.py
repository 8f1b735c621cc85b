"""A line is partly validated while some of what it settles is in the books, and some is not yet."""

from __future__ import annotations

from rappro.domain.ids import MatchId
from rappro.domain.matching.model import Settle, TargetType
from rappro.domain.records import LineStatus, Match
from rappro.use_cases import reads
from rappro.use_cases.close_line import close_line
from rappro.use_cases.filters import LineFilter
from rappro.use_cases.match_by_hand import ManualMatch, match_by_hand
from rappro.use_cases.reverse_match import Reversal, reverse_match
from rappro.use_cases.undo_match import undo_match
from rappro.use_cases.validate_statement import validate_statement

from .desk import AUTHOR, COMPANY, Desk, camt

POSTED = Settle(TargetType.BANK_ENTRY, "be_vir", -45_000)
CHARGE = Settle(TargetType.ACCOUNT, "627000", -200)
RECEIPT = Settle(TargetType.OPEN_ITEM, "oi_FA2026-0101", 12_000)


def desk_of(*amounts: str) -> Desk:
    """A statement of lines that the engine knows nothing of; 450.00 are in the books already."""
    desk = Desk().open_company()
    desk.drop(camt([("2026-11-20", amount, f"MOUVEMENT {n}") for n, amount in enumerate(amounts)]))
    return desk


def match(desk: Desk, positions: tuple[int, ...], *targets: Settle) -> Match:
    lines = tuple((desk.statement().id, position) for position in positions)
    return match_by_hand(desk.ports, desk.tenant, COMPANY, ManualMatch(lines, targets), AUTHOR)


def statuses(desk: Desk) -> list[LineStatus]:
    return [line.status for line in desk.lines()]


def validate(desk: Desk) -> None:
    validate_statement(desk.ports, desk.tenant, COMPANY, desk.statement().id, AUTHOR)


def test_an_entry_that_is_posted_and_a_charge_that_is_not_make_a_line_partly_validated() -> None:
    desk = desk_of("-452.00")

    made = match(desk, (1,), POSTED, CHARGE)

    assert statuses(desk) == [LineStatus.PARTLY_VALIDATED]
    validate(desk)
    assert statuses(desk) == [LineStatus.VALIDATED]
    numbers = [e.number for e in desk.store.entries(desk.tenant, COMPANY, limit=10).items]
    assert (len(made.entry_ids), numbers) == (1, [1])  # the manual part alone


def test_what_is_posted_whole_and_what_is_posted_at_validation_are_not_validated() -> None:
    desk = desk_of("-450.00", "120.00")
    match(desk, (1,), POSTED)
    match(desk, (2,), RECEIPT)

    assert statuses(desk) == [LineStatus.NOT_VALIDATED, LineStatus.NOT_VALIDATED]


def test_an_undo_takes_it_back_and_the_line_may_be_matched_so_again() -> None:
    desk = desk_of("-452.00")
    made = match(desk, (1,), POSTED, CHARGE)

    undo_match(desk.ports, desk.tenant, COMPANY, made.id, AUTHOR)

    assert statuses(desk) == [LineStatus.NOT_VALIDATED]
    match(desk, (1,), POSTED, CHARGE)
    assert statuses(desk) == [LineStatus.PARTLY_VALIDATED]


def test_it_may_be_closed_by_hand() -> None:
    desk = desk_of("-452.00")
    match(desk, (1,), POSTED, CHARGE)

    close_line(desk.ports, desk.tenant, COMPANY, desk.statement().id, 1, reason="vu", author=AUTHOR)

    assert statuses(desk) == [LineStatus.CLOSED_MANUALLY]


def test_lines_are_found_by_it() -> None:
    desk = desk_of("-452.00", "-3.00")
    match(desk, (1,), POSTED, CHARGE)

    page = reads.list_lines(
        desk.ports, desk.tenant, COMPANY, desk.statement().id,
        wanted=LineFilter(status=LineStatus.PARTLY_VALIDATED), limit=10, cursor=None,
    )  # fmt: skip

    assert [line.line.position for line in page.items] == [1]


def test_a_line_that_was_reversed_stays_so_until_it_is_validated_again() -> None:
    desk = desk_of("-452.00")
    made = match(desk, (1,), POSTED, CHARGE)
    validate(desk)
    reverse_match(desk.ports, desk.tenant, COMPANY, MatchId(made.id), Reversal("erreur"), AUTHOR)

    match(desk, (1,), POSTED, CHARGE)
    assert statuses(desk) == [LineStatus.REVERSED]
    validate(desk)
    assert statuses(desk) == [LineStatus.VALIDATED]
