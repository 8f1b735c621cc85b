"""By what a file is taken in: the request goes before the journal, and what was used stays."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from typing import Any

import pytest

from rappro.domain.books import Journal
from rappro.domain.operations import ImportOutcome, ImportTrace
from rappro.domain.records import StatementRecord, StatementStatus
from rappro.domain.settings import Flow, ImportProfile, OwnCsvProfile
from rappro.domain.writes import put
from rappro.formats.registry import formats
from rappro.ports import NO_CHOICE, ImportChoice
from rappro.use_cases.companies import save_journal
from rappro.use_cases.import_drop import import_drop
from rappro.use_cases.override import override_quarantine
from rappro.use_cases.profiles import save_import_profile

from .archives import DECEMBER, codes, zipped
from .desk import AUTHOR, COMPANY, IBAN, NOVEMBER, Desk, camt

QUIET = ImportProfile("QUIET", "Sans lettrage", is_matched_on_import=False)
HANDED_ON = ImportProfile("HANDED", "Pointage", flow=Flow.RECONCILIATION_ONLY)
OTHER_IBAN = "FR7699999000020000000000298"
OWN_CSV: dict[str, Any] = {
    "name": "port", "bank": "Banque du Port",
    "columns": [["date", "Jour"], ["label", "Intitulé"], ["amount", "Somme"]],
}  # fmt: skip
CSV = "Jour;Intitulé;Somme\n02/11/2026;VIR DUPOND;120,00\n".encode()


def opened(*profiles: ImportProfile, journal: str | None = None) -> Desk:
    """Return a desk with import profiles, one of which its journal may name."""
    desk = Desk().open_company()
    for profile in profiles:
        save_import_profile(desk.ports, desk.tenant, COMPANY, profile, AUTHOR)
    if journal is not None:
        name_profile(desk, journal)
    return desk


def name_profile(desk: Desk, code: str | None, **changes: Any) -> None:
    (found,) = [j for j in desk.store.all(desk.tenant, COMPANY, Journal) if j.code == "BQ1"]
    save_journal(
        desk.ports, desk.tenant, COMPANY, replace(found, import_profile=code, **changes), AUTHOR
    )


def drop(
    desk: Desk, content: bytes, choice: ImportChoice = NO_CHOICE, *, journal: str | None = None,
    name: str = "releve",
) -> tuple[ImportTrace, ...]:  # fmt: skip
    put_there = desk.inbox.drop(desk.tenant, COMPANY, journal, name, content, choice=choice)
    return import_drop(desk.ports, put_there)


def own_csv(desk: Desk, **changes: Any) -> None:
    definition = {**OWN_CSV, **changes}
    record = OwnCsvProfile(definition["name"], json.dumps(definition))
    before = desk.store.get(desk.tenant, COMPANY, OwnCsvProfile, record.code)
    desk.store.commit(desk.tenant, COMPANY, [put(before, record)])


def statement_of(desk: Desk, row: ImportTrace) -> StatementRecord:
    assert row.statement_id is not None, row
    return desk.statement(row.statement_id)


def test_the_requests_profile_goes_before_the_journals_and_is_fixed_on_the_statement() -> None:
    desk = opened(QUIET, HANDED_ON, journal="HANDED")

    (row,) = drop(desk, camt(NOVEMBER), ImportChoice(profile="QUIET"))

    statement = statement_of(desk, row)
    assert statement.profile.code == "QUIET"
    assert (statement.is_profile_chosen, desk.levels()) == (True, [None, None, None])


def test_the_journals_profile_is_taken_as_it_is_at_the_import_and_stays() -> None:
    desk = opened(HANDED_ON, journal="HANDED")
    (first,) = drop(desk, camt(NOVEMBER))
    changed = replace(HANDED_ON, flow=Flow.STANDARD, suspense_account="472000")
    save_import_profile(desk.ports, desk.tenant, COMPANY, changed, "autre")

    (second,) = drop(desk, DECEMBER)

    assert statement_of(desk, first).status is StatementStatus.TRANSFERRED
    assert statement_of(desk, first).profile.suspense_account == "471000"
    assert statement_of(desk, second).profile.suspense_account == "472000"
    assert statement_of(desk, second).status is not StatementStatus.TRANSFERRED


def test_a_journal_without_a_code_has_values_of_its_own_and_without_any_the_default() -> None:
    own, default = Desk().open_company(replace(QUIET, code="OWN")), Desk().open_company()

    (of_journal,) = drop(own, camt(NOVEMBER))
    (without,) = drop(default, camt(NOVEMBER))

    assert statement_of(own, of_journal).profile.code == "OWN"
    assert statement_of(default, without).profile == ImportProfile()


@pytest.mark.parametrize("forced", sorted(formats()))
def test_a_forced_format_that_is_not_the_contents_is_a_located_error(forced: str) -> None:
    """The content is not detected again: the error is the forced parser's own."""
    desk = opened()
    content = b":20:1\r\n" if forced.startswith("camt") else camt(NOVEMBER)

    (row,) = drop(desk, content, ImportChoice(format=forced))

    assert row.outcome is ImportOutcome.REFUSED
    assert codes([row])[0][0] in {"malformed_statement", "unknown_format", "too_large"}
    assert "(at " in row.findings[0].message


