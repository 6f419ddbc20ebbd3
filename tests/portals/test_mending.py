"""Mending failed rows in the browser: what is shown, what a save answers, what is done to many rows at once, Undo."""

from __future__ import annotations

import json
import re
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from imports import error_log
from imports.corrections import edits, runner
from imports.corrections.models import DRAFT, Correction, CorrectionRun
from irisx.accounts.tenancy import tenant_scope
from tests.factories import contacts_of, counts, import_csv, make_job, reload

pytestmark = pytest.mark.django_db

MAPPING = {"Name": "first_name", "Email": "email", "Phone": "phone", "Birthday": "birthday"}
OPTIONS = {"duplicate_strategy": "skip", "duplicate_match_fields": "email,phone"}
HTMX = {"HX-Request": "true"}
EMAIL = {"problem": "invalid_email", "field": "email"}
BIRTHDAY = {"problem": "invalid_value", "field": "birthday"}


def import_rows(tenant, content, **options):
    headers = content.partition("\n")[0].split(",")
    return import_csv(tenant, content, mapping={header: MAPPING.get(header) for header in headers}, **options)


@pytest.fixture
def job(acme):
    """An import of which four rows failed for their e-mail address, three alike; one came in without a birthday."""
    return import_rows(
        acme,
        "Name,Email,Birthday\nAna,ana@example.com,someday\nBen,info@,\nCleo,info@,\nDora,info@,\nEmil,emil@@example.com,\n",
    )


def mend_url(job, query=EMAIL, name="mend", *args):
    return f"{reverse(f'customer:job-{name}', args=[job.pk, *args])}?{urlencode(query)}"


def save(client, job, row_index, text, *, query=EMAIL, column=1):
    """Save one cell as htmx does, and return the row's new HTML and what is said around it."""
    url = mend_url(job, query, "mend-row", row_index)
    response = client.post(url, {f"cell-{row_index}-{column}": text}, headers=HTMX)
    assert response.status_code == 200, response.content
    return response.content.decode(), json.loads(response["HX-Trigger-After-Settle"])["row-saved"]


def do(client, job, what, *, query=EMAIL, **fields):
    return client.post(mend_url(job, query), {"do": what, **fields})


def said(client, job):
    """Return the words of the toast, and the address that undoes what it tells of."""
    page = client.get(mend_url(job)).content.decode()
    words = re.findall(r'<div class="toast show">.*?<span>(.*?)</span>', page, re.S)
    return words, re.findall(r'<form method="post" action="([^"]*undo[^"]*)"', page)


def drafts(job):
    with tenant_scope(job.tenant_id):
        found = Correction.objects.filter(import_job=job, run_no=DRAFT).order_by("row_index")
        return [(draft.row_index, draft.values, draft.is_mended, draft.is_skipped) for draft in found]


def import_mended(client, job):
    response = do(client, job, "import")
    assert response.url == reverse("customer:job-result", args=[job.pk])
    with tenant_scope(job.tenant_id):
        runs = list(CorrectionRun.objects.filter(import_job=job, status__in=CorrectionRun.OPEN))
    for run in runs:
        runner.run_to_end(run.pk)


# What is shown -------------------------------------------------------------------------------------------------------


def test_causes_come_first_and_the_largest_is_open(alices, job):
    page = alices.get(reverse("customer:job-mend", args=[job.pk])).content.decode()

    assert "4 rows need you" in page
    assert [cause.title for cause in alices.get(mend_url(job)).context["causes"]] == [
        "E-mail is not valid",
        "Birthday cannot be read",
    ]
    assert re.findall(r"<input [^>]*data-cell[^>]*", page, re.S)
    assert set(re.findall(r'aria-label="([^"]*), row \d+" aria-describedby', page)) == {"Email"}


def test_a_cell_says_what_is_wrong_and_is_tied_to_it(alices, job):
    page = alices.get(mend_url(job)).content.decode()

    assert 'aria-describedby="why-1"' in page
    assert 'aria-invalid="true"' in page
    assert "nothing after the @ sign" in re.search(r'id="why-1">(.*?)</span>', page, re.S)[1]


