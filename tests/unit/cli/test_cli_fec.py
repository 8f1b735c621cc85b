"""`rappro fec check` says what is wrong with FEC files, and its exit code follows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rappro.formats.fec_check_codes import CODES
from tests.unit.formats.fec_text import NAME, as_bytes, changed, good

BROKEN = as_bytes([*changed(6, Credit="19,99"), *changed(5, ValidDate="")[4:5]])
SCHEMA = "fec-check-line"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a good file, a broken one and one of another name."""
    (tmp_path / NAME).write_bytes(as_bytes(good()))
    (tmp_path / "732829320FEC20261130.txt").write_bytes(BROKEN)
    (tmp_path / "export.txt").write_bytes(as_bytes(good()))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_a_conformant_file_ends_with_0(rappro: Any) -> None:
    ran = rappro("fec", "check", NAME)

    assert ran.exit_code == 0
    assert ran.out == (
        f"{NAME}: conformant\n"
        "  7 lines, 3 entries, 2026-01-01 to 2026-01-20, debit 740.00, credit 740.00\n"
    )


@pytest.mark.usefixtures("folder")
def test_a_file_that_is_not_conformant_ends_with_1_and_its_findings(rappro: Any) -> None:
    ran = rappro("fec", "check", NAME, "732829320FEC20261130.txt")

    assert ran.exit_code == 1
    assert "732829320FEC20261130.txt: not conformant\n" in ran.out
    assert "  blocking  field_empty: ValidDate is empty (line 9)\n" in ran.out


@pytest.mark.usefixtures("folder")
def test_a_file_may_be_checked_under_another_name(rappro: Any) -> None:
    assert rappro("fec", "check", "export.txt").exit_code == 1
    assert rappro("fec", "check", "--name", NAME, "export.txt").exit_code == 0


@pytest.mark.usefixtures("folder")
def test_json_keeps_to_its_schema_and_a_missing_file_stops_no_other(
    rappro: Any, schema_errors: Callable[[str, object], list[str]]
) -> None:
    ran = rappro("fec", "check", "--json", "nowhere.txt", NAME, "732829320FEC20261130.txt")

    missing, fine, broken = ran.documents
    assert ran.exit_code == 1
    assert [schema_errors(SCHEMA, document) for document in ran.documents] == [[], [], []]
    assert missing["error"]["code"] == "not_found"
    assert (fine["conformant"], fine["findings"]) == (True, [])
    assert broken["conformant"] is False
    assert {finding["code"] for finding in broken["findings"]} <= CODES.keys()
    assert broken["counts"]["file_not_balanced"] == 1


@pytest.mark.usefixtures("folder")
def test_of_many_findings_of_a_code_a_person_sees_five(rappro: Any) -> None:
    rows = good()
    for row in rows[1:]:
        row[8] = ""
    Path(NAME).write_bytes(as_bytes(rows))

    ran = rappro("fec", "check", NAME)

    assert ran.out.count("PieceRef is empty") == 5
    assert "field_empty: and 2 more\n" in ran.out
