"""`make local`: starts the local stack, says how to reach it, and stays up until Ctrl-C."""

from __future__ import annotations

import signal
import sys
import time

from devstack.emulator import ACCOUNT, REGION, SECRET
from devstack.stack import LocalStack

_TENANT = "demo"


def main() -> int:
    """Serve until SIGINT or SIGTERM; return the exit code."""
    started = time.monotonic()
    stopping = {signal.SIGINT, signal.SIGTERM}
    with LocalStack() as stack:
        signal.pthread_sigmask(signal.SIG_BLOCK, stopping)
        seconds = time.monotonic() - started
        sys.stdout.write(_greeting(stack, seconds))
        sys.stdout.flush()
        signal.sigwait(stopping)
        sys.stdout.write("\nstopping\n")
    return 0


def _greeting(stack: LocalStack, seconds: float) -> str:
    token = stack.open_tenant(_TENANT, ttl_seconds=30 * 24 * 3600)
    return f"""Rappro is up ({seconds:.1f} s); Ctrl-C stops it and forgets everything.

  API        {stack.api_url}/v1
  docs       {stack.api_url}/v1/docs
  inbox      s3://{stack.inbox_bucket}/{_TENANT}/<company>/[<journal>/]<file>
  AWS        {stack.emulator.endpoint_url}  (account {ACCOUNT}, region {REGION})

  export TOKEN={token}
  curl -H "Authorization: Bearer $TOKEN" {stack.api_url}/v1/companies

  export AWS_ENDPOINT_URL={stack.emulator.endpoint_url} AWS_DEFAULT_REGION={REGION} \\
    AWS_ACCESS_KEY_ID={ACCOUNT} AWS_SECRET_ACCESS_KEY={SECRET}
  aws s3 cp releve.xml s3://{stack.inbox_bucket}/{_TENANT}/<company>/
"""


if __name__ == "__main__":
    sys.exit(main())
