"""SPEC 3.1, sentence by sentence: when a match may be automatic, and when it may not."""

from __future__ import annotations

from datetime import timedelta

from tests.unit.matching.worlds import (
    IBAN_LEROY,
    Level,
    Nature,
    cheque_in,
    contract,
    credit_note,
    day,
    decided,
    decided_one,
    discount,
    entry,
    instructed,
    is_left_to_a_person,
    item,
    line,
    party,
    past,
    rule_of,
    settled,
    slip,
    template,
)

LEROY = party("C1", "Menuiserie Leroy SARL", ibans=(IBAN_LEROY,))
DURAND = party("C2", "Durand Transports SAS")


class TestTheStrongestEvidenceDecides:
    def test_a_full_number_with_its_amount_is_matched_whoever_pays(self) -> None:
        decision = decided_one(
            line(12000, "VIR SEPA RECU FACTURE FA2026-00123"),
            items=[item("FA2026-00123", LEROY, 12000), item("FA2026-00124", DURAND, 12000)],
            parties=[LEROY, DURAND],
        )

        assert decision.level is Level.A
        assert settled(decision) == {"FA2026-00123": 12000}
        assert decision.third_party == "C1"
        assert decision.invoice == "FA2026-00123"
        assert rule_of(decision) == "invoice_numbers"

    def test_several_numbers_are_matched_when_their_sum_holds_credit_notes_included(self) -> None:
        decision = decided_one(
            line(15000, "REGLT FA2026-00123 FA2026-00124 AVOIR AV2026-00007"),
            items=[
                item("FA2026-00123", LEROY, 12000),
                item("FA2026-00124", LEROY, 5000),
                credit_note("AV2026-00007", LEROY, -2000),
            ],
            parties=[LEROY],
        )

        assert settled(decision) == {
            "AV2026-00007": -2000, "FA2026-00123": 12000, "FA2026-00124": 5000,
        }  # fmt: skip

    def test_a_number_goes_before_an_entrys_own_key(self) -> None:
        decision = decided_one(
            line(12000, "FA2026-00123", end_to_end_id="E2E-1"),
            items=[item("FA2026-00123", LEROY, 12000)],
            entries=[entry("E1", 12000, end_to_end_id="E2E-1", third_party="C2")],
            parties=[LEROY],
        )

        assert settled(decision) == {"FA2026-00123": 12000}

    def test_an_entrys_own_key_goes_before_the_payers_item(self) -> None:
        decision = decided_one(
            line(12000, "VIR MENUISERIE LEROY", end_to_end_id="PAY-2026-9"),
            items=[item("FA2026-00123", LEROY, 12000)],
            entries=[entry("E1", 12000, end_to_end_id="PAY-2026-9")],
            parties=[LEROY],
        )

        assert settled(decision) == {"E1": 12000}
        assert rule_of(decision) == "entry_key"

    def test_numbers_that_do_not_add_up_are_not_overruled_by_weaker_evidence(self) -> None:
        decision = decided_one(
            line(5000, "VIR MENUISERIE LEROY FA2026-00123"),
            items=[item("FA2026-00123", DURAND, 12000), item("FA2026-00200", LEROY, 5000)],
            parties=[LEROY, DURAND],
        )

        assert decision.level is Level.B
        assert decision.settles == ()
        assert decision.third_party == "C2"

    def test_two_explanations_that_differ_in_the_books_leave_it_to_a_person(self) -> None:
        decision = decided_one(
            line(12000, "VIR MENUISERIE LEROY"),
            items=[
                item("FA2026-00123", LEROY, 12000),
                item("FA2026-00124", LEROY, 12000, account="411900"),
            ],
            parties=[LEROY],
        )

        assert decision.level is Level.B
        assert {c.settles[0].id for c in decision.candidates} == {"FA2026-00123", "FA2026-00124"}

    def test_of_twins_of_one_third_party_the_oldest_goes_first(self) -> None:
        decisions = decided(
            line(5000, "VIR MENUISERIE LEROY"),
            line(5000, "VIR MENUISERIE LEROY"),
            items=[
                item("FA2026-00300", LEROY, 5000, issued=day(-10)),
                item("FA2026-00100", LEROY, 5000, issued=day(-40)),
                item("FA2026-00200", LEROY, 5000, issued=day(-20)),
            ],
            parties=[LEROY],
        )

        assert [settled(d) for d in decisions] == [{"FA2026-00100": 5000}, {"FA2026-00200": 5000}]


