"""A Google Sheet from its address to the pending job: time, and the memory of whoever reads it. See README.md."""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import measuring
import psutil
from measuring import require

if TYPE_CHECKING:
    from irisx.accounts.models import Tenant, User

REDIRECT_URI = "http://127.0.0.1:8000/v1/imports/google/callback"
LONG, SHORT = "bench-sheet-that-is-long", "bench-sheet-that-is-short"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the sheet (100,000), of ten columns")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--serve", type=int, metavar="PORT", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(given.serve, given.rows)
        return
    with measuring.private_system(), google(given.rows):
        print(measuring.machine())
        measured = [run(given.rows) for _ in range(given.runs)]
    print(f"\nA sheet of {given.rows:,} rows and ten columns")
    measuring.print_table(["to job s", "MB over idle"], measured, [2, 1])


def run(rows: int) -> list[float]:
    """Return the seconds of one import, and the most memory over what there was before it."""
    from irisx.accounts.models import User

    tenant = measuring.fresh_tenant()
    user = User.objects.create_user(f"{tenant.slug}@bench.example", "not for signing in", tenant=tenant)
    connect(tenant, user)
    import_sheet(tenant, user, SHORT)  # everything is loaded then
    idle = psutil.Process().memory_info().rss
    # The highest since now, not since the process began (proc(5), clear_refs).
    Path("/proc/self/clear_refs").write_text("5")
    started = time.perf_counter()
    job = import_sheet(tenant, user, LONG)
    seconds = time.perf_counter() - started
    require(job.total_rows == rows, f"{job.total_rows:,} rows were read.")
    return [seconds, (highest() - idle) / 1024**2]


def import_sheet(tenant: Tenant, user: User, document: str) -> Any:
    from imports import remote
    from imports.connectors.interface import RemoteSource
    from imports.options import ImportOptions

    return remote.create_job(tenant, user=user, source=RemoteSource("google_sheets", document), options=ImportOptions())


def highest() -> int:
    """Return the most memory that this process had in it, in bytes."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def connect(tenant: Tenant, user: User) -> None:
    """Give consent, as a person would on Google's page."""
    import requests

    from imports.connectors.google import connections, oauth

    url = urlsplit(oauth.begin(tenant, user))
    form = {name: values[0] for name, values in parse_qs(url.query).items()} | {"decision": "allow"}
    page = f"{url.scheme}://{url.netloc}{url.path}"
    decided = requests.post(page, form, allow_redirects=False, timeout=10)
    answer = {name: values[0] for name, values in parse_qs(urlsplit(decided.headers["Location"]).query).items()}
    authorization = oauth.find(answer["state"])
    connections.connect(tenant, user, oauth.complete(authorization, code=answer["code"], state=answer["state"]))


# The stand-in for Google, in a process of its own ---------------------------------------------------------------------


@contextmanager
def google(rows: int) -> Iterator[None]:
    from django.conf import settings

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, __file__, "--serve", str(port), "--rows", str(rows)]
    with subprocess.Popen(command, cwd=measuring.ROOT, env={"PYTHONPATH": str(measuring.ROOT)}) as server:
        try:
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except ConnectionRefusedError:
                    require(server.poll() is None, "The stand-in for Google does not start.")
                    time.sleep(0.1)
            address = f"http://127.0.0.1:{port}"
            settings.GOOGLE_CLIENT_ID, settings.GOOGLE_CLIENT_SECRET = "client", "secret"
            settings.GOOGLE_REDIRECT_URI = REDIRECT_URI
            settings.GOOGLE_AUTHORIZATION_URL = f"{address}/o/oauth2/v2/auth"
            settings.GOOGLE_TOKEN_URL = f"{address}/token"
            settings.GOOGLE_SHEETS_ROOT_URL = f"{address}/"
            yield
        finally:
            server.terminate()


def serve(port: int, rows: int) -> None:
    from irisx.embedded.standins.google import GoogleStandIn
    from irisx.embedded.standins.server import running
    from irisx.embedded.standins.sheets import Spreadsheet, Tab

    names = ["First name", "Last name", "Email", "Phone", "Company", "City", "Country", "Website", "Born", "Remarks"]
    people = [
        [
            f"First{number % 997}",
            f"Last{number % 1_009}",
            f"person.{number}@example.com",
            f"+1 212 555 {number % 10_000:04}",
            f"Company {number % 5_003}",
            "New York",
            "US",
            f"https://example.com/{number}",
            "1990-04-03",
            "Met at the fair, wants to be called back",
        ]
        for number in range(rows)
    ]
    sheets = {
        LONG: Spreadsheet("Long", [Tab("People", [names, *people], column_count=10)]),
        SHORT: Spreadsheet("Short", [Tab("People", [names, *people[:100]], column_count=10)]),
    }
    standin = GoogleStandIn("client", "secret", (REDIRECT_URI,), sheets)
    with running(standin, port=port):
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main()
