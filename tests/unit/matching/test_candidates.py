"""What a person is shown: the truth is to be among the first five."""

from __future__ import annotations

from rappro.domain.matching.model import Decision, Level
from tests.unit.matching.worlds import (
    day,
    decided,
    decided_one,
    instructed,
    is_left_to_a_person,
    item,
    line,
    party,
    past,
)

LEROY = party("C1", "Menuiserie Leroy")


def shown(decision: Decision) -> list[dict[str, int]]:
    """Return what each candidate settles, best first."""
    assert is_left_to_a_person(decision)
    assert len(decision.candidates) <= 5
    return [{s.id: s.amount_minor for s in each.settles} for each in decision.candidates]


def test_all_that_a_line_names_is_shown_together_the_last_in_part() -> None:
    decision = decided_one(
        line(15000, "FACT FA2026-00123 ET ACOMPTE FA2026-00124"),
        items=[item("FA2026-00123", LEROY, 10000), item("FA2026-00124", LEROY, 8000)],
    )

    assert shown(decision)[0] == {"FA2026-00123": 10000, "FA2026-00124": 5000}


def test_what_is_named_is_shown_whole_when_the_line_is_more() -> None:
    decision = decided_one(
        line(20000, "FACT FA2026-00123 ET FA2026-00124"),
        items=[item("FA2026-00123", LEROY, 10000), item("FA2026-00124", LEROY, 8000)],
    )

    assert shown(decision)[0] == {"FA2026-00123": 10000, "FA2026-00124": 8000}


def test_what_is_named_is_shown_with_what_else_makes_up_the_sum() -> None:
    decision = decided_one(
        line(17000, "MENUISERIE LEROY FA2026-00123 ET AUTRES"),
        items=[
            item("FA2026-00123", LEROY, 10000),
            item("FA2026-00124", LEROY, 7000),
            item("FA2026-00125", LEROY, 6900),
        ],
        parties=[LEROY],
    )

    assert shown(decision)[0] == {"FA2026-00123": 10000, "FA2026-00124": 7000}


def test_a_number_that_is_closed_leaves_the_sums_of_its_payer_to_a_person() -> None:
    decision = decided_one(
        line(17000, "MENUISERIE LEROY FA2025-00999"),
        items=[item("FA2026-00123", LEROY, 10000), item("FA2026-00124", LEROY, 7000)],
        parties=[LEROY],
    )

    assert {"FA2026-00123": 10000, "FA2026-00124": 7000} in shown(decision)


def test_among_a_payers_items_the_closest_come_first() -> None:
    amounts = {"FA2026-00101": 90000, "FA2026-00102": 12900, "FA2026-00103": 11900}
    amounts |= {f"FA2026-{n:05d}": 50000 + n * 777 for n in range(200, 206)}
    decision = decided_one(
        line(12000, "MENUISERIE LEROY"),
        items=[item(number, LEROY, amount) for number, amount in amounts.items()],
        parties=[LEROY],
    )

    assert [next(iter(each)) for each in shown(decision)][:2] == ["FA2026-00103", "FA2026-00102"]


def test_a_return_shows_the_past_payments_it_may_undo_its_payers_own_first() -> None:
    decision = decided_one(
        line(-12000, "REJET PRLV MENUISERIE LEROY", return_reason="AM04"),
        parties=[LEROY],
        past=[
            past("P1", "C2", 12000), past("P2", "C1", 12000, invoice_number="F1"),
            past("P3", "C1", 12000, invoice_number="F2"), past("P4", "C1", 11000),
        ],
    )  # fmt: skip

    assert shown(decision)[:3] == [{"P2": -12000}, {"P3": -12000}, {"P1": -12000}]


def test_a_return_of_nobody_shows_the_past_payments_of_that_amount() -> None:
    decision = decided_one(
        line(-12000, "REJET PRLV", return_reason="AM04"),
        past=[past("P1", "C2", 12000), past("P2", "C1", 12000, on=day(-500))],
    )

    assert (decision.level, shown(decision)) == (Level.B, [{"P1": -12000}])


def test_named_items_of_another_currency_are_shown_by_their_company_amounts() -> None:
    decision = decided_one(
        line(60000, "FA2026-00123 FA2026-00124", original=instructed(70000, "USD")),
        items=[
            item("FA2026-00123", LEROY, 50000, currency="USD", company=45000),
            item("FA2026-00124", LEROY, 40000, currency="USD", company=36000),
        ],
    )

    assert shown(decision)[0] == {"FA2026-00123": 45000, "FA2026-00124": 15000}


def test_candidates_of_one_line_do_not_depend_on_the_order_of_the_books() -> None:
    items = [item(f"FA2026-{n:05d}", LEROY, 10000 + n) for n in range(100, 112)]
    ways = [
        decided(line(12345, "MENUISERIE LEROY FA2026-00103"), items=order, parties=[LEROY])
        for order in (items, items[::-1])
    ]

    assert shown(ways[0][0]) == shown(ways[1][0])


