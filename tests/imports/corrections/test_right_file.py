"""A file with bad rows that are corrected leaves what the right file would have left, where order does not matter."""

from __future__ import annotations

import tempfile
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imports import results, runner, storage
from imports.corrections import runner as corrections_runner
from imports.corrections import services as corrections
from imports.corrections.mending import CorrectedRow
from imports.corrections.models import CorrectionRun
from imports.engine.matching import Outcome
from imports.engine.rows_file import RowsFileWriter
from imports.models import ImportJob
from irisx.accounts.models import Tenant
from irisx.accounts.tenancy import tenant_scope
from tests.factories import contacts_of, counts, make_contact, make_job, reload

pytestmark = pytest.mark.django_db

HEADERS = {"Email": "email", "Title": "title", "Birthday": "birthday"}
GOOD = {"Birthday": "1990-05-17"}


@st.composite
def files(draw):
    """Return rows as they should be, and which cells of them are wrong in the file.

    Each row is of a person of its own, who may be known already: so no row hangs on the order.
    """
    rows, wrong = [], []
    for number in range(draw(st.integers(1, 8))):
        email = f"person{number}@example.com"
        rows.append([email, draw(st.sampled_from(["", "Buyer"])), draw(st.sampled_from(["", GOOD["Birthday"]]))])
        cells = {}
        if draw(st.booleans()):
            cells[0] = draw(st.sampled_from(["", f"person{number}@"]))
        if draw(st.booleans()):
            cells[2] = "someday"
        wrong.append(cells)
    return rows, wrong


def run_import(tenant: Tenant, rows: list[list[str]], strategy: str) -> ImportJob:
    job = make_job(
        tenant,
        status=ImportJob.Status.PROCESSING,
        total_rows=len(rows),
        columns=[{"header": header} for header in HEADERS],
        field_mapping=HEADERS,
        duplicate_strategy=strategy,
        duplicate_match_fields=["email"],
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows"
        with RowsFileWriter(path, list(HEADERS)) as writer:
            for number, cells in enumerate(rows, start=2):
                writer.write(number, list(cells))
        job.rows_path = storage.keep(path, job_id=job.pk, kind="rows")
    with tenant_scope(tenant):
        job.save(update_fields=["rows_path"])
    return runner.run_to_end(job.pk)


def correct(job: ImportJob, rows: list[CorrectedRow]) -> None:
    corrections.accept(reload(job), [rows], user=None)
    with tenant_scope(job.tenant_id):
        open_runs = list(CorrectionRun.objects.filter(import_job=job, status__in=CorrectionRun.OPEN))
    for run in open_runs:
        corrections_runner.run_to_end(run.pk)


def stored(tenant: Tenant) -> list[tuple[str, str, dict[str, str]]]:
    return sorted(
        ((contact.email, contact.title, contact.attributes) for contact in contacts_of(tenant)), key=lambda one: one[0]
    )


def outcomes(job: ImportJob) -> list[tuple[int, str]]:
    job = reload(job)
    with tenant_scope(job.tenant_id):
        found = {outcome: results.rows(job, outcome=outcome, offset=0, limit=100) for outcome in [None, *Outcome]}
    # Each number opens as many rows as it says, and together they are all.
    assert sum(len(rows) for outcome, rows in found.items() if outcome) == job.processed_rows == job.total_rows
    for outcome in Outcome:
        assert len(found[outcome]) == results.count_of(job, outcome)
    return [(row.row_index, row.outcome.name) for row in found[None]]


@settings(max_examples=25)
@given(
    file=files(),
    known=st.sets(st.integers(0, 7), max_size=3),
    strategy=st.sampled_from(["skip", "update", "create_new"]),
    halves=st.booleans(),
)
def test_corrections_leave_what_the_right_file_leaves(file, known, strategy, halves):
    rows, wrong = file
    acme, globex = (Tenant.objects.create(name=name, slug=f"{name}-{uuid4()}") for name in ("acme", "globex"))
    for tenant in (acme, globex):
        for number in known:
            make_contact(tenant, email=f"person{number}@example.com", title="Clerk")
    bad_rows = [
        [cells.get(place, text) for place, text in enumerate(row)] for row, cells in zip(rows, wrong, strict=True)
    ]

    right = run_import(globex, rows, strategy)
    job = run_import(acme, bad_rows, strategy)
    headers = list(HEADERS)
    corrected = [
        CorrectedRow(index, 0, {headers[place]: rows[index][place] for place in cells})
        for index, cells in enumerate(wrong)
        # A row that was skipped says nothing of its other cells; nothing is in the log of one without a fault.
        if cells and in_log(job, index)
    ]
    parts = [corrected[::2], corrected[1::2]] if halves else [corrected]
    for part in [*parts, corrected]:  # and all of it once more
        if part:
            correct(job, part)

    assert stored(acme) == stored(globex)
    if not any(2 in cells and 0 not in cells for cells in wrong):
        assert counts(reload(job)) == counts(right)
        assert outcomes(job) == outcomes(right)
    else:
        # A row that came in without a value stays counted as what it was; nothing else differs.
        assert counts(reload(job))["processed"] == counts(right)["processed"]
        outcomes(job)


def in_log(job: ImportJob, index: int) -> bool:
    with tenant_scope(job.tenant_id):
        return results.log_entries(job).filter(row_index=index).exists()
