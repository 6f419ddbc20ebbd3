"""How many requests are answered at once, and what becomes of the others."""

from __future__ import annotations

import asyncio
import json
import threading
from io import BytesIO

import pytest
from django.http import HttpResponse
from django.urls import path

from irisx import handler, health
from irisx.http import stream_file

at_work = threading.Semaphore(0)
may_end = threading.Event()
file = BytesIO()


def slow(request):
    at_work.release()
    assert may_end.wait(10)
    return HttpResponse("done")


def download(request):
    return stream_file(file, filename="a.csv", content_type="text/csv")


urlpatterns = [
    path("slow", slow),
    path("v1/slow", slow),
    path("download", download),
    path("healthz", health.alive),
]


@pytest.fixture(autouse=True)
def addresses(settings, monkeypatch):
    settings.ROOT_URLCONF = __name__
    settings.WEB_THREADS = 1
    monkeypatch.setattr(handler, "WAIT_SECONDS", 0.05)
    may_end.clear()
    while at_work.acquire(blocking=False):
        pass


class Client:
    """A request to the handler, as a server hands it over."""

    def __init__(self, application, path):
        self.incoming, self.sent = asyncio.Queue(), asyncio.Queue()
        self.incoming.put_nowait({"type": "http.request"})
        scope = {"type": "http", "method": "GET", "path": path, "headers": [(b"host", b"localhost")]}
        self.task = asyncio.create_task(application(scope, self.incoming.get, self.sent.put))

    async def answer(self):
        start, body = await self.sent.get(), await self.sent.get()
        headers = {name.decode().lower(): value.decode() for name, value in start["headers"]}
        await self.task
        return start["status"], headers, body["body"].decode()


async def while_the_only_thread_is_at_work(*paths):
    """Return the answers to requests that find no thread, and that of the one that has it."""
    application = handler.Handler()
    first = Client(application, "/slow")
    await asyncio.to_thread(at_work.acquire)
    answers = [await Client(application, path).answer() for path in paths]
    may_end.set()
    return [*answers, await first.answer()]


def test_program_that_finds_no_thread_is_told_when_to_come_again():
    (status, headers, body), (first_status, _, first_body) = asyncio.run(while_the_only_thread_is_at_work("/v1/slow"))

    assert (status, headers["retry-after"], json.loads(body)["code"]) == (503, "5", "busy")
    assert headers["x-request-id"]
    assert (first_status, first_body) == (200, "done")


def test_person_who_finds_no_thread_gets_a_page():
    (status, headers, body), _ = asyncio.run(while_the_only_thread_is_at_work("/slow"))

    assert (status, headers["retry-after"]) == (503, "5")
    assert 'href="/slow">Try again' in body


def test_health_is_told_meanwhile():
    (status, _, body), _ = asyncio.run(while_the_only_thread_is_at_work("/healthz"))

    assert (status, json.loads(body)) == (200, {"status": "ok"})


def test_who_waits_for_a_thread_waits_on_as_long_as_others_are_answered(monkeypatch):
    monkeypatch.setattr(handler, "WAIT_SECONDS", 4)
    monkeypatch.setattr(handler, "WAIT_SECONDS_MAX", 9)

    async def outcomes():
        clock = Clock(asyncio.get_running_loop())
        places = handler.Places(1)
        await places.take()
        waiting = [asyncio.create_task(places.take()) for _ in range(4)]
        await clock.go_on(3)
        seen = []
        for _ in range(2):
            places.give_back(is_answered=True)
            await clock.go_on(3)
            seen.append([outcome_of(wait) for wait in waiting])
        return seen

    assert asyncio.run(outcomes()) == [
        ["taken", "waits", "waits", "waits"],
        ["taken", "taken", "gave up", "gave up"],  # nine seconds in all
    ]


def test_who_waits_for_a_thread_gives_up_where_nobody_is_answered(monkeypatch):
    monkeypatch.setattr(handler, "WAIT_SECONDS", 4)

    async def outcome():
        clock = Clock(asyncio.get_running_loop())
        places = handler.Places(1)
        await places.take()
        waiting = [asyncio.create_task(places.take()) for _ in range(2)]
        await clock.go_on(3)
        places.give_back(is_answered=False)  # with a 503
        await clock.go_on(2)
        return [outcome_of(wait) for wait in waiting]

    assert asyncio.run(outcome()) == ["taken", "gave up"]


class Clock:
    """The clock of an event loop, set forward by hand."""

    def __init__(self, loop):
        self.now = loop.time()
        loop.time = lambda: self.now

    async def go_on(self, seconds):
        """Let what is due begin, set the clock forward, and let happen what is due then."""
        for step in (0, seconds):
            self.now += step
            for _ in range(10):
                await asyncio.sleep(0)


def outcome_of(task):
    if not task.done():
        return "waits"
    return "gave up" if isinstance(task.exception(), TimeoutError) else "taken"


def test_download_whose_client_leaves_is_closed_and_takes_no_thread(monkeypatch):
    monkeypatch.setattr("tests.test_handler.file", BytesIO(b"x" * 10_000_000))

    async def leave():
        application = handler.Handler()
        client = Client(application, "/download")
        client.sent = asyncio.Queue()
        await client.incoming.put({"type": "http.disconnect"})
        await client.task
        may_end.set()
        return await Client(application, "/slow").answer()

    status, _, _ = asyncio.run(leave())

    assert status == 200
    assert file.closed
