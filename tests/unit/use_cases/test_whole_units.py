"""Units larger than one commit: readers see them before or after, and at no step between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from rappro.adapters.memory import MemoryStore
from rappro.domain.errors import OpenItemAlreadySettled, StoreUnavailable
from rappro.domain.ids import MatchId
from rappro.domain.matching.model import Settle, TargetType
from rappro.domain.operations import Lease
from rappro.domain.records import LineRecord, LineStatus, Match, MatchStatus, UnfinishedMatch
from rappro.domain.unfinished import UnfinishedValidation
from rappro.domain.writes import change
from rappro.use_cases.close_line import close_line
from rappro.use_cases.load_books import BookRecords, load_document
from rappro.use_cases.match_by_hand import ManualMatch, match_by_hand
from rappro.use_cases.reverse_match import Reversal, reverse_match
from rappro.use_cases.undo_match import undo_match
from rappro.use_cases.validate_statement import validate_statement

from .desk import AUTHOR, COMPANY, Desk, camt, item
from .dumps import dump
from .faulty import Faulty
from .readers import Seen, Watched, everything, one_by_one

COUNT = 36
INSTALMENTS = 36  # more than the claim of a match has room for
SLIPS = [f"TK2025-{n:04d}" for n in range(COUNT)]


def desk_of(
    movements: list[tuple[str, str, str]], amounts: dict[str, int], store: MemoryStore | None = None
) -> Desk:
    desk = Desk(store=store or Watched()).open_company()
    items = tuple(item(number, amount) for number, amount in amounts.items())
    load_document(desk.ports, desk.tenant, COMPANY, BookRecords(open_items=items), AUTHOR)
    desk.drop(camt(movements))
    return desk


def euros(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


def desk_with_slips() -> Desk:
    """One remittance of many card slips."""
    amounts = {number: 1_000 + n for n, number in enumerate(SLIPS)}
    return desk_of([("2026-11-05", euros(sum(amounts.values())), "REMISE")], amounts)


def slips(desk: Desk) -> ManualMatch:
    targets = tuple(
        Settle(TargetType.OPEN_ITEM, f"oi_{number}", 1_000 + n) for n, number in enumerate(SLIPS)
    )
    return ManualMatch(((desk.statement().id, 1),), targets)


def desk_with_slips_and_entry() -> Desk:
    """The same, less what is in the books already."""
    amounts = {number: 100_000 + n for n, number in enumerate(SLIPS)}
    return desk_of([("2026-11-05", euros(sum(amounts.values()) - 45_000), "REMISE")], amounts)


def slips_and_entry(desk: Desk) -> ManualMatch:
    targets = [
        Settle(TargetType.OPEN_ITEM, f"oi_{number}", 100_000 + n) for n, number in enumerate(SLIPS)
    ]
    posted = Settle(TargetType.BANK_ENTRY, "be_vir", -45_000)
    return ManualMatch(((desk.statement().id, 1),), (*targets, posted))


def desk_with_instalments(store: MemoryStore | None = None) -> Desk:
    """Many receipts that pay one invoice."""
    movements = [("2026-11-05", "10.00", f"ACOMPTE {n}") for n in range(INSTALMENTS)]
    return desk_of(movements, {"FA2025-1": 1_000 * INSTALMENTS}, store)


def instalments(desk: Desk) -> ManualMatch:
    lines = tuple((desk.statement().id, n) for n in range(1, INSTALMENTS + 1))
    return ManualMatch(lines, (Settle(TargetType.OPEN_ITEM, "oi_FA2025-1", 1_000 * INSTALMENTS),))


def seen_at_each_commit(
    desk: Desk, do: Callable[[], object], look: Callable[[], Seen]
) -> tuple[list[Seen], int]:
    """Return what readers saw, each picture once in a row, and after how many commits."""
    pictures = [look()]
    commits = 0

    def watch() -> None:
        nonlocal commits
        commits += 1
        seen = look()
        if seen != pictures[-1]:
            pictures.append(seen)

    store = desk.store
    assert isinstance(store, Watched)
    store.watch = watch
    do()
    store.watch = None
    assert look() == pictures[-1]
    return pictures, commits


@pytest.mark.parametrize(
    ("make", "request_of"),
    [
        (desk_with_slips, slips),
        (desk_with_slips_and_entry, slips_and_entry),
        (desk_with_instalments, instalments),
    ],
    ids=["many-targets", "partly-posted", "many-lines"],
)
def test_a_large_match_and_its_undo_are_seen_whole_at_every_commit(
    make: Callable[[], Desk], request_of: Callable[[Desk], ManualMatch]
) -> None:
    desk = make()
    wanted = request_of(desk)
    is_partly = any(target.type is TargetType.BANK_ENTRY for target in wanted.targets)
    ids = [target.id for target in wanted.targets if target.type is TargetType.OPEN_ITEM]

    def look() -> Seen:
        return everything(desk) | one_by_one(desk, items=ids, matches=(), entries=())

    pictures, commits = seen_at_each_commit(
        desk, lambda: match_by_hand(desk.ports, desk.tenant, COMPANY, wanted, AUTHOR), look
    )
    (match_id,) = {line.match_id for line in desk.lines()}
    assert match_id is not None
    undone, undoing = seen_at_each_commit(
        desk, lambda: undo_match(desk.ports, desk.tenant, COMPANY, match_id, AUTHOR), look
    )

    assert (len(pictures), len(undone)) == (2, 2)
    assert commits > 3
    assert undoing > 3
    assert {m["status"] for m in pictures[1]["matches"]} == {MatchStatus.CONFIRMED}
    taken = LineStatus.PARTLY_VALIDATED if is_partly else LineStatus.NOT_VALIDATED
    assert {line["status"] for line in pictures[1]["lines"]} == {taken}
    assert {line["status"] for line in undone[1]["lines"]} == {LineStatus.NOT_VALIDATED}
    assert undone[1]["open"] == pictures[0]["open"]
    assert undone[1]["entries"] == pictures[0]["entries"]
    assert desk.store.all(desk.tenant, COMPANY, UnfinishedMatch) == []


def test_a_thousand_lines_are_matched_by_hand_and_undone() -> None:
    count = 1_000
    movements = [("2026-11-05", "10.00", f"ACOMPTE {n}") for n in range(count)]
    desk = desk_of(movements, {"FA2025-1": 1_000 * count})
    lines = tuple((desk.statement().id, n) for n in range(1, count + 1))
    wanted = ManualMatch(lines, (Settle(TargetType.OPEN_ITEM, "oi_FA2025-1", 1_000 * count),))

    made = match_by_hand(desk.ports, desk.tenant, COMPANY, wanted, AUTHOR)
    matched = {line.match_id for line in desk.lines()}
    settled = desk.item("FA2025-1").is_settled
    undo_match(desk.ports, desk.tenant, COMPANY, made.id, AUTHOR)

    assert (matched, settled, len(made.entry_ids)) == ({made.id}, True, count)
    assert {line.match_id for line in desk.lines()} == {None}
    assert not desk.item("FA2025-1").is_settled
    assert desk.store.entries(desk.tenant, COMPANY, limit=10).items == ()


def test_a_match_of_many_lines_that_loses_one_is_given_back_by_whoever_looks() -> None:
    """Another match takes a line between the claim and its turn; no reader sees both stand."""
    desk = desk_with_instalments()
    before = everything(desk)
    store = desk.store
    assert isinstance(store, Watched)
    taken = False

    def take() -> None:
        nonlocal taken
        (mark, *_) = [*store.all(desk.tenant, COMPANY, UnfinishedMatch), None]
        if taken or mark is None:
            return
        match = store.get(desk.tenant, COMPANY, Match, mark.key)
        line = desk.lines()[-1]
        if match is not None and line.match_id is None:
            taken = True
            other = replace(line, match_id=MatchId("ma_other"))
            store.commit(desk.tenant, COMPANY, [change(line, other)])

    store.watch = take
    with pytest.raises(OpenItemAlreadySettled):
        match_by_hand(desk.ports, desk.tenant, COMPANY, instalments(desk), AUTHOR)
    store.watch = None

    assert taken
    assert [line.match_id for line in desk.lines()] == [None] * (INSTALMENTS - 1) + ["ma_other"]
    last = desk.lines()[-1]
    store.commit(desk.tenant, COMPANY, [change(last, replace(last, match_id=None))])
    after = everything(desk)
    assert after["open"] == before["open"]
    assert after["entries"] == before["entries"]
    assert after["report"] == before["report"]


def test_a_match_that_lost_its_target_is_given_back_by_a_reader() -> None:
    desk = desk_with_slips()
    store = desk.store
    assert isinstance(store, Watched)
    stopped: list[int] = []

    def steal() -> None:
        """After the claim, settle one target, then let nothing more of the match through."""
        if stopped or not store.all(desk.tenant, COMPANY, UnfinishedMatch):
            return
        stopped.append(1)
        target = desk.item(SLIPS[-1])
        settled = replace(target, residual_minor=0, company_residual_minor=0)
        store.commit(desk.tenant, COMPANY, [change(target, settled)])
        raise KeyboardInterrupt

    store.watch = steal
    with pytest.raises(KeyboardInterrupt):
        match_by_hand(desk.ports, desk.tenant, COMPANY, slips(desk), AUTHOR)

    seen = everything(desk)

    assert seen["matches"] == []
    assert {line["match_id"] for line in seen["lines"]} == {None}
    assert f"oi_{SLIPS[-1]}" not in {one["id"] for one in seen["open"]}
    assert f"oi_{SLIPS[0]}" in {one["id"] for one in seen["open"]}
    assert store.all(desk.tenant, COMPANY, UnfinishedMatch) == []


@pytest.mark.parametrize("is_after", [False, True])
def test_a_match_of_many_lines_and_its_undo_die_at_any_commit_and_are_finished(
    *, is_after: bool
) -> None:
    whole = desk_with_instalments()
    matched = _matched(whole)
    undone = _undone(whole)

    died = 0
    for step in range(1, 100):
        store = Faulty()
        desk = desk_with_instalments(store)
        store.is_after, found = is_after, []
        for do in (_matched, _undone):
            store.fail_at, store.count = step, 0
            try:
                found.append(do(desk))
            except StoreUnavailable:
                died += 1
                store.fail_at = None
                found.append(do(desk))
        assert found == [matched, undone]
        if store.count < step:
            break
    assert died >= 10


def _matched(desk: Desk) -> dict[str, Any]:
    marks = desk.store.all(desk.tenant, COMPANY, UnfinishedMatch)
    if marks or any(line.match_id is None for line in desk.lines()):
        match_by_hand(desk.ports, desk.tenant, COMPANY, instalments(desk), AUTHOR)
    return dump(desk.store, desk.tenant, COMPANY, ["oi_FA2025-1"])


def _undone(desk: Desk) -> dict[str, Any]:
    (match_id,) = {line.match_id or line.past_matches[-1] for line in desk.lines()}
    match = desk.store.get(desk.tenant, COMPANY, Match, match_id)
    marks = desk.store.all(desk.tenant, COMPANY, UnfinishedMatch)
    if match is not None and (marks or match.status is not MatchStatus.UNDONE):
        undo_match(desk.ports, desk.tenant, COMPANY, match_id, AUTHOR)
    return dump(desk.store, desk.tenant, COMPANY, ["oi_FA2025-1"])


def desk_to_validate() -> Desk:
    """Matched and unmatched lines; one invoice is paid in parts, before and in this statement."""
    movements = [("2026-11-06", "60.00", "VIR MENUISERIE DUPOND FA2026-0101")]
    movements += [("2026-11-06", "60.00", "VIR MENUISERIE DUPOND FA2026-0101 SOLDE")]
    movements += [("2026-11-07", f"-{n}.50", f"INCONNU {n}") for n in range(1, 9)]
    movements += [("2026-11-08", euros(1_000 + n), f"VIR TK2025-{n:04d}") for n in range(8)]
    desk = desk_of(movements, {number: 1_000 + n for n, number in enumerate(SLIPS[:8])})
    (statement,) = desk.store.statements(desk.tenant, COMPANY).items
    for position in (1, 2):
        line = desk.store.get(desk.tenant, COMPANY, LineRecord, f"{statement.id}/{position}")
        if line is not None and line.match_id is None:
            target = Settle(TargetType.OPEN_ITEM, "oi_FA2026-0101", 6_000)
            part = ManualMatch(((statement.id, position),), (target,))
            match_by_hand(desk.ports, desk.tenant, COMPANY, part, AUTHOR)
    return desk


def test_a_validation_is_seen_whole_at_every_commit() -> None:
    desk = desk_to_validate()
    statement = desk.statement().id
    twin = desk_to_validate()
    validate_statement(twin.ports, twin.tenant, COMPANY, statement, AUTHOR)
    entries = [e.id for e in twin.store.entries(twin.tenant, COMPANY, limit=200).items]
    matches = [line.match_id for line in twin.lines() if line.match_id is not None]
    items = [f"oi_{number}" for number in (*SLIPS[:8], "FA2026-0101")]

    def look() -> Seen:
        single = one_by_one(desk, items=items, matches=matches, entries=entries)
        return everything(desk) | single

    pictures, commits = seen_at_each_commit(
        desk,
        lambda: validate_statement(desk.ports, desk.tenant, COMPANY, statement, AUTHOR),
        look,
    )

    assert commits > 4
    assert len(pictures) == 2
    assert [row["status"] for row in pictures[1]["lines"]] == ["validated"] * len(desk.lines())
    assert all(entry["number"] is not None for entry in pictures[1]["entries"])
    assert any(pictures[1][f"oi_{number}"]["letter"] for number in SLIPS[:8])
    assert {pictures[0][entry] is None for entry in entries} == {True, False}
    told = [[row["action"] for row in picture["trail"]] for picture in pictures]
    assert {"validate_statement", "validate_match"}.isdisjoint(told[0])
    assert told[1].count("validate_match") == len(desk.lines())
    assert desk.store.all(desk.tenant, COMPANY, UnfinishedValidation) == []


def test_a_second_round_is_seen_whole_and_the_trail_keeps_the_first_one() -> None:
    """A reversal opened the statement again: rows of its first validation are nobody's secret."""
    desk = desk_to_validate()
    statement = desk.statement().id
    validate_statement(desk.ports, desk.tenant, COMPANY, statement, AUTHOR)
    for line in desk.lines()[-4:]:
        assert line.match_id is not None
        reverse_match(
            desk.ports, desk.tenant, COMPANY, line.match_id, Reversal("autre client"), AUTHOR
        )

    pictures, commits = seen_at_each_commit(
        desk,
        lambda: validate_statement(desk.ports, desk.tenant, COMPANY, statement, AUTHOR),
        lambda: everything(desk),
    )

    assert commits > 3
    assert len(pictures) == 2
    told = [[row["action"] for row in picture["trail"]] for picture in pictures]
    assert [actions.count("validate_statement") for actions in told] == [1, 2]
    assert [actions.count("validate_match") for actions in told] == [18, 22]


