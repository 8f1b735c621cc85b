"""What comes back every month: payroll and its charges, VAT, loans, bank fees.

Payments with a date known ahead are in the books to the last day of the year; bank fees only up to
the reconciled day, because the statement tells them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from devstack.demo_data.catalog import BQ1, BQ2, STAFF, customer_iban
from devstack.demo_data.days import (
    FISCAL_END,
    FISCAL_START,
    RECONCILED_ON,
    bank_day,
    bank_day_before,
    month_end,
    months,
)
from devstack.demo_data.ledger import Book, Leg
from devstack.demo_data.model import BankAccount, Means, Movement, Truth
from devstack.demo_data.numbers import bank_spelling, with_vat
from devstack.demo_data.settle import entry_of

_NET_PAY: Final = sum(net for _, net in STAFF)
_SOCIAL: Final = _NET_PAY * 52 // 100
_PENSION: Final = _NET_PAY * 17 // 100
_INCOME_TAX: Final = _NET_PAY * 7 // 100
OPENING_VAT: Final = 984_200
_VAT_ACCOUNTS: Final = ("445660", "445711", "445712", "445713")


@dataclass(frozen=True, slots=True)
class _Charge:
    """A monthly debt paid by direct debit the month after, on a known day."""

    account: str
    label: str
    name: str
    day: int
    amount_minor: int
    mandate: str
    creditor_id: str


_CHARGES: Final = (
    _Charge("431000", "URSSAF", "URSSAF DES VALLONS", 5, _SOCIAL, "URSV000261", "FR00ZZZ910001"),
    _Charge("442100", "PAS", "DGFIP PRELEVEMENT SOURCE", 12, _INCOME_TAX, "DGPAS000261",
            "FR00ZZZ910002"),
    _Charge("437000", "RETRAITE", "CAISSE RETRAITE SYLVANE", 25, _PENSION, "SYLV-26103",
            "FR00ZZZ910003"),
)  # fmt: skip
_VAT: Final = _Charge("445510", "TVA", "DGFIP TVA", 24, 0, "DGTVA000261", "FR00ZZZ910002")


@dataclass(frozen=True, slots=True)
class _Loan:
    account: str
    label: str
    bank: BankAccount
    day: int
    instalment_minor: int
    insurance_minor: int
    rate_permyriad: int  # yearly, in hundredths of a percent


_LOANS: Final = {
    8_412_350: _Loan("164000", "PRET 00026178 MATERIEL", BQ1, 15, 214_055, 3_820, 240),
    2_935_500: _Loan("164100", "PRET 7731905 VEHICULES", BQ2, 8, 61_230, 1_140, 310),
}
OPENING_DEBTS: Final = {
    "164000": 8_412_350, "164100": 2_935_500, "431000": _SOCIAL, "437000": _PENSION,
    "442100": _INCOME_TAX, "445510": OPENING_VAT,
}  # fmt: skip
FEES: Final = (
    (BQ1, 1, "COTISATION OFFRE PRO", 2_400),
    (BQ1, 6, "LOCATION TPE 5512087", 2_700),
    (BQ2, 2, "FRAIS TENUE DE COMPTE", 1_850),
    (BQ2, 5, "ABONNEMENT BANQUE EN LIGNE", 1_200),
)
"""Monthly bank fees: account, day, wording, amount before VAT in cents."""


_INTEREST: Final = {(1, "T4 2025"): 1_905, (4, "T1 2026"): 2_260, (7, "T2 2026"): 1_188}


def open_books(book: Book) -> None:
    """Give the debts of the opening entry their legs, so that the first payments letter them."""
    for account, amount in OPENING_DEBTS.items():
        book.opening.append(Leg(account, -amount))


def pay_staff(book: Book) -> None:
    """Post each month's payroll, the salaries, and the charges paid the month after."""
    debts = {leg.account: leg for leg in book.opening if leg.account in OPENING_DEBTS}
    for year, month in months(FISCAL_START, FISCAL_END):
        for charge in _CHARGES:
            on = bank_day(date(year, month, charge.day))
            _pay_charge(book, charge, on, debts[charge.account])
        debts.update(_payroll(book, year, month))


def _payroll(book: Book, year: int, month: int) -> dict[str, Leg]:
    staff_share = (_SOCIAL + _PENSION) * 2 // 5
    owed = {
        "421000": Leg("421000", -_NET_PAY),
        "431000": Leg("431000", -_SOCIAL),
        "437000": Leg("437000", -_PENSION),
        "442100": Leg("442100", -_INCOME_TAX),
    }
    costs = [
        Leg("641000", _NET_PAY + _INCOME_TAX + staff_share),
        Leg("645000", _SOCIAL + _PENSION - staff_share),
    ]
    on = month_end(year, month)
    legs = [*costs, *owed.values()]
    book.post("OD", on, piece=f"PAIE{on:%Y%m}", label=f"PAIE {on:%m/%Y}", legs=legs)
    paid = []
    for rank, (name, net) in enumerate(STAFF, 1):
        paid.append(_pay_salary(book, bank_day_before(on), (rank, name), net))
    book.letter([owed["421000"], *paid], on)
    return owed


def _pay_salary(book: Book, on: date, person: tuple[int, str], net: int) -> Leg:
    rank, name = person
    piece, owed, leg = f"SAL{on:%y%m}-{rank}", Leg("421000", net), Leg(BQ2.ledger, -net)
    label = f"VIR SALAIRE {name} {on:%m/%Y}"
    book.post("BQ2", on, piece=piece, label=label, legs=[owed, leg])
    truth = Truth("salary", (entry_of(leg, piece),))
    movement = Movement(
        on, -net, Means.TRANSFER_OUT, truth, name=bank_spelling(name),
        iban=customer_iban(f"E{9000 + rank}"), remittance=f"SALAIRE {on:%m/%Y}", end_to_end=piece,
    )  # fmt: skip
    book.show("BQ2", leg, movement)
    return owed


