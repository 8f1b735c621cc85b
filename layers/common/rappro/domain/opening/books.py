"""Books in from a FEC: the whole of it, in the order it is worked out.

Pure: rows in, records of version 0 out. Nothing here reads a file or writes a store.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from rappro.domain.bank import Finding, Severity
from rappro.domain.books import (
    BankEntry,
    Journal,
    JournalEntry,
    JournalType,
    LedgerAccount,
    OpenItem,
    ThirdParty,
)
from rappro.domain.errors import InputError
from rappro.domain.fiscal_years import FiscalYear, name_of, year_of
from rappro.domain.frozen import dataclass
from rappro.domain.ids import ThirdPartyId
from rappro.domain.money import exponent
from rappro.domain.opening.accounts import is_bank, is_money
from rappro.domain.opening.bank import (
    ReconciledPoint,
    account_currencies,
    bank_entries,
    point_account,
)  # fmt: skip
from rappro.domain.opening.carried import Carried, carried_forward
from rappro.domain.opening.controls import Exercise, control_entries, control_rows
from rappro.domain.opening.entries import EntryRows, entry_of, group_entries
from rappro.domain.opening.items import ItemRules, Place, open_items
from rappro.domain.opening.journals import commonest, opening_journals, type_journals
from rappro.domain.opening.known import KnownBooks, party_names, place_of, recognise
from rappro.domain.opening.lettering import open_parts
from rappro.domain.opening.notes import Notes
from rappro.domain.opening.parties import Parties, find_parties
from rappro.domain.opening.rows import FecRow
from rappro.domain.opening.updates import (
    Change,
    bank_changes,
    entry_changes,
    item_changes,
    party_changes,
)  # fmt: skip
from rappro.domain.settings import (
    PostingSettings,
)

PAYMENT_TERMS_DAYS_MAX = 366
NOTHING_KNOWN = KnownBooks()


@dataclass(frozen=True, slots=True)
class OpenedBooks:
    """What a FEC holds, as records that were never stored (version 0).

    `changes` are of records that the books held before, when they were given.
    `findings` are bounded per code, `finding_counts` is complete. `first_date` and `last_date`
    leave opening journals out, unless there is nothing else. `total_debit_minor` and
    `total_credit_minor` are in the company's currency.
    """

    accounts: tuple[LedgerAccount, ...]
    journals: tuple[Journal, ...]
    third_parties: tuple[ThirdParty, ...]
    entries: tuple[JournalEntry, ...]
    open_items: tuple[OpenItem, ...]
    bank_entries: tuple[BankEntry, ...]
    findings: tuple[Finding, ...]
    finding_counts: dict[str, int]
    row_count: int
    changes: tuple[Change, ...]
    first_date: date | None
    last_date: date | None
    total_debit_minor: int
    total_credit_minor: int

    @property
    def is_blocked(self) -> bool:
        """True when a line could not be read: the books are not whole."""
        return any(finding.severity is Severity.BLOCKING for finding in self.findings)


def open_books(
    rows: Iterable[FecRow | Finding],
    *,
    company_currency: str = "EUR",
    settings: PostingSettings | None = None,
    reconciled: Mapping[str, ReconciledPoint] | None = None,
    payment_terms_days: int = 0,
    fiscal_year_start_month: int = 1,
    fiscal_years: Sequence[FiscalYear] = (),
    exercise: Exercise | None = None,
    known: KnownBooks = NOTHING_KNOWN,
) -> OpenedBooks:
    """Return the books that a FEC's rows make (SPEC POS-7); the reader's findings join its own.

    `settings` names the collective accounts. `reconciled` gives, by journal code or account
    number, the day up to which the bank account was pointed elsewhere and the bank's balance then
    (minor units, + for money of the company). `exercise` are the first and last day of the fiscal
    year, for the control of dates. `known` is what the books hold already: of that nothing is made
    again, and what it says otherwise is a change or a finding. The same rows
    give the same records, with the same ids.

    Raises InputError on payment terms or a month out of bounds, UnsupportedCurrency.
    """
    exponent(company_currency)
    if not 0 <= payment_terms_days <= PAYMENT_TERMS_DAYS_MAX:
        raise InputError(f"payment terms of {payment_terms_days} days")
    if not 1 <= fiscal_year_start_month <= 12:
        raise InputError(f"fiscal year starting in month {fiscal_year_start_month}")
    notes = Notes(company_currency)
    kept = _kept(rows, notes)
    opening = opening_journals(kept)
    control_rows(kept, opening, exercise, notes)
    groups = group_entries(kept, opening, notes)
    control_entries(groups, notes)
    posting = settings or PostingSettings()
    parties = find_parties(kept, posting, notes, party_names(known.third_parties, posting))
    recognised = recognise(groups, parties, known, notes)
    groups = recognised.groups
    carried = carried_forward(recognised, parties, known, notes)
    told = frozenset(recognised.told | carried.repeated)
    currencies = account_currencies(kept)
    journals = type_journals(groups, currencies, company_currency)
    places = _places(groups)
    types = {code: journal.type for code, journal in journals.items()}
    rules = ItemRules(company_currency, payment_terms_days, types, places, parties, told)
    items = open_items(kept, open_parts(kept, parties, notes), rules, notes)
    followed, extras = item_changes(items, recognised, carried, known, notes)
    banks = bank_entries(
        groups, places=places, parties=parties, currency=company_currency, told=told
    )
    points = _points(reconciled or {}, journals, banks.keys(), notes)
    bank = _pointed(banks, points, carried, known, notes)
    first_date, last_date = _period(kept, opening)
    return OpenedBooks(
        accounts=_accounts(kept),
        journals=tuple(_pointed_journal(j, points) for j in journals.values()),
        third_parties=parties.found,
        entries=_entries(groups, parties, fiscal_year_start_month, fiscal_years),
        open_items=(*items.made, *extras),
        bank_entries=tuple(entry for account in sorted(banks) for entry in bank.made[account]),
        findings=notes.findings(),
        finding_counts=dict(notes.counts),
        row_count=len(kept),
        changes=(
            *party_changes(parties.found, known),
            *entry_changes(recognised),
            *followed,
            *bank_changes(carried, bank.seen, known),
        ),
        first_date=first_date,
        last_date=last_date,
        total_debit_minor=sum(row.balance_minor for row in kept if row.balance_minor > 0),
        total_credit_minor=-sum(row.balance_minor for row in kept if row.balance_minor < 0),
    )


@dataclass(frozen=True, slots=True)
class _Bank:
    """Bank entries after the points: the file's by account, and those that were known."""

    made: dict[str, list[BankEntry]]
    seen: list[BankEntry]


