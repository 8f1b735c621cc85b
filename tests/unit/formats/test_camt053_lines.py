"""What a line takes from an entry (Ntry) of camt.053 and from its details (TxDtls)."""

from __future__ import annotations

from datetime import date

import pytest

from rappro.domain.bank import (
    Counterparty,
    LineStatusAtBank,
    Nature,
    OriginalAmount,
    StatementLine,
)  # fmt: skip
from rappro.domain.errors import MalformedStatement, UnsupportedCurrency
from tests.unit.formats.camt_writer import (
    Xml,
    account,
    amount,
    document,
    el,
    entry,
    message,
    parties,
    party,
    status,
    stmt,
    tx,
    ustrd,
)
from tests.unit.formats.reading import read_one


def line_of(one: Xml, version: int = 2) -> StatementLine:
    """Read the line of one entry, which nothing was said against."""
    read = read_one(message(one, version=version))
    assert read.codes == []
    return read.lines[0]


def told(*content: Xml, sign: str = "CRDT") -> StatementLine:
    """Read an entry with one detail of this content."""
    return line_of(entry(tx(*content), sign=sign))


def references(**named: str) -> Xml:
    return el("Refs", *(el(name, text) for name, text in named.items()))


def test_an_entry_alone_gives_its_own_elements() -> None:
    line = line_of(
        entry(el("AcctSvcrRef", "BNK42"), el("AddtlNtryInf", "VIR RECU DUPONT"), ref="N7")
    )

    assert line == StatementLine(
        position=1,
        booking_date=date(2024, 3, 15),
        amount_minor=12_34,
        currency="EUR",
        value_date=date(2024, 3, 16),
        entry_ref="N7",
        label="VIR RECU DUPONT",
    )


def test_the_entry_reference_is_the_bank_s_when_the_entry_has_none() -> None:
    assert line_of(entry(el("AcctSvcrRef", "BNK42"))).entry_ref == "BNK42"
    assert line_of(entry(el("AcctSvcrRef", "BNK42"), ref="NOTPROVIDED")).entry_ref == "BNK42"
    assert told(references(AcctSvcrRef="TX42")).entry_ref == "TX42"


def test_the_direction_is_the_sign() -> None:
    assert line_of(entry(sign="CRDT")).amount_minor == 12_34
    assert line_of(entry(sign="DBIT")).amount_minor == -12_34


@pytest.mark.parametrize("flag", ["true", "1"])
def test_a_reversal_does_not_turn_the_sign(flag: str) -> None:
    credit, debit = (line_of(entry(sign=sign, reversal=flag)) for sign in ("CRDT", "DBIT"))

    assert (credit.amount_minor, credit.is_reversal) == (12_34, True)
    assert (debit.amount_minor, debit.is_reversal) == (-12_34, True)
    assert not line_of(entry(reversal="false")).is_reversal


@pytest.mark.parametrize("sign", ["", "C", "crdt"])
def test_a_direction_that_is_none_is_refused_with_its_place(sign: str) -> None:
    with pytest.raises(MalformedStatement, match="CdtDbtInd") as caught:
        read_one(message(entry(), entry(sign=sign)))

    assert caught.value.position == "statement 1 line 2, XML line 2"


@pytest.mark.parametrize(("text", "minor"), [("12", 1200), ("12.3", 1230), ("12.340", 1234),
                                             (" 12.34 ", 1234), ("0", 0), (".5", 50)])  # fmt: skip
def test_amounts_are_exact_and_zeros_beyond_the_cents_are_fine(text: str, minor: int) -> None:
    assert line_of(entry(amt=text)).amount_minor == minor


@pytest.mark.parametrize("text", ["12.345", "12,34", "1.2E3", "12..34", "", "-12.34", "1 200.00",
                                  "٣.00", "9" * 20])  # fmt: skip
def test_an_amount_that_is_none_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(MalformedStatement) as caught:
        read_one(message(entry(amt=text)))

    assert caught.value.position == "statement 1 line 1, XML line 2"


