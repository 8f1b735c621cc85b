"""Lines closed by hand and validated matches reversed, through the API."""

from __future__ import annotations

import pytest

from rappro.edge.api import sample_ids as ids

from .client import Client
from .seeds import CONFIRMED_MATCH

COMPANY = "/v1/companies/acme"
STATEMENT = f"{COMPANY}/statements/{ids.STATEMENT}"
MATCH = f"{COMPANY}/matches/{CONFIRMED_MATCH}"
WHY = {"reason": "paid by another customer"}


def position_of(alpha: Client) -> int:
    position: int = alpha.get(MATCH).body["lines"][0]["position"]
    return position


def trail(alpha: Client, action: str) -> list[str]:
    rows = alpha.get(f"{COMPANY}/audit").body["items"]
    return [row["action"] for row in rows if row["action"] == action]


def test_a_matched_line_is_closed_once_and_for_good(alpha: Client) -> None:
    path = f"{STATEMENT}/lines/{position_of(alpha)}"

    closed = alpha.post(f"{path}/closing", WHY)

    assert (closed.status, closed.body["status"]) == (200, "closed_manually")
    assert alpha.get(path).body == closed.body
    assert alpha.get(MATCH).body["status"] == "closed"
    assert alpha.post(f"{path}/closing", WHY).problem == "not_allowed_in_state"
    assert alpha.post(f"{MATCH}/undo").problem == "not_allowed_in_state"
    assert trail(alpha, "close_line") == ["close_line"]


def test_a_validated_match_is_reversed_once(alpha: Client) -> None:
    assert alpha.post(f"{MATCH}/reversal", WHY).problem == "not_allowed_in_state"
    position = position_of(alpha)
    assert alpha.post(f"{STATEMENT}/validation").status == 200

    first = alpha.post(f"{MATCH}/reversal", WHY)

    assert (first.status, first.body["status"]) == (200, "reversed")
    assert len(first.body["reversals"]) == len(first.body["entries"])
    assert alpha.post(f"{MATCH}/reversal", WHY).body == first.body
    line = alpha.get(f"{STATEMENT}/lines/{position}").body
    assert (line["status"], line["match"]) == ("reversed", None)
    assert alpha.get(STATEMENT).body["status"] == "partly_matched"
    assert trail(alpha, "reverse_match") == ["reverse_match"]
    for entry in first.body["reversals"]:
        assert alpha.get(f"{COMPANY}/entries/{entry}").body["status"] == "validated"


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "x", "date": "soon"}])
def test_a_reversal_without_a_reason_or_with_no_day_is_refused(
    alpha: Client, body: dict[str, str]
) -> None:
    assert alpha.post(f"{MATCH}/reversal", body).problem == "invalid_request"