def test_a_large_match_is_closed_by_hand_and_seen_whole_at_every_commit() -> None:
    """Its lines and drafts do not fit in one commit: all of them are closed, or none is."""
    desk = desk_with_instalments()
    match_by_hand(desk.ports, desk.tenant, COMPANY, instalments(desk), AUTHOR)
    statement = desk.statement().id

    pictures, commits = seen_at_each_commit(
        desk,
        lambda: close_line(
            desk.ports, desk.tenant, COMPANY, statement, 1, reason="en caisse", author=AUTHOR
        ),
        lambda: everything(desk) | one_by_one(desk, items=["oi_FA2025-1"], matches=(), entries=()),
    )

    assert commits > 3
    assert len(pictures) == 2
    assert {line["status"] for line in pictures[1]["lines"]} == {LineStatus.CLOSED_MANUALLY}
    assert {match["status"] for match in pictures[1]["matches"]} == {MatchStatus.CLOSED}
    assert (len(pictures[0]["entries"]), pictures[1]["entries"]) == (INSTALMENTS, [])
    settled = desk.item("FA2025-1")
    assert (settled.is_settled, settled.settled_by) == (True, ())
    assert desk.store.all(desk.tenant, COMPANY, UnfinishedMatch) == []


def test_a_match_of_many_lines_is_validated_and_seen_whole_at_every_commit() -> None:
    """Its drafts do not fit in one commit with its lines: readers see all of them, or none."""
    desk = desk_with_instalments()
    match_by_hand(desk.ports, desk.tenant, COMPANY, instalments(desk), AUTHOR)
    statement = desk.statement().id

    pictures, commits = seen_at_each_commit(
        desk,
        lambda: validate_statement(desk.ports, desk.tenant, COMPANY, statement, AUTHOR),
        lambda: everything(desk) | one_by_one(desk, items=["oi_FA2025-1"], matches=(), entries=()),
    )

    assert commits > 4
    assert len(pictures) == 2
    assert {line["status"] for line in pictures[1]["lines"]} == {LineStatus.VALIDATED}
    numbers = [entry["number"] for entry in pictures[1]["entries"]]
    assert sorted(numbers) == list(range(1, INSTALMENTS + 1))


