"""The simulated Ponto's webhooks: signed as Ponto signs them, or nearly, for tests of forgeries."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

APPLICATION_ID = "simulated-ponto-application"
KEY_ID = "simulated-key-1"
LIFE = timedelta(days=2)


@cache
def signing_key() -> rsa.RSAPrivateKey:
    """Return the key that signs the simulation's webhooks, made once a process."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def key_list() -> dict[str, Any]:
    """Return the public keys as Ponto lists them (JWKS): one signs, one is for something else."""
    told = RSAAlgorithm.to_jwk(signing_key().public_key(), as_dict=True)
    row = {"kty": "RSA", "n": told["n"], "e": told["e"]}
    other = {**row, "kid": "encryption-1", "use": "enc", "alg": "RSA-OAEP"}
    sound = {**row, "kid": KEY_ID, "use": "sig", "alg": "RS512", "status": "ACTIVE"}
    return {"keys": [other, sound]}


def signed_event(
    event: dict[str, Any], at: datetime, *, issuer: str, key: Any = None, algorithm: str = "RS512",
    key_id: str = KEY_ID, **claims: Any,
) -> tuple[dict[str, str], bytes]:  # fmt: skip
    """Return an event's headers and bytes; each argument makes the token another one."""
    body = json.dumps({"data": event}).encode()
    told = {
        "aud": APPLICATION_ID, "iss": issuer, "iat": int(at.timestamp()),
        "exp": int((at + LIFE).timestamp()), "digest": body_digest(body), **claims,
    }  # fmt: skip
    signer = signing_key() if key is None else key
    token = jwt.encode(told, signer, algorithm=algorithm, headers={"kid": key_id})
    return {"Signature": token}, body


def body_digest(body: bytes) -> str:
    """Return what a token says of its body."""
    return base64.b64encode(hashlib.sha512(body).digest()).decode()
