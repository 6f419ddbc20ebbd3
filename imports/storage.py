"""The files of imports, in Django's storage: a folder by default, any S3-compatible store in production."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.files import File
from django.core.files.storage import default_storage

from imports.engine.rows_file import RowsFile

if TYPE_CHECKING:
    from imports.models import ImportJob


def keep(path: Path, *, job_id: UUID, kind: str) -> str:
    """Copy a file into storage and return its name there. The name is ours: the job's id and the kind of file."""
    with path.open("rb") as file:
        return default_storage.save(f"imports/{job_id.hex[-2:]}/{job_id}.{kind}", File(file))


def remove(*names: str) -> None:
    """Delete files from storage. Names that are "" or gone already are passed over: it may run twice."""
    for name in filter(None, names):
        default_storage.delete(name)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give an empty private folder for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="irisx-") as folder:
        yield Path(folder)


@contextmanager
def local_copy(name: str) -> Iterator[Path]:
    """Give a path to a stored file for as long as the block lasts: its own, or a copy's from the object store."""
    try:
        yield Path(default_storage.path(name))
    except NotImplementedError:  # the storage has no paths
        with tempfile.NamedTemporaryFile(prefix="irisx-") as copy, default_storage.open(name, "rb") as file:
            shutil.copyfileobj(file, copy)
            copy.flush()
            yield Path(copy.name)


def open_rows(job: ImportJob) -> RowsFile:
    """Return the rows file of a job; each read of it opens, seeks and closes, so that nothing stays open."""
    name = job.rows_path

    def read_range(offset: int, length: int) -> bytes:
        with default_storage.open(name, "rb") as file:
            file.seek(offset)
            content: bytes = file.read(length)
            return content

    return RowsFile(read_range, default_storage.size(name))
