"""Source files come back byte for byte, documents come back equal, and both to their owner only."""

from __future__ import annotations

import hashlib
import inspect
from io import BytesIO
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from rappro.adapters.s3.blobs import S3Blobs
from rappro.domain.errors import InvalidRequest, NotFound
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.matching.model import Lookups, World
from rappro.domain.records import (
    StatementRecord,
)
from rappro.ports import Blobs
from tests.contract.conftest import ARCHIVE
from tests.contract.samples import bank_entry, filled, open_item

NAME = "runs/r1/lookups"


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def read(blobs: Blobs, tenant: TenantId, company: CompanyId, content: bytes) -> bytes:
    with blobs.open_source(tenant, company, sha(content)) as source:
        return source.read()


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00", b"\r\n\r\n", bytes(range(256)) * 41, "é".encode("cp1252"), b"x" * 9_000_001],
    ids=["empty", "nul", "line ends", "all bytes", "not utf-8", "larger than memory"],
)
def test_a_source_file_comes_back_byte_for_byte(
    blobs: Blobs, tenant: TenantId, company: CompanyId, content: bytes
) -> None:
    name = blobs.archive(tenant, company, sha(content), BytesIO(content))

    assert name == f"sources/{tenant}/{company}/{sha(content)}"
    assert read(blobs, tenant, company, content) == content


def test_an_opened_source_can_be_read_again(
    blobs: Blobs, tenant: TenantId, company: CompanyId
) -> None:
    content = b"0123456789"
    blobs.archive(tenant, company, sha(content), BytesIO(content))

    with blobs.open_source(tenant, company, sha(content)) as source:
        assert source.read(4) == b"0123"
        source.seek(0)
        assert source.read() == content


def test_the_same_file_again_changes_nothing(
    blobs: Blobs, tenant: TenantId, company: CompanyId
) -> None:
    content = b"statement"

    names = {blobs.archive(tenant, company, sha(content), BytesIO(content)) for _ in range(3)}

    assert len(names) == 1
    assert read(blobs, tenant, company, content) == content


def test_a_file_is_kept_under_its_own_hash_only(
    blobs: Blobs, tenant: TenantId, company: CompanyId
) -> None:
    with pytest.raises(InvalidRequest):
        blobs.archive(tenant, company, sha(b"one"), BytesIO(b"another"))

    with pytest.raises(NotFound):
        blobs.open_source(tenant, company, sha(b"one"))
    with pytest.raises(NotFound):
        blobs.open_source(tenant, company, sha(b"another"))


@pytest.mark.parametrize("hash_", ["", "x", "0" * 63, "A" * 64, "../" + "0" * 61, "0" * 65])
def test_what_is_no_hash_is_refused(
    blobs: Blobs, tenant: TenantId, company: CompanyId, hash_: str
) -> None:
    with pytest.raises(InvalidRequest):
        blobs.archive(tenant, company, hash_, BytesIO(b""))
    with pytest.raises(InvalidRequest):
        blobs.open_source(tenant, company, hash_)
    with pytest.raises(InvalidRequest):
        blobs.source_url(tenant, company, hash_, "x")


