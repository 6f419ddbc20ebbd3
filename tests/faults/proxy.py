"""A network between a worker and PostgreSQL that fails when a chunk begins, or when it is being committed."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

BLOCK_BYTES = 65_536
# What is sent of a chunk, in PostgreSQL's protocol: a statement of its own ends with a zero.
CHUNK, COMMIT = b"COPY staged_contacts", b"COMMIT\0"
BEGINNING = b"SET LOCAL enable_seqscan"


class Connection:
    """One connection of a worker's, and ours to PostgreSQL."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client = client
        self.server = server

    def reset(self) -> None:
        """End both sides at once, without a word: RST instead of FIN."""
        for end in (self.client, self.server):
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            # close() alone would wait for the other thread, which reads from it.
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


Failure = Callable[["Proxy", Connection, bytes], None]


def lose_commit(proxy: Proxy, connection: Connection, commit: bytes) -> None:
    """The COMMIT does not arrive."""
    connection.reset()


def lose_answer(proxy: Proxy, connection: Connection, commit: bytes) -> None:
    """The COMMIT arrives and is carried out; nobody is told."""
    proxy.swallow_answers(connection)
    connection.server.sendall(commit)
    proxy.answer_swallowed.wait(30)
    connection.reset()


def fall_silent(proxy: Proxy, connection: Connection, commit: bytes) -> None:
    """Nothing arrives any more, in either direction, and nobody is told: a black hole."""
    proxy.swallow_answers(connection)
    proxy.is_over.wait(60)
    connection.reset()


class Proxy:
    """Passes everything on; the next COMMIT of a chunk, or its beginning, meets what fail_next() was given."""

    def __init__(self, connect: Callable[[], socket.socket]) -> None:
        self._connect = connect
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._failure: Failure | None = None
        self._fails_at = COMMIT
        self._silenced: set[Connection] = set()
        self.has_failed = threading.Event()
        self.answer_swallowed = threading.Event()
        self.is_over = threading.Event()
        self._connections: list[Connection] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        return self._listener.getsockname()[1]

    def fail_next(self, failure: Failure, at: bytes = COMMIT) -> None:
        self.has_failed.clear()
        self.answer_swallowed.clear()
        self._fails_at = at
        self._failure = failure

    def swallow_answers(self, connection: Connection) -> None:
        self._silenced.add(connection)

    def end(self) -> None:
        self.is_over.set()
        self._listener.close()
        for connection in self._connections:
            connection.reset()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                connection = Connection(client, self._connect())
                self._connections.append(connection)
                for pump in (self._pass_statements, self._pass_answers):
                    threading.Thread(target=pump, args=[connection], daemon=True).start()

    def _pass_statements(self, connection: Connection) -> None:
        is_in_chunk = False
        for block in _blocks(connection.client):
            is_in_chunk = is_in_chunk or CHUNK in block
            is_commit = is_in_chunk and COMMIT in block
            if is_commit:
                is_in_chunk = False
            if is_commit if self._fails_at == COMMIT else self._fails_at in block:
                failure, self._failure = self._failure, None
                if failure is not None:
                    self.has_failed.set()
                    failure(self, connection, block)
                    return
            with suppress(OSError):
                connection.server.sendall(block)
        connection.reset()

    def _pass_answers(self, connection: Connection) -> None:
        for block in _blocks(connection.server):
            if connection in self._silenced:
                self.answer_swallowed.set()
            else:
                with suppress(OSError):
                    connection.client.sendall(block)
        if connection not in self._silenced:
            connection.reset()


def _blocks(end: socket.socket) -> Iterator[bytes]:
    with suppress(OSError):
        while block := end.recv(BLOCK_BYTES):
            yield block


@contextmanager
def proxy_to(connect: Callable[[], socket.socket]) -> Iterator[Proxy]:
    proxy = Proxy(connect)
    try:
        yield proxy
    finally:
        proxy.end()
