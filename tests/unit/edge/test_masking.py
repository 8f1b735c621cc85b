"""Of an IBAN, a log shows the country and the last four."""

from __future__ import annotations

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rappro.domain.ids import derive_id
from rappro.edge.masking import masked, masked_json

FRENCH = "FR7630006000011234567890189"


def iban(country: str, account: str) -> str:
    """Return an IBAN with right check digits."""
    digits = "".join(str(int(c, 36)) for c in f"{account}{country}00")
    return f"{country}{98 - int(digits) % 97:02d}{account}"


def grouped(number: str, gap: str) -> str:
    return gap.join(number[n : n + 4] for n in range(0, len(number), 4))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (FRENCH, "FR**0189"),
        (f"account {FRENCH}.", "account FR**0189."),
        (grouped(FRENCH, " "), "FR**0189"),
        (grouped(FRENCH, "\u00a0"), "FR**0189"),
        (grouped(FRENCH, "-") + " DUPONT", "FR**0189 DUPONT"),
        (FRENCH.lower(), "FR**0189"),
        (f"IBAN{FRENCH}", "IBANFR**0189"),
        (f"releve_{FRENCH}_2026.xml", "releve_FR**0189_2026.xml"),
        (f"{FRENCH}DUPONT", "FR**0189DUPONT"),
        (f"{FRENCH};DE89370400440532013000", "FR**0189;DE**3000"),
        ("NO9386011117947", "NO**7947"),
        (grouped("NO9386011117947", " ") + " merci", "NO**7947 merci"),
        ("MT84MALT011000012345MTLCAST001S", "MT**001S"),
        ("FR7630006000011234567890188", "FR**0188"),
    ],
)
def test_an_iban_shows_its_country_and_last_four(text: str, shown: str) -> None:
    """The last one has wrong check digits: a slip of the hand is somebody's account too."""
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "de305d54-75b4-431b-adb2-eb6b9e546014",
        "1-5759e988-bd862e3fe1be46a994272793",
        "st_fr23abcdefghijkmnopqrstu",
        "layers/common/rappro/edge/api/app.py:120",
        "2026-11-22T10:35:53.123+0000",
        "FA2026-0101",
        "be12" + "0f" * 30,
    ],
)
def test_ids_and_places_stay_as_they_are(text: str) -> None:
    assert masked(text) == text


@given(parts=st.lists(st.text(max_size=8), min_size=1))
def test_an_id_of_ours_is_never_masked(parts: list[str]) -> None:
    assert masked(derive_id("st", *parts)) == derive_id("st", *parts)


@given(
    country=st.text(string.ascii_uppercase, min_size=2, max_size=2),
    account=st.text(string.digits + string.ascii_uppercase, min_size=11, max_size=30),
    gap=st.sampled_from(["", " ", "-", ".", "\u00a0", "\n", "\t"]),
    before=st.sampled_from(["", "de ", "«", "IBAN:", "\n", "a\\"]),
    after=st.sampled_from(["", " ", ",", "\n", "»"]),
    is_lower=st.booleans(),
)
def test_no_iban_of_any_country_and_length_gets_through_a_log_line(
    country: str, account: str, gap: str, before: str, after: str, *, is_lower: bool
) -> None:
    number = iban(country, account)
    written = grouped(number.lower() if is_lower else number, gap)

    line = masked_json({"message": f"{before}{written}{after}", written: [{"deep": written}]})

    shown = f"{country}**{written.replace(gap, '')[-4:]}" if gap else f"{country}**{written[-4:]}"
    assert json.loads(line) == {"message": f"{before}{shown}{after}", shown: [{"deep": shown}]}