def test_the_currency_decides_the_decimals() -> None:
    yen = document(stmt(entry(amt="1500", ccy="JPY"), acct=account(currency="JPY"), head=()))

    assert read_one(yen).lines[0].amount_minor == 1500
    with pytest.raises(UnsupportedCurrency) as caught:
        read_one(message(entry(ccy="ABC")))
    assert caught.value.position == "statement 1 line 1, XML line 2"


def test_a_line_in_another_currency_than_its_account_keeps_it() -> None:
    assert line_of(entry(ccy="USD")).currency == "USD"


@pytest.mark.parametrize(
    ("code", "expected"),
    [("BOOK", LineStatusAtBank.BOOKED), ("PDNG", LineStatusAtBank.PENDING),
     ("FUTR", LineStatusAtBank.PENDING), ("INFO", LineStatusAtBank.INFORMATION)],
)  # fmt: skip
@pytest.mark.parametrize("version", [2, 8])
def test_the_status_is_a_code_or_a_choice(
    code: str, expected: LineStatusAtBank, version: int
) -> None:
    assert line_of(entry(sts=status(code, version)), version).status is expected


@pytest.mark.parametrize("code", ["", "DONE"])
def test_an_unknown_status_is_read_as_booked_with_a_warning(code: str) -> None:
    read = read_one(message(entry(sts=el("Sts", code))))

    assert read.lines[0].status is LineStatusAtBank.BOOKED
    assert read.codes == ["status_unknown"]


def test_a_date_and_time_is_the_day_on_the_bank_s_clock() -> None:
    late = entry(el("BookgDt", el("DtTm", "2024-03-15T23:30:00-05:00")), booked=None)

    assert line_of(late).booking_date == date(2024, 3, 15)


def test_a_missing_booking_date_is_the_value_date() -> None:
    read = read_one(message(entry(booked=None)))

    assert read.lines[0].booking_date == date(2024, 3, 16)
    assert read.codes == ["booking_date_missing"]


def test_without_any_date_the_day_of_the_statement_counts() -> None:
    read = read_one(message(entry(booked=None, valued=None)))

    assert read.lines[0].booking_date == date(2024, 3, 31)
    assert (read.lines[0].value_date, read.codes) == (None, ["dates_missing"])


@pytest.mark.parametrize("text", ["2024-02-30", "15/03/2024", "2024", "20240315T0000"])
def test_a_date_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(MalformedStatement, match="not a date"):
        read_one(message(entry(booked=text)))


def test_the_first_unstructured_text_is_the_label_and_the_rest_follows() -> None:
    line = line_of(
        entry(
            tx(ustrd("FACTURE 42", "DU 3 MARS", "ACOMPTE"), el("AddtlTxInf", "FRAIS SHA")),
            el("AddtlNtryInf", "VIR RECU"),
        )
    )

    assert (line.label, line.label_more) == ("FACTURE 42", "DU 3 MARS ACOMPTE")
    assert line.comment == "VIR RECU FRAIS SHA"


def test_a_full_unstructured_text_goes_on_within_the_word() -> None:
    line = told(ustrd("X" * 133 + " FA-202", "4-0042 SOLDE", "AUTRE"))

    assert line.label == "X" * 133 + " FA-2024-0042 SOLDE"
    assert line.label_more == "AUTRE"


def test_without_remittance_the_label_is_what_the_bank_adds() -> None:
    assert told(el("AddtlTxInf", "TEXTE")).label == "TEXTE"
    both = line_of(entry(tx(el("AddtlTxInf", "TEXTE")), el("AddtlNtryInf", "VIR RECU")))
    assert (both.label, both.comment) == ("VIR RECU", "TEXTE")


def test_texts_are_made_one_line() -> None:
    line = line_of(entry(tx(ustrd("FACTURE 42\n   DU 3 MARS")), el("AddtlNtryInf", "A\nB")))

    assert (line.label, line.comment) == ("FACTURE 42 DU 3 MARS", "A B")


