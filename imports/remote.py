"""Jobs whose rows a connector reads from another service: the network here, everything after it as with a file.

What the service sends is kept as it came (a snapshot), and a child process makes the rows file of it. So the limits,
the preview and reading again are those of files, and neither a transaction nor a whole table is held while the network
is slow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings

from imports import services, storage
from imports.connectors import registry
from imports.connectors.interface import Reading, RemoteChanged, RemoteSource
from imports.engine.errors import SourceRejected
from imports.engine.readers import ReadingOptions
from imports.engine.readers.snapshot import SnapshotWriter
from imports.models import ImportJob
from imports.options import ImportOptions
from irisx.refusals import TooLarge, file_too_large

if TYPE_CHECKING:
    from irisx.accounts.models import Tenant, User

# How often a table that changes under our eyes is read from its beginning.
CHANGED_TRIES = 3


def create_job(
    tenant: Tenant,
    *,
    user: User,
    source: RemoteSource,
    options: ImportOptions,
    job_id: UUID | None = None,
) -> ImportJob:
    """Read a table with the access that this user has given, and return its pending job, as services.create_job() does.

    Call outside of any tenant_scope(). If anything fails, nothing is stored. Raises what the connector and
    services.create_job() raise.
    """
    services.check_new_job(tenant, options)
    with storage.scratch_folder() as folder:
        path = folder / "snapshot"
        title = _take_snapshot(tenant, user, source, path)
        return services.create_job(
            tenant,
            user=user,
            filename=title,
            path=path,
            options=options,
            reading_options=ReadingOptions(header_row=source.header_row),
            source_type=source.connector,
            job_id=job_id,
        )


def read_again(job: ImportJob, *, user: User, reading_options: ReadingOptions, area: str | None = None) -> ImportJob:
    """Read a pending job's source again, in another way, as services.reread() does, which it calls for files.

    `reading_options.sheet` may be another table of the same document, `area` another part of it; None leaves what
    there is. Only for one of these the service is asked again. Call outside of any tenant_scope().
    """
    source = source_of(job)
    if source is None:
        return services.reread(job, reading_options=reading_options)
    wanted = _wanted(job, user, source, reading_options.sheet, area)
    if wanted == source:
        return services.reread(job, reading_options=reading_options)
    with storage.scratch_folder() as folder:
        path = folder / "snapshot"
        _take_snapshot(job.tenant, user, wanted, path)
        return services.reread(job, reading_options=reading_options, newer=path)


def _wanted(job: ImportJob, user: User, source: RemoteSource, sheet: str | None, area: str | None) -> RemoteSource:
    """Return the source with another table, another area, or both."""
    wanted = source if area is None else replace(source, area=area)
    if sheet is None or sheet == job.file_info.get("sheet"):
        return wanted
    connector = registry.connector(source.connector)
    tables = connector.document(connector.authorize(job.tenant, user), source.document).tables
    for table in tables:
        if table.name == sheet:
            # A range is about the table that it was made for.
            return replace(wanted, table=table.key, area=area or "")
    names = ", ".join(table.name for table in tables)
    raise SourceRejected("unknown_sheet", f"There is no sheet called “{sheet}”. Choose one of: {names}.", field="sheet")


def source_of(job: ImportJob) -> RemoteSource | None:
    """Return what a job was read from; None for files and all else that cannot be read again."""
    stored: Mapping[str, Any] | None = job.file_info.get("source")
    return RemoteSource.from_json(stored) if stored else None


def _take_snapshot(tenant: Tenant, user: User, source: RemoteSource, path: Path) -> str:
    """Read a table into a file and return its title. Begins anew, a few times, if somebody changes it meanwhile."""
    connector = registry.connector(source.connector)
    access = connector.authorize(tenant, user)
    for tried in range(1, CHANGED_TRIES + 1):
        reading = connector.read(access, source)
        try:
            _write_snapshot(reading, source, path)
        except RemoteChanged:
            if tried == CHANGED_TRIES:
                raise
        else:
            break
    return _title(reading)


def _write_snapshot(reading: Reading, source: RemoteSource, path: Path) -> None:
    """Write the pages of a table to a file as they come. Raises TooLarge over the size of a file."""
    names = [table.name for table in reading.document.tables]
    about = {
        "type": source.connector,
        "sheet": reading.table.name,
        # Among those that people see, one that is hidden, if they named it.
        "sheets": names if reading.table.name in names else [*names, reading.table.name],
        "range": source.area or None,
        "source": replace(source, table=reading.table.key).as_json(),
    }
    with SnapshotWriter(
        path,
        about,
        first_number=reading.first_number,
        headers=reading.headers,
        date_orders=reading.date_orders,
    ) as writer:
        for page in reading.pages:
            writer.write(page)
            if writer.size_bytes > settings.UPLOAD_MAX_BYTES:
                raise _too_large()


def _too_large() -> TooLarge:
    megabytes = settings.UPLOAD_MAX_BYTES // 1024**2
    refusal = file_too_large(settings.UPLOAD_MAX_BYTES)
    message = f"The table holds more than {megabytes} MB of text. Import it in parts: choose a smaller range."
    return TooLarge(refusal.code, message, **refusal.details)


def _title(reading: Reading) -> str:
    document, table = reading.document.name, reading.table.name
    title = f"{document} – {table}" if len(reading.document.tables) > 1 else document
    # What looks like folders is cut off the names of files.
    return title.replace("/", "-").replace("\\", "-")
