"""The findings of MT940 and MT942 messages: what was tolerated, and how it was read.

docs/formats/mt940.md explains each; a test holds the two together.
"""

from __future__ import annotations

from typing import Final

from rappro.domain.bank import Severity
from rappro.formats.findings import Catalogue

CATALOGUE: Final[Catalogue] = {
    "charset_guessed": (Severity.INFO, "the file is not UTF-8; its characters are read as {about}"),
    "text_outside": (Severity.INFO, "there is text outside of the messages: {about}"),
    "tag_unknown": (Severity.INFO, "the field {about} is not known and left out"),
    "tag_misplaced": (
        Severity.WARNING, "a field :{about}: stands between entries; read as text of the entry"
    ),
    "text_ignored": (Severity.INFO, "a field :{about}: has more text than it may; left out"),
    "other_message": (Severity.INFO, "the file also holds messages {about}"),
    "reference_missing": (Severity.INFO, "the message has no reference (:20:)"),
    "account_missing": (Severity.WARNING, "the message names no account (:25:)"),
    "account_check": (Severity.INFO, "the account's IBAN has a wrong check number"),
    "page": (Severity.INFO, "the message is page {about} of a longer statement"),
    "date_clamped": (
        Severity.WARNING, "the date {about} does not exist; read as the last day of its month"
    ),
    "type_missing": (Severity.WARNING, "an entry (:61:) has no transaction type"),
    "type_unknown": (Severity.INFO, "the transaction type {about!r} is not known"),
    "business_code_unknown": (Severity.INFO, "the business transaction code {about} is not known"),
    "return_code_unknown": (Severity.INFO, "the return code {about} is kept as the bank's own"),
    "subfield_unknown": (
        Severity.INFO, "the subfield {about} of :86: is not known; its text is in the comment"
    ),
    "original_unreadable": (
        Severity.WARNING, "an original amount or rate cannot be read; see the comment"
    ),
    "statement_information": (Severity.INFO, "the bank says of the statement: {about}"),
    "currency_assumed": (Severity.WARNING, "nothing names a currency; read as EUR"),
    "timestamp_unreadable": (Severity.INFO, "the message's time (:13D:) cannot be read"),
    "summary_differs": (
        Severity.WARNING, "the number or sum of entries in :{about}: is not that of the entries"
    ),
}  # fmt: skip
