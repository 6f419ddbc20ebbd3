"""What is stored of corrections: the corrected cells of a job's rows, and the runs in which they are imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Q

from irisx.accounts.models import Tenant, User
from irisx.ids import uuid7

if TYPE_CHECKING:
    from imports.models import ImportJob

DRAFT = 0
"""The run number of corrections that were not sent yet; run 0 of a job is the import itself."""


class CorrectionRun(models.Model):
    """One import of corrected rows into the job that they come from, which is at its end and stays so.

    A row like a job's own as far as its runner goes: checkpoint, fence and lease in one.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "Queued"
        PROCESSING = "processing", "Processing"
        COMPLETED = "completed", "Completed"
        FAILED = "failed", "Failed"

    OPEN = (Status.QUEUED, Status.PROCESSING)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False)
    import_job = models.ForeignKey("imports.ImportJob", models.CASCADE, related_name="correction_runs", db_index=False)
    # From 1; of a job's runs that are queued the lowest is the next.
    run_no = models.IntegerField()
    user = models.ForeignKey(User, models.SET_NULL, null=True, db_index=False)
    status = models.CharField(max_length=20, choices=Status, db_default=Status.QUEUED, default=Status.QUEUED)
    # How many corrected rows it holds, and how many that were sent with them needed nothing any more.
    total_rows = models.IntegerField()
    already_resolved = models.IntegerField(db_default=0, default=0)
    # How many of its rows came in, or are whole now.
    mended_rows = models.IntegerField(db_default=0, default=0)
    # {"code", "error"} once failed.
    error_details = models.JSONField(null=True)

    # As a job's: imports/models.py says what each is for. Here row_index counts the run's own rows.
    row_index = models.IntegerField(db_default=0, default=0)
    epoch = models.IntegerField(db_default=0, default=0)
    attempts = models.IntegerField(db_default=0, default=0)
    careful_rows = models.IntegerField(db_default=0, default=0)
    careful_until = models.IntegerField(db_default=0, default=0)
    lease_until = models.DateTimeField(null=True)
    backend_pid = models.IntegerField(null=True)
    backend_start = models.DateTimeField(null=True)

    created_at = models.DateTimeField(db_default=TransactionNow(), editable=False)
    completed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "import_correction_runs"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "import_job", "run_no"], name="import_correction_runs_once"),
            models.UniqueConstraint(
                fields=["tenant", "import_job"],
                condition=Q(status="processing"),
                name="import_correction_runs_one_at_work",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["queued", "processing", "completed", "failed"]),
                name="import_correction_runs_status_is_known",
            ),
        ]
        indexes = [
            # The sweeper's look-out.
            models.Index(
                fields=["tenant", "status"],
                condition=Q(status__in=["queued", "processing"]),
                name="import_correction_runs_open",
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.run_no} of {self.import_job_id}"


def open_run(job: ImportJob) -> CorrectionRun | None:
    """Return the run of a job that is under way, or the next in line; None if there is none. A query at most."""
    if not job.run_no:
        return None
    runs = CorrectionRun.objects.filter(tenant_id=job.tenant_id, import_job=job, status__in=CorrectionRun.OPEN)
    return runs.order_by("run_no").first()


class Correction(models.Model):
    """What somebody wrote into the cells of one row of a job: a draft at first, then a row of a run.

    Kept once it is imported: it says what was mended.
    """

    pk = models.CompositePrimaryKey("import_job_id", "run_no", "row_index")
    # Not checked by the database row by row: a job's corrections go with the job, as its error log does.
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, db_constraint=False)
    import_job = models.ForeignKey(
        "imports.ImportJob", models.CASCADE, related_name="corrections", db_index=False, db_constraint=False
    )
    run_no = models.IntegerField(db_default=DRAFT, default=DRAFT)
    row_index = models.IntegerField()
    row_number = models.IntegerField()
    # {header: text} of the cells that were changed.
    values = models.JSONField(db_default={}, default=dict)

    # Of drafts alone. A skipped one is out of the way until somebody brings it back; nothing is imported of it.
    is_skipped = models.BooleanField(db_default=False, default=False)
    # Whether the row would come in now; else what is wrong still, and in which field ("": the whole row).
    is_mended = models.BooleanField(db_default=False, default=False)
    message = models.TextField(db_default="", default="")
    field = models.CharField(max_length=100, db_default="", default="")
    # The change that made it what it is, and what was before, for Undo; {} for no draft, null once undone.
    edit_id = models.UUIDField(null=True)
    before = models.JSONField(null=True)

    class Meta:
        db_table = "import_corrections"
        indexes = [
            models.Index(fields=["tenant", "import_job", "run_no", "row_index"], name="import_corrections_in_order"),
        ]


class CorrectionEdit(models.Model):
    """One change of many rows' drafts, for a worker: too many to be written while somebody waits for the page.

    Its drafts have its id, for Undo. Kept until that is gone, or another takes its place.
    """

    class Kind(models.TextChoices):
        FILL = "fill"
        REPLACE = "replace"
        SKIP = "skip"

    class Status(models.TextChoices):
        WORKING = "working"
        DONE = "done"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False)
    import_job = models.ForeignKey("imports.ImportJob", models.CASCADE, related_name="edits", db_index=False)
    # Whose rows it changes, and how: imports/corrections/drafts.py, Group and Change.
    error_type = models.CharField(max_length=100)
    field = models.CharField(max_length=100, db_default="", default="")
    kind = models.CharField(max_length=10, choices=Kind)
    header = models.TextField(db_default="", default="")
    text = models.TextField(db_default="", default="")
    new = models.TextField(db_default="", default="")
    status = models.CharField(max_length=10, choices=Status, db_default=Status.WORKING, default=Status.WORKING)
    # The last row that was looked at, and how many of `total_rows` there were until then.
    row_index = models.IntegerField(db_default=-1, default=-1)
    total_rows = models.IntegerField()
    done_rows = models.IntegerField(db_default=0, default=0)
    changed_rows = models.IntegerField(db_default=0, default=0)
    mended_rows = models.IntegerField(db_default=0, default=0)
    # Of its last batch; by it the sweeper sees that nobody works on it.
    touched_at = models.DateTimeField(db_default=TransactionNow())

    class Meta:
        db_table = "import_correction_edits"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "import_job"], name="import_correction_edits_one_a_job"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} in {self.total_rows:,} rows"

    @property
    def is_at_work(self) -> bool:
        return self.status == self.Status.WORKING
