"""Rules on transfers between the company's own accounts (virements internes), SPEC MAT-13.

own_account         the line's other side is another account of the company, by its IBAN
internal_transfer   both sides are among the lines, and words say what they are

Each side is booked on the account of internal transfers (580), which is back at zero once both are.
An entry that waits always goes first, whatever else is missing to match it: nothing is booked
twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from rappro.domain.matching.board import NEAR_MAX, Board
from rappro.domain.matching.clues import Clue
from rappro.domain.matching.model import Candidate, Evidence, Settle, TargetType
from rappro.domain.matching.normalise import telling_words
from rappro.domain.matching.plan import Abstain, Outcome, Plan, score, shown
from rappro.domain.matching.rules_entries import entry_in_window, group_in_window, may_be_group
from rappro.domain.matching.rules_templates import template

_SAID: Final = re.compile(
    r"\b(?:VIREMENTS?|VIR|VRT|VT|TRANSFERTS?|TRF) (?:[A-Z]{2,10} )??(?:DE )?"
    r"(?:INTERNES?|TRESORERIE|FONDS)\b"
    r"|\b(?:COMPTE|CPTE|CPT) A (?:COMPTE|CPTE|CPT)\b"
    r"|\bNIVELLEMENT\b|\bINTERNAL TRANSFER\b|\bINTER ?COMPTES?\b"
    r"|\bALIMENTATION (?:DE |DU |D )?(?:COMPTE|CPTE|CPT)\b"
)
"""What banks and people write of a transfer between two accounts of one holder."""

_WORDS_BESIDE: Final = """
    INTERNE INTERNES INTERNAL INTERCOMPTE INTERCOMPTES INTER COMPTES TRESORERIE FONDS NIVELLEMENT
    ALIMENTATION TRANSFERT TRANSFERTS VERS DEPUIS TRF COURANT EPARGNE LIVRET PRO PROFESSIONNEL
    BANQUE BANK BNP PARIBAS LCL CIC GENERALE AGRICOLE MUTUEL POPULAIRE CAISSE POSTALE PALATINE
    HSBC CCF BRED QONTO ARKEA BPCE
"""
_WORDS_OF_IT: Final = frozenset(_WORDS_BESIDE.split())
"""Words beside it that name no other side: the accounts' kinds and banks."""


def own_account(board: Board, clue: Clue) -> Outcome:
    """The other side of the line is an account of the company: no item and no payer is meant.

    A waiting entry goes first, then a template, which says where the company wants it.
    """
    iban = board.own_accounts.iban_of(clue)
    if iban is None or clue.match_line.fixed_third_party is not None:
        return None
    told = entry_in_window(board, clue) or _group(board, clue) or template(board, clue)
    if told is not None:
        return told
    return _booked(board, clue, Evidence("own_account", iban, "an account of the company's own"))


def internal_transfer(board: Board, clue: Clue) -> Outcome:
    """Two lines of two own accounts are one transfer: words, opposite amounts, near dates, alone.

    Words alone never do: banks call transfers between two of their customers internal as well.
    """
    text = _wording(clue)
    if text is None and not _is_from_the_company(board, clue):
        return None
    if clue.payer.candidates or not board.is_company_line(clue):
        return None
    rank = _partner(board, clue)
    if rank is None:
        return _by_words_alone(board, clue, text)
    other = board.clues[rank]
    if text is None and _wording(other) is None:
        return None
    plan = _booked(board, clue, _other_side(other))
    partner = _booked(board, other, _other_side(clue))
    if isinstance(plan, Plan):
        return plan._replace(together=((rank, partner),)) if isinstance(partner, Plan) else None
    return plan


def _group(board: Board, clue: Clue) -> Outcome:
    return group_in_window(board, clue) if may_be_group(clue) else None


