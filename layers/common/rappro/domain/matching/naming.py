"""Which invoices a line names without any doubt, open or not, once it is known who pays.

A number that hardly stands in a text by chance is told whoever pays (board.Named.is_told). A weaker
one, "FA933" or "FACT 02820", is told by its payer: it is one of his own, or a word says that it is
an invoice's. What is told and not explained is left to a person: nothing weaker may decide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from functools import wraps
from typing import Final

from rappro.domain.ids import ThirdPartyId
from rappro.domain.matching.board import Board, Named
from rappro.domain.matching.clues import Clue, is_strong
from rappro.domain.matching.model import TargetType
from rappro.domain.matching.normalise import WORDS_MAX, is_year
from rappro.domain.matching.numbers import Fit, Hit
from rappro.domain.matching.phrases import Words
from rappro.domain.matching.plan import Abstain, Outcome, Plan, Take

LONE_DIGITS: Final = 5
"""Digits alone that are a number where the payer has one like it: fewer are an order or a year."""

SHOWN_ITEMS_MAX: Final = 300
"""Items of one payer whose numbers are looked for in a line's texts."""

SHOWN_CHARS_MIN: Final = 4
GLUED_CHARS_MIN: Final = 6
"""Letters and digits of a number that is found within others, as people glue them."""

_DIGITS: Final = re.compile("[0-9]+")
_SHORT_GLUED: Final = (4, 5)
"""Lengths of numbers of digits alone that are found when nothing else is glued to each other."""

_ON_ACCOUNT: Final = frozenset(("ACOMPTE", "ACPTE", "PARTIEL", "PARTIELLE"))
_IN_FULL: Final = frozenset(("SOLDE", "AVOIR", "DEDUCTION", "DEDUIT", "MOINS"))
_NETTING: Final = frozenset(("COMPENSATION", "COMPENSE", "COMPENSATIONS", "NETTING"))
_TELLING: Final = _ON_ACCOUNT | _IN_FULL | _NETTING


def told_numbers(board: Board, clue: Clue) -> tuple[Named, ...]:
    """Return the numbers that a line names without doubt, to everybody or by its payer."""
    numbers = board.numbers(clue)
    if not clue.payer.candidates or len(numbers.told) == len(numbers.all):
        return numbers.told
    return numbers.told + tuple([n for n in numbers.all if _is_told_by_payer(board, clue, n)])


def _is_told_by_payer(board: Board, clue: Clue, named: Named) -> bool:
    if named.fit < Fit.SPLIT or is_strong(named.hit):
        return False
    if named.places:
        return any(clue.payer.may_be(board.item(place).third_party) for place in named.places)
    hit = named.hit
    if clue.payer.third_party is None or hit.is_doubtful or hit.fit is not Fit.EXACT:
        return False
    if named.has_letters:
        return len(hit.runs[0]) > 1 and hit.end - hit.start == sum(map(len, hit.runs))
    return hit.is_marked and not is_year("".join(hit.runs))


def is_own(hit: Hit) -> bool:
    """Tell whether a weak number that is the payer's own is meant: by its form, or a word says so.

    Six digits that are a day need the word.
    """
    digits = "".join(hit.runs)
    return hit.fit is Fit.EXACT and (
        hit.is_marked or not digits.isdigit() or len(digits) == LONE_DIGITS
    )


def is_weak_of_others(board: Board, clue: Clue, named: Named) -> bool:
    """Tell whether a number that may stand there by chance is of none whom the line could be from.

    An order or a customer number may be some other third party's invoice number.
    """
    return not is_strong(named.hit) and not any(
        clue.payer.may_be(board.item(place).third_party) for place in named.places
    )


def names_closed_number(board: Board, clue: Clue) -> bool:
    """Tell whether the texts name invoices that are not open: then no open item is meant.

    An entry may be: its payment was booked, and settled the invoice, before the bank showed it.
    """
    return bool(told_numbers(board, clue))


def may_settle_items(board: Board, clue: Clue) -> bool:
    """A return never settles an item, nor does a line that names other, closed invoices."""
    return (
        not clue.kind.is_return
        and board.is_company_line(clue)
        and not names_closed_number(board, clue)
    )


def closed_numbers(board: Board, clue: Clue) -> str | None:
    """Return the sentence about numbers of the company's shape that no open item has."""
    told = [n for n in told_numbers(board, clue) if not any(map(board.state.is_open, n.places))]
    return f"{written(told)}: no open item has this number" if told else None


