"""One import: a file as a job, which a process of its own works off, as a worker does."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import measuring

if TYPE_CHECKING:
    from imports.engine.schema import FieldMapping
    from imports.models import ImportJob
    from irisx.accounts.models import Tenant


@dataclass(frozen=True)
class Import:
    """A job at its end, and what it took."""

    job: ImportJob
    read_seconds: float  # from the file to the pending job, in the child process that reads it
    seconds: float  # from the claim of the job to its last row
    cpu_seconds: float  # what the worker took of a core meanwhile
    memory_mb: float  # the most memory of the worker, over what it had with everything loaded and nothing done

    @property
    def all_seconds(self) -> float:
        return self.read_seconds + self.seconds

    @property
    def counts(self) -> dict[str, int]:
        job = self.job
        return {
            "created": job.created_count,
            "updated": job.updated_count,
            "unchanged": job.unchanged_count,
            "skipped": job.skipped_count,
            "failed": job.error_count,
        }

    def require(self, **expected: int) -> None:
        """End the measurement unless the job's counts are these, all others 0, and say so of every row."""
        expected = {name: expected.get(name, 0) for name in self.counts}
        measuring.require(self.counts == expected, f"the import counted {self.counts}, not {expected}.")
        self.require_sum()

    def require_sum(self) -> None:
        """End the measurement unless the job is completed and its contacts are those that it says it made."""
        job = self.job
        measuring.require(job.status == "completed", f"the import ended as {job.status}: {job.error_details}.")
        measuring.require(
            sum(self.counts.values()) == job.total_rows, f"{self.counts} do not add up to {job.total_rows}."
        )
        ((made,),) = measuring.query("SELECT count(*) FROM contacts WHERE import_job_id = %s", job.pk)
        measuring.require(made == job.created_count, f"{job.created_count} were counted as created, {made} are there.")


def import_file(tenant: Tenant, path: Path, strategy: str) -> Import:
    """Import a file, with every column of it."""
    job, read_seconds = read_file(tenant, path, strategy)
    confirm(job)
    measuring.settle()
    measured = work_off(job)
    return Import(job, read_seconds, measured["seconds"], measured["cpu_seconds"], measured["memory_mb"])


def read_file(tenant: Tenant, path: Path, strategy: str) -> tuple[ImportJob, float]:
    """Return a file's pending job, and the seconds until it was there."""
    from imports import services
    from imports.options import ImportOptions

    options = ImportOptions.parse({"duplicate_strategy": strategy})
    began = time.monotonic()
    job = services.create_job(tenant, user=None, filename=path.name, path=path, options=options)
    return job, time.monotonic() - began


def confirm(job: ImportJob) -> None:
    from imports import services
    from irisx.accounts.tenancy import tenant_scope

    with tenant_scope(job.tenant_id):
        services.confirm(job, field_mapping=whole_mapping(job), confirmed_by=None)


def whole_mapping(job: ImportJob) -> FieldMapping:
    """Return the suggested mapping, and for each column that fits no field a custom one."""
    from imports.engine.schema import FieldMapping

    return FieldMapping.from_json(with_custom_fields(job.suggested_mapping.as_json()))


def with_custom_fields(mapping: dict[str, Any]) -> dict[str, Any]:
    # What fits no field would be left out, and cost nothing.
    return {
        header: field or f"custom:column_{number}" for number, (header, field) in enumerate(mapping.items(), start=1)
    }


def work_off(job: ImportJob, *, tells_progress: bool = True) -> dict[str, float]:
    """Work off a confirmed job in a process of its own, whose start is not counted. Return what work() measured."""
    command = [sys.executable, __file__, str(measuring.data_dir()), str(job.pk), *(["silent"] * (not tells_progress))]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    measured: dict[str, float] = json.loads(answer)
    refresh(job)
    return measured


def refresh(job: ImportJob) -> None:
    from irisx.accounts.tenancy import tenant_scope

    with tenant_scope(job.tenant_id):
        job.refresh_from_db()


def work(data_dir: str, job_id: str, silent: str = "") -> None:
    """Be the worker: import one confirmed job, and print seconds and memory as JSON. "silent": without progress."""
    measuring.set_up_django(Path(data_dir))
    from django.db import connection

    from imports import runner, tasks
    from imports.progress import publisher

    assert tasks.run_slice  # an idle worker has loaded its tasks
    connection.ensure_connection()
    measuring.forget_peak()
    idle_mb = measuring.megabytes("VmRSS")
    began, cpu_began = time.monotonic(), time.process_time()
    runner.run_to_end(UUID(job_id), watch=(lambda job: None) if silent else publisher.publish)
    measured = {"seconds": time.monotonic() - began, "cpu_seconds": time.process_time() - cpu_began}
    publisher.flush()
    print(json.dumps({**measured, "memory_mb": measuring.megabytes("VmHWM") - idle_mb}))


if __name__ == "__main__":
    work(*sys.argv[1:])
