"""Posting to receivers over real sockets: what they can do is bounded, where we go is checked."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from rappro.adapters.webhooks import sender as sending
from rappro.adapters.webhooks.sender import ANSWER_BYTES_MAX, HttpSender
from rappro.domain.webhooks import Answer
from tests.webhook_receiver import Receiver, status

HEADERS = {"content-type": "application/json", "webhook-id": "m"}


def post(url: str, *, seconds: float = 5) -> Answer:
    return HttpSender(is_local=True, total_seconds=seconds).send(url, HEADERS, b'{"a":1}')


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def test_the_receiver_gets_the_very_bytes_and_headers_once(receiver: Receiver) -> None:
    answer = post(receiver.url)

    assert (answer.status, answer.error, answer.start) == (200, None, "ok")
    (came,) = receiver.received
    assert (came.path, came.body) == ("/hook", b'{"a":1}')
    assert came.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert came.headers["webhook-id"] == "m"
    assert came.headers["connection"] == "close"


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:1/x",
        "http://169.254.169.254/latest/meta-data/",
        "https://evil.fr/",
        "/again",
    ],
)
@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_no_redirect_is_followed(receiver: Receiver, code: int, location: str) -> None:
    receiver.usual = status(code, b"moved", Location=location)

    answer = post(receiver.url)

    assert (answer.status, answer.is_success) == (code, False)
    assert len(receiver.received) == 1


def test_of_a_huge_answer_only_the_beginning_is_read(receiver: Receiver) -> None:
    sent: list[int] = []

    def flood(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            for _ in range(4_096):
                handler.wfile.write(b"x" * 65_536)
                sent.append(65_536)
        except OSError:
            return

    receiver.usual = flood

    answer = post(receiver.url)

    assert (answer.status, answer.start) == (200, "x" * 200)
    assert sum(sent) < 64 * 1024 * 1024 < 4_096 * 65_536


def test_an_answer_that_is_no_text_is_shown_as_text_of_one_line(receiver: Receiver) -> None:
    receiver.usual = status(200, b"a\x00b\r\nc\xff\x1b[31m")

    assert post(receiver.url).start == "a b  c\ufffd [31m"


def test_an_answer_that_drips_ends_with_the_time_it_has(receiver: Receiver) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        try:
            for sign in b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 100:
                handler.wfile.write(bytes([sign]))
                time.sleep(0.05)
        except OSError:
            return

    receiver.usual = drip

    answer = post(receiver.url, seconds=0.4)

    assert (answer.status, answer.error) == (None, "timeout")
    assert answer.duration_ms < 3_000


def test_a_body_that_drips_after_its_head_ends_as_well(receiver: Receiver) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        try:
            for _ in range(100):
                handler.wfile.write(b"x")
                time.sleep(0.05)
        except OSError:
            return

    receiver.usual = drip

    assert post(receiver.url, seconds=0.4).error == "timeout"


def test_a_receiver_that_says_nothing_is_a_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        answer = post(f"http://127.0.0.1:{silent.getsockname()[1]}/", seconds=0.3)

    assert (answer.status, answer.error) == (None, "timeout")


def test_nobody_there_is_told_as_such() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]

    assert post(f"http://127.0.0.1:{port}/").error == "connect_failed"


def test_what_is_no_http_is_told_as_such(receiver: Receiver) -> None:
    def greet(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"220 smtp.client.fr ESMTP\r\n")

    receiver.usual = greet

    assert post(receiver.url).error == "no_http_answer"


def test_a_head_without_end_is_cut_off(receiver: Receiver) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        try:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
            for _ in range(10_000):
                handler.wfile.write(b"X-A: " + b"b" * 1_000 + b"\r\n")
        except OSError:
            return

    receiver.usual = endless

    assert post(receiver.url).error == "no_http_answer"


@pytest.mark.parametrize(("given", "kept"), [("120", 120), ("0", 0), ("-5", None), ("1e9", None),
                                             ("Wed, 21 Oct 2026 07:28:00 GMT", None)])  # fmt: skip
def test_when_a_receiver_wants_the_next_attempt(
    receiver: Receiver, given: str, kept: int | None
) -> None:
    receiver.usual = status(429, Retry_After=given)

    assert post(receiver.url).retry_after == kept


# ---- Addresses ---------------------------------------------------------------------------------


class Resolver:
    """Answers as the DNS would, one list a question; the last one again and again."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Note every connection that is tried, and let none through."""
    tried: list[tuple[str, int]] = []

    def refuse(address: tuple[str, int], *_: object, **__: object) -> socket.socket:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    return tried


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"], ["10.0.0.8"], ["169.254.169.254"], ["::1"], ["fd00:ec2::254"],
        ["52.47.1.2", "127.0.0.1"], ["127.0.0.1", "52.47.1.2"], ["52.47.1.2", "::ffff:10.0.0.1"],
        ["52.47.1.2", "52.47.1.3", "52.47.1.4", "192.168.1.1"], ["2606:4700::1", "64:ff9b::7f00:1"],
    ],
)  # fmt: skip
def test_one_address_that_is_not_public_refuses_the_name(
    addresses: list[str], connections: list[tuple[str, int]]
) -> None:
    sender = HttpSender(resolve=Resolver(addresses))

    answer = sender.send("https://erp.client.fr/", HEADERS, b"")

    assert (answer.status, answer.error) == (None, "address_refused")
    assert connections == []


