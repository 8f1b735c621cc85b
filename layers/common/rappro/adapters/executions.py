"""Names and inputs of executions, the same for every way to run them."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, Final

from rappro.adapters.scope import check_scope
from rappro.domain.errors import InvalidRequest, TooLarge

NAME_CHARACTERS_MAX: Final = 80
INPUT_BYTES_MAX: Final = 256 * 1024
"""Step Functions stops there; larger data goes to a working document."""
_DIGEST_BYTES: Final = 16
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]", re.ASCII)


def execution_name(tenant: str, company: str, name: str) -> str:
    """Return the execution's name: what can be read of `name`, and a hash of all three.

    One state machine serves all tenants, and an execution that exists counts as started. Without
    the hash, a tenant's run would never start because another tenant's has the same name.
    """
    check_scope(tenant, company)
    if not name:
        raise InvalidRequest("an execution without a name")
    digest = hashlib.blake2b(f"{tenant}#{company}#{name}".encode(), digest_size=_DIGEST_BYTES)
    readable = _UNSAFE.sub("-", name)[: NAME_CHARACTERS_MAX - 2 * _DIGEST_BYTES - 1]
    return f"{readable}-{digest.hexdigest()}"


def execution_input(payload: dict[str, Any]) -> str:
    """Return the input as JSON. Raises TooLarge, and InvalidRequest for what is no JSON."""
    try:
        text = json.dumps(payload, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InvalidRequest("an execution's input is JSON") from error
    if len(text) > INPUT_BYTES_MAX:
        raise TooLarge(f"an execution's input of {len(text)} bytes; {INPUT_BYTES_MAX} at most")
    return text
