"""What a line takes from the records of a CODA movement: 2.1 to 2.3, and 3.1 to 3.3."""

from __future__ import annotations

import pytest

from rappro.domain.bank import Counterparty, Nature, OriginalAmount, StatementLine
from rappro.formats.coda_codes import kind_of
from rappro.formats.coda_fields import has_check_digits, iban_of
from rappro.formats.protocol import LINE_TEXT_CHARS_MAX, RAW_CHARS_MAX
from tests.unit.formats.coda_writer import (
    DAY,
    OTHER,
    account,
    bban,
    ddmmyy,
    more,
    movement,
    signed,
    statement,
    structured,
)
from tests.unit.formats.reading import Read, read_one

CREDITOR = "BE69ZZZ050D000000008"


def read_movement(*records: str) -> Read:
    return read_one(statement(*records))


def line_of(*records: str) -> StatementLine:
    """Read one movement, which gives no finding."""
    read = read_movement(*records)
    assert read.codes == []
    assert len(read.lines) == 1
    return read.lines[0]


def direct_debit(
    *, refusal: str = "0", r_type: str = "0", reason: str = "", minor: int = -50_00
) -> StatementLine:
    """Read a SEPA direct debit (type 127)."""
    content = (f"{ddmmyy(DAY)}11{refusal}{CREDITOR:35}{'MANDAT-7':35}{'PRIME  AVRIL':62}"
               f"{r_type}{reason:4}")  # fmt: skip
    return line_of(*structured("127", content, minor, code="00501000"))


def test_a_movement_has_dates_reference_code_and_nature() -> None:
    line = line_of(movement(-12_34, value="140324", entry="150324", reference="REF 1"))

    assert (line.amount_minor, line.currency, line.position) == (-12_34, "EUR", 1)
    assert (line.booking_date.isoformat(), str(line.value_date)) == ("2024-03-15", "2024-03-14")
    assert (line.entry_ref, line.bank_code, line.nature) == ("REF 1", "00101000", Nature.TRANSFER)
    assert (line.counterparty, line.details, line.original) == (Counterparty(), (), None)


def test_a_value_date_may_be_missing_and_an_entry_date_is_taken_from_it() -> None:
    assert line_of(movement(1_00, value="000000")).value_date is None

    read = read_movement(movement(1_00, value="140324", entry="000000"))
    assert read.lines[0].booking_date.isoformat() == "2024-03-14"
    assert read.codes == ["booking_date_missing"]


def test_a_free_communication_goes_on_over_three_records() -> None:
    full = "".join(chr(ord("A") + rank % 26) for rank in range(149))

    line = line_of(
        movement(1_00, text=full[:53]), more("22", text=full[53:106]), more("23", text=full[106:])
    )

    assert line.label == full


def test_padding_between_parts_of_a_communication_is_one_blank() -> None:
    for first, second, expected in (
        ("FACTURE 12", "CLIENT 4", "FACTURE 12 CLIENT 4"),
        ("A" * 52, "B", f"{'A' * 52} B"),
        ("A" * 53, " B", f"{'A' * 53} B"),
        ("A" * 50, "   B", f"{'A' * 50} B"),
        ("", "SUITE", "SUITE"),
        ("A  B", "", "A  B"),
    ):
        line = line_of(movement(1_00, text=first), more("22", text=second))
        assert line.label == expected


def test_a_movement_may_have_a_third_record_without_the_second() -> None:
    line = line_of(movement(1_00, text="X"), more("23", account=account(OTHER), name="DUPONT"))

    assert line.counterparty == Counterparty(name="DUPONT", iban=OTHER)


def test_the_other_side_has_name_account_and_bank() -> None:
    line = line_of(
        movement(1_00),
        more("22", end_to_end="E2E-77", bic="KREDBEBB", category="SUPP", purpose="SALA"),
        more("23", account=account(OTHER), name="DUPONT & FILS"),
    )

    assert line.counterparty == Counterparty(name="DUPONT & FILS", iban=OTHER, bic="KREDBEBB")
    assert (line.ordering_account, line.end_to_end_id) == (OTHER, "E2E-77")
    assert (line.label, line.comment) == ("DUPONT & FILS", "SUPP SALA")


@pytest.mark.parametrize("text", ["", "NOTPROVIDED", "Not Provided", "NONREF"])
def test_an_end_to_end_reference_may_say_that_there_is_none(text: str) -> None:
    assert line_of(movement(1_00), more("22", end_to_end=text)).end_to_end_id is None


