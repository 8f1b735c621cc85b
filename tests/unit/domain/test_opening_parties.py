"""Accounts, third parties and journals that a FEC's rows show."""

from __future__ import annotations

from typing import Any

import pytest

from rappro.domain.books import (
    Journal,
    JournalType,
    ThirdPartyKind,
)
from rappro.domain.opening import FecRow, OpenedBooks
from rappro.domain.settings import (
    PostingSettings,
)
from tests.fixtures.fec.builder import books, codes, entry


def parties(opened: OpenedBooks) -> list[tuple[str, str, str | None, str]]:
    return [(p.kind.value, p.account, p.auxiliary, p.name) for p in opened.third_parties]


def on(
    account: str, label: str = "", auxiliary: str = "", name: str = "", **more: Any
) -> list[FecRow]:
    shared = {"auxiliary": auxiliary, "auxiliary_label": name, "account_label": label, **more}
    return entry(f"{account}{auxiliary}", (account, 100), ("706000", -100), **shared)


def test_accounts_come_with_their_commonest_label() -> None:
    opened = books(
        entry("1", ("606300", 100), account_label="Fournitures"),
        entry("2", ("606300", 100), account_label="Petit équipement"),
        entry("3", ("606300", -200), account_label="Petit équipement"),
        entry("4", ("999999", 0), account_label=""),
    )

    assert [(a.number, a.label) for a in opened.accounts] == [
        ("606300", "Petit équipement"),
        ("999999", "999999"),
    ]


def test_an_auxiliary_is_a_third_party_of_its_collective_account() -> None:
    opened = books(
        on("411000", "Clients", "C01", "Durand"), on("401000", "Fourn.", "F01", "Breton")
    )

    assert parties(opened) == [
        ("customer", "411000", "C01", "Durand"),
        ("supplier", "401000", "F01", "Breton"),
    ]
    assert [p.bank_references for p in opened.third_parties] == [(), ()]
    assert [p.call_name for p in opened.third_parties] == [None, None]
    assert "third_party_unnamed" not in codes(opened)


def test_an_advance_of_a_third_party_does_not_change_its_collective_account() -> None:
    opened = books(
        on("419100", "Acomptes", "C01", "Durand"), on("419100", "Acomptes", "C01", "Durand"),
        on("411000", "Clients", "C01", "Durand"),
    )  # fmt: skip

    assert parties(opened) == [("customer", "411000", "C01", "Durand")]


def test_the_same_code_and_name_on_both_sides_is_one_third_party() -> None:
    opened = books(on("411000", "Clients", "X9", "Durand"), on("401000", "Fourn.", "X9", "DURAND"))

    assert parties(opened) == [("both", "411000", "X9", "Durand")]
    assert {item.third_party for item in opened.open_items} == {opened.third_parties[0].id}


def test_the_same_code_with_another_name_is_another_third_party() -> None:
    opened = books(on("411000", "Clients", "1", "Durand"), on("401000", "Fourn.", "1", "Breton"))

    assert [p.kind for p in opened.third_parties] == [
        ThirdPartyKind.CUSTOMER, ThirdPartyKind.SUPPLIER,
    ]  # fmt: skip
    assert len({p.id for p in opened.third_parties}) == 2


def test_a_third_party_may_hide_in_the_account_number() -> None:
    opened = books(on("411DURAND", "DURAND SARL"), on("40100012", "Imprimerie Breton"),
                   on("401DURAND", "Durand SARL"))  # fmt: skip

    assert parties(opened) == [
        ("both", "411DURAND", None, "DURAND SARL"),
        ("supplier", "40100012", None, "Imprimerie Breton"),
    ]


@pytest.mark.parametrize(
    ("account", "label"),
    [("411000", "Durand"), ("41110000", "Clients"), ("401", "x"), ("40104000", "FOURNISSEUR EXP"),
     ("411500320", "CLIENTS 31,03,2020"), ("409100", "Fournisseurs - acomptes s/commandes"),
     ("411000000", "Clients - ventes de biens")],
)  # fmt: skip
def test_a_collective_account_without_auxiliary_names_nobody(account: str, label: str) -> None:
    opened = books(on(account, label))

    assert [p.name for p in opened.third_parties] == [account]
    assert codes(opened)["third_party_unnamed"] == 1
    assert len(opened.open_items) == 1


def test_the_company_s_own_collective_account_names_nobody() -> None:
    settings = PostingSettings(customers_account="411ALL")

    assert parties(books(on("411ALL", "Tous"), settings=settings)) == [
        ("customer", "411ALL", None, "411ALL")
    ]
    assert parties(books(on("411ALL", "Tous"))) == [("customer", "411ALL", None, "Tous")]


