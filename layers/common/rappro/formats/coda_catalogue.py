"""The findings of a CODA statement: what was tolerated, and how it was read.

docs/formats/coda.md explains each; a test holds the two together.
"""

from __future__ import annotations

from typing import Final

from rappro.domain.bank import Severity
from rappro.formats.findings import Catalogue

CATALOGUE: Final[Catalogue] = {
    "charset_guessed": (Severity.INFO, "the file is not UTF-8; its characters are read as {about}"),
    "duplicate": (Severity.INFO, "the bank marks this file as a duplicate of an earlier one"),
    "version_unknown": (Severity.WARNING, "the header says version {about!r}; read as version 2"),
    "bank_message": (Severity.INFO, "the bank says: {about}"),
    "account_structure": (
        Severity.WARNING, "the account's structure {about!r} is not known; read as foreign"
    ),
    "account_check": (Severity.INFO, "the account's number has wrong check digits"),
    "account_differs": (
        Severity.BLOCKING, "the new balance (8) is of another account, {about}, than the old one"
    ),
    "currency_assumed": (Severity.WARNING, "the old balance (1) names no currency; read as EUR"),
    "balance_decimals": (
        Severity.BLOCKING, "a balance is finer than its currency, {about}; it is left out"
    ),
    "balance_date_missing": (
        Severity.WARNING, "a balance has no date; the day the file was made is taken"
    ),
    "new_balance_missing": (Severity.WARNING, "the statement has no new balance (8)"),
    "booking_date_missing": (
        Severity.WARNING, "a movement has no entry date; its value date is taken"
    ),
    "detail_number": (
        Severity.INFO, "a record does not repeat the detail number of its movement (2.1)"
    ),
    "detail_decimals": (
        Severity.WARNING, "a detail is finer than the currency; it is cut, the source has it whole"
    ),
    "transaction_code": (Severity.INFO, "the transaction code {about!r} is not known"),
    "communication_type": (
        Severity.INFO, "the communication type {about!r} is not known; it is in the comment"
    ),
    "communication_unreadable": (
        Severity.WARNING, "a communication of type {about} cannot be read; it is in the comment"
    ),
    "reference_check": (Severity.INFO, "a structured communication has wrong check digits"),
    "trailer_unreadable": (Severity.WARNING, "the trailer (9) has no readable {about}"),
    "trailer_records": (Severity.WARNING, "the trailer (9) counts {about}"),
    "trailer_debits": (Severity.WARNING, "the trailer's (9) total of debits is {about}"),
    "trailer_credits": (Severity.WARNING, "the trailer's (9) total of credits is {about}"),
    "more_announced": (Severity.INFO, "the trailer (9) announces another file, and none follows"),
    "more_unannounced": (Severity.INFO, "a file follows a trailer (9) that says it is the last"),
}  # fmt: skip
