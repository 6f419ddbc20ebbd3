"""The progress page when what keeps it live is away: it says so calmly, polls, and ends with the right numbers."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psutil
import pytest
from playwright.sync_api import Locator, Page, WebSocket, expect

from tests.system.browser import ANA, Brake, brake, shown_counts, wait_for
from tests.system.conftest import System
from tests.system.people import People, write_people
from tests.waiting import wait_until

AREAS = iter([503, 504, 505, 507, 508, 509, 510, 512])

# What Chromium itself writes into the console while the server or the network is away.
CONNECTION_LOST = (r"WebSocket connection to .* failed", r"Failed to load resource: net::ERR_")


@dataclass
class Running:
    """An import that stands in the middle of its work until its brake is let go."""

    system: System
    job_id: str
    people: People
    brake: Brake

    @property
    def address(self) -> str:
        return f"/imports/{self.job_id}/progress/"

    @property
    def shown_rows(self) -> str:
        """Return how a page writes the number of rows that are committed."""
        return f"{self.brake.processed_rows(self.job_id):,}"

    def finish(self) -> None:
        """Let the import go to its end, whatever the page sees of it."""
        self.brake.let_go()
        ended = "SELECT 1 FROM import_jobs WHERE id = %s AND status = 'completed'"
        wait_until(lambda: self.system.query(ended, self.job_id))

    def assert_ends_right(self, page: Page) -> None:
        """See the page go on to the result by itself, with the numbers of the file and of the database."""
        page.wait_for_url(f"**/imports/{self.job_id}/result/")
        people = self.people
        assert shown_counts(page) == {
            "processed": people.rows,
            "created": people.valid,
            "updated": 0,
            "unchanged": 0,
            "skipped": people.duplicates,
            "failed": people.invalid,
        }
        made = "SELECT count(*), count(DISTINCT company) FROM contacts WHERE import_job_id = %s"
        assert self.system.query(made, self.job_id) == [(people.valid, people.valid)]


@pytest.fixture
def running(system, tmp_path) -> Iterator[Running]:
    """An import of Ana's that is not done yet, of people whom no other test has."""
    area = next(AREAS)
    people = write_people(tmp_path / "people.csv", rows=10_000, seed=area, area=area)
    with brake(system) as held:
        import_of_people = Running(system, start(system, people), people, held)
        yield import_of_people
        import_of_people.finish()


def start(system: System, people: People) -> str:
    with system.api(ANA) as client, people.path.open("rb") as file:
        job = client.post("/v1/imports/upload", files={"file": (people.path.name, file)}).json()
        answer = client.post(f"/v1/imports/{job['id']}/confirm", json={"accept_suggested": True})
    assert answer.status_code == 202, answer.text
    return job["id"]


def connection(page: Page) -> Locator:
    return page.locator("[data-connection-words]")


def is_subscribed(socket: WebSocket) -> list[bool]:
    """Return a list that gets an element once the socket's subscription is answered."""
    answered: list[bool] = []
    socket.on("framereceived", lambda frame: '"subscribed"' in str(frame) and answered.append(True))
    return answered


@contextmanager
def stopped(process: psutil.Process) -> Iterator[None]:
    """Have a process hang: it holds its connections and answers nothing."""
    process.suspend()
    try:
        yield
    finally:
        process.resume()


def test_where_sockets_are_blocked_the_page_polls(visits, running):
    page = visits.page(ANA)
    page.route_web_socket("**/ws/imports", lambda socket: socket.close(code=1011))
    page.goto(running.address)

    expect(connection(page)).to_have_text("Updates every 3 s; still trying to reconnect")
    running.brake.step()
    running.brake.step()
    expect(page.locator("[data-processed]")).to_have_text(running.shown_rows)
    running.brake.let_go()

    running.assert_ends_right(page)


def test_after_the_web_process_was_killed_the_page_is_live_again(visits, system, running):
    visits.expect(*CONNECTION_LOST)
    page = visits.page(ANA)
    subscriptions: list[list[bool]] = []
    page.on("websocket", lambda socket: subscriptions.append(is_subscribed(socket)))
    page.goto(running.address)
    running.brake.step()
    expect(page.locator("[data-live]")).to_have_attribute("data-state", "live")
    before = len(subscriptions)

    system.child("web").send_signal(signal.SIGKILL)

    wait_for(page, lambda: any(subscriptions[before:]))
    expect(page.locator("[data-live]")).to_have_attribute("data-state", "live")
    running.brake.step()
    expect(page.locator("[data-processed]")).to_have_text(running.shown_rows)
    running.brake.let_go()
    running.assert_ends_right(page)


def test_after_redis_was_killed_messages_come_again(visits, system, running):
    page = visits.page(ANA)
    page.goto(running.address)
    running.brake.step()
    expect(page.locator("[data-processed]")).to_have_text(running.shown_rows)
    killed = system.child("redis")

    killed.send_signal(signal.SIGKILL)
    wait_until(lambda: (redis := system.child("redis")) and redis.pid != killed.pid)

    running.brake.step()
    expect(page.locator("[data-processed]")).to_have_text(running.shown_rows)
    running.brake.let_go()
    running.assert_ends_right(page)


def test_a_socket_that_falls_silent_does_not_keep_the_page_from_the_end(visits, system, running):
    page = visits.page(ANA)
    page.goto(running.address)
    running.brake.step()
    expect(page.locator("[data-processed]")).to_have_text(running.shown_rows)

    with stopped(system.child("redis")):
        running.finish()
        running.assert_ends_right(page)


def test_a_page_opened_while_redis_hangs_polls(visits, system, running):
    page = visits.page(ANA)
    with stopped(system.child("redis")):
        page.goto(running.address)
        # Refused, or subscribed to what will never come: the web process knows Redis from the tests before.
        expect(page.locator("[data-live]")).not_to_have_attribute("data-state", "connecting")
        running.brake.step()
        expect(page.locator("[data-processed]")).to_have_text(running.shown_rows)
        expect(connection(page)).to_have_text("Updates every 3 s; still trying to reconnect")
        running.finish()
        running.assert_ends_right(page)


def test_a_laptop_that_slept_through_the_end_wakes_up_to_it(visits, running):
    visits.expect(*CONNECTION_LOST)
    page = visits.page(ANA)
    page.goto(running.address)
    running.brake.step()
    expect(page.locator("[data-processed]")).to_have_text(running.shown_rows)

    page.context.set_offline(True)
    running.finish()
    expect(page.locator("[data-live]")).not_to_have_attribute("data-state", "live")
    page.context.set_offline(False)

    running.assert_ends_right(page)


class Greeting(BaseHTTPRequestHandler):
    """A page of somebody else's."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Hello</title>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def other_site() -> Iterator[str]:
    """Another port of the same machine: another site, to which a browser sends the very same cookies."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Greeting) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_a_page_of_another_site_opens_no_socket(visits, system, other_site):
    visits.expect("WebSocket connection to .* Unexpected response code: 403")
    open_socket = """(address) => new Promise((resolve) => {
        const socket = new WebSocket(address);
        socket.addEventListener("open", () => resolve("open"));
        socket.addEventListener("close", () => resolve("refused"));
    })"""
    page = visits.page(ANA)
    page.goto("/imports/")
    assert page.evaluate(open_socket, system.socket_url) == "open"

    page.route(f"{other_site}**", lambda route: route.continue_())
    page.goto(other_site)
    assert page.evaluate(open_socket, system.socket_url) == "refused"
    wait_for(page, lambda: any("403" in complaint for complaint in visits.complaints))
