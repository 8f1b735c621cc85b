"""The reconciliation report as a table for a spreadsheet: one heading, one row an item or a figure.

Semicolons, decimal commas, CRLF (RFC 4180) and UTF-8 with a byte order mark, without which French
spreadsheets read another encoding. A text that a spreadsheet would run as a formula is led by an
apostrophe; amounts are ours and never are.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Final

from rappro.documents import french
from rappro.documents import report_words as words
from rappro.domain.report import ReconciliationReport, ReportItem

BYTE_ORDER_MARK: Final = "\ufeff"
HEADING: Final = (
    "Rubrique", "Antérieure à la période", "Date", "Pièce", "Libellé", "Montant", "Devise",
    "Ancienneté (jours)", "Tranche", "Identifiant",
)  # fmt: skip
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What starts a formula, in both widths; controls, which may also lead to one, become a space."""

Row = tuple[str, ...]


def report_csv(report: ReconciliationReport, *, rows_max: int) -> str:
    """Return the report as CSV; of each list the first `rows_max` items, the rest as one sum.

    bank = ledger + lines - entries + difference holds over its rows, with or without totals.
    """
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADING)
    writer.writerows(_rows(report, rows_max))
    return BYTE_ORDER_MARK + file.getvalue()


def _rows(report: ReconciliationReport, rows_max: int) -> Iterator[Row]:
    holder = report.holder
    yield _figure(
        report, words.LEDGER_BALANCE, report.ledger_balance_minor, piece=report.account,
        label=holder.company_name, identifier=report.journal,
    )  # fmt: skip
    yield from _items(report, words.LINES, report.lines_not_in_books, rows_max)
    yield _figure(report, words.TOTAL_LINES, report.lines_minor)
    yield _figure(report, words.RECONCILED_LEDGER, report.reconciled_ledger_minor)
    yield _figure(
        report, words.BANK_BALANCE, report.bank_balance_minor,
        piece=report.statement_number or "", label=holder.iban or holder.bank_number or "",
    )  # fmt: skip
    yield from _items(report, words.ENTRIES, report.entries_not_on_bank, rows_max)
    yield _figure(report, words.TOTAL_ENTRIES, report.entries_minor)
    yield _figure(report, words.RECONCILED_BANK, report.reconciled_bank_minor)
    yield _figure(report, words.DIFFERENCE, report.difference_minor)


def _items(
    report: ReconciliationReport, section: str, items: Sequence[ReportItem], rows_max: int
) -> Iterator[Row]:
    for item in items[:rows_max]:
        yield (
            section,
            "oui" if item.is_carried_in else "non",
            french.day(item.date),
            safe(item.reference or ""),
            safe(item.label),
            french.amount(item.amount_minor, report.currency, group=""),
            report.currency,
            str(item.age_days),
            words.AGES[item.bucket],
            safe(item.id),
        )
    rest = items[rows_max:]
    if rest:
        left_minor = sum(item.amount_minor for item in rest)
        yield _figure(report, section, left_minor, label=f"{words.NOT_LISTED} : {len(rest)}")


def _figure(
    report: ReconciliationReport, name: str, amount_minor: int, *, piece: str = "",
    label: str = "", identifier: str = "",
) -> Row:  # fmt: skip
    amount = french.amount(amount_minor, report.currency, group="")
    on = french.day(report.on)
    return (
        name, "", on, safe(piece), safe(label), amount, report.currency, "", "", safe(identifier)
    )  # fmt: skip


def safe(text: str) -> str:
    """Return a text that no spreadsheet runs: one line, an apostrophe before what is a formula."""
    plain = _CONTROL.sub(" ", text)
    return f"'{plain}" if plain.lstrip().startswith(_FORMULA) else plain
