"""Many at once on one invoice: one settles it, the rest are told so, the books are consistent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier

from rappro.adapters.memory import (
    FixedClock,
    MemoryBlobs,
    MemoryFeeds,
    MemoryInbox,
    MemoryRuns,
)
from rappro.domain.books import (
    Company,
    Journal,
    JournalType,
    OpenItem,
    OpenItemType,
    ThirdParty,
    ThirdPartyKind,
)
from rappro.domain.errors import (
    OpenItemAlreadySettled,
    RapproError,
    StoreConflict,
)
from rappro.domain.ids import CompanyId, OpenItemId, StatementId, TenantId, ThirdPartyId
from rappro.domain.matching.model import Settle, TargetType
from rappro.domain.operations import Lease
from rappro.domain.records import Match, MatchStatus, StatementRecord
from rappro.ports import Ports, Store
from rappro.use_cases.companies import save_company, save_journal
from rappro.use_cases.gathering import gather_evidence
from rappro.use_cases.import_drop import import_drop
from rappro.use_cases.load_books import BookRecords, load_document
from rappro.use_cases.match_by_hand import ManualMatch, match_by_hand
from rappro.use_cases.post_run import post
from rappro.use_cases.run_requests import RunRequest
from rappro.use_cases.run_steps import decide
from rappro.use_cases.start_run import start_run
from tests.camt_text import IBAN, Movement, camt

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
AUTHOR = "comptable"
ATTEMPTS = 50
AMOUNT = 12_000
ITEM = OpenItemId("oi_FA2026-0101")
TARGETS = (Settle(TargetType.OPEN_ITEM, ITEM, AMOUNT),)
CLIENT = ThirdParty(
    ThirdPartyId("tp_dupond"), ThirdPartyKind.CUSTOMER, "MENUISERIE DUPOND", "411000",
    auxiliary="DUPOND", bank_references=("MENUISERIE DUPOND",),
)  # fmt: skip
INVOICE = OpenItem(
    ITEM, OpenItemType.INVOICE, CLIENT.id, CLIENT.account, "FA2026-0101", date(2026, 10, 1),
    date(2026, 10, 31), "EUR", AMOUNT, AMOUNT, AMOUNT, AMOUNT,
)  # fmt: skip


def open_company(store: Store, tenant: TenantId, company: CompanyId) -> Ports:
    """Return ports of a company with one invoice."""
    runs = MemoryRuns(lambda _: None)
    ports = Ports(store, MemoryBlobs(), MemoryInbox(), runs, MemoryFeeds(), FixedClock(NOW))
    save_company(ports, tenant, Company(company, "Garage du Port"), AUTHOR)
    journal = Journal("BQ1", "Banque", JournalType.TREASURY, "512100", iban=IBAN)
    save_journal(ports, tenant, company, journal, AUTHOR)
    books = BookRecords(third_parties=(CLIENT,), open_items=(INVOICE,))
    load_document(ports, tenant, company, books, AUTHOR)
    return ports


def drop(
    ports: Ports, tenant: TenantId, company: CompanyId, movements: Sequence[Movement],
    *, opening: str,
) -> StatementId:  # fmt: skip
    """Take in a statement and return its id."""
    inbox = ports.inbox
    assert isinstance(inbox, MemoryInbox)
    content = camt(movements, opening=opening)
    (trace,) = import_drop(ports, inbox.drop(tenant, company, "BQ1", f"{opening}.xml", content))
    assert trace.statement_id is not None
    return trace.statement_id


def receipts(count: int) -> list[Movement]:
    """Lines that each have the invoice's amount."""
    return [("2026-11-05", "120.00", f"RECU {n}") for n in range(count)]


def statements(store: Store, tenant: TenantId, company: CompanyId) -> list[StatementRecord]:
    return store.statements_of_journal(tenant, company, "BQ1")


