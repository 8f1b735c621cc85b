"""The long works of the exchange, and what each tells of itself in the end, as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from rappro.domain.errors import ExternalError
from rappro.domain.exchange.model import (
    BOOKS,
    Conflict,
    DocumentsChoice,
    ExchangeArchive,
    Module,
    Purpose,
    Tally,
)
from rappro.domain.tasks import Task
from rappro.use_cases.acting import Actor
from rappro.use_cases.companies import get_company
from rappro.use_cases.exchange_apply import Applied, apply, preview, undo
from rappro.use_cases.exchange_downloads import (
    DAYS_MAX,
    DownloadMade,
    forget_download,
    make_download,
)
from rappro.use_cases.exchange_reading import parcel_id
from rappro.use_cases.exchange_send import Sending, send

_LEFT_MAX: Final = 100


def send_books(actor: Actor, task: Task) -> dict[str, Any]:
    """Send the books and return the report of what was sent."""
    said = task.arguments
    sending = Sending(
        task.id, task.created_at, Purpose(said["purpose"]), said["comment"], said["link"],
        DocumentsChoice(said["documents"]), said["fiscal_year"],
    )  # fmt: skip
    sent = send(actor, sending)
    one = sent.archive
    announced, until = _announced(actor, task, one)
    counts = [
        {"part": part.name, "added": part.count, "changed": 0, "deleted": 0}
        for part in sent.parts
        if part.name in BOOKS
    ]
    documents = sum(1 for part in sent.parts if part.name.startswith("documents/"))
    file = {"name": one.name, "sha256": one.sha256, "size_bytes": one.size_bytes}
    return {"file": file, "exchange": [
        {**_told(one), "to": sent.to, "announced_to": announced, "download_until": until,
         "purpose": said["purpose"], "comment": said["comment"],
         "counts": counts, "documents": documents}
    ]}  # fmt: skip


def _announced(actor: Actor, task: Task, archive: ExchangeArchive) -> tuple[str | None, str | None]:
    """Tell somebody by mail that the books were sent; return whom, and until when a link holds.

    Nobody, when nobody was told. The mail has no books; its link has an end (exchange_downloads).
    """
    to, mailer = task.arguments.get("announce_to"), actor.ports.exchange.mailer
    if to is None or mailer is None:
        return None, None
    days = task.arguments.get("download_days", DAYS_MAX)
    made = make_download(actor, archive, to=to, days=days)
    company = get_company(actor.ports, actor.tenant, actor.company)
    subject = f"Dossier {company.name} : envoi {archive.name}"
    text = (
        f"Bonjour,\n\nLe dossier {company.name} vous a été transmis ({archive.name}).\n"
        f"{_where(made)}\n{task.arguments['comment']}\n"
    )
    key = task.id if made is None else made.token_sha256
    try:
        mailer.send([to], subject, text, key=key)
    except ExternalError:  # the books are sent; a mail that is not is told in the report
        if made is not None:
            forget_download(actor, made)
        return None, None
    return str(to), None if made is None else made.expires_at.isoformat()


def _where(made: DownloadMade | None) -> str:
    waits = "Il vous attend dans votre espace, ou auprès de l'expéditeur.\n"
    if made is None:
        return waits
    return f"{waits}À télécharger jusqu'au {made.expires_at:%d/%m/%Y %H:%M} UTC :\n{made.url}\n"


def preview_archive(actor: Actor, task: Task) -> dict[str, Any]:
    """Return what an archive holds and what applying it would do."""
    archive, modules = task.arguments["archive"], _modules(task.arguments["modules"])
    content, found = preview(actor, archive, modules)
    manifest = content.manifest
    return {"exchange": [{
        "archive": archive, "name": manifest.company.name, "created_at":
        manifest.created_at.isoformat(), "from": manifest.sender.tenant,
        "purpose": manifest.purpose.value, "comment": manifest.comment,
        "fiscal_year": manifest.fiscal_year, "modules": [m.value for m in manifest.modules],
        "revision": manifest.revision, "counts": _counts(found.plan.counts),
        "documents": found.plan.documents, "conflicts": _conflicts(found.conflicts),
        "changes": [{"part": p, "key": k, "what": w} for p, k, w in found.shown],
    }]}  # fmt: skip


def apply_archives(actor: Actor, task: Task) -> dict[str, Any]:
    """Apply archives one after the other; one that is refused stops those after it."""
    modules = _modules(task.arguments["modules"])
    done = [apply(actor, one, modules, task=task.id) for one in task.arguments["archives"]]
    return {"exchange": [_applied(one) for one in done]}


def undo_archive(actor: Actor, task: Task) -> dict[str, Any]:
    """Take an archive back."""
    return {"exchange": [_applied(undo(actor, task.arguments["archive"], task=task.id))]}


def _modules(said: Iterable[str]) -> tuple[Module, ...]:
    return tuple(Module(one) for one in said)


def _applied(done: Applied) -> dict[str, Any]:
    return {
        **_told(done.archive), "counts": _counts(done.plan.counts),
        "documents": done.plan.documents, "left": list(done.left[:_LEFT_MAX]),
    }  # fmt: skip


def _told(one: ExchangeArchive) -> dict[str, Any]:
    return {
        "archive": parcel_id(one.sha256), "name": one.name, "revision": one.revision,
        "created_at": one.created_at.isoformat(),
    }  # fmt: skip


def _counts(counts: Mapping[str, Tally]) -> list[dict[str, Any]]:
    return [
        {"part": part, "added": one.added, "changed": one.changed, "deleted": one.deleted}
        for part, one in counts.items()
    ]


def _conflicts(found: Iterable[Conflict]) -> list[dict[str, Any]]:
    return [{"part": one.part, "key": one.key, "why": one.why} for one in found]
