"""Actions on lines, on either store: their commits are within its bounds, and undone exactly."""

from __future__ import annotations

from datetime import date

from rappro.domain.books import BankEntry
from rappro.domain.differences import DifferenceType
from rappro.domain.ids import OpenItemId, TenantId
from rappro.domain.posting.slips import Leg
from rappro.domain.records import Match, MatchStatus
from rappro.domain.writes import create
from rappro.ports import Store
from rappro.use_cases.acting import LINES_MAX_PER_ENTRY
from rappro.use_cases.cash_movements import (
    UndefinedMovement,
    create_cash_movements,
    create_undefined_movement,
)
from rappro.use_cases.settle_by_ledger import Settlement, settle_difference
from tests.unit.use_cases.acts import actor, edit, keys, picture, undo_whole
from tests.unit.use_cases.desk import CLIENT, COMPANY, Desk, camt

COUNT = LINES_MAX_PER_ENTRY
LINES = tuple((f"2026-11-{1 + n:02d}", f"{20 + n}.00", f"RECU {n}") for n in range(COUNT))
POSITIONS = tuple(range(1, COUNT + 1))
TOTAL = sum((20 + n) * 100 for n in range(COUNT))


def desk_on(store: Store, tenant: TenantId) -> Desk:
    made = Desk(tenant, store=store)  # type: ignore[arg-type]  # a desk works on any store
    desk = made.open_company()
    desk.drop(camt(LINES))
    assert desk.levels() == ["C"] * COUNT
    return desk


def test_a_batch_of_receipts_of_one_invoice_is_made_and_undone(
    store: Store, tenant: TenantId
) -> None:
    desk = desk_on(store, tenant)
    for position in POSITIONS:
        edit(desk, position, third_party=CLIENT.id, invoice=OpenItemId("oi_FA2026-0102"))
    before = picture(desk)

    results = create_cash_movements(actor(desk), keys(desk, *POSITIONS))

    codes = [result.error.code if result.error else None for result in results]
    paid = codes.index("already_settled")
    assert codes == [None] * paid + ["already_settled"] * (COUNT - paid)
    assert (desk.item("FA2026-0102").residual_minor, paid) == (0, 12)
    for result in reversed(results[:paid]):
        match = store.get(tenant, COMPANY, Match, result.match_id or "")
        assert match is not None
        undo_whole(desk, match)
    assert picture(desk) == before


def test_an_entry_of_as_many_lines_as_it_may_have_is_made_and_undone(
    store: Store, tenant: TenantId
) -> None:
    desk = desk_on(store, tenant)
    before = picture(desk)

    made = create_undefined_movement(
        actor(desk), UndefinedMovement(desk.statement().id, POSITIONS, (Leg("706000", TOTAL),))
    )

    assert (len(made.lines), made.status) == (COUNT, MatchStatus.TO_CONFIRM)
    undo_whole(desk, made)
    assert picture(desk) == before


def test_a_difference_of_many_lines_and_entries_is_settled_and_undone(
    store: Store, tenant: TenantId
) -> None:
    desk = desk_on(store, tenant)
    entries = [
        BankEntry(f"be_{n:02d}", "BQ1", "512100", date(2026, 11, 2), 2_000, "EUR", f"entry {n}")
        for n in range(COUNT)
    ]
    for entry in entries:
        store.commit(tenant, COMPANY, [create(entry)])
    store.commit(tenant, COMPANY, [create(DifferenceType("fees", "Frais", "627000"))])
    before = picture(desk)

    made = settle_difference(
        actor(desk),
        Settlement(desk.statement().id, POSITIONS, tuple(one.id for one in entries), "fees"),
    )

    assert (made.status, made.mark) == (MatchStatus.TO_CONFIRM, "AAA")
    kept = store.get(tenant, COMPANY, DifferenceType, "fees")
    assert kept is not None
    assert kept.use_count == 1
    undo_whole(desk, made)
    assert picture(desk) == before
