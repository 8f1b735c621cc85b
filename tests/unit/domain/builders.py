"""Small records for tests of the domain; every argument that a test does not name is dull."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TypeVar

from rappro.domain.bank import Balance, BankAccountRef, StatementLine
from rappro.domain.books import (
    BankEntry,
    Company,
    Journal,
    JournalType,
    OpenItem,
    OpenItemType,
    ThirdParty,
    ThirdPartyKind,
)
from rappro.domain.ids import CompanyId, LineId, MatchId, OpenItemId, StatementId, ThirdPartyId
from rappro.domain.records import (
    LineRecord,
    StatementRecord,
    StatementStatus,
)

R = TypeVar("R")
NOW = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
IBAN = "FR7699999000010000000000112"
JOURNAL = Journal("BQ1", "Banque", JournalType.TREASURY, "512100", iban=IBAN)
COMPANY = Company(CompanyId("acme"), "Acme")
CLIENT = ThirdParty(ThirdPartyId("tp_c"), ThirdPartyKind.CUSTOMER, "Garage du Port", "411000")


def day(number: int) -> date:
    """A day of November 2026."""
    return date(2026, 11, number)


def line(position: int, amount: int, on: date = date(2026, 11, 5), **fields: object) -> LineRecord:
    """A stored line of statement `st_1` unless said otherwise."""
    text = str(fields.pop("label", f"LIGNE {position}"))
    record = LineRecord(
        id=LineId(f"li_{position}"),
        statement_id=StatementId("st_1"),
        journal="BQ1",
        line=StatementLine(position, on, amount, "EUR", label=text),
    )
    return _with(record, fields)


def statement(opening: int, closing: int, **fields: object) -> StatementRecord:
    """An imported statement of November 2026."""
    record = StatementRecord(
        id=StatementId("st_1"),
        journal="BQ1",
        account=BankAccountRef(iban=IBAN),
        currency="EUR",
        number="11",
        period_from=day(1),
        period_to=day(30),
        opening=Balance(date(2026, 10, 31), opening),
        closing=Balance(day(30), closing),
        line_count=1,
        booked_minor=closing - opening,
        format="camt.053",
        source_sha256="00",
        source_name="releve.xml",
        ordinal=1,
        imported_at=NOW,
        status=StatementStatus.IMPORTED,
    )
    return _with(record, fields)


def bank_entry(name: str, amount: int, on: date = date(2026, 11, 5), **fields: object) -> BankEntry:
    """An entry line on 512100 that waits for the bank."""
    return _with(BankEntry(name, "BQ1", "512100", on, amount, "EUR", f"ECRITURE {name}"), fields)


def invoice(number: str, amount: int, residual: int | None = None, **fields: object) -> OpenItem:
    """A customer's invoice; the residual is the amount unless said otherwise."""
    left = amount if residual is None else residual
    item = OpenItem(
        OpenItemId(f"oi_{number}"), OpenItemType.INVOICE, CLIENT.id, "411000", number,
        day(1), day(30), "EUR", amount, left, amount, left,
    )  # fmt: skip
    return _with(item, fields)


def _with(record: R, fields: dict[str, object]) -> R:
    return replace(record, **fields)  # type: ignore[type-var]  # any record class


MATCH = MatchId("ma_1")