@pytest.mark.parametrize(
    ("zone", "iban", "number"),
    [
        (account(OTHER), OTHER, OTHER),
        (account(OTHER, "   "), OTHER, OTHER),
        (account("BE68 5390 0754 7034"), OTHER, "BE68 5390 0754 7034"),
        (account("BE68539007547035"), None, "BE68539007547035"),
        (account("FR1420041010050500013M02606"), *["FR1420041010050500013M02606"] * 2),
        (bban("539007547034"), OTHER, "539007547034"),
        (bban("539007547035"), None, "539007547035"),
        (account("12345678"), None, "12345678"),
        (account("GB29-NWBK"), None, "GB29-NWBK"),
        (account("", "   "), None, ""),
    ],
)
def test_the_account_of_the_other_side_is_an_iban_when_its_check_is_right(
    zone: str, iban: str | None, number: str
) -> None:
    line = line_of(movement(1_00), more("23", account=zone, name="X"))

    assert (line.counterparty.iban, line.ordering_account) == (iban, number)


@pytest.mark.parametrize("kind", ["101", "102"])
def test_a_structured_communication_is_printed_as_on_the_invoice(kind: str) -> None:
    line = line_of(*structured(kind, "090933755493"))

    assert line.remittance_ref == line.label == "+++090/9337/55493+++"


def test_the_remainder_zero_is_written_97() -> None:
    assert has_check_digits("000000009797")
    assert not has_check_digits("000000009700")
    assert not has_check_digits("00000000979")
    assert line_of(*structured("101", "000000009797")).remittance_ref == "+++000/0000/09797+++"


def test_a_structured_communication_with_wrong_check_digits_is_kept_and_noted() -> None:
    read = read_movement(*structured("101", "090933755494"))

    assert read.lines[0].remittance_ref == "+++090/9337/55494+++"
    assert read.codes == ["reference_check"]


def test_what_follows_a_structured_communication_is_in_the_comment() -> None:
    line = line_of(*structured("101", f"{'090933755493':50}  ANOTHER MESSAGE"))

    assert (line.label, line.comment) == ("+++090/9337/55493+++", "ANOTHER MESSAGE")


def test_a_structured_communication_that_is_no_number_is_in_the_comment() -> None:
    read = read_movement(*structured("101", "09A933755493"))

    assert (read.lines[0].remittance_ref, read.lines[0].comment) == ("", "101 09A933755493")
    assert read.codes == ["communication_unreadable"]


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("VOTRE +++090/9337/55493+++ MERCI", "+++090/9337/55493+++"),
        ("***090/9337/55493***", "+++090/9337/55493+++"),
        ("+++090/9337/55494+++", ""),
        ("090/9337/55493", ""),
        ("+++090/9337/55494+++ +++090/9337/55493+++", "+++090/9337/55493+++"),
    ],
)
def test_a_printed_reference_in_a_free_text_is_found_when_it_is_right(
    text: str, reference: str
) -> None:
    line = line_of(movement(1_00, text=text))

    assert (line.label, line.remittance_ref) == (text, reference)


def test_a_creditor_reference_rf_is_the_remittance_reference() -> None:
    assert line_of(*structured("100", "RF18 5390 0754 7034")).remittance_ref == "RF18539007547034"

    read = read_movement(*structured("100", "RF19539007547034"))
    assert (read.lines[0].remittance_ref, read.codes) == ("RF19539007547034", ["reference_check"])


def test_the_number_of_a_cheque_is_the_remittance_reference() -> None:
    line = line_of(*structured("103", "000001234567", -9_00, code="00301000"))

    assert (line.remittance_ref, line.nature) == ("000001234567", Nature.CHEQUE)


def test_a_direct_debit_has_mandate_and_creditor() -> None:
    line = direct_debit()

    assert (line.mandate_id, line.creditor_id) == ("MANDAT-7", CREDITOR)
    assert (line.label, line.nature) == ("PRIME AVRIL", Nature.DIRECT_DEBIT)
    assert line.counterparty.id == CREDITOR
    assert (line.return_reason, line.is_reversal) == (None, False)


def test_the_creditor_of_a_collection_is_not_the_other_side() -> None:
    assert direct_debit(minor=50_00).counterparty.id is None
    assert direct_debit(minor=-50_00, r_type="2").counterparty.id is None
    assert direct_debit(minor=50_00, r_type="2").counterparty.id == CREDITOR


