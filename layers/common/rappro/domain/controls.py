"""The controls of a statement before it reaches the books (SPEC IMP-11, IMP-12).

Each failure is a named finding. A blocking one quarantines the file, loses nothing, and can be
overridden with a reason.

| code | severity | says |
| --- | --- | --- |
| balance_mismatch | blocking | opening + booked lines is not closing |
| balance_missing | info | the file gives no opening or no closing balance |
| unknown_account | blocking | no treasury journal has this account |
| wrong_currency | blocking | the statement's currency is not the journal's |
| duplicate_statement | blocking | another one says the same, or covers its lines and balances |
| known_lines | warning | some lines were brought before; they are kept and take part in nothing |
| lines_not_compared | warning | too many lines overlap to look for those brought before |
| period_closed | blocking | a line is dated in a locked period |
| future_date | warning | a booked line is dated after today |
| balance_gap | warning | the opening is not the previous statement's closing |
| period_overlap | warning | the period overlaps the previous statement |
| line_currency | blocking | a line is in another currency than its statement |
| repeated_reference | warning | a reference that the format promises to be unique comes twice |
| other_holder | warning | the account's holder is like no name of the company or the journal |
| number_gap | warning | the statement's number does not follow that of the one before |
| number_repeated | warning | the number is that of the one before, or an earlier one |

Days between two statements are no finding: banks make none for days without movements, and money
that is missing shows as balance_gap, a missing statement as number_gap.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from rappro.domain.bank import (
    BankAccountRef,
    Finding,
    LineStatusAtBank,
    Severity,
    StatementClosed,
    StatementLine,
)  # fmt: skip
from rappro.domain.books import (
    Company,
    Journal,
    JournalType,
)
from rappro.domain.money import format_amount
from rappro.domain.plausibility import (
    References,
    other_holder,
    out_of_order,
    repeated_references,
)
from rappro.domain.records import (
    StatementRecord,
    StatementStatus,
)

_NUMBER_LENGTH_MIN = 8
"""A shorter number says too little to be looked for inside an IBAN."""


@dataclass(slots=True)
class LineTotals:
    """What the controls need to know of the lines, kept while they stream by."""

    format: str = ""
    booked_minor: int = 0
    first_date: date | None = None
    last_date: date | None = None
    last_booked: date | None = None
    foreign_position: int | None = None
    references: References = field(init=False)

    def __post_init__(self) -> None:
        self.references = References(self.format)

    def add(self, line: StatementLine, currency: str) -> None:
        """Count one line; only booked lines count in the balance."""
        if line.status is LineStatusAtBank.BOOKED:
            self.booked_minor += line.amount_minor
            if self.last_booked is None or line.booking_date > self.last_booked:
                self.last_booked = line.booking_date
        if self.first_date is None or line.booking_date < self.first_date:
            self.first_date = line.booking_date
        if self.last_date is None or line.booking_date > self.last_date:
            self.last_date = line.booking_date
        if line.currency != currency and self.foreign_position is None:
            self.foreign_position = line.position
        if self.references.is_watched:
            self.references.add(line)


def journal_of(account: BankAccountRef, journals: list[Journal]) -> Journal | None:
    """Return the treasury journal that has this account, by IBAN, else by the bank's number.

    A bare number is also found inside an IBAN (formats without IBANs leave bank and key out). None
    when there is none, or when two journals claim it.
    """
    wanted = {_plain(value) for value in (account.iban, account.number) if value}
    treasury = [journal for journal in journals if journal.type is JournalType.TREASURY]
    found = [journal for journal in treasury if wanted & _names_of(journal)]
    if not found and account.iban is None and account.number is not None:
        number = _plain(account.number).lstrip("0")
        if len(number) >= _NUMBER_LENGTH_MIN:
            found = [journal for journal in treasury if number in _plain(journal.iban or "")[4:]]
    return found[0] if len(found) == 1 else None


def _names_of(journal: Journal) -> set[str]:
    names = {_plain(value) for value in (journal.iban, journal.bank_number) if value}
    if journal.iban:
        names.add(_plain(journal.iban)[4:])  # the BBAN, as CFONB and CODA give it
    return names


def _plain(value: str) -> str:
    return "".join(char for char in value.upper() if char.isalnum())


def control_file(closed: StatementClosed, totals: LineTotals) -> list[Finding]:
    """Return what is wrong within the statement itself."""
    where = f"statement {closed.ordinal}"
    found = repeated_references(totals.references, where)
    if totals.foreign_position is not None:
        found.append(
            Finding("line_currency", Severity.BLOCKING,
                    f"a line is not in {closed.currency}, the statement's currency",
                    f"{where} line {totals.foreign_position}")
        )  # fmt: skip
    if closed.opening is None or closed.closing is None:
        missing = "opening" if closed.opening is None else "closing"
        found.append(
            Finding("balance_missing", Severity.INFO, f"the file gives no {missing} balance", where)
        )
        return found
    gap = closed.opening.amount_minor + totals.booked_minor - closed.closing.amount_minor
    if gap:
        found.append(
            Finding("balance_mismatch", Severity.BLOCKING,
                    "opening balance plus lines differs from the closing balance by "
                    f"{format_amount(gap, closed.currency)} {closed.currency}", where)
        )  # fmt: skip
    return found


def control_books(
    closed: StatementClosed, totals: LineTotals, company: Company, journal: Journal | None,
    *, today: date,
) -> list[Finding]:  # fmt: skip
    """Return what does not fit the company and its journal."""
    where = f"statement {closed.ordinal}"
    if journal is None:
        account = closed.account.iban or closed.account.number or "without number"
        return [
            Finding("unknown_account", Severity.BLOCKING,
                    f"no treasury journal has the account {account}", where)
        ]  # fmt: skip
    found = other_holder(closed, (company.name, journal.label))
    if closed.currency != journal.currency:
        found.append(
            Finding("wrong_currency", Severity.BLOCKING,
                    f"the statement is in {closed.currency}, journal {journal.code} in"
                    f" {journal.currency}", where)
        )  # fmt: skip
    if (
        company.closed_until is not None
        and totals.first_date is not None
        and totals.first_date <= company.closed_until
    ):
        found.append(
            Finding("period_closed", Severity.BLOCKING,
                    f"a line is dated {totals.first_date}, locked until {company.closed_until}",
                    where)
        )  # fmt: skip
    if totals.last_booked is not None and totals.last_booked > today:
        found.append(
            Finding("future_date", Severity.WARNING,
                    f"a line is dated {totals.last_booked}, after today {today}", where)
        )  # fmt: skip
    return found


_ACCEPTED = frozenset(StatementStatus) - {StatementStatus.QUARANTINED, StatementStatus.DELETING}


def control_continuity(
    closed: StatementClosed, earlier: list[StatementRecord], format_name: str = ""
) -> list[Finding]:
    """Compare with the last accepted statements of the journal that end before this one does.

    The balance is compared whatever brought it, the number only within one format.
    """
    accepted = [statement for statement in earlier if statement.status in _ACCEPTED]
    found = out_of_order(closed, accepted, format_name)
    if closed.opening is None or closed.period_to is None:
        return found
    before = [
        statement
        for statement in accepted
        if statement.closing is not None
        and statement.period_to is not None
        and statement.period_to < closed.period_to
    ]
    if not before:
        return found
    last = max(before, key=lambda s: (s.period_to or date.min, s.number or "", s.id))
    return [*found, *_balance_gap(closed, last), *_overlap(closed, last)]


def _balance_gap(closed: StatementClosed, last: StatementRecord) -> list[Finding]:
    if closed.opening is None or last.closing is None:
        return []
    gap = closed.opening.amount_minor - last.closing.amount_minor
    if not gap:
        return []
    return [
        Finding("balance_gap", Severity.WARNING,
                f"the opening differs from the closing of statement {last.number or last.id} by "
                f"{format_amount(gap, closed.currency)} {closed.currency}",
                f"statement {closed.ordinal}")
    ]  # fmt: skip


def _overlap(closed: StatementClosed, last: StatementRecord) -> list[Finding]:
    if closed.period_from is None or last.period_to is None:
        return []
    if closed.period_from >= last.period_to:
        return []
    return [
        Finding("period_overlap", Severity.WARNING,
                f"the period begins {closed.period_from}, before the previous one ends"
                f" {last.period_to}", f"statement {closed.ordinal}")
    ]  # fmt: skip
