"""Repeating an import that somebody did."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imports import remote, runner
from imports.engine.readers import ReadingOptions
from imports.options import ImportOptions
from imports.schedules import from_job
from imports.schedules.drift import Baseline
from irisx.accounts.tenancy import tenant_scope
from irisx.refusals import Conflict
from tests.factories import confirm, counts, make_job
from tests.imports.schedules.conftest import look, of_sheet, runs_of
from tests.sheets import SOURCE

pytestmark = pytest.mark.django_db


def test_what_a_schedule_needs_is_taken_of_the_import(acme, alice, sheets):
    options = ImportOptions.parse({"duplicate_strategy": "update", "external_id": "once"})
    job = confirm(remote.create_job(acme, user=alice, source=SOURCE, options=options), {"Phone": None})
    job = runner.run_to_end(job.pk)

    with tenant_scope(acme):
        again = from_job.repeated(job)

    assert again.source.document == SOURCE.document
    assert again.field_mapping.as_json() == {"E-Mail": "email", "First Name": "first_name", "Phone": None}
    assert (again.options.duplicate_strategy, again.options.external_id) == ("update", "")
    assert again.options.webhook_events == ("completed", "failed", "cancelled", "held")
    assert again.baseline == Baseline(("E-Mail", "First Name", "Phone"), 3, {"E-Mail": 3})


def test_a_row_of_headers_that_somebody_chose_is_chosen_for_every_run(acme, alice, sheets, clock):
    sheets.rows.insert(0, ["Partners", "of the", "spring fair"])
    job = remote.create_job(acme, user=alice, source=replace(SOURCE, header_row=1), options=ImportOptions())
    job = remote.read_again(job, user=alice, reading_options=ReadingOptions(header_row=2))
    job = runner.run_to_end(confirm(job, {"E-Mail": "email", "First Name": None, "Phone": None}).pk)
    sheets.rows[0] = ["Email", "Name", "Telephone"]
    with tenant_scope(acme):
        again = from_job.repeated(job)
    schedule = of_sheet(
        acme, alice, again.field_mapping.as_json(), source=again.source, options=again.options, baseline=again.baseline
    )
    clock.shift(86_400)

    look()

    (run,) = runs_of(schedule)
    assert (again.source.header_row, run.file_info["header_row"]) == (2, 2)
    assert (run.status, run.held, counts(run)) == (
        "completed",
        None,
        {"total": 3, "processed": 3, "skipped": 3, "duplicates": 3},
    )


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"source_type": "csv", "status": "completed", "field_mapping": {"E-Mail": "email"}}, "not_repeatable"),
        (
            {"source_type": "google_sheets", "status": "pending", "file_info": {"source": SOURCE.as_json()}},
            "not_started",
        ),
    ],
)
def test_a_file_and_an_import_that_was_not_started_cannot_be_repeated(acme, values, code):
    job = make_job(acme, **values)

    with tenant_scope(acme), pytest.raises(Conflict) as refused:
        from_job.repeated(job)

    assert refused.value.code == code
