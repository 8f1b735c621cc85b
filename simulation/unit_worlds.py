"""Books with one large statement: as many lines as asked for, and matches of every kind on them.

Of ten lines five pay an invoice each, one settles what is in the books already, one pays half of an
invoice, three are known to nobody. The first line is a remittance of card slips, the next one a
difference that is settled in another journal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from rappro.adapters.memory import FixedClock, MemoryFeeds, MemoryInbox, MemoryRuns, Started
from rappro.domain.books import (
    BankEntry,
    Company,
    Journal,
    JournalType,
    LedgerAccount,
    OpenItem,
    ThirdParty,
    ThirdPartyKind,
)
from rappro.domain.ids import RunId, StatementId, ThirdPartyId
from rappro.domain.matching.model import Settle, TargetType
from rappro.domain.writes import create
from rappro.ports import Ports
from rappro.use_cases.acting import Actor
from rappro.use_cases.companies import save_company, save_journal
from rappro.use_cases.gathering import gather_batch, gather_evidence
from rappro.use_cases.import_drop import import_drop
from rappro.use_cases.load_books import BookRecords, load_document
from rappro.use_cases.match_by_hand import ManualMatch, confirm, match_by_hand
from rappro.use_cases.post_run import post
from rappro.use_cases.run_requests import RunRequest
from rappro.use_cases.run_steps import decide
from rappro.use_cases.settle_by_ledger import Settlement, settle_difference
from simulation.snapshots import DecodedBlobs, SnapshotStore
from simulation.statements import IBAN, camt
from simulation.worlds import COMPANY, ELEC, PERSON, TENANT, item

_CUSTOMERS: Final = 20
_HALVES_MAX: Final = 20
"""Pairs of lines that pay one invoice, matched by hand one by one."""
_FIRST_OF_SLIPS: Final = 1_000_000
_NOON: Final = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
BANK: Final = "BQ1"


@dataclass(slots=True)
class LargeWorld:
    """Everything where a unit happens, and the statement that it is about."""

    store: SnapshotStore
    blobs: DecodedBlobs
    statement: StatementId
    items: tuple[str, ...]
    slips: tuple[str, ...]

    def fork(self) -> LargeWorld:
        """Return the same world once more."""
        store, blobs = self.store.copy(), self.blobs.copy()
        return LargeWorld(store, blobs, self.statement, self.items, self.slips)

    def ports(self) -> Ports:
        """Return the ports to this world."""
        return ports_to(self.store, self.blobs)

    def slips_match(self) -> ManualMatch:
        """Return what a person ticks to match the remittance with its slips."""
        targets = tuple(
            Settle(TargetType.OPEN_ITEM, key, _FIRST_OF_SLIPS + n)
            for n, key in enumerate(self.slips)
        )
        return ManualMatch(((self.statement, 1),), targets)


def ports_to(store: Any, blobs: Any, inbox: Any = None, runs: Any = None) -> Ports:
    """Return ports in process where nothing else is told."""
    return Ports(
        store, blobs, inbox or MemoryInbox(), runs or MemoryRuns(), MemoryFeeds(),
        FixedClock(_NOON),
    )  # fmt: skip


def large_world(lines: int, slips: int, *, is_matched: bool = True) -> LargeWorld:
    """Return the books with a statement of `lines` lines, whose first pays `slips` card slips."""
    store, blobs, inbox, runs = SnapshotStore(), DecodedBlobs(), MemoryInbox(), MemoryRuns()
    ports = ports_to(store, blobs, inbox, runs)
    save_company(ports, TENANT, Company(COMPANY, "Garage du Port"), PERSON)
    journal = Journal(
        BANK, "Banque", JournalType.TREASURY, "512100", iban=IBAN,
        reconciled_on=date(2026, 10, 31), reconciled_balance_minor=100_000,
    )  # fmt: skip
    save_journal(ports, TENANT, COMPANY, journal, PERSON)
    books = _books(lines, slips)
    load_document(ports, TENANT, COMPANY, books, PERSON)
    moves = [_movement(n, slips) for n in range(lines)]
    content = camt(moves, opening=100_000, number=11, days=(1, 30))
    import_drop(ports, inbox.drop(TENANT, COMPANY, None, "releve.xml", content))
    for started in runs.started:
        _run(ports, started)
    (statement,) = store.statements(TENANT, COMPANY).items
    keys = tuple(one.id for one in books.open_items)
    of_slips = tuple(key for key in keys if key.startswith("oi_TK"))
    world = LargeWorld(store, blobs, statement.id, keys, of_slips)
    if is_matched:
        _match_by_hand(ports, world, lines)
    return world


def _run(ports: Ports, started: Started) -> None:
    """Run the steps of the state machine, one after the other."""
    payload = started.payload
    statement, run = StatementId(payload["statement_id"]), RunId(payload["run_id"])
    request = RunRequest(TENANT, COMPANY, statement, run, payload["run_number"])
    batches = gather_evidence(ports, request)
    for batch in batches:
        gather_batch(ports, request, batch)
    decide(ports, request, batches)
    post(ports, request)


def _customer(n: int) -> ThirdParty:
    return ThirdParty(
        ThirdPartyId(f"tp_{n:02d}"), ThirdPartyKind.CUSTOMER, f"ATELIERS NUMERO {n:02d}", "411000",
        auxiliary=f"ATELIER{n:02d}",
    )  # fmt: skip


def _amount(n: int) -> int:
    return 10_000 + 7 * n


def _movement(n: int, slips: int) -> tuple[str, int, str]:
    day = f"{2 + n % 27:02d}"
    if n == 0:
        return day, sum(_FIRST_OF_SLIPS + k for k in range(slips)), "REMISE CARTES"
    kind = n % 10
    if kind < 5:
        return day, _amount(n), f"VIR ATELIERS NUMERO {n % _CUSTOMERS:02d} FA2026-{n:05d}"
    if kind == 8:
        return day, -_amount(n), "VIR ELECTRICITE DU MIDI"
    if kind == 9:
        return day, 5_000, "ACOMPTE SANS NOM"
    return day, -(3 * n + 1), "DEPENSE SANS NOM"


def _books(lines: int, slips: int) -> BookRecords:
    numbers = ("512100", "411000", "401000", "627000", "706000", "758000")
    customers = tuple(_customer(n) for n in range(_CUSTOMERS))
    carried = BankEntry(
        "be_old", BANK, "512100", date(2026, 10, 31), 100_000, "EUR", "Solde", is_carried_over=True
    )
    known = tuple(
        BankEntry(
            f"be_{n:05d}", BANK, "512100", date(2026, 11, 2 + n % 27), -_amount(n), "EUR",
            "VIR ELECTRICITE DU MIDI", third_party=ELEC.id,
        )
        for n in range(8, lines, 10)
    )  # fmt: skip
    invoices: list[OpenItem] = []
    for n in range(1, lines):
        party = customers[n % _CUSTOMERS]
        if n % 10 < 5:
            invoices.append(item(f"FA2026-{n:05d}", _amount(n), party))
        elif n % 20 == 9 and n + 10 < lines and n // 20 < _HALVES_MAX:
            invoices.append(item(f"AC2026-{n:05d}", 10_000, party))
    of_slips = (item(f"TK{n:05d}", _FIRST_OF_SLIPS + n, customers[0]) for n in range(slips))
    return BookRecords(
        accounts=tuple(LedgerAccount(number, number) for number in numbers),
        third_parties=(*customers, ELEC),
        open_items=(*invoices, *of_slips),
        bank_entries=(carried, *known),
    )


def _match_by_hand(ports: Ports, world: LargeWorld, lines: int) -> None:
    """Match the remittance, the halves, and one difference in the journal of sundries."""
    scope, statement = (ports, TENANT, COMPANY), world.statement
    match_by_hand(*scope, world.slips_match(), PERSON)
    for key in world.items:
        if key.startswith("oi_AC"):
            position = int(key[-5:]) + 1
            for each in (position, position + 10):
                half = (Settle(TargetType.OPEN_ITEM, key, 5_000),)
                match_by_hand(*scope, ManualMatch(((statement, each),), half), PERSON)
    ports.store.commit(TENANT, COMPANY, [create(Journal("OD", "Opérations diverses"))])
    unknown = [n for n in range(5, min(lines, 60)) if n % 10 == 5]
    for n in unknown:
        asked = Settlement(statement, (n + 1,), (), "bank_charges", journal="OD")
        made = settle_difference(Actor(*scope, PERSON), asked)
        confirm(*scope, made.id, PERSON)
