"""Lines that two files bring are one: the second is kept, marked, and takes part in nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rappro.adapters.memory import MemoryStore
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.operations import ImportOutcome, ImportTrace
from rappro.domain.records import StatementRecord, StatementStatus
from rappro.domain.settings import ImportProfile
from rappro.domain.writes import Fence, Held, Write
from rappro.use_cases import known_lines
from rappro.use_cases.delete_statement import delete_statement
from rappro.use_cases.report import reconciliation_report
from rappro.use_cases.validate_statement import validate_statement
from tests.camt_text import Movement

from .desk import COMPANY, NOVEMBER, Desk, camt
from .two_sources import by_format, lines, mt940, override, unmatched


def codes(traces: tuple[ImportTrace, ...]) -> list[str]:
    return [finding.code for trace in traces for finding in trace.findings]


def test_the_same_days_in_another_format_are_quarantined_and_name_the_first_statement() -> None:
    desk = Desk().open_company()
    desk.drop(camt(NOVEMBER))

    (trace,) = desk.drop(mt940(NOVEMBER), name="releve.sta")

    assert trace.outcome is ImportOutcome.QUARANTINED
    (message,) = (f.message for f in trace.findings if f.code == "duplicate_statement")
    assert by_format(desk, "camt.053").id in message


def test_taken_in_all_the_same_it_has_nothing_to_match_and_changes_no_figure() -> None:
    desk = Desk().open_company()
    desk.drop(camt(NOVEMBER))
    waiting = unmatched(desk)
    desk.drop(mt940(NOVEMBER), name="releve.sta")

    taken = override(desk, by_format(desk, "mt940"))

    first = by_format(desk, "camt.053")
    assert (taken.status, taken.known_count) == (StatementStatus.RECONCILED, 3)
    assert [line.known_as for line in lines(desk, taken)] == [f"{first.id}/{n}" for n in (1, 2, 3)]
    assert unmatched(desk) == waiting
    report = reconciliation_report(desk.ports, desk.tenant, COMPANY, "BQ1", date(2026, 11, 30))
    assert (report.bank_balance_minor, report.difference_minor) == (65_766, 0)


def test_a_month_over_its_days_is_taken_in_with_nothing_to_match() -> None:
    desk = Desk().open_company()
    opening = "1000.00"
    for day, (movement, after) in enumerate(
        zip(NOVEMBER, ("1120.00", "670.00", "657.66"), strict=True)
    ):
        one = mt940([movement], opening=opening, last=movement[0][2:].replace("-", ""))
        desk.drop(one.replace(b"C261101", f"C{movement[0][2:].replace('-', '')}".encode()),
                  name=f"{day}.sta")  # fmt: skip
        opening = after
    waiting = unmatched(desk)

    (trace,) = desk.drop(camt(NOVEMBER))

    month = by_format(desk, "camt.053")
    assert trace.outcome is ImportOutcome.IMPORTED
    assert (month.status, month.known_count) == (StatementStatus.RECONCILED, 3)
    assert unmatched(desk) == waiting


def test_some_known_lines_are_warned_of_and_the_others_are_matched() -> None:
    desk = Desk().open_company()
    desk.drop(camt(NOVEMBER[:2], last_day="2026-11-10"))
    more = (*NOVEMBER, ("2026-11-20", "300.00", "VIR MENUISERIE DUPOND FA2026-0102"))

    (trace,) = desk.drop(mt940(more), name="mois.sta")

    month = by_format(desk, "mt940")
    assert trace.outcome is ImportOutcome.IMPORTED
    assert [f.message for f in trace.findings if f.code == "known_lines"] == [
        f"2 of 4 lines are there already, from statement 11 ({by_format(desk, 'camt.053').id})"
    ]
    assert [line.known_as is not None for line in lines(desk, month)] == [True, True, False, False]
    assert [str(line.level) for line in lines(desk, month)] == ["None", "None", "C", "A"]
    assert month.status is StatementStatus.PARTLY_MATCHED


def test_a_known_line_neither_blocks_a_validation_nor_is_posted_twice() -> None:
    desk = Desk().open_company()
    desk.drop(camt(NOVEMBER[:2], last_day="2026-11-10"))
    desk.drop(mt940(NOVEMBER), name="mois.sta")

    for name in ("camt.053", "mt940"):
        statement = by_format(desk, name)
        validate_statement(desk.ports, desk.tenant, COMPANY, statement.id, "comptable")

    entries = desk.store.entries(desk.tenant, COMPANY, journal="BQ1").items
    assert sorted(entry.lines[0].debit_minor - entry.lines[0].credit_minor for entry in entries) \
        == [-1_234, 12_000]  # fmt: skip
    report = reconciliation_report(desk.ports, desk.tenant, COMPANY, "BQ1", date(2026, 11, 30))
    assert (report.bank_balance_minor, report.difference_minor) == (65_766, 0)
    assert report.lines_not_in_books == ()


def test_a_statement_that_goes_on_where_another_stopped_is_not_compared() -> None:
    """Both have a payment of the same amount on the day they share: the balances prove two."""
    desk = Desk().open_company()
    same = ("2026-11-10", "-450.00", "PRLV")
    desk.drop(camt([same], last_day="2026-11-10"))

    evening = mt940([same], opening="550.00").replace(b":60F:C261101", b":60F:C261110")
    (trace,) = desk.drop(evening, name="soir.sta")

    assert trace.outcome is ImportOutcome.IMPORTED
    assert "known_lines" not in codes((trace,))


def test_what_is_known_is_found_again_when_a_quarantine_is_lifted() -> None:
    """Of two copies in quarantine the first one that is taken in has the lines."""
    desk = Desk().open_company()
    desk.drop(camt(NOVEMBER, closing="1.00"))
    desk.drop(mt940(NOVEMBER).replace(b"EUR657,66", b"EUR1,00"), name="releve.sta")

    first = override(desk, by_format(desk, "camt.053"))
    second = override(desk, by_format(desk, "mt940"))

    assert (first.known_count, first.status) == (0, StatementStatus.IMPORTED)
    assert (second.known_count, second.status) == (3, StatementStatus.RECONCILED)
    assert "duplicate_statement" in [finding.code for finding in second.findings]


def test_too_many_overlapping_lines_are_all_kept_as_new_and_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(known_lines, "COMPARED_MAX", 2)
    desk = Desk().open_company()
    desk.drop(camt(NOVEMBER))

    (trace,) = desk.drop(mt940(NOVEMBER), name="releve.sta")

    assert "lines_not_compared" in codes((trace,))
    assert [line.known_as for line in lines(desk, by_format(desk, "mt940"))] == [None] * 3


class Racing(MemoryStore):
    """A store in which something else happens right before a statement is committed."""

    meanwhile: Callable[[], object] | None = None

    def commit(
        self, tenant: TenantId, company: CompanyId, writes: Sequence[Write],
        *, fence: Fence | None = None, held: Sequence[Held] = (),
    ) -> None:  # fmt: skip
        meanwhile, is_new = self.meanwhile, any(_is_new_statement(write) for write in writes)
        if meanwhile is not None and is_new:
            self.meanwhile = None
            meanwhile()
        super().commit(tenant, company, writes, fence=fence, held=held)


def _is_new_statement(write: Write) -> bool:
    return write.before is None and isinstance(write.after, StatementRecord)


def test_two_files_that_come_at_once_see_each_other() -> None:
    store = Racing()
    desk = Desk(store=store).open_company()
    more = (*NOVEMBER, ("2026-11-20", "5.00", "X"))
    store.meanwhile = lambda: desk.drop(camt(NOVEMBER))

    (trace,) = desk.drop(mt940(more), name="mois.sta")

    assert "known_lines" in codes((trace,))
    assert sorted(line.known_as is None for line in lines(desk, by_format(desk, "mt940"))) == [
        False, False, False, True,
    ]  # fmt: skip
    assert unmatched(desk) == [-1_234, 500]


def test_a_statement_that_is_deleted_meanwhile_has_no_known_lines() -> None:
    store = Racing()
    desk = Desk(store=store).open_company(ImportProfile(is_matched_on_import=False))
    desk.drop(camt(NOVEMBER))
    first = desk.statement()
    store.meanwhile = lambda: delete_statement(
        desk.ports, desk.tenant, COMPANY, first.id, "comptable"
    )

    (trace,) = desk.drop(mt940((*NOVEMBER, ("2026-11-20", "5.00", "X"))), name="mois.sta")

    assert "known_lines" not in codes((trace,))
    assert [line.known_as for line in desk.lines()] == [None] * 4


MOVEMENTS = st.lists(
    st.tuples(
        st.sampled_from(["2026-11-05", "2026-11-06", "2026-11-20"]),
        st.sampled_from(["10.00", "-10.00", "7.50"]),
        st.sampled_from(["LIGNE UNE", "LIGNE DEUX"]),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=25, deadline=None)
@given(MOVEMENTS, st.data())
def test_whatever_two_formats_bring_each_movement_waits_exactly_once(
    movements: list[Movement], data: st.DataObject
) -> None:
    """The first file has some of the month's movements, the second has all of them."""
    count = data.draw(st.integers(1, len(movements)))
    desk = Desk().open_company()

    desk.drop(camt(movements[:count]))
    desk.drop(mt940(movements), name="mois.sta")
    for statement in desk.store.statements(desk.tenant, COMPANY).items:
        if statement.status is StatementStatus.QUARANTINED:
            override(desk, statement)

    assert unmatched(desk) == sorted(int(a.replace(".", "")) for _, a, _ in movements)
