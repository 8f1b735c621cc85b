"""What a line takes from a CFONB movement (04) and its complements (05)."""

from __future__ import annotations

from datetime import date

import pytest

from rappro.domain.bank import Nature, OriginalAmount, StatementLine
from rappro.domain.errors import MalformedStatement
from rappro.formats.cfonb_codes import NATURES
from tests.unit.formats.cfonb_writer import (
    DAY,
    complement,
    movement,
    statement,
    unqualified,
    zones35,
)
from tests.unit.formats.reading import Read, read_one


def read_movement(of: str, *complements: tuple[str, str]) -> Read:
    """Read a movement with complements given as qualifier and information."""
    return read_one(statement(of, *(complement(of, *each) for each in complements)))


def line_of(of: str, *complements: tuple[str, str]) -> StatementLine:
    """Read the line of one movement, which nothing was said against."""
    read = read_movement(of, *complements)
    assert read.codes == []
    return read.lines[0]


CREDIT = movement(100_00, DAY)
DEBIT = movement(-100_00, DAY)


def test_a_movement_alone_gives_its_own_zones() -> None:
    line = line_of(
        movement(
            -1234_56, DAY, operation="08", value="160324", label="PRLV SEPA EDF", entry="0000142",
            reference="REF 42",
        )
    )  # fmt: skip

    assert line == StatementLine(
        position=1,
        booking_date=date(2024, 3, 15),
        amount_minor=-1234_56,
        currency="EUR",
        value_date=date(2024, 3, 16),
        entry_ref="0000142",
        label="PRLV SEPA EDF",
        remittance_ref="REF 42",
        bank_code="08",
        nature=Nature.DIRECT_DEBIT,
        raw=line.raw,
    )
    assert line.raw.startswith("0430004000100823EUR2 0001023456708150324")


def test_repeated_lib_is_joined_in_order() -> None:
    line = line_of(CREDIT, ("LIB", "PREMIER"), ("LIB", "DEUXIEME"), ("LIB", "TROISIEME"))

    assert line.label_more == "PREMIER DEUXIEME TROISIEME"


def test_a_full_lib_goes_on_within_the_word() -> None:
    line = line_of(CREDIT, ("LIB", "X" * 66 + " FA2"), ("LIB", "024 SUITE"))

    assert line.label_more == "X" * 66 + " FA2024 SUITE"


def test_lcc_and_lc2_are_one_text_without_a_blank_between() -> None:
    line = line_of(CREDIT, ("LCC", "A" * 62 + " FA-2024"), ("LC2", "0042 REGLEMENT"))

    assert line.label_more == "A" * 62 + " FA-20240042 REGLEMENT"


def test_a_blank_in_the_70th_place_of_lcc_belongs_to_the_text() -> None:
    line = line_of(CREDIT, ("LCC", "A" * 62 + " FA-421"), ("LC2", "AVOIR 7"))

    assert line.label_more == "A" * 62 + " FA-421 AVOIR 7"


def test_a_short_lcc_is_joined_without_its_padding() -> None:
    assert line_of(CREDIT, ("LCC", "FA-2024-"), ("LC2", "0042")).label_more == "FA-2024-0042"


def test_lib_comes_before_the_remittance_text() -> None:
    line = line_of(CREDIT, ("LCC", "FACTURE 42"), ("LIB", "VIREMENT RECU"))

    assert line.label_more == "VIREMENT RECU FACTURE 42"


def test_the_structured_reference_is_the_remittance_reference() -> None:
    line = line_of(
        movement(100_00, DAY, entry="0000142", reference="ZONE"),
        ("LCS", "RF18539007547034"), ("REF", zones35("LOT-7", "INSTR-9")),
    )  # fmt: skip

    assert line.remittance_ref == "RF18539007547034"
    assert line.entry_ref == "0000142"
    assert line.comment == "INSTR-9 LOT-7 ZONE"


