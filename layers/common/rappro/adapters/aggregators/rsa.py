"""RSA signatures of providers: PKCS#1 v1.5 over SHA-2, keys as PEM.

The library is imported when the first signature is checked or made, and never before: functions
that do neither start without it (record 0006). Keys are configuration; no error quotes one.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

Hash = Literal["sha256", "sha512"]
KEY_BITS_MIN: Final = 2048


def is_signed(
    content: bytes, signature: bytes, keys: Iterable[str], *, hashed: Hash = "sha256"
) -> bool:
    """Say whether any of the public keys (PEM) signed the content: two hold while one rotates.

    Raises ValueError for a configured key that is none, or is shorter than 2048 bits.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

    for key in [_public(one) for one in keys]:
        try:
            key.verify(signature, content, PKCS1v15(), _hash(hashed))
        except InvalidSignature:
            continue
        return True
    return False


def sign(content: bytes, key: str, *, hashed: Hash = "sha256") -> bytes:
    """Return the signature of a content by a private key (PEM). Raises ValueError as above."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

    return _private(key).sign(content, PKCS1v15(), _hash(hashed))


def _hash(hashed: Hash) -> HashAlgorithm:
    from cryptography.hazmat.primitives import hashes

    return hashes.SHA512() if hashed == "sha512" else hashes.SHA256()


@lru_cache(maxsize=8)
def _public(pem: str) -> RSAPublicKey:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(pem.encode())
    except ValueError:
        key = None
    if not isinstance(key, RSAPublicKey) or key.key_size < KEY_BITS_MIN:
        raise ValueError("a provider's key is no public RSA key of 2048 bits or more, as PEM")
    return key


@lru_cache(maxsize=2)
def _private(pem: str) -> RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, RSAPrivateKey) or key.key_size < KEY_BITS_MIN:
        raise ValueError("the own key is no private RSA key of 2048 bits or more, as PEM")
    return key
