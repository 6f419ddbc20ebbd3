"""Measure how long a small import takes while a neighbour's twenty large ones are queued, with one worker.

    .venv/bin/python bench/fairness.py [--rows 200000] [--large 20] [--small-rows 50] [--runs 5]

The large ones are not waited for: at the end they are cancelled, which is measured too.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import jobs
import measuring
import people
from workers import await_true, workers

if TYPE_CHECKING:
    from imports.models import ImportJob
    from irisx.accounts.models import Tenant

AT_MOST_SECONDS = 15
PATIENCE_SECONDS = 600


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000, help="of each large import")
    parser.add_argument("--large", type=int, default=20, help="how many of them")
    parser.add_argument("--small-rows", type=int, default=50)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    with measuring.private_system(), tempfile.TemporaryDirectory(prefix="irisx-bench-") as folder:
        print(f"{datetime.now(UTC):%-d %B %Y}: {measuring.machine()}")
        print(f"One worker; {given.large} imports of {given.rows:,} rows by one tenant, {given.small_rows} by another.")
        measure(given, Path(folder))


def measure(given: argparse.Namespace, folder: Path) -> None:
    from irisx.accounts.models import Tenant

    crowd = measuring.fresh_tenant()
    neighbour = Tenant.objects.create(name="Neighbour", slug="neighbour", default_country="US")
    large = queue_large(crowd, given.large, given.rows, folder)
    measuring.settle()
    with workers(1, folder):
        await_true(lambda: len(at_work(crowd)) == 3, PATIENCE_SECONDS, "The large imports do not begin.")
        runs = [
            small_import(neighbour, folder, given.small_rows, start=given.rows + number * given.small_rows)
            for number in range(given.runs)
        ]
        running = measuring.query("SELECT count(*) FROM import_jobs WHERE status = 'processing'")
        measuring.require(running == [(3,)], f"{running} large imports run, not 3.")
        queued = measuring.query("SELECT count(*) FROM import_jobs WHERE status = 'queued'")
        measuring.require(queued == [(given.large - 3,)], f"{queued} large imports are in line, not the other ones.")
        cancel_seconds = cancel_all(large)
    measuring.print_table(["upload to end s", "confirm to end s"], runs, [2, 2])
    print(f"All {given.large} large imports cancelled, to the last chunk that was open: {cancel_seconds:.2f} s")
    worst = max(upload_to_end for upload_to_end, _ in runs)
    measuring.require(worst <= AT_MOST_SECONDS, f"a small import took {worst:.1f} s, more than {AT_MOST_SECONDS}.")


def queue_large(tenant: Tenant, count: int, rows: int, folder: Path) -> list[ImportJob]:
    """Queue the same file so often, with the strategy under which every row makes a contact each time."""
    path = folder / "large.csv"
    people.make_csv(path, rows)
    queued = []
    for number in range(1, count + 1):
        measuring.say(f"reading large file {number} of {count}")
        job, _ = jobs.read_file(tenant, path, "create_new")
        jobs.confirm(job)
        queued.append(job)
    return queued


def at_work(tenant: Tenant) -> list[object]:
    return measuring.query(
        "SELECT id FROM import_jobs WHERE tenant_id = %s AND status = 'processing' AND row_index > 0", tenant.pk
    )


def small_import(tenant: Tenant, folder: Path, rows: int, *, start: int) -> list[float]:
    """Import a small file. Return the seconds from the file to its last row, and those from the confirmation."""
    path = folder / "small.csv"
    people.make_csv(path, rows, start=start)
    began = time.monotonic()
    job, read_seconds = jobs.read_file(tenant, path, "skip")
    jobs.confirm(job)
    statement = "SELECT FROM import_jobs WHERE id = %s AND status = 'completed' AND processed_rows = total_rows"
    await_true(lambda: bool(measuring.query(statement, job.pk)), PATIENCE_SECONDS, "A small import does not end.")
    seconds = time.monotonic() - began
    return [seconds, seconds - read_seconds]


def cancel_all(large: list[ImportJob]) -> float:
    """Cancel imports. Return the seconds until none of them writes any more."""
    from imports import control

    began = time.monotonic()
    for job in large:
        control.cancel(job)
    statement = "SELECT FROM import_jobs WHERE status IN ('queued', 'processing')"
    await_true(lambda: not measuring.query(statement), PATIENCE_SECONDS, "The large imports do not stop.")
    seconds = time.monotonic() - began
    for job in large:
        jobs.refresh(job)
        ((made,),) = measuring.query("SELECT count(*) FROM contacts WHERE import_job_id = %s", job.pk)
        measuring.require(made == job.created_count, f"{job.created_count} were counted as created, {made} are there.")
    return seconds


if __name__ == "__main__":
    main()
