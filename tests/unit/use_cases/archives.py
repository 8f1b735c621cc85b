"""Archives of a test, honest ones and others."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

from rappro.domain.operations import ImportTrace

from .desk import NOVEMBER, camt

Files = Iterable[tuple[str, bytes]]

DECEMBER = camt([("2026-12-03", "5.00", "X")], opening="657.66", number="12", last_day="2026-12-31")
JANUARY = camt([("2027-01-04", "7.00", "Y")], opening="662.66", number="13", last_day="2027-01-31")
BROKEN = camt(NOVEMBER)[:-300]


def zipped(files: Files, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of some files, in their order."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return made.getvalue()


def codes(rows: Iterable[ImportTrace]) -> list[list[str]]:
    """Return the codes of each row's findings."""
    return [[finding.code for finding in row.findings] for row in rows]
