"""Parameters of paths and queries, with their bounds: the same name means the same everywhere."""

from __future__ import annotations

from typing import Annotated, Any, Final
from urllib.parse import unquote

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import BeforeValidator, Field, StringConstraints

from rappro.domain.ids import (
    CompanyId,
    EntryId,
    MatchId,
    OpenItemId,
    RunId,
    StatementId,
    ThirdPartyId,
)
from rappro.edge.api import sample_ids as ids
from rappro.edge.api.limits import (
    CURSOR_CHARS_MAX,
    PAGE_ITEMS_DEFAULT,
    PAGE_ITEMS_MAX,
    PATH_ID_CHARS_MAX,
    POSITION_MAX,
    USER_CHARS_MAX,
)
from rappro.edge.books_models import Day


def _percent_decoded(value: object) -> object:
    """Gateways differ in whether they decode the path; an id that has no %xx stays as it is."""
    return unquote(value) if isinstance(value, str) else value


_DECODED: Final = BeforeValidator(_percent_decoded)
_ID: Final = StringConstraints(
    pattern=r"^[^/\x00-\x1f\x7f]+$", min_length=1, max_length=PATH_ID_CHARS_MAX
)
_SCOPE_NAME: Final = StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,39}$")


def _named(description: str, example: str) -> Any:
    """Return the path marker; Any, as the framework's marker is a value, not a type."""
    return Path(description=description, examples=[example])


CompanyPath = Annotated[
    CompanyId,
    _SCOPE_NAME,
    _DECODED,
    _named("the company's id (dossier), chosen by the tenant", ids.COMPANY),
]
AccountPath = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9A-Za-z]{1,20}$"),
    _DECODED,
    _named("the ledger account's number (numéro de compte)", ids.ACCOUNT),
]
JournalPath = Annotated[str, _ID, _DECODED, _named("the journal's code", ids.JOURNAL)]
ThirdPartyPath = Annotated[
    ThirdPartyId, _ID, _DECODED, _named("the third party's id (tiers)", ids.THIRD_PARTY)
]
UnusedJournalPath = Annotated[
    str, _ID, _DECODED, _named("the code of an unused journal", ids.UNUSED_JOURNAL)
]
UnusedThirdPartyPath = Annotated[
    ThirdPartyId,
    _ID,
    _DECODED,
    _named("the id of a third party that nothing names", ids.UNUSED_THIRD_PARTY),
]
StatementPath = Annotated[
    StatementId, _ID, _DECODED, _named("the statement's id (relevé)", ids.STATEMENT)
]
RunPath = Annotated[RunId, _ID, _DECODED, _named("the run's id (traitement)", ids.RUN)]
MatchPath = Annotated[MatchId, _ID, _DECODED, _named("the match's id (rapprochement)", ids.MATCH)]
EntryPath = Annotated[EntryId, _ID, _DECODED, _named("the entry's id (écriture)", ids.ENTRY)]
LeftDraftPath = Annotated[
    EntryId, _ID, _DECODED, _named("the id of a draft that is in no match", ids.LEFT_DRAFT)
]
OpenItemPath = Annotated[
    OpenItemId, _ID, _DECODED, _named("the open item's id (échéance)", ids.OPEN_ITEM)
]
ImportProfilePath = Annotated[
    str, _ID, _DECODED, _named("the import profile's code (profil d'import)", ids.IMPORT_PROFILE)
]
CsvProfilePath = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100),
    _DECODED,
    _named("the CSV profile's name (profil CSV)", ids.CSV_PROFILE),
]
DifferenceTypePath = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=40),
    _DECODED,
    _named("the difference type's code (type d'écart)", ids.DIFFERENCE_TYPE),
]
TemplatePath = Annotated[
    str, _ID, _DECODED, _named("the template's id (modèle d'écriture)", ids.TEMPLATE)
]
UserPath = Annotated[
    str,
    StringConstraints(pattern=r"^[^/\x00-\x1f\x7f]+$", min_length=1, max_length=USER_CHARS_MAX),
    _DECODED,
    _named("the claim `sub` of a user's token", ids.USER),
]
LessonPath = Annotated[
    str, _ID, _DECODED, _named("the lesson's id (référence apprise)", ids.LESSON)
]
ReportPath = Annotated[
    str, _ID, _DECODED, _named("the frozen report's id (état arrêté)", ids.REPORT)
]
ConnectionPath = Annotated[
    str, _ID, _DECODED, _named("the connection's id, chosen by the tenant", ids.CONNECTION)
]
OpenConnectionPath = Annotated[
    str,
    _ID,
    _DECODED,
    _named("the id of a connection whose access opens several banks", ids.OPEN_CONNECTION),
]
FeedAccountPath = Annotated[
    str, _ID, _DECODED, _named("the id of a connection's bank account", ids.FEED_ACCOUNT)
]
StagedPath = Annotated[str, _ID, _DECODED, _named("the staged transaction's id", ids.STAGED)]
BankEntryPath = Annotated[
    str, _ID, _DECODED, _named("the bank entry's id (écriture de trésorerie)", ids.BANK_ENTRY)
]
CashMovementPath = Annotated[
    str, _ID, _DECODED, _named("the cash movement's id (mouvement de trésorerie)", ids.MOVEMENT)
]
PastPaymentPath = Annotated[
    str, _ID, _DECODED, _named("the payment's id (paiement)", ids.PAST_PAYMENT)
]
TaskPath = Annotated[str, _ID, _DECODED, _named("the long work's id (tâche)", ids.TASK)]
WebhookPath = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=64),
    _DECODED,
    _named("the webhook's id, chosen by the tenant", ids.WEBHOOK),
]
ExchangeLinkPath = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=40),
    _DECODED,
    _named("the link's name, chosen by the tenant (lien)", ids.EXCHANGE_LINK),
]
ArchivePath = Annotated[
    str, _ID, _DECODED, _named("the id of an archive that waits (mise à jour)", ids.ARCHIVE)
]
DocumentPath = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{64}$"),
    _DECODED,
    _named("the SHA-256 of the document (pièce jointe)", ids.DOCUMENT),
]
PositionPath = Annotated[
    int,
    Field(ge=1, le=POSITION_MAX),
    Path(description="the line's position in its statement", examples=[ids.POSITION]),
]

Limit = Annotated[
    int,
    Field(ge=1, le=PAGE_ITEMS_MAX),
    Query(description="items a page at most", examples=[PAGE_ITEMS_DEFAULT]),
]
Cursor = Annotated[
    str | None,
    Query(
        max_length=CURSOR_CHARS_MAX,
        description="`next_cursor` of the page before; opaque, of the same list and filters",
    ),
]
OptionalDay = Day | None
OptionalKey = Annotated[str, StringConstraints(min_length=1, max_length=PATH_ID_CHARS_MAX)] | None