def _pay_charge(book: Book, charge: _Charge, on: date, debt: Leg) -> None:
    amount = -debt.amount_minor
    piece = f"{charge.label}{on:%Y%m}"
    paid, leg = Leg(charge.account, amount), Leg(BQ2.ledger, -amount)
    label = f"PRLV {charge.name}"
    book.post("BQ2", on, piece=piece, label=label, legs=[paid, leg])
    book.letter([debt, paid], on)
    truth = Truth("charge_in_books", (entry_of(leg, piece),))
    movement = Movement(
        on, -amount, Means.DIRECT_DEBIT, truth, name=charge.name, mandate=charge.mandate,
        creditor_id=charge.creditor_id, remittance=f"{charge.label} {on:%m %Y}",
    )  # fmt: skip
    book.show("BQ2", leg, movement)


def repay_loans(book: Book) -> None:
    """Post the instalments of both loans from their tables; both are in the books in advance."""
    for capital, loan in _LOANS.items():
        left = capital
        for year, month in months(FISCAL_START, FISCAL_END):
            on = bank_day(date(year, month, loan.day))
            interest = (left * loan.rate_permyriad + 60_000) // 120_000
            principal = loan.instalment_minor - interest - loan.insurance_minor
            left -= principal
            _repay(book, loan, on, (principal, interest))


def _repay(book: Book, loan: _Loan, on: date, shares: tuple[int, int]) -> None:
    principal, interest = shares
    piece, leg = f"PRET{loan.bank.journal}{on:%Y%m}", Leg(loan.bank.ledger, -loan.instalment_minor)
    legs = [
        Leg(loan.account, principal), Leg("661100", interest),
        Leg("616000", loan.insurance_minor), leg,
    ]  # fmt: skip
    assert loan.bank.journal is not None
    book.post(loan.bank.journal, on, piece=piece, label=f"ECHEANCE {loan.label}", legs=legs)
    truth = Truth("loan_in_books", (entry_of(leg, piece),))
    label = f"ECHEANCE {loan.label}"
    movement = Movement(on, leg.amount_minor, Means.LOAN, truth, label=label)
    book.show(loan.bank.journal, leg, movement)


def charge_fees(book: Book) -> None:
    """Post the monthly bank fees up to the reconciled day; October's only come by the bank."""
    for year, month in months(FISCAL_START, FISCAL_END):
        for bank, day, label, net in FEES:
            on = bank_day(date(year, month, day))
            vat, gross = with_vat(net, 200)
            assert bank.journal is not None
            if on <= RECONCILED_ON:
                leg = Leg(bank.ledger, -gross, shown_on=on)
                legs = [Leg("627000", net), Leg("445660", vat), leg]
                book.post(bank.journal, on, piece="", label=label, legs=legs)
                continue
            truth = Truth("bank_fee", template="FRAIS")
            book.shown[bank.journal].append(Movement(on, -gross, Means.FEE, truth, label=label))


def pay_interest(book: Book) -> None:
    """Post the second bank's overdraft interest of the first three quarters (agios)."""
    for (month, quarter), amount in _INTEREST.items():
        on = bank_day(date(2026, month, 7))
        leg = Leg(BQ2.ledger, -amount, shown_on=on)
        label = f"INTERETS DEBITEURS {quarter}"
        book.post("BQ2", on, piece="", label=label, legs=[Leg("661600", amount), leg])


def clear_suspense(book: Book) -> None:
    """Post a receipt that nobody could explain, and its clearing a month later (compte 471)."""
    on, amount = date(2026, 2, 12), 13_240
    received, cleared = Leg("471000", -amount), Leg("471000", amount)
    leg = Leg(BQ1.ledger, amount, shown_on=on)
    book.post("BQ1", on, piece="", label="VIR RECU NON IDENTIFIE", legs=[leg, received])
    on = date(2026, 3, 16)
    legs = [cleared, Leg("758000", -amount)]
    book.post("OD", on, piece="OD2026-03-1", label="RISTOURNE IDENTIFIEE", legs=legs)
    book.letter([received, cleared], on)


def declare_vat(book: Book) -> None:
    """Post each month's VAT return, rounded to the euro, and its payment the month after."""
    debt = next(leg for leg in book.opening if leg.account == "445510")
    for year, month in months(FISCAL_START, FISCAL_END):
        _pay_charge(book, _VAT, bank_day(date(year, month, _VAT.day)), debt)
        debt = _vat_return(book, year, month)
        if debt.amount_minor >= 0:
            raise ValueError(f"the VAT of {month}/{year} is a credit: tune the sales")


def _vat_return(book: Book, year: int, month: int) -> Leg:
    totals: dict[str, int] = defaultdict(int)
    for leg in _legs_of_month(book, year, month):
        if leg.account in _VAT_ACCOUNTS:
            totals[leg.account] += leg.amount_minor
    exact = sum(totals.values())
    debt = Leg("445510", -((-exact + 50) // 100 * 100))
    rounding = exact - debt.amount_minor
    legs = [Leg(account, -amount) for account, amount in sorted(totals.items()) if amount]
    legs.append(debt)
    if rounding:
        legs.append(Leg("758000" if rounding < 0 else "658000", rounding))
    on = month_end(year, month)
    book.post("OD", on, piece=f"TVA{on:%Y%m}", label=f"TVA CA3 {on:%m/%Y}", legs=legs)
    return debt


def _legs_of_month(book: Book, year: int, month: int) -> Iterator[Leg]:
    for entry in book.entries:
        if (entry.on.year, entry.on.month) == (year, month):
            yield from entry.legs