@pytest.mark.parametrize(
    ("r_type", "reason", "expected", "is_reversal"),
    [("1", "AC04", "AC04", False), ("2", "MS02", "MS02", False), ("3", "MD06", "MD06", False),
     ("4", "AM05", "AM05", True), ("5", "", "cancellation", True), ("2", "", "return", False)],
)  # fmt: skip
def test_a_returned_direct_debit_has_its_reason(
    r_type: str, reason: str, expected: str, *, is_reversal: bool
) -> None:
    line = direct_debit(r_type=r_type, reason=reason)

    assert (line.nature, line.return_reason) == (Nature.RETURN, expected)
    assert line.is_reversal is is_reversal


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [("1", "technical problem"), ("2", "reason not specified"), ("3", "debtor disagrees"),
     ("4", "debtor's account problem")],
)  # fmt: skip
def test_a_refused_direct_debit_has_its_reason(refusal: str, expected: str) -> None:
    line = direct_debit(refusal=refusal)

    assert (line.nature, line.return_reason, line.comment) == (Nature.RETURN, expected, "reject")


def test_a_returned_transfer_says_so_in_its_second_record() -> None:
    line = line_of(movement(5_00, text="RETOUR"), more("22", r_type="2", reason="AC01"))

    assert (line.nature, line.return_reason) == (Nature.RETURN, "AC01")
    assert (line.comment, line.is_reversal) == ("return", False)


def test_an_amount_in_another_currency_is_the_original() -> None:
    content = f"{'50000'.rjust(15, '0')}{'54320'.rjust(15, '0')}000108642000USD090933755493BE"

    line = line_of(*structured("105", content, 50_00, code="04150000"))

    assert line.original == OriginalAmount(54_32, "USD", "1.08642")
    assert line.remittance_ref == "+++090/9337/55493+++"


def test_an_original_debit_is_negative_and_a_yen_has_no_decimals() -> None:
    content = f"{'50000'.rjust(15, '0')}{'7000000'.rjust(15, '0')}014000000000JPY"

    line = line_of(*structured("105", content, -50_00))

    assert line.original == OriginalAmount(-7_000, "JPY", "140")


@pytest.mark.parametrize(
    ("amount", "currency"), [("54321", "USD"), ("54320", "XYZ")], ids=["too fine", "no currency"]
)
def test_an_original_amount_that_cannot_be_is_in_the_comment(amount: str, currency: str) -> None:
    read = read_movement(*structured("105", f"{'0' * 15}{amount:0>15}{'0' * 12}{currency}"))

    assert read.lines[0].original is None
    assert f"{amount}E-3 {currency}" in read.lines[0].comment
    assert read.codes == ["communication_unreadable"]


def card_payment(currency: str = "EUR") -> StatementLine:
    """Read a payment by card (type 113)."""
    content = (f"{'5127880900000008':16}1{'123456':6}{'000042':6}{ddmmyy(DAY)}17055"
               f"{'STATION  E411':16}{'WAVRE':10}{'50000':0>15}000100000000{currency}")  # fmt: skip
    return line_of(*structured("113", content, -50_00, code="00402000"))


def test_a_payment_by_card_names_the_shop() -> None:
    line = card_payment()

    assert (line.label, line.counterparty.name) == ("STATION E411 WAVRE", "STATION E411")
    assert line.nature is Nature.CARD
    assert line.comment == (
        "card 5127880900000008 terminal 123456 transaction 000042 on 2024-03-15 at 17:05"
    )
    assert line.original is None


def test_a_payment_by_card_abroad_has_its_original_amount() -> None:
    assert card_payment("USD").original == OriginalAmount(-50_00, "USD", "1")


