"""Writes OFX 2 (XML) files of any size: the transactions of the OFX 1 files, indented."""

from __future__ import annotations

import re
from pathlib import Path
from xml.sax.saxutils import escape

from benchmarks.formats_data import ofx1

HEADER = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>
"""


def _closed(sgml: str) -> str:
    return re.sub(r"<(\w+)>([^<\n]+)\n", r"<\1>\2</\1>\n", sgml)


def write(path: Path, transactions: int) -> None:
    """Write a file of one statement."""
    balance = 0
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write(HEADER + _closed(ofx1.HEAD[ofx1.HEAD.index("<OFX>") :]))
        for minor, elements in ofx1.transactions_of(transactions):
            balance += minor
            texts = "".join(f"  <{name}>{escape(text)}</{name}>\n" for name, text in elements)
            out.write(f" <STMTTRN>\n{texts} </STMTTRN>\n")
        out.write(_closed(ofx1.TAIL.format(balance=ofx1.amount_of(balance))))
