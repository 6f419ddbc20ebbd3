from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import psutil
import psycopg
import pytest
from django.conf import settings

from irisx.embedded import processes
from irisx.embedded.home import home_of
from irisx.embedded.postgres import Postgres
from tests.embedded.conftest import empty_data_dir
from tests.waiting import wait_until

SIGN_IN = re.compile(r"(.+?)  (\S+@\S+)  (\S+)\n")


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    """Give all of these tests one data folder, which the first finds empty: to fill a database takes long."""
    with empty_data_dir(tmp_path_factory.mktemp("up")) as data_dir:
        yield data_dir


@pytest.fixture
def up(data_dir, port):
    """Start `manage.py up` on the data folder; returns it. What still runs at the end is killed.

    What that leaves behind is for the next one to end or to find, as it promises.
    """
    started = []

    def start() -> subprocess.Popen:
        environment = {**os.environ, "HOST": "127.0.0.1", "PORT": str(port), "DEBUG": "True"}
        command = [sys.executable, settings.BASE_DIR / "manage.py", "up"]
        started.append(
            subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def read_until(process: subprocess.Popen, word: str) -> list[str]:
    """Return the lines that a process prints up to one with this word in it."""
    lines = []
    for line in process.stdout:
        lines.append(line)
        if word in line:
            return lines
    raise AssertionError(f"“{word}” was not printed:\n{''.join(lines)}")


def child(data_dir, name: str) -> psutil.Process | None:
    return processes.find(home_of(data_dir).pid_file(name))


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=30) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


def users_in(data_dir) -> int:
    with psycopg.connect(host=str(home_of(data_dir).socket_dir), user="irisx", dbname="irisx") as connection:
        return connection.execute("SELECT count(*) FROM users").fetchone()[0]


def test_up_prints_the_sign_ins_once_the_site_answers(data_dir, port, up):
    process = up()
    read_until(process, f"http://127.0.0.1:{port}/")
    assert status_of(f"http://127.0.0.1:{port}/healthz") == 200

    sign_ins = [SIGN_IN.fullmatch(process.stdout.readline()).groups() for _ in range(6)]
    assert [role for role, _, _ in sign_ins] == [
        *["acme customer"] * 2,
        *["globex customer"] * 2,
        "admin",
        "operator",
    ]
    assert users_in(data_dir) == 6

    children = [child(data_dir, "web"), child(data_dir, "worker")]
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert process.returncode == 0
    assert not any(map(processes.is_alive, children))
    assert Postgres(home_of(data_dir)).process() is None


@pytest.mark.parametrize("name", ["worker", "web"])
def test_up_starts_a_killed_child_again(data_dir, port, up, name):
    process = up()
    read_until(process, "Ready")
    killed = child(data_dir, name)
    killed.kill()

    line = read_until(process, name)[-1]

    assert line.startswith(f"The {name} process was ended by SIGKILL and was started again.")
    assert child(data_dir, name).pid != killed.pid
    # Until the new one listens, the address refuses the connection.
    wait_until(lambda: child(data_dir, name) and can_connect(port))
    assert status_of(f"http://127.0.0.1:{port}/healthz") == 200


def can_connect(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_up_starts_killed_servers_again(data_dir, up):
    log = home_of(data_dir).log_file("worker")
    launched_before = log.read_text().count("Launching") if log.exists() else 0
    process = up()
    read_until(process, "operator")
    # A worker that is only just beginning would start them itself, as every command does that finds none.
    wait_until(lambda: log.read_text().count("Launching") > launched_before)
    Postgres(home_of(data_dir)).process().kill()
    child(data_dir, "redis").kill()

    said = {process.stdout.readline(), process.stdout.readline()}

    assert said == {f"{name} had ended and was started again.\n" for name in ("PostgreSQL", "Redis")}
    assert users_in(data_dir) == 6


def test_a_second_up_after_kill_9_ends_the_old_children_and_finds_the_data(data_dir, up):
    first = up()
    read_until(first, "operator")
    old = [child(data_dir, "web"), child(data_dir, "worker")]
    with psycopg.connect(host=str(home_of(data_dir).socket_dir), user="irisx", dbname="irisx") as connection:
        connection.execute("UPDATE tenants SET name = 'Renamed' WHERE slug = 'acme'")
    first.kill()
    first.wait()
    assert all(map(processes.is_alive, old))

    second = up()
    read_until(second, "operator")

    assert not any(map(processes.is_alive, old))
    with psycopg.connect(host=str(home_of(data_dir).socket_dir), user="irisx", dbname="irisx") as connection:
        names = connection.execute("SELECT name FROM tenants ORDER BY slug").fetchall()
    assert names == [("Renamed",), ("Globex",)]
    second.terminate()
    second.communicate()
    assert second.returncode == 0
    assert Postgres(home_of(data_dir)).process() is None


def test_up_refuses_a_port_that_is_taken(port, up):
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()

        process = up()
        output, _ = process.communicate()

    assert process.returncode == 1
    assert f"Port {port} on 127.0.0.1 cannot be used" in output
    assert "Traceback" not in output


def test_up_refuses_to_run_twice_on_one_data_folder(up):
    read_until(up(), "Ready")

    second = up()
    output, _ = second.communicate()

    assert second.returncode == 1
    assert "running already" in output