def test_an_auxiliary_that_repeats_the_account_is_none() -> None:
    assert parties(books(on("411DURAND", "Durand", "411DURAND", "Durand"))) == [
        ("customer", "411DURAND", None, "Durand")
    ]


def test_auxiliaries_of_other_accounts_are_no_third_parties() -> None:
    opened = books(on("421000", "Personnel", "S01", "Martin"), on("408100", "FNP", "F01", "Breton"))

    assert opened.third_parties == ()


def test_letters_that_were_used_are_not_used_again() -> None:
    opened = books(
        on("411000", "Clients", "C01", "Durand", letter="AAC"),
        on("411000", "Clients", "C02", "Lemoine", letter="B"),
        on("411000", "Clients", "C03", "Petit", letter="ABA"),
    )

    assert [p.letter_count for p in opened.third_parties] == [3, 0, 27]


def journal(code: str, label: str, *lines: tuple[str, int], count: int = 1) -> list[FecRow]:
    return [
        made
        for number in range(count)
        for made in entry(f"{number}", *lines, journal=code, journal_label=label)
    ]


def types(opened: OpenedBooks) -> dict[str, tuple[JournalType, str | None]]:
    return {j.code: (j.type, j.account) for j in opened.journals}


TREASURY, SALES, PURCHASES = JournalType.TREASURY, JournalType.SALES, JournalType.PURCHASES
MISCELLANEOUS, OPENING = JournalType.MISCELLANEOUS, JournalType.OPENING


def test_a_treasury_journal_has_one_bank_account_on_nearly_every_entry() -> None:
    opened = books(
        journal("CM", "Crédit du Port", ("512100", -100), ("401000", 100), count=9),
        journal("CM", "Crédit du Port", ("627000", 5), ("401000", -5)),
        journal("CA", "Caisse", ("530000", 100), ("411000", -100), count=2),
        journal("CP", "Poste", ("514000", 100), ("706000", -100), count=2),
        journal("OD", "Divers", ("512100", 10), ("580000", -10), count=1),
        journal("OD", "Divers", ("641000", 10), ("421000", -10), count=3),
        journal("MI", "Tout", ("512100", 10), ("512200", -10), count=3),
    )

    assert types(opened) == {
        "CM": (TREASURY, "512100"),
        "CA": (TREASURY, "530000"),
        "CP": (TREASURY, "514000"),
        "OD": (MISCELLANEOUS, None),
        "MI": (MISCELLANEOUS, None),
    }


def test_sales_and_purchases_are_known_by_what_they_post() -> None:
    opened = books(
        journal("70", "J70", ("411000", 100), ("706000", -100), count=3),
        journal("60", "J60", ("606300", 100), ("401000", -100), count=3),
        journal("61", "J61", ("218300", 100), ("404000", -100), count=3),
        journal("TI", "Tickets", ("530000", 60), ("511500", 40), ("707000", -100), count=3),
    )

    assert types(opened) == {
        "70": (SALES, None),
        "60": (PURCHASES, None),
        "61": (PURCHASES, None),
        "TI": (SALES, None),
    }


def test_a_journal_that_posts_otherwise_is_known_by_its_label() -> None:
    opened = books(
        journal("V", "VENTES", ("411000", 100), ("758000", -100)),
        journal("A", "ACHATS MARCHANDISES", ("606300", 100)),
        journal("B", "BANQUE", ("606300", -100)),
        journal("CA", "CAISSE", ("530000", 60), ("707000", -60)),
    )

    assert types(opened) == {
        "V": (SALES, None),
        "A": (PURCHASES, None),
        "B": (MISCELLANEOUS, None),
        "CA": (TREASURY, "530000"),
    }


@pytest.mark.parametrize(
    ("code", "label"),
    [("AN", "x"), ("RAN", ""), ("2", "BILAN D'OUVERTURE"), ("AD", "A Nouveaux Détaillés"),
     ("X", "À-nouveau"), ("OU", "Balance Initiale"), ("R", "Report à nouveau")],
)  # fmt: skip
def test_opening_journals_are_known_by_code_or_label(code: str, label: str) -> None:
    opened = books(journal(code, label, ("512000", 100), ("101000", -100)))

    assert opened.journals == (Journal(code, label or code, OPENING),)


@pytest.mark.parametrize(
    ("code", "label"),
    [("12", "Affectation du résultat"), ("OD", "Opérations diverses"), ("ANT", "Antenne")],
)
def test_other_journals_do_not_open(code: str, label: str) -> None:
    opened = books(journal(code, label, ("120000", 100), ("101000", -100)))

    assert [j.type for j in opened.journals] == [MISCELLANEOUS]
