"""An exchange of large books through the deployed state machine: time, and memory of its function.

`python -m benchmarks.exchange_stack --entries 100000 --documents 5000` starts a local stack, gives
a tenant books and documents, and links it with its accountant over HTTP. Then, over HTTP
too: send, preview, apply, correct, send back, apply. At each end both sides' FEC are compared.
DynamoDB and S3 are the emulator's: times compare works with each other and promise none; memory is
that of the function's processes, whatever the store.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any, Final

from benchmarks.exchange import DOCUMENT_BYTES, HERE, LINK, MIB, Looking, attach, books
from devstack.stack import LocalStack
from rappro.domain.ids import TenantId
from rappro.domain.writes import Record
from rappro.ports import Ports
from rappro_client import Rappro
from tests.api_fuzz.pool import stack_ports

COMPANY_SIREN: Final = "732829320"
_CHUNK, _LOADING = 2_000, 4
_AT_ONCE: Final = 50
_PATIENCE_SECONDS: Final = 4 * 3600
_STARTED: Final = b"awslambdaric"


class Watch(Looking):
    """Looks at the memory of a function's processes while something runs."""

    def __init__(self, function: str) -> None:
        super().__init__(self._see, 1)
        self._name = f"AWS_LAMBDA_FUNCTION_NAME={function}".encode()
        self.peaks: dict[str, int] = {}

    def _see(self) -> None:
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if self._is_ours(process):
                    self.peaks[process.name] = _peak_bytes(process)

    def _is_ours(self, process: Path) -> bool:
        is_function = _STARTED in (process / "cmdline").read_bytes()
        return is_function and self._name in (process / "environ").read_bytes().split(b"\0")

    def figures(self) -> dict[str, float]:
        """Return seconds, how many processes worked, and the most memory that one ever had."""
        return {
            "seconds": round(self.seconds, 1), "processes": len(self.peaks),
            "peak_mib": round(max(self.peaks.values(), default=0) / MIB),
        }  # fmt: skip


def _peak_bytes(process: Path) -> int:
    for line in (process / "status").read_text("utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


class Side:
    """One tenant, over HTTP."""

    def __init__(self, stack: LocalStack, name: str) -> None:
        self.tenant = TenantId(name)
        token = stack.open_tenant(name, ttl_seconds=86_400)
        self.api = Rappro(stack.api_url, token, timeout=60)
        self.api.save_company(HERE, {"name": "Garage du Port", "siren": COMPANY_SIREN})

    def done(self, begun: Any) -> Any:
        """Return a long work once it is done. Raises TaskFailedError."""
        return self.api.wait_for_task(HERE, begun["id"], seconds=_PATIENCE_SECONDS)

    def fec_sha256(self) -> str:
        """Return the hash of the FEC of the year."""
        task = self.done(self.api.start_fec_export(HERE, {"fiscal_year": "2026"}))
        return hashlib.sha256(self.api.download(task["file"]["url"])).hexdigest()

    def waiting(self) -> str:
        """Return the one archive that waits."""
        (found,) = self.api.list_waiting_archives(HERE)["items"]
        return str(found["id"])


def load(ports: Ports, tenant: TenantId, records: Sequence[Record]) -> None:
    """Write books as they are, several parts at once."""
    with ThreadPoolExecutor(_LOADING) as lanes:
        list(lanes.map(lambda part: ports.store.load(tenant, HERE, part), _parts(records)))


def _parts(records: Sequence[Record]) -> Iterator[list[Record]]:
    source = iter(records)
    while part := list(islice(source, _CHUNK)):
        yield part


class Exchange:
    """Both sides and the figures of what they did."""

    def __init__(self, stack: LocalStack) -> None:
        self.company, self.office = Side(stack, "garage"), Side(stack, "cabinet")
        self._function = stack.function_name("Work")
        self.figures: dict[str, Any] = {}

    def link(self) -> None:
        """Link them by an invitation."""
        code = self.company.api.invite_to_exchange(HERE, {"name": LINK})["secret"]
        self.office.api.accept_exchange(HERE, {"name": LINK, "code": code or ""})

    def timed(self, name: str, side: Side, begun: Any) -> Any:
        """Wait for a long work and note its figures."""
        with Watch(self._function) as watch:
            task = side.done(begun)
        self.figures[name] = watch.figures() | _told(task)
        print(name, json.dumps(self.figures[name]), file=sys.stderr, flush=True)
        return task

    def send(self, name: str, side: Side, documents: Any) -> None:
        """Send the books of a side to the other."""
        said: Any = {"link": LINK, "documents": documents, "fiscal_year": "2026"}
        self.timed(name, side, side.api.send_books(HERE, said))

    def preview(self, name: str, side: Side) -> None:
        """Have a side look at what waits."""
        self.timed(name, side, side.api.preview_archive(HERE, {"archive": side.waiting()}))

    def apply(self, name: str, side: Side) -> None:
        """Have a side apply what waits, and compare both sides' FEC."""
        begun = side.api.apply_archives(HERE, {"archives": [side.waiting()]})
        self.timed(name, side, begun)
        if self.company.fec_sha256() != self.office.fec_sha256():
            raise SystemExit(f"after {name} the two sides have not the same FEC")


def _told(task: Any) -> dict[str, Any]:
    file = task["file"]
    return {} if file is None else {"archive_mib": round(file["size_bytes"] / MIB, 1)}


def correct(side: Side, entries: int) -> None:
    """Add some entries at the accountant's, and delete as many of the company's."""
    for first in range(0, entries, _AT_ONCE):
        added: Any = [_added(number) for number in range(first, min(entries, first + _AT_ONCE))]
        answer = side.api.save_entries_in_bulk(HERE, {"items": added})
        if answer["refused"]:
            raise SystemExit(f"the accountant's entries were refused: {answer}")
    for number in range(entries):
        side.api.delete_entry(HERE, f"en_{number:07d}")


def _added(number: int) -> dict[str, Any]:
    return {
        "external_id": f"OD-{number}", "external_version": 1, "journal": "BQ1",
        "date": "2026-11-10", "piece_ref": f"OD-{number}", "label": f"Correction {number}",
        "lines": [
            {"account": "627000", "debit": "12.00"}, {"account": "512101", "credit": "12.00"},
        ],
    }  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    """Exchange, and print the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.exchange_stack")
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--documents", type=int, default=5_000)
    parser.add_argument("--banks", type=int, default=20, help="each with a journal")
    parser.add_argument("--corrected", type=int, default=200)
    asked = parser.parse_args(arguments)
    with LocalStack() as stack:
        ports, exchange = stack_ports(stack), Exchange(stack)
        started = time.perf_counter()
        load(ports, exchange.company.tenant, books(asked.entries, asked.banks))
        attach(ports, exchange.company.tenant, asked.documents)
        exchange.figures["books"] = {
            "entries": asked.entries, "documents": asked.documents, "banks": asked.banks,
            "document_bytes": DOCUMENT_BYTES,
            "loaded_in_seconds": round(time.perf_counter() - started, 1),
        }  # fmt: skip
        print(json.dumps(exchange.figures), file=sys.stderr, flush=True)
        exchange.link()
        exchange.send("send", exchange.company, "all")
        exchange.preview("preview", exchange.office)
        exchange.apply("apply", exchange.office)
        correct(exchange.office, asked.corrected)
        exchange.send("send_back", exchange.office, "changed")
        exchange.apply("apply_back", exchange.company)
    print(json.dumps(exchange.figures))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
