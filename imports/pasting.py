"""Rows that somebody copied from a spreadsheet and pasted: text with tabs, which goes the way of an uploaded file."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from imports import services, storage
from imports.engine.errors import SourceRejected
from imports.engine.readers import ReadingOptions
from imports.models import ImportJob
from imports.options import ImportOptions

if TYPE_CHECKING:
    from irisx.accounts.models import Tenant, User

FILENAME = "Pasted rows"
# As the text came, whatever it looks like: nobody has to guess.
ENCODING = "utf-8"


def create_pasted_job(
    tenant: Tenant,
    *,
    user: User | None,
    text: str,
    options: ImportOptions,
    reading_options: ReadingOptions | None = None,
    job_id: UUID | None = None,
) -> ImportJob:
    """Read pasted rows and return their pending job, as services.create_job() does for a file.

    Call outside of any tenant_scope(). Raises SourceRejected for text without rows, Invalid or Conflict for options
    that cannot be.
    """
    if not text.strip():
        raise SourceRejected(
            "empty_file",
            "Nothing was pasted. Copy the rows together with their column names, and paste them.",
            field="text",
        )
    with storage.scratch_folder() as folder:
        path = folder / "pasted"
        # Half of a surrogate pair has no bytes in UTF-8: it becomes a question mark.
        path.write_bytes(text.encode(ENCODING, "replace"))
        return services.create_job(
            tenant,
            user=user,
            filename=FILENAME,
            path=path,
            options=options,
            reading_options=reading_options,
            source_type=ImportJob.SourceType.PASTED,
            job_id=job_id,
        )
