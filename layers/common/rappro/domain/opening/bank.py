"""Bank entries (écritures de trésorerie) of a FEC, and which of them still wait for the bank.

A FEC holds no pointing. With a reconciled point (date and bank balance) everything up to it was
pointed elsewhere, unless the unlettered lines explain exactly why books and bank differ there:

    books 512 at the date = bank balance                  all before is carried over
    books - bank = sum of the unlettered lines before     those lines wait
    anything else                                         carried over, and a finding

Without a point, lettered lines are carried over and the others wait; `carry_over` applies the same
rule later, when the first statement gives the point.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from rappro.domain.bank import Finding, Severity
from rappro.domain.books import (
    BankEntry,
    BankEntrySource,
)
from rappro.domain.frozen import dataclass
from rappro.domain.ids import ThirdPartyId, derive_id
from rappro.domain.money import format_amount
from rappro.domain.opening.accounts import is_bank, is_transit, plain
from rappro.domain.opening.entries import EntryRows
from rappro.domain.opening.items import Place
from rappro.domain.opening.notes import Notes
from rappro.domain.opening.numbers import cheque_number, method_of, remittance_number
from rappro.domain.opening.parties import Parties
from rappro.domain.opening.rows import FecRow

_BALANCE_LABEL = re.compile(r"A[ -]?NOUVEAU|REPORT|REPRISE|SOLDE|OUVERTURE|BALANCE")

ReconciledPoint = tuple[date, int]
"""A day, and the bank's balance at its end in minor units of the account's currency."""


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """Bank entries after the rule; `gap_minor` is books minus bank then, explained or not."""

    entries: tuple[BankEntry, ...]
    gap_minor: int
    findings: tuple[Finding, ...] = ()


def carry_over(
    bank_entries: Sequence[BankEntry], reconciled_on: date, balance_minor: int
) -> CarriedOver:
    """Apply a reconciled point to the bank entries of one account, in their order.

    `balance_minor` is the bank's balance at the end of `reconciled_on`, + for money of the company.
    Entries that are matched, drafts, and entries after the day stay as they are. Up to the day an
    entry that still waits is carried over, unless such entries add up exactly to the gap between
    books and bank: then they go on waiting. An unexplained gap is the finding `opening_gap`.
    """
    before = [e for e in bank_entries if e.is_in_ledger and e.date <= reconciled_on]
    gap = sum(entry.amount_minor for entry in before) - balance_minor
    waiting = [entry for entry in before if entry.is_waiting]
    if gap and waiting and sum(entry.amount_minor for entry in waiting) == gap:
        return CarriedOver(tuple(bank_entries), gap)
    carried = {entry.id for entry in waiting}
    entries = tuple(
        replace(entry, is_carried_over=True) if entry.id in carried else entry
        for entry in bank_entries
    )
    return CarriedOver(entries, gap, _gap_finding(bank_entries, reconciled_on, gap))


def _gap_finding(
    bank_entries: Sequence[BankEntry], reconciled_on: date, gap: int
) -> tuple[Finding, ...]:
    if not gap:
        return ()
    account = bank_entries[0].account if bank_entries else "the bank account"
    shown = format_amount(gap, bank_entries[0].currency if bank_entries else "EUR")
    message = (
        f"{account} at {reconciled_on}: the books are {shown} above the bank, and the lines that "
        "wait do not explain it"
    )
    return (Finding("opening_gap", Severity.WARNING, message, f"account {account}"),)


def account_currencies(rows: Iterable[FecRow]) -> dict[str, str]:
    """Return the currency of each bank account kept in a foreign one.

    It is when every line that moves it is in that one currency, with its amount there.
    """
    found: dict[str, set[str | None]] = defaultdict(set)
    for row in rows:
        if is_bank(row.account) and row.balance_minor:
            found[row.account].add(row.foreign_currency if row.foreign_minor else None)
    single = {account: next(iter(seen)) for account, seen in found.items() if len(seen) == 1}
    return {account: currency for account, currency in single.items() if currency is not None}


def bank_entries(
    entries: Iterable[EntryRows],
    *,
    places: Mapping[int, Place],
    parties: Parties,
    currency: str,
    told: Collection[int] = (),
) -> dict[str, list[BankEntry]]:
    """Return every line on a bank (512, 514, 517) or transit (5112, 5115) account, by account.

    Those of `told` are left out: the books have them, and their ranks among twins.

    Lettered lines, lines of zero and the balance that an opening journal carries forward are
    carried over: the bank will never show them again. The other lines wait. `currency` is the
    company's; an account kept in a foreign one has its amounts there.
    """
    kept = [entry for entry in entries if any(_is_listed(row) for row in entry.rows)]
    rows = [row for entry in kept for row in entry.rows]
    is_mode_told = len({row.payment_mode for row in rows}) > 1
    currencies = account_currencies(rows)
    balances = _balance_lines(kept)
    ranks: dict[tuple[str | int, ...], int] = defaultdict(int)
    found: dict[str, list[BankEntry]] = defaultdict(list)
    for row in rows:
        if row.line in told and _is_listed(row):
            ranks[_identity(row)] += 1
            found[row.account] = []
    for entry in kept:
        third_party = _only_party(entry, parties)
        source = _source(entry, parties)
        for row in entry.rows:
            if row.line in told or not _is_listed(row):
                continue
            identity = _identity(row)
            ranks[identity] += 1
            foreign = currencies.get(row.account)
            made = _made(row, places[row.line], currency=foreign or currency, rank=ranks[identity])
            made = replace(
                made,
                amount_minor=row.foreign_minor or 0 if foreign else row.balance_minor,
                third_party=third_party,
                source=source,
                method=method_of(row, is_mode_told=is_mode_told),
                is_carried_over=made.is_carried_over or row.line in balances,
            )
            found[row.account].append(made)
    return found


def _is_listed(row: FecRow) -> bool:
    return is_bank(row.account) or is_transit(row.account)


def _identity(row: FecRow) -> tuple[str | int, ...]:
    """Return what tells a bank line from another: twins get a rank, in their journal's order."""
    day = row.entry_date.isoformat()
    return (row.account, row.journal, day, row.piece_ref, row.balance_minor)


