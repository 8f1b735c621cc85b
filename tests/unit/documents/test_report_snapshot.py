"""The bytes of a frozen report: canonical, complete, and readable in years."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings

from rappro.domain.errors import InputError
from rappro.domain.report import ReconciliationReport
from rappro.domain.report_snapshot import read_report, report_bytes

from .samples import REPORTS, flat, january, report

KEPT = Path(__file__).resolve().parents[2] / "fixtures" / "reports" / "january.v1.json"


@settings(deadline=None)
@given(REPORTS)
def test_what_is_read_is_what_was_written(made: ReconciliationReport) -> None:
    content = report_bytes(made)

    assert read_report(content) == made
    assert report_bytes(read_report(content)) == content


def test_a_report_frozen_in_version_1_reads_as_it_was() -> None:
    assert read_report(KEPT.read_bytes()) == january()
    assert report_bytes(january()) == KEPT.read_bytes()


@pytest.mark.parametrize(
    "change", [{"version": 2}, {"format": "other"}, {"on": "yesterday"}, {"journal_x": "BQ1"}]
)
def test_anything_else_is_no_frozen_report(change: dict[str, object]) -> None:
    said = json.loads(report_bytes(report(history=flat(2))))

    with pytest.raises(InputError):
        read_report(json.dumps({**said, **change}).encode())
    with pytest.raises(InputError):
        read_report(b"%PDF-1.7")
