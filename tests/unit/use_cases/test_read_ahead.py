"""Records read ahead are told once, and never after something that may have changed them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from rappro.adapters.memory import MemoryStore
from rappro.domain.books import Journal, JournalType, LedgerAccount
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.records import UnfinishedMatch
from rappro.domain.writes import change, create
from rappro.ports import Ports, Store
from rappro.use_cases.read_ahead import ahead, keyed

TENANT, COMPANY = TenantId("alpha"), CompanyId("acme")
BANK = Journal("BQ1", "Banque", JournalType.TREASURY, account="512100")
ACCOUNT = LedgerAccount("627000", "Services bancaires")


class Asked:
    """A store that notes by what methods it was asked."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.store.commit(TENANT, COMPANY, [create(BANK), create(ACCOUNT)])
        self.names: list[str] = []

    def __getattr__(self, name: str) -> Any:
        self.names.append(name)
        return getattr(self.store, name)


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def known(asked: Asked) -> Store:
    """A store that has read the journal, the account and an account that is not there."""
    nothing = cast("Any", None)
    ports = Ports(cast("Store", asked), nothing, nothing, nothing, nothing, nothing)
    wanted = keyed(COMPANY, (Journal, ["BQ1", None]), (LedgerAccount, ["627000", "999999"]))
    store = ahead(ports, TENANT, wanted).store
    assert asked.names == ["find"]
    asked.names.clear()
    return store


def test_what_was_read_ahead_is_told_once_and_then_read(asked: Asked, known: Store) -> None:
    first = known.get(TENANT, COMPANY, Journal, "BQ1")
    assert (first, asked.names) == (replace(BANK, version=1), [])

    assert known.get(TENANT, COMPANY, Journal, "BQ1") == first
    assert asked.names == ["get"]


def test_that_a_record_is_not_there_is_known_too(asked: Asked, known: Store) -> None:
    assert known.get(TENANT, COMPANY, LedgerAccount, "999999") is None
    assert asked.names == []


def test_of_several_records_only_those_unknown_are_read(asked: Asked, known: Store) -> None:
    asked.store.commit(TENANT, COMPANY, [create(LedgerAccount("401000", "Fournisseurs"))])

    found = known.get_many(TENANT, COMPANY, LedgerAccount, ["401000", "627000", "999999"])
    assert [list(found), asked.names] == [["401000", "627000"], ["get_many"]]

    asked.names.clear()
    wanted = keyed(COMPANY, (Journal, ["BQ1"]), (LedgerAccount, ["627000"]))
    assert known.find(TENANT, wanted) == [replace(BANK, version=1), replace(ACCOUNT, version=1)]
    assert asked.names == ["find"]


@pytest.mark.parametrize("looked", ["commit", "under_way", "marks"])
def test_after_a_commit_or_the_marks_of_units_a_record_is_read_again(
    asked: Asked, known: Store, looked: str
) -> None:
    if looked == "commit":
        known.commit(TENANT, COMPANY, [create(LedgerAccount("401000", "Fournisseurs"))])
    elif looked == "under_way":
        known.under_way(TENANT, COMPANY)
    else:
        known.all(TENANT, COMPANY, UnfinishedMatch)
    before = replace(BANK, version=1)
    asked.store.commit(TENANT, COMPANY, [change(before, replace(before, label="Autre"))])

    found = known.get(TENANT, COMPANY, Journal, "BQ1")

    assert found == replace(BANK, label="Autre", version=2)


def test_another_tenant_or_company_is_told_nothing(known: Store) -> None:
    assert known.get(TenantId("beta"), COMPANY, Journal, "BQ1") is None
    assert known.get(TENANT, CompanyId("other"), Journal, "BQ1") is None
    assert known.get_many(TenantId("beta"), COMPANY, Journal, ["BQ1"]) == {}
