"""The statuses of a statement, and that the documented table is the one the code obeys."""

import re
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

import pytest

from rappro.domain.errors import NotAllowedInState
from rappro.domain.matching.model import Level
from rappro.domain.records import (
    LINE_TRANSITIONS,
    STATEMENT_TRANSITIONS,
    LineStatus,
    StatementStatus,
)
from rappro.domain.statement_state import with_line_totals

from .builders import MATCH, line, statement

DOCUMENT = Path(__file__).parents[3] / "docs" / "statuses.md"


def documented(section: str) -> dict[str, set[str]]:
    (text,) = re.findall(
        rf"^## {section} .*?(?=^## |\Z)", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL
    )
    rows = re.findall(r"^\| (\w+) \| ([\w, -]+) \|$", text, re.MULTILINE)
    return {
        source: set() if targets.strip() == "-" else set(targets.split(", "))
        for source, targets in rows
        if source != "from"
    }


@pytest.mark.parametrize(
    ("section", "transitions"),
    [("Statement", STATEMENT_TRANSITIONS), ("Line", LINE_TRANSITIONS)],
)
def test_the_documented_table_is_the_one_in_the_code(
    section: str, transitions: dict[StrEnum, frozenset[StrEnum]]
) -> None:
    in_code = {str(s): {str(t) for t in targets} for s, targets in transitions.items()}

    assert documented(section) == in_code


def test_every_status_has_its_row() -> None:
    assert set(STATEMENT_TRANSITIONS) == set(StatementStatus)
    assert set(LINE_TRANSITIONS) == set(LineStatus)


def test_a_validated_line_is_only_reversed_and_a_closed_one_stays() -> None:
    validated = line(1, 100, status=LineStatus.VALIDATED)
    closed = line(1, 100, status=LineStatus.CLOSED_MANUALLY)

    assert validated.moved_to(LineStatus.REVERSED).status is LineStatus.REVERSED
    for status in set(LineStatus) - {LineStatus.VALIDATED, LineStatus.REVERSED}:
        with pytest.raises(NotAllowedInState):
            validated.moved_to(status)
    for status in set(LineStatus) - {LineStatus.CLOSED_MANUALLY}:
        with pytest.raises(NotAllowedInState):
            closed.moved_to(status)


def test_a_validated_statement_only_ever_goes_back_to_the_lists() -> None:
    validated = statement(0, 0, status=StatementStatus.VALIDATED)
    open_again = {StatementStatus.IMPORTED, StatementStatus.PARTLY_MATCHED}

    for status in set(StatementStatus) - {StatementStatus.VALIDATED} - open_again:
        with pytest.raises(NotAllowedInState):
            validated.moved_to(status)


def test_only_a_reversal_reopens_a_validated_statement() -> None:
    validated = statement(0, 70, status=StatementStatus.VALIDATED)
    lines = [line(1, 100, match_id=MATCH), line(2, -30)]

    with pytest.raises(NotAllowedInState):
        with_line_totals(validated, lines)
    reopened = with_line_totals(validated, lines, is_reopened=True)
    assert reopened.status is StatementStatus.PARTLY_MATCHED


def test_lines_make_the_status_and_the_totals() -> None:
    lines = [line(1, 100, level=Level.A, match_id=MATCH), line(2, -30, level=Level.B)]

    found = with_line_totals(statement(0, 70), lines)

    assert found.status is StatementStatus.PARTLY_MATCHED
    assert (found.level_counts, found.matched_minor) == ({"A": 1, "B": 1}, 100)


def test_a_statement_whose_lines_are_all_matched_is_matched_and_goes_back_by_an_undo() -> None:
    matched = with_line_totals(statement(0, 70), [line(1, 100, match_id=MATCH)])
    assert matched.status is StatementStatus.MATCHED

    assert with_line_totals(matched, [line(1, 100)]).status is StatementStatus.IMPORTED


def test_a_line_that_another_statement_brought_first_waits_for_nothing() -> None:
    known = line(2, -30, level=Level.B, known_as="st_0/2")

    found = with_line_totals(statement(0, 70), [line(1, 100, level=Level.A, match_id=MATCH), known])

    assert (found.status, found.known_count) == (StatementStatus.MATCHED, 1)
    assert found.level_counts == {"A": 1}


def test_a_statement_of_known_lines_only_is_reconciled_until_one_is_released() -> None:
    reconciled = statement(0, 70, status=StatementStatus.RECONCILED)
    known = line(1, 100, known_as="st_0/1")

    assert with_line_totals(reconciled, [known]).status is StatementStatus.RECONCILED
    released = with_line_totals(reconciled, [replace(known, known_as=None)])
    assert (released.status, released.known_count) == (StatementStatus.IMPORTED, 0)
