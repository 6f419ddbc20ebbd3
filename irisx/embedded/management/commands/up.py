"""`manage.py up`, which is what bin/run runs."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import time
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from irisx import embedded
from irisx.embedded import demo_google, folders, logs
from irisx.embedded.children import Child
from irisx.embedded.home import Home, home_of
from irisx.embedded.locks import Lock
from irisx.embedded.preparation import prepare

READY_SECONDS = 90
LOOK_SECONDS = 0.25


class Command(BaseCommand):
    help = (
        "Starts database, Redis, worker and web, starts again whatever of it dies, and stops all of it on Ctrl-C. "
        "HOST, PORT and IRISX_DATA_DIR are taken from the environment."
    )
    requires_system_checks = []  # migrate runs them
    is_stopping = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--demo-google",
            action="store_true",
            help="Try Google Sheets without an account: a program on this machine stands in for Google.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["demo_google"] and not settings.DEBUG:
            raise CommandError("--demo-google is for development: with DEBUG off, nothing stands in for Google.")
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        try:
            host = os.environ.get("HOST") or "127.0.0.1"
            self._run(home_of(settings.DATA_DIR), host, _port(), is_demo=options["demo_google"])
        except embedded.EmbeddedError as error:
            raise CommandError(str(error)) from error
        self._say("Stopped.")

    def _run(self, home: Home, host: str, port: int, *, is_demo: bool) -> None:
        # People wait for pages, nobody for each row: where both want a core, the web process has it.
        worker = Child(
            "worker", ["manage.py", "procrastinate", "worker"], home=home, cwd=settings.BASE_DIR, niceness=10
        )
        # -v 0 leaves out the access log, which says nothing that the browser does not.
        web_arguments = ["-m", "irisx.web", "-v", "0", "-b", host, "-p", str(port)]
        web = Child("web", web_arguments, home=home, cwd=settings.BASE_DIR)
        programs = [worker, web]
        if is_demo:
            callback = f"http://{_url_host(host)}:{port}/v1/imports/google/callback"
            # First: the others take from the environment where it is.
            programs.insert(0, demo_google.child(home, cwd=settings.BASE_DIR, redirect_uri=callback))

        folders.make_data_dir(home)
        _be_the_only_one(home)
        for child in reversed(programs):
            child.end_former()
        _check_port(host, port)
        self._say(f"Starting database, Redis, worker and web. Data and logs are in {home.data_dir}.")
        with embedded.start(home.data_dir) as servers, ExitStack() as children:
            sign_ins = prepare()
            for child in programs:
                children.callback(child.stop)
                child.start()
            self._wait_until_ready(web, host, port)
            if not self.is_stopping:
                self._say(f"Ready: http://{_url_host(host)}:{port}/ (Ctrl-C stops everything). Sign in as:")
                for sign_in in sign_ins:
                    self._say(str(sign_in))
                if is_demo:
                    self._say("Google Sheets is a demo: a program on this machine stands in for Google.")
            self._watch(servers, programs)

    def _watch(self, servers: embedded.Started, children: list[Child]) -> None:
        while not self.is_stopping:
            time.sleep(LOOK_SECONDS)
            for name in servers.restart_dead():
                self._say(f"{name} had ended and was started again.")
            for child in children:
                if sentence := child.restart_if_ended():
                    self._say(sentence)

    def _wait_until_ready(self, web: Child, host: str, port: int) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not (self.is_stopping or _is_healthy(host, port)):
            if web.has_ended or time.monotonic() > deadline:
                raise CommandError(f"The web process does not start:\n{logs.last_lines(web.log_file, 40)}")
            time.sleep(0.1)

    def _stop(self, *_: object) -> None:
        # Only noted: an exception here could come between starting a process and remembering it.
        self.is_stopping = True

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise CommandError(f"PORT is “{text}”; it must be a number from 1 to 65535.")
    return int(text)


def _be_the_only_one(home: Home) -> None:
    """Refuse to run beside another `up` on the same data folder. The lock is held until this process ends."""
    lock = Lock(home.data_dir / "up")
    if not lock.take():
        raise CommandError(
            f"bin/run is running already on {home.data_dir}. Stop it first (Ctrl-C), "
            "or set IRISX_DATA_DIR and PORT to run a second one beside it."
        )


def _check_port(host: str, port: int) -> None:
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            # As the web server does: a port whose last connections are just closing is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except OSError as error:
        raise CommandError(
            f"Port {port} on {host} cannot be used ({error.strerror}); perhaps another program has it. "
            f"Stop that program, or choose another port: PORT={port + 1} bin/run"
        ) from error


def _is_healthy(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(_url_host(host).strip("[]"), port, timeout=2)
    try:
        # By a name of the site's: in production it answers to no other.
        host_header = settings.ALLOWED_HOSTS[0].lstrip(".").replace("*", "localhost")
        connection.request("GET", "/healthz", headers={"Host": host_header})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _url_host(host: str) -> str:
    """Return the host as it stands in an address that this machine's browser can open."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"[{reachable}]" if ":" in reachable else reachable
