"""What a line takes from the details (:86:) of an entry, by the structure that they have."""

from __future__ import annotations

import contextlib
import time

import pytest

from rappro.domain.bank import Nature, OriginalAmount, StatementLine
from rappro.domain.errors import InputError
from rappro.formats.mt940 import MT940
from tests.unit.formats.mt_writer import entry, mt940, wrapped
from tests.unit.formats.reading import Read, read_one

CREDIT = "2401150115C10,00NTRFNONREF"
DEBIT = "2401150115D10,00NDDTNONREF"


def read_details(text: str, of: str = CREDIT, *, currency: str = "EUR") -> Read:
    """Read a statement of one entry with these details."""
    opening, closing = f"C240101{currency}0,", f"C240131{currency}0,"
    data = mt940(entry(of, text), opening=opening, closing=closing)
    return read_one(data.encode(), MT940)


def line_of(text: str, of: str = CREDIT, *, currency: str = "EUR") -> StatementLine:
    """Read the line of an entry with these details, which nothing was said against."""
    read = read_details(text, of, currency=currency)
    assert read.codes == []
    return read.lines[0]


SDD = (
    "105?00SEPA-BASISLASTSCHRIFT?109310?20EREF+E2E-2024-7?21MREF+MANDAT 17?22CRED+DE98ZZZ0999999999"
    "9?23SVWZ+RECHNUNG FA2024-0042 V?24OM 03.01.?30SOGEDEFFXXX?31DE75512108001245126199"
    "?32STADTWERKE MUENCHEN VERSORG?33UNG GMBH?34992"
)


def test_german_subfields_give_each_its_field() -> None:
    line = line_of(wrapped(SDD), DEBIT)

    assert (line.label, line.label_more) == ("RECHNUNG FA2024-0042 VOM 03.01.", "")
    assert line.comment == "SEPA-BASISLASTSCHRIFT"
    assert (line.end_to_end_id, line.mandate_id) == ("E2E-2024-7", "MANDAT 17")
    assert line.creditor_id == line.counterparty.id == "DE98ZZZ09999999999"
    assert line.counterparty.name == "STADTWERKE MUENCHEN VERSORGUNG GMBH"
    assert line.counterparty.iban == line.ordering_account == "DE75512108001245126199"
    assert line.counterparty.bic == "SOGEDEFFXXX"
    assert (line.bank_code, line.nature) == ("105", Nature.DIRECT_DEBIT)
    assert line.return_reason is None


@pytest.mark.parametrize("separator", ["?", "~", "<", "^", "|", ">", "+", "§"])
def test_any_separator_cuts_subfields(separator: str) -> None:
    line = line_of(wrapped(SDD.replace("?", separator)), DEBIT)

    assert line.label == "RECHNUNG FA2024-0042 VOM 03.01."
    assert line.counterparty.name == "STADTWERKE MUENCHEN VERSORGUNG GMBH"
    assert (line.end_to_end_id, line.mandate_id) == ("E2E-2024-7", "MANDAT 17")


@pytest.mark.parametrize("width", range(5, 64, 7))
def test_lines_may_be_cut_anywhere_also_in_a_code_or_a_key(width: int) -> None:
    assert line_of(wrapped(SDD, width), DEBIT).mandate_id == "MANDAT 17"


def test_a_key_may_be_cut_by_the_end_of_its_subfield() -> None:
    line = line_of(
        "835?20EREF+ 1234567890123 PAYPAL A?21MREF+12AB234CD6E7F CRED+ A?22B12CDE0000000000000000"
        "034 S?23VWZ+SPOTIFY, Ihr Einkauf"
    )

    assert line.label == "SPOTIFY, Ihr Einkauf"
    assert line.mandate_id == "12AB234CD6E7F"


