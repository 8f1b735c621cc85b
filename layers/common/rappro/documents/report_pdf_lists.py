"""The lists of the report, sheet after sheet: rows, subtotals, a heading on each sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from rappro.documents import french
from rappro.documents import report_words as words
from rappro.documents.pdf_sheet import (
    BLUE,
    GREY,
    HEIGHT,
    PALE,
    WIDTH,
    Sheet,
    Style,
    wrapped,
)
from rappro.domain.report import ReconciliationReport, ReportItem

_LEFT, _RIGHT = 42.0, WIDTH - 42.0
_BOTTOM: Final = HEIGHT - 60
_DATE: Final = _LEFT + 4
_PIECE: Final = _LEFT + 54
_LABEL: Final = _LEFT + 140
_AGE_END: Final = _LEFT + 370
_IN_END: Final = _LEFT + 438
_OUT_END: Final = _RIGHT - 4
_PIECE_WIDTH: Final = 80.0
_LABEL_WIDTH: Final = _AGE_END - 30 - _LABEL
_AMOUNT_WIDTH: Final = 64.0
_ROW, _LINE = 13.0, 9.5
_TEXT, _BOLD = Style(8), Style(8, is_bold=True)
_HEAD, _QUIET = Style(8, colour=GREY), Style(8, colour=GREY)
_TITLE: Final = Style(10.5, is_bold=True, colour=BLUE)
_SUM: Final = Style(9, is_bold=True)
_LABEL_LINES_MAX: Final = 2
_ROWS_KEPT_TOGETHER: Final = 3
"""A heading never stands alone at the foot of a sheet."""


@dataclass(slots=True)
class _Writer:
    """Writes one list downwards, and goes on a new sheet when one is full."""

    report: ReconciliationReport
    sheets: list[Sheet] = field(default_factory=list)
    title: str = ""
    y: float = _BOTTOM

    @property
    def sheet(self) -> Sheet:
        return self.sheets[-1]

    def begin(self, title: str) -> None:
        """Begin a list, on a sheet that has room for its heading and some rows."""
        self.title = title
        if self.y + 40 + _ROWS_KEPT_TOGETHER * _ROW > _BOTTOM:
            self._turn()
        else:
            self.y += 26
        self._columns(title)

    def room(self, height: float) -> None:
        """Go on a new sheet unless something of that height fits on this one."""
        if self.y + height > _BOTTOM:
            self._turn()
            self._columns(f"{self.title} (suite)")

    def _turn(self) -> None:
        self.sheets.append(Sheet())
        holder = self.report.holder.company_name
        said = f"{words.TITLE} au {french.day(self.report.on)}"
        self.sheet.text(_LEFT, 40, wrapped(holder, _HEAD, 300, 1)[0], _HEAD)
        self.sheet.right(_RIGHT, 40, said, _HEAD)
        self.sheet.line([(_LEFT, 46), (_RIGHT, 46)], colour=BLUE, width=1)
        self.y = 66.0

    def _columns(self, title: str) -> None:
        """Name the list and its columns."""
        self.sheet.text(_LEFT, self.y, title, _TITLE)
        self.y += 7
        self.sheet.box(_LEFT, self.y, _RIGHT - _LEFT, 15, fill=PALE)
        y = self.y + 10.5
        for x, name in ((_DATE, "Date"), (_PIECE, "Pièce"), (_LABEL, "Libellé")):
            self.sheet.text(x, y, name, _BOLD)
        for x, name in ((_AGE_END, "Jours"), (_IN_END, "Encaissement"), (_OUT_END, "Décaissement")):
            self.sheet.right(x, y, name, _BOLD)
        self.y += 15

    def item(self, item: ReportItem) -> None:
        """Write a row."""
        label = wrapped(item.label, _TEXT, _LABEL_WIDTH, _LABEL_LINES_MAX)
        height = _ROW + _LINE * (len(label) - 1)
        self.room(height)
        y = self.y + 9.5
        self.sheet.text(_DATE, y, french.day(item.date), _TEXT)
        self.sheet.text(_PIECE, y, wrapped(item.reference or "", _TEXT, _PIECE_WIDTH, 1)[0], _TEXT)
        for number, line in enumerate(label):
            self.sheet.text(_LABEL, y + number * _LINE, line, _TEXT)
        self.sheet.right(_AGE_END, y, str(item.age_days), _TEXT)
        self._amounts(y, [item.amount_minor], _TEXT)
        self.y += height
        self.sheet.line([(_LEFT, self.y), (_RIGHT, self.y)], width=0.25)

    def words(self, text: str) -> None:
        """Write a row of words, which the rows after it go with."""
        self.room(_ROW * _ROWS_KEPT_TOGETHER)
        self.sheet.text(_DATE, self.y + 10, text, _QUIET)
        self.y += _ROW + 2

    def total(self, name: str, amounts: Sequence[int], style: Style) -> None:
        """Write the sums of what comes in and of what goes out."""
        self.room(_ROW + 2)
        self.sheet.text(_DATE, self.y + 10, name, style)
        self._amounts(self.y + 10, amounts, style)
        self.y += _ROW + 2

    def balance(self, name: str, amount_minor: int) -> None:
        """Write the sum of a list, signed."""
        self.room(_ROW + 6)
        self.sheet.line([(_LEFT, self.y + 1), (_RIGHT, self.y + 1)], colour=BLUE, width=0.8)
        self.sheet.text(_DATE, self.y + 12, name, _SUM)
        text = f"{french.amount(amount_minor, self.report.currency)} {self.report.currency}"
        self.sheet.amount(_OUT_END, self.y + 12, text, _SUM, width=2 * _AMOUNT_WIDTH)
        self.y += _ROW + 6

    def _amounts(self, y: float, amounts: Sequence[int], style: Style) -> None:
        received = [minor for minor in amounts if minor >= 0]
        spent = [-minor for minor in amounts if minor < 0]
        for end, part in ((_IN_END, received), (_OUT_END, spent)):
            if part:
                text = french.amount(sum(part), self.report.currency)
                self.sheet.amount(end, y, text, style, width=_AMOUNT_WIDTH)


def lists(report: ReconciliationReport, rows_max: int) -> list[Sheet]:
    """Return the sheets of both lists; none for a report without open items."""
    writer = _Writer(report)
    for title, total, items in (
        (words.ENTRIES, words.TOTAL_ENTRIES, report.entries_not_on_bank),
        (words.LINES, words.TOTAL_LINES, report.lines_not_in_books),
    ):
        if items:
            writer.begin(f"{title} ({len(items)})")
            _list(writer, items, rows_max)
            writer.balance(total, sum(item.amount_minor for item in items))
    return writer.sheets


def _list(writer: _Writer, items: Sequence[ReportItem], rows_max: int) -> None:
    """Write a list: what is of before the period, then the period's, each with its subtotal."""
    before = [item for item in items if item.is_carried_in]
    since = [item for item in items if not item.is_carried_in]
    left = rows_max
    for title, group in ((words.CARRIED_IN, before), (words.OF_PERIOD, since)):
        if not group:
            continue
        if writer.report.period_from is not None:
            writer.words(f"{title} ({len(group)})")
        for item in group[:left]:
            writer.item(item)
        rest = [item.amount_minor for item in group[left:]]
        left = max(0, left - len(group))
        if rest:
            writer.total(f"{words.NOT_LISTED} : {len(rest)}", rest, _QUIET)
        writer.total("Sous-total", [item.amount_minor for item in group], _BOLD)
