"""Bob of globex never sees acme's work: what is acme's is not found, whatever he asks for."""

from __future__ import annotations

import pytest
from django.urls import reverse

from portals.customer.urls import urlpatterns
from tests.factories import import_csv, make_contact, make_job, reload
from tests.portals.admin.test_access import arguments, methods_of

METHODS = {page.name: methods_of(page) for page in urlpatterns if "<uuid:job_id>" in str(page.pattern)}
JOB_PAGES = sorted(METHODS)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", JOB_PAGES)
def test_an_import_of_another_tenant_is_not_found(client, acme, bob, name, method):
    job = make_job(
        acme, columns=[{"header": "Email", "samples": [], "field": "email", "confidence": 100, "reason": ""}]
    )
    client.force_login(bob)

    response = getattr(client, method)(reverse(f"customer:{name}", args=arguments(name, job.pk)))

    assert response.status_code == (404 if method in METHODS[name] else 405)
    assert reload(job).status == "pending"
    assert reload(job).deleted_at is None


def test_a_contact_of_another_tenant_is_not_found(client, acme, bob):
    contact = make_contact(acme, email="ann@acme.example")
    client.force_login(bob)

    assert client.get(reverse("customer:contact", args=[contact.pk])).status_code == 404


def test_lists_show_only_the_own(client, acme, bob):
    import_csv(acme)
    client.force_login(bob)

    assert "No imports yet" in client.get("/imports/").content.decode()
    assert "No contacts yet" in client.get("/contacts/").content.decode()
