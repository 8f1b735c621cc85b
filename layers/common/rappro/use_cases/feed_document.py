"""The document that a statement made from a feed is kept as: its source file (SYN-5).

Written canonically from what is staged: the same transactions are the same bytes. It is read by the
same way as a bank's file; no dropped file is ever taken for one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields, replace
from datetime import date
from typing import Any, BinaryIO, Final

from rappro.domain.bank import (
    Balance,
    BankAccountRef,
    Counterparty,
    LineStatusAtBank,
    Nature,
    OriginalAmount,
    StatementClosed,
    StatementEvent,
    StatementLine,
    StatementOpened,
)
from rappro.domain.errors import MalformedStatement
from rappro.domain.feeds import StagedTransaction
from rappro.domain.frozen import dataclass

_DOCUMENT: Final = "rappro.feed/1"


@dataclass(frozen=True, slots=True)
class Batch:
    """Transactions that go on one statement; balances are there where they are known."""

    account_id: str
    provider: str
    number: str
    account: BankAccountRef
    currency: str
    opening: Balance | None
    closing: Balance | None
    staged: tuple[StagedTransaction, ...]


def written(batch: Batch) -> bytes:
    """Return the document of a batch."""
    document = {
        "document": _DOCUMENT,
        "account_id": batch.account_id,
        "provider": batch.provider,
        "number": batch.number,
        "account": asdict(batch.account),
        "currency": batch.currency,
        "opening": _said_balance(batch.opening),
        "closing": _said_balance(batch.closing),
        "lines": [_said(one) for one in batch.staged],
    }
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def staged_ids(content: bytes) -> list[str]:
    """Return the ids of the transactions of a document, in the order of their lines."""
    return [said["staged"] for said in json.loads(content)["lines"]]


def _said_balance(balance: Balance | None) -> dict[str, Any] | None:
    if balance is None:
        return None
    return {"on": balance.on.isoformat(), "amount_minor": balance.amount_minor}


def _said(staged: StagedTransaction) -> dict[str, Any]:
    """Return a transaction as its line says it; the provider's id is the bank's reference.

    By it a movement that comes late is told from one like it that is there already.
    """
    line = staged.line
    said = {
        each.name: getattr(line, each.name)
        for each in fields(StatementLine)
        if each.name not in {"position", "details"} and getattr(line, each.name) != each.default
    }
    said["entry_ref"] = f"{staged.account_id}:{staged.id}"
    said["counterparty"] = asdict(line.counterparty)
    if line.original is not None:
        said["original"] = asdict(line.original)
    for name in ("booking_date", "value_date"):
        if said.get(name) is not None:
            said[name] = said[name].isoformat()
    return {"staged": staged.id, **said}


class FeedParser:
    """Reads a document that `written` wrote; a StatementParser like those of the formats."""

    def __init__(self, provider: str) -> None:
        self._provider = provider

    @property
    def format(self) -> str:
        return f"feed-{self._provider}"

    def recognises(self, head: bytes) -> bool:
        """No file that is dropped is a statement made from a feed."""
        del head
        return False

    def parse(self, stream: BinaryIO) -> Iterator[StatementEvent]:
        """Yield the one statement. Raises MalformedStatement for another document."""
        try:
            document = json.load(stream)
            account = BankAccountRef(**document["account"])
            lines = [_line(said, n) for n, said in enumerate(document["lines"], 1)]
            closed = _closed(document, account, lines)
        except (ValueError, KeyError, TypeError) as error:
            raise MalformedStatement("no document of a feed", position="byte 0") from error
        yield StatementOpened(account, 1)
        yield from lines
        yield closed


def _closed(
    document: dict[str, Any], account: BankAccountRef, lines: Sequence[StatementLine]
) -> StatementClosed:
    days = [line.booking_date for line in lines]
    return StatementClosed(
        account, 1, document["currency"], document["number"], min(days), max(days),
        _balance(document["opening"]), _balance(document["closing"]), len(lines),
    )  # fmt: skip


def _balance(said: dict[str, Any] | None) -> Balance | None:
    return None if said is None else Balance(date.fromisoformat(said["on"]), said["amount_minor"])


def _line(said: dict[str, Any], position: int) -> StatementLine:
    kept = {name: value for name, value in said.items() if name != "staged"}
    value_date = kept.get("value_date")
    original = kept.get("original")
    line = StatementLine(
        position=position, booking_date=date.fromisoformat(kept.pop("booking_date")),
        amount_minor=kept.pop("amount_minor"), currency=kept.pop("currency"),
    )  # fmt: skip
    kept["counterparty"] = Counterparty(**kept["counterparty"])
    kept["value_date"] = None if value_date is None else date.fromisoformat(value_date)
    kept["original"] = None if original is None else OriginalAmount(**original)
    kept["nature"] = Nature(kept["nature"]) if "nature" in kept else None
    kept["status"] = LineStatusAtBank(kept.get("status", LineStatusAtBank.BOOKED))
    return replace(line, **kept)
