"""What pages say about an import: the heading that tells the result, what went wrong in groups, the facts beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from contacts.fields import BY_KEY
from imports import results
from imports.corrections import drafts
from imports.corrections.models import CorrectionRun, open_run
from imports.engine.schema import DuplicateStrategy
from imports.models import ImportJob
from imports.results import ErrorGroup
from irisx.accounts.models import Tenant
from portals import tally, wording
from portals.preview_table import OUTCOMES
from portals.tally import Tally
from portals.wording import counted

Status = ImportJob.Status

_TITLES = {
    "invalid_email": "E-mail is not valid",
    "invalid_phone": "Phone cannot be read",
    "no_contact_point": "Neither e-mail nor phone",
    "match_conflict": "Found by one field, but another differs",
    "row_not_loaded": "Row could not be loaded",
}


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of the error log that say the same."""

    title: str
    count: int
    type: str  # with the field, what the rows page filters by
    field: str
    examples: tuple[tuple[int, str], ...]  # row number, sentence
    is_mendable: bool  # in the browser


@dataclass(frozen=True, slots=True)
class Result:
    """How an import ended."""

    heading: str
    explanation: str  # "" where the heading says it all
    took: str  # "1.1 s"; "" if it never started
    failed: list[Group]
    duplicates: list[Group]
    warnings: list[Group]

    @property
    def has_log(self) -> bool:
        return bool(self.failed or self.duplicates or self.warnings)

    @property
    def is_mendable(self) -> bool:
        return any(group.is_mendable for group in (*self.failed, *self.warnings))


class Mending(NamedTuple):
    """How corrections of an import are, or how the last ones went."""

    words: str  # "" if there never were any
    is_open: bool


class Fact(NamedTuple):
    """One line of what was asked of an import."""

    label: str
    text: str


class HistoryLine(NamedTuple):
    """An import in the history."""

    job: ImportJob
    tally: Tally
    rows: str  # "9,800", "4,000 of 18,300", "2,310, not started"
    job_url: str
    rows_url: str
    delete_url: str
    tenant_url: str  # "" in the history of one tenant


def result_of(job: ImportJob) -> Result:
    """Return how a finished import ended. One query."""
    groups = results.error_groups(job)
    took = (job.completed_at - job.started_at).total_seconds() if job.completed_at and job.started_at else None
    heading, explanation = _heading(job)
    return Result(
        heading=heading,
        explanation=explanation,
        took=wording.duration(took) if took is not None else "",
        failed=[_group(group) for group in groups if group.level == "error"],
        duplicates=[_group(group) for group in groups if group.level == "duplicate"],
        warnings=[_group(group) for group in groups if group.level == "warning"],
    )


def _heading(job: ImportJob) -> tuple[str, str]:
    done = job.processed_rows - job.error_count
    rest = job.total_rows - job.processed_rows
    if job.status == Status.COMPLETED and not job.error_count:
        return (f"All {counted(done, 'row')} are done" if done != 1 else "The one row is done"), ""
    if job.status == Status.COMPLETED:
        done_words = f"{counted(done, 'row')} {'is' if done == 1 else 'are'} done"
        return f"{done_words}, {job.error_count:,} {'needs' if job.error_count == 1 else 'need'} you", ""
    stayed = f"What {counted(job.processed_rows, 'row')} wrote stays." if job.processed_rows else "Nothing was written."
    if job.status == Status.CANCELLED:
        if not job.processed_rows:
            return "Cancelled before it started", stayed
        return (
            f"Cancelled after {counted(job.processed_rows, 'row')}",
            f"{stayed} {counted(rest, 'row')} did not come in.",
        )
    reason = (job.error_details or {}).get("error", "")
    if can_retry(job):
        stayed = f"{stayed} Retry the import, and it goes on from there."
    return f"Stopped after {counted(job.processed_rows, 'row')} of {job.total_rows:,}", f"{reason} {stayed}".strip()


def mending_of(job: ImportJob) -> Mending:
    """Return how the corrections of an import are. Two queries at most."""
    if not job.run_no:
        return Mending("", is_open=False)
    runs = CorrectionRun.objects.filter(tenant_id=job.tenant_id, import_job=job)
    run = open_run(job) or runs.get(run_no=job.run_no)
    rows = counted(run.total_rows, "mended row")
    if run.status in run.OPEN:
        done = f", {run.row_index:,} done" if run.row_index else ""
        return Mending(f"{rows} {_is_or_are(run.total_rows)} being imported{done}", is_open=True)
    if run.status == CorrectionRun.Status.FAILED:
        reason = (run.error_details or {}).get("error", "")
        return Mending(f"The import of {rows} stopped. {reason}", is_open=False)
    left = run.total_rows - run.mended_rows
    wrong = f"; {left:,} {_is_or_are(left)} wrong still, or {'was' if left == 1 else 'were'} in before" if left else ""
    return Mending(f"{counted(run.mended_rows, 'mended row')} came in{wrong}", is_open=False)