def test_a_name_is_asked_once_and_the_connection_goes_to_what_was_checked(
    connections: list[tuple[str, int]],
) -> None:
    """Another answer a moment later (DNS rebinding) reaches nobody."""
    resolver = Resolver(["52.47.1.2", "2606:4700::1"], ["127.0.0.1"])

    answer = HttpSender(resolve=resolver).send("https://erp.client.fr:8443/", HEADERS, b"")

    assert answer.error == "connect_failed"
    assert resolver.asked == [("erp.client.fr", 8443)]
    assert connections == [("52.47.1.2", 8443), ("2606:4700::1", 8443)]


def test_the_local_stack_reaches_this_machine_and_no_other_private_one(
    connections: list[tuple[str, int]],
) -> None:
    sender = HttpSender(resolve=Resolver(["127.0.0.1", "10.0.0.1"]), is_local=True)

    assert sender.send("http://localhost:8080/", HEADERS, b"").error == "address_refused"
    assert connections == []


def test_a_url_that_was_good_once_is_checked_again(connections: list[tuple[str, int]]) -> None:
    answer = HttpSender(resolve=Resolver(["52.47.1.2"])).send("http://erp.client.fr/", HEADERS, b"")

    assert answer.error == "url_refused"
    assert connections == []


def test_a_name_that_nobody_has_is_told_as_such() -> None:
    def nobody(_host: str, _port: int) -> Sequence[str]:
        raise socket.gaierror(-2, "Name or service not known")

    answer = HttpSender(resolve=nobody).send("https://erp.client.fr/", HEADERS, b"")

    assert answer.error == "name_not_found"


def test_a_resolver_that_does_not_answer_costs_no_more_than_a_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sending, "CONNECT_SECONDS", 0.2)
    is_over = threading.Event()

    def slow(_host: str, _port: int) -> Sequence[str]:
        is_over.wait(5)
        return ["52.47.1.2"]

    answer = HttpSender(resolve=slow).send("https://erp.client.fr/", HEADERS, b"")
    is_over.set()

    assert answer.error == "connect_timeout"
    assert answer.duration_ms < 3_000


# ---- TLS ---------------------------------------------------------------------------------------


def certificate(folder: Path, name: str) -> Path:
    """Write a certificate of a name, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = folder / f"{name}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )  # fmt: skip
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


def over_tls(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, server: str, client: str
) -> tuple[Answer, list[str | None]]:
    """Post to a name whose public address leads, here alone, to a server on this machine."""
    named: list[str | None] = []
    pem = certificate(folder, server)
    with Receiver() as receiver:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        context.sni_callback = lambda _socket, name, _context: named.append(name)
        receiver._server.socket = context.wrap_socket(receiver._server.socket, server_side=True)
        connect, port = socket.create_connection, receiver.port

        def led_here(_address: tuple[str, int], timeout: float, **_: object) -> socket.socket:
            return connect(("127.0.0.1", port), timeout)

        monkeypatch.setattr(socket, "create_connection", led_here)
        trust = ssl.create_default_context(cafile=str(pem))
        sender = HttpSender(resolve=Resolver(["52.47.1.2"]), trust=trust)
        answer = sender.send(f"https://{client}/hook", HEADERS, b"{}")
        hosts = [came.headers["host"] for came in receiver.received]
    return answer, [*named, *hosts]


def test_tls_and_the_host_header_keep_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, named = over_tls(tmp_path, monkeypatch, server="erp.client.fr", client="erp.client.fr")

    assert (answer.status, answer.error) == (200, None)
    assert named == ["erp.client.fr", "erp.client.fr"]


def test_a_server_of_another_name_gets_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, named = over_tls(tmp_path, monkeypatch, server="evil.client.fr", client="erp.client.fr")

    assert (answer.status, answer.error) == (None, "tls_failed")
    assert named == ["erp.client.fr"]


def test_a_bound_on_answers_is_what_was_promised() -> None:
    assert (sending.CONNECT_SECONDS, sending.TOTAL_SECONDS, ANSWER_BYTES_MAX) == (3.0, 10.0, 4_096)
