"""What the web process does with the bodies of requests, on real sockets."""

from __future__ import annotations

import asyncio
import io
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from irisx import web
from irisx.refusals import StorageFull
from tests.disks import ROOM_BYTES, files_in, small_disk

MB = 1024 * 1024
UPLOAD = "/v1/imports/upload"  # without a token: what is not refused before is answered 401 when all of it is there
FORM = {"Content-Type": "multipart/form-data; boundary=B"}
TOO_LARGE = {
    "error": "The file is larger than 50 MB. Split it, or save it without pictures and unused sheets.",
    "code": "file_too_large",
    "limit": 50 * MB,
}


@dataclass
class WebProcess:
    pid: int
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def peak_bytes(self) -> int:
        """Return the most memory that the process ever had."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024


@pytest.fixture(scope="module")
def running(servers) -> Iterator[WebProcess]:
    with web_process() as running:
        # What is imported with the first request of its kind is not the body's.
        assert httpx.post(running.url + UPLOAD, content=form_of(1000), headers=FORM).status_code == 401
        yield running


IRISX = ("-m", "irisx.web")
# The same web process, before another application: the last argument.
ANOTHER = ("-c", "import sys; from irisx import web; web.CommandLine().run(sys.argv[1:])")


@contextmanager
def web_process(
    *, program: Sequence[str] = IRISX, application: Sequence[str] = (), **environment: str
) -> Iterator[WebProcess]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, *program, "-v", "0", "-b", "127.0.0.1", "-p", str(port), *application]
    with subprocess.Popen(command, cwd=settings.BASE_DIR, env={**os.environ, **environment}) as process:
        try:
            running = WebProcess(process.pid, port)
            while not _answers(running):
                assert process.poll() is None, "it ended before it answered"
                time.sleep(0.1)
            yield running
        finally:
            process.terminate()


def _answers(running: WebProcess) -> bool:
    try:
        return httpx.get(running.url + "/healthz").status_code == 200
    except httpx.TransportError:
        return False


def form_of(size_bytes: int) -> bytes:
    """Return a multipart form with a file of so many bytes."""
    head = b'--B\r\nContent-Disposition: form-data; name="file"; filename="people.csv"\r\n\r\n'
    return head + b"x" * size_bytes + b"\r\n--B--\r\n"


def test_the_largest_file_does_not_go_through_memory(running):
    before = running.peak_bytes()

    answer = httpx.post(running.url + UPLOAD, content=form_of(50 * MB), headers=FORM, timeout=60)

    assert answer.status_code == 401
    assert running.peak_bytes() - before < 20 * MB


def test_a_file_over_the_limit_is_refused_by_its_announced_length(running):
    answer = httpx.post(running.url + UPLOAD, content=form_of(60 * MB), headers=FORM, timeout=60)

    assert (answer.status_code, answer.json()) == (413, TOO_LARGE)
    assert answer.headers["Content-Type"] == "application/json"


def test_a_body_without_end_is_cut_off_and_costs_no_memory(running):
    before = running.peak_bytes()

    def half_a_gigabyte() -> Iterator[bytes]:
        for _ in range(500):
            yield b"x" * MB

    answer = httpx.post(running.url + UPLOAD, content=half_a_gigabyte(), headers=FORM, timeout=60)

    assert (answer.status_code, answer.json()) == (413, TOO_LARGE)
    assert running.peak_bytes() - before < 20 * MB
    assert httpx.get(running.url + "/healthz").status_code == 200


def test_a_body_over_the_limit_that_is_no_form_is_refused_without_speaking_of_a_file(running):
    answer = httpx.post(running.url + "/v1/imports/bulk", content=b"[" * 52 * MB, timeout=60)

    assert answer.status_code == 413
    assert answer.json() == {
        "error": "The body is larger than 20 MB. Send it in several calls, or as a file.",
        "code": "request_too_large",
        "limit": 20 * MB,
    }
    assert answer.headers["X-Request-ID"]


def test_a_body_that_comes_in_chunks_without_a_length_is_read(running):
    body = b'{"email": "nobody@example.com"}'

    answer = httpx.post(
        running.url + "/v1/auth/token",
        content=(body[at : at + 5] for at in range(0, len(body), 5)),
        headers={"Content-Type": "application/json"},
    )

    assert (answer.status_code, answer.json()["field"]) == (400, "password")


class RequestWithoutDjango(web.Request):
    """Notes what it answers."""

    def __init__(self, uri: bytes) -> None:
        self.uri, self.sent = uri, []

    def getHeader(self, name):
        return {"x-request-id": "abc-123"}.get(name)

    def handle_reply(self, message):
        self.sent.append(message)


@pytest.mark.parametrize(("status", "code"), [(400, "malformed"), (500, "internal_error"), (503, "timed_out")])
def test_what_django_is_not_asked_about_is_answered_in_json_under_v1(status, code):
    request, page = RequestWithoutDjango(b"/v1/imports"), RequestWithoutDjango(b"/")

    for asked in (request, page):
        asked.basic_error(status, b"Words", "More words")

    head, body = request.sent
    assert (head["status"], json.loads(body["body"])["code"]) == (status, code)
    headers = dict(head["headers"])
    assert (headers[b"Content-Type"], headers[b"X-Request-ID"]) == (b"application/json", b"abc-123")
    assert (b"Retry-After" in headers) == (status == 503)
    assert page.sent[0]["headers"] == [(b"Content-Type", b"text/html; charset=utf-8")]


def test_query_is_kept_out_of_the_access_log():
    logged = []
    server = web.Server(None, endpoints=["tcp:0"], action_logger=lambda *entry: logged.append(entry))

    server.log_action("http", "complete", {"path": "/v1/imports?access_token=secret", "status": 401})

    assert logged == [("http", "complete", {"path": "/v1/imports", "status": 401})]


def test_who_asks_before_sending_is_refused_before_sending(running):
    with socket.create_connection(("127.0.0.1", running.port), timeout=30) as client:
        client.sendall(
            b"POST /v1/imports/upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=B\r\n"
            b"Content-Length: 99999999\r\nExpect: 100-continue\r\n\r\n"
        )
        assert client.recv(12) == b"HTTP/1.1 413"


def test_a_body_that_the_disk_has_no_room_for_is_refused_and_others_are_served(servers, tmp_path):
    with small_disk(tmp_path / "disk") as disk, web_process(TMPDIR=str(disk)) as running:
        answer = httpx.post(running.url + UPLOAD, content=form_of(2 * ROOM_BYTES), headers=FORM, timeout=60)
        others = httpx.post(running.url + UPLOAD, content=form_of(MB), headers=FORM, timeout=60)

        assert (answer.status_code, answer.json()) == (507, StorageFull().as_json())
        assert others.status_code == 401
        assert files_in(disk) == []


def test_a_connection_lives_on_after_a_body_that_was_taken(running):
    with httpx.Client(base_url=running.url) as client:
        first = client.post(UPLOAD, content=form_of(MB), headers=FORM)
        second = client.post(UPLOAD, content=form_of(10), headers=FORM)

        (connection,) = client._transport._pool.connections
    assert (first.status_code, second.status_code) == (401, 401)
    assert "Request Count: 2" in repr(connection)


@pytest.mark.parametrize("size", [0, 1, web.PIECE_BYTES, 3 * web.PIECE_BYTES + 1])
def test_the_application_gets_the_whole_body_in_pieces_then_what_comes_later(size):
    sent, got = bytes(range(256)) * (size // 256 + 1), []
    queued = [{"type": "http.request", "body": b"", "more_body": False}, {"type": "http.disconnect"}]

    async def receive():
        return queued.pop(0)

    async def application(scope, receive, send):
        while (message := await receive())["type"] == "http.request":
            got.append(message)

    body = io.BytesIO(sent[:size])
    asyncio.run(web.with_body_from_disk(application)({"type": "http", "irisx.body": body}, receive, None))

    assert b"".join(message["body"] for message in got) == sent[:size]
    assert [message["more_body"] for message in got] == [True] * (len(got) - 1) + [False]
    assert body.closed


# Answers -------------------------------------------------------------------------------------------------------------


def test_a_client_that_takes_its_time_costs_no_memory_and_misses_nothing(servers):
    with web_process(program=ANOTHER, application=["tests.answers:application"]) as running, socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
        client.connect(("127.0.0.1", running.port))
        before = running.peak_bytes()
        client.sendall(b"GET /large HTTP/1.0\r\nHost: localhost\r\n\r\n")
        assert client.recv(15) == b"HTTP/1.0 200 OK"
        waiting = bytes_sent_at_last(running)
        # What the kernel keeps between the two, and one piece.
        assert waiting < 16 * MB
        received = sum(map(len, iter(lambda: client.recv(MB), b"")))

        assert received > 256 * MB
        assert running.peak_bytes() - before < 20 * MB


def bytes_sent_at_last(running: WebProcess) -> int:
    """Return how much the application has sent, once it waits."""
    sent = -1
    while sent != (now := int(httpx.get(running.url + "/sent").text)) or not now:
        sent = now
        # That nothing more comes shows in time alone.
        time.sleep(0.2)
    return sent


def test_a_client_that_goes_away_leaves_nothing_waiting(servers):
    with web_process(program=ANOTHER, application=["tests.answers:application"]) as running:
        with socket.create_connection(("127.0.0.1", running.port)) as client:
            client.sendall(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert client.recv(15) == b"HTTP/1.1 200 OK"

        assert httpx.get(running.url + "/sent").status_code == 200
