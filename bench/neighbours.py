"""New rows into a table that is full already, of their tenant's contacts and of another's. See README.md."""

from __future__ import annotations

import jobs
import measuring
import people
import twin
from figures import Figure
from measuring import Bench, require

# Contacts of two tenants in turn, as if they had come in by and by: ids that rise with time, addresses and numbers
# in no order, so that the indexes look as they do after many imports. Nobody of bench/people.py is among them.
FILL = """
INSERT INTO contacts (id, tenant_id, first_name, last_name, email, phone, company, title, attributes)
SELECT uuidv7(interval '-1 day'), CASE number %% 2 WHEN 0 THEN %(tenant)s ELSE %(other)s END, 'Maya', 'Hollister',
    substr(md5(number::text), 1, 12) || '@example.com',
    '+447' || lpad((number * 618033989 %% 1000000000)::text, 9, '0'),
    'Harborlight Logistics', 'Data Engineer',
    jsonb_build_object('city', 'Austin', 'country', 'US', 'column_9', 'Starter', 'column_10', '2024-05-17')
FROM generate_series(1, %(contacts)s::bigint) AS number
"""


def measure(bench: Bench) -> list[Figure]:
    """Measure as many runs as asked for, each of other new people: the tables grow by them, ours and the twin alike."""
    from irisx.accounts.models import Tenant

    rows, held = bench.rows // 5, bench.rows * 2
    figure = Figure(
        f"{rows:,} new rows into a tenant that holds {held:,} contacts, beside another with as many, skip",
        "bare COPY of the same rows into an identically filled table",
        "2.0 ×",
        "1.5 ×",
    )
    tenant = measuring.fresh_tenant()
    other = Tenant.objects.create(name="Neighbour", slug="neighbour", default_country="US")
    measuring.say(f"neighbours: filling contacts with {2 * held:,}, twice")
    with measuring.superuser() as connection:
        connection.execute(FILL, {"tenant": tenant.pk, "other": other.pk, "contacts": 2 * held})
    twin.make()
    twin.fill()
    path, contacts = bench.folder / "people.csv", bench.folder / "contacts.copy"
    for number in range(bench.runs):
        measuring.say(f"neighbours, run {number + 1} of {bench.runs}")
        kinds = people.make_csv(path, rows, seed=number, start=number * rows)
        imported = jobs.import_file(tenant, path, "skip")
        imported.require(created=kinds.new, skipped=kinds.repeated, failed=kinds.failed)
        twin.save(contacts, where=f"import_job_id = '{imported.job.pk}'")
        measuring.settle()
        figure.add(imported.seconds, twin.copy_in(contacts))
    ((ours, theirs),) = measuring.query("SELECT (SELECT count(*) FROM contacts), (SELECT count(*) FROM contacts_twin)")
    require(ours == theirs, f"contacts has {ours} rows, its twin {theirs}.")
    return [figure]
