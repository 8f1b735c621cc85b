"""`rappro reconcile`: decisions of all statements together, and what may go wrong on the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.camt_text import camt

pytestmark = pytest.mark.usefixtures("cli_files")

Errors = Callable[[str, object], list[str]]
BOTH = ("reconcile", "--books", "books.json", "--json", "--statement")


def explained(document: Any) -> Any:
    """Return a result without its explanations, which are sentences."""
    return {
        **document,
        "engine": "",
        "statements": [
            {
                **statement,
                "lines": [
                    {key: value for key, value in line.items() if key != "explanation"}
                    for line in statement["lines"]
                ],
            }
            for statement in document["statements"]
        ],
    }


def books_without(tmp_path: Path, *, iban: str | None) -> str:
    """Write the books with another IBAN on the bank's journal."""
    books = json.loads(Path("books.json").read_text("utf-8"))
    books["journals"][0]["iban"] = iban
    file = tmp_path / "books.json"
    file.write_text(json.dumps(books), "utf-8")
    return str(file)


def test_decisions_come_out_as_the_golden_output_says(
    rappro: Any, cli_files: Path, schema_errors: Errors
) -> None:
    ran = rappro(*BOTH, "march.xml", "april.cfonb")

    expected = json.loads((cli_files / "reconcile.expected.json").read_text("utf-8"))
    [result] = ran.documents
    assert (ran.exit_code, ran.err) == (0, "")
    assert explained(result) == expected
    assert schema_errors("reconcile-result", result) == []
    assert result["engine"]


def test_every_automatic_line_is_explained_and_adds_up(rappro: Any) -> None:
    [result] = rappro(*BOTH, "march.xml", "april.cfonb").documents
    amounts = {
        (document["file"], line["position"]): Decimal(line["amount"])
        for document in rappro("parse", "--json", "march.xml", "april.cfonb").documents
        for line in document["lines"]
    }

    automatic = [
        (statement["file"], line)
        for statement in result["statements"]
        for line in statement["lines"]
        if line["level"] in {"A", "AC"}
    ]
    assert len(automatic) == 4
    for file, line in automatic:
        parts = [*line["settles"], *line["adjustments"]]
        assert sum(Decimal(part["amount"]) for part in parts) == amounts[file, line["position"]]
        assert line["explanation"]["evidence"]


def test_an_invoice_may_be_paid_by_lines_of_several_statements(rappro: Any, tmp_path: Path) -> None:
    books = json.loads(Path("books.json").read_text("utf-8"))
    [item] = [item for item in books["open_items"] if item["number"] == "FA2026-0101"]
    item |= {"amount": "1560.00", "residual": "1560.00"}
    (tmp_path / "books.json").write_text(json.dumps(books), "utf-8")
    april = Path("april.cfonb").read_bytes()
    renamed = april.replace(b"FA2026-0102", b"FA2026-0101").replace(
        b"GARAGE MARTIN", b"DUPONT       "
    )
    (tmp_path / "april.cfonb").write_bytes(renamed)

    ran = rappro(
        "reconcile", "--books", str(tmp_path / "books.json"), "--json",
        "--statement", "march.xml", str(tmp_path / "april.cfonb"),
    )  # fmt: skip

    [result] = ran.documents
    assert ran.exit_code == 0
    assert [
        part
        for statement in result["statements"]
        for line in statement["lines"]
        for part in line["settles"]
        if part["id"] == item["id"]
    ] == [
        {"id": item["id"], "type": "open_item", "amount": "1200.00"},
        {"id": item["id"], "type": "open_item", "amount": "360.00"},
    ]


def test_forty_statements_are_decided_in_one_run(rappro: Any, tmp_path: Path) -> None:
    files = []
    for number in range(40):
        movement = ("2026-11-05", f"{number + 1}.00", "VIR INCONNU")
        file = tmp_path / f"{number}.xml"
        file.write_bytes(camt([movement], iban="FR7630004000031234567890143", number=str(number)))
        files.append(str(file))

    ran = rappro(*BOTH, *files)

    assert ran.exit_code == 0
    assert len(ran.documents[0]["statements"]) == 40


def test_the_order_of_the_files_changes_no_decision(rappro: Any) -> None:
    [one] = rappro(*BOTH, "march.xml", "april.cfonb").documents
    [other] = rappro(*BOTH, "april.cfonb", "--statement", "march.xml").documents

    assert other["statements"] == one["statements"][::-1]


