"""Exchange with the accountant: links, what is sent, what waits, what is applied; documents."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Self

from pydantic import ConfigDict, Field, StringConstraints

from rappro.domain.exchange.model import (
    AttachedDocument,
    DocumentsChoice,
    LinkState,
    Module,
    Purpose,
)
from rappro.edge.api.models.shapes import Input, Instant, Output, PageOf, Text
from rappro.edge.api.sample_ids import ARCHIVE, EXCHANGE_LINK, INVITATION
from rappro.use_cases.exchange_downloads import DAYS_MAX
from rappro.use_cases.exchange_links import LinkSeen
from rappro.use_cases.exchange_reading import Waiting

ARCHIVES_MAX: Final = 20
LinkName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=40)]
_ArchiveId = Annotated[str, StringConstraints(min_length=1, max_length=40)]
_Modules = Annotated[list[Annotated[Module, Field(strict=False)]], Field(max_length=len(Module))]
_Mail = Annotated[str, StringConstraints(pattern=r"^[^\s@<>,;]+@[^\s@<>,;]+$", max_length=254)]
_Purpose = Annotated[Purpose, Field(strict=False)]
_Documents = Annotated[DocumentsChoice, Field(strict=False)]


class InvitationInput(Input):
    """A link to make, by a name of one's own, and what may go over it beside entries."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "cabinet-2"}]})

    name: LinkName
    modules: _Modules = Field(default=list(Module), description="default: all of them")


class AcceptanceInput(Input):
    """The code that the other side was given, and a name of one's own for the link."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "client", "code": INVITATION}]}
    )

    name: LinkName
    code: Annotated[str, StringConstraints(min_length=1, max_length=100)]


class OtherSideOutput(Output):
    """Who is on the other side of a link."""

    tenant: str
    company: str


class ExchangeLinkOutput(Output):
    """A link (lien) with another tenant's books of the same company."""

    name: str
    state: LinkState
    modules: list[Module]
    other: OtherSideOutput | None = Field(description="null until it is accepted")
    made_at: Instant

    @classmethod
    def of(cls, seen: LinkSeen) -> Self:
        """Show a link."""
        return cls(**_link(seen))


class ExchangeLinkPage(PageOf[ExchangeLinkOutput]):
    """Links by name."""


class InvitedOutput(ExchangeLinkOutput):
    """A link that was just made and, this once, the code that accepts it."""

    secret: str = Field(description="the code for the other side, told now and never again")

    @classmethod
    def made(cls, seen: LinkSeen) -> Self:
        """Show a link with its code."""
        return cls(**_link(seen), secret=seen.code or "")


def _link(seen: LinkSeen) -> dict[str, Any]:
    other = seen.other
    return {
        "name": seen.link.name, "state": seen.state, "modules": list(seen.modules),
        "other": other and OtherSideOutput(tenant=other.tenant, company=other.company),
        "made_at": seen.link.made_at,
    }  # fmt: skip


class SendInput(Input):
    """What to send: over a link, or, without one, as a file to download."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"link": EXCHANGE_LINK, "purpose": "review", "comment": "Octobre"}]
        }
    )

    link: LinkName | None = None
    purpose: _Purpose = Purpose.REVIEW
    comment: Text = ""
    documents: _Documents = Field(
        default=DocumentsChoice.CHANGED,
        description="attached documents: all, those that the other side does not have, or none",
    )
    fiscal_year: Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2})?$")] | None = Field(
        default=None, description="of the FEC, VAT and situation; default: the present one"
    )

    announce_to: _Mail | None = Field(
        default=None, description="whom a mail tells that the books were sent, with a link to them"
    )
    download_days: Annotated[int, Field(ge=1, le=DAYS_MAX)] = Field(
        default=DAYS_MAX, description="how long the link in the mail holds"
    )

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the task."""
        return {
            "announce_to": self.announce_to, "download_days": self.download_days,
            "link": self.link, "purpose": self.purpose.value, "comment": self.comment,
            "documents": self.documents.value, "fiscal_year": self.fiscal_year,
        }  # fmt: skip