def test_the_validation_of_a_match_of_many_lines_dies_at_any_commit_and_is_finished() -> None:
    whole = desk_with_instalments()
    match_by_hand(whole.ports, whole.tenant, COMPANY, instalments(whole), AUTHOR)
    expected = _validated(whole)

    died = _died_at_each_commit(
        lambda desk: match_by_hand(desk.ports, desk.tenant, COMPANY, instalments(desk), AUTHOR),
        _validated, expected,
    )  # fmt: skip

    assert died >= 6


def _died_at_each_commit(
    prepare: Callable[[Desk], object], do: Callable[[Desk], object], expected: object
) -> int:
    """Have the work die at each of its commits in turn, ask again; return how often it died."""
    for step in range(1, 100):
        store = Faulty()
        desk = desk_with_instalments(store)
        prepare(desk)
        store.fail_at, store.count = step, 0
        try:
            found = do(desk)
        except StoreUnavailable:
            store.fail_at = None
            assert do(desk) == expected
            continue
        assert found == expected
        return step - 1
    return 0


def _validated(desk: Desk) -> tuple[dict[str, Any], list[Any]]:
    validate_statement(desk.ports, desk.tenant, COMPANY, desk.statement().id, AUTHOR)
    return _picture(desk)


def _picture(desk: Desk) -> tuple[dict[str, Any], list[Any]]:
    """Return the books and the trail."""
    rows = desk.store.audit_events(desk.tenant, COMPANY, limit=500).items
    return dump(desk.store, desk.tenant, COMPANY, ["oi_FA2025-1"]), sorted(rows, key=lambda r: r.id)


