"""Reports to write: every amount and age that a document has to cope with."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from rappro.domain.report import ReconciliationReport, ReportHolder, ReportItem
from rappro.domain.report_balances import BalancePoint

ON = date(2025, 1, 31)
PERIOD_FROM = date(2025, 1, 1)
HOLDER = ReportHolder(
    "Menuiserie Œuvre & Fils", "732829320", "Banque principale", "FR7630006000011234567890189"
)


def item(name: str, amount_minor: int, age_days: int = 3, label: str = "") -> ReportItem:
    """An open item of that age."""
    on = ON - timedelta(days=age_days)
    return ReportItem(
        name, on, label or f"LIGNE {name}", amount_minor, f"P-{name}", age_days, on < PERIOD_FROM
    )


def report(
    entries: tuple[ReportItem, ...] = (),
    lines: tuple[ReportItem, ...] = (),
    *,
    ledger_minor: int = 123_456_789,
    difference_minor: int = 0,
    currency: str = "EUR",
    history: tuple[BalancePoint, ...] = (),
) -> ReconciliationReport:
    """A report whose bank balance follows from the rest."""
    explained = sum(i.amount_minor for i in lines) - sum(i.amount_minor for i in entries)
    return ReconciliationReport(
        journal="BQ1", account="512100", currency=currency, on=ON, statement_number="2025-01",
        bank_balance_minor=ledger_minor + explained + difference_minor,
        ledger_balance_minor=ledger_minor, lines_not_in_books=lines, entries_not_on_bank=entries,
        period_from=PERIOD_FROM, holder=HOLDER, history=history,
    )  # fmt: skip


def january() -> ReconciliationReport:
    """A usual report: cheques not presented, fees not booked, and hostile labels."""
    return report(
        entries=(
            item("be_1", -45_000, 95, "CHEQUE 1042"),
            item("be_2", -120_050, 12, "Chèque 1051; Étude « Dupont »"),
            item("be_3", 250_000, 2, '=HYPERLINK("http://x")'),
        ),
        lines=(
            item("st_1/4", -1_234, 31, "@SUM(1+1)*cmd"),
            item("st_1/9", 9_900, 0, "-2+3 VIREMENT\r\nRECU"),
        ),
    )


def flat(days: int, minor: int = 1_000) -> tuple[BalancePoint, ...]:
    """Balances that move a little each day, up to the day of the report."""
    return tuple(
        BalancePoint(ON - timedelta(days=days - 1 - n), minor + 7 * n, minor - 5 * n)
        for n in range(days)
    )


ITEMS = st.lists(
    st.tuples(st.integers(-(10**14), 10**14), st.integers(0, 800), st.text(max_size=30)),
    max_size=6,
).map(
    lambda rows: tuple(
        item(f"i{number}", amount, age, label) for number, (amount, age, label) in enumerate(rows)
    )
)
REPORTS = st.builds(
    report,
    ITEMS,
    ITEMS,
    ledger_minor=st.integers(-(10**14), 10**14),
    difference_minor=st.integers(-(10**6), 10**6),
    currency=st.sampled_from(["EUR", "JPY", "TND"]),
    history=st.integers(0, 40).map(flat),
)
