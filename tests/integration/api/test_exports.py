"""Exports of the books over HTTP: a link and what is in the file."""

from __future__ import annotations

import hashlib
from io import BytesIO

import pytest

from rappro.domain.ids import CompanyId, TenantId
from rappro.formats.fec_check import check_fec

from .client import Client, Json
from .seeds import World

ALPHA, ACME = TenantId("alpha"), CompanyId("acme")
FEC = "/v1/companies/acme/fec"
JOURNALS = "/v1/companies/acme/journal-export"


def kept(world: World, file: Json) -> bytes:
    """Return the bytes that an answer speaks of, as they are kept."""
    content = world.blobs.open_source(ALPHA, ACME, file["sha256"]).read()
    assert hashlib.sha256(content).hexdigest() == file["sha256"]
    assert len(content) == file["size_bytes"]
    assert file["url"].endswith(f"alpha/acme/{file['sha256']}")
    return content


def test_the_fec_of_a_year_is_kept_and_described(world: World, alpha: Client) -> None:
    body = alpha.get(FEC, fiscal_year="2025").body

    content = kept(world, body["file"])
    report = check_fec(BytesIO(content), body["file"]["name"])
    assert body["file"]["name"] == "732829320FEC20251231.txt"
    assert (body["first_day"], body["closing_day"]) == ("2025-01-01", "2025-12-31")
    assert (body["entries"], body["rows"]) == (1, 2) == (report.entry_count, report.row_count)
    assert body["debit"] == body["credit"] == "120.00"
    assert body["conformant"] is True
    assert "validation_day_missing" in [found["code"] for found in body["findings"]]


def test_without_a_year_it_is_the_present_one_and_the_same_again(alpha: Client) -> None:
    assert alpha.get(FEC).body == alpha.get(FEC, fiscal_year="2025").body


def test_another_year_is_another_file_that_is_not_conformant_without_entries(
    alpha: Client,
) -> None:
    body = alpha.get(FEC, fiscal_year="2024").body

    assert body["file"]["name"] == "732829320FEC20241231.txt"
    assert body["rows"] == 0
    assert body["conformant"] is False


@pytest.mark.parametrize("year", ["26", "20260", "abcd", "0000", "9999"])
def test_what_is_no_year_is_refused_by_its_parameter(alpha: Client, year: str) -> None:
    answer = alpha.get(FEC, fiscal_year=year)

    assert answer.problem == "invalid_request"
    assert answer.pointers == ["query/fiscal_year"]


def test_a_company_without_siren_has_no_fec(alpha: Client) -> None:
    alpha.put("/v1/companies/acme", {"siren": None})

    assert alpha.get(FEC).problem == "rule_violation"


def test_journals_are_kept_as_csv_and_described(world: World, alpha: Client) -> None:
    body = alpha.get(JOURNALS, journal="VE", **{"from": "2025-01-01"}, to="2025-01-31").body

    content = kept(world, body["file"])
    assert body["file"]["name"] == "journal-acme-VE-20250101-20250131.csv"
    assert (body["entries"], body["rows"]) == (1, 2)
    assert content.count(b"\r\n") == 3
    assert b"Martin ALPHA" in content


@pytest.mark.parametrize(
    ("query", "parameter"),
    [({"journal": "ZZ"}, "journal"), ({"from": "2025-02-01", "to": "2025-01-01"}, "from"),
     ({"drafts": "perhaps"}, "drafts"), ({"year": "2025"}, "year")],
)  # fmt: skip
def test_a_wrong_parameter_of_the_journal_export_is_named(
    alpha: Client, query: dict[str, str], parameter: str
) -> None:
    answer = alpha.get(JOURNALS, **query)

    assert answer.problem == "invalid_request"
    assert answer.pointers == [f"query/{parameter}"]
