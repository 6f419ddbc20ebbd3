from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import psycopg
import pytest
from django.conf import settings
from environ import Env
from redis import Redis

from irisx import embedded
from irisx.embedded import processes
from irisx.embedded.home import SHARED_DIR, SOCKET_PATH_MAX_BYTES, home_of
from irisx.embedded.postgres import Postgres
from irisx.embedded.redis import RedisServer

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root's servers run under another account")


def connect(data_dir: Path) -> psycopg.Connection:
    """Connect as the application does: by the address that the settings use."""
    address = Env.db_url_config(embedded.database_url(data_dir))
    return psycopg.connect(
        host=address["HOST"], port=address["PORT"], user=address["USER"], dbname=address["NAME"], autocommit=True
    )


def postgres_pid(data_dir: Path) -> int | None:
    process = Postgres(home_of(data_dir)).process()
    return process and process.pid


def redis_pid(data_dir: Path) -> int | None:
    process = RedisServer(home_of(data_dir)).process()
    return process and process.pid


def start_in_another_process(data_dir: Path) -> subprocess.Popen:
    """Start the servers from a process that stops them when its standard input closes."""
    code = "import sys; from pathlib import Path; from irisx import embedded\n"
    code += "with embedded.start(Path(sys.argv[1])): print('up', flush=True); sys.stdin.read()"
    other = subprocess.Popen(
        [sys.executable, "-c", code, data_dir],
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert other.stdout.readline() == b"up\n"
    return other


def test_the_application_connects_as_an_owner_that_is_no_superuser(data_dir):
    with embedded.start(data_dir), connect(data_dir) as connection:
        role = connection.execute(
            "SELECT rolname, rolsuper, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        owner = connection.execute(
            "SELECT datdba::regrole::text FROM pg_database WHERE datname = current_database()"
        ).fetchone()

    assert role == ("irisx", False, True, False)
    assert owner == ("irisx",)


def test_servers_listen_on_no_network_address(data_dir):
    with embedded.start(data_dir):
        listening = [
            connection
            for pid in (postgres_pid(data_dir), redis_pid(data_dir))
            for connection in psutil.Process(pid).net_connections("inet")
        ]

    assert listening == []


def test_redis_answers_at_its_address(data_dir):
    with embedded.start(data_dir), Redis.from_url(embedded.redis_url(data_dir)) as client:
        assert client.ping()


def test_a_second_start_finds_the_running_servers(data_dir):
    with embedded.start(data_dir) as first:
        pids = postgres_pid(data_dir), redis_pid(data_dir)

        with embedded.start(data_dir):
            assert (postgres_pid(data_dir), redis_pid(data_dir)) == pids
        assert (postgres_pid(data_dir), redis_pid(data_dir)) == pids

        assert first.restart_dead() == []


def test_the_last_one_out_stops_the_servers(data_dir):
    other = start_in_another_process(data_dir)
    ours = embedded.start(data_dir)

    other.communicate()
    assert postgres_pid(data_dir)
    assert redis_pid(data_dir)

    ours.stop()
    assert postgres_pid(data_dir) is None
    assert redis_pid(data_dir) is None


def test_one_that_was_killed_counts_no_more(data_dir):
    other = start_in_another_process(data_dir)
    other.kill()
    other.communicate()
    assert postgres_pid(data_dir)

    embedded.start(data_dir).stop()

    assert postgres_pid(data_dir) is None


def test_data_survive_a_killed_server(data_dir):
    with embedded.start(data_dir) as servers:
        with connect(data_dir) as connection:
            connection.execute("CREATE TABLE kept (word text)")
            connection.execute("INSERT INTO kept VALUES ('still here')")
        for process in (Postgres(servers.home).process(), RedisServer(servers.home).process()):
            processes.end(process)  # without any patience: SIGKILL

        assert servers.restart_dead() == ["PostgreSQL", "Redis"]

        with connect(data_dir) as connection:
            assert connection.execute("SELECT word FROM kept").fetchall() == [("still here",)]


def test_a_pid_file_with_another_programs_number_kills_nobody(data_dir):
    with embedded.start(data_dir) as servers:
        home = servers.home
        processes.end(Postgres(home).process())
        processes.end(RedisServer(home).process())
        bystander = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
        postmaster = home.database_dir / "postmaster.pid"
        lines = postmaster.read_text().splitlines(keepends=True)
        postmaster.write_text("".join([f"{bystander.pid}\n", *lines[1:]]))
        noted = json.loads(home.pid_file("redis").read_text())
        home.pid_file("redis").write_text(json.dumps({**noted, "pid": bystander.pid}))

        assert servers.restart_dead() == ["PostgreSQL", "Redis"]

    assert bystander.poll() is None
    bystander.communicate()


def test_a_process_that_started_later_is_not_taken_for_the_one_noted(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    pid_file = tmp_path / "python"
    processes.note(pid_file, process.pid)
    assert processes.find(pid_file).pid == process.pid

    noted = json.loads(pid_file.read_text())
    pid_file.write_text(json.dumps({**noted, "started": noted["started"] - 1}))

    assert processes.find(pid_file) is None
    process.communicate()


def test_no_folder_above_the_data_folder_changes(data_dir):
    parents = list(data_dir.parents)
    before = [(folder.stat().st_mode, folder.stat().st_uid) for folder in parents]

    embedded.start(data_dir).stop()

    assert [(folder.stat().st_mode, folder.stat().st_uid) for folder in parents] == before


def test_nobody_else_may_enter_the_folders_of_the_servers(data_dir):
    with embedded.start(data_dir) as servers:
        for folder in (servers.home.database_dir, servers.home.socket_dir):
            assert folder.stat().st_mode & 0o777 == 0o700
            assert folder.stat().st_uid == servers.home.uid


def test_a_long_data_folder_has_its_sockets_elsewhere(tmp_path, monkeypatch):
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    # Outside of tmp_path, which root's servers cannot enter: they would not be in the data folder at all.
    with tempfile.TemporaryDirectory(prefix="irisx-test-") as folder:
        Path(folder).chmod(0o755)
        data_dir = Path(folder) / ("long name, " * 20)
        try:
            with embedded.start(data_dir) as servers, connect(data_dir) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
                assert servers.home.database_dir.parent == data_dir
                assert len(os.fsencode(servers.home.socket_dir / ".s.PGSQL.5432")) <= SOCKET_PATH_MAX_BYTES
                with Redis.from_url(embedded.redis_url(data_dir)) as client:
                    assert client.ping()
        finally:
            embedded.remove(data_dir)
        assert not home_of(data_dir).socket_dir.exists()


def test_a_socket_folder_that_somebody_else_made_is_refused(data_dir):
    embedded.start(data_dir).stop()
    socket_dir = home_of(data_dir).socket_dir
    socket_dir.rename(socket_dir.with_name("moved"))
    socket_dir.symlink_to(socket_dir.with_name("moved"))

    with pytest.raises(embedded.EmbeddedError, match="is not a folder of ours"):
        embedded.start(data_dir)

    socket_dir.unlink()


def test_two_data_folders_have_nothing_in_common(data_dir, tmp_path):
    neighbour = tmp_path / "neighbour"
    try:
        with embedded.start(data_dir), embedded.start(neighbour):
            assert embedded.database_url(data_dir) != embedded.database_url(neighbour)
            with connect(data_dir) as connection:
                connection.execute("CREATE TABLE ours ()")
            with connect(neighbour) as connection:
                assert connection.execute("SELECT to_regclass('ours')").fetchone() == (None,)
    finally:
        embedded.remove(neighbour)


@pytest.mark.parametrize(
    ("named", "started"),
    [(["DATABASE_URL"], ["Redis"]), (["REDIS_URL"], ["PostgreSQL"]), (["DATABASE_URL", "REDIS_URL"], [])],
)
def test_what_the_environment_names_is_not_started(data_dir, monkeypatch, named, started):
    for name in named:
        monkeypatch.setenv(name, "elsewhere")

    with embedded.start(data_dir):
        running = {"PostgreSQL": postgres_pid(data_dir), "Redis": redis_pid(data_dir)}

    assert [name for name, pid in running.items() if pid] == started
    assert embedded.is_needed() == bool(started)


def test_a_server_that_cannot_start_says_why(data_dir):
    embedded.start(data_dir).stop()
    (home_of(data_dir).database_dir / "postgresql.conf").write_text("no_such_setting = 1\n")

    with pytest.raises(embedded.EmbeddedError, match="no_such_setting"):
        embedded.start(data_dir)

    assert redis_pid(data_dir) is None


@as_root
def test_roots_servers_run_under_another_account(data_dir):
    with embedded.start(data_dir):
        uids = {psutil.Process(pid).uids().effective for pid in (postgres_pid(data_dir), redis_pid(data_dir))}

    assert 0 not in uids


@as_root
def test_root_keeps_the_database_elsewhere_where_the_other_account_cannot_enter(data_dir):
    data_dir.parent.chmod(0o700)

    with embedded.start(data_dir) as servers:
        assert servers.home.database_dir.is_relative_to(SHARED_DIR)
        with connect(data_dir) as connection:
            connection.execute("CREATE TABLE kept ()")
    with embedded.start(data_dir), connect(data_dir) as connection:
        assert connection.execute("SELECT to_regclass('kept')").fetchone() == ("kept",)


@as_root
def test_a_data_folder_made_anew_begins_with_an_empty_database(data_dir):
    data_dir.parent.chmod(0o700)
    with embedded.start(data_dir) as servers, connect(data_dir) as connection:
        connection.execute("CREATE TABLE former ()")
    data_dir.rename(data_dir.with_name("away"))

    with embedded.start(data_dir), connect(data_dir) as connection:
        assert connection.execute("SELECT to_regclass('former')").fetchone() == (None,)

    assert servers.home.base_dir.with_suffix(".former").exists()


def test_sigterm_to_a_command_stops_what_it_started(data_dir):
    command = subprocess.Popen(
        [
            sys.executable,
            "manage.py",
            "shell",
            "--verbosity",
            "0",
            "-c",
            "import time; print('up', flush=True); time.sleep(600)",
        ],
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
    )
    assert command.stdout.readline() == b"up\n"
    assert postgres_pid(data_dir)

    command.send_signal(signal.SIGTERM)
    command.communicate()

    assert command.returncode == 128 + signal.SIGTERM
    assert postgres_pid(data_dir) is None
    assert redis_pid(data_dir) is None


def test_a_command_that_fails_stops_what_it_started(data_dir):
    command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", "raise RuntimeError"]

    assert subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, check=False).returncode == 1

    assert home_of(data_dir).database_dir.exists()
    assert postgres_pid(data_dir) is None
    assert redis_pid(data_dir) is None
