"""Starts the local AWS emulator as a child process and stops it; knows nothing of the project.

The emulator lives in an environment of its own (`make setup` makes it), because it pins botocore
exactly. It binds to 127.0.0.1 alone and keeps its files in a temporary folder.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.error import URLError
from urllib.request import urlopen

_ROOT = Path(__file__).resolve().parent.parent
_PYTHON = _ROOT / ".venv-emulator" / "bin" / "python"
_LAUNCHER = Path(__file__).with_name("emulator_main.py")
_HOST = "127.0.0.1"
_START_TIMEOUT_SECONDS = 30.0
_STOP_TIMEOUT_SECONDS = 5.0
_READY_POLL_SECONDS = 0.05
_START_ATTEMPTS_MAX = 3  # another process may take the free port first
_LOG_TAIL_CHARS = 3000
_WAIT_SCALE = 0.1  # of the state machine's waits and retry pauses

REGION = "eu-west-3"
SECRET = "test"  # noqa: S105 - no secret: every emulator has it
"""The emulator checks signed links and upload forms with it."""
ACCOUNT = "123456789012"
"""The account of the stack; the emulator takes a 12-digit access key as the account's number."""


class EmulatorError(RuntimeError):
    """The emulator did not start; the message holds the end of its log."""


class Emulator:
    """A running local AWS, as a context manager.

    The child dies with its parent, however that ends: it watches a pipe that the system closes.
    """

    def __init__(self, *, enforces_iam: bool = False) -> None:
        self._enforces_iam = enforces_iam
        self._folder = tempfile.TemporaryDirectory(prefix="rappro-emulator-")
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def endpoint_url(self) -> str:
        """The address for every AWS service."""
        return f"http://{_HOST}:{self.port}"

    @property
    def folder(self) -> Path:
        """The emulator's temporary folder, gone when it stops."""
        return Path(self._folder.name)

    @property
    def log(self) -> str:
        """What the emulator has logged so far."""
        path = self.folder / "emulator.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def start(self) -> None:
        """Start the emulator and wait until it answers. Raises EmulatorError."""
        if not _PYTHON.exists():
            raise EmulatorError(f"{_PYTHON} is missing: run `make setup`")
        for _ in range(_START_ATTEMPTS_MAX):
            self.port = _free_port()
            self._process = self._spawn()
            if self._becomes_ready():
                return
            self._end_process()
        raise EmulatorError(f"the emulator did not start:\n{self.log[-_LOG_TAIL_CHARS:]}")

    def stop(self) -> None:
        """Stop the emulator with everything that it started, and remove its files."""
        self._end_process()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _spawn(self) -> subprocess.Popen[bytes]:
        environment = {
            # Only what it needs: the emulator must not see the credentials of a real account.
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": self._folder.name,
            "TMPDIR": self._folder.name,
            "BIND_HOST": _HOST,  # its default is every interface
            "MINISTACK_HOST": _HOST,
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_REGION": REGION,
            "MINISTACK_ACCOUNT_ID": ACCOUNT,  # whose API an unsigned request reaches
            "AUTH": "true" if self._enforces_iam else "false",
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",  # would listen on a fixed port
            "LOG_LEVEL": "WARNING",
            "AWS_ENDPOINT_URL": self.endpoint_url,  # handed to the functions
            "SFN_WAIT_SCALE": str(_WAIT_SCALE),
        }
        with (self.folder / "emulator.log").open("ab") as log:
            return subprocess.Popen(
                [str(_PYTHON), str(_LAUNCHER)],
                env=environment,
                stdin=subprocess.PIPE,  # the launcher ends when this pipe closes
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us; its Lambda processes end with it
            )

    def _becomes_ready(self) -> bool:
        deadline = time.monotonic() + _START_TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                return False
            try:
                with urlopen(f"{self.endpoint_url}/_ministack/ready", timeout=1) as answer:
                    if answer.status == 200:
                        return True
            except (URLError, OSError):
                time.sleep(_READY_POLL_SECONDS)
        return False

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(_STOP_TIMEOUT_SECONDS)
        if process.stdin is not None:
            process.stdin.close()
        try:
            os.killpg(process.pid, signal.SIGKILL)  # Lambda processes that are left of its session
        except ProcessLookupError:
            return


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port
