"""What an archive says of itself, and what is kept of links, archives and applications.

Parts of an archive that are books (BOOKS) are integrated; the others are there to be read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final

from rappro.domain.books import (
    BankEntry,
    EntryTemplate,
    Journal,
    JournalEntry,
    LedgerAccount,
    OpenItem,
    ThirdParty,
)
from rappro.domain.fiscal_years import FiscalYear
from rappro.domain.frozen import dataclass
from rappro.domain.ids import EntryId

FORMAT: Final = "rappro-exchange"
FORMAT_VERSION: Final = 1
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
DOCUMENTS: Final = "documents.jsonl"
DOCUMENT_FOLDER: Final = "documents/"
LINK_PREFIX: Final = "link-"
"""How the id of a link begins; no tenant's may (edge/api/caller.py refuses it)."""

BookRecord = (
    LedgerAccount | Journal | ThirdParty | EntryTemplate | JournalEntry | OpenItem | BankEntry
)
BOOKS: Final[dict[str, type[Any]]] = {
    "accounts.jsonl": LedgerAccount,
    "journals.jsonl": Journal,
    "third_parties.jsonl": ThirdParty,
    "templates.jsonl": EntryTemplate,
    "entries.jsonl": JournalEntry,
    "open_items.jsonl": OpenItem,
    "bank_entries.jsonl": BankEntry,
}
"""The parts that are books, in the order they are applied in, and what their lines are."""
MASTER: Final = ("accounts.jsonl", "journals.jsonl", "third_parties.jsonl", "templates.jsonl")
READ_ONLY: Final = (
    "statements.jsonl", "statement_lines.jsonl", "matches.jsonl", "vat.jsonl", "situation.jsonl",
    "fec.txt",
)  # fmt: skip
"""Parts that are there to be read, and are not integrated."""
DOCUMENT_NAME: Final = re.compile(r"documents/[0-9a-f]{64}", re.ASCII)


class Module(StrEnum):
    """What of an archive may be left out when it is applied; entries never."""

    MASTER_DATA = "master_data"
    TEMPLATES = "templates"
    DOCUMENTS = "documents"
    VAT = "vat"
    SITUATION = "situation"


class DocumentsChoice(StrEnum):
    ALL = "all"
    CHANGED = "changed"
    NONE = "none"


class Purpose(StrEnum):
    REVIEW = "review"  # pour révision
    UPDATE = "update"  # mise à jour
    CORRECTION = "correction"  # retour de l'expert-comptable
    CLOSING = "closing"  # clôture


@dataclass(frozen=True, slots=True)
class CompanyShown:
    """The company that an archive is of."""

    siren: str
    name: str
    currency: str
    timezone: str = "Europe/Paris"
    fiscal_year_start_month: int = 1
    fiscal_years: tuple[FiscalYear, ...] = ()


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent it; over a link, the link's id tells to whom."""

    tenant: str
    author: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the archive: its bytes, and how many lines, records or documents it holds."""

    name: str
    size_bytes: int
    sha256: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself; `revision` is the digest of its books (see revision_of).

    `base` is the SHA-256 of the last archive that both sides know, `sequence` rises with each one
    that a side sends over a link.
    """

    format: str
    format_version: int
    company: CompanyShown
    sender: Sender
    created_at: datetime
    purpose: Purpose
    fiscal_year: str
    modules: tuple[Module, ...]
    revision: str
    parts: tuple[Part, ...]
    sequence: int = 1
    comment: str = ""
    documents: DocumentsChoice = DocumentsChoice.NONE
    base: str | None = None
    public_key: str = ""  # DER, base64
    algorithm: str = ""

    def part(self, name: str) -> Part | None:
        """Return a part by its name."""
        return next((one for one in self.parts if one.name == name), None)


def revision_of(parts: Iterable[Part]) -> str:
    """Return the digest of the parts that are books: equal books have an equal one."""
    text = "".join(f"{one.name} {one.sha256}\n" for one in parts if one.name in BOOKS)
    return hashlib.sha256(text.encode()).hexdigest()


def file_name(company: str, at: datetime) -> str:
    """Return an archive's name, `<company>-<YYYYMMDDHHMMSS>.rappro`."""
    return f"{company}-{at:%Y%m%d%H%M%S}.rappro"


