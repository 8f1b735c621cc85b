"""The findings of an OFX statement: what was tolerated, and how it was read.

docs/formats/ofx1.md explains each; a test holds the two together.
"""

from __future__ import annotations

from typing import Final

from rappro.domain.bank import Severity
from rappro.formats.findings import Catalogue

CATALOGUE: Final[Catalogue] = {
    "header_differs": (
        Severity.INFO, "the header says XML, but elements are not closed; read as SGML"
    ),
    "charset_differs": (
        Severity.INFO, "the text is {about}, not what the header says"
    ),
    "charset_mixed": (Severity.WARNING, "the text mixes UTF-8 and a single-byte charset"),
    "ampersand_bare": (Severity.INFO, "the XML holds a bare & or an entity of HTML; read as text"),
    "end_missing": (Severity.WARNING, "{about} has no end tag; what follows the list ends it"),
    "status_error": (Severity.WARNING, "the bank reports an error: {about}"),
    "status_told": (Severity.INFO, "the bank reports: {about}"),
    "left_out": (Severity.WARNING, "{about} is no bank or card statement and is left out"),
    "account_missing": (Severity.WARNING, "the statement does not name its account"),
    "rib_key_wrong": (
        Severity.WARNING, "the key of the account (ACCTKEY) is not that of a RIB; no IBAN is made"
    ),
    "currency_assumed": (Severity.WARNING, "the statement names no currency; read as EUR"),
    "currency_of_transaction": (
        Severity.WARNING,
        "the statement names no currency; {about}, of its first transaction, is taken",
    ),
    "period_unreadable": (Severity.INFO, "{about} is no date; the period is open on that side"),
    "balance_date_missing": (
        Severity.WARNING, "the ledger balance has no date; the end of the period is taken"
    ),
    "balance_left_out": (
        Severity.WARNING, "the ledger balance has no date, nor has the statement; it is left out"
    ),
    "balance_empty": (Severity.INFO, "the ledger balance has neither amount nor date"),
    "balance_repeated": (Severity.WARNING, "a second ledger balance is left out"),
    "available_only": (
        Severity.INFO, "there is an available balance but no ledger balance; none is taken"
    ),
    "booking_date_missing": (
        Severity.WARNING, "a transaction has no date of posting; the date of its user is taken"
    ),
    "date_variant": (Severity.INFO, "a date is written YYYY-MM-DD"),
    "value_date_unreadable": (Severity.INFO, "a date of availability cannot be read"),
    "amount_without_digits": (Severity.WARNING, "an amount is a mark without digits; read as zero"),
    "amount_grouped": (Severity.INFO, "an amount has marks between thousands"),
    "amount_marked": (Severity.WARNING, "an amount has a currency sign; it is not looked at"),
    "type_unknown": (Severity.INFO, "the transaction type {about!r} is not known"),
    "sign_differs": (
        Severity.WARNING, "a {about} has an amount of the other sign; the amount's sign counts"
    ),
    "hold_listed": (
        Severity.WARNING, "a HOLD stands among posted transactions; it is read as pending"
    ),
    "correction": (Severity.WARNING, "a transaction corrects an earlier one ({about})"),
    "amount_converted": (
        Severity.WARNING, "an amount is in {about}; it is converted at the rate that the bank gives"
    ),
    "original_derived": (
        Severity.INFO, "an amount in {about} is worked out from the rate that the bank gives"
    ),
    "rate_missing": (Severity.WARNING, "an amount in {about} has no usable rate (CURRATE)"),
    "tag_unknown": (Severity.INFO, "the element {about} is not known; its text is in the comment"),
}  # fmt: skip
