"""Corrected rows join the job that they come from: its numbers, its contacts, its error log, its ledger."""

from __future__ import annotations

import pytest
from django.db import connection

from contacts.models import Contact, ContactListMember
from imports import control, results, retention
from imports import runner as job_runner
from imports import services as job_services
from imports.corrections import runner, services
from imports.corrections.mending import CorrectedRow
from imports.corrections.models import Correction, CorrectionRun
from imports.engine.matching import Outcome
from imports.models import ErrorLogEntry, ImportChange, ImportChunk
from imports.webhooks.models import WebhookDelivery
from irisx.accounts.tenancy import tenant_scope
from irisx.refusals import Conflict, Invalid
from tests.factories import (
    contacts_of,
    counts,
    error_log,
    import_csv,
    make_contact,
    make_job,
    make_list,
    make_webhook_endpoint,
    reload,
)

pytestmark = pytest.mark.django_db

MAPPING = {"Name": "first_name", "Email": "email", "Phone": "phone", "Birthday": "birthday"}
TWO_BAD = "Name,Email,Phone\nAna,ana@example.com,\nBen,ben@,\nCleo,cleo@,\n"


def import_rows(tenant, content=TWO_BAD, **options):
    headers = content.partition("\n")[0].split(",")
    return import_csv(tenant, content, mapping={header: MAPPING[header] for header in headers}, **options)


def correct(job, values, *, user=None):
    """Send corrected cells, {row index: {header: text}}, and import them."""
    rows = [CorrectedRow(row_index, 0, cells) for row_index, cells in values.items()]
    accepted = services.accept(reload(job), [rows], user=user)
    run_all(job)
    return accepted[:2]


def run_all(job):
    with tenant_scope(job.tenant_id):
        open_runs = list(CorrectionRun.objects.filter(import_job=job, status__in=CorrectionRun.OPEN).order_by("run_no"))
    for run in open_runs:
        runner.run_to_end(run.pk)


def rows_of(job, outcome):
    """Return row number and contact's e-mail address of the rows behind a number."""
    job = reload(job)
    with tenant_scope(job.tenant_id):
        rows = results.rows(job, outcome=outcome, offset=0, limit=1000)
        emails = dict(Contact.objects.filter(tenant_id=job.tenant_id).values_list("pk", "email"))
    assert len(rows) == results.count_of(job, outcome)
    return [(row.row, emails.get(row.contact_id)) for row in rows]


def open_log(job):
    with tenant_scope(job.tenant_id):
        lines = results.open_entries(job).values_list("row_number", "level", "error_type", "field")
        return list(lines)


def test_corrected_rows_come_in_and_are_counted_as_what_they_are_now(acme):
    job = import_rows(acme)

    assert correct(job, {1: {"Email": "ben@example.com"}}) == (1, 0)

    assert counts(reload(job)) == {"total": 3, "processed": 3, "created": 2, "failed": 1}
    assert rows_of(job, Outcome.CREATED) == [(2, "ana@example.com"), (3, "ben@example.com")]
    assert rows_of(job, Outcome.FAILED) == [(4, None)]
    assert rows_of(job, None) == [(2, "ana@example.com"), (3, "ben@example.com"), (4, None)]
    assert open_log(job) == [(4, "error", "invalid_email", "email")]
    ben = contacts_of(acme)[1]
    assert (ben.first_name, ben.import_job_id, ben.last_job_id) == ("Ben", job.pk, job.pk)


def test_a_row_that_is_wrong_still_stays_failed_with_its_new_message_and_values(acme):
    job = import_rows(acme)

    correct(job, {1: {"Email": "", "Phone": "12"}})

    assert counts(reload(job)) == {"total": 3, "processed": 3, "created": 1, "failed": 2}
    assert open_log(job) == [(3, "error", "invalid_phone", "phone"), (4, "error", "invalid_email", "email")]
    with tenant_scope(acme):
        line = ErrorLogEntry.objects.get(import_job=job, row_index=1)
    assert line.row_data == {"Name": "Ben", "Email": "", "Phone": "12"}


def test_a_row_that_was_mended_is_never_imported_again(acme):
    job = import_rows(acme)
    correct(job, {1: {"Email": "ben@example.com"}})

    assert correct(job, {1: {"Email": "other@example.com"}, 2: {}}) == (1, 1)
    assert correct(job, {1: {"Email": "ben@example.com"}}) == (0, 1)

    assert counts(reload(job)) == {"total": 3, "processed": 3, "created": 2, "failed": 1}
    assert [contact.email for contact in contacts_of(acme)] == ["ana@example.com", "ben@example.com"]


def test_two_runs_with_the_same_row_import_it_once(acme):
    job = import_rows(acme)
    for email in ("ben@example.com", "ben.byrne@example.com"):
        services.accept(reload(job), [[CorrectedRow(1, 0, {"Email": email})]], user=None)

    run_all(job)

    assert [contact.email for contact in contacts_of(acme)] == ["ana@example.com", "ben@example.com"]
    with tenant_scope(acme):
        runs = CorrectionRun.objects.filter(import_job=job).order_by("run_no")
        assert list(runs.values_list("run_no", "status", "mended_rows")) == [(1, "completed", 1), (2, "completed", 0)]


