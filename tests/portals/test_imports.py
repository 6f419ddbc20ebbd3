"""Imports that exist: history, progress, result, rows, error log; cancel, delete, restore."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from imports import progress
from imports.models import ImportJob, ImportRequest
from irisx.accounts.tenancy import tenant_scope
from tests.factories import confirm, import_csv, make_job, reload, upload

MESSY = "Email,Phone,Birthday\nann@example.com,,2001-02-03\nann@example.com,,\nno address,,\nbea@example.com,,someday\n"


def page_of(job: ImportJob, name: str = "") -> str:
    return reverse(f"customer:job-{name}" if name else "customer:job", args=[job.pk])


def text_of(response) -> str:
    return response.content.decode()


# History -------------------------------------------------------------------------------------------------------------


def test_without_imports_the_page_says_what_would_be_here(alices):
    assert "No imports yet" in text_of(alices.get("/imports/"))


def test_completed_never_hides_failures(alices, acme):
    make_job(acme, status="completed", total_rows=3, processed_rows=3, error_count=3, filename="bad.csv")

    page = text_of(alices.get("/imports/"))

    assert "Completed with errors" in page
    assert 'aria-label="3 failed rows of bad.csv"' in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"search": "LEADS"}, ["leads.csv"]),
        ({"search": "alice"}, ["leads.csv"]),
        ({"status": "completed"}, ["good.csv"]),
        ({"status": "completed_with_errors"}, ["bad.csv"]),
        ({"source": "excel"}, ["book.xlsx"]),
        ({"before": "2001-01-01"}, []),
        ({"status": "no such status"}, ["book.xlsx", "bad.csv", "good.csv", "leads.csv"]),
        ({"after": "2001-01-01", "search": "zzz"}, []),
    ],
)
def test_filters_live_in_the_address(alices, acme, alice, query, found):
    make_job(acme, filename="leads.csv", user=alice)
    make_job(acme, filename="good.csv", status="completed")
    make_job(acme, filename="bad.csv", status="completed", total_rows=1, processed_rows=1, error_count=1)
    make_job(acme, filename="book.xlsx", source_type="excel")

    response = alices.get("/imports/", query)

    assert [line.job.filename for line in response.context["lines"]] == found


def test_the_history_has_pages_of_25(alices, acme):
    for number in range(27):
        make_job(acme, filename=f"{number}.csv")

    first, second = alices.get("/imports/"), alices.get("/imports/", {"page": "2"})

    assert len(first.context["lines"]) == 25
    assert [line.job.filename for line in second.context["lines"]] == ["1.csv", "0.csv"]


def test_a_longer_history_takes_no_more_queries(alices, acme, alice):
    make_job(acme, user=alice)
    with CaptureQueriesContext(connection) as of_one:
        alices.get("/imports/")
    for _ in range(10):
        make_job(acme, user=alice)
    with CaptureQueriesContext(connection) as of_many:
        alices.get("/imports/")

    assert len(of_many) == len(of_one)


# Progress ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "step"),
    [("pending", "map"), ("queued", "progress"), ("processing", "progress"), ("failed", "result")],
)
def test_an_import_opens_at_the_step_where_it_is(alices, acme, status, step):
    job = make_job(acme, status=status)

    assert alices.get(page_of(job)).url == page_of(job, step)


def test_the_snapshot_is_the_one_that_the_socket_sends(alices, acme):
    job = confirm(upload(acme))

    response = alices.get(page_of(job, "snapshot"))

    with tenant_scope(acme):
        assert response.json() == progress.snapshot(job)
    assert "no-store" in response["Cache-Control"]


def test_cancel_asks_once_and_then_stops(alices, acme):
    job = confirm(upload(acme))

    assert "Rows that are done stay" in text_of(alices.get(page_of(job, "cancel")))
    make_job(acme, status="processing")
    assert alices.post(page_of(job, "cancel")).url == page_of(job)


HTMX = {"HX-Request": "true"}


def shown_actions(response) -> list[str]:
    """Return what the head of the progress page lets people do."""
    return re.findall(r"</svg>(Pause|Resume|Cancel import)<", text_of(response))


@pytest.mark.parametrize(
    ("status", "heading", "actions"),
    [
        ("queued", "people.csv is in line", ["Pause", "Cancel import"]),
        ("processing", "Importing people.csv", ["Pause", "Cancel import"]),
        ("paused", "people.csv is paused", ["Resume", "Cancel import"]),
    ],
)
def test_the_progress_page_offers_what_can_be_asked(alices, acme, status, heading, actions):
    job = make_job(acme, status=status, total_rows=10)

    page, head = alices.get(page_of(job, "progress")), alices.get(page_of(job, "head"), headers=HTMX)

    for response in (page, head):
        assert f"<h1>{heading}</h1>" in text_of(response)
        assert shown_actions(response) == actions


def test_pause_and_resume_answer_with_the_new_head(alices, acme):
    job = make_job(acme, status="processing", total_rows=10)

    paused = alices.post(page_of(job, "pause"), headers=HTMX)
    resumed = alices.post(page_of(job, "resume"), headers=HTMX)

    assert (shown_actions(paused), shown_actions(resumed)) == (["Resume", "Cancel import"], ["Pause", "Cancel import"])
    assert alices.post(page_of(job, "pause")).url == page_of(job)
    assert reload(job).status == "paused"


@pytest.mark.parametrize(
    ("asked", "heading", "actions"),
    [("pause", "Pausing people.csv", ["Resume", "Cancel import"]), ("cancel", "Cancelling people.csv", [])],
)
def test_what_is_asked_and_not_done_yet_is_shown(alices, acme, asked, heading, actions):
    job = make_job(acme, status="processing", total_rows=10)
    with tenant_scope(acme):
        ImportRequest.objects.create(tenant=acme, job=job, what=asked)

    head = alices.get(page_of(job, "head"), headers=HTMX)

    assert f"<h1>{heading}</h1>" in text_of(head)
    assert shown_actions(head) == actions


def test_a_head_asked_for_after_the_end_leads_to_the_result(alices, acme):
    job = make_job(acme, status="completed")

    assert alices.get(page_of(job, "head"), headers=HTMX)["HX-Redirect"] == page_of(job)
    assert alices.post(page_of(job, "pause"), headers=HTMX)["HX-Redirect"] == page_of(job)
    assert "there is nothing to pause" in text_of(alices.get(page_of(job), follow=True))


def test_the_place_in_line_is_said_in_words(alices, acme):
    since = timezone.now() - timedelta(seconds=100)
    done = {"row_index": 1_000, "processed_rows": 1_000, "success_count": 1_000, "created_count": 1_000}
    make_job(acme, status="processing", total_rows=1_000, pace_since=since, **done)
    jobs = [make_job(acme, status="queued", total_rows=1_000) for _ in range(2)]

    assert "Second in line, about 3 minutes until it is done" in text_of(alices.get(page_of(jobs[1], "progress")))


def test_a_failed_import_can_be_tried_again_as_long_as_its_file_is_kept(alices, acme):
    failed = {"status": "failed", "total_rows": 5, "error_details": {"code": "import_failed", "error": "It stopped."}}
    job, erased = make_job(acme, rows_path="imports/rows", **failed), make_job(acme, **failed)

    pages = [text_of(alices.get(page_of(each, "result"))) for each in (job, erased)]
    retried = alices.post(page_of(job, "retry"))

    assert ["Retry import" in page for page in pages] == [True, False]
    assert "Retry the import, and it goes on from there." in pages[0]
    assert (retried.url, reload(job).status) == (page_of(job), "processing")


def test_a_paused_import_is_found_in_the_history(alices, acme):
    make_job(acme, status="paused", filename="rests.csv")
    make_job(acme, status="completed")

    assert [line.job.filename for line in alices.get("/imports/", {"status": "paused"}).context["lines"]] == [
        "rests.csv"
    ]


def test_a_queued_import_that_is_cancelled_says_that_nothing_was_written(alices, acme):
    job = make_job(acme, status="queued", total_rows=4)

    page = text_of(alices.post(page_of(job, "cancel"), follow=True))

    assert "Cancelled before it started" in page
    assert "Nothing was written." in page


# Result --------------------------------------------------------------------------------------------------------------


def test_the_result_tells_what_came_in_and_what_did_not(alices, acme):
    job = import_csv(acme, MESSY)

    page = text_of(alices.get(page_of(job, "result")))

    assert "3 rows are done, 1 needs you" in page
    assert "E-mail is not valid" in page
    assert "E-mail is known already" in page
    assert "Birthday cannot be read" in page


@pytest.mark.parametrize(
    ("outcome", "numbers"), [("created", [2, 5]), ("skipped", [3]), ("failed", [4]), ("updated", [])]
)
def test_each_number_opens_its_rows(alices, acme, outcome, numbers):
    job = import_csv(acme, MESSY)

    page = alices.get(page_of(job, "rows"), {"outcome": outcome}).context["page"]

    assert [line.number for line in page.lines] == numbers
    assert page.total == len(numbers)


def test_a_cause_opens_the_rows_that_have_it(alices, acme):
    job = import_csv(acme, MESSY)

    response = alices.get(page_of(job, "rows"), {"problem": "invalid_value", "field": "birthday"})

    assert [line.number for line in response.context["page"].lines] == [5]
    assert "1 row: Birthday cannot be read" in text_of(response)


def test_rows_have_pages(alices, acme):
    job = import_csv(acme, "Email\n" + "".join(f"a{number}@example.com\n" for number in range(60)))

    page = alices.get(page_of(job, "rows"), {"outcome": "created", "page": "2"}).context["page"]

    assert (page.first, page.last, page.total) == (51, 60, 60)


@pytest.mark.parametrize("query", [{"outcome": "eaten"}, {"outcome": ""}])
def test_an_outcome_that_is_none_is_not_found(alices, acme, query):
    assert alices.get(page_of(make_job(acme), "rows"), query).status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30])
def test_a_page_that_is_none_is_no_error(alices, acme, page):
    job = import_csv(acme, MESSY)

    assert alices.get(page_of(job, "rows"), {"outcome": "failed", "page": page}).status_code == 200


async def read(response) -> bytes:
    return b"".join([block async for block in response.streaming_content])


def test_the_error_log_comes_as_a_file(alices, acme):
    from asgiref.sync import async_to_sync

    job = import_csv(acme, MESSY)

    response = alices.get(page_of(job, "errors"))

    lines = list(csv.reader(io.StringIO(async_to_sync(read)(response).decode("utf-8-sig"))))
    assert [line[1] for line in lines] == ["Row", "3", "4", "5"]
    assert "people errors.csv" in response["Content-Disposition"]


def test_a_failed_import_says_why_and_what_stays(alices, acme):
    error = {"code": "row_not_loaded", "error": "The file is gone."}
    job = make_job(acme, status="failed", total_rows=9, error_details=error)

    page = text_of(alices.get(page_of(job, "result")))

    assert "Stopped after 0 rows of 9" in page
    assert "The file is gone. Nothing was written." in page


# Delete --------------------------------------------------------------------------------------------------------------


def test_deleting_asks_first_and_can_be_undone(alices, acme):
    job = import_csv(acme, MESSY)

    asked = text_of(alices.get(page_of(job, "delete")))
    assert "Delete “people.csv”?" in asked
    assert "its list of 1 error" in asked

    page = text_of(alices.post(page_of(job, "delete"), follow=True))
    assert "Deleted “people.csv”." in page
    assert alices.get(page_of(job)).status_code == 404

    alices.post(page_of(job, "restore"))
    assert alices.get(page_of(job)).status_code == 302


def test_a_running_import_is_not_deleted(alices, acme):
    job = confirm(upload(acme))

    page = text_of(alices.post(page_of(job, "delete"), follow=True))

    assert "Cancel it first, then delete it." in page
    assert reload(job).deleted_at is None
