"""What Rappro keeps of bank feeds: connections, their accounts, transactions, runs and mails.

A connection belongs to a company and reads one bank of the tenant's user at a provider. What the
provider tells is staged transaction by transaction, under ids of our own that survive the
provider's; statements are made from what is staged. SPEC section 6 (SYN-1…10).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from rappro.domain.bank import StatementLine
from rappro.domain.connectors import ErrorOrigin, FeedState
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, StatementId, derive_id

NOT_CONFIGURED: Final = "not_configured"
"""The state of a connection whose provider this deployment has no keys for."""
NOT_LINKED: Final = "not_linked"
"""The state of a connection whose bank was not connected yet."""
START_DELAY_SECONDS: Final = 20
LINK_MINUTES: Final = 60
"""How long a link to connect a bank may be used."""
EXPIRY_DAYS: Final = (30, 10, 1, 0)
"""Days before a consent ends on which it is announced (SYN-6)."""
CREDENTIALS_PER_CONNECTION: Final = frozenset({"ponto"})
"""Providers whose access is granted bank by bank; else the tenant's one user opens all of it."""
WAITING_PREFIX: Final = "waiting:"
FIRST_DAY: Final = timedelta(hours=24)
"""Data that are not there yet are no error in this time (SYN-7)."""


class MailOn(StrEnum):
    """Which runs are mailed (SYN-7); the coming end of a consent always is."""

    ALL = "all"
    ERRORS = "errors"
    NONE = "none"


class StatementMode(StrEnum):
    """When a statement is made from what is staged (SYN-5)."""

    EACH_SYNC = "each_sync"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    BY_HAND = "by_hand"


class StagedState(StrEnum):
    WAITING = "waiting"  # for a statement
    PLACED = "placed"  # on a statement
    IGNORED = "ignored"  # before the start date, or put aside by a person; never comes back
    SUSPECTED = "suspected"  # doubted by the provider, or by us: a person says what it is
    REMOVED = "removed"  # vanished at the bank before it was on a statement


@dataclass(frozen=True, slots=True)
class FeedLink:
    """The last one-time link of a connection: it is proven by its nonce and works once.

    `reference` is the provider's name of the session. `return_to` is where the browser goes after;
    `told` is the provider's connection that the callback named, a hint and no more.
    """

    nonce_sha256: str
    expires_at: datetime
    reference: str
    return_to: str | None = None
    used_at: datetime | None = None
    told: str | None = None


@dataclass(frozen=True, slots=True)
class FeedConnection:
    """A bank connection of a company (connexion bancaire) through a provider, on a schedule.

    `connection_ref` is the provider's name of the bank's connection, once there is one. `state` is
    a FeedState, NOT_CONFIGURED or NOT_LINKED; `provider_code` the provider's own word for it.
    `announced` names the end of consent that was mailed last, and how many days before.
    """

    id: str
    provider: str
    label: str
    interval_seconds: int
    is_on: bool = True
    state: str = NOT_CONFIGURED
    last_run_at: datetime | None = None
    start_delay_seconds: int = START_DELAY_SECONDS
    contact: str | None = None
    mail_to: tuple[str, ...] = ()
    mail_on: MailOn = MailOn.ERRORS
    connection_ref: str | None = None
    bank: str | None = None  # asked for
    bank_name: str = ""
    provider_code: str | None = None
    origin: ErrorOrigin | None = None
    consent_expires_at: datetime | None = None
    next_try_at: datetime | None = None
    last_bank_refresh_at: datetime | None = None
    last_success_at: datetime | None = None
    linked_at: datetime | None = None
    link: FeedLink | None = None
    announced: str | None = None
    scheduled_from: datetime | None = None  # the schedule counts its intervals from here
    is_removed: bool = False  # its accounts and what they brought stay
    version: int = 0

    @property
    def key(self) -> str:
        return self.id

    @property
    def is_linked(self) -> bool:
        """Say whether a bank is connected."""
        return self.connection_ref is not None and not self.is_removed