@pytest.mark.parametrize(
    ("strategy", "expected", "title"),
    [
        ("skip", {"created": 1, "skipped": 1, "duplicates": 1}, "Ben"),
        ("update", {"created": 1, "updated": 1, "duplicates": 1}, "Benjamin"),
        ("create_new", {"created": 2, "duplicates": 1}, "Ben"),
    ],
)
def test_a_corrected_row_matches_as_its_import_would(acme, strategy, expected, title):
    known = make_contact(acme, first_name="Ben", email="ben@example.com")
    job = import_rows(acme, "Name,Email\nAna,ana@example.com\nBenjamin,ben@\n", duplicate_strategy=strategy)

    correct(job, {1: {"Email": "ben@example.com"}})

    assert counts(reload(job)) == {"total": 2, "processed": 2, **expected}
    with tenant_scope(acme):
        assert Contact.objects.get(pk=known.pk).first_name == title
        changes = ImportChange.objects.filter(import_job=job, contact_id=known.pk).values_list("before", "after")
        if strategy == "update":
            assert list(changes) == [({"first_name": "Ben"}, {"first_name": "Benjamin"})]
        else:
            assert not changes


def test_a_corrected_row_that_turns_out_to_be_a_duplicate_can_be_corrected_again(acme):
    job = import_rows(acme)
    correct(job, {1: {"Email": "ana@example.com"}})
    assert counts(reload(job)) == {
        "total": 3, "processed": 3, "created": 1, "skipped": 1, "failed": 1, "duplicates": 1,
    }  # fmt: skip
    assert open_log(job)[0] == (3, "duplicate", "duplicate", "email")

    # Sent back as it was, it is what it was.
    assert correct(job, {1: {"Email": "ana@example.com"}}) == (0, 1)
    assert correct(job, {1: {"Email": "ben@example.com"}}) == (1, 0)

    assert counts(reload(job)) == {"total": 3, "processed": 3, "created": 2, "failed": 1}
    assert rows_of(job, Outcome.CREATED) == [(2, "ana@example.com"), (3, "ben@example.com")]
    assert rows_of(job, Outcome.SKIPPED) == []


def test_a_value_that_was_left_out_is_written_to_the_contact_of_its_row_and_nothing_else(acme):
    job = import_rows(acme, "Name,Email,Birthday\nAna,ana@example.com,someday\n")
    with tenant_scope(acme):
        Contact.objects.update(first_name="Anna")
    assert error_log(job) == [(2, "warning", "invalid_value", "birthday")]

    assert correct(job, {0: {"Birthday": "1990-05-17", "Name": "Ana Maria"}}) == (1, 0)

    (ana,) = contacts_of(acme)
    assert (ana.first_name, ana.attributes) == ("Anna", {"birthday": "1990-05-17"})
    assert open_log(job) == []
    assert counts(reload(job)) == {"total": 1, "processed": 1, "created": 1}
    assert rows_of(job, Outcome.CREATED) == [(2, "ana@example.com")]
    assert correct(job, {0: {"Birthday": "1991-01-01"}}) == (0, 1)


def test_a_value_that_cannot_be_read_still_changes_the_line_and_no_contact(acme):
    job = import_rows(acme, "Name,Email,Birthday\nAna,ana@example.com,someday\n")

    correct(job, {0: {"Birthday": "soon"}})

    assert contacts_of(acme)[0].attributes == {}
    with tenant_scope(acme):
        line = results.open_entries(job).get()
    assert (line.level, line.row_data["Birthday"]) == ("warning", "soon")


def test_a_mended_value_does_not_bring_back_a_contact_that_was_deleted(acme):
    job = import_rows(acme, "Name,Email,Phone\nAna,ana@example.com,12\n")
    with tenant_scope(acme):
        Contact.objects.all().delete()

    correct(job, {0: {"Phone": "+12125550143"}})

    assert contacts_of(acme) == []
    assert open_log(job) == []


def test_what_comes_in_with_a_value_left_out_says_so(acme):
    job = import_rows(acme, "Name,Email,Birthday\nAna,ana@,someday\n")

    correct(job, {0: {"Email": "ana@example.com"}})

    assert open_log(job) == [(2, "warning", "invalid_value", "birthday")]
    assert counts(reload(job)) == {"total": 1, "processed": 1, "created": 1}
    correct(job, {0: {"Birthday": "1990-05-17"}})
    assert contacts_of(acme)[0].attributes == {"birthday": "1990-05-17"}


def test_whoever_a_corrected_row_names_joins_the_list(acme):
    chosen = make_list(acme)
    job = import_rows(acme, list_id=str(chosen.pk))

    correct(job, {1: {"Email": "ben@example.com"}})

    with tenant_scope(acme):
        members = ContactListMember.objects.filter(contact_list=chosen)
        assert sorted(members.values_list("contact__email", flat=True)) == ["ana@example.com", "ben@example.com"]


