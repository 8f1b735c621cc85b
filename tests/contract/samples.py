"""Records to store: one of each kind with every field set, and short makers of common ones."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from rappro.domain.access import Membership
from rappro.domain.bank import StatementLine
from rappro.domain.books import (
    BankEntry,
    Company,
    EntryLine,
    EntrySource,
    JournalEntry,
    OpenItem,
    OpenItemType,
)
from rappro.domain.ids import CompanyId, LineId, StatementId, ThirdPartyId
from rappro.domain.records import (
    LineRecord,
    StatementRecord,
)
from rappro.domain.writes import (
    Record,
)

R = TypeVar("R")

KINDS: tuple[type[Any], ...] = get_args(Record)
_DAY = date(2024, 3, 1)
_DEPTH_MAX = 3


def filled(kind: type[R], number: int = 1) -> R:
    """Return a record whose fields all hold something else than their default."""
    made: Any = _filled_dataclass(kind, number, 0)
    if isinstance(made, Company):
        return replace(made, id=CompanyId("company-1"))  # type: ignore[return-value]
    if isinstance(made, Membership):
        return replace(made, company=CompanyId("company-1"))  # type: ignore[return-value]
    return made  # type: ignore[no-any-return]


def _filled_dataclass(kind: Any, number: int, depth: int) -> Any:
    hints = get_type_hints(kind)
    values = {
        part.name: _filled_value(hints[part.name], f"{part.name}{number}", number, depth)
        for part in fields(kind)
    }
    if kind is EntryLine:
        values["credit_minor"] = 0
    if kind is JournalEntry:
        values["is_unbalanced_at_source"] = True
    if kind is OpenItem:
        values |= {"amount_minor": 900, "company_amount_minor": 800}
    if "version" in values:
        values["version"] = 0
    return kind(**values)


def _filled_value(hint: Any, name: str, number: int, depth: int) -> Any:  # noqa: PLR0911 - a table
    base = getattr(hint, "__supertype__", hint)
    if base is str:
        return name
    if base is bool:
        return True
    if base is int:
        return number
    if base is date:
        return _DAY + timedelta(days=number)
    if base is datetime:
        return datetime(2024, 3, 1, 10, 20, 30, 456_789, tzinfo=UTC) + timedelta(seconds=number)
    if isinstance(base, type) and issubclass(base, Enum):
        return list(base)[-1]
    if is_dataclass(base):
        return _filled_dataclass(base, number, depth + 1)
    return _filled_generic(base, name, number, depth)


def _filled_generic(hint: Any, name: str, number: int, depth: int) -> Any:
    parts = get_args(hint)
    if get_origin(hint) in (Union, UnionType):
        (inner,) = (part for part in parts if part is not NoneType)
        return _filled_value(inner, name, number, depth)
    if get_origin(hint) is tuple:
        if depth > _DEPTH_MAX:
            return ()
        if parts[-1] is not Ellipsis:
            return tuple(
                _filled_value(part, f"{name}-{n}", n, depth + 1) for n, part in enumerate(parts, 1)
            )
        return tuple(_filled_value(parts[0], f"{name}-{n}", n, depth + 1) for n in (1, 2))
    if get_origin(hint) is dict:
        if parts[1] is int:
            return {"A": 3, "B": 0}
        return {"text": "é", "none": None, "nested": {"list": [1, "2", None, {"deep": True}]}}
    raise TypeError(f"no sample for {hint}")


def open_item(
    id_: str, amount: int, *, party: str = "C1", number: str = "", due: date = _DAY,
    residual: int | None = None, foreign: int | None = None,
) -> OpenItem:  # fmt: skip
    """Return an unsettled invoice; `foreign` is its amount in dollars, when it is in dollars."""
    left = amount if residual is None else residual
    own = left if foreign is None else foreign
    return OpenItem(
        id=id_,  # type: ignore[arg-type]
        type=OpenItemType.INVOICE,
        third_party=ThirdPartyId(party),
        account="411000",
        number=number or f"FA-2024-{id_}",
        issue_date=_DAY,
        due_date=due,
        currency="EUR" if foreign is None else "USD",
        amount_minor=amount if foreign is None else foreign,
        residual_minor=own,
        company_amount_minor=amount,
        company_residual_minor=left,
    )


def settled(item: OpenItem, by: int | None = None) -> OpenItem:
    """Return the item with its residual gone down, to zero by default."""
    left = 0 if by is None else item.company_residual_minor - by
    own = left if item.currency == "EUR" else 0
    return replace(item, residual_minor=own, company_residual_minor=left)


def bank_entry(id_: str, amount: int, **more: Any) -> BankEntry:
    """Return an entry on the bank account that waits for the bank."""
    values: dict[str, Any] = {
        "journal": "BQ", "account": "512000", "date": _DAY, "currency": "EUR",
        "label": f"entry {id_}",
    }  # fmt: skip
    return BankEntry(id=id_, amount_minor=amount, **(values | more))


def journal_entry(id_: str, *, journal: str = "BQ", on: date = _DAY) -> JournalEntry:
    """Return a balanced draft entry."""
    return JournalEntry(
        id=id_,  # type: ignore[arg-type]
        journal=journal,
        date=on,
        piece_ref=f"P{id_}",
        piece_date=on,
        label=f"entry {id_}",
        lines=(
            EntryLine("512000", "bank", debit_minor=100),
            EntryLine("411000", "customer", credit_minor=100),
        ),
        source=EntrySource.ENGINE,
    )


def statement(id_: str, *, journal: str | None = "BQ", to: date | None = _DAY) -> StatementRecord:
    """Return an imported statement."""
    made = filled(StatementRecord)
    return replace(made, id=StatementId(id_), journal=journal, period_to=to)


def line(statement_id: str, position: int, **more: Any) -> LineRecord:
    """Return a line as it is just after import."""
    values: dict[str, Any] = {
        "booking_date": _DAY, "amount_minor": 100 + position, "currency": "EUR",
        "label": f"VIR SEPA LIGNE {position}",
    }  # fmt: skip
    return LineRecord(
        id=LineId(f"{statement_id}-{position}"),
        statement_id=StatementId(statement_id),
        journal="BQ",
        line=StatementLine(position=position, **(values | more)),
    )
