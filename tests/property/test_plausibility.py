"""Warnings that may not come: of a company's own name in any guise, of numbers in their order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from rappro.domain.bank import BankAccountRef, StatementClosed
from rappro.domain.ids import StatementId
from rappro.domain.plausibility import other_holder, out_of_order
from rappro.domain.records import StatementRecord
from tests.unit.domain.builders import statement

ANY_TEXT = st.text(max_size=60)
WORDS = st.lists(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZÉÈÀÇ", min_size=3, max_size=12), min_size=1,
                 max_size=5)  # fmt: skip


def closed(number: str | None, last: date, holder: str | None = None) -> StatementClosed:
    return StatementClosed(
        BankAccountRef(holder=holder), 1, "EUR", number=number, period_from=None, period_to=last,
        opening=None, closing=None, line_count=0,
    )  # fmt: skip


@given(ANY_TEXT, ANY_TEXT)
def test_a_holder_is_compared_with_any_name_and_never_differs_from_itself(
    holder: str, name: str
) -> None:
    found = other_holder(closed(None, date(2026, 1, 1), holder), (name, ""))

    assert [each.code for each in found] in ([], ["other_holder"])
    assert other_holder(closed(None, date(2026, 1, 1), holder), (name, holder)) == []


@given(WORDS, st.randoms(use_true_random=False), st.sampled_from(["", "SARL", "S.A.S.", "Ets"]))
def test_the_words_of_the_name_may_come_in_any_order_and_guise(
    words: list[str], shuffler: Random, form: str
) -> None:
    turned = list(words)
    shuffler.shuffle(turned)
    told = f"{form} {' '.join(turned[: max(1, len(turned) - 1)])}".strip()

    for holder in (told, told.lower(), told.replace("É", "E"), told.title()):
        assert other_holder(closed(None, date(2026, 1, 1), holder), (" ".join(words),)) == []


def stored(number: str, last: date) -> StatementRecord:
    record = statement(0, 0, id=StatementId(f"st_{last}"), number=number, period_to=last)
    return replace(record, closing=None)


@given(st.integers(1, 9_000), st.lists(st.integers(1, 40), min_size=2, max_size=20))
def test_numbers_that_count_on_are_never_warned_of(first: int, days: list[int]) -> None:
    """Whatever the days between; at the turn of a year they may begin anew."""
    earlier: list[StatementRecord] = []
    day, number = date(2025, 6, 1), first
    for step in days:
        following = day + timedelta(days=step)
        number = 1 if following.year != day.year else number + 1
        day = following
        new = closed(str(number), day)
        assert out_of_order(new, earlier, "camt.053") == []
        earlier.append(stored(str(number), day))


@given(st.one_of(st.none(), ANY_TEXT), st.lists(ANY_TEXT, max_size=5))
def test_any_text_may_stand_for_a_number(number: str | None, before: list[str]) -> None:
    earlier = [stored(text, date(2026, 1, day)) for day, text in enumerate(before, 1)]

    found = out_of_order(closed(number, date(2026, 2, 1)), earlier, "camt.053")

    assert len(found) <= 1
