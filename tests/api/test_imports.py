"""An import through the API, from upload to the error log."""

from __future__ import annotations

import csv
import io
import tempfile
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.models import ContactList, CustomField
from imports.models import ImportJob
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.factories import contacts_of, make_contact, make_job, reload

pytestmark = [
    pytest.mark.django_db,
    # The test client is no ASGI server: it takes in at once what would be streamed.
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous iterators"),
]

PEOPLE = (
    "Email,First Name,Phone,Shoe size\n"
    "ana@example.com,Ana,,38\n"
    "not an address,Ben,,44\n"
    "cleo@example.com,Cleo,12,39\n"
    "ana@example.com,Ana again,,40\n"
)
# Of so few rows, half of them bad, columns are not told by their values.
MAPPING = {"Email": "email", "First Name": "first_name", "Phone": "phone", "Shoe size": None}

JOB_KEYS = [
    "id",
    "source_type",
    "status",
    "filename",
    "file_info",
    "total_rows",
    "processed_rows",
    "success_count",
    "error_count",
    "duplicate_count",
    "skipped_count",
    "created_count",
    "updated_count",
    "unchanged_count",
    "progress_percent",
    "duplicate_strategy",
    "duplicate_match_fields",
    "target_list_id",
    "field_mapping",
    "ai_confidence",
    "mapping",
    "webhook_url",
    "webhook_events",
    "external_id",
    "schedule_id",
    "held",
    "error_details",
    "queue_position",
    "estimated_seconds",
    "warnings",
    "started_at",
    "completed_at",
    "created_at",
]


@pytest.fixture
def client(api, alice):
    return api(alice)


def stored_jobs():
    with tenant_scope(ALL):
        return ImportJob.objects.count()


# Upload and preview --------------------------------------------------------------------------------------------------


def test_upload_answers_the_job_with_its_preview(client, upload):
    answer = upload(client, PEOPLE)

    job = answer.json()
    assert answer.status_code == 201
    assert sorted(job) == sorted([*JOB_KEYS, "preview"])
    assert (job["status"], job["source_type"], job["filename"]) == ("pending", "csv", "people.csv")
    assert job["total_rows"] == 4
    assert (job["external_id"], job["webhook_url"], job["target_list_id"]) == (None, None, None)
    assert [column["header"] for column in job["mapping"]] == ["Email", "First Name", "Phone", "Shoe size"]
    email = job["mapping"][0]
    assert (sorted(email), email["field"]) == (["confidence", "field", "header", "reason"], "email")
    first = job["preview"]["rows"][0]
    assert first["row"] == 2
    assert first["values"] == {"Email": "ana@example.com", "First Name": "Ana", "Phone": "", "Shoe size": "38"}
    assert first["record"] == {"email": "ana@example.com", "first_name": "Ana"}
    assert job["preview"]["counts"] == {
        "counted_rows": 4,
        "new": 2,
        "matching": 0,
        "duplicates_in_file": 1,
        "failed": 1,
    }


def test_upload_takes_import_options_as_form_fields(client, upload, acme):
    with tenant_scope(acme):
        customers = ContactList.objects.create(tenant=acme, name="Customers")

    job = upload(
        client,
        PEOPLE,
        duplicate_strategy="update",
        duplicate_match_fields="phone,email",
        list_id=str(customers.pk),
        default_country="de",
        webhook_url="https://example.com/hook",
        webhook_events=["completed", "failed"],
        external_id="order 7",
    ).json()

    assert job["duplicate_strategy"] == "update"
    assert job["duplicate_match_fields"] == ["phone", "email"]
    assert job["target_list_id"] == str(customers.pk)
    assert job["webhook_url"] == "https://example.com/hook"
    assert job["webhook_events"] == ["completed", "failed"]
    assert job["external_id"] == "order 7"
    assert reload(ImportJob(pk=job["id"])).options["default_country"] == "DE"


