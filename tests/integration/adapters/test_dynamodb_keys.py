"""No two things share a key, every key starts with its tenant, and each kind has its place."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rappro.adapters.dynamodb import keys
from rappro.adapters.dynamodb.items import key_item, placed_entry, placed_record, record_of
from rappro.adapters.indexing import (
    INDEXED_KINDS,
    Entry,
    Index,
    Listing,
    entries_of,
    is_copy,
    listed_of,
)  # fmt: skip
from rappro.adapters.scope import KEY_BYTES_MAX
from rappro.domain.access import Membership
from rappro.domain.books import (
    Company,
)
from rappro.domain.errors import InvalidRequest
from rappro.domain.ids import CompanyId
from rappro.domain.operations import AuditEvent
from rappro.domain.records import (
    LineRecord,
)
from rappro.domain.writes import (
    Record,
)
from tests.contract.samples import KINDS, bank_entry, filled, open_item

SCOPES = [("ab", "c1"), ("ab", "c1-c2"), ("ab-c1", "c2"), ("abc", "c1")]
TEXTS = st.text(alphabet="a#/-|I0", min_size=1, max_size=6)
RECORDS = st.tuples(st.sampled_from(KINDS), TEXTS)


def test_every_kind_has_a_place_of_its_own() -> None:
    assert set(keys.KINDS) == set(get_args(Record))
    codes = [kind.code for kind in keys.KINDS.values()]
    words = [*codes, *Index, *Listing]

    assert len(set(codes)) == len(codes)
    assert len(set(words)) == len(words)
    assert not any("#" in word for word in words)


def test_what_belongs_to_what_is_told_apart() -> None:
    """Scopes that run into each other, every kind and every index: no key twice."""
    seen = set()
    for tenant, company in SCOPES:
        for kind in KINDS:
            record = filled(kind)
            if isinstance(record, Company):
                record = replace(record, id=CompanyId(company))
            if isinstance(record, Membership):
                record = replace(record, company=CompanyId(company))
            found = [keys.key_of(tenant, company, record)]
            found += [keys.entry_key(tenant, company, entry) for entry in entries_of(record)]
            for key in found:
                assert key.pk.startswith(f"{tenant}#")
                assert len(key.sk) > 0
                assert key not in seen
                seen.add(key)


@given(
    first=st.tuples(st.sampled_from(KINDS), TEXTS), second=st.tuples(st.sampled_from(KINDS), TEXTS)
)
def test_two_records_never_share_a_key(
    first: tuple[type[Record], str], second: tuple[type[Record], str]
) -> None:
    """Whatever their ids hold, the separator itself included."""
    found = {}
    endings = {LineRecord: "/7", AuditEvent: "/2025-01-31T09:00:00+00:00/au"}
    for kind, text in (first, second):
        key = text + endings.get(kind, "")
        found[kind, key] = keys.record_key("ab", "c1", kind, key)

    assert len(set(found.values())) == len(found)


@given(first=st.tuples(TEXTS, TEXTS), second=st.tuples(TEXTS, TEXTS))
def test_two_index_entries_never_share_a_key(
    first: tuple[str, str], second: tuple[str, str]
) -> None:
    """Value and position stay apart, whatever they hold; amounts hold no separator."""
    found = {
        entry: keys.entry_key("ab", "c1", entry)
        for value, position in (first, second)
        for entry in (
            Entry(Index.REFERENCE, value, position),
            Entry(Index.THIRD_PARTY, value, position),
            Entry(Index.LEDGER, value, position),
            Entry(Index.ENTRIES_OF_JOURNAL, value, position),
        )
    }

    assert len(set(found.values())) == len(found)


def test_all_shards_together_are_the_whole_backlog() -> None:
    shards = {keys.amount_shard(str(amount)) for amount in range(-2000, 2000)}

    assert shards == set(range(keys.AMOUNT_SHARDS))


def test_a_key_stays_within_what_dynamodb_takes() -> None:
    """2,048 bytes and 1,024 bytes, with the longest of everything."""
    long = "é" * (KEY_BYTES_MAX // 2)
    item = open_item(long, -(10**17), party=long, number="1" * 30)
    entry = bank_entry(long, 10**17, account=long, third_party=long, cheque_no="2" * 30)
    for record in (item, entry):
        places = [keys.key_of("a" * 40, "b" * 40, record)]
        places += [keys.entry_key("a" * 40, "b" * 40, found) for found in entries_of(record)]
        for key in places:
            assert len(key.pk.encode()) <= 2048
            assert len(key.sk.encode()) <= 1024

    with pytest.raises(InvalidRequest):
        keys.partition("ab", "c1", "LED", "é" * 1025)


@pytest.mark.parametrize("kind", KINDS, ids=[kind.__name__ for kind in KINDS])
def test_only_kinds_that_are_said_to_have_index_entries_have_some(kind: type[Record]) -> None:
    if kind not in INDEXED_KINDS:
        assert entries_of(filled(kind)) == ()
    if kind in INDEXED_KINDS:
        assert len(listed_of(filled(kind))) <= 2


LISTED_BY_POINTER = {Index.STATEMENTS_OF_JOURNAL, Index.ENTRIES_OF_JOURNAL}


def test_an_index_item_is_a_copy_or_a_pointer_and_nothing_else() -> None:
    for kind in KINDS:
        record: Record = filled(kind)
        own = placed_record("ab", "c1", record)
        assert record_of(own.item) == record
        for entry in entries_of(record):
            placed = placed_entry("ab", "c1", record, entry, own)
            expected = {**key_item(keys.entry_key("ab", "c1", entry))}
            if is_copy(entry):
                expected |= {name: own.item[name] for name in ("k", "v", "doc")}
            else:
                expected["ref"] = {"S": record.key}
            listed = {
                name: placed.item[name] for name in placed.item.keys() & {"list_pk", "list_sk"}
            }
            assert placed.item == expected | listed
            assert bool(listed) == (entry.by in LISTED_BY_POINTER)


def test_companies_are_listed_under_their_tenant_alone() -> None:
    pk = keys.companies_partition("ab")

    assert pk.startswith("ab##")
    assert all(not keys.partition(*scope, "X").startswith(pk) for scope in SCOPES)
    for bad in ("", "a#", "a"):
        with pytest.raises(InvalidRequest):
            keys.companies_partition(bad)


def test_scopes_never_share_a_prefix() -> None:
    for one, two in combinations(SCOPES, 2):
        assert not keys.partition(*one, "").startswith(keys.partition(*two, ""))
        assert not keys.partition(*two, "").startswith(keys.partition(*one, ""))
