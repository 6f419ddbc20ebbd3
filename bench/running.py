"""The whole system on our data folder, as `manage.py up` starts it: web and worker, each a process of its own."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import measuring
import psycopg

READY_SECONDS = 120
LOOK_SECONDS = 0.01
IMPORT_SECONDS = 1_800
SIGN_IN = re.compile(r"^(.+?)  (\S+@\S+)  (\S+)$", re.M)


@dataclass
class System:
    """A running system with its demo tenants."""

    port: int
    web_pid: int
    worker_pid: int
    passwords: dict[str, str] = field(default_factory=dict)  # by e-mail address

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def client(self, email: str) -> Iterator[httpx.Client]:
        """Give a client of the API with a user's token."""
        with httpx.Client(base_url=self.url, timeout=IMPORT_SECONDS) as client:
            signed_in = client.post("/v1/auth/token", json={"email": email, "password": self.passwords[email]})
            client.headers["Authorization"] = f"Bearer {accepted(signed_in)['access']}"
            yield client


@contextmanager
def system(folder: Path) -> Iterator[System]:
    """Give the system on the data folder whose servers are ours; its own processes are stopped afterwards."""
    from irisx.embedded import processes
    from irisx.embedded.home import home_of

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder / "up.log"
    command = ["env", f"PORT={port}", "HOST=127.0.0.1", sys.executable, str(measuring.ROOT / "manage.py"), "up"]
    with log.open("w") as output, subprocess.Popen(command, stdout=output, stderr=output) as up:
        try:
            deadline = time.monotonic() + READY_SECONDS
            while "operator  " not in log.read_text():
                if up.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"The system does not start:\n{log.read_text()}")
                time.sleep(LOOK_SECONDS)
            home = home_of(measuring.data_dir())
            web, worker = (processes.find(home.pid_file(name)) for name in ("web", "worker"))
            assert web is not None
            assert worker is not None
            passwords = {email: password for _, email, password in SIGN_IN.findall(log.read_text())}
            yield System(port, web.pid, worker.pid, passwords)
        finally:
            up.send_signal(signal.SIGINT)
            up.wait(60)


def accepted(answer: httpx.Response) -> dict[str, Any]:
    """Return the body of an answer; end the measurement if it is a refusal."""
    measuring.require(answer.is_success, f"{answer.request.url} answered {answer.status_code}: {answer.text[:500]}")
    body: dict[str, Any] = answer.json()
    return body


def upload(client: httpx.Client, path: Path) -> dict[str, Any]:
    """Upload a file and return its pending job with the preview."""
    with path.open("rb") as file:
        return accepted(client.post("/v1/imports/upload", files={"file": (path.name, file)}))


def confirm(client: httpx.Client, job: dict[str, Any], mapping: dict[str, Any]) -> None:
    accepted(client.post(f"/v1/imports/{job['id']}/confirm", json={"field_mapping": mapping}))


def wait_for_end(job_id: str, *, look_seconds: float = LOOK_SECONDS) -> dict[str, Any]:
    """Return a job's counts, once the transaction of its last row is through."""
    from django.conf import settings

    deadline = time.monotonic() + IMPORT_SECONDS
    with psycopg.connect(host=settings.DATABASES["default"]["HOST"], user="postgres", dbname="irisx") as connection:
        connection.autocommit = True
        while True:
            (status,) = connection.execute("SELECT status FROM import_jobs WHERE id = %s", [UUID(job_id)]).fetchone()
            if status in ("completed", "failed", "cancelled"):
                break
            measuring.require(time.monotonic() < deadline, f"import {job_id} is still {status}.")
            time.sleep(look_seconds)
        ended = connection.execute(
            "SELECT status, created_count, skipped_count, error_count, total_rows, error_details::text "
            "FROM import_jobs WHERE id = %s",
            [UUID(job_id)],
        ).fetchone()
    names = ("status", "created", "skipped", "failed", "total", "error")
    job = dict(zip(names, ended, strict=True))
    measuring.require(job["status"] == "completed", f"import {job_id} ended as {json.dumps(job)}.")
    return job