def test_preview_can_be_asked_for_again(client, upload):
    uploaded = upload(client, PEOPLE).json()

    answer = client.get(f"/v1/imports/{uploaded['id']}/preview")

    assert answer.status_code == 200
    assert answer.json() == uploaded["preview"]


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"duplicate_strategy": "merge"}, "invalid_option", "duplicate_strategy"),
        ({"duplicate_match_fields": "name"}, "invalid_option", "duplicate_match_fields"),
        ({"list_id": "7"}, "invalid_option", "list_id"),
        ({"list_id": str(uuid4())}, "unknown_list", "list_id"),
        ({"webhook_url": "ftp://example.com"}, "invalid_option", "webhook_url"),
        ({"external_id": "x" * 256}, "invalid_option", "external_id"),
        ({"header_row": "first"}, "invalid_value", "header_row"),
        ({"header_row": "-1"}, "invalid_value", "header_row"),
        ({"encoding": "klingon"}, "invalid_value", "encoding"),
        ({"encoding": "zip"}, "invalid_value", "encoding"),
        ({"delimiter": ";;"}, "invalid_delimiter", "delimiter"),
    ],
)
def test_upload_refuses_options_that_cannot_be(client, upload, fields, code, field):
    answer = upload(client, PEOPLE, **fields)

    assert answer.status_code == 400
    assert (answer.json()["code"], answer.json()["field"]) == (code, field)
    assert stored_jobs() == 0


def test_upload_refuses_an_external_id_that_is_taken(client, upload):
    upload(client, PEOPLE, external_id="order 7")

    answer = upload(client, PEOPLE, external_id="order 7")

    assert (answer.status_code, answer.json()["code"]) == (409, "external_id_taken")


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 400, "empty_file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), 415, "unsupported_type"),
    ],
)
def test_upload_says_why_a_file_is_refused(client, upload, content, status, code):
    answer = upload(client, content)

    assert answer.status_code == status
    assert answer.json()["code"] == code
    assert stored_jobs() == 0


def test_upload_of_what_is_no_table_says_what_clients_match_on(client, upload):
    answer = upload(client, b"\x89PNG\r\n\x1a\n" + bytes(range(256)))

    assert answer.json()["error"] == "Invalid file type. Only CSV and Excel files allowed."


def test_upload_without_a_file_is_refused(client):
    answer = client.post("/v1/imports/upload", {"external_id": "7"}, format="multipart")

    assert (answer.status_code, answer.json()["code"]) == (400, "file_missing")


def test_upload_of_two_files_is_refused(client):
    files = [io.BytesIO(PEOPLE.encode()), io.BytesIO(PEOPLE.encode())]

    answer = client.post("/v1/imports/upload", {"file": files}, format="multipart")

    assert (answer.status_code, answer.json()["code"]) == (400, "one_file_only")