def _is_or_are(number: int) -> str:
    return "is" if number == 1 else "are"


RUNS_SHOWN = 20


class Run(NamedTuple):
    """An import of corrected rows, in the past or under way."""

    words: str
    who: str  # "" where nobody is known any more
    sent_at: datetime


def runs_of(job: ImportJob) -> list[Run]:
    """Return the last imports of corrected rows into a job, the newest first. One query, if there are any."""
    if not job.run_no:
        return []
    runs = CorrectionRun.objects.filter(tenant_id=job.tenant_id, import_job=job).select_related("user")
    return [
        Run(_run_in_words(run), run.user.display_name if run.user else "", run.created_at)
        for run in runs.order_by("-run_no")[:RUNS_SHOWN]
    ]


def _run_in_words(run: CorrectionRun) -> str:
    if run.status in run.OPEN:
        return f"{counted(run.total_rows, 'mended row')} {_is_or_are(run.total_rows)} being imported"
    came_in = f"{counted(run.mended_rows, 'mended row')} came in"
    left = run.total_rows - run.mended_rows
    if run.status == CorrectionRun.Status.FAILED:
        return f"{came_in}, then the import stopped; the other {left:,} wait to be mended"
    return f"{came_in}{f', {left:,} did not' if left else ''}"


def can_retry(job: ImportJob) -> bool:
    """Tell whether an import can go on where it failed: its file must not be erased yet."""
    return job.status == Status.FAILED and bool(job.rows_path)


def _group(group: ErrorGroup) -> Group:
    is_mendable = drafts.is_mendable(group.level, group.type, group.field)
    return Group(title_of(group.type, group.field), group.count, group.type, group.field, group.examples, is_mendable)


def title_of(error_type: str, field: str = "") -> str:
    """Return a cause as a heading: "Birthday cannot be read"."""
    label = BY_KEY[field].label if field in BY_KEY else field.partition(":")[2] or "A value"
    if error_type == "duplicate":
        return f"{label} is known already" if field else "Known already"
    return _TITLES.get(error_type) or f"{label} cannot be read"


def rows_heading(total: int, outcome: str, problem: str = "", field: str = "") -> str:
    """Return the heading of a list of rows: "96 rows failed", "58 rows: E-mail is not valid"."""
    rows = counted(total, "row")
    if problem:
        return f"{rows}: {title_of(problem, field)}"
    is_or_are = "" if outcome == "failed" else "was " if total == 1 else "were "
    return f"{rows} {is_or_are}{OUTCOMES[outcome].lower()}"


def facts(job: ImportJob) -> list[Fact]:
    """Return what was asked of an import, for the page beside its numbers."""
    named = [
        ("If the contact exists", wording.STRATEGIES[DuplicateStrategy(job.duplicate_strategy)]),
        ("It is the same if", wording.match_words(job.duplicate_match_fields)),
        ("Added to list", job.target_list.name if job.target_list else ""),
        ("Columns", f"{len(job.mapping.targets)} of {len(job.columns)} come in"),
    ]
    return [Fact(label, text) for label, text in named if text]


def history_lines(
    jobs: Iterable[ImportJob],
    *,
    url_of: Callable[[ImportJob, str], str],
    tenant_url_of: Callable[[Tenant], str] | None = None,
) -> list[HistoryLine]:
    """Return the history's lines. No query.

    `url_of`: the address of a job's page by its name. `tenant_url_of`: of a tenant's page, where there are several.
    """
    return [
        HistoryLine(
            job,
            tally.of_job(job),
            _rows(job),
            url_of(job, "job"),
            url_of(job, "job-rows"),
            url_of(job, "job-delete"),
            tenant_url_of(job.tenant) if tenant_url_of else "",
        )
        for job in jobs
    ]


def _rows(job: ImportJob) -> str:
    if job.processed_rows == job.total_rows:
        return f"{job.total_rows:,}"
    if not job.processed_rows:
        return f"{job.total_rows:,}, {'waiting' if job.status == Status.QUEUED else 'not started'}"
    return f"{job.processed_rows:,} of {job.total_rows:,}"
