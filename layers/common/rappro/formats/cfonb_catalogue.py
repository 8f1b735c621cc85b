"""The findings of a CFONB 120 statement: what was tolerated, and how it was read.

docs/formats/cfonb120.md explains each; a test holds the two together.
"""

from __future__ import annotations

from typing import Final

from rappro.domain.bank import Severity
from rappro.formats.findings import Catalogue

CATALOGUE: Final[Catalogue] = {
    "record_too_long": (Severity.INFO, "a record has 121 characters; the last one is left out"),
    "decimals_blank": (
        Severity.INFO, "the number of decimals is blank; read as the currency's own"
    ),
    "currency_assumed": (Severity.WARNING, "no record names a currency; read as EUR"),
    "sign_variant": (
        Severity.WARNING, "an amount ends in {about!r}, a variant of the sign character"
    ),
    "sign_missing": (Severity.WARNING, "an amount ends in a plain digit; read as a credit"),
    "bank_code_differs": (
        Severity.WARNING, "a record has another bank or branch code than the old balance (01)"
    ),
    "booking_date_missing": (
        Severity.WARNING, "a movement has no booking date; its value date is taken"
    ),
    "complement_differs": (
        Severity.WARNING, "a complement (05) does not repeat the zones of its movement (04)"
    ),
    "complement_unreadable": (
        Severity.WARNING, "a complement {about} cannot be read; its text is in the comment"
    ),
    "qualifier_unknown": (
        Severity.INFO, "the qualifier {about!r} is not known; its text is in the comment"
    ),
    "qualifier_repeated": (
        Severity.INFO, "the qualifier {about} comes twice for a movement; see the comment"
    ),
    "operation_code_unknown": (Severity.INFO, "the operation code {about!r} is not known"),
}  # fmt: skip