@pytest.mark.parametrize(
    ("kind", "content", "comment"),
    [
        ("106", "000000000001680000000000008000002100000000200000000000000",
         "equivalent 1.68 basis 8.00 percent 21"),
        ("108", "000000000001500               000000150000010124310324",
         "equivalent 1.50 rate 0.0015 from 2024-01-01 to 2024-03-31"),
        ("111", f"1123456001000001010324000009310324{'5'}{'SHOP':16}{'GENT':10}",
         "terminal 123456 period 001 first 000001 from 2024-03-01 last 000009 to 2024-03-31"),
        ("114", f"1123456001000007150324{'0905'}5{'SHOP':16}{'GENT':10}{'REFERENCE-1':16}",
         "terminal 123456 period 001 transaction 000007 on 2024-03-15 at 09:05"),
        ("115", (f"{'6703':16}1123456000007150324{'0905'}150324000008{'50000':0>15} "
         f"{'SHOP':16}{'GENT':10}{'SALLE 2':12}"),
         ("card 6703 terminal 123456 transaction 000007 on 2024-03-15 at 09:05 validated 2024-03-15"
         " validation 000008 declared 50.00 message SALLE 2")),
        ("121", f"{'50000':0>15}150324150324010224{'0':0>11}EUR   {'77':0>13}{'0' * 12}",
         ("amount 50.00 due 2024-03-15 conventionally due 2024-03-15 issued 2024-02-01 in EUR"
         " bill 0000000000077")),
        ("122", f"0030{'000005000000'}{'50000':0>15}2{'77':0>13}999999",
         "days 0030 rate 0.05 basis 50.00 bill 0000000000077"),
        ("123", f"010124310324{'50000':0>15}{'000001250000'}00902{'8':0>13}",
         ("from 2024-01-01 to 2024-03-31 basis 50.00 percent 0.0125 days 0090"
         " guarantee 0000000000008")),
        ("124", f"{'5127XXXXXXXX0008':20}1{'INV-12':12}{'ID-9':15}150324",
         "card 5127XXXXXXXX0008 identification ID-9 on 2024-03-15"),
        ("125", (f"{'9':0>12}{'0' * 15}{'900000':0>15}{'850000':0>15}{'0' * 15}   010124310324"
         f"{'000350000000'}{'LOAN-REF':13}"),
         ("credit 000000000009 old balance 900.00 new balance 850.00 from 2024-01-01 to 2024-03-31"
         " rate 3.5")),
        ("126", f"{'5':0>15}{'900000':0>15}{'0' * 15}010124310324{'000350000000'}{'7500':0>15}EUR",
         ("deposit 000000000000005 amount 900.00 from 2024-01-01 to 2024-03-31 rate 3.5"
         " interest 7.50 in EUR")),
    ],
)  # fmt: skip
def test_every_other_structure_is_read_into_the_comment(
    kind: str, content: str, comment: str
) -> None:
    assert line_of(*structured(kind, content)).comment == comment


@pytest.mark.parametrize(
    ("kind", "content", "reference"),
    [("114", f"{'1':53}{'REFERENCE-1':16}", "REFERENCE-1"), ("124", f"{'':21}INV-12", "INV-12"),
     ("125", f"{'':99}LOAN-REF", "LOAN-REF"), ("103", "0" * 12, "")],
)  # fmt: skip
def test_structures_with_a_reference_give_it(kind: str, content: str, reference: str) -> None:
    assert line_of(*structured(kind, content)).remittance_ref == reference


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [("199", "SOMETHING NEW", "communication_type"), ("   ", "", "communication_type"),
     ("106", "NOT AN AMOUNT", "communication_unreadable"),
     ("108", f"{'0' * 15}{'':15}{'0' * 12}310224", "communication_unreadable")],
)  # fmt: skip
def test_an_unknown_or_unreadable_structure_is_kept_in_the_comment(
    kind: str, content: str, code: str
) -> None:
    read = read_movement(*structured(kind, content))

    assert read.lines[0].comment == " ".join(f"{kind} {content}".split())
    assert read.codes == [code]


def test_information_of_the_counterparty_has_its_whole_name_and_its_address() -> None:
    name = "SOCIETE ANONYME DES TRANSPORTS ET MANUTENTIONS DU PORT DE BRUXELLES"

    line = line_of(
        movement(1_00, text="X"),
        more("23", account=account(OTHER), name=name[:35]),
        more("31", 1, 1, flag="1", text=f"001{name}"),
        more("32", 1, 1, text=f"{'RUE HAUTE 5':35}{'1000 BRUXELLES':35}"),
    )

    assert line.counterparty.name == name
    assert line.comment == "RUE HAUTE 5 1000 BRUXELLES"


def test_free_information_goes_on_over_its_records_and_over_the_next_ones() -> None:
    full = "".join(chr(ord("A") + rank % 26) for rank in range(73 + 105 + 90 + 73))

    line = line_of(
        movement(1_00, text="X"),
        more("31", 1, 1, text=full[:73]),
        more("32", 1, 1, text=full[73:178]),
        more("33", 1, 1, text=full[178:268]),
        more("31", 1, 2, text=full[268:]),
        more("31", 1, 3, text="SUITE"),
        more("31", 1, 4, flag="1", text="002MESSAGE DE LA BANQUE"),
        more("31", 1, 5, text="FIN"),
    )

    assert (line.label, line.label_more) == ("X", f"{full}SUITE MESSAGE DE LA BANQUE FIN")


