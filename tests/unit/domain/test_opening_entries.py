"""Rows made into entries: numbered, rebuilt, across journals, unbalanced; and their ids."""

from __future__ import annotations

from datetime import date

from rappro.domain.books import (
    EntrySource,
    EntryStatus,
)
from rappro.domain.opening import FecRow, OpenedBooks
from tests.fixtures.fec.builder import books, codes, entry, row


def lines_of(opened: OpenedBooks) -> list[tuple[str, str | None, list[tuple[str, int]]]]:
    return [
        (e.journal, e.source_number, [(line.account, line.balance_minor) for line in e.lines])
        for e in opened.entries
    ]


def constant(*parts: tuple[str, list[tuple[str, int]]], journal: str = "bq") -> list[FecRow]:
    """Return rows of one number, given by piece."""
    return [
        made
        for piece, lines in parts
        for made in entry("0", *lines, journal=journal, journal_label="Banque", piece_ref=piece)
    ]


def test_a_number_makes_an_entry_of_its_journal() -> None:
    opened = books(
        entry("1", ("411000", 12000), ("706000", -12000)),
        entry("1", ("512000", 500), ("758000", -500), journal="BQ"),
        entry("2", ("411000", 100), ("706000", -100)),
    )

    assert lines_of(opened) == [
        ("VE", "1", [("411000", 12000), ("706000", -12000)]),
        ("BQ", "1", [("512000", 500), ("758000", -500)]),
        ("VE", "2", [("411000", 100), ("706000", -100)]),
    ]
    assert codes(opened) == {"no_lettering": 1}


def test_an_entry_keeps_what_the_file_says() -> None:
    opened = books(
        entry("VE7", ("411000", 12000), ("706000", -12000), validated_on=date(2024, 2, 1),
              letter="AB", lettered_on=date(2024, 3, 1))
    )  # fmt: skip

    made = opened.entries[0]

    assert (made.source, made.status, made.validated_on) == (
        EntrySource.FEC, EntryStatus.VALIDATED, date(2024, 2, 1),
    )  # fmt: skip
    assert (made.number, made.source_number, made.fiscal_year) == (None, "VE7", "2024")
    assert (made.piece_ref, made.piece_date, made.label) == (
        "FA2024-0001", date(2024, 1, 15), "Facture Durand",
    )  # fmt: skip
    assert (made.lines[0].letter, made.lines[0].lettered_on) == ("AB", date(2024, 3, 1))
    assert made.lines[0].third_party == opened.third_parties[0].id
    assert made.lines[1].third_party is None
    assert made.version == 0


def test_a_fiscal_year_is_named_by_the_year_it_starts_in() -> None:
    opened = books(entry("1", ("512000", 1), ("758000", -1)), fiscal_year_start_month=4)

    assert opened.entries[0].fiscal_year == "2023"


def test_a_line_with_its_own_piece_keeps_it() -> None:
    supplier = {"account": "401000", "auxiliary": "F1"}
    second = {"piece_ref": "F-882", "piece_date": date(2024, 1, 10)}
    opened = books(
        [
            row(number="1", balance_minor=-700, piece_ref="F-881", **supplier),
            row(number="1", balance_minor=-300, **second, **supplier),
            row(number="1", balance_minor=1000, piece_ref="F-881", account="606300"),
        ]
    )

    assert [(line.piece_ref, line.piece_date) for line in opened.entries[0].lines] == [
        (None, None),
        ("F-882", date(2024, 1, 10)),
        (None, None),
    ]


def test_a_constant_number_is_no_number_and_entries_are_rebuilt_by_balance() -> None:
    opened = books(
        constant(
            ("PRLV", [("401000", 94125), ("512000", -94125)]),
            ("PRLV", [("627000", 4350), ("445660", 870), ("512000", -5220)]),
            ("CHQ1", [("512000", -100), ("401000", 100)]),
        )
    )

    assert [[amount for _, amount in lines] for _, _, lines in lines_of(opened)] == [
        [94125, -94125],
        [4350, 870, -5220],
        [-100, 100],
    ]
    assert len({made.id for made in opened.entries}) == 3
    assert codes(opened) == {"constant_numbering": 1, "no_lettering": 1}


def test_no_number_at_all_is_rebuilt_too() -> None:
    opened = books(
        entry("", ("401000", 100), ("512000", -100), piece_ref="A1"),
        entry("", ("401000", 200), ("512000", -200), piece_ref="A2"),
    )

    assert [[a for _, a in lines] for _, _, lines in lines_of(opened)] == [[100, -100], [200, -200]]
    assert [made.source_number for made in opened.entries] == [None, None]


