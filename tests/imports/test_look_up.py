"""A chunk reads the contacts that it names, however many its tenant has and whatever the statistics know of them."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.utils import timezone

from imports.cursors import engine_cursor
from imports.engine import loader
from imports.engine.matching import entangled_places, left_places, plan_chunk
from imports.engine.schema import DuplicateStrategy, Record
from irisx.accounts.tenancy import tenant_scope
from irisx.ids import uuid7s

pytestmark = pytest.mark.django_db

CONTACTS = 2_000


def store_contacts(tenant, *, with_phones):
    """Store contacts whose ids say nothing of where they lie, as where updates have moved them about."""
    with tenant_scope(tenant), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO contacts (id, tenant_id, email, phone) SELECT gen_random_uuid(), %s, "
            "'person' || n || '@example.com', CASE WHEN %s THEN '+1212555' || lpad(n::text, 4, '0') ELSE '' END "
            "FROM generate_series(1, %s) AS n",
            [tenant.pk, with_phones, CONTACTS],
        )


@pytest.fixture
def uncounted(acme, globex):
    """Have contacts of Globex that PostgreSQL has counted, beside those of Acme that it has not yet."""
    store_contacts(globex, with_phones=False)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE contacts")
    store_contacts(acme, with_phones=True)


def contacts_read(cursor):
    """Return how many contacts this transaction has read."""
    cursor.execute("SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'contacts'")
    return cursor.fetchone()[0]


@pytest.mark.parametrize("strategy", DuplicateStrategy)
@pytest.mark.parametrize("irisx_id", [None, UUID(int=7)], ids=["without IRISX IDs", "with one"])
def test_a_chunk_reads_the_contacts_that_it_names_and_no_others(acme, uncounted, strategy, irisx_id):
    # Five contacts twice: what several rows change is written in another way.
    records = [
        Record(n, n + 2, f"Ana {n}", "", f"person{n % 15 + 1}@example.com", "", "", "", {}, irisx_id, ())
        for n in range(20)
    ]
    ids, now = uuid7s(len(records)), timezone.now()
    target = loader.Target(acme.pk, uuid4(), strategy, ("email", "phone"))

    with tenant_scope(acme), engine_cursor() as cursor:
        loader.stage(cursor, loader.staged_text(records, ids))
        before = contacts_read(cursor)
        settled, left = None, records
        if strategy is DuplicateStrategy.UPDATE:
            settled = loader.update_pairs(cursor, records, entangled_places(records), target, began=now, now=now)
            left = [records[place] for place in left_places(settled)]
        known = loader.find_contacts(cursor, left, target)
        plan = plan_chunk(
            records, ids, known, strategy=strategy, match_fields=target.match_fields, now=now, settled=settled
        )
        loader.write_contacts(cursor, plan, target, now)

        pairs = len(records) - len(left)
        assert pairs == (10 if strategy is DuplicateStrategy.UPDATE and irisx_id is None else 0)
        assert plan.duplicate_count == len(records)
        assert contacts_read(cursor) - before < 10 * len(records)
