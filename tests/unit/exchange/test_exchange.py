"""Books go to the accountant, come back corrected, and are the same on both sides."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import date, timedelta

import pytest

from rappro.adapters.memory.exchange import MemorySeal
from rappro.adapters.memory.providers import MemoryMailer
from rappro.domain import errors
from rappro.domain.books import (
    BankEntry,
    Company,
    EntryStatus,
    EntryTemplate,
    JournalEntry,
    LedgerAccount,
    TemplateLine,
)
from rappro.domain.exchange.model import LinkState, Module
from rappro.domain.ids import CompanyId, EntryId, MatchId, TenantId, derive_id
from rappro.domain.tasks import Task, TaskKind
from rappro.domain.writes import change
from rappro.use_cases.exchange_apply import preview
from rappro.use_cases.exchange_links import accept, invite, list_links, revoke
from rappro.use_cases.exchange_reading import delete_waiting, upload
from rappro.use_cases.exchange_works import send_books

from .archives import members, packed
from .desk import COMPANY, HERE, LINK, NOW, OFFICE, SIREN, Side, Stack, entry, linked


def mirrored(entries: int = 4) -> tuple[Side, Side]:
    """Return both sides once the accountant has the company's books."""
    company, office = linked(entries)
    company.send()
    office.apply()
    return company, office


def correct(office: Side) -> None:
    """Add, change and delete entries, add an account and a template."""
    office.put(LedgerAccount("613000", "Loyers"))
    office.put(EntryTemplate("edf", "EDF", ("EDF",), lines=(
        TemplateLine("627000", is_remainder=True),
    )))  # fmt: skip
    office.put(*entry(100, label="Ajouté par le cabinet"))
    office.relabel("en_000001", "Corrigé par le cabinet")
    office.drop("en_000002")


def test_the_accountant_gets_the_books_as_they_are() -> None:
    company, office = mirrored()

    assert office.books() == company.books()
    assert len(office.books()["entries.jsonl"]) == 4
    assert office.waiting() == []


def test_what_the_accountant_corrected_comes_back_whole() -> None:
    company, office = mirrored()
    correct(office)
    office.send()
    done = company.apply()

    assert company.books() == office.books()
    assert company.get(JournalEntry, "en_000001").label == "Corrigé par le cabinet"
    assert company.get(JournalEntry, "en_000002") is None
    assert company.get(JournalEntry, "en_000100").label == "Ajouté par le cabinet"
    assert company.get(LedgerAccount, "613000").label == "Loyers"
    counts = done.plan.counts["entries.jsonl"]
    assert (counts.added, counts.changed, counts.deleted) == (1, 1, 1)


def test_a_preview_tells_what_will_change_and_changes_nothing() -> None:
    company, office = mirrored()
    correct(office)
    office.send(comment="à relire")
    before = company.books()

    archive, found = preview(company.actor, company.waiting()[0], tuple(Module))

    assert archive.manifest.comment == "à relire"
    assert archive.manifest.company.siren == SIREN
    assert ("entries.jsonl", "en_000002", "deleted") in found.shown
    assert ("accounts.jsonl", "613000", "added") in found.shown
    assert found.conflicts == ()
    assert company.books() == before


def test_what_both_sides_changed_is_a_conflict_and_nothing_is_applied() -> None:
    company, office = mirrored()
    correct(office)
    office.send()
    company.relabel("en_000001", "Corrigé au garage")
    before = company.books()

    with pytest.raises(errors.ArchiveConflicts, match="en_000001: changed_on_both_sides"):
        company.apply()
    assert company.books() == before


def test_what_only_one_side_changed_is_kept_on_both() -> None:
    company, office = mirrored()
    correct(office)
    company.relabel("en_000003", "Précisé au garage")
    company.put(*entry(200))
    office.send()
    company.apply()
    company.send()
    office.apply()

    assert company.books() == office.books()
    assert office.get(JournalEntry, "en_000003").label == "Précisé au garage"
    assert office.get(JournalEntry, "en_000001").label == "Corrigé par le cabinet"
    assert office.get(JournalEntry, "en_000200") is not None


def test_several_archives_are_applied_in_their_order() -> None:
    company, office = mirrored()
    company.put(*entry(300))
    company.send()
    company.put(*entry(301))
    company.send()
    first, second = office.waiting()
    office.apply(first)
    office.apply(second)

    assert office.books() == company.books()


def test_an_archive_is_applied_once_and_none_before_a_later_one() -> None:
    company, office = mirrored()
    company.send()
    company.send()
    first, second = office.waiting()
    office.apply(second)

    with pytest.raises(errors.ArchiveAlreadyApplied):
        office.apply(first)
    with pytest.raises(errors.NotFound):
        office.apply(second)