def test_lines_of_one_entry_with_different_pieces_find_each_other_by_day() -> None:
    opened = books(
        constant(
            ("F-1", [("401000", 100)]), ("PRLV", [("512000", -100)]),
            ("F-2", [("401000", 250)]), ("PRLV2", [("512000", -250)]),
        )
    )  # fmt: skip

    assert [[a for _, a in lines] for _, _, lines in lines_of(opened)] == [[100, -100], [250, -250]]


def test_lines_of_zero_stay_with_an_entry() -> None:
    opened = books(
        constant(
            ("A1", [("512000", 0), ("401000", 100), ("512000", -100), ("627000", 0)]),
            ("A2", [("401000", 5), ("512000", -5)]),
        )
    )

    assert [[a for _, a in lines] for _, _, lines in lines_of(opened)] == [
        [0, 100, -100, 0],
        [5, -5],
    ]
    assert codes(opened)["zero_amount"] == 2


def test_what_does_not_balance_is_kept_flagged_and_noted() -> None:
    opened = books(
        entry("1", ("411000", 12000), ("706000", -11000)),
        entry("2", ("512000", 100), ("758000", -100)),
    )

    assert [made.is_unbalanced_at_source for made in opened.entries] == [True, False]
    assert codes(opened)["unbalanced_entry"] == 1
    assert codes(opened)["unbalanced_file"] == 1
    messages = [f.message for f in opened.findings if f.code.startswith("unbalanced")]
    assert messages == [
        "total debits minus credits is 10.00 EUR",
        "entry 1 of journal VE: debits minus credits is 10.00 EUR",
    ]


def test_a_rebuilt_leftover_that_never_balances_is_kept_flagged() -> None:
    opened = books(
        constant(("A1", [("401000", 100), ("512000", -100)]), ("A2", [("401000", 70)])),
    )

    assert [made.is_unbalanced_at_source for made in opened.entries] == [False, True]
    assert sum(len(made.lines) for made in opened.entries) == 3


def test_an_entry_over_two_journals_is_one_in_each_and_noted() -> None:
    opened = books(
        entry("7", ("606300", 6940), journal="AC"),
        entry("8", ("606300", 10), ("401000", -10), journal="AC"),
        entry("7", ("401000", -6940), journal="OD"),
        entry("9", ("606300", 10), ("401000", -10), journal="OD"),
    )

    assert [(made.journal, made.is_unbalanced_at_source) for made in opened.entries] == [
        ("AC", True), ("AC", False), ("OD", True), ("OD", False),
    ]  # fmt: skip
    assert codes(opened)["entry_across_journals"] == 2
    assert "unbalanced_entry" not in codes(opened)


def test_opening_lines_that_kept_their_days_are_one_entry_of_the_last_day() -> None:
    carried = {"journal": "AD", "journal_label": "A nouveaux détaillés"}
    opened = books(
        entry("0", ("411000", 700), entry_date=date(2023, 2, 1), piece_ref="FA1", **carried),
        entry("0", ("411000", 300), entry_date=date(2023, 5, 1), piece_ref="FA2", **carried),
        entry("0", ("101000", -1000), entry_date=date(2024, 1, 1), piece_ref="AN", **carried),
    )

    assert [(made.date, len(made.lines)) for made in opened.entries] == [(date(2024, 1, 1), 3)]
    assert not opened.entries[0].is_unbalanced_at_source


def test_an_entry_with_several_days_is_whole_and_noted() -> None:
    opened = books(
        entry("1", ("512000", 5), entry_date=date(2024, 3, 2)),
        entry("1", ("758000", -5), entry_date=date(2024, 3, 1)),
        entry("2", ("512000", 6), ("758000", -6)),
    )

    assert [made.date for made in opened.entries] == [date(2024, 3, 1), date(2024, 1, 15)]
    assert codes(opened) == {"entry_with_several_dates": 1}


def test_ids_do_not_depend_on_the_order_of_journals_nor_on_what_comes_after() -> None:
    sales = entry("1", ("411000", 12000), ("706000", -12000))
    more = entry("2", ("411000", 900), ("706000", -900))
    bank = constant(
        ("PRLV", [("401000", 100), ("512000", -100)]),
        ("PRLV", [("401000", 100), ("512000", -100)]),
        ("VIR", [("401000", 70), ("512000", -70)]),
    )

    first = {made.id for made in books(sales, bank).entries}

    assert {made.id for made in books(bank, sales).entries} == first
    assert {made.id for made in books(sales, more, bank).entries} > first
    assert len(first) == 4
