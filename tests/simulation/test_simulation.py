"""The simulation itself: quiet on the product as it is, loud on every planted bug."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rappro.adapters.memory import store as memory_store
from rappro.use_cases import load_books
from simulation.campaign import Campaign, expected, play, random_schedule, undisturbed
from simulation.faults import Fault, Injection
from simulation.harness import Outcome, Schedule
from simulation.scenarios import ALONE, SCENARIOS, base

from .planted import BUGS, Bug, load_unconditionally

SEEDS = 60
SEEDS_PER_BUG = 1_000
SUSPECT_TURNS = 40
SITES_FROM = 8
SWITCHING = 0.05


def forget() -> None:
    """Let worlds and expectations be made anew: what they come to depends on the product."""
    for kept in (base, undisturbed, expected):
        kept.cache_clear()


class Found(Exception):  # noqa: N818 - it is no error
    """A schedule came to what it may not come to: no further one is needed."""


class Search(Campaign):
    """A campaign that ends with its first failure."""

    def run(self, schedule: Schedule, seed: int | None = None) -> Outcome:
        outcome = super().run(schedule, seed)
        if self.failures:
            raise Found
        return outcome


def suspected(bug: Bug) -> list[Schedule]:
    """Return the schedules that are tried first: what a bug is most likely to be seen by.

    Raises LookupError when what is suspected is no call of a scenario: it has moved since.
    """
    schedules = []
    for name in bug.scenarios if bug.suspects else ():
        plain = [Schedule(name)]
        if SCENARIOS[name].is_concurrent:
            plain = [Schedule(name, (), turns, SWITCHING) for turns in range(SUSPECT_TURNS)]
        sites = {call.site for schedule in plain[:SITES_FROM] for call in play(schedule).calls}
        injections = []
        for begins, fault in bug.suspects:
            known = sorted(site for site in sites if site.startswith(begins))
            if not known:
                raise LookupError(f"{name} has no call of {begins}")
            injections.append(Injection(0, known[0], fault))
        schedules += [replace(schedule, injections=tuple(injections)) for schedule in plain]
    return schedules


def found(bug: Bug) -> bool:
    """Say whether a suspect of a bug shows it, or a seed, or a fault at a call of its scenarios."""
    search = Search()
    try:
        for schedule in suspected(bug):
            search.run(schedule)
        search.random(range(SEEDS), among=bug.scenarios)
        search.every_site(among=bug.scenarios)
        search.random(range(SEEDS, SEEDS_PER_BUG), among=bug.scenarios)
    except (Found, AssertionError):  # AssertionError: not even an undisturbed history is right
        return True
    return False


def test_random_schedules_leave_the_books_as_they_should_be() -> None:
    campaign = Campaign()

    campaign.random(range(SEEDS))

    assert [str(failure) for failure in campaign.failures] == []


def test_every_call_of_a_scenario_meets_every_fault_that_its_port_documents() -> None:
    campaign = Campaign()

    campaign.every_site(among=("a bank connection",))

    assert campaign.failures == []
    assert campaign.open == {}
    assert "feeds.enqueue_sync < feed_connections.sync_now" in {
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
        assert found(BUGS[name])
    finally:
        monkeypatch.undo()
        forget()


def test_what_is_suspected_first_comes_to_nothing_wrong_by_itself() -> None:
    campaign = Campaign()

    for bug in BUGS.values():
        for schedule in suspected(bug):
            campaign.run(schedule)

    assert campaign.schedules > SUSPECT_TURNS
    assert [str(failure) for failure in campaign.failures] == []


LARGE = [
    scenario.name
    for scenario in SCENARIOS.values()
    if any(name.startswith("match remittance/1 ") for stage in scenario.stages for name, _ in stage)
]


@pytest.mark.parametrize("scenario", LARGE)
def test_a_large_match_is_larger_than_one_commit(scenario: str) -> None:
    """Else nothing happens between its claim and its end, and nothing is tried there."""
    by_person = [
        call.site
        for call in undisturbed(scenario).calls
        if call.by.startswith("match remittance/1 ")
    ]

    assert any(site.startswith("store.commit < large_matches._Work.") for site in by_person)


def test_at_least_fifteen_bugs_are_planted() -> None:
    assert len(BUGS) >= 15