def test_the_batch_reference_is_next_then_the_reference_zone_then_the_entry_number() -> None:
    of = movement(100_00, DAY, entry="0000142", reference="ZONE")
    without_zone = movement(100_00, DAY, entry="0000142")

    assert line_of(of, ("REF", zones35("LOT-7"))).remittance_ref == "LOT-7"
    assert line_of(of, ("LIB", "X")).remittance_ref == "ZONE"
    assert line_of(without_zone, ("LIB", "X")).remittance_ref == "0000142"
    assert line_of(without_zone).remittance_ref == "0000142"


def test_an_entry_number_of_zeros_is_none() -> None:
    line = line_of(CREDIT)

    assert (line.entry_ref, line.remittance_ref) == (None, "")


def test_the_end_to_end_reference_has_its_purpose_in_the_comment() -> None:
    line = line_of(CREDIT, ("RCN", zones35("E2E-2024-0001", "SALA")))

    assert (line.end_to_end_id, line.comment) == ("E2E-2024-0001", "SALA")


@pytest.mark.parametrize("text", ["NOTPROVIDED", "NOT PROVIDED", "NONREF", ""])
def test_an_end_to_end_reference_that_was_not_given_is_none(text: str) -> None:
    assert line_of(CREDIT, ("RCN", text)).end_to_end_id is None


def test_the_mandate_leaves_out_the_sequence_type() -> None:
    line = line_of(DEBIT, ("RUM", zones35("RUM-77", "RCUR")), ("IBE", zones35("FR12ZZZ123456")))

    assert (line.mandate_id, line.creditor_id) == ("RUM-77", "FR12ZZZ123456")


def test_the_creditor_is_identified_by_a_direct_debit_code_even_without_a_mandate() -> None:
    debited = movement(-100_00, DAY, operation="B1")

    assert line_of(debited, ("IBE", zones35("FR12ZZZ123456"))).creditor_id == "FR12ZZZ123456"
    assert line_of(DEBIT, ("IBE", zones35("SOMETHING"))).creditor_id is None


def test_the_counterparty_of_a_credit_is_the_payer_and_of_a_debit_the_beneficiary() -> None:
    told = [("NPY", "PAYEUR SARL"), ("NBE", "BENEFICIAIRE SA"), ("IPY", zones35("P1", "SIRET")),
            ("IBE", zones35("B1"))]  # fmt: skip

    credit, debit = line_of(CREDIT, *told), line_of(DEBIT, *told)

    assert (credit.counterparty.name, credit.counterparty.id) == ("PAYEUR SARL", "P1")
    assert credit.comment == "BENEFICIAIRE SA"
    assert (debit.counterparty.name, debit.counterparty.id) == ("BENEFICIAIRE SA", "B1")
    assert debit.comment == "PAYEUR SARL"


def test_the_name_of_the_other_side_alone_is_not_taken_for_the_counterparty() -> None:
    line = line_of(DEBIT, ("NPY", "SOCIETE TENANT LE COMPTE"))

    assert (line.counterparty.name, line.comment) == (None, "SOCIETE TENANT LE COMPTE")


def test_the_ultimate_party_stands_in_for_the_party_and_is_commented_beside_it() -> None:
    alone = line_of(CREDIT, ("NPO", "CLIENT FINAL"))
    beside = line_of(CREDIT, ("NPY", "PLATEFORME"), ("NPO", "CLIENT FINAL"), ("IPO", "ID9"))

    assert (alone.counterparty.name, alone.comment) == ("CLIENT FINAL", "")
    assert beside.counterparty.name == "PLATEFORME"
    assert beside.comment == "ID9 CLIENT FINAL"


@pytest.mark.parametrize("code", ["B3", "A5", "10", "27", "99"])
def test_money_that_goes_back_keeps_the_roles_of_the_original_operation(code: str) -> None:
    """A rejected collection is a debit whose payer is the customer and whose payee we are."""
    of = movement(-80_00, DAY, operation=code)

    line = line_of(of, ("NPY", "CLIENT DEBITEUR"), ("NBE", "NOUS-MEMES"))

    assert line.counterparty.name == "CLIENT DEBITEUR"


