"""Taking back the saved or known mapping that a job's suggestion follows, and taking it up again."""

from __future__ import annotations

from typing import Any

from imports.models import ImportJob
from imports.suggestions import mean_confidence
from irisx.refusals import Conflict

_SWAPPED = ("field", "confidence", "reason", "basis")


def set_aside(job: ImportJob, *, is_undone: bool) -> None:
    """Suggest what is suggested without the mapping that a pending job's suggestion follows; or with it again.

    What was chosen on the mapping page so far goes with it. It may run twice. Inside the tenant's scope. Raises
    Conflict if the job follows none, or is started.
    """
    used: dict[str, Any] | None = job.used_mapping
    if used is None:
        raise Conflict("no_mapping_used", "This import does not follow a saved mapping.")
    if used["is_undone"] == is_undone:
        return
    columns = [_exchanged(column) for column in job.columns]
    changes = {
        "columns": columns,
        "used_mapping": {**used, "is_undone": is_undone},
        "ai_confidence": mean_confidence(columns),
        "field_mapping": {},
    }
    pending = ImportJob.objects.filter(pk=job.pk, status=ImportJob.Status.PENDING, deleted_at=None)
    # Of two clicks one exchanges; the other would take it back.
    if not pending.filter(used_mapping__is_undone=not is_undone, rows_path=job.rows_path).update(**changes):
        if not pending.exists():
            raise Conflict("already_started", "This import was started already.")
        return
    for name, value in changes.items():
        setattr(job, name, value)


def _exchanged(column: dict[str, Any]) -> dict[str, Any]:
    """Return a column with what is suggested and what would be otherwise in each other's place."""
    other = column["otherwise"]
    # The basis is not known of uploads of an earlier version.
    kept = {name: column.get(name) for name in _SWAPPED} | {"chosen": column["chosen"]}
    taken = {name: other.get(name) for name in _SWAPPED} | {"chosen": other.get("chosen", {})}
    return {**column, **taken, "otherwise": kept}
