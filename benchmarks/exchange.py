"""An exchange of large books in process: how long each work takes, and how far memory rises.

`python -m benchmarks.exchange --entries 100000 --documents 5000` gives a company books and
documents, sends them, applies them at an accountant's who has nothing, corrects some there, and
sends them back. Store and bucket are in this process, so what they keep is told apart: `held` is
what a work leaves behind, `peak` what it needs for a while beside that.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import resource
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Self

from rappro.adapters.memory import (
    FixedClock,
    MemoryBlobs,
    MemoryFeeds,
    MemoryInbox,
    MemoryRuns,
    MemoryStore,
)
from rappro.adapters.memory.exchange import memory_exchange
from rappro.domain.access import Tenant
from rappro.domain.books import (
    BankEntry,
    Company,
    EntryLine,
    EntrySource,
    Journal,
    JournalEntry,
    JournalType,
    LedgerAccount,
)
from rappro.domain.exchange.model import AttachedDocument, EntryDocuments
from rappro.domain.ids import CompanyId, EntryId, TenantId, derive_id
from rappro.domain.tasks import Task, TaskKind, TaskState
from rappro.domain.writes import Record, change, create
from rappro.ports import Ports
from rappro.use_cases.acting import Actor
from rappro.use_cases.companies import COMMON
from rappro.use_cases.exchange_links import accept, invite
from rappro.use_cases.exchange_reading import list_waiting
from rappro.use_cases.tasks import TaskRequest, begin, get_task
from rappro.use_cases.works import perform

HERE = CompanyId("garage")
LINK = "lien"
NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
DOCUMENT_BYTES = 20_000
MIB = 1024 * 1024


def rss_bytes() -> int:
    """Return how much memory this process has now."""
    pages = int(Path("/proc/self/statm").read_text("utf-8").split()[1])
    return pages * resource.getpagesize()


class Looking:
    """Times what runs inside it, and looks every so often; a context manager."""

    def __init__(self, look: Callable[[], None], every_seconds: float) -> None:
        self._look = look
        self._every_seconds = every_seconds
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        while not self._over.wait(self._every_seconds):
            self._look()

    def __enter__(self) -> Self:
        self.started = time.perf_counter()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self.started
        self._over.set()
        self._thread.join()


class Watch(Looking):
    """Looks at the memory of the process while something runs."""

    def __init__(self) -> None:
        super().__init__(self._see, 0.02)
        gc.collect()
        self.before = self.peak = rss_bytes()

    def _see(self) -> None:
        self.peak = max(self.peak, rss_bytes())

    def __exit__(self, *of: object) -> None:
        super().__exit__(*of)
        gc.collect()
        self.after = rss_bytes()

    def figures(self) -> dict[str, float]:
        """Return seconds, and mebibytes that stay and that were needed meanwhile."""
        held = max(0, self.after - self.before)
        return {
            "seconds": round(self.seconds, 1), "held_mib": round(held / MIB),
            "peak_mib": round((self.peak - self.before - held) / MIB),
        }  # fmt: skip


def books(entries: int, banks: int = 1) -> list[Record]:
    """Return books: so many drafts of charges of some banks, each with its bank entry."""
    journals = [(f"BQ{bank}", f"5121{bank:02d}") for bank in range(1, banks + 1)]
    found: list[Record] = [LedgerAccount("627000", "Frais")]
    for code, account in journals:
        found.append(LedgerAccount(account, "Banque"))
        found.append(Journal(code, "Banque", JournalType.TREASURY, account))
    for number in range(entries):
        key, amount = EntryId(f"en_{number:07d}"), 100 + number
        code, account = journals[number % banks]
        day, label = date(2026, 1 + number % 10, 1 + number % 28), f"Frais {number}"
        lines = (
            EntryLine("627000", label, debit_minor=amount),
            EntryLine(account, label, credit_minor=amount),
        )
        found.append(JournalEntry(
            key, code, day, f"P{number}", day, label, lines, EntrySource.API, fiscal_year="2026"
        ))  # fmt: skip
        found.append(BankEntry(
            derive_id("be", key, 1), code, account, day, -amount, "EUR", label, entry_id=key,
            entry_line=1, is_in_ledger=False,
        ))  # fmt: skip
    return found


def attach(ports: Ports, tenant: TenantId, documents: int) -> None:
    """Attach a document to each of the first entries."""
    for number in range(documents):
        content = hashlib.shake_256(number.to_bytes(8, "big")).digest(DOCUMENT_BYTES)
        digest = hashlib.sha256(content).hexdigest()
        ports.blobs.archive(tenant, HERE, digest, BytesIO(content))
        attached = AttachedDocument(f"facture-{number}.pdf", digest, len(content), NOW, "user-1")
        kept = EntryDocuments(EntryId(f"en_{number:07d}"), (attached,))
        ports.store.load(tenant, HERE, [kept])


def opened(ports: Ports, tenant: str) -> Actor:
    """Return somebody of a new tenant with the company."""
    owner = TenantId(tenant)
    ports.store.commit(owner, COMMON, [create(Tenant(("user-1",)))])
    company = Company(HERE, "Garage du Port", siren="732829320")
    ports.store.commit(owner, HERE, [create(company)])
    return Actor(ports, owner, HERE, "user-1")


def work(actor: Actor, kind: TaskKind, said: dict[str, Any]) -> tuple[Task, dict[str, float]]:
    """Do a long work as its machine does, and return it with its figures."""
    task = begin(actor, kind, said)
    with Watch() as watch:
        perform(actor.ports, TaskRequest(actor.tenant, actor.company, task.id))
    ended = get_task(actor.ports, actor.tenant, actor.company, task.id)
    if ended.state is not TaskState.DONE:
        raise SystemExit(f"{kind} ended as {ended.state}: {ended.error_code} {ended.error_detail}")
    figures = watch.figures()
    print(kind.value, json.dumps(figures), file=sys.stderr, flush=True)
    return ended, figures


def main(arguments: Sequence[str]) -> int:
    """Exchange, and print the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.exchange")
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--documents", type=int, default=5_000)
    parser.add_argument("--corrected", type=int, default=1_000)
    asked = parser.parse_args(arguments)
    store, blobs = MemoryStore(), MemoryBlobs()
    ports = Ports(
        store, blobs, MemoryInbox(), MemoryRuns(), MemoryFeeds(), FixedClock(NOW),
        exchange=memory_exchange(store, blobs),
    )  # fmt: skip
    company, office = opened(ports, "garage"), opened(ports, "cabinet")
    store.load(company.tenant, HERE, books(asked.entries))
    attach(ports, company.tenant, asked.documents)
    accept(office, LINK, invite(company, LINK).code or "")
    sending = {"link": LINK, "purpose": "review", "comment": "", "documents": "all",
               "fiscal_year": "2026"}  # fmt: skip
    modules = ["master_data", "templates", "documents", "vat", "situation"]
    figures: dict[str, Any] = {}
    sent, figures["send"] = work(company, TaskKind.EXCHANGE_SEND, sending)
    figures["archive_mib"] = round((sent.result or {})["file"]["size_bytes"] / MIB, 1)
    (waiting,) = list_waiting(office)
    said = {"archive": waiting.id, "modules": modules}
    _, figures["preview"] = work(office, TaskKind.EXCHANGE_PREVIEW, said)
    _, figures["apply"] = work(
        office, TaskKind.EXCHANGE_APPLY, {"archives": [waiting.id], "modules": modules}
    )
    for number in range(asked.corrected):
        known = store.get(office.tenant, HERE, JournalEntry, f"en_{number:07d}")
        assert known is not None
        store.commit(office.tenant, HERE, [change(known, replace(known, label="Corrigé"))])
    back = {**sending, "documents": "changed"}
    sent, figures["send_back"] = work(office, TaskKind.EXCHANGE_SEND, back)
    figures["archive_back_mib"] = round((sent.result or {})["file"]["size_bytes"] / MIB, 1)
    (waiting,) = list_waiting(company)
    said = {"archives": [waiting.id], "modules": modules}
    _, figures["apply_back"] = work(company, TaskKind.EXCHANGE_APPLY, said)
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
