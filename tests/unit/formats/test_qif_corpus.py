"""QIF files of other projects, where a folder is named by RAPPRO_CORPUS; nothing is collected else.

What is expected was counted by hand: lines and the sum of each statement, or the refusal.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from rappro.domain.errors import MalformedStatement
from rappro.formats.registry import detect
from tests.unit.formats.reading import read_all

ROOT = Path(os.environ.get("RAPPRO_CORPUS", "/nowhere")) / "qif"
THREE_IN_2010 = [(3, 0, "2010-12-29")]
READ = {
    "test_qif.qif": [(5, -189609, "2013-08-15")],
    "test_category_override.qif": [(4, 207744, "2018-01-02")],
    "test_circular_reference.qif": [(2, -1459, "2021-08-27")],
    "test_split.qif": [(1, -1000, "2000-01-01")],
    "test_transaction_before_account_definition_1.qif": [(2, -19796, "2022-09-23")],
    "test_transaction_before_account_definition_2.qif": [(2, -19796, "2022-09-23")],
    "3_records_ddmmyy.qif": THREE_IN_2010,
    "3_records_ddmmyyyy.qif": THREE_IN_2010,
    "3_records_dmyy.qif": THREE_IN_2010,
    "3_records_invalid_header.qif": THREE_IN_2010,
    "3_records_mmddyy.qif": THREE_IN_2010,
    "3_records_mmddyyyy.qif": THREE_IN_2010,
    "3_records_spaced.qif": THREE_IN_2010,
    "3_records_separator.qif": [(3, -3100000, "2010-12-29")],
    "splits.qif": [(2, -92500, "1994-02-06")],
}
REFUSED = {  # investments, or no transactions at all
    "test.qif", "test_oth_a.qif", "test_unknown_account_type.qif", "test_category_inherit.qif",
    "test_clear_autoswitch.qif", "test_nosymbol.qif", "test_option_autoswitch.qif",
}  # fmt: skip
FILES = sorted(ROOT.glob("*/*.qif"))

if FILES:

    @pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
    def test_a_file_gives_what_was_counted(path: Path) -> None:
        data = path.read_bytes()
        assert detect(data).format == "qif"
        if path.name in REFUSED:
            with pytest.raises(MalformedStatement) as caught:
                list(detect(data).parse(io.BytesIO(data)))
            assert caught.value.position is not None
            return

        found = [
            (len(read.lines), sum(line.amount_minor for line in read.lines),
             str(read.closed.period_to))
            for read in read_all(data)
        ]  # fmt: skip

        assert found == READ[path.name]

    def test_every_expectation_has_its_file() -> None:
        assert {path.name for path in FILES} == READ.keys() | REFUSED
