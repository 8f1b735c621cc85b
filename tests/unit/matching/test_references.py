"""Numbers, keys and ids: how they are indexed, and what of them a text shows."""

from __future__ import annotations

import pytest

from rappro.domain.matching.normalise import fold
from rappro.domain.matching.numbers import Fit, shape_book
from rappro.domain.matching.references import (
    BATCH_CLASS,
    CARD_CLASS,
    REMITTANCE_CLASS,
    entry_tokens,
    index_tokens,
    item_tokens,
    key_token,
    piece_key,
    read_iban,
    read_text,
    shape_of,
    tokens_in,
)
from tests.unit.matching.worlds import cheque_in, entry, item, slip

SHAPES = ("FA9999-99999", "AV9999-999", "99999", "F99-99999")


@pytest.mark.parametrize(
    ("number", "shape"),
    [
        ("FA2026-00123", "FA9999-99999"),
        (" fa2026-00123 ", "FA9999-99999"),
        ("2026/12/0001", "9999/99/9999"),
        ("Né-7", "NE-9"),
        ("", ""),
    ],
)
def test_a_shape_keeps_letters_and_separators(number: str, shape: str) -> None:
    assert shape_of(number) == shape


def test_a_number_has_at_most_four_tokens() -> None:
    assert index_tokens("FA2026-00123") == {"FA202600123", "FA.2026.123", "202600123"}
    assert index_tokens("0001234") == {"0001234", "1234"}
    assert index_tokens("F-12") == {"F12", "F.12"}
    assert index_tokens("ACOMPTE") == frozenset()
    assert index_tokens("") == frozenset()
    assert len(index_tokens("A1-" * 500)) <= 4


@pytest.mark.parametrize(
    ("text", "token", "fit"),
    [
        ("VIR FA2026-00123 MERCI", "FA202600123", Fit.EXACT),
        ("facture fa2026-00123", "FA202600123", Fit.EXACT),
        ("FACTFA202600123", "FA202600123", Fit.EXACT),
        ("FA 2026 00123", "FA202600123", Fit.EXACT),
        ("FA2026-0\n0123", "FA202600123", Fit.SPLIT),
        ("FA2026-123", "FA.2026.123", Fit.PADDED),
        ("NO 2026-00123", "202600123", Fit.CORE),
        ("REF 202600123", "202600123", Fit.CORE),
        ("N12345", "12345", Fit.EXACT),
        ("F26-02835", "F2602835", Fit.EXACT),
    ],
)
def test_a_number_is_found_however_it_is_written(text: str, token: str, fit: Fit) -> None:
    hits = read_text(fold(text), shape_book(SHAPES)).hits

    assert [(hit.token, hit.fit) for hit in hits] == [(token, fit)]


@pytest.mark.parametrize(
    "text",
    [
        "DU 15/03/2026", "1 234,56 EUR", "FA2026-0012", "CLIENT12345", "XFA2026-00123",
        "FR7630006000011234567890189", "FA20260012345", "123456",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_number_is_none(text: str) -> None:
    assert read_text(fold(text), shape_book(SHAPES)).hits == ()


def test_a_list_may_write_only_the_ends() -> None:
    hits = read_text("FA2026-00123, 00124/125", shape_book(("FA9999-99999",))).hits

    assert [(hit.token, hit.fit.name) for hit in hits] == [
        ("FA202600123", "EXACT"), ("FA202600124", "LISTED"), ("FA202600125", "LISTED"),
    ]  # fmt: skip


def test_typed_references_are_told_apart() -> None:
    refs = read_text(
        fold("Chèque n° 0001234 RUM MDT-77 IBAN FR76 3000 6000 0112 3456 7890 189 BRUT 1 234,56"),
        shape_book(SHAPES),
    )

    assert refs.cheques == {"1234"}
    assert refs.mandates == {"MDT77"}
    assert refs.ibans == {"FR7630006000011234567890189"}
    assert refs.amounts == {123456}


def test_an_iban_is_believed_by_its_length_and_checksum_only() -> None:
    assert read_iban("FR76 3000 6000 0112 3456 7890 189") == "FR7630006000011234567890189"
    assert read_iban("FR76 3000 6000 0112 3456 7890 188") is None
    assert read_iban("FR76 3000 6000") is None
    assert read_iban("compte 30006") is None
    assert read_iban(None) is None


def test_a_key_that_says_nothing_is_none() -> None:
    assert key_token("NOTPROVIDED") is None
    assert key_token("000") is None
    assert key_token(" - ") is None
    assert key_token("0007") == "7"
    assert key_token("Pay-2026/3") == "PAY20263"
    assert piece_key("12") is None
    assert piece_key("ACHATS") is None
    assert piece_key("VIRF20260930") == "VIRF20260930"


def test_an_entry_is_indexed_under_its_own_keys_and_its_kind() -> None:
    cheques = cheque_in("E1", 100, cheque_no="0001234", remittance_no="417", batch_ref="LOT-1")

    assert entry_tokens(cheques) == {
        "0001234",
        "1234",
        "417",
        "LOT1",
        REMITTANCE_CLASS,
        BATCH_CLASS,
    }
    assert entry_tokens(slip("E2", 100, "0044123")) == {"44123", CARD_CLASS}
    assert entry_tokens(entry("E3", 100, account="511500")) == {CARD_CLASS}
    assert entry_tokens(entry("E4", 100, piece_ref="VIRF20260930")) == {"VIRF20260930"}
    assert entry_tokens(entry("E5", 100, end_to_end_id="NOTPROVIDED")) == frozenset()


def test_whatever_shows_a_number_looks_up_a_token_of_its_item() -> None:
    tokens = item_tokens(item("FA2026-00123", "C1", 100))

    for text in (
        "FA2026-00123",
        "FA 2026 00123",
        "fa2026-123",
        "2026-00123",
        "FACTURE FA202600123",
    ):
        assert not tokens.isdisjoint(tokens_in([text], SHAPES)), text
    assert not tokens.isdisjoint(tokens_in(["FA2026-0", "0123"], SHAPES))
    assert tokens.isdisjoint(tokens_in(["FA2026-00124", "00123"], SHAPES))


def test_keys_of_entries_are_looked_up_whatever_the_shapes() -> None:
    assert tokens_in(["CHEQUE 0001234", "REMISE N 17 LOT-2026-014"], ()) == {
        "1234", "17", "LOT2026014",
    }  # fmt: skip
    assert tokens_in(["VIR SEPA DU 15/03/2026 DE 1234,56"], ()) == frozenset()


def test_a_text_of_ten_kilobytes_gives_a_bounded_number_of_tokens() -> None:
    text = " ".join(f"FA2026-{n:05d}" for n in range(1000))

    assert len(tokens_in([text], SHAPES)) <= 200
    assert len(tokens_in(["1 " * 5000], SHAPES)) <= 200
    assert len(tokens_in(["A" * 10_000], SHAPES)) <= 200
