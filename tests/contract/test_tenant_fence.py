"""Planted breaches: code that takes another tenant's name reads and writes nothing of it."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest

from rappro.adapters.dynamodb.store import DynamoStore
from rappro.adapters.fence import fence_items, fence_objects
from rappro.adapters.s3.blobs import S3Blobs
from rappro.domain.books import OpenItem
from rappro.domain.errors import RapproError
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.matching.model import Lookups
from rappro.domain.tenancy import OutsideTenant, in_force
from rappro.domain.writes import create
from rappro.ports import Store
from rappro.use_cases.load_books import BookRecords, load_document
from rappro.use_cases.run_requests import RunRequest
from rappro.use_cases.start_run import start_run
from tests.contract.conftest import ARCHIVE, TABLES, Aws
from tests.contract.samples import open_item
from tests.contract.test_dynamodb_items import everything_of
from tests.contract.test_one_wins import (
    AUTHOR,
    CLIENT,
    INVOICE,
    check_books,
    drop,
    open_company,
    receipts,
    run,
)

pytestmark = pytest.mark.emulator

SHA256 = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"  # of b"foo"


@pytest.fixture
def fenced(database: Aws) -> Store:
    return DynamoStore(fence_items(database.client("dynamodb")), TABLES)


def test_a_tenants_whole_way_stays_inside_its_fence(
    fenced: Store, tenant: TenantId, company: CompanyId
) -> None:
    """Books, a statement, its run: also what is read in several threads at once."""
    with in_force(tenant):
        ports = open_company(fenced, tenant, company)
        movement = ("2026-11-20", "120.00", "VIR MENUISERIE DUPOND FA2026-0101")
        statement = drop(ports, tenant, company, [movement, *receipts(1)], opening="1000.00")
        made = start_run(ports, tenant, company, statement, AUTHOR)
        request = RunRequest(tenant, company, statement, made.id, made.number)

        assert run(ports, tenant, company, request) == "ended"
        check_books(fenced, tenant, company)


def test_a_use_case_that_takes_another_tenant_is_stopped_before_it_reads_or_writes(
    fenced: Store, dynamo_store: Store, dynamodb: Any, tenant: TenantId, other_tenant: TenantId
) -> None:
    company = CompanyId("company-1")
    with in_force(tenant):
        ports = open_company(fenced, tenant, company)
    open_company(dynamo_store, other_tenant, company)
    before = everything_of(dynamodb, tenant), everything_of(dynamodb, other_tenant)
    changed = BookRecords(third_parties=(replace(CLIENT, name="changed"),), open_items=(INVOICE,))

    with in_force(tenant), pytest.raises(OutsideTenant):
        load_document(ports, other_tenant, company, changed, AUTHOR)

    assert (everything_of(dynamodb, tenant), everything_of(dynamodb, other_tenant)) == before


def test_the_store_is_stopped_in_the_threads_that_it_reads_in_too(
    fenced: Store, dynamo_store: Store, tenant: TenantId, other_tenant: TenantId,
    company: CompanyId,
) -> None:  # fmt: skip
    items = [open_item(f"i{n}", 100 + n) for n in range(120)]
    dynamo_store.load(other_tenant, company, items)
    wanted = [item.key for item in items]
    amounts = Lookups(frozenset(("EUR", 100 + n) for n in range(40)))

    with in_force(other_tenant):
        assert len(fenced.get_many(other_tenant, company, OpenItem, wanted)) == 120
        assert len(fenced.evidence(other_tenant, company, amounts).open_items) == 40
    with in_force(tenant):
        with pytest.raises(OutsideTenant):
            fenced.get_many(other_tenant, company, OpenItem, wanted)
        with pytest.raises(OutsideTenant):
            fenced.evidence(other_tenant, company, amounts)
        with pytest.raises(OutsideTenant):
            fenced.commit(other_tenant, company, [create(open_item("i200", 5))])


def test_a_key_built_for_another_tenant_is_stopped_though_the_gateway_lets_it_pass(
    fenced: Store, dynamodb: Any, tenant: TenantId, other_tenant: TenantId,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Two faults at once: a key of another tenant, and a guard that fails."""
    company = CompanyId("company-1")
    monkeypatch.setattr("rappro.adapters.dynamodb.gateway._guard", lambda *_: None)
    partition = "rappro.adapters.dynamodb.keys.partition"
    monkeypatch.setattr(partition, lambda _, *parts: "#".join((other_tenant, *parts)))

    with in_force(tenant), pytest.raises(OutsideTenant):
        fenced.commit(tenant, company, [create(open_item("i1", 5))])
    with in_force(tenant), pytest.raises(OutsideTenant):
        fenced.get(tenant, company, OpenItem, "i1")

    assert everything_of(dynamodb, other_tenant) == {}


def test_files_of_another_tenant_are_neither_read_nor_kept_nor_linked(
    aws: Aws, s3: Any, tenant: TenantId, other_tenant: TenantId, company: CompanyId
) -> None:
    kept = S3Blobs(s3, ARCHIVE)
    kept.save_document(other_tenant, company, "w", int, 1)
    fenced = S3Blobs(fence_objects(aws.client("s3"), ARCHIVE, "sources/", "work/"), ARCHIVE)

    with in_force(tenant):
        for stopped in (
            lambda: fenced.load_document(other_tenant, company, "w", int),
            lambda: fenced.save_document(other_tenant, company, "w", int, 2),
            lambda: fenced.archive(other_tenant, company, SHA256, BytesIO(b"foo")),
            lambda: fenced.source_url(other_tenant, company, SHA256, "a.xml"),
        ):
            with pytest.raises(OutsideTenant):
                stopped()

    assert kept.load_document(other_tenant, company, "w", int) == 1
    with pytest.raises(RapproError):
        kept.open_source(other_tenant, company, SHA256)
    with in_force(other_tenant):
        assert fenced.load_document(other_tenant, company, "w", int) == 1
