"""The exchange in process: mailboxes in the store that is given, and a seal that is no signature."""

from __future__ import annotations

import base64
import hashlib
import hmac

from rappro.adapters.mailboxes import LinkMailboxes
from rappro.ports import Blobs, Store
from rappro.ports_exchange import ExchangePorts


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


def memory_exchange(store: Store, blobs: Blobs) -> ExchangePorts:
    """Return the ports of the exchange, all in process."""
    return ExchangePorts(MemorySeal(), LinkMailboxes(store, blobs))
