"""The web process: `python -m irisx.web`, with daphne's own options (-b ADDRESS, -p PORT, -u SOCKET, …).

Daphne has no limit for the body of a request. It has Twisted read the body into memory in search of form fields that
nobody asks for, and puts all of it in a queue before the application takes the first piece. Here a body is refused as
soon as it is over the limit, and goes from the disk to the application piece by piece.
"""

from __future__ import annotations

import asyncio
import gc
import io
import json
import logging
import sys
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager, suppress
from typing import IO, Any, cast

from daphne import cli, http_protocol, server
from django.apps import apps
from django.conf import settings
from django.db.backends.postgresql.base import DatabaseWrapper
from django.urls import get_resolver

from irisx import request_ids
from irisx.production import RefusedToStart
from irisx.refusals import Invalid, Refusal, StorageFull, Unavailable, body_too_large, file_too_large
from irisx.stores import is_out_of_room

logger = logging.getLogger("irisx.web")

HANDSHAKE_SECONDS = 20  # for a WebSocket, from the connection on
PIECE_BYTES = 64 * 1024
# A connection that is closed on unread data is reset, and most clients then lose the answer. So a body that is refused
# is read on and dropped, up to here; who sends still more is cut off.
DROPPED_BYTES = 64 * 1024 * 1024

UNREADABLE = Invalid("malformed", "The request could not be read.")
SLOW = Unavailable("timed_out", "It took too long to answer. Please try again in a moment.")
BROKEN = Refusal("internal_error", "Something went wrong on our side. It has been noted; please try again.")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class Flow:
    """Says when there is room for more of an answer: Twisted keeps in memory whatever the client does not take."""

    def __init__(self) -> None:
        self._has_room = asyncio.Event()
        self._has_room.set()

    async def wait(self) -> None:
        """Return once the client has taken what it was sent, or is gone."""
        await self._has_room.wait()

    # Called by Twisted (IPushProducer) --------------------------------------------------------------------------------

    def pauseProducing(self) -> None:
        self._has_room.clear()

    def resumeProducing(self) -> None:
        self._has_room.set()

    def stopProducing(self) -> None:
        self._has_room.set()


class Request(http_protocol.WebRequest):
    """A request whose body has a limit, and stays on the disk, and whose answer waits for the client."""

    body: IO[bytes]
    body_bytes = 0
    is_refused = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, parsePOSTFormSubmission=False, **options)
        self.flow = Flow()

    # Called by Twisted, in this order ---------------------------------------------------------------------------------

    def gotLength(self, length: int | None) -> None:
        """Take the Content-Length, None if the body comes in chunks."""
        super().gotLength(length)
        if length is not None and length > settings.REQUEST_MAX_BYTES:
            self.refuse(self.too_large())

    def handleContentChunk(self, data: bytes) -> None:
        """Take some of the body."""
        self.body_bytes += len(data)
        if not self.is_refused and self.body_bytes > settings.REQUEST_MAX_BYTES:
            self.refuse(self.too_large())
        if not self.is_refused:
            with self.refusing_if_the_disk_is_full():
                super().handleContentChunk(data)
        elif self.body_bytes > settings.REQUEST_MAX_BYTES + DROPPED_BYTES:
            self.channel.loseConnection()

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        """Go on after the body's last byte."""
        if not self.is_refused:
            with self.refusing_if_the_disk_is_full():
                cast("IO[bytes]", self.content).flush()
        if self.is_refused:
            self.finish()
            return
        if self.body_bytes and not self.requestHeaders.hasHeader(b"Content-Length"):
            # It came in chunks. Django and DRF take a body without a length for none.
            self.requestHeaders.setRawHeaders(b"Content-Length", [b"%d" % self.body_bytes])
        super().requestReceived(command, path, version)

    def process(self) -> Any:
        # Daphne queues what it finds in `content`: one empty piece, the last one.
        self.body, self.content = cast("IO[bytes]", self.content), io.BytesIO()
        return super().process()

    # ------------------------------------------------------------------------------------------------------------------

    def handle_reply(self, message: Any) -> None:
        """Send the next piece of the answer. Of one in several pieces, Twisted tells `flow` how the client takes it."""
        if message.get("more_body"):
            if self.producer is None and self.channel is not None and not self.finished:
                self.registerProducer(self.flow, streaming=True)
        elif self.producer is not None:
            self.unregisterProducer()
        super().handle_reply(message)

    def too_large(self) -> Refusal:
        is_upload = (self.getHeader(b"Content-Type") or b"").lower().startswith(b"multipart/")
        return file_too_large(settings.UPLOAD_MAX_BYTES) if is_upload else body_too_large(settings.BULK_MAX_BYTES)

    @contextmanager
    def refusing_if_the_disk_is_full(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if not is_out_of_room(error):
                raise
            self.refuse(StorageFull())

    def refuse(self, refusal: Refusal) -> None:
        """Answer at once; the connection ends with the body."""
        self.is_refused = True
        # On a full disk, what is still in the buffer goes nowhere.
        with suppress(OSError):
            cast("IO[bytes]", self.content).close()
        self.content = None
        # Twisted would say "100 Continue" after our answer.
        self.requestHeaders.removeHeader(b"Expect")
        self.channel.persistent = False
        logger.info("A request was refused after %d bytes of its body: %s", self.body_bytes, refusal.code)
        answer = json.dumps(refusal.as_json()).encode()
        self.clientproto = b"HTTP/1.1"
        self.setResponseCode(refusal.status)
        self.setHeader(b"Content-Type", b"application/json")
        self.setHeader(b"Content-Length", b"%d" % len(answer))
        self.setHeader(b"Connection", b"close")
        self.setHeader(request_ids.HEADER.encode(), self._request_id().encode())
        self.write(answer)

    def basic_error(self, status: int, status_text: bytes, body: str) -> None:
        """Answer what Django is not asked about: in JSON under /v1/, with daphne's page elsewhere."""
        if not self.uri.startswith(b"/v1/"):
            super().basic_error(status, status_text, body)
            return
        refusal = {400: UNREADABLE, 503: SLOW}.get(status, BROKEN)
        self.handle_reply(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [
                    (b"Content-Type", b"application/json"),
                    (request_ids.HEADER.encode(), self._request_id().encode()),
                    *([(b"Retry-After", b"5")] if status == 503 else []),
                ],
            }
        )
        self.handle_reply({"type": "http.response.body", "body": json.dumps(refusal.as_json()).encode()})

    def _request_id(self) -> str:
        return request_ids.accepted(self.getHeader(request_ids.HEADER.lower()) or "")


