"""Compares what was matched with what is true: for the demo's own check and for tests.

A wrong automatic match is the one thing that must never be; what is left to a person is only a
count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from devstack.demo_data.model import Settled, TruthLine


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of one statement line: its level, and what it settles under the books' names.

    An open item is named by its third party's auxiliary code and its number, a bank entry by its
    ledger account and its piece.
    """

    file: str
    position: int
    level: str
    settles: tuple[Settled, ...] = ()
    template: str | None = None

    @property
    def is_matched(self) -> bool:
        return self.level.startswith("A")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`right` and `wrong` are automatic matches; `left` are decidable lines that got none.

    `abstained` counts the lines that no rule can decide and that were rightly left to a person.
    """

    right: tuple[TruthLine, ...]
    wrong: tuple[tuple[TruthLine, Seen], ...]
    left: tuple[tuple[TruthLine, Seen], ...]
    abstained: int


def judge(truth: Iterable[TruthLine], seen: Iterable[Seen]) -> Verdict:
    """Return the verdict on the lines that were seen; every one must have its truth."""
    told = {(line.file, line.position): line for line in truth if line.statement == 1}
    right: list[TruthLine] = []
    wrong: list[tuple[TruthLine, Seen]] = []
    left: list[tuple[TruthLine, Seen]] = []
    abstained = 0
    for one in seen:
        line = told[one.file, one.position]
        if one.is_matched and _is_true(line, one):
            right.append(line)
        elif one.is_matched:
            wrong.append((line, one))
        elif line.truth.is_decidable:
            left.append((line, one))
        else:
            abstained += 1
    return Verdict(tuple(right), tuple(wrong), tuple(left), abstained)


def _is_true(line: TruthLine, seen: Seen) -> bool:
    expected, found = line.truth.settles, seen.settles
    is_same = sorted(map(repr, expected)) == sorted(map(repr, found))
    return is_same and line.truth.template == seen.template
