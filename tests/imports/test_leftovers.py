"""What a crash leaves in the store of files, and what time takes from it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.utils import timezone

from imports import leftovers, retention, services, storage
from imports.models import ImportJob
from imports.tasks import remove_leftovers
from irisx.accounts.tenancy import tenant_scope
from irisx.ids import uuid7
from tests.factories import import_csv, reload, upload

pytestmark = pytest.mark.django_db


def kept_names() -> list[str]:
    return sorted(name for names in storage.kept_files() for name in names)


@pytest.fixture
def file_without_import(tmp_path) -> str:
    """What is there when a process is killed after it kept a file and before it committed the row."""
    (tmp_path / "source").write_bytes(b"Email\nana@example.com\n")
    return storage.keep(tmp_path / "source", job_id=uuid7(), kind="source")


def test_a_file_without_an_import_goes_after_a_day(file_without_import):
    kept_at = timezone.now()
    with time_machine.travel(kept_at + timedelta(hours=23, minutes=55), tick=False):
        remove_leftovers(timestamp=0)
    assert kept_names() == [file_without_import]

    with time_machine.travel(kept_at + timedelta(hours=24, minutes=5), tick=False):
        remove_leftovers(timestamp=0)
        remove_leftovers(timestamp=0)
    assert kept_names() == []


def test_the_files_of_imports_stay_however_old(acme):
    waiting, finished, deleted = upload(acme), import_csv(acme), import_csv(acme)
    services.delete(deleted)

    with time_machine.travel(timezone.now() + timedelta(days=5), tick=False):
        leftovers.remove()

    names = [name for job in (waiting, finished, deleted) for name in (job.file_path, job.rows_path)]
    assert kept_names() == sorted(names)


def test_what_a_second_reading_left_goes_once_the_files_of_the_import_are_erased(acme, tmp_path):
    job = import_csv(acme)
    (tmp_path / "rows").write_bytes(b"cut off")
    left = storage.keep(tmp_path / "rows", job_id=job.pk, kind="rows")
    with time_machine.travel(timezone.now() + timedelta(days=5), tick=False):
        leftovers.remove()
    assert left in kept_names()

    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        retention.purge()
        leftovers.remove()

    assert kept_names() == []


def test_the_files_of_an_import_are_erased_seven_days_after_its_end(acme):
    job = import_csv(acme)
    with tenant_scope(acme):
        # A long one: its upload is older than its end.
        ImportJob.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(days=30))
    with time_machine.travel(job.completed_at + timedelta(days=6, hours=23), tick=False):
        retention.purge()
    assert kept_names() == sorted([job.file_path, job.rows_path])

    with time_machine.travel(job.completed_at + timedelta(days=7, hours=1), tick=False):
        retention.purge()

    assert kept_names() == []
    job = reload(job)
    assert (job.file_path, job.rows_path, job.status) == ("", "", ImportJob.Status.COMPLETED)


def test_what_is_no_file_of_ours_is_left_alone(tmp_path):
    (tmp_path / "notes").write_bytes(b"somebody's")
    with (tmp_path / "notes").open("rb") as file:
        name = default_storage.save("imports/00/notes.txt", file)

    with time_machine.travel(timezone.now() + timedelta(days=365), tick=False):
        leftovers.remove()

    assert kept_names() == [name]


def test_an_empty_store_has_nothing_to_remove():
    leftovers.remove()

    assert kept_names() == []
