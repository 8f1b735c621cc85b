"""What a bank-feed provider (agrégateur) is to Rappro: one small interface and its values.

Adapters translate each provider's own words into these and nothing else leaves them. Nothing here
knows HTTP, a store or a clock. SPEC section 6 (SYN-1…10).

Two rules hold for every connector:

- what a browser brings back (a callback) and what a webhook says are *hints* to look again; the
  truth is what the provider answers when it is asked;
- a cursor is opaque to everybody but its connector, and is only ever moved together with what was
  read under it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from rappro.domain.bank import StatementLine
from rappro.domain.frozen import dataclass


class FeedState(StrEnum):
    """What a connection is in, whatever its provider calls it (SYN-6, SYN-7)."""

    OK = "ok"
    SYNCING = "syncing"
    """The provider is fetching: data are simply not there yet (SYN-7: a state, not an error)."""
    USER_ACTION = "user_action"
    """Credentials, strong authentication or terms: the user must act, by a link."""
    CONSENT_EXPIRED = "consent_expired"
    RETRY_LATER = "retry_later"
    """Bank or provider down; retried by itself."""
    QUOTA = "quota"
    """The bank or provider allows no more today; the next try is later, cached rows are served."""
    UNSUPPORTED = "unsupported"
    REVOKED = "revoked"
    """The connection or its consent is gone at the provider: only a new connection helps."""


WAITING_FOR_USER = frozenset({FeedState.USER_ACTION, FeedState.CONSENT_EXPIRED, FeedState.REVOKED})


class ErrorOrigin(StrEnum):
    """Between whom an error arose (SYN-7)."""

    BANK_PROVIDER = "bank_provider"
    PROVIDER_RAPPRO = "provider_rappro"


class TransactionStatus(StrEnum):
    BOOKED = "booked"
    PENDING = "pending"
    FUTURE = "future"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do; the synchronisation follows from it.

    `has_change_feed`: a cursor yields edits of old rows too (by date of change), so that an overlap
    of days suffices. Without it, windows of booking dates are swept. `reports_deletions`: a deleted
    row comes as a removed one; else it is noticed by its absence in two full sweeps.
    """

    has_change_feed: bool
    reports_deletions: bool
    has_pending_list: bool
    has_on_demand_refresh: bool
    has_webhooks: bool
    has_state_echo: bool
    """The callback brings our nonce back."""
    unattended_refreshes_per_day: int | None = None


@dataclass(frozen=True, slots=True)
class ConnectLink:
    """A one-time page of the provider where the user connects or repairs a bank (SYN-2)."""

    url: str = field(repr=False)
    """Opens the user's access as it is: never logged."""
    expires_at: datetime | None
    reference: str
    """What the provider calls this session; with it the connection is found when nobody returns."""


@dataclass(frozen=True, slots=True)
class CallbackHint:
    """What a browser brought back: never more than a reason to ask the provider."""

    nonce: str | None
    connection_ref: str | None
    is_success: bool
    code: str | None = None
    grant: str | None = field(default=None, repr=False)
    """A one-time code to be exchanged for tokens (Ponto), never logged."""


@dataclass(frozen=True, slots=True)
class ProviderConnection:
    """One bank of one user at the provider, as it is now."""

    ref: str
    state: FeedState
    provider_code: str | None
    """The provider's own word for the state, for the log."""
    origin: ErrorOrigin | None
    bank_name: str
    consent_expires_at: datetime | None
    last_bank_refresh_at: datetime | None
    next_try_at: datetime | None
    has_full_history: bool = True


@dataclass(frozen=True, slots=True)
class ProviderAccount:
    """One bank account at the provider. Loans and some cards have no IBAN (SYN-8).

    `iban_masked`: the provider shows only a part of it; equality must be confirmed by a person.
    `balance_minor` is the booked one when the provider has it, + is money that the holder has.
    """

    ref: str
    connection_ref: str
    name: str
    holder: str | None
    iban: str | None
    iban_masked: str | None
    bic: str | None
    number: str | None
    kind: str
    currency: str
    balance_minor: int | None
    balance_at: datetime | None
    is_enabled: bool = True
    is_deleted: bool = False
    consent_expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProviderTransaction:
    """One movement of one account as the provider tells it.

    `id` is empty when the provider gave none (a blank counts as none). `line` is what a statement
    shows of it, position 0 until it stands on one; its dates are the bank's days in its own zone,
    never cut from a UTC instant, and its amount is + for money in. `changed_at` is what the
    provider's change feed goes by. `raw_sha256` is of the provider's own row, so that an edit is
    told from a repetition. `is_suspected_double`: the provider itself doubts it (Salt Edge); it is
    staged and shown, never made a line by itself.
    """

    id: str
    account_ref: str
    status: TransactionStatus
    is_removed: bool
    line: StatementLine
    changed_at: datetime | None
    raw_sha256: str
    is_suspected_double: bool = False


