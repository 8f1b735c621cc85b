"""Reports during the day (camt.052) and notifications (camt.054) in the import, and warnings."""

from __future__ import annotations

import pytest

from rappro.domain.bank import LineStatusAtBank
from rappro.domain.operations import ImportOutcome, ImportTrace
from tests.camt_text import IBAN
from tests.unit.formats.camt_writer import Xml, balance, el, entry, message_named, status

from .desk import COMPANY, Desk, camt

ACCOUNT = el("Acct", el("Id", el("IBAN", IBAN)), el("Ccy", "EUR"))


def data(name: str, *entries: Xml, head: tuple[Xml, ...] = ()) -> bytes:
    """Write a message of the desk's account."""
    whole = message_named(name, *entries, version=8, head=head)
    start, end = whole.index(b"<Acct>"), whole.index(b"</Acct>") + len(b"</Acct>")
    return whole[:start] + ACCOUNT.encode() + whole[end:]


def november(sts: str = "BOOK", *, ref: str = "N1", amt: str = "120.00", day: str = "05") -> Xml:
    on = f"2026-11-{day}"
    return entry(el("AddtlNtryInf", "VIR MENUISERIE DUPOND FA2026-0101"), amt=amt, ref=ref,
                 booked=on, valued=on, sts=status(sts, 8))  # fmt: skip


def codes(*traces: ImportTrace) -> list[str]:
    return [finding.code for trace in traces for finding in trace.findings]


@pytest.mark.parametrize(
    "balances",
    [
        (),
        (balance("ITBD", "5.00", "2026-11-05"),),
        (balance("ITBD", "5.00", "2026-11-05"), balance("ITBD", "7.00", "2026-11-05")),
        (balance("OPBD", "1000.00", "2026-11-05"), balance("ITAV", "7.00", "2026-11-05")),
    ],
)
def test_a_report_with_interim_balances_is_imported_and_never_said_not_to_add_up(
    balances: tuple[Xml, ...],
) -> None:
    desk = Desk().open_company()

    (trace,) = desk.drop(data("camt.052", november(), head=balances))

    assert (trace.outcome, trace.format) == (ImportOutcome.IMPORTED, "camt.052")
    assert codes(trace) == ["balance_missing"]
    assert [line.line.amount_minor for line in desk.lines()] == [12_000]


def test_a_notification_is_imported_with_its_lines() -> None:
    desk = Desk().open_company()

    (trace,) = desk.drop(data("camt.054", november()))

    assert (trace.outcome, trace.format) == (ImportOutcome.IMPORTED, "camt.054")
    assert codes(trace) == ["balance_missing"]
    assert desk.levels() == ["A"]


def test_lines_that_are_not_booked_are_kept_and_settle_nothing() -> None:
    """Not even with a date after today, which a pending entry may well have."""
    desk = Desk().open_company()

    (trace,) = desk.drop(
        data("camt.052", november("PDNG", day="30"), november("INFO", ref="N2"),
             november("FUTR", ref="N3", day="30"))
    )  # fmt: skip

    assert codes(trace) == ["balance_missing"]
    assert [line.line.status for line in desk.lines()] == [
        LineStatusAtBank.PENDING, LineStatusAtBank.INFORMATION, LineStatusAtBank.PENDING,
    ]  # fmt: skip
    assert desk.item("FA2026-0101").residual_minor == 12_000
    assert desk.statement().booked_minor == 0


def test_an_entry_given_twice_is_imported_with_a_warning() -> None:
    desk = Desk().open_company()

    (trace,) = desk.drop(data("camt.054", november(), november()))

    assert trace.outcome is ImportOutcome.IMPORTED
    assert codes(trace) == ["repeated_reference", "balance_missing"]
    assert desk.statement().line_count == 2


def test_the_account_of_another_holder_is_imported_with_a_warning() -> None:
    desk = Desk().open_company()
    named = el("Ccy", "EUR") + el("Ownr", el("Nm", "BOULANGERIE DES HALLES"))
    content = data("camt.054", november()).replace(el("Ccy", "EUR").encode(), named.encode())

    (trace,) = desk.drop(content)

    assert trace.outcome is ImportOutcome.IMPORTED
    assert codes(trace) == ["balance_missing", "other_holder"]


def test_a_statement_whose_number_does_not_follow_is_imported_with_a_warning() -> None:
    desk = Desk().open_company()
    desk.drop(camt([("2026-11-05", "1.00", "UN")], number="11", last_day="2026-11-10"))

    (trace,) = desk.drop(
        camt([("2026-11-20", "2.00", "DEUX")], number="13", opening="1001.00"), name="13.xml"
    )

    assert trace.outcome is ImportOutcome.IMPORTED
    assert "number_gap" in codes(trace)


@pytest.mark.parametrize(
    ("name", "sts", "expected"),
    [("camt.052", "BOOK", ["known_lines"]), ("camt.054", "BOOK", ["known_lines"]),
     ("camt.052", "PDNG", [])],
)  # fmt: skip
def test_what_a_report_or_notification_brought_is_settled_once_when_the_statement_comes(
    name: str, sts: str, expected: list[str]
) -> None:
    """An entry that was booked is recognised; one that was pending settled nothing before."""
    desk = Desk().open_company()
    desk.drop(data(name, november(sts)), name="first.xml")

    (trace,) = desk.drop(
        camt([("2026-11-05", "120.00", "VIR MENUISERIE DUPOND FA2026-0101"),
              ("2026-11-06", "5.00", "INCONNU")]), name="statement.xml",
    )  # fmt: skip

    assert (trace.outcome, codes(trace)) == (ImportOutcome.IMPORTED, expected)
    found = desk.store.statements(desk.tenant, COMPANY).items
    lines = [line for each in found for line in desk.store.lines(desk.tenant, COMPANY, each.id)]
    settled = [line.line for line in lines if line.level and str(line.level) == "A"]
    assert [(line.amount_minor, line.status.value) for line in settled] == [(12_000, "booked")]
