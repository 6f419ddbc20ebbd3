"""What is stored of an import: the job, its error log, its ledger, what it changed, and saved field mappings."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import F, Q

from contacts.models import ContactList
from imports.analytics.models import ImportSummary  # noqa: F401 (Django looks here)
from imports.connectors.models import (  # noqa: F401 (Django looks here)
    AirtableConnection,
    GoogleAuthorization,
    GoogleConnection,
    GoogleRevocation,
)
from imports.corrections.models import Correction, CorrectionEdit, CorrectionRun  # noqa: F401 (Django looks here)
from imports.engine.schema import DuplicateStrategy, FieldMapping, MappedColumn
from imports.schedules.models import ImportSchedule
from imports.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookSecret  # noqa: F401 (Django looks here)
from irisx.accounts.models import Tenant, User
from irisx.ids import uuid7


class ImportJobQuerySet(models.QuerySet["ImportJob"]):
    def for_tenant(self, tenant: Tenant) -> ImportJobQuerySet:
        """Return the tenant's jobs, without deleted ones: those are gone for everyone."""
        return self.filter(tenant=tenant, deleted_at=None)

    def visible_to(self, user: User) -> ImportJobQuerySet:
        """Return the jobs this user may see: those of the own tenant; platform staff see all."""
        jobs = self.filter(deleted_at=None)
        return jobs if user.tenant_id is None else jobs.filter(tenant_id=user.tenant_id)

    def newest_first(self) -> ImportJobQuerySet:
        return self.order_by("-created_at", "-id")


