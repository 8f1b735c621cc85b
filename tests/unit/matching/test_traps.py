"""Where other engines go wrong: each trap must leave the line to a person, or be seen through."""

from __future__ import annotations

import pytest

from rappro.domain.books import (
    Payer,
    ThirdPartyKind,
)
from rappro.domain.matching.model import Decision
from tests.unit.matching.worlds import (
    IBAN_HOLDING,
    IBAN_LEROY,
    Level,
    Nature,
    credit_note,
    day,
    decided,
    decided_one,
    entry,
    is_left_to_a_person,
    item,
    line,
    party,
    past,
    settled,
    slip,
    template,
)


def paid(text: str, amount: int, **books: object) -> Decision:
    return decided_one(line(amount, text), **books)


class TestDigits:
    def test_the_same_digits_in_a_date_are_no_invoice_number(self) -> None:
        decision = paid("VIR DU 2026/03/12", 5000, items=[item("FA2026-0312", "C1", 9000)])

        assert decision.level is Level.C
        assert decision.third_party is None

    def test_the_same_digits_in_an_iban_are_no_invoice_number(self) -> None:
        decision = paid(
            "VIR FR76 3000 6000 0112 3456 7890 189", 5000, items=[item("0112345", "C1", 5000)]
        )

        assert is_left_to_a_person(decision)

    def test_the_same_digits_under_another_prefix_are_another_number(self) -> None:
        decision = paid(
            "REGLEMENT AV2026-00123",
            5000,
            items=[item("FA2026-00123", "C1", 5000), credit_note("AV2026-00001", "C1", -100)],
        )

        assert is_left_to_a_person(decision)

    def test_a_longer_number_does_not_contain_a_shorter_one(self) -> None:
        decision = paid(
            "FACTURE 1234567", 5000, items=[item("12345", "C1", 5000), item("99999", "C1", 1)]
        )

        assert is_left_to_a_person(decision)

    def test_a_number_of_two_suppliers_is_told_by_the_amount(self) -> None:
        items = [item("F-20260001", "S1", -5000, key="a"), item("F-20260001", "S2", -7000, key="b")]

        assert settled(paid("F-20260001", -7000, items=items)) == {"b": -7000}
        assert is_left_to_a_person(paid("F-20260001", -6000, items=items))

    def test_a_number_of_two_suppliers_with_one_amount_is_left_to_a_person(self) -> None:
        items = [item("F-20260001", "S1", -5000, key="a"), item("F-20260001", "S2", -5000, key="b")]
        decision = paid("F-20260001", -5000, items=items)

        assert is_left_to_a_person(decision)
        assert decision.third_party is None


class TestSums:
    def test_any_subset_is_found_not_only_the_oldest_in_a_row(self) -> None:
        leroy = party("C1", "Menuiserie Leroy")
        decision = paid(
            "MENUISERIE LEROY",
            4000,
            items=[
                item("FA-0001", leroy, 1000, issued=day(-40)),
                item("FA-0002", leroy, 2500, issued=day(-30)),
                item("FA-0003", leroy, 3000, issued=day(-20)),
            ],
            parties=[leroy],
        )

        assert settled(decision) == {"FA-0001": 1000, "FA-0003": 3000}

    def test_a_sum_among_too_many_items_proves_nothing(self) -> None:
        leroy = party("C1", "Menuiserie Leroy")
        items = [item(f"FA-{n:04d}", leroy, 10007 + n * n * 131) for n in range(30)]
        decision = paid(
            "MENUISERIE LEROY",
            items[3].residual_minor + items[7].residual_minor,
            items=items,
            parties=[leroy],
        )

        assert is_left_to_a_person(decision)
        assert "too many" in decision.explanation.evidence[0].detail

    def test_an_earlier_line_does_not_steal_what_a_later_one_names(self) -> None:
        leroy = party("C1", "Menuiserie Leroy")
        decisions = decided(
            line(5000, "MENUISERIE LEROY", on=day(0)),
            line(5000, "MENUISERIE LEROY FA-0001", on=day(1)),
            items=[
                item("FA-0001", leroy, 5000, issued=day(-40)),
                item("FA-0002", leroy, 5000, issued=day(-30)),
            ],
            parties=[leroy],
        )

        assert [settled(d) for d in decisions] == [{"FA-0002": 5000}, {"FA-0001": 5000}]

    def test_three_percent_of_a_large_amount_is_no_tolerance(self) -> None:
        assert is_left_to_a_person(
            paid("FA2026-00123", 1_940_000, items=[item("FA2026-00123", "C1", 2_000_000)])
        )

    def test_an_overpayment_is_never_taken_without_a_person(self) -> None:
        leroy = party("C1", "Menuiserie Leroy")
        decision = paid(
            "MENUISERIE LEROY FA2026-00123",
            12006,
            items=[item("FA2026-00123", leroy, 12000)],
            parties=[leroy],
        )

        assert is_left_to_a_person(decision)


