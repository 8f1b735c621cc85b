"""The simulation itself: quiet on the product as it is, loud on every planted bug."""

from __future__ import annotations

import pytest

from simulation.campaign import Campaign, expected, play, random_schedule, undisturbed
from simulation.faults import Fault, Injection
from simulation.harness import Schedule
from simulation.scenarios import ALONE, SCENARIOS, base

from .planted import BUGS

SEEDS = 60
SEEDS_PER_BUG = 1_000


def forget() -> None:
    """Let worlds and expectations be made anew: what they come to depends on the product."""
    for kept in (base, undisturbed, expected):
        kept.cache_clear()


def found(name: str) -> bool:
    """Say whether some seed of a bug's scenarios shows it."""
    campaign = Campaign()
    try:
        for seed in range(SEEDS_PER_BUG):
            campaign.random([seed], among=BUGS[name].scenarios)
            if campaign.failures:
                return True
    except AssertionError:  # not even an undisturbed history is right
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