def test_the_requests_format_goes_before_the_profiles_and_that_before_the_content() -> None:
    profile = replace(QUIET, format="qif")
    desk = opened(profile)

    (by_profile,) = drop(desk, camt(NOVEMBER), ImportChoice(profile="QUIET"))
    (by_request,) = drop(desk, camt(NOVEMBER), ImportChoice("camt.053", "QUIET"))

    assert by_profile.outcome is ImportOutcome.REFUSED
    assert by_request.outcome is ImportOutcome.IMPORTED
    assert statement_of(desk, by_request).format == "camt.053"


def test_a_profile_of_the_request_without_a_format_leaves_the_journals_aside() -> None:
    desk = opened(QUIET, replace(HANDED_ON, format="qif"), journal="HANDED")

    (row,) = drop(desk, camt(NOVEMBER), ImportChoice(profile="QUIET"), journal="BQ1")
    (forced,) = drop(desk, DECEMBER, journal="BQ1")

    assert row.outcome is ImportOutcome.IMPORTED
    assert forced.outcome is ImportOutcome.REFUSED


@pytest.mark.parametrize(
    ("choice", "code"),
    [
        (ImportChoice(profile="GONE"), "unknown_import_profile"),
        (ImportChoice(format="camt.999"), "unknown_format"),
    ],
)
def test_a_choice_of_what_is_not_there_refuses_the_file_by_name(
    choice: ImportChoice, code: str
) -> None:
    desk = opened()

    (row,) = drop(desk, camt(NOVEMBER), choice)

    assert (row.outcome, codes([row])) == (ImportOutcome.REFUSED, [[code]])


def test_a_choice_holds_for_every_file_of_an_archive() -> None:
    desk = opened(QUIET)
    choice = ImportChoice(profile="QUIET")

    rows = drop(desk, zipped([("n", camt(NOVEMBER)), ("d", DECEMBER)]), choice, name="r.zip")

    assert {statement_of(desk, row).profile.code for row in rows} == {"QUIET"}


def test_a_forced_format_never_loads_books() -> None:
    desk = opened(QUIET)
    fec = b"JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\r\n"

    rows = drop(desk, gzip.compress(fec), ImportChoice(format="qif"), name="fec.gz")

    assert [row.format for row in rows] == [None]
    assert rows[0].outcome is ImportOutcome.REFUSED


# Quarantine