def test_keys_within_a_subfield_count_behind_a_blank() -> None:
    line = read_details(
        "109?00RETOURE?20EREF+A1.200080779.400143254?21.4961336 KREF+SEPA-DA202006?2201221740-34972"
        "000-P1 MREF+2?230852HW2723821 CRED+DE41EON0?240000129793 OAMT+11,85 SVWZ+?25SONSTIGE "
        "GRUENDE ENDABRECHN?26UNG NR. 7 KEY+IS TEXT?34914",
        "2401150115D12,35NRTIKREF+//1\n/OCMT/EUR11,85//CHGS/EUR0,50/",
    ).lines[0]

    assert line.end_to_end_id == "A1.200080779.400143254.4961336"
    assert line.remittance_ref == "SEPA-DA20200601221740-34972000-P1"
    assert (line.mandate_id, line.creditor_id) == ("20852HW2723821", "DE41EON00000129793")
    assert line.label == "SONSTIGE GRUENDE ENDABRECHNUNG NR. 7 KEY+IS TEXT"
    assert line.original == OriginalAmount(-11_85, "EUR")
    assert (line.nature, line.return_reason) == (Nature.RETURN, "914")
    assert line.counterparty.id is None  # in a return the creditor is the account holder


def test_other_keys_go_to_comment_or_stand_in_for_missing_subfields() -> None:
    line = line_of(
        "166?00GUTSCHRIFT?20SVWZ+Spende?21ABWA+Finanzamt Muenchen?22Nord?23ABWE+Verein?24PURP+RINP"
        "?25IBAN+DE75512108001245126199?26BIC+SOGEDEFFXXX?27DEBT+DE55ZZZ1"
    )

    assert line.label == "Spende"
    assert line.comment == "GUTSCHRIFT Finanzamt Muenchen Nord Verein RINP"
    assert line.counterparty.iban == "DE75512108001245126199"
    assert (line.counterparty.bic, line.counterparty.id) == ("SOGEDEFFXXX", "DE55ZZZ1")


@pytest.mark.parametrize(
    ("code", "reason"),
    [("901", "AC01"), ("902", "AC04"), ("903", "AC06"), ("904", "AG01"), ("905", "AG02"),
     ("906", "AM04"), ("907", "AM05"), ("908", "BE04"), ("909", "MD01"), ("912", "MD06"),
     ("915", "RC01"), ("916", "TM01")],
)  # fmt: skip
def test_a_return_code_is_the_reason_of_iso_20022_where_it_means_one(
    code: str, reason: str
) -> None:
    line = line_of(f"109?00RUECKLASTSCHRIFT?20SVWZ+X?34{code}", DEBIT)

    assert (line.return_reason, line.nature) == (reason, Nature.RETURN)


def test_other_return_codes_are_kept_with_a_finding_and_no_return_has_none() -> None:
    read = read_details("159?00RETOURE?20SVWZ+X?34914")

    assert (read.codes, read.lines[0].return_reason) == (["return_code_unknown"], "914")
    assert line_of("166?00GUTSCHRIFT?20SVWZ+X?34997").return_reason is None
    assert line_of("109?00RUECKLASTSCHRIFT?34000", DEBIT).return_reason is None


@pytest.mark.parametrize(
    ("code", "of", "nature"),
    [("104", DEBIT, Nature.DIRECT_DEBIT), ("106", DEBIT, Nature.CARD), ("108", DEBIT,
     Nature.RETURN), ("116", DEBIT, Nature.TRANSFER), ("117", DEBIT, Nature.TRANSFER),
     ("168", CREDIT, Nature.TRANSFER), ("171", CREDIT, Nature.DIRECT_DEBIT), ("191", DEBIT,
     Nature.TRANSFER), ("070", CREDIT, Nature.CHEQUE_DEPOSIT), ("101", DEBIT, Nature.CHEQUE),
     ("083", DEBIT, Nature.CASH), ("808", DEBIT, Nature.FEE), ("814", DEBIT, Nature.INTEREST),
     ("303", DEBIT, Nature.OTHER), ("601", DEBIT, Nature.LOAN), ("198", CREDIT,
     Nature.CARD_DEPOSIT)],
)  # fmt: skip
def test_the_business_transaction_code_says_the_nature(code: str, of: str, nature: Nature) -> None:
    line = line_of(f"{code}?00TEXT", of)

    assert (line.bank_code, line.nature) == (code, nature)