class Server(server.Server):
    """Hands the body to the application beside the scope, and keeps queries out of the access log.

    An application that sends an answer in pieces goes on when the client has taken them.
    """

    def log_action(self, protocol: str, action: str, details: dict[str, Any]) -> None:
        # Somebody may send a token there, though it counts for nothing.
        if "path" in details:
            details = {**details, "path": details["path"].partition("?")[0]}
        super().log_action(protocol, action, details)

    def create_application(self, protocol: Any, scope: Scope) -> Any:
        if isinstance(protocol, Request):
            scope["irisx.body"] = protocol.body
        return super().create_application(protocol, scope)

    async def handle_reply(self, protocol: Any, message: Any) -> None:
        await super().handle_reply(protocol, message)
        if isinstance(protocol, Request):
            await protocol.flow.wait()


def with_body_from_disk(application: Application) -> Application:
    """Return the application, fed with the pieces of the body one by one, as it asks for them."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        if "irisx.body" not in scope:  # a WebSocket
            await application(scope, receive, send)
            return
        body: IO[bytes] = scope.pop("irisx.body")

        async def next_piece() -> Any:
            if piece := body.read(PIECE_BYTES):
                await asyncio.sleep(0)  # others have their turn
                return {"type": "http.request", "body": piece, "more_body": True}
            return await receive()

        has_begun = False

        async def send_on(message: Any) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        with body:
            try:
                await application(scope, next_piece, send_on)
            except OSError as error:
                # Django copies the body, before any view or middleware of ours is asked.
                if has_begun or not is_out_of_room(error):
                    raise
                await _answer(send, scope, StorageFull())

    return run


async def _answer(send: Send, scope: Scope, refusal: Refusal) -> None:
    logger.error("A request was refused: %s", refusal.code)
    body = json.dumps(refusal.as_json()).encode()
    given = dict(scope["headers"]).get(request_ids.HEADER.lower().encode(), b"")
    headers = [
        (b"Content-Type", b"application/json"),
        (b"Content-Length", b"%d" % len(body)),
        (request_ids.HEADER.encode(), request_ids.accepted(given.decode("latin-1")).encode()),
    ]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class CommandLine(cli.CommandLineInterface):
    """Daphne's command line, for our application."""

    server_class = Server

    def __init__(self) -> None:
        super().__init__()
        # After a restart all pages open their sockets at once: daphne's 5 s may be over before all are looked at.
        self.parser.set_defaults(websocket_connect_timeout=HANDSHAKE_SECONDS)

    def load_asgi_app(self, asgi_app_path: str) -> Application:
        application: Application = super().load_asgi_app(asgi_app_path)
        # With DEBUG on, Django writes out each statement and keeps the last 9,000 of each thread. Here nobody looks.
        DatabaseWrapper.queries_logged = False  # type: ignore[assignment]
        if apps.ready:  # an application of another kind may do without Django
            set_apart_what_is_loaded()
        return with_body_from_disk(application)


def set_apart_what_is_loaded() -> None:
    """Keep the garbage collector from going through the code anew: it holds all threads up for a tenth of a second."""
    get_resolver().url_patterns  # noqa: B018 (loads all views, which the first request would otherwise)
    gc.collect()
    gc.freeze()


# Daphne has no setting for it: its factory names the class.
http_protocol.WebRequest = Request  # type: ignore[misc]

if __name__ == "__main__":
    try:
        CommandLine().run([*sys.argv[1:], "irisx.asgi:application"])
    except RefusedToStart as error:
        sys.exit(str(error))