class TestAmountAlone:
    def test_amount_alone_never_settles_an_open_item(self) -> None:
        decision = decided_one(
            line(12345, "VIR SEPA RECU"),
            items=[item("FA2026-00123", LEROY, 12345)],
            parties=[LEROY],
        )

        assert decision.level is Level.B
        assert decision.settles == ()
        assert decision.candidates[0].settles[0].id == "FA2026-00123"

    def test_amount_and_date_match_an_existing_entry_when_unique(self) -> None:
        decision = decided_one(line(-8000, "PRLV"), entries=[entry("E1", -8000, on=day(-5))])

        assert decision.level is Level.A
        assert settled(decision) == {"E1": -8000}
        assert rule_of(decision) == "entry_in_window"

    def test_the_window_is_three_days_before_to_twelve_after_both_included(self) -> None:
        for offset, is_matched in ((-13, False), (-12, True), (3, True), (4, False)):
            decision = decided_one(line(-8000), entries=[entry("E1", -8000, on=day(offset))])
            assert (decision.level is Level.A) is is_matched, offset

    def test_a_cheque_may_come_seventy_five_days_later_but_one_before(self) -> None:
        for offset, is_matched in ((-76, False), (-75, True), (1, True), (3, True), (4, False)):
            decision = decided_one(
                line(-8000, nature=Nature.CHEQUE), entries=[entry("E1", -8000, on=day(offset))]
            )
            assert (decision.level is Level.A) is is_matched, offset

    def test_two_entries_of_the_amount_are_told_apart_by_the_label(self) -> None:
        decision = decided_one(
            line(-8000, "PRLV SEPA BOULANGER MATERIEL"),
            entries=[entry("E1", -8000, "Loyer bureau"), entry("E2", -8000, "Boulanger matériel")],
        )

        assert settled(decision) == {"E2": -8000}

    def test_the_label_continued_tells_when_the_label_does_not(self) -> None:
        decision = decided_one(
            line(-8000, "PRLV SEPA", label_more="BOULANGER"),
            entries=[entry("E1", -8000, "Loyer bureau"), entry("E2", -8000, "Boulanger")],
        )

        assert settled(decision) == {"E2": -8000}

    def test_two_entries_that_no_label_tells_apart_are_left_to_a_person(self) -> None:
        decision = decided_one(
            line(-8000, "PRLV SEPA"),
            entries=[entry("E1", -8000, "Loyer bureau"), entry("E2", -8000, "Boulanger")],
        )

        assert decision.level is Level.B
        assert {c.settles[0].id for c in decision.candidates} == {"E1", "E2"}

    def test_two_lines_that_could_be_one_entry_are_left_to_a_person(self) -> None:
        decisions = decided(
            line(-8000, "PRLV GAZ"), line(-8000, "PRLV EAU"), entries=[entry("E1", -8000)]
        )

        assert all(is_left_to_a_person(d) for d in decisions)