def test_information_is_the_label_where_there_is_no_communication() -> None:
    line = line_of(movement(1_00), more("31", 1, 1, text="FRAIS DE GESTION"))

    assert (line.label, line.label_more) == ("FRAIS DE GESTION", "")


def test_those_behind_the_parties_are_in_the_comment_and_stand_in_for_a_missing_name() -> None:
    behind = (more("31", 1, 1, flag="1", text="008FILIALE SUD"), more("32", 1, 1, text="BE0123"))

    named = line_of(movement(1_00), more("23", name="MERE"), *behind)
    unnamed = line_of(movement(1_00), *behind)

    assert (named.counterparty.name, named.comment) == ("MERE", "FILIALE SUD BE0123")
    assert unnamed.counterparty.name == "FILIALE SUD"


def test_other_information_is_in_the_comment_and_an_unknown_type_is_noted() -> None:
    line = line_of(movement(1_00), more("31", 1, 1, flag="1", text="004BANQUE DU NORD  LILLE"))
    assert line.comment == "BANQUE DU NORD LILLE"

    read = read_movement(movement(1_00), more("31", 1, 1, flag="1", text="077QUOI"))
    assert (read.lines[0].comment, read.codes) == ("077QUOI", ["communication_type"])


def test_a_record_of_another_detail_number_is_noted() -> None:
    read = read_movement(movement(1_00), more("22", 1, 3, text="SUITE"))

    assert (read.lines[0].label, read.codes) == ("SUITE", ["detail_number"])


def test_details_are_parts_of_their_movement_and_do_not_count() -> None:
    read = read_movement(
        movement(-30_00, code="10101000", text="SALAIRES", globalisation="1"),
        more("22", end_to_end="BATCH"),
        movement(-10_00, 1, 1, code="50101000", text="DUPONT"),
        more("23", 1, 1, account=account(OTHER), name="DUPONT"),
        more("31", 1, 2, code="50101000", flag="1", text="001DUPONT JEAN"),
        movement(-20_00, 1, 3, code="50101000", text="DURAND", globalisation="1"),
        movement(-1_00, 2, text="AUTRE"),
    )

    first, second = read.lines
    assert (first.amount_minor, first.label, first.end_to_end_id) == (-30_00, "SALAIRES", "BATCH")
    assert [(d.position, d.amount_minor, d.label) for d in first.details] == [
        (1, -10_00, "DUPONT"), (2, -20_00, "DURAND")
    ]  # fmt: skip
    assert first.details[0].counterparty == Counterparty(name="DUPONT JEAN", iban=OTHER)
    assert (second.amount_minor, second.details, second.position) == (-1_00, (), 2)
    assert read.codes == []


def test_information_after_the_details_belongs_to_whom_has_its_transaction_code() -> None:
    line = line_of(
        movement(-3_00, code="33537000", text="FRAIS"),
        movement(-3_00, 1, 1, code="83537006", text="DETAIL"),
        more("31", 1, 2, code="83537006", text="DU DETAIL"),
        more("31", 1, 3, code="33537000", text="DU MOUVEMENT"),
        more("32", 1, 3, text="ET SA SUITE"),
        movement(-0, 1, 4, code="83537011", text="TVA"),
    )

    assert line.label_more == "DU MOUVEMENT ET SA SUITE"
    assert [(d.label, d.label_more) for d in line.details] == [("DETAIL", "DU DETAIL"), ("TVA", "")]


def test_detail_numbers_begin_anew_after_9999() -> None:
    read = read_movement(
        movement(-3_00, code="10101000"),
        movement(-1_00, 1, 9999, code="50101000"),
        movement(-1_00, 1, 0, code="50101000"),
        movement(-1_00, 1, 1, code="50101000"),
    )

    assert [line.amount_minor for line in read.lines] == [-3_00]
    assert [detail.amount_minor for detail in read.lines[0].details] == [-1_00] * 3


def test_a_movement_of_the_same_number_is_a_movement_of_its_own() -> None:
    read = read_movement(movement(1_00, 1, code="00150000"), movement(2_00, 1, code="00150000"))

    assert [line.amount_minor for line in read.lines] == [1_00, 2_00]