class TestNames:
    @pytest.mark.parametrize("name", ["SA", "SAS", "Société", "Vir", "La", "M."])
    def test_a_name_of_no_telling_word_is_never_found(self, name: str) -> None:
        decision = paid(
            "VIR SEPA SA SAS SOCIETE LA M. VIR",
            5000,
            items=[item("FA-0001", "C1", 5000)],
            parties=[party("C1", name)],
        )

        assert decision.third_party is None
        assert is_left_to_a_person(decision)

    def test_a_name_inside_a_longer_name_is_not_found(self) -> None:
        martin = party("C1", "Martin", call_name="Martin")
        decision = paid(
            "VIR MARTIN DUFOUR", 5000, items=[item("FA-0001", martin, 5000)], parties=[martin]
        )

        assert decision.third_party is None
        assert is_left_to_a_person(decision)

    def test_the_longer_of_two_names_is_meant(self) -> None:
        parties = [party("C1", "Martin"), party("C2", "Martin Dufour")]
        decision = paid(
            "VIR MARTIN DUFOUR",
            5000,
            items=[item("FA-0001", "C1", 5000), item("FA-0002", "C2", 5000)],
            parties=parties,
        )

        assert settled(decision) == {"FA-0002": 5000}

    def test_namesakes_are_told_apart_by_their_legal_form(self) -> None:
        parties = [party("C1", "Dufour SARL"), party("C2", "Dufour SAS")]
        items = [item("FA-0001", "C1", 5000), item("FA-0002", "C2", 5000)]

        told = paid("VIR DUFOUR SAS", 5000, items=items, parties=parties)
        not_told = paid("VIR DUFOUR", 5000, items=items, parties=parties)

        assert settled(told) == {"FA-0002": 5000}
        assert is_left_to_a_person(not_told)
        assert not_told.third_party is None

    def test_another_legal_form_is_another_firm(self) -> None:
        decision = paid(
            "VIR DUFOUR SAS",
            5000,
            items=[item("FA-0001", "C1", 5000)],
            parties=[party("C1", "Dufour SARL")],
        )

        assert is_left_to_a_person(decision)

    def test_a_surname_alone_does_not_name_a_person(self) -> None:
        decision = paid(
            "VIR MARTIN",
            5000,
            items=[item("FA-0001", "C1", 5000)],
            parties=[party("C1", "Martin", is_person=True)],
        )

        assert is_left_to_a_person(decision)

    def test_a_persons_names_may_come_in_either_order(self) -> None:
        decision = paid(
            "VIR MARTIN JULIE",
            5000,
            items=[item("FA-0001", "C1", 5000)],
            parties=[party("C1", "Julie Martin", is_person=True)],
        )

        assert settled(decision) == {"FA-0001": 5000}

    def test_a_slip_of_the_pen_is_seen_through_but_not_another_word(self) -> None:
        parties = [party("C1", "Garage Chevallier")]
        items = [item("FA-0001", "C1", 5000)]

        slip_of_pen = paid("VIR GARAGE CHEVALIER", 5000, items=items, parties=parties)
        other_word = paid("VIR GARAGE CHEVREUIL", 5000, items=items, parties=parties)

        assert settled(slip_of_pen) == {"FA-0001": 5000}
        assert is_left_to_a_person(other_word)

    def test_two_names_as_close_leave_it_to_a_person(self) -> None:
        parties = [party("C1", "Garage Chevallier"), party("C2", "Garage Chevalier")]
        decision = paid(
            "VIR GARAGE CHEVALLIEER",
            5000,
            items=[item("FA-0001", "C1", 5000)],
            parties=parties,
        )

        assert is_left_to_a_person(decision)

    def test_a_name_that_the_bank_cut_is_completed_when_only_one_fits(self) -> None:
        parties = [party("C1", "Boulangerie Chevallier"), party("C2", "Boulangerie Dupré")]
        items = [item("FA-0001", "C1", 5000), item("FA-0002", "C2", 5000)]

        cut = paid("VIR SEPA RECU BOULANGERIE CHEV", 5000, items=items, parties=parties)
        too_short = paid("VIR SEPA RECU DE BOULANGERIE", 5000, items=items, parties=parties)

        assert settled(cut) == {"FA-0001": 5000}
        assert is_left_to_a_person(too_short)

    def test_a_bank_reference_is_found_with_word_boundaries_only(self) -> None:
        parties = [party("C1", "Dufour", bank_references=("DUF01",))]
        items = [item("FA-0001", "C1", 5000)]

        assert settled(paid("VIR DUF01", 5000, items=items, parties=parties)) == {"FA-0001": 5000}
        assert is_left_to_a_person(paid("VIR DUF012", 5000, items=items, parties=parties))

    def test_a_customer_and_a_supplier_of_one_name_are_told_by_direction(self) -> None:
        parties = [
            party("C1", "Aciers Dufour"),
            party("S1", "Aciers Dufour"),
        ]
        items = [item("FA-0001", "C1", 5000), item("F-99001", "S1", -5000)]

        assert settled(paid("ACIERS DUFOUR", 5000, items=items, parties=parties)) == {
            "FA-0001": 5000
        }
        assert settled(paid("ACIERS DUFOUR", -5000, items=items, parties=parties)) == {
            "F-99001": -5000
        }