def test_a_structured_reference_is_the_remittance_reference() -> None:
    structured = el(
        "RmtInf",
        el("Strd", el("CdtrRefInf", el("Tp", el("CdOrPrtry", el("Cd", "SCOR"))),
                      el("Ref", "RF18539007547034"))),
        el("Strd", el("CdtrRefInf", el("Ref", "SECOND")),
           el("RfrdDocInf", el("Nb", "FA-2024-0042")), el("AddtlRmtInf", "MOINS ESCOMPTE")),
    )  # fmt: skip

    line = told(references(ChqNb="1234567"), structured, el("AddtlTxInf", "TEXTE"))

    assert line.remittance_ref == "RF18539007547034"
    assert (line.label, line.label_more) == ("TEXTE", "SECOND FA-2024-0042 MOINS ESCOMPTE")


def test_the_remittance_reference_is_else_the_cheque_else_the_batch() -> None:
    assert told(references(ChqNb="1234567", PmtInfId="LOT")).remittance_ref == "1234567"
    assert told(references(PmtInfId="LOT")).remittance_ref == "LOT"
    batch = el("NtryDtls", el("Btch", el("MsgId", "MSG"), el("PmtInfId", "LOT-9")))
    assert line_of(entry(batch)).remittance_ref == "LOT-9"
    assert line_of(entry(el("NtryDtls", el("Btch", el("MsgId", "MSG"))))).remittance_ref == "MSG"


@pytest.mark.parametrize("text", ["NOTPROVIDED", "NotProvided", "NONREF", ""])
def test_an_end_to_end_id_that_was_not_given_is_none(text: str) -> None:
    assert told(references(EndToEndId=text)).end_to_end_id is None


def test_references_have_their_fields_and_the_others_are_kept_in_raw() -> None:
    line = told(references(EndToEndId="E2E-1", MndtId="RUM-7", InstrId="I9", UETR="u-1"))

    assert (line.end_to_end_id, line.mandate_id) == ("E2E-1", "RUM-7")
    assert line.raw == "InstrId=I9 UETR=u-1"


def code_of(*content: Xml) -> tuple[str | None, Nature | None]:
    line = line_of(entry(el("BkTxCd", *content)))
    return line.bank_code, line.nature


def domain(code: str, family: str, sub: str) -> Xml:
    return el("Domn", el("Cd", code), el("Fmly", el("Cd", family), el("SubFmlyCd", sub)))


def proprietary(code: str, issuer: str | None = None) -> Xml:
    return el("Prtry", el("Cd", code), el("Issr", issuer) if issuer is not None else Xml())


def test_the_code_of_cfonb_comes_before_that_of_iso() -> None:
    iso = domain("PMNT", "RCDT", "ESCT")

    assert code_of(iso, proprietary("B3", "CFONB")) == ("B3", Nature.RETURN)
    assert code_of(iso, proprietary("NTRF+166", "DK")) == ("PMNT/RCDT/ESCT", Nature.TRANSFER)
    assert code_of(proprietary("05")) == ("05", Nature.TRANSFER)
    assert code_of(proprietary("ZZZ")) == ("ZZZ", None)
    assert code_of() == (None, None)