class TestFullNumberAndKnownPayer:
    def test_an_exact_amount_is_level_a(self) -> None:
        decision = decided_one(
            line(12000, "MENUISERIE LEROY FA2026-00123"),
            items=[item("FA2026-00123", LEROY, 12000)],
            parties=[LEROY],
        )

        assert decision.level is Level.A

    def test_an_amount_below_the_residual_is_a_partial_payment(self) -> None:
        decision = decided_one(
            line(4000, "MENUISERIE LEROY FA2026-00123"),
            items=[item("FA2026-00123", LEROY, 12000)],
            parties=[LEROY],
        )

        assert decision.level is Level.A
        assert settled(decision) == {"FA2026-00123": 4000}
        assert decision.adjustments == ()

    def test_an_amount_above_is_level_b(self) -> None:
        decision = decided_one(
            line(12100, "MENUISERIE LEROY FA2026-00123"),
            items=[item("FA2026-00123", LEROY, 12000)],
            parties=[LEROY],
        )

        assert decision.level is Level.B
        assert decision.settles == ()

    def test_an_amount_above_within_the_tolerance_is_matched_with_the_cents_apart(self) -> None:
        decision = decided_one(
            line(12003, "MENUISERIE LEROY FA2026-00123"),
            items=[item("FA2026-00123", LEROY, 12000)],
            parties=[LEROY],
        )

        assert settled(decision) == {"FA2026-00123": 12000}
        (gap,) = decision.adjustments
        assert (gap.kind, gap.amount_minor, gap.account) == ("cents", 3, "758000")

    def test_below_the_residual_without_a_known_payer_is_level_b(self) -> None:
        decision = decided_one(
            line(4000, "FA2026-00123"),
            items=[item("FA2026-00123", LEROY, 12000)],
            parties=[LEROY],
        )

        assert decision.level is Level.B

    def test_two_partial_payments_are_followed_by_the_rest(self) -> None:
        decisions = decided(
            line(4000, "MENUISERIE LEROY FA2026-00123", on=day(0)),
            line(5000, "MENUISERIE LEROY FA2026-00123", on=day(1)),
            line(3000, "FA2026-00123", on=day(2)),
            items=[item("FA2026-00123", LEROY, 12000)],
            parties=[LEROY],
        )

        assert [settled(d)["FA2026-00123"] for d in decisions] == [4000, 5000, 3000]


class TestTruncatedNumbers:
    BOOKS = {  # noqa: RUF012 (read only)
        "items": [
            item("FA2026-00123", LEROY, 12000),
            item("FA2026-00124", LEROY, 5000),
            item("FA2026-00125", LEROY, 4000),
            item("FA2026-00126", LEROY, 3000),
        ],
        "parties": [LEROY, DURAND],
    }

    def test_with_the_payer_and_the_exact_sum_they_count(self) -> None:
        decision = decided_one(line(17000, "MENUISERIE LEROY 00123 ET 00124"), **self.BOOKS)

        assert settled(decision) == {"FA2026-00123": 12000, "FA2026-00124": 5000}

    def test_without_the_exact_amount_they_do_not(self) -> None:
        decision = decided_one(line(11000, "MENUISERIE LEROY 00123"), **self.BOOKS)

        assert is_left_to_a_person(decision)

    def test_with_another_payer_they_do_not(self) -> None:
        decision = decided_one(line(12000, "DURAND TRANSPORTS 00123"), **self.BOOKS)

        assert is_left_to_a_person(decision)

    def test_a_mistyped_number_counts_with_the_payer_and_the_exact_amount(self) -> None:
        decision = decided_one(line(12000, "MENUISERIE LEROY FA2026-00132"), **self.BOOKS)

        assert settled(decision) == {"FA2026-00123": 12000}

    def test_a_mistyped_number_without_the_payer_does_not(self) -> None:
        decision = decided_one(line(12000, "FA2026-00132"), **self.BOOKS)

        assert is_left_to_a_person(decision)

    def test_without_a_payer_the_end_of_a_number_counts_with_the_exact_amount(self) -> None:
        decision = decided_one(line(12000, "REGLEMENT 00123"), **self.BOOKS)

        assert settled(decision) == {"FA2026-00123": 12000}
        assert rule_of(decision) == "number_part"