def test_upload_over_the_limit_is_cut_off_and_leaves_nothing(client, upload, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    exactly = b"Email\n" + b"ana@example.com\n" * 65_535
    exactly += b"\n" * (settings.UPLOAD_MAX_BYTES - len(exactly))

    answer = upload(client, exactly + b"\n")

    assert answer.status_code == 413
    assert (answer.json()["code"], answer.json()["limit"]) == ("file_too_large", settings.UPLOAD_MAX_BYTES)
    assert stored_jobs() == 0
    assert upload(client, exactly).status_code == 201
    assert list(tmp_path.glob("*.upload*")) == []


def test_temporary_file_of_a_refused_upload_is_removed(client, upload, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    assert upload(client, b"").status_code == 400
    assert upload(client, PEOPLE, duplicate_strategy="merge").status_code == 400
    assert upload(client, PEOPLE).status_code == 201

    assert list(tmp_path.glob("*.upload*")) == []


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.csv", "x" * 300 + ".csv", 'a".csv', "a\r\nb.csv", "‮vsc.exe.csv", "naïve ☃.csv"]
)
def test_hostile_file_names_are_only_names(client, upload, name):
    answer = upload(client, PEOPLE, name=name)

    assert answer.status_code == 201
    job = answer.json()
    assert "/" not in job["filename"]
    assert "\n" not in job["filename"]
    stored = reload(ImportJob(pk=job["id"]))
    assert job["id"] in stored.file_path
    header = client.get(f"/v1/imports/{job['id']}/errors")["Content-Disposition"]
    assert header.startswith("attachment; filename")
    assert header.isascii()
    assert "202E" not in header.upper()


def test_inspect_reads_the_file_in_another_way(client, upload):
    job = upload(client, "one;two\nEmail;Name\nana@example.com;Ana\n").json()

    answer = client.post(f"/v1/imports/{job['id']}/inspect", {"header_row": 2, "delimiter": ";"}, format="json")

    assert answer.status_code == 200
    assert [column["header"] for column in answer.json()["mapping"]] == ["Email", "Name"]
    assert answer.json()["total_rows"] == 1
    assert answer.json()["preview"]["rows"][0]["row"] == 3


def test_inspect_refuses_what_cannot_be_and_leaves_the_job(client, upload):
    job = upload(client, PEOPLE).json()

    answer = client.post(f"/v1/imports/{job['id']}/inspect", {"header_row": "x"}, format="json")

    assert answer.status_code == 400
    assert client.get(f"/v1/imports/{job['id']}").json()["mapping"] == job["mapping"]


def test_inspect_is_for_pending_jobs(client, acme):
    job = make_job(acme, status="queued")

    answer = client.post(f"/v1/imports/{job.pk}/inspect", {}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (409, "already_started")


# Confirm -------------------------------------------------------------------------------------------------------------


def confirm(client, job_id, **body):
    return client.post(f"/v1/imports/{job_id}/confirm", body, format="json")


def test_confirmed_job_becomes_contacts(client, finished, acme):
    job = finished(client, PEOPLE, mapping=MAPPING)

    assert job["status"] == "completed"
    assert [job[name] for name in ("total_rows", "processed_rows", "progress_percent")] == [4, 4, 100]
    assert {name: job[f"{name}_count"] for name in ("created", "updated", "unchanged", "skipped", "error")} == {
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "skipped": 1,
        "error": 1,
    }
    assert (job["success_count"], job["duplicate_count"]) == (2, 1)
    assert [contact.email for contact in contacts_of(acme)] == ["ana@example.com", "cleo@example.com"]


def test_confirm_takes_a_mapping_with_custom_field_and_changed_options(client, upload, acme):
    job = upload(client, PEOPLE).json()

    answer = confirm(
        client,
        job["id"],
        field_mapping={
            "Email": "email",
            "First Name": None,
            "Phone": {"field": "phone", "country": "DE", "date_order": None},
            "Shoe size": "custom:shoe_size",
        },
        duplicate_strategy="create_new",
        save_mapping_as="Shoes",
    )

    assert answer.status_code == 202
    assert answer.json()["status"] in ("queued", "processing")
    assert answer.json()["duplicate_strategy"] == "create_new"
    assert answer.json()["field_mapping"] == {
        "Email": "email",
        "First Name": None,
        "Phone": {"field": "phone", "country": "DE"},
        "Shoe size": "custom:shoe_size",
    }
    with tenant_scope(acme):
        assert [(field.key, field.label) for field in CustomField.objects.all()] == [("shoe_size", "Shoe size")]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"field_mapping": {}}, "required_field_not_mapped"),
        ({"field_mapping": {"First Name": "first_name"}}, "required_field_not_mapped"),
        ({"field_mapping": {"Email": "is_admin"}}, "unknown_field"),
        ({"field_mapping": {"Email": "email", "Phone": "email"}}, "field_mapped_twice"),
        ({"field_mapping": {"No such column": "email"}}, "unknown_column"),
        ({"field_mapping": {"Email": 7}}, "invalid_value"),
        ({"field_mapping": {"Email": ["email"]}}, "invalid_value"),
        ({"field_mapping": {"Email": {"field": ["email"]}}}, "invalid_value"),
        ({"field_mapping": {"Email": {"field": "email", "date_order": "ydm"}}}, "invalid_value"),
        ({"field_mapping": ["Email"]}, "invalid_value"),
        ({"field_mapping": None}, "invalid_value"),
        ({"accept_suggested": True, "duplicate_strategy": "merge"}, "invalid_option"),
    ],
)
def test_confirm_refuses_a_mapping_that_cannot_be(client, upload, body, code):
    job = upload(client, PEOPLE).json()

    answer = confirm(client, job["id"], **body)

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert reload(ImportJob(pk=job["id"])).status == ImportJob.Status.PENDING


