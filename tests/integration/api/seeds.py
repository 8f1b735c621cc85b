"""A company with one of everything, under the ids that the documentation's examples speak of.

`mark` stands in every text, so that whose data an answer shows can be read off it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from io import BytesIO
from typing import Any

from rappro.adapters.memory import (
    FixedClock,
    MemoryBlobs,
    MemoryFeeds,
    MemoryInbox,
    MemoryRuns,
    MemoryStore,
)
from rappro.adapters.memory.exchange import memory_exchange
from rappro.adapters.memory.webhooks import MemoryCourier, memory_webhooks
from rappro.domain.access import ROLES, Membership, Tenant
from rappro.domain.bank import (
    Balance,
    BankAccountRef,
    Counterparty,
    Finding,
    Nature,
    OriginalAmount,
    Severity,
    StatementLine,
)
from rappro.domain.books import (
    BankEntry,
    BankEntrySource,
    Company,
    Discount,
    EntryLine,
    EntrySource,
    EntryStatus,
    EntryTemplate,
    Journal,
    JournalEntry,
    JournalType,
    LedgerAccount,
    OpenItem,
    OpenItemType,
    PastPayment,
    Payer,
    TemplateLine,
    ThirdParty,
    ThirdPartyKind,
)
from rappro.domain.differences import DifferenceType
from rappro.domain.feeds import (
    BankLink,
    FeedAccount,
    FeedConnection,
    FeedRun,
    PendingTransactions,
    ProviderUser,
    StagedState,
    StagedTransaction,
)
from rappro.domain.ids import (
    CompanyId,
    EntryId,
    LineId,
    MatchId,
    OpenItemId,
    StatementId,
    TenantId,
)
from rappro.domain.learning import Lesson, LessonKind
from rappro.domain.matching.model import (
    Adjustment,
    AdjustmentKind,
    Candidate,
    Decision,
    Evidence,
    Explanation,
    Level,
    Rejected,
    Settle,
    TargetType,
)
from rappro.domain.operations import (
    AuditEvent,
    BooksLoad,
    ImportOutcome,
    ImportTrace,
    LoadState,
    Run,
    RunState,
)
from rappro.domain.records import (
    LineRecord,
    LineSettle,
    Match,
    MatchStatus,
    Origin,
    SetBy,
    SourceFile,
    StatementRecord,
    StatementStatus,
)
from rappro.domain.report import ReconciliationReport, ReportHolder
from rappro.domain.report_snapshot import report_bytes, snapshot_of
from rappro.domain.settings import (
    ImportProfile,
    OwnCsvProfile,
)
from rappro.domain.tasks import Task, TaskKind
from rappro.domain.webhooks import Parcel, SealedSecret, Webhook
from rappro.domain.writes import (
    Record,
    create,
)
from rappro.edge.api import sample_ids as ids
from rappro.ports import Ports
from rappro.ports_feeds import ProviderPorts
from rappro.ports_webhooks import WebhookPorts
from rappro.use_cases.companies import COMMON
from rappro.use_cases.launching import run_id_of
from rappro.use_cases.run_requests import Decisions, decisions_name
from simulation.snapshots import DecodedBlobs, SnapshotStore

from .exchange_seeds import seed_exchange
from .paper_bank import paper_ports

NOW = datetime(2025, 2, 1, 8, 30, tzinfo=UTC)
DAY = date(2025, 1, 31)
PENDING = StatementId("st_pending")
QUARANTINED = StatementId("st_quarantined")
BY_HAND = PENDING
CONFIRMED_MATCH = MatchId("ma_confirmed")
VALIDATED_MATCH = MatchId("ma_validated")  # of a statement that is gone: nothing else knows it


@dataclass(frozen=True, slots=True)
class World:
    """The memory adapters, with what they were asked for in reach."""

    store: MemoryStore
    blobs: MemoryBlobs
    inbox: MemoryInbox
    runs: MemoryRuns
    feeds: MemoryFeeds
    clock: FixedClock
    webhooks: WebhookPorts = field(default_factory=memory_webhooks)
    providers: ProviderPorts = field(default_factory=paper_ports)

    @property
    def ports(self) -> Ports:
        return Ports(
            self.store, self.blobs, self.inbox, self.runs, self.feeds, self.clock, self.webhooks,
            providers=self.providers, exchange=memory_exchange(self.store, self.blobs),
        )  # fmt: skip

    @property
    def parcels(self) -> list[Parcel]:
        """What was handed over to be delivered."""
        courier = self.webhooks.courier
        assert isinstance(courier, MemoryCourier)
        return [parcel for parcel, _ in courier.parcels]

    def of_tenant(self, tenant: str) -> dict[str, Any]:
        """Return everything that is kept of a tenant, as it stands now."""
        owned = sorted(scope for scope in self.store._shelves if scope[0] == tenant)
        return {
            "records": {
                company: {
                    (kind.__name__, key): record
                    for kind, kept in self.store._shelves[tenant, company]._records.items()
                    for key, record in kept.items()
                }
                for _, company in owned
            },
            "sources": {key for key in self.blobs._sources if key[0] == tenant},
            "documents": {key for key in self.blobs._documents if key[0] == tenant},
            "runs": [started for started in self.runs.started if started.tenant == tenant],
            "works": [started for started in self.runs.works if started.tenant == tenant],
            "syncs": [asked for asked in self.feeds.requests if asked[0] == tenant],
            "schedules": {k: v for k, v in self.feeds.schedules.items() if k[0] == tenant},
            "parcels": [p for p in self.parcels if p.tenant == tenant],
        }


def empty_world() -> World:
    """Return adapters that hold nothing, on 1 February 2025."""
    return World(
        MemoryStore(), MemoryBlobs(), MemoryInbox(), MemoryRuns(), MemoryFeeds(), FixedClock(NOW)
    )


def seeded_world(*tenants: str) -> World:
    """Return a world of one's own with the company of these tenants, their names the marks."""
    made = _seeded_once(tenants)
    assert isinstance(made.store, SnapshotStore)
    assert isinstance(made.blobs, DecodedBlobs)
    return replace(empty_world(), store=made.store.copy(), blobs=made.blobs.copy())


