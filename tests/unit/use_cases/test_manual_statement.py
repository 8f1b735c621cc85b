"""A statement made by hand goes the way of a bank's file, and may grow until it is validated."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest

from rappro.domain.bank import Balance, Counterparty, Nature, StatementLine
from rappro.domain.books import Company, Journal, JournalType
from rappro.domain.errors import (
    InvalidRequest,
    MalformedStatement,
    NotAllowedInState,
    NotFound,
    PeriodClosed,
    RuleViolation,
    StatementReadOnly,
    StoreConflict,
)
from rappro.domain.operations import ImportOutcome
from rappro.domain.records import Origin, StatementRecord, StatementStatus
from rappro.use_cases.companies import save_company, save_journal
from rappro.use_cases.delete_line import delete_line
from rappro.use_cases.delete_statement import delete_statement
from rappro.use_cases.manual_document import DocumentParser, ManualStatement, written
from rappro.use_cases.manual_statement import (
    LINES_ADDED_MAX,
    LINES_MAX,
    add_lines,
    create_statement,
)
from rappro.use_cases.validate_statement import validate_statement

from .desk import COMPANY, IBAN, NOVEMBER, Desk, camt
from .two_sources import by_format, lines, mt940, unmatched

AUTHOR = "comptable"


def line(on: int, amount: int, label: str = "LIGNE", **fields: object) -> StatementLine:
    said = StatementLine(1, date(2026, 11, on), amount, "EUR", label=label)
    return replace(said, **fields)  # type: ignore[arg-type]  # what a test names


BY_HAND = ManualStatement(
    journal="BQ1",
    number="A1",
    opening=Balance(date(2026, 10, 31), 100_000),
    closing=Balance(date(2026, 11, 12), 65_766),
    lines=(
        line(5, 12_000, "VIR MENUISERIE DUPOND FA2026-0101", nature=Nature.TRANSFER),
        line(10, -45_000, "VIR ELECTRICITE DU MIDI", counterparty=Counterparty("ELEC", IBAN)),
        line(12, -1_234, "COTISATION INCONNUE", value_date=date(2026, 11, 13), entry_ref="R-1"),
    ),
)


def make(desk: Desk, manual: ManualStatement = BY_HAND) -> StatementRecord:
    statement, is_new = create_statement(desk.ports, desk.tenant, COMPANY, manual, AUTHOR)
    assert is_new
    return desk.statement(statement.id)


def add(desk: Desk, statement: StatementRecord, *added: StatementLine) -> StatementRecord:
    return add_lines(
        desk.ports, desk.tenant, COMPANY, statement.id, added, AUTHOR, version=statement.version
    )


def test_it_is_controlled_matched_and_drafted_like_a_bank_s() -> None:
    desk = Desk().open_company()

    statement = make(desk)

    assert (statement.format, statement.origin, statement.journal) == (
        "manual", Origin.MANUAL, "BQ1",
    )  # fmt: skip
    assert desk.levels() == ["A", "A", "C"]
    assert statement.findings == ()
    assert (statement.period_from, statement.period_to) == (date(2026, 11, 5), date(2026, 11, 12))
    (trace,) = desk.store.import_traces(desk.tenant, COMPANY).items
    assert (trace.outcome, trace.format, trace.statement_id) == (
        ImportOutcome.IMPORTED, "manual", statement.id,
    )  # fmt: skip


def test_its_source_says_what_was_entered_and_who_entered_it() -> None:
    desk = Desk().open_company()

    statement = make(desk)

    kept = desk.blobs.open_source(desk.tenant, COMPANY, statement.source_sha256)
    document = json.load(kept)
    assert [said["amount"] for said in document["lines"]] == ["120.00", "-450.00", "-12.34"]
    events = desk.store.audit_events(desk.tenant, COMPANY).items
    assert [e.author for e in events if e.subject == statement.source_sha256] == [AUTHOR]


def test_the_same_again_is_the_first_statement() -> None:
    desk = Desk().open_company()
    first = make(desk)

    again, is_new = create_statement(desk.ports, desk.tenant, COMPANY, BY_HAND, AUTHOR)

    assert (again.id, is_new) == (first.id, False)
    assert len(desk.store.statements(desk.tenant, COMPANY).items) == 1


def test_deleted_and_made_again_it_is_another_one() -> None:
    desk = Desk().open_company()
    first = make(desk, replace(BY_HAND, lines=BY_HAND.lines[2:], closing=None))
    delete_statement(desk.ports, desk.tenant, COMPANY, first.id, AUTHOR)

    second = make(desk, replace(BY_HAND, lines=BY_HAND.lines[2:], closing=None))

    assert second.id != first.id
    assert desk.levels() == ["C"]


def test_balances_that_do_not_follow_quarantine_it_and_missing_ones_are_said() -> None:
    desk = Desk().open_company()

    wrong = make(desk, replace(BY_HAND, closing=Balance(date(2026, 11, 12), 1)))
    open_ended = make(desk, replace(BY_HAND, number="A2", opening=None, closing=None))

    assert wrong.status is StatementStatus.QUARANTINED
    assert [f.code for f in wrong.findings] == ["balance_mismatch"]
    assert [f.code for f in open_ended.findings] == ["balance_missing"]


@pytest.mark.parametrize("balances", [{}, {"opening": None, "closing": None}], ids=["with", "no"])
def test_when_the_bank_is_back_its_lines_are_known(balances: dict[str, None]) -> None:
    desk = Desk().open_company()
    make(desk, replace(BY_HAND, **balances))  # type: ignore[arg-type]
    waiting = unmatched(desk)

    (trace,) = desk.drop(mt940(NOVEMBER), name="releve.sta")

    assert trace.outcome is ImportOutcome.IMPORTED
    assert "known_lines" in [f.code for f in trace.findings]
    assert by_format(desk, "mt940").status is StatementStatus.RECONCILED
    assert unmatched(desk) == waiting


def test_a_journal_without_a_bank_or_unknown_is_refused() -> None:
    desk = Desk().open_company()
    sales = Journal("VE", "Ventes", JournalType.SALES)
    save_journal(desk.ports, desk.tenant, COMPANY, sales, AUTHOR)

    with pytest.raises(RuleViolation, match="treasury"):
        make(desk, replace(BY_HAND, journal="VE"))
    with pytest.raises(NotFound):
        make(desk, replace(BY_HAND, journal="BQ9"))
    with pytest.raises(NotFound, match="import profile"):
        create_statement(desk.ports, desk.tenant, COMPANY, BY_HAND, AUTHOR, profile="NONE")
    with pytest.raises(InvalidRequest):
        make(desk, replace(BY_HAND, lines=(line(5, 1),) * (LINES_MAX + 1)))


def test_lines_are_added_and_removed_and_the_balance_is_controlled_each_time() -> None:
    desk = Desk().open_company()
    first = make(desk)

    grown = add(desk, first, line(20, 500), line(21, -100))

    assert grown == desk.statement()
    assert (grown.line_count, grown.booked_minor) == (5, -33_834)
    assert grown.period_to == date(2026, 11, 21)
    assert [f.code for f in grown.findings] == ["balance_mismatch"]
    assert grown.status is StatementStatus.PARTLY_MATCHED

    delete_line(desk.ports, desk.tenant, COMPANY, first.id, 4, AUTHOR)
    left = delete_line(desk.ports, desk.tenant, COMPANY, first.id, 5, AUTHOR)
    assert left.findings == ()
    again = add(desk, left, line(20, 0))
    assert [one.line.position for one in lines(desk, again)] == [1, 2, 3, 6]


def test_an_added_line_that_another_statement_has_is_known() -> None:
    desk = Desk().open_company()
    desk.drop(camt([*NOVEMBER, ("2026-11-20", "5.00", "X"), ("2026-11-20", "5.00", "X")]))
    bank = desk.statement()
    statement = make(desk, replace(BY_HAND, lines=(line(20, 500),), opening=None, closing=None))
    statement = desk.statement(statement.id)
    assert statement.status is StatementStatus.QUARANTINED
    delete_statement(desk.ports, desk.tenant, COMPANY, statement.id, AUTHOR)
    mixed = (line(20, 500), line(25, 7))
    statement = make(desk, replace(BY_HAND, lines=mixed, opening=None, closing=None))

    grown = add(desk, statement, line(20, 500), line(20, 500))

    known = [one.known_as for one in lines(desk, grown)]
    assert known == [f"{bank.id}/4", None, f"{bank.id}/5", None]
    assert grown.known_count == 2


def test_a_repeated_addition_is_refused_by_its_version() -> None:
    desk = Desk().open_company()
    first = make(desk)
    add(desk, first, line(20, 500))

    with pytest.raises(StoreConflict):
        add(desk, first, line(20, 500))

    assert desk.statement().line_count == 4


def test_what_may_not_grow_is_refused() -> None:
    desk = Desk().open_company()
    desk.drop(camt(NOVEMBER[:1], last_day="2026-11-05"))
    with pytest.raises(NotAllowedInState, match="by hand"):
        add(desk, desk.statement(), line(20, 500))

    manual = make(desk, replace(BY_HAND, lines=(line(25, 1),), opening=None, closing=None))
    with pytest.raises(InvalidRequest):
        add(desk, manual, *[line(20, 500)] * (LINES_ADDED_MAX + 1))
    company = Company(COMPANY, "Garage du Port", closed_until=date(2026, 11, 20))
    save_company(desk.ports, desk.tenant, company, AUTHOR)
    with pytest.raises(PeriodClosed):
        add(desk, manual, line(20, 500))
    validate_statement(desk.ports, desk.tenant, COMPANY, manual.id, AUTHOR)
    with pytest.raises(StatementReadOnly):
        add(desk, desk.statement(manual.id), line(26, 500))


def test_the_document_reads_back_as_it_was_written() -> None:
    journal = Journal("BQ1", "Banque", JournalType.TREASURY, "512100", iban=IBAN)
    content = written(BY_HAND, journal)

    events = list(DocumentParser().parse(BytesIO(content)))

    assert [replace(e, raw="") for e in events if isinstance(e, StatementLine)] == [
        replace(said, position=n) for n, said in enumerate(BY_HAND.lines, 1)
    ]
    assert not DocumentParser().recognises(content)
    with pytest.raises(MalformedStatement):
        list(DocumentParser().parse(BytesIO(b"{}")))