def test_modules_that_are_not_ticked_stay_as_they_are() -> None:
    company, office = mirrored()
    office.put(EntryTemplate("edf", "EDF"))
    office.put(LedgerAccount("613000", "Loyers"))
    office.send()
    company.apply(modules=(Module.MASTER_DATA,))

    assert company.get(EntryTemplate, "edf") is None
    assert company.get(LedgerAccount, "613000") is not None


def test_an_entry_in_a_locked_period_is_refused() -> None:
    company, office = mirrored()
    correct(office)
    office.send()
    known = company.get(Company, "COMPANY")
    company.commit(change(known, replace(known, closed_until=date(2026, 10, 31))))
    before = company.books()

    with pytest.raises(errors.PeriodClosed):
        company.apply()
    assert company.books() == before


def test_a_validated_entry_is_changed_by_no_archive() -> None:
    company, office = linked()
    day = date(2026, 10, 2)
    company.put(*entry(50, status=EntryStatus.VALIDATED, validated_on=day))
    company.send()
    office.apply()
    office.relabel("en_000050", "Réécrit")
    office.send()

    with pytest.raises(errors.ArchiveConflicts, match="en_000050: validated"):
        company.apply()


def test_what_the_bank_confirmed_keeps_its_amount() -> None:
    company, office = mirrored()
    side = company.get(BankEntry, derive_id("be", "en_000001", 1))
    company.send()
    office.apply()
    theirs = office.get(BankEntry, side.id)
    office.commit(change(theirs, replace(theirs, amount_minor=-1)))
    office.send()
    pointed = replace(side, match_id=MatchId("ma_1"), pointed_on=side.date)
    company.commit(change(side, pointed))

    with pytest.raises(errors.ArchiveConflicts):
        company.apply()


def test_an_entry_on_an_account_that_nobody_has_is_refused() -> None:
    company, office = mirrored()
    made, side = entry(70)
    lines = (replace(made.lines[0], account="999000"), made.lines[1])
    office.put(replace(made, lines=lines), side)
    office.send()

    with pytest.raises(errors.ArchiveConflicts, match="en_000070: unknown_account"):
        company.apply()


def test_the_last_archive_is_taken_back_until_something_changes() -> None:
    company, office = mirrored()
    before = company.books()
    correct(office)
    sent = office.send()
    archive = company.waiting()[0]
    company.apply()
    company.undo(archive)

    assert company.books() == before
    assert company.waiting() == [archive]
    company.apply()
    assert company.books() == office.books()
    company.relabel("en_000003", "Après coup")
    with pytest.raises(errors.NotAllowedInState):
        company.undo(archive)
    assert sent.to == "garage"


def test_nothing_waiting_is_said_plainly_and_deleted_archives_wait_no_more() -> None:
    company, office = linked()
    assert office.waiting() == []
    company.send()
    (archive,) = office.waiting()
    delete_waiting(office.actor, archive)

    assert office.waiting() == []
    with pytest.raises(errors.NotFound):
        office.apply(archive)


def test_an_archive_that_came_another_way_is_taken_when_it_is_proven() -> None:
    company, office = linked()
    sent = company.send()
    blobs = company.actor.ports.blobs
    with blobs.open_source(COMPANY, HERE, sent.archive.sha256) as stream:
        content = stream.read()
    delete_waiting(office.actor, office.waiting()[0])
    again = upload(office.actor, content)
    assert upload(office.actor, content).id == again.id
    office.apply(again.id)

    assert office.books() == company.books()
    with pytest.raises(errors.ArchiveAlreadyApplied):
        upload(office.actor, content)
    with pytest.raises(errors.ArchiveRefused):
        upload(office.actor, content[:-100])


def test_an_archive_of_another_company_or_sender_is_refused() -> None:
    stack = Stack()
    company, office = linked(stack=stack)
    sent = company.send()
    with company.actor.ports.blobs.open_source(COMPANY, HERE, sent.archive.sha256) as stream:
        content = stream.read()
    other = stack.side(OFFICE, CompanyId("autre"))
    other.put(Company(CompanyId("autre"), "Autre", siren="552100554"))
    same = stack.side(TenantId("tiers"))
    same.put(Company(HERE, "Garage", siren=SIREN))

    with pytest.raises(errors.ArchiveOfAnother):
        upload(other.actor, content)
    with pytest.raises(errors.ArchiveSignerUnknown):
        upload(same.actor, content)
    with pytest.raises(errors.ArchiveSignerUnknown):
        upload(company.actor, content)
    assert office.waiting() != []


