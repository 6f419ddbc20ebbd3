"""The rows behind each number, out of ledger and rows file."""

from __future__ import annotations

import random
from uuid import UUID

import pytest

from imports import results, runner, storage
from imports.engine.loader import NO_CONTACT
from imports.engine.matching import Outcome
from imports.engine.rows_file import RowsFileWriter
from imports.models import ErrorLogEntry, ImportChunk, ImportJob
from irisx.accounts.tenancy import tenant_scope
from tests import factories
from tests.factories import make_job

pytestmark = pytest.mark.django_db


def import_csv(tenant, content):
    """Import a file under its own headers, however few of its cells look like what they say."""
    mapping = {header: header.lower() for header in ("Email", "Phone") if header in content}
    return factories.import_csv(tenant, content, mapping=mapping)


COUNTS = {
    Outcome.CREATED: "created_count",
    Outcome.UPDATED: "updated_count",
    Outcome.UNCHANGED: "unchanged_count",
    Outcome.SKIPPED: "skipped_count",
    Outcome.FAILED: "error_count",
}


def contact_of(row_index: int, outcome: Outcome) -> UUID | None:
    return None if outcome is Outcome.FAILED else UUID(int=row_index + 1)


@pytest.fixture
def make_finished(acme, tmp_path):
    """Store a finished job whose rows had these outcomes, in chunks of this size, with its rows file."""

    def make(outcomes: list[Outcome], *, chunk_rows: int, with_file: bool = True) -> ImportJob:
        counts = {name: outcomes.count(outcome) for outcome, name in COUNTS.items()}
        job = make_job(
            acme,
            status="completed",
            total_rows=len(outcomes),
            processed_rows=len(outcomes),
            success_count=len(outcomes) - counts["skipped_count"] - counts["error_count"],
            columns=[{"header": "Name"}],
            **counts,
        )
        with tenant_scope(acme):
            for lo in range(0, len(outcomes), chunk_rows):
                chunk = outcomes[lo : lo + chunk_rows]
                contacts = [contact_of(lo + place, outcome) for place, outcome in enumerate(chunk)]
                ImportChunk.objects.create(
                    tenant=acme,
                    import_job=job,
                    lo=lo,
                    hi=lo + len(chunk),
                    outcomes=bytes(chunk),
                    contact_ids=b"".join(contact.bytes if contact else NO_CONTACT for contact in contacts),
                )
            if with_file:
                with RowsFileWriter(tmp_path / "rows", ["Name"]) as writer:
                    for row_index in range(len(outcomes)):
                        writer.write(row_index + 2, [f"person {row_index}"])
                job.rows_path = storage.keep(tmp_path / "rows", job_id=job.pk, kind="rows")
                job.save(update_fields=["rows_path"])
        return job

    return make


def rows(job, outcome=None, offset=0, limit=100):
    with tenant_scope(job.tenant):
        return results.rows(job, outcome=outcome, offset=offset, limit=limit)


def test_rows_carry_number_contact_and_text(make_finished):
    job = make_finished([Outcome.CREATED, Outcome.FAILED, Outcome.SKIPPED], chunk_rows=2)

    assert rows(job) == [
        results.RowResult(0, 2, Outcome.CREATED, UUID(int=1), {"Name": "person 0"}),
        results.RowResult(1, 3, Outcome.FAILED, None, {"Name": "person 1"}),
        results.RowResult(2, 4, Outcome.SKIPPED, UUID(int=3), {"Name": "person 2"}),
    ]


@pytest.mark.parametrize("chunk_rows", [1, 7, 1000, 5000])
def test_pages_of_each_outcome_together_are_its_rows(make_finished, chunk_rows):
    generator = random.Random(7)
    outcomes = generator.choices(list(Outcome), weights=[50, 1, 20, 5, 1], k=300)
    job = make_finished(outcomes, chunk_rows=chunk_rows)

    for wanted in (None, *Outcome):
        expected = [row for row, outcome in enumerate(outcomes) if wanted in (None, outcome)]
        count = results.count_of(job, wanted)
        paged = [row for offset in range(0, count + 40, 40) for row in rows(job, wanted, offset, 40)]
        assert [row.row_index for row in paged] == expected
        assert count == len(expected)
        for row in paged:
            assert row.outcome is outcomes[row.row_index]
            assert row.contact_id == contact_of(row.row_index, row.outcome)
            assert row.values == {"Name": f"person {row.row_index}"}


