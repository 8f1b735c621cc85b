"""Examples of answers that tell of bank feeds (see examples.py)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

from pydantic import BaseModel

from rappro.domain.bank import Counterparty, StatementLine
from rappro.domain.connectors import FeedState
from rappro.domain.feeds import (
    FeedAccount,
    FeedConnection,
    FeedRun,
    MailOn,
    PendingTransactions,
    ProviderUser,
    StagedState,
    StagedTransaction,
    StatementMode,
)
from rappro.edge.api.models import banks, feeds
from rappro.edge.api.sample_ids import (
    CONNECTION,
    FEED_ACCOUNT,
    IBAN,
    JOURNAL,
    LINKED_CONNECTION,
    STAGED,
    STATEMENT,
)
from rappro.use_cases.feed_banks import Bank
from rappro.use_cases.feed_connections import Probe
from rappro.use_cases.feed_linking import LinkMade

FEED_LISTED: Final = frozenset({
    "BankOutput", "ConnectionOutput", "FeedRunOutput", "ProviderUserOutput", "StagedOutput",
})  # fmt: skip
_AT: Final = datetime(2025, 2, 1, 8, 30, tzinfo=UTC)
_DAY: Final = date(2025, 1, 31)
_LINE: Final = StatementLine(
    0, _DAY, 12_000, "EUR", value_date=_DAY, label="VIR SEPA DUPONT FACT 2025-0001",
    counterparty=Counterparty(name="Dupont SARL"), end_to_end_id="FA2025-0001",
)  # fmt: skip


def answers_of_feeds() -> Iterator[BaseModel]:
    """Yield one of each answer."""
    connection = FeedConnection(
        CONNECTION, "bridge", "BNP, compte courant", 43_200, state=FeedState.OK,
        contact="compta@client.fr", mail_to=("compta@client.fr",), mail_on=MailOn.ERRORS,
        connection_ref="1", bank_name="BNP Paribas", linked_at=_AT, last_run_at=_AT,
        last_success_at=_AT, consent_expires_at=_AT + timedelta(days=180),
        scheduled_from=_AT, version=4,
    )  # fmt: skip
    yield feeds.ConnectionOutput.of(connection, _AT)
    yield feeds.ProbeOutput.of(Probe(FeedState.OK, bank_name="BNP Paribas"))
    link = LinkMade("https://connect.bridgeapi.io/session/…", _AT + timedelta(minutes=60))
    yield feeds.LinkOutput.of(link)
    yield feeds.FeedRunOutput.of(FeedRun(
        "fr_oaxk2hqzzb7mzqkq4jx2v6c5", CONNECTION, _AT, FeedState.OK, "", "webhook",
        new_count=12, pending_count=1, statement_ids=(STATEMENT,), ended_at=_AT,
    ))  # fmt: skip
    yield feeds.ProviderUserOutput.of(ProviderUser("powens", "1", _AT), 2)
    yield from _of_banks(connection)


def _of_banks(connection: FeedConnection) -> Iterator[BaseModel]:
    account = FeedAccount(
        FEED_ACCOUNT, LINKED_CONNECTION, "bridge", ("11",), "Compte courant", "EUR",
        kind="checking", holder="ACME SARL", iban=IBAN, journal=JOURNAL, is_on=True,
        mode=StatementMode.DAILY, balance_minor=1_234_567, balance_at=_AT, last_sync_at=_AT,
        version=3,
    )  # fmt: skip
    bank = Bank(connection, _AT + timedelta(hours=12), (account,), {JOURNAL: "512100"})
    yield banks.BankOutput.of(bank)
    yield banks.account_out(account, bank)
    yield banks.StagedOutput.of(StagedTransaction(
        STAGED, FEED_ACCOUNT, "901", _LINE, StagedState.WAITING, "", _AT, version=1
    ))  # fmt: skip
    pending = PendingTransactions(FEED_ACCOUNT, ("902",), (_LINE,), 1, _AT, version=1)
    yield banks.PendingOutput.of(FEED_ACCOUNT, pending)
    yield banks.StatementMadeOutput(statement=STATEMENT)
