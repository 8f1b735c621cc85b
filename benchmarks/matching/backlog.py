"""A company with a backlog of any size, and the same fifty new lines whatever its size.

Item n, entry n and third party n are the same in every size, so that a larger backlog holds the
smaller one; the lines speak of what the smallest holds. 30 % of the amounts are of six prices.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Final

from rappro.domain.bank import BankAccountRef, Counterparty, StatementLine
from rappro.domain.books import (
    BankEntry,
    Company,
    Journal,
    JournalType,
    LedgerAccount,
    OpenItem,
    OpenItemType,
    ReferenceShapes,
    ThirdParty,
    ThirdPartyKind,
)
from rappro.domain.ids import CompanyId, LineId, OpenItemId, RunId, StatementId, ThirdPartyId
from rappro.domain.matching.references import shape_of
from rappro.domain.operations import BooksLoad, LoadState, Run, RunState
from rappro.domain.records import LineRecord, StatementRecord, StatementStatus
from rappro.domain.writes import Record

COMPANY: Final = CompanyId("negoce")
STATEMENT: Final = StatementId("st_new")
RUN: Final = RunId("run_new")
LINES: Final = 50
ITEMS_PER_PARTY: Final = 12
ITEMS_PER_ENTRY: Final = 10
PRICES: Final = (2_990, 4_900, 9_900, 12_000, 49_000, 120_000)
PRICE_SHARE: Final = 0.3

_BANK: Final = "512100"
_DAY: Final = date(2026, 10, 1)
NOW: Final = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
_SYLLABLES: Final = ("BA", "CHE", "DU", "FO", "GRI", "LAN", "MOR", "NEL", "PRU", "RO", "SAU", "TI")
_TRADES: Final = ("MENUISERIE", "GARAGE", "TRANSPORTS", "IMPRIMERIE", "PLOMBERIE")


def books(items: int) -> Iterator[Record]:
    """Yield the records of a company with so many open items, a tenth as many waiting entries."""
    entries = items // ITEMS_PER_ENTRY
    yield Company(COMPANY, "Négoce du Port")
    yield Journal(
        "BQ1", "Banque", JournalType.TREASURY, _BANK,
        reconciled_on=_DAY, reconciled_balance_minor=0,
    )  # fmt: skip
    yield from (LedgerAccount(number, number) for number in (_BANK, "411000", "401000"))
    yield ReferenceShapes((shape_of(item(0).number),))
    yield from (party(n) for n in range(-(-items // ITEMS_PER_PARTY)))
    yield from (item(n) for n in range(items))
    yield from (entry(n) for n in range(entries))
    counts = {"open_items": items, "bank_entries_waiting": entries}
    yield BooksLoad("0" * 64, "books.json", LoadState.LOADED, NOW, counts, is_examined=True)


def party(number: int) -> ThirdParty:
    """Return a customer, whose name is nobody else's."""
    left, word = number, ""
    for _ in range(5):
        left, place = divmod(left, len(_SYLLABLES))
        word += _SYLLABLES[place]
    name = f"{_TRADES[number % len(_TRADES)]} {word}"
    return ThirdParty(ThirdPartyId(f"C{number:06d}"), ThirdPartyKind.CUSTOMER, name, "411000")


def item(number: int) -> OpenItem:
    """Return an invoice, one of twelve of its customer."""
    issued = _DAY + timedelta(days=number % 30)
    amount = _amount("item", number)
    return OpenItem(
        id=OpenItemId(f"oi_{number:06d}"),
        type=OpenItemType.INVOICE,
        third_party=ThirdPartyId(f"C{number // ITEMS_PER_PARTY:06d}"),
        account="411000",
        number=f"FA2026-{number:06d}",
        issue_date=issued,
        due_date=issued + timedelta(days=30),
        currency="EUR",
        amount_minor=amount,
        residual_minor=amount,
        company_amount_minor=amount,
        company_residual_minor=amount,
    )


def entry(number: int) -> BankEntry:
    """Return a booked receipt that waits for the bank; every third one names no customer."""
    owner = party(number)
    return BankEntry(
        f"be_{number:06d}", "BQ1", _BANK, _DAY + timedelta(days=30 + number % 20),
        _amount("entry", number), "EUR", f"Règlement {owner.name.title()}",
        third_party=owner.id if number % 3 else None,
    )  # fmt: skip


def _amount(kind: str, number: int) -> int:
    random = Random(f"{kind} {number}")
    if random.random() < PRICE_SHARE:
        return random.choice(PRICES)
    return random.randrange(1_500, 2_000_000)


def new_lines() -> Iterator[Record]:
    """Yield a statement of fifty lines, with the run that is to match it."""
    lines = list(_lines())
    on = lines[0].booking_date
    yield from (LineRecord(LineId(f"ln_{line.position}"), STATEMENT, "BQ1", line) for line in lines)
    yield StatementRecord(
        STATEMENT, "BQ1", BankAccountRef("FR7699999000010000000000112"), "EUR", "11", on, on, None,
        None, len(lines), sum(line.amount_minor for line in lines), "camt053", "1" * 64, "new.xml",
        0, NOW, StatementStatus.IMPORTED, run_number=1,
    )  # fmt: skip
    yield Run(RUN, STATEMENT, 1, RunState.STARTED, NOW)


def _lines() -> Iterator[StatementLine]:
    """Yield twenty receipts that show a number, ten a name, ten a price alone, ten an entry's."""
    for position in range(1, LINES + 1):
        kind, n = position % 5, position
        owner = party(n)
        if kind < 2:
            of = item(n * ITEMS_PER_PARTY)
            amount, label = of.residual_minor, f"VIR {owner.name} {of.number}"
        elif kind == 2:
            amount, label = PRICES[n % len(PRICES)], f"VIR SEPA {owner.name}"
        elif kind == 3:
            amount, label = PRICES[n % len(PRICES)], "VIREMENT RECU"
        else:
            amount, label = entry(n).amount_minor, "REMISE DE VIREMENT"
        yield StatementLine(
            position=position,
            booking_date=_DAY + timedelta(days=50),
            amount_minor=amount,
            currency="EUR",
            label=label,
            counterparty=Counterparty(name=owner.name if kind < 3 else None),
        )
