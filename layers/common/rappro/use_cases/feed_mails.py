"""Mails about bank connections (SYN-6, SYN-7): what they say, and how they get out.

In French, in plain text, to the addresses set on the connection. No amount and no label of a
transaction is in a mail; what happened in detail stands in the connection's log.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from rappro.domain.connectors import ErrorOrigin, FeedState
from rappro.domain.errors import AggregatorRejected, RapproError, StoreConflict
from rappro.domain.feeds import (
    NOT_CONFIGURED,
    NOT_LINKED,
    FeedConnection,
    FeedMail,
    FeedRun,
    MailOn,
    is_waiting_for_user,
)
from rappro.domain.ids import CompanyId, TenantId, derive_id
from rappro.domain.writes import remove
from rappro.ports import Ports

MAILS_AT_ONCE: Final = 20
KEPT: Final = timedelta(days=3)
"""A mail that nobody could send for so long tells of nothing any more."""
_PARIS: Final = ZoneInfo("Europe/Paris")
_FINE: Final = frozenset({FeedState.OK.value, FeedState.SYNCING.value})
_STATES: Final = {
    FeedState.OK.value: "réussie",
    FeedState.SYNCING.value: "données pas encore disponibles",
    FeedState.USER_ACTION.value: "une action de votre part est nécessaire",
    FeedState.CONSENT_EXPIRED.value: "le consentement a expiré",
    FeedState.RETRY_LATER.value: "indisponible, nouvel essai automatique",
    FeedState.QUOTA.value: "quota de la banque atteint, nouvel essai automatique",
    FeedState.UNSUPPORTED.value: "banque ou compte non pris en charge",
    FeedState.REVOKED.value: "accès révoqué",
    NOT_CONFIGURED: "fournisseur non configuré",
    NOT_LINKED: "aucune banque connectée",
}
_ORIGINS: Final = {
    ErrorOrigin.BANK_PROVIDER: "entre la banque et le fournisseur",
    ErrorOrigin.PROVIDER_RAPPRO: "entre le fournisseur et Rappro",
}


def mail_of_run(connection: FeedConnection, run: FeedRun) -> FeedMail | None:
    """Return the mail of one run; None when the connection asks for none of it."""
    if not connection.mail_to or connection.mail_on is MailOn.NONE:
        return None
    is_error = run.state not in _FINE or bool(run.findings)
    if connection.mail_on is MailOn.ERRORS and not is_error:
        return None
    subject = f"[Rappro] {_name(connection)} : {_said(run.state)}"
    return FeedMail(
        derive_id("ma", run.connection_id, run.id), connection.id, connection.mail_to,
        _one_line(subject), _text_of_run(connection, run), run.ended_at or run.at,
    )  # fmt: skip


def mail_of_expiry(connection: FeedConnection, days: int) -> FeedMail:
    """Return the mail that announces the end of a consent; `days` is the step that is reached."""
    ends = connection.consent_expires_at
    assert ends is not None
    at = connection.last_run_at or ends
    when = f"{'expire' if at < ends else 'a expiré'} le {_on(ends)}"
    subject = f"[Rappro] {_name(connection)} : le consentement bancaire {when}"
    said = f"Le consentement de la connexion bancaire « {_name(connection)} » {when}."
    text = "\n".join((
        "Bonjour,", "", said, "Sans renouvellement, les opérations ne sont plus récupérées.", "",
        "Pour renouveler : ouvrez la connexion dans Rappro, demandez un lien et suivez-le.", "",
    ))  # fmt: skip
    name = derive_id("ma", connection.id, "expiry", ends.isoformat(), days)
    return FeedMail(name, connection.id, connection.mail_to, _one_line(subject), text, at)


def send_waiting(ports: Ports, tenant: TenantId, company: CompanyId) -> int:
    """Send the mails that wait and remove each once it was handed over; return how many.

    At least once: one that was sent and could not be removed is sent again under the same key.
    What cannot be sent now waits for the next synchronisation; what is refused for good is removed.
    """
    sent = 0
    for mail in ports.store.all(tenant, company, FeedMail)[:MAILS_AT_ONCE]:
        is_done = _is_over(mail, ports.clock.now())
        try:
            if not is_done:
                ports.providers.mailer.send(mail.to, mail.subject, mail.text, key=mail.id)
                sent += 1
        except AggregatorRejected:
            pass  # it will be refused again
        except RapproError:
            continue
        try:
            ports.store.commit(tenant, company, [remove(mail)])
        except StoreConflict:
            continue  # another worker sent it too
    return sent


def _is_over(mail: FeedMail, now: datetime) -> bool:
    return mail.at + KEPT < now


def _text_of_run(connection: FeedConnection, run: FeedRun) -> str:
    lines = [
        "Bonjour,", "",
        f"Synchronisation de « {_name(connection)} » le {_at(run.at)} : {_said(run.state)}.", "",
        f"Nouvelles opérations : {run.new_count}",
        f"Opérations modifiées : {run.changed_count}",
        f"Opérations supprimées par la banque : {run.removed_count}",
        f"Opérations à vérifier : {run.suspected_count}",
        f"Opérations à venir : {run.pending_count}",
        f"Relevés créés : {len(run.statement_ids)}",
    ]  # fmt: skip
    if run.provider_code:
        lines += ["", f"Code du fournisseur : {run.provider_code}"]
    if run.origin is not None:
        lines.append(f"Origine : {_ORIGINS[run.origin]}")
    if run.findings:
        lines += ["", f"Points à vérifier : {len(run.findings)} (voir le journal d'exécution)"]
    if is_waiting_for_user(run.state):
        lines += ["", "Ouvrez la connexion dans Rappro, demandez un lien et suivez-le."]
    return "\n".join([*lines, ""])


def _said(state: str) -> str:
    return _STATES.get(state, state)


def _name(connection: FeedConnection) -> str:
    return connection.label or connection.bank_name or connection.id


def _one_line(text: str) -> str:
    """Return a subject without line ends, which a header must not have."""
    return " ".join(text.split())[:200]


def _at(at: datetime) -> str:
    return at.astimezone(_PARIS).strftime("%d/%m/%Y à %H:%M")


def _on(at: datetime) -> str:
    return at.astimezone(_PARIS).strftime("%d/%m/%Y")
