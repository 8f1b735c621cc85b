"""The statement formats that Rappro reads, and how a file finds its parser.

A new format is one function and one line in `_LOADERS`. FEC files are books, not statements: they
are recognised and read by `formats.fec`, and no parser here may recognise one.

A parser is imported when it is first needed: most functions know the names of the formats alone,
and all parsers together take as long to load as half of the AWS SDK.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from rappro.domain.errors import AmbiguousFormat, UnknownFormat
from rappro.formats.protocol import HEAD_BYTES, StatementParser

if TYPE_CHECKING:
    from rappro.formats.csv_bank import CsvProfile


def _camt053() -> StatementParser:
    from rappro.formats.camt053 import CAMT053

    return CAMT053


def _camt052() -> StatementParser:
    from rappro.formats.camt052 import CAMT052

    return CAMT052


def _camt054() -> StatementParser:
    from rappro.formats.camt054 import CAMT054

    return CAMT054


def _cfonb120() -> StatementParser:
    from rappro.formats.cfonb120 import Cfonb120Parser

    return Cfonb120Parser()


def _bai2() -> StatementParser:
    from rappro.formats.bai2 import Bai2Parser

    return Bai2Parser()


def _coda() -> StatementParser:
    from rappro.formats.coda import CodaParser

    return CodaParser()


def _ofx1() -> StatementParser:
    from rappro.formats.ofx1 import Ofx1Parser

    return Ofx1Parser()


def _ofx2() -> StatementParser:
    from rappro.formats.ofx2 import Ofx2Parser

    return Ofx2Parser()


def _qif() -> StatementParser:
    from rappro.formats.qif import QifParser

    return QifParser()


def _mt940() -> StatementParser:
    from rappro.formats.mt940 import MT940

    return MT940


def _mt942() -> StatementParser:
    from rappro.formats.mt942 import MT942

    return MT942


def _csv() -> StatementParser:
    from rappro.formats.csv_bank import CsvParser

    return CsvParser()


_CSV: Final = "csv"
_LOADERS: Final[Mapping[str, Callable[[], StatementParser]]] = {
    "camt.053": _camt053,
    "camt.052": _camt052,
    "camt.054": _camt054,
    "cfonb120": _cfonb120,
    "bai2": _bai2,
    "coda": _coda,
    "ofx1": _ofx1,
    "ofx2": _ofx2,
    "qif": _qif,
    "mt940": _mt940,
    "mt942": _mt942,
    _CSV: _csv,
}


@cache
def _parser(name: str) -> StatementParser:
    return _LOADERS[name]()


def parsers() -> tuple[StatementParser, ...]:
    """Return a parser of each format, in the order they are tried."""
    return tuple(_parser(name) for name in _LOADERS)


def formats() -> tuple[str, ...]:
    """Return the names of the formats, in the order they are tried."""
    return tuple(_LOADERS)


def csv_profile(data: Mapping[str, Any]) -> CsvProfile:
    """Return the CSV profile that a company describes. Raises InvalidRequest, at a JSON pointer."""
    from rappro.formats.csv_bank import profile_of

    return profile_of(data)


def csv_profile_names() -> frozenset[str]:
    """Return the names of the built-in CSV profiles."""
    from rappro.formats.csv_bank import built_in_profiles

    return frozenset(profile.name for profile in built_in_profiles())


def parser_for(
    name: str, own: Sequence[CsvProfile] = (), *, csv_profile: str | None = None
) -> StatementParser:
    """Return the parser of a format that a journal or a request forces.

    `own` are the company's CSV profiles; with `csv_profile` CSV is read by the one of that name,
    of the company or built in. Raises UnknownFormat when there is no such format or profile.
    """
    if name == _CSV and (own or csv_profile is not None):
        return _csv_of(own, only=csv_profile)
    if name in _LOADERS:
        return _parser(name)
    raise UnknownFormat(f"no statement format {name[:40]!r}; there are {', '.join(formats())}")


def detect(head: bytes, own: Sequence[CsvProfile] = ()) -> StatementParser:
    """Return the one parser that recognises a file by its first bytes, whatever its name.

    `own` are the company's CSV profiles, tried before the built-in ones. Raises UnknownFormat when
    no parser does, AmbiguousFormat when several do.
    """
    tried = [_csv_of(own) if own and p.format == _CSV else p for p in parsers()]
    found = [parser for parser in tried if parser.recognises(head[:HEAD_BYTES])]
    if not found:
        raise UnknownFormat("the file is of no known statement format", position="byte 0")
    if len(found) > 1:
        names = ", ".join(parser.format for parser in found)
        raise AmbiguousFormat(f"the file could be any of {names}", position="byte 0")
    return found[0]


def _csv_of(own: Sequence[CsvProfile], *, only: str | None = None) -> StatementParser:
    from rappro.formats.csv_bank import CsvParser

    return CsvParser(own, only=only)


def peek(stream: BinaryIO) -> bytes:
    """Return the first HEAD_BYTES of a seekable stream and leave it at its present place."""
    place = stream.tell()
    head = stream.read(HEAD_BYTES)
    stream.seek(place)
    return head
