"""Measure exports: CSV against PostgreSQL's own COPY of the same columns, and the web process's memory."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import measuring
import running

if TYPE_CHECKING:
    from irisx.accounts.models import Tenant

EMAIL = "ana@acme.example"  # one of the demo users
# Every third contact has tags and wishes to be left alone.
FILL = """
INSERT INTO contacts (id, tenant_id, first_name, last_name, email, phone, company, title, attributes)
SELECT
    (lpad(to_hex(1700000000000 + n), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid,
    %(tenant_id)s,
    (ARRAY['Maya', 'Derek', 'Jürgen', 'Hélène', 'Kwame'])[1 + n %% 5],
    (ARRAY['Hollister', 'Okafor', 'von der Heide', 'Lefèvre', 'Wiśniewska', 'O''Brien'])[1 + n %% 6],
    'person.' || n || '@example.com',
    '+4915' || (100000000 + n),
    (ARRAY['Harborlight Logistics', 'Cobalt & Finch LLC', 'The "Blue Door" Bakery', ''])[1 + n %% 4],
    (ARRAY['VP of Operations', 'Data Engineer', 'Head of Marketing, EMEA', ''])[1 + n %% 4],
    '{"city": "Köln", "country": "DE", "plan": "Pro", "birthday": "1986-03-14"}'::jsonb
        || CASE WHEN n %% 3 = 0 THEN '{"tags": ["vip", "fair"], "do_not_contact": true}'::jsonb ELSE '{}'::jsonb END
FROM generate_series(1, %(contacts)s) AS n
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    with measuring.private_system(), tempfile.TemporaryDirectory() as name:
        print(measuring.machine())
        with running.system(Path(name)) as system:
            tenant = demo_tenant()
            fill(tenant, given.contacts)
            measuring.settle()
            runs = [run(tenant, given.contacts) for _ in range(given.runs)]
            print(f"CSV, {given.contacts:,} contacts")
            measuring.print_table(["bare s", "export s", "export ÷ bare"], runs, [2, 2, 2])
            for form in ("csv", "excel", "json"):
                runs = [download(system, form) for _ in range(min(3, given.runs))]
                print(f"{form} over the API")
                measuring.print_table(["seconds", "MB", "web MB over idle"], runs, [1, 0, 0])


def demo_tenant() -> Tenant:
    from irisx.accounts.models import Tenant, User

    return Tenant.objects.get(pk=User.objects.get(email=EMAIL).tenant_id)


def fill(tenant: Tenant, contacts: int) -> None:
    """Give the tenant so many contacts, and one custom field."""
    from django.db import connection

    from contacts import services
    from irisx.accounts.tenancy import tenant_scope

    services.create_custom_field(tenant, label="Plan")
    with tenant_scope(tenant), connection.cursor() as cursor:
        cursor.execute(FILL, {"tenant_id": tenant.pk, "contacts": contacts})


def run(tenant: Tenant, contacts: int) -> list[float]:
    """Return the seconds of a bare COPY and of an export, and how many times as long the export takes."""
    bare, export = bare_seconds(tenant), export_seconds(tenant, contacts)
    return [bare, export, export / bare]


def bare_seconds(tenant: Tenant) -> float:
    """Let PostgreSQL put out the same columns in the same order, and look at none of it."""
    from django.db import connection

    from contacts.exports.columns import columns_of
    from irisx.accounts.tenancy import tenant_scope

    with tenant_scope(tenant), connection.cursor() as cursor:
        columns = [
            field.key if field.is_column else "id" if field.key == "irisx_id" else f"attributes->>'{field.attribute}'"
            for field in (column.field for column in columns_of(tenant))
        ]
        began = time.monotonic()
        statement = f"SELECT {', '.join(columns)} FROM contacts WHERE tenant_id = {tenant.pk} ORDER BY id"
        with cursor.copy(f"COPY ({statement}) TO STDOUT") as copy:
            for _ in copy:
                pass
        return time.monotonic() - began


def export_seconds(tenant: Tenant, contacts: int) -> float:
    from contacts import exports

    with tempfile.TemporaryFile() as file:
        began = time.monotonic()
        count = exports.write(tenant, exports.Selection(), file)
        seconds = time.monotonic() - began
    measuring.require(count == contacts, f"the export has {count:,} contacts.")
    return seconds


def download(system: running.System, form: str) -> list[float]:
    """Download an export, and return the seconds, its size, and what the web process took for it."""
    with system.client(EMAIL) as client:
        # Whatever a first request loads is loaded.
        client.get("/v1/exports/contacts", params={"format": form, "limit": 1}).raise_for_status()
        idle = measuring.megabytes("VmRSS", system.web_pid)
        measuring.forget_peak(system.web_pid)
        began, size = time.monotonic(), 0
        with client.stream("GET", "/v1/exports/contacts", params={"format": form}) as answer:
            answer.raise_for_status()
            for piece in answer.iter_raw():
                size += len(piece)
        seconds = time.monotonic() - began
    return [seconds, size / 1024**2, measuring.megabytes("VmHWM", system.web_pid) - idle]


if __name__ == "__main__":
    main()