def test_a_detail_finer_than_its_currency_is_cut_with_a_finding() -> None:
    read = read_movement(movement(-1_00), movement(0, 1, 1, **signed(-1_239)))

    assert [detail.amount_minor for detail in read.lines[0].details] == [-1_23]
    assert read.codes == ["detail_decimals"]


@pytest.mark.parametrize(
    ("code", "nature"),
    [
        ("00101000", Nature.TRANSFER), ("00250000", Nature.TRANSFER), ("04150000", Nature.TRANSFER),
        ("00137000", Nature.FEE), ("00187000", Nature.FEE), ("08035000", Nature.FEE),
        ("00301000", Nature.CHEQUE), ("00352000", Nature.CHEQUE_DEPOSIT),
        ("00338000", Nature.RETURN), ("04301000", Nature.CHEQUE),
        ("00402000", Nature.CARD), ("00450000", Nature.CARD_DEPOSIT), ("00404000", Nature.CASH),
        ("00501000", Nature.DIRECT_DEBIT), ("00550000", Nature.DIRECT_DEBIT),
        ("00503000", Nature.RETURN), ("00901000", Nature.CASH), ("00701000", Nature.BILL),
        ("00707000", Nature.RETURN), ("01311000", Nature.LOAN), ("03501000", Nature.INTEREST),
        ("00917000", Nature.TAX), ("01101000", Nature.OTHER), ("03001000", Nature.OTHER),
        ("00140000", Nature.TRANSFER), ("00498000", Nature.CARD_DEPOSIT),
        ("83501002", Nature.INTEREST), ("83537006", Nature.FEE), ("83537011", Nature.TAX),
        ("83501051", Nature.TAX),
    ],
)  # fmt: skip
def test_the_nature_comes_from_family_operation_and_category(code: str, nature: Nature) -> None:
    line = line_of(movement(-1_00, code=code))

    assert (line.bank_code, line.nature) == (code, nature)


def test_the_sign_never_comes_from_the_code() -> None:
    assert line_of(movement(1_00, code="00101000")).amount_minor == 1_00
    assert line_of(movement(-1_00, code="00150000")).amount_minor == -1_00


@pytest.mark.parametrize("code", ["00149000", "00199000", "00558000", "03049000"])
def test_cancellations_corrections_and_reversals_are_reversals(code: str) -> None:
    assert line_of(movement(1_00, code=code)).is_reversal


@pytest.mark.parametrize(
    ("code", "nature"),
    [("06601000", None), ("00112000", Nature.TRANSFER), ("0AB01000", None), ("", None),
     ("001X1000", None)],
)  # fmt: skip
def test_an_unknown_transaction_code_is_kept_and_noted(code: str, nature: Nature | None) -> None:
    read = read_movement(movement(1_00, code=code))

    assert (read.lines[0].bank_code, read.lines[0].nature) == (code or None, nature)
    assert read.codes == ["transaction_code"]


def test_every_bank_may_have_codes_of_its_own_in_every_family() -> None:
    families = ("01", "02", "03", "04", "05", "07", "09", "11", "13", "30", "35", "41", "43", "47",
                "80")  # fmt: skip

    for family in families:
        for operation in ("40", "48", "90", "98", "49", "99", "37", "87"):
            assert kind_of(f"0{family}{operation}000").is_known


def test_the_raw_text_is_the_records_and_is_bounded() -> None:
    records = (movement(1_00, text="X"), more("22", text="Y"), more("31", 1, 1, text="Z"))

    assert line_of(*records).raw == "\n".join(records)
    many = [more("31", 1, 1, text="Z" * 73)] * 60
    assert len(line_of(movement(1_00), *many).raw) == RAW_CHARS_MAX


def test_the_longest_texts_stay_within_their_bound() -> None:
    pieces = [more("31", 1, 1, text="Z" * 73), more("32", 1, 1, text="Z" * 105),
              more("33", 1, 1, text="Z" * 90)]  # fmt: skip
    typed = [more("31", 1, 1, flag="1", text=f"008{'Z' * 70}"), *pieces[1:]]

    free, said = (
        line_of(movement(1_00, text="X" * 53), more("22"), more("23"), *group * 50)
        for group in (pieces, typed)
    )

    assert 13_000 < len(free.label_more) <= LINE_TEXT_CHARS_MAX
    assert 200 < len(said.comment) <= LINE_TEXT_CHARS_MAX


def test_belgian_account_numbers_become_ibans_when_their_check_digits_are_right() -> None:
    assert iban_of("539007547034") == OTHER
    assert iban_of("063154756347") is None
    assert iban_of("12345") is None