def _booked(board: Board, clue: Clue, evidence: Evidence) -> Outcome:
    """Return the plan that books a side, unless a person untied it or an entry may be it."""
    account = board.posting.internal_transfers_account
    if account in clue.match_line.vetoes or not board.is_company_line(clue):
        return None
    waiting = _waiting_entry(board, clue)
    if waiting is not None:
        takes = (board.entry_take(waiting),)
        return Abstain(
            f"bank entry {board.entry(waiting).id} could be this transfer: it goes first",
            candidates=(board.candidate(takes, ("amount",)),),
        )
    sentence = f"booked on {account} (virements internes), as its other side is"
    booked = Evidence("internal_transfer", shown(clue.line.label), sentence)
    return Plan(evidence=(evidence, booked), account=account)


def _waiting_entry(board: Board, clue: Clue) -> int | None:
    """Return a waiting entry of that amount: near the line, or farther and said to be internal."""
    for place in board.entries_near(clue)[:NEAR_MAX]:
        entry = board.entry(place)
        if not board.is_entry_free(place, clue):
            continue
        words = board.index.entries.label_words(place)
        if board.is_in_window(entry, clue) or not words.isdisjoint(_WORDS_OF_IT):
            return place
    return None


def _by_words_alone(board: Board, clue: Clue, text: str | None) -> Outcome:
    """Words of a transfer without its other side: a person is shown the account, no more."""
    account = board.posting.internal_transfers_account
    if text is None or account in clue.match_line.vetoes:
        return None
    settles = (Settle(TargetType.ACCOUNT, account, clue.amount),)
    return Abstain(
        "words of a transfer between own accounts, and nothing that shows the other one",
        (Evidence("transfer_words", shown(text), "words of an internal transfer"),),
        candidates=(Candidate(settles, score(("template",))),),
    )


def _wording(clue: Clue) -> str | None:
    """Return the text that says that a line is a transfer between own accounts."""
    return next((w.text for w in clue.fields if _SAID.search(" ".join(w.words))), None)


def _is_from_the_company(board: Board, clue: Clue) -> bool:
    """Tell whether the name of the other side is the company's own."""
    name = telling_words(clue.line.counterparty.name or "")
    return bool(name) and name == board.company_words


def _names_nobody_else(board: Board, clue: Clue) -> bool:
    """Tell whether all words of a line are the company's, or those of a transfer and of banks."""
    if clue.line.counterparty.iban is not None and board.own_accounts.iban_of(clue) is None:
        return False
    known = board.company_words | _WORDS_OF_IT
    return all(word in known or not word.isalpha() for word in board.label_words(clue)[2])


def _partner(board: Board, clue: Clue) -> int | None:
    """Return the one line that may be the other side, if this one is the only one for it too."""
    ranks = list(_opposite(board, clue))
    if len(ranks) != 1:
        return None
    other = board.clues[ranks[0]]
    if list(_opposite(board, other)) != [clue.rank]:
        return None
    sides = (clue, other)
    if board.is_stopped[other.rank] or not all(_may_be_side(board, side) for side in sides):
        return None
    return other.rank


def _may_be_side(board: Board, clue: Clue) -> bool:
    """Tell whether a line may be a side: it names nobody else, no invoice, nothing set by hand."""
    fixed = clue.match_line
    return (
        (_wording(clue) is not None or _is_from_the_company(board, clue))
        and _names_nobody_else(board, clue)
        and not clue.kind.is_return
        and not clue.payer.candidates
        and not board.numbers(clue).told
        and fixed.fixed_invoice is None
    )


def _opposite(board: Board, clue: Clue) -> Iterator[int]:
    """Yield the waiting lines of other accounts with the opposite amount, in the date window.

    The window is from the debit to the credit; whoever else is known to pay one is no rival.
    """
    before, after = board.matching.window_days_before, board.matching.window_days_after
    sign = 1 if clue.amount < 0 else -1
    others = (
        board.lines_by_amount.get((account, clue.currency, -clue.amount), ())
        for account in board.accounts
        if account != clue.match_line.account
    )
    for rank in chain.from_iterable(others):
        other = board.clues[rank]
        if -before <= sign * (other.day - clue.day) <= after and not other.payer.candidates:
            yield rank


def _other_side(other: Clue) -> Evidence:
    sentence = f"line {other.match_line.id} of {other.on} is the other side, and nothing else is"
    return Evidence("other_side", shown(other.line.label), sentence)
