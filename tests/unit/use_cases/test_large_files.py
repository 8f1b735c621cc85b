"""A file too large to be stored at once: cut, stored and finished like any other, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest

from rappro.adapters.memory import MemoryRuns
from rappro.domain.errors import NotFound, StoreUnavailable
from rappro.domain.operations import ImportOutcome, ImportTrace
from rappro.domain.records import SourceFile, StatementRecord, StatementStatus
from rappro.domain.settings import ImportProfile
from rappro.ports import Drop
from rappro.use_cases.chunks import CLAIM_LASTS, store_chunk
from rappro.use_cases.finish_import import fail, finish
from rappro.use_cases.import_drop import import_drop
from rappro.use_cases.large_files import LINES_AT_ONCE

from .archives import zipped
from .desk import COMPANY, NOVEMBER, Desk, camt
from .dumps import dump
from .faulty import Faulty
from .storing import begin, row, run_machine, started, take_in

I = ImportOutcome  # noqa: E741 - read as a word's first letter
ITEMS = ["oi_FA2026-0101", "oi_FA2026-0102", "oi_FE2026-77"]
OTHER = "FR7699999000020000000000298"


def picture(desk: Desk) -> dict[str, Any]:
    """Everything that an import leaves: books, statements, lines, trace and file."""
    traces = desk.store.import_traces(desk.tenant, COMPANY).items
    source = desk.store.get(desk.tenant, COMPANY, SourceFile, traces[-1].sha256)
    assert source is not None
    kept = [*(asdict(replace(trace, version=0)) for trace in traces)]
    kept.append(asdict(replace(source, version=0)))
    return {**dump(desk.store, desk.tenant, COMPANY, ITEMS), "kept": kept}


def two_accounts() -> bytes:
    """Return a file of two statements, three lines each, the second of an unknown account."""
    other = camt(NOVEMBER, iban=OTHER)
    start, end = other.index(b"<Stmt>"), other.index(b"</Stmt>") + len(b"</Stmt>")
    return camt(NOVEMBER).replace(b"</BkToCstmrStmt>", other[start:end] + b"</BkToCstmrStmt>")


def statements(desk: Desk) -> list[StatementRecord]:
    return list(desk.store.statements(desk.tenant, COMPANY).items)


def codes(trace: ImportTrace) -> list[str]:
    return [finding.code for finding in trace.findings]


@pytest.mark.parametrize(
    ("content", "journal"),
    [
        pytest.param(camt(NOVEMBER), None, id="imported"),
        pytest.param(camt(NOVEMBER, closing="657.67"), None, id="quarantined"),
        pytest.param(two_accounts(), None, id="several, quarantined"),
        pytest.param(two_accounts(), "BQ1", id="several, one journal's"),
    ],
)
def test_a_file_that_is_cut_leaves_what_a_file_that_is_not_would_leave(
    content: bytes, journal: str | None
) -> None:
    whole, cut = Desk().open_company(), Desk().open_company()
    drops = [desk.inbox.drop(desk.tenant, COMPANY, journal, "x.xml", content)
             for desk in (whole, cut)]  # fmt: skip

    import_drop(whole.ports, drops[0])
    take_in(cut, drops[1])
    run_machine(cut)

    assert (len(whole.runs.imports), len(cut.runs.imports)) == (0, 1)
    assert picture(cut) == picture(whole)
    assert cut.runs.started == whole.runs.started


def test_a_file_of_as_many_lines_as_are_stored_at_once_is_not_cut() -> None:
    desk = Desk().open_company()

    import_drop(desk.ports, desk.put(camt(NOVEMBER)), lines_at_once=3)

    assert (desk.runs.imports, row(desk).outcome) == ([], I.IMPORTED)
    assert LINES_AT_ONCE == 20_000


def test_until_it_is_finished_a_large_file_shows_on_the_trace_and_nowhere_else() -> None:
    desk = Desk().open_company()

    (trace,) = begin(desk, camt(NOVEMBER))
    request, chunks = started(desk)
    for chunk in chunks:
        store_chunk(desk.ports, request, chunk)

    assert (trace, trace.outcome) == (replace(row(desk), version=0), I.STORING)
    assert (trace.line_count, trace.format, chunks) == (3, "camt.053", [1, 2])
    assert statements(desk) == []
    finish(desk.ports, request)
    assert (row(desk).id, row(desk).outcome) == (trace.id, I.IMPORTED)
    assert desk.levels() == ["A", "A", "C"]


def test_a_statement_that_is_not_matched_on_import_is_stored_and_left() -> None:
    desk = Desk().open_company(ImportProfile(is_matched_on_import=False))

    begin(desk, camt(NOVEMBER))
    run_machine(desk)

    assert (row(desk).outcome, desk.statement().status) == (I.IMPORTED, StatementStatus.IMPORTED)


def test_runs_that_cannot_be_started_do_not_undo_the_import() -> None:
    desk = Desk().open_company()
    begin(desk, camt(NOVEMBER))
    desk.ports = replace(desk.ports, runs=Unreachable())

    run_machine(desk)

    assert (row(desk).outcome, len(desk.lines())) == (I.IMPORTED, 3)


def test_an_event_delivered_again_while_the_file_is_stored_starts_nothing_twice() -> None:
    desk = Desk().open_company()
    drop = desk.put(camt(NOVEMBER))
    first = take_in(desk, drop)

    again = take_in(desk, drop)

    assert [replace(t, version=0) for t in again] == list(first)
    assert len(desk.runs.imports) == 1
    run_machine(desk)
    assert [t.outcome for t in take_in(desk, drop)] == [I.ALREADY_IMPORTED]
    assert len(desk.runs.imports) == 1


def test_the_same_bytes_that_come_while_they_are_stored_are_a_traced_repetition() -> None:
    desk = Desk().open_company()
    begin(desk, camt(NOVEMBER))

    (again,) = begin(desk, camt(NOVEMBER), name="copie.xml")
    run_machine(desk)

    assert (again.outcome, codes(again)) == (I.ALREADY_IMPORTED, ["already_imported"])
    assert "being stored" in again.findings[0].message
    assert (row(desk).outcome, len(statements(desk)), len(desk.runs.imports)) == (I.IMPORTED, 1, 1)
    source = desk.store.get(desk.tenant, COMPANY, SourceFile, again.sha256)
    assert source is not None
    assert (source.name, source.sightings, source.is_imported) == ("releve.xml", 2, True)


class Hurried(Faulty):
    """A store in which something happens right before one commit, as if between two steps."""

    before_commit: Callable[[], object] | None = None

    def commit(self, *arguments: Any, **named: Any) -> None:
        happens, self.before_commit = self.before_commit, None
        if happens is not None:
            happens()
        super().commit(*arguments, **named)


@pytest.mark.parametrize("name", ["releve.xml", "copie.xml"])
def test_of_two_drops_of_the_same_bytes_at_once_one_stores_and_the_other_sees_it(
    name: str,
) -> None:
    """Both have read and cut the file when the second one claims it under the first one's nose."""
    store = Hurried()
    desk = Desk(store=store).open_company()
    ours, theirs = desk.put(camt(NOVEMBER)), desk.put(camt(NOVEMBER), name)

    def meanwhile() -> None:
        desk.clock.advance(timedelta(seconds=1))
        take_in(desk, theirs)

    store.before_commit = meanwhile
    (late,) = take_in(desk, ours)
    run_machine(desk)

    assert late.outcome is I.ALREADY_IMPORTED
    assert (row_of(desk, theirs).outcome, len(desk.runs.imports)) == (I.IMPORTED, 1)
    assert (len(statements(desk)), desk.levels()) == (1, ["A", "A", "C"])