class ImportJob(models.Model):
    """One import from upload to its last row.

    At every moment processed_rows = success_count + skipped_count + error_count and
    success_count = created_count + updated_count + unchanged_count; at the end processed_rows = total_rows.
    Status and counts change through imports/services.py, control.py and runner.py, and by corrections, alone.
    """

    class Status(models.TextChoices):
        PENDING = "pending", "Needs mapping"
        QUEUED = "queued", "Queued"
        PROCESSING = "processing", "Processing"
        PAUSED = "paused", "Paused"
        COMPLETED = "completed", "Completed"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    class SourceType(models.TextChoices):
        CSV = "csv", "CSV"
        EXCEL = "excel", "Excel"
        JSON = "json", "JSON"
        GOOGLE_SHEETS = "google_sheets", "Google Sheets"
        PASTED = "pasted", "Pasted rows"
        VCARD = "vcard", "vCard"
        AIRTABLE = "airtable", "Airtable"

    # Read by a connector; their stored file is a snapshot of what it read.
    REMOTE = (SourceType.GOOGLE_SHEETS, SourceType.AIRTABLE)
    # Open: confirmed and not at its end.
    OPEN = (Status.QUEUED, Status.PROCESSING, Status.PAUSED)
    FINISHED = (Status.COMPLETED, Status.FAILED, Status.CANCELLED)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False)
    user = models.ForeignKey(User, models.SET_NULL, null=True, db_index=False)
    source_type = models.CharField(max_length=50, choices=SourceType)
    status = models.CharField(max_length=20, choices=Status, db_default=Status.PENDING, default=Status.PENDING)
    filename = models.CharField(max_length=500, db_default="", default="")
    # Names in Django's storage: the uploaded file, and the rows file made of it. "" once purged, or if there is none.
    file_path = models.CharField(max_length=1000, db_default="", default="")
    rows_path = models.CharField(max_length=1000, db_default="", default="")
    # What reading found: type, encoding, delimiter, sheet, header_row, size_bytes, …
    file_info = models.JSONField(db_default={}, default=dict)
    # Per column of the source: header, samples, field, confidence (0 to 100), reason.
    columns = models.JSONField(db_default=[], default=list)
    # What reading guessed or found odd: code, message, row.
    warnings = models.JSONField(db_default=[], default=list)

    total_rows = models.IntegerField(db_default=0, default=0)
    processed_rows = models.IntegerField(db_default=0, default=0)
    success_count = models.IntegerField(db_default=0, default=0)
    error_count = models.IntegerField(db_default=0, default=0)
    duplicate_count = models.IntegerField(db_default=0, default=0)
    skipped_count = models.IntegerField(db_default=0, default=0)
    created_count = models.IntegerField(db_default=0, default=0)
    updated_count = models.IntegerField(db_default=0, default=0)
    unchanged_count = models.IntegerField(db_default=0, default=0)
    progress_percent = models.IntegerField(db_default=0, default=0)

    duplicate_strategy = models.CharField(
        max_length=20,
        choices=[(strategy.value, strategy.value) for strategy in DuplicateStrategy],
        db_default=DuplicateStrategy.SKIP.value,
        default=DuplicateStrategy.SKIP.value,
    )
    duplicate_match_fields = ArrayField(models.TextField(), default=list)
    target_list = models.ForeignKey(ContactList, models.SET_NULL, null=True, db_index=False)
    # {header: field key | null | {"field", …}} as confirmed; FieldMapping.from_json() reads it.
    field_mapping = models.JSONField(db_default={}, default=dict)
    # The mean of what is suggested for the columns that are imported; null if there are none.
    ai_confidence = models.IntegerField(null=True)
    # The saved or built-in mapping that the suggestion follows: UsedMapping of imports/saved_mappings.py. null: none.
    used_mapping = models.JSONField(null=True)
    webhook_url = models.CharField(max_length=1000, db_default="", default="")
    webhook_events = ArrayField(models.TextField(), default=list)
    external_id = models.CharField(max_length=255, db_default="", default="")
    # The import options without a column of their own: default_country, use_ai_mapping, hold_invalid.
    options = models.JSONField(db_default={}, default=dict)
    # The schedule that it is a run of; null: somebody began it.
    schedule = models.ForeignKey(ImportSchedule, models.SET_NULL, null=True, related_name="jobs", db_index=False)
    # Why a run waits for a person: Hold of imports/schedules/drift.py. null: it does not.
    held = models.JSONField(null=True)
    # {"code", "error"} once failed.
    error_details = models.JSONField(null=True)

    # The checkpoint: rows 0 to row_index - 1 are safely loaded.
    row_index = models.IntegerField(db_default=0, default=0)
    # Raised by each claim; a runner with an older one has lost the job.
    epoch = models.IntegerField(db_default=0, default=0)
    # Runners that took the checkpoint's row alone. Counted before they do, forgotten once it is done.
    attempts = models.IntegerField(db_default=0, default=0)
    # After a runner died at work, rows below careful_until are taken careful_rows at a time, to find the row that
    # kills it; 0: no care needed.
    careful_rows = models.IntegerField(db_default=0, default=0)
    careful_until = models.IntegerField(db_default=0, default=0)
    lease_until = models.DateTimeField(null=True)
    backend_pid = models.IntegerField(null=True)
    backend_start = models.DateTimeField(null=True)
    # Since when it is at work, and from which row: what its pace is measured by. Time in line, paused or without a
    # runner is left out, so both are set anew after it; null until its first row is taken.
    pace_since = models.DateTimeField(null=True)
    pace_from = models.IntegerField(db_default=0, default=0)
    # The last number that was given to a run: 0 is the import itself, corrections of failed rows have later ones.
    run_no = models.IntegerField(db_default=0, default=0)

    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=TransactionNow(), editable=False)
    deleted_at = models.DateTimeField(null=True)

    objects = ImportJobQuerySet.as_manager()

    class Meta:
        db_table = "import_jobs"
        constraints = [
            models.CheckConstraint(
                condition=Q(success_count=F("created_count") + F("updated_count") + F("unchanged_count")),
                name="import_jobs_success_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(processed_rows=F("success_count") + F("skipped_count") + F("error_count")),
                name="import_jobs_processed_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(processed_rows__lte=F("total_rows")), name="import_jobs_not_more_than_all"
            ),
            models.CheckConstraint(
                condition=~Q(status="completed") | Q(processed_rows=F("total_rows")),
                name="import_jobs_completed_is_all",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=["pending", "queued", "processing", "paused", "completed", "failed", "cancelled"]
                ),
                name="import_jobs_status_is_known",
            ),
            models.UniqueConstraint(
                fields=["tenant", "external_id"],
                condition=~Q(external_id="") & Q(deleted_at=None),
                name="import_jobs_external_id_once",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "-created_at", "-id"], name="import_jobs_newest"),
            # The tenant's cap, its queue, and the sweeper's look-out.
            models.Index(
                fields=["tenant", "status", "id"],
                condition=Q(status__in=["queued", "processing", "paused"]),
                name="import_jobs_open",
            ),
            # What waits for a person, on every page's navigation.
            models.Index(fields=["tenant"], condition=Q(status="pending", held__isnull=False), name="import_jobs_held"),
            # A schedule's runs, newest first. Without the tenant in front: where a schedule is deleted, Django and the
            # foreign key ask by it alone.
            models.Index(fields=["schedule", "-id"], condition=Q(schedule__isnull=False), name="import_jobs_schedule"),
        ]

    def __str__(self) -> str:
        return self.filename or str(self.pk)

    @property
    def is_remote(self) -> bool:
        return self.source_type in self.REMOTE

    @property
    def is_held(self) -> bool:
        """Whether it waits for a person because its source has changed."""
        return self.status == self.Status.PENDING and self.held is not None

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def is_finished(self) -> bool:
        return self.status in self.FINISHED

    @property
    def mapping(self) -> FieldMapping:
        """The confirmed field mapping; empty before."""
        return FieldMapping.from_json(self.field_mapping)

    @property
    def suggested_mapping(self) -> FieldMapping:
        """The field mapping that was suggested for the source's columns."""
        return FieldMapping(
            tuple(
                MappedColumn(column["header"], column["field"], **column.get("chosen", {})) for column in self.columns
            )
        )