def test_rows_come_in_pages_and_take_as_many_queries_for_one_as_for_fifty(alices, acme):
    one = import_rows(acme, "Name,Email\nAna,ana@\n")
    many = import_rows(acme, "Name,Email\n" + "".join(f"p{n},bad{n}@\n" for n in range(60)))
    with CaptureQueriesContext(connection) as of_one:
        alices.get(mend_url(one))
    with CaptureQueriesContext(connection) as of_many:
        first = alices.get(mend_url(many))

    assert len(of_many) == len(of_one)
    assert sum("SELECT" in query["sql"] and "set_config" not in query["sql"] for query in of_many) <= 12
    assert [row.line.row_number for row in first.context["page"].rows] == [*range(2, 52)]
    second = alices.get(mend_url(many, {**EMAIL, "page": "2"}))
    assert [row.line.row_number for row in second.context["page"].rows] == [*range(52, 62)]


def test_values_of_a_file_are_escaped(alices, acme):
    job = import_rows(acme, 'Name,Email\n<script>alert(1)</script>,"""><script>alert(2)</script>"\n')

    page = alices.get(mend_url(job)).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_an_import_that_is_under_way_has_nothing_to_mend_yet(alices, acme):
    job = make_job(acme, status="processing", total_rows=1)

    assert alices.get(mend_url(job)).url == reverse("customer:job", args=[job.pk])


# One cell ------------------------------------------------------------------------------------------------------------


def test_a_save_is_checked_at_once_and_answers_with_the_row(alices, job):
    row, around = save(alices, job, 1, "ben@")
    assert 'aria-invalid="true"' in row
    assert around["words"].startswith("Row 3 is wrong still. “ben@” has nothing")

    row, around = save(alices, job, 1, "ben@example.com")

    assert 'class="fixed"' in row
    assert 'in the file it was <span class="raw">info@</span>' in row
    assert around == {
        "words": "Row 3 mended; 3 left.",
        "progress": "4 rows, 1 mended",
        "importWords": "Import 1 mended row",
        "mended": 1,
    }
    assert drafts(job) == [(1, {"Email": "ben@example.com"}, True, False)]


def test_drafts_are_there_after_a_reload_and_for_colleagues(alices, client, acme, job):
    save(alices, job, 1, "ben@example.com")

    assert 'value="ben@example.com"' in alices.get(mend_url(job)).content.decode()


def test_what_stood_in_the_file_is_no_draft(alices, job):
    save(alices, job, 1, "ben@example.com")
    row, _ = save(alices, job, 1, "info@")

    assert 'aria-invalid="true"' in row
    assert drafts(job) == [(1, {}, False, False)]


def test_undo_of_one_row_brings_back_what_stood_in_the_file(alices, job):
    save(alices, job, 1, "ben@example.com")

    row = alices.post(mend_url(job, EMAIL, "mend-row", 1), {"do": "restore:1"}, headers=HTMX).content.decode()

    assert 'value="info@"' in row
    assert drafts(job) == []


def test_of_two_tabs_the_last_save_counts_and_the_row_is_imported_once(alices, acme, job):
    save(alices, job, 1, "ben@example.com")
    save(alices, job, 1, "benjamin@example.com")
    import_mended(alices, job)

    # The first tab still shows the row.
    row, around = save(alices, job, 1, "other@example.com")

    assert "Mended and imported" in row
    assert around["words"] == "Row 3 mended; 3 left."
    import_mended(alices, job)
    assert [contact.email for contact in contacts_of(acme)] == ["ana@example.com", "benjamin@example.com"]
    assert counts(reload(job)) == {"total": 5, "processed": 5, "created": 2, "failed": 3}


@pytest.mark.parametrize("text", ["", "a" * 40_000, "x\0y@example.com", "=1+1", "<b>"])
def test_whatever_is_typed_is_answered_with_a_row(alices, job, text):
    row, _ = save(alices, job, 1, text)

    assert row.count("<tr") == 1


def test_a_value_that_was_left_out_is_mended_in_its_contact(alices, acme, job):
    row, _ = save(alices, job, 0, "soon", query=BIRTHDAY, column=2)
    assert 'aria-invalid="true"' in row
    save(alices, job, 0, "1990-05-17", query=BIRTHDAY, column=2)

    import_mended(alices, job)

    assert contacts_of(acme)[0].attributes == {"birthday": "1990-05-17"}
    assert counts(reload(job)) == {"total": 5, "processed": 5, "created": 1, "failed": 4}


