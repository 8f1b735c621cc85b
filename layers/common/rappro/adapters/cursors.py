"""Cursors of lists: opaque to callers, and good for one list of one company only."""

from __future__ import annotations

import base64
import binascii
import hashlib

from rappro.domain.errors import InvalidRequest

_MARK_BYTES = 12


def write_cursor(list_name: str, position: str) -> str:
    """Return the cursor that goes on after `position` in the list of that full name."""
    payload = _mark(list_name) + position.encode()
    return base64.urlsafe_b64encode(payload).decode().rstrip("=")


def read_cursor(list_name: str, cursor: str) -> str:
    """Return the position after which a list goes on.

    A cursor holds no key, only a place inside the one list whose name it was made for, so even a
    made-up one reads nothing that the caller's own list would not show. Raises InvalidRequest when
    it is not a cursor, or one of another list, company or tenant.
    """
    try:
        payload = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        position = payload[_MARK_BYTES:].decode()
    except (binascii.Error, ValueError) as error:
        raise InvalidRequest("not a cursor of this list", position="cursor") from error
    if payload[:_MARK_BYTES] != _mark(list_name) or not position:
        raise InvalidRequest("not a cursor of this list", position="cursor")
    return position


def _mark(list_name: str) -> bytes:
    return hashlib.blake2b(list_name.encode(), digest_size=_MARK_BYTES).digest()
