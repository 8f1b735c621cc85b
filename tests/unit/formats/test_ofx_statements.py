"""How an OFX file becomes statements: accounts, periods, balances, and what is refused."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pytest

from rappro.domain.bank import Balance, BankAccountRef, Severity, StatementClosed, StatementOpened
from rappro.domain.errors import MalformedStatement, RapproError, TooLarge
from rappro.formats import ofx_statement
from rappro.formats.ofx1 import Ofx1Parser
from rappro.formats.ofx2 import Ofx2Parser
from rappro.formats.ofx_catalogue import CATALOGUE
from rappro.formats.protocol import StatementParser
from rappro.formats.registry import detect
from tests.unit.formats.ofx_writer import (
    BANK,
    CARD,
    HEADER1,
    OK,
    SIGNON,
    Element,
    balance,
    document,
    listed,
    sgml,
    statement,
    trn,
    written,
    xml,
)
from tests.unit.formats.reading import Read, events_of, read_all, read_one

BODY = statement(listed(trn(), trn(TRNTYPE="DEBIT", TRNAMT="-20.01", FITID="F2")), balance())
FORMS: dict[str, Callable[..., bytes]] = {"ofx1": sgml, "ofx2": xml}


@pytest.fixture(params=sorted(FORMS))
def form(request: pytest.FixtureRequest) -> str:
    """Give each of the two formats."""
    return str(request.param)


def reads(form: str, *answers: Element) -> list[Read]:
    data = FORMS[form](*answers)
    assert detect(data).format == form
    return read_all(data)


def refusal(data: bytes, parser: StatementParser | None = None) -> str:
    with pytest.raises((MalformedStatement, TooLarge)) as caught:
        events_of(data, parser)
    assert caught.value.position is not None
    return str(caught.value)


def test_a_statement_has_account_period_and_closing_balance(form: str) -> None:
    (read,) = reads(form, BODY)

    account = BankAccountRef(
        iban="FR7630004008230001023456728", number="300040082300010234567", currency="EUR"
    )
    closed = read.closed
    assert read.opened.account == closed.account == account
    assert (closed.currency, closed.number, closed.opening) == ("EUR", None, None)
    assert closed.closing == Balance(date(2024, 3, 31), 150_00)
    assert (closed.period_from, closed.period_to) == (date(2024, 3, 1), date(2024, 3, 31))
    assert [line.amount_minor for line in read.lines] == [50_00, -20_01]
    assert closed.findings == ()


def test_a_file_may_hold_several_accounts_and_cards(form: str) -> None:
    other: Element = ("BANKACCTFROM", [("BANKID", "1"), ("ACCTID", "098-121")])
    read = reads(
        form,
        BODY,
        statement(listed(), balance(amount="1"), account=other, currency="USD"),
        statement(listed(trn(TRNTYPE="DEBIT", TRNAMT="-9.99")), balance(amount="-9.99"),
                  account=CARD),
    )  # fmt: skip

    assert [one.closed.ordinal for one in read] == [1, 2, 3]
    assert [one.closed.account.number for one in read][1:] == ["098-121", "497010XXXXXX1234"]
    assert [one.closed.currency for one in read] == ["EUR", "USD", "EUR"]
    assert [len(one.lines) for one in read] == [2, 0, 1]
    assert [one.closing.amount_minor for one in (r.closed for r in read) if one.closing] == [
        150_00, 1_00, -9_99
    ]  # fmt: skip


def test_a_statement_without_list_of_transactions_is_a_statement(form: str) -> None:
    (read,) = reads(form, statement(balance()))

    assert (read.lines, read.closed.period_from, read.closed.period_to) == ([], None, None)
    assert read.closed.closing == Balance(date(2024, 3, 31), 150_00)


def test_several_lists_are_one_statement_of_their_whole_period(form: str) -> None:
    (read,) = reads(
        form,
        statement(
            listed(trn(), start="20240301", end="20240310"),
            listed(trn(FITID="F2"), start="20240311", end="20240320"),
            balance(),
        ),
    )

    assert len(read.lines) == 2
    assert (read.closed.period_from, read.closed.period_to) == (
        date(2024, 3, 1), date(2024, 3, 20)
    )  # fmt: skip


def test_the_start_is_given_out_before_the_lines_and_the_end_after_them(form: str) -> None:
    events = events_of(FORMS[form](BODY, BODY))

    kinds = [type(event).__name__ for event in events]
    one = ["StatementOpened", "StatementLine", "StatementLine", "StatementClosed"]
    assert kinds == one + one


@pytest.mark.parametrize(
    ("parts", "iban", "number", "codes"),
    [
        ({"BANKID": "20041", "BRANCHID": "01005", "ACCTID": "0500013M026", "ACCTKEY": "06"},
         "FR1420041010050500013M02606", "20041010050500013M026", []),
        ({"BANKID": "30006", "BRANCHID": "00001", "ACCTID": "12345678901", "ACCTKEY": "89"},
         "FR7630006000011234567890189", "300060000112345678901", []),
        ({"BANKID": "30006", "BRANCHID": "00001", "ACCTID": "12345678901", "ACCTKEY": "88"},
         None, "300060000112345678901", ["rib_key_wrong"]),
        ({"BANKID": "30006", "BRANCHID": "00001", "ACCTID": "12345678901"},
         None, "300060000112345678901", []),
        ({"BANKID": "X", "ACCTID": "FR76 3000 6000 0112 3456 7890 189"},
         "FR7630006000011234567890189", None, []),
        ({"BANKID": "121099999", "BRANCHID": "00", "ACCTID": "999988"}, None, "999988", []),
    ],
)  # fmt: skip
def test_the_account_is_an_iban_a_rib_with_its_key_or_a_number(
    form: str, parts: dict[str, str], iban: str | None, number: str, codes: list[str]
) -> None:
    (read,) = reads(form, statement(balance(), account=("BANKACCTFROM", list(parts.items()))))

    assert (read.closed.account.iban, read.closed.account.number) == (iban, number)
    assert read.codes == codes


def test_a_statement_that_does_not_name_its_account_is_read_and_noted(form: str) -> None:
    (read,) = reads(form, statement(listed(trn()), account=None))

    assert read.closed.account == BankAccountRef(currency="EUR")
    assert read.codes == ["account_missing"]


def test_without_a_currency_that_of_the_first_transaction_is_taken_else_euro(form: str) -> None:
    rated: list[Element] = [("CURRATE", "1.0000"), ("CURSYM", "AUD")]
    (named,) = reads(form, statement(listed(trn(CURRENCY=rated)), currency=""))
    (unnamed,) = reads(form, statement(listed(trn()), currency=""))

    assert (named.closed.currency, named.codes) == ("AUD", ["currency_of_transaction"])
    assert named.lines[0].currency == "AUD"
    assert (unnamed.closed.currency, unnamed.codes) == ("EUR", ["currency_assumed"])


def test_a_currency_after_the_transactions_is_refused(form: str) -> None:
    data = FORMS[form](statement(listed(trn()), ("CURDEF", "USD")))

    assert "CURDEF" in refusal(data)


@pytest.mark.parametrize("day", ["00000000", "", "30/06/2025"])
def test_a_balance_without_a_date_takes_the_end_of_the_period(form: str, day: str) -> None:
    (read,) = reads(form, statement(listed(trn()), balance(on=day)))
    (open_ended,) = reads(form, statement(listed(trn(), end="0"), balance(on=day)))
    (undated,) = reads(form, statement(balance(on=day)))

    assert read.closed.closing == Balance(date(2024, 3, 31), 150_00)
    assert read.codes == ["balance_date_missing"]
    assert open_ended.closed.closing == Balance(date(2024, 3, 15), 150_00)
    assert open_ended.codes == ["period_unreadable", "balance_date_missing"]
    assert (undated.closed.closing, undated.codes) == (None, ["balance_left_out"])


def test_an_empty_balance_is_none_and_one_with_a_date_only_is_refused(form: str) -> None:
    (read,) = reads(form, statement(listed(trn()), balance(amount="", on="")))

    assert (read.closed.closing, read.codes) == (None, ["balance_empty"])
    assert "not a decimal amount" in refusal(FORMS[form](statement(balance(amount=""))))


def test_the_available_balance_is_no_closing_balance(form: str) -> None:
    (both,) = reads(form, statement(balance(), balance("AVAILBAL", "999.00")))
    (alone,) = reads(form, statement(listed(), balance("AVAILBAL", "999.00")))

    assert both.closed.closing == Balance(date(2024, 3, 31), 150_00)
    assert both.codes == []
    assert (alone.closed.closing, alone.codes) == (None, ["available_only"])


def test_the_first_of_two_ledger_balances_counts(form: str) -> None:
    (read,) = reads(form, statement(balance(), balance(amount="1.00")))

    assert read.closed.closing == Balance(date(2024, 3, 31), 150_00)
    assert read.codes == ["balance_repeated"]


def test_a_statement_that_does_not_balance_is_reported_as_it_is(form: str) -> None:
    (read,) = reads(form, statement(listed(trn()), balance(amount="-7.00")))

    assert read.closed.closing == Balance(date(2024, 3, 31), -7_00)
    assert read.codes == []


def failed(code: str, message: str, *, severity: str = "ERROR") -> Element:
    status: list[Element] = [("CODE", code), ("SEVERITY", severity), ("MESSAGE", message)]
    return "STMTTRNRS", [("TRNUID", "9"), ("STATUS", status)]


def test_errors_that_the_bank_reports_are_findings_of_the_statement_around(form: str) -> None:
    first, second = reads(
        form, failed("2000", "Un"), BODY, failed("2003", "Deux"), BODY, failed("2001", "Trois")
    )

    told = [(f.code, f.message) for f in (*first.closed.findings, *second.closed.findings)]
    assert told == [
        ("status_error", "the bank reports an error: 2000 Un"),
        ("status_error", "the bank reports an error: 2003 Deux"),
        ("status_error", "the bank reports an error: 2001 Trois"),
    ]


def test_a_remark_of_the_bank_is_told(form: str) -> None:
    (read,) = reads(form, failed("1", "Client is up-to-date", severity="INFO"), BODY)

    assert read.codes == ["status_told"]


def test_a_file_with_errors_only_is_refused_with_the_first_of_them(form: str) -> None:
    refused = refusal(FORMS[form](failed("15500", "Mot de passe"), failed("2000", "Autre")))

    assert refused.startswith("the bank reports an error and no statement: 15500 Mot de passe")


def test_an_investment_statement_is_left_out_and_noted(form: str) -> None:
    investment: Element = ("STMTTRNRS", [OK, ("INVSTMTRS", [
        ("DTASOF", "20240331"), ("CURDEF", "USD"), ("BANKACCTFROM", [("ACCTID", "INV")]),
        ("INVTRANLIST", [("DTSTART", "20200101"), ("INVBANKTRAN", [trn(), ("SUB", "CASH")])]),
    ])])  # fmt: skip
    before, after = reads(form, investment, BODY), reads(form, BODY, investment)

    for (read,) in (before, after):
        assert [line.amount_minor for line in read.lines] == [50_00, -20_01]
        assert (read.closed.account.number, read.closed.period_from) == (
            "300040082300010234567", date(2024, 3, 1)
        )  # fmt: skip
        assert [f.message for f in read.closed.findings] == [
            "INVSTMTRS is no bank or card statement and is left out"
        ]
    assert "INVSTMTRS is left out" in refusal(FORMS[form](investment))


def test_a_file_without_any_statement_is_refused(form: str) -> None:
    assert refusal(FORMS[form]()).startswith("the file holds no statement")


def test_a_statement_that_says_nothing_is_refused(form: str) -> None:
    assert "a statement without account" in refusal(
        FORMS[form](("STMTTRNRS", [OK, ("STMTRS", [])]))
    )


def test_a_transaction_outside_of_a_statement_is_refused(form: str) -> None:
    assert "a transaction stands outside" in refusal(FORMS[form](trn()))


def test_a_statement_within_another_is_refused(form: str) -> None:
    inner: Element = ("STMTRS", [("CURDEF", "EUR")])

    assert "begins within" in refusal(FORMS[form](statement(balance(), inner)))


def test_more_lines_than_the_bound_are_refused(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ofx_statement, "LINES_PER_STATEMENT_MAX", 1)

    assert "more than 1 lines" in refusal(FORMS[form](BODY))


def test_a_truncated_file_is_refused_wherever_it_ends(form: str) -> None:
    data = FORMS[form](BODY, statement(listed(), balance(), account=CARD))
    end = data.index(b"</OFX>")
    parser = Ofx1Parser() if form == "ofx1" else Ofx2Parser()

    for size in (*range(0, end, 29), *range(end - 12, end + 5)):
        with pytest.raises((MalformedStatement, TooLarge)) as caught:
            list(parser.parse(io.BytesIO(data[:size])))
        assert caught.value.position is not None


class Trickle(io.BytesIO):
    """A stream that gives a few bytes at a time, as a network does."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size or 7, 7) if size and size > 0 else size)