@pytest.mark.parametrize("body", [{}, {"accept_suggested": False}, {"duplicate_strategy": "update"}])
def test_nothing_starts_under_a_mapping_that_nobody_confirmed(client, upload, body):
    job = upload(client, PEOPLE).json()

    answer = confirm(client, job["id"], **body)

    assert (answer.status_code, answer.json()["code"]) == (409, "mapping_not_confirmed")
    assert reload(ImportJob(pk=job["id"])).status == ImportJob.Status.PENDING


def test_confirm_without_email_and_phone_says_what_clients_match_on(client, upload):
    job = upload(client, PEOPLE).json()

    answer = confirm(client, job["id"], field_mapping={"First Name": "first_name"})

    assert answer.json()["error"] == "Required field 'email' or 'phone' not mapped"


def test_confirm_twice_is_a_conflict(client, upload):
    job = upload(client, PEOPLE).json()
    confirm(client, job["id"], accept_suggested=True)

    answer = confirm(client, job["id"], accept_suggested=True)

    assert (answer.status_code, answer.json()["code"]) == (409, "already_started")


def test_confirm_changes_nothing_but_what_it_may(client, upload, globex, acme, alice):
    job = upload(client, PEOPLE).json()

    confirm(
        client,
        job["id"],
        accept_suggested=True,
        tenant=globex.pk,
        tenant_id=globex.pk,
        id=str(uuid4()),
        created_at="2001-01-01",
        total_rows=7,
        status="completed",
    )

    stored = reload(ImportJob(pk=job["id"]))
    assert (stored.tenant, stored.user, stored.total_rows) == (acme, alice, 4)
    assert stored.created_at.year >= timezone.now().year


# History -------------------------------------------------------------------------------------------------------------


def test_history_is_newest_first_and_paged(client, acme):
    jobs = [make_job(acme) for _ in range(3)]
    newest_first = [str(job.pk) for job in reversed(jobs)]

    first = client.get("/v1/imports?limit=2").json()
    second = client.get("/v1/imports?limit=2&page=2").json()
    past_the_end = client.get("/v1/imports?limit=2&page=3").json()

    assert [job["id"] for job in first["results"]] == newest_first[:2]
    assert (first["page"], first["limit"], first["total"]) == (1, 2, 3)
    assert [job["id"] for job in second["results"]] == newest_first[2:]
    assert (past_the_end["results"], past_the_end["total"]) == ([], 3)
    assert sorted(first["results"][0]) == sorted(JOB_KEYS)


@pytest.mark.parametrize(
    "query",
    [
        "limit=101",
        "limit=0",
        "page=0",
        "page=-1",
        "page=x",
        "page=99999999999999999999",
        "status=done",
        "source_type=fax",
        "created_after=yesterday",
        "search=%00",
    ],
)
def test_history_refuses_a_query_that_makes_no_sense(client, query):
    answer = client.get(f"/v1/imports?{query}")

    assert answer.status_code == 400
    assert answer.json()["field"] == query.split("=")[0]


def test_the_history_is_filtered_by_status_source_and_time(client, acme):
    old = make_job(acme, filename="january.csv", status="completed", external_id="order 7")
    new = make_job(acme, filename="february.xlsx", source_type="excel")
    with tenant_scope(acme):
        ImportJob.objects.filter(pk=old.pk).update(created_at="2024-01-15T12:00:00Z")

    def found(query):
        return [job["id"] for job in client.get(f"/v1/imports?{query}").json()["results"]]

    assert found("status=completed") == [str(old.pk)]
    assert found("source_type=excel") == [str(new.pk)]
    assert found("created_after=2024-01-15T12:00:01Z") == [str(new.pk)]
    assert found("created_before=2024-01-16") == [str(old.pk)]
    assert found("search=JANUARY") == [str(old.pk)]
    assert found("search=order") == [str(old.pk)]
    assert found(f"search={new.pk}") == [str(new.pk)]
    assert found("search=nothing") == []
    assert found("status=completed&search=february") == []


def test_job_in_the_queue_tells_its_place(client, acme):
    jobs = [make_job(acme, status="queued") for _ in range(2)]

    assert [client.get(f"/v1/imports/{job.pk}").json()["queue_position"] for job in jobs] == [1, 2]


