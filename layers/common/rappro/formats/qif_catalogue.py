"""The findings of a QIF statement: what was assumed and tolerated, and how it was read.

docs/formats/qif.md explains each; a test holds the two together.
"""

from __future__ import annotations

from typing import Final

from rappro.domain.bank import Severity
from rappro.formats.findings import Catalogue

CATALOGUE: Final[Catalogue] = {
    "currency_assumed": (Severity.WARNING, "the file names no currency; read as EUR"),
    "date_order_assumed": (
        Severity.WARNING,
        "no date of the file tells day from month; read in the French order, day first",
    ),
    "decimal_mark_assumed": (
        Severity.WARNING,
        "an amount's only mark stands before three digits; read as a mark of thousands",
    ),
    "decimal_mark_mixed": (
        Severity.WARNING, "the file's amounts have decimal commas and decimal points"
    ),
    "account_named": (Severity.INFO, "the file calls the account {about!r}"),
    "account_type_other": (Severity.INFO, "the account is of the type {about!r}"),
    "opening_recognised": (
        Severity.INFO, "the first transaction is the opening balance, and no line"
    ),
    "balance_undated": (
        Severity.WARNING, "the account's balance {about} has no date; it is no closing balance"
    ),
    "record_empty": (Severity.INFO, "an empty record was passed over"),
    "end_mark_missing": (
        Severity.WARNING, "a transaction has no end mark (^) before the section's end"
    ),
    "list_passed_over": (
        Severity.INFO, "the list {about!r} holds no transactions and was passed over"
    ),
    "field_unknown": (
        Severity.INFO, "the field {about!r} is not known; its text is in the comment"
    ),
    "field_repeated": (
        Severity.INFO, "the field {about!r} comes twice in a transaction; see the comment"
    ),
    "cleared_unknown": (Severity.INFO, "the cleared flag {about!r} is not known"),
    "split_amount_missing": (
        Severity.WARNING, "a split has no amount that can be read; see its comment"
    ),
}  # fmt: skip
