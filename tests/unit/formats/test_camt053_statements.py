"""How a camt.053 file becomes statements: recognition, accounts, balances, and what is refused."""

from __future__ import annotations

import io
from datetime import date

import pytest

from rappro.domain.bank import Balance, BankAccountRef, Severity
from rappro.domain.errors import MalformedStatement
from rappro.formats.camt053 import CAMT053
from tests.unit.formats.camt_writer import (
    BALANCES,
    OWN_IBAN,
    Xml,
    account,
    amount,
    balance,
    document,
    el,
    entry,
    message,
    stmt,
)
from tests.unit.formats.reading import Read, read_all, read_one

ENTRY = entry(ref="N1")


def closed_with(*head: Xml, acct: Xml | None = None, entries: tuple[Xml, ...] = ()) -> Read:
    return read_one(document(stmt(*entries, head=head, acct=acct)))


def refusal(data: bytes) -> tuple[str, str | None]:
    """Return the sentence and the position with which a file is refused."""
    with pytest.raises(MalformedStatement) as caught:
        list(CAMT053.parse(io.BytesIO(data)))
    return caught.value.detail, caught.value.position


def test_a_statement_has_account_number_period_and_balances() -> None:
    owner = el("Ownr", el("Nm", "ACME SAS"))
    bank = el("Svcr", el("FinInstnId", el("BIC", "AGRIFRPPXXX"), el("Nm", "BANQUE")))
    period = el("FrToDt", el("FrDtTm", "2024-03-01T00:00:00"), el("ToDtTm", "2024-03-31T23:59:59"))

    read = closed_with(period, *BALANCES, acct=account(owner, bank), entries=(ENTRY,))

    expected = BankAccountRef(OWN_IBAN, None, "AGRIFRPPXXX", "EUR", "ACME SAS")
    assert (read.opened.account, read.closed.account) == (expected, expected)
    closed = read.closed
    assert (closed.number, closed.currency, closed.line_count) == ("7", "EUR", 1)
    assert closed.opening == Balance(date(2024, 3, 1), 100_00)
    assert closed.closing == Balance(date(2024, 3, 31), 112_34)
    assert (closed.period_from, closed.period_to) == (date(2024, 3, 1), date(2024, 3, 31))
    assert closed.findings == ()


def test_a_statement_without_entry_is_a_statement() -> None:
    assert read_one(message()).closed.line_count == 0


def test_the_holder_may_be_the_name_of_the_account() -> None:
    assert closed_with(acct=account(el("Nm", "COMPTE"))).opened.account.holder == "COMPTE"


def test_an_account_may_have_a_number_or_be_missing() -> None:
    other = account(number=el("Id", el("Othr", el("Id", "12345"))))
    oldest = account(number=el("Id", el("BBAN", "20041010050500013M026")))
    disguised = account(number=el("Id", el("Othr", el("Id", OWN_IBAN))))

    assert closed_with(acct=other).opened.account.number == "12345"
    assert closed_with(acct=oldest).opened.account.number == "20041010050500013M026"
    assert closed_with(acct=disguised).opened.account.iban == OWN_IBAN
    assert closed_with(*BALANCES, acct=Xml()).opened.account == BankAccountRef(currency="EUR")


@pytest.mark.parametrize(
    ("acct", "head", "entries", "currency", "codes"),
    [
        ("CHF", (), (), "CHF", []),
        (None, (balance("OPBD", "1.00", "2024-03-01", ccy="USD"),), (), "USD", []),
        (None, (balance("CLAV", "1", "2024-03-01", ccy="JPY"),), (ENTRY,), "EUR", []),
        (None, (), (ENTRY,), "EUR", []),
        (None, (), (), "EUR", ["currency_assumed"]),
    ],
)
def test_the_currency_is_the_account_s_or_else_what_the_amounts_say(
    acct: str | None, head: tuple[Xml, ...], entries: tuple[Xml, ...], currency: str,
    codes: list[str],
) -> None:  # fmt: skip
    read = closed_with(*head, acct=account(currency=acct), entries=entries)

    assert (read.closed.currency, read.closed.account.currency) == (currency, currency)
    assert read.codes == codes


