"""The statement formats that Rappro reads, and how a file finds its parser.

A new format is one import and one line in `PARSERS`. FEC files are books, not statements: they are
recognised and read by `formats.fec`, and no parser here may recognise one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, Final

from rappro.domain.errors import AmbiguousFormat, UnknownFormat
from rappro.formats.bai2 import Bai2Parser
from rappro.formats.camt052 import CAMT052
from rappro.formats.camt053 import CAMT053
from rappro.formats.camt054 import CAMT054
from rappro.formats.cfonb120 import Cfonb120Parser
from rappro.formats.coda import CodaParser
from rappro.formats.csv_bank import CsvParser, CsvProfile, built_in_profiles, profile_of
from rappro.formats.mt940 import MT940
from rappro.formats.mt942 import MT942
from rappro.formats.ofx1 import Ofx1Parser
from rappro.formats.ofx2 import Ofx2Parser
from rappro.formats.protocol import HEAD_BYTES, StatementParser
from rappro.formats.qif import QifParser

PARSERS: Final[tuple[StatementParser, ...]] = (
    CAMT053,
    CAMT052,
    CAMT054,
    Cfonb120Parser(),
    Bai2Parser(),
    CodaParser(),
    Ofx1Parser(),
    Ofx2Parser(),
    QifParser(),
    MT940,
    MT942,
    CsvParser(),
)


def formats() -> tuple[str, ...]:
    """Return the names of the formats, in the order they are tried."""
    return tuple(parser.format for parser in PARSERS)


def csv_profile(data: Mapping[str, Any]) -> CsvProfile:
    """Return the CSV profile that a company describes. Raises InvalidRequest, at a JSON pointer."""
    return profile_of(data)


def csv_profile_names() -> frozenset[str]:
    """Return the names of the built-in CSV profiles."""
    return frozenset(profile.name for profile in built_in_profiles())


def parser_for(
    name: str, own: Sequence[CsvProfile] = (), *, csv_profile: str | None = None
) -> StatementParser:
    """Return the parser of a format that a journal or a request forces.

    `own` are the company's CSV profiles; with `csv_profile` CSV is read by the one of that name,
    of the company or built in. Raises UnknownFormat when there is no such format or profile.
    """
    if name == CsvParser.format and (own or csv_profile is not None):
        return CsvParser(own, only=csv_profile)
    for parser in PARSERS:
        if parser.format == name:
            return parser
    raise UnknownFormat(f"no statement format {name[:40]!r}; there are {', '.join(formats())}")


def detect(head: bytes, own: Sequence[CsvProfile] = ()) -> StatementParser:
    """Return the one parser that recognises a file by its first bytes, whatever its name.

    `own` are the company's CSV profiles, tried before the built-in ones. Raises UnknownFormat when
    no parser does, AmbiguousFormat when several do.
    """
    parsers = [CsvParser(own) if own and p.format == CsvParser.format else p for p in PARSERS]
    found = [parser for parser in parsers if parser.recognises(head[:HEAD_BYTES])]
    if not found:
        raise UnknownFormat("the file is of no known statement format", position="byte 0")
    if len(found) > 1:
        names = ", ".join(parser.format for parser in found)
        raise AmbiguousFormat(f"the file could be any of {names}", position="byte 0")
    return found[0]


def peek(stream: BinaryIO) -> bytes:
    """Return the first HEAD_BYTES of a seekable stream and leave it at its present place."""
    place = stream.tell()
    head = stream.read(HEAD_BYTES)
    stream.seek(place)
    return head
