"""The same movements through a second format, and what became of their lines."""

from __future__ import annotations

from collections.abc import Sequence

from rappro.domain.records import LineRecord, StatementRecord, StatementStatus
from rappro.use_cases.override import override_quarantine
from tests.camt_text import Movement

from .desk import COMPANY, IBAN, Desk

REASON = "seen with the bank"


def mt940(
    movements: Sequence[Movement], *, opening: str = "1000.00", last: str = "261130"
) -> bytes:
    """The same days as `camt`, as an MT940 without any reference."""
    cents = int(opening.replace(".", "")) + sum(int(a.replace(".", "")) for _, a, _ in movements)
    entries = "".join(
        f":61:{on[2:].replace('-', '')}{on[5:].replace('-', '')}{_mt_amount(amount)}NTRFNONREF\n"
        f":86:{label}\n"
        for on, amount, label in movements
    )
    return (
        f":20:REF\n:25:{IBAN}\n:28C:11/1\n:60F:C261101EUR{_comma(opening)}\n{entries}"
        f":62F:C{last}EUR{_comma(f'{cents // 100}.{cents % 100:02d}')}\n-\n"
    ).encode()


def _comma(text: str) -> str:
    return text.lstrip("-").replace(".", ",")


def _mt_amount(amount: str) -> str:
    return f"{'D' if amount.startswith('-') else 'C'}{_comma(amount)}"


def by_format(desk: Desk, name: str) -> StatementRecord:
    """Return the one statement of a format."""
    (found,) = (s for s in desk.store.statements(desk.tenant, COMPANY).items if s.format == name)
    return found


def lines(desk: Desk, statement: StatementRecord) -> list[LineRecord]:
    """Return the lines of a statement."""
    return list(desk.store.lines(desk.tenant, COMPANY, statement.id))


def unmatched(desk: Desk) -> list[int]:
    """The amounts of all lines that wait, whatever statement has them."""
    return sorted(
        line.line.amount_minor
        for statement in desk.store.statements(desk.tenant, COMPANY).items
        if statement.status is not StatementStatus.QUARANTINED
        for line in lines(desk, statement)
        if line.match_id is None and line.known_as is None
    )


def override(desk: Desk, statement: StatementRecord) -> StatementRecord:
    """Take a quarantined statement in all the same."""
    return override_quarantine(desk.ports, desk.tenant, COMPANY, statement.id, REASON, "comptable")
