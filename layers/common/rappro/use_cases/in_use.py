"""What names an account, a journal or a third party: as long as something does, it stays.

A deletion is in an order that fails safe (SPEC BOOK-1):

    lease ─► look ─► delete, fenced ─► look again ─► (used meanwhile: it is put back) ─► release

Runs, loads and validations wait for the lease. What a person does at the same moment is seen by the
second look, or names something that is gone by its number alone, which every reader takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any, Final

from rappro.domain.books import (
    EntryTemplate,
    Journal,
    JournalEntry,
    LedgerAccount,
    PastPayment,
    ThirdParty,
)
from rappro.domain.differences import DifferenceType
from rappro.domain.errors import NotAllowedInState, NotFound
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.learning import Lesson
from rappro.domain.operations import PieceCounter
from rappro.domain.settings import ImportProfile
from rappro.domain.statement_state import RUNNABLE
from rappro.domain.writes import Record, create, remove
from rappro.ports import Ports
from rappro.use_cases import lease
from rappro.use_cases.audit import audit, changed
from rappro.use_cases.companies import COMMON, get_company

ENTRIES_LOOKED_AT_MAX: Final = 50_000
"""In books of more entries nothing is deleted: no answer in time would say that it is unused."""
_PAGE: Final = 500

Deletable = LedgerAccount | Journal | ThirdParty


def delete_unused(
    ports: Ports, tenant: TenantId, company: CompanyId, kind: type[Deletable], key: str, author: str
) -> None:
    """Delete an account, a journal or a third party that nothing names.

    Raises NotFound, NotAllowedInState with what uses it, LeaseHeld while a run or load is at work.
    """
    found = ports.store.get(tenant, company, kind, key)
    name = _NAMES[kind]
    if found is None:
        raise NotFound(f"no {name} {key}")
    fence = lease.acquire(ports, tenant, company, f"delete:{kind.__name__}:{key}")
    try:
        _refuse_used(ports, tenant, company, found)
        gone, _ = changed(found, None)
        log = audit(
            ports.clock.now(), author, f"delete_{name.replace(' ', '_')}", key,
            revision=found.version, before=gone,
        )  # fmt: skip
        ports.store.commit(tenant, company, [remove(found), log], fence=fence)
        try:
            _refuse_used(ports, tenant, company, found)
        except NotAllowedInState:
            _, kept = changed(None, found)
            back = audit(
                ports.clock.now(), author, f"save_{name.replace(' ', '_')}", key,
                revision=found.version + 1, after=kept,
            )  # fmt: skip
            ports.store.commit(tenant, company, [create(found), back], fence=fence)
            raise
    finally:
        lease.release(ports, tenant, company, fence.holder)


_NAMES: Final[dict[type[Deletable], str]] = {
    LedgerAccount: "account",
    Journal: "journal",
    ThirdParty: "third party",
}


def _refuse_used(ports: Ports, tenant: TenantId, company: CompanyId, found: Deletable) -> None:
    if isinstance(found, LedgerAccount):
        uses = _uses_of_account(ports, tenant, company, found.number)
    elif isinstance(found, Journal):
        uses = _uses_of_journal(ports, tenant, company, found)
    else:
        uses = _uses_of_party(ports, tenant, company, found)
    use = next(uses, None)
    if use is not None:
        raise NotAllowedInState(f"{_NAMES[type(found)]} {found.key} is used by {use}: it stays")


def _uses_of_account(
    ports: Ports, tenant: TenantId, company: CompanyId, number: str
) -> Iterator[str]:
    store = ports.store
    if number in _texts(get_company(ports, tenant, company).posting):
        yield "the company's settings"
    records: tuple[Record, ...] = (
        *store.all(tenant, company, Journal),
        *store.all(tenant, company, ThirdParty),
        *store.all(tenant, company, EntryTemplate),
        *store.all(tenant, COMMON, EntryTemplate),
        *store.all(tenant, company, DifferenceType),
        *store.all(tenant, company, ImportProfile),
    )
    for record in records:
        if number in _texts(record):
            yield f"{_shown(record)} {record.key}"
    if store.ledger(tenant, company, number):
        yield "bank entries"
    if any(item.account == number for item in store.backlog(tenant, company).open_items):
        yield "open items"
    yield from _entries_where(
        ports, tenant, company, lambda entry: any(line.account == number for line in entry.lines)
    )


def _uses_of_journal(
    ports: Ports, tenant: TenantId, company: CompanyId, journal: Journal
) -> Iterator[str]:
    store = ports.store
    counters = store.all(tenant, company, PieceCounter)
    if any(counter.journal == journal.code for counter in counters):
        yield "piece numbers"
    if store.entries(tenant, company, journal=journal.code, limit=1).items:
        yield "entries"
    if store.statements_of_journal(tenant, company, journal.code):
        yield "statements"
    waiting = store.backlog(tenant, company).bank_entries
    ledger = store.ledger(tenant, company, journal.account) if journal.account else []
    if any(row.journal == journal.code for row in (*waiting, *ledger)):
        yield "bank entries"


def _uses_of_party(
    ports: Ports, tenant: TenantId, company: CompanyId, party: ThirdParty
) -> Iterator[str]:
    store = ports.store
    if store.open_items(tenant, company, third_party=party.id, limit=1).items:
        yield "open items"
    backlog = store.backlog(tenant, company)
    named = {item.third_party for item in backlog.open_items}
    if party.id in named.union(entry.third_party for entry in backlog.bank_entries):
        yield "open items or bank entries"
    records: tuple[Record, ...] = (
        *store.all(tenant, company, PastPayment),
        *store.all(tenant, company, Lesson),
    )
    for record in records:
        if party.id in _texts(record):
            yield f"{_shown(record)} {record.key}"
    yield from _entries_where(
        ports,
        tenant,
        company,
        lambda entry: any(line.third_party == party.id for line in entry.lines),
    )
    for journal in store.all(tenant, company, Journal):
        for statement in store.statements_of_journal(tenant, company, journal.code):
            if statement.status in RUNNABLE and any(
                line.third_party == party.id
                for line in store.lines(tenant, company, statement.id)
            ):  # fmt: skip
                yield f"lines of statement {statement.id}"


def _entries_where(
    ports: Ports, tenant: TenantId, company: CompanyId, is_use: Callable[[JournalEntry], bool]
) -> Iterator[str]:
    """Yield a use for the first entry that is one; books that are too large are one."""
    looked = 0
    for journal in ports.store.all(tenant, company, Journal):
        cursor: str | None = None
        while True:
            page = ports.store.entries(
                tenant, company, journal=journal.code, limit=_PAGE, cursor=cursor
            )
            for entry in page.items:
                if is_use(entry):
                    yield f"entry {entry.id}"
            looked += len(page.items)
            if looked > ENTRIES_LOOKED_AT_MAX:
                yield f"one of more than {ENTRIES_LOOKED_AT_MAX} entries, maybe"
            cursor = page.cursor
            if cursor is None:
                break


def _texts(value: Any) -> set[str]:
    """Return every text in a record, however deep."""
    if isinstance(value, str):
        return {value}
    if is_dataclass(value):
        return _texts_in(getattr(value, each.name) for each in fields(value))
    return _texts_in(value) if isinstance(value, tuple) else set()


def _texts_in(values: Iterable[Any]) -> set[str]:
    return {text for value in values for text in _texts(value)}


def _shown(record: object) -> str:
    return {
        "Journal": "journal", "ThirdParty": "third party", "EntryTemplate": "template",
        "DifferenceType": "difference type", "ImportProfile": "import profile",
        "PastPayment": "past payment",
    }.get(type(record).__name__, "lesson")  # fmt: skip
