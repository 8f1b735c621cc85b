"""What arrives in the books gives the lines that wait for it another run, and no other line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rappro.domain.books import BankEntry, EntryTemplate, TemplateLine, ThirdParty, ThirdPartyKind
from rappro.domain.ids import ThirdPartyId
from rappro.domain.operations import BooksLoad
from rappro.domain.settings import ImportProfile
from rappro.use_cases.load_books import BookRecords, finish_load, load_document

from .desk import AUTHOR, COMPANY, Desk, camt, item

WAITING = (
    ("2026-11-05", "540.00", "VIR MENUISERIE DUPOND FA2026-0199"),
    ("2026-11-06", "-77.00", "PRLV MUTUELLE DES ARTISANS"),
    ("2026-11-07", "-19.90", "COTISATION INCONNUE"),
)


@pytest.fixture
def desk() -> Desk:
    desk = Desk().open_company()
    desk.drop(camt(WAITING))
    assert set(desk.levels()) <= {"B", "C"}
    return desk


def arrive(desk: Desk, **records: object) -> BooksLoad:
    books = BookRecords(**{kind: (record,) for kind, record in records.items()})  # type: ignore[arg-type]
    return load_document(desk.ports, desk.tenant, COMPANY, books, AUTHOR)


def test_a_new_invoice_settles_the_line_that_waited_for_it(desk: Desk) -> None:
    load = arrive(desk, open_items=item("FA2026-0199", 54_000))

    assert desk.levels()[0] == "A"
    assert desk.item("FA2026-0199").is_settled
    assert desk.statement().run_number == 2
    assert load.is_examined


def test_a_new_bank_entry_is_matched_with_the_line_of_its_amount(desk: Desk) -> None:
    entry = BankEntry(
        "be_mut", "BQ1", "512100", date(2026, 11, 5), -7_700, "EUR", "MUTUELLE DES ARTISANS"
    )
    arrive(desk, bank_entries=entry)

    assert desk.levels()[1] == "A"


def test_a_new_third_party_is_found_on_the_lines_that_name_it(desk: Desk) -> None:
    party = ThirdParty(
        ThirdPartyId("tp_mut"), ThirdPartyKind.SUPPLIER, "Mutuelle des Artisans", "401000"
    )
    arrive(desk, third_parties=party)

    assert desk.lines()[1].third_party == party.id


def test_a_new_template_is_found_on_the_lines_with_its_reference(desk: Desk) -> None:
    template = EntryTemplate(
        "t1", "Cotisations", ("COTISATION INCONNUE",), lines=(TemplateLine("627000", "100"),)
    )
    arrive(desk, templates=template)

    assert desk.levels()[2] == "AS"


def test_what_no_line_could_mean_starts_no_run(desk: Desk) -> None:
    elsewhere = replace(item("XY-77", 99_999), third_party=ThirdPartyId("tp_else"))
    load = arrive(desk, open_items=elsewhere)

    assert desk.statement().run_number == 1
    assert load.is_examined


def test_the_same_books_again_start_no_run(desk: Desk) -> None:
    arrive(desk, open_items=item("FA2026-0199", 54_000))
    arrive(desk, open_items=item("FA2026-0199", 54_000))

    assert desk.statement().run_number == 2


def test_a_statement_that_is_matched_later_by_choice_is_left_alone() -> None:
    desk = Desk().open_company(ImportProfile(is_matched_on_import=False))
    desk.drop(camt(WAITING))
    before = desk.statement().run_number

    arrive(desk, open_items=item("FA2026-0199", 54_000))

    assert desk.statement().run_number == before
    assert desk.levels() == [None, None, None]


def test_a_load_that_died_before_its_runs_were_started_is_finished(desk: Desk) -> None:
    load = arrive(desk, open_items=replace(item("XY-77", 1), third_party=ThirdPartyId("tp_else")))
    died = replace(load, is_examined=False)
    desk.store.load(desk.tenant, COMPANY, [died])

    finish_load(desk.ports, desk.tenant, COMPANY, load.sha256)
    finish_load(desk.ports, desk.tenant, COMPANY, load.sha256)

    assert desk.statement().run_number == 2
