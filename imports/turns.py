"""Two connections of one runner that take turns: while a chunk loads on one, the next is staged on the other.

So PostgreSQL need not wait for us between two chunks. What is staged holds no lock that anybody waits for; lock, fence
and writes come when it is the connection's turn, after the chunk before is committed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from imports.engine import loader
from imports.sources import PreparedChunk
from irisx.accounts.tenancy import tenant_scope


class Holder(NamedTuple):
    """A session of the database, as the row that it holds names it."""

    backend_pid: int | None  # as the row has it; of a holder never None
    backend_start: datetime | None


class _Session:
    """A connection, who it is to the database, and the chunk that is staged on it in an open transaction."""

    def __init__(self, connection: BaseDatabaseWrapper, holder: Holder) -> None:
        self.connection = connection
        self.holder = holder
        self.is_begun = False
        self.staged: PreparedChunk | None = None

    def stage(self, chunk: PreparedChunk) -> None:
        """Copy a chunk to the database, in a transaction that stays open until it is written or let go."""
        self.is_begun = True
        self.connection.set_autocommit(False)
        with psycopg.Cursor(self.connection.connection) as cursor:
            # It holds nothing up, however long the chunk before takes.
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            loader.stage(cursor, chunk.staged)
        self.staged = chunk

    def commit(self) -> None:
        self.connection.commit()
        self._end()

    def let_go(self) -> None:
        """Roll back what is staged, if anything is; with a lost connection it is gone already."""
        session = self.connection.connection
        if self.is_begun and session is not None and not session.closed:
            self.connection.rollback()
            self._end()

    def _end(self) -> None:
        self.is_begun = False
        self.staged = None
        self.connection.set_autocommit(True)


class Turns:
    """The connections of a runner: the thread's own has the first turn."""

    def __init__(self, tenant_id: int, holder: Holder) -> None:
        """`holder` is who the thread's own connection is: the row was claimed on it."""
        self._tenant_id = tenant_id
        self._present = _Session(connections[DEFAULT_DB_ALIAS], holder)
        self._next: _Session | None = None

    def open_next(self) -> Callable[[PreparedChunk], None] | None:
        """Return what stages, in another thread, the chunk after the one that is written next.

        None inside of a transaction of the caller's: what it did is for its own connection alone to see.
        """
        if self._next is None and not self._present.connection.in_atomic_block:
            connection = connections.create_connection(DEFAULT_DB_ALIAS)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()")
                self._next = _Session(connection, Holder(*cursor.fetchone()))
            # Never by both at the same time.
            for session in (self._present, self._next):
                session.connection.inc_thread_sharing()
        return self._next.stage if self._next else None

    @property
    def next_holder(self) -> Holder:
        """Who holds the row once the chunk that is being written is committed."""
        return (self._next or self._present).holder

    @contextmanager
    def scope(self, chunk: PreparedChunk) -> Iterator[None]:
        """Open the transaction and tenant_scope() that writes a chunk, with the chunk in the staging table.

        The next chunk has the other connection. After an error this one has its turn again.
        """
        session = self._present
        usual = connections[DEFAULT_DB_ALIAS]
        connections[DEFAULT_DB_ALIAS] = session.connection
        try:
            if session.staged is not chunk:
                session.let_go()
            with tenant_scope(self._tenant_id):
                with psycopg.Cursor(session.connection.connection) as cursor:
                    if session.staged is chunk:
                        cursor.execute("SET LOCAL idle_in_transaction_session_timeout TO DEFAULT")
                    else:
                        loader.stage(cursor, chunk.staged)
                yield
            if session.is_begun:
                session.commit()
        except BaseException:
            session.let_go()
            raise
        finally:
            connections[DEFAULT_DB_ALIAS] = usual
        if self._next is not None:
            self._present, self._next = self._next, session

    def close(self) -> None:
        """Let go of what is staged, and of the second connection."""
        if self._next is None:
            return
        usual = connections[DEFAULT_DB_ALIAS]
        for session in (self._present, self._next):
            session.connection.dec_thread_sharing()
            if session.is_begun or session.connection is not usual:
                # Which rolls back; Django opens its own again when it is needed.
                session.connection.close()