@dataclass(frozen=True, slots=True)
class TransactionPage:
    """One page of what was asked, and the cursor that holds once all pages up to it are kept.

    `next_page` is None on the last page; else it is passed back as `page`, also by another worker
    after a crash. `cursor` is None until the provider's answer proves a new position.
    """

    items: tuple[ProviderTransaction, ...]
    next_page: str | None
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Window:
    """What to read of an account: since a cursor (change feed), or by booking date, or all."""

    cursor: str | None
    booked_from: date | None


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """A webhook as it arrived: its bytes before anybody parsed them, the public URL it came to."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class WebhookHint:
    """What a verified webhook points to; what is new is read from the provider itself.

    `event_id` tells a repetition: the provider's own id, or a digest of what identifies the event.
    """

    event_id: str
    kind: str
    user_ref: str | None
    connection_ref: str | None
    account_ref: str | None


@dataclass(frozen=True, slots=True)
class Credentials:
    """What opens one tenant's access at a provider. Never in logs, items, events or errors.

    `user_ref` names the provider's user; `secret` is whatever the connector needs beside the
    application's own keys (a token, a rotating refresh token with its generation).
    """

    user_ref: str
    secret: str = ""
    generation: int = 0

    def __repr__(self) -> str:
        return f"Credentials(user_ref={self.user_ref!r}, secret=…, generation={self.generation})"


class CredentialsKeeper(Protocol):
    """Where a connector keeps what it was given, at once and before it is used.

    The caller holds the connection's lock, so that a rotating token is never used twice.
    """

    def load(self) -> Credentials:
        """Return the credentials as they are now. Raises NotFound."""

    def save(self, credentials: Credentials) -> None:
        """Keep new credentials. Raises StoreConflict when somebody else rotated them."""


class Connector(Protocol):
    """One provider. Methods raise only errors of domain/errors.py.

    AggregatorUnavailable for the provider's or bank's own trouble (retried), ConsentExpired when
    the user must consent again, NotFound for what is no more, RateLimited with when to come back.
    """

    provider: str
    capabilities: Capabilities

    def create_user(self, reference: str) -> Credentials:
        """Create the tenant's user at the provider, or find it by our reference (SYN-10)."""

    def delete_user(self, keeper: CredentialsKeeper) -> None:
        """Remove the tenant's user; one that is gone already is success."""

    def connect_link(
        self, keeper: CredentialsKeeper, *, return_url: str, nonce: str,
        connection_ref: str | None = None, bank: str | None = None, contact: str | None = None,
    ) -> ConnectLink:  # fmt: skip
        """Return a one-time link to connect a bank, or to repair `connection_ref` in place."""

    def callback(self, query: Mapping[str, str]) -> CallbackHint:
        """Read what a browser brought back. Raises InvalidRequest for what is none."""

    def redeem(self, keeper: CredentialsKeeper, hint: CallbackHint, *, return_url: str) -> None:
        """Exchange what a callback granted for credentials and keep them; else does nothing."""

    def connections(self, keeper: CredentialsKeeper) -> list[ProviderConnection]:
        """Return every connection of the user."""

    def connection(self, keeper: CredentialsKeeper, ref: str) -> ProviderConnection:
        """Return one connection; one that is gone has the state REVOKED."""

    def accounts(self, keeper: CredentialsKeeper, ref: str) -> list[ProviderAccount]:
        """Return a connection's accounts, disabled and deleted ones too."""

    def enable_accounts(self, keeper: CredentialsKeeper, ref: str, accounts: list[str]) -> None:
        """Tell the provider which accounts are used, where it wants to know (Powens)."""

    def refresh(self, keeper: CredentialsKeeper, ref: str, *, is_user_present: bool) -> bool:
        """Ask the provider to ask the bank; False when it is fresh, running or not offered."""

    def transactions(
        self, keeper: CredentialsKeeper, account: ProviderAccount, window: Window, *,
        page: str | None = None,
    ) -> TransactionPage:  # fmt: skip
        """Return one page of an account's movements, booked and not, removed ones too."""

    def delete_connection(self, keeper: CredentialsKeeper, ref: str) -> None:
        """Remove a connection at the provider; one that is gone already is success."""

    def webhook(self, request: WebhookRequest) -> list[WebhookHint]:
        """Verify a webhook on its bytes and return what it points to.

        Raises WebhookRefused when its signature, time or audience is wrong.
        """


def pages(
    connector: Connector, keeper: CredentialsKeeper, account: ProviderAccount, window: Window
) -> Iterator[TransactionPage]:
    """Yield every page of a window, first to last."""
    page: str | None = None
    while True:
        found = connector.transactions(keeper, account, window, page=page)
        yield found
        page = found.next_page
        if page is None:
            return
