"""Feeds broken statements to every registered parser, and holds them to what they promise.

Whatever the bytes: only located errors of `domain.errors` leave a parser, a file that is read ends
with a closed statement, no file takes more than 2 seconds or 256 MiB, and nothing is opened, asked
or told outside. Inputs follow from seed, format and number; those that fail are kept in
build/fuzz/ and can be given again with --replay. How files are broken is in `mutations`.
"""

from __future__ import annotations

import argparse
import faulthandler
import io
import json
import os
import resource
import signal
import socket
import sys
import sysconfig
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing import TimeoutError, get_context  # noqa: A004 - it is not the other one
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory, gettempdir
from types import FrameType
from typing import Final

from benchmarks.mutations import Chance, mutated
from rappro.domain.bank import StatementClosed, StatementEvent
from rappro.domain.errors import InputError, RapproError
from rappro.formats import registry
from rappro.formats.protocol import HEAD_BYTES, StatementParser

ROOT: Final = Path(__file__).parents[1]
KEPT: Final = ROOT / "build" / "fuzz"
WRITERS: Final = Path(__file__).parent / "formats_data"
FIXTURES: Final = ROOT / "tests" / "fixtures" / "statements"
SECONDS_MAX: Final = 2.0
MIB_MAX: Final = 256.0
_HANG_SECONDS: Final = 60
_CHUNK: Final = 500
_SILENT_SECONDS: Final = 1_200  # after which a process is taken for dead
_TOLD_EVERY: Final = 20_000  # inputs, on the way
_SAMPLE_SIZES: Final = (1, 2, 4, 7, 12, 20, 30, 300)  # fast paths open after some entries
_SAMPLE_BYTES_MAX: Final = 300_000
_LARGE_BYTES: Final = 25_000
_LARGE_WEIGHT: Final = 0.15  # they take most of the time
_SECRET: Final = "rappro-canary-8a41"  # in a file that no parser has a reason to read
_OUTSIDE: Final = ("open", "socket.", "subprocess.", "os.system", "os.exec", "os.listdir",
                   "urllib.", "http.", "shutil.", "ctypes.dlopen")  # fmt: skip
_LIBRARY: Final = sysconfig.get_path("stdlib")
Samples = dict[str, list[bytes]]


class Hangs(BaseException):
    """Raised by the timer into a parser that does not come to an end."""


@dataclass(slots=True)
class Tally:
    """What became of the inputs of a format."""

    inputs: int = 0
    read: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    slowest_seconds: float = 0.0
    slowest_input: int = -1
    peak_mib: float = 0.0
    failures: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.inputs += other.inputs
        self.read += other.read
        self.errors += other.errors
        self.failures += other.failures
        self.peak_mib = max(self.peak_mib, other.peak_mib)
        if other.slowest_seconds > self.slowest_seconds:
            self.slowest_seconds = other.slowest_seconds
            self.slowest_input = other.slowest_input


def samples() -> Samples:
    """Return small whole files of each registered format, found by their content."""
    found: Samples = {name: [] for name in registry.formats()}
    for data in _written_samples():
        named = [
            parser.format for parser in registry.parsers() if parser.recognises(data[:HEAD_BYTES])
        ]
        for name in named:
            found[name].append(data)
    return found


def _written_samples() -> Iterator[bytes]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sample"
        for module in sorted(WRITERS.glob("[a-z]*.py")):
            for size in _SAMPLE_SIZES:
                import_module(f"benchmarks.formats_data.{module.stem}").write(path, size)
                yield path.read_bytes()
    for path in sorted(FIXTURES.rglob("*")):
        if path.is_file() and path.suffix != ".json" and path.stat().st_size < _SAMPLE_BYTES_MAX:
            yield path.read_bytes()