def _pointed(
    banks: Mapping[str, Sequence[BankEntry]], points: Mapping[str, ReconciledPoint],
    carried: Carried, known: KnownBooks, notes: Notes,
) -> _Bank:  # fmt: skip
    """Point each account of the file; what was known of it counts, and may be pointed now."""
    found = _Bank({}, [])
    for account, made in banks.items():
        new = {entry.id for entry in made}
        before = [
            entry
            for entry in known.bank_entries
            if entry.account == account and entry.id not in new and entry.entry_id is not None
            and place_of(entry) not in carried.superseded
        ]  # fmt: skip
        entries = [*before, *made] if made else []
        pointed = point_account(entries, points.get(account), notes)
        found.made[account] = [entry for entry in pointed if entry.id in new]
        found.seen.extend(entry for entry in pointed if entry.id not in new)
    return found


def _period(
    rows: Sequence[FecRow], opening_journals: frozenset[str]
) -> tuple[date | None, date | None]:
    days = [row.entry_date for row in rows if row.journal not in opening_journals]
    days = days or [row.entry_date for row in rows]
    return min(days, default=None), max(days, default=None)


def _kept(rows: Iterable[FecRow | Finding], notes: Notes) -> list[FecRow]:
    """Return the rows, with the reader's findings noted."""
    kept = []
    for row in rows:
        if isinstance(row, FecRow):
            kept.append(row)
        else:
            notes.take(row)
    return kept


def _accounts(rows: Sequence[FecRow]) -> tuple[LedgerAccount, ...]:
    labels: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        labels[row.account][row.account_label] += 1
    return tuple(
        LedgerAccount(number, commonest(labels[number]) or number) for number in sorted(labels)
    )


def _points(
    reconciled: Mapping[str, ReconciledPoint],
    journals: Mapping[str, Journal],
    bank_accounts: Collection[str],
    notes: Notes,
) -> dict[str, ReconciledPoint]:
    """Return the reconciled points by ledger account, whether given by journal or by account."""
    points = {}
    for key, point in reconciled.items():
        journal = journals.get(key)
        account = journal.account if journal and journal.account else key
        if account in bank_accounts and is_bank(account):
            points[account] = point
        else:
            said = f"{key} is neither a bank's journal nor its account: its point is not used"
            notes.warn("reconciled_point_unused", said)
    return points


def _pointed_journal(journal: Journal, points: Mapping[str, ReconciledPoint]) -> Journal:
    point = points.get(journal.account or "")
    if point is None or journal.type is not JournalType.TREASURY:
        return journal
    return replace(journal, reconciled_on=point[0], reconciled_balance_minor=point[1])


def _places(groups: Iterable[EntryRows]) -> dict[int, Place]:
    """Return where each row stands, by its line."""
    places = {}
    for entry in groups:
        is_payment = not entry.is_opening and any(is_money(row.account) for row in entry.rows)
        for index, row in enumerate(entry.rows):
            places[row.line] = Place(entry.id, index, is_payment)
    return places


def _entries(
    groups: Sequence[EntryRows], parties: Parties, start_month: int, listed: Sequence[FiscalYear]
) -> tuple[JournalEntry, ...]:
    owners: dict[int, ThirdPartyId] = {}
    for entry in groups:
        for row in entry.rows:
            party = parties.of(row)
            if party is not None:
                owners[row.line] = party
    made = []
    for entry in groups:
        year = name_of(year_of(entry.entry_date, start_month, listed), start_month, listed)
        made.append(entry_of(entry, third_parties=owners, fiscal_year=year))
    return tuple(made)
