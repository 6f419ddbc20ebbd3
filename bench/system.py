"""An import through the whole system, against the engine alone on the same servers. See README.md."""

from __future__ import annotations

import csv
import time
from pathlib import Path
from typing import Any

import httpx
import jobs
import measuring
import people
import running
import sockets
from figures import Figure
from measuring import Bench, require

ANA, GINA = "ana@acme.example", "gina@globex.example"
SOCKETS = 20
FEW_ROWS = 10_000
KEYS = ("first_name", "last_name", "email", "phone", "company", "title", "city", "country", "plan", "signup_date")


def measure(bench: Bench) -> list[Figure]:
    rows, few = bench.rows * 3 // 10, min(FEW_ROWS, bench.rows)
    whole = Figure(
        f"{rows:,}-row CSV through the whole system: upload by API, worker, {SOCKETS} sockets listening",
        "the engine alone: read, preview, import",
        "1.15 ×",
        "1.05 ×",
    )
    confirmed = Figure("— from confirmed to the last row", "the same of the engine alone")
    worker = Figure("worker's memory over idle, in that import", at_most="50 MB", unit="MB")
    uploaded = Figure(f"{few:,} rows from POST to the last contact: upload, confirm", "wall time", aim="1 s")
    bulk = Figure(f"{few:,} rows from POST to the last contact: bulk", "wall time", aim="1 s")
    path = bench.folder / "people.csv"
    kinds = people.make_csv(path, rows)
    for number in range(1, bench.runs + 1):
        measuring.say(f"system, run {number} of {bench.runs}")
        measuring.fresh_tenant()
        with running.system(bench.folder) as system:
            measuring.settle()
            read_seconds, import_seconds, memory_mb = import_watched(system, path, kinds)
            with system.client(GINA) as gina:
                few_path = bench.folder / "few.csv"
                # Other people than those that are there.
                few_kinds = people.make_csv(few_path, few, start=rows)
                uploaded.add(seconds_of_upload(gina, few_path, few_kinds))
                few_kinds = people.make_csv(few_path, few, start=rows + few)
                bulk_seconds = seconds_of_bulk(gina, few_path, few_kinds)
        if bulk_seconds is not None:
            bulk.add(bulk_seconds)
        alone_read, alone_import = import_alone(path, kinds)
        whole.add(read_seconds + import_seconds, alone_read + alone_import)
        confirmed.add(import_seconds, alone_import)
        worker.add(memory_mb)
    return [figure for figure in (whole, confirmed, worker, uploaded, bulk) if figure.ours]


def import_watched(system: running.System, path: Path, kinds: people.Kinds) -> tuple[float, float, float]:
    """Import a file through the API while sockets listen.

    Return the seconds of the upload, those from the confirmation to the last row, and the worker's memory over idle.
    """
    measuring.forget_peak(system.worker_pid)
    idle_mb = measuring.megabytes("VmRSS", system.worker_pid)
    with system.client(ANA) as ana:
        began = time.monotonic()
        job = running.upload(ana, path)
        read_seconds = time.monotonic() - began
        token = ana.headers["Authorization"].removeprefix("Bearer ")
        listening = sockets.subscribe(system.url, token, job["id"], SOCKETS)
        began = time.monotonic()
        running.confirm(ana, job, whole_mapping(job))
        ended = running.wait_for_end(job["id"])
        import_seconds = time.monotonic() - began
    require_counts(ended, kinds)
    heard = listening.heard()
    last = {socket["last"]["processed_rows"] for socket in heard}
    require(last == {kinds.total}, f"the sockets' last numbers of rows are {last}, not {kinds.total}.")
    return read_seconds, import_seconds, measuring.megabytes("VmHWM", system.worker_pid) - idle_mb


def whole_mapping(job: dict[str, Any]) -> dict[str, Any]:
    return jobs.with_custom_fields({column["header"]: column["field"] for column in job["mapping"]})


def import_alone(path: Path, kinds: people.Kinds) -> tuple[float, float]:
    """Import a file without the system. Return the seconds to the preview, and those of the import."""
    from imports import preview
    from irisx.accounts.tenancy import tenant_scope

    tenant = measuring.fresh_tenant()
    measuring.settle()
    began = time.monotonic()
    job, _ = jobs.read_file(tenant, path, "skip")
    with tenant_scope(tenant):
        preview.load(job)
    read_seconds = time.monotonic() - began
    jobs.confirm(job)
    import_seconds = jobs.work_off(job, tells_progress=False)["seconds"]
    ended = {"created": job.created_count, "skipped": job.skipped_count, "failed": job.error_count}
    require_counts(ended, kinds)
    return read_seconds, import_seconds


def seconds_of_upload(client: httpx.Client, path: Path, kinds: people.Kinds) -> float:
    """Return the seconds from the POST of a file to its last contact, confirmed as soon as it is read."""
    began = time.monotonic()
    job = running.upload(client, path)
    running.confirm(client, job, whole_mapping(job))
    ended = running.wait_for_end(job["id"])
    seconds = time.monotonic() - began
    require_counts(ended, kinds)
    return seconds


def seconds_of_bulk(client: httpx.Client, path: Path, kinds: people.Kinds) -> float | None:
    """Return the seconds from the POST of a file's people as JSON to the last contact; None without a bulk API."""
    with path.open(encoding="utf-8", newline="") as file:
        contacts = [dict(zip(KEYS, row, strict=True)) for row in list(csv.reader(file))[1:]]
    began = time.monotonic()
    answer = client.post("/v1/imports/bulk", json={"contacts": contacts})
    if answer.status_code in (404, 405):
        measuring.say("There is no /v1/imports/bulk to be measured.")
        return None
    ended = running.wait_for_end(running.accepted(answer)["id"])
    seconds = time.monotonic() - began
    require_counts(ended, kinds)
    return seconds


def require_counts(ended: dict[str, Any], kinds: people.Kinds) -> None:
    found = people.Kinds(ended["created"], ended["skipped"], ended["failed"])
    require(found == kinds, f"the import counted {found}, not {kinds}.")
