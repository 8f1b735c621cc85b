"""A canonical picture of a company's books, to compare two histories."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rappro.domain.books import (
    BankEntry,
    JournalEntry,
    OpenItem,
    ThirdParty,
)
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.operations import (
    PieceCounter,
)
from rappro.domain.records import (
    LineRecord,
    StatementRecord,
)
from rappro.ports import Store


def dump(store: Store, tenant: TenantId, company: CompanyId, item_ids: list[str]) -> dict[str, Any]:
    """Return statements, lines, entries, bank entries, items and counters, versions left out."""
    statements = sorted(store.statements(tenant, company).items, key=lambda s: s.id)
    lines = [line for s in statements for line in store.lines(tenant, company, s.id)]
    return {
        "statements": [_plain(s) for s in statements],
        "lines": [_plain(line) for line in lines],
        "entries": [_plain(e) for e in store.entries(tenant, company, limit=200).items],
        "bank": [_plain(e) for e in store.ledger(tenant, company, "512100")],
        "items": [_plain(i) for i in store.get_many(tenant, company, OpenItem, item_ids).values()],
        "parties": [_plain(p) for p in store.all(tenant, company, ThirdParty)],
        "counters": [_plain(c) for c in store.all(tenant, company, PieceCounter)],
    }


Pictured = StatementRecord | LineRecord | JournalEntry | BankEntry | OpenItem | ThirdParty


def _plain(record: Pictured | PieceCounter) -> dict[str, Any]:
    return {key: value for key, value in asdict(record).items() if key != "version"}
