"""The rules in order, strongest evidence first; a rule's name is stored as the reason of a match.

Each rule is one pure function of the board and a line. It answers a plan, an abstention (the line
shows this kind of evidence, but not exactly one explanation: weaker rules are not asked), or
nothing (the line shows no such evidence: ask the next).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from rappro.domain.matching.board import Board
from rappro.domain.matching.clues import Clue
from rappro.domain.matching.plan import Outcome
from rappro.domain.matching.rules_batch import batch_details
from rappro.domain.matching.rules_cards import card_contract, card_rate
from rappro.domain.matching.rules_entries import entry_in_window, group_in_window
from rappro.domain.matching.rules_keys import entry_key, returned_key
from rappro.domain.matching.rules_numbers import (
    invoice_numbers,
    invoice_partial,
    invoice_set_by_person,
    named_settled,
    named_unexplained,
)
from rappro.domain.matching.rules_payer import (
    number_part,
    payer_amount,
    payer_subset,
    payer_truncated,
    returned_payer,
)
from rappro.domain.matching.rules_templates import template


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule and its name; `is_for_returns` is false where a return must never be matched."""

    name: str
    apply: Callable[[Board, Clue], Outcome]
    is_for_returns: bool = False


RULES: Final = (
    Rule("invoice_set_by_person", invoice_set_by_person, is_for_returns=True),
    Rule("invoice_numbers", invoice_numbers),
    Rule("invoice_partial", invoice_partial),
    Rule("returned_key", returned_key, is_for_returns=True),
    Rule("entry_key", entry_key, is_for_returns=True),
    Rule("card_contract", card_contract),
    Rule("batch_details", batch_details),
    Rule("payer_truncated", payer_truncated),
    Rule("named_unexplained", named_unexplained),
    Rule("returned_payer", returned_payer, is_for_returns=True),
    Rule("payer_amount", payer_amount, is_for_returns=True),
    Rule("entry_in_window", entry_in_window, is_for_returns=True),
    Rule("group_in_window", group_in_window),
    Rule("card_rate", card_rate),
    Rule("number_part", number_part),
    Rule("payer_subset", payer_subset),
    Rule("named_settled", named_settled),
    Rule("template", template, is_for_returns=True),
)
"""SPEC 3.1, in its order. docs/matching.md explains each to an accountant."""