def test_an_invoice_that_was_issued_after_its_payment_is_shown_and_never_taken() -> None:
    """An order may be paid before it is invoiced (paiement à la commande)."""
    books = {"parties": [LEROY]}
    later = [item("FA2026-00123", LEROY, 10000, issued=day(30)),
             item("FA2026-00124", LEROY, 7000, issued=day(31))]  # fmt: skip

    one = decided_one(line(10000, "MENUISERIE LEROY"), items=later, **books)
    both = decided_one(line(17000, "MENUISERIE LEROY"), items=later, **books)
    neither = decided_one(line(12000, "MENUISERIE LEROY"), items=later, **books)

    assert shown(one) == [{"FA2026-00123": 10000}]
    assert shown(both) == [{"FA2026-00123": 10000, "FA2026-00124": 7000}]
    assert shown(neither) == []


def test_one_invoice_and_a_round_part_of_another_are_shown_first() -> None:
    """Who pays on account pays a round sum: "FACT ... ET ACOMPTE ...", cut by the bank."""
    decision = decided_one(
        line(127086, "VIR MENUISERIE LEROY SARL FACT FA2026"),
        items=[
            item("FA2026-00123", LEROY, 52086), item("FA2026-00124", LEROY, 190580),
            item("FA2026-00125", LEROY, 126931), item("FA2026-00126", LEROY, 120013),
        ],
        parties=[LEROY],
    )  # fmt: skip

    assert shown(decision)[0] == {"FA2026-00123": 52086, "FA2026-00124": 75000}


def test_what_a_round_sum_on_account_left_is_shown_with_another_invoice() -> None:
    decision = decided_one(
        line(137735, "VIR MENUISERIE LEROY SOLDE FA"),
        items=[
            item("FA2026-00123", LEROY, 171013), item("FA2026-00124", LEROY, 52222),
            item("FA2026-00125", LEROY, 130017), item("FA2026-00126", LEROY, 142006),
        ],
        parties=[LEROY],
    )  # fmt: skip

    assert shown(decision)[0] == {"FA2026-00124": 52222, "FA2026-00123": 85513}


def test_a_round_part_beside_what_is_named_is_shown_with_it() -> None:
    decision = decided_one(
        line(102086, "MENUISERIE LEROY FA2026-00123 ET ACOMPTE"),
        items=[
            item("FA2026-00123", LEROY, 52086), item("FA2026-00124", LEROY, 190580),
            item("FA2026-00125", LEROY, 42007),
        ],
        parties=[LEROY],
    )  # fmt: skip

    assert shown(decision)[0] == {"FA2026-00123": 52086, "FA2026-00124": 50000}


def test_a_round_part_tells_nothing_where_all_amounts_are_round() -> None:
    amounts = {"FA2026-00123": 52000, "FA2026-00124": 190000, "FA2026-00125": 141000}
    decision = decided_one(
        line(127000, "MENUISERIE LEROY"),
        items=[item(number, LEROY, amount) for number, amount in amounts.items()],
        parties=[LEROY],
    )

    assert all(len(each) == 1 for each in shown(decision))


def test_a_run_of_more_invoices_than_a_rule_may_take_is_shown() -> None:
    """A customer pays a month at once; the bank cut the numbers off."""
    amounts = [133049, 173007, 8001, 68839, 3764, 8013, 120077, 36001]
    numbers = [f"FA2026-{n:05d}" for n in range(99, 107)]
    pairs = zip(numbers, amounts, strict=True)
    decision = decided_one(
        line(sum(amounts[1:7]), "VIR MENUISERIE LEROY FACT FA"),
        items=[item(number, LEROY, amount) for number, amount in pairs],
        parties=[LEROY],
    )

    assert shown(decision)[0] == dict(zip(numbers[1:7], amounts[1:7], strict=True))


def test_a_run_is_found_among_more_invoices_than_sums_are_looked_for() -> None:
    amounts = {f"FA2026-{n:05d}": 10007 + n * n * 131 for n in range(60)}
    run = {f"FA2026-{n:05d}": amounts[f"FA2026-{n:05d}"] for n in range(20, 31)}
    decision = decided_one(
        line(sum(run.values()), "MENUISERIE LEROY RELEVE"),
        items=[item(number, LEROY, amount) for number, amount in amounts.items()],
        parties=[LEROY],
    )

    assert shown(decision)[0] == run


def test_all_but_some_of_a_few_invoices_are_shown_when_they_add_up() -> None:
    amounts = [133049, 173007, 8001, 68839, 3764, 8013, 120077, 36001]
    numbers = [f"FA2026-{n:05d}" for n in range(99, 107)]
    paid = {number: amount for at, (number, amount) in enumerate(zip(numbers, amounts, strict=True))
            if at not in (2, 5)}  # fmt: skip
    decision = decided_one(
        line(sum(paid.values()), "MENUISERIE LEROY"),
        items=[item(number, LEROY, amount)
               for number, amount in zip(numbers, amounts, strict=True)],
        parties=[LEROY],
    )  # fmt: skip

    assert shown(decision)[0] == paid
