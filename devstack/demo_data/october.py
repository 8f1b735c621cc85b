"""The statement's month, put together: every movement of both banks, in booking order."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from devstack.demo_data import by_hand, collections_in, outgoings, receipts
from devstack.demo_data.catalog import FOREIGN_TO_BOOKS, Customer, Supplier
from devstack.demo_data.days import RECONCILED_ON, STATEMENT_FROM, STATEMENT_TO
from devstack.demo_data.ledger import Book
from devstack.demo_data.model import BankAccount, Means, Movement, Statement, Truth
from devstack.demo_data.pool import Pool
from devstack.demo_data.trade import Item

MISSING_CENTS = 18
"""By how much the closing balance of the third file is wrong."""


def fill_october(book: Book, items: Sequence[Item], rng: random.Random) -> None:
    """Add to what the banks show everything that is not in the books yet."""
    sold = [item for item in items if isinstance(item.party, Customer)]
    bought = [
        item for item in items if isinstance(item.party, Supplier) and item.residual_minor
    ]  # fmt: skip
    pool = Pool(sold, rng)
    first, second = outgoings.odds_and_ends()
    book.shown["BQ1"] += outgoings.refund(_reserved(pool))
    book.shown["BQ1"] += [*_receipts_bq1(pool), *first]
    book.shown["BQ2"] += [*_receipts_bq2(pool), *second]
    book.shown["BQ1"] += collections_in.collection(sold)
    book.shown["BQ1"] += collections_in.returned(_collected_in_september(sold))
    for journal in ("BQ1", "BQ2"):
        book.shown[journal] += outgoings.direct_debits(bought, journal, rng)
    book.shown["BQ1"] += outgoings.transfers_by_hand(bought, 3)
    book.shown["BQ1"] += [*by_hand.two_for_three(pool, "BQ1"), *by_hand.paid_abroad(book)]


def _reserved(pool: Pool) -> Item:
    """Take the newest credit note out of the pool before receipts deduct the others."""
    note = pool.free_notes("BQ1")[-1]
    pool.use([note])
    return note


def _receipts_bq1(pool: Pool) -> list[Movement]:
    """The scarce kinds first, so that each finds items that fit it."""
    bank = "BQ1"
    return [
        *receipts.twins(pool, bank, 1),
        *receipts.subsets(pool, bank, 3),
        *receipts.known_payers(pool, bank, 13),
        *receipts.in_part(pool, bank, 4),
        *receipts.off_by_cents(pool, bank),
        *receipts.paid_twice(pool, bank),
        *receipts.overpaid(pool, bank, 2),
        *receipts.several(pool, bank, 8),
        *receipts.cut_numbers(pool, bank, 7),
        *receipts.mistyped(pool, bank),
        *receipts.strangers(pool, bank),
        *receipts.full_numbers(pool, bank, 30),
    ]


def _receipts_bq2(pool: Pool) -> list[Movement]:
    bank = "BQ2"
    return [
        *receipts.twins(pool, bank, 1),
        *receipts.known_payers(pool, bank, 6),
        *receipts.in_part(pool, bank, 1),
        *receipts.several(pool, bank, 3),
        *receipts.cut_numbers(pool, bank, 4),
        *receipts.full_numbers(pool, bank, 13),
    ]


def _collected_in_september(items: Sequence[Item]) -> list[Item]:
    return [
        item
        for item in items
        if item.party.method == "sdd" and item.leg is not None
        and item.leg.lettered_on is not None and item.leg.lettered_on.month == 9
    ]  # fmt: skip


def reconciled_balance(book: Book, account: BankAccount) -> int:
    """Return what the bank said at the reconciled day: every leg it had shown by then."""
    return sum(
        leg.amount_minor
        for _, leg in book.legs_on(account.ledger)
        if leg.shown_on is not None and leg.shown_on <= RECONCILED_ON
    )


def statement(book: Book, account: BankAccount, rng: random.Random) -> Statement:
    """Return October's statement of an account, its movements by day and otherwise mixed."""
    assert account.journal is not None
    movements = list(book.shown[account.journal])
    rng.shuffle(movements)
    movements.sort(key=lambda movement: movement.booked_on)
    opening = reconciled_balance(book, account)
    return Statement(
        account=account,
        number=10,
        first_day=STATEMENT_FROM,
        last_day=STATEMENT_TO,
        opening_minor=opening,
        closing_minor=opening + sum(movement.amount_minor for movement in movements),
        movements=tuple(_with_reference(movement, n) for n, movement in enumerate(movements, 1)),
    )


