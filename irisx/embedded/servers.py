"""Starting and stopping the servers of a data folder, shared by every command that uses it.

Each user holds a share of one lock for as long as it lives; the last one out stops the servers. The kernel takes a
dead process's share back, so there is no count that a kill -9 could leave wrong.
"""

from __future__ import annotations

import os
import signal
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

from irisx.embedded import folders, processes
from irisx.embedded.home import Home, home_of
from irisx.embedded.locks import Lock, held
from irisx.embedded.postgres import Postgres
from irisx.embedded.redis import RedisServer

Server = Postgres | RedisServer


class Started:
    """One process's share in the servers of a data folder: they run at least until stop(), or until it ends."""

    def __init__(self, home: Home, servers: list[Server]) -> None:
        self.home = home
        self._servers = servers
        self._share: Lock | None = None
        with _turn(home):
            folders.make_base_dir(home)
            self._share = Lock(home.data_dir / "in-use")
            self._share.share()

    def start(self) -> list[str]:
        """Have every server up. Returns the names of those that were not."""
        with _turn(self.home):
            return [server.name for server in self._servers if server.start()]

    def restart_dead(self) -> list[str]:
        """Start again what has died, and return the names. Costs next to nothing when nothing has."""
        return self.start() if any(server.process() is None for server in self._servers) else []

    def stop(self) -> None:
        """Give the share back, and stop the servers if nobody else has one. May be called twice."""
        share, self._share = self._share, None
        if share is None:
            return
        with _turn(self.home):
            if share.take():
                _stop_all(self.home)
            share.close()

    def __enter__(self) -> Started:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def is_needed() -> bool:
    """Tell whether the environment leaves the database, Redis or both to us."""
    return not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))


def start(data_dir: Path) -> Started:
    """Have the servers up that the environment does not name: those running are found, the others started.

    Raises EmbeddedError with the reason if one does not come up.
    """
    home = home_of(data_dir)
    folders.make_data_dir(home)
    started = Started(home, _needed_servers(home))
    try:
        started.start()
    except BaseException:
        started.stop()
        raise
    return started


def remove(data_dir: Path) -> None:
    """Stop all that runs on a data folder, whoever uses it, and delete the servers' files. For tests' data folders."""
    home = home_of(data_dir)
    for pid_file in home.pid_file("any").parent.glob("*"):
        if process := processes.find(pid_file):
            processes.end(process, (signal.SIGTERM, 10.0))
    _stop_all(home)
    folders.remove(home)


def _needed_servers(home: Home) -> list[Server]:
    servers: list[Server] = []
    if not os.environ.get("DATABASE_URL"):
        servers.append(Postgres(home))
    if not os.environ.get("REDIS_URL"):
        servers.append(RedisServer(home))
    return servers


def _stop_all(home: Home) -> None:
    RedisServer(home).stop()
    Postgres(home).stop()


def _turn(home: Home) -> AbstractContextManager[None]:
    """Keep other commands from starting or stopping servers for the block."""
    return held(home.data_dir / "lock")
