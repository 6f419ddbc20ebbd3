"""Corrections through the API: rows as JSON, and the corrected error log as a file, at either door for files."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from imports.corrections import runner
from imports.corrections.models import Correction, CorrectionRun
from imports.models import ImportJob
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.factories import contacts_of, counts, make_job, reload

pytestmark = [
    pytest.mark.django_db,
    # The test client is no ASGI server: it takes in at once what would be streamed.
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous iterators"),
]

PEOPLE = "Email,First Name,Row\nana@example.com,Ana,=1\nben@,Ben,=2\ncleo@,Cleo,\n"
MAPPING = {"Email": "email", "First Name": "first_name", "Row": "title"}


@pytest.fixture
def client(api, alice):
    return api(alice)


@pytest.fixture
def job(client, finished):
    """An import of three rows, two of which failed."""
    return ImportJob(pk=finished(client, PEOPLE, mapping=MAPPING)["id"])


@pytest.fixture
def log(client, job):
    """Its error log, line by line."""
    answer = client.get(f"/v1/imports/{job.pk}/errors")
    return list(csv.reader(io.StringIO(b"".join(answer).decode(), newline="")))


def as_csv(lines) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file).writerows(lines)
    return file.getvalue().encode()


def as_workbook(lines) -> bytes:
    workbook = Workbook()
    for line in lines:
        workbook.active.append(line)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def corrected(log, **emails):
    """Return the log with e-mail addresses in it, by first name."""
    at, name_at = log[0].index("Email"), log[0].index("First Name")
    return [log[0], *([*line[:at], emails.get(line[name_at], line[at]), *line[at + 1 :]] for line in log[1:])]


def send_file(client, job, content, *, name="people errors.csv", **headers):
    file = SimpleUploadedFile(name, content)
    return client.post(f"/v1/imports/{job.pk}/corrections", {"file": file}, format="multipart", headers=headers)


def send(client, job, rows, **headers):
    return client.post(f"/v1/imports/{job.pk}/corrections", {"rows": rows}, format="json", headers=headers)


def said(answer):
    return answer.status_code, answer.json()


def refusal(answer):
    return answer.status_code, answer.json()["code"]


def run_all():
    with tenant_scope(ALL):
        open_runs = list(CorrectionRun.objects.filter(status__in=CorrectionRun.OPEN).order_by("run_no"))
    for run in open_runs:
        runner.run_to_end(run.pk)


def emails(tenant):
    return [contact.email for contact in contacts_of(tenant)]


def test_corrected_rows_as_json(client, acme, job):
    row = {"import_key": f"{job.pk}:1", "values": {"Email": "ben@example.com"}}

    assert said(send(client, job, [row])) == (202, {"accepted": 1, "already_resolved": 0})
    run_all()

    shown = client.get(f"/v1/imports/{job.pk}").json()
    assert (shown["status"], shown["created_count"], shown["error_count"]) == ("completed", 2, 1)
    assert emails(acme) == ["ana@example.com", "ben@example.com"]
    assert said(send(client, job, [row])) == (202, {"accepted": 0, "already_resolved": 1})
    resolved = client.get(f"/v1/imports/{job.pk}/errors?format=json").json()["results"]
    assert [(line["row"], line["resolved_at"] is not None) for line in resolved] == [(3, True), (4, False)]


@pytest.mark.parametrize("write", [as_csv, as_workbook])
def test_the_corrected_error_log_as_a_file_and_the_same_file_again(client, acme, job, log, write):
    content = write(corrected(log, Ben="ben@example.com", Cleo="cleo@example.com"))

    assert said(send_file(client, job, content)) == (202, {"accepted": 2, "already_resolved": 0})
    run_all()
    assert said(send_file(client, job, content)) == (202, {"accepted": 0, "already_resolved": 2})

    assert counts(reload(job)) == {"total": 3, "processed": 3, "created": 3}
    assert emails(acme) == ["ana@example.com", "ben@example.com", "cleo@example.com"]
    # A column called like one of the log's own, and a cell that a spreadsheet would run.
    assert [contact.title for contact in contacts_of(acme)] == ["=1", "=2", ""]


def test_the_same_file_sent_twice_before_anything_is_imported_imports_each_row_once(client, acme, job, log):
    content = as_csv(corrected(log, Ben="ben@example.com", Cleo="cleo@example.com"))
    for _ in range(2):
        assert send_file(client, job, content).status_code == 202

    run_all()

    assert counts(reload(job)) == {"total": 3, "processed": 3, "created": 3}
    assert len(emails(acme)) == 3


def test_the_door_for_new_files_knows_a_corrected_error_log(client, acme, job, log, upload):
    answer = upload(client, as_csv(corrected(log, Ben="ben@example.com")), name="people errors.csv")

    assert answer.status_code == 202
    shown = answer.json()
    assert (shown["id"], shown["accepted"], shown["already_resolved"]) == (str(job.pk), 2, 0)
    run_all()
    assert emails(acme) == ["ana@example.com", "ben@example.com"]
    with tenant_scope(ALL):
        assert ImportJob.objects.count() == 1


def test_another_tenants_error_log_is_no_way_to_its_import(api, acme, bob, job, log, upload):
    answer = upload(api(bob), as_csv(corrected(log, Ben="ben@example.com")))

    assert refusal(answer) == (400, "unknown_import_key")
    with tenant_scope(ALL):
        assert ImportJob.objects.count() == 1
        assert not Correction.objects.exists()


def test_a_column_of_that_name_alone_makes_no_error_log(client, upload):
    assert upload(client, "Import key,Email\n17,ana@example.com\n").status_code == 201


def test_columns_and_rows_may_be_left_out_and_others_added(client, acme, job, log):
    key_at, email_at = 0, log[0].index("Email")
    lines = [["Email", "Remark", "Import key"], ["ben@example.com", "called him", log[1][key_at]]]
    assert log[1][email_at] == "ben@"

    assert said(send_file(client, job, as_csv(lines))) == (202, {"accepted": 1, "already_resolved": 0})
    run_all()

    assert [contact.title for contact in contacts_of(acme)] == ["=1", "=2"]


def test_a_key_sends_a_request_once(client, acme, job, log):
    content = as_csv(corrected(log, Ben="ben@example.com"))
    first = send_file(client, job, content, **{"Idempotency-Key": "one"})
    run_all()

    again = send_file(client, job, content, **{"Idempotency-Key": "one"})

    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again["Idempotency-Replayed"] == "true"
    other = send(client, job, [{"import_key": f"{job.pk}:2", "values": {}}], **{"Idempotency-Key": "one"})
    assert other.status_code == 422


# What is refused, with nothing kept ----------------------------------------------------------------------------------


@pytest.fixture
def nothing_is_kept():
    yield
    with tenant_scope(ALL):
        assert not Correction.objects.exists()
        assert not CorrectionRun.objects.exists()


@pytest.mark.usefixtures("nothing_is_kept")
@pytest.mark.parametrize(
    ("rows", "code", "words"),
    [
        ([], "invalid_value", "rows"),
        ([{"import_key": "{job}:1"}], "invalid_value", "values"),
        ([{"values": {}}], "invalid_value", "import_key"),
        ([{"import_key": "{job}:1", "values": {"Email": 7}}], "invalid_value", "text"),
        ([{"import_key": "{job}:1", "values": {"Email": None}}], "invalid_value", "null"),
        ([{"import_key": "{job}:1", "values": {"Mail": "x"}}], "unknown_column", "“Mail”"),
        (
            [{"import_key": "{job}:1", "values": {}}, {"import_key": "{job}:0", "values": {}}],
            "unknown_import_key",
            ":0”",
        ),
        ([{"import_key": "{job}:99", "values": {}}], "unknown_import_key", ":99”"),
        ([{"import_key": "{job}:-1", "values": {}}], "unknown_import_key", ":-1”"),
        ([{"import_key": "{job}:٣", "values": {}}], "unknown_import_key", ":٣”"),
        ([{"import_key": "{job}:99999999999", "values": {}}], "unknown_import_key", "99999999999”"),
        ([{"import_key": "1", "values": {}}], "unknown_import_key", "“1”"),
    ],
)
def test_rows_that_are_refused(client, job, rows, code, words):
    for row in rows:
        if "import_key" in row:
            row["import_key"] = row["import_key"].replace("{job}", str(job.pk))

    answer = send(client, job, rows)

    assert refusal(answer) == (400, code)
    assert words in answer.json()["error"]


@pytest.mark.usefixtures("nothing_is_kept")
def test_files_that_are_refused(client, job, log):
    keyless = [line[1:] for line in log]
    new_row = [*log, ["", "9", "", "", "", "", "dora@example.com", "Dora", ""]]
    unclosed = as_csv(log[:2]) + f'{job.pk}:2,4,error,,,,"cleo@example.com,Cleo,\n'.encode()

    assert refusal(send_file(client, job, as_csv(keyless))) == (400, "no_import_key")
    assert refusal(send_file(client, job, as_csv(new_row))) == (400, "import_key_missing")
    assert refusal(send_file(client, job, unclosed)) == (400, "unclosed_quote")
    assert refusal(send_file(client, job, b"\x89PNG\r\n\x1a\n" + bytes(64), name="log.csv")) == (
        415,
        "unsupported_type",
    )
    assert refusal(send_file(client, job, b"")) == (400, "empty_file")


@pytest.mark.usefixtures("nothing_is_kept")
def test_an_import_that_is_not_at_its_end_takes_no_corrections(client, acme):
    job = make_job(acme, status=ImportJob.Status.PROCESSING, total_rows=1)

    answer = send(client, job, [{"import_key": f"{job.pk}:0", "values": {}}])

    assert refusal(answer) == (409, "import_not_finished")
