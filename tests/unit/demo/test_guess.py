"""Whose account a stranger's statement is: proven by figures, or nobody's."""

from dataclasses import replace

import pytest

from devstack.demo.guess import guess_accounts
from devstack.demo_data import DemoData, build
from rappro.domain.books import (
    Journal,
    JournalType,
)


@pytest.fixture(scope="module")
def data() -> DemoData:
    return build(2026)


JOURNALS = [
    Journal("BQ1", "Banque 1", JournalType.TREASURY, "512100"),
    Journal("BQ2", "Banque 2", JournalType.TREASURY, "512200"),
]


def test_each_statement_finds_the_journal_whose_figures_it_has(data: DemoData) -> None:
    contents = [file.content for file in data.statements]

    found = guess_accounts(data.fec.content, contents, JOURNALS)

    expected = {j["code"]: j["iban"] for j in data.settings["journals"]}
    assert {code: account.iban for code, account in found.items()} == expected


def test_a_journal_that_has_its_account_is_not_guessed(data: DemoData) -> None:
    known = [replace(journal, iban="FR76") for journal in JOURNALS]

    assert guess_accounts(data.fec.content, [data.statements[0].content], known) == {}


def test_a_file_that_cannot_be_read_is_nobodys(data: DemoData) -> None:
    assert guess_accounts(data.fec.content, [b"%PDF-1.7"], JOURNALS) == {}
