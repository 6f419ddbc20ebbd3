"""X-1: what people store is text on every page, of both portals and of Django admin, whatever it looks like."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.urls import reverse

from contacts.fields import custom_key
from contacts.models import CustomField
from imports.corrections import drafts
from imports.models import ImportJob
from irisx.accounts.models import User
from irisx.accounts.tenancy import ALL, tenant_scope
from portals.admin.urls import urlpatterns as admin_pages
from portals.urls import tenant_pages
from tests.accounts.test_admin import page_of
from tests.factories import (
    import_csv,
    make_contact,
    make_export,
    make_job,
    make_list,
    make_saved_mapping,
    make_schedule,
    make_webhook_delivery,
    make_webhook_endpoint,
    upload,
)
from tests.portals.admin.test_access import methods_of

pytestmark = pytest.mark.django_db

EVIL = """"'></script></textarea><svg onload=canary()>"""
IN_CELL = EVIL.replace('"', '""')
FILE = f'Name,Email,"{IN_CELL}"\n"{IN_CELL}",ana@example.com,"{IN_CELL}"\nBen,"{IN_CELL}",x\nCleo,"{IN_CELL}",x\n'
MAPPING = {"Name": "first_name", "Email": "email", EVIL: f"custom:{custom_key('canary')}"}
MEND = urlencode({"problem": "invalid_email", "field": "email", "in": "1", "find": EVIL})
QUERY = f"?{urlencode({'search': EVIL, 'q': EVIL, 'name': EVIL, 'period': EVIL})}"


LINKS = {"href", "src", "action", "formaction", "hx-get", "hx-post", "data", "xlink:href"}


class Markup(HTMLParser):
    """Notes what of a page came to life that nobody wrote into a template."""

    def __init__(self) -> None:
        super().__init__()
        self.alive: list[str] = []

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            is_link = name in LINKS and (value or "").strip().lower().startswith("javascript:")
            if name.startswith("on") or is_link:
                self.alive.append(f"<{tag} {name}={value}>")


def alive_in(page: str) -> list[str]:
    parser = Markup()
    parser.feed(page)
    return parser.alive


@pytest.fixture
def stored(acme, alice) -> dict[str, list[object]]:
    """Everything that a tenant can name or bring in, called by markup. Return the ids that addresses hold."""
    acme.name = alice.name = EVIL
    acme.save(update_fields=["name"])
    alice.save(update_fields=["name"])
    User.objects.create_user("invited@acme.example", None, name=EVIL, tenant=acme)
    with tenant_scope(acme):
        CustomField.objects.create(tenant=acme, key=custom_key("canary"), label=EVIL)
    done = import_csv(acme, FILE, mapping=MAPPING, filename=f"{EVIL}.csv", user=alice)
    with tenant_scope(acme):
        drafts.save(done, {2: {"Email": EVIL + "@"}})
    said = {"code": "x", "error": EVIL}
    named = {"filename": EVIL, "user": alice, "external_id": EVIL, "started_at": done.started_at}
    jobs = [
        done,
        upload(acme, FILE, filename=f"{EVIL}.csv", user=alice),
        make_job(acme, status="processing", **{**named, "external_id": f"{EVIL}2"}),
        make_job(acme, status="failed", error_details=said, completed_at=done.completed_at, **named),
    ]
    endpoint = make_webhook_endpoint(acme, url=f"javascript:canary()//{EVIL}", disabled_reason="gone")
    delivery = make_webhook_delivery(acme, endpoint=endpoint, body=EVIL, response_body=EVIL, error=EVIL)
    contact = make_contact(
        acme, first_name=EVIL, last_name=EVIL, company=EVIL, email="eve@example.com", attributes={"website": EVIL}
    )
    return {
        "job_id": [job.pk for job in jobs],
        "contact_id": [contact.pk],
        "list_id": [make_list(acme, EVIL).pk],
        "mapping_id": [make_saved_mapping(acme, name=EVIL, description=EVIL, mapping={EVIL: "email"}).pk],
        "schedule_id": [make_schedule(acme, name=EVIL, field_mapping={EVIL: "email"}, user=alice).pk],
        "endpoint_id": [endpoint.pk],
        "delivery_id": [delivery.pk],
        "export_id": [make_export(acme, user=alice).pk],
    }


