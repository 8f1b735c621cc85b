"""What a rule answers: a plan that settles the line, or that it must abstain, or nothing.

Also the names and weights of the evidence: a candidate's score is the sum of the weights of what
speaks for it, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from rappro.domain.frozen import dataclass
from rappro.domain.ids import OpenItemId, ThirdPartyId
from rappro.domain.matching.model import (
    Adjustment,
    Candidate,
    Evidence,
    Rejected,
    Settle,
    TargetType,
)

WEIGHTS: Final = {
    "number": 60,  # its full number stands in a text
    "number_part": 25,  # a part of its number does
    "key": 60,  # its own key does (cheque, remittance, batch, end-to-end id)
    "third_party": 30,  # it belongs to the identified third party
    "amount": 30,  # its amount is the line's, to the cent
    "sum": 20,  # it is one of several that add up to the line
    "together": 10,  # it is one of all that the line names, or of a run without a gap
    "round": 10,  # one is paid in part: a round sum, or what a round sum left
    "window": 10,  # it lies in the date window
    "label": 10,  # its label shares a telling word with the line's
    "template": 20,  # a template's reference stands in a text
}
"""Integer weights of named evidence, for ranking candidates only: they never decide a match."""

TEXT_CHARS_MAX: Final = 140


class Take(NamedTuple):
    """A target that a line would settle; `place` is its place among the world's sorted targets.

    `amount_minor` is in the company's currency (the line's, for a bank entry).
    """

    type: TargetType
    place: int
    id: str
    amount_minor: int

    @property
    def settle(self) -> Settle:
        return Settle(self.type, self.id, self.amount_minor)


class Plan(NamedTuple):
    """How a line is settled: takes and adjustments add up to its amount, or a template does it.

    Or the whole line is booked on an `account`. `together` are other lines, by rank, that the same
    evidence settles: all of them or none.
    """

    takes: tuple[Take, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    third_party: ThirdPartyId | None = None
    invoice: OpenItemId | None = None
    template: str | None = None
    is_foreign: bool = False
    account: str | None = None
    together: tuple[tuple[int, Plan], ...] = ()


@dataclass(frozen=True, slots=True)
class Abstain:
    """The line shows this kind of evidence, but it does not hold exactly one explanation."""

    why: str
    evidence: tuple[Evidence, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    candidates: tuple[Candidate, ...] = ()


Outcome = Plan | Abstain | None


def score(names: Iterable[str]) -> int:
    """Return the sum of the weights of named evidence."""
    return sum(WEIGHTS[name] for name in names)


def shown(text: str) -> str:
    """Return a text short enough for an explanation, on one line."""
    return " ".join(text.split())[:TEXT_CHARS_MAX]
