"""OFX 1 (Open Financial Exchange 1.0.2 to 1.6): statements in SGML, also as QFX and QBO files.

Spec: OFX 1.6 and 2.2. All of its reading is in the modules `ofx_*`, most of it shared with OFX 2.
Mapping and tolerated deviations: docs/formats/ofx1.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from rappro.domain.bank import StatementEvent
from rappro.formats.findings import FindingLog
from rappro.formats.ofx_catalogue import CATALOGUE
from rappro.formats.ofx_head import is_ofx1
from rappro.formats.ofx_sgml import read_sgml
from rappro.formats.ofx_statement import statements_of


class Ofx1Parser:
    """Reads OFX 1; several accounts, bank and card, may follow each other in a file."""

    format = "ofx1"

    def recognises(self, head: bytes) -> bool:
        """Say whether the file begins with the header of OFX 1, or with OFX itself."""
        return is_ofx1(head)

    def parse(self, stream: BinaryIO) -> Iterator[StatementEvent]:
        """Yield the statements of a file; see `StatementParser.parse`."""
        findings = FindingLog(CATALOGUE)
        yield from statements_of(read_sgml(stream, findings), findings)