class TestKnownPayer:
    def test_one_only_item_with_the_exact_amount_is_matched(self) -> None:
        decision = decided_one(
            line(12000, "VIR SEPA", iban=IBAN_LEROY),
            items=[item("FA2026-00123", LEROY, 12000), item("FA2026-00124", DURAND, 12000)],
            parties=[LEROY, DURAND],
        )

        assert settled(decision) == {"FA2026-00123": 12000}
        assert rule_of(decision) == "payer_amount"

    def test_one_only_subset_of_two_to_five_is_matched_credit_notes_included(self) -> None:
        decision = decided_one(
            line(15500, "VIR MENUISERIE LEROY"),
            items=[
                item("FA2026-00123", LEROY, 12000),
                item("FA2026-00124", LEROY, 5000),
                item("FA2026-00125", LEROY, 777),
                credit_note("AV2026-00007", LEROY, -1500),
            ],
            parties=[LEROY],
        )

        assert settled(decision) == {
            "AV2026-00007": -1500, "FA2026-00123": 12000, "FA2026-00124": 5000,
        }  # fmt: skip
        assert rule_of(decision) == "payer_subset"

    def test_two_subsets_that_add_up_are_left_to_a_person(self) -> None:
        decision = decided_one(
            line(5000, "VIR MENUISERIE LEROY"),
            items=[
                item("FA2026-00123", LEROY, 4000),
                item("FA2026-00124", LEROY, 1000),
                item("FA2026-00125", LEROY, 3000),
                item("FA2026-00126", LEROY, 2000),
            ],
            parties=[LEROY],
        )

        assert decision.level is Level.B
        assert len(decision.candidates) >= 2

    def test_a_subset_of_six_is_left_to_a_person(self) -> None:
        decision = decided_one(
            line(6321, "VIR MENUISERIE LEROY"),
            items=[item(f"FA2026-0012{n}", LEROY, 1001 + 7 * 3**n) for n in range(5)]
            + [item("FA2026-00129", LEROY, 6321 - sum(1001 + 7 * 3**n for n in range(5)))],
            parties=[LEROY],
        )

        assert is_left_to_a_person(decision)

    def test_an_item_and_an_entry_of_the_payer_leave_it_to_a_person(self) -> None:
        decision = decided_one(
            line(12000, "VIR MENUISERIE LEROY"),
            items=[item("FA2026-00123", LEROY, 12000)],
            entries=[entry("E1", 12000, third_party="C1")],
            parties=[LEROY],
        )

        assert decision.level is Level.B
        assert {c.settles[0].id for c in decision.candidates} == {"E1", "FA2026-00123"}


class TestTemplates:
    BANK_FEES = template("bank_fees", "FRAIS TENUE DE COMPTE")

    def test_a_template_needs_its_reference_and_direction(self) -> None:
        fees = decided_one(line(-1200, "FRAIS TENUE DE COMPTE 03/26"), templates=[self.BANK_FEES])
        refund = decided_one(line(1200, "FRAIS TENUE DE COMPTE 03/26"), templates=[self.BANK_FEES])

        assert (fees.level, fees.template, fees.settles) == (Level.AS, "bank_fees", ())
        assert is_left_to_a_person(refund)

    def test_an_existing_entry_beats_a_template(self) -> None:
        decision = decided_one(
            line(-1200, "FRAIS TENUE DE COMPTE"),
            templates=[self.BANK_FEES],
            entries=[entry("E1", -1200, "Frais bancaires")],
        )

        assert settled(decision) == {"E1": -1200}
        assert decision.template is None

    def test_no_template_while_an_entry_could_be_the_line(self) -> None:
        decision = decided_one(
            line(-1200, "FRAIS TENUE DE COMPTE"),
            templates=[self.BANK_FEES],
            entries=[entry("E1", -1200, "Divers"), entry("E2", -1200, "Autre")],
        )

        assert is_left_to_a_person(decision)

    def test_an_open_item_of_the_payer_beats_a_template(self) -> None:
        supplier = party("S1", "Energie du Nord")
        decision = decided_one(
            line(-8400, "PRLV SEPA ENERGIE DU NORD"),
            templates=[template("energy", "ENERGIE DU NORD")],
            items=[item("EN-44871", supplier, -8400)],
            parties=[supplier],
        )

        assert settled(decision) == {"EN-44871": -8400}

    def test_two_templates_leave_it_to_a_person_unless_one_reference_holds_the_other(self) -> None:
        general, special = template("general", "ASSURANCE"), template("special", "ASSURANCE AUTO")
        other = template("other", "ECHEANCE PRET")
        inside = decided_one(line(-900, "PRLV ASSURANCE AUTO"), templates=[general, special])
        two = decided_one(line(-900, "ASSURANCE SUR ECHEANCE PRET"), templates=[general, other])

        assert inside.template == "special"
        assert is_left_to_a_person(two)


