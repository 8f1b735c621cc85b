"""What a run decided is explained and decided again from what it kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rappro.domain.errors import NotFound, TooLarge
from rappro.domain.ids import RunId
from rappro.domain.matching.decide import ENGINE
from rappro.domain.matching.model import Level, World
from rappro.domain.settings import ImportProfile
from rappro.use_cases import explaining
from rappro.use_cases.explaining import Explained, explain_line
from rappro.use_cases.launching import run_id_of
from rappro.use_cases.replaying import Outcome, Replay, replay_run
from rappro.use_cases.run_requests import Decisions, decisions_name, world_name
from rappro.use_cases.start_run import start_run

from .desk import AUTHOR, COMPANY, NOVEMBER, Desk, camt


@pytest.fixture
def desk() -> Desk:
    desk = Desk().open_company()
    desk.drop(camt(NOVEMBER))
    return desk


def run_of(desk: Desk, number: int = 1) -> RunId:
    return run_id_of(desk.tenant, COMPANY, desk.statement().id, number)


def replayed(desk: Desk, run: RunId | None = None) -> Replay:
    return replay_run(desk.ports, desk.tenant, COMPANY, run or run_of(desk))


def explained(desk: Desk, position: int) -> Explained:
    return explain_line(desk.ports, desk.tenant, COMPANY, desk.statement().id, position)


def decisions_of(desk: Desk) -> Decisions:
    return desk.blobs.load_document(desk.tenant, COMPANY, decisions_name(run_of(desk)), Decisions)


def keep(desk: Desk, decisions: Decisions, run: RunId | None = None) -> None:
    name = decisions_name(run or run_of(desk))
    desk.blobs.save_document(desk.tenant, COMPANY, name, Decisions, decisions)


def test_a_stored_run_replays_equal(desk: Desk) -> None:
    assert replayed(desk) == Replay(Outcome.EQUAL, ENGINE)


def test_a_run_replays_equal_after_the_books_moved_on(desk: Desk) -> None:
    """It is decided from its own world, not from the books of today."""
    assert desk.item("FA2026-0101").is_settled

    assert replayed(desk).outcome is Outcome.EQUAL


def test_a_world_that_was_tampered_with_is_told_with_the_lines_that_differ(desk: Desk) -> None:
    name = world_name(run_of(desk))
    world = desk.blobs.load_document(desk.tenant, COMPANY, name, World)
    items = tuple(
        replace(
            item,
            residual_minor=item.residual_minor // 2,
            company_residual_minor=item.company_residual_minor // 2,
        )
        for item in world.open_items
    )
    desk.blobs.save_document(desk.tenant, COMPANY, name, World, replace(world, open_items=items))

    assert replayed(desk) == Replay(Outcome.WORLD_CHANGED, ENGINE, (desk.lines()[0].id,))


def test_a_world_that_was_changed_where_nothing_depends_on_it_is_told_too(desk: Desk) -> None:
    name = world_name(run_of(desk))
    world = desk.blobs.load_document(desk.tenant, COMPANY, name, World)
    other = replace(world, company_name="Un autre")
    desk.blobs.save_document(desk.tenant, COMPANY, name, World, other)

    assert replayed(desk) == Replay(Outcome.WORLD_CHANGED, ENGINE)


@pytest.mark.parametrize(
    ("engine", "outcome"),
    [(ENGINE, Outcome.DIFFERENT), ("rappro-match/0", Outcome.OTHER_ENGINE)],
)
def test_another_decision_is_told_with_the_engine_that_took_it(
    desk: Desk, engine: str, outcome: Outcome
) -> None:
    kept = decisions_of(desk)
    first, *others = kept.decisions
    changed = (replace(first, level=Level.C), *others)
    keep(desk, replace(kept, engine=engine, decisions=changed))

    assert replayed(desk) == Replay(outcome, engine, (first.line_id,))


def test_a_run_of_which_the_world_is_gone_says_so(desk: Desk) -> None:
    keep(desk, decisions_of(desk), RunId("run_old"))

    assert replayed(desk, RunId("run_old")) == Replay(Outcome.NOT_KEPT, ENGINE)
    with pytest.raises(NotFound):
        replayed(desk, RunId("run_none"))


def test_a_line_is_explained_with_its_evidence_and_the_engine_of_its_run(desk: Desk) -> None:
    found = explained(desk, 1)

    assert (found.run.number, found.engine) == (1, ENGINE)
    assert found.line_id == desk.lines()[0].id
    assert found.decision.level is Level.A
    assert found.decision.explanation == desk.lines()[0].explanation
    assert found.decision.explanation.evidence[0].kind == "invoice_numbers"


def test_a_line_is_explained_by_the_last_run_that_decided_it(desk: Desk) -> None:
    """A second run decides only what the first left open."""
    start_run(desk.ports, desk.tenant, COMPANY, desk.statement().id, AUTHOR)

    assert [explained(desk, position).run.number for position in (1, 2, 3)] == [1, 1, 2]


def test_a_line_that_no_run_decided_has_no_explanation() -> None:
    desk = Desk().open_company(ImportProfile(is_matched_on_import=False))
    desk.drop(camt(NOVEMBER))

    with pytest.raises(NotFound, match="no run decided"):
        explained(desk, 1)
    with pytest.raises(NotFound, match="no line"):
        explained(desk, 9)


def test_a_statement_too_large_to_search_is_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explaining, "LINES_MAX", 2)

    with pytest.raises(TooLarge):
        explained(desk, 1)
