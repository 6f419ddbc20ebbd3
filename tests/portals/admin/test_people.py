"""Tenants and their users in the admin portal: made, changed, invited, shut out and let in again."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from irisx.accounts.models import Tenant, User
from irisx.accounts.tenancy import tenant_scope
from tests.conftest import PASSWORD
from tests.factories import make_schedule

NEW = {"name": "Initech", "slug": "", "default_country": "US", "time_zone": "America/Chicago", "email": ""}


def mails() -> list[tuple[str, dict]]:
    """Return the mails that are queued: task and arguments."""
    return list(ProcrastinateJob.objects.filter(queue_name="mail").order_by("id").values_list("task_name", "args"))


def test_a_tenant_is_made_and_its_first_user_invited(stellas):
    response = stellas.post("/admin/tenants/new/", {**NEW, "email": "Bill@Initech.example"})

    assert response.url == "/admin/tenants/initech/users/"
    tenant = Tenant.objects.get(slug="initech")
    assert (tenant.name, tenant.default_country, tenant.time_zone) == ("Initech", "US", "America/Chicago")
    bill = User.objects.get(email="bill@initech.example")
    assert (bill.tenant, bill.has_usable_password()) == (tenant, False)
    assert mails() == [("accounts.mail_invitation", {"user_id": bill.pk})]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Enter the tenant’s name."),
        ({"slug": "acme"}, "The short name “acme” is taken. Choose another."),
        ({"name": "New"}, "The short name “new” is taken. Choose another."),
        ({"name": "株式会社"}, "No short name can be made of “株式会社”. Enter one."),
        ({"slug": "a b"}, "Use letters, digits, hyphens and underscores."),
        ({"email": "bill"}, "Enter an e-mail address in full."),
        ({"email": "alice@acme.example"}, "Somebody has this e-mail address already."),
    ],
)
def test_a_tenant_that_cannot_be_is_refused_with_a_sentence_and_nothing_is_made(stellas, alice, changes, sentence):
    page = stellas.post("/admin/tenants/new/", {**NEW, **changes}).content.decode()

    assert sentence in page
    assert [tenant.slug for tenant in Tenant.objects.all()] == ["acme"]
    assert mails() == []


def test_settings_are_changed_and_the_short_name_stays(stellas, acme):
    stellas.post(
        "/admin/tenants/acme/settings/", {"name": "Acme Ltd", "default_country": "GB", "time_zone": "Europe/London"}
    )

    acme.refresh_from_db()
    assert (acme.name, acme.slug, acme.default_country, acme.time_zone) == ("Acme Ltd", "acme", "GB", "Europe/London")


def test_a_time_zone_that_is_none_is_refused(stellas, acme):
    stellas.post("/admin/tenants/acme/settings/", {"name": "Acme", "default_country": "", "time_zone": "Mars/Olympus"})

    acme.refresh_from_db()
    assert acme.time_zone == "UTC"


def test_users_are_shown_with_their_state(stellas, alice, bob):
    User.objects.create_user("carol@acme.example", None, tenant=alice.tenant)
    User.objects.create_user("dave@acme.example", PASSWORD, tenant=alice.tenant, is_active=False)

    page = stellas.get("/admin/tenants/acme/users/").content.decode()

    assert "3 users" in page
    assert [page.count(state) for state in ("Active<", "Invited<", "Deactivated<")] == [1, 1, 1]
    assert bob.email not in page


def test_a_user_is_invited(stellas, acme):
    stellas.post("/admin/tenants/acme/users/", {"email": "carol@acme.example", "name": "Carol Cole"})

    carol = User.objects.get(email="carol@acme.example")
    assert (carol.name, carol.tenant) == ("Carol Cole", acme)
    assert mails() == [("accounts.mail_invitation", {"user_id": carol.pk})]


def test_an_address_that_somebody_has_is_refused(stellas, acme, bob):
    page = stellas.post("/admin/tenants/acme/users/", {"email": "BOB@globex.example"}).content.decode()

    assert "Somebody has this e-mail address already." in page
    assert mails() == []


def test_who_is_deactivated_is_out_at_once_and_may_come_back(stellas, client, alice):
    hers = type(client)()
    hers.force_login(alice)

    stellas.post(f"/admin/tenants/acme/users/{alice.pk}/deactivate/")
    assert hers.get("/imports/").status_code == 302
    assert hers.post("/sign-in/", {"username": alice.email, "password": PASSWORD}).status_code == 200

    stellas.post(f"/admin/tenants/acme/users/{alice.pk}/activate/")
    assert hers.post("/sign-in/", {"username": alice.email, "password": PASSWORD}).status_code == 302


def test_a_password_is_reset_by_mail_and_who_never_had_one_is_invited_again(stellas, alice):
    carol = User.objects.create_user("carol@acme.example", None, tenant=alice.tenant)

    for user in (alice, carol):
        stellas.post(f"/admin/tenants/acme/users/{user.pk}/mail-link/")

    assert mails() == [
        ("accounts.mail_link", {"user_id": alice.pk}),
        ("accounts.mail_invitation", {"user_id": carol.pk}),
    ]


@pytest.mark.parametrize("action", ["deactivate", "activate", "mail-link"])
def test_another_tenants_user_and_staff_are_not_found(stellas, acme, bob, staff, action):
    for user in (bob, staff):
        assert stellas.post(f"/admin/tenants/acme/users/{user.pk}/{action}/").status_code == 404
        user.refresh_from_db()
        assert user.is_active


def test_customers_have_no_such_pages(client, alice):
    client.force_login(alice)

    for url in ("/admin/tenants/new/", "/admin/tenants/acme/users/", "/admin/tenants/acme/settings/"):
        assert client.get(url).status_code == 403


def test_recurring_imports_keep_to_the_clocks_of_another_time_zone(stellas, acme):
    schedule = make_schedule(acme, cron="0 6 * * *")

    stellas.post("/admin/tenants/acme/settings/", {"name": "Acme", "default_country": "", "time_zone": "Asia/Tokyo"})

    with tenant_scope(acme):
        schedule.refresh_from_db()
    assert schedule.next_run_at.astimezone(ZoneInfo("Asia/Tokyo")).hour == 6


def test_a_run_that_is_due_stays_due(stellas, acme):
    due = timezone.now() - timedelta(minutes=1)
    schedule = make_schedule(acme, next_run_at=due)

    stellas.post("/admin/tenants/acme/settings/", {"name": "Acme", "default_country": "", "time_zone": "Asia/Tokyo"})

    with tenant_scope(acme):
        schedule.refresh_from_db()
    assert schedule.next_run_at == due