def written(told: Sequence[Named]) -> str:
    """Return the first of some numbers, for a sentence."""
    return ", ".join("".join(named.hit.runs) for named in told[:5])


def unless_another_is_named(
    rule: Callable[[Board, Clue], Outcome],
) -> Callable[[Board, Clue], Outcome]:
    """Make a rule on the payer abstain when the texts show the number of another of his items.

    Then an amount or a sum does not speak for what the rule took, though no other rule could make
    anything of that number.
    """

    @wraps(rule)
    def asked(board: Board, clue: Clue) -> Outcome:
        outcome = rule(board, clue)
        if not isinstance(outcome, Plan):
            return outcome
        takes = [take for take in outcome.takes if take.type is TargetType.OPEN_ITEM]
        why_not = _why_not(board, clue, takes) if takes else None
        if why_not is None:
            return outcome
        why = ("third_party", "amount" if len(takes) == 1 else "sum")
        return Abstain(why_not, candidates=(board.candidate(takes, why),))

    return asked


def _why_not(board: Board, clue: Clue, takes: Sequence[Take]) -> str | None:
    if _names_another(board, clue, {take.place for take in takes}):
        return "the texts show the number of another item of the payer's"
    texts = [words.words for words in clue.fields if not _TELLING.isdisjoint(words.words)]
    if not texts:
        return None
    said = {word for words in texts for word in words}
    is_one_way = len({take.amount_minor > 0 for take in takes}) == 1
    if is_one_way and not _NETTING.isdisjoint(said):
        return "the line says that invoices were netted, and this is one side alone"
    if len(takes) > 1 and not _ON_ACCOUNT.isdisjoint(said) and _IN_FULL.isdisjoint(said):
        return "the line says that it pays a part, and a sum of whole invoices is none"
    return None


def _names_another(board: Board, clue: Clue, chosen: Collection[int]) -> bool:
    """Tell whether the texts show, in whatever way, the number of another item of one party.

    Or the last digits of one. Items that were settled before count as well.
    """
    told = [words for words in clue.fields if words.has_number]
    if not told:
        return False
    parties = {board.item(place).third_party for place in chosen}
    places = [place for party in parties for place in board.index.items.by_party[party]]
    if len(places) == len(chosen) or len(places) > SHOWN_ITEMS_MAX:
        return False
    glued = " ".join(["".join(text.words) for text in told])
    if not _may_show(board, parties, glued):
        return False
    words = _words(told)
    all_runs = board.index.items.runs
    named = {
        place: number for place in places if (number := _written(all_runs[place], words, glued))
    }
    own = [number for place, number in named.items() if place in chosen]
    return any(
        place not in chosen and not any(number in each for each in own)
        for place, number in named.items()
    )


def _may_show(board: Board, parties: Collection[ThirdPartyId], glued: str) -> bool:
    """Tell whether texts may show a number of some parties': its last characters stand there."""
    items = board.index.items
    return len(glued) >= WORDS_MAX or any(
        tail in glued for party in parties for tail in items.tails_of(party)
    )


def _words(told: Sequence[Words]) -> set[str]:
    """Return words, digits that letters are glued to, and what digits of equal length make up."""
    found: set[str] = set()
    for text in told:
        found.update(text.words)
        for digits in _DIGITS.findall(text.text):
            if len(digits) > max(_SHORT_GLUED):
                for size in _SHORT_GLUED:
                    if len(digits) % size == 0:
                        found.update(digits[at : at + size] for at in range(0, len(digits), size))
            elif len(digits) == max(_SHORT_GLUED):
                found.add(digits)
    return found


def _written(runs: Sequence[str], words: Collection[str], glued: str) -> str:
    """Return what the texts show of an item's number; empty when it is less than tells."""
    number = "".join(runs)
    size = len(number)
    if number in words if size < GLUED_CHARS_MIN else number in glued:
        return number if size >= SHOWN_CHARS_MIN else ""
    if not runs or runs[-1] > ":" or len(runs[-1]) < SHOWN_CHARS_MIN:
        return ""
    last = runs[-1].lstrip("0")
    if last not in words and runs[-1] not in words:
        return ""
    return last if len(last) >= SHOWN_CHARS_MIN and not is_year(last) else ""