def test_a_file_reads_the_same_however_its_bytes_arrive(form: str) -> None:
    memo = "R&D é <!-- x --> ]]>"
    data = FORMS[form](statement(listed(trn(MEMO=memo), trn(PAYEE=[("NAME", "Zoé")])), balance()))
    data = data.replace(b"<LEDGERBAL>", b"<!-- un & <STMTTRN> --><LEDGERBAL>")

    assert list(detect(data).parse(Trickle(data))) == events_of(data)


@pytest.mark.parametrize("data", [b"", b"OFXHEADER:100\r\n", b"<OFX>", b"<OFX", b"\0\0\0", b"x"])
def test_what_is_no_ofx_file_is_refused(form: str, data: bytes) -> None:
    refusal(data, Ofx1Parser() if form == "ofx1" else Ofx2Parser())


def test_every_finding_has_a_severity_and_a_sentence() -> None:
    assert all(sentence and severity in Severity for severity, sentence in CATALOGUE.values())


def test_a_parser_may_run_twice_and_stop_early(form: str) -> None:
    data = FORMS[form](BODY, BODY)
    parser = detect(data)

    first = next(iter(parser.parse(io.BytesIO(data))))

    assert isinstance(first, StatementOpened)
    assert isinstance(list(parser.parse(io.BytesIO(data)))[-1], StatementClosed)


def test_errors_are_of_the_one_tree(form: str) -> None:
    with pytest.raises(RapproError):
        read_one(FORMS[form](trn()))


def test_the_writer_writes_what_the_tests_say() -> None:
    assert written(document(BODY), is_closed=False).count("<STMTTRN>") == 2
    assert HEADER1.startswith("OFXHEADER:100")
    assert (SIGNON[0], BANK[0]) == ("SIGNONMSGSRSV1", "BANKACCTFROM")
