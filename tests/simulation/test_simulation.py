"""The simulation itself: quiet on the product as it is, loud on every planted bug."""

from __future__ import annotations

import pytest

from rappro.adapters.memory import store as memory_store
from rappro.use_cases import load_books
from simulation.campaign import Campaign, expected, play, random_schedule, undisturbed
from simulation.faults import Fault, Injection
from simulation.harness import Schedule
from simulation.scenarios import ALONE, SCENARIOS, base

from .planted import BUGS, load_unconditionally

SEEDS = 60
SEEDS_PER_BUG = 1_000


def forget() -> None:
    """Let worlds and expectations be made anew: what they come to depends on the product."""
    for kept in (base, undisturbed, expected):
        kept.cache_clear()


def found(name: str) -> bool:
    """Say whether some seed of a bug's scenarios shows it, or a fault at one of their calls."""
    campaign = Campaign()
    try:
        for seed in range(SEEDS_PER_BUG):
            campaign.random([seed], among=BUGS[name].scenarios)
            if campaign.failures:
                return True
        campaign.every_site(among=BUGS[name].scenarios)
    except AssertionError:  # not even an undisturbed history is right
        return True
    return bool(campaign.failures)


def test_random_schedules_leave_the_books_as_they_should_be() -> None:
    campaign = Campaign()

    campaign.random(range(SEEDS))

    assert [str(failure) for failure in campaign.failures] == []


def test_every_call_of_a_scenario_meets_every_fault_that_its_port_documents() -> None:
    campaign = Campaign()

    campaign.every_site(among=("a bank connection",))

    assert campaign.failures == []
    assert campaign.open == {}
    assert "feeds.enqueue_sync < feeds.sync_now" in {
        site.rsplit(":")[0] for site in campaign.needed
    }


def test_a_seed_is_the_same_schedule_and_the_same_history_every_time() -> None:
    first = [play(random_schedule(seed)) for seed in range(6)]
    again = [play(random_schedule(seed)) for seed in range(6)]

    assert [outcome.calls for outcome in first] == [outcome.calls for outcome in again]
    assert [outcome.picture for outcome in first] == [outcome.picture for outcome in again]


@pytest.mark.parametrize("scenario", [scenario.name for scenario in ALONE])
def test_one_thing_after_the_other_comes_to_one_picture(scenario: str) -> None:
    assert len(expected(scenario)) == 1


def test_things_at_once_may_come_to_more_than_one_picture() -> None:
    assert len(expected("one invoice for two lines")) > 1


def test_a_killed_process_does_nothing_more_not_even_what_stands_in_its_finally() -> None:
    """The lease of a validation that was killed stays, until its own repetition gives it back."""
    site = next(
        call.site
        for call in undisturbed("two statements").calls
        if call.site.startswith("store.commit < validate_statement._reserve")
    )
    killed = Injection(0, site, Fault.KILLED_AFTER)

    calls = play(Schedule("two statements", (killed,))).calls

    at = next(call.number for call in calls if call.fault is Fault.KILLED_AFTER)
    assert calls[at + 1].site == "event < validate first"
    assert any("lease.release" in call.site for call in calls[at:])


def late_writes(scenario: str, event: str | None, writing: str) -> list[str]:
    """Return what is wrong when the first of two workers stands still before it writes."""
    calls = undisturbed(scenario).calls
    site = next(call.site for call in calls if call.site.startswith(writing))
    twice = (Injection(0, event, Fault.TOGETHER),) if event is not None else ()
    campaign = Campaign()
    for turns in range(4):
        injections = (*twice, Injection(0, site, Fault.PAUSED))
        campaign.run(Schedule(scenario, injections, turns, 0.3))
    return [str(failure) for failure in campaign.failures]


LATE = {
    "lines of a file under two names": (
        "one file under two names", None, "store.load < statement_reading.store_lines",
    ),
    "an invoice sent twice": (
        "books that arrive", "event < invoice FA2026-0200", "store.commit < load_books._save",
    ),
}  # fmt: skip


@pytest.mark.parametrize("late", LATE.values(), ids=LATE.keys())
def test_what_is_written_late_undoes_no_match(late: tuple[str, str | None, str]) -> None:
    """The other worker has written the same meanwhile, and a run has matched it."""
    assert late_writes(*late) == []


@pytest.mark.parametrize("late", LATE.values(), ids=LATE.keys())
def test_what_is_written_late_without_a_condition_is_found(
    late: tuple[str, str | None, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    forget()
    monkeypatch.setattr(memory_store, "_is_past_loading", lambda *_: False)
    monkeypatch.setattr(load_books, "_save", load_unconditionally)
    scenario, event, writing = late
    by_bug = "store.load < load_books._load"
    loading = writing.replace("store.commit < load_books._save", by_bug)

    try:
        assert late_writes(scenario, event, loading) != []
    finally:
        monkeypatch.undo()
        forget()


def test_a_fec_that_comes_twice_at_once_is_loaded_once() -> None:
    """And whoever comes second neither keeps the lease nor says that it is still being loaded."""
    campaign = Campaign()

    for turns in range(25):
        together = Injection(0, "event < ImportStatement", Fault.TOGETHER)
        campaign.run(Schedule("books that arrive", (together,), turns, 0.3))

    assert [str(failure) for failure in campaign.failures] == []


@pytest.mark.parametrize("name", list(BUGS))
def test_a_planted_bug_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(BUGS[name].scenarios) <= SCENARIOS.keys()
    forget()
    BUGS[name].plant(monkeypatch)

    try:
        assert found(name)
    finally:
        monkeypatch.undo()
        forget()


def test_at_least_fifteen_bugs_are_planted() -> None:
    assert len(BUGS) >= 15
