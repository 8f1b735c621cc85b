"""A provider that wants to see a certificate of ours sees it, and nobody without one gets in."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from rappro.adapters.aggregators.http import ProviderHttp, trust_as
from rappro.domain.errors import AggregatorUnavailable

PASSWORD = "a-password-of-a-key"


@dataclass(frozen=True)
class Identity:
    """A key, with a certificate that it signed itself."""

    certificate: str
    key: str
    locked_key: str


def identity(name: str) -> Identity:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=40_000))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    locked = BestAvailableEncryption(PASSWORD.encode())
    return Identity(
        certificate.public_bytes(Encoding.PEM).decode(),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked).decode(),
    )


@dataclass
class Strict:
    """A server that lets in only who shows the client's certificate, over TLS."""

    url: str
    server: Identity
    client: Identity


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""


class Quiet(ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        """Who is not let in is no error."""


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Strict]:
    own, client = identity("localhost"), identity("rappro")
    file = Path(tmp_path_factory.mktemp("tls")) / "own.pem"
    file.write_text(own.certificate + own.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    context.load_verify_locations(cadata=client.certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    server = Quiet(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield Strict(f"https://localhost:{server.server_port}", own, client)
    server.shutdown()
    server.server_close()


def asked(strict: Strict, trust: ssl.SSLContext) -> int:
    """Return the status of an answer; the server's own certificate is trusted."""
    trust.load_verify_locations(cadata=strict.server.certificate)
    http = ProviderHttp("strict", strict.url, trust=trust, total_seconds=5)
    try:
        return http.ask("GET", "/x", headers={}).status
    finally:
        http.close()


def test_who_shows_the_certificate_is_let_in(strict: Strict) -> None:
    own = strict.client

    assert asked(strict, trust_as(own.certificate, own.key)) == 200
    assert asked(strict, trust_as(own.certificate, own.locked_key, PASSWORD)) == 200


def test_who_shows_none_or_another_is_not(strict: Strict) -> None:
    other = identity("rappro")

    with pytest.raises(AggregatorUnavailable):
        asked(strict, ssl.create_default_context())
    with pytest.raises(AggregatorUnavailable):
        asked(strict, trust_as(other.certificate, other.key))


def test_a_certificate_that_does_not_fit_is_refused_and_not_quoted(strict: Strict) -> None:
    own, other = strict.client, strict.server
    pairs = [
        ("", ""), ("x", "y"), (own.certificate, other.key), (own.certificate, ""),
        (own.certificate, own.locked_key),
    ]  # fmt: skip
    for certificate, key in pairs:
        with pytest.raises(ValueError, match="no client certificate") as refused:
            trust_as(certificate, key)
        assert str(refused.value) == "no client certificate with its key"