@pytest.mark.parametrize(
    ("code", "nature"),
    [("PMNT/ICDT/ESCT", Nature.TRANSFER), ("PMNT/RRCT/ESCT", Nature.TRANSFER),
     ("PMNT/RDDT/ESDD", Nature.DIRECT_DEBIT), ("PMNT/IDDT/UPDD", Nature.RETURN),
     ("PMNT/RCDT/RRTN", Nature.RETURN), ("PMNT/ICHQ/CCHQ", Nature.CHEQUE),
     ("PMNT/RCHQ/CCHQ", Nature.CHEQUE_DEPOSIT), ("PMNT/CCRD/POSD", Nature.CARD),
     ("PMNT/CCRD/CWDL", Nature.CASH), ("PMNT/MCRD/POSP", Nature.CARD_DEPOSIT),
     ("PMNT/CNTR/CDPT", Nature.CASH), ("PMNT/DRFT/STAM", Nature.BILL),
     ("PMNT/ICDT/CHRG", Nature.FEE), ("ACMT/MDOP/INTR", Nature.INTEREST),
     ("LDAS/FTLN/PPAY", Nature.LOAN), ("FORX/SPOT/OTHR", Nature.OTHER), ("ACMT/OPCL/ACCC", None)],
)  # fmt: skip
def test_the_nature_comes_from_the_iso_code(code: str, nature: Nature | None) -> None:
    assert code_of(domain(*code.split("/"))) == (code, nature)


def test_a_return_has_its_reason_and_is_a_return_whatever_the_code() -> None:
    code = el("BkTxCd", domain("PMNT", "RCDT", "ESCT"))
    info = el("RtrInf", el("Rsn", el("Cd", "AC04")), el("AddtlInf", "COMPTE CLOS"))

    line = line_of(entry(code, tx(info)))

    assert (line.return_reason, line.nature) == ("AC04", Nature.RETURN)
    assert (line.label, line.comment) == ("", "COMPTE CLOS")
    own = told(el("RtrInf", el("Rsn", el("Prtry", "X1"))))
    assert (own.return_reason, own.nature) == ("X1", Nature.RETURN)


def amounts(name: str, text: str, currency: str, rate: str | None = None) -> Xml:
    exchange = Xml() if rate is None else el("CcyXchg", el("XchgRate", rate))
    return el("AmtDtls", el(name, amount(text, currency), exchange))


def test_an_amount_in_another_currency_comes_with_its_rate_and_the_sign_of_the_line() -> None:
    instructed = amounts("InstdAmt", "13.50", "USD", "1.0940")

    assert told(instructed).original == OriginalAmount(13_50, "USD", "1.0940")
    assert told(instructed, sign="DBIT").original == OriginalAmount(-13_50, "USD", "1.0940")
    assert told(amounts("TxAmt", "1500", "JPY")).original == OriginalAmount(1500, "JPY", None)
    assert told(amounts("InstdAmt", "15.00", "EUR")).original is None
    assert line_of(entry(instructed)).original == OriginalAmount(13_50, "USD", "1.0940")


def test_an_amount_in_another_currency_that_cannot_be_read_is_kept_in_the_comment() -> None:
    read = read_one(message(entry(tx(amounts("InstdAmt", "13.50", "ZZZ")))))

    assert (read.lines[0].original, read.lines[0].comment) == (None, "13.50 ZZZ")
    assert read.codes == ["original_unreadable"]


def test_charges_are_said_in_the_comment_unless_there_are_none() -> None:
    total = el("Chrgs", amount("1.50", name="TtlChrgsAndTaxAmt"), el("Rcrd", amount("1.50")))
    listed = Xml(el("Chrgs", amount("1.00")) + el("Chrgs", amount("0.50")))

    assert told(total).comment == "Chrgs 1.50 EUR"
    assert told(listed).comment == "Chrgs 1.00 EUR Chrgs 0.50 EUR"
    assert told(el("Chrgs", amount("0.00"))).comment == ""


def batch_of(*details: Xml, count: str | None = None) -> Xml:
    number = Xml() if count is None else el("NbOfTxs", count)
    return el("NtryDtls", el("Btch", el("PmtInfId", "LOT"), number),
              *(el("TxDtls", detail) for detail in details))  # fmt: skip