class WaitingOutput(Output):
    """An archive that waits to be applied (mise à jour en attente)."""

    id: str
    name: str
    created_at: Instant
    size_bytes: int
    link: str
    apply: bool = Field(description="proposed to be applied: ticked until somebody unticks it")

    @classmethod
    def of(cls, waiting: Waiting) -> Self:
        """Show an archive."""
        return cls(
            id=waiting.id, name=waiting.name, created_at=waiting.created_at,
            size_bytes=waiting.size_bytes, link=waiting.link.name, apply=True,
        )  # fmt: skip


class WaitingPage(PageOf[WaitingOutput]):
    """Archives that wait, the oldest first."""

    message: str = Field(description="says plainly that nothing waits")


class PreviewInput(Input):
    """An archive that waits, and the modules to be ticked."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"archive": ARCHIVE}]})

    archive: _ArchiveId
    modules: _Modules = Field(default=list(Module), description="default: all of them")


class ApplyInput(Input):
    """Archives that wait, in the order to apply them in, and the modules that are ticked."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"archives": [ARCHIVE]}]})

    archives: Annotated[list[_ArchiveId], Field(min_length=1, max_length=ARCHIVES_MAX)]
    modules: _Modules = Field(default=list(Module), description="default: all of them")


class UndoInput(Input):
    """The archive that was applied last over its link."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"archive": ARCHIVE}]})

    archive: _ArchiveId


class ExchangeCount(Output):
    """How many records of a part are added, changed and deleted."""

    part: str
    added: int
    changed: int
    deleted: int


class ExchangeChange(Output):
    """A record that an archive changes."""

    part: str
    key: str
    what: str = Field(examples=["added", "changed", "deleted"])


class ExchangeConflict(Output):
    """A record that cannot change so, and why."""

    part: str
    key: str
    why: str = Field(examples=["changed_on_both_sides", "period_closed", "validated", "pointed"])


class ExchangeReport(Output):
    """What was sent, would be changed, or was applied, of one archive."""

    archive: str
    name: str
    created_at: Instant
    revision: str | None
    sender: str | None
    to: str | None
    announced_to: str | None = Field(description="whom a mail told of it; null: nobody")
    download_until: Instant | None = Field(description="when the mail's link ends; null: no link")
    purpose: Purpose | None
    comment: str
    fiscal_year: str | None
    modules: list[Module]
    counts: list[ExchangeCount]
    documents: int
    changes: list[ExchangeChange] = Field(description="the first 200")
    conflicts: list[ExchangeConflict] = Field(description="the first 200")
    left: list[str] = Field(description="what somebody else changed meanwhile, and stays so")

    @classmethod
    def kept(cls, said: dict[str, Any]) -> Self:
        """Show what a task kept."""
        return cls(
            archive=said["archive"], name=said["name"],
            created_at=datetime.fromisoformat(said["created_at"]), revision=said.get("revision"),
            sender=said.get("from"), to=said.get("to"),
            announced_to=said.get("announced_to"), download_until=_instant(said, "download_until"),
            purpose=Purpose(said["purpose"]) if "purpose" in said else None,
            comment=said.get("comment", ""), fiscal_year=said.get("fiscal_year"),
            modules=[Module(one) for one in said.get("modules", [])],
            counts=[ExchangeCount(**one) for one in said["counts"]], documents=said["documents"],
            changes=[ExchangeChange(**one) for one in said.get("changes", [])],
            conflicts=[ExchangeConflict(**one) for one in said.get("conflicts", [])],
            left=said.get("left", []),
        )  # fmt: skip


def _instant(said: dict[str, Any], name: str) -> datetime | None:
    found = said.get(name)
    return None if found is None else datetime.fromisoformat(found)


class DocumentOutput(Output):
    """A document attached to an entry (pièce jointe)."""

    name: str
    sha256: str
    size_bytes: int
    attached_at: Instant
    author: str
    url: str = Field(description="a link that is valid a few minutes and needs no token")

    @classmethod
    def of(cls, document: AttachedDocument, url: str) -> Self:
        """Show a document."""
        return cls(
            name=document.name, sha256=document.sha256, size_bytes=document.size_bytes,
            attached_at=document.attached_at, author=document.author, url=url,
        )  # fmt: skip


class DocumentPage(PageOf[DocumentOutput]):
    """The documents of an entry, in the order they came in."""