class TestAccountsThatPay:
    HOLDING = Payer("Holding Nord", IBAN_HOLDING)

    def test_a_payer_of_one_third_party_is_known_by_its_account(self) -> None:
        parties = [party("C1", "Filiale Un", payers=(self.HOLDING,))]
        decision = decided_one(
            line(5000, "VIR", iban=IBAN_HOLDING),
            items=[item("FA-0001", "C1", 5000)],
            parties=parties,
        )

        assert settled(decision) == {"FA-0001": 5000}

    def test_a_payer_of_several_tells_nothing_without_a_number(self) -> None:
        parties = [party(f"C{n}", f"Filiale {n}{n}{n}", payers=(self.HOLDING,)) for n in (1, 2)]
        items = [item("FA-20001", "C1", 5000), item("FA-20002", "C2", 5000)]

        silent = decided_one(line(5000, "VIR", iban=IBAN_HOLDING), items=items, parties=parties)
        told = decided_one(line(2000, "FA-20002", iban=IBAN_HOLDING), items=items, parties=parties)

        assert is_left_to_a_person(silent)
        assert settled(told) == {"FA-20002": 2000}

    def test_an_account_and_a_name_that_contradict_leave_it_to_a_person(self) -> None:
        parties = [party("C1", "Menuiserie Leroy", ibans=(IBAN_LEROY,)), party("C2", "Dufour")]
        decision = decided_one(
            line(5000, "VIR DUFOUR", iban=IBAN_LEROY),
            items=[item("FA-0001", "C1", 5000), item("FA-0002", "C2", 5000)],
            parties=parties,
        )

        assert is_left_to_a_person(decision)
        assert decision.third_party is None

    def test_a_slip_in_a_number_that_is_anothers_is_not_believed_against_the_payer(self) -> None:
        parties = [party("C1", "Menuiserie Leroy"), party("C2", "Dufour")]
        decision = paid(
            "MENUISERIE LEROY FA2026-00132",
            5000,
            items=[item("FA2026-00123", "C1", 5000), item("FA2026-00132", "C2", 5000)],
            parties=parties,
        )

        assert is_left_to_a_person(decision)


