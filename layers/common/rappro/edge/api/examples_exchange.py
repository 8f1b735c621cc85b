"""Examples of answers that tell of the exchange with the accountant (see examples.py)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from pydantic import BaseModel

from rappro.domain.exchange.model import (
    AttachedDocument,
    ExchangeLink,
    LinkSide,
    LinkState,
    Module,
)
from rappro.edge.api.models import exchange
from rappro.edge.api.sample_ids import ARCHIVE, COMPANY, DOCUMENT, EXCHANGE_LINK, INVITATION
from rappro.use_cases.exchange_links import LinkSeen
from rappro.use_cases.exchange_reading import Waiting

EXCHANGE_LISTED: Final = frozenset({"ExchangeLinkOutput", "DocumentOutput"})
_AT: Final = datetime(2025, 2, 1, 8, 30, tzinfo=UTC)


def answers_of_exchange() -> Iterator[BaseModel]:
    """Yield one of each answer."""
    link = ExchangeLink(EXCHANGE_LINK, INVITATION.split(".")[0], is_inviter=True, made_at=_AT)
    modules = tuple(Module)
    other = LinkSide("cabinet-durand", COMPANY, "732829320", "user-9")
    yield exchange.ExchangeLinkOutput.of(LinkSeen(link, LinkState.ACCEPTED, modules, other))
    yield exchange.InvitedOutput.made(LinkSeen(link, LinkState.INVITED, modules, code=INVITATION))
    name = "acme-20250201083000.rappro"
    waiting = exchange.WaitingOutput.of(Waiting(ARCHIVE, name, _AT, 18_432, DOCUMENT, link))
    yield waiting
    yield exchange.WaitingPage(items=[waiting], next_cursor=None, message="1 waiting")
    document = AttachedDocument("facture.pdf", DOCUMENT, 7, _AT, "user-1")
    yield exchange.DocumentOutput.of(document, "https://files.example/facture?signature=abc")
