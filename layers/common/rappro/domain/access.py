"""Who may do what: permissions, and who holds them in which company (SPEC POS-5).

Names and what follows from them alone; where they are asked for is the API's business
(edge/api/access.py), where records of them change is use_cases/members.py's.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Permission(StrEnum):
    """What a person may be allowed; the value is its name in the API."""

    # Of a company, with a code of their own (SPEC POS-5).
    MANAGE = "manage"
    IMPORT = "import"
    MODIFY = "modify"
    DELETE = "delete"
    MATCH = "match"
    UNDO_MATCH = "undo_match"
    PRINT_RECONCILIATION = "print_reconciliation"
    SETTLE_BY_LEDGER = "settle_by_ledger"
    GENERATE_CASH_MOVEMENTS = "generate_cash_movements"
    UPDATE_THIRD_PARTY = "update_third_party"
    UPDATE_TEMPLATE = "update_template"
    GENERATE_ENTRY = "generate_entry"
    GENERATE_ENTRIES = "generate_entries"
    UPDATE_NATURES = "update_natures"
    # Of a company, Rappro's own.
    VALIDATE = "validate"
    CLOSE = "close"
    MANUAL_POINTING = "manual_pointing"
    FEEDS = "feeds"
    EXCHANGE = "exchange"
    SETTINGS = "settings"
    MEMBERS = "members"
    # Never given by itself: every membership of the company brings it.
    READ = "read"
    # Of the tenant as a whole.
    ADMINISTER = "administer"
    # Never given: every verified identity of the tenant has it, and sees of it what is its own.
    SIGNED_IN = "signed_in"

    @property
    def code(self) -> str:
        """The code that accountants know, or the name where there is none."""
        return _CODES.get(self, self.value)


MANAGE_PREFIX: Final = "0711"
_COVERED: Final = (
    Permission.IMPORT, Permission.MODIFY, Permission.DELETE, Permission.MATCH,
    Permission.UNDO_MATCH, Permission.PRINT_RECONCILIATION, Permission.SETTLE_BY_LEDGER,
    Permission.GENERATE_CASH_MOVEMENTS, Permission.UPDATE_THIRD_PARTY, Permission.UPDATE_TEMPLATE,
    Permission.GENERATE_ENTRY, Permission.GENERATE_ENTRIES, Permission.UPDATE_NATURES,
)  # fmt: skip
"""What `manage` covers, in the order of the codes 071101 to 071113."""
_CODES: Final = {
    Permission.MANAGE: f"{MANAGE_PREFIX}**",
    **{each: f"{MANAGE_PREFIX}{number:02d}" for number, each in enumerate(_COVERED, 1)},
}

OWN: Final = (
    Permission.VALIDATE, Permission.CLOSE, Permission.MANUAL_POINTING, Permission.FEEDS,
    Permission.EXCHANGE, Permission.SETTINGS, Permission.MEMBERS,
)  # fmt: skip
GRANTABLE: Final = frozenset({Permission.MANAGE, *_COVERED, *OWN})
"""What a membership of a company may be given."""