def test_cells_of_other_rows_and_columns_that_are_none_are_left_alone(alices, job):
    url = mend_url(job, EMAIL, "mend-row", 1)
    alices.post(url, {"cell-2-1": "x@example.com", "cell-1-99": "y", "cell-1-1": "ben@example.com"}, headers=HTMX)

    assert [row for row, *_ in drafts(job)] == [1]


# Without scripts -----------------------------------------------------------------------------------------------------


def test_without_scripts_all_cells_of_the_page_are_sent_at_once(alices, job):
    cells = {"cell-1-1": "ben@example.com", "cell-2-1": "cleo@", "cell-3-1": "info@", "cell-4-1": "emil@@example.com"}

    response = do(alices, job, "save", **cells)

    assert response.url == mend_url(job)
    assert said(alices, job)[0] == ["1 row mended, 1 wrong still."]
    assert drafts(job) == [(1, {"Email": "ben@example.com"}, True, False), (2, {"Email": "cleo@"}, False, False)]


# Many rows at once ---------------------------------------------------------------------------------------------------


def test_a_value_is_applied_to_all_rows_that_have_the_same_and_taken_back(alices, job):
    save(alices, job, 1, "ben@example.com")
    (common,) = alices.get(mend_url(job)).context["page"].counts.common
    assert common == ("info@", 2)

    do(alices, job, "apply:1", **{"old-1": "info@", "new-1": "info@example.com"})

    assert drafts(job) == [
        (1, {"Email": "ben@example.com"}, True, False),
        (2, {"Email": "info@example.com"}, True, False),
        (3, {"Email": "info@example.com"}, True, False),
    ]
    words, (undo_url,) = said(alices, job)
    assert words == ["2 rows changed."]
    alices.post(undo_url.replace("&amp;", "&"))
    assert [row for row, *_ in drafts(job)] == [1]


def test_a_change_of_many_rows_shows_how_far_it_is_and_its_undo(alices, job, monkeypatch):
    monkeypatch.setattr(edits, "BATCH_ROWS", 2)
    do(alices, job, "apply:1", **{"old-1": "info@", "new-1": "info@example.com"})
    page = alices.get(mend_url(job)).content.decode()
    assert "<b>3 rows are being changed:</b> 0 of 3 are done." in page
    assert "Apply to all" not in page
    (edit_url,) = re.findall(r'hx-get="([^"]*/mend/edit/[^"]*)"', page)
    assert 'value="0"' in alices.get(edit_url.replace("&amp;", "&"), headers=HTMX).content.decode()
    do(alices, job, "import")
    assert said(alices, job)[0] == ["3 rows are being changed. Wait until that is done, or stop it."]

    edits.work(alices.get(mend_url(job)).context["edit"].pk, seconds=60)

    assert alices.get(edit_url.replace("&amp;", "&"), headers=HTMX)["HX-Redirect"] == mend_url(job)
    page = alices.get(mend_url(job)).content.decode()
    assert "<b>3 rows changed.</b>" in page
    (undo_url,) = re.findall(r'action="([^"]*undo[^"]*)"', page)
    alices.post(undo_url.replace("&amp;", "&"))
    assert drafts(job) == []


def test_a_text_is_counted_before_it_is_replaced_in_a_column(alices, job):
    page = alices.get(mend_url(job, {**EMAIL, "in": "1", "find": "@@"})).content.decode()
    assert "<b>1 row</b> has" in page

    do(alices, job, "replace", **{"in": "1", "find": "@@", "replace": "@"})

    assert drafts(job) == [(4, {"Email": "emil@example.com"}, True, False)]
    assert said(alices, job)[0] == ["1 row changed."]