class ImportRequest(models.Model):
    """What somebody asked of a job, until it is done. Each click is a row of its own, added and never changed.

    So asking waits for nobody, not even for a worker that hangs while it holds the job's row.
    """

    class What(models.TextChoices):
        CANCEL = "cancel"
        PAUSE = "pause"
        RESUME = "resume"

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="requests", db_index=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False)
    what = models.CharField(max_length=10, choices=What)
    created_at = models.DateTimeField(db_default=TransactionNow(), editable=False)

    class Meta:
        db_table = "import_requests"
        indexes = [models.Index(fields=["tenant", "job"], name="import_requests_of_job")]


class SavedFieldMapping(models.Model):
    """A field mapping kept for the next file of the same kind."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False)
    user = models.ForeignKey(User, models.SET_NULL, null=True, db_index=False)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True, db_default="", default="")
    mapping = models.JSONField(db_default={}, default=dict)
    # For files that no mapping was saved for.
    is_default = models.BooleanField(db_default=False, default=False)
    # What the headers were, folded; a file with the same gets this mapping.
    fingerprint = models.CharField(max_length=64, db_default="", default="")
    # When an import last started under it.
    used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=TransactionNow(), editable=False)

    class Meta:
        db_table = "import_field_mappings"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="import_field_mappings_name_once"),
            models.UniqueConstraint(
                fields=["tenant"], condition=Q(is_default=True), name="import_field_mappings_one_default"
            ),
        ]
        indexes = [models.Index(fields=["tenant", "fingerprint"], name="import_mappings_fingerprint")]

    def __str__(self) -> str:
        return self.name


class HeaderChoice(models.Model):
    """What a tenant last chose for a column of this name, whatever file it was in. Learned when an import starts."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False)
    # As fold_header() returns it: without case, accents and punctuation.
    header = models.CharField(max_length=200)
    # A field key; null: the column was left out, although a field was suggested for it.
    field = models.CharField(max_length=100, null=True)  # noqa: DJ001 (null is not "")
    chosen_at = models.DateTimeField(db_default=TransactionNow())

    class Meta:
        db_table = "import_header_choices"
        constraints = [models.UniqueConstraint(fields=["tenant", "header"], name="import_header_choices_once")]

    def __str__(self) -> str:
        return self.header