def ends(*types: tuple[str, str]) -> tuple[int | None, int | None]:
    """Return opening and closing of a statement with these balances, by type and amount."""
    closed = closed_with(*(balance(code, text, "2024-03-01") for code, text in types)).closed
    return (
        closed.opening.amount_minor if closed.opening else None,
        closed.closing.amount_minor if closed.closing else None,
    )


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ([("OPBD", "1"), ("CLBD", "2")], (100, 200)),
        ([("CLBD", "2"), ("OPBD", "1")], (100, 200)),
        ([("PRCD", "1"), ("CLBD", "2")], (100, 200)),
        ([("PRCD", "9"), ("OPBD", "1"), ("CLBD", "2")], (100, 200)),
        ([("OPBD", "1"), ("ITBD", "2")], (100, 200)),
        ([("ITBD", "1"), ("CLBD", "2")], (100, 200)),
        ([("ITBD", "1"), ("ITBD", "2")], (100, 200)),
        ([("ITBD", "2")], (None, 200)),
        ([("CLBD", "2"), ("CLAV", "3"), ("FWAV", "4"), ("INFO", "5")], (None, 200)),
        ([("OPAV", "3"), ("XPCD", "4")], (None, None)),
        ([("OPBD", "1"), ("CLAV", "3")], (100, None)),
    ],
)
def test_opening_and_closing_are_the_booked_balances(
    types: list[tuple[str, str]], expected: tuple[int | None, int | None]
) -> None:
    assert ends(*types) == expected


def test_a_balance_has_the_sign_of_its_direction() -> None:
    read = closed_with(balance("CLBD", "5.00", "2024-03-31", sign="DBIT"))

    assert read.closed.closing == Balance(date(2024, 3, 31), -5_00)


def test_a_balance_of_version_one_and_one_with_a_time() -> None:
    old = el("Bal", el("Tp", el("Cd", "PRCD")), amount("1.00"), el("CdtDbtInd", "CRDT"),
             el("Dt", el("DtTm", "2024-02-29T23:59:59+01:00")))  # fmt: skip

    read = closed_with(old, balance("CLBD", "1.00", "2024-03-31"))

    assert read.closed.opening == Balance(date(2024, 2, 29), 1_00)
    assert (read.closed.period_from, read.closed.period_to) == (date(2024, 3, 1), date(2024, 3, 31))


def test_a_balance_in_another_currency_is_left_out_and_noted() -> None:
    read = closed_with(balance("CLBD", "1500", "2024-03-31", ccy="JPY"))

    assert (read.closed.closing, read.codes) == (None, ["balance_currency"])


def test_a_balance_given_twice_with_different_amounts_is_noted() -> None:
    twice = [balance("CLBD", text, "2024-03-31") for text in ("1.00", "1.00", "2.00")]

    assert closed_with(*twice[:2]).codes == []
    read = closed_with(*twice)
    assert read.closed.closing == Balance(date(2024, 3, 31), 1_00)
    assert [(f.code, f.severity) for f in read.closed.findings] == [
        ("balance_repeated", Severity.WARNING)
    ]


def test_a_balance_without_date_takes_the_day_of_the_statement() -> None:
    undated = el("Bal", el("Tp", el("CdOrPrtry", el("Cd", "CLBD"))), amount("1.00"),
                 el("CdtDbtInd", "CRDT"))  # fmt: skip

    read = closed_with(undated)

    assert read.closed.closing == Balance(date(2024, 4, 1), 1_00)
    assert read.codes == ["balance_date_missing"]


def test_a_statement_that_does_not_balance_is_reported_as_it_is() -> None:
    read = closed_with(*BALANCES, entries=(entry(amt="999.99"),))

    assert read.codes == []


def test_the_summary_is_compared_with_the_entries() -> None:
    summary = el("TxsSummry", el("TtlNtries", el("NbOfNtries", "3")))

    read = closed_with(*BALANCES, summary, entries=(ENTRY,))

    assert read.codes == ["entries_differ"]
    assert "announces 3 entries" in read.closed.findings[0].message


@pytest.mark.parametrize("mark", ["COPY", "DUPL", "CODU"])
def test_a_statement_marked_as_a_copy_is_noted(mark: str) -> None:
    assert closed_with(el("CpyDplctInd", mark)).codes == ["copy"]


def test_the_number_is_the_electronic_one_the_legal_one_or_the_id() -> None:
    bare = (el("Id", "STMT-1"), el("LglSeqNb", "12"), el("ElctrncSeqNb", "7"))

    numbers = [
        read_one(document(el("Stmt", *bare[:count], account()))).closed.number
        for count in (1, 2, 3)
    ]

    assert numbers == ["STMT-1", "12", "7"]


def test_several_statements_follow_each_other() -> None:
    second = el("Stmt", el("Id", "S2"), account(currency="CHF"), entry(ccy="CHF", booked=None))

    reads = read_all(document(stmt(ENTRY, ENTRY), second, stmt()))

    assert [read.closed.ordinal for read in reads] == [1, 2, 3]
    assert [len(read.lines) for read in reads] == [2, 1, 0]
    assert [read.closed.currency for read in reads] == ["EUR", "CHF", "EUR"]
    assert [read.codes for read in reads] == [[], ["booking_date_missing"], []]