class TestSecondPayments:
    def test_the_second_of_two_equal_payments_of_one_invoice_is_level_b(self) -> None:
        decisions = decided(
            line(12000, "MENUISERIE LEROY FA2026-00123"),
            line(12000, "MENUISERIE LEROY FA2026-00123"),
            items=[item("FA2026-00123", LEROY, 12000)],
            parties=[LEROY],
        )

        assert [d.level for d in decisions] == [Level.A, Level.B]
        assert "already_settled" in decisions[1].explanation.evidence[0].detail

    def test_a_second_payment_is_not_given_another_invoice_of_the_same_amount(self) -> None:
        decisions = decided(
            line(12000, "MENUISERIE LEROY FA2026-00123"),
            line(12000, "MENUISERIE LEROY FA2026-00123"),
            items=[item("FA2026-00123", LEROY, 12000), item("FA2026-00999", LEROY, 12000)],
            parties=[LEROY],
        )

        assert [settled(d) for d in decisions] == [{"FA2026-00123": 12000}, {}]

    def test_an_invoice_settled_by_a_past_payment_is_not_paid_by_another(self) -> None:
        decision = decided_one(
            line(12000, "MENUISERIE LEROY FA2026-00123"),
            items=[item("FA2026-00999", LEROY, 12000)],
            past=[past("P1", "C1", 12000, invoice_number="FA2026-00123")],
            parties=[LEROY],
        )

        assert decision.level is Level.B
        assert "already_settled" in decision.explanation.evidence[0].detail

    def test_a_line_that_settles_nothing_is_never_matched_by_force(self) -> None:
        decision = decided_one(line(0, "FA2026-00123"), items=[item("FA2026-00123", LEROY, 12000)])

        assert decision.level is Level.C


class TestCardRemittances:
    def test_a_known_rate_settles_the_gross_with_its_commission(self) -> None:
        decision = decided_one(
            line(98900, "REMISE CB CONTRAT 4412345"),
            entries=[slip("E1", 60000, "4412345"), slip("E2", 40000, "4412345")],
            contracts=[contract("4412345", "1.1")],
        )

        assert settled(decision) == {"E1": 60000, "E2": 40000}
        (gap,) = decision.adjustments
        assert (gap.kind, gap.amount_minor, gap.account) == ("commission", -1100, "627800")

    def test_a_known_rate_that_does_not_hold_is_left_to_a_person(self) -> None:
        decision = decided_one(
            line(98901, "REMISE CB CONTRAT 4412345"),
            entries=[slip("E1", 60000, "4412345"), slip("E2", 40000, "4412345")],
            contracts=[contract("4412345", "1.1")],
        )

        assert is_left_to_a_person(decision)

    def test_an_unknown_rate_is_matched_within_bounds_when_unique(self) -> None:
        decision = decided_one(
            line(98500, "REMISE CB CONTRAT 4412345"),
            entries=[slip("E1", 100000, "4412345")],
            contracts=[contract("4412345", None)],
        )

        assert settled(decision) == {"E1": 100000}
        assert decision.adjustments[0].amount_minor == -1500

    def test_an_unknown_rate_is_left_to_a_person_when_two_remittances_fit(self) -> None:
        decision = decided_one(
            line(98500, "REMISE CB CONTRAT 4412345"),
            entries=[
                slip("E1", 100000, "4412345", on=day(-1)),
                slip("E2", 100100, "4412345", on=day(-2)),
            ],
            contracts=[contract("4412345", None)],
        )

        assert is_left_to_a_person(decision)

    def test_a_printed_gross_amount_tells_them_apart(self) -> None:
        decision = decided_one(
            line(98500, "REMISE CB CONTRAT 4412345 BRUT 1001,00"),
            entries=[
                slip("E1", 100000, "4412345", on=day(-1)),
                slip("E2", 100100, "4412345", on=day(-2)),
            ],
            contracts=[contract("4412345", None)],
        )

        assert settled(decision) == {"E2": 100100}


