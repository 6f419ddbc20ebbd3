"""The twin of contacts: a table with the same columns, indexes, constraints and foreign keys, which bare COPY fills."""

from __future__ import annotations

import time
from pathlib import Path

COPY_BLOCK_BYTES = 1024 * 1024
# What an import writes of a contact; its id finds it.
UPDATED = ("first_name", "last_name", "email", "phone", "company", "title", "attributes", "last_job_id", "updated_at")


def make() -> None:
    """Make the twin anew, empty."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS contacts_twin")
        cursor.execute("CREATE TABLE contacts_twin (LIKE contacts INCLUDING ALL)")
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conrelid = 'contacts'::regclass AND contype = 'f'"
        )
        for (definition,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE contacts_twin ADD {definition}")


def fill() -> None:
    """Put into the twin what contacts holds, row by row in the order in which contacts got it."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.tenant', 'all', true)")
        cursor.execute("INSERT INTO contacts_twin SELECT * FROM contacts ORDER BY id")


def save(path: Path, *, columns: str = "*", where: str = "true") -> int:
    """Write contacts to a file as COPY reads it, in the order of their ids. Return how many they are."""
    from django.db import connection, transaction

    statement = f"COPY (SELECT {columns} FROM contacts WHERE {where} ORDER BY id) TO STDOUT"
    with transaction.atomic(), connection.cursor() as cursor, path.open("wb") as file:
        cursor.execute("SELECT set_config('app.tenant', 'all', true)")
        with cursor.copy(statement) as copy:
            for block in copy:
                file.write(block)
        return int(cursor.rowcount)


def copy_in(path: Path) -> float:
    """COPY a file of save() into the twin, in one transaction. Return its seconds, to the commit."""
    from django.db import connection, transaction

    began = time.monotonic()
    with transaction.atomic(), connection.cursor() as cursor:
        _copy(cursor, "contacts_twin", path)
    return time.monotonic() - began


def save_changed(path: Path, job_id: object) -> int:
    """Write what an import changed to a file for update(). Return how many contacts they are."""
    return save(path, columns=", ".join(("id", *UPDATED)), where=f"last_job_id = '{job_id}'")


def update(path: Path) -> tuple[float, int]:
    """COPY a file of save_changed() to a staging table and UPDATE the twin from it, in one transaction.

    Return its seconds, to the commit, and how many rows it changed.
    """
    from django.db import connection, transaction

    columns = ", ".join(("id", *UPDATED))
    assignments = ", ".join(f"{name} = staged.{name}" for name in UPDATED)
    began = time.monotonic()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE staged ON COMMIT DROP AS SELECT {columns} FROM contacts_twin LIMIT 0")
        _copy(cursor, "staged", path)
        cursor.execute(f"UPDATE contacts_twin AS twin SET {assignments} FROM staged WHERE twin.id = staged.id")
        changed = int(cursor.rowcount)
    return time.monotonic() - began, changed


def _copy(cursor: object, table: str, path: Path) -> None:
    with path.open("rb") as file, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        while block := file.read(COPY_BLOCK_BYTES):
            copy.write(block)
