"""How the web process has Django answer a request: in one thread, from the first middleware to the last.

Django's own handler sends a request to and fro between the event loop and a thread that it makes for it: for the
middleware, for the view, for each signal, and to close the answer. Under load that took more of the processor than the
answer itself, and as many threads as there were requests fought for the interpreter. Here there are a few threads that
stay, each with a database connection of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import IO, Any, TypeVar, cast

from django.conf import settings
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

from irisx import request_ids
from irisx.api import API_PREFIX, RETRY_AFTER_SECONDS
from irisx.refusals import Unavailable
from irisx.unavailable import page_for

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
T = TypeVar("T")

# How long a request waits for a thread while no other is answered, with the database being away, say: and how long in
# all, where there is only much to do.
WAIT_SECONDS = 4.0
WAIT_SECONDS_MAX = 30.0
BUSY = Unavailable("busy", "There is more to do than can be done at once. Please try again in a moment.")


class Places:
    """As many places as there are threads, given in the order of asking."""

    def __init__(self, count: int) -> None:
        self._free = asyncio.Semaphore(count)
        self._waiting: dict[asyncio.Timeout, float] = {}
        """The waits that are on, each with the loop's time at which it ends whatever happens."""

    async def take(self) -> None:
        """Wait for a place. Raises TimeoutError where that would be in vain: see WAIT_SECONDS."""
        latest = asyncio.get_running_loop().time() + WAIT_SECONDS_MAX
        async with asyncio.timeout(WAIT_SECONDS) as wait:
            self._waiting[wait] = latest
            try:
                await self._free.acquire()
            finally:
                del self._waiting[wait]

    def give_back(self, *, is_answered: bool) -> None:
        """Let the next one in. If a request was answered, it goes on, and those who wait may wait for longer."""
        self._free.release()
        if is_answered:
            soon = asyncio.get_running_loop().time() + WAIT_SECONDS
            for wait, latest in self._waiting.items():
                if not wait.expired():
                    wait.reschedule(min(soon, latest))


class Handler(ASGIHandler):
    """Answers requests, settings.WEB_THREADS at once; who waits in vain for a thread is answered 503."""

    def __init__(self) -> None:
        super().__init__()
        self._threads = ThreadPoolExecutor(settings.WEB_THREADS, thread_name_prefix="request")
        # For what needs no database: it is answered also while all others wait for that.
        self._spare_threads = ThreadPoolExecutor(2, thread_name_prefix="spare")
        self._places = Places(settings.WEB_THREADS)

    def load_middleware(self, is_async: bool = False) -> None:
        """Make the chain of middleware without a hop to the event loop in it."""
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        try:
            response = await self._response(scope, body)
        except TimeoutError:
            body.close()
            response = busy(scope)
        if response.streaming:
            await self._stream(response, receive, send)
        else:
            await self.send_response(response, send)

    async def _response(self, scope: Scope, body: IO[bytes]) -> HttpResponseBase:
        """Have a thread answer; raises TimeoutError if none is free in time. Sending it needs none."""
        if needs_no_database(scope["path"]):
            return await self._unless_cancelled(in_thread(self._spare_threads, self._response_to, scope, body))
        await self._places.take()
        is_answered = False
        try:
            response = await self._unless_cancelled(in_thread(self._threads, self._response_to, scope, body))
            is_answered = response.status_code != Unavailable.status
        finally:
            self._places.give_back(is_answered=is_answered)
        return response

    async def _unless_cancelled(self, answering: asyncio.Future[HttpResponseBase]) -> HttpResponseBase:
        try:
            return await asyncio.shield(answering)
        except asyncio.CancelledError:
            # The client is gone. A thread cannot be stopped, and what it answers may hold a file.
            await in_thread(self._spare_threads, (await answering).close)
            raise

    async def _stream(self, response: HttpResponseBase, receive: Receive, send: Send) -> None:
        """Send an answer piece by piece, for as long as the client is there."""
        sending = asyncio.create_task(self.send_response(response, send))
        leaving = asyncio.create_task(self.listen_for_disconnect(receive))
        try:
            await asyncio.wait([sending, leaving], return_when=asyncio.FIRST_COMPLETED)
        finally:
            sending.cancel()
            leaving.cancel()
            sent, _ = await asyncio.gather(sending, leaving, return_exceptions=True)
            await in_thread(self._spare_threads, response.close)
        if isinstance(sent, Exception):
            raise sent

    def _response_to(self, scope: Scope, body: IO[bytes]) -> HttpResponseBase:
        """Return the answer to a request; called in a thread. One that is there in whole is closed already."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, refused = self.create_request(scope, body)
        if request is None:
            body.close()
        response: Any = refused if request is None else self.get_response(request)
        # Whoever listens for the end of requests is told which handler it was.
        response._handler_class = self.__class__
        if not response.streaming:
            response.close()
        return cast("HttpResponseBase", response)


def needs_no_database(path: str) -> bool:
    return path == "/healthz" or path.startswith(settings.STATIC_URL)


def in_thread(threads: ThreadPoolExecutor, function: Callable[..., T], *arguments: Any) -> asyncio.Future[T]:
    """Call a function in a thread, and in a context of its own: what it sets there is not left to the next one."""
    return asyncio.get_running_loop().run_in_executor(threads, copy_context().run, function, *arguments)


def busy(scope: Scope) -> HttpResponse:
    """Return what a request is told that found no thread."""
    path = scope["path"]
    if path.startswith(f"{API_PREFIX}/"):
        response: HttpResponse = JsonResponse(BUSY.as_json(), status=BUSY.status)
        response["Retry-After"] = str(RETRY_AFTER_SECONDS[BUSY.status])
    else:
        response = page_for(BUSY, path)
    given = dict(scope["headers"]).get(request_ids.HEADER.lower().encode(), b"")
    response[request_ids.HEADER] = request_ids.accepted(given.decode("latin-1"))
    return response