class TestShortfalls:
    def test_a_discount_within_its_terms_comes_first(self) -> None:
        decision = decided_one(
            line(11760, "FA2026-00123"),
            items=[item("FA2026-00123", LEROY, 12000, discount=discount("2"))],
            parties=[LEROY],
        )

        assert settled(decision) == {"FA2026-00123": 12000}
        (gap,) = decision.adjustments
        assert (gap.kind, gap.amount_minor, gap.account) == ("discount", -240, "665000")

    def test_a_discount_that_is_too_late_is_a_partial_payment(self) -> None:
        decision = decided_one(
            line(11760, "MENUISERIE LEROY FA2026-00123"),
            items=[item("FA2026-00123", LEROY, 12000, discount=discount("2", days=-1))],
            parties=[LEROY],
        )

        assert settled(decision) == {"FA2026-00123": 11760}
        assert decision.adjustments == ()

    def test_a_discount_obtained_from_a_supplier_is_a_gain(self) -> None:
        supplier = party("S1", "Aciers Martin")
        decision = decided_one(
            line(-9800, "VIR ACIERS MARTIN F-88123"),
            items=[item("F-88123", supplier, -10000, discount=discount("2"))],
            parties=[supplier],
        )

        assert settled(decision) == {"F-88123": -10000}
        assert [(g.kind, g.amount_minor) for g in decision.adjustments] == [("discount", 200)]

    def test_cents_within_the_tolerance_come_next(self) -> None:
        decision = decided_one(
            line(11996, "FA2026-00123"),
            items=[item("FA2026-00123", LEROY, 12000)],
            parties=[LEROY],
        )

        assert [(g.kind, g.amount_minor) for g in decision.adjustments] == [("cents", -4)]

    def test_the_instructed_amount_in_another_currency_leaves_an_exchange_difference(self) -> None:
        decision = decided_one(
            line(92500, "FA2026-00123", original=instructed(100000, "USD")),
            items=[item("FA2026-00123", LEROY, 100000, currency="USD", company=92000)],
            parties=[LEROY],
        )

        assert decision.level is Level.AC
        assert settled(decision) == {"FA2026-00123": 92000}
        assert [(g.kind, g.amount_minor) for g in decision.adjustments] == [("fx", 500)]

    def test_a_bank_charge_needs_the_lines_own_word_for_it(self) -> None:
        books = {"items": [item("FA2026-00123", LEROY, 100000)], "parties": [LEROY]}
        told = decided_one(line(98500, "FA2026-00123", original=instructed(100000, "EUR")), **books)
        printed = decided_one(line(98500, "FA2026-00123 FRAIS 15,00"), **books)
        silent = decided_one(line(98500, "MENUISERIE LEROY FA2026-00123"), **books)

        assert [(g.kind, g.amount_minor) for g in told.adjustments] == [("charge", -1500)]
        assert [(g.kind, g.amount_minor) for g in printed.adjustments] == [("charge", -1500)]
        assert settled(silent) == {"FA2026-00123": 98500}


class TestLinesDecidedTogether:
    def test_what_one_line_settles_makes_another_decidable(self) -> None:
        lonely = line(12000, "VIR MENUISERIE LEROY")
        books = {
            "items": [
                item("FA2026-00123", LEROY, 12000),
                item("FA2026-00124", LEROY, 12000, account="411900"),
            ],
            "parties": [LEROY],
        }
        alone = decided_one(lonely, **books)
        together = decided(lonely, line(12000, "FA2026-00124"), **books)

        assert is_left_to_a_person(alone)
        assert [settled(d) for d in together] == [{"FA2026-00123": 12000}, {"FA2026-00124": 12000}]

    def test_an_entry_is_free_for_a_line_once_its_rival_is_explained(self) -> None:
        decisions = decided(
            line(-8000, "PRLV GAZ"),
            line(-8000, "PRLV EAU", end_to_end_id="WATER-2026-3"),
            entries=[entry("E1", -8000), entry("E2", -8000, end_to_end_id="WATER-2026-3")],
        )

        assert [settled(d) for d in decisions] == [{"E1": -8000}, {"E2": -8000}]

    def test_the_earliest_line_goes_first_whatever_the_order_given(self) -> None:
        first = line(12000, "MENUISERIE LEROY", key="early", on=day(0), position=2)
        second = line(12000, "MENUISERIE LEROY", key="late", on=day(1), position=1)
        for lines in ((first, second), (second, first)):
            decisions = {
                d.line_id: d.level
                for d in decided(
                    *lines, items=[item("FA2026-00123", LEROY, 12000)], parties=[LEROY]
                )
            }
            assert decisions == {"early": Level.A, "late": Level.B}