@pytest.mark.parametrize(
    ("make", "request_of"),
    [(desk_with_slips, slips), (desk_with_instalments, instalments)],
    ids=["many-targets", "many-lines"],
)
def test_a_large_match_is_reversed_and_seen_whole_at_every_commit(
    make: Callable[[], Desk], request_of: Callable[[Desk], ManualMatch]
) -> None:
    desk = make()
    wanted = request_of(desk)
    made = match_by_hand(desk.ports, desk.tenant, COMPANY, wanted, AUTHOR)
    open_before = [item["id"] for item in everything(desk)["open"]]
    validate_statement(desk.ports, desk.tenant, COMPANY, desk.statement().id, AUTHOR)
    ids = [target.id for target in wanted.targets]

    pictures, commits = seen_at_each_commit(
        desk,
        lambda: _reversed(desk),
        lambda: everything(desk) | one_by_one(desk, items=ids, matches=[made.id], entries=()),
    )

    assert commits > 4
    assert len(pictures) == 2
    assert {line["status"] for line in pictures[1]["lines"]} == {LineStatus.REVERSED}
    assert {line["match_id"] for line in pictures[1]["lines"]} == {None}
    assert pictures[1][made.id]["status"] is MatchStatus.REVERSED
    assert [item["id"] for item in pictures[1]["open"]] == sorted([*open_before, *ids])
    entries = pictures[1]["entries"]
    assert sorted(entry["number"] for entry in entries) == list(range(1, len(entries) + 1))
    assert len(entries) == 2 * len(made.entry_ids)
    letters = [line["letter"] for e in entries for line in e["lines"] if line["third_party"]]
    assert {letters.count(letter) for letter in letters if letter} == {
        len(letters) // len(made.entry_ids)
    }
    assert all(letters)
    assert desk.store.all(desk.tenant, COMPANY, UnfinishedMatch) == []


def test_a_large_reversal_dies_at_any_commit_and_is_finished() -> None:
    def prepare(desk: Desk) -> None:
        match_by_hand(desk.ports, desk.tenant, COMPANY, instalments(desk), AUTHOR)
        validate_statement(desk.ports, desk.tenant, COMPANY, desk.statement().id, AUTHOR)

    whole = desk_with_instalments()
    prepare(whole)
    expected = _reversed(whole)

    assert _died_at_each_commit(prepare, _reversed, expected) >= 8


def _reversed(desk: Desk) -> tuple[dict[str, Any], list[Any]]:
    line = desk.lines()[0]
    match_id = line.match_id or line.past_matches[-1]
    why = Reversal("payé deux fois")
    reverse_match(desk.ports, desk.tenant, COMPANY, match_id, why, AUTHOR)
    lease = desk.store.get(desk.tenant, COMPANY, Lease, "WRITER")
    assert lease is not None
    assert lease.holder is None  # nobody waits for who died
    return _picture(desk)