def test_a_page_of_queued_jobs_looks_at_the_line_once(client, acme):
    for _ in range(3):
        make_job(acme, status="queued")

    with CaptureQueriesContext(connection) as queries:
        page = client.get("/v1/imports").json()

    assert [job["queue_position"] for job in page["results"]] == [3, 2, 1]
    assert len([query for query in queries if "pace_since" in query["sql"] and "LIMIT" not in query["sql"]]) == 1


# Cancel, pause, resume, retry ----------------------------------------------------------------------------------------


def test_an_import_is_paused_resumed_and_cancelled(client, acme):
    job = make_job(acme, status="processing", total_rows=5)

    def ask(what):
        answer = client.post(f"/v1/imports/{job.pk}/{what}")
        return answer.status_code, answer.json()["status"]

    assert [ask(what) for what in ("pause", "pause", "resume", "resume", "cancel", "cancel")] == [
        (202, "paused"),
        (202, "paused"),
        (202, "processing"),
        (202, "processing"),
        (202, "cancelled"),
        (202, "cancelled"),
    ]
    assert client.post(f"/v1/imports/{job.pk}/resume").json() == {
        "error": "This import is at its end already; there is nothing to resume.",
        "code": "already_finished",
    }


def test_only_a_failed_import_is_retried(client, acme):
    failed, done = (make_job(acme, status=status, rows_path="imports/rows") for status in ("failed", "completed"))

    retried, refused = (client.post(f"/v1/imports/{job.pk}/retry") for job in (failed, done))

    assert (retried.status_code, retried.json()["status"]) == (202, "processing")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_failed")


# Rows ----------------------------------------------------------------------------------------------------------------


def test_each_number_opens_its_rows(client, finished, acme):
    job = finished(client, PEOPLE, mapping=MAPPING)
    ana, cleo = contacts_of(acme)

    def rows(outcome):
        return client.get(f"/v1/imports/{job['id']}/rows?outcome={outcome}").json()

    assert [(row["row"], row["contact_id"]) for row in rows("created")["results"]] == [
        (2, str(ana.pk)),
        (4, str(cleo.pk)),
    ]
    assert rows("failed")["results"] == [
        {
            "row": 3,
            "row_index": 1,
            "outcome": "failed",
            "contact_id": None,
            "values": {"Email": "not an address", "First Name": "Ben", "Phone": "", "Shoe size": "44"},
        }
    ]
    assert [(row["row"], row["contact_id"]) for row in rows("skipped")["results"]] == [(5, str(ana.pk))]
    assert rows("updated") == {"results": [], "page": 1, "limit": 20, "total": 0}
    for outcome in ("created", "updated", "unchanged", "skipped"):
        assert rows(outcome)["total"] == job[f"{outcome}_count"]
    assert rows("failed")["total"] == job["error_count"]


def test_rows_without_an_outcome_are_all_rows(client, finished):
    job = finished(client, PEOPLE, mapping=MAPPING)

    answer = client.get(f"/v1/imports/{job['id']}/rows?limit=2&page=2").json()

    assert [(row["row"], row["outcome"]) for row in answer["results"]] == [(4, "created"), (5, "skipped")]
    assert answer["total"] == 4


def test_rows_of_an_unknown_outcome_are_refused(client, acme):
    job = make_job(acme)

    assert client.get(f"/v1/imports/{job.pk}/rows?outcome=lost").status_code == 400


# Errors --------------------------------------------------------------------------------------------------------------


def text_of(answer):
    return b"".join(answer).decode()


def lines_of(answer):
    return list(csv.DictReader(io.StringIO(text_of(answer), newline="")))


