"""Import profiles, CSV profiles and what an upload chooses of them, through the API."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.settings import OwnCsvProfile
from rappro.ports import ImportChoice
from rappro.use_cases.import_drop import import_drop
from rappro.use_cases.profiles import PROFILES_MAX

from .client import Client
from .seeds import World

COMPANY = "/v1/companies/acme"
PROFILES = f"{COMPANY}/import-profiles"
CSV_PROFILES = f"{COMPANY}/csv-profiles"
JOURNAL = f"{COMPANY}/journals/BQ1"
PORT: dict[str, Any] = {
    "bank": "Banque du Port",
    "columns": [["date", "Jour"], ["label", "Intitulé"], ["amount", "Somme"], ["kind?", "Genre"]],
    "natures": {"Virement": "transfer"},
}


def test_an_import_profile_is_created_with_defaults_changed_listed_and_deleted(
    alpha: Client,
) -> None:
    created = alpha.put(f"{PROFILES}/CCA", {"label": "Compte courant", "format": "cfonb120"}).body
    changed = alpha.put(f"{PROFILES}/CCA", {"format": None, "match_on_import": False}).body

    assert created == {
        "code": "CCA", "label": "Compte courant", "format": "cfonb120", "csv_profile": None,
        "flow": "standard", "suspense_account": "471000", "skip_intermediate_posting": False,
        "match_on_import": True, "version": 1,
    }  # fmt: skip
    assert changed == {**created, "format": None, "match_on_import": False, "version": 2}
    assert alpha.get(f"{PROFILES}/CCA").body == changed
    assert [p["code"] for p in alpha.get(PROFILES).body["items"]] == ["CCA", "LIVRET"]
    assert alpha.send("DELETE", f"{PROFILES}/CCA").status == 204
    assert alpha.get(f"{PROFILES}/CCA").problem == "not_found"
    assert alpha.send("DELETE", f"{PROFILES}/CCA").problem == "not_found"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/label"),
        ({"label": "x", "format": "camt.999"}, "/format"),
        ({"label": "x", "flow": "sideways"}, "/flow"),
        ({"label": "x", "csv_profile": "banque-du-port"}, "/csv_profile"),
        ({"label": "x", "format": "csv", "csv_profile": "none-such"}, "/csv_profile"),
        ({"label": "x", "colour": "red"}, "/colour"),
    ],
)
def test_a_wrong_import_profile_is_refused_at_its_field(
    alpha: Client, body: dict[str, object], pointer: str
) -> None:
    answer = alpha.put(f"{PROFILES}/NEW", body)

    assert (answer.problem, answer.pointers) == ("invalid_request", [pointer])
    assert alpha.get(f"{PROFILES}/NEW").problem == "not_found"


def test_a_journal_shows_the_values_of_the_profile_it_names(alpha: Client) -> None:
    own = alpha.put(JOURNAL, {"profile": {"suspense_account": "472000"}}).body
    named = alpha.put(JOURNAL, {"import_profile": "LIVRET"}).body
    alpha.put(f"{PROFILES}/LIVRET", {"suspense_account": "473000"})
    shown = alpha.get(JOURNAL).body
    listed = alpha.get(f"{COMPANY}/journals").body["items"][0]
    back = alpha.put(JOURNAL, {"import_profile": None}).body

    assert (own["import_profile"], own["profile"]["suspense_account"]) == (None, "472000")
    assert (named["import_profile"], named["profile"]["code"]) == ("LIVRET", "LIVRET")
    assert shown["profile"]["suspense_account"] == "473000"
    assert listed == shown
    assert back["profile"] == own["profile"]


def test_a_journal_names_a_profile_that_is_there_and_has_no_values_beside_it(
    alpha: Client,
) -> None:
    unknown = alpha.put(JOURNAL, {"import_profile": "NONE"})
    both = alpha.put(JOURNAL, {"import_profile": "LIVRET", "profile": {"format": "qif"}})
    alpha.put(JOURNAL, {"import_profile": "LIVRET"})
    later = alpha.put(JOURNAL, {"profile": {"format": "qif"}})

    assert unknown.pointers == ["/import_profile"]
    assert both.pointers == ["/profile"]
    assert later.pointers == ["/profile"]


def test_a_profile_that_a_journal_names_cannot_be_deleted(alpha: Client) -> None:
    alpha.put(JOURNAL, {"import_profile": "LIVRET"})

    refused = alpha.send("DELETE", f"{PROFILES}/LIVRET")
    alpha.put(JOURNAL, {"import_profile": None})

    assert refused.problem == "not_allowed_in_state"
    assert "BQ1" in refused.body["detail"]
    assert alpha.send("DELETE", f"{PROFILES}/LIVRET").status == 204


def test_profiles_of_a_company_are_bounded(alpha: Client) -> None:
    for number in range(PROFILES_MAX - 1):  # one is seeded
        assert alpha.put(f"{PROFILES}/P{number}", {"label": "x"}).status == 200

    assert alpha.put(f"{PROFILES}/ONE-MORE", {"label": "x"}).problem == "too_large"
    assert alpha.put(f"{PROFILES}/P0", {"label": "changed"}).status == 200


# CSV profiles


def test_a_csv_profile_is_created_changed_listed_and_deleted(alpha: Client) -> None:
    created = alpha.put(f"{CSV_PROFILES}/port", PORT).body
    changed = alpha.put(f"{CSV_PROFILES}/port", {"dates": "ymd", "natures": None}).body

    assert (created["code"], created["version"], created["separator"]) == ("port", 1, ";")
    assert created["columns"] == PORT["columns"]
    assert created["natures"] == {"Virement": "transfer"}
    assert changed == {**created, "dates": "ymd", "natures": {}, "version": 2}
    assert alpha.get(f"{CSV_PROFILES}/port").body == changed
    codes = [p["code"] for p in alpha.get(CSV_PROFILES).body["items"]]
    assert codes == ["banque-du-port", "port"]
    assert alpha.send("DELETE", f"{CSV_PROFILES}/port").status == 204
    assert alpha.get(f"{CSV_PROFILES}/port").problem == "not_found"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"bank": None}, "/bank"),
        ({"columns": None}, "/columns"),
        ({"columns": [["date", "Jour"], ["amuont", "Somme"]]}, "/columns/1/0"),
        ({"columns": [["date", "Jour"]]}, "/columns"),
        ({"columns": [["date", "Jour"], ["amount"]]}, "/columns/1"),
        ({"columns": [["date", "J"], ["amount", "S"]] * 41}, "/columns"),
        ({"currency": "ZZZ"}, "/currency"),
        ({"separator": "x"}, "/separator"),
        ({"natures": {"virement": "teleport"}}, "/natures/virement"),
        ({"preamble": [{"fact": "weather", "after": "x"}]}, "/preamble/0/fact"),
        ({"preamble": [{"fact": "account", "row": 1}]}, "/preamble/0"),
        ({"footer": ["x" * 101]}, "/footer/0"),
        ({"name": "other"}, "/name"),
        ({"pattern": "(a+)+$"}, "/pattern"),
    ],
)
def test_a_wrong_csv_profile_is_refused_at_its_key(
    alpha: Client, changes: dict[str, object], pointer: str
) -> None:
    answer = alpha.put(f"{CSV_PROFILES}/port", {**PORT, **changes})

    assert (answer.problem, answer.pointers) == ("invalid_request", [pointer])
    assert alpha.get(f"{CSV_PROFILES}/port").problem == "not_found"


def test_a_csv_profile_has_a_size_and_a_company_a_number_of_them(alpha: Client) -> None:
    words = {"é" * 90 + str(number): "transfer" for number in range(200)}
    large = alpha.put(f"{CSV_PROFILES}/large", {**PORT, "natures": words})
    for number in range(PROFILES_MAX - 1):  # one is seeded
        assert alpha.put(f"{CSV_PROFILES}/p{number}", PORT).status == 200

    assert large.problem == "too_large"
    assert alpha.put(f"{CSV_PROFILES}/one-more", PORT).problem == "too_large"


def test_a_csv_profile_that_an_import_profile_names_cannot_be_deleted(alpha: Client) -> None:
    body = {"format": "csv", "csv_profile": "banque-du-port"}
    alpha.put(f"{PROFILES}/LIVRET", body)

    refused = alpha.send("DELETE", f"{CSV_PROFILES}/banque-du-port")
    alpha.put(f"{PROFILES}/LIVRET", {"csv_profile": None})

    assert refused.problem == "not_allowed_in_state"
    assert alpha.send("DELETE", f"{CSV_PROFILES}/banque-du-port").status == 204


def test_a_built_in_csv_profile_may_be_named(alpha: Client) -> None:
    body = {"format": "csv", "csv_profile": "boursobank"}

    assert alpha.put(f"{PROFILES}/LIVRET", body).body["csv_profile"] == "boursobank"


def dropped(world: World, tenant: str, content: bytes) -> str:
    """Drop a file for BQ1 and return what became of it."""
    drop = world.inbox.drop(
        TenantId(tenant), CompanyId("acme"), "BQ1", "export", content, choice=ImportChoice("csv")
    )
    (row,) = import_drop(world.ports, drop)
    return str(row.outcome)


def test_a_csv_profile_reads_the_files_of_its_own_tenant_alone(world: World, alpha: Client) -> None:
    content = "Jour;Intitulé;Somme\n02/01/2025;VIR;1,00\n".encode()
    alpha.put(f"{CSV_PROFILES}/port", PORT)

    assert dropped(world, "bravo", content) == "refused"
    assert dropped(world, "alpha", content) != "refused"


def test_the_most_a_company_may_say_of_its_exports_costs_an_import_little(world: World) -> None:
    """Fifty profiles of eighty columns with all their names, and a header that almost fits."""
    world.store.load(TenantId("alpha"), CompanyId("acme"), map(large_profile, range(PROFILES_MAX)))
    content = (";".join(["Jour", "Samme", *map("é{}".format, range(70))]) + "\n").encode() * 60

    start = time.process_time()
    assert dropped(world, "alpha", content) == "refused"

    assert time.process_time() - start < 3


def large_profile(number: int) -> OwnCsvProfile:
    names = [[f"c{number}-{column}-{name}" for name in range(15)] for column in range(78)]
    columns = [["date", "Jour"], ["amount", "Somme"], *(["ignored?", *more] for more in names)]
    definition = {"name": f"p{number:02}", "bank": "x", "columns": columns, "others": True}
    return OwnCsvProfile(f"p{number:02}", json.dumps(definition))


# Uploads


def test_an_upload_binds_a_format_and_a_profile_to_its_ticket(alpha: Client) -> None:
    body = {"name": "a.csv", "format": "csv", "import_profile": "LIVRET"}

    answer = alpha.post(f"{COMPANY}/uploads", body)

    assert answer.status == 201
    assert (answer.body["fields"]["format"], answer.body["fields"]["profile"]) == ("csv", "LIVRET")
    assert answer.body["key"] == "alpha/acme/a.csv"


def test_an_upload_chooses_only_what_is_there(alpha: Client) -> None:
    profile = alpha.post(f"{COMPANY}/uploads", {"name": "a", "import_profile": "NONE"})
    wrong = alpha.post(f"{COMPANY}/uploads", {"name": "a", "format": "xlsx"})

    assert profile.problem == "not_found"
    assert (wrong.problem, wrong.pointers) == ("invalid_request", ["/format"])
