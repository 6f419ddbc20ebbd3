"""Places inside an import where whoever comes by waits for the test. A trigger that the test makes waits for a lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from procrastinate.contrib.django.utils import connector_params

from irisx.accounts.models import Tenant
from irisx.accounts.tenancy import _TENANT_LOCK
from tests.waiting import wait_until

LOCK = (0x4B49, 1)

TRIGGERS = {
    "the claim": """
        TRIGGER point BEFORE UPDATE ON import_jobs FOR EACH ROW
        WHEN (NEW.epoch > OLD.epoch AND NEW.backend_pid IS NOT NULL)
        """,
    "the claim's COMMIT": """
        CONSTRAINT TRIGGER point AFTER UPDATE ON import_jobs DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
        WHEN (NEW.epoch > OLD.epoch AND NEW.backend_pid IS NOT NULL)
        """,
    "the contacts": "TRIGGER point BEFORE INSERT ON contacts FOR EACH STATEMENT",
    "the error log": "TRIGGER point BEFORE INSERT ON import_errors FOR EACH STATEMENT",
    "the ledger": "TRIGGER point BEFORE INSERT ON import_chunks FOR EACH ROW",
    "the checkpoint": """
        TRIGGER point BEFORE UPDATE ON import_jobs FOR EACH ROW WHEN (NEW.row_index > OLD.row_index)
        """,
    "the chunk's COMMIT": """
        CONSTRAINT TRIGGER point AFTER INSERT ON import_chunks DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
        """,
    "the end": "TRIGGER point BEFORE UPDATE ON import_jobs FOR EACH ROW WHEN (NEW.status = 'completed')",
}
# Places inside a run of corrections; those of an import that write contacts are there, too.
CORRECTION_TRIGGERS = {
    "the contacts": TRIGGERS["the contacts"],
    "the chunk's COMMIT": TRIGGERS["the chunk's COMMIT"],
    "the job's numbers": """
        TRIGGER point BEFORE UPDATE ON import_jobs FOR EACH ROW WHEN (NEW.created_count > OLD.created_count)
        """,
    "the run's end": """
        TRIGGER point BEFORE UPDATE ON import_correction_runs FOR EACH ROW WHEN (NEW.status = 'completed')
        """,
}
# Places that not every import comes by, or outside of imports.
OTHER_TRIGGERS = {
    # An import's first slice is deferred with epoch 0, by whoever starts it.
    "the next slice's deferral": """
        TRIGGER point BEFORE INSERT ON procrastinate_jobs FOR EACH ROW
        WHEN (NEW.task_name = 'imports.run_slice' AND (NEW.args ->> 'epoch')::integer > 0)
        """,
    "a new import": "TRIGGER point BEFORE INSERT ON import_jobs FOR EACH ROW",
    "a webhook's outcome": """
        TRIGGER point BEFORE UPDATE ON webhook_deliveries FOR EACH ROW WHEN (NEW.status = 'delivered')
        """,
}


class Point:
    """One of the places, closed until open() is called."""

    def __init__(self, connection: psycopg.Connection, lock: tuple[int, int] = LOCK) -> None:
        self._connection = connection
        self._lock = lock
        self._connection.execute("SELECT pg_advisory_lock(%s, %s)", lock)

    def wait_for_somebody(self) -> int:
        """Return the pid of the server process that waits at the point."""
        statement = """
            SELECT pid FROM pg_locks
            WHERE classid = %s AND objid = %s AND NOT granted
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """
        return wait_until(lambda: self._connection.execute(statement, self._lock).fetchone())[0]

    def end_session(self, pid: int) -> None:
        """End the session of a server process: whatever it was about to commit is rolled back."""
        self._connection.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    def open(self) -> None:
        self._connection.execute("SELECT pg_advisory_unlock(%s, %s)", self._lock)


@contextmanager
def tenant_held(tenant: Tenant) -> Iterator[Point]:
    """Hold the lock that writers of a tenant's contacts take, as one of them does, for the block."""
    with psycopg.connect(**{**connector_params(), "autocommit": True}) as connection:
        yield Point(connection, (_TENANT_LOCK, tenant.pk))


@contextmanager
def closed(place: str) -> Iterator[Point]:
    """Close the place of that name for the block, or until its point is opened."""
    with psycopg.connect(**{**connector_params(), "autocommit": True}) as connection:
        connection.execute(
            f"""
            CREATE FUNCTION wait_at_point() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM pg_advisory_xact_lock_shared({LOCK[0]}, {LOCK[1]});
                RETURN NEW;
            END $$;
            CREATE {(TRIGGERS | CORRECTION_TRIGGERS | OTHER_TRIGGERS)[place]} EXECUTE FUNCTION wait_at_point();
            """
        )
        try:
            yield Point(connection)
        finally:
            connection.execute("SELECT pg_advisory_unlock_all()")
            connection.execute("DROP FUNCTION wait_at_point CASCADE")