class IdempotencyKey(models.Model):
    """A request that was sent with an Idempotency-Key: while it runs, and then its answer for a day."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False)
    user = models.ForeignKey(User, models.CASCADE, db_index=False)
    key = models.CharField(max_length=255)
    # SHA-256, hex, of method, path, fields and files.
    fingerprint = models.CharField(max_length=64)
    # The id that the job has, or will have, if the request makes one: made twice it would be there already.
    job_id = models.UUIDField(default=uuid7, editable=False)
    # Raised when a request takes over from one that was killed.
    epoch = models.IntegerField(db_default=0, default=0)
    started_at = models.DateTimeField(db_default=TransactionNow())
    # The answer; null and "" while the request runs.
    status = models.SmallIntegerField(null=True)
    body = models.TextField(db_default="", default="")

    class Meta:
        db_table = "idempotency_keys"
        constraints = [models.UniqueConstraint(fields=["tenant", "user", "key"], name="idempotency_keys_once")]
        indexes = [models.Index(fields=["started_at"], name="idempotency_keys_age")]  # for the purge, of all tenants


class ErrorLogEntry(models.Model):
    """One line of a job's error log: a row that failed, a duplicate that was skipped, or a warning."""

    class Level(models.TextChoices):
        ERROR = "error"
        DUPLICATE = "duplicate"
        WARNING = "warning"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Not checked by the database row by row, which takes longer than writing the row: no line is stored without its
    # chunk of the ledger, and that must have a job.
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, db_constraint=False)
    import_job = models.ForeignKey(
        ImportJob, models.CASCADE, related_name="error_log", db_index=False, db_constraint=False
    )
    row_index = models.IntegerField()
    row_number = models.IntegerField()
    level = models.CharField(max_length=10, choices=Level)
    error_type = models.CharField(max_length=100)
    field = models.CharField(max_length=100, db_default="", default="")
    error_message = models.TextField()
    # {header: text} of the row as read; null for duplicates, whose text stays in the rows file.
    row_data = models.JSONField(null=True)
    resolved_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=TransactionNow(), editable=False)

    class Meta:
        db_table = "import_errors"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "import_job", "row_index"],
                condition=Q(level__in=["error", "duplicate"], resolved_at=None),
                name="import_errors_one_a_row",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "import_job", "row_index", "id"], name="import_errors_in_order"),
        ]


class ImportChunk(models.Model):
    """The ledger: what became of each row of one chunk, and of which contact. Written with the chunk, never changed."""

    pk = models.CompositePrimaryKey("import_job_id", "run_no", "lo")
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False)
    import_job = models.ForeignKey(ImportJob, models.CASCADE, related_name="chunks", db_index=False)
    run_no = models.IntegerField(db_default=0, default=0)
    # Rows lo to hi - 1, by row_index.
    lo = models.IntegerField()
    hi = models.IntegerField()
    # One byte a row: an Outcome of imports/engine/matching.py.
    outcomes = models.BinaryField()
    # 16 bytes a row: the contact's id; zeros where the row has none.
    contact_ids = models.BinaryField()

    class Meta:
        db_table = "import_chunks"


class ImportChange(models.Model):
    """What a job's updates changed of one contact that was there before: only the keys that really changed."""

    pk = models.CompositePrimaryKey("tenant_id", "import_job_id", "contact_id")
    # The ledger answers for both, as for the error log's.
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, db_constraint=False)
    import_job = models.ForeignKey(
        ImportJob, models.CASCADE, related_name="changes", db_index=False, db_constraint=False
    )
    # A plain id: a deleted contact keeps its history.
    contact_id = models.UUIDField()
    # Field key → value before the job's first change of it, and after the last. A key missing: it was unknown.
    before = models.JSONField()
    after = models.JSONField()

    class Meta:
        db_table = "import_changes"
        indexes = [models.Index(fields=["tenant", "contact_id"], name="import_changes_contact")]
