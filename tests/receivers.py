"""HTTP servers on loopback that behave well or badly, and note what they were sent."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Received:
    """One request as it came in."""

    path: str
    headers: dict[str, str]  # names in lower case
    body: bytes


Behaviour = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Receiver:
    """A server that answers each request as `behaves` says, which may be changed at any time."""

    behaves: Behaviour
    scheme: str = "http"
    port: int = 0
    requests: list[Received] = field(default_factory=list)
    connections: int = 0
    is_closing: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/hook"


@contextmanager
def receiver(behaves: Behaviour | None = None, *, certificate: Path | None = None) -> Iterator[Receiver]:
    """Run a receiver on a free port; with a certificate it speaks TLS."""
    made = Receiver(behaves or answers(204), "https" if certificate else "http")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        receiver = made

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            made.requests.append(Received(self.path, headers, body))
            made.behaves(self)

        do_GET = do_POST

        def log_message(self, *args: object) -> None:
            return None

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def get_request(self):
            made.connections += 1
            return super().get_request()

        def handle_error(self, request, client_address) -> None:
            return None  # clients that go away are what some tests are about

    server = Server(("127.0.0.1", 0), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    made.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.is_closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


# How a receiver behaves ----------------------------------------------------------------------------------------------


def answers(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    def behave(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        if status != 204:
            request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return behave


def resets(request: BaseHTTPRequestHandler) -> None:
    """Close without an answer, by RST."""
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.connection.close()
    request.close_connection = True


def floods(request: BaseHTTPRequestHandler) -> None:
    """Answer 200 with 10 MB."""
    request.send_response(200)
    request.send_header("Content-Length", str(10 * 1024**2))
    request.end_headers()
    for _ in range(10):
        request.wfile.write(bytes(1024**2))


def drips(request: BaseHTTPRequestHandler) -> None:
    """Answer 200, then a byte now and then, without end: no single read ever times out."""
    request.send_response(200)
    request.send_header("Content-Length", str(10 * 1024**2))
    request.end_headers()
    while not request.receiver.is_closing.wait(0.02):
        request.wfile.write(b".")


def hangs(request: BaseHTTPRequestHandler) -> None:
    """Take the request, and never answer."""
    request.receiver.is_closing.wait()
    request.close_connection = True


def self_signed(folder: Path) -> Path:
    """Write a certificate for 127.0.0.1 that nobody has reason to trust, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "self-signed.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
