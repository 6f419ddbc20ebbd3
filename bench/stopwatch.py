"""Stopwatches around the engine's stages and statements, while it does its work as ever."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import wraps
from importlib import import_module, resources
from pathlib import Path
from typing import Any, NamedTuple


class Stage(NamedTuple):
    """A function that runs once a chunk."""

    place: str  # module:function, as its callers find it
    name: str
    whole: str = ""  # the stage that this one is a part of


STAGES = (
    Stage("imports.sources:RowsFileSource.read", "prepare, in a thread ahead"),
    Stage("imports.engine.rows_file:RowsFile.read", "read the rows file", "prepare, in a thread ahead"),
    Stage("imports.engine.validation:RowPreparer.prepare", "normalize and validate", "prepare, in a thread ahead"),
    Stage("imports.sources:uuid7s", "make ids", "prepare, in a thread ahead"),
    Stage("imports.engine.loader:staged_text", "write out for COPY", "prepare, in a thread ahead"),
    Stage("imports.runner:_kept_of", "make the records of the import, in a thread beside"),
    Stage("imports.engine.loader:stage", "stage, mostly in the thread ahead"),
    Stage("imports.runner:DatabaseSink.write", "load"),
    Stage("imports.engine.loader:find_contacts", "find contacts", "load"),
    Stage("imports.engine.loader:update_pairs", "update pairs", "load"),
    Stage("imports.runner:plan_chunk", "plan", "load"),
    Stage("imports.engine.loader:write_contacts", "write contacts", "load"),
    Stage("imports.engine.loader:write_changes", "write the change log", "load"),
    Stage("imports.engine.loader:write_log", "write the error log", "load"),
    Stage("imports.engine.loader:write_ledger", "write the ledger", "load"),
)


@dataclass
class Taken:
    """What something took, all its calls together."""

    calls: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0  # of the thread that called
    server_seconds: float = 0.0  # CPU of the database's process behind the connection


class Stopwatch:
    """Times the stages and statements of this process from start() on."""

    def __init__(self) -> None:
        self.stages: defaultdict[str, Taken] = defaultdict(Taken)
        self.statements: defaultdict[str, Taken] = defaultdict(Taken)
        self._sql_files: dict[str, str] = {}

    def start(self) -> None:
        """Wrap all of it. There is no way back: it is for a process that does nothing else."""
        import psycopg

        folder = resources.files("imports.engine").joinpath("sql")
        self._sql_files = {file.read_text("utf-8"): file.name for file in folder.iterdir() if file.name.endswith("sql")}
        for stage in STAGES:
            owner, function = _find(stage.place)
            timed = self._timed(getattr(owner, function), lambda *_, name=stage.name: self.stages[name])
            setattr(owner, function, timed)
        cursor, connection = psycopg.Cursor, psycopg.Connection
        cursor.execute = self._timed(cursor.execute, lambda _, query, *__: self.statements[self._name_of(query)])
        cursor.copy = self._timed_copy(cursor.copy)
        connection.commit = self._timed(connection.commit, lambda _: self.statements["COMMIT"])

    def as_json(self) -> dict[str, Any]:
        return {
            "stages": {name: asdict(taken) for name, taken in self.stages.items()},
            "statements": {name: asdict(taken) for name, taken in self.statements.items()},
        }

    def _timed(self, function: Callable[..., Any], taken_of: Callable[..., Taken]) -> Callable[..., Any]:
        @wraps(function)
        def timed(*arguments: Any, **options: Any) -> Any:
            with self._running(taken_of(*arguments), arguments[0]):
                return function(*arguments, **options)

        return timed

    def _timed_copy(self, copy: Callable[..., Any]) -> Callable[..., Any]:
        """Time a COPY from its beginning to its end: it is a block, not a call."""

        @contextmanager
        def timed(cursor: Any, statement: Any, *arguments: Any, **options: Any) -> Iterator[Any]:
            with (
                self._running(self.statements[self._name_of(statement)], cursor),
                copy(cursor, statement, *arguments, **options) as opened,
            ):
                yield opened

        return timed

    @contextmanager
    def _running(self, taken: Taken, user: Any) -> Iterator[None]:
        """Time a block. `user` is a cursor or connection, if the block uses one that is known before."""
        began, cpu, server = time.perf_counter(), time.thread_time(), _server_seconds(user)
        try:
            yield
        finally:
            taken.calls += 1
            taken.seconds += time.perf_counter() - began
            taken.cpu_seconds += time.thread_time() - cpu
            taken.server_seconds += _server_seconds(user) - server

    def _name_of(self, query: Any) -> str:
        """Return a statement's file, or what it does to which table."""
        text = query if isinstance(query, str) else str(query)
        for content, name in self._sql_files.items():
            if text.startswith(content):
                return name
        words = re.sub(r"\s+", " ", text).replace('"', "").strip()
        if found := re.match(r"(?:SELECT .*? FROM|INSERT INTO|UPDATE|DELETE FROM|COPY) \w+", words):
            return re.sub(r"SELECT .* FROM", "SELECT … FROM", found[0])
        return re.sub(r"[('].*", "", words)[:60]


def _server_seconds(user: Any) -> float:
    """Return the CPU time so far of the database's process behind a cursor or connection; 0 for anything else.

    /proc/PID/stat has it in hundredths of a second only.
    """
    import psycopg

    connection = user.connection if isinstance(user, psycopg.Cursor) else user
    if not isinstance(connection, psycopg.Connection):
        return 0.0
    return int(Path(f"/proc/{connection.info.backend_pid}/schedstat").read_text().split()[0]) / 1e9


def _find(place: str) -> tuple[Any, str]:
    """Return what holds a stage's function, and the function's name in it."""
    module, _, path = place.partition(":")
    owner: Any = import_module(module)
    *classes, function = path.split(".")
    for name in classes:
        owner = getattr(owner, name)
    if not hasattr(owner, function):
        raise SystemExit(f"The engine has no {place} any more. Name in bench/stopwatch.py what took its place.")
    return owner, function