def test_money_that_goes_back_with_one_side_only_takes_the_side_of_the_sign() -> None:
    line = line_of(movement(-80_00, DAY, operation="B3"), ("NBE", "CLIENT"))

    assert line.counterparty.name == "CLIENT"


def test_the_account_of_the_counterparty_is_the_ordering_account() -> None:
    iban = "FR14 2004 1010 0505 0001 3M02 606"
    credit = line_of(CREDIT, ("CPY", iban), ("CBE", "FR7630004008230001023456728"))
    debit = line_of(DEBIT, ("CBE", "20041010050500013M026"))

    assert credit.ordering_account == "FR1420041010050500013M02606"
    assert credit.counterparty.iban == "FR1420041010050500013M02606"
    assert debit.ordering_account == "20041010050500013M026"
    assert debit.counterparty.iban is None


def test_an_amount_in_another_currency_comes_with_its_rate_and_the_sign_of_the_line() -> None:
    told = "USD2" + f"{108_50:014d}" + "04" + f"{10850:011d}"
    yen = "JPY0" + f"{16000:014d}" + "02" + f"{16000:011d}"

    assert line_of(CREDIT, ("MMO", told)).original == OriginalAmount(108_50, "USD", "1.085")
    assert line_of(DEBIT, ("MMO", told)).original == OriginalAmount(-108_50, "USD", "1.085")
    assert line_of(CREDIT, ("MMO", yen)).original == OriginalAmount(16000, "JPY", "160")


def test_an_amount_in_another_currency_may_come_without_a_rate() -> None:
    told = "USD2" + f"{108_50:014d}"

    assert line_of(CREDIT, ("MMO", told)).original == OriginalAmount(108_50, "USD", None)


@pytest.mark.parametrize("told", ["XYZ2" + "0" * 14, "USD2" + "A" * 14, "USD3" + f"{1:014d}"])
def test_an_amount_in_another_currency_that_cannot_be_read_is_kept_in_the_comment(
    told: str,
) -> None:
    read = read_movement(CREDIT, ("MMO", told))

    assert read.codes == ["complement_unreadable"]
    assert (read.lines[0].original, read.lines[0].comment) == (None, f"MMO {told}")


def test_fees_are_said_in_the_comment() -> None:
    assert line_of(CREDIT, ("FEE", "EUR2" + f"{1_50:014d}")).comment == "FEE 1.50 EUR"
    assert read_movement(CREDIT, ("FEE", "EUR2")).codes == ["complement_unreadable"]


def test_the_reject_reason_is_the_return_reason_and_ret_is_better() -> None:
    of = movement(-80_00, DAY, operation="B3", reject="64")

    assert line_of(of).return_reason == "64"
    assert line_of(of, ("RET", "AC04")).return_reason == "AC04"
    assert line_of(movement(-80_00, DAY, reject="00")).return_reason is None


def test_an_unknown_qualifier_is_kept_with_its_text_and_noted_once_for_each() -> None:
    read = read_movement(CREDIT, ("BDF", "TEXTE 1"), ("IDC", "TEXTE 2"), ("BDF", "TEXTE 3"))

    assert read.lines[0].comment == "BDF TEXTE 1 IDC TEXTE 2 BDF TEXTE 3"
    assert [(f.code, f.position) for f in read.closed.findings] == [
        ("qualifier_unknown", "line 3"), ("qualifier_unknown", "line 4"),
    ]  # fmt: skip
    assert read.closed.findings[0].message.endswith("(2 times)")


def test_a_complement_without_qualifier_and_text_says_nothing() -> None:
    assert line_of(CREDIT, ("   ", "")).comment == ""


def test_a_qualifier_that_comes_twice_keeps_the_first_and_comments_the_second() -> None:
    read = read_movement(CREDIT, ("NPY", "PREMIER"), ("NPY", "SECOND"), ("MMO", "USD2" + "0" * 14),
                         ("MMO", "CHF2"))  # fmt: skip

    assert read.lines[0].counterparty.name == "PREMIER"
    assert read.lines[0].comment == "NPY SECOND MMO CHF2"
    assert read.codes == ["qualifier_repeated", "qualifier_repeated"]


