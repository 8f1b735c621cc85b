"""My banks: accounts behind the connections, and what is staged of them."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import ConfigDict, Field

from rappro.domain.bank import StatementLine
from rappro.domain.feeds import (
    FeedAccount,
    PendingTransactions,
    StagedState,
    StagedTransaction,
    StatementMode,
)
from rappro.domain.money import format_amount
from rappro.edge.api.models.shapes import (
    Day,
    Input,
    Instant,
    Key,
    Money,
    Name,
    Output,
    PageOf,
    Version,
)
from rappro.edge.api.sample_ids import JOURNAL
from rappro.use_cases.feed_banks import AccountChange, Bank

_Mode = Annotated[StatementMode, Field(strict=False)]


class FeedAccountOutput(Output):
    """A bank account of a connection (compte bancaire); some have neither IBAN nor number."""

    id: str
    connection: str
    provider: str
    name: str
    kind: str
    holder: str | None
    iban: str | None
    iban_masked: str | None = Field(description="what the provider shows of it")
    iban_confirmed: bool = Field(description="a person said that the journal is this account's")
    bic: str | None
    number: str | None
    currency: str
    journal: str | None
    ledger_account: str | None = Field(description="of the journal")
    on: bool
    gone: bool = Field(description="the provider does not list it any more")
    mode: StatementMode = Field(description="when a statement is made of what is staged")
    start_on: Day | None = Field(description="what is booked before is ignored")
    balance: Money | None = Field(description="what the provider last said is booked")
    balance_at: Instant | None
    gap: Money = Field(description="what the balance and the transactions differ by")
    last_sync_at: Instant | None
    next_sync_at: Instant | None
    last_statement_at: Instant | None
    version: Version


class BankOutput(Output):
    """A connection with its accounts."""

    connection: str
    label: str
    provider: str
    bank_name: str
    state: str
    removed: bool
    consent_expires_at: Instant | None
    last_sync_at: Instant | None
    next_sync_at: Instant | None
    accounts: list[FeedAccountOutput]

    @classmethod
    def of(cls, bank: Bank) -> Self:
        """Show a bank."""
        one = bank.connection
        return cls(
            connection=one.id, label=one.label, provider=one.provider, bank_name=one.bank_name,
            state=one.state, removed=one.is_removed, consent_expires_at=one.consent_expires_at,
            last_sync_at=one.last_success_at, next_sync_at=bank.next_run_at,
            accounts=[account_out(each, bank) for each in bank.accounts],
        )  # fmt: skip


class BankPage(PageOf[BankOutput]):
    """Banks by connection."""


def account_out(account: FeedAccount, bank: Bank) -> FeedAccountOutput:
    """Show an account."""
    balance, currency = account.balance_minor, account.currency
    is_read = account.is_read and bank.connection.is_linked
    return FeedAccountOutput(
        id=account.id, connection=account.connection_id, provider=account.provider,
        name=account.name, kind=account.kind, holder=account.holder, iban=account.iban,
        iban_masked=account.iban_masked, iban_confirmed=account.is_iban_confirmed,
        bic=account.bic, number=account.number, currency=currency, journal=account.journal,
        ledger_account=bank.ledger_accounts.get(account.journal or ""),
        on=account.is_on, gone=account.is_gone, mode=account.mode, start_on=account.start_on,
        balance=None if balance is None else format_amount(balance, currency),
        balance_at=account.balance_at, gap=format_amount(account.gap_minor, currency),
        last_sync_at=account.last_sync_at, next_sync_at=bank.next_run_at if is_read else None,
        last_statement_at=account.last_statement_at, version=account.version,
    )  # fmt: skip


class FeedAccountInput(Input):
    """What to change of a bank account; a field that is left out keeps its value."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"journal": JOURNAL, "iban_confirmed": True, "on": True, "mode": "daily"}]
        }
    )

    name: Name | None = None
    journal: Key | None = Field(default=None, description="a treasury journal of its currency")
    iban_confirmed: bool = Field(
        default=False,
        description="the journal is this account's, where the IBANs cannot be compared",
    )
    on: bool | None = Field(default=None, description="whether its transactions are fetched")
    mode: _Mode | None = None
    start_on: Day | None = Field(default=None, description="only before anything was fetched")

    def change(self) -> AccountChange:
        """Return what is asked for."""
        return AccountChange(
            name=self.name, journal=self.journal, is_on=self.on, mode=self.mode,
            start_on=self.start_on, is_iban_confirmed=self.iban_confirmed,
        )  # fmt: skip


class FeedLineOutput(Output):
    """A movement as the bank tells of it."""

    booking_date: Day
    value_date: Day | None
    amount: Money
    currency: str
    label: str
    label_more: str
    counterparty: str | None
    end_to_end_id: str | None

    @classmethod
    def of(cls, line: StatementLine) -> Self:
        """Show a movement."""
        return cls(
            booking_date=line.booking_date, value_date=line.value_date,
            amount=format_amount(line.amount_minor, line.currency), currency=line.currency,
            label=line.label, label_more=line.label_more, counterparty=line.counterparty.name,
            end_to_end_id=line.end_to_end_id,
        )  # fmt: skip


class StagedOutput(Output):
    """A booked transaction that was fetched, and where it stands."""

    id: str
    account: str
    state: StagedState
    line: FeedLineOutput
    seen_at: Instant
    statement: str | None
    position: int | None
    differs: FeedLineOutput | None = Field(
        description="what the bank says now, of one that stands on a statement"
    )
    gone: bool = Field(description="the bank tells of it no more")
    doubt: str | None
    version: Version

    @classmethod
    def of(cls, staged: StagedTransaction) -> Self:
        """Show a transaction."""
        differs = staged.differs
        return cls(
            id=staged.id, account=staged.account_id, state=staged.state,
            line=FeedLineOutput.of(staged.line), seen_at=staged.seen_at,
            statement=staged.statement_id, position=staged.position,
            differs=None if differs is None else FeedLineOutput.of(differs), gone=staged.is_gone,
            doubt=staged.doubt, version=staged.version,
        )  # fmt: skip


class StagedPage(PageOf[StagedOutput]):
    """Staged transactions by booking day."""


class AsideInput(Input):
    """Whether a transaction is put aside; else it waits for a statement (again)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"aside": True, "version": 1}]})

    aside: bool
    version: Annotated[int, Field(ge=1)] = Field(description="of the transaction as it was read")


class PendingOutput(Output):
    """What is announced on an account and not booked yet; `count` may be more than is shown."""

    account: str
    at: Instant | None
    count: int
    lines: list[FeedLineOutput]

    @classmethod
    def of(cls, account: str, pending: PendingTransactions | None) -> Self:
        """Show what is announced."""
        if pending is None:
            return cls(account=account, at=None, count=0, lines=[])
        return cls(
            account=account, at=pending.at, count=pending.count,
            lines=[FeedLineOutput.of(line) for line in pending.lines],
        )  # fmt: skip


class StatementWantedInput(Input):
    """Up to which booking day a statement is made; without it, of all that waits."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"until": "2025-01-31"}]})

    until: Day | None = None


class StatementMadeOutput(Output):
    """The statement that was made; null when nothing waits."""

    statement: str | None
