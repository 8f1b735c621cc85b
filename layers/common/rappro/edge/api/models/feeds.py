"""Bank connections (connexions bancaires), their links and the log of their runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints

from rappro.domain.connectors import ErrorOrigin, ProviderConnection
from rappro.domain.errors import InvalidRequest
from rappro.domain.feed_schedule import (
    INTERVAL_SECONDS_DEFAULT,
    INTERVAL_SECONDS_MAX,
    INTERVAL_SECONDS_MIN,
    START_DELAY_SECONDS_MAX,
    effective_seconds,
    is_frequent,
    next_run,
)
from rappro.domain.feeds import FeedConnection, FeedRun, MailOn, ProviderUser, is_waiting_for_user
from rappro.edge.api.models.shapes import Input, Instant, Key, Name, Output, PageOf, Version
from rappro.use_cases.feed_connections import MAIL_TO_MAX, Probe
from rappro.use_cases.feed_linking import LinkMade, LinkWanted

Provider = Literal["bridge", "powens", "saltedge", "ponto"]
Warning_ = Literal["interval_below_advised"]
_Mail = Annotated[str, StringConstraints(pattern=r"^[^\s@<>,;]+@[^\s@<>,;]+$", max_length=254)]
_Contact = Annotated[str, StringConstraints(min_length=3, max_length=254)]
_Url = Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=2_000)]


class ConnectionInput(Input):
    """What to change of a connection; a field that is left out keeps its value.

    A new one needs a provider and a label; it then synchronises every 12 hours.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "provider": "bridge",
                    "label": "BNP, compte courant",
                    "interval_seconds": 43200,
                    "start_delay_seconds": 20,
                    "on": True,
                    "contact": "compta@client.fr",
                    "mail_to": ["compta@client.fr"],
                    "mail_on": "errors",
                }
            ]
        }
    )

    provider: Provider | None = None
    label: Name | None = None
    interval_seconds: (
        Annotated[int, Field(ge=INTERVAL_SECONDS_MIN, le=INTERVAL_SECONDS_MAX)] | None
    ) = None
    start_delay_seconds: Annotated[int, Field(ge=0, le=START_DELAY_SECONDS_MAX)] | None = None
    on: bool | None = None
    contact: _Contact | None = Field(
        default=None, description="e-mail or phone of who connects the bank"
    )
    bank: Key | None = Field(
        default=None, description="the provider's id of the bank to begin with"
    )
    mail_to: Annotated[list[_Mail], Field(max_length=MAIL_TO_MAX)] | None = None
    mail_on: Annotated[MailOn, Field(strict=False)] | None = None

    def applied_to(self, stored: FeedConnection | None, connection: str) -> FeedConnection:
        """Return the connection with what is said here. Raises InvalidRequest."""
        base = stored or self._new(connection)
        said: dict[str, Any] = {
            "provider": self.provider, "label": self.label, "contact": self.contact,
            "interval_seconds": self.interval_seconds, "is_on": self.on, "bank": self.bank,
            "start_delay_seconds": self.start_delay_seconds, "mail_on": self.mail_on,
            "mail_to": None if self.mail_to is None else tuple(dict.fromkeys(self.mail_to)),
        }  # fmt: skip
        return replace(base, **{name: value for name, value in said.items() if value is not None})

    def _new(self, connection: str) -> FeedConnection:
        if self.provider is None:
            raise InvalidRequest("a new connection needs a provider", position="/provider")
        if self.label is None:
            raise InvalidRequest("a new connection needs a label", position="/label")
        return FeedConnection(connection, self.provider, self.label, INTERVAL_SECONDS_DEFAULT)


class ConnectionOutput(Output):
    """A bank connection through a provider, on a schedule."""

    id: str
    provider: str
    label: str
    interval_seconds: int
    effective_interval_seconds: int = Field(description="rounded up to whole minutes")
    start_delay_seconds: int
    warnings: list[Warning_] = Field(description="of the settings: 21,600 seconds are advised")
    on: bool
    state: str
    user_action: bool = Field(description="a person has to act, by a link")
    provider_code: str | None = Field(description="the provider's own word for the state")
    origin: ErrorOrigin | None = Field(description="between whom the trouble is")
    linked: bool
    bank: str | None = Field(description="asked for at the provider")
    bank_name: str
    contact: str | None
    mail_to: list[str]
    mail_on: MailOn
    consent_expires_at: Instant | None
    linked_at: Instant | None
    link_expires_at: Instant | None = Field(description="of the link that is out, if one is")
    last_bank_refresh_at: Instant | None
    last_run_at: Instant | None
    last_success_at: Instant | None
    next_run_at: Instant | None = Field(description="by the schedule; null when it is off")
    next_try_at: Instant | None = Field(description="what a bank or provider asked to wait for")
    version: Version

    @classmethod
    def of(cls, connection: FeedConnection, now: datetime) -> Self:
        """Show a connection; never what its link is proven by."""
        link = connection.link
        is_out = link is not None and link.used_at is None and link.expires_at > now
        return cls(
            id=connection.id, provider=connection.provider, label=connection.label,
            interval_seconds=connection.interval_seconds,
            effective_interval_seconds=effective_seconds(connection),
            start_delay_seconds=connection.start_delay_seconds,
            warnings=["interval_below_advised"] if is_frequent(connection) else [],
            on=connection.is_on, state=connection.state,
            user_action=is_waiting_for_user(connection.state),
            provider_code=connection.provider_code, origin=connection.origin,
            linked=connection.is_linked, bank=connection.bank, bank_name=connection.bank_name,
            contact=connection.contact, mail_to=list(connection.mail_to),
            mail_on=connection.mail_on, consent_expires_at=connection.consent_expires_at,
            linked_at=connection.linked_at,
            link_expires_at=link.expires_at if link is not None and is_out else None,
            last_bank_refresh_at=connection.last_bank_refresh_at,
            last_run_at=connection.last_run_at, last_success_at=connection.last_success_at,
            next_run_at=next_run(connection, now), next_try_at=connection.next_try_at,
            version=connection.version,
        )  # fmt: skip


