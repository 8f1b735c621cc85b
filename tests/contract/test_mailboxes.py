"""Mailboxes of links: the only place where two tenants meet, and no way into either."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest

from rappro.adapters.mailboxes import LinkMailboxes
from rappro.adapters.memory import MemoryBlobs, MemoryStore
from rappro.domain.errors import InvalidRequest, NotFound, StoreConflict
from rappro.domain.exchange.model import LinkSide, LinkState, Parcel, SharedLink
from rappro.domain.ids import TenantId
from rappro.domain.tenancy import OutsideTenant, in_force, tenant_in_force

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
CONTENT = b"an archive"


def mailboxes() -> LinkMailboxes:
    return LinkMailboxes(MemoryStore(), MemoryBlobs())


def shared(mailbox: str) -> SharedLink:
    side = LinkSide("alpha", "garage", "732829320", "user-1")
    return SharedLink(mailbox, LinkState.INVITED, side, "0" * 64, AT, AT + timedelta(days=7))


def parcel(number: int = 1) -> Parcel:
    digest = hashlib.sha256(CONTENT).hexdigest()
    return Parcel(f"pa_{number}", "garage.rappro", digest, len(CONTENT), AT, "bravo")


def test_what_one_side_lays_in_the_other_takes_out() -> None:
    boxes = mailboxes()
    name, code = boxes.new_link()
    boxes.save_link(None, shared(name))
    boxes.put(name, parcel(), BytesIO(CONTENT))
    boxes.put(name, parcel(), BytesIO(CONTENT))
    (found,) = boxes.parcels(name)

    with boxes.open(name, found) as content:
        assert content.read() == CONTENT
    boxes.take_out(name, found)
    boxes.take_out(name, found)

    assert len(code) == 26
    assert boxes.parcels(name) == []
    assert boxes.link(name) == replace(shared(name), version=1)


def test_a_link_changes_on_the_version_that_was_read() -> None:
    boxes = mailboxes()
    name, _ = boxes.new_link()
    boxes.save_link(None, shared(name))
    known = boxes.link(name)
    assert known is not None
    boxes.save_link(known, replace(known, state=LinkState.REVOKED))

    with pytest.raises(StoreConflict):
        boxes.save_link(known, replace(known, state=LinkState.ACCEPTED))


def test_links_do_not_reach_each_other() -> None:
    boxes = mailboxes()
    one, two = boxes.new_link()[0], boxes.new_link()[0]
    boxes.put(one, parcel(), BytesIO(CONTENT))

    assert one != two
    assert boxes.parcels(two) == []
    with pytest.raises(NotFound):
        boxes.open(two, parcel())


@pytest.mark.parametrize(
    "name", ["alpha", "link-", "link-alpha", "link-" + "A" * 26, "link-" + "a" * 27, "", "alpha#x"]
)
def test_what_is_no_link_is_no_mailbox(name: str) -> None:
    boxes = mailboxes()

    for ask in (
        lambda: boxes.link(name),
        lambda: boxes.parcels(name),
        lambda: boxes.open(name, parcel()),
        lambda: boxes.put(name, parcel(), BytesIO(CONTENT)),
        lambda: boxes.take_out(name, parcel()),
        lambda: boxes.save_link(None, shared(name)),
    ):
        with pytest.raises(InvalidRequest):
            ask()


def test_a_mailbox_leaves_the_tenant_in_force_as_it_was() -> None:
    boxes = mailboxes()
    name, _ = boxes.new_link()
    with in_force(TenantId("alpha")):
        boxes.save_link(None, shared(name))
        boxes.put(name, parcel(), BytesIO(CONTENT))
        assert tenant_in_force() == "alpha"

    boxes.link(name)
    with pytest.raises(OutsideTenant):
        tenant_in_force()
