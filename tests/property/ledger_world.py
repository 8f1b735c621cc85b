"""A small company whose books two people work on at once, and what must hold of it at each step.

Every statement's lines come to zero, so its balances follow whatever is imported or deleted before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, cast

from rappro.adapters.memory import (
    FixedClock,
    MemoryBlobs,
    MemoryFeeds,
    MemoryInbox,
    MemoryRuns,
    Started,
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
    TemplateLine,
    ThirdParty,
    ThirdPartyKind,
)
from rappro.domain.ids import (
    CompanyId,
    EntryId,
    OpenItemId,
    RunId,
    StatementId,
    TenantId,
    ThirdPartyId,
)
from rappro.domain.records import LineRecord
from rappro.domain.writes import Record
from rappro.ports import Ports, Store
from rappro.use_cases.acting import Actor, LineKey
from rappro.use_cases.companies import save_company, save_journal
from rappro.use_cases.gathering import gather_batch, gather_evidence
from rappro.use_cases.import_drop import import_drop
from rappro.use_cases.load_books import BookRecords, load_document
from rappro.use_cases.post_run import post
from rappro.use_cases.run_requests import RunRequest
from rappro.use_cases.run_steps import decide
from simulation.snapshots import SnapshotStore
from simulation.statements import IBAN, Movement, camt

TENANT: Final = TenantId("cabinet-sud")
COMPANY: Final = CompanyId("garage")
BALANCE: Final = 100_000
SLOT_DAYS: Final = 3
_NOON: Final = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
_ACCOUNTS: Final = (
    "101000", "401000", "411000", "445660", "471000", "512100", "613000", "626000", "627000",
    "665000", "706000", "758000",
)  # fmt: skip
DUPOND: Final = ThirdParty(
    ThirdPartyId("tp_dupond"), ThirdPartyKind.CUSTOMER, "MENUISERIE DUPOND", "411000",
    auxiliary="DUPOND", bank_references=("MENUISERIE DUPOND",),
)  # fmt: skip
MARTIN: Final = ThirdParty(
    ThirdPartyId("tp_martin"), ThirdPartyKind.CUSTOMER, "TRANSPORTS MARTIN", "411000",
    auxiliary="MARTIN",
)  # fmt: skip
ELEC: Final = ThirdParty(
    ThirdPartyId("tp_elec"), ThirdPartyKind.SUPPLIER, "ELECTRICITE DU MIDI", "401000",
    auxiliary="ELEC", bank_references=("ELECTRICITE DU MIDI",),
)  # fmt: skip
MOVEMENTS: Final[Sequence[tuple[int, str]]] = (
    (12_000, "VIR MENUISERIE DUPOND FA2026-0101"),
    (11_760, "VIR MENUISERIE DUPOND FA2026-0101"),
    (10_000, "VIR ACOMPTE D UN CLIENT"),
    (30_000, "VIR MENUISERIE DUPOND FA2026-0102"),
    (20_000, "VIR SOLDE CLIENT"),
    (-45_000, "VIR ELECTRICITE DU MIDI"),
    (-8_000, "VIR ELECTRICITE DU MIDI FE2026-77"),
    (-3_600, "PRLV ABONNEMENT TELEPHONE"),
    (-12_000, "PRLV LOYER DU LOCAL"),
    (-1_234, "COTISATION INCONNUE"),
    (2_500, "VIR REJETE TRANSPORTS"),
    (12_000, "VIR FA2026-0103 FA2026-0104"),
    (7_700, "REMISE DE CHEQUES"),
    (4_200, "VIR MARCHE DU SAMEDI"),
    (-5_000, "RETRAIT GUICHET"),
    (-44_550, "PRLV DIVERS"),
)


def item(number: str, amount: int, party: ThirdParty = DUPOND) -> OpenItem:
    """Return an invoice."""
    return OpenItem(
        OpenItemId(f"oi_{number}"), OpenItemType.INVOICE, party.id, party.account, number,
        date(2026, 10, 1), date(2026, 10, 31), "EUR", amount, amount, amount, amount,
    )  # fmt: skip


def waiting(number: int, amount: int, party: ThirdParty, *, is_payment: bool) -> BankEntry:
    """Return an entry that waits for the bank."""
    source = BankEntrySource.PAYMENT if is_payment else BankEntrySource.ENTRY
    return BankEntry(
        f"be_{number}", "BQ1", "512100", date(2026, 11, 2), amount, "EUR", f"VIR {party.name}",
        source=source, third_party=party.id, piece_ref=f"P{number}",
        entry_id=EntryId(f"en_{number}"), entry_line=0,
    )  # fmt: skip


def _paid(entry: BankEntry, account: str) -> JournalEntry:
    """Return the entry that a waiting bank entry is a line of."""
    amount = entry.amount_minor
    lines = (_leg("512100", amount), replace(_leg(account, -amount), third_party=entry.third_party))
    return _loaded(str(entry.entry_id), "BQ1", entry.piece_ref or "", lines)


def _loaded(key: str, journal: str, piece: str, lines: tuple[EntryLine, ...]) -> JournalEntry:
    on = date(2026, 1, 1) if journal == "AN" else date(2026, 11, 2)
    return JournalEntry(
        EntryId(key), journal, on, piece, on, piece, lines, EntrySource.FEC,
        EntryStatus.VALIDATED, source_number=key, validated_on=on, fiscal_year="2026",
    )  # fmt: skip


def _leg(account: str, amount: int) -> EntryLine:
    return EntryLine(account, account, max(amount, 0), max(-amount, 0))


def _books() -> BookRecords:
    carried = BankEntry(
        "be_0", "AN", "512100", date(2026, 10, 31), BALANCE, "EUR", "Solde", is_carried_over=True,
        entry_id=EntryId("en_0"), entry_line=0,
    )  # fmt: skip
    supplier = waiting(1, -45_000, ELEC, is_payment=True)
    customer = waiting(2, 12_000, DUPOND, is_payment=True)
    charge = waiting(3, -8_000, ELEC, is_payment=False)
    rent = (
        TemplateLine("613000", is_remainder=True),
        TemplateLine("445660", vat_rate_percent="20"),
    )
    return BookRecords(
        accounts=tuple(LedgerAccount(number, f"Compte {number}") for number in _ACCOUNTS),
        journals=(
            Journal("AN", "À nouveaux", JournalType.OPENING),
            Journal("OD", "Opérations diverses"),
        ),
        third_parties=(DUPOND, MARTIN, ELEC),
        entries=(
            _loaded("en_0", "AN", "AN", (_leg("512100", BALANCE), _leg("101000", -BALANCE))),
            _paid(supplier, "401000"), _paid(customer, "411000"), _paid(charge, "401000"),
        ),
        open_items=(
            replace(
                item("FA2026-0101", 12_000), discount=Discount("2", date(2026, 12, 31)),
                vat_rate_percent="20",
            ),
            item("FA2026-0102", 30_000), item("FA2026-0103", 5_000, MARTIN),
            item("FA2026-0104", 7_000, MARTIN), item("FE2026-77", -8_000, ELEC),
        ),
        bank_entries=(carried, supplier, customer, charge),
        past_payments=(PastPayment("pp_1", MARTIN.id, -2_500, date(2026, 10, 20)),),
        templates=(
            EntryTemplate("tel", "Téléphone", ("ABONNEMENT TELEPHONE",),
                          lines=(TemplateLine("626000", is_remainder=True),)),
            EntryTemplate("loyer", "Loyer", ("LOYER DU LOCAL",), lines=rent),
        ),
    )  # fmt: skip


class Screen:
    """Port Store as somebody sees it who read before others acted, until he writes himself."""

    def __init__(self, seen: SnapshotStore, now: SnapshotStore) -> None:
        self._seen, self._now = seen, now

    def __getattr__(self, name: str) -> Any:
        if name in {"commit", "load", "clear_lines"}:
            self._seen = self._now
        return getattr(self._seen, name)


class World:
    """The company on the in-process adapters, with its matching run in process."""

    def __init__(self) -> None:
        self.store, self.said = SnapshotStore(), dict[int, tuple[int, ...]]()
        self.clock, self.inbox, self.blobs = FixedClock(_NOON), MemoryInbox(), MemoryBlobs()
        self.runs = MemoryRuns(self._run)
        ports = self.ports()
        company = Company(COMPANY, "Garage du Port", siren="732829320")
        save_company(ports, TENANT, company, "comptable")
        journal = Journal(
            "BQ1", "Banque", JournalType.TREASURY, "512100", iban=IBAN,
            reconciled_on=date(2026, 10, 31), reconciled_balance_minor=BALANCE,
        )  # fmt: skip
        save_journal(ports, TENANT, COMPANY, journal, "comptable")
        load_document(ports, TENANT, COMPANY, _books(), "comptable")

    def ports(self, seen: SnapshotStore | None = None, now: SnapshotStore | None = None) -> Ports:
        """Return what an action works with: the books as they are, or as they were seen."""
        live = now or self.store
        store = live if seen is None else Screen(seen, live)
        feeds = MemoryFeeds()
        return Ports(cast("Store", store), self.blobs, self.inbox, self.runs, feeds, self.clock)

    def _run(self, started: Started) -> None:
        """Run the state machine's steps: any error is one that a person would see."""
        ports, given = self.ports(), started.payload
        request = RunRequest(
            TENANT, COMPANY, StatementId(given["statement_id"]), RunId(given["run_id"]),
            given["run_number"],
        )  # fmt: skip
        batches = gather_evidence(ports, request)
        for batch in batches:
            gather_batch(ports, request, batch)
        decide(ports, request, batches)
        post(ports, request)

    def drop(self, ports: Ports, slot: int, movements: Sequence[int], *, twin: int = 0) -> None:
        """Drop the statement of a slot of days, which is always the same one."""
        content = statement(slot, self.said.setdefault(slot, tuple(movements)), twin=twin)
        import_drop(ports, self.inbox.drop(TENANT, COMPANY, None, f"{slot}-{twin}.xml", content))

    def load(self, ports: Ports, number: int, author: str) -> None:
        """Load books that came later: an invoice and an entry."""
        amount = (4_200, 10_000, 20_000)[number % 3]
        entry = waiting(10 + number, -3_600 * (number + 1), ELEC, is_payment=False)
        records = BookRecords(
            open_items=(item(f"FA2026-02{number:02d}", amount),),
            entries=(_paid(entry, "401000"),),
            bank_entries=(entry,),
        )
        load_document(ports, TENANT, COMPANY, records, author)

    def records(self) -> list[Record]:
        """Return everything that the company has."""
        return list(self.store.everything(TENANT, COMPANY))

    def tick(self) -> None:
        """Let a second pass."""
        self.clock.advance(timedelta(seconds=1))