def test_what_is_refused_changes_nothing() -> None:
    company, office = mirrored()
    correct(office)
    sent = office.send()
    with company.actor.ports.blobs.open_source(OFFICE, HERE, sent.archive.sha256) as stream:
        content = stream.read()
    delete_waiting(company.actor, company.waiting()[0])
    before = company.books()
    parts = members(content)
    altered = packed(parts | {"entries.jsonl": parts["entries.jsonl"].replace(b"12", b"13", 1)})
    unsigned = packed({k: v for k, v in parts.items() if k != "manifest.sig"})
    elsewhere = MemorySeal(b"another deployment").sign(
        hashlib.sha256(parts["manifest.json"]).digest()
    )
    foreign = packed(parts | {"manifest.sig": base64.b64encode(elsewhere)})

    for content_, error in (
        (altered, errors.ArchivePartAltered),
        (unsigned, errors.ArchiveUnsigned),
        (foreign, errors.ArchiveUnsigned),
        (content[:-50], errors.ArchiveBroken),
    ):
        with pytest.raises(error):
            upload(company.actor, content_)
    assert company.waiting() == []
    assert company.books() == before


def test_a_link_needs_both_sides_and_either_ends_it() -> None:
    stack = Stack()
    company, office = stack.side(COMPANY), stack.side(OFFICE)
    for side in (company, office):
        side.put(Company(HERE, "Garage du Port", siren=SIREN))
    code = invite(company.actor, LINK).code or ""
    with pytest.raises(errors.LinkNotInForce):
        company.send()
    with pytest.raises(errors.InvalidRequest):
        accept(office.actor, LINK, code[:-1] + ("a" if code[-1] != "a" else "b"))
    with pytest.raises(errors.InvalidRequest):
        accept(office.actor, LINK, "n'importe quoi")
    seen = accept(office.actor, LINK, code)
    assert accept(office.actor, LINK, code).state is seen.state is LinkState.ACCEPTED
    assert [one.other and one.other.tenant for one in list_links(company.actor)] == ["cabinet"]
    third = stack.side(TenantId("tiers"))
    third.put(Company(HERE, "Garage", siren=SIREN))
    with pytest.raises(errors.LinkNotInForce):
        accept(third.actor, LINK, code)
    company.send()
    revoke(office.actor, LINK)

    assert office.waiting() == []
    with pytest.raises(errors.LinkNotInForce):
        company.send()


def test_an_invitation_ends_by_itself_and_is_of_one_company() -> None:
    stack = Stack()
    company, office = stack.side(COMPANY), stack.side(OFFICE)
    company.put(Company(HERE, "Garage du Port", siren=SIREN))
    office.put(Company(HERE, "Un autre", siren="552100554"))
    code = invite(company.actor, LINK).code or ""

    with pytest.raises(errors.ArchiveOfAnother):
        accept(office.actor, LINK, code)
    third = stack.side(TenantId("tiers"))
    third.put(Company(HERE, "Garage", siren=SIREN))
    stack.clock.advance(timedelta(days=15))
    with pytest.raises(errors.LinkNotInForce):
        accept(third.actor, LINK, code)


def test_a_mail_tells_that_the_books_were_sent_and_has_none_of_them() -> None:
    company, _ = linked()
    mailer = MemoryMailer()
    exchange = replace(company.actor.ports.exchange, mailer=mailer)
    actor = replace(company.actor, ports=replace(company.actor.ports, exchange=exchange))
    said = {"link": LINK, "purpose": "review", "comment": "Bon pour accord", "documents": "none",
            "fiscal_year": None, "announce_to": "cabinet@exemple.fr"}  # fmt: skip
    task = Task("tk_1", TaskKind.EXCHANGE_SEND, said, "user-1", NOW)
    (report,) = send_books(actor, task)["exchange"]
    (again,) = send_books(company.actor, task)["exchange"]

    assert (report["announced_to"], again["announced_to"]) == ("cabinet@exemple.fr", None)
    (mail,) = mailer.sent.values()
    assert "Bon pour accord" in str(mail)
    assert "http" not in str(mail)  # of a deployment without a public address


def test_the_same_task_sends_once() -> None:
    from rappro.use_cases.exchange_send import Sending, send

    company, office = linked()
    sending = Sending("ta_same", company.stack.clock.now(), link=LINK)
    one, two = send(company.actor, sending), send(company.actor, sending)

    assert one.archive == two.archive
    assert len(office.waiting()) == 1


def test_what_does_not_fit_in_one_commit_is_applied_all_the_same() -> None:
    company, office = mirrored(120)
    for number in range(0, 120, 2):
        office.relabel(f"en_{number:06d}", "Corrigé")
    for number in range(1, 60, 2):
        office.drop(f"en_{number:06d}")
    for number in range(500, 560):
        office.put(*entry(number))
    before = company.books()
    office.send()
    archive = company.waiting()[0]
    done = company.apply()

    assert company.books() == office.books()
    assert done.left == ()
    company.undo(archive)
    assert company.books() == before
    assert EntryId("en_000500") not in dict(company.books()["entries.jsonl"])
