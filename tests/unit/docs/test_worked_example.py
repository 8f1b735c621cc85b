"""The worked example of the docs says what the code gives, figure by figure."""

from __future__ import annotations

import pytest

from tests.unit.docs.worked_example import BLOCK, PAGE, shown

WRITTEN = {name: text for _, name, text, _ in BLOCK.findall(PAGE.read_text(encoding="utf-8"))}
RECONCILED = "| **difference (écart)** | **0.00** |"


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    """The figures as the code gives them."""
    return shown()


def test_the_page_shows_every_figure(made: dict[str, str]) -> None:
    assert sorted(WRITTEN) == sorted(made)


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_a_figure_of_the_page_is_what_the_code_gives(name: str, made: dict[str, str]) -> None:
    assert WRITTEN[name] == made[name]


@pytest.mark.parametrize("name", ["before", "report", "final"])
def test_the_report_is_explained_at_each_stage(name: str, made: dict[str, str]) -> None:
    assert RECONCILED in made[name]


def test_the_fec_passes_the_strict_check(made: dict[str, str]) -> None:
    assert made["checked"].rstrip().endswith("| 0 |")
