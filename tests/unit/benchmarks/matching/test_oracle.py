"""The oracle on small worlds: each rule of when a match may be automatic, by its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.matching.oracle import Verdict

Make = Callable[..., Any]
Judge = Callable[..., list[Verdict]]
MARTIN = "GARAGE MARTIN"


def test_a_full_number_whose_amount_holds_decides_whoever_pays(
    item: Make, line: Make, true: Make, judged: Judge
) -> None:
    paid = item("1", "100.00")

    for name in (MARTIN, "ATELIER VERNET", ""):
        [verdict] = judged(
            [line("1", "100.00", "FACT FA2025-00001", name=name)],
            [true("1", (paid, "100.00"))],
            open_items=[paid, item("2", "100.00", third_party="C2")],
        )
        assert verdict == Verdict("full_sum", "truth")


def test_full_numbers_hold_together_glued_spaced_and_in_lists(
    item: Make, line: Make, true: Make, judged: Judge
) -> None:
    items = [item("1", "100.00"), item("2", "40.00")]

    for text in (
        "FA2025-00001FA2025-00002",
        "FA 2025 00001 ET FA2025/00002",
        "XFA2025-00001+FA2025-00002",
    ):
        [verdict] = judged(
            [line("1", "140.00", text)],
            [true("1", (items[0], "100.00"), (items[1], "40.00"))],
            open_items=items,
        )
        assert verdict == Verdict("full_sum", "truth")


def test_a_number_within_a_longer_one_is_not_on_the_line(
    item: Make, line: Make, true: Make, judged: Judge
) -> None:
    paid = item("1", "100.00")

    [verdict] = judged(
        [line("1", "100.00", "FA2025-000012")], [true("1", (paid, "100.00"))], open_items=[paid]
    )

    assert not verdict.is_decidable


@pytest.mark.parametrize(("until", "decidable"), [("2025-03-12", True), ("2025-03-11", False)])
def test_a_discount_counts_until_the_last_day_of_its_terms(
    item: Make, line: Make, true: Make, judged: Judge, *, until: str, decidable: bool
) -> None:
    paid = item("1", "100.00", discount={"rate_percent": "2", "until": until})
    gap = {"adjustments": [{"kind": "discount", "amount": "-2.00"}]}

    [verdict] = judged(
        [line("1", "98.00", "FA2025-00001")],
        [true("1", (paid, "100.00"), **gap)],
        open_items=[paid],
    )

    assert verdict.is_decidable is decidable


def test_the_instructed_foreign_amount_counts_as_the_sum(
    item: Make, line: Make, true: Make, judged: Judge
) -> None:
    paid = item("1", "110.00", currency="USD", company_amount="100.00", company_residual="100.00")
    gap = {"adjustments": [{"kind": "fx", "amount": "-1.50"}]}
    told = {"original": {"cents": 11_000, "currency": "USD"}}

    [verdict] = judged(
        [line("1", "98.50", "FA2025-00001", **told)],
        [true("1", (paid, "100.00"), **gap)],
        open_items=[paid],
    )

    assert verdict == Verdict("full_sum", "truth")


def test_shortfalls_are_cents_before_they_are_partial_payments(
    item: Make, line: Make, true: Make, judged: Judge
) -> None:
    paid = item("1", "100.00")
    cents = {"adjustments": [{"kind": "cents", "amount": "-0.05"}]}

    [five] = judged(
        [line("1", "99.95", "FA2025-00001", name=MARTIN)],
        [true("1", (paid, "100.00"), **cents)],
        open_items=[paid],
    )
    [six] = judged(
        [line("1", "99.94", "FA2025-00001", name=MARTIN)],
        [true("1", (paid, "99.94"))],
        open_items=[paid],
    )

    assert (five, six) == (Verdict("full_sum", "truth"), Verdict("full_partial", "truth"))


@pytest.mark.parametrize("said", [{"fee_cents": 1_200}, {"label": "FRAIS 12,00 EUR"}])
def test_a_bank_charge_counts_when_the_line_says_it(
    item: Make, line: Make, true: Make, judged: Judge, *, said: dict[str, Any]
) -> None:
    paid = item("1", "100.00")
    gap = {"adjustments": [{"kind": "charge", "amount": "-12.00"}]}

    [verdict] = judged(
        [line("1", "88.00", "FA2025-00001", name=MARTIN, **said)],
        [true("1", (paid, "100.00"), **gap)],
        open_items=[paid],
    )

    assert verdict == Verdict("full_sum", "truth")


def test_less_than_the_residual_is_a_part_of_it_when_the_payer_is_known(
    item: Make, line: Make, true: Make, judged: Judge
) -> None:
    paid = item("1", "100.00")

    known, unknown = (
        judged(
            [line("1", "30.00", "FA2025-00001", name=name)],
            [true("1", (paid, "30.00"))],
            open_items=[paid],
        )[0]
        for name in (MARTIN, "")
    )

    assert known == Verdict("full_partial", "truth")
    assert not unknown.is_decidable


def test_more_than_the_residual_is_for_a_person(
    item: Make, line: Make, true: Make, judged: Judge
) -> None:
    paid, other = item("1", "100.00"), item("2", "130.00")

    [verdict] = judged(
        [line("1", "130.00", "FA2025-00001", name=MARTIN)],
        [true("1", (other, "130.00"))],
        open_items=[paid, other],
    )

    assert not verdict.is_decidable


@pytest.mark.parametrize("key", ["cheque_no", "remittance_no", "batch_ref", "end_to_end_id"])
def test_an_entry_is_found_by_its_own_key_however_old_it_is(
    entry: Make, line: Make, true: Make, judged: Judge, *, key: str
) -> None:
    paid = entry("E1", "-50.00", "2024-01-02", **{key: "4711000"})
    rival = entry("E2", "-50.00", **{key: "4711001"})

    [verdict] = judged(
        [line("1", "-50.00", "REF 4711000", code="06")],
        [true("1", (paid, "-50.00"))],
        bank_entries=[paid, rival],
    )

    assert verdict == Verdict("own_key", "truth")


def test_one_remittance_in_two_lines_is_shared_when_one_share_fits(
    entry: Make, line: Make, true: Make, judged: Judge
) -> None:
    cheques = [
        entry(f"E{n}", f"{n}0.00", remittance_no="4711000", method="cheque_in") for n in (1, 2, 5)
    ]

    verdicts = judged(
        [line("1", "30.00", "4711000", code="02"), line("2", "50.00", "4711000", code="02")],
        [
            true("1", (cheques[0], "10.00"), (cheques[1], "20.00")),
            true("2", (cheques[2], "50.00")),
        ],
        bank_entries=cheques,
    )

    assert verdicts == [Verdict("own_key", "truth")] * 2


@pytest.mark.parametrize(
    ("net", "rate", "decidable"),
    [("99.00", "1", True), ("98.99", "1", False), ("98.20", None, True)],
)
def test_card_slips_are_settled_gross_with_the_commission_of_their_contract(
    entry: Make,
    line: Make,
    true: Make,
    judged: Judge,
    *,
    net: str,
    rate: str | None,
    decidable: bool,
) -> None:
    slips = [
        entry(id_, amount, method="card", card_contract="1187340", remittance_no="R1")
        for id_, amount in (("E1", "60.00"), ("E2", "40.00"))
    ]
    gap = {"kind": "commission", "amount": f"-{100 - float(net):.2f}"}

    [verdict] = judged(
        [line("1", net, "CONTRAT 1187340", code="30")],
        [true("1", (slips[0], "60.00"), (slips[1], "40.00"), adjustments=[gap])],
        bank_entries=slips,
        card_contracts=[{"number": "1187340", "commission_percent": rate}],
    )

    assert verdict.is_decidable is decidable


def test_an_unknown_card_rate_decides_only_when_one_remittance_fits(
    entry: Make, line: Make, true: Make, judged: Judge
) -> None:
    slips = [
        entry(id_, amount, method="card", card_contract="1187340", remittance_no=id_)
        for id_, amount in (("E1", "100.00"), ("E2", "100.50"))
    ]
    gap = {"kind": "commission", "amount": "-1.00"}

    [verdict] = judged(
        [line("1", "99.00", "CONTRAT 1187340", code="30")],
        [true("1", (slips[0], "100.00"), adjustments=[gap])],
        bank_entries=slips,
        card_contracts=[{"number": "1187340", "commission_percent": None}],
    )

    assert verdict == Verdict("own_key", "several")


@pytest.mark.parametrize(
    "text", ["FACT 00001", "N 2025-00001", "FA2025-000", "FA2025-00010", "FA2052-00001"]
)
def test_a_part_or_a_slip_of_a_number_counts_with_payer_and_amount(
    item: Make, entry: Make, line: Make, true: Make, judged: Judge, *, text: str
) -> None:
    paid = item("1", "100.00")
    rival = entry("E1", "100.00", third_party="C1")  # the payer's amount alone would not tell

    [verdict] = judged(
        [line("1", "100.00", text, name=MARTIN)],
        [true("1", (paid, "100.00"))],
        open_items=[paid],
        bank_entries=[rival],
    )

    assert verdict == Verdict("payer_parts", "truth")


def test_a_slip_without_a_payer_proves_nothing(
    item: Make, line: Make, true: Make, judged: Judge
) -> None:
    paid = item("1", "100.00")

    [part, slip] = judged(
        [line("1", "100.00", "FACT 00001"), line("2", "100.00", "FA2025-00701")],
        [true("1", (paid, "100.00")), true("2", (paid, "100.00"))],
        open_items=[paid],
    )

    assert part == Verdict("part_alone", "truth")
    assert not slip.is_decidable


def test_a_year_is_no_part_of_a_number(item: Make, line: Make, true: Make, judged: Judge) -> None:
    paid = item("1", "100.00")

    [verdict] = judged(
        [line("1", "100.00", "LE 12/03/2025")], [true("1", (paid, "100.00"))], open_items=[paid]
    )

    assert verdict == Verdict(None, "none")


def test_a_payers_one_item_of_the_amount_decides_by_name_account_or_mandate(
    item: Make, line: Make, true: Make, judged: Judge
) -> None:
    paid, other = item("1", "100.00"), item("2", "100.00", third_party="C2")
    ways = ({"name": MARTIN}, {"iban": "DE89370400440532013000"}, {"mandate": "RUM-1"},
            {"label": "VIR SEPA RECU /DE GARAGE MARTI"})  # fmt: skip

    for way in ways:
        [verdict] = judged(
            [line("1", "100.00", **way)], [true("1", (paid, "100.00"))], open_items=[paid, other]
        )
        assert verdict == Verdict("payer_one", "truth")


def test_an_account_and_a_name_that_contradict_identify_nobody(
    item: Make, line: Make, true: Make, judged: Judge
) -> None:
    paid = item("1", "100.00")

    [verdict] = judged(
        [line("1", "100.00", name="ATELIER VERNET", iban="DE89370400440532013000")],
        [true("1", (paid, "100.00"))],
        open_items=[paid],
    )

    assert verdict == Verdict(None, "none")


def test_amount_alone_never_settles_an_open_item(
    item: Make, line: Make, true: Make, judged: Judge
) -> None:
    paid = item("1", "123.45")

    [verdict] = judged(
        [line("1", "123.45", "MERCI")], [true("1", (paid, "123.45"))], open_items=[paid]
    )

    assert verdict == Verdict(None, "none")


def test_twins_of_one_third_party_count_as_one(
    item: Make, line: Make, true: Make, judged: Judge
) -> None:
    twins = [item("1", "49.00"), item("2", "49.00")]

    verdicts = judged(
        [line("1", "49.00", name=MARTIN), line("2", "49.00", name=MARTIN)],
        [true("1", (twins[0], "49.00")), true("2", (twins[1], "49.00"))],
        open_items=twins,
    )

    assert verdicts == [Verdict("payer_one", "truth")] * 2


@pytest.mark.parametrize(
    ("booked", "method", "decidable"),
    [("2025-03-07", "transfer", True), ("2025-03-06", "transfer", False),
     ("2025-03-22", "transfer", True), ("2025-03-23", "transfer", False),
     ("2025-05-24", "cheque", True), ("2025-05-25", "cheque", False),
     ("2025-03-09", "cheque", True), ("2025-03-08", "cheque", False)],
)  # fmt: skip
def test_amount_and_date_settle_an_entry_inside_its_window(
    entry: Make, line: Make, true: Make, judged: Judge, *, booked: str, method: str, decidable: bool
) -> None:
    paid = entry("E1", "-80.00", method=method)
    code = "01" if method == "cheque" else "06"

    [verdict] = judged(
        [line("1", "-80.00", booking_date=booked, code=code)],
        [true("1", (paid, "-80.00"))],
        bank_entries=[paid],
    )

    assert verdict.is_decidable is decidable


def test_two_entries_in_the_window_are_told_apart_by_their_labels_or_not_at_all(
    entry: Make, line: Make, true: Make, judged: Judge
) -> None:
    entries = [
        entry("E1", "-80.00", label="Salaire Mme Carlier"),
        entry("E2", "-80.00", label="Salaire M. Besson"),
    ]

    [told] = judged(
        [line("1", "-80.00", name="M. BESSON")], [true("1", (entries[1], "-80.00"))],
        bank_entries=entries,
    )  # fmt: skip
    [untold] = judged(
        [line("1", "-80.00")], [true("1", (entries[1], "-80.00"))], bank_entries=entries
    )

    assert (told, untold) == (Verdict("in_window", "truth"), Verdict("in_window", "several"))


def test_two_lines_for_one_entry_prove_neither(
    entry: Make, line: Make, true: Make, judged: Judge
) -> None:
    paid = entry("E1", "-80.00")

    verdicts = judged(
        [line("1", "-80.00"), line("2", "-80.00")],
        [true("1", (paid, "-80.00")), true("2")],
        bank_entries=[paid],
    )

    assert verdicts == [Verdict("in_window", "several"), Verdict(None, "nothing")]


def test_the_only_subset_of_a_payers_items_decides_credit_notes_included(
    item: Make, line: Make, true: Make, judged: Judge
) -> None:
    items = [item("1", "100.00"), item("2", "40.00"), item("3", "-15.00", type="credit_note")]

    [verdict] = judged(
        [line("1", "125.00", name=MARTIN)],
        [true("1", (items[0], "100.00"), (items[1], "40.00"), (items[2], "-15.00"))],
        open_items=items,
    )

    assert verdict == Verdict("payer_subset", "truth")


def test_two_subsets_that_add_up_decide_nothing(
    item: Make, line: Make, true: Make, judged: Judge
) -> None:
    items = [item("1", "100.00"), item("2", "40.00"), item("3", "90.00"), item("4", "50.00")]

    [verdict] = judged(
        [line("1", "140.00", name=MARTIN)],
        [true("1", (items[0], "100.00"), (items[1], "40.00"))],
        open_items=items,
    )

    assert verdict == Verdict("payer_subset", "several")


def test_a_template_needs_its_reference_and_direction_and_no_entry(
    entry: Make, line: Make, true: Make, judged: Judge
) -> None:
    templates = [{"id": "T1", "bank_references": ["FRAIS TENUE DE COMPTE"], "direction": "debit"}]
    truth = [true("1", template="T1")]

    [debit] = judged([line("1", "-12.00", "FRAIS TENUE DE COMPTE")], truth, templates=templates)
    [credit] = judged([line("1", "12.00", "FRAIS TENUE DE COMPTE")], truth, templates=templates)
    [booked] = judged(
        [line("1", "-12.00", "FRAIS TENUE DE COMPTE")], truth, templates=templates,
        bank_entries=[entry("E1", "-12.00")],
    )  # fmt: skip

    assert debit == Verdict("by_template", "truth")
    assert credit == Verdict(None, "none")
    assert booked == Verdict("in_window", "other")


def test_the_second_of_two_equal_payments_settles_nothing(
    item: Make, line: Make, true: Make, judged: Judge
) -> None:
    paid = item("1", "100.00")

    verdicts = judged(
        [line(n, "100.00", "FA2025-00001", name=MARTIN) for n in ("1", "2")],
        [true("1", (paid, "100.00")), true("2")],
        open_items=[paid],
    )

    assert verdicts == [Verdict("full_sum", "truth"), Verdict(None, "nothing")]


def test_what_other_lines_settle_makes_a_line_decidable(
    item: Make, entry: Make, line: Make, true: Make, judged: Judge
) -> None:
    owed, waiting = (
        item("1", "100.00"),
        entry("E1", "100.00", third_party="C1", end_to_end_id="PAY4711"),
    )

    verdicts = judged(
        [line("1", "100.00", name=MARTIN), line("2", "100.00", name=MARTIN, end_to_end="PAY4711")],
        [true("1", (owed, "100.00")), true("2", (waiting, "100.00"))],
        open_items=[owed],
        bank_entries=[waiting],
    )

    assert verdicts == [Verdict("payer_one", "truth"), Verdict("own_key", "truth")]


@pytest.mark.parametrize("way", [{"reason": "AM04"}, {"reversal": True}])
def test_what_comes_back_settles_its_payment_and_never_an_open_item(
    item: Make, line: Make, true: Make, judged: Judge, *, way: dict[str, Any]
) -> None:
    note = item("1", "-70.00", type="credit_note")
    payment = {"id": "P1", "third_party": "C1", "amount": "70.00", "date": "2025-03-01",
               "end_to_end_id": "PRL4711"}  # fmt: skip
    told = line("1", "-70.00", name=MARTIN, end_to_end="PRL4711", **way)

    [known] = judged([told], [true("1", (payment, "-70.00"))], open_items=[note],
                     past_payments=[payment])  # fmt: skip
    [unknown] = judged([told], [true("1", (note, "-70.00"))], open_items=[note])

    assert (known, unknown) == (Verdict("given_back", "truth"), Verdict(None, "none"))
