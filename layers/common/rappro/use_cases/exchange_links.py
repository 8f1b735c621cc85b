"""Links between a company's books and its accountant's: invited, accepted, revoked.

    company: invite ─► link in a mailbox of its own, and a code ─► told to the accountant
    accountant: accept with the code ─► both sides know each other
    either: revoke ─► nothing goes over it any more

A link lives in its mailbox, which both sides see; each side keeps the mailbox's name in a record of
its own company. Nothing else of a tenant is seen by the other.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import replace
from datetime import timedelta
from typing import Final

from rappro.domain.books import Company
from rappro.domain.errors import (
    ArchiveOfAnother,
    InvalidRequest,
    LinkNotInForce,
    NotFound,
    RuleViolation,
    TooLarge,
)
from rappro.domain.exchange.model import (
    ExchangeLink,
    LinkSide,
    LinkState,
    Module,
    SharedLink,
)
from rappro.domain.frozen import dataclass
from rappro.domain.writes import create, remove
from rappro.ports_exchange import Mailboxes
from rappro.use_cases.acting import Actor
from rappro.use_cases.audit import audit
from rappro.use_cases.companies import get_company

LINKS_MAX: Final = 20
INVITATION_DAYS: Final = 14
_CODE: Final = re.compile(r"(link-[a-z2-7]{26})\.([a-z2-7]{26})", re.ASCII)


@dataclass(frozen=True, slots=True)
class LinkSeen:
    """A link as one side sees it; `other` is None until it is accepted.

    `code` is there once, for whoever just invited.
    """

    link: ExchangeLink
    state: LinkState
    modules: tuple[Module, ...]
    other: LinkSide | None = None
    code: str | None = None


def invite(actor: Actor, name: str, modules: tuple[Module, ...] = tuple(Module)) -> LinkSeen:
    """Make a link under a name of this company's choice, and the code that accepts it.

    Raises RuleViolation without a SIREN or when the name is taken, TooLarge beyond LINKS_MAX.
    """
    company = _company(actor)
    _check_free(actor, name)
    mailbox, secret = _mailboxes(actor).new_link()
    now = actor.ports.clock.now()
    shared = SharedLink(
        mailbox, LinkState.INVITED, _side(actor, company), _digest(secret), now,
        now + timedelta(days=INVITATION_DAYS), modules,
    )  # fmt: skip
    _mailboxes(actor).save_link(None, shared)
    link = ExchangeLink(name, mailbox, is_inviter=True, made_at=now)
    _commit(actor, link, "invite_to_exchange", [m.value for m in modules])
    seen = LinkSeen(replace(link, version=1), shared.state, modules)
    return replace(seen, code=f"{mailbox}.{secret}")


def accept(actor: Actor, name: str, code: str) -> LinkSeen:
    """Accept an invitation for this company. Repeating it is harmless.

    Raises InvalidRequest for a code that opens nothing, ArchiveOfAnother when the company has
    another SIREN, LinkNotInForce for one that is used, revoked or too old.
    """
    company = _company(actor)
    found = _CODE.fullmatch(code)
    shared = None if found is None else _mailboxes(actor).link(found[1])
    if found is None or shared is None or not _opens(shared, found[2]):
        raise InvalidRequest("the code opens no invitation", position="/code")
    own, now = _side(actor, company), actor.ports.clock.now()
    if (own.tenant, own.company) == (shared.inviter.tenant, shared.inviter.company):
        raise RuleViolation("a company does not exchange with itself")
    if own.siren != shared.inviter.siren:
        raise ArchiveOfAnother("the invitation is of a company with another SIREN")
    is_again = shared.accepter is not None and _is_same(shared.accepter, own)
    if not is_again and (shared.state is not LinkState.INVITED or shared.expires_at <= now):
        raise LinkNotInForce("the invitation was used, revoked, or is too old")
    known = actor.ports.store.get(actor.tenant, actor.company, ExchangeLink, name)
    if known is not None and known.mailbox != shared.id:
        raise RuleViolation(f"there is another link {name}")
    if not is_again:
        accepted = replace(shared, state=LinkState.ACCEPTED, accepter=own, accepted_at=now)
        _mailboxes(actor).save_link(shared, accepted)
    link = known or ExchangeLink(name, shared.id, is_inviter=False, made_at=now)
    if known is None:
        _check_free(actor, name)
        _commit(actor, link, "accept_exchange", shared.inviter.tenant)
    return see(actor, replace(link, version=max(1, link.version)))


def revoke(actor: Actor, name: str) -> None:
    """Revoke a link, whichever side asks; what lies in its mailbox is not taken any more.

    Raises NotFound.
    """
    link = get_link(actor, name)
    shared = _mailboxes(actor).link(link.mailbox)
    if shared is not None and shared.state is not LinkState.REVOKED:
        now = actor.ports.clock.now()
        by = replace(shared, state=LinkState.REVOKED, revoked_at=now, revoked_by=actor.tenant)
        _mailboxes(actor).save_link(shared, by)
    row = audit(actor.ports.clock.now(), actor.author, "revoke_exchange", name, part=link.mailbox)
    actor.ports.store.commit(actor.tenant, actor.company, [remove(link), row])


def get_link(actor: Actor, name: str) -> ExchangeLink:
    """Return the company's own record of a link. Raises NotFound."""
    found = actor.ports.store.get(actor.tenant, actor.company, ExchangeLink, name)
    if found is None:
        raise NotFound(f"no link {name}")
    return found


