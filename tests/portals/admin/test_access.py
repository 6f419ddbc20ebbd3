"""Who comes into which portal: customers never into the admin's, platform staff never into a customer's."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import RequestFactory
from django.urls import URLPattern, reverse
from django.urls.converters import IntConverter

from portals.urls import tenant_pages
from tests.conftest import PASSWORD
from tests.factories import import_csv, make_contact, make_job, reload

SIGN_IN = "/admin/sign-in/"
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/admin/imports/"}


def methods_of(page: URLPattern) -> list[str]:
    """Return which of get and post a page takes; it says so itself, before it asks who is there."""
    refused = page.callback(RequestFactory().options("/"))
    return [method for method in ("get", "post") if method.upper() in refused["Allow"]]


DOORS = sorted((method, page.name) for page in tenant_pages for method in methods_of(page))
FIRST_DOORS = sorted((name, method) for method, name in DOORS if method == "get" or ("get", name) not in DOORS)
IN_ADDRESS = {page.name: page.pattern.converters for page in tenant_pages}
STAFF_PAGES = ["/admin/", "/admin/imports/", "/admin/analytics/", "/admin/tenants/", "/admin/tenants/acme/"]


def arguments(name: str, key: object) -> list[object]:
    """Return what stands in the address of a tenant's page after the tenant: the key where it names an object."""
    first, *others = [*IN_ADDRESS[name].values(), None]
    return ([key] if first else []) + [0 if isinstance(other, IntConverter) else uuid4() for other in others if other]


def in_admin(name: str, key: object = "", *, slug: str = "acme") -> str:
    return reverse(f"admin_portal:{name}", args=[slug, *arguments(name, key)])


def sign_in(client, email: str, url: str = SIGN_IN, **changes):
    return client.post(url, {"username": email, "password": PASSWORD, **changes})


@pytest.fixture
def job(acme):
    column = {"header": "Email", "samples": [], "field": "email", "confidence": 100, "reason": ""}
    return make_job(acme, filename="secret.csv", columns=[column])


# Signing in ----------------------------------------------------------------------------------------------------------


def test_staff_come_to_the_overview_of_all_tenants(client, staff):
    assert sign_in(client, "staff@irisx.example").url == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_a_customer_is_told_where_to_sign_in_and_is_not_signed_in(client, alice):
    page = sign_in(client, "alice@acme.example").content.decode()

    assert "This account is a customer’s. Sign in at the customer portal." in page
    assert 'href="/sign-in/"' in page
    assert "_auth_user_id" not in client.session


def test_a_wrong_password_does_not_tell_whose_account_it_is(client, alice):
    page = sign_in(client, "alice@acme.example", password="wrong").content.decode()

    assert "E-mail and password do not go together." in page
    assert "customer’s" not in page


def test_staff_who_sign_in_at_the_customer_portal_land_in_the_admin_portal(client, staff):
    response = client.post("/sign-in/", {"username": staff.email, "password": PASSWORD}, follow=True)

    assert [url for url, _ in response.redirect_chain] == ["/", "/admin/"]


def test_after_signing_in_the_page_that_was_asked_for_opens(client, staff, acme):
    asked = client.get("/admin/tenants/acme/contacts/?search=ann").url
    assert asked == "/admin/sign-in/?next=/admin/tenants/acme/contacts/%3Fsearch%3Dann"

    response = sign_in(client, staff.email, next="/admin/tenants/acme/contacts/?search=ann")

    assert response.url == "/admin/tenants/acme/contacts/?search=ann"


@pytest.mark.parametrize("next_url", ["https://evil.example/", "//evil.example/"])
def test_nobody_is_sent_to_another_host(client, staff, next_url):
    assert sign_in(client, staff.email, next=next_url).url == "/admin/"


def test_signing_out_takes_a_post_and_leads_back_to_the_door_of_staff(stellas):
    assert stellas.get("/admin/sign-out/").status_code == 405
    assert stellas.post("/admin/sign-out/").url == SIGN_IN
    assert stellas.get("/admin/imports/").url == f"{SIGN_IN}?next=/admin/imports/"


