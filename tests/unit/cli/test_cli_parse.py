"""`rappro parse`: one object a statement, a broken file never in the way of the others."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from devstack.cli import EXIT_BROKEN_PIPE, main

pytestmark = pytest.mark.usefixtures("cli_files")

Errors = Callable[[str, object], list[str]]


def test_statements_come_out_as_the_golden_output_says(
    rappro: Any, cli_files: Path, schema_errors: Errors
) -> None:
    ran = rappro("parse", "--json", "march.xml", "april.cfonb")

    expected = json.loads((cli_files / "parse.expected.json").read_text("utf-8"))
    assert (ran.exit_code, ran.err) == (0, "")
    assert ran.documents == expected
    assert [schema_errors("parse-line", document) for document in ran.documents] == [[], []]


def test_fields_keep_the_order_of_the_contract(rappro: Any) -> None:
    [document] = rappro("parse", "--json", "march.xml").documents

    assert list(document) == [
        "file", "format", "account", "number", "from", "to", "opening", "closing", "lines",
        "findings",
    ]  # fmt: skip


def test_a_broken_file_says_where_and_the_others_go_on(rappro: Any, schema_errors: Errors) -> None:
    ran = rappro("parse", "--json", "march.xml", "broken.xml", "absent.xml", "april.cfonb")

    assert ran.exit_code == 1
    assert [document["file"] for document in ran.documents] == [
        "march.xml", "broken.xml", "absent.xml", "april.cfonb",
    ]  # fmt: skip
    broken, absent = ran.documents[1:3]
    assert broken["error"]["code"] == "malformed_statement"
    assert broken["error"]["position"]
    assert absent == {
        "file": "absent.xml",
        "error": {"code": "not_found", "message": "no such file", "position": None},
    }
    assert [schema_errors("parse-line", document) for document in ran.documents] == [[]] * 4


def test_nothing_of_a_broken_file_is_printed(rappro: Any) -> None:
    """Three lines of it are read before the fourth turns out to be wrong."""
    ran = rappro("parse", "--json", "broken.xml")

    assert [sorted(document) for document in ran.documents] == [["error", "file"]]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "unknown_format"),
        (b"\x00\xff\x00", "unknown_format"),
        (b'{"company": {}}', "unknown_format"),
    ],
)
def test_a_file_of_no_known_format_is_refused(
    rappro: Any, tmp_path: Path, content: bytes, code: str
) -> None:
    file = tmp_path / "unknown"
    file.write_bytes(content)

    ran = rappro("parse", "--json", str(file))

    assert (ran.exit_code, ran.documents[0]["error"]["code"]) == (1, code)


def test_a_folder_is_an_error_and_no_traceback(rappro: Any, tmp_path: Path) -> None:
    ran = rappro("parse", "--json", str(tmp_path))

    assert (ran.exit_code, ran.err) == (1, "")
    assert ran.documents[0]["error"]["code"] == "unreadable_file"


def test_a_file_name_that_is_no_text_still_gives_json(rappro: Any, tmp_path: Path) -> None:
    file = os.fsdecode(os.fsencode(tmp_path / "relev") + b"\xe9.xml")
    Path(file).write_bytes(Path("march.xml").read_bytes())

    ran = rappro("parse", "--json", file)

    assert ran.exit_code == 0
    assert ran.documents[0]["file"] == file


def test_a_statement_that_does_not_add_up_is_printed_with_a_blocking_finding(
    rappro: Any, tmp_path: Path
) -> None:
    file = tmp_path / "gap.xml"
    file.write_text(Path("march.xml").read_text("utf-8").replace("6000.61", "6000.60"), "utf-8")

    [document] = rappro("parse", "--json", str(file)).documents

    assert [(f["code"], f["severity"]) for f in document["findings"]] == [
        ("balance_mismatch", "blocking")
    ]


def test_without_json_a_person_reads_a_table(rappro: Any) -> None:
    ran = rappro("parse", "march.xml", "broken.xml")

    rows = ran.out.splitlines()
    assert ran.exit_code == 1
    assert rows[0].startswith("march.xml: camt.053, FR7630004000031234567890143 EUR")
    assert [row.split()[:4] for row in rows[2:4]] == [
        ["1", "2026-03-04", "1200.00", "EUR"], ["2", "2026-03-20", "-84.50", "EUR"],
    ]  # fmt: skip
    assert rows[7].endswith("[pending]")
    assert ran.err.startswith("broken.xml: refused: malformed_statement: ")


def test_a_dash_reads_standard_input(rappro: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    piped = io.TextIOWrapper(io.BytesIO(Path("april.cfonb").read_bytes()))
    monkeypatch.setattr(sys, "stdin", piped)

    [document] = rappro("parse", "--json", "-").documents

    assert (document["file"], document["format"]) == ("-", "cfonb120")
    assert len(document["lines"]) == 1


def test_a_reader_that_goes_away_ends_the_command_quietly(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed_pipe:
        monkeypatch.setattr(sys, "stdout", closed_pipe)

        assert main(["parse", "--json", "march.xml"]) == EXIT_BROKEN_PIPE


@pytest.mark.parametrize("arguments", [[], ["parse"], ["parse", "--nonsense", "a"], ["mend"]])
def test_wrong_usage_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: rappro")


@pytest.mark.parametrize("command", ["parse", "reconcile"])
def test_help_names_the_schema_and_the_exit_codes(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])

    told = capsys.readouterr().out
    assert ended.value.code == 0
    assert "docs/schemas/" in told
    assert "exit code: 0" in told