def test_a_pending_line_settles_nothing(rappro: Any) -> None:
    """It names an open invoice; the booked line that comes later will settle it."""
    [result] = rappro(*BOTH, "march.xml").documents

    pending = result["statements"][0]["lines"][5]
    assert (pending["position"], pending["level"], pending["settles"]) == (6, "C", [])


def test_a_refused_file_stands_in_its_place(rappro: Any, schema_errors: Errors) -> None:
    ran = rappro(*BOTH, "broken.xml", "march.xml", "absent.xml")

    [result] = ran.documents
    assert ran.exit_code == 1
    assert [part["file"] for part in result["statements"]] == [
        "broken.xml", "march.xml", "absent.xml",
    ]  # fmt: skip
    assert result["statements"][0]["error"]["code"] == "malformed_statement"
    assert result["statements"][0]["error"]["position"]
    assert len(result["statements"][1]["lines"]) == 6
    assert result["statements"][2]["error"]["code"] == "not_found"
    assert schema_errors("reconcile-result", result) == []


def test_the_same_file_twice_is_decided_once(rappro: Any, tmp_path: Path) -> None:
    copy = tmp_path / "again.xml"
    copy.write_bytes(Path("march.xml").read_bytes())

    ran = rappro(*BOTH, "march.xml", str(copy))

    [result] = ran.documents
    assert ran.exit_code == 1
    assert len(result["statements"][0]["lines"]) == 6
    assert result["statements"][1]["error"]["code"] == "already_imported"


def test_a_statement_that_does_not_add_up_is_refused(rappro: Any, tmp_path: Path) -> None:
    file = tmp_path / "gap.xml"
    file.write_text(Path("march.xml").read_text("utf-8").replace("6000.61", "6000.60"), "utf-8")

    [result] = rappro(*BOTH, str(file)).documents

    assert result["statements"][0]["error"]["code"] == "balance_mismatch"


def test_books_that_are_wrong_are_refused_at_their_pointer(
    rappro: Any, tmp_path: Path, schema_errors: Errors
) -> None:
    books = json.loads(Path("books.json").read_text("utf-8"))
    books["open_items"][2]["amount"] = -84.5
    file = tmp_path / "books.json"
    file.write_text(json.dumps(books), "utf-8")

    ran = rappro("reconcile", "--books", str(file), "--statement", "march.xml", "--json")

    [refusal] = ran.documents
    assert ran.exit_code == 1
    assert refusal["error"]["code"] == "invalid_request"
    assert refusal["error"]["position"] == "/open_items/2/amount"
    assert schema_errors("reconcile-result", refusal) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [("{", "malformed_books"), ("hello", "unknown_format"), ("", "unknown_format")],
)
def test_books_of_no_known_form_are_refused(
    rappro: Any, tmp_path: Path, content: str, code: str
) -> None:
    file = tmp_path / "books"
    file.write_text(content, "utf-8")

    ran = rappro("reconcile", "--books", str(file), "--statement", "march.xml", "--json")

    assert (ran.exit_code, ran.documents[0]["error"]["code"]) == (1, code)


def test_the_only_bank_journal_needs_no_iban(rappro: Any, tmp_path: Path) -> None:
    books = books_without(tmp_path, iban=None)

    [result] = rappro("reconcile", "--books", books, "--statement", "march.xml", "--json").documents

    assert result["statements"][0]["lines"][0]["level"] == "A"


def test_the_account_of_another_journal_is_refused_until_it_is_said(
    rappro: Any, tmp_path: Path
) -> None:
    books = books_without(tmp_path, iban="FR7610011000201234567890188")
    command = ("reconcile", "--books", books, "--statement", "march.xml", "--json")

    refused = rappro(*command)
    said = rappro(*command, "--journal", "BQ1=FR76 3000 4000 0312 3456 7890 143")

    [result] = refused.documents
    assert refused.exit_code == 1
    assert result["statements"][0]["error"]["code"] == "unknown_account"
    assert (
        "BQ1 (512100, FR7610011000201234567890188)" in result["statements"][0]["error"]["message"]
    )
    assert said.exit_code == 0
    assert said.documents[0]["statements"][0]["lines"][0]["level"] == "A"


def test_an_unknown_journal_option_is_refused(rappro: Any) -> None:
    ran = rappro(*BOTH, "march.xml", "--journal", "BQ9=123")

    assert (ran.exit_code, ran.documents[0]["error"]["code"]) == (1, "unknown_journal")


