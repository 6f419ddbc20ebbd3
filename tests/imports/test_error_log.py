"""The error log as a file."""

from __future__ import annotations

import csv
import io

import pytest
from asgiref.sync import async_to_sync

from imports import error_log, results
from imports.engine.formulas import original
from imports.models import ImportJob
from irisx.accounts.tenancy import tenant_scope
from irisx.http import plain_filename, stream_file
from tests import factories
from tests.factories import make_job

pytestmark = pytest.mark.django_db


def import_csv(tenant, content):
    """Import a file whose column Email is the e-mail address, however few of its cells are one."""
    return factories.import_csv(tenant, content, mapping={"Email": "email"})


def written(job, **how) -> bytes:
    with tenant_scope(job.tenant), error_log.as_file(job, **how) as file:
        return file.read()


def lines(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_log_without_lines_is_a_header(acme):
    job = factories.import_csv(acme)

    content = written(job)

    assert content.decode() == (
        '"Import key","Row","Level","Type","Field","Message","First Name","Last Name","Email","Phone"\r\n'
    )


def test_import_key_finds_the_row_again(acme):
    job = import_csv(acme, "Email,Name\nana@example.com,Ana\n\nbad,José\n")

    (line,) = lines(written(job))

    job_id, _, row_index = line["Import key"].rpartition(":")
    assert job_id == str(job.pk)
    with tenant_scope(acme):
        found = results.source_rows(results.open_rows(job), [int(row_index)])
    assert found[int(row_index)] == (int(line["Row"]), {"Email": "bad", "Name": "José"})


def test_cells_come_back_as_they_were(acme):
    name = "-- \"quoted\", with\nline break and 'apostrophe'"
    job = import_csv(acme, 'Email,Name\nbad,"' + name.replace('"', '""') + '"\n')

    (line,) = lines(written(job))

    assert original(line["Name"]) == name


def test_byte_order_mark_is_for_spreadsheets_alone(acme):
    job = import_csv(acme, "Email,Name\nbad,José\n")

    assert written(job, for_spreadsheet=True) == b"\xef\xbb\xbf" + written(job)


def test_log_longer_than_a_batch_keeps_its_order(acme, monkeypatch):
    monkeypatch.setattr(error_log, "BATCH_LINES", 3)
    rows = "".join(f"ana@example.com,{row}\n" if row % 2 else f"bad {row},{row}\n" for row in range(20))
    job = import_csv(acme, f"Email,Number\n{rows}")

    content = lines(written(job))

    expected = [row for row in range(20) if row != 1]  # the first ana came in
    assert [int(line["Number"]) for line in content] == expected
    assert [int(line["Row"]) for line in content] == [row + 2 for row in expected]


def test_lines_are_told_without_their_cells_once_the_rows_file_is_purged(acme):
    job = import_csv(acme, "Email\nana@example.com\nana@example.com\n")
    job.rows_path = ""

    (line,) = lines(written(job))

    assert (line["Type"], line["Email"]) == ("duplicate", "")


# As a download -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("people.csv", "people errors.csv"),
        ("people", "people errors.csv"),
        ("", "import errors.csv"),
        ("Q4.final.xlsx", "Q4.final errors.csv"),
    ],
)
def test_name_of_the_file(acme, name, expected):
    assert error_log.filename(make_job(acme, filename=name)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("people.csv", "people.csv"),
        ("../../etc/passwd.csv", "etc passwd.csv"),
        ("C:\\temp\\people.csv", "C: temp people.csv"),
        ("a\r\nSet-Cookie: x.csv", "aSet-Cookie: x.csv"),
        ("a\0b.csv", "ab.csv"),
        ("\u202evsc.exe.csv", "vsc.exe.csv"),
        ("x" * 300 + ".csv", "x" * 150 + ".csv"),
        ("naïve ☃.csv", "naïve ☃.csv"),
        (".csv", "download.csv"),
        ('a"b.csv', "a b.csv"),
        ("", "download"),
    ],
)
def test_plain_filename(name, expected):
    assert plain_filename(name) == expected


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("people.csv", 'attachment; filename="people.csv"'),
        ('a".csv', 'attachment; filename="a.csv"'),
        ("naïve.csv", "attachment; filename*=utf-8''na%C3%AFve.csv"),
    ],
)
def test_download_carries_its_name_as_rfc_6266_says(name, header):
    response = stream_file(io.BytesIO(b""), filename=name, content_type="text/csv")

    assert response["Content-Disposition"] == header


def test_download_is_sent_block_by_block_and_closed_with_the_response():
    file = io.BytesIO(b"x" * 200_000)
    response = stream_file(file, filename="people.csv", content_type="text/csv")

    async def read():
        return [len(block) async for block in response]

    assert async_to_sync(read)() == [65_536, 65_536, 65_536, 3_392]
    assert not file.closed
    response.close()
    assert file.closed


def test_download_that_nobody_reads_is_closed_too():
    file = io.BytesIO(b"x")
    stream_file(file, filename="people.csv", content_type="text/csv").close()

    assert file.closed


def test_temporary_file_is_closed_when_writing_fails(acme, monkeypatch):
    opened = []
    real = error_log.tempfile.TemporaryFile
    monkeypatch.setattr(error_log.tempfile, "TemporaryFile", lambda: opened.append(real()) or opened[-1])

    def fail(*args, **kwargs):
        raise OSError("no space left")

    monkeypatch.setattr(error_log.csv, "writer", fail)
    with pytest.raises(OSError, match="no space"):
        written(make_job(acme, status=ImportJob.Status.COMPLETED))

    assert [file.closed for file in opened] == [True]