def row_of(desk: Desk, drop: Drop) -> ImportTrace:
    (found,) = [
        trace
        for trace in desk.store.import_traces(desk.tenant, COMPANY).items
        if trace.object_version == drop.object_version
    ]
    return found


def test_one_event_delivered_twice_at_once_stores_once() -> None:
    store = Hurried()
    desk = Desk(store=store).open_company()
    drop = desk.put(camt(NOVEMBER))

    store.before_commit = lambda: take_in(desk, drop)
    (late,) = take_in(desk, drop)

    assert (late.outcome, len(desk.runs.imports)) == (I.STORING, 1)


@pytest.mark.parametrize("is_after", [False, True])
def test_an_import_that_dies_at_any_commit_and_is_repeated_ends_as_one_that_did_not(
    *, is_after: bool
) -> None:
    """Every commit of every step fails in turn; its event or the machine repeats the step."""
    calm = Desk().open_company()
    begin(calm, two_accounts())
    run_machine(calm)
    deaths = 0
    for fail_at in count(1):
        store = Faulty()
        desk = Desk(store=store).open_company()
        desk.runs.on_start = None  # the runs' own deaths are tried elsewhere
        drop = desk.put(two_accounts())
        store.count, store.fail_at, store.is_after = 0, fail_at, is_after
        repeated(partial(take_in, desk, drop))
        request, chunks = started(desk, 0)
        for chunk in [*reversed(chunks), *chunks]:
            repeated(partial(store_chunk, desk.ports, request, chunk))
        for _ in range(2):
            repeated(partial(finish, desk.ports, request))
        if store.count < fail_at:
            break
        deaths += 1
        assert len(desk.runs.imports) == 1
        assert picture(desk) == picture(calm)
    assert deaths == 2  # the claim, and the statements with their file


