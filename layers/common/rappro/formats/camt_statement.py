"""One statement (Stmt, Rpt, Ntfctn) of an ISO 20022 message: account, balances, period, number.

The entries are read by `camt_lines`, the order of statements and entries in a file is the business
of `camt_message`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from rappro.domain.bank import Balance, BankAccountRef, StatementClosed, StatementLine
from rappro.domain.errors import InputError, MalformedStatement, TooLarge, UnsupportedCurrency
from rappro.domain.frozen import dataclass
from rappro.formats.camt_layouts import Entry
from rappro.formats.camt_lines import LineMaker, is_credited, minor_units, parse_date
from rappro.formats.camt_parties import Parties, account_of
from rappro.formats.camt_tables import BALANCE, STATEMENT
from rappro.formats.camt_tree import Element, Fields, fill, xml_line
from rappro.formats.findings import FindingLog
from rappro.formats.protocol import LINES_PER_STATEMENT_MAX

DEFAULT_CURRENCY: Final = "EUR"
BALANCES_MAX: Final = 500
_BOOKED: Final = ("OPBD", "PRCD", "ITBD", "CLBD")
_LOCATED: Final = (UnsupportedCurrency, TooLarge)
_COPIES: Final = {"COPY": "a copy", "DUPL": "a duplicate", "CODU": "a copy and a duplicate"}


@dataclass(frozen=True, slots=True)
class _Booked:
    """A booked balance of the file, by its type."""

    type: str
    balance: Balance


class Statement:
    """A statement while its entries stream by.

    What stands before the first entry is read then, for the lines need currency and account; what
    the whole element says is read again at its end.
    """

    def __init__(
        self, element: Element, ordinal: int, findings: FindingLog, *, has_pages: bool = True
    ) -> None:
        """Begin a statement; `has_pages` says that an interim balance may open or close it."""
        self._ordinal, self._findings, self._has_pages = ordinal, findings, has_pages
        self._table, self._balance_table = STATEMENT.copied(), BALANCE.copied()
        self._fields, self._balances = self._read(element)
        self._count = 0
        self._currency = self._first_currency()
        self.account = self._account()
        self._make: LineMaker | None = None

    def _read(self, element: Element) -> tuple[Fields, list[Fields]]:
        fields: Fields = {}
        elements: list[Element] = []
        fill(element, self._table, fields, elements)
        if len(elements) > BALANCES_MAX:
            raise TooLarge(f"more than {BALANCES_MAX} balances", position=self._where)
        balances = []
        for balance in elements:
            balances.append({"at": xml_line(balance)})
            fill(balance, self._balance_table, balances[-1], [])
        return fields, balances

    @property
    def _where(self) -> str:
        return f"statement {self._ordinal}"

    def _first_currency(self) -> str | None:
        """Return the account's currency, or else that of its booked balances, if they say so."""
        found = [each.get("Amt@") for each in self._balances if each.get("type") in _BOOKED]
        return next((currency for currency in (self._fields.get("Ccy"), *found) if currency), None)

    def _account(self) -> BankAccountRef:
        get = self._fields.get
        iban, number = account_of(self._fields, "Acct.iban", "Acct.number")
        return BankAccountRef(
            iban=iban,
            number=number,
            bic=get("Svcr.bic"),
            currency=self._currency,
            holder=get("Ownr.name") or get("Acct.name"),
        )

    def line(self, entry: Entry, element: Element) -> StatementLine:
        """Return the line of the next entry, which stands in the file where the element does.

        Raises MalformedStatement, UnsupportedCurrency and TooLarge with its place.
        """
        self._count += 1
        if self._make is None:
            self._make = LineMaker(
                Parties(self.account.iban, self.account.holder),
                self._currency or "",
                self._fallback_date(),
                ordinal=self._ordinal,
                findings=self._findings,
            )
        elif self._count > LINES_PER_STATEMENT_MAX:
            raise TooLarge(f"more than {LINES_PER_STATEMENT_MAX} entries in a statement",
                           position=self._where)  # fmt: skip
        try:
            line = self._make.line(entry, self._count)
        except InputError as wrong:
            kind = type(wrong) if isinstance(wrong, _LOCATED) else MalformedStatement
            place = f"{self._where} line {self._count}, {xml_line(element)}"
            raise kind(wrong.detail, position=place) from wrong
        if self._currency is None:
            self._currency = line.currency
        return line

    def closed(self, element: Element) -> StatementClosed:
        """Return what the whole statement says. Raises MalformedStatement."""
        self._fields, self._balances = self._read(element)
        self._currency = self._currency or self._first_currency()
        if self._currency is None:
            self._currency = DEFAULT_CURRENCY
            self._findings.note("currency_assumed", self._where)
        opening, closing, first_day = self._opening_and_closing()
        get = self._fields.get
        self._note_oddities()
        return StatementClosed(
            replace(self._account(), currency=self._currency),
            self._ordinal,
            self._currency,
            number=get("ElctrncSeqNb") or get("LglSeqNb") or get("Id"),
            period_from=self._day("FrDtTm") or first_day,
            period_to=self._day("ToDtTm") or (closing.on if closing else None),
            opening=opening,
            closing=closing,
            line_count=self._count,
            findings=self._findings.take(),
        )

    def _note_oddities(self) -> None:
        announced = self._fields.get("NbOfNtries", "")
        if announced.isdigit() and announced != str(self._count):
            self._findings.note("entries_differ", self._where, about=announced)
        mark = self._fields.get("CpyDplctInd", "")
        if mark in _COPIES:
            self._findings.note("copy", self._where, about=_COPIES[mark])

    def _day(self, name: str) -> date | None:
        text = self._fields.get(name)
        if text is None:
            return None
        try:
            return parse_date(text)
        except InputError as wrong:
            raise MalformedStatement(f"{name}: {wrong.detail}", position=self._where) from wrong

    def _place_of(self, balance: Fields) -> str:
        return f"{self._where} balance {balance['type']}, {balance['at']}"

    def _fallback_date(self) -> date | None:
        """Return the day of the statement, for entries and balances that give none."""
        return self._day("ToDtTm") or self._closing_day() or self._day("CreDtTm")

    def _closing_day(self) -> date | None:
        for balance in self._balances:
            if balance.get("type") == "CLBD" and "Dt" in balance:
                try:
                    return parse_date(balance["Dt"])
                except InputError as wrong:
                    position = self._place_of(balance)
                    raise MalformedStatement(wrong.detail, position=position) from wrong
        return None

    def _opening_and_closing(self) -> tuple[Balance | None, Balance | None, date | None]:
        """Return opening and closing, and the first day of the period when the opening says it.

        An opening is OPBD, else the closing of the statement before, PRCD. A statement in pages
        has an interim balance (ITBD) where a page ends and the next one begins. That of a report
        during the day (camt.052) is the balance of an hour, which its entries need not lead to.
        """
        booked = self._booked()
        first: dict[str, Balance] = {}
        for found in booked:
            first.setdefault(found.type, found.balance)
        interim = [each.balance for each in booked if each.type == "ITBD" and self._has_pages]
        opening = first.get("OPBD") or first.get("PRCD")
        closing = first.get("CLBD")
        if opening is None and interim and (closing is not None or len(interim) > 1):
            opening = interim.pop(0)
        if closing is None and interim:
            closing = interim[-1]
        return opening, closing, _first_day(first, closing)

    def _booked(self) -> list[_Booked]:
        """Return the booked balances of the account's currency, in file order."""
        found: list[_Booked] = []
        for fields in self._balances:
            if fields.get("type") not in _BOOKED:
                continue
            if fields.get("Amt@", self._currency) != self._currency:
                self._findings.note("balance_currency", self._where)
                continue
            booked = _Booked(fields["type"], self._balance(fields))
            repeated = [one for one in found if one.type == booked.type != "ITBD"]
            if repeated and repeated[0].balance.amount_minor != booked.balance.amount_minor:
                self._findings.note("balance_repeated", self._where, about=booked.type)
            found.append(booked)
        return found

    def _balance(self, fields: Fields) -> Balance:
        position = self._place_of(fields)
        try:
            amount = minor_units(fields.get("Amt", ""), self._currency or DEFAULT_CURRENCY)
            sign = 1 if is_credited(fields.get("CdtDbtInd", "")) else -1
            if "Dt" in fields:
                return Balance(parse_date(fields["Dt"]), sign * amount)
        except UnsupportedCurrency as wrong:
            raise UnsupportedCurrency(wrong.detail, position=position) from wrong
        except InputError as wrong:
            raise MalformedStatement(wrong.detail, position=position) from wrong
        day = self._fallback_date()
        if day is None:
            raise MalformedStatement("a balance without a date", position=position)
        self._findings.note("balance_date_missing", self._where)
        return Balance(day, sign * amount)


def _first_day(first: dict[str, Balance], closing: Balance | None) -> date | None:
    """Return the first day of a period from its opening; PRCD is dated the day before it."""
    if "OPBD" in first:
        return first["OPBD"].on
    if "PRCD" not in first:
        return None
    before = first["PRCD"].on
    following = before + timedelta(days=1) if before < date.max else before
    return min(following, closing.on) if closing is not None else following