# Who may see what ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", STAFF_PAGES)
def test_a_page_of_staff_asks_nobody_to_sign_in_and_refuses_customers(client, acme, alice, url):
    assert client.get(url).url == f"{SIGN_IN}?next={url}"

    client.force_login(alice)
    response = client.get(url)

    assert response.status_code == 403
    assert "This page is for platform staff" in response.content.decode()


@pytest.mark.parametrize(("method", "name"), DOORS)
def test_a_customer_is_refused_even_for_the_own_tenant(client, alice, job, method, name):
    url = in_admin(name, job.pk)
    assert getattr(client, method)(url).url == f"{SIGN_IN}?next={url}"
    client.force_login(alice)

    response = getattr(client, method)(url)

    assert response.status_code == 403
    assert "secret.csv" not in response.content.decode()
    assert (reload(job).status, reload(job).deleted_at) == ("pending", None)


def test_a_refusal_does_not_tell_which_tenants_there_are(client, alice, globex):
    client.force_login(alice)

    there, not_there = client.get("/admin/tenants/globex/imports/"), client.get("/admin/tenants/nobody/imports/")

    assert there.status_code == not_there.status_code == 403
    assert "Globex" not in there.content.decode()


@pytest.mark.parametrize(("method", "name"), DOORS)
def test_staff_on_a_customers_address_are_sent_to_the_admin_portal(stellas, job, method, name):
    response = getattr(stellas, method)(reverse(f"customer:{name}", args=arguments(name, job.pk)))

    assert (response.status_code, response.url) == (302, "/admin/")
    assert (reload(job).status, reload(job).deleted_at) == ("pending", None)


def test_a_fragment_asked_for_in_vain_sends_the_whole_page(client, staff):
    assert client.get("/admin/tenants/", headers=HTMX)["HX-Redirect"] == f"{SIGN_IN}?next=/admin/imports/"

    client.force_login(staff)

    assert client.get("/imports/", headers=HTMX)["HX-Redirect"] == "/admin/"


@pytest.mark.parametrize(("name", "method"), FIRST_DOORS)
def test_a_tenant_that_does_not_exist_is_not_found(stellas, name, method):
    assert getattr(stellas, method)(in_admin(name, uuid4(), slug="nobody")).status_code == 404


@pytest.mark.parametrize(("method", "name"), [(method, name) for method, name in DOORS if name.startswith("job")])
def test_an_import_under_the_wrong_tenant_is_not_found(stellas, globex, job, method, name):
    response = getattr(stellas, method)(in_admin(name, job.pk, slug="globex"))

    assert response.status_code == 404
    assert (reload(job).status, reload(job).deleted_at) == ("pending", None)


def test_a_contact_under_the_wrong_tenant_is_not_found(stellas, acme, globex):
    contact = make_contact(acme, email="ann@acme.example")

    assert stellas.get(in_admin("contact", contact.pk, slug="globex")).status_code == 404
    assert stellas.get(in_admin("contact", contact.pk)).status_code == 200


def test_a_tenants_pages_show_that_tenants_work_alone(stellas, acme, globex):
    import_csv(acme, "Email\nann@acme.example\n", filename="acme.csv")
    import_csv(globex, "Email\nbea@globex.example\n", filename="globex.csv")

    imports = stellas.get(in_admin("history", slug="globex"))
    contacts = stellas.get(in_admin("contacts", slug="globex"))

    assert [line.job.filename for line in imports.context["lines"]] == ["globex.csv"]
    assert [contact.email for contact in contacts.context["page"].contacts] == ["bea@globex.example"]


def test_pages_of_staff_are_kept_nowhere(stellas, acme):
    for url in ("/admin/imports/", "/admin/tenants/", "/admin/tenants/acme/imports/"):
        assert "no-store" in stellas.get(url)["Cache-Control"]


def test_a_tenant_may_have_any_slug(stellas, acme):
    acme.slug = "imports"
    acme.save(update_fields=["slug"])

    assert stellas.get("/admin/tenants/imports/contacts/").status_code == 200