class ConnectionPage(PageOf[ConnectionOutput]):
    """Bank connections by id."""


class BankCandidateOutput(Output):
    """A bank that may be chosen for a connection that has none yet."""

    ref: str = Field(description="the provider's id of the bank")
    bank_name: str

    @classmethod
    def of(cls, found: ProviderConnection) -> Self:
        """Show a bank."""
        return cls(ref=found.ref, bank_name=found.bank_name)


class ProbeOutput(Output):
    """What the provider says of a connection now; nothing was changed."""

    state: str
    user_action: bool
    provider_code: str | None
    origin: ErrorOrigin | None
    bank_name: str
    consent_expires_at: Instant | None
    last_bank_refresh_at: Instant | None
    next_try_at: Instant | None
    candidates: list[BankCandidateOutput] = Field(
        description="banks to choose from, where the link alone does not say which"
    )

    @classmethod
    def of(cls, probe: Probe) -> Self:
        """Show what was said."""
        found = probe.found
        return cls(
            state=probe.state, user_action=is_waiting_for_user(probe.state),
            provider_code=probe.provider_code, origin=probe.origin, bank_name=probe.bank_name,
            consent_expires_at=found.consent_expires_at if found else None,
            last_bank_refresh_at=found.last_bank_refresh_at if found else None,
            next_try_at=found.next_try_at if found else None,
            candidates=[BankCandidateOutput.of(one) for one in probe.candidates],
        )  # fmt: skip


class LinkInput(Input):
    """What a link is asked for; all of it may be left out."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"contact": "compta@client.fr"}]})

    return_to: _Url | None = Field(
        default=None, description="a page of this deployment's front end, where the browser goes"
    )
    bank: Key | None = Field(
        default=None, description="the provider's id of the bank to begin with"
    )
    contact: _Contact | None = Field(
        default=None, description="e-mail or phone of who connects the bank"
    )

    def wanted(self, nonce: str) -> LinkWanted:
        """Return it with the nonce that proves who comes back."""
        return LinkWanted(nonce, self.return_to, self.bank, self.contact)


class LinkOutput(Output):
    """A page of the provider that is opened once (lien à usage unique)."""

    one_time_url: str | None = Field(
        description="opens the user's access as it is: not to be logged or kept. A repeated request"
        " with the same Idempotency-Key gets null: ask for a new link"
    )
    expires_at: Instant

    @classmethod
    def of(cls, made: LinkMade) -> Self:
        """Show a link, this once."""
        return cls(one_time_url=made.url, expires_at=made.expires_at)


class BankChoiceInput(Input):
    """Which of its candidates a connection reads."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ref": "fi-1"}]})

    ref: Key


class FeedRunOutput(Output):
    """One row of a connection's log (journal d'exécution); counts are of transactions."""

    id: str
    connection: str
    at: Instant
    ended_at: Instant | None
    cause: str = Field(description="schedule, asked, webhook, callback, again")
    state: str
    detail: str
    provider_code: str | None
    origin: ErrorOrigin | None
    new: int
    changed: int
    removed: int
    renamed: int = Field(description="known under another id of the provider before")
    suspected: int
    pending: int
    statements: list[str]
    findings: list[str]

    @classmethod
    def of(cls, run: FeedRun) -> Self:
        """Show a row."""
        return cls(
            id=run.id, connection=run.connection_id, at=run.at, ended_at=run.ended_at,
            cause=run.cause, state=run.state, detail=run.detail, provider_code=run.provider_code,
            origin=run.origin, new=run.new_count, changed=run.changed_count,
            removed=run.removed_count, renamed=run.renamed_count, suspected=run.suspected_count,
            pending=run.pending_count, statements=list(run.statement_ids),
            findings=list(run.findings),
        )  # fmt: skip


class FeedRunPage(PageOf[FeedRunOutput]):
    """A connection's log, newest first."""


class ProviderUserOutput(Output):
    """The tenant's one user at a provider."""

    provider: str
    created_at: Instant
    banks: int = Field(description="while there are some, it cannot be removed")

    @classmethod
    def of(cls, user: ProviderUser, banks: int) -> Self:
        """Show a user; what it is called there is nobody's business."""
        return cls(provider=user.provider, created_at=user.created_at, banks=banks)


class ProviderUserPage(PageOf[ProviderUserOutput]):
    """Users by provider."""
