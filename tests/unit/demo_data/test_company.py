"""The demo is the same for the same seed, and nothing in it belongs to anybody real."""

import json
import os
import re
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from stdnum import iban

from devstack.demo_data import DemoData, build
from rappro.edge.api.models.journals import JournalInput
from rappro.edge.api.models.third_parties import ThirdPartyInput
from rappro.edge.books_document import read_books


def test_the_command_writes_the_same_bytes_in_another_process(
    demo: DemoData, tmp_path: Path
) -> None:
    """Under another hash seed too: no order of a set leaks into the files or the truth."""
    subprocess.run(
        [sys.executable, "-m", "devstack.demo_data", str(tmp_path)],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        check=True,
        timeout=60,
    )

    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(written) == {file.name for file in demo.files} | {"settings.json", "truth.json"}
    assert all(written[file.name] == file.content for file in demo.files)
    assert json.loads(written["settings.json"]) == demo.settings
    truth = [asdict(line) for line in demo.truth]
    assert json.loads(written["truth.json"]) == json.loads(json.dumps(truth, default=str))


def test_another_seed_is_another_year_of_the_same_size(demo: DemoData) -> None:
    other = build(seed=7)

    assert other.fec.content != demo.fec.content
    assert 370 <= other.open_item_count <= 440
    counts = [len(s.movements) for file in other.statements for s in file.statements]
    assert 110 <= counts[0] <= 130
    assert 70 <= counts[1] <= 90


def test_every_iban_has_valid_check_digits_and_a_bank_code_of_no_bank(demo: DemoData) -> None:
    text = json.dumps(demo.settings) + demo.statements[0].content.decode()
    found = set(re.findall(r"\bFR\d{2}[0-9A-Z]{23}\b", text))

    assert len(found) >= 30
    assert all(iban.is_valid(number) for number in found)
    assert {number[4:7] for number in found} == {"999"}


def test_the_settings_say_what_a_fec_cannot(demo: DemoData) -> None:
    parties = demo.settings["third_parties"]
    auxiliaries = re.findall(r"\t([CF]\d{4})\t", demo.fec.content.decode("iso-8859-15"))

    assert 25 <= len(parties) <= 40
    assert set(parties) < set(auxiliaries)
    assert sum(bool(party["ibans"]) for party in parties.values()) >= 15
    assert sum(bool(party["mandates"]) for party in parties.values()) >= 10
    assert sum(bool(party["bank_references"]) for party in parties.values()) >= 5
    assert [journal["code"] for journal in demo.settings["journals"]] == ["BQ1", "BQ2"]


def test_the_settings_are_what_the_api_takes(demo: DemoData) -> None:
    for journal in demo.settings["journals"]:
        body = {name: value for name, value in journal.items() if name != "code"}
        JournalInput.model_validate(body)
    for party in demo.settings["third_parties"].values():
        ThirdPartyInput.model_validate(party)
    rest = {name: demo.settings[name] for name in ("accounts", "templates", "card_contracts")}

    taken = read_books({"company": {"name": demo.company.name}, **rest})
    accounts = {account.number for account in taken.accounts}
    used = {line.account for template in taken.templates for line in template.lines}
    assert used == accounts
    assert [template.id for template in taken.templates] == ["FRAIS", "AGIOS", "VIRINT"]
    assert [contract.commission_percent for contract in taken.card_contracts] == ["0.90"]