def test_a_cancelled_booking_is_a_reversal() -> None:
    assert line_of("899?00STORNO?20PER 01.02.2020").is_reversal


def test_unknown_codes_are_kept_with_a_finding() -> None:
    read = read_details("777?00TEXT?20ONE?11ELEVEN?99NINETY")

    assert read.lines[0].bank_code == "777"
    assert read.codes == ["subfield_unknown", "subfield_unknown", "business_code_unknown"]
    assert read.lines[0].comment == "TEXT 11ELEVEN 99NINETY"


def test_a_separator_within_a_text_is_text() -> None:
    assert line_of("166?00TEXT?20SVWZ+Wie? So?21ODER was?").label == "Wie? So ODER was?"


def test_a_plus_separator_leaves_the_keys_alone() -> None:
    line = line_of("166+00TEXT+20EREF+20240117+21SVWZ+22 KARTEN")

    assert (line.end_to_end_id, line.label) == ("20240117", "22 KARTEN")


@pytest.mark.parametrize(
    ("purpose", "label"),
    [
        ("?20SVWZ+RECHNUNG NUMMER 2024-?2100042", "RECHNUNG NUMMER 2024- 00042"),  # 26: blank lost
        ("?20SVWZ+RECHNUNG NUMMER 202400?21042", "RECHNUNG NUMMER 202400042"),  # 27: goes on
        ("?20SVWZ+Beitrag fuer FRIDA inklus?21ive CD", "Beitrag fuer FRIDA inklusive CD"),
        ("?20SVWZ+Apple Pay?21DATUM 19.02.", "Apple Pay DATUM 19.02."),  # a line of its own
        ("?20SVWZ+inklusi?21ve CD", "inklusive CD"),  # a word goes on
        ("?20SVWZ+KD 12?2134", "KD 1234"),  # a number goes on
        ("?20SVWZ+EINS ?21 ZWEI", "EINS ZWEI"),
        ("?20Miete November?21Musterweg 7", "Miete November Musterweg 7"),
        ("?20SVWZ+TEIL EINS?60TEIL ZWEI?63TEIL DREI", "TEIL EINS TEIL ZWEI TEIL DREI"),
    ],
)
def test_purpose_lines_are_joined_without_tearing_words(purpose: str, label: str) -> None:
    assert line_of(f"166?00GUTSCHRIFT?109310{purpose}?30SOGEDEFFXXX").label == label


def test_an_identifier_ends_at_35_characters_and_the_rest_is_text() -> None:
    line = line_of("166?20CRED+DE98ZZZ09999999999?21ABCDEFGHIJKLMNOPQRSTUVW?22 REST OF IT")

    assert line.creditor_id == "DE98ZZZ09999999999"
    assert "REST OF IT" in line.label_more or "REST OF IT" in line.label


def test_the_banks_note_behind_an_identifier_is_text() -> None:
    line = line_of("191?00SEPA-UEBERW?20KREF+TFNr 01022 CTSc-?2101?22MTLG:Datei mit 0000001")

    assert (line.remittance_ref, line.label_more) == ("TFNr 01022 CTSc- 01", "Datei mit 0000001")


def test_text_before_the_first_key_is_kept() -> None:
    line = line_of("166?20WOHNBAU DIEPHOLZ GMBH?21EREF+NOTPROVIDED?22SVWZ+RG. 7")

    assert (line.label, line.label_more) == ("RG. 7", "WOHNBAU DIEPHOLZ GMBH")
    assert line.end_to_end_id is None


def test_bank_code_and_account_of_old_files_are_the_ordering_account() -> None:
    line = line_of("051?00UEBERWEISUNG?20Gehalt?3050060400?31847564700?32MUELLER")

    assert (line.ordering_account, line.counterparty.iban) == ("50060400/847564700", None)
    assert line.counterparty.name == "MUELLER"


