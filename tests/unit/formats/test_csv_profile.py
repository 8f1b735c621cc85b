"""A CSV profile is checked when it is made; a tenant's own is data like the built-in ones."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from rappro.domain.bank import LineStatusAtBank, Nature
from rappro.domain.errors import InvalidRequest
from rappro.formats.csv_bank import built_in_profiles
from rappro.formats.csv_profile import (
    COLUMNS_MAX,
    NAMES_MAX,
    TEXT_MAX,
    folded,
    plain,
    profile_of,
)
from rappro.formats.csv_profiles import BUILT_IN

OWN: dict[str, Any] = {
    "name": "own",
    "bank": "A bank",
    "columns": [["date", "Day"], ["label", "What"], ["amount", "Sum"]],
}


def with_change(**changes: object) -> dict[str, Any]:
    return {**copy.deepcopy(OWN), **changes}


def test_a_profile_has_the_french_habits_unless_it_says_otherwise() -> None:
    profile = profile_of(OWN)

    assert (profile.name, profile.bank, profile.separator) == ("own", "A bank", ";")
    assert (profile.dates, profile.decimal, profile.currency) == ("dmy", ",", "EUR")
    assert (profile.charset, profile.is_quoted, profile.has_tables) == ("cp1252", True, False)
    assert (profile.allows_others, profile.footer, profile.facts) == (False, (), ())


def test_words_are_kept_as_they_are_compared() -> None:
    profile = profile_of(with_change(
        natures={"Prélèvement  SEPA": "direct_debit"}, statuses={"Réglé": "booked"},
        debits=["Débit"], footer=["TOTAL"], preamble=[{"fact": "account", "after": "N°"}],
    ))  # fmt: skip

    assert profile.natures == {"prelevement sepa": Nature.DIRECT_DEBIT}
    assert profile.statuses == {"regle": LineStatusAtBank.BOOKED}
    assert (profile.debits, profile.footer) == (frozenset({"debit"}), ("total",))
    assert profile.facts[0].text == "n°"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"colour": 1}, "/colour"),
        ({"name": ""}, "/name"),
        ({"name": 7}, "/name"),
        ({"bank": "x" * (TEXT_MAX + 1)}, "/bank"),
        ({"separator": "::"}, "/separator"),
        ({"dates": "ydm"}, "/dates"),
        ({"decimal": ";"}, "/decimal"),
        ({"currency": "EURO"}, "/currency"),
        ({"currency": 978}, "/currency"),
        ({"charset": "utf-7"}, "/charset"),
        ({"quoted": "yes"}, "/quoted"),
        ({"tables": 1}, "/tables"),
        ({"others": None}, "/others"),
        ({"footer": "Total"}, "/footer"),
        ({"footer": ["  "]}, "/footer/0"),
        ({"debits": [1]}, "/debits/0"),
        ({"natures": []}, "/natures"),
        ({"natures": {"x": "gift"}}, "/natures/x"),
        ({"statuses": {"x": 1}}, "/statuses/x"),
        ({"columns": None}, "/columns"),
        ({"columns": "date"}, "/columns"),
        ({"columns": [["date", "a"]] * (COLUMNS_MAX + 1)}, "/columns"),
        ({"columns": [[]]}, "/columns/0/0"),
        ({"columns": ["date"]}, "/columns/0"),
        ({"columns": [["colour", "a"]]}, "/columns/0/0"),
        ({"columns": [["date"]]}, "/columns/0"),
        ({"columns": [["date", ""]]}, "/columns/0/0"),
        ({"columns": [["date", *("abcdefghijklmnopq"[:NAMES_MAX])]]}, "/columns/0"),
        ({"columns": [["date", "a"]]}, "/columns"),
        ({"columns": [["date?", "a"], ["amount", "b"]]}, "/columns"),
        ({"columns": [["date", "a"], ["debit", "b"]]}, "/columns"),
        ({"columns": [["date", "a"], ["amount", "b"], ["debit?", "c"]]}, "/columns"),
        ({"columns": [["date", "a"], ["amount", "b"], ["kind", "c"], ["kind", "d"]]}, "/columns"),
        ({"columns": [["date", "a"], ["amount", "A"]]}, "/columns"),
        ({"preamble": {}}, "/preamble"),
        ({"preamble": [1]}, "/preamble/0/fact"),
        ({"preamble": [{"fact": "weather", "after": "x"}]}, "/preamble/0/fact"),
        ({"preamble": [{"fact": "account"}]}, "/preamble/0"),
        ({"preamble": [{"fact": "account", "row": 1}]}, "/preamble/0"),
        ({"preamble": [{"fact": "account", "row": 0, "cell": 1}]}, "/preamble/0"),
        ({"preamble": [{"fact": "account", "row": True, "cell": 1}]}, "/preamble/0"),
        ({"preamble": [{"fact": "account", "after": ""}]}, "/preamble/0/0"),
        ({"preamble": [{"fact": "account", "after": "a", "starts": "a"}]}, "/preamble/0"),
    ],
)
def test_what_is_wrong_is_named_by_its_pointer(changes: dict[str, object], pointer: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        profile_of(with_change(**changes))

    assert caught.value.position == pointer


def test_the_built_in_profiles_are_data_that_json_can_say() -> None:
    again = [profile_of(data) for data in json.loads(json.dumps(BUILT_IN))]

    assert again == list(built_in_profiles())
    assert len({profile.name for profile in again}) == len(again) >= 15


def test_a_header_fits_by_its_names_whatever_their_case_accents_and_quotes() -> None:
    profile = profile_of(with_change(columns=[
        ["date", "Date d'opération"], ["amount", "Montant"], ["label", "Libellé", "Label"],
        ["comment?", "Note"], ["ignored?", "Other"],
    ]))  # fmt: skip

    assert profile.fit(["DATE D’OPERATION ", '"montant"', "\ufefflabel"]) == {
        "date": (0,), "amount": (1,), "label": (2,)
    }  # fmt: skip
    assert profile.fit(["montant", "libelle", "date d'operation", "note", ""]) == {
        "date": (2,), "amount": (0,), "label": (1,), "comment": (3,)
    }  # fmt: skip


@pytest.mark.parametrize(
    "header",
    [["Day", "What"], ["Day", "What", "Sum", "New"], ["Day", "What", "Sum", "sum"], [], ["Day"]],
)
def test_a_header_that_fits_in_part_does_not_fit(header: list[str]) -> None:
    assert profile_of(OWN).fit(header) is None


def test_other_columns_fit_where_the_profile_allows_them() -> None:
    profile = profile_of(with_change(others=True))

    assert profile.fit(["Day", "What", "Sum", "New"]) == {
        "date": (0,), "label": (1,), "amount": (2,)
    }  # fmt: skip


def test_folding_keeps_every_character_in_its_place() -> None:
    text = "Élève à l’Œuvre n° ½ ﬁn\u00a0ß"

    assert len(folded(text)) == len(text)
    assert plain(" Débit  euros ") == "debit euros"