@cache
def _seeded_once(tenants: tuple[str, ...]) -> World:
    """Return the world that all those begin as; nobody writes to it, they are its copies."""
    made = replace(empty_world(), store=SnapshotStore(), blobs=DecodedBlobs())
    for tenant in tenants:
        seed(made, tenant, tenant.upper())
    return made


def seed(world: World | Ports, tenant: str, mark: str, *, company: CompanyId = ids.COMPANY) -> None:
    """Give a tenant the company, every text marked."""
    owner = TenantId(tenant)
    content = f"statement of {mark}".encode()
    sha256 = hashlib.sha256(content).hexdigest()
    world.blobs.archive(owner, company, sha256, BytesIO(content))
    records = list(_records(tenant, company, mark, sha256))
    trail = [record for record in records if isinstance(record, AuditEvent)]
    world.store.load(owner, company, [each for each in records if each not in trail])
    world.store.commit(owner, company, [create(event) for event in trail])
    said = Explanation((Evidence("nothing_found", mark, f"nothing for {mark}"),))
    line = LineId(f"li_{ids.STATEMENT}_{ids.POSITION}")
    decided = Decisions(f"engine of {mark}", (Decision(line, Level.C, explanation=said),))
    run = run_id_of(owner, company, ids.STATEMENT, 1)
    world.blobs.save_document(owner, company, decisions_name(run), Decisions, decided)
    frozen = ReconciliationReport(
        ids.JOURNAL, "512100", "EUR", DAY, "1", 112_500, 112_500, (), (),
        holder=ReportHolder(f"Menuiserie {mark}"),
    )  # fmt: skip
    kept = report_bytes(frozen)
    made = snapshot_of(frozen, kept, StatementId("st_earlier"), author=mark, at=NOW)
    snapshot = replace(made, id=ids.REPORT)
    world.blobs.archive(owner, company, snapshot.sha256, BytesIO(kept))
    world.store.load(owner, company, [snapshot])
    seed_tenant(world, tenant, mark)
    seed_exchange(world.store, world.blobs, owner, company)
    world.store.load(owner, company, [Membership(ids.USER, company, ROLES["assistant"])])


