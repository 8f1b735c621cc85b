"""Signing secrets sealed by a key of KMS (port Secrets).

The context of what is sealed names tenant and webhook: a sealed text that got to another item
cannot be read there. The role that makes secrets may not decrypt, the one that signs may not make.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from typing import Any, Final

from rappro.adapters.scope import check_key, check_tenant
from rappro.adapters.sdk_errors import translated
from rappro.domain.ids import TenantId
from rappro.domain.webhooks import SECRET_BYTES

_KEPT_MAX: Final = 1_000
"""Secrets that a container keeps in its memory, so that a delivery costs no request to KMS."""


class KmsSecrets:
    """Port Secrets."""

    def __init__(self, client: Callable[[], Any], key: str) -> None:
        """Take a maker of KMS's client (untyped: two calls are not worth stubs), a key's ARN."""
        self._client = client
        self._key = key
        self._read: dict[tuple[str, str, str], bytes] = {}

    def make(self, tenant: TenantId, webhook: str) -> tuple[bytes, str]:
        secret = os.urandom(SECRET_BYTES)
        with translated():
            answer = self._client().encrypt(
                KeyId=self._key, Plaintext=secret, EncryptionContext=_context(tenant, webhook)
            )
        return secret, base64.b64encode(answer["CiphertextBlob"]).decode()

    def read(self, tenant: TenantId, webhook: str, sealed: str) -> bytes:
        name = (tenant, webhook, sealed)
        if name not in self._read:
            with translated():
                answer = self._client().decrypt(
                    KeyId=self._key, CiphertextBlob=base64.b64decode(sealed),
                    EncryptionContext=_context(tenant, webhook),
                )  # fmt: skip
            if len(self._read) >= _KEPT_MAX:
                self._read.clear()
            self._read[name] = bytes(answer["Plaintext"])
        return self._read[name]


def _context(tenant: str, webhook: str) -> dict[str, str]:
    check_tenant(tenant)
    check_key(webhook)
    return {"rappro-tenant": tenant, "rappro-webhook": webhook}
