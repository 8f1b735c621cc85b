"""Real OFX files, where a folder of them is named by RAPPRO_CORPUS; nothing is collected without.

What a file holds is counted here by other means: plain searches in its text.
"""

from __future__ import annotations

import csv
import io
import os
import re
from pathlib import Path

import pytest

from rappro.domain.bank import StatementClosed, StatementLine
from rappro.domain.errors import MalformedStatement
from rappro.domain.money import format_amount
from rappro.formats.registry import detect

ROOT = Path(os.environ.get("RAPPRO_CORPUS", "/nowhere"))
INDEX = ROOT / "INDEX.tsv"
LINES = INDEX.read_text(encoding="utf-8").splitlines() if INDEX.exists() else []
CASES = [row for row in csv.DictReader(LINES, delimiter="\t") if row["format"] in ("ofx1", "ofx2")]
BROKEN = (  # by what is in them: no amount, no end, or no OFX at all
    "test_ofx_wrong.ofx", "ofxdata-banking-xml200.ofx", "example-response2.ofx", "downcast.ofx",
    "failing-ofx-file2.xml", "heap-buffer-overflow-1.ofx", "null-ptr-deref-1.ofx",
)  # fmt: skip


def text_of(path: Path) -> str:
    """Return a file without its comments and investment statements."""
    text = path.read_bytes().decode("latin-1")
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    return re.sub(r"<INVSTMTRS>.*?</INVSTMTRS>", "", text, flags=re.DOTALL)


def plain_amounts(text: str) -> list[str]:
    """Return the amounts of transactions as they are written, with a point and two decimals."""
    found = re.findall(r"<TRNAMT>([^<]*)", text)
    amounts = []
    for amount in (one.strip().replace(",", ".").lstrip("+") for one in found):
        whole, _, fraction = amount.partition(".")
        sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
        amounts.append(f"{sign}{int(digits or '0')}.{fraction.strip().ljust(2, '0')[:2]}")
    return amounts


if CASES:

    @pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["path"]))
    def test_a_real_file_is_read_whole_or_refused_with_its_place(case: dict[str, str]) -> None:
        path = ROOT / case["path"]
        data, text = path.read_bytes(), text_of(path)
        parser = detect(data[:65536])
        assert parser.format == case["format"]
        statements = len(re.findall(r"<(?:CC)?STMTRS>", text))
        is_broken = "expected invalid" in (case["notes"] or "") or path.name in BROKEN
        if is_broken or not statements:
            with pytest.raises(MalformedStatement) as caught:
                list(parser.parse(io.BytesIO(data)))
            assert caught.value.position is not None
            return

        events = list(parser.parse(io.BytesIO(data)))

        lines = [event for event in events if isinstance(event, StatementLine)]
        closed = [event for event in events if isinstance(event, StatementClosed)]
        assert len(closed) == statements
        assert [format_amount(line.amount_minor, line.currency) for line in lines] == [
            amount.replace("-0.00", "0.00") for amount in plain_amounts(text)
        ]
        assert [f"{line.booking_date:%Y%m%d}" for line in lines] == re.findall(
            r"<DTPOSTED>\s*(\d{8})", text
        )
        balances = re.findall(r"<LEDGERBAL>\s*<BALAMT>\s*[^<\s]", text)
        assert len([one for one in closed if one.closing is not None]) == len(balances)
