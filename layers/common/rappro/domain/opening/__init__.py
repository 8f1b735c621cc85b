"""Books in from a FEC (ouverture d'un dossier): rows made into accounts, entries and open items.

`open_books` is the way in, `carry_over` applies a reconciled point later. Reading the file is
formats/fec.py's; nothing here knows bytes or columns.
"""

from rappro.domain.opening.bank import CarriedOver, ReconciledPoint, carry_over
from rappro.domain.opening.books import OpenedBooks, open_books
from rappro.domain.opening.controls import Exercise
from rappro.domain.opening.rows import FecRow

__all__ = [
    "CarriedOver", "Exercise", "FecRow", "OpenedBooks", "ReconciledPoint", "carry_over",
    "open_books",
]  # fmt: skip
