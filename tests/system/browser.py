"""Chromium before a running system: it reaches our host alone, and notes whatever a page does wrong."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Route, expect, sync_playwright

from irisx.embedded.home import home_of
from tests.waiting import wait_until

if TYPE_CHECKING:
    from tests.system.conftest import System

ANA, BEN = "ana@acme.example", "ben@acme.example"
GINA, HUGO = "gina@globex.example", "hugo@globex.example"
SAMPLES = Path(settings.BASE_DIR) / "samples"
WAIT_SECONDS = 30

# Not a console message of its own in every case: a style that the policy drops may go by silently.
REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`Content-Security-Policy: ${event.violatedDirective} ${event.blockedURI}`));
"""


# Visits -----------------------------------------------------------------------------------------------------------


class Visits:
    """Opens pages, each in a browser profile of its own, and knows what went wrong in any of them."""

    def __init__(self, browser: Browser, system: System, sessions: dict[str, Any]) -> None:
        self.system = system
        self._browser = browser
        self._sessions = sessions
        self._contexts = ExitStack()
        self.complaints: list[str] = []
        self._expected: list[str] = []

    def expect(self, *patterns: str) -> None:
        """Say what a test provokes: complaints that match are none."""
        self._expected += patterns

    def page(self, email: str | None = ANA, **options: Any) -> Page:
        """Return a new page, signed in as this person; None for nobody. Options are Browser.new_context()'s."""
        context = self._browser.new_context(
            base_url=self.system.url,
            locale="en-GB",
            reduced_motion="reduce",
            **{"viewport": {"width": 1280, "height": 900}, "storage_state": self._session_of(email), **options},
        )
        self._contexts.callback(context.close)
        context.set_default_timeout(WAIT_SECONDS * 1000)
        self._watch(context)
        return context.new_page()

    def _session_of(self, email: str | None) -> Any:
        if email and email not in self._sessions:
            page = self.page(None)
            sign_in(page, email, self.system.sign_ins[email][1])
            page.wait_for_url(f"{self.system.url}/")
            self._sessions[email] = page.context.storage_state()
        return self._sessions[email] if email else None

    def newcomer(self, slug: str) -> str:
        """Return the e-mail address of somebody whose tenant is new and holds nothing."""
        email, password = f"nia@{slug}.example", "a password of nobody else"
        if email not in self.system.sign_ins:
            statements = (
                "from irisx.accounts.models import Tenant, User; "
                f"tenant = Tenant.objects.create(name={slug.title()!r}, slug={slug!r}, default_country='US'); "
                f"User.objects.create_user({email!r}, {password!r}, name='Nia New', tenant=tenant)"
            )
            subprocess.run(
                [sys.executable, str(settings.BASE_DIR / "manage.py"), "shell", "-v", "0", "-c", statements],
                env={**os.environ, "IRISX_DATA_DIR": str(self.system.data_dir)},
                check=True,
            )
            self.system.sign_ins[email] = (f"{slug} customer", password)
        return email

    def _watch(self, context: BrowserContext) -> None:
        hosts = map(re.escape, (self.system.url, self.system.socket_url, self.system.google_url))
        ours = re.compile(rf"({'|'.join(hosts)}|data:|blob:|about:)")

        def refuse(route: Route) -> None:
            self._complain(f"Request to another host: {route.request.url}")
            route.abort()

        def dismiss(dialog: Dialog) -> None:
            self._complain(f"Dialog: {dialog.message}")
            dialog.dismiss()

        context.route(lambda url: not ours.match(url), refuse)
        context.on("console", lambda message: message.type == "error" and self._complain(message.text))
        context.on("weberror", lambda error: self._complain(f"Uncaught: {error.error}"))
        # None of our pages opens one: it comes from a script in somebody's data.
        context.on("dialog", dismiss)
        context.add_init_script(REPORT_VIOLATIONS)

    def _complain(self, complaint: str) -> None:
        if complaint not in self.complaints:
            self.complaints.append(complaint)

    def close(self) -> None:
        """Close every page, and fail if one of them did anything wrong."""
        self._contexts.close()
        wrong = [one for one in self.complaints if not any(re.search(known, one) for known in self._expected)]
        assert not wrong, wrong