class TestReturns:
    def test_a_return_reopens_the_payment_with_its_end_to_end_id(self) -> None:
        decision = decided_one(
            line(-12000, "REJET PRLV", end_to_end_id="DD-77", return_reason="AM04"),
            past=[past("P1", "C1", 12000, end_to_end_id="DD-77"), past("P2", "C1", 12000)],
            parties=[LEROY],
        )

        assert settled(decision) == {"P1": -12000}
        assert decision.third_party == "C1"
        assert decision.settles[0].type == "past_payment"

    def test_a_return_that_names_nothing_is_matched_by_its_payers_one_payment(self) -> None:
        decision = decided_one(
            line(-12000, "IMPAYE MENUISERIE LEROY"),
            past=[past("P1", "C1", 12000), past("P2", "C2", 12000)],
            parties=[LEROY, DURAND],
        )

        assert settled(decision) == {"P1": -12000}

    def test_a_return_whose_original_is_not_proven_settles_nothing(self) -> None:
        supplier = party("S1", "Menuiserie Leroy")
        decision = decided_one(
            line(-12000, "REJET PRLV MENUISERIE LEROY"),
            items=[item("F-1234", supplier, -12000)],
            parties=[supplier],
            templates=[template("any", "PRLV")],
        )

        assert is_left_to_a_person(decision)


class TestKeysOfEntries:
    def test_a_cheque_is_matched_by_its_number(self) -> None:
        decision = decided_one(
            line(-8000, "CHEQUE N 0001234"),
            entries=[
                entry("E1", -8000, cheque_no="1234", on=day(-200)),
                entry("E2", -8000, cheque_no="1235", on=day(-2)),
            ],
        )

        assert settled(decision) == {"E1": -8000}

    def test_a_cheque_of_another_amount_is_left_to_a_person(self) -> None:
        decision = decided_one(
            line(-8000, "CHEQUE N 0001234"),
            entries=[entry("E1", -8100, cheque_no="1234"), entry("E2", -8000)],
        )

        assert is_left_to_a_person(decision)

    def test_a_remittance_of_cheques_is_matched_by_its_number_and_sum(self) -> None:
        cheques = [cheque_in(f"E{n}", 1000 * n, remittance_no="000417") for n in (1, 2, 3)]
        decision = decided_one(line(6000, "REMISE CHEQUES N 417"), entries=cheques)

        assert settled(decision) == {"E1": 1000, "E2": 2000, "E3": 3000}

    def test_a_remittance_that_names_no_number_is_matched_by_its_sum_when_unique(self) -> None:
        cheques = [cheque_in(f"E{n}", 1000 * n, remittance_no="000417") for n in (1, 2, 3)]
        decision = decided_one(line(6000, "REMISE CHEQUES"), entries=cheques)

        assert settled(decision) == {"E1": 1000, "E2": 2000, "E3": 3000}

    def test_one_remittance_credited_in_two_lines_is_shared_between_them(self) -> None:
        cheques = [cheque_in(f"E{n}", 1000 * n, remittance_no="417") for n in (1, 2, 4)]
        decisions = decided(
            line(5000, "REMISE CHEQUES 417"), line(2000, "REMISE CHEQUES 417"), entries=cheques
        )

        assert [settled(d) for d in decisions] == [{"E1": 1000, "E3": 4000}, {"E2": 2000}] or [
            settled(d) for d in decisions
        ] == [{"E1": 1000, "E4": 4000}, {"E2": 2000}]

    def test_a_batch_of_transfers_is_matched_by_its_reference(self) -> None:
        decision = decided_one(
            line(-6000, "VIREMENTS EMIS SAL-2026-03"),
            entries=[entry("E1", -2500, batch_ref="SAL-2026-03"),
                     entry("E2", -3500, batch_ref="SAL-2026-03")],
        )  # fmt: skip

        assert settled(decision) == {"E1": -2500, "E2": -3500}


