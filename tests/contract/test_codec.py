"""What is stored reads back equal: every kind of record, whatever its fields hold."""

from __future__ import annotations

import gc
import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rappro.adapters import codec
from rappro.domain.bank import StatementLine
from rappro.domain.books import (
    EntryLine,
    JournalEntry,
    OpenItem,
)
from rappro.domain.errors import InvalidRequest, StoreUnavailable
from rappro.domain.matching.model import Lookups, MatchLine, World
from rappro.domain.operations import (
    AuditEvent,
)
from rappro.domain.records import (
    LineRecord,
)
from rappro.domain.tasks import Task
from tests.contract.samples import KINDS, bank_entry, filled, line, open_item

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=4,
)


def _overrides(kind: type[Any]) -> dict[str, st.SearchStrategy[Any]]:
    """Return what a kind needs beyond its types: rules of its own, JSON where it says Any."""
    if kind is OpenItem:
        zero = st.just(0)
        return {"residual_minor": zero, "company_residual_minor": zero}
    if kind is JournalEntry:
        return {"lines": st.lists(_entry_lines(), max_size=2).map(tuple),
                "is_unbalanced_at_source": st.just(True)}  # fmt: skip
    if kind is LineRecord:
        return {"line": _lines(st.lists(_lines(st.just(())), max_size=1).map(tuple))}
    if kind is AuditEvent:
        free = st.none() | st.dictionaries(st.text(max_size=5), _JSON, max_size=2)
        return {"before": free, "after": free}
    if kind is Task:
        free = st.dictionaries(st.text(max_size=5), _JSON, max_size=2)
        return {"arguments": free, "result": st.none() | free}
    return {}


def _lines(parts: st.SearchStrategy[tuple[StatementLine, ...]]) -> st.SearchStrategy[StatementLine]:
    return st.builds(StatementLine, details=parts)


def _entry_lines() -> st.SearchStrategy[EntryLine]:
    return st.builds(EntryLine, credit_minor=st.just(0), debit_minor=st.integers(0, 10**18))


st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))


@pytest.mark.parametrize("kind", KINDS, ids=[kind.__name__ for kind in KINDS])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_record_reads_back_equal(kind: type[Any], data: st.DataObject) -> None:
    record = data.draw(st.builds(kind, **_overrides(kind)))

    text = codec.dump(record)
    read = codec.load(kind, text)

    assert read == record
    assert type(read) is kind
    assert codec.dump(read) == text


@pytest.mark.parametrize("kind", KINDS, ids=[kind.__name__ for kind in KINDS])
def test_a_record_with_every_field_set_reads_back_equal(kind: type[Any]) -> None:
    record = filled(kind)

    assert codec.load(kind, codec.dump(record)) == record
    assert codec.from_jsonable(kind, codec.to_jsonable(record)) == record
    assert json.loads(codec.dump(record)) == codec.to_jsonable(record)


def test_fields_that_hold_their_default_take_no_room() -> None:
    assert codec.to_jsonable(bank_entry("e1", -500)) == {
        "id": "e1", "journal": "BQ", "account": "512000", "date": "2024-03-01",
        "amount_minor": -500, "currency": "EUR", "label": "entry e1",
    }  # fmt: skip


def test_usual_records_stay_under_one_kilobyte() -> None:
    """One kilobyte is what one write unit of DynamoDB holds."""
    usual = line(
        "st_" + "x" * 24, 123, label="VIR SEPA RECU DE MENUISERIE DUPONT ET FILS",
        label_more="FACTURE FA-2024-00123 DU 01/03/2024 MERCI", raw="0" * 240,
        end_to_end_id="NOTPROVIDED", bank_code="05", value_date=date(2024, 3, 2),
    )  # fmt: skip

    assert len(codec.dump(usual)) < 800
    assert len(codec.dump(open_item("oi_" + "x" * 24, 123456))) < 400


