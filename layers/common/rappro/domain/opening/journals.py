"""What kind of journal each one is, told by its name and by what its entries do.

A FEC names journals but does not type them. Treasury journals come with their ledger account.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from rappro.domain.books import (
    Journal,
    JournalType,
)
from rappro.domain.opening.accounts import is_bank, is_cash, plain
from rappro.domain.opening.entries import EntryRows
from rappro.domain.opening.rows import FecRow

_NEARLY_EVERY_PERCENT: Final = 80
_MOST_PERCENT: Final = 50
_OPENING_CODES: Final = frozenset({"AN", "ANO", "ANOUV", "RAN", "OUV", "ANV", "NOUV", "A NOUV"})
_OPENING_LABEL = re.compile(
    r"(?<![A-Z])A[ -]?NOUVEAU|REPORTS? A NOUV|BILAN D.?OUVERTURE|BALANCE (?:INITIALE|D.?OUVERTURE)"
    r"|OUVERTURE|(?<![A-Z])RAN(?![A-Z])|REPRISE (?:DE )?(?:SOLDES?|BALANCE)"
)
_LABELS: Final = (
    (re.compile(r"VENTES?|CLIENTS?|FACTURATION"), JournalType.SALES),
    (re.compile(r"ACHATS?|FOURNISSEURS?"), JournalType.PURCHASES),
)


@dataclass(slots=True)
class _Habits:
    """How often the entries of a journal do what."""

    entries: int = 0
    sales: int = 0
    purchases: int = 0
    money: Counter[str] = field(default_factory=Counter)
    mixed: int = 0  # entries with several money accounts

    def add(self, rows: Sequence[FecRow]) -> None:
        accounts = {row.account for row in rows}
        money = {account for account in accounts if is_bank(account) or is_cash(account)}
        self.entries += 1
        self.money.update(money)
        self.mixed += len(money) > 1
        self.sales += _has(accounts, "70") and not _has(accounts, "40")
        self.purchases += _has(accounts, "40") and _has(accounts, "60", "61", "62", "2")

    def is_nearly_every(self, count: int) -> bool:
        return count * 100 >= self.entries * _NEARLY_EVERY_PERCENT

    def is_most(self, count: int) -> bool:
        return count * 100 >= self.entries * _MOST_PERCENT


def _has(accounts: Iterable[str], *prefixes: str) -> bool:
    return any(account.startswith(prefixes) for account in accounts)


def opening_journals(rows: Iterable[FecRow]) -> frozenset[str]:
    """Return the codes of the journals that carry balances forward (à nouveaux)."""
    labels: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        labels[row.journal].add(row.journal_label)
    return frozenset(
        code
        for code, names in labels.items()
        if any(is_opening_journal(code, name) for name in names)
    )


def is_opening_journal(code: str, label: str) -> bool:
    """Say whether a journal of that code and label carries balances forward (à nouveaux)."""
    return plain(code) in _OPENING_CODES or _OPENING_LABEL.search(plain(label)) is not None


def type_journals(
    entries: Sequence[EntryRows], currencies: dict[str, str], company_currency: str
) -> dict[str, Journal]:
    """Return the journals by code; `currencies` gives that of each foreign bank account.

    Treasury: nearly every entry has the same one bank or cash account (a till whose entries are
    mostly sales is a sales journal). Sales, purchases: what most entries do, else the label.
    """
    habits: dict[str, _Habits] = defaultdict(_Habits)
    labels: dict[str, Counter[str]] = defaultdict(Counter)
    opening = {entry.journal for entry in entries if entry.is_opening}
    for entry in entries:
        habits[entry.journal].add(entry.rows)
        labels[entry.journal].update(row.journal_label for row in entry.rows)
    journals = {}
    for code in sorted(habits):
        label = commonest(labels[code])
        kind, account = JournalType.OPENING, None
        if code not in opening:
            kind, account = _kind(habits[code], plain(label))
        currency = currencies.get(account or "", company_currency)
        journals[code] = Journal(code, label or code, kind, account, currency=currency)
    return journals


def _kind(habits: _Habits, label: str) -> tuple[JournalType, str | None]:
    account = commonest(habits.money)
    is_steady = habits.is_nearly_every(habits.money[account]) if account else False
    if is_steady and habits.is_nearly_every(habits.entries - habits.mixed):
        is_till_sales = is_cash(account) and habits.is_most(habits.sales)
        if not is_till_sales or "CAISSE" in label:
            return JournalType.TREASURY, account
    if habits.is_most(habits.sales):
        return JournalType.SALES, None
    if habits.is_most(habits.purchases):
        return JournalType.PURCHASES, None
    for pattern, kind in _LABELS:
        if pattern.search(label):
            return kind, None
    return JournalType.MISCELLANEOUS, None


def commonest(counts: Counter[str]) -> str:
    """Return the most frequent text that is not empty, the first in order among equals."""
    found = [(-count, text) for text, count in counts.items() if text]
    return min(found)[1] if found else ""
