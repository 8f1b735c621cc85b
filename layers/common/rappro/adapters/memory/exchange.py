"""The exchange in process: mailboxes in the given store, and a seal that is no signature."""

from __future__ import annotations

import base64
import hashlib
import hmac

from rappro.adapters.mailboxes import LinkMailboxes
from rappro.domain.exchange.model import LINK_PREFIX
from rappro.ports import Blobs, Store
from rappro.ports_exchange import ExchangePorts
from rappro.ports_feeds import Mailer


class MemorySeal:
    """Port Seal: a digest with a word in it, which tells one deployment from another."""

    def __init__(self, word: bytes = b"here") -> None:
        self._word = word

    @property
    def algorithm(self) -> str:
        return "HMAC_SHA_256"

    def public_key(self) -> str:
        return base64.b64encode(hashlib.sha256(self._word).digest()).decode()

    def sign(self, digest: bytes) -> bytes:
        return hmac.digest(self._word, digest, "sha256")

    def verify(self, digest: bytes, signature: bytes) -> bool:
        return hmac.compare_digest(self.sign(digest), signature)


class MemoryMailboxes(LinkMailboxes):
    """Port Mailboxes; the same calls make the same links."""

    def new_link(self) -> tuple[str, str]:
        number = 0
        while self.link(f"{LINK_PREFIX}{_word('link', number)}") is not None:
            number += 1
        return f"{LINK_PREFIX}{_word('link', number)}", _word("code", number)


def _word(of: str, number: int) -> str:
    digest = hashlib.sha256(f"{of}/{number}".encode()).digest()
    return base64.b32encode(digest).decode()[:26].lower()


def memory_exchange(store: Store, blobs: Blobs, mailer: Mailer | None = None) -> ExchangePorts:
    """Return the ports of the exchange, all in process."""
    return ExchangePorts(MemorySeal(), MemoryMailboxes(store, blobs), mailer)
