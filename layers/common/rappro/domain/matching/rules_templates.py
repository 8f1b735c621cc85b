"""The rule on entry templates (modèles d'écriture): the weakest, for what the books lack."""

from __future__ import annotations

from rappro.domain.books import (
    EntryTemplate,
    TemplateDirection,
)
from rappro.domain.matching.board import NEAR_MAX, Board
from rappro.domain.matching.clues import Clue
from rappro.domain.matching.model import Candidate, Evidence
from rappro.domain.matching.phrases import Find
from rappro.domain.matching.plan import Abstain, Outcome, Plan, score, shown


def template(board: Board, clue: Clue) -> Outcome:
    """The one template whose reference stands in a text and whose direction is the line's.

    An existing entry beats it, whatever else is missing to match that entry: nothing is booked
    twice. A return whose original is not proven is left to a person.
    """
    found = _found(board, clue)
    if not found:
        return None
    why_not = _why_not(board, clue, found)
    if why_not is not None:
        candidates = tuple(
            Candidate((), score(("template",)), template=template_id) for template_id in found
        )
        return Abstain(why_not, candidates=candidates)
    ((template_id, find),) = found.items()
    chosen = board.templates[template_id]
    return Plan(
        evidence=(Evidence("template_reference", shown(find.text), f"template {chosen.label!r}"),),
        third_party=clue.payer.third_party,
        template=template_id,
    )


def _found(board: Board, clue: Clue) -> dict[str, Find]:
    """Return the templates that the texts name, the widest reference at each place."""
    finds = [
        find
        for words in clue.fields
        for find in board.template_phrases.find(words)
        if not find.is_cut
    ]
    found: dict[str, Find] = {}
    for find in finds:
        candidate = board.templates[find.owner.id]
        if _is_direction(candidate, clue.amount) and candidate.id not in clue.match_line.vetoes:
            found.setdefault(candidate.id, find)
    return found


def _lacks(candidate: EntryTemplate, month: str) -> str | None:
    """Return what a template lacks to book by itself in a month, None when it can."""
    if not candidate.lines:
        return "the template has no account"
    plans = [line.schedule for line in candidate.lines if line.schedule]
    if all(any(due.month == month for due in plan) for plan in plans):
        return None
    return "the template's plan has no amount for this month"  # tableau d'amortissement


def _is_direction(candidate: EntryTemplate, amount_minor: int) -> bool:
    if candidate.direction is TemplateDirection.BOTH:
        return True
    return (amount_minor < 0) is (candidate.direction is TemplateDirection.DEBIT)


def _why_not(board: Board, clue: Clue, found: dict[str, Find]) -> str | None:
    if len(found) > 1:
        return "several templates have their reference in the texts"
    month = f"{clue.line.booking_date:%Y-%m}"
    lacks = next((said for each in found if (said := _lacks(board.templates[each], month))), None)
    if lacks is not None:
        return lacks
    if clue.kind.is_return:
        return "a return is not booked by a template"
    if not board.is_company_line(clue):
        return "a template books in the company's currency"
    for place in board.entries_near(clue)[:NEAR_MAX]:
        if board.is_entry_free(place, clue) and board.is_in_window(board.entry(place), clue):
            return f"bank entry {board.entry(place).id} could be this line: it goes first"
    return None
