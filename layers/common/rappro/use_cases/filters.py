"""What a person may ask of a list of statements or lines; no store is read here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rappro.domain.ids import ThirdPartyId
from rappro.domain.matching.model import Level
from rappro.domain.records import (
    LineRecord,
    LineStatus,
    StatementRecord,
    StatementStatus,
)

FAR_PAST, FAR_FUTURE = date.min, date.max


@dataclass(frozen=True, slots=True)
class StatementFilter:
    """Which statements to list; a period overlaps `from_day`..`to_day`, both included."""

    journal: str | None = None
    status: StatementStatus | None = None
    from_day: date | None = None
    to_day: date | None = None

    def takes(self, statement: StatementRecord) -> bool:
        """True when the statement is one of them; one without a period is in every period.

        Nobody is shown one that is being deleted.
        """
        if statement.status is StatementStatus.DELETING:
            return False
        if self.status is not None and statement.status is not self.status:
            return False
        starts = statement.period_from or statement.period_to or FAR_PAST
        ends = statement.period_to or statement.period_from or FAR_FUTURE
        return ends >= (self.from_day or FAR_PAST) and starts <= (self.to_day or FAR_FUTURE)


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Which lines to list. A known line is neither matched nor does it wait to be.

    Amounts are magnitudes in minor units; `sign` is 1 for money in, -1 for money out. `text` stands
    in any of the five texts or in the counterparty's name, whatever the case.
    """

    level: Level | None = None
    is_matched: bool | None = None
    is_known: bool | None = None
    status: LineStatus | None = None
    third_party: ThirdPartyId | None = None
    text: str | None = None
    amount_minor_min: int | None = None
    amount_minor_max: int | None = None
    sign: int | None = None

    def takes(self, record: LineRecord) -> bool:
        """True when the line is one of them."""
        if self.is_matched is False and record.known_as is not None:
            return False
        return all(
            wanted is None or wanted == found
            for wanted, found in (
                (self.level, record.level),
                (self.is_matched, record.match_id is not None),
                (self.is_known, record.known_as is not None),
                (self.status, record.status),
                (self.third_party, record.third_party),
            )
        ) and self._takes_line(record)

    def _takes_line(self, record: LineRecord) -> bool:
        magnitude = abs(record.line.amount_minor)
        if self.sign is not None and record.line.amount_minor * self.sign <= 0:
            return False
        if self.amount_minor_min is not None and magnitude < self.amount_minor_min:
            return False
        if self.amount_minor_max is not None and magnitude > self.amount_minor_max:
            return False
        if self.text is None:
            return True
        texts = (*record.line.texts, record.line.counterparty.name or "")
        return any(self.text.casefold() in text.casefold() for text in texts)
