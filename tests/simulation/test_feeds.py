"""Bank feeds under faults: nothing lost, nothing twice, and each planted bug is noticed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from devstack.providers.makers import SIMULATED
from rappro.domain.connectors import TransactionStatus, Window, pages
from rappro.domain.errors import RapproError
from rappro.domain.feed_staging import Row, rows_of, settled
from rappro.domain.feeds import StagedState, StagedTransaction
from rappro.use_cases import feed_reading, feed_staging, feed_statements
from simulation.feeds.scenario import Scenario

SEEDS = 10
SEEDS_PER_BUG = 400
"""Seeds beyond those of SEEDS in which a planted bug must be noticed at a provider."""


@pytest.mark.parametrize("provider", SIMULATED)
def test_what_is_staged_is_what_the_bank_has_whatever_happened(provider: str) -> None:
    for seed in range(SEEDS):
        verdict = Scenario(provider, seed).play()

        assert verdict.told == [], f"seed {seed}"


def forget_cursor(reading: Any) -> None:
    """Move the cursor before anything is kept."""
    account = reading.account
    found = list(pages(
        reading._connector, reading._keeper, reading._found,
        Window(account.cursor, None),
    ))  # fmt: skip
    reading._save(replace(account, cursor=found[-1].cursor or account.cursor))
    for page in found:
        reading._stage(list(page.items))


def settle_all(told: Sequence[Row], known: Sequence[StagedTransaction]) -> dict[str, str]:
    """Know nothing of other ids."""
    del told, known
    return {}


def rewrite_placed(
    account: Any, told: Row, known: StagedTransaction | None, *, now: Any
) -> StagedTransaction | None:
    """Let what is on a statement follow the bank."""
    if known is not None and known.state is StagedState.PLACED:
        known = replace(known, state=StagedState.WAITING)
    return settled(account, told, known, now=now)


def place_nothing(work: Any, part: Any, statement: Any) -> None:
    """Forget that transactions stand on a statement."""
    del work, part, statement


def rows_by_content(answer: Any) -> list[Row]:
    """Take two movements that say the same for one."""
    found: dict[Any, Row] = {}
    for row in rows_of(answer):
        line = row.row.line
        found[line.booking_date, line.amount_minor, line.label, row.is_booked] = row
    return list(found.values())


def ignore_missing(work: Any, account: Any, seen: Any, since: Any, tally: Any) -> Any:
    """Never notice that the bank tells of something no more."""
    del work, seen, since, tally
    return account


def booked_too_early(answer: Any) -> list[Row]:
    """Take what is announced for booked."""
    booked = TransactionStatus.BOOKED
    return [
        replace(one, row=replace(one.row, status=booked)) for one in rows_of(answer)
    ]  # fmt: skip


BUGS: dict[str, tuple[Any, str, Callable[..., Any], str]] = {
    "cursor_first": (
        feed_reading.AccountReading,
        "_read_since_cursor",
        forget_cursor,
        "bridge",
    ),
    "no_aliases": (feed_staging, "renamed", settle_all, "powens"),
    "placed_follows": (feed_staging, "settled", rewrite_placed, "bridge"),
    "placed_nothing": (feed_statements, "_place", place_nothing, "ponto"),
    "twins_are_one": (feed_staging, "rows_of", rows_by_content, "bridge"),
    "nothing_ends": (feed_reading, "stage_missing", ignore_missing, "saltedge"),
    "pending_is_booked": (feed_staging, "rows_of", booked_too_early, "powens"),
}


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_of_feeds_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, what, wrong, provider = BUGS[name]
    monkeypatch.setattr(where, what, wrong)

    assert any(_is_noticed(provider, seed) for seed in range(SEEDS_PER_BUG))


def _is_noticed(provider: str, seed: int) -> bool:
    """Say whether a seed is told as wrong, or ends in an error that nobody expects."""
    try:
        return not Scenario(provider, seed).play().is_clean
    except RapproError:
        return True