def see(actor: Actor, link: ExchangeLink) -> LinkSeen:
    """Return a link with what its mailbox says; one that is gone counts as revoked."""
    shared = _mailboxes(actor).link(link.mailbox)
    if shared is None:
        return LinkSeen(link, LinkState.REVOKED, ())
    other = shared.other(actor.tenant, actor.company)
    return LinkSeen(link, shared.state, shared.modules, other)


def list_links(actor: Actor) -> list[LinkSeen]:
    """Return the company's links, by name."""
    links = actor.ports.store.all(actor.tenant, actor.company, ExchangeLink)
    return [see(actor, link) for link in links]


def in_force(actor: Actor, name: str) -> tuple[ExchangeLink, SharedLink, LinkSide]:
    """Return a link over which something may go, and who is on the other side.

    Raises NotFound, LinkNotInForce.
    """
    link = get_link(actor, name)
    shared = _mailboxes(actor).link(link.mailbox)
    other = None if shared is None else shared.other(actor.tenant, actor.company)
    if shared is None or other is None or shared.state is not LinkState.ACCEPTED:
        raise LinkNotInForce(f"link {name} is not accepted, or was revoked")
    return link, shared, other


def _mailboxes(actor: Actor) -> Mailboxes:
    return actor.ports.exchange.mailboxes


def _company(actor: Actor) -> Company:
    company = get_company(actor.ports, actor.tenant, actor.company)
    if company.siren is None:
        raise RuleViolation("books are exchanged by the company's SIREN: set it first")
    return company


def _side(actor: Actor, company: Company) -> LinkSide:
    return LinkSide(actor.tenant, actor.company, company.siren or "", actor.author)


def _is_same(one: LinkSide, other: LinkSide) -> bool:
    return (one.tenant, one.company) == (other.tenant, other.company)


def _check_free(actor: Actor, name: str) -> None:
    links = actor.ports.store.all(actor.tenant, actor.company, ExchangeLink)
    if any(link.name == name for link in links):
        raise RuleViolation(f"there is a link {name}")
    if len(links) >= LINKS_MAX:
        raise TooLarge(f"{LINKS_MAX} links at most")


def _opens(shared: SharedLink, secret: str) -> bool:
    return hmac.compare_digest(shared.code_sha256, _digest(secret))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _commit(actor: Actor, link: ExchangeLink, action: str, what: object) -> None:
    row = audit(
        link.made_at, actor.author, action, link.name, part=link.mailbox, after={"with": what}
    )
    actor.ports.store.commit(actor.tenant, actor.company, [create(link), row])