def test_the_parts_of_a_batch_are_lines_of_their_own_within_the_line() -> None:
    parts = (
        Xml(references(EndToEndId="A") + amount("10.00") + el("CdtDbtInd", "CRDT") + ustrd("FA 1")),
        Xml(references(EndToEndId="B") + amount("2.34") + el("CdtDbtInd", "CRDT") + ustrd("FA 2")),
    )
    code = el("BkTxCd", proprietary("A1", "CFONB"))

    line = line_of(entry(code, batch_of(*parts, count="2"), el("AddtlNtryInf", "REMISE")))

    assert (line.label, line.remittance_ref, line.amount_minor) == ("REMISE", "LOT", 12_34)
    assert (line.end_to_end_id, line.counterparty) == (None, Counterparty())
    found = [(each.position, each.amount_minor, each.label, each.end_to_end_id)
             for each in line.details]  # fmt: skip
    assert found == [(1, 10_00, "FA 1", "A"), (2, 2_34, "FA 2", "B")]
    assert {(part.bank_code, part.booking_date) for part in line.details} == {
        ("A1", date(2024, 3, 15))
    }


def test_a_single_part_is_the_entry_itself_unless_the_batch_has_more() -> None:
    one = Xml(references(EndToEndId="A") + amounts("TxAmt", "4.00", "EUR"))

    alone = line_of(entry(batch_of(one, count="1")))
    partial = read_one(message(entry(batch_of(one, count="3"))))

    assert (alone.end_to_end_id, alone.details) == ("A", ())
    assert partial.lines[0].end_to_end_id is None
    assert [part.amount_minor for part in partial.lines[0].details] == [4_00]
    assert partial.codes == ["details_partial"]


def test_details_may_be_spread_over_several_elements() -> None:
    spread = (tx(references(EndToEndId="A"), amount("1.00")), tx(amount("2.00")))

    assert [part.amount_minor for part in line_of(entry(*spread)).details] == [1_00, 2_00]


def test_a_part_may_go_the_other_way_or_be_in_another_currency() -> None:
    back = Xml(amount("1.00") + el("CdtDbtInd", "DBIT"))
    dollars = Xml(amounts("TxAmt", "5.00", "USD"))
    both = Xml(el("AmtDtls", el("InstdAmt", amount("9.00", "USD")),
                  el("TxAmt", amount("8.00", "EUR"))))  # fmt: skip

    details = line_of(entry(batch_of(back, dollars, both))).details

    assert [(part.amount_minor, part.currency) for part in details] == [
        (-1_00, "EUR"), (5_00, "USD"), (8_00, "EUR"),
    ]  # fmt: skip
    assert details[2].original == OriginalAmount(9_00, "USD")


def test_a_part_without_an_amount_is_shown_as_zero_and_noted() -> None:
    read = read_one(message(entry(batch_of(references(EndToEndId="A"), amount("1.00")))))

    assert [part.amount_minor for part in read.lines[0].details] == [0, 1_00]
    assert read.codes == ["detail_amount_missing"]


def test_details_of_version_one_stand_in_the_entry_itself() -> None:
    old = Xml(
        el("TxDtls", references(EndToEndId="A"),
           parties(Dbtr=party("CLIENT", el("Id", el("PrvtId", el("OthrId", el("Id", "9"))))),
                   DbtrAcct=el("Id", el("BBAN", "20041010050500013M026"))),
           el("RltdAgts", el("DbtrAgt", el("FinInstnId", el("CmbndId", el("BIC", "PSSTFRPPPAR"))))),
           el("RmtInf", el("Strd", el("RfrdDocInf", el("RfrdDocNb", "FA-1")),
                           el("CdtrRefInf", el("CdtrRef", "REF-1")))),
           el("RtrInf", el("RtrRsn", el("Cd", "AC04")), el("AddtlRtrRsnInf", "CLOS")))
    )  # fmt: skip

    line = line_of(entry(old))

    assert line.counterparty == Counterparty("CLIENT", None, "PSSTFRPPPAR", "9")
    assert line.ordering_account == "20041010050500013M026"
    assert (line.label_more, line.remittance_ref) == ("FA-1", "REF-1")
    assert (line.return_reason, line.comment) == ("AC04", "CLOS")