@pytest.mark.parametrize(
    "value",
    [
        Lookups(frozenset({("EUR", 1), ("EUR", -2)}), frozenset({"A"}), frozenset()),
        World("EUR", (), (open_item("i1", 5),) * 3, (bank_entry("e1", 7),)),
        filled(StatementRecord),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_document_comes_back_equal_and_the_last_one_stays(
    blobs: Blobs, tenant: TenantId, company: CompanyId, value: Any
) -> None:
    kind = type(value)
    blobs.save_document(tenant, company, NAME, Lookups, Lookups())
    blobs.save_document(tenant, company, NAME, kind, value)

    assert blobs.load_document(tenant, company, NAME, kind) == value


def test_a_documents_digest_tells_whether_it_was_changed(
    blobs: Blobs, tenant: TenantId, company: CompanyId
) -> None:
    first, second = (Lookups(references=frozenset({token})) for token in "AB")
    with pytest.raises(NotFound):
        blobs.document_digest(tenant, company, NAME)

    found = []
    for value in (first, second, first):
        blobs.save_document(tenant, company, NAME, Lookups, value)
        found.append(blobs.document_digest(tenant, company, NAME))

    assert found[0] == found[2] != found[1]
    assert all(len(digest) == 64 for digest in found)


def test_a_document_that_is_not_there_is_not_found(
    blobs: Blobs, tenant: TenantId, company: CompanyId
) -> None:
    with pytest.raises(NotFound):
        blobs.load_document(tenant, company, NAME, Lookups)


@pytest.mark.parametrize(
    "name", ["", "/a", "a/", "a//b", "../b", "a/../b", "a/.b", "a b", "é", "a" * 513, "a\n"]
)
def test_a_document_name_that_could_lead_elsewhere_is_refused(
    blobs: Blobs, tenant: TenantId, company: CompanyId, name: str
) -> None:
    with pytest.raises(InvalidRequest):
        blobs.save_document(tenant, company, name, Lookups, Lookups())
    with pytest.raises(InvalidRequest):
        blobs.load_document(tenant, company, name, Lookups)


def test_every_method_of_blobs_keeps_tenants_and_companies_apart(
    blobs: Blobs, tenant: TenantId, other_tenant: TenantId, company: CompanyId
) -> None:
    content = b"same"
    mine, theirs = (Lookups(frozenset({("EUR", minor)})) for minor in (1, 2))
    blobs.archive(tenant, company, sha(content), BytesIO(content))
    blobs.save_document(tenant, company, NAME, Lookups, mine)
    strangers = [(other_tenant, company), (tenant, CompanyId("company-10"))]

    for stranger in strangers:
        with pytest.raises(NotFound):
            blobs.open_source(*stranger, sha(content))
        with pytest.raises(NotFound):
            blobs.load_document(*stranger, NAME, Lookups)
        assert tenant not in blobs.source_url(*stranger, sha(content), "x") or stranger[0] == tenant
        blobs.save_document(*stranger, NAME, Lookups, theirs)

    assert blobs.load_document(tenant, company, NAME, Lookups) == mine
    for bad in ("", "a/b", "../x", "A", "a#b"):
        for scope in ((TenantId(bad), company), (tenant, CompanyId(bad))):
            calls: dict[str, tuple[Any, ...]] = {
                "archive": (sha(b""), BytesIO()),
                "open_source": (sha(b""),),
                "source_url": (sha(b""), "x"),
                "save_document": (NAME, Lookups, mine),
                "load_document": (NAME, Lookups),
                "document_digest": (NAME,),
            }
            methods = {n for n, _ in inspect.getmembers(Blobs, inspect.isfunction) if n[0] != "_"}
            assert methods == calls.keys()
            for name, arguments in calls.items():
                with pytest.raises(InvalidRequest):
                    getattr(blobs, name)(*scope, *arguments)


@pytest.mark.emulator
def test_an_archived_file_is_never_written_again(
    s3: Any, tenant: TenantId, company: CompanyId
) -> None:
    """The bucket keeps versions; the same bytes again are not another one."""
    blobs = S3Blobs(s3, ARCHIVE)
    for _ in range(3):
        name = blobs.archive(tenant, company, sha(b"once"), BytesIO(b"once"))

    listed = s3.list_object_versions(Bucket=ARCHIVE, Prefix=f"sources/{tenant}/")
    assert [version["Key"] for version in listed["Versions"]] == [name]


@pytest.mark.emulator
@pytest.mark.parametrize("name", ["relevé été.xml", 'a"b\r\nX: y.txt', "plain.txt", "%41.csv"])
def test_a_link_downloads_the_file_under_its_own_name(
    s3: Any, tenant: TenantId, company: CompanyId, name: str
) -> None:
    """The link itself carries the permission; the name cannot add a header of its own."""
    blobs, content = S3Blobs(s3, ARCHIVE), b"bytes \x00\xff"
    blobs.archive(tenant, company, sha(content), BytesIO(content))

    answer = httpx.get(blobs.source_url(tenant, company, sha(content), name))

    assert answer.status_code == 200
    assert answer.content == content
    assert "x" not in answer.headers
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith('attachment; filename="')
    assert disposition.endswith(f"filename*=UTF-8''{quote(name, safe='')}")
