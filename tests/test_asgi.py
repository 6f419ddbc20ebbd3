"""The web process as it runs, on real sockets."""

from __future__ import annotations

import socket
import subprocess
import sys
import time

import httpx
import pytest
from django.conf import settings
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from imports.consumers import MAX_FRAME_BYTES, ImportProgressConsumer


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


def test_unknown_address_under_v1_is_answered_in_json(address):
    answer = httpx.get(f"http://{address}/v1/nothing")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
