"""Measure the throughput of one, two and four workers on the same queue, and check what they leave.

    .venv/bin/python bench/scaling.py [--rows 100000] [--jobs 8] [--tenants 4] [--workers 1 2 4]

So many imports of so many rows, of several tenants, from the first confirmation to the last row. It prints the lines
that stand in docs/scaling.md, and what a row costs: CPU, bytes of log, table and index.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import anatomy
import jobs
import measuring
import people
import workers

if TYPE_CHECKING:
    from imports.models import ImportJob
    from irisx.accounts.models import Tenant

PATIENCE_SECONDS = 1_800


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000, help="of each import")
    parser.add_argument("--jobs", type=int, default=8)
    parser.add_argument("--tenants", type=int, default=4)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    given = parser.parse_args()
    with measuring.private_system(), tempfile.TemporaryDirectory(prefix="irisx-bench-") as folder:
        print(f"{datetime.now(UTC):%-d %B %Y}: {measuring.machine()}")
        print(f"{given.jobs} imports of {given.rows:,} rows of 10 columns, of {given.tenants} tenants, skip.\n")
        print("| workers | rows/s | workers' CPU, µs a row | PostgreSQL's CPU, µs a row | cores busy |")
        print("| --- | --- | --- | --- | --- |", flush=True)
        for count in given.workers:
            before, after = measure(count, given, Path(folder))
        print()
        anatomy.print_bytes(before, after, given.jobs * given.rows)


def measure(count: int, given: argparse.Namespace, folder: Path) -> tuple[anatomy.Server, anatomy.Server]:
    """Have the imports worked off by so many workers, and print a line. Return the server before and after."""
    tenants = some_tenants(given.tenants)
    waiting = [upload(tenants[number % len(tenants)], number, given.rows, folder) for number in range(given.jobs)]
    measuring.settle()
    before = anatomy.Server.now()
    with workers.workers(count, folder) as pids:
        idle_seconds = sum(workers.cpu_seconds(pid) for pid in pids)
        began = time.monotonic()
        for job in waiting:
            jobs.confirm(job)
        statement = "SELECT FROM import_jobs WHERE status IN ('queued', 'processing')"
        workers.await_true(lambda: not measuring.query(statement), PATIENCE_SECONDS, "The imports do not end.")
        seconds = time.monotonic() - began
        cpu_seconds = sum(workers.cpu_seconds(pid) for pid in pids) - idle_seconds
        after = anatomy.Server.now()
    rows, server_seconds = given.jobs * given.rows, after.cpu_seconds - before.cpu_seconds
    print(
        f"| {count} | {rows / seconds:,.0f} | {1e6 * cpu_seconds / rows:.1f} | {1e6 * server_seconds / rows:.1f} | "
        f"{(cpu_seconds + server_seconds) / seconds:.2f} |",
        flush=True,
    )
    require_exact(waiting)
    return before, after


def some_tenants(count: int) -> list[Tenant]:
    from irisx.accounts.models import Tenant

    measuring.fresh_tenant()
    return [
        Tenant.objects.create(name=f"Tenant {number}", slug=f"tenant-{number}", default_country="US")
        for number in range(count)
    ]


def upload(tenant: Tenant, number: int, rows: int, folder: Path) -> ImportJob:
    """Return a pending import of people whom no other file has."""
    measuring.say(f"reading file {number + 1}")
    path = folder / "people.csv"
    people.make_csv(path, rows, start=number * rows)
    job, _ = jobs.read_file(tenant, path, "skip")
    return job


def require_exact(ended: list[ImportJob]) -> None:
    """End the measurement if a row was lost, doubled or counted wrongly, or is another tenant's."""
    for job in ended:
        jobs.refresh(job)
        measuring.require(job.status == "completed", f"an import ended as {job.status}: {job.error_details}.")
        counted = job.created_count + job.skipped_count + job.error_count
        measuring.require(counted == job.total_rows, f"{counted} of {job.total_rows} rows are counted.")
        made = measuring.query(
            "SELECT count(*), count(DISTINCT coalesce(nullif(email, ''), phone)), min(tenant_id), max(tenant_id) "
            "FROM contacts WHERE import_job_id = %s",
            job.pk,
        )
        expected = (job.created_count, job.created_count, job.tenant_id, job.tenant_id)
        measuring.require(made == [expected], f"an import made {made}, not {expected}.")
        chunks = measuring.query(
            "SELECT sum(hi - lo), min(lo), max(hi) FROM import_chunks WHERE import_job_id = %s", job.pk
        )
        measuring.require(chunks == [(job.total_rows, 0, job.total_rows)], f"the ledger has {chunks}.")


if __name__ == "__main__":
    main()
