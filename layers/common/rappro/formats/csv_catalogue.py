"""The findings of a CSV statement: which profile read it, what was assumed and tolerated.

docs/formats/csv.md explains each; a test holds the two together.
"""

from __future__ import annotations

from typing import Final

from rappro.domain.bank import Severity
from rappro.formats.findings import Catalogue

CATALOGUE: Final[Catalogue] = {
    "profile_applied": (Severity.INFO, "read by the profile {about!r}"),
    "currency_assumed": (Severity.INFO, "no column names the currency; read as {about}"),
    "account_missing": (Severity.INFO, "the file names no account"),
    "account_masked": (
        Severity.WARNING, "the account number is masked ({about}); the account is not known"
    ),
    "newest_first": (
        Severity.INFO, "the file has the newest line first; the lines were turned round"
    ),
    "column_unknown": (
        Severity.INFO, "the column {about!r} is not in the profile; it is kept in the raw text only"
    ),
    "booking_date_missing": (
        Severity.WARNING, "a line has no booking date; its other date is taken"
    ),
    "kind_unknown": (Severity.INFO, "the kind {about!r} is not known"),
    "status_unknown": (Severity.WARNING, "the status {about!r} is not known; read as booked"),
    "footer_passed_over": (Severity.INFO, "a row that begins with {about!r} is no movement"),
    "preamble_unreadable": (
        Severity.WARNING, "around the lines, the fact {about!r} cannot be read"
    ),
    "balance_undated": (
        Severity.INFO, "the closing balance around the lines has no date; it is left out"
    ),
    "balance_of_several": (
        Severity.INFO, "the balance around the lines is not of one account; it is left out"
    ),
    "balance_unreadable": (
        Severity.WARNING, "the first or last balance of the lines cannot be read; both are left out"
    ),
    "count_differs": (Severity.WARNING, "the file announces {about} lines"),
    "original_unreadable": (
        Severity.WARNING, "an original amount cannot be read; it is in the comment"
    ),
    "details_differ": (Severity.WARNING, "the parts of a payment do not add up to it"),
}  # fmt: skip
