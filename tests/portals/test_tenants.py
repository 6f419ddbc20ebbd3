"""Bob of globex never sees acme's work: what is acme's is not found, whatever he asks for."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.urls import reverse

from portals.customer.urls import urlpatterns
from tests.factories import import_csv, make_contact, make_job, reload

JOB_PAGES = sorted(pattern.name for pattern in urlpatterns if "<uuid:job_id>" in str(pattern.pattern))
READ = ("job", "job-head", "job-progress", "job-snapshot", "job-result", "job-rows", "job-errors")
WRITE = (
    "job-read",
    "job-start",
    "job-restore",
    "job-pause",
    "job-resume",
    "job-retry",
    "job-mend-row",
    "job-mend-undo",
    "job-use-mapping",
)
# What stands in an address after the job.
MORE_IN_ADDRESS = {"job-add-field": [0], "job-mend-row": [0], "job-mend-undo": [UUID(int=0)]}


def address(name: str, job) -> str:
    return reverse(f"customer:{name}", args=[job.pk, *MORE_IN_ADDRESS.get(name, [])])


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", JOB_PAGES)
def test_an_import_of_another_tenant_is_not_found(client, acme, bob, name, method):
    job = make_job(
        acme, columns=[{"header": "Email", "samples": [], "field": "email", "confidence": 100, "reason": ""}]
    )
    client.force_login(bob)

    response = getattr(client, method)(address(name, job))

    not_allowed = name in (READ if method == "post" else WRITE)
    assert response.status_code == (405 if not_allowed else 404)
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
