"""Mailboxes of links (port Mailboxes): where two tenants meet, and the only place.

    sources/{link}/mailbox/{sha256}     archives           {link}#mailbox#…     link and parcels

A link's id stands where a tenant's does, so what keeps tenants apart (decision 0014) holds each
request to one link: the guard, the hook and the role's tag. No token has such an id as its tenant,
and only what is one is put in force here: no call reaches a tenant's own part.
"""

from __future__ import annotations

import base64
import os
import re
from typing import BinaryIO, Final

from rappro.domain.errors import InvalidRequest, StoreConflict
from rappro.domain.exchange.model import LINK_PREFIX, Parcel, SharedLink
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.tenancy import in_force
from rappro.domain.writes import Write, create, put, remove
from rappro.ports import Blobs, Store

_MAILBOX: Final = re.compile(rf"{LINK_PREFIX}[a-z2-7]{{26}}", re.ASCII)
_ROOM: Final = CompanyId("mailbox")
_ID_BYTES: Final = 16


class LinkMailboxes:
    """Port Mailboxes, on any store and bucket."""

    def __init__(self, store: Store, blobs: Blobs) -> None:
        self._store = store
        self._blobs = blobs

    def new_link(self) -> tuple[str, str]:
        return f"{LINK_PREFIX}{_random()}", _random()

    def link(self, mailbox: str) -> SharedLink | None:
        owner = _owner(mailbox)
        with in_force(owner):
            return self._store.get(owner, _ROOM, SharedLink, SharedLink.KEY)

    def save_link(self, before: SharedLink | None, after: SharedLink) -> None:
        self._commit(after.id, put(before, after))

    def parcels(self, mailbox: str) -> list[Parcel]:
        owner = _owner(mailbox)
        with in_force(owner):
            return self._store.all(owner, _ROOM, Parcel)

    def put(self, mailbox: str, parcel: Parcel, content: BinaryIO) -> None:
        owner = _owner(mailbox)
        with in_force(owner):
            self._blobs.archive(owner, _ROOM, parcel.sha256, content)
            if self._store.get(owner, _ROOM, Parcel, parcel.key) is not None:
                return
        try:
            self._commit(mailbox, create(parcel))
        except StoreConflict:
            return  # another attempt at the same was first

    def open(self, mailbox: str, parcel: Parcel) -> BinaryIO:
        owner = _owner(mailbox)
        with in_force(owner):
            return self._blobs.open_source(owner, _ROOM, parcel.sha256)

    def take_out(self, mailbox: str, parcel: Parcel) -> None:
        owner = _owner(mailbox)
        with in_force(owner):
            found = self._store.get(owner, _ROOM, Parcel, parcel.key)
        if found is not None:
            self._commit(mailbox, remove(found))

    def _commit(self, mailbox: str, write: Write) -> None:
        owner = _owner(mailbox)
        with in_force(owner):
            self._store.commit(owner, _ROOM, [write])


def _owner(mailbox: str) -> TenantId:
    """Return what stands for a mailbox where a tenant stands. Raises InvalidRequest."""
    if _MAILBOX.fullmatch(mailbox) is None:
        raise InvalidRequest("not the id of a link")
    return TenantId(mailbox)


def _random() -> str:
    return base64.b32encode(os.urandom(_ID_BYTES)).decode().rstrip("=").lower()
