"""The reconciliation report as a PDF that an accountant signs: A4, in French.

The first sheet has who, what and both balances; the lists follow, as many sheets as they take.
"""

from __future__ import annotations

from datetime import date

from rappro.documents import french
from rappro.documents import report_words as words
from rappro.documents.pdf_sheet import GREY, HEIGHT, RULE, Sheet, Style, pdf_bytes, wrapped
from rappro.documents.report_pdf_front import LEFT, RIGHT, front
from rappro.documents.report_pdf_lists import lists
from rappro.domain.frozen import dataclass
from rappro.domain.report import ReconciliationReport

_FOOT = Style(7, colour=GREY)


@dataclass(frozen=True, slots=True)
class Seal:
    """What a frozen report says of itself: when and by whom it was made, and its hash."""

    made_on: date
    author: str
    sha256: str


def report_pdf(report: ReconciliationReport, *, rows_max: int, seal: Seal | None = None) -> bytes:
    """Return the report as a PDF; of each list the first `rows_max` items, the rest as one sum.

    The same report gives the same bytes: it says that it was made on the day of the report.
    """
    sheets = [front(report), *lists(report, rows_max)]
    for number, sheet in enumerate(sheets, start=1):
        _foot(sheet, report, f"Page {number}/{len(sheets)}", seal)
    title = f"{words.TITLE} {report.journal} au {french.day(report.on)}"
    return pdf_bytes(sheets, title=title, author=report.holder.company_name, on=report.on)


def _foot(sheet: Sheet, report: ReconciliationReport, page: str, seal: Seal | None) -> None:
    y = HEIGHT - 44
    sheet.line([(LEFT, y), (RIGHT, y)], colour=RULE)
    name = f"{report.holder.company_name} – {report.journal} – au {french.day(report.on)}"
    sheet.text(LEFT, y + 11, wrapped(name, _FOOT, RIGHT - LEFT - 60, 1)[0], _FOOT)
    sheet.right(RIGHT, y + 11, page, _FOOT)
    sheet.text(LEFT, y + 21, _said_of(seal), _FOOT)


def _said_of(seal: Seal | None) -> str:
    if seal is None:
        return "État recalculé à la demande, non arrêté."
    who = wrapped(seal.author, _FOOT, 130, 1)[0]
    return (
        f"État arrêté à la validation du relevé le {french.day(seal.made_on)} par {who}."
        f" SHA-256 {seal.sha256}"
    )
