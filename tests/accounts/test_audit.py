"""The audit trail: what people ask for is in it, whichever door they take, and nobody takes it out again."""

from __future__ import annotations

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction
from django.urls import reverse
from rest_framework.test import APIClient

from irisx.accounts.authentication import issue_tokens
from irisx.accounts.models import AuditEntry
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.conftest import PASSWORD
from tests.factories import make_contact, make_job


def trail() -> list[tuple]:
    """Return who did what for whom to what, oldest first."""
    with tenant_scope(ALL):
        entries = AuditEntry.objects.order_by("id").select_related("tenant")
        return [(entry.user_email, entry.action, entry.tenant and entry.tenant.slug, entry.target) for entry in entries]


def test_signing_in_and_out(client, alice):
    client.post("/sign-in/", {"username": alice.email, "password": PASSWORD})
    client.post("/sign-out/")

    assert trail() == [
        (alice.email, "signed-in", "acme", "/sign-in/"),
        (alice.email, "signed-out", "acme", "/sign-out/"),
    ]


def test_a_customers_clicks_and_not_their_looks(client, alice):
    job = make_job(alice.tenant, status="failed")
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    before = trail()

    client.get(reverse("customer:job-delete", args=[job.pk]))
    client.post(reverse("customer:job-delete", args=[job.pk]))

    assert trail()[len(before) :] == [(alice.email, "customer:job-delete", "acme", str(job.pk))]


def test_platform_staff_who_act_for_a_tenant(client, staff, acme):
    job = make_job(acme, status="failed")
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    before = trail()

    client.post(reverse("admin_portal:job-delete", args=["acme", job.pk]))

    assert trail()[len(before) :] == [(staff.email, "admin_portal:job-delete", "acme", str(job.pk))]


def test_a_program_is_in_the_trail_with_its_method(alice):
    contact = make_contact(alice.tenant, email="maya@example.com")
    program = APIClient(HTTP_AUTHORIZATION=f"Bearer {issue_tokens(alice)['access']}")

    program.get(f"/v1/contacts/{contact.pk}")
    program.delete(f"/v1/contacts/{contact.pk}")
    program.delete(f"/v1/contacts/{contact.pk}")  # there is none any more: refused

    assert [line[2:] for line in trail()] == [("acme", str(contact.pk))]
    with tenant_scope(ALL):
        assert AuditEntry.objects.get().details == {"method": "DELETE"}


def test_an_operators_actions_with_the_rows_they_chose(client, alice, operator):
    client.force_login(operator, backend="django.contrib.auth.backends.ModelBackend")

    client.post("/django-admin/accounts/user/", {"action": "mail_link", "_selected_action": [alice.pk]})

    with tenant_scope(ALL):
        entry = AuditEntry.objects.latest("id")
    assert (entry.user_email, entry.action) == (operator.email, "admin:accounts_user_changelist")
    assert entry.details == {"action": "mail_link", "rows": [str(alice.pk)]}


@pytest.mark.parametrize("statement", ["UPDATE audit_log SET action = 'nothing'", "DELETE FROM audit_log"])
def test_nobody_changes_it(client, alice, statement):
    client.post("/sign-in/", {"username": alice.email, "password": PASSWORD})

    with (
        pytest.raises((InternalError, ProgrammingError), match="permission denied: audit_log only takes new rows"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert len(trail()) == 1