def test_a_quarantined_statement_keeps_the_profile_that_the_request_chose() -> None:
    desk = opened(QUIET, HANDED_ON, journal="HANDED")
    (row,) = drop(desk, camt(NOVEMBER, iban=OTHER_IBAN), ImportChoice(profile="QUIET"))
    name_profile(desk, "HANDED", iban=OTHER_IBAN)

    override_quarantine(
        desk.ports, desk.tenant, COMPANY, statement_of(desk, row).id, "compte repris", "chef"
    )

    statement = statement_of(desk, row)
    assert (statement.journal, statement.profile.code) == ("BQ1", "QUIET")


def test_a_quarantined_statement_without_a_journal_takes_its_new_journals_profile() -> None:
    desk = opened(HANDED_ON, journal="HANDED")
    (row,) = drop(desk, camt(NOVEMBER, iban=OTHER_IBAN))
    name_profile(desk, "HANDED", iban=OTHER_IBAN)

    override_quarantine(
        desk.ports, desk.tenant, COMPANY, statement_of(desk, row).id, "compte repris", "chef"
    )

    statement = statement_of(desk, row)
    assert (statement.profile.code, statement.status) == ("HANDED", StatementStatus.TRANSFERRED)


def test_a_quarantined_statement_of_a_journal_keeps_the_profile_it_was_imported_with() -> None:
    desk = opened(QUIET, HANDED_ON, journal="QUIET")
    (row,) = drop(desk, camt(NOVEMBER, closing="1.00"))
    name_profile(desk, "HANDED")

    override_quarantine(
        desk.ports, desk.tenant, COMPANY, statement_of(desk, row).id, "écart admis", "chef"
    )

    assert statement_of(desk, row).profile.code == "QUIET"


# CSV profiles of the company


def test_a_companys_own_csv_profile_reads_its_files() -> None:
    desk = opened()
    (before,) = drop(desk, CSV)
    own_csv(desk)

    (row,) = drop(desk, CSV, journal="BQ1")

    assert codes([before]) == [["unknown_format"]]
    assert (row.outcome, row.format) == (ImportOutcome.IMPORTED, "csv")
    assert statement_of(desk, row).booked_minor == 12_000


def test_built_in_csv_profiles_stay_and_another_company_has_not_ours() -> None:
    desk, other = opened(), opened()
    own_csv(desk)
    built_in = "Date;Libellé;Montant(EUROS)\n02/11/2026;VIR DUPOND;120,00\n".encode("cp1252")

    (row,) = drop(desk, built_in, journal="BQ1")
    (theirs,) = drop(other, CSV, journal="BQ1")

    assert row.outcome is ImportOutcome.IMPORTED
    assert codes([theirs]) == [["unknown_format"]]


@pytest.mark.parametrize(("name", "amount"), [("port", b"12000,00"), ("amer", b"12,000.00")])
def test_an_import_profile_may_name_the_csv_profile_that_reads_its_files(
    name: str, amount: bytes
) -> None:
    """Both profiles fit the header, and each refuses the other's amounts."""
    desk = opened()
    own_csv(desk, decimal=",")
    own_csv(desk, name="amer", decimal=".")
    profile = ImportProfile("CSV", "Exports", format="csv", csv_profile=name)
    save_import_profile(desk.ports, desk.tenant, COMPANY, profile, AUTHOR)

    (row,) = drop(desk, CSV.replace(b"120,00", amount), ImportChoice(profile="CSV"), journal="BQ1")

    assert row.outcome is ImportOutcome.IMPORTED, row.findings
    assert statement_of(desk, row).booked_minor == 1_200_000


def test_a_named_csv_profile_that_does_not_fit_reads_nothing() -> None:
    desk = opened(ImportProfile("CSV", "Exports", format="csv", csv_profile="boursobank"))
    own_csv(desk)

    (row,) = drop(desk, CSV, ImportChoice(profile="CSV"), journal="BQ1")

    assert codes([row]) == [["unknown_format"]]


def test_a_statement_of_an_unknown_account_is_routed_by_iban_whatever_profile() -> None:
    desk = opened(QUIET)

    (row,) = drop(desk, camt(NOVEMBER, iban=IBAN), ImportChoice(profile="QUIET"))

    assert row.journal == "BQ1"
