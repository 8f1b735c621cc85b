"""What the exchange with the accountant needs from outside, as protocols; the rest is in ports.py.

Implementations: adapters/mailboxes.py and exchange_seal.py (AWS), adapters/memory/exchange.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO, Final, Protocol, cast

from rappro.domain.exchange.model import Parcel, SharedLink
from rappro.domain.frozen import dataclass
from rappro.ports_feeds import Mailer, Routes


class Seal(Protocol):
    """The key that archives of this deployment are signed with."""

    @property
    def algorithm(self) -> str:
        """What the manifest calls it."""

    def public_key(self) -> str:
        """Return the public key, DER in base64. Raises StoreUnavailable."""

    def sign(self, digest: bytes) -> bytes:
        """Return the signature of a SHA-256. Raises StoreUnavailable."""

    def verify(self, digest: bytes, signature: bytes) -> bool:
        """Say whether a signature is one of this key. Raises StoreUnavailable."""


class Mailboxes(Protocol):
    """What two companies of a link share: the link, parcels and their files. The only crossing.

    A mailbox is named by the link's id. Each call reaches that one mailbox and nothing else, and
    whoever calls has read in the company's own records that the link is the company's.
    """

    def new_link(self) -> tuple[str, str]:
        """Return an id that no link has, and the code by which the other side accepts."""

    def link(self, mailbox: str) -> SharedLink | None:
        """Return the link. Raises InvalidRequest for what is no mailbox."""

    def save_link(self, before: SharedLink | None, after: SharedLink) -> None:
        """Create or change the link. Raises StoreConflict."""

    def parcels(self, mailbox: str) -> list[Parcel]:
        """Return what lies in it, for either side, by id."""

    def put(self, mailbox: str, parcel: Parcel, content: BinaryIO) -> None:
        """Lay an archive in; the same parcel again is a no-op."""

    def open(self, mailbox: str, parcel: Parcel) -> BinaryIO:
        """Open the archive of a parcel. Raises NotFound."""

    def take_out(self, mailbox: str, parcel: Parcel) -> None:
        """Take a parcel out; one that is gone already is a no-op."""


@dataclass(frozen=True, slots=True)
class Downloads:
    """What links in mails need: `url` is where a token is brought back to.

    `nonce` returns a text that nobody can guess, another one each time.
    """

    routes: Routes
    url: str
    nonce: Callable[[], str]


@dataclass(frozen=True, slots=True)
class ExchangePorts:
    """What the exchange needs.

    Without a mailer nobody is told by mail, without `downloads` a mail has no link.
    """

    seal: Seal
    mailboxes: Mailboxes
    mailer: Mailer | None = None
    downloads: Downloads | None = None


class _Absent:
    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("this function has no exchange: its environment does not name its key")


NO_EXCHANGE: Final = cast("ExchangePorts", _Absent())
"""For a function that has no business with it."""
