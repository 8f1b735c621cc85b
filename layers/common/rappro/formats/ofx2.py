"""OFX 2 (Open Financial Exchange 2.0 to 2.3): statements in XML.

Spec: OFX 2.2. All of its reading is in the modules `ofx_*`, most of it shared with OFX 1. Mapping
and tolerated deviations: docs/formats/ofx2.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from rappro.domain.bank import StatementEvent
from rappro.formats.findings import FindingLog
from rappro.formats.ofx_catalogue import CATALOGUE
from rappro.formats.ofx_head import is_ofx2, is_sgml
from rappro.formats.ofx_sgml import read_sgml
from rappro.formats.ofx_statement import statements_of
from rappro.formats.ofx_text import Resumed
from rappro.formats.ofx_xml import read_xml
from rappro.formats.protocol import HEAD_BYTES


class Ofx2Parser:
    """Reads OFX 2; several accounts, bank and card, may follow each other in a file."""

    format = "ofx2"

    def recognises(self, head: bytes) -> bool:
        """Say whether the file begins with the XML of OFX."""
        return is_ofx2(head)

    def parse(self, stream: BinaryIO) -> Iterator[StatementEvent]:
        """Yield the statements of a file; see `StatementParser.parse`.

        Some banks put the header of OFX 2 before the SGML of OFX 1.
        """
        findings = FindingLog(CATALOGUE)
        head = stream.read(HEAD_BYTES)
        source = Resumed(head, stream)
        if is_sgml(head):
            findings.note("header_differs", "header")
            yield from statements_of(read_sgml(source, findings), findings)
        else:
            yield from statements_of(read_xml(source, findings), findings)