def test_rows_far_apart_are_found_without_reading_what_is_between(make_finished, monkeypatch):
    outcomes = [Outcome.CREATED] * 20_000
    outcomes[3] = outcomes[1_500] = outcomes[19_999] = Outcome.FAILED
    job = make_finished(outcomes, chunk_rows=5_000)
    read = []
    pick = results.RowsFile._pick_from_block
    monkeypatch.setattr(
        results.RowsFile,
        "_pick_from_block",
        lambda self, content, block, indexes: read.append(block) or pick(self, content, block, indexes),
    )

    assert [row.row for row in rows(job, Outcome.FAILED)] == [5, 1_502, 20_001]
    assert read == [0, 1, 19]


def test_rows_are_told_without_their_text_once_the_file_is_purged(make_finished):
    job = make_finished([Outcome.CREATED, Outcome.FAILED], chunk_rows=2, with_file=False)

    assert rows(job, Outcome.CREATED) == [results.RowResult(0, None, Outcome.CREATED, UUID(int=1), {})]

    job.rows_path = "imports/gone.rows"
    assert rows(job, Outcome.CREATED) == [results.RowResult(0, None, Outcome.CREATED, UUID(int=1), {})]


def test_rows_of_an_import_in_slices_and_careful_chunks_are_those_of_one_in_one_go(acme, globex):
    content = "Email\n" + "".join(
        "bad\n" if number % 7 == 0 else f"person{number - number % 5 // 4}@example.com\n" for number in range(400)
    )
    mapping = {"Email": "email"}
    whole = factories.import_csv(acme, content, mapping=mapping)
    parted = factories.confirm(factories.upload(globex, content), mapping)
    with tenant_scope(globex):
        ImportJob.objects.filter(pk=parted.pk).update(careful_rows=3, careful_until=20)
    while not (parted := factories.reload(parted)).is_finished:
        runner.run_slice(parted.pk, parted.epoch, seconds=0)

    for outcome in (None, *Outcome):
        found = [(row.row_index, row.row, row.outcome, row.values) for row in rows(parted, outcome, limit=400)]
        assert found == [(row.row_index, row.row, row.outcome, row.values) for row in rows(whole, outcome, limit=400)]
        assert len(found) == results.count_of(parted, outcome)
    assert {outcome: results.count_of(parted, outcome) > 0 for outcome in Outcome} == {
        Outcome.CREATED: True,
        Outcome.UPDATED: False,
        Outcome.UNCHANGED: False,
        Outcome.SKIPPED: True,
        Outcome.FAILED: True,
    }


def test_rows_of_a_job_that_did_nothing_yet_are_none(acme):
    assert rows(make_job(acme, total_rows=5)) == []


# The error log -------------------------------------------------------------------------------------------------------


def test_errors_are_grouped_with_the_first_ones_as_examples(acme):
    job = import_csv(
        acme,
        "Email,Phone\n"
        + "".join(f"bad {row},\n" for row in range(5))
        + "ana@example.com,12\n"
        + "ana@example.com,\n"
        + "ben@example.com,\n",
    )

    with tenant_scope(acme):
        groups = results.error_groups(job)

    assert [(group.level, group.type, group.field, group.count) for group in groups] == [
        ("error", "invalid_email", "email", 5),
        ("duplicate", "duplicate", "email", 1),
        ("warning", "invalid_value", "phone", 1),
    ]
    assert [row for row, _ in groups[0].examples] == [2, 3, 4]
    assert "bad 0" in groups[0].examples[0][1]


def test_groups_leave_out_what_is_resolved(acme):
    job = import_csv(acme, "Email\nbad\nworse\n")
    with tenant_scope(acme):
        ErrorLogEntry.objects.filter(import_job=job, row_number=2).update(resolved_at=job.created_at)

        (group,) = results.error_groups(job)

    assert (group.count, [row for row, _ in group.examples]) == (1, [3])


def test_log_of_another_job_is_left_alone(acme):
    import_csv(acme, "Email\nbad\n")
    job = import_csv(acme, "Email\nworse\n")

    with tenant_scope(acme):
        (entry,) = results.log_entries(job)
        (group,) = results.error_groups(job)

    assert (entry.row_data, group.count) == ({"Email": "worse"}, 1)