@dataclass(frozen=True, slots=True)
class FeedRun:
    """One row of a connection's log (journal d'exécution); counts are of transactions.

    `state` is the connection's after the run. `findings` are codes with a sentence each.
    """

    id: str
    connection_id: str
    at: datetime
    state: str
    detail: str
    cause: str = "schedule"
    provider_code: str | None = None
    origin: ErrorOrigin | None = None
    new_count: int = 0
    changed_count: int = 0
    removed_count: int = 0
    renamed_count: int = 0  # known under another id of the provider before
    suspected_count: int = 0
    pending_count: int = 0
    statement_ids: tuple[StatementId, ...] = ()
    findings: tuple[str, ...] = ()
    ended_at: datetime | None = None
    version: int = 0

    @property
    def key(self) -> str:
        return f"{self.connection_id}/{self.id}"


@dataclass(frozen=True, slots=True)
class FeedLease:
    """One worker a connection: `token` rises with each taking, commits are held to the record."""

    connection_id: str
    token: int = 0
    holder: str | None = None
    expires_at: datetime | None = None
    version: int = 0

    @property
    def key(self) -> str:
        return self.connection_id


@dataclass(frozen=True, slots=True)
class FeedAsked:
    """Says that somebody asked for a synchronisation while one was running: it runs once more."""

    connection_id: str
    version: int = 0

    @property
    def key(self) -> str:
        return self.connection_id


@dataclass(frozen=True, slots=True)
class FeedPlan:
    """A statement under way: the document of its transactions, archived under its SHA-256."""

    sha256: str
    blob: str
    size_bytes: int
    at: datetime
    author: str | None = None


@dataclass(frozen=True, slots=True)
class FeedAccount:
    """A bank account of a connection, under whatever ids its provider gave it (SYN-8, SYN-9).

    `refs` are the provider's ids, the present one last. `journal` is None until a person chose one;
    `is_iban_confirmed` says that a person confirmed what the provider masks or does not give.
    Amounts are minor units, + is money of the holder. `balance_minor` is what the provider last
    said is booked.

    What is staged of it: `cursor` is the provider's position up to which all is kept. `sum_minor`
    and `count` are of the booked transactions that are kept and not gone. `opening_minor` is the
    balance before them all, known from the first whole synchronisation on (`anchored_from`: the
    first day it counts from). `history_minor` is of transactions older than that, first told of
    since: the bank's balance says whether they were in it. `gap_minor` is what the balance and the
    transactions differ by.
    `waiting_from` is a day that no waiting transaction is before. `sweeps_owed` are whole readings
    still to come after a renewal, and `is_renamed` says that the transactions' ids may be new.

    `planned` is a statement under way; `statement_count` numbers the batches.
    """

    id: str
    connection_id: str
    provider: str
    refs: tuple[str, ...]
    name: str
    currency: str
    kind: str = ""
    holder: str | None = None
    iban: str | None = None
    iban_masked: str | None = None
    bic: str | None = None
    number: str | None = None
    journal: str | None = None
    is_on: bool = False
    is_iban_confirmed: bool = False
    is_gone: bool = False  # the provider does not list it any more
    mode: StatementMode = StatementMode.EACH_SYNC
    start_on: date | None = None
    is_started: bool = False
    balance_minor: int | None = None
    balance_at: datetime | None = None
    cursor: str | None = None
    sum_minor: int = 0
    count: int = 0
    opening_minor: int | None = None
    anchored_from: date | None = None
    history_minor: int = 0
    gap_minor: int = 0
    waiting_from: date | None = None
    sweeps_owed: int = 0
    is_renamed: bool = False
    has_aliases: bool = False
    swept_month_at: datetime | None = None
    swept_week_at: datetime | None = None
    last_sync_at: datetime | None = None
    last_statement_at: datetime | None = None
    statement_count: int = 0
    planned: FeedPlan | None = None
    version: int = 0

    @property
    def key(self) -> str:
        return self.id

    @property
    def ref(self) -> str:
        """The provider's present id."""
        return self.refs[-1]

    @property
    def is_read(self) -> bool:
        """Say whether its transactions are fetched."""
        return self.is_on and self.journal is not None and not self.is_gone


