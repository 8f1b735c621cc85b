"""The books document under any input: exact amounts, and refusals that are always named."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
from hypothesis import given, settings
from hypothesis import strategies as st

from rappro.domain.errors import InvalidRequest, MalformedBooks
from rappro.domain.money import format_amount
from rappro.edge.books_document import read_books
from rappro.edge.books_models import books_schema

VALIDATOR = jsonschema.Draft202012Validator(books_schema())
CURRENCIES = st.sampled_from(["EUR", "USD", "JPY", "TND", "CLF"])
AMOUNTS = st.integers(min_value=-(10**18 - 1), max_value=10**18 - 1)

ROW: dict[str, Any] = {
    "id": "I1", "type": "invoice", "third_party": "C1", "account": "411000", "number": "FA-1",
    "issue_date": "2026-01-05", "due_date": None, "currency": "EUR", "amount": "120.00",
    "residual": None, "company_amount": None, "company_residual": None,
    "discount": {"rate_percent": "2", "until": "2026-01-15"}, "external_id": None,
}  # fmt: skip


def document_with(row: Any) -> dict[str, Any]:
    return {
        "company": {"name": "A"},
        "third_parties": [{"id": "C1", "kind": "customer", "name": "B"}],
        "open_items": [row],
    }


@given(currency=CURRENCIES, amount=AMOUNTS)
@settings(max_examples=50)
def test_an_amount_in_is_the_amount_read(currency: str, amount: int) -> None:
    text = format_amount(amount, currency)
    row = {**ROW, "currency": currency, "amount": text}
    if currency != "EUR":
        row["company_amount"] = "-1.00" if amount < 0 else "1.00"

    [item] = read_books(json.dumps(document_with(row)).encode()).open_items

    assert (item.amount_minor, item.residual_minor) == (amount, amount)
    assert format_amount(item.amount_minor, item.currency) == text


def refused_at(document: dict[str, Any] | bytes) -> str | None:
    """Return where a document is refused, None when it is read."""
    try:
        read_books(document)
    except (InvalidRequest, MalformedBooks) as refusal:
        return refusal.position or "somewhere"
    return None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(field=st.sampled_from(sorted(ROW)), value=JSON)
@settings(max_examples=100)
def test_any_value_in_any_field_is_read_or_refused_at_its_place(field: str, value: Any) -> None:
    """What the schema refuses is refused; a refusal points into the row that was changed."""
    document = document_with({**ROW, field: value})

    position = refused_at(document)

    if position is None:
        assert VALIDATOR.is_valid(json.loads(json.dumps(document)))
    else:
        assert position.startswith("/open_items/0")


@given(content=st.binary(max_size=60))
@settings(max_examples=50)
def test_bytes_after_the_document_are_refused_by_name(content: bytes) -> None:
    document = json.dumps(document_with(ROW)).encode()

    assert refused_at(document + b"!" + content) is not None
