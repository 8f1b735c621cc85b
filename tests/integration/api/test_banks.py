"""Settings and schedules of connections, my banks, staged transactions; and what mails say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rappro.adapters.memory.providers import MemoryMailer
from rappro.domain.books import Journal, JournalType
from rappro.domain.connectors import ErrorOrigin
from rappro.domain.errors import AggregatorRejected, StoreUnavailable
from rappro.domain.feed_schedule import first_run, next_run
from rappro.domain.feeds import FeedAccount, FeedConnection, FeedMail, FeedRun, MailOn
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.writes import create
from rappro.edge.api import sample_ids as ids
from rappro.use_cases.feed_mails import mail_of_expiry, mail_of_run, send_waiting

from .client import Client
from .paper_bank import PaperConnector
from .seeds import NOW, World

ALPHA, ACME = TenantId("alpha"), ids.COMPANY
COMPANY = f"/v1/companies/{ACME}"
ACCOUNT = f"{COMPANY}/bank-accounts/{ids.FEED_ACCOUNT}"


def save(client: Client, name: str, **fields: Any) -> dict[str, Any]:
    body = {"provider": "bridge", "label": "Banque", **fields}
    answer = client.put(f"{COMPANY}/connections/{name}", body)
    assert answer.status == 200, answer.text
    return dict(answer.body)


# ---- Schedules ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "effective", "warnings"),
    [
        (60, 60, ["interval_below_advised"]),
        (21_541, 21_600, []),
        (21_540, 21_540, ["interval_below_advised"]),
        (43_200, 43_200, []),
    ],
)
def test_an_interval_is_whole_minutes_and_a_short_one_warns(
    alpha: Client, seconds: int, effective: int, warnings: list[str]
) -> None:
    shown = save(alpha, "c-1", interval_seconds=seconds)

    assert (shown["effective_interval_seconds"], shown["warnings"]) == (effective, warnings)


def test_a_schedule_begins_after_its_delay_within_one_interval(world: World, alpha: Client) -> None:
    for number in range(30):
        save(alpha, f"c-{number}", interval_seconds=3_600, start_delay_seconds=20)

    starts = [
        world.feeds.schedules[ALPHA, ACME, f"c-{number}"].starts_at for number in range(30)
    ]  # fmt: skip

    assert all(at is not None and 20 <= (at - NOW).total_seconds() < 3_620 for at in starts)
    assert len(set(starts)) > 20


def test_a_schedule_begins_anew_with_its_rhythm_and_not_with_its_label(
    world: World, alpha: Client
) -> None:
    first = save(alpha, "c-1", interval_seconds=3_600)["next_run_at"]
    world.clock.advance(timedelta(minutes=5))

    renamed = save(alpha, "c-1", label="Autre")["next_run_at"]
    off = save(alpha, "c-1", on=False)["next_run_at"]
    slower = save(alpha, "c-1", on=True, interval_seconds=7_200)["next_run_at"]

    assert (renamed, off) == (first, None)
    assert slower != first
    kept = world.feeds.schedules[ALPHA, ACME, "c-1"]
    assert (kept.interval_minutes, kept.is_on) == (120, True)


def test_a_schedule_is_never_saved_with_a_start_that_lies_behind(
    world: World, alpha: Client
) -> None:
    save(alpha, "c-1", interval_seconds=3_600)
    world.clock.advance(timedelta(days=3, minutes=7))

    shown = save(alpha, "c-1", label="Autre")

    starts_at = world.feeds.schedules[ALPHA, ACME, "c-1"].starts_at
    assert starts_at is not None
    assert world.clock.now() < starts_at <= world.clock.now() + timedelta(hours=1)
    assert shown["next_run_at"] == starts_at.isoformat().replace("+00:00", "Z")


def test_the_next_run_is_counted_from_the_first() -> None:
    connection = FeedConnection("c", "bridge", "x", 90, start_delay_seconds=0)
    first = first_run("acme", connection, NOW)
    scheduled = replace(connection, scheduled_from=first)

    assert next_run(scheduled, NOW - timedelta(days=1)) == first
    assert next_run(scheduled, first) == first + timedelta(minutes=2)
    assert next_run(scheduled, first + timedelta(minutes=3)) == first + timedelta(minutes=4)
    assert next_run(replace(scheduled, is_on=False), NOW) is None
    assert next_run(replace(scheduled, is_removed=True), NOW) is None
    assert next_run(connection, NOW) is None


def test_who_is_mailed_is_checked_and_shown(alpha: Client) -> None:
    shown = save(alpha, "c-1", mail_to=["a@client.fr", "a@client.fr"], mail_on="all")

    assert (shown["mail_to"], shown["mail_on"]) == (["a@client.fr"], "all")
    wrong = alpha.put(f"{COMPANY}/connections/c-1", {"mail_to": ["a@b.fr\nBcc: x@y.fr"]})
    assert wrong.problem == "invalid_request"


# ---- Accounts ----------------------------------------------------------------------------------


def test_my_banks_show_each_account_with_its_journal(alpha: Client) -> None:
    banks = alpha.get(f"{COMPANY}/banks").body["items"]

    by_connection = {one["connection"]: one for one in banks}
    assert by_connection.keys() == {ids.CONNECTION, ids.LINKED_CONNECTION, ids.OPEN_CONNECTION}
    (account,) = by_connection[ids.LINKED_CONNECTION]["accounts"]
    assert (account["journal"], account["ledger_account"]) == (ids.JOURNAL, "512100")
    assert (account["iban"], account["balance"], account["on"]) == (ids.IBAN, "100.00", False)


def test_an_account_that_is_turned_on_is_read_at_once(world: World, alpha: Client) -> None:
    shown = alpha.patch(ACCOUNT, {"on": True, "mode": "monthly", "name": "Courant"}).body

    assert (shown["on"], shown["mode"], shown["name"]) == (True, "monthly", "Courant")
    assert world.feeds.requests == [(ALPHA, ACME, ids.LINKED_CONNECTION, "asked")]
    paper = world.providers.connectors.get("bridge")
    assert isinstance(paper, PaperConnector)
    assert paper.asked == [("enable", "11")]
    (row,) = world.store.audit_events(ALPHA, ACME, subjects=[ids.FEED_ACCOUNT]).items
    assert (row.action, row.author) == ("edit_bank_account", "user-1")


def journal(world: World, code: str, **fields: Any) -> None:
    made = Journal(code, code, fields.pop("type", JournalType.TREASURY), "512100", **fields)
    world.store.load(ALPHA, ACME, [made])


def account(world: World, **fields: Any) -> None:
    before = world.store.get(ALPHA, ACME, FeedAccount, ids.FEED_ACCOUNT)
    assert before is not None
    world.store.load(ALPHA, ACME, [replace(before, journal=None, **fields)])


@pytest.mark.parametrize(
    ("iban", "masked", "theirs", "is_confirmed", "pointer"),
    [
        (ids.IBAN, None, ids.IBAN, False, None),
        (ids.IBAN, None, "FR76 3000 6000 0112 3456 7890 189", False, None),
        (ids.IBAN, None, "DE89370400440532013000", True, "/journal"),
        (None, None, ids.IBAN, False, "/iban_confirmed"),
        (None, None, ids.IBAN, True, None),
        (ids.IBAN, None, None, False, "/iban_confirmed"),
        (None, "FR76XXXXXXXXXXXXXXXXXXXX189", ids.IBAN, False, "/iban_confirmed"),
        (None, "FR76XXXXXXXXXXXXXXXXXXXX189", ids.IBAN, True, None),
        (None, "FR76********************999", ids.IBAN, True, "/journal"),
    ],
)
def test_an_account_is_a_journal_s_when_the_ibans_say_so_or_a_person_does(
    world: World, alpha: Client, *, iban: str | None, masked: str | None, theirs: str | None,
    is_confirmed: bool, pointer: str | None,
) -> None:  # fmt: skip
    journal(world, "BQ9", iban=theirs)
    account(world, iban=iban, iban_masked=masked)

    answer = alpha.patch(ACCOUNT, {"journal": "BQ9", "iban_confirmed": is_confirmed})

    if pointer is not None:
        assert (answer.problem, answer.pointers) == ("invalid_request", [pointer])
        return
    assert answer.body["journal"] == "BQ9"
    assert answer.body["iban_confirmed"] is (is_confirmed and iban != theirs)


@pytest.mark.parametrize(
    ("code", "fields"),
    [("XX", {}), ("VE", {"type": JournalType.SALES}), ("USD", {"currency": "USD"})],
)
def test_a_journal_that_cannot_be_the_account_s_is_refused(
    world: World, alpha: Client, code: str, fields: dict[str, Any]
) -> None:
    if fields:
        journal(world, code, iban=ids.IBAN, **fields)

    answer = alpha.patch(ACCOUNT, {"journal": code, "iban_confirmed": True})

    assert (answer.problem, answer.pointers) == ("invalid_request", ["/journal"])


def test_two_accounts_never_feed_one_journal(world: World, alpha: Client) -> None:
    other = FeedAccount(
        "fa_2", ids.LINKED_CONNECTION, "bridge", ("12",), "Livret", "EUR", iban=ids.IBAN
    )
    world.store.load(ALPHA, ACME, [other])
    assert alpha.patch(ACCOUNT, {"on": True}).status == 200

    answer = alpha.patch(f"{COMPANY}/bank-accounts/fa_2", {"journal": ids.JOURNAL, "on": True})

    assert (answer.problem, answer.pointers) == ("invalid_request", ["/journal"])


def test_a_start_is_set_before_anything_was_read(world: World, alpha: Client) -> None:
    assert alpha.patch(ACCOUNT, {"start_on": "2025-01-15"}).body["start_on"] == "2025-01-15"
    account(world, is_started=True)

    answer = alpha.patch(ACCOUNT, {"start_on": "2024-01-15"})

    assert (answer.problem, answer.pointers) == ("invalid_request", ["/start_on"])


# ---- Staged transactions -----------------------------------------------------------------------


def test_staged_transactions_are_listed_by_state(alpha: Client) -> None:
    path = f"{ACCOUNT}/transactions"

    assert [one["id"] for one in alpha.get(path).body["items"]] == [ids.STAGED]
    assert alpha.get(path, state="placed").body["items"] == []
    assert alpha.get(path, state="lost").problem == "invalid_request"
    assert alpha.get(path, cursor="2025-01-31#../x").problem == "invalid_request"


def test_a_transaction_is_put_aside_and_taken_back(world: World, alpha: Client) -> None:
    path = f"{COMPANY}/staged-transactions/{ids.STAGED}/aside"

    aside = alpha.post(path, {"aside": True, "version": 1})
    late = alpha.post(path, {"aside": True, "version": 1})
    back = alpha.post(path, {"aside": False, "version": 2})

    assert (aside.body["state"], back.body["state"]) == ("ignored", "waiting")
    assert late.problem == "store_conflict"
    rows = world.store.audit_events(ALPHA, ACME, subjects=[ids.STAGED]).items
    assert len(rows) == 2


def test_what_is_announced_is_shown_apart(alpha: Client) -> None:
    shown = alpha.get(f"{ACCOUNT}/pending").body

    assert (shown["count"], len(shown["lines"])) == (1, 1)


# ---- Mails -------------------------------------------------------------------------------------

CONNECTION = FeedConnection(
    "c-1", "bridge", "BNP", 43_200, mail_to=("a@client.fr",), last_run_at=NOW,
    consent_expires_at=NOW + timedelta(days=9),
)  # fmt: skip
FAILED = FeedRun(
    "fr_1", "c-1", NOW, "user_action", "VIR 120,00 DUPONT", provider_code="1010",
    origin=ErrorOrigin.BANK_PROVIDER, ended_at=NOW,
)  # fmt: skip
FINE = replace(FAILED, id="fr_2", state="ok", provider_code=None, origin=None)


@pytest.mark.parametrize(
    ("wish", "fine", "failed"),
    [(MailOn.ALL, True, True), (MailOn.ERRORS, False, True), (MailOn.NONE, False, False)],
)
def test_runs_are_mailed_as_the_connection_wishes(
    wish: MailOn, fine: bool, failed: bool
) -> None:  # fmt: skip
    connection = replace(CONNECTION, mail_on=wish)

    assert (mail_of_run(connection, FINE) is not None) is fine
    assert (mail_of_run(connection, FAILED) is not None) is failed
    assert mail_of_run(replace(connection, mail_to=()), FAILED) is None


def test_a_mail_tells_codes_and_counts_and_nothing_of_a_transaction() -> None:
    mail = mail_of_run(CONNECTION, FAILED)

    assert mail is not None
    assert "1010" in mail.text
    assert "entre la banque et le fournisseur" in mail.text
    assert "demandez un lien" in mail.text
    assert "DUPONT" not in mail.subject + mail.text
    assert "120" not in mail.text


def test_a_label_never_breaks_out_of_a_subject() -> None:
    mail = mail_of_run(replace(CONNECTION, label="BNP\r\nBcc: x@y.fr"), FAILED)

    assert mail is not None
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject


def test_the_end_of_a_consent_is_announced_by_its_day() -> None:
    mail = mail_of_expiry(CONNECTION, 10)
    ended = mail_of_expiry(replace(CONNECTION, last_run_at=NOW + timedelta(days=10)), 0)

    assert "expire le 10/02/2025" in mail.subject
    assert "a expiré le 10/02/2025" in ended.subject
    assert mail.id != ended.id


class Failing(MemoryMailer):
    """Port Mailer that fails as it is told."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def send(self, *args: Any, **kwargs: Any) -> None:
        raise self.error


@pytest.mark.parametrize(
    ("error", "is_kept"), [(StoreUnavailable("down"), True), (AggregatorRejected("no"), False)]
)
def test_a_mail_waits_for_its_service_and_not_for_what_is_refused(
    world: World, error: Exception, is_kept: bool
) -> None:
    mail = FeedMail("ma_1", "c-1", ("a@client.fr",), "s", "t", NOW)
    world.store.commit(ALPHA, ACME, [create(mail)])
    broken = replace(world.ports, providers=replace(world.providers, mailer=Failing(error)))

    assert send_waiting(broken, ALPHA, ACME) == 0
    assert bool(world.store.all(ALPHA, ACME, FeedMail)) is is_kept
    assert send_waiting(world.ports, ALPHA, ACME) == int(is_kept)
    assert world.store.all(ALPHA, ACME, FeedMail) == []
    assert send_waiting(world.ports, TenantId("bravo"), CompanyId(ACME)) == 0
