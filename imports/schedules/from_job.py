"""Repeating an import: what a job from a connector says of a schedule that does the same again."""

from __future__ import annotations

from dataclasses import dataclass, replace

from imports import job_options, remote
from imports.connectors.interface import RemoteSource
from imports.engine.schema import FieldMapping
from imports.models import ImportJob
from imports.options import ImportOptions
from imports.schedules.drift import Baseline
from imports.schedules.runs import baseline_of
from irisx.refusals import Conflict

Status = ImportJob.Status


@dataclass(frozen=True, slots=True)
class Repeated:
    """What is taken of a job."""

    name: str
    source: RemoteSource
    field_mapping: FieldMapping
    options: ImportOptions
    baseline: Baseline


def can_be_repeated(job: ImportJob) -> bool:
    """Tell whether a schedule may do a job's import again: it was started, from a connector, and by somebody."""
    return (
        job.schedule_id is None
        and bool(job.field_mapping)
        and job.status != Status.PENDING
        and remote.source_of(job) is not None
    )


def repeated(job: ImportJob) -> Repeated:
    """Return what a schedule needs that repeats a job. Raises Conflict for one that cannot be repeated.

    Reads the job's rows, as long as they are kept.
    """
    source = remote.source_of(job)
    if source is None:
        raise Conflict("not_repeatable", "Only imports from a Google Sheet, or from another service, can be repeated.")
    if not can_be_repeated(job):
        raise Conflict("not_started", "Start this import first. Then it can be repeated with the columns as mapped.")
    options = job_options.options_of(job)
    events = tuple(dict.fromkeys((*options.webhook_events, "held")))
    return Repeated(
        name=job.filename,
        source=source,
        field_mapping=job.mapping,
        options=replace(options, external_id="", webhook_events=events),
        baseline=_baseline(job),
    )


def _baseline(job: ImportJob) -> Baseline:
    if job.rows_path:
        return baseline_of(job, job.mapping)
    # Its file is erased: what the cells of the key columns held nobody knows any more.
    return Baseline(tuple(column["header"] for column in job.columns), job.total_rows)
