"""Evidence is the same however its keys are cut; runs too large are refused before they read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rappro.domain.errors import NotFound, TooLarge
from rappro.domain.ids import OpenItemId, RunId, ThirdPartyId
from rappro.domain.matching.model import Lookups
from rappro.use_cases import gathering
from rappro.use_cases.gathering import cut, gather_batch, gathered_world
from rappro.use_cases.load_books import BookRecords, load_document
from rappro.use_cases.run_requests import RunRequest

from .desk import AUTHOR, CLIENT, COMPANY, NOVEMBER, Desk, camt, item
from .dumps import dump

STRANGERS = 400
"""Items of others: so many that reading all of them costs more than looking up a few keys."""


def a_desk(lookups_per_batch: int = gathering.LOOKUPS_PER_BATCH) -> Desk:
    desk = Desk().open_company()
    desk.lookups_per_batch = lookups_per_batch
    others = [replace(item(f"ZZ-{n:05}", 1_000_000 + n, STRANGER)) for n in range(STRANGERS)]
    books = BookRecords(third_parties=(STRANGER,), open_items=tuple(others))
    load_document(desk.ports, desk.tenant, COMPANY, books, AUTHOR)
    return desk


STRANGER = replace(
    CLIENT, id=ThirdPartyId("tp_stranger"), name="INCONNU DU NORD", bank_references=()
)


def request_of(desk: Desk) -> RunRequest:
    statement = desk.statement()
    (run,) = desk.runs.started
    return RunRequest(desk.tenant, COMPANY, statement.id, RunId(run.name), 1)


@pytest.mark.parametrize("size", [1, 3, 7])
def test_a_run_in_batches_ends_like_a_run_at_once(size: int) -> None:
    at_once, in_batches = a_desk(), a_desk(lookups_per_batch=size)
    for desk in (at_once, in_batches):
        desk.drop(camt(NOVEMBER))

    assert in_batches.levels() == ["A", "A", "C"]
    assert dump(in_batches.store, in_batches.tenant, COMPANY, ["oi_FA2026-0101"]) == dump(
        at_once.store, at_once.tenant, COMPANY, ["oi_FA2026-0101"]
    )


def test_only_what_the_lines_could_mean_is_read_of_a_large_backlog() -> None:
    desk = a_desk(lookups_per_batch=3)
    desk.drop(camt(NOVEMBER))

    world = gathered_world(desk.ports, request_of(desk))

    assert {entry.third_party for entry in world.open_items} == {CLIENT.id, "tp_elec"}


def test_a_batch_that_was_not_cut_is_not_found() -> None:
    desk = a_desk()
    desk.drop(camt(NOVEMBER))

    with pytest.raises(NotFound):
        gather_batch(desk.ports, request_of(desk), 99)


def test_more_lines_than_can_be_decided_together_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gathering, "LINES_MAX_PER_RUN", 2)
    desk = a_desk()
    desk.drop(camt(NOVEMBER))

    assert desk.statement().last_run_error == TooLarge.__name__


AMOUNTS = st.tuples(st.sampled_from(["EUR", "USD"]), st.integers(-999, 999))
PARTIES = st.sampled_from(["C1", "C2", "C3"]).map(ThirdPartyId)
KEYS = st.builds(
    Lookups,
    st.frozensets(AMOUNTS, max_size=30),
    st.frozensets(st.text("AB12", max_size=4), max_size=30),
    st.frozensets(PARTIES),
    st.frozensets(st.sampled_from(["i1", "i2"]).map(OpenItemId)),
    st.frozensets(st.tuples(PARTIES, AMOUNTS).map(lambda pair: (pair[0], *pair[1])), max_size=20),
)


PARTS = ("amounts", "references", "third_parties", "items", "party_amounts")


@given(KEYS, st.integers(1, 20))
def test_batches_hold_every_key_once_and_are_bounded(keys: Lookups, size: int) -> None:
    batches = list(cut(keys, size))

    for part in PARTS:
        found = [key for batch in batches for key in getattr(batch, part)]
        assert sorted(found) == sorted(getattr(keys, part))
    counts = [sum(len(getattr(batch, part)) for part in PARTS) for batch in batches]
    assert all(1 <= count <= size for count in counts)
