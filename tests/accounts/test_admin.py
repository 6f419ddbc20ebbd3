"""Django admin: operators alone, who see everything and change no import."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from contacts.models import ContactList, CustomField
from imports.connectors.models import GoogleConnection
from imports.corrections import services as corrections
from imports.corrections.mending import CorrectedRow
from imports.models import ErrorLogEntry, ImportJob
from imports.webhooks import signing
from imports.webhooks.models import WebhookSecret
from irisx.accounts.authentication import issue_tokens
from irisx.accounts.models import ApiSession, Tenant, User
from irisx.accounts.tenancy import ALL, tenant_scope
from irisx.operators import BoundedPaginator
from tests.conftest import PASSWORD
from tests.factories import import_csv, make_job, make_webhook_delivery, make_webhook_endpoint, reload

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


# What operators do to imports ----------------------------------------------------------------------------------------


def act_on(operators, action: str, *jobs) -> str:
    form = {"action": action, "_selected_action": [job.pk for job in jobs]}
    return operators.post(JOBS, form, follow=True).content.decode()


def test_a_stuck_import_is_put_back_and_one_at_work_is_left(operators, acme):
    long_ago = timezone.now() - timedelta(hours=1)
    stuck = make_job(acme, status="processing", lease_until=long_ago, total_rows=9)
    at_work = make_job(acme, status="processing", lease_until=timezone.now() + timedelta(seconds=10), total_rows=9)

    page = act_on(operators, "put_back", stuck, at_work)

    assert "1 import is in the queue again." in page
    assert f"{at_work.pk}: “{at_work}” is being worked on; there is nothing to put back." in page


def test_a_running_import_is_failed_and_a_queued_one_cancelled(operators, acme):
    running, queued = make_job(acme, status="processing", total_rows=9), make_job(acme, status="queued")

    act_on(operators, "fail", running)
    act_on(operators, "cancel", queued)

    assert [reload(job).status for job in (running, queued)] == ["failed", "cancelled"]


def test_who_may_only_look_takes_no_action(client, acme):
    job = make_job(acme, status="queued")
    client.force_login(limited("view_importjob"))

    act_on(client, "cancel", job)

    assert reload(job).status == "queued"


def test_an_error_log_is_found_by_its_import_and_shows_no_cell(operators, acme):
    job = import_csv(acme, "Email,Note\nnobody,canary-cell\n")
    other = import_csv(acme, "Email\nno.one.else\n")

    page = operators.get(f"/django-admin/imports/errorlogentry/?q={job.pk}").content.decode()

    assert "invalid_email" in page
    assert str(other.pk) not in page
    with tenant_scope(ALL):
        line = ErrorLogEntry.objects.get(import_job=job)
    for shown in (page, operators.get(f"/django-admin/imports/errorlogentry/{line.pk}/change/").content.decode()):
        assert "canary-cell" not in shown
        assert "nobody" not in shown


def test_corrections_are_found_by_their_import(operators, acme):
    found, other = (import_csv(acme, "Email\nnobody\n") for _ in range(2))
    for job in (found, other):
        corrections.accept(job, [[CorrectedRow(0, 0, {"Email": "ana@example.com"})]], user=None)

    listed = operators.get("/django-admin/imports/correctionrun/", {"q": str(found.pk)}).context["cl"]

    assert [run.import_job_id for run in listed.result_list] == [found.pk]
    assert operators.get("/django-admin/imports/correctionrun/", {"q": "nothing"}).context["cl"].result_count == 0


def test_tokens_are_shown_to_nobody(operators, acme, alice):
    with tenant_scope(acme):
        GoogleConnection.objects.create(
            tenant=acme, user=alice, access_token="canary-a", refresh_token="canary-r", expires_at=timezone.now()
        )
        connection = GoogleConnection.objects.get()
    issue_tokens(alice)

    for page in (
        "imports/googleconnection/",
        f"imports/googleconnection/{connection.pk}/change/",
        "accounts/apisession/",
    ):
        shown = operators.get(f"/django-admin/{page}").content.decode()
        assert alice.email in shown or str(alice) in shown
        assert "canary" not in shown
    assert ApiSession.objects.get().token_id not in shown


def test_a_long_list_is_counted_no_further_than_it_is_paged_through(operators, acme, monkeypatch):
    monkeypatch.setattr(BoundedPaginator, "rows_max", 3)
    for number in range(5):
        make_job(acme, filename=f"{number}.csv")

    page = operators.get(JOBS).content.decode()

    assert "3 import jobs" in page


def test_lists_take_as_many_queries_however_long_they_are(operators, acme, alice):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            for name in ("imports/importjob/", "imports/errorlogentry/", "accounts/auditentry/"):
                operators.get(f"/django-admin/{name}")
        return len(captured)

    import_csv(acme, "Email\nnobody\n")
    few = queries()
    import_csv(acme, "Email\n" + "nobody\n" * 20)

    assert queries() == few
