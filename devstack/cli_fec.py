"""`rappro fec check`: what is wrong with FEC files, harder than the administration's own tester.

A file is conformant when nothing blocking was found. What cannot be opened is refused, and the
other files still go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import IO, Any, Final

from devstack.cli_files import STDIN, opened, refusal_of
from devstack.cli_parse import dump
from devstack.cli_tables import refusal_row
from rappro.domain.money import format_amount
from rappro.formats.fec_check import FecReport, check_fec

SHOWN_PER_CODE: Final = 5
"""Findings of one code that a person is shown; --json gives the first 200."""

Json = dict[str, Any]


def check_files(
    files: Sequence[str], *, is_json: bool, name: str | None, out: IO[str], err: IO[str]
) -> int:
    """Print what is wrong with each file; return how many are refused or not conformant.

    `name` is the file's name for the check, when it is not the one it has on the disk.
    """
    wrong = 0
    for file in files:
        found: list[FecReport] = []
        refusal = refusal_of(file, partial(_check, file, name or Path(file).name, found))
        if refusal is not None:
            wrong += 1
            (out if is_json else err).write(
                f"{dump(refusal)}\n" if is_json else refusal_row(refusal)
            )
            continue
        report = found[0]
        wrong += not report.is_conformant
        out.write(f"{dump(_document(file, report))}\n" if is_json else _table(file, report))
        out.flush()
    return wrong


def _check(file: str, name: str, found: list[FecReport]) -> None:
    with opened(file) as stream:
        found.append(check_fec(stream, "stdin" if name == STDIN else name))


def _document(file: str, report: FecReport) -> Json:
    return {
        "file": file,
        "conformant": report.is_conformant,
        "rows": report.row_count,
        "entries": report.entry_count,
        "debit": format_amount(report.debit_minor, "EUR"),
        "credit": format_amount(report.credit_minor, "EUR"),
        "from": report.first_day.isoformat() if report.first_day else None,
        "to": report.last_day.isoformat() if report.last_day else None,
        "counts": report.counts,
        "findings": [
            {
                "code": finding.code,
                "severity": finding.severity.value,
                "message": finding.message,
                "position": finding.position,
            }
            for finding in report.findings
        ],
    }


def _table(file: str, report: FecReport) -> str:
    """Return the verdict, then the findings: the first few of each code."""
    verdict = "conformant" if report.is_conformant else "not conformant"
    debit, credit = (format_amount(a, "EUR") for a in (report.debit_minor, report.credit_minor))
    days = f"{report.first_day or '?'} to {report.last_day or '?'}"
    counts = f"{report.row_count} lines, {report.entry_count} entries"
    rows = [
        f"{file}: {verdict}\n",
        f"  {counts}, {days}, debit {debit}, credit {credit}\n",
    ]
    shown: dict[str, int] = {}
    for finding in report.findings:
        count = shown[finding.code] = shown.get(finding.code, 0) + 1
        if count <= SHOWN_PER_CODE and not finding.message.startswith("and "):
            where = f" ({finding.position})" if finding.position else ""
            rows.append(f"  {finding.severity:8}  {finding.code}: {finding.message}{where}\n")
        elif count == SHOWN_PER_CODE + 1:
            more = report.counts[finding.code] - SHOWN_PER_CODE
            rows.append(f"  {finding.severity:8}  {finding.code}: and {more} more\n")
    return "".join(rows)
