"""Changing a password, and choosing a new one by mail; and what a changed password ends."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from irisx.accounts import passwords
from irisx.accounts.authentication import issue_tokens
from irisx.accounts.models import ApiSession, User
from irisx.accounts.tasks import mail_link
from tests.conftest import PASSWORD

NEW = "four unrelated new words"

pytestmark = pytest.mark.django_db


def change(client, **changes):
    body = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW, **changes}
    return client.post("/account/password/", body)


def ask(client, email, **extra):
    return client.post("/password/forgotten/", {"email": email}, **extra)


def run_queued_mails():
    """Do what the worker does with the mails that wait."""
    waiting = ProcrastinateJob.objects.filter(task_name="accounts.mail_link")
    for args in [job.args for job in waiting]:
        mail_link(**args)
    return len(waiting)


def mailed_link(mailoutbox) -> str:
    """Return the path of the link in the last mail."""
    return re.search(r"http://127\.0\.0\.1:8000(/\S+)", mailoutbox[-1].body)[1]


def set_new(client, link, password=NEW):
    form_url = client.get(link).url
    return client.post(form_url, {"new_password1": password, "new_password2": password})


@pytest.fixture
def alices(client, alice):
    client.force_login(alice)
    return client


# Changing it ---------------------------------------------------------------------------------------------------------


def test_the_own_account_shows_name_and_address_and_leads_to_the_password(alices):
    page = alices.get(reverse("customer:account")).content.decode()

    assert "Alice Ames" in page
    assert "alice@acme.example" in page
    assert reverse("customer:password") in page


def test_every_page_of_the_portal_leads_to_the_own_account(alices):
    assert 'href="/account/"' in alices.get("/imports/").content.decode()


@pytest.mark.parametrize("address", ["/account/", "/account/password/"])
def test_staff_have_an_account_page_too_and_nobody_else_has(client, staff, address):
    assert client.get(address).url == f"/sign-in/?next={address}"

    client.force_login(staff)

    assert client.get(address).status_code == 200


def test_after_a_change_the_new_password_counts(alices, alice):
    response = change(alices)

    assert response.url == "/account/"
    assert "Your password was changed." in alices.get("/account/").content.decode()
    alice.refresh_from_db()
    assert alice.check_password(NEW)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"old_password": "wrong"}, "This is not your present password."),
        ({"new_password2": "another"}, "The two passwords are not the same."),
        ({"new_password1": "alice@acme", "new_password2": "alice@acme"}, "too similar to the email"),
        ({"new_password1": "short", "new_password2": "short"}, "too short"),
        ({"old_password": "", "new_password1": ""}, "Enter your present password."),
    ],
)
def test_what_is_wrong_with_a_change_is_said_and_nothing_changes(alices, alice, changes, sentence):
    response = change(alices, **changes)

    assert response.status_code == 200
    assert sentence in response.content.decode()
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_who_has_only_the_session_cannot_guess_the_password(alices):
    for number in range(5):
        response = change(alices, old_password=f"guess {number}")

    assert response.status_code == 429
    assert change(alices).status_code == 429


def test_a_change_ends_other_sessions_and_all_tokens_but_not_this_session(alices, alice, bob):
    other = Client()
    other.force_login(alice)
    tokens, bobs = issue_tokens(alice), issue_tokens(bob)

    change(alices)

    assert alices.get("/imports/").status_code == 200
    assert other.get("/imports/").status_code == 302
    assert status_with(tokens["access"]) == 401
    assert renewed(tokens["refresh"]) == 401
    assert not ApiSession.objects.filter(user=alice).exists()
    assert renewed(bobs["refresh"]) == 200


def test_a_deactivated_user_is_out_with_the_next_request(alices, alice):
    tokens = issue_tokens(alice)

    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert alices.get("/imports/").status_code == 302
    assert status_with(tokens["access"]) == 401
    assert renewed(tokens["refresh"]) == 401


def test_a_user_who_left_the_tenant_sees_nothing_of_it_with_the_next_request(alices, alice, globex):
    User.objects.filter(pk=alice.pk).update(tenant=None)
    assert "Acme" not in alices.get("/imports/").content.decode()

    User.objects.filter(pk=alice.pk).update(tenant=globex)
    assert "Globex" in alices.get("/imports/").content.decode()


def status_with(access):
    return Client().get("/v1/imports", HTTP_AUTHORIZATION=f"Bearer {access}").status_code


def renewed(refresh):
    return Client().post("/v1/auth/token/refresh", {"refresh": refresh}, content_type="application/json").status_code


# A new one by mail ---------------------------------------------------------------------------------------------------


def test_a_link_by_mail_lets_choose_a_new_password(client, alice, mailoutbox):
    ask(client, "Alice@Acme.example ")
    run_queued_mails()

    assert mailoutbox[0].to == ["alice@acme.example"]
    assert "Alice Ames" in mailoutbox[0].body
    assert set_new(client, mailed_link(mailoutbox)).url == "/password/set/"
    alice.refresh_from_db()
    assert alice.check_password(NEW)


def test_names_stand_in_mails_as_they_are(client, alice, mailoutbox):
    User.objects.filter(pk=alice.pk).update(name="Alice O'Neil & <Sons>")

    passwords.mail_link(alice.pk)

    assert "Dear Alice O'Neil & <Sons>," in mailoutbox[0].body


def test_an_address_that_nobody_has_is_answered_alike_with_as_many_queries(
    client, alice, mailoutbox, django_assert_num_queries
):
    def page(email):
        content = ask(client, email).content.decode().replace(email, "")
        return content

    with django_assert_num_queries(4):
        known = page("alice@acme.example")
    with django_assert_num_queries(4):
        unknown = page("nobody@acme.example")

    assert known == unknown
    assert "is on its way" in known
    assert run_queued_mails() == 2
    assert [mail.to for mail in mailoutbox] == [["alice@acme.example"]]


def test_the_queue_holds_ids_and_no_address(client, alice):
    ask(client, "alice@acme.example")

    assert ProcrastinateJob.objects.get(task_name="accounts.mail_link").args == {"user_id": alice.pk}


def test_a_mailbox_cannot_be_filled(client, alice, mailoutbox, settings):
    for _ in range(3):
        ask(client, "alice@acme.example")
    assert run_queued_mails() == 1
    passwords.mail_link(alice.pk)
    assert len(mailoutbox) == 1

    settings.PASSWORD_MAIL_INTERVAL = timedelta(0)
    passwords.mail_link(alice.pk)
    assert len(mailoutbox) == 2


def test_a_mail_that_could_not_be_sent_is_sent_by_the_next_attempt(alice, mailoutbox, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with pytest.raises(OSError):
        passwords.mail_link(alice.pk)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    passwords.mail_link(alice.pk)

    assert len(mailoutbox) == 1


def test_nobody_deactivated_or_deleted_is_mailed(alice, mailoutbox):
    User.objects.filter(pk=alice.pk).update(is_active=False)

    passwords.mail_link(alice.pk)
    passwords.mail_link(0)

    assert mailoutbox == []


def test_the_link_names_the_configured_host_whatever_the_request_says(client, alice, mailoutbox, settings):
    settings.ALLOWED_HOSTS = ["*"]

    ask(client, "alice@acme.example", HTTP_HOST="evil.example", HTTP_X_FORWARDED_HOST="evil.example")
    run_queued_mails()

    assert "evil" not in mailoutbox[0].body
    assert mailed_link(mailoutbox).startswith("/password/new/")


def test_a_link_works_once(client, alice, mailoutbox):
    passwords.mail_link(alice.pk)
    link = mailed_link(mailoutbox)
    set_new(client, link)

    page = Client().get(link).content.decode()

    assert "This link works no more" in page


def test_a_link_ends_with_its_time(client, alice, mailoutbox, settings):
    passwords.mail_link(alice.pk)
    settings.PASSWORD_RESET_TIMEOUT = -1

    assert "This link works no more" in client.get(mailed_link(mailoutbox)).content.decode()


@pytest.mark.parametrize("key", ["MQ", "!!", "OTk5OTk5OTk5OTk5OTk5OTk5OTk", "YWJj"])
def test_a_forged_link_is_refused(client, alice, bob, key):
    token = default_token_generator.make_token(bob)

    response = client.get(f"/password/new/{key}/{token[:-1]}x/")

    assert response.status_code == 200
    assert "This link works no more" in response.content.decode()


def test_a_link_for_one_user_is_none_for_another(client, alice, bob, mailoutbox):
    passwords.mail_link(alice.pk)
    passwords.mail_link(bob.pk)
    alices, bobs = (re.search(r"/password/new/(\w+)/(\S+)/", mail.body).groups() for mail in mailoutbox)

    response = client.get(f"/password/new/{alices[0]}/{bobs[1]}/")

    assert "This link works no more" in response.content.decode()


def test_the_key_of_a_link_leaves_the_address_at_once(client, alice, mailoutbox):
    passwords.mail_link(alice.pk)
    link = mailed_link(mailoutbox)

    response = client.get(link)

    assert response.status_code == 302
    assert link.split("/")[-2] not in response.url
    assert client.get(response.url)["Referrer-Policy"] == "same-origin"


def test_a_new_password_ends_sessions_tokens_and_the_lock(client, alice, mailoutbox):
    signed_in = Client()
    signed_in.force_login(alice)
    tokens = issue_tokens(alice)
    for number in range(5):
        client.post("/sign-in/", {"username": alice.email, "password": f"guess {number}"})
    passwords.mail_link(alice.pk)

    set_new(client, mailed_link(mailoutbox))

    assert signed_in.get("/imports/").status_code == 302
    assert status_with(tokens["access"]) == 401
    assert client.post("/sign-in/", {"username": alice.email, "password": NEW}).status_code == 302


def test_a_weak_new_password_is_refused_by_the_link_too(client, alice, mailoutbox):
    passwords.mail_link(alice.pk)

    response = set_new(client, mailed_link(mailoutbox), "12345678")

    assert response.status_code == 200
    assert "too common" in response.content.decode()


def test_asking_without_an_address_is_said(client, db):
    page = ask(client, "nonsense").content.decode()

    assert "Enter an e-mail address in full." in page
    assert not ProcrastinateJob.objects.filter(task_name="accounts.mail_link").exists()


@pytest.mark.parametrize("address", ["/sign-in/", "/account/password/", "/password/forgotten/", "/django-admin/login/"])
def test_forms_of_other_sites_are_refused(alice, address):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    response = client.post(address, {"email": alice.email}, HTTP_ORIGIN="http://evil.example")

    assert response.status_code == 403
