"""The findings of a BAI2 file: what was tolerated, and how it was read.

docs/formats/bai2.md explains each; a test holds the two together.
"""

from __future__ import annotations

from typing import Final

from rappro.domain.bank import Severity
from rappro.formats.findings import Catalogue

CATALOGUE: Final[Catalogue] = {
    "unlisted_type_code": (
        Severity.WARNING, "the type code {about} is not listed; read by the range it is in"
    ),
    "direction_unknown": (
        Severity.WARNING,
        "the type code {about} says no direction; the line is for information only",
    ),
    "summary_in_detail": (
        Severity.WARNING, "the total or balance {about} stands in a transaction (16); it is no line"
    ),
    "amount_signed": (
        Severity.WARNING, "a transaction amount has a minus sign; read as money out"
    ),
    "amount_has_point": (
        Severity.WARNING, "an amount has a decimal point; read in the units of its currency"
    ),
    "amount_missing": (Severity.WARNING, "a transaction has no amount; read as zero"),
    "funds_type_unknown": (Severity.INFO, "the funds type {about!r} is not known"),
    "currency_assumed": (Severity.WARNING, "no record names a currency; read as USD"),
    "account_missing": (Severity.WARNING, "the account record (03) has no account number"),
    "balance_repeated": (
        Severity.WARNING, "the amount {about} is given twice and differs; the first one counts"
    ),
    "summary_differs": (
        Severity.WARNING, "the total {about} is not the sum of the transactions"
    ),
    "control_total_differs": (
        Severity.WARNING, "the control total of the record {about} is not the sum of the amounts"
    ),
    "record_count_differs": (
        Severity.WARNING, "the number of records in the record {about} is not that of the file"
    ),
    "member_count_differs": (
        Severity.WARNING, "the number of {about} is not that of the file"
    ),
    "control_missing": (Severity.INFO, "the record {about} leaves a control total or number out"),
    "interim_data": (
        Severity.INFO, "the group is an interim report; a final one may bring the same lines"
    ),
    "group_status": (
        Severity.BLOCKING, "the group is sent as {about}; somebody has to decide what it changes"
    ),
    "group_status_unknown": (Severity.WARNING, "the group status {about!r} is not known"),
    "date_modifier_unknown": (Severity.INFO, "the as-of date modifier {about!r} is not known"),
    "time_unreadable": (Severity.INFO, "the time {about!r} cannot be read; no line depends on it"),
    "file_date_unreadable": (Severity.INFO, "the creation date of the file cannot be read"),
    "version_unknown": (Severity.WARNING, "the file is of version {about!r}; read as version 2"),
}  # fmt: skip
