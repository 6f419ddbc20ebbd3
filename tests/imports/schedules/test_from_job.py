"""Repeating an import that somebody did."""

from __future__ import annotations

import pytest

from imports import remote, runner
from imports.options import ImportOptions
from imports.schedules import from_job
from imports.schedules.drift import Baseline
from irisx.accounts.tenancy import tenant_scope
from irisx.refusals import Conflict
from tests.factories import confirm, make_job
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
