"""Who may do what: permissions, and who holds them in which company (SPEC POS-5).

Names and what follows from them alone; where they are asked for is the API's business
(edge/api/access.py), where records of them change is use_cases/members.py's.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId


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
WHOLE_TENANT: Final = GRANTABLE | {Permission.ADMINISTER}
"""What an administrator of the tenant has, in every company of it."""

HELD_UNTIL_DONE: Final = frozenset({
    Permission.MATCH, Permission.UNDO_MATCH, Permission.SETTLE_BY_LEDGER,
    Permission.GENERATE_CASH_MOVEMENTS, Permission.GENERATE_ENTRY, Permission.GENERATE_ENTRIES,
    Permission.VALIDATE, Permission.CLOSE, Permission.MANUAL_POINTING, Permission.MEMBERS,
    Permission.ADMINISTER,
})  # fmt: skip
"""Permissions by which entries are made or posted, or given: looked at again in each commit."""

ROLES: Final = {
    "reader": (Permission.PRINT_RECONCILIATION,),
    "assistant": (
        Permission.IMPORT, Permission.MODIFY, Permission.MATCH, Permission.UNDO_MATCH,
        Permission.PRINT_RECONCILIATION, Permission.UPDATE_NATURES,
    ),
    "accountant": (
        Permission.MANAGE, Permission.VALIDATE, Permission.CLOSE, Permission.MANUAL_POINTING,
        Permission.FEEDS, Permission.EXCHANGE,
    ),
    "manager": (Permission.MANAGE, *OWN),
}  # fmt: skip
"""Sets of permissions by a name; what is kept is the set, so a role may change later on."""


@dataclass(frozen=True, slots=True)
class Membership:
    """What a person may do in a company, and when: from `valid_from` until before `valid_until`."""

    user: str
    company: CompanyId
    permissions: tuple[Permission, ...] = ()
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    version: int = 0

    @property
    def key(self) -> str:
        return self.user

    def is_valid(self, at: datetime) -> bool:
        """Say whether the membership counts at an instant."""
        has_begun = self.valid_from is None or self.valid_from <= at
        return has_begun and (self.valid_until is None or at < self.valid_until)

    def allowed(self, at: datetime) -> frozenset[Permission]:
        """Return what it allows at an instant: everything it covers, reading always."""
        if not self.is_valid(at):
            return frozenset()
        return covered(self.permissions) | {Permission.READ, Permission.SIGNED_IN}


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant (an accounting firm, a company) and who administers it: never nobody."""

    administrators: tuple[str, ...]
    version: int = 0

    @property
    def key(self) -> str:
        return TENANT_KEY

    def allowed(self, user: str) -> frozenset[Permission]:
        """Return what a user may do in every company because of being administrator."""
        if user not in self.administrators:
            return frozenset()
        return WHOLE_TENANT | {Permission.READ, Permission.SIGNED_IN}


TENANT_KEY: Final = "TENANT"


def covered(permissions: Iterable[Permission]) -> frozenset[Permission]:
    """Return the permissions with those that they bring along."""
    named = frozenset(permissions)
    return named | frozenset(_COVERED) if Permission.MANAGE in named else named


def manager(company: CompanyId, user: str) -> Membership:
    """Return the membership of a company's manager: all that one may be given in it."""
    return Membership(user, company, ROLES["manager"])
