"""Companies, journals, accounts and third parties through the API."""

from __future__ import annotations

import pytest

from .client import Client
from .seeds import World

COMPANY = "/v1/companies/acme"
IBAN = "FR7630006000011234567890189"


def test_a_company_is_created_with_defaults_and_read_back(alpha: Client) -> None:
    created = alpha.put("/v1/companies/bakery-2", {"name": "Boulangerie", "currency": "JPY"})

    assert created.body["version"] == 1
    assert created.body["timezone"] == "Europe/Paris"
    assert created.body["settings"]["cents_tolerance"] == "5"
    assert alpha.get("/v1/companies/bakery-2").body == created.body


def test_a_change_keeps_what_it_does_not_name(alpha: Client) -> None:
    first = alpha.put(
        COMPANY,
        {
            "siren": "732829320",
            "closed_until": "2024-12-31",
            "fiscal_year_start_month": 7,
            "settings": {
                "window_days_after": 20,
                "bank_charge_max": "12.50",
                "discount_vat": "split_by_account",
                "discount_vat_rates": [{"account": "411", "rate_percent": "20"}],
            },
        },
    ).body

    second = alpha.put(COMPANY, {"settings": {"suspense_account": "472000"}}).body

    expected = {**first["settings"], "suspense_account": "472000"}
    assert second == {**first, "settings": expected, "version": first["version"] + 1}
    assert first["settings"]["window_days_after"] == 20
    assert first["settings"]["bank_charge_max"] == "12.50"
    assert first["settings"]["discount_vat"] == "split_by_account"
    assert first["settings"]["discount_vat_rates"] == [{"account": "411", "rate_percent": "20"}]


def test_a_null_clears_what_may_be_absent(alpha: Client) -> None:
    alpha.put(COMPANY, {"siren": "732829320", "closed_until": "2024-12-31"})

    cleared = alpha.put(COMPANY, {"siren": None, "closed_until": None, "name": None}).body

    assert (cleared["siren"], cleared["closed_until"]) == (None, None)
    assert cleared["name"] == "Menuiserie ALPHA"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"currency": "USD"}, "/currency"),
        ({"timezone": "Europe/Nowhere"}, "/timezone"),
        ({"timezone": "../../etc/passwd"}, "/timezone"),
        ({"settings": {"cents_tolerance": "0.001"}}, "/settings/cents_tolerance"),
        ({"settings": {"bank_charge_max": "-1"}}, "/settings/bank_charge_max"),
        ({"settings": {"colour": "red"}}, "/settings/colour"),
    ],
)
def test_a_wrong_company_is_refused_at_its_field(
    alpha: Client, body: dict[str, object], pointer: str
) -> None:
    before = alpha.get(COMPANY).body

    answer = alpha.put(COMPANY, body)

    assert answer.problem == "invalid_request"
    assert answer.pointers == [pointer]
    assert alpha.get(COMPANY).body == before


def test_a_new_company_needs_a_name_and_a_known_currency(alpha: Client) -> None:
    assert alpha.put("/v1/companies/new-1", {}).pointers == ["/name"]
    wrong = alpha.put("/v1/companies/new-1", {"name": "x", "currency": "XXX"})
    assert wrong.problem == "unsupported_currency"
    assert alpha.get("/v1/companies/new-1").problem == "not_found"


def test_companies_are_listed_by_id_page_by_page(alpha: Client) -> None:
    for name in ("zeta", "beta", "delta"):
        alpha.put(f"/v1/companies/{name}", {"name": name})

    seen, cursor = [], None
    while True:
        query = {"limit": 2} if cursor is None else {"limit": 2, "cursor": cursor}
        page = alpha.send("GET", "/v1/companies", query=query).body
        seen += [company["id"] for company in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert seen == ["acme", "beta", "delta", "zeta"]


def test_a_company_of_another_tenant_is_no_company(world: World, alpha: Client) -> None:
    Client(world.ports, "bravo").put("/v1/companies/theirs", {"name": "Theirs"})

    assert alpha.get("/v1/companies/theirs").problem == "not_found"
    assert alpha.get("/v1/companies/theirs/statements").problem == "not_found"


def test_a_journal_is_created_changed_and_read_back(alpha: Client) -> None:
    created = alpha.put(
        f"{COMPANY}/journals/BQ2",
        {
            "label": "Livret",
            "type": "treasury",
            "account": "512200",
            "iban": "fr76 1234 5987 6500 0000 0000 189",
            "profile": {"match_on_import": False, "flow": "reconciliation_only"},
            "reconciled_on": "2024-12-31",
            "reconciled_balance": "-12.30",
        },
    ).body

    changed = alpha.put(f"{COMPANY}/journals/BQ2", {"label": "Livret A"}).body

    assert created["iban"] == "FR7612345987650000000000189"
    assert created["profile"]["match_on_import"] is False
    assert created["profile"]["suspense_account"] == "471000"
    assert created["reconciled_balance"] == "-12.30"
    assert changed == {**created, "label": "Livret A", "version": 2}
    assert alpha.get(f"{COMPANY}/journals/BQ2").body == changed


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"type": "treasury"}, "/label"),
        ({"label": "x", "type": "treasury"}, "/account"),
        ({"label": "x", "type": "treasury", "account": "512200", "iban": IBAN}, "/iban"),
        ({"label": "x", "reconciled_on": "2024-12-31"}, "/reconciled_on"),
        (
            {"label": "x", "reconciled_on": "2024-12-31", "reconciled_balance": "1.001"},
            "/reconciled_balance",
        ),
        ({"label": "x", "type": "bank"}, "/type"),
        ({"label": "x", "profile": {"format": ""}}, "/profile/format"),
    ],
)
def test_a_wrong_journal_is_refused_at_its_field(
    alpha: Client, body: dict[str, object], pointer: str
) -> None:
    answer = alpha.put(f"{COMPANY}/journals/BQ2", body)

    assert answer.problem == "invalid_request"
    assert answer.pointers == [pointer]
    assert alpha.get(f"{COMPANY}/journals/BQ2").problem == "not_found"


