"""A local issuer of access tokens (OpenID Connect), in the place of a tenant directory."""

from __future__ import annotations

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

AUDIENCE = "rappro"
_KEY_ID = "local"
_KEY_BITS = 2048
_TOKEN_SECONDS = 8 * 3600
_JWKS_PATH = "/.well-known/jwks.json"


class Issuer:
    """Signs tokens, and serves its public key on the loopback interface, as a context manager."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def token(
        self, *, tenant: str, user: str = "accountant", ttl_seconds: int = _TOKEN_SECONDS,
        audience: str = AUDIENCE,
    ) -> str:  # fmt: skip
        """Return a bearer token of a user of a tenant; a negative time to live has expired."""
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": audience,
            "sub": user,
            "tenant_id": tenant,
            "iat": now + min(0, ttl_seconds),
            "exp": now + ttl_seconds,
        }
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": _KEY_ID})

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, daemon=True, name="issuer").start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _documents(self) -> dict[str, dict[str, Any]]:
        public: dict[str, Any] = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        public |= {"kid": _KEY_ID, "use": "sig", "alg": "RS256"}
        return {
            "/.well-known/openid-configuration": {
                "issuer": self.url,
                "jwks_uri": self.url + _JWKS_PATH,
                "id_token_signing_alg_values_supported": ["RS256"],
            },
            _JWKS_PATH: {"keys": [public]},
        }

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                document = issuer._documents().get(self.path)
                body = json.dumps(document).encode()
                self.send_response(404 if document is None else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
                """Keep quiet."""

        return Handler