@dataclass(frozen=True, slots=True)
class AttachedDocument:
    """A document (pièce jointe) by the hash of its bytes."""

    name: str
    sha256: str
    size_bytes: int
    attached_at: datetime
    author: str


@dataclass(frozen=True, slots=True)
class EntryDocuments:
    """The documents attached to an entry, in the order they came in."""

    entry_id: EntryId
    documents: tuple[AttachedDocument, ...] = ()
    version: int = 0

    @property
    def key(self) -> str:
        return self.entry_id


class LinkState(StrEnum):
    INVITED = "invited"
    ACCEPTED = "accepted"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class LinkSide:
    """One side of a link: a tenant's company."""

    tenant: str
    company: str
    siren: str
    author: str

    @property
    def address(self) -> str:
        """What a parcel for this side is addressed to."""
        return f"{self.tenant}/{self.company}"


@dataclass(frozen=True, slots=True)
class SharedLink:
    """A link as both sides see it, in its mailbox; `code` is the SHA-256 of what opens it."""

    id: str
    state: LinkState
    inviter: LinkSide
    code_sha256: str
    invited_at: datetime
    expires_at: datetime
    modules: tuple[Module, ...] = tuple(Module)
    accepter: LinkSide | None = None
    accepted_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_by: str | None = None
    version: int = 0

    KEY: ClassVar[str] = "LINK"

    @property
    def key(self) -> str:
        return self.KEY

    def other(self, tenant: str, company: str) -> LinkSide | None:
        """Return the other side of the one that looks; None while there is none."""
        own = (tenant, company)
        if (self.inviter.tenant, self.inviter.company) == own:
            return self.accepter
        return self.inviter


@dataclass(frozen=True, slots=True)
class ExchangeLink:
    """A company's own record of a link, under the name that this company gives it."""

    name: str
    mailbox: str
    is_inviter: bool
    made_at: datetime
    last_base: str | None = None  # SHA-256 of the last archive that both sides know
    sent_count: int = 0
    received_sequence: int = 0
    version: int = 0

    @property
    def key(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Parcel:
    """An archive in a mailbox, for one of the two sides."""

    id: str
    name: str
    sha256: str
    size_bytes: int
    created_at: datetime
    to: str  # the side it is for: tenant/company
    version: int = 0

    @property
    def key(self) -> str:
        return self.id


class ArchiveState(StrEnum):
    SENT = "sent"
    WAITING = "waiting"
    APPLYING = "applying"
    APPLIED = "applied"
    UNDONE = "undone"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class ExchangeArchive:
    """What a company keeps of an archive that it sent or was sent; the key is its SHA-256.

    `revision` is that of the books after it was sent or applied; `application` names the unit that
    applies it, `undo` has what would take it back.
    """

    sha256: str
    name: str
    size_bytes: int
    created_at: datetime
    state: ArchiveState
    link: str
    parcel: str | None = None
    sequence: int = 0
    revision: str | None = None
    application: str | None = None
    author: str | None = None
    ended_at: datetime | None = None
    base_before: str | None = None
    version: int = 0

    @property
    def key(self) -> str:
        return self.sha256

    def moved(self, state: ArchiveState, **more: Any) -> ExchangeArchive:
        """Return it in another state."""
        return replace(self, state=state, **more)


@dataclass(frozen=True, slots=True)
class ArchiveDownload:
    """A link in a mail to an archive that was sent; of its token there is the SHA-256 alone."""

    token_sha256: str
    archive: str  # the id that it waits under
    archive_sha256: str
    to: str
    made_at: datetime
    expires_at: datetime
    author: str
    fetched_at: datetime | None = None  # for the first time
    version: int = 0

    @property
    def key(self) -> str:
        return self.token_sha256


@dataclass(frozen=True, slots=True)
class Tally:
    """How many records of a part are added, changed and deleted."""

    added: int = 0
    changed: int = 0
    deleted: int = 0


@dataclass(frozen=True, slots=True)
class Conflict:
    """A record that both sides changed, or that the books do not let change; `why` is a code."""

    part: str
    key: str
    why: str


@dataclass(slots=True)
class Counts:
    """Tallies by part, counted while a merge goes on."""

    parts: dict[str, Tally] = field(default_factory=dict)

    def count(self, part: str, **more: int) -> None:
        """Count one more."""
        known = self.parts.get(part, Tally())
        said = {name: getattr(known, name) + number for name, number in more.items()}
        self.parts[part] = replace(known, **said)
