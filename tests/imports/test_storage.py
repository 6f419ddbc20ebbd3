"""The files of imports in an S3-compatible store: moto's server, asked by boto3 over a socket."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.utils import timezone
from moto.server import ThreadedMotoServer

from imports import leftovers, runner, services, sources, storage
from imports.engine.errors import SourceUnavailable
from imports.engine.readers import ReadingOptions
from imports.models import ImportJob
from irisx import files
from irisx.accounts.tenancy import ALL, tenant_scope
from irisx.object_storage import PART_BYTES
from irisx.refusals import Unavailable
from tests.factories import confirm, contacts_of, counts, upload
from tests.stores import store_away, stored_at

JOB_ID = UUID("0190f7a4-7b1c-7c5e-8d3a-5b2f4a6c8e01")


@pytest.fixture(scope="module")
def s3_address():
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(settings, s3_address):
    """Keep files in a new bucket, which is given."""
    settings.STORAGES = stored_at(s3_address)
    bucket = default_storage.bucket
    bucket.create()
    yield bucket
    bucket.objects.delete()
    bucket.delete()


def names_in(bucket) -> list[str]:
    return sorted(found.key for found in bucket.objects.all())


def rows_of(number: int) -> str:
    return "Email,First Name\n" + "".join(f"person{n}@example.com,Person {n}\n" for n in range(number))


def test_a_file_becomes_contacts_by_way_of_the_store(acme, bucket, tmp_path):
    job = upload(acme, rows_of(2_500))
    stored = names_in(bucket)
    job = runner.run_to_end(confirm(job).pk)

    assert stored == sorted(f"irisx/imports/{job.pk.hex[-2:]}/{job.pk}.{kind}" for kind in ("rows", "source"))
    assert counts(job) == {"total": 2_500, "processed": 2_500, "created": 2_500}
    assert len(contacts_of(acme)) == 2_500
    assert not (tmp_path / "files").exists(), "nothing goes to the folder"


def test_a_file_is_read_again_in_another_way_and_the_rows_of_the_first_reading_go(acme, bucket):
    job = upload(acme, "Email;Name\nana@example.com;Ana, Ms\n")
    before = job.rows_path

    job = services.reread(job, reading_options=ReadingOptions(delimiter=","))

    assert job.file_info["delimiter"] == ","
    assert job.rows_path != before
    assert names_in(bucket) == sorted(f"irisx/{name}" for name in (job.file_path, job.rows_path))


def test_a_discarded_upload_leaves_nothing_in_the_store(acme, bucket):
    services.discard(upload(acme))

    assert names_in(bucket) == []


def test_removing_twice_is_no_error(bucket):
    files.remove("imports/01/gone.rows", "")


def test_a_few_rows_of_a_large_file_are_read_without_the_rest(acme, bucket):
    job = upload(acme, rows_of(30_000))
    asked = []
    default_storage.client.meta.events.register(
        "before-send.s3.GetObject", lambda request, **_: asked.append(request.headers["Range"].decode())
    )
    size = default_storage.size(job.rows_path)

    with tenant_scope(acme):
        chunk = sources.of_job(job, job.suggested_mapping).read(20_000, 20_010)

    ranges = [tuple(map(int, re.fullmatch(r"bytes=(\d+)-(\d+)", text).groups())) for text in asked]
    assert [record.email for record in chunk.records] == [f"person{n}@example.com" for n in range(20_000, 20_010)]
    assert sum(last - first + 1 for first, last in ranges) < size / 5


def test_a_large_file_comes_back_part_by_part_as_it_was(bucket, tmp_path):
    (tmp_path / "source").write_bytes(content := os.urandom(2 * PART_BYTES + 12_345))
    asked = []
    default_storage.client.meta.events.register("before-send.s3.GetObject", lambda **_: asked.append(1))

    name = storage.keep(tmp_path / "source", job_id=JOB_ID, kind="source")
    with storage.local_copy(name) as path:
        came_back = path.read_bytes()

    assert came_back == content
    assert len(asked) == 3
    assert not path.exists()


def test_an_import_whose_file_is_gone_from_the_store_fails_with_a_sentence(acme, bucket):
    job = confirm(upload(acme))
    bucket.objects.delete()

    job = runner.run_to_end(job.pk)

    assert job.status == ImportJob.Status.FAILED
    assert job.error_details == {
        "code": "source_unavailable",
        "error": "The uploaded file is gone from storage. Upload it again.",
    }
    with pytest.raises(FileNotFoundError), storage.local_copy(job.file_path):
        pass


def test_an_upload_is_refused_while_the_store_is_away_and_nothing_is_kept(acme):
    with store_away(), pytest.raises(Unavailable) as refused:
        upload(acme)

    assert (refused.value.code, refused.value.status) == ("storage_unavailable", 503)
    with tenant_scope(ALL):
        assert not ImportJob.objects.exists()


def test_an_import_fails_with_a_sentence_when_the_store_is_away_and_spoils_no_row(acme, bucket):
    job = confirm(upload(acme))
    with store_away():
        job = runner.run_to_end(job.pk)

    assert job.status == ImportJob.Status.FAILED
    assert job.error_details["code"] == SourceUnavailable.code
    assert "does not answer" in job.error_details["error"]
    assert counts(job) == {"total": 2}


def test_files_that_no_import_has_are_found_and_removed_in_the_store_too(acme, bucket, tmp_path):
    job = upload(acme)
    (tmp_path / "source").write_bytes(b"Email\n")
    left = storage.keep(tmp_path / "source", job_id=JOB_ID, kind="source")
    assert f"irisx/{left}" in names_in(bucket)

    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=False):
        leftovers.remove()

    assert names_in(bucket) == sorted(f"irisx/{name}" for name in (job.file_path, job.rows_path))
