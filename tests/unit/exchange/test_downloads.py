"""A mail's link to books that were sent: who gets the file by it, and when it ends."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from rappro.adapters.memory.providers import MemoryMailer, MemoryRoutes
from rappro.domain.errors import NotFound, StoreUnavailable
from rappro.domain.exchange.model import ArchiveDownload
from rappro.domain.tasks import Task, TaskKind
from rappro.ports import Ports
from rappro.ports_exchange import Downloads
from rappro.use_cases.exchange_downloads import (
    DownloadMade,
    download,
    end_downloads,
    make_download,
    route_of,
)
from rappro.use_cases.exchange_links import revoke
from rappro.use_cases.exchange_reading import delete_waiting
from rappro.use_cases.exchange_works import send_books

from .desk import HERE, LINK, OFFICE, Side, linked

URL = "https://api.rappro.example/v1/exchange-downloads"
MAIL = "cabinet@exemple.fr"


class Refusing(MemoryMailer):
    """Takes no mail."""

    def send(self, to: Sequence[str], subject: str, text: str, *, key: str) -> None:
        raise StoreUnavailable("no mail today")


@dataclass
class Post:
    """A company that sends and announces by mail, its accountant, and what was mailed."""

    mailer: MemoryMailer = field(default_factory=MemoryMailer)
    routes: MemoryRoutes = field(default_factory=MemoryRoutes)
    sides: tuple[Side, Side] = field(default_factory=linked)

    def __post_init__(self) -> None:
        company, numbers = self.sides[0], itertools.count()
        downloads = Downloads(self.routes, URL, lambda: f"{next(numbers):043}")
        exchange = replace(company.actor.ports.exchange, mailer=self.mailer, downloads=downloads)
        company.actor = replace(
            company.actor, ports=replace(company.actor.ports, exchange=exchange)
        )

    @property
    def company(self) -> Side:
        return self.sides[0]

    @property
    def ports(self) -> Ports:
        return self.company.actor.ports

    def send(self, task: str = "ta_1", **said: Any) -> dict[str, Any]:
        arguments = {
            "link": LINK, "purpose": "review", "comment": "", "documents": "none",
            "fiscal_year": None, "announce_to": MAIL, "download_days": 7, **said,
        }  # fmt: skip
        at = self.company.stack.clock.now()
        job = Task(task, TaskKind.EXCHANGE_SEND, arguments, "user-1", at)
        (report,) = send_books(self.company.actor, job)["exchange"]
        return report  # type: ignore[no-any-return]  # JSON

    def tokens(self) -> list[str]:
        """Return what the mails' links end in."""
        texts = [text for _, _, text in self.mailer.sent.values()]
        return [found for text in texts for found in re.findall(rf"{URL}\?token=(\S+)", text)]

    def follow(self, token: str) -> str:
        """Return where a link leads."""
        return download(self.ports, route_of(self.ports, token), token)

    def actions(self) -> list[str]:
        found = self.ports.store.audit_events(self.company.actor.tenant, HERE).items
        return [row.action for row in reversed(found) if "download" in row.action]

    def ends(self, token: str) -> bool:
        """Say whether a link leads nowhere."""
        try:
            self.follow(token)
        except NotFound:
            return True
        return False


def test_a_mail_has_a_link_to_the_archive_that_holds_for_days() -> None:
    post = Post()
    report = post.send()
    (token,) = post.tokens()
    until = datetime.fromisoformat(report["download_until"])

    assert until - post.company.stack.clock.now() == timedelta(days=7)
    (archive,) = post.sides[1].waiting()
    assert report["archive"] == archive
    first, second = post.follow(token), post.follow(token)
    (file,) = post.ports.store.all(post.company.actor.tenant, HERE, ArchiveDownload)
    assert first == second
    assert first.endswith(file.archive_sha256)
    assert post.actions() == ["make_download", "download_books"]


def test_of_the_token_only_its_digest_is_kept() -> None:
    post = Post()
    post.send()
    (token,) = post.tokens()
    kept = str(post.company.stack.store._shelves) + str(post.routes.kept)

    assert token not in kept
    assert hashlib.sha256(token.encode()).hexdigest() in kept
    made = DownloadMade(f"{URL}?token={token}", post.company.stack.clock.now(), "0" * 64)
    assert token not in repr(made)


@pytest.mark.parametrize("days", [1, 7])
def test_a_link_ends_with_its_time(days: int) -> None:
    post = Post()
    post.send(download_days=days)
    (token,) = post.tokens()
    post.company.stack.clock.advance(timedelta(days=days, microseconds=-1))
    assert not post.ends(token)
    post.company.stack.clock.advance(timedelta(microseconds=1))

    assert post.ends(token)


def test_nothing_holds_for_longer_than_a_week() -> None:
    post = Post()
    archive = post.company.send().archive
    made = make_download(post.company.actor, archive, to=MAIL, days=365)

    assert made is not None
    assert made.expires_at - post.company.stack.clock.now() == timedelta(days=7)


def test_a_link_ends_with_the_link_to_the_accountant_whichever_side_revokes() -> None:
    for side in (0, 1):
        post = Post()
        post.send()
        (token,) = post.tokens()
        revoke(post.sides[side].actor, LINK)

        assert post.ends(token)


def test_a_link_ends_when_the_other_side_deletes_the_archive() -> None:
    post = Post()
    post.send()
    (token,) = post.tokens()
    office = post.sides[1]
    delete_waiting(office.actor, office.waiting()[0])

    assert post.ends(token)


def test_a_link_holds_when_the_other_side_applied_the_archive() -> None:
    post = Post()
    post.send()
    (token,) = post.tokens()
    post.sides[1].apply()

    assert not post.ends(token)


def test_links_are_ended_by_hand_all_of_one_archive_and_of_no_other() -> None:
    post = Post()
    first = post.send()
    post.company.stack.clock.advance(timedelta(minutes=1))
    post.send("ta_2", link=None)
    post.send()  # the same task again: its mail is another one
    one, other, again = post.tokens()
    end_downloads(post.company.actor, first["archive"])

    assert [post.ends(token) for token in (one, again, other)] == [True, True, False]
    assert len(post.routes.kept) == 1
    with pytest.raises(NotFound):
        end_downloads(post.company.actor, first["archive"])
    assert post.actions().count("end_download") == 2


def test_a_token_that_nobody_was_told_leads_nowhere() -> None:
    post = Post()
    post.send()
    (token,) = post.tokens()

    assert post.ends("x" * 43)
    route = post.routes.find("exchange", "download", hashlib.sha256(token.encode()).hexdigest())
    assert route is not None
    with pytest.raises(NotFound):  # of another tenant, whatever the routes say
        download(post.ports, replace(route, tenant=OFFICE), token)
    without = replace(post.ports, exchange=replace(post.ports.exchange, downloads=None))
    with pytest.raises(NotFound):
        route_of(without, token)


def test_a_mail_that_could_not_be_sent_leaves_no_link() -> None:
    post = Post(mailer=Refusing())
    report = post.send()

    assert (report["announced_to"], report["download_until"]) == (None, None)
    assert post.routes.kept == {}
    assert post.actions() == ["make_download", "end_download"]


def test_what_has_ended_is_removed_when_the_next_link_is_made() -> None:
    post = Post()
    post.send()
    post.company.stack.clock.advance(timedelta(days=8))
    post.send("ta_2")
    actor = post.company.actor

    assert len(post.ports.store.all(actor.tenant, actor.company, ArchiveDownload)) == 1