# One a module, not one a session: while Playwright's event loop stands in this thread, asyncio.run() of the tests
# after it would refuse to.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=WAIT_SECONDS * 1000)
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
        )


@pytest.fixture(scope="module")
def sessions() -> dict[str, Any]:
    """Who signed in already: e-mail address → the browser's state after it."""
    return {}


@pytest.fixture
def visits(system: System, chromium: Browser, sessions: dict[str, Any]) -> Iterator[Visits]:
    system.await_web()
    opened = Visits(chromium, system, sessions)
    yield opened
    opened.close()


# What people do ---------------------------------------------------------------------------------------------------


def sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/sign-in/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in").click()


def upload(page: Page, path: Path) -> None:
    """Go from any page to the mapping of a file."""
    page.goto("/imports/new/")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Upload and continue").click()
    page.wait_for_url("**/map/")


def settle(page: Page) -> None:
    """Wait until htmx has put in what it asked for.

    What is done earlier goes the way without JavaScript, or ends the request, which htmx calls an error in the console.
    """
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")).to_have_count(0)


def job_id_of(page: Page) -> str:
    """Return the id in the address of a page about an import."""
    found = re.search(r"/imports/([0-9a-f-]{36})/", page.url)
    assert found, page.url
    return found[1]


def shown_counts(page: Page) -> dict[str, int]:
    """Return the numbers of a tally, by the name of the part."""
    numbers = page.locator(".tally [data-count]")
    shown = numbers.evaluate_all("all => all.map((one) => [one.dataset.count, one.textContent])")
    return {name: int(text.replace(",", "")) for name, text in shown}


def wait_for(page: Page, condition: Callable[[], Any]) -> Any:
    """Return what the condition returns once it is true, while the page's events go on arriving."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not (result := condition()):
        assert time.monotonic() < deadline, "It did not happen."
        page.wait_for_timeout(20)
    return result


# The import under way ---------------------------------------------------------------------------------------------


class Brake:
    """Holds an import in the middle: what writes contacts waits, and everything else goes on."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._held: psycopg.Connection | None = None

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(host=str(home_of(self._system.data_dir).socket_dir), user="irisx", dbname="irisx")

    def processed_rows(self, job_id: str) -> int:
        """Return how many rows of a job are committed."""
        return self._system.query("SELECT processed_rows FROM import_jobs WHERE id = %s", job_id)[0][0]

    def hold(self) -> None:
        self._held = self._connect()
        self._lock(self._held)

    def let_go(self) -> None:
        if self._held:
            self._held.close()
        self._held = None

    def await_chunk(self) -> None:
        """Wait until a chunk is being written, and waits for us."""
        assert self._held
        self._await_waiting(self._held, 1)

    def step(self) -> None:
        """Let the one chunk through that waits, and hold the next."""
        held = self._held
        assert held
        following = self._connect()
        queued = threading.Thread(target=self._lock, args=[following])
        # Locks are given in the order in which they were asked for: first the chunk's, then ours.
        self._await_waiting(held, 1)
        queued.start()
        self._await_waiting(held, 2)
        held.close()
        queued.join(WAIT_SECONDS)
        self._held = following

    @staticmethod
    def _lock(connection: psycopg.Connection) -> None:
        connection.execute("LOCK TABLE contacts IN SHARE ROW EXCLUSIVE MODE")

    @staticmethod
    def _await_waiting(connection: psycopg.Connection, count: int) -> None:
        statement = "SELECT count(*) FROM pg_locks WHERE relation = 'contacts'::regclass AND NOT granted"
        wait_until(lambda: connection.execute(statement).fetchone()[0] >= count, seconds=WAIT_SECONDS)


@contextmanager
def brake(system: System) -> Iterator[Brake]:
    held = Brake(system)
    held.hold()
    try:
        yield held
    finally:
        held.let_go()
