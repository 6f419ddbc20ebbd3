"""Django admin: operators alone, who see everything and change no import."""

from __future__ import annotations

import re

import pytest
from axes.models import AccessAttempt
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import NoReverseMatch, reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from contacts.models import ContactList, CustomField
from imports.models import ImportJob
from imports.webhooks import signing
from imports.webhooks.models import WebhookSecret
from irisx.accounts.models import Tenant, User
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.conftest import PASSWORD
from tests.factories import make_job, make_webhook_delivery, make_webhook_endpoint

pytestmark = pytest.mark.django_db

JOBS = "/django-admin/imports/importjob/"
USERS = "/django-admin/accounts/user/"
CANARY = "canary-4711"


@pytest.fixture
def operators(client, operator):
    """A browser in which an operator is signed in."""
    client.force_login(operator)
    return client


@pytest.fixture
def job(acme, alice):
    with tenant_scope(ALL):
        return make_job(
            acme,
            user=alice,
            filename="people.csv",
            columns=[{"header": CANARY, "samples": [CANARY], "field": None, "confidence": 0, "reason": ""}],
            field_mapping={CANARY: "email"},
            webhook_url=f"https://hooks.example/?key={CANARY}",
        )


def limited(*codenames) -> User:
    """Make an operator who may do only what the permissions say."""
    user = User.objects.create_user("limited@irisx.example", PASSWORD, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def pages() -> list[str]:
    """Return the lists of everything that is registered."""
    return [page_of(model, "changelist") for model in admin.site._registry]


def page_of(model, name: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def test_only_operators_come_in(client, alice, staff, operator):
    for user in (None, alice, staff):
        client.logout()
        if user:
            client.force_login(user)
        for address in ["/django-admin/", *pages()]:
            response = client.get(address)
            assert response.status_code == 302
            assert response.url.startswith("/django-admin/login/")

    client.force_login(operator)
    assert client.get("/django-admin/").status_code == 200


@pytest.mark.parametrize("who", ["alice", "staff"])
def test_a_password_that_is_right_elsewhere_does_not_let_in(client, request, who):
    user = request.getfixturevalue(who)

    response = client.post("/django-admin/login/", {"username": user.email, "password": PASSWORD})

    assert response.status_code == 200
    assert "_auth_user_id" not in client.session


def test_every_list_and_every_form_opens(operators, operator, acme, alice, job):
    with tenant_scope(ALL):
        ContactList.objects.create(tenant=acme, name="Friends")
        CustomField.objects.create(tenant=acme, key="hat_size", label="Hat size")
    AccessAttempt.objects.create(username="x", ip_address="192.0.2.1", user_agent="", failures_since_start=1)
    operators.post("/password/forgotten/", {"email": alice.email})
    assert len(pages()) >= 7

    for model in admin.site._registry:
        opened = [operators.get(page_of(model, "changelist")), operators.get(page_of(model, "changelist") + "?q=a")]
        with tenant_scope(ALL):
            row = model._default_manager.first()
        if row is not None:
            opened.append(operators.get(page_of(model, "change", row.pk)))
        assert [response.status_code for response in opened] == [200] * len(opened)
        assert [part for response in opened for part in inline_parts(response.content.decode())] == []


def inline_parts(page: str) -> list[str]:
    """Return what of a page our policy refuses: scripts and styles that are in it and not in a file."""
    return re.findall(r'<script(?![^>]*\ssrc=)[^>]*>|<style[^>]*>|<[^>]*\s(?:style|on[a-z]+)="[^>]*>', page)


def test_jobs_show_status_and_counts_of_every_tenant(operators, job, globex):
    with tenant_scope(ALL):
        make_job(globex, filename="others.csv")

    page = operators.get(JOBS).content.decode()

    assert "people.csv" in page
    assert "others.csv" in page
    assert "others.csv" not in operators.get(f"{JOBS}?tenant__id__exact={job.tenant_id}").content.decode()
    assert "people.csv" not in operators.get(f"{JOBS}?status__exact=failed").content.decode()


def test_jobs_cannot_be_changed_added_or_deleted(operators, job):
    change = f"{JOBS}{job.pk}/change/"
    page = operators.get(change).content.decode()
    assert 'name="status"' not in page

    assert operators.post(change, {"status": "completed"}).status_code == 403
    assert operators.get(f"{JOBS}add/").status_code == 403
    assert operators.post(f"{JOBS}{job.pk}/delete/", {"post": "yes"}).status_code == 403
    operators.post(JOBS, {"action": "delete_selected", "_selected_action": [job.pk], "post": "yes"})

    with tenant_scope(ALL):
        assert ImportJob.objects.get(pk=job.pk).status == job.status


def test_no_secret_and_no_cell_is_shown(operators, job, alice):
    queue = reverse("admin:procrastinate_procrastinatejob_changelist")
    for address in (JOBS, f"{JOBS}{job.pk}/change/", USERS, f"{USERS}{alice.pk}/change/", queue):
        page = operators.get(address).content.decode()
        assert CANARY not in page
        assert alice.password.split("$")[-1][:6] not in page


def test_webhooks_show_neither_whole_addresses_nor_what_is_sent_and_answered(operators, acme):
    url = f"https://hooks.example/{CANARY}"
    endpoint = make_webhook_endpoint(acme, url=url)
    delivery = make_webhook_delivery(acme, endpoint=endpoint, body=CANARY, response_body=CANARY)
    with tenant_scope(acme):
        secret = signing.secrets_of(acme).secret
        stored = WebhookSecret.objects.get(tenant=acme).secret
    assert WebhookSecret not in admin.site._registry

    for shown in (endpoint, delivery):
        for page in (page_of(type(shown), "changelist"), page_of(type(shown), "change", shown.pk)):
            text = operators.get(page).content.decode()
            assert "hooks.example" in text
            assert not any(hidden in text for hidden in (CANARY, secret, stored))


def test_tenants_can_be_added_and_renamed_but_not_deleted(operators, acme):
    added = operators.post(
        "/django-admin/accounts/tenant/add/",
        {"name": "Initech", "slug": "initech", "default_country": "US", "time_zone": "UTC"},
    )
    assert added.status_code == 302
    assert Tenant.objects.get(slug="initech").name == "Initech"

    assert operators.post(f"/django-admin/accounts/tenant/{acme.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("time_zone", ["Nowhere/Town", "", "../../etc/passwd"])
def test_a_tenant_needs_a_time_zone_that_exists(operators, time_zone):
    response = operators.post(
        "/django-admin/accounts/tenant/add/", {"name": "Initech", "slug": "initech", "time_zone": time_zone}
    )

    assert response.status_code == 200
    assert not Tenant.objects.filter(slug="initech").exists()


def add_user(client, **fields):
    return client.post(f"{USERS}add/", {"email": "Carol@Acme.example", "name": "Carol", **fields})


def test_a_user_is_added_with_a_password(operators, client, acme):
    add_user(operators, tenant=acme.pk, usable_password="true", password1=PASSWORD, password2=PASSWORD)

    carol = User.objects.get(email="carol@acme.example")
    assert carol.tenant == acme
    assert carol.check_password(PASSWORD)
    assert LogEntry.objects.get().object_id == str(carol.pk)


def test_a_user_is_added_without_a_password_and_mailed_a_link(operators, acme):
    add_user(operators, tenant=acme.pk, usable_password="false")
    carol = User.objects.get(email="carol@acme.example")
    assert not carol.has_usable_password()

    operators.post(USERS, {"action": "mail_link", "_selected_action": [carol.pk]})

    assert ProcrastinateJob.objects.get(task_name="accounts.mail_link").args == {"user_id": carol.pk}


@pytest.mark.parametrize("email", ["carol@acme.example", "CAROL@ACME.EXAMPLE"])
def test_an_address_that_is_taken_is_said_at_the_form(operators, acme, email):
    User.objects.create_user("carol@acme.example", PASSWORD, tenant=acme)

    response = add_user(operators, email=email, usable_password="false")

    assert response.status_code == 200
    assert "already exists" in response.content.decode()


def user_form(user, **changes):
    return {"email": user.email, "name": user.name, "tenant": user.tenant_id or "", "is_active": "on", **changes}


def test_a_user_is_deactivated(operators, alice):
    form = user_form(alice)
    del form["is_active"]

    assert operators.post(f"{USERS}{alice.pk}/change/", form).status_code == 302
    alice.refresh_from_db()
    assert not alice.is_active
    assert alice.check_password(PASSWORD)


@pytest.mark.parametrize("power", ["is_staff", "is_superuser"])
def test_a_customer_cannot_be_made_an_operator(operators, alice, power):
    response = operators.post(f"{USERS}{alice.pk}/change/", user_form(alice, **{power: "on"}))

    assert response.status_code == 200
    assert "Only platform staff may use Django admin" in response.content.decode()


def test_users_are_not_deleted(operators, alice):
    assert operators.post(f"{USERS}{alice.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_password_set_by_an_operator_ends_the_users_sessions(operators, alice):
    other = type(operators)()
    other.force_login(alice)
    new = "four unrelated new words"

    response = operators.post(f"{USERS}{alice.pk}/password/", {"password1": new, "password2": new})

    assert response.status_code == 302
    alice.refresh_from_db()
    assert alice.check_password(new)
    assert other.get("/imports/").status_code == 302
    assert operators.get("/django-admin/").status_code == 200


def test_an_operator_unlocks_a_sign_in(operators, alice, client):
    for number in range(5):
        client.post("/v1/auth/token", {"email": alice.email, "password": str(number)}, content_type="application/json")
    attempt = AccessAttempt.objects.get()

    page = operators.get(f"/django-admin/axes/accessattempt/{attempt.pk}/change/").content.decode()
    operators.post(f"/django-admin/axes/accessattempt/{attempt.pk}/delete/", {"post": "yes"})

    assert "post_data" not in page
    assert not AccessAttempt.objects.exists()


def test_an_operators_own_password_is_changed_where_everybodys_is(operators):
    assert operators.get("/django-admin/password_change/").url == "/account/password/"


# Operators with some permissions -------------------------------------------------------------------------------------


def test_a_limited_operator_sees_what_the_permissions_say(client, job):
    client.force_login(limited("view_importjob"))

    assert client.get(JOBS).status_code == 200
    assert client.get(USERS).status_code == 403
    assert client.get("/django-admin/accounts/tenant/").status_code == 403


def test_a_limited_operator_gains_no_power_and_takes_no_operators_account(client, operator, alice):
    helper = limited("view_user", "change_user", "add_user")
    client.force_login(helper)

    powers = {"is_staff": "on", "is_superuser": "on", "user_permissions": [1]}
    client.post(f"{USERS}{alice.pk}/change/", user_form(alice, name="Alicia", **powers))
    alice.refresh_from_db()
    assert (alice.name, alice.is_staff, alice.is_superuser, alice.user_permissions.count()) == (
        "Alicia",
        False,
        False,
        0,
    )

    for target in (operator, helper):
        assert client.post(f"{USERS}{target.pk}/change/", user_form(target, **powers)).status_code == 403
        new = {"password1": "four unrelated new words", "password2": "four unrelated new words"}
        assert client.post(f"{USERS}{target.pk}/password/", new).status_code == 403
    helper.refresh_from_db()
    assert not helper.is_superuser


def test_the_password_hash_cannot_be_searched_for(operators):
    assert operators.get(f"{USERS}?password__startswith=pbkdf2").status_code in (302, 400)


def test_the_queue_of_the_worker_is_shown_only(operators, alice):
    operators.post("/password/forgotten/", {"email": alice.email})
    queued = ProcrastinateJob.objects.get(task_name="accounts.mail_link")
    queue = reverse("admin:procrastinate_procrastinatejob_changelist")

    assert "mail_link" in operators.get(queue).content.decode()
    operators.post(queue, {"action": "cancel", "_selected_action": [queued.pk]})

    queued.refresh_from_db()
    assert queued.status == "todo"
    with pytest.raises(NoReverseMatch):
        reverse("admin:contacts_contact_changelist")