def statement(slot: int, movements: Sequence[int], *, twin: int = 0) -> bytes:
    """Return a statement of some days whose lines come to zero; a twin has other bytes."""
    first = 1 + slot * SLOT_DAYS
    made: list[Movement] = [
        (f"{first + number % SLOT_DAYS:02d}", *MOVEMENTS[movement])
        for number, movement in enumerate(movements)
    ]
    total = sum(amount for _, amount, _ in made)
    if total:
        made.append((f"{first + 1:02d}", -total, "VIREMENT DE TRESORERIE"))
    days = (first, first + SLOT_DAYS - 1)
    return camt(made, opening=BALANCE, number=slot + 11, days=days) + b"<!-- again -->" * twin


def open_of(target: OpenItem | BankEntry | None, left: int, part: int) -> int:
    """Return what a person would tick of a target, of what is left to settle."""
    if isinstance(target, BankEntry):
        return target.amount_minor
    if target is None or target.company_residual_minor * left <= 0:
        return 0
    amount = min(abs(target.company_residual_minor), abs(left)) // part
    return amount if left > 0 else -amount


def some_draft(records: Iterable[Record], pick: int) -> JournalEntry | None:
    """Return an entry to delete: mostly a draft that is in no match, if there is one."""
    there = of_kind(records, JournalEntry)
    pool = there if pick % 5 == 0 else [entry for entry in there if entry.is_left_draft]
    ordered = sorted(pool, key=lambda entry: str(entry.id))
    return ordered[pick // 5 % len(ordered)] if ordered else None


def of_kind(records: Iterable[Record], kind: type) -> list[Any]:
    """Return the records of a kind."""
    return [record for record in records if isinstance(record, kind)]


def key_of(line: LineRecord) -> LineKey:
    """Return how an action names a line."""
    return line.statement_id, line.line.position


def positions_of(lines: Iterable[LineRecord]) -> tuple[int, ...]:
    """Return the lines' positions."""
    return tuple(line.line.position for line in lines)


def actor_of(ports: Ports, user: str) -> Actor:
    """Return who acts."""
    return Actor(ports, TENANT, COMPANY, user)
