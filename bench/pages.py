"""Measure pages, searches and lists over a million contacts and 10,000 imports: median, p95 and queries of each.

    .venv/bin/python bench/pages.py [--contacts 1000000] [--jobs 10000] [--requests 20] [word …]

With words, only those whose name has one of them. The requests go through the application's own code in this process,
without a web server. It ends with a complaint if a p95 is not under 300 ms.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import measuring
from measuring import query

if TYPE_CHECKING:
    from django.test import Client

    from irisx.accounts.models import Tenant

AT_MOST_MS = 300
OLD = 20_000  # of the first contacts, which share names, addresses and numbers that nobody after them has

# Who is found often and everywhere (Maya), often but long ago (Zander), some thousand times, and once.
CONTACTS = """
INSERT INTO contacts
    (id, tenant_id, first_name, last_name, email, phone, company, title, attributes, import_job_id,
     created_at, updated_at)
SELECT
    (lpad(to_hex(1700000000000 + n), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid,
    {tenant_id},
    (ARRAY['Maya', 'Derek', 'Jürgen', 'Hélène', 'Kwame'])[1 + n % 5],
    CASE WHEN n <= {old} THEN 'Zander'
         WHEN n % 120 = 0 THEN 'Quist ' || n
         ELSE (ARRAY['Hollister', 'Okafor', 'von der Heide', 'Lefèvre', 'Wiśniewska', 'O''Brien'])[1 + n % 6] END,
    CASE WHEN n <= {old} THEN 'zander.' ELSE 'person.' END || n || '@example.com',
    CASE WHEN n <= {old} THEN '+4420' ELSE '+4915' END || (100000000 + n),
    (ARRAY['Harborlight Logistics', 'Cobalt & Finch LLC', 'The "Blue Door" Bakery', ''])[1 + n % 4],
    (ARRAY['VP of Operations', 'Data Engineer', 'Head of Marketing, EMEA', ''])[1 + n % 4],
    '{{"city": "Köln", "country": "DE", "plan": "Pro"}}',
    md5('job' || 1 + n % {jobs})::uuid,
    to_timestamp(1700000000 + n / 1000.0), to_timestamp(1700000000 + n / 1000.0)
FROM generate_series(1, {contacts}) AS n
"""
# Of the first tenant; of each other tenant the hundredth part.
JOBS = """
INSERT INTO import_jobs
    (id, tenant_id, user_id, source_type, status, filename, total_rows, processed_rows, success_count, created_count,
     error_count, columns, started_at, completed_at, created_at, duplicate_match_fields, webhook_events)
SELECT md5('{name}' || n)::uuid, {tenant_id}, {user_id}, (ARRAY['csv', 'excel', 'pasted'])[1 + n % 3],
    (ARRAY['completed', 'completed', 'completed', 'completed', 'failed', 'cancelled'])[1 + n % 6],
    'people-' || n || '.csv', 1000, 1000, 900, 900, 100, '[]',
    moment, moment + (n % 90) * interval '1 second', moment, '{{email,phone}}', '{{}}'
FROM generate_series(1, {jobs}) AS n, LATERAL (SELECT now() - n * interval '365 days' / {jobs} AS moment) AS at
"""
SUMMARIES = """
INSERT INTO import_summaries (import_job_id, tenant_id, errors, columns)
SELECT id, tenant_id, '[["email_invalid", "email", 60], ["phone_invalid", "phone", 40]]', '[[95, 6, 0], [60, 2, 1]]'
FROM import_jobs
"""
ERRORS = """
INSERT INTO import_errors
    (id, tenant_id, import_job_id, row_index, row_number, level, error_type, field, error_message, row_data)
SELECT md5(job || ' ' || n)::uuid, {tenant_id}, md5('job' || job)::uuid, n, n + 2, 'error', 'email_invalid', 'email',
    'This is not an email address.', '{{"Email": "ann@"}}'
FROM generate_series(1, {jobs} / 10) AS job, generate_series(0, 99) AS n
"""
# An import that updated the oldest contacts and no other.
CHANGES = """
INSERT INTO import_changes (tenant_id, import_job_id, contact_id, before, after)
SELECT {tenant_id}, md5('job6')::uuid, id, '{{"title": ""}}', '{{"title": "CEO"}}'
FROM contacts WHERE tenant_id = {tenant_id} ORDER BY id LIMIT {old}
"""
LISTS = """
INSERT INTO contact_lists (id, tenant_id, name)
SELECT md5('list' || n)::uuid, {tenant_id}, 'List ' || n FROM generate_series(1, 200) AS n
"""
# The first list has every second contact, the second the oldest, the third some thousands from everywhere.
MEMBERS = """
INSERT INTO contact_list_members (tenant_id, contact_list_id, contact_id)
SELECT {tenant_id}, md5('list' || list)::uuid, id
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM contacts WHERE tenant_id = {tenant_id}) AS contact,
    generate_series(1, 3) AS list
WHERE list = 1 AND n % 2 = 0 OR list = 2 AND n <= {old} OR list = 3 AND n % 120 = 0
"""
USERS = """
INSERT INTO users (email, name, tenant_id, password, is_active, is_staff, is_superuser)
SELECT 'person.' || n || '@globex.example', 'Person ' || n, {tenant_id}, '!', true, false, false
FROM generate_series(1, {jobs}) AS n
"""
AUDIT = """
INSERT INTO audit_log (id, tenant_id, user_id, user_email, action, target, status, request_id, details)
SELECT md5('audit' || n)::uuid, {tenant_id}, {user_id}, 'ana@bench.example', 'customer:job-start',
    md5('job' || n)::uuid, 302, 'bench-' || n, '{{}}'
FROM generate_series(1, {jobs} * 20) AS n
"""


class Case(NamedTuple):
    """A page or an answer of the API."""

    name: str
    url: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", metavar="word")
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=20)
    given = parser.parse_args()
    with measuring.private_system():
        from irisx import web

        print(f"{datetime.now(UTC):%-d %B %Y}: {measuring.machine()}")
        tenant = measuring.fresh_tenant()
        fill(tenant, given.contacts, given.jobs)
        web.set_apart_what_is_loaded()
        print(f"{given.contacts:,} contacts, {given.jobs:,} imports; ms of {given.requests} requests each")
        print("| what | median | p95 | queries |")
        print("| --- | --- | --- | --- |")
        p95s = [
            measure(client, case, given.requests)
            for client, cases in groups(tenant)
            for case in cases
            if not given.words or any(word in case.name for word in given.words)
        ]
    measuring.require(max(p95s) < AT_MOST_MS, f"a p95 was {max(p95s):.0f} ms, not under {AT_MOST_MS}.")


def fill(tenant: Tenant, contacts: int, jobs: int) -> None:
    from irisx.accounts.models import Tenant, User

    user = User.objects.create_user("ana@bench.example", "a password that nobody needs", tenant=tenant)
    User.objects.create_superuser("operator@bench.example", "a password that nobody needs")
    given = {"tenant_id": tenant.pk, "user_id": user.pk, "contacts": contacts, "jobs": jobs, "old": OLD}
    with measuring.superuser() as connection:
        for name, statement in (("contacts", CONTACTS), ("lists", LISTS), ("members", MEMBERS)):
            measuring.say(f"making {name}")
            connection.execute(statement.format(**given))
        measuring.say("making imports")
        connection.execute(JOBS.format(name="job", **given))
        for number in range(20):
            other = Tenant.objects.create(name=f"Other {number}", slug=f"other-{number}")
            few = {"tenant_id": other.pk, "user_id": user.pk, "jobs": max(1, jobs // 100)}
            connection.execute(JOBS.format(name=f"other{number}-", **few))
        for statement in (SUMMARIES, ERRORS, CHANGES, USERS, AUDIT):
            connection.execute(statement.format(**given))
    measuring.say("settling")
    measuring.settle()


def groups(tenant: Tenant) -> Iterator[tuple[Client, list[Case]]]:
    """Yield who asks, and for what."""
    from django.test import Client
    from rest_framework.test import APIClient

    from irisx.accounts.authentication import issue_tokens
    from irisx.accounts.models import User

    user, operator = (User.objects.get(email=f"{name}@bench.example") for name in ("ana", "operator"))
    person, staff = Client(HTTP_HOST="localhost"), Client(HTTP_HOST="localhost")
    person.force_login(user, "django.contrib.auth.backends.ModelBackend")
    staff.force_login(operator, "django.contrib.auth.backends.ModelBackend")
    program = APIClient(HTTP_AUTHORIZATION=f"Bearer {issue_tokens(user)['access']}", HTTP_HOST="localhost")
    yield person, contact_pages(tenant)
    yield person, pages()
    yield program, answers()
    yield staff, staff_pages(tenant)
    yield staff, operators_pages(tenant)


# What people search for: name of the case → text
SEARCHES = {
    "a first name, a fifth of all": "maya",
    "a full name": "Maya Holl",
    "a last name of 8,000": "quist",
    "one last name": "Quist 120120",
    "a last name that only old ones have": "zander",
    "an address, nearly all": "person.",
    "an address, 1,000": "person.500",
    "an address": "person.500123@example.com",
    "addresses that only old ones have": "zander.",
    "a number, all": "+4915",
    "a number": "+4915100500123",
    "a number as people dial it": "015100500123",
    "numbers that only old ones have": "+4420",
    "a letter": "m",
    "nothing": "nobody at all",
}


def contact_pages(tenant: Tenant) -> list[Case]:
    every_second, old, some = (_uuid(f"list{number}") for number in (1, 2, 3))
    half = _uuid_of_place(tenant, 0.5)
    cases = [Case("contacts", "/contacts/"), Case("contacts, half way", f"/contacts/?after={half}")]
    cases += [Case(f"search: {name}", f"/contacts/?search={_quoted(text)}") for name, text in SEARCHES.items()]
    cases += [
        Case("search: half way", f"/contacts/?search=maya&after={half}"),
        *(Case(f"sort by {by}", f"/contacts/?search=quist&sort={by}") for by in SORTS),
        Case("sort a list", f"/contacts/?list={some}&sort=-name"),
        Case("sort a million", "/contacts/?sort=name"),
    ]
    for name, chosen in (("of half", every_second), ("of old ones", old), ("of 8,000", some)):
        cases += [
            Case(f"list {name}", f"/contacts/?list={chosen}"),
            Case(f"list {name}, half way", f"/contacts/?list={chosen}&after={half}"),
            Case(f"list {name}, search", f"/contacts/?list={chosen}&search=maya"),
            Case(f"list {name}, search old", f"/contacts/?list={chosen}&search=zander"),
        ]
    made, changed = _uuid("job1"), _uuid("job6")
    cases += [
        Case("contacts of an import", f"/contacts/?job={made}"),
        Case("contacts of an import of updates", f"/contacts/?job={changed}"),
        Case("contacts of an import of updates, search", f"/contacts/?job={changed}&search=maya"),
        Case("a contact", f"/contacts/{half}/"),
        Case("edit a contact", f"/contacts/{half}/edit/"),
        Case("choose columns", "/contacts/columns/"),
    ]
    return cases


SORTS = ("name", "-name", "email", "-updated_at", "plan")


def pages() -> list[Case]:
    return [
        Case("dashboard", "/"),
        *_history("history", "/imports/"),
        Case("result", f"/imports/{_uuid('job2')}/result/"),
        Case("lists", "/lists/"),
        Case("exports", "/exports/"),
        Case("mappings", "/mappings/"),
        Case("webhooks", "/webhooks/"),
        Case("recurring", "/recurring/"),
        Case("new import", "/imports/new/"),
        *(Case(f"analytics, {period}", f"/analytics/?period={period}") for period in PERIODS),
    ]


PERIODS = ("7", "28", "12m")


def answers() -> list[Case]:
    old, some = (_uuid(f"list{number}") for number in (2, 3))
    return [
        Case("API: contacts", "/v1/contacts?limit=100"),
        Case("API: contacts, page 90", "/v1/contacts?limit=100&page=90"),
        *(Case(f"API: {name}", f"/v1/contacts?search={_quoted(text)}") for name, text in SEARCHES.items()),
        Case("API: a list", f"/v1/contacts?list={some}&limit=100"),
        Case("API: a list of old ones", f"/v1/contacts?list={old}&limit=100"),
        Case("API: lists", "/v1/lists"),
        Case("API: imports", "/v1/imports?limit=100"),
        Case("API: imports, the last page", "/v1/imports?limit=100&page=100"),
        Case("API: imports, search", "/v1/imports?search=people-77"),
        Case("API: an import's errors", f"/v1/imports/{_uuid('job2')}/errors"),
    ]


def staff_pages(tenant: Tenant) -> list[Case]:
    return [
        Case("staff: overview", "/admin/"),
        *_history("staff: imports", "/admin/imports/"),
        Case("staff: imports of a tenant", f"/admin/imports/?tenant={tenant.slug}"),
        *(Case(f"staff: analytics, {period}", f"/admin/analytics/?period={period}") for period in PERIODS),
        Case("staff: tenants", "/admin/tenants/"),
        Case("staff: users", f"/admin/tenants/{tenant.slug}/users/"),
        Case("staff: contacts of a tenant", f"/admin/tenants/{tenant.slug}/contacts/?search=maya"),
    ]


def _history(name: str, url: str) -> list[Case]:
    return [
        Case(name, url),
        Case(f"{name}, page 300", f"{url}?page=300"),
        Case(f"{name}, by status", f"{url}?status=failed"),
        Case(f"{name}, with errors", f"{url}?status=completed_with_errors"),
        Case(f"{name}, by days", f"{url}?after=2026-01-01&before=2026-06-30"),
        Case(f"{name}, search a file", f"{url}?search=people-77"),
        Case(f"{name}, search a person", f"{url}?search=ana"),
        Case(f"{name}, search for nothing", f"{url}?search=nobody"),
    ]


def operators_pages(tenant: Tenant) -> list[Case]:
    imports, errors, audit, users = (
        f"/django-admin/{name}/"
        for name in ("imports/importjob", "imports/errorlogentry", "accounts/auditentry", "accounts/user")
    )
    by_tenant = f"?tenant__id__exact={tenant.pk}"
    return [
        Case("operators", "/django-admin/"),
        Case("operators: imports", imports),
        Case("operators: imports, page 90", f"{imports}?p=90"),
        Case("operators: imports, by tenant", imports + by_tenant),
        Case("operators: imports, by status", f"{imports}?status__exact=failed"),
        Case("operators: imports, search", f"{imports}?q=people-77"),
        Case("operators: an import", f"{imports}{_uuid('job2')}/change/"),
        Case("operators: errors", errors),
        Case("operators: errors, page 90", f"{errors}?p=90"),
        Case("operators: errors, by tenant", errors + by_tenant),
        Case("operators: errors, by a level that is rare", f"{errors}?level__exact=warning"),
        Case("operators: errors, of an import", f"{errors}?q={_uuid('job2')}"),
        Case("operators: audit trail", audit),
        Case("operators: audit trail, by tenant", audit + by_tenant),
        Case("operators: audit trail, search a person", f"{audit}?q=ana@bench.example"),
        Case("operators: audit trail, search an id", f"{audit}?q={_uuid('job7')}"),
        Case("operators: users", users),
        Case("operators: users, search", f"{users}?q=person.777"),
        *(Case(f"operators: {name}", f"/django-admin/{name}/") for name in OTHERS),
    ]


OTHERS = (
    "accounts/tenant",
    "accounts/apisession",
    "contacts/contactlist",
    "contacts/customfield",
    "imports/savedfieldmapping",
    "imports/importschedule",
    "imports/webhookdelivery",
    "imports/webhookendpoint",
    "procrastinate/procrastinatejob",
)


def measure(client: Client, case: Case, requests: int) -> float:
    """Print how long one case takes, and return its p95 in ms."""
    with counted_queries() as queries:
        ask(client, case)
    taken = [ask(client, case) for _ in range(requests)]
    p95 = statistics.quantiles(taken, n=20)[-1]
    mark = " **slow**" if p95 >= AT_MOST_MS else ""
    print(f"| {case.name} | {statistics.median(taken):.0f} | {p95:.0f}{mark} | {len(queries)} |", flush=True)
    return p95


def ask(client: Client, case: Case) -> float:
    """Return the milliseconds of one request. Ends the measurement if it is not answered as it should be."""
    began = time.perf_counter()
    answer = client.get(case.url)
    ms = 1000 * (time.perf_counter() - began)
    measuring.require(answer.status_code == 200, f"{case.url} was answered with {answer.status_code}.")
    return ms


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """Give a list to which each statement is added that is sent meanwhile."""
    from django.db import connection

    sent: list[str] = []

    def add(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        sent.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(add):
        yield sent


def _uuid(name: str) -> str:
    """Return the id that md5() makes of a name in the statements above."""
    return str(query("SELECT md5(%s)::uuid", name)[0][0])


def _uuid_of_place(tenant: Tenant, part: float) -> str:
    """Return the id of the contact that stands so far into the tenant's, oldest first."""
    statement = (
        "SELECT id FROM contacts WHERE tenant_id = %s ORDER BY id"
        " OFFSET (SELECT (count(*) * %s)::int FROM contacts) LIMIT 1"
    )
    return str(query(statement, tenant.pk, part)[0][0])


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text)


if __name__ == "__main__":
    main()
