"""A line of a FEC (fichier des écritures comptables), understood but not yet judged.

The reader (formats/fec.py) makes these; the rest of the package turns them into books.
"""

from __future__ import annotations

from datetime import date

from rappro.domain.frozen import dataclass

_PIECE_YEAR_MIN = 1980
_PIECE_DAYS_AHEAD_MAX = 366


@dataclass(frozen=True, slots=True)
class FecRow:
    """One line of a FEC (LPF art. A47 A-1), in the company's currency.

    `line` is the 1-based line of the file, unique in it. `balance_minor` is debit minus credit,
    whatever way the file says it (Debit/Credit, Montant/Sens, signed). `number` is EcritureNum.
    `piece_date` is None when the file's cannot be read. `foreign_minor` has the sign of
    `balance_minor`; it is set only for another currency than the company's.
    """

    line: int
    journal: str
    entry_date: date
    account: str
    balance_minor: int
    journal_label: str = ""
    number: str = ""
    account_label: str = ""
    auxiliary: str = ""
    auxiliary_label: str = ""
    piece_ref: str = ""
    piece_date: date | None = None
    label: str = ""
    letter: str = ""
    lettered_on: date | None = None
    validated_on: date | None = None
    foreign_minor: int | None = None
    foreign_currency: str | None = None
    payment_mode: str = ""

    @property
    def has_plausible_piece_date(self) -> bool:
        """Say whether the piece's date can be one: packages fill 1900-01-01 when there is none."""
        found = self.piece_date
        if found is None or found.year < _PIECE_YEAR_MIN:
            return False
        return (found - self.entry_date).days <= _PIECE_DAYS_AHEAD_MAX

    @property
    def issue_date(self) -> date:
        """The piece's date when it is plausible, else the entry's."""
        if self.piece_date is not None and self.has_plausible_piece_date:
            return self.piece_date
        return self.entry_date