@dataclass(frozen=True, slots=True)
class StagedTransaction:
    """One booked transaction of an account, kept under an id of our own for good.

    `line` is what the bank said when it was placed, or last said while it is not. Once it is on a
    statement it never changes: `differs` is what the bank says now if that is another thing, and
    `is_gone` that the bank tells of it no more; both are for a person to look at.
    `missing_sweeps` counts whole readings in a row in which it was not told of.
    """

    id: str
    account_id: str
    provider_id: str
    line: StatementLine
    state: StagedState
    raw_sha256: str
    seen_at: datetime
    changed_at: datetime | None = None
    statement_id: StatementId | None = None
    position: int | None = None
    differs: StatementLine | None = None
    is_gone: bool = False
    missing_sweeps: int = 0
    doubt: str | None = None
    version: int = 0

    @property
    def key(self) -> str:
        return self.id

    @property
    def counts(self) -> bool:
        """Say whether it is one of the account's booked transactions, as far as is known."""
        return self.state not in {StagedState.REMOVED, StagedState.SUSPECTED} and not self.is_gone

    @property
    def told(self) -> StatementLine:
        """What the bank says of it now."""
        return self.differs or self.line

    @property
    def counted_minor(self) -> int:
        """What it is of the account's booked sum, signed."""
        return self.told.amount_minor if self.counts else 0


@dataclass(frozen=True, slots=True)
class StagedAlias:
    """Another provider id of a staged transaction: accounts change theirs when they are renewed."""

    id: str
    staged_id: str
    version: int = 0

    @property
    def key(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class PendingTransactions:
    """What is announced on an account and not booked yet, as the bank last told (SYN-9).

    Never on a statement. `ids` are the provider's, of each of `lines`; `count` may be more.
    """

    account_id: str
    ids: tuple[str, ...]
    lines: tuple[StatementLine, ...]
    count: int
    at: datetime
    version: int = 0

    @property
    def key(self) -> str:
        return self.account_id


@dataclass(frozen=True, slots=True)
class FeedMail:
    """A mail that waits to be sent; it is removed once it was handed over."""

    id: str
    connection_id: str
    to: tuple[str, ...]
    subject: str
    text: str
    at: datetime
    version: int = 0

    @property
    def key(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class ProviderUser:
    """The tenant's one user at a provider (SYN-10); kept beside the companies, under COMMON."""

    provider: str
    user_ref: str
    created_at: datetime
    version: int = 0

    @property
    def key(self) -> str:
        return self.provider


@dataclass(frozen=True, slots=True)
class BankLink:
    """Says which connection of the tenant a provider's connection belongs to; under COMMON.

    One provider connection belongs to one of ours: the record is created before ours names it.
    While a bank is being connected, `ref` is `waiting:` and what waits; then it links nothing yet.
    """

    provider: str
    ref: str
    company: CompanyId
    connection_id: str
    version: int = 0

    @property
    def key(self) -> str:
        return f"{self.provider}/{self.ref}"

    @property
    def is_waiting(self) -> bool:
        """Say whether it stands for a link that is out, and for no bank yet."""
        return self.ref.startswith(WAITING_PREFIX)


def staged_id(account_id: str, provider_id: str) -> str:
    """Return the id of the transaction that a provider's id names on an account."""
    return derive_id("st", account_id, provider_id)


def account_id_of(connection_id: str, ref: str) -> str:
    """Return the id of an account that was first seen under a provider's id."""
    return derive_id("fa", connection_id, ref)


def credentials_scope(company: CompanyId, connection: FeedConnection) -> str:
    """Return the scope of a connection's credentials in the vault: its own, or "", the tenant's."""
    is_own = connection.provider in CREDENTIALS_PER_CONNECTION
    return f"{company}/{connection.id}" if is_own else ""


def is_waiting_for_user(state: str) -> bool:
    """Say whether a person has to act before a connection can go on (SYN-6)."""
    return state in {
        FeedState.USER_ACTION, FeedState.CONSENT_EXPIRED, FeedState.REVOKED, NOT_LINKED,
    }  # fmt: skip
