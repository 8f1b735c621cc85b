"""Findings of a load, bounded: the first of each code in full, and how many there were."""

from __future__ import annotations

from rappro.domain.bank import Finding, Severity
from rappro.domain.money import format_amount

FINDINGS_PER_CODE_MAX = 200
"""A FEC with 100,000 doubtful lines still gives a report that a person can read."""


class Notes:
    """Collects findings in order; beyond the bound of a code it only counts."""

    __slots__ = ("_currency", "_found", "_severities", "counts")

    def __init__(self, currency: str = "EUR") -> None:
        self._currency = currency
        self._found: list[Finding] = []
        self._severities: dict[str, Severity] = {}
        self.counts: dict[str, int] = {}

    def info(self, code: str, message: str, line: int | None = None) -> None:
        """Note something that a person may like to know."""
        self._note(code, Severity.INFO, message, line)

    def warn(self, code: str, message: str, line: int | None = None) -> None:
        """Note something that a person should look at."""
        self._note(code, Severity.WARNING, message, line)

    def amount(self, amount_minor: int) -> str:
        """Return an amount of the company's currency as a message shows it."""
        return f"{format_amount(amount_minor, self._currency)} {self._currency}"

    def take(self, finding: Finding) -> None:
        """Note a finding made elsewhere."""
        if self._count(finding.code, finding.severity):
            self._found.append(finding)

    def findings(self) -> tuple[Finding, ...]:
        """Return what was noted; a code that went over its bound closes with the rest's number."""
        rest = (
            Finding(code, self._severities[code], f"and {count - FINDINGS_PER_CODE_MAX} more")
            for code, count in self.counts.items()
            if count > FINDINGS_PER_CODE_MAX
        )
        return (*self._found, *rest)

    def _note(self, code: str, severity: Severity, message: str, line: int | None) -> None:
        if self._count(code, severity):
            position = None if line is None else f"line {line}"
            self._found.append(Finding(code, severity, message, position))

    def _count(self, code: str, severity: Severity) -> bool:
        self._severities[code] = severity
        self.counts[code] = self.counts.get(code, 0) + 1
        return self.counts[code] <= FINDINGS_PER_CODE_MAX