def test_sets_are_written_in_order() -> None:
    """The same value is the same bytes in every process, whatever its hash seed."""
    lookups = Lookups(frozenset({("EUR", 30), ("CHF", 40), ("EUR", -1)}), frozenset("cab"))
    matched = MatchLine(  # a set inside a tuple of another dataclass
        cast("Any", "l1"), line("s1", 1).line, "512000", vetoes=frozenset({"z", "b", "m"})
    )

    amounts = b'"amounts":[["CHF",40],["EUR",-1],["EUR",30]]'
    assert codec.dump(lookups) == b"{" + amounts + b',"references":["a","b","c"]}'
    assert codec.load(Lookups, codec.dump(lookups)) == lookups
    world = World("EUR", (matched,))
    assert b'"vetoes":["b","m","z"]' in codec.dump(world)
    assert codec.load(World, codec.dump(world)) == world


def test_the_parts_of_a_batch_entry_are_kept_to_any_depth() -> None:
    deepest = line("s1", 1).line
    nested = replace(deepest, details=(replace(deepest, details=(deepest, deepest)), deepest))

    assert codec.load(StatementLine, codec.dump(nested)) == nested


def test_an_instant_of_another_time_zone_is_the_same_instant() -> None:
    paris = datetime(2024, 7, 1, 14, 0, tzinfo=timezone(timedelta(hours=2)))
    event = replace(filled(AuditEvent), at=paris)

    assert codec.load(AuditEvent, codec.dump(event)).at == datetime(2024, 7, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "value"),
    [("amount_minor", 5.0), ("amount_minor", "5"), ("label", 5), ("date", "2024-03-01"),
     ("is_carried_over", "no"), ("currency", None)],
)  # fmt: skip
def test_a_field_of_a_wrong_type_is_refused_before_it_is_stored(field: str, value: object) -> None:
    changes: dict[str, Any] = {field: value}
    wrong = replace(bank_entry("e1", 5), **changes)

    with pytest.raises(InvalidRequest):
        codec.dump_record(wrong)


def test_a_part_of_a_record_without_its_text_is_refused() -> None:
    wrong: Any = replace(line("s1", 1).line, label=None)  # type: ignore[arg-type]

    with pytest.raises(InvalidRequest):
        codec.dump_record(replace(line("s1", 1), line=wrong))


_TEXT_AMOUNT = (
    b'{"id":"e1","journal":"BQ","account":"5","date":"2024-03-01","amount_minor":"5",'
    b'"currency":"EUR","label":"x"}'
)


@pytest.mark.parametrize(
    "text",
    [b"", b"[]", b"null", b'{"id":"x"}', b"{", b"\xff", _TEXT_AMOUNT],
)  # fmt: skip
def test_a_stored_text_that_is_no_record_is_a_fault_of_the_store(text: bytes) -> None:
    with pytest.raises(StoreUnavailable):
        codec.load(type(bank_entry("e1", 5)), text)


def test_a_field_added_later_reads_as_its_default() -> None:
    """What an older version stored has no such field; what a newer one stored has one more."""
    stored = codec.to_jsonable(line("s1", 1))
    assert "vetoes" not in stored

    assert codec.from_jsonable(LineRecord, stored) == line("s1", 1)
    assert codec.from_jsonable(LineRecord, {**stored, "added_later": 1}) == line("s1", 1)


@pytest.mark.parametrize("is_on", [True, False])
@pytest.mark.parametrize("text", [b"{}", b"no JSON"])
def test_reading_a_large_document_leaves_the_collector_as_it_was(
    monkeypatch: pytest.MonkeyPatch, text: bytes, *, is_on: bool
) -> None:
    monkeypatch.setattr(codec, "LARGE_BYTES", 1)
    (gc.enable if is_on else gc.disable)()
    try:
        with suppress(StoreUnavailable):
            codec.load(Lookups, text)
        assert gc.isenabled() is is_on
    finally:
        gc.enable()
