"""Books in from a FEC (ouverture d'un dossier): rows made into accounts, entries and open items.

`open_books` is the way in, `carry_over` applies a reconciled point later. Reading the file is
formats/fec.py's; nothing here knows bytes or columns.
"""

from rappro.domain.opening.bank import CarriedOver, ReconciledPoint, carry_over
from rappro.domain.opening.books import OpenedBooks, open_books
from rappro.domain.opening.controls import Exercise
from rappro.domain.opening.known import KnownBooks
from rappro.domain.opening.rows import FecRow
from rappro.domain.opening.updates import Change

__all__ = [
    "CarriedOver", "Change", "Exercise", "FecRow", "KnownBooks", "OpenedBooks", "ReconciledPoint",
    "carry_over", "open_books",
]  # fmt: skip