def _made(row: FecRow, place: Place, *, currency: str, rank: int) -> BankEntry:
    return BankEntry(
        id=derive_id("be", *_identity(row), rank),
        journal=row.journal,
        account=row.account,
        date=row.entry_date,
        amount_minor=row.balance_minor,
        currency=currency,
        label=row.label,
        cheque_no=cheque_number(row),
        remittance_no=remittance_number(row),
        piece_ref=row.piece_ref or None,
        entry_id=place.entry_id,
        entry_line=place.index,
        is_carried_over=bool(row.letter) or not row.balance_minor,
    )


def _only_party(entry: EntryRows, parties: Parties) -> ThirdPartyId | None:
    """Return the third party of an entry that has exactly one."""
    if entry.is_opening:
        return None
    found = {parties.of(row) for row in entry.rows} - {None}
    return next(iter(found)) if len(found) == 1 else None


def _source(entry: EntryRows, parties: Parties) -> BankEntrySource:
    """Say whether an entry is a cash movement: money against a third party's account.

    What is carried forward was one in another year; it pays nothing now.
    """
    is_movement = any(parties.of(row) is not None for row in entry.rows)
    is_payment = is_movement and not entry.is_opening
    return BankEntrySource.PAYMENT if is_payment else BankEntrySource.ENTRY


def _balance_lines(entries: Iterable[EntryRows]) -> frozenset[int]:
    """Return the lines of opening journals that are an account's balance, not a movement.

    The only line of its account there, or one whose label says so or repeats the account's.
    """
    lines: dict[str, list[FecRow]] = defaultdict(list)
    for entry in entries:
        if entry.is_opening:
            for row in entry.rows:
                if is_bank(row.account):
                    lines[row.account].append(row)
    return frozenset(
        row.line
        for found in lines.values()
        for row in found
        if len(found) == 1 or says_balance(row)
    )


def says_balance(row: FecRow) -> bool:
    """Say whether a carried line calls itself the balance of its account."""
    label = plain(row.label)
    return _BALANCE_LABEL.search(label) is not None or label == plain(row.account_label)


def clear_transit(bank_entries: Sequence[BankEntry]) -> tuple[BankEntry, ...]:
    """Return the entries of a transit account without what it already cleared itself.

    A credit (bank side) clears the oldest waiting debit of its amount that is not later; what is
    left is carried over when it nets to zero, and waits otherwise.
    """
    waiting: dict[int, list[BankEntry]] = defaultdict(list)
    cleared: set[str] = set()
    for entry in sorted(bank_entries, key=lambda e: (e.date, -e.amount_minor, e.id)):
        if not entry.is_waiting:
            continue
        opposite = waiting[-entry.amount_minor]
        if entry.amount_minor < 0 and opposite:
            cleared |= {entry.id, opposite.pop(0).id}
        else:
            waiting[entry.amount_minor].append(entry)
    left = [entry for entry in bank_entries if entry.is_waiting and entry.id not in cleared]
    if not sum(entry.amount_minor for entry in left):
        cleared |= {entry.id for entry in left}
    return tuple(
        replace(entry, is_carried_over=True) if entry.id in cleared else entry
        for entry in bank_entries
    )


def point_account(
    entries: Sequence[BankEntry], point: ReconciledPoint | None, notes: Notes
) -> tuple[BankEntry, ...]:
    """Return one account's entries after its reconciled point, or after a transit's clearing.

    `entries` are all of the account, those that the books had before too.
    """
    if entries and is_transit(entries[0].account):
        return clear_transit(entries)
    if point is None:
        return tuple(entries)
    carried = carry_over(entries, *point)
    for finding in carried.findings:
        notes.take(finding)
    return carried.entries