def test_the_end_of_a_run_is_told_once_with_the_job_as_it_is_then(acme):
    make_webhook_endpoint(acme)
    job = import_rows(acme)

    correct(job, {1: {"Email": "ben@example.com"}, 2: {"Email": "cleo@example.com"}})
    correct(job, {1: {"Email": "ben@example.com"}})

    with tenant_scope(acme):
        told = WebhookDelivery.objects.filter(job_id=job.pk).order_by("pk")
        assert [delivery.event for delivery in told] == ["completed", "corrected"]
        assert '"created_count":3' in told[1].body
    assert reload(job).status == "completed"


def test_an_unknown_row_is_named_and_nothing_is_kept(acme):
    job = import_rows(acme)

    with pytest.raises(Invalid) as refused:
        services.accept(job, [[CorrectedRow(1, 0, {"Email": "b@example.com"})], [CorrectedRow(0, 0, {})]], user=None)

    assert refused.value.code == "unknown_import_key"
    assert f"{job.pk}:0" in refused.value.message
    with tenant_scope(acme):
        assert not Correction.objects.exists()
        assert not CorrectionRun.objects.exists()


@pytest.mark.parametrize("status", ["pending", "queued", "processing", "paused"])
def test_corrections_wait_for_the_end_of_the_import(acme, status):
    with pytest.raises(Conflict) as refused:
        services.accept(make_job(acme, status=status), [], user=None)

    assert refused.value.code == "import_not_finished"


def test_a_second_request_of_one_id_tells_what_the_first_did(acme):
    job = import_rows(acme)
    rows = [[CorrectedRow(1, 0, {"Email": "ben@example.com"})]]
    first = services.accept(job, rows, user=None, run_id=job.pk)
    run_all(job)

    assert services.accept(reload(job), rows, user=None, run_id=job.pk) == first
    with tenant_scope(acme):
        assert CorrectionRun.objects.count() == 1


def test_rows_that_lie_far_apart_are_few_bytes_of_the_ledger(acme, monkeypatch):
    monkeypatch.setattr(runner, "LEDGER_SPAN", 3)
    rows = [f"p{n},{'' if n in (1, 2, 6) else f'p{n}@example.com'}\n" for n in range(8)]
    job = import_rows(acme, "Name,Email\n" + "".join(rows))

    correct(job, {n: {"Email": f"p{n}@example.com"} for n in (1, 2, 6)})

    with tenant_scope(acme):
        chunks = ImportChunk.objects.filter(import_job=job, run_no=1).order_by("lo")
        assert [(chunk.lo, chunk.hi, bytes(chunk.outcomes)) for chunk in chunks] == [(1, 3, b"\1\1"), (6, 7, b"\1")]
    assert [row for row, _ in rows_of(job, Outcome.CREATED)] == [*range(2, 10)]


def test_a_long_run_goes_on_slice_by_slice(acme, monkeypatch):
    monkeypatch.setattr(runner, "WINDOW_ROWS", 120)
    job = import_rows(acme, "Name,Email\n" + "".join(f"p{n},bad{n}\n" for n in range(300)))

    correct(job, {n: {"Email": f"p{n}@example.com"} for n in range(300)})

    assert counts(reload(job)) == {"total": 300, "processed": 300, "created": 300}
    assert len(rows_of(job, Outcome.CREATED)) == 300
    with tenant_scope(acme):
        assert CorrectionRun.objects.get().epoch == 3  # a claim for each slice


def test_corrections_beside_a_retry_move_the_same_numbers(acme):
    job = import_rows(acme)
    # As if it had failed before its last row, which is taken again after the correction.
    with tenant_scope(acme), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE import_jobs SET status = 'failed', row_index = 2, processed_rows = 2, error_count = 1 "
            "WHERE id = %s",
            [job.pk],
        )
        cursor.execute(
            "UPDATE import_chunks SET hi = 2, outcomes = substr(outcomes, 1, 2), "
            "contact_ids = substr(contact_ids, 1, 32) WHERE import_job_id = %s",
            [job.pk],
        )
        ErrorLogEntry.objects.filter(import_job=job, row_index=2).delete()
    correct(job, {1: {"Email": "ben@example.com"}})

    control.retry(reload(job))
    job_runner.run_to_end(job.pk)

    assert counts(reload(job)) == {"total": 3, "processed": 3, "created": 2, "failed": 1}
    assert rows_of(job, None) == [(2, "ana@example.com"), (3, "ben@example.com"), (4, None)]


def test_a_deleted_import_leaves_nothing_of_its_corrections(acme, settings):
    job = import_rows(acme)
    correct(job, {1: {"Email": "ben@example.com"}})
    job_services.delete(reload(job))
    settings.DELETED_JOBS_KEPT_DAYS = -1

    retention.purge()

    with tenant_scope(acme):
        assert not Correction.objects.exists()
        assert not CorrectionRun.objects.exists()
