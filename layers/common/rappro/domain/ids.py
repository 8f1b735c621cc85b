"""Identifiers: opaque strings with a type each, derived from what they name, never random.

The same thing always gets the same id, so that a repeated step writes the same item.
"""

from __future__ import annotations

import base64
import hashlib
from typing import NewType

TenantId = NewType("TenantId", str)
CompanyId = NewType("CompanyId", str)
StatementId = NewType("StatementId", str)
LineId = NewType("LineId", str)
MatchId = NewType("MatchId", str)
EntryId = NewType("EntryId", str)
OpenItemId = NewType("OpenItemId", str)
ThirdPartyId = NewType("ThirdPartyId", str)
RunId = NewType("RunId", str)

_DIGEST_BYTES = 15  # 120 bits: 24 base32 characters without padding, no collision in practice


def derive_id(kind: str, *parts: str | int | None) -> str:
    """Return `kind_` and 24 characters that depend on every part and on where each part ends.

    Parts are length-prefixed before hashing: ("ab", "c") and ("a", "bc") give different ids, and so
    do None and "".
    """
    digest = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    for part in parts:
        encoded = b"" if part is None else str(part).encode()
        marker = "-" if part is None else str(len(encoded))
        digest.update(f"{marker}:".encode() + encoded)
    return f"{kind}_{base64.b32encode(digest.digest()).decode().lower()}"
