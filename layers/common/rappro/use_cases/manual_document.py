"""The document that a statement made by hand is kept as: its source file (SPEC IMP-9, IMP-3).

Written once, canonically: the same statement is the same bytes. It is read by the same way as a
bank's file, through `DocumentParser`; no dropped file is ever taken for one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from typing import Any, BinaryIO, Final

from rappro.domain.bank import (
    Balance,
    BankAccountRef,
    Counterparty,
    Nature,
    StatementClosed,
    StatementEvent,
    StatementLine,
    StatementOpened,
)
from rappro.domain.books import (
    Journal,
)
from rappro.domain.errors import MalformedStatement
from rappro.domain.frozen import dataclass
from rappro.domain.money import format_amount, parse_amount

MANUAL: Final = "manual"
"""The format of a statement made by hand."""
_DOCUMENT: Final = "rappro.manual/1"
_TEXTS: Final = (
    "label", "label_more", "comment", "remittance_ref", "ordering_account", "entry_ref",
    "end_to_end_id", "mandate_id",
)  # fmt: skip
_RAW_CHARS_MAX: Final = 4_000


@dataclass(frozen=True, slots=True)
class ManualStatement:
    """What a person enters; amounts are in the journal's currency, positions follow the order."""

    journal: str
    lines: tuple[StatementLine, ...]
    number: str | None = None
    period_from: date | None = None
    period_to: date | None = None
    opening: Balance | None = None
    closing: Balance | None = None


def written(manual: ManualStatement, journal: Journal) -> bytes:
    """Return the document of a statement of a journal; the same again for the same statement."""
    currency = journal.currency
    document = {
        "document": _DOCUMENT,
        "journal": journal.code,
        "iban": journal.iban,
        "account_number": journal.bank_number,
        "currency": currency,
        "number": manual.number,
        "period_from": manual.period_from and str(manual.period_from),
        "period_to": manual.period_to and str(manual.period_to),
        "opening": _balance(manual.opening, currency),
        "closing": _balance(manual.closing, currency),
        "lines": [_line(line, currency) for line in manual.lines],
    }
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def _balance(balance: Balance | None, currency: str) -> dict[str, str] | None:
    if balance is None:
        return None
    return {"date": str(balance.on), "amount": format_amount(balance.amount_minor, currency)}


def _line(line: StatementLine, currency: str) -> dict[str, Any]:
    said: dict[str, Any] = {
        "booking_date": str(line.booking_date),
        "amount": format_amount(line.amount_minor, currency),
        "value_date": line.value_date and str(line.value_date),
        "nature": line.nature,
        "counterparty": {
            part.name: getattr(line.counterparty, part.name)
            for part in fields(Counterparty)
            if getattr(line.counterparty, part.name)
        },
        **{name: getattr(line, name) for name in _TEXTS},
    }
    return {name: value for name, value in said.items() if value}


class DocumentParser:
    """Reads a document that `written` wrote; a StatementParser like those of the formats."""

    @property
    def format(self) -> str:
        return MANUAL

    def recognises(self, head: bytes) -> bool:
        """No file that is dropped is a statement made by hand."""
        del head
        return False

    def parse(self, stream: BinaryIO) -> Iterator[StatementEvent]:
        """Yield the one statement. Raises MalformedStatement for another document."""
        try:
            document = json.load(stream)
            currency = document["currency"]
            account = BankAccountRef(document["iban"], document["account_number"], None, currency)
            lines = [_read_line(said, n, currency) for n, said in enumerate(document["lines"], 1)]
            closed = StatementClosed(
                account, 1, currency, document["number"],
                _day(document["period_from"]), _day(document["period_to"]),
                _read_balance(document["opening"], currency),
                _read_balance(document["closing"], currency),
                len(lines),
            )  # fmt: skip
        except (ValueError, KeyError, TypeError) as error:
            raise MalformedStatement("no document of a statement", position="byte 0") from error
        yield StatementOpened(account, 1)
        yield from lines
        yield closed


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _read_balance(said: dict[str, str] | None, currency: str) -> Balance | None:
    if said is None:
        return None
    return Balance(date.fromisoformat(said["date"]), parse_amount(said["amount"], currency))


def _read_line(said: dict[str, Any], position: int, currency: str) -> StatementLine:
    line = StatementLine(
        position=position,
        booking_date=date.fromisoformat(said["booking_date"]),
        amount_minor=parse_amount(said["amount"], currency),
        currency=currency,
        value_date=_day(said.get("value_date")),
        nature=Nature(said["nature"]) if "nature" in said else None,
        counterparty=Counterparty(**said.get("counterparty", {})),
        **{name: said[name] for name in _TEXTS if name in said},
    )
    return with_raw(line)


def with_raw(line: StatementLine) -> StatementLine:
    """Return a line entered by hand with what was entered as its source text."""
    said = json.dumps(_line(line, line.currency), ensure_ascii=False, sort_keys=True)
    return replace(line, raw=said[:_RAW_CHARS_MAX])