def test_error_log_is_a_csv_download_that_can_be_mended(client, finished):
    job = finished(client, PEOPLE, mapping=MAPPING)

    answer = client.get(f"/v1/imports/{job['id']}/errors")

    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="people errors.csv"'
    lines = lines_of(answer)
    assert list(lines[0]) == [
        "Import key",
        "Row",
        "Level",
        "Type",
        "Field",
        "Message",
        "Email",
        "First Name",
        "Phone",
        "Shoe size",
    ]
    assert [(line["Row"], line["Level"], line["Type"], line["Field"]) for line in lines] == [
        ("3", "error", "invalid_email", "email"),
        ("4", "warning", "invalid_value", "phone"),
        ("5", "duplicate", "duplicate", "email"),
    ]
    assert [(line["Import key"], line["First Name"], line["Shoe size"]) for line in lines] == [
        (f"{job['id']}:1", "Ben", "44"),
        (f"{job['id']}:2", "Cleo", "39"),
        (f"{job['id']}:3", "Ana again", "40"),
    ]


def test_error_log_can_be_asked_for_one_type(client, finished):
    job = finished(client, PEOPLE, mapping=MAPPING)

    assert [line["Row"] for line in lines_of(client.get(f"/v1/imports/{job['id']}/errors?type=duplicate"))] == ["5"]
    assert lines_of(client.get(f"/v1/imports/{job['id']}/errors?type=no_such")) == []


def test_error_log_is_paged_as_json(client, finished):
    job = finished(client, PEOPLE, mapping=MAPPING)

    answer = client.get(f"/v1/imports/{job['id']}/errors?format=json&limit=1&page=3").json()

    (line,) = answer["results"]
    assert (answer["page"], answer["limit"], answer["total"]) == (3, 1, 3)
    assert list(line) == ["id", "row", "level", "type", "field", "message", "values", "resolved_at"]
    assert (line["row"], line["level"], line["type"], line["resolved_at"]) == (5, "duplicate", "duplicate", None)
    assert line["values"] == {"Email": "ana@example.com", "First Name": "Ana again", "Phone": "", "Shoe size": "40"}


def test_error_log_holds_no_formula(client, finished):
    formula = '=HYPERLINK("http://evil.example","click")'
    content = 'Email,=1+1\n"=bad",+4917012345678\nbad,"' + formula.replace('"', '""') + '"\n'
    job = finished(client, content, mapping={"Email": "email"})

    header, *lines = csv.reader(io.StringIO(text_of(client.get(f"/v1/imports/{job['id']}/errors"))))

    assert header[6:] == ["Email", "'=1+1"]
    assert [line[6:] for line in lines] == [["'=bad", "+4917012345678"], ["bad", f"'{formula}"]]


# Cancel and delete ---------------------------------------------------------------------------------------------------


def test_pending_job_is_cancelled_at_once(client, upload, acme):
    job = upload(client, PEOPLE).json()

    answer = client.post(f"/v1/imports/{job['id']}/cancel")

    assert (answer.status_code, answer.json()["status"]) == (202, "cancelled")
    assert confirm(client, job["id"], accept_suggested=True).status_code == 409
    assert contacts_of(acme) == []


def test_finished_job_is_not_cancelled(client, acme):
    job = make_job(acme, status="completed")

    answer = client.post(f"/v1/imports/{job.pk}/cancel")

    assert (answer.status_code, answer.json()["code"]) == (409, "already_finished")


def test_deleted_job_is_gone_and_its_contacts_stay(client, finished, acme):
    job = finished(client, PEOPLE, mapping=MAPPING)

    answer = client.delete(f"/v1/imports/{job['id']}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert client.get(f"/v1/imports/{job['id']}").status_code == 404
    assert client.get("/v1/imports").json()["total"] == 0
    assert len(contacts_of(acme)) == 2


@pytest.mark.parametrize("status", ["queued", "processing"])
def test_running_job_is_not_deleted(client, acme, status):
    job = make_job(acme, status=status)

    answer = client.delete(f"/v1/imports/{job.pk}")

    assert answer.status_code == 409
    assert client.get(f"/v1/imports/{job.pk}").status_code == 200


def test_update_counts_what_changed(client, finished, acme):
    make_contact(acme, email="ana@example.com", first_name="Ana")
    make_contact(acme, email="cleo@example.com", first_name="Klea")

    job = finished(
        client, "Email,First Name\nana@example.com,Ana\ncleo@example.com,Cleo\n", duplicate_strategy="update"
    )

    assert (job["updated_count"], job["unchanged_count"], job["duplicate_count"]) == (1, 1, 2)
