"""ETags, and what a caller makes a request depend on (RFC 9110, section 13).

A tag is the record's version and a digest of what is shown of it. Whoever writes with `If-Match`
is compared with what a GET of the same path shows now, and every record that this GET read must
still be the same when the write is committed:

    GET of the path, its reads noted ─► tags compared ─► the write ─► commit: noted records only
                                            └─ 412           as they were noted, else 412

One mechanism for all: a path that can be read and written has it, without a word of its route.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Final, TypeVar, cast

from rappro.domain.errors import StoreConflict
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.writes import Fence, Held, Record, Write
from rappro.edge.api.caller import Caller
from rappro.edge.api.negotiation import headers_of
from rappro.edge.problem import (
    INVALID_REQUEST,
    PRECONDITION_FAILED,
    TYPE_PREFIX,
    FieldError,
    HttpProblem,
)  # fmt: skip
from rappro.ports import Store

WRITTEN: Final = frozenset({"PUT", "PATCH", "DELETE"})
TAGGED: Final = frozenset({"GET", "PUT", "PATCH"})
TAGS_PATTERN: Final = r'^(\*|\s*(W/)?"[^"]{1,100}"(\s*,\s*(W/)?"[^"]{1,100}")*\s*)$'
TAGS_CHARS_MAX: Final = 1_000
_TAGS: Final = re.compile(TAGS_PATTERN)
_TAG: Final = re.compile(r'(?:W/)?("[^"]*")')
_OK: Final = frozenset({200, 201})
_NOT_FOUND, _CONFLICT = 404, 409
_REFUSED: Final = frozenset({_NOT_FOUND, _CONFLICT})
_TOLD_ONCE: Final = frozenset({"secret", "next_run_at", "next_sync_at", "link_expires_at"})
"""What the answer to a write alone shows, or the time alone changes: of no tag."""

Answer = dict[str, Any]
Resolve = Callable[[Mapping[str, Any], Caller], Answer]
R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The conditions of a request: tags, `*` for whatever there is, None for no condition."""

    match: str | None
    none_match: str | None

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Wanted:
        headers = headers_of(event)
        return cls(headers.get("if-match"), headers.get("if-none-match"))

    def require_tags(self, *names: str) -> None:
        """Raise HttpProblem (422) for a condition, among those named, that names no tag."""
        given = {"If-Match": self.match, "If-None-Match": self.none_match}
        wrong = [
            FieldError(f"header/{name}", "not a list of ETags, nor *", "ni une liste d'ETags, ni *")
            for name in names
            if (said := given[name]) is not None and not _is_list_of_tags(said)
        ]
        if wrong:
            raise HttpProblem(INVALID_REQUEST, "a condition that is none", fields=wrong)

    @property
    def is_any(self) -> bool:
        return self.match is not None or self.none_match is not None

    def holds(self, tag: str | None) -> bool:
        """True when what is there now, None for nothing, is what the request depends on.

        A proxy that compressed an answer may have made its tag weak; it still names the version.
        """
        if self.match is not None and not _names(self.match, tag):
            return False
        return self.none_match is None or not _names(self.none_match, tag)


def _is_list_of_tags(header: str) -> bool:
    return len(header) <= TAGS_CHARS_MAX and _TAGS.fullmatch(header) is not None


def _names(header: str, tag: str | None) -> bool:
    if tag is None:
        return False
    return header.strip() == "*" or tag in _TAG.findall(header)


def conditional(event: Mapping[str, Any], caller: Caller, resolve: Resolve) -> Answer:
    """Answer a request with its tag, if its conditions hold.

    Raises HttpProblem: 412 when they do not, 422 when they are none.
    """
    method, wanted = event["requestContext"]["http"]["method"], Wanted.of(event)
    if method in WRITTEN and wanted.is_any:
        wanted.require_tags("If-Match", "If-None-Match")
        answer = _written(event, caller, resolve, wanted)
    else:
        answer = resolve(event, caller)
    tag = tag_of(answer) if method in TAGGED else None
    if tag is None:
        return answer
    headers = {**answer["headers"], "ETag": tag}
    if method == "GET":
        wanted.require_tags("If-None-Match")
    if method == "GET" and wanted.none_match is not None and _names(wanted.none_match, tag):
        return {"statusCode": 304, "headers": {"ETag": tag}, "body": "", "isBase64Encoded": False}
    return {**answer, "headers": headers}