def repeated(step: Callable[[], object]) -> None:
    try:
        step()
    except StoreUnavailable:
        step()


def test_an_import_that_died_before_it_started_the_machine_starts_it_when_repeated() -> None:
    desk = Desk().open_company()
    drop = desk.put(camt(NOVEMBER))
    with pytest.raises(StoreUnavailable):
        import_drop(replace(desk.ports, runs=Unreachable()), drop, lines_at_once=2)

    (again,) = take_in(desk, drop)
    run_machine(desk)

    assert (again.outcome, row(desk).outcome) == (I.STORING, I.IMPORTED)


class Unreachable(MemoryRuns):
    """State machines that cannot be reached."""

    def start(self, *_: object, **__: object) -> str:
        raise StoreUnavailable("planned")

    start_import = start


def test_the_runs_that_a_dead_finish_left_are_started_when_it_is_repeated() -> None:
    desk = Desk().open_company()
    begin(desk, camt(NOVEMBER))
    request, chunks = started(desk)
    for chunk in chunks:
        store_chunk(desk.ports, request, chunk)
    with pytest.raises(StoreUnavailable):
        finish(replace(desk.ports, runs=Unreachable()), request)

    finish(desk.ports, request)

    assert (len(desk.runs.started), desk.levels()) == (1, ["A", "A", "C"])


def test_a_chunk_stored_again_after_the_end_does_not_touch_lines_that_are_matched() -> None:
    desk = Desk().open_company()
    begin(desk, camt(NOVEMBER))
    run_machine(desk)
    matched = desk.lines()
    request, chunks = started(desk)

    for chunk in chunks:
        store_chunk(desk.ports, request, chunk)

    assert desk.lines() == matched
    assert [line.match_id is not None for line in matched] == [True, True, False]