def test_rows_are_skipped_and_brought_back(alices, job):
    alices.post(mend_url(job), {"do": "skip", "row": ["1", "2"]})
    assert said(alices, job)[0] == ["2 rows skipped."]
    page = alices.get(mend_url(job)).context["page"]
    assert ([row.line.row_index for row in page.rows], page.progress) == ([3, 4], "4 rows, 2 skipped")

    skipped = {**EMAIL, "skipped": "1"}
    assert [row.line.row_index for row in alices.get(mend_url(job, skipped)).context["page"].rows] == [1, 2]
    alices.post(mend_url(job, skipped), {"do": "bring-back", "row": ["1"]})

    assert [row.line.row_index for row in alices.get(mend_url(job)).context["page"].rows] == [1, 3, 4]


def test_what_is_skipped_is_not_imported(alices, acme, job):
    save(alices, job, 1, "ben@example.com")
    alices.post(mend_url(job), {"do": "skip", "row": ["1"]})

    import_mended(alices, job)

    assert counts(reload(job)) == {"total": 5, "processed": 5, "created": 1, "failed": 4}


def test_undo_of_a_skip_keeps_what_was_written(alices, job):
    save(alices, job, 1, "ben@example.com")
    alices.post(mend_url(job), {"do": "skip-value:1", "old-1": "info@"})
    alices.post(mend_url(job), {"do": "skip", "row": ["1"]})
    _, undo_urls = said(alices, job)  # of both

    alices.post(undo_urls[-1].replace("&amp;", "&"))

    assert drafts(job)[0] == (1, {"Email": "ben@example.com"}, True, False)


# The import ----------------------------------------------------------------------------------------------------------


def test_mended_rows_come_in_and_the_result_says_so(alices, acme, job):
    save(alices, job, 1, "ben@example.com")
    save(alices, job, 2, "cleo@")
    do(alices, job, "import")
    result = reverse("customer:job-result", args=[job.pk])
    assert "1 mended row is being imported" in alices.get(result).content.decode()
    assert 'hx-trigger="rows-came-in from:body"' in alices.get(result).content.decode()

    import_mended(alices, job)

    page = alices.get(result).content.decode()
    assert "1 mended row came in" in page
    assert re.findall(r'>([^<]*)<span class="caption">[^<]*, Alice Ames<', page) == ["1 mended row came in"]
    assert "rows-came-in" not in page
    assert counts(reload(job)) == {"total": 5, "processed": 5, "created": 2, "failed": 3}
    # What was wrong is no longer said of a row that is in.
    rows = alices.get(reverse("customer:job-rows", args=[job.pk]), {"outcome": "created"}).context["page"]
    (mended,) = [line for line in rows.lines if line.number == 3]
    assert mended.messages == []
    # What came in, and beside it what stood in the file.
    assert ("ben@example.com", "info@") in mended.cells
    # What is wrong still waits as it was left.
    assert drafts(job) == [(2, {"Email": "cleo@"}, False, False)]


def test_two_who_press_import_at_once_start_one_run(alices, job):
    save(alices, job, 1, "ben@example.com")
    for _ in range(2):
        do(alices, job, "import")

    with tenant_scope(job.tenant_id):
        assert CorrectionRun.objects.count() == 1


def test_nobody_else_mends_our_rows(client, bob, job):
    client.force_login(bob)

    assert client.get(mend_url(job)).status_code == 404
    assert client.post(mend_url(job, EMAIL, "mend-row", 1), {"cell-1-1": "x@example.com"}).status_code == 404
    assert do(client, job, "import").status_code == 404
    assert drafts(job) == []


# The error log as a file ---------------------------------------------------------------------------------------------


def test_the_corrected_error_log_uploaded_like_any_file_joins_its_import(alices, acme, job):
    with tenant_scope(acme), error_log.as_file(job) as file:
        content = file.read().replace(b'"emil@@example.com"', b'"emil@example.com"')
    upload = SimpleUploadedFile("people errors.csv", content)

    response = alices.post(reverse("customer:new-import"), {"file": upload, **OPTIONS})

    assert response.url == reverse("customer:job-result", args=[job.pk])
    assert (
        "This file is the error log of “people.csv”: 4 rows of it are imported"
        in alices.get(response.url).content.decode()
    )
    with tenant_scope(acme):
        (run,) = CorrectionRun.objects.all()
    runner.run_to_end(run.pk)
    assert [contact.email for contact in contacts_of(acme)] == ["ana@example.com", "emil@example.com"]