def attempt(
    ports: Ports, tenant: TenantId, company: CompanyId, line: tuple[StatementId, int],
    start: Barrier,
) -> str:  # fmt: skip
    """Match a line with the invoice, again after a conflict as a client would."""
    start.wait()
    for _ in range(ATTEMPTS * 2):
        try:
            match_by_hand(ports, tenant, company, ManualMatch((line,), TARGETS), AUTHOR)
        except StoreConflict:
            continue
        except RapproError as error:
            return error.code
        return "won"
    return "gave up"


def check_books(store: Store, tenant: TenantId, company: CompanyId) -> None:
    """One match stands, with one entry, and the invoice is settled by that one."""
    lines = [
        line
        for statement in statements(store, tenant, company)
        for line in store.lines(tenant, company, statement.id)
    ]
    (matched,) = [line for line in lines if line.match_id is not None]
    match = store.get(tenant, company, Match, str(matched.match_id))
    item = store.get(tenant, company, OpenItem, ITEM)
    assert match is not None
    assert item is not None
    assert match.status is MatchStatus.CONFIRMED
    assert (item.residual_minor, item.settled_by) == (0, match.entry_ids)
    entries = [*store.entries(tenant, company, journal="BQ1").items]
    assert [entry.id for entry in entries] == list(match.entry_ids)
    sides = store.ledger(tenant, company, "512100")
    assert [(side.entry_id, side.match_id) for side in sides] == [(entries[0].id, match.id)]
    assert sum(line.balance_minor for line in entries[0].lines) == 0
    counted = {s.id: s.matched_minor for s in statements(store, tenant, company)}
    assert counted == dict.fromkeys(counted, 0) | {matched.statement_id: AMOUNT}


def test_of_fifty_at_once_on_one_invoice_one_wins_and_the_rest_are_told(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    ports = open_company(store, tenant, company)
    statement = drop(ports, tenant, company, receipts(ATTEMPTS), opening="1000.00")
    lines = [(statement, n) for n in range(1, ATTEMPTS + 1)]
    start = Barrier(ATTEMPTS)

    with ThreadPoolExecutor(ATTEMPTS) as pool:
        told = Counter(pool.map(lambda line: attempt(ports, tenant, company, line, start), lines))

    assert told == {"won": 1, OpenItemAlreadySettled.code: ATTEMPTS - 1}
    check_books(store, tenant, company)


def run(ports: Ports, tenant: TenantId, company: CompanyId, request: RunRequest) -> str:
    """Run a statement through its steps; after a conflict from the start, as the machine does."""
    for _ in range(ATTEMPTS * 2):
        try:
            gather_evidence(ports, request)
            decide(ports, request)
            post(ports, request)
        except StoreConflict:
            continue
        return "ended"
    return "gave up"


def test_people_and_a_run_at_once_settle_one_invoice_once(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    ports = open_company(store, tenant, company)
    other = drop(ports, tenant, company, receipts(9), opening="1000.00")
    naming = ("2026-11-20", "120.00", "VIR MENUISERIE DUPOND FA2026-0101")
    named = drop(ports, tenant, company, [naming], opening="2080.00")
    others = [(other, n) for n in range(1, 10)]
    made = start_run(ports, tenant, company, named, AUTHOR)
    request = RunRequest(tenant, company, named, made.id, made.number)
    start = Barrier(len(others) + 1)

    def running() -> str:
        start.wait()
        return run(ports, tenant, company, request)

    with ThreadPoolExecutor(len(others) + 1) as pool:
        ran = pool.submit(running)
        told = Counter(pool.map(lambda line: attempt(ports, tenant, company, line, start), others))

    assert ran.result() == "ended"
    (line,) = store.lines(tenant, company, named)
    won = int(line.match_id is None)  # by a person, else by the run
    settled = OpenItemAlreadySettled.code
    assert told == Counter(["won"] * won + [settled] * (len(others) - won))
    check_books(store, tenant, company)
    lease = store.get(tenant, company, Lease, "WRITER")
    assert lease is None or lease.holder is None