class Watch:
    """Sees what a parser does beside reading: opened files, sockets, and entities resolved.

    Python's own doings are audited. libxml2 opens files and connections by itself, so one file
    holds a secret that may never turn up in an event, and one port may never be called.
    """

    def __init__(self) -> None:
        self.is_on = False
        self.seen: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0)
        KEPT.mkdir(parents=True, exist_ok=True)
        secret = KEPT / "secret.txt"
        secret.write_text(_SECRET)
        server = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.outside = (secret.as_uri(), str(secret), f"http://{server}/x", f"ftp://{server}/x",
                        "file:///etc/hostname", "/dev/zero")  # fmt: skip
        sys.addaudithook(self._audit)

    def _audit(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.is_on and event.startswith(_OUTSIDE) and not _is_own(arguments):
            self.seen.append(f"{event} {arguments!r}"[:200])
            raise PermissionError(f"a parser does not {event}")

    def take(self) -> str | None:
        """Return what was seen since the last call."""
        seen, self.seen = self.seen, []
        try:
            connection, _ = self._listener.accept()
        except BlockingIOError:
            return seen[0] if seen else None
        connection.close()
        return "a connection to a port named in the file"


def _is_own(arguments: tuple[object, ...]) -> bool:
    """Say whether what is opened is Python's library (a codec) or a file without a name.

    A parser that reads twice keeps what it read in a temporary file that nobody else can open.
    """
    path = str(arguments[0])  # of a file without a name: its folder
    return path.startswith(_LIBRARY) or path == gettempdir()


class Worker:
    """Breaks and reads inputs of one process."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._samples = samples()
        self._weights = {
            name: [_LARGE_WEIGHT if len(each) > _LARGE_BYTES else 1.0 for each in some]
            for name, some in self._samples.items()
        }
        self._watch = Watch()
        self._every_sample = [each for some in self._samples.values() for each in some]
        for name, some in self._samples.items():  # imports and caches come before the watch
            for data in some:
                _outcome(registry.parser_for(name), data)
        self._base_mib = _memory_mib("VmRSS")
        self._marker = (KEPT / f"current-{os.getpid()}").open("wb", buffering=0)
        signal.signal(signal.SIGALRM, _interrupt)
        limit = 4 * 1024**3
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    def run(self, name: str, numbers: range) -> Tally:
        """Read these inputs of a format."""
        tally = Tally()
        for number in numbers:
            self._marker.seek(0)
            self._marker.write(f"{name} {number:<12}".encode())
            self.one(name, number, tally)
        return tally

    def one(self, name: str, number: int, tally: Tally) -> None:
        """Make an input, read it and tell what became of it."""
        random = Random(f"{self._seed}:{name}:{number}")
        chance = Chance(random, self._every_sample, self._watch.outside)
        sample = random.choices(self._samples[name], self._weights[name])[0]
        data = mutated(chance, sample)
        faults = self.judge(name, number, data, tally)
        if faults:
            path = KEPT / f"{name}-{self._seed}-{number}.bin"
            path.write_bytes(data)
            tally.failures.append(f"{name} {number}: {'; '.join(faults)} ({path.name})")

    def judge(self, name: str, number: int, data: bytes, tally: Tally) -> list[str]:
        """Read a file and return in what the parser broke its word."""
        _forget_peak()
        begun = time.process_time()
        signal.alarm(_HANG_SECONDS)
        faulthandler.dump_traceback_later(2 * _HANG_SECONDS, exit=True)
        self._watch.is_on = True
        try:
            for parser in registry.parsers():
                parser.recognises(data[:HEAD_BYTES])
            ended, fault = _outcome(registry.parser_for(name), data)
        except BaseException as escaped:  # noqa: BLE001 - what escapes is what is looked for
            ended, fault = "escaped", f"{type(escaped).__name__}: {str(escaped)[:160]}"
        finally:
            self._watch.is_on = False
            signal.alarm(0)
            faulthandler.cancel_dump_traceback_later()
        seconds, mib = time.process_time() - begun, _memory_mib("VmHWM") - self._base_mib
        faults = [each for each in (fault, self._watch.take()) if each]
        if seconds > SECONDS_MAX:
            faults.append(f"{seconds:.1f} seconds")
        if mib > MIB_MAX:
            faults.append(f"{mib:.0f} MiB")
        _count(tally, number, ended=ended, seconds=seconds, mib=mib)
        return faults


def _count(tally: Tally, number: int, *, ended: str, seconds: float, mib: float) -> None:
    tally.inputs += 1
    tally.read += ended == "read"
    if ended != "read":
        tally.errors[ended] += 1
    tally.peak_mib = max(tally.peak_mib, mib)
    if seconds > tally.slowest_seconds:
        tally.slowest_seconds, tally.slowest_input = seconds, number


def _outcome(parser: StatementParser, data: bytes) -> tuple[str, str | None]:
    """Return "read" or the name of the error, and what is wrong with how it ended."""
    last: StatementEvent | None = None
    is_told = False
    is_tempting = b"secret.txt" in data
    try:
        for event in parser.parse(io.BytesIO(data)):
            last = event
            is_told = is_told or (is_tempting and _SECRET in repr(event))
    except RapproError as refused:
        is_located = not isinstance(refused, InputError) or refused.position is not None
        name = type(refused).__name__
        return name, None if is_located else f"{name} without a position: {refused}"
    if is_told:
        return "read", "the content of another file is in a line"
    whole = isinstance(last, StatementClosed)
    return "read", None if whole else f"ended with {type(last).__name__} and no error"


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise Hangs(f"not done after {_HANG_SECONDS} seconds")


def _memory_mib(name: str) -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{name}:", 1)[1].split(None, 1)[0]) / 1024


def _forget_peak() -> None:
    """Let the peak of this process begin anew at what it holds now."""
    with Path("/proc/self/clear_refs").open("w") as stream:
        stream.write("5")


_worker: Worker | None = None


def _begin(seed: int) -> None:
    global _worker  # noqa: PLW0603 - a pool's process keeps its worker so
    _worker = Worker(seed)


def _run(chunk: tuple[str, range]) -> Tally:
    assert _worker is not None
    return _worker.run(*chunk)


def fuzz(name: str, *, inputs: int, seed: int, processes: int) -> Tally:
    """Feed a format so many inputs, in several processes."""
    total = Tally()
    chunks = [range(at, min(at + _CHUNK, inputs)) for at in range(0, inputs, _CHUNK)]
    with get_context("spawn").Pool(processes, _begin, (seed,)) as pool:
        results = pool.imap_unordered(_run, [(name, chunk) for chunk in chunks])
        for _ in chunks:
            try:
                total.add(results.next(timeout=_SILENT_SECONDS))
            except TimeoutError:
                markers = [each.read_text().strip() for each in KEPT.glob("current-*")]
                total.failures.append(f"a process died; the inputs at work were {markers}")
                break
            if total.inputs % _TOLD_EVERY == 0:
                print(_told(name, total), file=sys.stderr, flush=True)
    for marker in KEPT.glob("current-*"):
        marker.unlink()
    return total


def _told(name: str, tally: Tally) -> str:
    errors = ", ".join(f"{error} {count}" for error, count in tally.errors.most_common()) or "none"
    reading = f"{name}: {tally.inputs} inputs, {tally.read} read, errors: {errors}"
    cost = (
        f"  slowest {tally.slowest_seconds:.3f} s (input {tally.slowest_input}),"
        f" peak {tally.peak_mib:.0f} MiB, failures: {len(tally.failures)}"
    )
    return "\n".join([reading, cost, *(f"  ! {each}" for each in tally.failures[:50])])


def _replay(path: Path, names: Sequence[str]) -> int:
    """Read one kept input with each of these formats' parsers."""
    worker, is_wrong = Worker(0), False
    for name in names:
        tally = Tally()
        faults = worker.judge(name, 0, path.read_bytes(), tally)
        is_wrong = is_wrong or bool(faults)
        print(_told(name, tally), *faults, sep="\n  ! ")
    return int(is_wrong)


def main(arguments: Sequence[str]) -> int:
    """Fuzz the formats and return 1 if any parser broke its word."""
    parser = argparse.ArgumentParser(prog="benchmarks.fuzz_formats", description=__doc__)
    parser.add_argument("--inputs", type=int, default=200_000)
    parser.add_argument("--formats", default="all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--replay", type=Path, help="a kept input, for the formats named")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    names = registry.formats() if options.formats == "all" else options.formats.split(",")
    if options.replay is not None:
        return _replay(options.replay, names)
    known, told = samples(), {}
    for name in names:
        if not known[registry.parser_for(name).format]:
            parser.error(f"{name} has no sample: no writer in {WRITERS.name}, no fixture")
        tally = fuzz(name, inputs=options.inputs, seed=options.seed, processes=options.processes)
        print(_told(name, tally), flush=True)
        told[name] = {
            "inputs": tally.inputs,
            "escaped": len(tally.failures),
            "slowest_seconds": round(tally.slowest_seconds, 3),
        }
    print(json.dumps(told))
    return int(any(each["escaped"] for each in told.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