def seed_tenant(world: World | Ports, tenant: str, mark: str) -> None:
    """Give a tenant what belongs to no company: administrators, a template, a webhook."""
    shared = EntryTemplate(ids.TEMPLATE, f"Commun {mark}", (f"COMMUN {mark}",))
    administrators = Tenant((ids.USER, "user-1"))
    user = ProviderUser("powens", f"user of {mark}", NOW)
    bank = BankLink("bridge", "item-1", ids.COMPANY, ids.LINKED_CONNECTION)
    world.store.load(
        TenantId(tenant), COMMON, [_webhook(mark), shared, administrators, user, bank]
    )  # fmt: skip


def _records(tenant: str, company: CompanyId, mark: str, sha256: str) -> Iterator[Record]:
    yield from _masters(company, mark)
    yield from _books(mark)
    yield from _statements(tenant, company, mark, sha256)
    yield from _lines(mark)
    yield from _matches(mark)
    yield from _traces(mark, sha256)


def _masters(company: CompanyId, mark: str) -> Iterator[Record]:
    yield Company(company, f"Menuiserie {mark}", siren="732829320")
    for number, label in (
        ("411000", "Clients"),
        ("471000", "Attente"),
        ("512100", "Banque"),
        ("627000", "Frais"),
    ):
        yield LedgerAccount(number, f"{label} {mark}")
    yield Journal(
        ids.JOURNAL, f"Banque {mark}", JournalType.TREASURY, "512100", iban=ids.IBAN, bic="AGRIFRPP"
    )
    yield LedgerAccount(ids.ACCOUNT, f"Fournitures {mark}")
    yield Journal("VE", f"Ventes {mark}", JournalType.SALES)
    yield Journal(ids.UNUSED_JOURNAL, f"Divers {mark}")
    yield ThirdParty(ids.UNUSED_THIRD_PARTY, ThirdPartyKind.CUSTOMER, f"Libre {mark}", "411000")
    yield ThirdParty(
        ids.THIRD_PARTY,
        ThirdPartyKind.CUSTOMER,
        f"Martin {mark}",
        "411000",
        call_name="MARTIN",
        bank_references=(f"ETS MARTIN {mark}",),
        payers=(Payer(f"Holding {mark}"),),
        letter_count=4,
    )

    yield ImportProfile(ids.IMPORT_PROFILE, f"Livret {mark}")
    yield EntryTemplate(
        ids.TEMPLATE,
        f"Frais {mark}",
        (f"FRAIS {mark}",),
        lines=(TemplateLine("627000", is_remainder=True),),
    )
    yield DifferenceType(ids.DIFFERENCE_TYPE, f"Frais {mark}", "627000")
    yield OwnCsvProfile(ids.CSV_PROFILE, ids.CSV_DEFINITION.replace("Banque", f"Banque {mark}"))
    yield Lesson(
        ids.LESSON, LessonKind.NAME, f"HOLDING {mark}", ids.THIRD_PARTY, 1, (ids.MATCH,), NOW, mark
    )


