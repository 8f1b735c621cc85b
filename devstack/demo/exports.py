"""The demo's last stage: the books of the year as a FEC, fetched by its link and checked."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from devstack.demo.inputs import Inputs
from devstack.demo.waiting import DemoFailed
from rappro.domain.opening.rows import FecRow
from rappro.formats.fec import name_facts, read_rows
from rappro.formats.fec_check import check_fec
from rappro_client import Rappro


def export_fec(
    api: Rappro, company: str, inputs: Inputs, folder: Path
) -> tuple[dict[str, Any], list[FecRow]]:
    """Write the FEC of the year that the books are of; return what was said of it, and its rows.

    Nothing without a SIREN, which a stranger's file may not name. Raises DemoFailed when the file
    is not the one that was described, or the invented company's is not conformant.
    """
    facts = name_facts(inputs.fec[0])
    if facts is None or "siren" not in inputs.company:
        return {}, []
    first = facts[1] + timedelta(days=1)
    year = str(date(first.year - 1, first.month, 1).year)
    found = api.export_fec(company, fiscal_year=year)
    file = found["file"]
    content = api.download(file["url"])
    if hashlib.sha256(content).hexdigest() != file["sha256"]:
        raise DemoFailed(f"{file['name']} is not the file that was described")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file["name"]).write_bytes(content)
    report = check_fec(BytesIO(content), file["name"])
    if inputs.is_own and not (report.is_conformant and found["conformant"] and report.row_count):
        told = "; ".join(f"{f.code}: {f.message}" for f in report.findings[:5])
        raise DemoFailed(f"{file['name']} is not conformant: {told}")
    said = {
        "name": file["name"],
        "rows": report.row_count,
        "entries": report.entry_count,
        "sha256": file["sha256"],
        "conformant": report.is_conformant,
        "findings": sorted({finding["code"] for finding in found["findings"]}),
    }
    return said, [row for row in read_rows(BytesIO(content)) if isinstance(row, FecRow)]
