"""What a person may ask of a list or a search of statements or lines; no store is read here."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum

from rappro.domain.bank import LineStatusAtBank, Nature
from rappro.domain.frozen import dataclass
from rappro.domain.ids import ThirdPartyId
from rappro.domain.matching.model import Level
from rappro.domain.matching.normalise import fold
from rappro.domain.money import exponent
from rappro.domain.records import (
    LineRecord,
    LineStatus,
    StatementRecord,
    StatementStatus,
)
from rappro.domain.statement_state import RUNNABLE

FAR_PAST, FAR_FUTURE = date.min, date.max


class LineSort(StrEnum):
    """Orders of lines that are found; of equal ones, the newest period comes first."""

    DATE = "date"  # of booking
    DATE_DOWN = "-date"
    AMOUNT = "amount"  # by magnitude
    AMOUNT_DOWN = "-amount"


class StatementSort(StrEnum):
    """Orders of statements that are found, beside the newest period first."""

    PERIOD = "period"
    IMPORTED = "imported"
    IMPORTED_DOWN = "-imported"
    BOOKED = "booked"  # the sum of the booked lines, signed
    BOOKED_DOWN = "-booked"


@dataclass(frozen=True, slots=True)
class StatementFilter:
    """Which statements to list; a period overlaps `from_day`..`to_day`, both included.

    `text` stands in the number or the file's name, whatever the case and accents. Amounts are
    magnitudes in major units: one of the opening and closing balances and the sum of the booked
    lines lies between them.
    """

    journal: str | None = None
    status: StatementStatus | None = None
    from_day: date | None = None
    to_day: date | None = None
    text: str | None = None
    amount_min: Decimal | None = None
    amount_max: Decimal | None = None

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
        if ends < (self.from_day or FAR_PAST) or starts > (self.to_day or FAR_FUTURE):
            return False
        if self.text is not None and not stands_in(
            self.text, statement.number or "", statement.source_name
        ):
            return False
        return self._takes_totals(statement)

    def _takes_totals(self, statement: StatementRecord) -> bool:
        if self.amount_min is None and self.amount_max is None:
            return True
        low, high = minor_bounds(self.amount_min, self.amount_max, statement.currency)
        balances = (statement.opening, statement.closing)
        totals = [balance.amount_minor for balance in balances if balance is not None]
        return any(
            (low is None or low <= abs(total)) and (high is None or abs(total) <= high)
            for total in (*totals, statement.booked_minor)
        )


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Which lines to list. A known line, or one not booked, is not matched nor waits to be.

    Amounts are magnitudes in minor units; `sign` is 1 for money in, -1 for money out. `text` stands
    in any of the five texts or in the counterparty's name, whatever the case and accents. `nature`
    is the one that a person set, else the bank's.
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
    nature: Nature | None = None

    def takes(self, record: LineRecord) -> bool:
        """True when the line is one of them."""
        if self.is_matched is False and not _may_wait(record):
            return False
        return all(
            wanted is None or wanted == found
            for wanted, found in (
                (self.level, record.level),
                (self.is_matched, record.match_id is not None),
                (self.is_known, record.known_as is not None),
                (self.status, record.status),
                (self.third_party, record.third_party),
                (self.nature, record.nature or record.line.nature),
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
        return stands_in(self.text, *record.line.texts, record.line.counterparty.name or "")


@dataclass(frozen=True, slots=True)
class LineSearch:
    """Which lines are looked for in a whole company, and in which order.

    `from_day` and `to_day` are booking dates, both included; lines are looked for in statements
    whose period they touch. Amounts are magnitudes in major units, of whichever currency. Lines
    wait to be matched (`lines.is_matched` is False) where their statement may still be matched.
    """

    journal: str | None = None
    from_day: date | None = None
    to_day: date | None = None
    lines: LineFilter = LineFilter()
    amount_min: Decimal | None = None
    amount_max: Decimal | None = None
    sort: LineSort | None = None

    @property
    def statements(self) -> StatementFilter:
        """The statements that are gone through."""
        return StatementFilter(self.journal, None, self.from_day, self.to_day)

    def opens(self, statement: StatementRecord) -> bool:
        """True when a statement that is gone through may hold such lines, by its status."""
        return self.lines.is_matched is not False or statement.status in RUNNABLE

    def takes(self, statement: StatementRecord, record: LineRecord) -> bool:
        """True when a line of a statement that is gone through is one of them."""
        day = record.line.booking_date
        if not (self.from_day or FAR_PAST) <= day <= (self.to_day or FAR_FUTURE):
            return False
        low, high = minor_bounds(self.amount_min, self.amount_max, record.line.currency)
        wanted = replace(self.lines, amount_minor_min=low, amount_minor_max=high)
        return self.opens(statement) and wanted.takes(record)


@dataclass(frozen=True, slots=True)
class StatementSearch:
    """Which statements are looked for: with a line of a third party, if one is named."""

    statements: StatementFilter = StatementFilter()
    third_party: ThirdPartyId | None = None
    sort: StatementSort | None = None

    @property
    def is_plain(self) -> bool:
        """True when every statement of the list is one of them."""
        return replace(self, statements=replace(self.statements, journal=None)) == StatementSearch()


def stands_in(text: str, *texts: str) -> bool:
    """True when a text stands in one of the others, whatever the case and accents."""
    wanted = fold(text)
    return any(wanted in fold(each) for each in texts)


def minor_bounds(
    low: Decimal | None, high: Decimal | None, currency: str
) -> tuple[int | None, int | None]:
    """Return bounds of magnitudes in minor units; what is finer than them is drawn inwards."""
    places = exponent(currency)
    return (
        None if low is None else int(low.scaleb(places).to_integral_value(ROUND_CEILING)),
        None if high is None else int(high.scaleb(places).to_integral_value(ROUND_FLOOR)),
    )


def _may_wait(record: LineRecord) -> bool:
    return record.known_as is None and record.line.status is LineStatusAtBank.BOOKED
