"""Lines that two sources bring are one, and nothing that differs is ever taken for the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from rappro.domain.bank import StatementLine
from rappro.domain.ids import StatementId
from rappro.domain.line_identity import LineKey, line_key, may_be_same, pair

HERE, THERE = StatementId("st_here"), StatementId("st_there")
FORMATS = ("camt.053", "camt.052", "mt940", "cfonb120")


@st.composite
def keys(draw: st.DrawFn, statement: StatementId) -> list[LineKey]:
    """Some lines of a statement out of few dates, amounts and references, so that many agree."""
    name = draw(st.sampled_from(FORMATS))
    lines = draw(
        st.lists(
            st.builds(
                StatementLine,
                position=st.just(0),
                booking_date=st.sampled_from([date(2026, 11, 5), date(2026, 11, 6)]),
                amount_minor=st.sampled_from([100, -100]),
                currency=st.just("EUR"),
                value_date=st.sampled_from([None, date(2026, 11, 5), date(2026, 11, 7)]),
                entry_ref=st.sampled_from([None, "NONREF", "1", "REF-A", "REF-B"]),
                label=st.sampled_from(["", "VIR DUPOND", "Vir Dupond", "PRLV"]),
                end_to_end_id=st.sampled_from([None, "NOTPROVIDED", "E1", "E2"]),
            ),
            max_size=8,
        )
    )
    return [line_key(replace(line, position=n), statement, name) for n, line in enumerate(lines, 1)]


@given(keys(HERE), keys(THERE), st.randoms())
def test_the_order_of_the_lines_does_not_matter(
    here: list[LineKey], there: list[LineKey], random: Random
) -> None:
    found = pair(here, there)

    random.shuffle(here)
    random.shuffle(there)

    assert pair(here, there) == found


@given(keys(HERE), keys(THERE))
def test_no_line_is_paired_twice_and_never_more_than_the_fewer_side_has(
    here: list[LineKey], there: list[LineKey]
) -> None:
    found = pair(here, there)

    assert len({other.at for other in found.values()}) == len(found)
    own = Counter(_kind(line) for line in here)
    theirs = Counter(_kind(line) for line in there)
    paired = Counter(_kind(other) for other in found.values())
    assert all(count <= min(own[kind], theirs[kind]) for kind, count in paired.items())


@given(keys(HERE), keys(THERE))
def test_what_differs_is_never_paired(here: list[LineKey], there: list[LineKey]) -> None:
    by_position = {line.position: line for line in here}

    for position, other in pair(here, there).items():
        line = by_position[position]
        assert _kind(line) == _kind(other)
        if line.family == other.family and line.bank_ref and other.bank_ref:
            assert line.bank_ref == other.bank_ref
        elif line.end_to_end_id and other.end_to_end_id:
            assert line.end_to_end_id == other.end_to_end_id


@given(keys(HERE), keys(THERE))
def test_a_line_is_left_alone_only_when_nothing_that_is_free_could_be_the_same(
    here: list[LineKey], there: list[LineKey]
) -> None:
    found = pair(here, there)
    taken = {other.at for other in found.values()}

    for line in here:
        if line.position not in found:
            assert not any(may_be_same(line, free) for free in there if free.at not in taken)


@given(keys(HERE))
def test_the_same_lines_through_another_format_without_references_are_all_known(
    here: list[LineKey],
) -> None:
    other = [
        replace(
            line, statement_id=THERE, family="qif", bank_ref=None, end_to_end_id=None, text=None
        )
        for line in here
    ]

    assert set(pair(other, here)) == {line.position for line in here}


@given(keys(HERE))
def test_a_statement_is_the_same_as_its_own_copy_line_by_line(here: list[LineKey]) -> None:
    copy = [replace(line, statement_id=THERE) for line in here]

    found = pair(copy, here)

    assert {at: other.position for at, other in found.items()}.keys() == {
        line.position for line in here
    }


def _kind(line: LineKey) -> tuple[date, int, str]:
    return line.booking_date, line.amount_minor, line.currency
