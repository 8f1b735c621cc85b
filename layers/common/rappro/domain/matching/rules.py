"""The rules in order, strongest evidence first; a rule's name is stored as the reason of a match.

Each rule is one pure function of the board and a line. It answers a plan, an abstention (the line
shows this kind of evidence, but not exactly one explanation: weaker rules are not asked), or
nothing (the line shows no such evidence: ask the next).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from rappro.domain.frozen import dataclass
from rappro.domain.matching.board import Board
from rappro.domain.matching.clues import Clue
from rappro.domain.matching.plan import Outcome
from rappro.domain.matching.rules_bank import bank_costs
from rappro.domain.matching.rules_batch import batch_details
from rappro.domain.matching.rules_cards import card_contract, card_rate
from rappro.domain.matching.rules_entries import entry_in_window, group_in_window, may_be_group
from rappro.domain.matching.rules_foreign import foreign_line
from rappro.domain.matching.rules_keys import entry_key, returned_key
from rappro.domain.matching.rules_numbers import (
    invoice_numbers,
    invoice_partial,
    invoice_set_by_person,
    named_settled,
    named_unexplained,
)
from rappro.domain.matching.rules_parts import number_part, payer_truncated
from rappro.domain.matching.rules_payer import payer_amount, payer_subset, returned_payer
from rappro.domain.matching.rules_reversals import reversed_line
from rappro.domain.matching.rules_templates import template
from rappro.domain.matching.rules_transfers import internal_transfer, own_account
from rappro.domain.matching.watchers import ANYTHING, ENTRY, PARTY, TOKEN

NEVER: Final = 0


def _always(_: Clue) -> bool:
    return True


def _has_invoice(clue: Clue) -> bool:
    return clue.match_line.fixed_invoice is not None


def _has_numbers(clue: Clue) -> bool:
    return bool(clue.hits)


def _has_keys(clue: Clue) -> bool:
    """Keys are read when they are needed: a line with a number is taken to have some."""
    return bool(clue.hits or clue.keys or clue.end_to_end or clue.refs.cheques)


def _has_parts(clue: Clue) -> bool:
    return len(clue.details) > 1


def _has_payer(clue: Clue) -> bool:
    return clue.payer.third_party is not None


def _has_no_payer(clue: Clue) -> bool:
    return clue.payer.third_party is None


def _is_return(clue: Clue) -> bool:
    return clue.kind.is_return


def _is_reversal(clue: Clue) -> bool:
    return clue.line.is_reversal


def _is_card_deposit(clue: Clue) -> bool:
    return clue.kind.is_card_deposit


def traits_of(clue: Clue) -> tuple[bool, ...]:
    """Return everything that `Rule.concerns` looks at: lines of the same traits go the same way."""
    kind = clue.kind
    return (
        kind.is_return,
        clue.line.is_reversal,
        clue.match_line.fixed_invoice is not None,
        bool(clue.hits),
        _has_keys(clue),
        len(clue.details) > 1,
        clue.payer.third_party is not None,
        kind.is_card_deposit,
        kind.is_remittance or kind.is_group,
    )


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule and its name; `asks_for` is what a line must show before the rule is asked at all.

    `is_for_returns` is false where a return must never be matched. `unsure_after` are the causes
    after which a rule that answered nothing may answer something. What is settled stays so, which
    makes "nothing of the kind is open" final.
    """

    name: str
    apply: Callable[[Board, Clue], Outcome]
    asks_for: Callable[[Clue], bool] = _always
    is_for_returns: bool = False
    unsure_after: int = ANYTHING

    def concerns(self, clue: Clue) -> bool:
        """Tell whether the rule is to be asked about a line."""
        return (self.is_for_returns or not clue.kind.is_return) and self.asks_for(clue)


RULES: Final = (
    Rule("invoice_set_by_person", invoice_set_by_person, _has_invoice, is_for_returns=True),
    Rule("reversed_line", reversed_line, _is_reversal, is_for_returns=True),
    Rule("invoice_numbers", invoice_numbers, _has_numbers, unsure_after=TOKEN),
    Rule("invoice_partial", invoice_partial, _has_numbers, unsure_after=TOKEN),
    Rule("returned_key", returned_key, _has_keys, is_for_returns=True, unsure_after=NEVER),
    Rule("entry_key", entry_key, _has_keys, is_for_returns=True),
    Rule("card_contract", card_contract, _has_keys),
    Rule("batch_details", batch_details, _has_parts),
    Rule("foreign_line", foreign_line),
    Rule("own_account", own_account, unsure_after=ENTRY),
    Rule("payer_truncated", payer_truncated, _has_payer, unsure_after=PARTY | ENTRY),
    Rule("named_unexplained", named_unexplained, _has_numbers, unsure_after=NEVER),
    Rule("returned_payer", returned_payer, _is_return, is_for_returns=True),
    Rule("payer_amount", payer_amount, _has_payer, is_for_returns=True, unsure_after=PARTY | ENTRY),
    Rule("entry_in_window", entry_in_window, is_for_returns=True, unsure_after=ENTRY),
    Rule("group_in_window", group_in_window, may_be_group),
    Rule("card_rate", card_rate, _is_card_deposit),
    Rule("number_part", number_part, _has_no_payer, unsure_after=TOKEN),
    Rule("payer_subset", payer_subset, _has_payer, unsure_after=PARTY),
    Rule("named_settled", named_settled, _has_numbers, unsure_after=TOKEN),
    Rule("template", template, is_for_returns=True, unsure_after=NEVER),
    Rule("bank_costs", bank_costs, unsure_after=NEVER),
    Rule("internal_transfer", internal_transfer),
)
"""SPEC 3.1, in its order. docs/matching.md explains each to an accountant."""