def test_an_old_entry_of_the_books_still_waits_for_the_bank(rappro: Any, tmp_path: Path) -> None:
    """The document lists what waits; the first statement's opening balance carries nothing over."""
    books = json.loads(Path("books.json").read_text("utf-8"))
    books["bank_entries"][0]["date"] = "2026-02-20"
    file = tmp_path / "books.json"
    file.write_text(json.dumps(books), "utf-8")

    [result] = rappro(
        "reconcile", "--books", str(file), "--statement", "march.xml", "--json"
    ).documents

    assert result["statements"][0]["lines"][2]["settles"] == [
        {"id": "E-CHQ", "type": "bank_entry", "amount": "-150.00"}
    ]


FEC = "812345676FEC20261231.txt"


def test_a_fec_is_books_too(rappro: Any, schema_errors: Errors) -> None:
    """It has no IBAN: its only bank journal takes the only account of the files."""
    ran = rappro("reconcile", "--books", FEC, "--json", "--statement", "march.xml", "april.cfonb")

    [result] = ran.documents
    assert ran.exit_code == 0
    assert schema_errors("reconcile-result", result) == []
    assert [[line["level"] for line in part["lines"]] for part in result["statements"]] == [
        ["A", "A", "A", "C", "C", "C"], ["A"],
    ]  # fmt: skip
    settled = result["statements"][0]["lines"][2]["settles"]
    assert [(part["type"], part["amount"]) for part in settled] == [("bank_entry", "-150.00")]


def test_a_reconciled_point_says_which_entries_of_a_fec_wait(rappro: Any) -> None:
    """The cheque is older than the point, and the balances say that the bank has seen it."""
    command = ("reconcile", "--books", FEC, "--json", "--statement", "march.xml")

    [waiting] = rappro(*command, "--reconciled", "BQ1=2026-02-28,5000.00").documents
    [seen] = rappro(*command, "--reconciled", "BQ1=2026-03-02,4850.00").documents

    assert waiting["statements"][0]["lines"][2]["level"] == "A"
    assert seen["statements"][0]["lines"][2]["settles"] == []


@pytest.mark.parametrize("option", ["BQ1", "BQ1=2026-02-31,1.00", "BQ1=2026-02-28,1.001", "=,"])
def test_a_reconciled_point_that_is_none_is_refused(rappro: Any, option: str) -> None:
    ran = rappro(
        "reconcile", "--books", FEC, "--json", "--statement", "march.xml", "--reconciled", option
    )

    assert (ran.exit_code, ran.documents[0]["error"]["code"]) in {
        (1, "invalid_request"), (1, "invalid_input"),
    }  # fmt: skip


def test_a_fec_with_two_banks_needs_to_be_told_the_account(rappro: Any, tmp_path: Path) -> None:
    fec = tmp_path / FEC
    rows = Path(FEC).read_text("utf-8")
    second = rows.splitlines()[-2:]
    more = [row.replace("BQ1\t", "BQ2\t").replace("512100", "512200") for row in second]
    fec.write_text(rows + "\n".join(row.replace("\t5\t", "\t6\t") for row in more) + "\n", "utf-8")
    command = ("reconcile", "--books", str(fec), "--json", "--statement", "march.xml")

    refused = rappro(*command)
    said = rappro(*command, "--journal", "BQ1=FR7630004000031234567890143")

    [result] = refused.documents
    assert refused.exit_code == 1
    assert result["statements"][0]["error"]["code"] == "unknown_account"
    assert result["statements"][0]["error"]["message"].endswith(
        "BQ1 (512100, no IBAN); BQ2 (512200, no IBAN)"
    )
    assert said.exit_code == 0


def test_a_fec_that_cannot_be_read_is_refused_with_the_line(rappro: Any, tmp_path: Path) -> None:
    fec = tmp_path / FEC
    fec.write_text(Path(FEC).read_text("utf-8").replace("84,50", "quatre-vingts"), "utf-8")

    ran = rappro("reconcile", "--books", str(fec), "--json", "--statement", "march.xml")

    [refusal] = ran.documents
    assert (ran.exit_code, refusal["error"]["code"]) == (1, "malformed_books")
    assert refusal["error"]["position"] == "line 10"


def test_without_json_a_person_reads_a_table(rappro: Any) -> None:
    ran = rappro("reconcile", "--books", "books.json", "--statement", "march.xml", "broken.xml")

    rows = ran.out.splitlines()
    assert ran.exit_code == 1
    assert rows[1].split() == [
        "1", "1200.00", "A", "Menuiserie", "Dupont", "FA2026-0101", "1200.00",
    ]  # fmt: skip
    assert rows[4].split() == ["4", "-12.00", "AS", "template", "T-FEES"]
    assert rows[7].strip() == "3 A, 1 AS, 2 C"
    assert ran.err.startswith("broken.xml: refused: malformed_statement: ")
