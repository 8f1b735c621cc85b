"""The first sheet of the report: its head, both balances, ages, their picture, the signatures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rappro.documents import french
from rappro.documents import report_words as words
from rappro.documents.pdf_sheet import (
    BLUE,
    GREY,
    PALE,
    RED,
    WIDTH,
    Sheet,
    Style,
    fitted,
    width_of,
    wrapped,
)
from rappro.documents.report_pdf_chart import chart
from rappro.domain.aging import AgeBucket, Subtotal, by_age, subtotal
from rappro.domain.report import ReconciliationReport, ReportItem

LEFT: Final = 42.0
RIGHT: Final = WIDTH - 42.0
_MIDDLE: Final = WIDTH / 2
_GUTTER: Final = 8.0
_SIDE: Final = (RIGHT - LEFT - 2 * _GUTTER) / 2
_SMALL, _BOLD = Style(8), Style(8, is_bold=True)
_LABEL: Final = Style(7.5, colour=GREY)
_FIGURE: Final = Style(9)
_SUM: Final = Style(9.5, is_bold=True)
_AMOUNT_WIDTH: Final = 72.0
_ENDS: Final = (LEFT + 230, LEFT + 318, LEFT + 414, RIGHT - 6)
"""Where the columns of the ages end: a count and a sum of either list."""

Row = tuple[str, int]


def front(report: ReconciliationReport) -> Sheet:
    """Return the first sheet."""
    sheet = Sheet()
    y = _head(sheet, report)
    y = _balances(sheet, report, y + 14)
    y = _ages(sheet, report, y + 24)
    chart(sheet, report, left=LEFT, right=RIGHT, top=y + 24, height=150)
    _signatures(sheet, 686)
    return sheet


def _head(sheet: Sheet, report: ReconciliationReport) -> float:
    """Draw whose account it is, and which; return where it ends."""
    holder = report.holder
    sheet.text(LEFT, 58, words.TITLE, Style(17, is_bold=True, colour=BLUE))
    sheet.right(RIGHT, 58, f"au {french.day(report.on)}", Style(13, is_bold=True))
    name = Style(11, is_bold=True)
    sheet.text(LEFT, 80, wrapped(holder.company_name, name, RIGHT - LEFT - 130, 1)[0], name)
    siren = f"SIREN {french.siren(holder.siren)}" if holder.siren else ""
    sheet.right(RIGHT, 80, siren, Style(9.5))
    sheet.line([(LEFT, 88), (RIGHT, 88)], colour=BLUE, width=1.2)
    account = french.iban(holder.iban) if holder.iban else holder.bank_number or "–"
    journal = (
        f"{report.journal} – {holder.journal_label}" if holder.journal_label else report.journal
    )
    period = f"depuis le {french.day(report.period_from)}" if report.period_from else "–"
    facts = (
        ("Journal", journal, "Relevé n°", report.statement_number or "–"),
        ("Compte", report.account, "Période du relevé", period),
        ("IBAN" if holder.iban else "Compte bancaire", account, "Devise", report.currency),
    )
    y = 88.0
    for first, value, second, other in facts:
        y += 14
        _fact(sheet, LEFT, y, (first, value), indent=74, width=_SIDE + 10)
        _fact(sheet, _MIDDLE + 42, y, (second, other), indent=78, width=RIGHT - _MIDDLE - 42)
    return y


def _fact(
    sheet: Sheet, x: float, y: float, fact: tuple[str, str], *, indent: float, width: float
) -> None:
    name, value = fact
    sheet.text(x, y, name, _LABEL)
    sheet.text(x + indent, y, wrapped(value, _SMALL, width - indent, 1)[0], _SMALL)


def _balances(sheet: Sheet, report: ReconciliationReport, top: float) -> float:
    """Draw both balances, what each lacks, and what they are with it; return where it ends."""
    on = french.day(report.on)
    ledger = ("débiteur", "créditeur")[report.ledger_balance_minor < 0]
    bank = ("créditeur", "débiteur")[report.bank_balance_minor < 0]
    lines, entries = report.lines_not_in_books, report.entries_not_on_bank
    books = [
        (f"{words.LEDGER_BALANCE} {ledger} au {on}", report.ledger_balance_minor),
        _in("+ Encaissements non comptabilisés", lines),
        _out("– Décaissements non comptabilisés", lines),
    ]
    banks = [
        (f"{words.BANK_BALANCE} {bank} au {on}", report.bank_balance_minor),
        _in("+ Encaissements non passés en banque", entries),
        _out("– Décaissements non passés en banque", entries),
    ]
    _side(
        sheet, (LEFT, top), books, title=f"Comptabilité – compte {report.account}",
        total=(words.RECONCILED_LEDGER, report.reconciled_ledger_minor), currency=report.currency,
    )  # fmt: skip
    _side(
        sheet, (LEFT + _SIDE + 2 * _GUTTER, top), banks, title=_bank_title(report),
        total=(words.RECONCILED_BANK, report.reconciled_bank_minor), currency=report.currency,
    )  # fmt: skip
    return _difference(sheet, report, top + 106)


def _bank_title(report: ReconciliationReport) -> str:
    number = report.statement_number
    return f"Banque – relevé n° {number}" if number else "Banque"


def _in(name: str, items: Sequence[ReportItem]) -> Row:
    amounts = [item.amount_minor for item in items if item.amount_minor >= 0]
    return f"{name} ({len(amounts)})", sum(amounts)


def _out(name: str, items: Sequence[ReportItem]) -> Row:
    amounts = [item.amount_minor for item in items if item.amount_minor < 0]
    return f"{name} ({len(amounts)})", sum(amounts)


def _side(
    sheet: Sheet, at: tuple[float, float], rows: Sequence[Row], *, title: str, total: Row,
    currency: str,
) -> None:  # fmt: skip
    left, top = at
    right = left + _SIDE
    sheet.box(left, top, _SIDE, 18, fill=PALE)
    bold = Style(9, is_bold=True, colour=BLUE)
    sheet.text(left + 6, top + 12.5, wrapped(title, bold, _SIDE - 12, 1)[0], bold)
    y = top + 18
    for name, amount_minor in rows:
        y += 17
        sheet.text(left + 6, y, name, fitted(name, _SMALL, _SIDE - 18 - _AMOUNT_WIDTH))
        _amount(sheet, (right - 6, y), french.amount(amount_minor, currency), _FIGURE)
    sheet.line([(left + 6, y + 7), (right - 6, y + 7)])
    name, amount_minor = total
    sheet.text(left + 6, y + 21, name, _BOLD)
    _amount(sheet, (right - 6, y + 21), french.amount(amount_minor, currency), _SUM)
    sheet.box(left, top, _SIDE, y + 29 - top)


def _amount(sheet: Sheet, at: tuple[float, float], text: str, style: Style) -> None:
    sheet.amount(at[0], at[1], text, style, width=_AMOUNT_WIDTH)


def _difference(sheet: Sheet, report: ReconciliationReport, top: float) -> float:
    is_even = report.difference_minor == 0
    style = Style(11, is_bold=True, colour=BLUE if is_even else RED)
    sheet.box(LEFT, top, RIGHT - LEFT, 24, fill=PALE)
    sheet.text(LEFT + 6, top + 16, words.DIFFERENCE, style)
    said = "les deux soldes rapprochés sont égaux" if is_even else "à justifier avant signature"
    sheet.text(LEFT + 46, top + 16, said, Style(8, colour=GREY if is_even else RED))
    amount = french.amount(report.difference_minor, report.currency)
    sheet.amount(RIGHT - 6, top + 16, f"{amount} {report.currency}", style, width=180)
    return top + 24


def _ages(sheet: Sheet, report: ReconciliationReport, top: float) -> float:
    """Draw how old what is open is; return where it ends."""
    sheet.text(LEFT, top, "Ancienneté des éléments en suspens", Style(9.5, is_bold=True))
    y = top + 18
    sheet.box(LEFT, top + 7, RIGHT - LEFT, 15, fill=PALE)
    titles = ("Écritures (nombre)", "Montant", "Opérations (nombre)", "Montant")
    for end, title in zip(_ENDS, titles, strict=True):
        sheet.right(end, y, title, _BOLD)
    currency = report.currency
    sides = (report.entries_not_on_bank, report.lines_not_in_books)
    aged = [by_age(side) for side in sides]
    for bucket in AgeBucket:
        y += 13
        _age(
            sheet,
            y,
            words.AGES[bucket],
            [one[bucket] for one in aged],
            currency=currency,
            style=_SMALL,
        )
    y += 5
    sheet.line([(LEFT, y), (RIGHT, y)])
    y += 11
    _age(sheet, y, "Total", [subtotal(side) for side in sides], currency=currency, style=_BOLD)
    y += 13
    before = [subtotal(i for i in side if i.is_carried_in) for side in sides]
    _age(
        sheet, y, "dont antérieures à la période du relevé", before, currency=currency, style=_LABEL
    )
    return y


def _age(
    sheet: Sheet, y: float, name: str, sums: Sequence[Subtotal], *, currency: str, style: Style
) -> None:
    sheet.text(LEFT + 6, y, name, style)
    for number, one in enumerate(sums):
        sheet.right(_ENDS[2 * number], y, str(one.count), style)
        text = french.amount(one.amount_minor, currency)
        sheet.amount(_ENDS[2 * number + 1], y, text, style, width=80)


def _signatures(sheet: Sheet, top: float) -> None:
    """Draw where who made it and who checked it sign."""
    for left, title in ((LEFT, "Établi par"), (LEFT + _SIDE + 2 * _GUTTER, "Visa")):
        sheet.box(left, top, _SIDE, 92)
        sheet.text(left + 8, top + 15, title, Style(9, is_bold=True))
        for y, name in ((34.0, "Nom"), (50.0, "Date"), (66.0, "Signature")):
            sheet.text(left + 8, top + y, name, _LABEL)
            if name != "Signature":
                start = left + 16 + width_of("Signature", _LABEL)
                sheet.line([(start, top + y + 2), (left + _SIDE - 10, top + y + 2)], dash=(1, 2))
