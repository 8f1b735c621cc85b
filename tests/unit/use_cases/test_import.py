"""Importing a dropped file: whole or quarantined whole, once, and nothing lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rappro.domain.bank import Severity
from rappro.domain.books import (
    Journal,
)
from rappro.domain.errors import InvalidRequest, TooLarge
from rappro.domain.ids import TenantId, ThirdPartyId
from rappro.domain.operations import (
    BooksLoad,
    ImportOutcome,
    ImportTrace,
    LoadState,
)
from rappro.domain.records import (
    StatementStatus,
)
from rappro.domain.writes import (
    change,
    create,
)
from rappro.use_cases.arrivals import parse_place
from rappro.use_cases.import_drop import import_drop
from rappro.use_cases.load_books import BookRecords, load_document
from rappro.use_cases.override import override_quarantine
from rappro.use_cases.start_run import start_run

from .desk import CLIENT, COMPANY, NOVEMBER, Desk, books, camt


def codes(traces: tuple[ImportTrace, ...]) -> list[str]:
    return [finding.code for trace in traces for finding in trace.findings]


def statement_count(desk: Desk) -> int:
    return len(desk.store.statements(desk.tenant, COMPANY).items)


def test_a_statement_is_stored_with_its_lines_and_routed_to_the_journal_of_its_iban() -> None:
    desk = Desk().open_company()

    (trace,) = desk.drop(camt(NOVEMBER))

    assert trace.outcome is ImportOutcome.IMPORTED
    statement = desk.statement()
    assert (statement.journal, statement.line_count, statement.format) == ("BQ1", 3, "camt.053")
    assert [line.line.amount_minor for line in desk.lines()] == [12_000, -45_000, -1_234]


def test_the_source_file_comes_back_byte_for_byte() -> None:
    desk, content = Desk().open_company(), camt(NOVEMBER)

    desk.drop(content)

    kept = desk.blobs.open_source(desk.tenant, COMPANY, desk.statement().source_sha256)
    assert kept.read() == content


def test_the_same_bytes_dropped_twice_are_one_statement_and_a_traced_warning() -> None:
    desk = Desk().open_company()
    desk.drop(camt(NOVEMBER))

    again = desk.drop(camt(NOVEMBER), name="copie.xml")

    assert (statement_count(desk), again[0].outcome) == (1, ImportOutcome.ALREADY_IMPORTED)
    assert codes(again) == ["already_imported"]


def test_the_same_event_delivered_twice_is_one_statement_and_a_traced_warning() -> None:
    desk = Desk().open_company()
    drop = desk.put(camt(NOVEMBER))
    import_drop(desk.ports, drop)

    again = import_drop(desk.ports, drop)

    assert (statement_count(desk), codes(again)) == (1, ["already_imported"])
    assert len(desk.store.import_traces(desk.tenant, COMPANY).items) == 2


def test_the_same_name_with_other_bytes_is_warned_of_and_imported() -> None:
    desk = Desk().open_company()
    desk.drop(camt(NOVEMBER))

    december = camt([("2026-11-29", "5.00", "X")], opening="657.66", number="12")
    (trace,) = desk.drop(december)

    assert (statement_count(desk), trace.outcome) == (2, ImportOutcome.IMPORTED)
    assert "same_file_name" in codes((trace,))


def test_the_same_statement_in_another_file_is_quarantined_as_a_duplicate() -> None:
    desk = Desk().open_company()
    desk.drop(camt(NOVEMBER))

    (trace,) = desk.drop(camt(NOVEMBER) + b"\n", name="autre.xml")

    assert trace.outcome is ImportOutcome.QUARANTINED
    assert "duplicate_statement" in codes((trace,))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(camt(NOVEMBER)[:-300], "malformed_statement", id="truncated"),
        pytest.param(b"", "unknown_format", id="empty"),
        pytest.param(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "unknown_format", id="pdf"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_name_and_kept(content: bytes, code: str) -> None:
    desk = Desk().open_company()

    (trace,) = desk.drop(content)

    assert (trace.outcome, codes((trace,))) == (ImportOutcome.REFUSED, [code])
    assert statement_count(desk) == 0
    assert desk.blobs.open_source(desk.tenant, COMPANY, trace.sha256).read() == content


def test_a_refused_file_may_be_dropped_again_and_the_pipeline_goes_on() -> None:
    desk = Desk().open_company()
    desk.drop(b"%PDF-1.7")
    desk.drop(b"%PDF-1.7")

    (trace,) = desk.drop(camt(NOVEMBER))

    assert trace.outcome is ImportOutcome.IMPORTED
    assert len(desk.store.import_traces(desk.tenant, COMPANY).items) == 3


def test_an_account_that_no_journal_has_quarantines_the_statement() -> None:
    desk = Desk().open_company()

    (trace,) = desk.drop(camt(NOVEMBER, iban="FR7699999000020000000000298"))

    assert (trace.outcome, codes((trace,))) == (ImportOutcome.QUARANTINED, ["unknown_account"])
    assert desk.statement().status is StatementStatus.QUARANTINED
    assert len(desk.lines()) == 3


def test_a_statement_a_cent_off_is_quarantined_and_a_reason_takes_it_in() -> None:
    desk = Desk().open_company()
    desk.drop(camt(NOVEMBER, closing="657.67"))
    statement = desk.statement()
    assert statement.status is StatementStatus.QUARANTINED
    assert [f.severity for f in statement.findings] == [Severity.BLOCKING]

    with pytest.raises(InvalidRequest):
        override_quarantine(desk.ports, desk.tenant, COMPANY, statement.id, " ", "chef")
    override_quarantine(
        desk.ports, desk.tenant, COMPANY, statement.id, "confirmé par la banque", "chef"
    )

    assert desk.statement().status is StatementStatus.PARTLY_MATCHED
    assert desk.statement().override_reason == "confirmé par la banque"


def test_a_company_that_does_not_exist_refuses_the_file_until_it_does() -> None:
    desk = Desk()
    (refused,) = desk.drop(camt(NOVEMBER))
    assert codes((refused,)) == ["unknown_company"]

    desk.open_company()
    (trace,) = desk.drop(camt(NOVEMBER))

    assert trace.outcome is ImportOutcome.IMPORTED


def test_a_statement_without_lines_is_reconciled_at_once() -> None:
    desk = Desk().open_company()

    desk.drop(camt([]))

    assert desk.statement().status is StatementStatus.RECONCILED


def test_two_tenants_with_the_same_company_and_file_never_see_each_other() -> None:
    ours = Desk().open_company()
    theirs = Desk(TenantId("cabinet-nord"), store=ours.store).open_company()

    ours.drop(camt(NOVEMBER))

    assert (statement_count(ours), statement_count(theirs)) == (1, 0)
    (trace,) = theirs.drop(camt(NOVEMBER))
    assert trace.outcome is ImportOutcome.IMPORTED


@pytest.mark.parametrize(
    "key", ["", "a", "cabinet/garage", "Cabinet/garage/x", "cab#/garage/x", "c/../x", "a/b/c/d/e"]
)
def test_a_key_that_is_no_place_of_a_tenant_is_nobodys(key: str) -> None:
    assert parse_place(key) is None


def test_a_place_may_name_a_journal() -> None:
    place = parse_place("cabinet-sud/garage/BQ1/releve.xml")

    assert place is not None
    assert (place.journal, place.name) == ("BQ1", "releve.xml")


def test_a_load_that_is_refused_half_way_lets_the_company_go_on() -> None:
    desk = Desk().open_company()
    vast = replace(CLIENT, id=ThirdPartyId("tp_vast"), aliases=("x" * 1_000,) * 400)

    with pytest.raises(TooLarge):
        load_document(
            desk.ports, desk.tenant, COMPANY, BookRecords(third_parties=(vast,)), "comptable"
        )

    states = {load.state for load in desk.store.all(desk.tenant, COMPANY, BooksLoad)}
    assert LoadState.LOADING not in states
    desk.drop(camt(NOVEMBER))
    assert desk.levels() == ["A", "A", "C"]


def test_books_of_the_same_document_sent_twice_are_loaded_once() -> None:
    desk = Desk().open_company()

    again = load_document(desk.ports, desk.tenant, COMPANY, books(), "comptable")

    assert again.counts["records_new"] == 0


def test_a_run_waits_for_a_load_that_is_under_way_and_gives_up_on_a_dead_one() -> None:
    desk = Desk().open_company()
    dead = BooksLoad("dead", "api", LoadState.LOADING, desk.clock.now(), {})
    desk.store.commit(desk.tenant, COMPANY, [create(dead)])

    desk.drop(camt(NOVEMBER))
    assert desk.statement().last_run_error == "BooksLoading"

    desk.clock.advance(timedelta(hours=2))
    start_run(desk.ports, desk.tenant, COMPANY, desk.statement().id, "comptable")
    assert desk.levels() == ["A", "A", "C"]


def test_a_file_for_a_journal_is_taken_for_it_when_accounts_cannot_be_compared() -> None:
    desk = Desk().open_company()
    (journal,) = [j for j in desk.store.all(desk.tenant, COMPANY, Journal) if j.code == "BQ1"]
    nameless = replace(journal, iban=None)
    desk.store.commit(desk.tenant, COMPANY, [change(journal, nameless)])

    drop = desk.inbox.drop(desk.tenant, COMPANY, "BQ1", "releve.xml", camt(NOVEMBER))
    (trace,) = import_drop(desk.ports, drop)

    assert (trace.outcome, trace.journal) == (ImportOutcome.IMPORTED, "BQ1")
    assert codes((trace,)) == ["account_unverified"]


def test_with_a_journal_only_its_own_statements_are_taken_and_the_others_named() -> None:
    desk = Desk().open_company()
    other = camt(NOVEMBER, iban="FR7699999000020000000000298")
    start, end = other.index(b"<Stmt>"), other.index(b"</Stmt>") + len(b"</Stmt>")
    both = camt(NOVEMBER).replace(b"</BkToCstmrStmt>", other[start:end] + b"</BkToCstmrStmt>")

    drop = desk.inbox.drop(desk.tenant, COMPANY, "BQ1", "releve.xml", both)
    (trace,) = import_drop(desk.ports, drop)

    assert trace.outcome is ImportOutcome.IMPORTED
    assert codes((trace,)) == ["other_account"]
    assert statement_count(desk) == 1


def test_without_a_journal_one_unknown_account_quarantines_the_whole_file() -> None:
    desk = Desk().open_company()
    other = camt(NOVEMBER, iban="FR7699999000020000000000298")
    start, end = other.index(b"<Stmt>"), other.index(b"</Stmt>") + len(b"</Stmt>")
    both = camt(NOVEMBER).replace(b"</BkToCstmrStmt>", other[start:end] + b"</BkToCstmrStmt>")

    traces = desk.drop(both)

    assert {trace.outcome for trace in traces} == {ImportOutcome.QUARANTINED}
    assert sorted(codes(traces)) == ["file_quarantined", "unknown_account"]
    assert desk.item("FA2026-0101").residual_minor == 12_000