def addresses(pages, namespace, stored, *first):
    """Return the addresses of all pages that can be looked at, for each object that they could be about."""
    found = []
    for page in pages:
        names = [name for name in page.pattern.converters if name != "tenant_slug"]
        keys = stored.get(names[0], []) if names else [None]
        rest = [0 if name in ("row_index", "index") else None for name in names[1:]]
        if "get" in methods_of(page) and None not in rest:
            found += [
                reverse(f"{namespace}:{page.name}", args=[*first, *([key] if key else []), *rest]) for key in keys
            ]
    return found


def pages_alive(client, urls) -> tuple[dict[str, list[str]], int]:
    """Return what came to life, by address, and on how many of the pages the markup stands as text."""
    alive, shown = {}, 0
    for url in urls:
        response = client.get(url)
        assert response.status_code < 500, url
        if response["Content-Type"].startswith("text/html") and response.status_code == 200:
            page = response.content.decode()
            shown += "&lt;svg onload=canary()&gt;" in page
            if wrong := alive_in(page):
                alive[url] = wrong
    return alive, shown


def test_the_canary_is_seen_where_it_lives():
    assert alive_in(f"<p title='{EVIL}'>{EVIL}") != []
    assert alive_in('<a href="javascript:canary()">') != []


def test_on_pages_of_the_customer_portal_everything_stored_is_text(client, alice, stored):
    client.force_login(alice)
    urls = addresses(tenant_pages, "customer", stored)
    done = stored["job_id"][0]
    more = [f"/imports/{done}/mend/?{MEND}", f"/imports/{done}/rows/?outcome=created", "/account/"]
    more += [f"{url}{QUERY}" for url in urls if url.count("/") == 2]

    alive, shown = pages_alive(client, urls + more)

    assert alive == {}
    assert shown > 40


def test_on_pages_of_the_admin_portal_everything_stored_is_text(client, staff, stored):
    client.force_login(staff)
    own = [page for page in admin_pages if hasattr(page, "name") and not page.name.startswith("sign-")]
    urls = addresses([page for page in own if "tenant_slug" not in page.pattern.converters], "admin_portal", stored)
    urls += addresses(
        [page for page in own if [*page.pattern.converters] == ["tenant_slug"]], "admin_portal", stored, "acme"
    )
    urls += [f"/admin/tenants/acme/imports/{job_id}/result/" for job_id in stored["job_id"]]

    alive, shown = pages_alive(client, urls + [f"{url}{QUERY}" for url in urls])

    assert alive == {}
    assert shown > 12


def test_on_pages_of_django_admin_everything_stored_is_text(client, stored):
    client.force_login(User.objects.create_superuser("operator@irisx.example"))
    urls = []
    for model in admin.site._registry:
        with tenant_scope(ALL):
            rows = list(model._default_manager.all()[:2])
        urls += [page_of(model, "changelist"), *(page_of(model, "change", row.pk) for row in rows)]

    alive, shown = pages_alive(client, urls)

    assert alive == {}
    assert shown > 8


def test_what_is_said_of_something_just_done_is_text(client, alice, staff, stored):
    client.force_login(alice)
    client.post(f"/lists/{stored['list_id'][0]}/delete/")
    client.post(f"/imports/{stored['job_id'][0]}/delete/")
    assert alive_in(client.get("/imports/").content.decode()) == []
    client.force_login(staff)
    with tenant_scope(ALL):
        job = ImportJob.objects.get(pk=stored["job_id"][2])
    client.post(f"/admin/jobs/{job.pk}/cancel/")
    page = client.get("/admin/").content.decode()
    assert alive_in(page) == []
    assert "&lt;svg onload=canary()&gt;" in page