def _with_reference(movement: Movement, rank: int) -> Movement:
    return replace(movement, bank_ref=f"{movement.booked_on:%y%m%d}{rank:05d}")


def broken_statements(october: Statement) -> tuple[Statement, ...]:
    """Return the third file's two statements: one that does not add up, one without a journal."""
    truth = Truth("quarantined", is_decidable=False)
    november = tuple(
        Movement(on, amount, means, truth, name=name, remittance=text, label=label,
                 bank_ref=f"{rank:09d}")
        for rank, (on, amount, means, name, text, label) in enumerate(_NOVEMBER, 1)
    )  # fmt: skip
    total = sum(movement.amount_minor for movement in november)
    first = Statement(
        account=october.account,
        number=11,
        first_day=date(2026, 11, 1),
        last_day=date(2026, 11, 13),
        opening_minor=october.closing_minor,
        closing_minor=october.closing_minor + total + MISSING_CENTS,
        movements=november,
    )
    elsewhere = tuple(
        Movement(on, amount, Means.TRANSFER_IN if amount > 0 else Means.TRANSFER_OUT, truth,
                 name=name, remittance=text, bank_ref=f"7{rank:08d}")
        for rank, (on, amount, name, text) in enumerate(_ELSEWHERE, 1)
    )  # fmt: skip
    second = Statement(
        account=FOREIGN_TO_BOOKS,
        number=11,
        first_day=date(2026, 11, 1),
        last_day=date(2026, 11, 13),
        opening_minor=1_250_000,
        closing_minor=1_250_000 + sum(movement.amount_minor for movement in elsewhere),
        movements=elsewhere,
    )
    return first, second


_NOVEMBER = (
    (date(2026, 11, 2), -2_880, Means.FEE, "", "", "COTISATION OFFRE PRO"),
    (date(2026, 11, 2), 184_320, Means.TRANSFER_IN, "HABITAT CENDRELLE", "RELEVE OCTOBRE", ""),
    (date(2026, 11, 3), 41_562, Means.CARD_DEPOSIT, "", "", "REMISE CB 02/11 CONTRAT 5512087"),
    (
        date(2026, 11, 4),
        -76_800,
        Means.DIRECT_DEBIT,
        "CREDIT BAIL MATERANCE SA",
        "LOYER 11/2026",
        "",
    ),
    (date(2026, 11, 5), 93_744, Means.TRANSFER_IN, "AUBRELAC GESTION", "CHARGES COPROPRIETE", ""),
    (date(2026, 11, 5), -3_240, Means.FEE, "", "", "LOCATION TPE 5512087"),
    (date(2026, 11, 6), 18_600, Means.TRANSFER_IN, "HOTEL DU LAC D ORVAN SARL", "CONTRAT", ""),
    (date(2026, 11, 9), -58_114, Means.DIRECT_DEBIT, "CARBURANTS PETROVANE SAS", "CARTES", ""),
    (date(2036, 11, 10), 27_600, Means.TRANSFER_IN, "TRANSPORTS VALOMBREY", "SOLDE", ""),
    (date(2026, 11, 12), -11_990, Means.CARD, "", "", "CARTE 11/11 BRICO VALCENDRE"),
    (date(2026, 11, 13), 64_008, Means.TRANSFER_IN, "EHPAD LES GLYCINES D ORVAN", "SOLDE", ""),
)  # a bank typed 2036 for 2026 on one of them

_ELSEWHERE = (
    (date(2026, 11, 4), 320_000, "ORVALLON IMMOBILIER", "LOYER NOVEMBRE"),
    (date(2026, 11, 6), -87_500, "SYNDIC DES CEDRES BLEUS", "APPEL DE FONDS T4"),
    (date(2026, 11, 12), -14_260, "EAUX DU PAYS D ORVAN", "FACTURE E2605911"),
)