class TestWhoPays:
    def test_an_iban_never_overrides_an_explicit_invoice_number(self) -> None:
        decision = decided_one(
            line(12000, "FA2026-00777", iban=IBAN_LEROY),
            items=[item("FA2026-00123", LEROY, 12000), item("FA2026-00777", DURAND, 12000)],
            parties=[LEROY, DURAND],
        )

        assert settled(decision) == {"FA2026-00777": 12000}
        assert decision.third_party == "C2"
        assert decision.explanation.rejected[0].candidate == "third party C1"

    def test_two_third_parties_that_fit_give_none(self) -> None:
        decision = decided_one(
            line(12000, "VIR DURAND TRANSPORTS / MENUISERIE LEROY"),
            items=[item("FA2026-00123", LEROY, 12000)],
            parties=[LEROY, DURAND],
        )

        assert is_left_to_a_person(decision)
        assert decision.third_party is None

    def test_a_third_party_set_by_a_person_is_kept(self) -> None:
        decision = decided_one(
            line(12000, "VIR DURAND TRANSPORTS", fixed_third_party="C1"),
            items=[item("FA2026-00123", LEROY, 12000), item("FA2026-00124", DURAND, 12000)],
            parties=[LEROY, DURAND],
        )

        assert settled(decision) == {"FA2026-00123": 12000}
        assert decision.third_party == "C1"

    def test_an_invoice_set_by_a_person_is_the_only_one_that_may_be_settled(self) -> None:
        books = {
            "items": [item("FA2026-00123", LEROY, 12000), item("FA2026-00124", LEROY, 5000)],
            "parties": [LEROY],
        }
        exact = decided_one(line(5000, fixed_invoice="FA2026-00124"), **books)
        above = decided_one(line(12000, "FA2026-00123", fixed_invoice="FA2026-00124"), **books)

        assert settled(exact) == {"FA2026-00124": 5000}
        assert is_left_to_a_person(above)

    def test_an_invoice_set_by_a_person_who_undid_its_match_since_waits(self) -> None:
        undone = frozenset({"FA2026-00124"})
        decision = decided_one(
            line(5000, fixed_invoice="FA2026-00124", vetoes=undone),
            items=[item("FA2026-00124", LEROY, 5000)],
            parties=[LEROY],
        )

        assert settled(decision) == {}
        assert is_left_to_a_person(decision)

    def test_what_a_person_untied_is_not_matched_again(self) -> None:
        decision = decided_one(
            line(12000, "FA2026-00123", vetoes=frozenset({"FA2026-00123"})),
            items=[item("FA2026-00123", LEROY, 12000)],
            parties=[LEROY],
        )

        assert is_left_to_a_person(decision)
        assert decision.candidates == ()


def test_only_booked_lines_are_matched() -> None:
    decision = decided_one(
        line(12000, "FA2026-00123", status="pending"),
        items=[item("FA2026-00123", LEROY, 12000)],
    )

    assert decision.level is Level.C
    assert "only booked lines" in decision.explanation.evidence[0].detail


def test_an_invoice_issued_after_the_payment_does_not_explain_it() -> None:
    decision = decided_one(
        line(12000, "VIR MENUISERIE LEROY"),
        items=[item("FA2026-00123", LEROY, 12000, issued=day(0) + timedelta(days=20))],
        parties=[LEROY],
    )

    assert is_left_to_a_person(decision)


class TestEntriesThatAreAlike:
    def test_each_of_two_deposits_takes_its_own_although_one_could_be_both(self) -> None:
        """The later line sees both entries, the earlier only the first."""
        decisions = decided(
            line(40000, "VERSEMENT ESPECES", remittance_ref="0019", on=day(-11)),
            line(40000, "VERSEMENT ESPECES", remittance_ref="0050", on=day(0)),
            entries=[
                entry("E1", 40000, "Versement espèces", on=day(-11)),
                entry("E2", 40000, "Versement espèces", on=day(0)),
            ],
        )

        assert [settled(d) for d in decisions] == [{"E1": 40000}, {"E2": 40000}]

    def test_the_earlier_of_two_lines_of_the_same_words_takes_the_only_entry(self) -> None:
        decisions = decided(
            line(-8000, "PRLV GAZ"), line(-8000, "PRLV GAZ"), entries=[entry("E1", -8000, "Gaz")]
        )

        assert [settled(d) for d in decisions] == [{"E1": -8000}, {}]