def _books(mark: str) -> Iterator[Record]:
    yield JournalEntry(
        id=ids.ENTRY,
        journal="VE",
        date=date(2025, 1, 2),
        piece_ref=ids.OPEN_ITEM,
        piece_date=date(2025, 1, 2),
        label=f"Facture {mark}",
        lines=(
            EntryLine("411000", mark, debit_minor=12_000, third_party=ids.THIRD_PARTY),
            EntryLine(
                "706000",
                mark,
                credit_minor=12_000,
                foreign_amount_minor=13_000,
                foreign_currency="USD",
            ),
        ),
        source=EntrySource.FEC,
        status=EntryStatus.VALIDATED,
        number=1,
        fiscal_year="2025",
    )
    yield JournalEntry(
        id=ids.LEFT_DRAFT,
        journal="VE",
        date=date(2025, 1, 25),
        piece_ref="R-7",
        piece_date=date(2025, 1, 25),
        label=f"Encaissement {mark}",
        lines=(
            EntryLine("471000", mark, debit_minor=700),
            EntryLine("411000", mark, credit_minor=700, third_party=ids.THIRD_PARTY),
        ),
        source=EntrySource.PERSON,
        fiscal_year="2025",
    )
    yield OpenItem(
        id=ids.OPEN_ITEM,
        type=OpenItemType.INVOICE,
        third_party=ids.THIRD_PARTY,
        account="411000",
        number=ids.OPEN_ITEM,
        issue_date=date(2025, 1, 2),
        due_date=DAY,
        currency="EUR",
        amount_minor=12_000,
        residual_minor=12_000,
        company_amount_minor=12_000,
        company_residual_minor=12_000,
        discount=Discount("2", date(2025, 1, 10)),
        label=f"Facture {mark}",
        entry_id=ids.ENTRY,
        entry_line=0,
    )
    for name, amount_minor, match in (
        ("be_confirmed", -4_000, CONFIRMED_MATCH),
        ("be_pending", 7_000, ids.MATCH),
        ("be_waiting", -999, None),
    ):
        yield BankEntry(
            id=name,
            journal=ids.JOURNAL,
            account="512100",
            date=date(2025, 1, 20),
            amount_minor=amount_minor,
            currency="EUR",
            label=f"{name} {mark}",
            source=BankEntrySource.PAYMENT if name == ids.MOVEMENT else BankEntrySource.ENTRY,
            third_party=ids.THIRD_PARTY if name == ids.MOVEMENT else None,
            pointed_on=None if match is None else DAY,
            match_id=match,
        )


def _statement(name: StatementId, mark: str, sha256: str, **fields: Any) -> StatementRecord:
    facts: dict[str, Any] = {
        "id": name,
        "journal": ids.JOURNAL,
        "account": BankAccountRef(iban=ids.IBAN, holder=mark),
        "currency": "EUR",
        "number": "1",
        "period_from": date(2025, 1, 1),
        "period_to": DAY,
        "opening": Balance(date(2024, 12, 31), 100_000),
        "closing": Balance(DAY, 112_500),
        "line_count": 4,
        "booked_minor": 12_500,
        "format": "camt.053",
        "source_sha256": sha256,
        "source_name": f"{mark}.xml",
        "ordinal": 1,
        "imported_at": NOW,
        "status": StatementStatus.PARTLY_MATCHED,
        "level_counts": {"A": 1, "B": 1, "C": 1},
        "matched_minor": 4_000,
        "run_number": 1,
    }
    return StatementRecord(**{**facts, **fields})


def _statements(tenant: str, company: CompanyId, mark: str, sha256: str) -> Iterator[Record]:
    yield _statement(ids.STATEMENT, mark, sha256)
    yield _statement(
        PENDING,
        mark,
        sha256,
        number="2",
        period_from=date(2025, 2, 1),
        period_to=date(2025, 2, 28),
        opening=Balance(DAY, 112_500),
        closing=Balance(date(2025, 2, 28), 119_500),
        line_count=1,
        booked_minor=7_000,
        status=StatementStatus.MATCHED,
        level_counts={"A": 1},
        matched_minor=7_000,
        origin=Origin.MANUAL,
    )
    yield _statement(
        QUARANTINED,
        mark,
        sha256,
        number="3",
        period_from=date(2025, 3, 1),
        period_to=date(2025, 3, 31),
        opening=Balance(date(2025, 2, 28), 1),
        closing=Balance(date(2025, 3, 31), 1),
        line_count=0,
        booked_minor=0,
        status=StatementStatus.QUARANTINED,
        findings=(Finding("balance_gap", Severity.BLOCKING, f"gap {mark}", "statement 3"),),
        level_counts=None,
        matched_minor=0,
        run_number=0,
    )
    first = run_id_of(TenantId(tenant), company, ids.STATEMENT, 1)
    for run in (ids.RUN, first):
        yield Run(
            run, ids.STATEMENT, 1, RunState.POSTED, NOW, ended_at=NOW, matched_count=1,
            execution=f"execution of {mark}",
        )  # fmt: skip