def test_subfields_without_a_business_code_or_with_a_repeated_one() -> None:
    line = line_of(">20Usluga biurowa 2017/01>315910902053000000016768736>32OFFICE GROUP")
    assert (line.label, line.counterparty.name) == ("Usluga biurowa 2017/01", "OFFICE GROUP")
    assert line_of("020\n020~00UZNANIE~20FAKTURA 7").bank_code == "020"


def test_polish_subfields_27_to_29_are_the_name() -> None:
    text = "020^00PRZELEW^20FAKTURA 7^27JAN KOWALSKI^28SP. Z O.O.^38PL61109010140000071219812874"

    line = line_of(text, currency="PLN")

    assert (line.label, line.counterparty.name) == ("FAKTURA 7", "JAN KOWALSKI SP. Z O.O.")
    assert line.counterparty.iban == "PL61109010140000071219812874"


def test_the_code_999_has_text_behind_it() -> None:
    line = line_of("999PN5477SCHECK-NR. 16703074", "240115D1,00NCHKNONREF")

    assert (line.bank_code, line.label, line.comment) == ("999", "SCHECK-NR. 16703074", "PN5477")
    assert line.nature is Nature.CHEQUE


def test_dutch_code_words_give_each_its_field() -> None:
    line = line_of(
        wrapped(
            "/TRTP/SEPA INCASSO ALGEMEEN DOORLOPEND/CSID/NL98ZZZ999999990000/NAME/VAN DIJK/DE WIT B"
            ".V./MARF/MANDAAT-7/REMI/FACTUUR 2024/17/IBAN/NL91ABNA0417164300/BIC/ABNANL2A"
            "/EREF/E2E-7"
        ),
        "2401150115D10,00N426NONREF",
    )

    assert line.label == "FACTUUR 2024/17"
    assert line.counterparty.name == "VAN DIJK/DE WIT B.V."
    assert line.counterparty.iban == "NL91ABNA0417164300"
    assert (line.counterparty.bic, line.counterparty.id) == ("ABNANL2A", "NL98ZZZ999999990000")
    assert (line.end_to_end_id, line.mandate_id) == ("E2E-7", "MANDAAT-7")
    assert (line.comment, line.nature) == (
        "SEPA INCASSO ALGEMEEN DOORLOPEND", Nature.DIRECT_DEBIT
    )  # fmt: skip


def test_only_known_code_words_cut() -> None:
    line = line_of("/REMI/PAS/065/ABC/XY//EREF/NOTPROVIDED")

    assert (line.label, line.end_to_end_id) == ("PAS/065/ABC/XY", None)


def test_remittance_may_be_marked_unstructured_or_structured() -> None:
    assert line_of("/EREF/7//REMI/USTD//FACTUUR 17/").label == "FACTUUR 17"
    line = line_of("/REMI/STRD/CUR/9117091234567800/")
    assert line.remittance_ref == line.label == "9117091234567800"


def test_the_counterpart_of_ing_has_its_parts_in_order() -> None:
    line = line_of("/EREF/7//CNTP/NL91ABNA0417164300/ABNANL2A/J JANSEN/DEN HAAG//REMI/USTD//X/")

    assert line.counterparty.iban == "NL91ABNA0417164300"
    assert (line.counterparty.bic, line.counterparty.name) == ("ABNANL2A", "J JANSEN")
    assert line.comment == "DEN HAAG"


def test_the_party_on_the_other_side_is_the_counterparty() -> None:
    text = "/ORDP//NAME/PAYER SA/ID/P1/BENM//NAME/PAYEE SA/ID/P2/REMI/X"

    came, went = line_of(text), line_of(text, DEBIT)

    assert (came.counterparty.name, came.counterparty.id) == ("PAYER SA", "P1")
    assert "PAYEE SA" in came.comment
    assert (went.counterparty.name, went.counterparty.id) == ("PAYEE SA", "P2")
    assert "PAYER SA" in went.comment


def test_money_that_goes_back_keeps_the_names_of_its_payment() -> None:
    line = line_of("/BENM//NAME/PAYEE SA/RTRN/AC04/REMI/X")

    assert (line.counterparty.name, line.return_reason) == ("PAYEE SA", "AC04")
    assert line.nature is Nature.RETURN


