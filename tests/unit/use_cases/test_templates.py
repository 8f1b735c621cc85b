"""Templates of a company and common ones, bank references from a line, and what is recomputed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rappro.domain.books import Company, EntryTemplate, TemplateDirection, TemplateLine
from rappro.domain.errors import InvalidRequest, NotFound
from rappro.domain.ids import CompanyId
from rappro.domain.matching.model import Level
from rappro.domain.records import LineRecord, SetBy
from rappro.domain.settings import ImportProfile
from rappro.use_cases.bank_references import BankReference, set_bank_reference
from rappro.use_cases.companies import COMMON, save_company
from rappro.use_cases.edit_line import LineEdit, edit_line
from rappro.use_cases.templates import (
    delete_template,
    merged_templates,
    save_template,
    templates_of,
)

from .desk import AUTHOR, CLIENT, COMPANY, SUPPLIER, Desk, camt

FEES = EntryTemplate(
    "FRAIS", "Frais", ("COTISATION",), TemplateDirection.DEBIT,
    (TemplateLine("627000", is_remainder=True),),
)  # fmt: skip
LINES = (
    ("2026-11-05", "10.00", "VIR ATELIER DU NORD"),
    ("2026-11-12", "-12.34", "COTISATION CARTE"),
    ("2026-11-13", "20.00", "VIR ATELIER DU NORD"),
)


@pytest.fixture(params=[True, False], ids=["matched on import", "only imported"])
def desk(request: pytest.FixtureRequest) -> Desk:
    desk = Desk().open_company(ImportProfile(is_matched_on_import=request.param))
    desk.drop(camt(LINES))
    return desk


def save(desk: Desk, template: EntryTemplate, company: CompanyId = COMPANY) -> None:
    save_template(desk.ports, desk.tenant, company, template, AUTHOR)


def refer(desk: Desk, rank: int, wanted: BankReference) -> tuple[str, ...]:
    line = desk.lines()[rank]
    party = set_bank_reference(
        desk.ports, desk.tenant, COMPANY, line.statement_id, line.line.position, wanted, AUTHOR
    )
    return party.bank_references


def set_by_hand(desk: Desk, rank: int, edit: LineEdit) -> LineRecord:
    line = desk.lines()[rank]
    return edit_line(
        desk.ports, desk.tenant, COMPANY, line.statement_id, line.line.position, edit, AUTHOR
    )


def test_a_new_reference_of_a_template_sets_it_on_the_lines_that_wait(desk: Desk) -> None:
    assert [line.template for line in desk.lines()] == [None] * 3

    save(desk, FEES)

    assert [line.template for line in desk.lines()] == [None, "FRAIS", None]


def test_a_reference_that_goes_takes_the_template_off_the_lines_but_not_what_a_person_set() -> None:
    desk = Desk().open_company(ImportProfile(is_matched_on_import=False))
    desk.drop(camt(LINES))
    save(desk, FEES)
    set_by_hand(desk, 0, LineEdit(template="FRAIS"))

    save(desk, replace(FEES, bank_references=("AUTRE CHOSE",)))

    assert [(line.template, line.template_set_by) for line in desk.lines()] == [
        ("FRAIS", SetBy.PERSON),
        (None, None),
        (None, None),
    ]


def test_a_common_template_serves_every_company_and_books_its_lines() -> None:
    desk = Desk().open_company()
    save(desk, FEES, COMMON)
    desk.drop(camt(LINES))

    assert [line.level for line in desk.lines()][1] is Level.AS
    assert desk.lines()[1].template == "FRAIS"


def test_a_company_s_own_template_wins_by_id_and_by_reference() -> None:
    own = replace(FEES, label="À nous")
    same_id = merged_templates([own], [FEES])
    same_reference = merged_templates(
        [replace(own, id="COTISATIONS", bank_references=("cotisation ",))], [FEES]
    )

    assert same_id == [own]
    assert [(one.id, one.bank_references) for one in same_reference] == [
        ("COTISATIONS", ("cotisation ",)),
        ("FRAIS", ()),
    ]


def test_a_common_template_counts_again_when_the_company_s_own_is_deleted(desk: Desk) -> None:
    save(desk, FEES, COMMON)
    save(desk, replace(FEES, label="À nous"))

    delete_template(desk.ports, desk.tenant, COMPANY, "FRAIS", AUTHOR)

    (left,) = templates_of(desk.ports, desk.tenant, COMPANY)
    assert left.label == "Frais"
    with pytest.raises(NotFound):
        delete_template(desk.ports, desk.tenant, COMPANY, "FRAIS", AUTHOR)


@pytest.mark.parametrize(
    "lines",
    [
        (TemplateLine("627000"),),
        (TemplateLine("627000", share_percent="60"), TemplateLine("706000", share_percent="50")),
        (TemplateLine("627000", is_remainder=True), TemplateLine("706000", is_remainder=True)),
        (TemplateLine("627000", share_percent="0"),),
        (TemplateLine("627000", amount_minor=-5),),
        (TemplateLine("627000", amount_minor=5, is_remainder=True),),
        (TemplateLine("999999", is_remainder=True),),
    ],
)
def test_shares_that_cannot_be_and_unknown_accounts_are_refused(
    desk: Desk, lines: tuple[TemplateLine, ...]
) -> None:
    with pytest.raises(InvalidRequest):
        save(desk, replace(FEES, lines=lines))
    assert templates_of(desk.ports, desk.tenant, COMPANY) == []


def test_no_company_takes_the_id_of_what_is_common(desk: Desk) -> None:
    with pytest.raises(InvalidRequest):
        save_company(desk.ports, desk.tenant, Company(COMMON, "Toutes"), AUTHOR)


def test_a_reference_from_a_line_names_its_third_party_on_all_lines_that_have_it(
    desk: Desk,
) -> None:
    references = refer(desk, 0, BankReference(CLIENT.id, "atelier  du nord"))

    assert references == ("MENUISERIE DUPOND", "atelier du nord")
    assert [line.third_party for line in desk.lines()] == [CLIENT.id, None, CLIENT.id]


def test_a_reference_may_take_the_place_of_the_others_and_its_default_is_the_label(
    desk: Desk,
) -> None:
    assert refer(desk, 0, BankReference(CLIENT.id, replaces=True)) == ("VIR ATELIER DU NORD",)
    assert refer(desk, 0, BankReference(CLIENT.id, "vir atelier du nord")) == (
        "VIR ATELIER DU NORD",
    )


def test_what_a_person_set_survives_a_new_reference(desk: Desk) -> None:
    set_by_hand(desk, 2, LineEdit(third_party=SUPPLIER.id))

    refer(desk, 0, BankReference(CLIENT.id, "ATELIER DU NORD"))

    assert [line.third_party for line in desk.lines()] == [CLIENT.id, None, SUPPLIER.id]


def test_a_text_too_short_to_tell_anybody_is_refused(desk: Desk) -> None:
    with pytest.raises(InvalidRequest):
        refer(desk, 0, BankReference(CLIENT.id, "VI"))


def test_the_trail_has_references_before_and_after(desk: Desk) -> None:
    refer(desk, 0, BankReference(CLIENT.id, "ATELIER"))

    (told,) = [
        event
        for event in desk.store.audit_events(desk.tenant, COMPANY).items
        if event.action == "set_bank_reference"
    ]
    assert told.before == {"bank_references": ["MENUISERIE DUPOND"]}
    assert told.after == {
        "bank_references": ["MENUISERIE DUPOND", "ATELIER"],
        "line": desk.lines()[0].key,
    }
