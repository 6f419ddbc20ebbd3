"""The web process as it runs, on real sockets."""

from __future__ import annotations

import asyncio
import select
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from unittest.mock import Mock

import httpx
import pytest
from django.conf import settings
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from imports.consumers import ImportProgressConsumer
from irisx import web_sockets
from irisx.web_sockets import MAX_FRAME_BYTES, Socket


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def address(servers):
    """Start the web process and return its host and port."""
    port = free_port()
    command = [sys.executable, "-m", "irisx.web", "-v", "0", "-b", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, cwd=settings.BASE_DIR)
    try:
        while not _answers(port):
            assert process.poll() is None, "it ended before it answered"
            time.sleep(0.1)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1"])
def test_socket_from_another_sites_page_is_answered_403(address, origin):
    with pytest.raises(InvalidStatus) as refused:
        connect(f"ws://{address}/ws/imports", origin=origin)

    assert refused.value.response.status_code == 403


def test_socket_at_an_unknown_address_is_answered_403(address):
    with pytest.raises(InvalidStatus) as refused:
        connect(f"ws://{address}/ws/nothing")

    assert refused.value.response.status_code == 403


def test_frame_over_the_limit_is_answered_1009(address):
    with connect(f"ws://{address}/ws/imports", origin=f"http://{address}") as client:
        client.send("x" * (MAX_FRAME_BYTES + 1))
        with pytest.raises(ConnectionClosed) as closed:
            client.recv()

    assert closed.value.rcvd.code == 1009


def test_flood_is_closed_with_a_code_that_arrives(address):
    with connect(f"ws://{address}/ws/imports") as client:
        for _ in range(ImportProgressConsumer.max_frames + 1):
            client.send('{"type": "ping"}')
        with pytest.raises(ConnectionClosed) as closed:
            list(client)

    assert closed.value.rcvd.code == 4429


# Sockets that do nothing, and clients who do not read ----------------------------------------------------------------

HANDSHAKE = (
    "GET /ws/imports HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
PING = bytes([0x89, 0x80 | 125, 0, 0, 0, 0]) + b"x" * 125  # of the protocol: answered before a consumer sees it


def opened(address: str) -> socket.socket:
    """Open a WebSocket whose client does nothing by itself."""
    host, port = address.split(":")
    connection = socket.create_connection((host, int(port)), timeout=30)
    connection.sendall(HANDSHAKE.format(address=address).encode())
    assert connection.recv(4096).startswith(b"HTTP/1.1 101 ")
    return connection


def test_hundreds_of_idle_sockets_keep_nobody_out(address):
    with ExitStack() as idle:
        for _ in range(500):
            idle.enter_context(opened(address))

        with connect(f"ws://{address}/ws/imports") as client:
            client.send('{"type": "ping"}')
            assert client.recv() == '{"type": "pong"}'


def test_nothing_more_is_taken_from_a_client_that_does_not_read(address):
    most = 64 * 1024**2
    with opened(address) as deaf:
        deaf.setblocking(False)
        sent = 0
        # What the system's buffers hold, then no more.
        while sent < most and select.select([], [deaf], [], 3)[1]:
            sent += deaf.send(PING * 1_000)

        with connect(f"ws://{address}/ws/imports") as client:
            client.send('{"type": "ping"}')
            assert client.recv() == '{"type": "pong"}'

    assert 0 < sent < most


@pytest.mark.parametrize("reads_again", [False, True])
def test_a_client_that_does_not_read_is_cut_off_unless_it_goes_on(monkeypatch, reads_again):
    monkeypatch.setattr(web_sockets, "UNREAD_SECONDS", 0.01)

    async def fall_behind() -> None:
        deaf = Socket()
        deaf.transport = transport
        deaf.pauseProducing()
        if reads_again:
            deaf.resumeProducing()
            return
        async with asyncio.timeout(30):
            while not transport.abortConnection.called:
                await asyncio.sleep(0.001)

    transport = Mock()
    asyncio.run(fall_behind())

    calls = [call[0] for call in transport.method_calls]
    assert calls == ["pauseProducing", "resumeProducing" if reads_again else "abortConnection"]


# ---------------------------------------------------------------------------------------------------------------------


def test_unknown_address_under_v1_is_answered_in_json(address):
    answer = httpx.get(f"http://{address}/v1/nothing")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