def test_complements_of_before_the_qualifiers_continue_the_label() -> None:
    of = movement(100_00, DAY)
    texts = ("SUITE DU LIBELLE SUR QUARANTE ET UN CARAC", "     LIBELLE EN RETRAIT")

    read = read_one(statement(of, *(unqualified(of, text) for text in texts)))

    assert (
        read.lines[0].label_more
        == "SUITE DU LIBELLE SUR QUARANTE ET UN CARAC     LIBELLE EN RETRAIT"
    )
    assert read.codes == []


def test_an_old_complement_with_another_amount_is_noted() -> None:
    of = movement(100_00, DAY)

    read = read_one(statement(of, unqualified(of, "TEXTE", amount="0000000000001A")))

    assert read.codes == ["complement_differs"]


def test_a_complement_that_does_not_repeat_its_movement_is_noted() -> None:
    of = movement(100_00, DAY)
    other = complement(movement(100_00, DAY, operation="18"), "NPY", "PAYEUR")

    read = read_one(statement(of, other))

    assert read.lines[0].counterparty.name == "PAYEUR"
    assert read.codes == ["complement_differs"]


def test_a_complement_of_another_account_is_refused() -> None:
    stranger = complement(movement(100_00, DAY, account="99999999999"), "NPY", "PAYEUR")

    with pytest.raises(MalformedStatement, match="another account") as caught:
        read_one(statement(CREDIT, stranger))

    assert caught.value.position == "line 3"


def test_every_interbank_code_has_a_nature() -> None:
    numeric = {f"{number:02d}" for number in range(1, 100)} - {"60"}
    sepa = {f"{letter}{number}" for letter in "AB" for number in range(1, 7)}
    instant = {"C1", "C2", "C3", "C4", "C5"}

    assert set(NATURES) == numeric | sepa | instant


@pytest.mark.parametrize(
    ("code", "nature"),
    [("01", Nature.CHEQUE), ("02", Nature.CHEQUE_DEPOSIT), ("18", Nature.TRANSFER),
     ("B1", Nature.DIRECT_DEBIT), ("B3", Nature.RETURN), ("28", Nature.CARD),
     ("30", Nature.CARD_DEPOSIT), ("29", Nature.CASH), ("07", Nature.BILL), ("62", Nature.FEE),
     ("61", Nature.INTEREST), ("72", Nature.LOAN), ("67", Nature.TAX), ("91", Nature.OTHER),
     ("C2", Nature.TRANSFER), ("C4", Nature.RETURN)],
)  # fmt: skip
def test_the_nature_comes_from_the_interbank_code(code: str, nature: Nature) -> None:
    line = line_of(movement(-10_00, DAY, operation=code))

    assert (line.bank_code, line.nature) == (code, nature)


@pytest.mark.parametrize("code", ["10", "27", "34", "61", "91", "99"])
def test_the_sign_never_comes_from_the_code(code: str) -> None:
    assert line_of(movement(10_00, DAY, operation=code)).amount_minor == 10_00
    assert line_of(movement(-10_00, DAY, operation=code)).amount_minor == -10_00


def test_only_cancellations_are_reversals() -> None:
    flagged = {
        code for code in NATURES if line_of(movement(-1, DAY, operation=code)).is_reversal
    }  # fmt: skip

    assert flagged == {"99", "A5", "A6", "B5", "B6"}


def test_an_unknown_interbank_code_is_kept_without_a_nature() -> None:
    read = read_movement(movement(10_00, DAY, operation="Z9"))

    assert (read.lines[0].bank_code, read.lines[0].nature) == ("Z9", None)
    assert read.codes == ["operation_code_unknown"]


def test_the_raw_text_is_the_records_without_their_padding() -> None:
    line = line_of(CREDIT, ("NPY", "PAYEUR"))

    assert line.raw.split("\n") == [CREDIT.rstrip(), complement(CREDIT, "NPY", "PAYEUR").rstrip()]