def _lines(mark: str) -> Iterator[Record]:
    candidate = Candidate((Settle(TargetType.OPEN_ITEM, ids.OPEN_ITEM, 4_500),), 60)
    explanation = Explanation(
        (Evidence("payer", f"ETS MARTIN {mark}", f"bank reference of {mark}"),),
        (Rejected(f"template {mark}", "no reference"),),
    )
    yield _line(
        1,
        -4_000,
        f"CHEQUE 1042 {mark}",
        nature=Nature.CHEQUE,
        level=Level.A,
        match_id=CONFIRMED_MATCH,
    )
    yield _line(
        2,
        4_500,
        f"VIR MARTIN {mark}",
        level=Level.B,
        candidates=(candidate,),
        explanation=explanation,
        third_party=ids.THIRD_PARTY,
        third_party_set_by=SetBy.ENGINE,
        template=ids.TEMPLATE,
        template_set_by=SetBy.ENGINE,
    )
    yield _line(3, 12_000, f"VIR {ids.OPEN_ITEM} {mark}", level=Level.C)
    yield _line(4, 0, f"INFO {mark}", original=OriginalAmount(100, "USD", "1.1"))
    later = date(2025, 2, 14)
    yield _line(1, 7_000, f"REMISE {mark}", PENDING, on=later, level=Level.A, match_id=ids.MATCH)


def _line(
    position: int, amount_minor: int, label: str, owner: StatementId = ids.STATEMENT, **fields: Any
) -> LineRecord:
    said = {name: fields.pop(name) for name in ("nature", "original") if name in fields}
    on = fields.pop("on", DAY)
    part = StatementLine(1, on, amount_minor, "EUR", label=f"part of {label}")
    line = StatementLine(
        position,
        on,
        amount_minor,
        "EUR",
        value_date=on,
        label=label,
        counterparty=Counterparty(name=label),
        details=(part,),
        **said,
    )
    name = LineId(f"li_{owner}_{position}")
    return LineRecord(id=name, statement_id=owner, journal=ids.JOURNAL, line=line, **fields)


def _matches(mark: str) -> Iterator[Record]:
    yield _match(CONFIRMED_MATCH, f"{ids.STATEMENT}/1", "be_confirmed", -4_000, mark)
    yield _match(ids.MATCH, f"{PENDING}/1", "be_pending", 7_000, mark)
    old = _match(VALIDATED_MATCH, "st_gone/1", "be_gone", 100, mark)
    yield replace(old, statement_ids=(), lines=(), settles=(), status=MatchStatus.VALIDATED)


def _match(name: MatchId, line: str, entry: str, amount_minor: int, mark: str) -> Match:
    owner, _, position = line.rpartition("/")
    is_pending = name == ids.MATCH
    settle = Settle(TargetType.BANK_ENTRY, entry, amount_minor)
    return Match(
        id=name,
        statement_ids=(StatementId(owner),),
        lines=(line,),
        settles=(LineSettle(LineId(f"li_{owner}_{position}"), settle),),
        adjustments=(Adjustment(AdjustmentKind.CENTS, 0, "658000"),),
        level=Level.A,
        status=MatchStatus.TO_CONFIRM if is_pending else MatchStatus.CONFIRMED,
        author=f"user of {mark}",
        created_at=NOW,
        pointed_on=DAY,
        amount_minor=amount_minor,
    )


