"""The one place where the API asks what a caller may do, before any route is entered.

A route says what it needs (documented.py). One that says nothing is answered by nobody: forgetting
a permission closes a route, it never opens one.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from rappro.domain.access import HELD_UNTIL_DONE, Membership, Permission
from rappro.domain.books import (
    BankEntry,
    EntryTemplate,
    Journal,
    JournalEntry,
    LedgerAccount,
    OpenItem,
    PastPayment,
    ThirdParty,
)
from rappro.domain.differences import DifferenceType
from rappro.domain.errors import InvalidRequest, NotFound
from rappro.domain.feeds import FeedConnection
from rappro.domain.ids import CompanyId
from rappro.domain.learning import Lesson
from rappro.domain.operations import Run
from rappro.domain.records import LineRecord, Match, StatementRecord
from rappro.domain.report_snapshot import ReportSnapshot
from rappro.domain.settings import ImportProfile, OwnCsvProfile
from rappro.domain.tasks import Task
from rappro.domain.writes import Record
from rappro.edge.api.caller import ACCESS, CALLER, Caller
from rappro.edge.api.documented import (
    PERMISSION,
    PERMISSION_OF_FIELD,
    PERMISSION_TO_CREATE,
    PUBLIC,
)
from rappro.edge.api.requests import parse_json
from rappro.use_cases import access
from rappro.use_cases.companies import COMMON

_COMPANY: Final = "company"
_STATEMENT, _POSITION = "statement", "position"
_NAMED: Final[dict[str, type[Record]]] = {
    "account": LedgerAccount,
    "bank_entry": BankEntry,
    "cash_movement": Match,
    "connection": FeedConnection,
    "csv_profile": OwnCsvProfile,
    "difference_type": DifferenceType,
    "entry": JournalEntry,
    "import_profile": ImportProfile,
    "journal": Journal,
    "lesson": Lesson,
    "match": Match,
    "open_item": OpenItem,
    "past_payment": PastPayment,
    "report": ReportSnapshot,
    "run": Run,
    _STATEMENT: StatementRecord,
    "task": Task,
    "template": EntryTemplate,
    "third_party": ThirdParty,
    "user": Membership,
}
"""What the parameters of paths name: read with the company, as the route will ask for it."""


def require_permission(
    app: APIGatewayHttpResolver, next_middleware: NextMiddleware
) -> Response[Any]:
    """Enter the route if the caller may. Raises Forbidden, and NotFound for another's company."""
    route = app.context["_route"]
    if route.responses is None:  # no route of ours: the way to 404 and 405
        return next_middleware(app)
    said = route.openapi_extensions or {}
    if said.get(PUBLIC) is True:
        return next_middleware(app)
    needed = _needed(said, app.current_event.body)
    caller = app.context[CALLER]
    if needed != (Permission.SIGNED_IN,):
        if f"<{_COMPANY}>" in route.path:
            company = CompanyId(app.context["_route_args"][_COMPANY])  # as the route will see it
            _enter(app, caller, company, needed)
        else:
            _enter_tenant(app, caller, needed)
    return next_middleware(app)


def _needed(said: Mapping[str, Any], body: str | None) -> tuple[Permission, ...]:
    """Return what a request needs: of the route, or of the fields that it sends."""
    own = Permission(said[PERMISSION])  # a KeyError is our own fault, and answered as such
    of_field = said.get(PERMISSION_OF_FIELD, {})
    sent = parse_json(body) if of_field and body else {}
    return tuple(dict.fromkeys(Permission(of_field.get(name, own)) for name in sent)) or (own,)


def _enter(
    app: APIGatewayHttpResolver, caller: Caller, company: CompanyId, needed: tuple[Permission, ...]
) -> None:
    found = _looked_up(app, caller, company)
    to_create = (app.context["_route"].openapi_extensions or {}).get(PERMISSION_TO_CREATE)
    if found.company is None and to_create is not None:
        if to_create not in access.permissions_of(caller.ports, found):
            raise NotFound(f"no company {company}")  # as for one that others have
    else:
        access.require(caller.ports, found, company, needed)
    app.context[ACCESS] = found
    is_write = app.current_event.http_method != "GET"
    ports = access.having(caller.ports, caller.tenant, found, company, is_write=is_write)
    app.context[CALLER] = replace(caller, ports=ports)
    if HELD_UNTIL_DONE.intersection(needed):
        ports = access.holding(ports, caller.tenant, found, company, needed)
        app.context[CALLER] = replace(caller, ports=ports)


def _looked_up(
    app: APIGatewayHttpResolver, caller: Caller, company: CompanyId
) -> access.Access:  # fmt: skip
    """Read what the caller may, and with it what the path names."""
    given = app.context["_route_args"]
    named = [(kind, str(given[name])) for name, kind in _NAMED.items() if name in given]
    if _POSITION in given and _STATEMENT in given:
        named.append((LineRecord, f"{given[_STATEMENT]}/{given[_POSITION]}"))
    if named:
        with suppress(InvalidRequest):  # what is no key is refused after the permission
            return access.look_up(caller.ports, caller.tenant, company, caller.author, named=named)
    return access.look_up(caller.ports, caller.tenant, company, caller.author)


def _enter_tenant(
    app: APIGatewayHttpResolver, caller: Caller, needed: tuple[Permission, ...]
) -> None:
    (permission,) = needed
    record = access.require_in_tenant(caller.ports, caller.tenant, caller.author, permission)
    if permission in HELD_UNTIL_DONE:
        found = access.Access(caller.author, tenant=record)
        ports = access.holding(caller.ports, caller.tenant, found, COMMON, needed)
        app.context[CALLER] = replace(caller, ports=ports)
