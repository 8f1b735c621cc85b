"""Open items: what is open on third-party accounts, piece by piece, after the lettering."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from rappro.domain.books import (
    OpenItem,
    OpenItemType,
)
from rappro.domain.errors import InputError
from rappro.domain.opening import FecRow
from tests.fixtures.fec.builder import books, codes, entry, numbered, row

INVOICE, CREDIT_NOTE, PREPAYMENT = (
    OpenItemType.INVOICE,
    OpenItemType.CREDIT_NOTE,
    OpenItemType.PREPAYMENT,
)


def sale(number: str, piece: str, amount: int, **more: Any) -> list[FecRow]:
    return entry(number, ("411000", amount), ("706000", -amount), piece_ref=piece, **more)


def purchase(number: str, piece: str, amount: int, **more: Any) -> list[FecRow]:
    shared = {"journal": "AC", "journal_label": "Achats", "auxiliary": "F1", **more}
    lines = (("401000", -amount), ("606300", amount))
    return entry(number, *lines, piece_ref=piece, **shared)


def receipt(number: str, piece: str, amount: int, **more: Any) -> list[FecRow]:
    shared = {"journal": "BQ", "journal_label": "Banque", "label": "VIR DURAND", **more}
    return entry(number, ("512000", amount), ("411000", -amount), piece_ref=piece, **shared)


def carried(*lines: tuple[str, int], **more: Any) -> list[FecRow]:
    shared = {"journal": "AN", "journal_label": "A nouveaux", "piece_ref": "RAN",
              "label": "Report à nouveau", **more}  # fmt: skip
    return entry("AN1", *lines, **shared)


def told(item: OpenItem) -> tuple[OpenItemType, str, int, int]:
    return item.type, item.number, item.amount_minor, item.residual_minor


def test_an_unlettered_invoice_is_an_item_as_the_bank_sees_it() -> None:
    opened = books(sale("1", "FA2024-0001", 12000), purchase("2", "F-8812", 5000))

    assert [told(item) for item in opened.open_items] == [
        (INVOICE, "FA2024-0001", 12000, 12000),
        (INVOICE, "F-8812", -5000, -5000),
    ]
    item = opened.open_items[0]
    assert (item.account, item.third_party) == ("411000", opened.third_parties[0].id)
    assert (item.company_amount_minor, item.company_residual_minor) == (12000, 12000)
    assert (item.currency, item.letter, item.label) == ("EUR", None, "Facture Durand")
    assert (item.entry_id, item.entry_line) == (opened.entries[0].id, 0)


def test_a_due_date_is_the_piece_s_date_and_the_terms() -> None:
    made = sale("1", "FA2024-0001", 12000, piece_date=date(2024, 1, 10))

    assert books(made).open_items[0].due_date == date(2024, 1, 10)
    assert books(made, payment_terms_days=30).open_items[0].due_date == date(2024, 2, 9)
    with pytest.raises(InputError):
        books(made, payment_terms_days=-1)


def test_an_impossible_piece_date_gives_way_to_the_entry_s() -> None:
    opened = books(sale("1", "FA2024-0001", 12000, piece_date=date(1900, 1, 1)))

    assert opened.open_items[0].issue_date == date(2024, 1, 15)
    assert codes(opened)["implausible_piece_date"] == 2


def test_lines_of_one_piece_are_netted_into_one_item() -> None:
    opened = books(
        sale("1", "FA2024-0001", 12000),
        receipt("2", "FA2024-0001", 5000, entry_date=date(2024, 2, 1)),
        sale("3", "FA2024-0002", 700),
    )

    assert [told(item) for item in opened.open_items] == [
        (INVOICE, "FA2024-0001", 12000, 7000),
        (INVOICE, "FA2024-0002", 700, 700),
    ]


def test_a_piece_that_nets_to_zero_is_no_item() -> None:
    opened = books(sale("1", "FA2024-0001", 12000), receipt("2", "FA2024-0001", 12000))

    assert opened.open_items == ()
    assert codes(opened)["piece_netted"] == 1


def test_one_piece_of_two_third_parties_is_two_items() -> None:
    opened = books(sale("1", "FA2024-0001", 12000), sale("2", "FA2024-0001", 500, auxiliary="C02"))

    assert [item.residual_minor for item in opened.open_items] == [12000, 500]
    assert len({item.id for item in opened.open_items}) == 2


def test_a_lettered_group_that_balances_is_settled() -> None:
    opened = books(
        sale("1", "FA2024-0001", 12000, letter="A"),
        receipt("2", "VIR1", 12000, letter="A"),
        sale("3", "FA2024-0002", 700),
    )

    assert [item.number for item in opened.open_items] == ["FA2024-0002"]
    assert codes(opened) == {}


def test_a_letter_belongs_to_one_third_party() -> None:
    """The same letter on two auxiliaries says nothing of the one by the other."""
    opened = books(
        sale("1", "FA2024-0001", 12000, letter="A"),
        receipt("2", "VIR1", 12000, letter="A", auxiliary="C02"),
    )

    assert [item.residual_minor for item in opened.open_items] == [12000, -12000]
    assert codes(opened)["letter_unbalanced"] == 2


def test_a_letter_that_balances_over_the_accounts_of_a_third_party_is_settled() -> None:
    opened = books(
        sale("1", "FA2024-0001", 12000, letter="A"),
        entry("2", ("512000", 12000), ("419100", -12000), journal="BQ", letter="A"),
    )

    assert opened.open_items == ()


def test_a_letter_that_does_not_balance_leaves_its_residual_on_its_oldest_lines() -> None:
    opened = books(
        sale("1", "FA2024-0001", 12000, letter="b", entry_date=date(2024, 1, 5)),
        sale("2", "FA2024-0002", 8000, letter="b", entry_date=date(2024, 1, 9)),
        receipt("3", "VIR1", 15000, letter="b", entry_date=date(2024, 2, 1)),
    )

    assert [told(item) for item in opened.open_items] == [(INVOICE, "FA2024-0001", 12000, 5000)]
    assert opened.open_items[0].letter == "b"
    found = [f for f in opened.findings if f.code == "letter_unbalanced"]
    assert [(f.message, f.position) for f in found] == [
        ("letter b of 411000 C01 leaves 50.00 EUR open", "line 2")
    ]


def test_a_residual_larger_than_the_oldest_line_goes_on_to_the_next() -> None:
    opened = books(
        sale("1", "FA2024-0001", 12000, letter="b", entry_date=date(2024, 1, 5)),
        sale("2", "FA2024-0002", 8000, letter="b", entry_date=date(2024, 1, 9)),
        receipt("3", "VIR1", 5000, letter="b", entry_date=date(2024, 2, 1)),
    )

    assert [item.residual_minor for item in opened.open_items] == [12000, 3000]


def test_no_lettering_at_all_is_noted() -> None:
    opened = books(sale("1", "FA2024-0001", 12000), receipt("2", "VIR1", 12000))

    assert len(opened.open_items) == 2
    assert codes(opened)["no_lettering"] == 1


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (sale("1", "AV2024-0001", -900, label="Avoir Durand"), CREDIT_NOTE),
        (sale("1", "FA2024-0009", -900), CREDIT_NOTE),
        (receipt("1", "VIR0099", 900), PREPAYMENT),
        (entry("1", ("530000", 900), ("411000", -900), journal="CA", piece_ref="77"), PREPAYMENT),
        (entry("1", ("511200", 900), ("411000", -900), journal="OD", piece_ref="77"), PREPAYMENT),
        (entry("1", ("654000", 900), ("411000", -900), journal="OD", piece_ref="77"), CREDIT_NOTE),
        (entry("1", ("512000", 900), ("419100", -900), journal="BQ", piece_ref="77"), PREPAYMENT),
        (entry("1", ("409100", 900), ("512000", -900), journal="BQ", piece_ref="77"), PREPAYMENT),
        (purchase("1", "F-8812", -900, label="Avoir F-8812"), CREDIT_NOTE),
        (carried(("411000", -900), ("101000", 900)), PREPAYMENT),
        (carried(("411000", -900), ("101000", 900), label="Avoir AV2023-12"), CREDIT_NOTE),
    ],
)
def test_the_side_that_is_not_an_invoice_s_is_a_credit_note_or_a_payment_on_account(
    made: list[FecRow], expected: OpenItemType
) -> None:
    assert [item.type for item in books(made).open_items] == [expected]


@pytest.mark.parametrize("account", ["408100", "418100", "409800", "419800", "421000", "467000"])
def test_accruals_and_other_accounts_are_no_items(account: str) -> None:
    assert books(entry("1", (account, -900), ("606300", 900))).open_items == ()


@pytest.mark.parametrize(
    ("piece", "label", "number"),
    [
        ("FA  2024 0001", "Facture", "FA 2024 0001"),
        ("01/04", "ITALIAN FOOD F.374", "374"),
        ("04-27", "AS 49 F,11/02/2019 FA010235", "FA010235"),
        ("04-27", "AS 49 F,11/02/2019", "04-27"),
        ("CM04-075", "DIMAR FB9281 REMPLACEMENT", "FB9281"),
        ("123", "Reglt 4804 ,FA2000004", "FA2000004"),
        ("43", "VERRERIE DES HALLES 22100363", "22100363"),
        ("43", "Facture n° 2024-118 du 31/01/2024", "2024-118"),
        ("43", "Loyer 01/2024", "43"),
        ("43", "Loyer 2T2024 du 31.03.2024 montant 1250,00", "43"),
        ("43", "CHQ 2802488 solde", "43"),
        ("2664.25", "DIMAR FB9280", "FB9280"),
        ("VIR 22.02", "BOULANGER 056217", "056217"),
        ("-", "-", "-"),
        ("", "Sans pièce", "AC 1"),
    ],
)
def test_a_number_is_the_piece_s_or_the_label_s_when_the_piece_is_no_document(
    piece: str, label: str, number: str
) -> None:
    opened = books(
        purchase("1", piece, 5000, label=label), purchase("2", "F-9999", 1, auxiliary="F2")
    )

    assert opened.open_items[0].number == number


def test_a_running_number_means_something_on_its_day_only() -> None:
    """Journals that begin again at 1 each month do not mix January's and February's invoices."""
    opened = books(
        purchase("1", "1", 5000, entry_date=date(2024, 1, 5)),
        purchase("2", "1", 700, entry_date=date(2024, 2, 5)),
        purchase("3", "12", 30, label="LOT F.1001"),
        purchase("4", "12", 40, label="LOT F.1002"),
    )

    assert [item.residual_minor for item in opened.open_items] == [-5000, -700, -30, -40]


def test_payments_that_share_their_words_stay_apart() -> None:
    opened = books(
        receipt("1", "REM CB", 500), receipt("2", "REM CB", 500), receipt("3", "REM CB", 700)
    )

    assert [told(item)[2:] for item in opened.open_items] == [(-500, -500), (-500, -500),
                                                              (-700, -700)]  # fmt: skip
    assert len({item.id for item in opened.open_items}) == 3


def test_a_piece_that_many_third_parties_carry_is_no_document() -> None:
    made = [
        receipt(str(n), "20240131-1", 500, auxiliary=f"C{n % 3}", auxiliary_label=f"Client {n % 3}")
        for n in range(6)
    ]

    assert len(books(*made).open_items) == 6


def test_an_aggregated_carry_forward_is_one_item_and_a_finding() -> None:
    opened = books(carried(("411000", 50000), ("401000", -2000), ("101000", -48000)))

    assert [told(item) for item in opened.open_items] == [
        (INVOICE, "RAN", 50000, 50000),
        (INVOICE, "RAN", -2000, -2000),
    ]
    found = [f for f in opened.findings if f.code == "aggregated_carry_forward"]
    assert [(f.message, f.position) for f in found] == [
        ("411000 C01 is carried forward as one balance of 500.00 EUR, no detail", "line 2"),
        ("401000 C01 is carried forward as one balance of -20.00 EUR, no detail", "line 3"),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        carried(("411000", 50000), ("101000", -50000), piece_ref="FA2023-0980"),
        carried(("411000", 50000), ("101000", -50000), label="Facture FA2023-0980"),
        carried(("411000", 30000), ("411000", 20000), ("101000", -50000)),
        [
            *carried(("411000", 50000), ("101000", -50000), letter="A"),
            *receipt("9", "VIR1", 50000, letter="A"),
        ],
    ],
)
def test_a_detailed_or_lettered_carry_forward_is_not_aggregated(rows: list[FecRow]) -> None:
    if rows[0].piece_ref == "FA2023-0980":
        rows = [row(**{**_fields(r), "piece_ref": "RAN"}) if r.account == "101000" else r
                for r in rows]  # fmt: skip

    assert "aggregated_carry_forward" not in codes(books(rows))


def _fields(found: FecRow) -> dict[str, object]:
    return {name: getattr(found, name) for name in found.__slots__}


def test_a_foreign_invoice_has_its_amount_in_both_currencies() -> None:
    foreign = {"foreign_currency": "USD"}
    opened = books(
        [row(number="1", balance_minor=9000, foreign_minor=10000, **foreign),
         row(number="1", account="707000", auxiliary="", balance_minor=-9000)],
        [row(number="2", account="512000", auxiliary="", balance_minor=4600),
         row(number="2", balance_minor=-4600, foreign_minor=-5000, **foreign)],
    )  # fmt: skip

    item = opened.open_items[0]

    assert (item.currency, item.amount_minor, item.residual_minor) == ("USD", 10000, 5000)
    assert (item.company_amount_minor, item.company_residual_minor) == (9000, 4400)


def test_a_piece_in_two_currencies_is_kept_in_the_company_s() -> None:
    opened = books(
        [row(number="1", balance_minor=9000, foreign_minor=10000, foreign_currency="USD"),
         row(number="1", account="707000", auxiliary="", balance_minor=-9000)],
        [row(number="2", account="512000", auxiliary="", balance_minor=4600),
         row(number="2", balance_minor=-4600)],
    )  # fmt: skip

    item = opened.open_items[0]

    assert (item.currency, item.amount_minor, item.residual_minor) == ("EUR", 9000, 4400)


def test_ids_stay_when_a_longer_file_of_the_same_year_comes() -> None:
    january = [
        sale("1", "FA2024-0001", 12000),
        receipt("2", "REM CB", 500),
        receipt("3", "REM CB", 500),
        purchase("4", "12", 30, label="LOT F.1001"),
    ]
    before = books(*january).open_items

    after = books(
        *january[:1],
        receipt("2", "REM CB", 500, letter="A"),  # a twin was lettered meanwhile
        *january[2:],
        receipt("5", "FA2024-0001", 2000, entry_date=date(2024, 2, 3)),
        sale("6", "FA2024-0006", 500, letter="A"),
    ).open_items

    assert [item.id for item in after] == [before[0].id, before[2].id, before[3].id]
    assert [item.residual_minor for item in after] == [10000, -500, -30]


def test_rows_are_numbered_as_in_a_file() -> None:
    assert [made.line for made in numbered(sale("1", "X", 1), sale("2", "Y", 2))] == [2, 3, 4, 5]


def places(item: OpenItem) -> list[tuple[str, int]]:
    return [(place.entry_id, place.line) for place in item.sources]


def test_an_item_remembers_every_line_that_its_residual_is_the_sum_of() -> None:
    opened = books(
        sale("1", "FA2024-0001", 12000),
        receipt("2", "FA2024-0001", 5000, entry_date=date(2024, 2, 1)),
        sale("3", "FA2024-0002", 700),
    )

    netted, single = opened.open_items
    sold, received = opened.entries[0], opened.entries[1]
    assert sorted(places(netted)) == sorted([(sold.id, 0), (received.id, 1)])
    assert (places(single), single.entry_id) == ([], opened.entries[2].id)


def test_an_item_that_a_letter_left_open_remembers_all_lines_of_the_letter() -> None:
    opened = books(
        sale("1", "FA2024-0001", 12000, letter="B"),
        receipt("2", "VIR1", 5000, letter="B"),
    )

    (item,) = opened.open_items
    assert (item.residual_minor, item.letter) == (7000, "B")
    assert sorted(places(item)) == sorted([(opened.entries[0].id, 0), (opened.entries[1].id, 1)])


def test_two_items_that_one_letter_left_open_share_no_line_and_no_letter() -> None:
    opened = books(
        sale("1", "FA2024-0001", 12000, letter="B"),
        sale("2", "FA2024-0002", 8000, letter="B", entry_date=date(2024, 1, 16)),
        receipt("3", "VIR1", 5000, letter="B"),
    )

    assert [item.residual_minor for item in opened.open_items] == [12000, 3000]
    assert [(places(item), item.letter) for item in opened.open_items] == [([], None)] * 2
