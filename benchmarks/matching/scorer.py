"""Holds what an engine decided against the truth: wrong matches first, then how much it saw.

An automatic match is right when it settles what is true, by the same amounts and differences, or
twins of it that nothing on the line tells apart; else it is wrong. Candidates count when the truth
is among the first five.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

from benchmarks.matching.oracle import Verdict
from benchmarks.matching.world import World, cents

Json = dict[str, Any]
Place = tuple[str, int]
Key = tuple[object, ...]

AUTOMATIC: Final = frozenset({"A", "AC", "AS"})
CANDIDATES_MAX: Final = 5
ALL: Final = "all"


@dataclass(slots=True)
class Tally:
    """Counts of lines of one kind. `settleable` have a truth that settles or books something."""

    lines: int = 0
    settleable: int = 0
    decidable: int = 0
    automatic: int = 0
    right: int = 0
    wrong: int = 0
    decidable_right: int = 0
    party_given: int = 0
    party_right: int = 0
    proposed: int = 0
    """Lines left to a person whose truth settles something and that have candidates."""
    proposed_right: int = 0

    def add(self, other: Tally) -> None:
        """Add the counts of other lines."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    def as_json(self) -> Json:
        """Return the counts and the shares that are read first."""
        counts = {each.name: getattr(self, each.name) for each in fields(self)}
        return counts | {
            "wrong_per_10000": round(self.wrong * 10_000 / self.lines, 1) if self.lines else None,
            "decidable_share": _share(self.decidable, self.lines),
            "recall": _share(self.decidable_right, self.decidable),
            "party_share": _share(self.party_right, self.party_given),
            "proposed_share": _share(self.proposed_right, self.proposed),
        }


@dataclass(slots=True)
class Score:
    """Tallies by kind, and the lines that went wrong or were missed, for whoever wants to look."""

    kinds: dict[str, Tally] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    @property
    def total(self) -> Tally:
        total = Tally()
        for tally in self.kinds.values():
            total.add(tally)
        return total

    def add(self, other: Score) -> None:
        """Add the score of another world."""
        for kind, tally in other.kinds.items():
            self.kinds.setdefault(kind, Tally()).add(tally)
        self.wrong += other.wrong
        self.missed += other.missed

    def as_json(self) -> Json:
        return {
            ALL: self.total.as_json(),
            "kinds": {kind: tally.as_json() for kind, tally in sorted(self.kinds.items())},
        }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def outcomes_of(result: Json) -> dict[Place, Json]:
    """Return the lines of a `rappro reconcile` result by file and position.

    Raises ValueError when a file was refused: its lines have no outcome.
    """
    found: dict[Place, Json] = {}
    for statement in result["statements"]:
        if "error" in statement:
            raise ValueError(f"{statement['file']} was refused: {statement['error']}")
        for line in statement["lines"]:
            found[statement["file"], line["position"]] = line
    return found


def score(world: World, verdicts: Mapping[str, Verdict], outcomes: Mapping[Place, Json]) -> Score:
    """Return what the outcomes are worth; a line without one is a C."""
    likeness, result = _likeness(world.books), Score()
    for truth in world.truth:
        outcome = outcomes.get((truth["file"], truth["position"]), {"level": "C"})
        tally = _tally(truth, outcome, likeness, is_decidable=verdicts[truth["id"]].is_decidable)
        result.kinds.setdefault(truth["kind"], Tally()).add(tally)
        if tally.wrong:
            result.wrong.append(truth["id"])
        elif tally.decidable > tally.decidable_right:
            result.missed.append(truth["id"])
    return result


def _tally(truth: Json, outcome: Json, likeness: Mapping[str, Key], *, is_decidable: bool) -> Tally:
    is_automatic = outcome["level"] in AUTOMATIC
    is_right = is_automatic and _is_true(truth, outcome, likeness)
    tally = Tally(
        lines=1,
        settleable=int(bool(truth["settles"] or truth["template"])),
        decidable=int(is_decidable),
        automatic=int(is_automatic),
        right=int(is_right),
        wrong=int(is_automatic and not is_right),
        decidable_right=int(is_decidable and is_right),
    )
    if truth["third_party"] and outcome.get("third_party"):
        tally.party_given = 1
        tally.party_right = int(truth["third_party"] == outcome["third_party"])
    candidates = outcome.get("candidates") or []
    if not is_automatic and tally.settleable and candidates:
        tally.proposed = 1
        tally.proposed_right = int(
            any(_is_proposed(truth, each, likeness) for each in candidates[:CANDIDATES_MAX])
        )
    return tally


def _is_true(truth: Json, outcome: Json, likeness: Mapping[str, Key]) -> bool:
    if truth["template"] or outcome.get("template"):
        return bool(truth["template"] == outcome.get("template") and not outcome["settles"])
    if _gaps(truth) != _gaps(outcome):
        return False
    is_exact = _settled(truth, None) == _settled(outcome, None)
    if is_exact or truth["named"]:
        return is_exact
    return _settled(truth, likeness) == _settled(outcome, likeness)


def _is_proposed(truth: Json, candidate: Json, likeness: Mapping[str, Key]) -> bool:
    """Tell whether a candidate names what is true; its amounts are a person's to confirm."""
    if truth["template"] or candidate.get("template"):
        return bool(truth["template"] == candidate.get("template"))
    known = None if truth["named"] else likeness
    true, said = (sorted(key for key, _ in _settled(each, known)) for each in (truth, candidate))
    return true == said


def _settled(row: Json, likeness: Mapping[str, Key] | None) -> list[tuple[str, int]]:
    return sorted(
        (part["id"] if likeness is None else repr(likeness.get(part["id"])), cents(part["amount"]))
        for part in row["settles"]
    )


def _gaps(row: Json) -> list[tuple[str, int]]:
    return sorted((gap["kind"], cents(gap["amount"])) for gap in row.get("adjustments") or ())


def _likeness(books: Json) -> dict[str, Key]:
    """Return by id what nobody can tell apart: twins of one third party have the same key."""
    found: dict[str, Key] = {}
    for item in books.get("open_items", ()):
        residual = item.get("residual") or item["amount"]
        found[item["id"]] = (item["third_party"], item.get("account"), item["type"],
                             item.get("currency"), residual)  # fmt: skip
    for row in books.get("bank_entries", ()):
        owner = row.get("third_party") or row["id"]
        found[row["id"]] = (owner, row.get("journal"), row.get("account"), row.get("method"),
                            row["amount"])  # fmt: skip
    for row in books.get("past_payments", ()):  # each reopens an invoice of its own
        found[row["id"]] = (row["id"],)
    return found
