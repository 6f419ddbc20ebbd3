"""Measure how fast the rows behind a number open: GET …/rows?outcome= of an import of a million rows.

    .venv/bin/python bench/opening.py [--rows 1000000] [--pages 40]

Of each outcome: the first page, the last one, and so many by chance, of 20 rows and of 100. The requests go through the
API's own code in this process, without a web server. Updated rows are the rare case: one in 5,000, each in another
block of the rows file.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jobs
import measuring
import people

if TYPE_CHECKING:
    from imports.models import ImportJob

AT_MOST_MS = 100
RARE = 5_000  # one row in so many was updated


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--pages", type=int, default=40, help="opened by chance, of each outcome and size")
    given = parser.parse_args()
    with measuring.private_system(), tempfile.TemporaryDirectory(prefix="irisx-bench-") as folder:
        print(f"{datetime.now(UTC):%-d %B %Y}: {measuring.machine()}")
        job = imported(given.rows, Path(folder))
        print(f"An import of {job.total_rows:,} rows; what a request takes, in ms. CPU: without PostgreSQL's.")
        print("| outcome | rows | of a page | median | p95 | most | last page | CPU, median |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- |")
        open_pages(job, given.pages)


def imported(rows: int, folder: Path) -> ImportJob:
    """Import a file; then say in its ledger that a few of the rows were updates."""
    measuring.say(f"importing {rows:,} rows")
    path = folder / "people.csv"
    people.make_csv(path, rows)
    job = jobs.import_file(measuring.fresh_tenant(), path, "skip").job
    measuring.say("making some rows rare")
    updated = 0
    statement = "SELECT lo, outcomes FROM import_chunks WHERE import_job_id = %s"
    for lo, outcomes in measuring.query(statement, job.pk):
        changed = bytearray(outcomes)
        for place in range(-lo % RARE, len(changed), RARE):
            if changed[place] == CREATED:
                changed[place] = UPDATED
                updated += 1
        measuring.query(
            "UPDATE import_chunks SET outcomes = %s WHERE import_job_id = %s AND lo = %s RETURNING lo",
            bytes(changed),
            job.pk,
            lo,
        )
    measuring.query(
        "UPDATE import_jobs SET created_count = created_count - %s, updated_count = %s WHERE id = %s RETURNING id",
        updated,
        updated,
        job.pk,
    )
    jobs.refresh(job)
    measuring.settle()
    return job


CREATED, UPDATED = 1, 2


def open_pages(job: ImportJob, pages: int) -> None:
    from rest_framework.test import APIClient

    from irisx.accounts.authentication import issue_tokens
    from irisx.accounts.models import User

    user = User.objects.create_user("ana@bench.example", "a password that nobody needs", tenant=job.tenant)
    client = APIClient(HTTP_AUTHORIZATION=f"Bearer {issue_tokens(user)['access']}", HTTP_HOST="localhost")
    counts = {"created": job.created_count, "updated": job.updated_count, "skipped": job.skipped_count}
    counts |= {"failed": job.error_count, "": job.processed_rows}
    page_ms(client, job, "created", 1, 20)
    measuring.forget_peak()
    idle_mb = measuring.megabytes("VmRSS")
    p95s = []
    for outcome, count in counts.items():
        for limit in (20, 100):
            last = -(-count // limit)
            chosen = [1, *(random.Random(7).randint(1, last) for _ in range(pages))]
            taken = [page_ms(client, job, outcome, page, limit) for page in [*chosen, last]]
            walls = [wall for wall, _ in taken]
            cpu = statistics.median(cpu for _, cpu in taken)
            p95 = statistics.quantiles(walls, n=20)[-1]
            p95s.append(p95)
            figures = f"{statistics.median(walls):.0f} | {p95:.0f} | {max(walls):.0f} | {walls[-1]:.0f} | {cpu:.0f}"
            print(f"| {outcome or 'any'} | {count:,} | {limit} | {figures} |", flush=True)
    print(f"Memory over idle: {measuring.megabytes('VmHWM') - idle_mb:.0f} MB")
    measuring.require(max(p95s) < AT_MOST_MS, f"a p95 was {max(p95s):.0f} ms, not under {AT_MOST_MS}.")


def page_ms(client: Any, job: ImportJob, outcome: str, page: int, limit: int) -> tuple[float, float]:
    """Return the milliseconds of one page, and those that this process computed.

    Ends the measurement if the page is not full of the right rows.
    """
    query = {"page": page, "limit": limit, **({"outcome": outcome} if outcome else {})}
    began, cpu_began = time.perf_counter(), time.process_time()
    answer = client.get(f"/v1/imports/{job.pk}/rows", query)
    ms = 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - cpu_began)
    body = answer.json()
    expected = min(limit, body["total"] - (page - 1) * limit)
    found = [row for row in body["results"] if row["outcome"] == outcome or not outcome]
    measuring.require(len(found) == expected, f"page {page} of {outcome} has {len(found)} rows, not {expected}.")
    return ms


if __name__ == "__main__":
    main()
