"""The findings of ISO 20022 statements: what was tolerated, and how it was read.

docs/formats/camt.053.md explains each; a test holds the two together.
"""

from __future__ import annotations

from typing import Final

from rappro.domain.bank import Severity
from rappro.formats.findings import Catalogue

CATALOGUE: Final[Catalogue] = {
    "booking_date_missing": (Severity.INFO, "an entry has no booking date; its value date counts"),
    "dates_missing": (
        Severity.WARNING, "an entry has no date at all; the statement's own is taken"
    ),
    "status_unknown": (Severity.WARNING, "an entry has the status {about!r}; read as booked"),
    "detail_amount_missing": (Severity.INFO, "a part of a batch has no amount; shown as zero"),
    "details_partial": (
        Severity.INFO, "a batch entry gives fewer parts than it says it has"
    ),
    "original_unreadable": (
        Severity.WARNING, "an amount in another currency cannot be read; see the comment"
    ),
    "currency_assumed": (Severity.WARNING, "nothing names a currency; read as EUR"),
    "balance_currency": (
        Severity.INFO, "a balance is in another currency than the account and is left out"
    ),
    "balance_repeated": (
        Severity.WARNING, "a booked balance {about} is given twice with different amounts"
    ),
    "balance_date_missing": (
        Severity.WARNING, "a balance has no date; the statement's own is taken"
    ),
    "entries_differ": (
        Severity.WARNING, "the summary announces {about} entries; there are not that many"
    ),
    "copy": (Severity.INFO, "the bank marks the statement as {about}"),
}  # fmt: skip
