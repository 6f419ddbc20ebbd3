"""How much each page asks of the database: at most 12 statements, those that open a scope or set something included."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portals.urls import tenant_pages
from tests.factories import (
    import_csv,
    make_contact,
    make_export,
    make_list,
    make_saved_mapping,
    make_schedule,
    make_webhook_delivery,
    make_webhook_endpoint,
)
from tests.portals.admin.test_access import STAFF_PAGES, arguments, in_admin, methods_of

MOST = 12
PAGES = sorted(page.name for page in tenant_pages if "get" in methods_of(page))
# What is in an address → what makes it.
MAKERS = {
    "contact_id": lambda tenant: make_contact(tenant, email="ann@example.com"),
    "list_id": make_list,
    "mapping_id": make_saved_mapping,
    "schedule_id": make_schedule,
    "endpoint_id": make_webhook_endpoint,
    "delivery_id": make_webhook_delivery,
    "export_id": make_export,
}
KEYS = {page.name: next(iter(page.pattern.converters), "") for page in tenant_pages}


@pytest.fixture
def job(acme):
    rows = "".join(f"{number}@example.com,Ann\n" for number in range(30))
    return import_csv(acme, f"Email,First Name\n{rows}nobody,Ben\n")


def key_of(name, tenant, job):
    key = KEYS[name]
    return MAKERS[key](tenant).pk if key in MAKERS else job.pk


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_either_portal_takes_few_statements(client, acme, alice, staff, job, name):
    key = key_of(name, acme, job)
    for user, url in (
        (alice, reverse(f"customer:{name}", args=arguments(name, key))),
        (staff, in_admin(name, key)),
    ):
        client.force_login(user)
        assert len(statements(client, url)) <= MOST


@pytest.mark.parametrize("url", [*STAFF_PAGES, "/admin/tenants/acme/users/", "/"])
def test_a_page_of_all_tenants_takes_few_statements(client, alice, staff, job, url):
    client.force_login(alice if url == "/" else staff)

    assert len(statements(client, url)) <= MOST


@pytest.mark.parametrize("counted_to", [10_000, 1])
def test_a_search_takes_few_statements_however_much_it_finds(client, acme, staff, job, monkeypatch, counted_to):
    monkeypatch.setattr("contacts.search.COUNTED_TO", counted_to)
    monkeypatch.setattr("contacts.search._LOOKED_THROUGH", 0)
    client.force_login(staff)

    for query in ("search=a", "search=1", f"search=ann&list={make_list(acme).pk}", f"search=1&job={job.pk}"):
        assert len(statements(client, f"{in_admin('contacts')}?{query}")) <= MOST


def statements(client, url: str) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    return [query["sql"] for query in queries]
