"""Difference types through the API: defaults, the company's own, and the one that is in use."""

from __future__ import annotations

import pytest

from rappro.edge.api import sample_ids as ids

from .client import Client

TYPES = "/v1/companies/acme/difference-types"


def test_every_company_has_the_types_of_the_chart_beside_its_own(alpha: Client) -> None:
    items = alpha.get(TYPES).body["items"]

    assert {one["code"]: (one["account"], one["default"]) for one in items} == {
        ids.DIFFERENCE_TYPE: ("627000", False),
        "bank_charges": ("627000", True),
        "commission": ("627800", True),
        "discount_granted": ("665000", True),
        "discount_obtained": ("765000", True),
        "fx_gain": ("756000", True),
        "fx_loss": ("656000", True),
        "rounding_gain": ("758000", True),
        "rounding_loss": ("658000", True),
    }
    first = alpha.get(TYPES, limit=4).body
    rest = alpha.get(TYPES, limit=10, cursor=first["next_cursor"]).body
    assert first["items"] + rest["items"] == items


def test_a_type_is_created_changed_and_deleted(alpha: Client) -> None:
    made = alpha.put(f"{TYPES}/ecart-caisse", {"label": "Écart de caisse", "account": "471000"})
    changed = alpha.put(f"{TYPES}/ecart-caisse", {"account": "627000"})

    assert made.body["version"] == 1
    assert (changed.body["label"], changed.body["account"]) == ("Écart de caisse", "627000")
    assert alpha.get(f"{TYPES}/ecart-caisse").body == changed.body
    assert alpha.send("DELETE", f"{TYPES}/ecart-caisse").status == 204
    assert alpha.get(f"{TYPES}/ecart-caisse").problem == "not_found"
    told = alpha.get("/v1/companies/acme/audit").body["items"]
    (deleted,) = [one for one in told if one["action"] == "delete_difference_type"]
    saved = [one for one in told if one["action"] == "save_difference_type"]
    assert [(one["field"], one["before"], one["after"]) for one in deleted["changes"]] == [
        ("account", "627000", None),
        ("label", "Écart de caisse", None),
    ]
    assert len(saved) == 2


def test_a_default_can_be_changed_and_counts_again_when_the_change_is_deleted(
    alpha: Client,
) -> None:
    path = f"{TYPES}/bank_charges"

    changed = alpha.put(path, {"account": "471000"}).body
    alpha.send("DELETE", path)

    assert (changed["account"], changed["label"], changed["default"]) == (
        "471000",
        "Frais bancaires",
        False,
    )
    assert (alpha.get(path).body["account"], alpha.get(path).body["default"]) == ("627000", True)
    assert alpha.send("DELETE", path).problem == "not_allowed_in_state"


@pytest.mark.parametrize(
    ("code", "body", "pointers"),
    [
        ("x", {"label": "X", "account": "999999"}, ["/account"]),
        ("x", {"account": "627000"}, ["/label"]),
        ("x", {"label": "X"}, ["/account"]),
        ("other", {"label": "Autre", "account": "627000"}, []),
    ],
)
def test_a_type_without_label_account_or_of_the_reserved_code_is_refused(
    alpha: Client, code: str, body: dict[str, str], pointers: list[str]
) -> None:
    answer = alpha.put(f"{TYPES}/{code}", body)

    assert (answer.problem, answer.pointers) == ("invalid_request", pointers)