def _traces(mark: str, sha256: str) -> Iterator[Record]:
    yield SourceFile(sha256, f"{mark}.xml", 20, f"sources/{mark}", NOW)
    yield ImportTrace(
        id="tr_1",
        at=NOW,
        name=f"{mark}.xml",
        sha256=sha256,
        object_key=f"x/{mark}.xml",
        object_version="1",
        outcome=ImportOutcome.IMPORTED,
        format="camt.053",
        statement_id=ids.STATEMENT,
        journal=ids.JOURNAL,
        line_count=4,
        findings=(Finding("same_name", Severity.WARNING, f"seen before {mark}"),),
    )
    yield AuditEvent(
        "au_1", NOW - timedelta(days=1), f"user of {mark}", "edit_line", f"{ids.STATEMENT}/2",
        before={"third_party": None, "lines": [1]}, after={"third_party": mark, "lines": [1, 2]},
    )  # fmt: skip
    counts = {"accounts": 4, "open_items": 1, "bank_entries_waiting": 1, "records_new": 9}
    yield BooksLoad(sha256, f"{mark}.fec", LoadState.LOADED, NOW - timedelta(days=2), counts)
    yield PastPayment(ids.PAST_PAYMENT, ids.THIRD_PARTY, 9_900, DAY, invoice_number=mark)
    said = {"statement": ids.STATEMENT}
    yield Task(ids.TASK, TaskKind.VALIDATION, said, f"user of {mark}", NOW, error_detail=mark)
    yield from _feeds(mark)


def _feeds(mark: str) -> Iterator[Record]:
    yield FeedConnection(ids.CONNECTION, "bridge", f"BNP {mark}", 90, state="not_configured")
    yield FeedRun("fr_1", ids.CONNECTION, NOW, "not_configured", f"no connector for {mark}")
    yield FeedConnection(ids.OPEN_CONNECTION, "ponto", f"KBC {mark}", 43_200, state="not_linked")
    yield FeedConnection(
        ids.LINKED_CONNECTION, "bridge", f"CA {mark}", 43_200, state="ok", connection_ref="item-1",
        bank_name=f"Crédit {mark}", linked_at=NOW,
    )  # fmt: skip
    yield FeedAccount(
        ids.FEED_ACCOUNT, ids.LINKED_CONNECTION, "bridge", ("11",), f"Compte {mark}", "EUR",
        iban=ids.IBAN, journal=ids.JOURNAL, balance_minor=10_000, sum_minor=5_000, count=1,
        waiting_from=DAY,
    )  # fmt: skip
    line = StatementLine(0, DAY, 5_000, "EUR", label=f"VIR {mark}")
    yield StagedTransaction(
        ids.STAGED, ids.FEED_ACCOUNT, "901", line, StagedState.WAITING, "", NOW
    )  # fmt: skip
    yield PendingTransactions(ids.FEED_ACCOUNT, ("902",), (line,), 1, NOW)


def _webhook(mark: str) -> Webhook:
    return Webhook(ids.WEBHOOK, "https://erp.client.fr/", mark, secrets=(SealedSecret(mark, NOW),))


def many_items(count: int) -> Iterator[OpenItem]:
    """Open items of one third party, due a day after another."""
    for number in range(count):
        issued = date(2025, 1, 1) + timedelta(days=number)
        yield OpenItem(
            OpenItemId(f"many-{number:04}"), OpenItemType.INVOICE, ids.THIRD_PARTY, "411000",
            f"many-{number:04}", issued, issued, "EUR", 100, 100, 100, 100,
        )  # fmt: skip


def big_entry(number: int, chars: int) -> JournalEntry:
    """An entry with very long labels, so that few of them fill a page."""
    lines = (
        EntryLine("411000", "x" * chars, debit_minor=1),
        EntryLine("512100", "x" * chars, credit_minor=1),
    )
    return JournalEntry(
        EntryId(f"big-{number:04}"), "VE", DAY, "p", DAY, "big", lines, EntrySource.API
    )  # fmt: skip
