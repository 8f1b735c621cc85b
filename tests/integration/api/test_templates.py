"""Templates and bank references through the API."""

from __future__ import annotations

from typing import Any

import pytest

from rappro.edge.api import sample_ids as ids

from .client import Client

COMPANY = "/v1/companies/acme"
OWN = f"{COMPANY}/templates"
COMMON = "/v1/templates"
BODY: dict[str, Any] = {
    "label": "Abonnement",
    "bank_references": ["ABONNEMENT TELECOM"],
    "direction": "debit",
    "lines": [
        {"account": "627000", "vat_rate_percent": "20"},
        {"account": "471000", "remainder": True},
    ],
}


def test_a_template_is_created_changed_listed_and_deleted(alpha: Client) -> None:
    made = alpha.put(f"{OWN}/TELECOM", BODY)
    changed = alpha.put(f"{OWN}/TELECOM", {"bank_references": ["TELECOM", "MOBILE"]})

    assert (made.body["version"], made.body["common"]) == (1, False)
    assert changed.body == {
        **made.body, "bank_references": ["TELECOM", "MOBILE"], "version": 2,
    }  # fmt: skip
    assert changed.body in alpha.get(OWN).body["items"]
    assert alpha.send("DELETE", f"{OWN}/TELECOM").status == 204
    assert changed.body["id"] not in [one["id"] for one in alpha.get(OWN).body["items"]]
    assert alpha.send("DELETE", f"{OWN}/TELECOM").problem == "not_found"


def test_a_common_template_is_seen_by_the_tenant_s_companies_until_they_have_their_own(
    alpha: Client,
) -> None:
    alpha.put(f"{COMMON}/TELECOM", BODY)
    common = next(one for one in alpha.get(OWN).body["items"] if one["id"] == "TELECOM")
    alpha.put(f"{OWN}/TELECOM", {**BODY, "label": "À nous"})
    own = next(one for one in alpha.get(OWN).body["items"] if one["id"] == "TELECOM")

    assert (common["label"], common["common"]) == ("Abonnement", True)
    assert (own["label"], own["common"]) == ("À nous", False)
    assert {one["id"]: one["label"] for one in alpha.get(COMMON).body["items"]} == {
        ids.TEMPLATE: "Commun ALPHA",
        "TELECOM": "Abonnement",
    }


@pytest.mark.parametrize(
    ("change", "pointers"),
    [
        ({"label": None}, ["/label"]),
        ({"lines": [{"account": "999999", "remainder": True}]}, ["/lines/0/account"]),
        ({"lines": [{"account": "627000"}]}, ["/lines/0"]),
    ],
)
def test_a_template_that_cannot_be_is_refused(
    alpha: Client, change: dict[str, Any], pointers: list[str]
) -> None:
    answer = alpha.put(f"{OWN}/TELECOM", {**BODY, **change})

    assert (answer.problem, answer.pointers) == ("invalid_request", pointers)


def test_a_line_s_text_becomes_a_bank_reference(alpha: Client) -> None:
    path = f"{COMPANY}/statements/{ids.STATEMENT}/lines/2/bank-reference"
    body = {"third_party": ids.THIRD_PARTY, "reference": "LEROY MENUIS"}
    before = alpha.get(f"{COMPANY}/third-parties/{ids.THIRD_PARTY}").body["bank_references"]

    answer = alpha.post(path, body)

    assert answer.body["bank_references"] == [*before, "LEROY MENUIS"]
    replaced = alpha.post(path, {**body, "reference": "LEROY", "replaces": True})
    assert replaced.body["bank_references"] == ["LEROY"]
    assert alpha.post(path, {**body, "third_party": "nobody"}).problem == "not_found"