def test_code_words_may_hold_an_original_amount() -> None:
    line = line_of("/OCMT/USD1500,00/EXCH/1,07/CHGS/EUR3,50/REMI/INVOICE 7")

    assert line.original == OriginalAmount(1500_00, "USD", "1.07")
    assert (line.label, line.comment) == ("INVOICE 7", "CHGS EUR3,50")


def test_french_qualifiers_are_read_as_code_words_or_line_by_line() -> None:
    chain = line_of("/LIB/VIR SEPA/NPY/DUPONT SA/LCC/FACTURE FA-7/RCN/E2E-7/REF/LOT-9")
    by_line = line_of("LIB VIR SEPA\nNPY DUPONT SA\nLCC FACTURE FA-7\nRCN E2E-7\nREF LOT-9")

    for line in (chain, by_line):
        assert (line.label, line.label_more) == ("FACTURE FA-7", "VIR SEPA")
        assert line.counterparty.name == "DUPONT SA"
        assert (line.end_to_end_id, line.remittance_ref) == ("E2E-7", "LOT-9")


def test_lc2_goes_on_where_a_full_lcc_ends() -> None:
    line = line_of(f"LCC {'A' * 66}FA-2\nLC2 024 SUITE\nRUM MANDAT-7", DEBIT)

    assert line.label == "A" * 66 + "FA-2024 SUITE"
    assert line.mandate_id == "MANDAT-7"


def test_free_text_is_the_label_and_its_full_lines_go_on_within_words() -> None:
    full = "VIR SEPA RECU DE DUPONT SA MOTIF FACTURE FA-2024-0042 DU 15 JANVI"
    assert len(full) == 65

    assert line_of(f"{full}\nER 2024").label == f"{full}ER 2024"
    assert line_of("VIR SEPA RECU\nDE DUPONT SA   \n   \nMOTIF X").label == (
        "VIR SEPA RECU DE DUPONT SA MOTIF X"
    )


def test_a_text_that_begins_with_one_qualifiers_letters_is_text() -> None:
    assert line_of("REF CLIENT 12345").label == "REF CLIENT 12345"


def test_keys_without_subfields_around_them_are_read() -> None:
    line = line_of("EREF+E2E-7 MREF+M-7 SVWZ+RECHNUNG 7")

    assert (line.end_to_end_id, line.mandate_id, line.label) == ("E2E-7", "M-7", "RECHNUNG 7")


def test_details_that_begin_with_an_iban_name_the_counterparty() -> None:
    line = line_of("NL91ABNA0417164300 j jansen\n\ndit is een test")

    assert (line.counterparty.iban, line.counterparty.name) == ("NL91ABNA0417164300", "j jansen")
    assert line.label == "dit is een test"


def test_several_details_of_one_entry_are_one_text() -> None:
    line = line_of("BETALINGSKENM.  123456789\n:86:FACTUURNUMMER 987654321")

    assert line.label == "BETALINGSKENM. 123456789 FACTUURNUMMER 987654321"


def test_a_reference_of_the_entry_beside_one_of_the_details_is_kept() -> None:
    line = line_of("166?20KREF+LOT-9?21SVWZ+X", "2401150115C10,00NTRFMY-REF")

    assert (line.remittance_ref, line.comment) == ("LOT-9", "MY-REF")


@pytest.mark.parametrize(
    "text",
    [
        "/" * 15_000, "//REMI" * 2_500, "166" + "?20EREF+" * 1_800, "166?20EREF+" + "?21a" * 3_700,
        "166?00a?10b?20SVWZ+" + "?22" * 4_900 + "?!", "166?20" + "EREF+ " * 2_500,
        "LIB x\nNPY " * 1_500, "EREF+" * 3_000, "\n" * 15_000,
    ],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_details_made_to_be_slow_take_a_hundredth_of_a_second_or_so(text: str) -> None:
    begun = time.process_time()
    with contextlib.suppress(InputError):  # too large, for some
        read_details(text)

    assert time.process_time() - begun < 0.5
