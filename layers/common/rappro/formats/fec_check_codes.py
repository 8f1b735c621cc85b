"""What a check of a FEC may find: the codes with their severities, and how findings are collected.

Blocking: the law or the administration's own test refuses it. Warning: they let it pass, and
somebody will ask. Info: worth knowing. docs/formats/fec-out.md has the same table.
"""

from __future__ import annotations

from typing import Final

from rappro.domain.bank import Finding, Severity
from rappro.domain.opening.notes import Notes

_B: Final = Severity.BLOCKING
_W: Final = Severity.WARNING
_I: Final = Severity.INFO

CODES: Final = {
    # the file
    "file_unreadable": _B,
    "file_name": _B,
    "siren_key": _W,
    "encoding_not_allowed": _B,
    "byte_order_mark": _W,
    "line_ends_mixed": _W,
    "line_ends_doubled": _B,
    # the header
    "header_missing": _B,
    "header_separator": _B,
    "column_missing": _B,
    "column_order": _B,
    "column_spelling": _W,
    "column_extra": _W,
    # fields of a line
    "separators_mixed": _B,
    "field_count": _B,
    "field_quoted": _W,
    "field_padded": _I,
    "field_empty": _B,
    "date_invalid": _B,
    "amount_invalid": _B,
    "amount_empty": _W,
    "amount_point": _B,
    "amount_signed": _W,
    "amount_on_both_sides": _W,
    "amount_zero": _W,
    "account_digits": _W,
    "account_not_in_chart": _W,
    "auxiliary_pair": _W,
    "lettering_pair": _W,
    "currency_pair": _W,
    "currency_code": _W,
    "entry_outside_exercise": _B,
    "validated_before_entry": _W,
    "row_duplicate": _W,
    # what lines say together
    "journal_label_differs": _W,
    "account_label_differs": _W,
    "auxiliary_label_differs": _W,
    "entry_not_balanced": _B,
    "entry_of_several_days": _W,
    "entry_scattered": _W,
    "entry_repeated": _B,
    "number_reused": _B,
    "number_constant": _B,
    "number_gap": _W,
    "number_falls": _W,
    "validation_order": _W,
    "day_not_balanced": _B,
    "journal_not_balanced": _B,
    "file_not_balanced": _B,
    "lettering_not_balanced": _W,
}


class Remarks:
    """Collects the findings of one file: the first of each code in full, the count of all."""

    __slots__ = ("_notes",)

    def __init__(self) -> None:
        self._notes = Notes()

    def add(self, code: str, message: str, line: int | None = None) -> None:
        """Note a finding of a known code, at a line of the file."""
        position = None if line is None else f"line {line}"
        self._notes.take(Finding(code, CODES[code], message, position))

    @property
    def counts(self) -> dict[str, int]:
        """How often each code was found, in the order of the first time."""
        return dict(self._notes.counts)

    def findings(self) -> tuple[Finding, ...]:
        """Return what was noted, in the order of the file."""
        return self._notes.findings()
