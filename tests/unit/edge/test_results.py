"""Results as JSON: exactly the contract's fields, whatever is absent."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from rappro.domain.bank import (
    Balance,
    BankAccountRef,
    Counterparty,
    Finding,
    LineStatusAtBank,
    Nature,
    OriginalAmount,
    Severity,
    StatementClosed,
    StatementLine,
)
from rappro.domain.errors import MalformedStatement
from rappro.domain.ids import LineId, ThirdPartyId
from rappro.domain.matching.model import (
    Adjustment,
    AdjustmentKind,
    Candidate,
    Decision,
    Evidence,
    Explanation,
    Level,
    Rejected,
    Settle,
    TargetType,
)
from rappro.edge.results import (
    decided_statement_document,
    decision_document,
    error_document,
    line_document,
    reconcile_document,
    statement_document,
)

SCHEMAS = Path(__file__).resolve().parents[3] / "docs/schemas"

BARE_LINE = StatementLine(
    position=1, booking_date=date(2026, 3, 2), amount_minor=-500, currency="EUR"
)
FULL_LINE = StatementLine(
    position=2,
    booking_date=date(2026, 3, 2),
    amount_minor=120005,
    currency="EUR",
    value_date=date(2026, 3, 3),
    entry_ref="REF1",
    label="VIR SEPA RECU",
    label_more="FA-1",
    comment="mars",
    remittance_ref="R1",
    ordering_account="FR7611",
    counterparty=Counterparty("Dupont", "FR7612", "BNPAFRPP", "ID1"),
    end_to_end_id="E2E",
    mandate_id="RUM",
    creditor_id="ICS",
    bank_code="05",
    nature=Nature.TRANSFER,
    is_reversal=True,
    return_reason="AM04",
    original=OriginalAmount(190000, "JPY", "158.2"),
    status=LineStatusAtBank.PENDING,
    details=(BARE_LINE,),
    raw="04...",
)
BARE_STATEMENT = StatementClosed(
    account=BankAccountRef(), ordinal=1, currency="EUR", number=None, period_from=None,
    period_to=None, opening=None, closing=None, line_count=0,
)  # fmt: skip
FULL_STATEMENT = StatementClosed(
    account=BankAccountRef("FR76", "00012", "BNPAFRPP", "EUR", "Marchand"),
    ordinal=1,
    currency="EUR",
    number="12",
    period_from=date(2026, 3, 1),
    period_to=date(2026, 3, 31),
    opening=Balance(date(2026, 2, 28), 0),
    closing=Balance(date(2026, 3, 31), -5),
    line_count=2,
    findings=(Finding("short_record", Severity.WARNING, "cut", "line 3"),),
)


def errors(schema: str, document: object) -> list[str]:
    content = json.loads((SCHEMAS / schema).read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(content)
    validator = jsonschema.Draft202012Validator(
        content, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    as_read = json.loads(json.dumps(document))
    return [error.message for error in validator.iter_errors(as_read)]


@pytest.mark.parametrize(
    ("closed", "lines"),
    [(BARE_STATEMENT, ()), (BARE_STATEMENT, (BARE_LINE,)), (FULL_STATEMENT, (FULL_LINE,))],
)
def test_a_statement_keeps_to_the_schema(
    closed: StatementClosed, lines: tuple[StatementLine, ...]
) -> None:
    document = statement_document(closed, lines, file="a.xml", format_code="camt.053")

    assert errors("parse-line.schema.json", document) == []


def test_a_full_statement_says_every_field() -> None:
    document = statement_document(FULL_STATEMENT, file="a.xml", format_code="camt.053")

    assert document == {
        "file": "a.xml", "format": "camt.053",
        "account": {"iban": "FR76", "number": "00012", "bic": "BNPAFRPP", "currency": "EUR"},
        "number": "12", "from": "2026-03-01", "to": "2026-03-31",
        "opening": {"date": "2026-02-28", "amount": "0.00"},
        "closing": {"date": "2026-03-31", "amount": "-0.05"},
        "lines": [],
        "findings": [{"code": "short_record", "severity": "warning", "message": "cut",
                      "position": "line 3"}],
    }  # fmt: skip


def test_a_full_line_says_every_field() -> None:
    assert line_document(FULL_LINE) == {
        "position": 2, "entry_ref": "REF1", "booking_date": "2026-03-02",
        "value_date": "2026-03-03", "amount": "1200.05", "currency": "EUR",
        "label": "VIR SEPA RECU", "label_more": "FA-1", "comment": "mars",
        "remittance_ref": "R1", "ordering_account": "FR7611",
        "counterparty": {"name": "Dupont", "iban": "FR7612", "bic": "BNPAFRPP", "id": "ID1"},
        "end_to_end_id": "E2E", "mandate_id": "RUM", "creditor_id": "ICS", "bank_code": "05",
        "nature": "transfer", "reversal": True, "return_reason": "AM04",
        "original_amount": {"amount": "190000", "currency": "JPY", "rate": "158.2"},
        "status": "pending", "details": [line_document(BARE_LINE)],
    }  # fmt: skip


def test_what_a_line_does_not_say_is_null_and_never_left_out() -> None:
    document = line_document(BARE_LINE)

    assert list(document) == list(line_document(FULL_LINE))
    assert {key for key, value in document.items() if value is None} == {
        "entry_ref", "value_date", "label", "label_more", "comment", "remittance_ref",
        "ordering_account", "end_to_end_id", "mandate_id", "creditor_id", "bank_code", "nature",
        "return_reason", "original_amount",
    }  # fmt: skip
    assert document["counterparty"] == {"name": None, "iban": None, "bic": None, "id": None}


def test_an_account_without_a_currency_takes_its_statement_s() -> None:
    document = statement_document(BARE_STATEMENT, file="a", format_code="qif")

    assert document["account"]["currency"] == "EUR"


def test_a_refused_file_says_code_message_and_position() -> None:
    document = error_document("b.xml", MalformedStatement("no date", position="line 4"))

    assert document == {
        "file": "b.xml",
        "error": {"code": "malformed_statement", "message": "no date", "position": "line 4"},
    }
    assert errors("parse-line.schema.json", document) == []
    assert errors("reconcile-result.schema.json", document) == []


MATCHED = Decision(
    line_id=LineId("li_1"),
    level=Level.A,
    third_party=ThirdPartyId("C1"),
    settles=(Settle(TargetType.OPEN_ITEM, "I1", 120505),),
    adjustments=(Adjustment(AdjustmentKind.DISCOUNT, -500, "665000"),),
    explanation=Explanation(
        (Evidence("invoice_number", "FA-1", "full number"),), (Rejected("I2", "later"),)
    ),
)
OPEN = Decision(
    line_id=LineId("li_2"),
    level=Level.B,
    candidates=(
        Candidate((Settle(TargetType.BANK_ENTRY, "E1", 120005),), 80),
        Candidate((), 10, template="T1"),
    ),
)


def result_with(*decided: dict[str, Any]) -> dict[str, Any]:
    return reconcile_document("engine 1", [decided_statement_document("a.xml", "12", decided)])


def test_decisions_keep_to_the_schema_and_to_the_contract() -> None:
    matched, opened = (
        decision_document(FULL_LINE, MATCHED, currency="EUR"),
        decision_document(FULL_LINE, OPEN, currency="EUR"),
    )
    result = result_with(matched, opened)

    assert errors("reconcile-result.schema.json", result) == []
    assert matched == {
        "position": 2, "entry_ref": "REF1", "level": "A", "third_party": "C1", "template": None,
        "settles": [{"id": "I1", "type": "open_item", "amount": "1205.05"}],
        "adjustments": [{"kind": "discount", "amount": "-5.00", "account": "665000"}],
        "candidates": [],
        "explanation": {
            "evidence": [{"kind": "invoice_number", "text": "FA-1", "detail": "full number"}],
            "rejected": [{"candidate": "I2", "why": "later"}],
        },
    }  # fmt: skip
    assert opened["settles"] == []
    assert opened["candidates"] == [
        {"settles": [{"id": "E1", "amount": "1200.05"}], "template": None, "score": 80},
        {"settles": [], "template": "T1", "score": 10},
    ]


def test_amounts_settled_have_the_precision_of_the_company_s_currency() -> None:
    yen = StatementLine(
        position=1, booking_date=date(2026, 3, 2), amount_minor=1200, currency="JPY"
    )

    document = decision_document(yen, MATCHED, currency="TND")

    assert document["settles"][0]["amount"] == "120.505"
    assert document["adjustments"][0]["amount"] == "-0.500"


def test_the_schema_knows_that_an_undecided_line_settles_nothing() -> None:
    lying = {**decision_document(FULL_LINE, OPEN, currency="EUR"), "settles": [
        {"id": "I1", "type": "open_item", "amount": "1.00"}]}  # fmt: skip

    assert errors("reconcile-result.schema.json", result_with(lying)) != []


def test_the_schemas_refuse_fields_that_are_not_in_the_contract() -> None:
    statement = statement_document(FULL_STATEMENT, (FULL_LINE,), file="a", format_code="x")
    result = result_with(decision_document(FULL_LINE, MATCHED, currency="EUR"))

    assert errors("parse-line.schema.json", {**statement, "extra": 1}) != []
    assert errors("reconcile-result.schema.json", {**result, "extra": 1}) != []
