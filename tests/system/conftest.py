"""The whole system as bin/run starts it: PostgreSQL, Redis, daphne and a worker, each a process of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
import pytest
from django.conf import settings

from irisx import embedded
from irisx.embedded import processes
from irisx.embedded.home import home_of
from tests.system.browser import chromium, sessions, visits  # noqa: F401 (fixtures)
from tests.waiting import wait_until

READY_SECONDS = 120


@dataclass
class System:
    """A running system, with its demo users. Tests look into its database, not at what it says of itself."""

    data_dir: Path
    port: int
    up: psutil.Process | None = None  # what starts again whatever dies
    sign_ins: dict[str, tuple[str, str]] = field(default_factory=dict)  # e-mail → (role, password)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def socket_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws/imports"

    def query(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Return what the database holds, for all tenants."""
        with psycopg.connect(host=str(home_of(self.data_dir).socket_dir), user="irisx", dbname="irisx") as connection:
            connection.execute("SELECT set_config('app.tenant', 'all', true)")
            return connection.execute(statement, parameters).fetchall()

    def child(self, name: str) -> psutil.Process | None:
        """Return the process of "web", "worker" or "google-demo"; None while it is down."""
        return processes.find(home_of(self.data_dir).pid_file(name))

    @property
    def google_url(self) -> str:
        """Where the program is that stands in for Google."""
        arguments = wait_until(lambda: self.child("google-demo")).cmdline()
        return f"http://127.0.0.1:{arguments[arguments.index('--port') + 1]}"

    def await_web(self) -> None:
        """Wait until the web process answers: the test before may have killed it."""

        def answers() -> bool:
            try:
                return httpx.get(f"{self.url}/healthz").is_success
            except httpx.TransportError:
                return False

        wait_until(answers)

    @contextmanager
    def api(self, email: str, *, tenant: str = "") -> Iterator[httpx.Client]:
        """Give a client with a user's token; staff name the tenant that they act for."""
        self.await_web()
        with httpx.Client(base_url=self.url, timeout=60) as client:
            answer = client.post("/v1/auth/token", json={"email": email, "password": self.sign_ins[email][1]})
            assert answer.status_code == 200, answer.text
            client.headers["Authorization"] = f"Bearer {answer.json()['access']}"
            if tenant:
                client.headers["X-Tenant"] = tenant
            yield client


@pytest.fixture(scope="session")
def system(tmp_path_factory) -> Iterator[System]:
    # Beside the tests' own data folder, which all accounts may enter: so may the one that runs the database.
    data_dir = Path(settings.DATA_DIR) / "system"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        running = System(data_dir, probe.getsockname()[1])
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")},
        "IRISX_DATA_DIR": str(data_dir),
        "HOST": "127.0.0.1",
        "PORT": str(running.port),
        "DEBUG": "True",
    }
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "up", "--demo-google"]
    log = tmp_path_factory.mktemp("system") / "up.log"
    with log.open("w") as output, subprocess.Popen(command, env=environment, stdout=output, stderr=output) as up:
        running.up = psutil.Process(up.pid)
        try:
            wait_until(lambda: "operator@" in log.read_text() or up.poll() is not None, seconds=READY_SECONDS)
            assert up.poll() is None, log.read_text()
            for role, email, password in re.findall(r"^(.+?)  (\S+@\S+)  (\S+)$", log.read_text(), re.M):
                running.sign_ins[email] = (role, password)
            yield running
        finally:
            up.send_signal(signal.SIGINT)
            up.wait(60)
            embedded.remove(data_dir)
