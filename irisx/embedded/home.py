"""Where the servers of one data folder keep their files and sockets, and which account runs them."""

from __future__ import annotations

import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# A unix socket's address holds 108 bytes, the last of them zero (unix(7)).
SOCKET_PATH_MAX_BYTES = 107
POSTGRES_SOCKET = ".s.PGSQL.5432"

# For root, whose servers run under another account: what lies where that account cannot go is kept here instead.
SHARED_DIR = Path("/var/lib/irisx")
UNPRIVILEGED_USER = "nobody"


class EmbeddedError(Exception):
    """The database or Redis of a data folder cannot be started; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Home:
    """The places of one data folder. Nothing needs to exist yet."""

    data_dir: Path  # ours: locks, pid files, logs, uploaded files
    base_dir: Path  # holds the two below; the data folder, or a folder of our own under SHARED_DIR
    database_dir: Path  # the servers' account owns it, mode 0700
    socket_dir: Path  # likewise: who may not enter may not connect
    uid: int  # the account that runs the servers
    gid: int
    is_borrowed: bool  # whether that account is another one than ours, because we are root

    @property
    def name(self) -> str:
        """Return a short name that no other data folder has."""
        return f"irisx-{_digest(self.data_dir)}"

    @property
    def redis_socket(self) -> Path:
        return self.socket_dir / "redis.sock"

    def pid_file(self, name: str) -> Path:
        return self.data_dir / "pids" / name

    def log_file(self, name: str) -> Path:
        return self.data_dir / "log" / f"{name}.log"

    def run_as(self) -> dict[str, Any]:
        """Return what subprocess needs to start a program under the servers' account, apart from our terminal."""
        account = {"user": self.uid, "group": self.gid, "extra_groups": ()} if self.is_borrowed else {}
        return {
            **account,
            # Nothing of our environment: PGPORT, PGDATA and LC_ALL would all be obeyed.
            "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            "cwd": "/",
            "umask": 0o077,
            # Ctrl-C in our terminal goes to its foreground group: the servers are stopped by us, in order.
            "start_new_session": True,
        }


def home_of(data_dir: Path) -> Home:
    """Return the places of a data folder. Looks at the disk, changes nothing, and keeps its answer once data exist."""
    data_dir = data_dir.resolve()
    uid, gid = os.geteuid(), os.getegid()
    is_borrowed = uid == 0
    base_dir = data_dir
    if is_borrowed:
        base_dir = _base_dir_of_root(data_dir)
        uid, gid = _account_of_root(base_dir / "postgres")
    return Home(
        data_dir=data_dir,
        base_dir=base_dir,
        database_dir=base_dir / "postgres",
        socket_dir=_socket_dir(base_dir, uid),
        uid=uid,
        gid=gid,
        is_borrowed=is_borrowed,
    )


def can_be_entered_by_all(path: Path) -> bool:
    """Tell whether any account may enter this folder and those above it, as far as they exist."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents) if folder.exists())


def _base_dir_of_root(data_dir: Path) -> Path:
    elsewhere = SHARED_DIR / _digest(data_dir)
    if (data_dir / "postgres").exists():
        return data_dir
    if elsewhere.exists() or not can_be_entered_by_all(data_dir):
        return elsewhere
    return data_dir


def _account_of_root(database_dir: Path) -> tuple[int, int]:
    """Return user and group id for servers that root starts: PostgreSQL refuses to run as root itself.

    A database that an ordinary user made goes on under that user.
    """
    try:
        owner = database_dir.stat()
    except FileNotFoundError:
        pass
    else:
        if owner.st_uid != 0:
            return owner.st_uid, owner.st_gid
    try:
        nobody = pwd.getpwnam(UNPRIVILEGED_USER)
    except KeyError:
        raise EmbeddedError(
            f"PostgreSQL does not run as root, and this machine has no user “{UNPRIVILEGED_USER}” to run it under. "
            "Start as an ordinary user, or set DATABASE_URL and REDIS_URL to servers of your own."
        ) from None
    return nobody.pw_uid, nobody.pw_gid


def _socket_dir(base_dir: Path, uid: int) -> Path:
    socket_dir = base_dir / "run"
    if len(os.fsencode(socket_dir / POSTGRES_SOCKET)) <= SOCKET_PATH_MAX_BYTES:
        return socket_dir
    # Not tempfile.gettempdir(): TMPDIR may differ between two commands, and both must find the servers.
    return Path(f"/tmp/irisx-{uid}-{_digest(base_dir)}")  # noqa: S108 - folders.make_private() checks its owner


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