class TestBooksThatKnowAlready:
    def test_a_payment_of_the_named_invoice_that_waits_is_not_booked_again(self) -> None:
        decision = paid(
            "FA2026-00123",
            5000,
            items=[item("FA2026-00123", "C1", 5000)],
            entries=[entry("E1", 5000, "Règlement FA2026-00123")],
        )

        assert is_left_to_a_person(decision)
        assert {c.settles[0].id for c in decision.candidates} == {"E1", "FA2026-00123"}

    def test_a_closed_invoices_number_leads_to_its_booked_payment(self) -> None:
        supplier = party("S1", "Aciers Dufour")
        decision = paid(
            "VIR ACIERS DUFOUR FC120641",
            -5000,
            items=[item("FC120999", supplier, -5000)],
            entries=[entry("E1", -5000, "Règlement", third_party="S1")],
            parties=[supplier],
        )

        assert settled(decision) == {"E1": -5000}

    def test_an_entry_of_another_third_party_is_not_the_payers(self) -> None:
        parties = [party("C1", "Menuiserie Leroy"), party("C2", "Dufour")]
        owned = paid(
            "MENUISERIE LEROY", 5000, entries=[entry("E1", 5000, third_party="C2")], parties=parties
        )
        named = paid(
            "MENUISERIE LEROY", 5000, entries=[entry("E1", 5000, "Dufour")], parties=parties
        )

        assert is_left_to_a_person(owned)
        assert is_left_to_a_person(named)

    def test_an_entry_on_another_bank_account_is_not_this_lines(self) -> None:
        assert is_left_to_a_person(paid("", -5000, entries=[entry("E1", -5000, account="512900")]))

    def test_an_entry_in_another_currency_is_not_this_lines(self) -> None:
        assert is_left_to_a_person(paid("", -5000, entries=[entry("E1", -5000, currency="USD")]))

    def test_labels_that_contradict_are_not_believed_for_a_round_amount(self) -> None:
        round_amount = paid("VIR DUFOUR", -50000, entries=[entry("E1", -50000, "Loyer Lilas")])
        rare_amount = paid("VIR DUFOUR", -50317, entries=[entry("E1", -50317, "Loyer Lilas")])

        assert is_left_to_a_person(round_amount)
        assert settled(rare_amount) == {"E1": -50317}

    def test_a_cheque_entry_is_no_direct_debit_and_the_other_way_round(self) -> None:
        cheque = entry("E1", -5000, method="cheque", on=day(-40))
        transfer = entry("E2", -5000, method="transfer", on=day(-1))

        assert is_left_to_a_person(paid("PRLV SEPA", -5000, entries=[cheque]))
        assert settled(paid("CHEQUE EMIS", -5000, entries=[cheque, transfer])) == {"E1": -5000}

    def test_a_template_is_not_taken_for_a_named_invoice_already_paid(self) -> None:
        decision = paid(
            "ENERGIE DU NORD FA2026-00123",
            -5000,
            items=[item("FA2026-00900", "S1", -100)],
            past=[past("P1", "S1", -5000, invoice_number="FA2026-00123")],
            templates=[template("energy", "ENERGIE DU NORD")],
        )

        assert is_left_to_a_person(decision)

    def test_a_gross_card_amount_is_not_settled_with_the_next_days(self) -> None:
        decision = decided_one(
            line(98900, "REMISE CB 4412345", nature=Nature.CARD_DEPOSIT),
            entries=[slip("E1", 100000, "4412345", on=day(-40))],
        )

        assert is_left_to_a_person(decision)

    def test_a_third_party_that_is_both_is_settled_across_both_accounts(self) -> None:
        both = party("C1", "Dufour")
        decision = paid(
            "VIR DUFOUR",
            70000,
            items=[
                item("FA-0001", both, 100000),
                item("F-88001", both, -30000, account="401000"),
            ],
            parties=[both],
        )

        assert both.kind is ThirdPartyKind.CUSTOMER
        assert settled(decision) == {"F-88001": -30000, "FA-0001": 100000}


class TestForeignStatements:
    def test_an_item_is_not_settled_by_a_line_without_a_company_amount(self) -> None:
        decision = decided_one(
            line(100000, "FA2026-00123", currency="USD"),
            items=[item("FA2026-00123", "C1", 100000, currency="USD", company=92000)],
        )

        assert is_left_to_a_person(decision)

    def test_a_waiting_entry_in_the_lines_currency_is_matched(self) -> None:
        decision = decided_one(
            line(100000, "", currency="USD"), entries=[entry("E1", 100000, currency="USD")]
        )

        assert settled(decision) == {"E1": 100000}

    def test_an_item_in_another_currency_without_its_amount_is_level_bc(self) -> None:
        leroy = party("C1", "Menuiserie Leroy")
        decision = decided_one(
            line(80000, "MENUISERIE LEROY FA2026-00123"),
            items=[item("FA2026-00123", leroy, 100000, currency="USD", company=92000)],
            parties=[leroy],
        )

        assert decision.level is Level.BC


class TestNamesWithWordsBeside:
    LEROY = party("C1", "Menuiserie Leroy")

    def test_beside_a_full_number_a_name_with_further_words_is_enough(self) -> None:
        decision = paid(
            "MENUISERIE LEROY CHANTIER FA2026-00123",
            4000,
            items=[item("FA2026-00123", "C1", 12000)],
            parties=[self.LEROY],
        )

        assert settled(decision) == {"FA2026-00123": 4000}

    def test_without_a_number_it_is_not(self) -> None:
        decision = paid(
            "MENUISERIE LEROY CHANTIER",
            12000,
            items=[item("FA2026-00123", "C1", 12000)],
            parties=[self.LEROY],
        )

        assert is_left_to_a_person(decision)
        assert decision.third_party is None
