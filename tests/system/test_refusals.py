"""What cannot be imported is refused at every door, with its sentence, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import psutil
import pytest
from django.conf import settings

from tests.system.conftest import System
from tests.system.refused import MB, REFUSED, Refused, upload
from tests.waiting import wait_until

UNSUPPORTED = "Invalid file type. Only CSV and Excel files allowed."


@pytest.fixture(scope="module")
def gina(system):
    """A customer of globex, with her token."""
    with system.api("gina@globex.example") as client:
        yield client


def what_is_stored(system: System) -> tuple[int, int]:
    """Return how many jobs the database holds, and how many files the storage."""
    ((jobs,),) = system.query("SELECT count(*) FROM import_jobs")
    return jobs, sum(1 for path in (system.data_dir / "files").rglob("*") if path.is_file())


@pytest.mark.parametrize("refused", REFUSED, ids=lambda refused: refused.what)
def test_the_api_refuses_and_stores_nothing(system, gina, refused: Refused):
    before = what_is_stored(system)

    answer = upload(gina, refused)

    told = answer.json()
    assert (answer.status_code, told["code"]) == (refused.status, refused.code)
    assert told["error"].endswith(".")
    assert refused.words in told["error"]
    if refused.code == "unsupported_type":
        assert told["error"] == UNSUPPORTED
    assert what_is_stored(system) == before


def test_the_command_line_refuses_with_exit_code_2_and_the_same_sentence(system, gina, tmp_path):
    refused = next(refused for refused in REFUSED if refused.code == "password_protected")
    path = tmp_path / refused.filename
    path.write_bytes(refused.content())
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")},
        "IRISX_DATA_DIR": str(system.data_dir),
    }

    command = [sys.executable, settings.BASE_DIR / "manage.py", "import_contacts", str(path), "--json"]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    told = upload(gina, refused).json()
    assert (result.returncode, result.stdout) == (2, "")
    assert json.loads(result.stderr) == {"error": told["error"], "code": told["code"]}


def test_a_client_that_drops_midway_leaves_nothing(system, gina):
    before = what_is_stored(system)
    head = (
        f"POST /v1/imports/upload HTTP/1.1\r\nHost: 127.0.0.1:{system.port}\r\n"
        f"Authorization: {gina.headers['Authorization']}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 40000000\r\n\r\n"
        '--b\r\nContent-Disposition: form-data; name="file"; filename="people.csv"\r\n\r\nEmail\r\n'
    )
    with socket.create_connection(("127.0.0.1", system.port)) as connection:
        connection.sendall(head.encode())
        connection.sendall(b"ana@example.com\r\n" * 1_000_000)

    assert gina.get("/v1/imports").status_code == 200
    assert what_is_stored(system) == before
    wait_until(lambda: not spooled_bodies(system), seconds=30)


def spooled_bodies(system: System) -> list[str]:
    """Return the temporary files that the web process has open: request bodies, without a name in any folder."""
    descriptors = Path(f"/proc/{system.child('web').pid}/fd").iterdir()
    links = [str(descriptor.readlink()) for descriptor in descriptors if descriptor.is_symlink()]
    return [link for link in links if link.startswith(tempfile.gettempdir()) and link.endswith(" (deleted)")]


def test_two_hundred_clients_that_drip_hold_nobody_up_and_cost_no_memory(system, gina):
    head = (
        f"POST /v1/imports/upload HTTP/1.1\r\nHost: 127.0.0.1:{system.port}\r\n"
        f"Authorization: {gina.headers['Authorization']}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000000\r\n\r\n"
    )
    web = system.child("web")
    gina.get("/v1/imports")
    before = web.memory_info().rss
    with ExitStack() as open_connections:
        for _ in range(200):
            connection = socket.create_connection(("127.0.0.1", system.port))
            open_connections.enter_context(connection)
            connection.sendall(head.encode() + b"--b\r\n")

        answers = [gina.get("/v1/imports").status_code for _ in range(20)]

        assert answers == [200] * 20
        assert web.memory_info().rss - before < 50 * MB


def form_of(headers: str, content: bytes, *, times: int = 1) -> bytes:
    part = b'--b\r\nContent-Disposition: form-data; name="file"' + headers.encode() + b"\r\n\r\n" + content + b"\r\n"
    return part * times + b"--b--\r\n"


BASE64 = "\r\nContent-Transfer-Encoding: base64"
A_FILE = '; filename="people.csv"'
COSTLY_FORMS = {
    "10,000 fields": (lambda: form_of("", b"x", times=10_000), "malformed"),
    "10,000 files": (lambda: form_of(A_FILE, b"x", times=10_000), "one_file_only"),
    "10,000 parts without a name": (lambda: b"--b\r\n\r\nx\r\n" * 10_000 + b"--b--\r\n", "malformed"),
    "50 MB of white space as base64": (lambda: form_of(A_FILE + BASE64, b" \r\n\t" * (50 * MB // 4)), "empty_file"),
    "50 MB of base64, every other a blank": (
        lambda: form_of(A_FILE + BASE64, b"A " * (50 * MB // 2)),
        "empty_file",
    ),
    "19 MB of white space in a field": (lambda: form_of(BASE64, b" \r\n\t" * (19 * MB // 4)), "file_missing"),
}


@pytest.mark.parametrize(("form", "code"), COSTLY_FORMS.values(), ids=COSTLY_FORMS.keys())
def test_a_form_that_is_made_to_cost_much_is_refused_and_costs_little(system, gina, form, code):
    headers = {**gina.headers, "Content-Type": "multipart/form-data; boundary=b"}
    body = form()
    web = system.child("web")
    # What is made with the first request of its kind is not this one's.
    gina.get("/v1/imports")
    forget_peak(web.pid)
    before = web.memory_info().rss
    seconds_before = cpu_seconds(web)
    with ThreadPoolExecutor(1) as sender:
        sent = sender.submit(httpx.post, f"{system.url}/v1/imports/upload", content=body, headers=headers, timeout=60)
        others = [httpx.get(f"{system.url}/healthz").status_code for _ in range(5)]
        answer = sent.result()

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["error"].endswith(".")
    assert others == [200] * 5
    assert cpu_seconds(web) - seconds_before < 1
    assert peak_bytes(web.pid) - before < 50 * MB


def cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def forget_peak(pid: int) -> None:
    """Have the kernel begin anew with the most memory of a process (proc_pid_clear_refs(5))."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def test_sixty_refusals_leave_the_memory_of_web_and_worker_as_it_was(system, gina):
    small = [refused for refused in REFUSED if len(refused.content()) < MB]
    children = [system.child("web"), system.child("worker")]
    for refused in small:
        upload(gina, refused)
    before = [child.memory_info().rss for child in children]

    codes = [upload(gina, refused).json()["code"] for _ in range(6) for refused in small]

    assert codes == [refused.code for refused in small] * 6
    assert len(codes) >= 60
    grown = [child.memory_info().rss - rss for child, rss in zip(children, before, strict=True)]
    assert max(grown) < 10 * MB


def test_an_upload_of_50_mb_costs_the_web_process_no_memory(system, gina):
    rows = b"Email\r\n" + b"".join(b"person.%07d@example.com\r\n" % number for number in range(1_000_000))
    padding = b"x" * ((50 * MB - len(rows)) // 1_000_000 - 1)
    content = rows.replace(b"\r\n", b"," + padding + b"\r\n")
    assert 45 * MB < len(content) <= 50 * MB
    web = system.child("web")
    forget_peak(web.pid)
    before = web.memory_info().rss

    answer = gina.post("/v1/imports/upload", files={"file": ("people.csv", content)})

    assert answer.status_code == 201
    assert peak_bytes(web.pid) - before < 50 * MB
    assert gina.delete(f"/v1/imports/{answer.json()['id']}").status_code == 204


def peak_bytes(pid: int) -> int:
    """Return the most memory that a process has had so far (VmHWM)."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


def test_the_system_lives_on(system, gina):
    answer = gina.post("/v1/imports/upload", files={"file": ("people.csv", b"Email\nlives.on@example.com\n")})

    assert answer.status_code == 201
    assert gina.delete(f"/v1/imports/{answer.json()['id']}").status_code == 204
