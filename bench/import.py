"""Measure an import against PostgreSQL's own COPY of the same clean rows, in turn. See README.md."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import measuring
import people

COPY_BLOCK_BYTES = 1024 * 1024
PREFIX = "custom:"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", help="a file to import; without it one is made")
    parser.add_argument("--rows", type=int, default=300_000, help="rows of the file that is made (300,000)")
    parser.add_argument("--strategy", choices=["skip", "update", "create_new"], default="skip")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--work", nargs=2, metavar=("DATA_DIR", "JOB_ID"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        work(*given.work)
        return
    with measuring.private_system() as data_dir, tempfile.TemporaryDirectory() as folder:
        print(measuring.machine())
        path, before = files(given, Path(folder))
        runs, counts = [], ""
        for _ in range(given.runs):
            measured, counts = run(data_dir, path, before, given.strategy, Path(folder) / "contacts.copy")
            runs.append(measured)
        print(f"{path.name}: {path.stat().st_size / 1024**2:.1f} MB, strategy {given.strategy}; {counts}")
        measuring.print_table(
            ["read s", "import s", "CPU s", "rows/s", "MB over idle", "COPY s", "import ÷ COPY", "all ÷ COPY"],
            runs,
            [2, 2, 2, 0, 0, 2, 2, 2],
        )


def files(given: argparse.Namespace, folder: Path) -> tuple[Path, Path | None]:
    """Return the file to measure, and what is imported before it: for updates, the same people with other titles."""
    if given.file:
        return given.file, given.file if given.strategy == "update" else None
    path, before = folder / "people.csv", folder / "people-before.csv"
    people.write_csv(path, people.rows(given.rows))
    if given.strategy != "update":
        return path, None
    people.write_csv(before, people.rows(given.rows, title="Trainee"))
    return path, before


def run(data_dir: Path, path: Path, before: Path | None, strategy: str, clean: Path) -> tuple[list[float], str]:
    """Import the file into empty tables, then COPY what came of it into an empty twin of contacts."""
    from irisx.accounts.models import Tenant
    from irisx.accounts.tenancy import tenant_scope

    empty_the_tables()
    tenant = Tenant.objects.create(name="Bench", slug="bench", default_country="US")
    if before:
        import_file(data_dir, tenant, before, "skip")
    job, read_seconds, worked = import_file(data_dir, tenant, path, strategy)
    with tenant_scope(tenant):
        job.refresh_from_db()
    if job.status != "completed":
        raise SystemExit(f"The import ended as {job.status}: {job.error_details}")
    copy_seconds = copy_again(clean)
    import_seconds = worked["seconds"]
    counts = (
        f"{job.total_rows:,} rows: {job.created_count:,} created, {job.updated_count:,} updated, "
        f"{job.unchanged_count:,} unchanged, {job.skipped_count:,} skipped, {job.error_count:,} failed"
    )
    return [
        read_seconds,
        import_seconds,
        worked["cpu_seconds"],
        job.total_rows / import_seconds,
        worked["peak_mb"] - worked["idle_mb"],
        copy_seconds,
        import_seconds / copy_seconds,
        (read_seconds + import_seconds) / copy_seconds,
    ], counts


def import_file(data_dir: Path, tenant: Any, path: Path, strategy: str) -> tuple[Any, float, dict[str, float]]:
    """Import a file with every column, and return the job, the seconds of reading, and what the worker measured."""
    from imports import services
    from imports.engine.schema import FieldMapping
    from imports.options import ImportOptions
    from irisx.accounts.tenancy import tenant_scope

    began = time.monotonic()
    options = ImportOptions.parse({"duplicate_strategy": strategy})
    job = services.create_job(tenant, user=None, filename=path.name, path=path, options=options)
    read_seconds = time.monotonic() - began
    mapping = job.suggested_mapping.as_json()
    for number, header in enumerate(mapping):
        # What fits no field would be left out, and cost nothing.
        mapping[header] = mapping[header] or f"{PREFIX}column_{number}"
    with tenant_scope(tenant):
        services.confirm(job, field_mapping=FieldMapping.from_json(mapping), confirmed_by=None)
    settle()
    command = [sys.executable, __file__, "--work", str(data_dir), str(job.pk)]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return job, read_seconds, json.loads(answer)


def work(data_dir: str, job_id: str) -> None:
    """Be the worker: import one confirmed job, and print seconds and memory as JSON."""
    measuring.set_up_django(Path(data_dir))
    from uuid import UUID

    from django.db import connection

    from imports import runner, tasks
    from imports.progress import publisher

    assert tasks.run_slice  # an idle worker has loaded its tasks
    connection.ensure_connection()
    # The peak counts from here.
    Path("/proc/self/clear_refs").write_text("5")
    idle_mb = megabytes("VmRSS")
    began, cpu_began = time.monotonic(), time.process_time()
    runner.run_to_end(UUID(job_id))
    seconds, cpu_seconds = time.monotonic() - began, time.process_time() - cpu_began
    publisher.flush()
    measured = {"seconds": seconds, "cpu_seconds": cpu_seconds, "idle_mb": idle_mb, "peak_mb": megabytes("VmHWM")}
    print(json.dumps(measured))


def megabytes(name: str) -> float:
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in status if line.startswith(f"{name}:"))


# The other side ------------------------------------------------------------------------------------------------------


def copy_again(clean: Path) -> float:
    """COPY the contacts that are stored into an empty table with the same indexes and keys. Return its seconds."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.tenant', 'all', true)")
        cursor.execute("DROP TABLE IF EXISTS contacts_twin")
        cursor.execute("CREATE TABLE contacts_twin (LIKE contacts INCLUDING ALL)")
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conrelid = 'contacts'::regclass AND contype = 'f'"
        )
        for (definition,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE contacts_twin ADD {definition}")
        with clean.open("wb") as file, cursor.copy("COPY (SELECT * FROM contacts ORDER BY id) TO STDOUT") as copy:
            for block in copy:
                file.write(block)
    settle()
    began = time.monotonic()
    with (
        transaction.atomic(),
        connection.cursor() as cursor,
        clean.open("rb") as file,
        cursor.copy("COPY contacts_twin FROM STDIN") as copy,
    ):
        while block := file.read(COPY_BLOCK_BYTES):
            copy.write(block)
    return time.monotonic() - began


def empty_the_tables() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE tenants, procrastinate_jobs CASCADE")


def settle() -> None:
    """Have everything on the disk, so that neither side pays for what came before it."""
    import psycopg
    from django.conf import settings

    host = settings.DATABASES["default"]["HOST"]
    with psycopg.connect(host=host, user="postgres", dbname="irisx", autocommit=True) as superuser:
        superuser.execute("CHECKPOINT")


if __name__ == "__main__":
    main()