def test_journals_and_accounts_are_listed_in_order(alpha: Client) -> None:
    journals = alpha.get(f"{COMPANY}/journals").body["items"]
    first = alpha.get(f"{COMPANY}/accounts", limit=3).body
    rest = alpha.get(f"{COMPANY}/accounts", limit=3, cursor=first["next_cursor"]).body

    assert [journal["code"] for journal in journals] == ["BQ1", "OD2", "VE"]
    numbers = [account["number"] for account in first["items"] + rest["items"]]
    assert numbers == ["411000", "471000", "512100", "606399", "627000"]
    assert rest["next_cursor"] is None


def test_a_third_party_s_bank_references_are_replaced_and_its_letters_kept(
    world: World, alpha: Client
) -> None:
    path = f"{COMPANY}/third-parties/C0001"

    changed = alpha.put(
        path,
        {
            "bank_references": ["MARTIN SARL"],
            "ibans": ["FR76 3000 6000 0112 3456 7890 189"],
            "mandates": ["MDT-1"],
            "payers": [{"name": "Holding", "iban": None}],
            "call_name": None,
        },
    ).body

    assert changed["bank_references"] == ["MARTIN SARL"]
    assert changed["ibans"] == [IBAN]
    assert changed["mandates"] == ["MDT-1"]
    assert changed["payers"] == [{"name": "Holding", "iban": None}]
    assert changed["call_name"] is None
    assert changed["name"] == "Martin ALPHA"
    assert alpha.get(path).body == changed
    kept = world.of_tenant("alpha")["records"]["acme"]["ThirdParty", "C0001"]
    assert kept.letter_count == 4


@pytest.mark.parametrize(
    ("kind", "account"), [("customer", "411000"), ("supplier", "401000"), ("both", "411000")]
)
def test_a_new_third_party_gets_the_collective_account_of_its_kind(
    alpha: Client, kind: str, account: str
) -> None:
    answer = alpha.put(f"{COMPANY}/third-parties/N1", {"kind": kind, "name": "Nouveau"})

    assert answer.body["account"] == account


@pytest.mark.parametrize(
    ("body", "pointer"), [({"name": "x"}, "/kind"), ({"kind": "both"}, "/name")]
)
def test_a_new_third_party_needs_a_kind_and_a_name(
    alpha: Client, body: dict[str, object], pointer: str
) -> None:
    assert alpha.put(f"{COMPANY}/third-parties/N1", body).pointers == [pointer]


def test_too_many_or_too_long_texts_are_refused(alpha: Client) -> None:
    path = f"{COMPANY}/third-parties/C0001"

    assert alpha.put(path, {"aliases": ["a"] * 501}).pointers == ["/aliases"]
    assert alpha.put(path, {"aliases": ["a" * 1_001]}).pointers == ["/aliases/0"]


def test_third_parties_are_listed_by_id(alpha: Client) -> None:
    alpha.put(f"{COMPANY}/third-parties/A1", {"kind": "supplier", "name": "Avant"})

    items = alpha.get(f"{COMPANY}/third-parties").body["items"]

    assert [party["id"] for party in items] == ["A1", "C0001", "C0099"]


def test_what_a_person_changes_stands_in_the_audit_trail_under_their_name(world: World) -> None:
    Client(world.ports, "alpha", user="marie").put(COMPANY, {"name": "Autre"})

    newest = Client(world.ports, "alpha").get(f"{COMPANY}/audit", limit=1).body["items"][0]

    assert (newest["author"], newest["action"]) == ("marie", "save_company")
    assert newest["at"] == "2025-02-01T08:30:00Z"


def test_an_account_is_created_renamed_and_deleted_while_nothing_names_it(alpha: Client) -> None:
    path = f"{COMPANY}/accounts/606398"

    created = alpha.put(path, {"label": "Fournitures"}).body
    renamed = alpha.put(path, {"label": "Fournitures d'entretien"}).body

    assert (created["version"], renamed["version"]) == (1, 2)
    assert alpha.get(path).body == renamed
    assert alpha.send("DELETE", path).status == 204
    assert alpha.get(path).status == 404


def test_what_is_used_is_not_deleted_and_the_answer_says_by_what(alpha: Client) -> None:
    alpha.put(f"{COMPANY}/journals/CA", {"label": "Caisse", "type": "treasury", "account": "531"})
    alpha.put(f"{COMPANY}/accounts/531", {"label": "Caisse"})

    refused = alpha.send("DELETE", f"{COMPANY}/accounts/531")

    assert refused.status == 409
    assert "journal CA" in refused.body["detail"]
    assert alpha.send("DELETE", f"{COMPANY}/journals/CA").status == 204
    assert alpha.send("DELETE", f"{COMPANY}/accounts/531").status == 204


def test_fiscal_years_of_another_length_are_a_companys_setting(alpha: Client) -> None:
    years = [{"first": "2023-03-15", "last": "2024-12-31"}]

    saved = alpha.put(COMPANY, {"fiscal_years": years})

    assert saved.body["fiscal_years"] == years
    overlap = [*years, {"first": "2024-12-31", "last": "2025-12-31"}]
    refused = alpha.put(COMPANY, {"fiscal_years": overlap})
    assert refused.status in (400, 422)
    assert alpha.get(COMPANY).body["fiscal_years"] == years
