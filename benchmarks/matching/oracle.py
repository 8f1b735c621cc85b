"""Says of each line whether it is decidable: from the data alone, by the rules of matching.

    1. The strongest kind of evidence that finds anything decides; it must find one explanation.
    2. Twins of one third party count as one explanation.
    3. Amount alone never settles an open item: every kind asks for a number, a payer or an entry.
    4. A line whose one explanation is the truth is decided, and what it settles is gone for others.
    5. Until nothing changes: what others settle may make a line decidable.

A line is decidable when it is decided that way. It is written from the rules, shares no code with
any engine, tries every combination, and is slow.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from benchmarks.matching.oracle_books import Books
from benchmarks.matching.oracle_evidence import (
    NAMED,
    RETURNED,
    UNNAMED,
    Explanation,
    Look,
    explain,
    named_items,
)
from benchmarks.matching.oracle_reading import read
from benchmarks.matching.world import World, cents

Json = dict[str, Any]


@dataclass(slots=True)
class Verdict:
    """What can be known of a line: `evidence` is the kind that decides, `why` how it ends.

    `why`: truth (decidable), nothing (there is nothing to settle), none (no evidence), several
    (explanations), other (the evidence speaks for something else).
    """

    evidence: str | None
    why: str

    @property
    def is_decidable(self) -> bool:
        return self.why == "truth"


def judge(world: World) -> dict[str, Verdict]:
    """Return the verdict on every line, by its id."""
    books = Books(world.books)
    lengths = {len(number) for number in books.items_by_number if number}
    looks = [_look(line, books, lengths) for line in world.lines]
    truths = {row["id"]: row for row in world.truth}
    open_looks = sorted(looks, key=lambda look: (look.on, look.line["id"]))
    verdicts: dict[str, Verdict] = {}
    is_moving = True
    while is_moving:
        waiting, is_moving = open_looks, False
        rivals = Counter((look.line["journal"], look.amount) for look in waiting)
        open_looks = []
        for look in waiting:
            truth = truths[look.line["id"]]
            look.rivals = rivals[look.line["journal"], look.amount]
            verdict, explanation = _verdict(look, truth)
            verdicts[look.line["id"]] = verdict
            if explanation is None:
                open_looks.append(look)
            else:
                is_moving = True
                rivals[look.line["journal"], look.amount] -= 1
                _settle(books, truth)
    return verdicts


def _look(line: Json, books: Books, lengths: set[int]) -> Look:
    reading = read(line)
    return Look(
        line=line,
        reading=reading,
        books=books,
        amount=cents(line["amount"]),
        on=date.fromisoformat(line["booking_date"]),
        named=named_items(books, reading, lengths),
        payer=books.payer(line, reading),
    )


def _verdict(look: Look, truth: Json) -> tuple[Verdict, Explanation | None]:
    kinds = RETURNED if look.goes_back else NAMED if look.named else UNNAMED
    if not truth["settles"] and not truth["template"]:
        return Verdict(None, "nothing"), None
    for kind in kinds:
        found = kind(look)
        if not found:
            continue
        name = kind.__name__
        if len({each.likeness for each in found}) > 1 or _is_doubled(found):
            return Verdict(name, "several"), None
        if is_same(look.books, found[0], truth):
            return Verdict(name, "truth"), found[0]
        return Verdict(name, "other"), None
    return Verdict(None, "none"), None


def _is_doubled(found: list[Explanation]) -> bool:
    """Tell whether one explanation stands there twice: more lines want it than there are."""
    return len(found) > len({each.settles for each in found}) > 0


def is_same(books: Books, explanation: Explanation, truth: Json) -> bool:
    """Tell whether an explanation is the truth, or differs from it by twins alone."""
    if explanation.template or truth["template"]:
        return bool(explanation.template == truth["template"])
    settled = sorted((row["id"], cents(row["amount"])) for row in truth["settles"])
    gaps = [(row["kind"], cents(row["amount"])) for row in truth["adjustments"]]
    true = explain(
        [books.target(id_) for id_, _ in settled], [amount for _, amount in settled], gaps
    )
    return explanation.likeness == true.likeness


def _settle(books: Books, truth: Json) -> None:
    for row in truth["settles"]:
        if row["type"] == "open_item":
            books.items[row["id"]].left -= cents(row["amount"])
        elif row["type"] == "bank_entry":
            books.entries[row["id"]].is_open = False
        else:
            books.past[row["id"]].is_open = False