def test_a_file_that_cannot_be_stored_is_refused_with_the_reason_and_may_be_dropped_again() -> None:
    desk = Desk().open_company()
    content = camt(NOVEMBER)
    begin(desk, content)
    request, chunks = started(desk)
    store_chunk(desk.ports, request, chunks[0])

    for _ in range(2):
        fail(desk.ports, request, error="StoreThrottled")

    assert (row(desk).outcome, codes(row(desk))) == (I.REFUSED, ["storing_failed"])
    assert "StoreThrottled" in row(desk).findings[0].message
    assert desk.blobs.open_source(desk.tenant, COMPANY, request.sha256).read() == content
    assert statements(desk) == []
    desk.clock.advance(timedelta(minutes=1))
    begin(desk, content, name="encore.xml")
    run_machine(desk)
    assert row(desk, "encore.xml").outcome is I.IMPORTED
    assert desk.levels() == ["A", "A", "C"]


def test_what_is_left_of_a_failed_import_cannot_disturb_the_next_one() -> None:
    desk = Desk().open_company()
    begin(desk, camt(NOVEMBER))
    old, chunks = started(desk)
    fail(desk.ports, old, error="States.Timeout")
    desk.clock.advance(timedelta(minutes=1))
    begin(desk, camt(NOVEMBER), name="encore.xml")

    for chunk in chunks:
        store_chunk(desk.ports, old, chunk)
    assert finish(desk.ports, old) == ()
    fail(desk.ports, old, error="States.Timeout")

    assert row(desk, "encore.xml").outcome is I.STORING
    run_machine(desk)
    assert row(desk, "encore.xml").outcome is I.IMPORTED


def test_the_claim_of_an_import_that_ended_without_a_word_is_given_up_in_time() -> None:
    desk = Desk().open_company()
    begin(desk, camt(NOVEMBER))

    desk.clock.advance(CLAIM_LASTS - timedelta(seconds=1))
    (early,) = begin(desk, camt(NOVEMBER), name="tot.xml")
    desk.clock.advance(timedelta(seconds=1))
    (late,) = begin(desk, camt(NOVEMBER), name="tard.xml")
    run_machine(desk)

    assert (early.outcome, late.outcome) == (I.ALREADY_IMPORTED, I.STORING)
    assert (row(desk).outcome, codes(row(desk))) == (I.REFUSED, ["storing_failed"])
    assert row(desk, "tard.xml").outcome is I.IMPORTED


def test_the_same_statement_that_another_file_brings_meanwhile_quarantines_the_large_one() -> None:
    """What is known is controlled when the file is finished, not when it was read."""
    desk = Desk().open_company()
    begin(desk, camt(NOVEMBER))

    desk.drop(camt(NOVEMBER) + b"\n", name="autre.xml")
    run_machine(desk)

    assert row(desk).outcome is I.QUARANTINED
    assert "duplicate_statement" in codes(row(desk))
    assert sorted(s.status for s in statements(desk)) == ["partly_matched", "quarantined"]


def test_a_large_file_that_is_twice_in_an_archive_is_stored_once() -> None:
    desk = Desk().open_company()
    archive = zipped([("a.xml", camt(NOVEMBER)), ("b.xml", camt(NOVEMBER))])

    begin(desk, archive, name="deux.zip")
    run_machine(desk)

    traces = {t.name: t.outcome for t in desk.store.import_traces(desk.tenant, COMPANY).items}
    assert (traces["deux.zip/a.xml"], traces["deux.zip/b.xml"]) == (
        I.IMPORTED,
        I.ALREADY_IMPORTED,
    )
    assert (len(desk.runs.imports), desk.levels()) == (1, ["A", "A", "C"])


def test_a_lost_chunk_refuses_the_file() -> None:
    desk = Desk().open_company()
    begin(desk, camt(NOVEMBER))
    request, chunks = started(desk)

    with pytest.raises(NotFound):
        store_chunk(desk.ports, request, chunks[-1] + 1)


def test_a_broken_large_file_is_refused_before_anything_is_cut() -> None:
    desk = Desk().open_company()

    (trace,) = begin(desk, camt(NOVEMBER)[:-300])

    assert (trace.outcome, desk.runs.imports) == (I.REFUSED, [])
