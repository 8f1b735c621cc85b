"""Domain values into the JSON of the command line: parsed statements and decided lines.

The field names are a contract (docs/schemas): every key is always there, what is absent is null,
amounts are decimal strings in their currency's precision, dates are ISO. No I/O here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from rappro.domain.bank import (
    Balance,
    BankAccountRef,
    Counterparty,
    Finding,
    OriginalAmount,
    StatementClosed,
    StatementLine,
)
from rappro.domain.errors import RapproError
from rappro.domain.matching.model import Adjustment, Candidate, Decision, Explanation, Settle
from rappro.domain.money import format_amount

Json = dict[str, Any]


def error_document(file: str, error: RapproError) -> Json:
    """Return what is said instead of a file that was refused."""
    return refusal_document(file, error.code, error.detail, position=error.position)


def refusal_document(file: str, code: str, message: str, *, position: str | None = None) -> Json:
    """Return what is said instead of a file that was refused, from its parts."""
    return {"file": file, "error": {"code": code, "message": message, "position": position}}


def statement_document(
    closed: StatementClosed, lines: Iterable[StatementLine] = (), *, file: str, format_code: str
) -> Json:
    """Return one parsed statement, in the contract's order of fields."""
    return {
        "file": file,
        "format": format_code,
        "account": _account(closed.account, closed.currency),
        "number": closed.number or None,
        "from": _day(closed.period_from),
        "to": _day(closed.period_to),
        "opening": _balance(closed.opening, closed.currency),
        "closing": _balance(closed.closing, closed.currency),
        "lines": [line_document(line) for line in lines],
        "findings": [finding_document(finding) for finding in closed.findings],
    }


def line_document(line: StatementLine) -> Json:
    """Return one line of a statement, or one part of a batch line."""
    return {
        "position": line.position,
        "entry_ref": line.entry_ref or None,
        "booking_date": _day(line.booking_date),
        "value_date": _day(line.value_date),
        "amount": format_amount(line.amount_minor, line.currency),
        "currency": line.currency,
        "label": line.label or None,
        "label_more": line.label_more or None,
        "comment": line.comment or None,
        "remittance_ref": line.remittance_ref or None,
        "ordering_account": line.ordering_account or None,
        "counterparty": _counterparty(line.counterparty),
        "end_to_end_id": line.end_to_end_id or None,
        "mandate_id": line.mandate_id or None,
        "creditor_id": line.creditor_id or None,
        "bank_code": line.bank_code or None,
        "nature": line.nature,
        "reversal": line.is_reversal,
        "return_reason": line.return_reason or None,
        "original_amount": _original(line.original),
        "status": line.status,
        "details": [line_document(part) for part in line.details],
    }


def finding_document(finding: Finding) -> Json:
    """Return one named observation."""
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        "position": finding.position,
    }


def reconcile_document(engine: str, statements: Sequence[Json]) -> Json:
    """Return the whole result; `statements` are decided statements and refused files, in order."""
    return {"engine": engine, "statements": list(statements)}


def decided_statement_document(file: str, number: str | None, lines: Sequence[Json]) -> Json:
    """Return one statement with what was decided about its lines, in position order."""
    return {"file": file, "number": number or None, "lines": list(lines)}


def decision_document(line: StatementLine, decision: Decision, *, currency: str) -> Json:
    """Return what was decided about one line; `currency` is the company's.

    Settled amounts and adjustments are in it: they add up to a line that is in it too.
    """
    return {
        "position": line.position,
        "entry_ref": line.entry_ref or None,
        "level": decision.level,
        "third_party": decision.third_party,
        "template": decision.template,
        "settles": [_settle(settle, currency) for settle in decision.settles],
        "adjustments": [_adjustment(found, currency) for found in decision.adjustments],
        "candidates": [_candidate(found, currency) for found in decision.candidates],
        "explanation": _explanation(decision.explanation),
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _account(account: BankAccountRef, currency: str) -> Json:
    return {
        "iban": account.iban or None,
        "number": account.number or None,
        "bic": account.bic or None,
        "currency": account.currency or currency,
    }


def _balance(balance: Balance | None, currency: str) -> Json | None:
    if balance is None:
        return None
    return {"date": _day(balance.on), "amount": format_amount(balance.amount_minor, currency)}


def _counterparty(party: Counterparty) -> Json:
    return {
        "name": party.name or None,
        "iban": party.iban or None,
        "bic": party.bic or None,
        "id": party.id or None,
    }


def _original(original: OriginalAmount | None) -> Json | None:
    if original is None:
        return None
    return {
        "amount": format_amount(original.amount_minor, original.currency),
        "currency": original.currency,
        "rate": original.rate or None,
    }


def _settle(settle: Settle, currency: str) -> Json:
    amount = format_amount(settle.amount_minor, currency)
    return {"id": settle.id, "type": settle.type, "amount": amount}


def _adjustment(adjustment: Adjustment, currency: str) -> Json:
    return {
        "kind": adjustment.kind,
        "amount": format_amount(adjustment.amount_minor, currency),
        "account": adjustment.account,
    }


def _candidate(candidate: Candidate, currency: str) -> Json:
    return {
        "settles": [
            {"id": settle.id, "amount": format_amount(settle.amount_minor, currency)}
            for settle in candidate.settles
        ],
        "template": candidate.template,
        "score": candidate.score,
    }


def _explanation(explanation: Explanation) -> Json:
    return {
        "evidence": [
            {"kind": found.kind, "text": found.text, "detail": found.detail}
            for found in explanation.evidence
        ],
        "rejected": [
            {"candidate": rival.candidate, "why": rival.why} for rival in explanation.rejected
        ],
    }
