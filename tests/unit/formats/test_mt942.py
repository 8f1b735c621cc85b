"""MT942: interim reports, which have a floor limit and a time instead of balances."""

from __future__ import annotations

import io
from datetime import date

import pytest

from rappro.domain.bank import LineStatusAtBank
from rappro.domain.errors import MalformedStatement
from rappro.formats.mt942 import MT942
from tests.unit.formats.mt_writer import ACCOUNT, entry, mt940, mt942
from tests.unit.formats.reading import read_all, read_one

ENTRY = entry(details="VIR SEPA")


def test_an_interim_report_has_no_balances_and_ends_at_its_time() -> None:
    read = read_one(mt942(ENTRY).encode(), MT942)

    closed = read.closed
    assert (closed.opening, closed.closing) == (None, None)
    assert (closed.period_from, closed.period_to) == (None, date(2024, 1, 15))
    assert (closed.account.iban, closed.currency, closed.number) == (ACCOUNT, "EUR", "1/1")
    assert (read.codes, read.lines[0].label) == ([], "VIR SEPA")


def test_expected_entries_are_pending_and_the_others_booked() -> None:
    marks = ("C", "D", "RC", "RD", "EC", "ED")
    read = read_one(mt942(*(entry(f"240115{mark}1,00NTRFNONREF") for mark in marks)).encode())

    booked, pending = LineStatusAtBank.BOOKED, LineStatusAtBank.PENDING
    assert [line.status for line in read.lines] == [booked] * 4 + [pending] * 2
    assert [line.amount_minor for line in read.lines] == [100, -100, -100, 100, 100, -100]


@pytest.mark.parametrize(
    ("floor", "currency"),
    [
        (":34F:USD0,", "USD"), (":34F:USDD0,00\n:34F:USDC5,00", "USD"), (":34F:JPY0", "JPY"),
        (":13D:2401151030+0100", "EUR"), (":13:2401151030\n:34F:CHF1000,", "CHF"),
    ],
)  # fmt: skip
def test_the_currency_is_that_of_the_floor_limit(floor: str, currency: str) -> None:
    read = read_one(mt942(floor=floor).encode())

    assert read.closed.currency == currency
    assert read.codes == ([] if "34F" in floor else ["currency_assumed"])


def test_without_a_floor_limit_the_currency_may_stand_behind_the_account() -> None:
    data = mt942(head=":20:R\n:25:1291.99.348USD\n:28C:1", floor=":13D:2401151030+0100")

    read = read_one(data.encode())

    assert (read.closed.currency, read.closed.account.number, read.codes) == (
        "USD", "1291.99.348", []
    )  # fmt: skip


@pytest.mark.parametrize(
    ("summary", "codes"),
    [
        (":90D:1EUR2,00\n:90C:1EUR1,00", []),
        (":90D:2EUR5,00\n:90C:1EUR1,00", []),  # with the expected entry
        (":90C:1EUR1,", []),
        (":90D:3EUR2,00", ["summary_differs"]),
        (":90C:1EUR1,01", ["summary_differs"]),
        (":90C:1USD1,00", ["summary_differs"]),
        (":90C:xyz", ["summary_differs"]),
    ],
)
def test_number_and_sum_are_compared_with_the_entries(summary: str, codes: list[str]) -> None:
    entries = [entry(f"240115{text}NTRFNONREF") for text in ("C1,00", "D2,00", "ED3,00")]

    assert read_one(mt942(*entries, tail=f"{summary}\n-").encode()).codes == codes


def test_reversals_count_on_the_side_of_their_sign() -> None:
    entries = [entry(f"240115{text}NTRFNONREF") for text in ("RC1,00", "D2,00", "RD4,00")]

    data = mt942(*entries, tail=":90D:2EUR3,00\n:90C:1EUR4,00\n-")

    assert read_one(data.encode()).codes == []


@pytest.mark.parametrize("tail", ["-", "", "-}", "-}{5:{CHK:1}}", ":90D:0EUR0,\n-"])
def test_the_last_entry_ends_where_its_message_does(tail: str) -> None:
    reads = read_all(mt942(ENTRY, tail=tail).encode() * 2, MT942)

    assert [(read.lines[0].label, len(read.lines)) for read in reads] == [("VIR SEPA", 1)] * 2
    assert {read.lines[0].raw.rstrip() for read in reads} == {ENTRY}


def test_a_report_without_entries_is_a_statement() -> None:
    reads = read_all((mt942() + mt942(ENTRY) + mt942(tail="")).encode())

    assert [len(read.lines) for read in reads] == [0, 1, 0]


def test_a_report_for_another_account_may_begin_with_the_account() -> None:
    second = f":25:OTHER\n:28C:2/1\n:34F:USD0,\n{ENTRY}\n-\n"

    reads = read_all((mt942(ENTRY, tail="") + second).encode(), MT942)

    assert [(r.closed.account.number, r.closed.currency) for r in reads] == [
        (None, "EUR"), ("OTHER", "USD")
    ]  # fmt: skip


def test_details_after_the_summary_are_of_the_report() -> None:
    read = read_one(mt942(ENTRY, tail=":90C:1EUR10,\n:86:EN COURS\n-").encode())

    assert read.codes == ["statement_information"]
    assert read.closed.findings[0].message.endswith("EN COURS")


def test_a_lone_dash_before_another_entry_is_text() -> None:
    read = read_one(mt942(entry(details="RG. 17\n-"), ENTRY).encode(), MT942)

    assert [line.label for line in read.lines] == ["RG. 17 -", "VIR SEPA"]


def test_a_time_that_cannot_be_read_is_a_finding() -> None:
    read = read_one(mt942(ENTRY, floor=":34F:EUR0,\n:13D:24XX").encode())

    assert (read.codes, read.closed.period_to) == (["timestamp_unreadable"], None)


def test_a_statement_among_reports_is_read_with_a_finding() -> None:
    reads = read_all((mt942(ENTRY) + mt940(ENTRY)).encode(), MT942)

    assert [read.codes for read in reads] == [[], ["other_message"]]
    assert reads[1].closed.closing is not None


@pytest.mark.parametrize(
    ("data", "position"),
    [
        (mt942(ENTRY, floor=":34F:EUx0,"), "line 4"),
        ("{1:F01X}{2:O942X}{4:\n" + mt942(ENTRY, tail=""), "line 8"),
        (mt942(":61:24011"), "line 6"),
        (":34F:EUR0,\n", "line 1"),
        (":90D:0EUR0,\n", "line 1"),
    ],
)
def test_a_broken_report_is_refused_where_it_breaks(data: str, position: str) -> None:
    with pytest.raises(MalformedStatement) as caught:
        list(MT942.parse(io.BytesIO(data.encode())))

    assert caught.value.position == position
