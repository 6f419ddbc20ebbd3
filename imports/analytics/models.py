"""What is kept of an ended import for analytics: counts that would take its whole error log to make again."""

from __future__ import annotations

from django.db import models

from irisx.accounts.models import Tenant


class ImportSummary(models.Model):
    """An ended import in a few numbers. Its rows are counted on the job itself."""

    import_job = models.OneToOneField("imports.ImportJob", models.CASCADE, primary_key=True, related_name="summary")
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False)
    # [error type, field, rows that failed so]
    errors = models.JSONField(default=list)
    # [confidence, columns that were suggested with it, of them changed by a person, basis of the suggestion]; [] if
    # nobody was asked. Summaries of earlier versions have no basis.
    columns = models.JSONField(default=list)

    class Meta:
        db_table = "import_summaries"