def tag_of(answer: Answer) -> str | None:
    """Return the tag of an answer that shows one record with its version, else None."""
    body = answer.get("body") or ""
    is_shown = answer["statusCode"] in _OK and not answer.get("isBase64Encoded")
    if not is_shown or not body.startswith("{") or '"version"' not in body:
        return None
    shown = json.loads(body)
    version = shown.get("version") if isinstance(shown, dict) else None
    if not isinstance(shown, dict) or not isinstance(version, int):
        return None
    kept = {name: value for name, value in shown.items() if name not in _TOLD_ONCE}
    digest = hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()
    return f'"{version}-{digest[:16]}"'


def _written(
    event: Mapping[str, Any], caller: Caller, resolve: Resolve, wanted: Wanted
) -> Answer:  # fmt: skip
    noting, plain = Noting(caller.ports.store), _as_get(event)
    watched = replace(caller, ports=replace(caller.ports, store=cast("Store", noting)))
    present = resolve(plain, watched)
    tag = tag_of(present)
    if tag is None and not _is_absent(present):
        return present  # neither there nor not there: it may not be read, or has no version
    if not wanted.holds(tag):
        raise _failed()
    noting.holds = True
    answer = resolve(event, watched)
    if _says(answer, _CONFLICT, StoreConflict.code):
        raise _failed()
    if answer["statusCode"] in _REFUSED and not wanted.holds(tag_of(resolve(plain, caller))):
        raise _failed()  # that it changed meanwhile says more than why it was refused then
    return answer


def _as_get(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event of a plain GET of the same path, by the same caller."""
    context = event["requestContext"]
    return {
        **event,
        "requestContext": {**context, "http": {**context["http"], "method": "GET"}},
        "queryStringParameters": {},
        "rawQueryString": "",
        "body": None,
    }


def _is_absent(answer: Answer) -> bool:
    return _says(answer, _NOT_FOUND, "not_found")


def _says(answer: Answer, status: int, code: str) -> bool:
    if answer["statusCode"] != status:
        return False
    return bool(json.loads(answer["body"])["type"] == f"{TYPE_PREFIX}{code}")


def _failed() -> HttpProblem:
    return HttpProblem(PRECONDITION_FAILED, "If-Match or If-None-Match does not hold")


@dataclass(slots=True)
class Noting:
    """A store that notes what is read, and then lets nothing be written over anything else."""

    store: Store
    holds: bool = False
    _noted: dict[tuple[str, type[Any], str], Record | None] = field(default_factory=dict)
    _listed: set[tuple[str, type[Any]]] = field(default_factory=set)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def get(self, tenant: TenantId, company: CompanyId, kind: type[R], key: str) -> R | None:
        found = self.store.get(tenant, company, kind, key)
        self._note(company, kind, key, found)
        return found

    def get_many(
        self, tenant: TenantId, company: CompanyId, kind: type[R], keys: Sequence[str]
    ) -> dict[str, R]:
        found = self.store.get_many(tenant, company, kind, keys)
        for key in keys:
            self._note(company, kind, key, found.get(key))
        return found

    def find(
        self, tenant: TenantId, wanted: Sequence[tuple[CompanyId, type[Record], str]]
    ) -> list[Record | None]:
        found = self.store.find(tenant, wanted)
        for (company, kind, key), record in zip(wanted, found, strict=True):
            self._note(company, kind, key, record)
        return found

    def all(self, tenant: TenantId, company: CompanyId, kind: type[R]) -> list[R]:
        found = self.store.all(tenant, company, kind)
        for record in found:
            self._note(company, kind, record.key, record)
        if not self.holds:
            self._listed.add((company, kind))
        return found

    def commit(
        self, tenant: TenantId, company: CompanyId, writes: Sequence[Write],
        *, fence: Fence | None = None, held: Sequence[Held] = (),
    ) -> None:  # fmt: skip
        """Commit. Raises HttpProblem (412) for a record that is not as it was noted."""
        for write in writes if self.holds else ():
            place = self._place(company, write)
            is_noted = place in self._noted or place[:2] in self._listed
            if is_noted and self._noted.get(place) != write.before:
                raise _failed()
        self.store.commit(tenant, company, writes, fence=fence, held=held)
        for write in writes:
            self._noted[self._place(company, write)] = write.after

    def _note(self, company: str, kind: type[Any], key: str, found: Record | None) -> None:
        if not self.holds:
            self._noted[company, kind, key] = found

    @staticmethod
    def _place(company: str, write: Write) -> tuple[str, type[Any], str]:
        record = write.after if write.before is None else write.before
        assert record is not None
        return company, type(record), record.key
