"""The key that archives are signed with, in KMS (port Seal): no private key is ever in memory."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any, Final

from botocore.exceptions import ClientError

from rappro.adapters.sdk_errors import error_code, translated

_ALGORITHM: Final = "ECDSA_SHA_256"
_INVALID: Final = frozenset({"KMSInvalidSignatureException", "ValidationException"})


class KmsSeal:
    """Port Seal, by a key of ECC_NIST_P256."""

    def __init__(self, client: Callable[[], Any], key: str) -> None:
        """Take a maker of KMS's client (untyped: three calls are not worth stubs), a key's ARN."""
        self._client = client
        self._key = key
        self._public: str | None = None

    @property
    def algorithm(self) -> str:
        return _ALGORITHM

    def public_key(self) -> str:
        if self._public is None:
            with translated():
                answer = self._client().get_public_key(KeyId=self._key)
            self._public = base64.b64encode(answer["PublicKey"]).decode()
        return self._public

    def sign(self, digest: bytes) -> bytes:
        with translated():
            answer = self._client().sign(
                KeyId=self._key, Message=digest, MessageType="DIGEST", SigningAlgorithm=_ALGORITHM
            )
        return bytes(answer["Signature"])

    def verify(self, digest: bytes, signature: bytes) -> bool:
        if not signature:
            return False
        with translated():
            try:
                answer = self._client().verify(
                    KeyId=self._key, Message=digest, MessageType="DIGEST", Signature=signature,
                    SigningAlgorithm=_ALGORITHM,
                )  # fmt: skip
            except ClientError as error:
                if error_code(error) in _INVALID:
                    return False
                raise
        return bool(answer["SignatureValid"])
