"""The engine on tables that are partitioned by tenant: docs/scaling.md's second step changes keys, not code."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imports import results, runner
from imports.engine.matching import Outcome
from irisx.accounts.tenancy import tenant_scope
from tests.factories import confirm, counts, import_csv, reload, upload
from tests.imports import test_twin as twins

pytestmark = pytest.mark.django_db

# Table → its primary key, which begins with the tenant; the others keep theirs.
PARTITIONED = {
    "contacts": "tenant_id, id",
    "import_chunks": "tenant_id, import_job_id, run_no, lo",
    "import_errors": "tenant_id, id",
    "import_changes": "tenant_id, import_job_id, contact_id",
}
PARTITIONS = 4


@pytest.fixture
def partitioned():
    """Put copies of the tables, hash-partitioned by tenant, before the plain ones, until the test's rollback."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA partitioned")
        for table, key in PARTITIONED.items():
            cursor.execute(
                f"CREATE TABLE partitioned.{table} (LIKE public.{table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS, "
                f"PRIMARY KEY ({key})) PARTITION BY HASH (tenant_id)"
            )
            for number in range(PARTITIONS):
                cursor.execute(
                    f"CREATE TABLE partitioned.{table}_{number} PARTITION OF partitioned.{table} "
                    f"FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {number})"
                )
            # All that are no primary keys begin with the tenant already, and are taken over as they are.
            cursor.execute(
                "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = %s::regclass AND NOT indisprimary",
                [f"public.{table}"],
            )
            for (definition,) in cursor.fetchall():
                cursor.execute(definition.replace(f" ON public.{table} ", f" ON partitioned.{table} "))
        # A member's contact is named with its tenant, now that this is the key.
        cursor.execute("CREATE TABLE partitioned.contact_list_members (LIKE public.contact_list_members INCLUDING ALL)")
        cursor.execute(
            "ALTER TABLE partitioned.contact_list_members ADD FOREIGN KEY (tenant_id, contact_id) "
            "REFERENCES partitioned.contacts (tenant_id, id) DEFERRABLE INITIALLY DEFERRED"
        )
        cursor.execute("SET LOCAL search_path = partitioned, public")


@given(
    known=st.lists(twins.contacts, max_size=4),
    rows=st.lists(twins.rows, min_size=1, max_size=12),
    options=twins.options,
)
# One set of tables for all examples: each has a tenant of its own.
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_partitioned_tables_hold_what_a_naive_twin_leaves(partitioned, known, rows, options):
    twin = twins.Twin(known, options)
    for row in rows:
        twin.load(row)

    with twins.chunks_of(options.chunk_rows):
        assert twins.left_by(known, rows, options) == twin.left()


def test_rows_lie_in_the_partition_of_their_tenant(partitioned, acme, globex):
    jobs = [import_csv(tenant, "Email,Phone\nana@example.com,\nbad,\nana@example.com,\n") for tenant in (acme, globex)]

    assert [counts(job) for job in jobs] == [
        {"total": 3, "processed": 3, "created": 1, "skipped": 1, "failed": 1, "duplicates": 1}
    ] * 2
    with connection.cursor() as cursor:
        for table in ("contacts", "import_chunks", "import_errors"):
            cursor.execute(f"SELECT count(DISTINCT tenant_id) FROM ONLY public.{table}")
            assert cursor.fetchone() == (0,)
            cursor.execute(f"SELECT tableoid FROM partitioned.{table} GROUP BY tableoid, tenant_id")
            assert len(cursor.fetchall()) == 2


def test_a_statement_of_one_tenant_reads_its_partition_alone(partitioned, acme):
    with tenant_scope(acme), connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_custom_plan")
        cursor.execute(
            "EXPLAIN SELECT FROM contacts WHERE tenant_id = %s AND email <> '' AND email = ANY(%s)",
            [acme.pk, ["ana@example.com"]],
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert len({name for name in range(PARTITIONS) if f"contacts_{name}" in plan}) == 1


def test_slices_and_rows_behind_a_number_work_on_partitioned_tables(partitioned, acme):
    job = confirm(upload(acme, "Email\n" + "".join(f"person{n}@example.com\n" for n in range(250))))
    while not (job := reload(job)).is_finished:
        runner.run_slice(job.pk, job.epoch, seconds=0)

    with tenant_scope(acme):
        found = results.rows(job, outcome=Outcome.CREATED, offset=0, limit=300)

    assert [row.row_index for row in found] == list(range(250))
    assert all(row.contact_id for row in found)
